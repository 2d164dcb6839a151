"""Reading short excerpts of the comparisons that a finding rests on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from ranking.errors import SelectionError
from ranking.outcomes import BOTH_BAD, BothBad
from ranking.store.arenas import Arena
from ranking.store.item_codes import LINE
from ranking.store.where import Where

_LONGEST = 2000  # characters of a text that are read
_SIDES = (("first", "second"), ("second", "first"))


@dataclass(frozen=True)
class Meeting:
    """One comparison of an item, seen from one competitor.

    Attributes
    ----------
    opponent : str
    share : float
        Of the score: 1 for a win, 0 for a loss, 1/2 for a tie.
    both_bad : bool
    shown : {"first", "second", ""}
        Where the competitor's response stood.
    judge : str
    votes : int
    score, opponent_score : float or None
        What either side scored itself.
    response, opponent_response, feedback : str
        Their first 2,000 characters; empty where there is none.
    """

    opponent: str
    share: float
    both_bad: bool
    shown: str
    judge: str
    votes: int
    score: float | None
    opponent_score: float | None
    response: str
    opponent_response: str
    feedback: str


@dataclass(frozen=True)
class ItemExcerpt:
    """An item, and some comparisons of a competitor on it.

    Attributes
    ----------
    text : str
        Of the item; empty where the log has none.
    meetings : tuple of Meeting
    comparisons : int
        How many there are in all.
    """

    text: str
    meetings: tuple[Meeting, ...]
    comparisons: int


def read_excerpts(
    connection: duckdb.DuckDBPyConnection,
    arena: Arena,
    where: Where,
    competitor: str,
    items: Sequence[str] = (),
    lines: Sequence[int] = (),
    *,
    worst: bool = False,
    most: int = 3,
    both_bad: BothBad = "tie",
) -> dict[str | int, ItemExcerpt]:
    """Return a competitor's comparisons on some items, its best results first.

    Parameters
    ----------
    items : sequence of str
        Names of items.
    lines : sequence of int
        Comparisons without an item, as in `ItemLog.lines`.
    worst : bool, default False
        Take the worst results first.
    most : int, default 3
        Comparisons of each item.
    both_bad : {"tie", "drop"}, default "tie"
        Whether both-bad counts as a tie or is left out.

    Returns
    -------
    dict
        By name of the item, or by line; without those that the competitor was not compared on.
    """
    identifier = int(arena.arena_id)
    own, other = (f"CASE WHEN own THEN {{0}}_{a} ELSE {{0}}_{b} END" for a, b in _SIDES)
    rows = connection.execute(
        f"""
        WITH seen AS (
            SELECT *, first = ? AS own, {LINE} AS place,
                   CASE WHEN first = ? THEN score ELSE 1 - score END AS share
            FROM {arena.table}
            WHERE ({where.clause}) AND (first = ? OR second = ?)
              {f"AND outcome <> {BOTH_BAD}" if both_bad == "drop" else ""}
              AND (list_contains(?::BIGINT[], item)
                   OR item IS NULL AND list_contains(?::BIGINT[], {LINE}))
        ), placed AS (
            SELECT *, row_number() OVER (one_item ORDER BY share {"ASC" if worst else "DESC"},
                                         place, first, second) AS position,
                   count(*) OVER one_item AS comparisons
            FROM seen WINDOW one_item AS (PARTITION BY coalesce(item, -1 - place))
        )
        SELECT items.name, place, left(items.text, {_LONGEST}), comparisons,
               other.name, share, outcome = {BOTH_BAD},
               CASE WHEN first_shown = own THEN 'first' WHEN first_shown <> own THEN 'second' END,
               judges.name, votes, {own.format("score")}, {other.format("score")},
               left({own.format("response")}, {_LONGEST}),
               left({other.format("response")}, {_LONGEST}), left(feedback, {_LONGEST})
        FROM placed
        JOIN competitors other ON other.arena_id = {identifier}
             AND other.code = CASE WHEN own THEN second ELSE first END
        LEFT JOIN items ON items.arena_id = {identifier} AND items.code = item
        LEFT JOIN judges ON judges.arena_id = {identifier} AND judges.code = judge
        WHERE position <= ? ORDER BY coalesce(item, -1 - place), position
        """,
        [
            *[code := _code(connection, arena, competitor)] * 2,
            *where.parameters,
            *[code] * 2,
            _item_codes(connection, arena, items),
            list(lines),
            most,
        ],
    ).fetchall()
    found: dict[str | int, ItemExcerpt] = {}
    for name, line, text, comparisons, *of_meeting in rows:
        key = line if name is None else name
        before = found.get(key, ItemExcerpt(text or "", (), comparisons))
        found[key] = replace(before, meetings=(*before.meetings, _meeting(*of_meeting)))
    return found


def _meeting(opponent: str, share: float, both_bad: bool, shown: str | None, *rest: Any) -> Meeting:
    judge, votes, score, opponent_score, *texts = rest
    said = [text or "" for text in texts]
    return Meeting(
        opponent, share, both_bad, shown or "", judge or "", votes, score, opponent_score, *said
    )


def _code(connection: duckdb.DuckDBPyConnection, arena: Arena, competitor: str) -> int:
    row = connection.execute(
        "SELECT code FROM competitors WHERE arena_id = ? AND name = ?",
        [arena.arena_id, competitor],
    ).fetchone()
    if row is None:
        raise SelectionError(f"The arena {arena.name!r} has no {arena.noun} {competitor!r}.")
    return int(row[0])


def _item_codes(
    connection: duckdb.DuckDBPyConnection, arena: Arena, names: Sequence[str]
) -> list[int]:
    rows = connection.execute(
        "SELECT code FROM items WHERE arena_id = ? AND list_contains(?::VARCHAR[], name)",
        [arena.arena_id, list(names)],
    ).fetchall()
    return [code for (code,) in rows]

"""Reading how often each item and pair was judged, in which order, and with what responses."""

from dataclasses import dataclass

import duckdb
import numpy as np

from ranking.laplacian import Codes, Floats
from ranking.outcomes import BOTH_BAD, BothBad
from ranking.store.arenas import Arena
from ranking.store.item_codes import ITEM, read_competitors, read_item_codes
from ranking.store.where import Where

LENGTHS = ("words", "length", "tokens", "characters", "chars")
"""Features that measure how long a response is, the one to take first."""

_WORDS = r"len(regexp_extract_all({}, '\S+'))"


@dataclass(frozen=True, eq=False)
class ItemVerdicts:
    """Sums over the verdicts of each item and pair; arrays have the shape (n,).

    Scores are those of `first`. Codes of items and competitors are those of an `ItemLog` of the
    same selection; which of a pair is first is the same for all of its items.

    Attributes
    ----------
    item, first, second : int arrays
        No item and pair occurs twice.
    verdicts : float array
        How many there are.
    effective : float array
        Kish's ``(sum w)^2 / sum w^2`` of their weights.
    score, score2 : float arrays
        Sums of scores and of their squares.
    shown, shown_score : float arrays of shape (2, n)
        Verdicts in which `first` was shown first (row 0) or second (row 1), and the sums of scores
        of `first` in them.
    longer : float array
        By how much responses of `first` are longer, on average; NaN where that is not known.
    length : str
        What longer means: "words of the responses", or the name of a feature; empty where the log
        does not say.
    text : int array of shape (items,)
        Items whose text another item of the arena has too share a number; -1 for all others.
    """

    item: Codes
    first: Codes
    second: Codes
    verdicts: Floats
    effective: Floats
    score: Floats
    score2: Floats
    shown: Floats
    shown_score: Floats
    longer: Floats
    length: str
    text: Codes


def read_item_verdicts(
    connection: duckdb.DuckDBPyConnection,
    arena: Arena,
    where: Where,
    *,
    both_bad: BothBad = "tie",
) -> ItemVerdicts:
    """Sum the selected verdicts by item and pair inside the database.

    Parameters
    ----------
    both_bad : {"tie", "drop"}, default "tie"
        Whether both-bad counts as a tie or is left out.
    """
    length, sides = _lengths(connection, arena)
    counted = f"AND outcome <> {BOTH_BAD}" if both_bad == "drop" else ""
    longer = f"{sides[0]} - {sides[1]}" if sides else "NULL"
    columns = connection.execute(
        f"""
        WITH verdicts AS (
            SELECT {ITEM} AS item, least(first, second) AS low, greatest(first, second) AS high,
                   votes, weight, CASE WHEN first < second THEN score ELSE 1 - score END AS y,
                   first_shown = (first < second) AS low_shown,
                   ({longer})::DOUBLE * CASE WHEN first < second THEN 1 ELSE -1 END AS longer
            FROM {arena.table} WHERE {where.clause} {counted}
        )
        SELECT item, low, high, sum(votes)::DOUBLE AS verdicts,
               sum(votes * weight) ** 2 / sum(votes * weight * weight) AS effective,
               sum(votes * y) AS score, sum(votes * y * y) AS score2,
               coalesce(sum(votes) FILTER (low_shown), 0)::DOUBLE AS shown_first,
               coalesce(sum(votes) FILTER (NOT low_shown), 0)::DOUBLE AS shown_second,
               coalesce(sum(votes * y) FILTER (low_shown), 0) AS score_first,
               coalesce(sum(votes * y) FILTER (NOT low_shown), 0) AS score_second,
               sum(votes * longer) / sum(votes) FILTER (longer IS NOT NULL) AS longer
        FROM verdicts GROUP BY item, low, high ORDER BY item, low, high
        """,
        list(where.parameters),
    ).fetchnumpy()
    items = read_item_codes(connection, arena, where)
    row, item = items.rows(np.asarray(columns["item"], np.int64))
    # A comparison without an item is one verdict on an item of its own, however often it counts.
    copies = np.where(columns["item"] < 0, columns["verdicts"], 1.0)

    def held(name: str, *, summed: bool = True) -> Floats:
        values = np.ma.filled(np.ma.asarray(columns[name], np.float64), np.nan)
        return np.asarray((values / copies if summed else values)[row])

    names = sorted(read_competitors(connection, arena, where), key=lambda pair: pair[1])
    position = np.zeros(max((code for code, _ in names), default=-1) + 1, np.int64)
    position[[code for code, _ in names]] = np.arange(len(names))
    low, high = (position[columns[side][row]] for side in ("low", "high"))
    effective = np.where(columns["item"][row] < 0, 1.0, held("effective", summed=False))
    return ItemVerdicts(
        item=item,
        first=low,
        second=high,
        verdicts=held("verdicts"),
        effective=effective,
        score=held("score"),
        score2=held("score2"),
        shown=np.stack([held("shown_first"), held("shown_second")]),
        shown_score=np.stack([held("score_first"), held("score_second")]),
        longer=held("longer", summed=False),
        length=length,
        text=_texts(connection, arena, items.names, int(items.copies.sum())),
    )


def _lengths(connection: duckdb.DuckDBPyConnection, arena: Arena) -> tuple[str, tuple[str, ...]]:
    """Return what measures the length of responses, and its expression for either side.

    A feature that was imported for it goes first: what is kept of responses may be an excerpt.
    """
    features = {
        name.lower(): (name, int(code))
        for name, code in connection.execute(
            "SELECT name, feature_id FROM features WHERE arena_id = ? ORDER BY feature_id DESC",
            [arena.arena_id],
        ).fetchall()
    }
    for wanted in LENGTHS:
        if wanted in features:
            name, code = features[wanted]
            return name, (f"x{code}_first", f"x{code}_second")
    row = connection.execute(f"SELECT count(response_first) FROM {arena.table}").fetchone()
    if not row or not row[0]:
        return "", ()
    sides = (_WORDS.format("response_first"), _WORDS.format("response_second"))
    return "words of the responses", sides


def _texts(
    connection: duckdb.DuckDBPyConnection, arena: Arena, names: tuple[str, ...], items: int
) -> Codes:
    """Number the texts of items that occur more than once; every other item is -1."""
    rows = connection.execute(
        """
        SELECT name, text FROM items WHERE arena_id = ? AND text IN (
            SELECT text FROM items WHERE arena_id = ? AND trim(text) <> ''
            GROUP BY text HAVING count(*) > 1)
        """,
        [arena.arena_id, arena.arena_id],
    ).fetchall()
    number: dict[str, int] = {}
    at = dict(zip(names, range(len(names)), strict=True)) if rows else {}
    found = np.full(items, -1, np.int64)
    for name, text in rows:
        if name in at:
            found[at[name]] = number.setdefault(text, len(number))
    return found

"""Reading a log for examples: its comparisons in codes, what items say, and one item in full."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import numpy as np

from ranking.laplacian import Codes, Floats
from ranking.store.arenas import Arena
from ranking.store.capabilities import ItemLog
from ranking.store.item_codes import import_and_line, line_code
from ranking.store.log import named_columns, read_page
from ranking.store.where import Where

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Rows:
    """The selected comparisons, one entry for each row of the log; all arrays have one length.

    Attributes
    ----------
    item : int array
        As in `ItemLog`; of a comparison without an item, the first of its votes.
    first, second : int arrays
        Competitors by their place in ``ItemLog.competitors``; A and B of the file.
    outcome : int array
        Codes of `ranking.outcomes`.
    score : float array
        Of `first`, in [0, 1].
    votes : float array
    judge : int array
        Place in `judges`; -1 where it is not known.
    ahead : bool array
        Whether `first` was shown first; where that is not known, true: A is named first.
    judges : tuple of str
        The judges that occur, in alphabetical order.
    """

    item: Codes
    first: Codes
    second: Codes
    outcome: Codes
    score: Floats
    votes: Floats
    judge: Codes
    ahead: np.ndarray
    judges: tuple[str, ...]


def read_rows(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, log: ItemLog
) -> Rows:
    """Read the selected comparisons in the codes of a log read under the same condition."""
    found = connection.execute(
        f"""
        SELECT import_id, line, coalesce(item, -1) AS item, first, second, outcome, score,
               votes::DOUBLE AS votes, coalesce(judge, -1) AS judge,
               coalesce(first_shown, true) AS ahead
        FROM {arena.table} WHERE {where.clause}
        """,
        list(where.parameters),
    ).fetchnumpy()
    judges = connection.execute(
        "SELECT code, name FROM judges WHERE arena_id = ? ORDER BY name, code", [arena.arena_id]
    ).fetchall()
    judge, names = _present(judges, _codes(found["judge"]))
    competitors = dict(
        connection.execute(
            "SELECT name, code FROM competitors WHERE arena_id = ?", [arena.arena_id]
        ).fetchall()
    )
    place = _places([competitors[name] for name in log.competitors])
    codes = connection.execute(
        "SELECT code FROM items WHERE arena_id = ? AND code IN "
        f"(SELECT item FROM {arena.table} WHERE {where.clause}) ORDER BY name, code",
        [arena.arena_id, *where.parameters],
    ).fetchnumpy()
    known = _places(_codes(codes["code"]))
    item = _codes(found["item"])
    nameless = item < 0
    own = line_code(_codes(found["import_id"]), _codes(found["line"]))
    item[~nameless] = known[item[~nameless]]
    item[nameless] = log.known_items + np.searchsorted(log.lines, own[nameless])
    return Rows(
        item=item,
        first=place[found["first"]],
        second=place[found["second"]],
        outcome=_codes(found["outcome"]),
        score=np.asarray(found["score"], np.float64),
        votes=np.asarray(found["votes"], np.float64),
        judge=judge,
        ahead=np.asarray(found["ahead"], bool),
        judges=names,
    )


def read_item(
    connection: duckdb.DuckDBPyConnection,
    arena: Arena,
    where: Where,
    log: ItemLog,
    item: int,
    *,
    limit: int,
) -> "tuple[pd.DataFrame, dict[str, str]]":
    """Read the selected comparisons on one item with their names, in the order of the imports.

    Returns
    -------
    DataFrame
        Rows as of `ranking.store.log.read_page`.
    dict of str
        The names to show of its columns.
    """
    if item < log.known_items:
        clause = "item = (SELECT code FROM items WHERE arena_id = ? AND name = ?)"
        parameters: tuple[object, ...] = (arena.arena_id, log.names[item])
    else:
        clause = "item IS NULL AND import_id = ? AND line = ?"
        parameters = import_and_line(int(log.lines[item - log.known_items]))
    one = Where(f"({where.clause}) AND {clause}", (*where.parameters, *parameters))
    return read_page(connection, arena, one, limit=limit), named_columns(connection, arena)


def read_texts(
    connection: duckdb.DuckDBPyConnection, arena: Arena, names: Sequence[str]
) -> dict[str, str]:
    """Return the texts of some items by their names, as far as they have any."""
    rows = connection.execute(
        "SELECT name, text FROM items WHERE arena_id = ? AND text IS NOT NULL "
        "AND list_contains(?::VARCHAR[], name)",
        [arena.arena_id, list(names)],
    ).fetchall()
    return dict(rows)


def matching_items(
    connection: duckdb.DuckDBPyConnection, arena: Arena, log: ItemLog, search: str
) -> Codes:
    """Return the items of a log whose name or text contains a text, in its codes."""
    found = connection.execute(
        "SELECT name FROM items WHERE arena_id = ? "
        "AND (contains(lower(name), lower(?)) OR contains(lower(text), lower(?)))",
        [arena.arena_id, search, search],
    ).fetchall()
    held = {name for (name,) in found}
    return np.array([at for at, name in enumerate(log.names) if name in held], np.int64)


def _present(named: list[tuple[int, str]], codes: Codes) -> tuple[Codes, tuple[str, ...]]:
    """Number the codes that occur 0, 1, ... in the order of `named`; -1 stays."""
    met = set(np.unique(codes).tolist())
    kept = [(code, name) for code, name in named if code in met]
    place = np.append(_places([code for code, _ in kept]), -1)  # the last is that of -1
    return place[codes], tuple(name for _, name in kept)


def _places(codes: Sequence[int] | Codes) -> Codes:
    """Return an array that maps each code to its position in a list."""
    held = _codes(codes)
    place = np.full(int(held.max(initial=-1)) + 1, -1, np.int64)
    place[held] = np.arange(len(held))
    return place


def _codes(values: Sequence[int] | np.ndarray) -> Codes:
    return np.array(values, np.int64)

"""What tells the items of a log apart, as every read by item counts them."""

from dataclasses import dataclass

import duckdb
import numpy as np

from ranking.errors import InputError
from ranking.laplacian import Codes
from ranking.store.arenas import Arena
from ranking.store.where import Where

_LINE_BITS = 40
LINE = f"((import_id::BIGINT << {_LINE_BITS}) + line)"
"""SQL: where a comparison came from, as one number (`import_and_line`)."""

ITEM = f"coalesce(item::BIGINT, -1 - {LINE})"
"""SQL: the code of an item; a comparison without one is an item of its own, with a negative one."""

_MOST_COPIES = 20_000_000


def line_code(import_id: Codes, line: Codes) -> Codes:
    """Return imports and lines as one number each: what `LINE` is."""
    return (import_id << _LINE_BITS) + line


def import_and_line(code: int) -> tuple[int, int]:
    """Return the import and the line that a number of `line_code` stands for."""
    return code >> _LINE_BITS, code & ((1 << _LINE_BITS) - 1)


@dataclass(frozen=True, eq=False)
class ItemCodes:
    """The codes of items in the log, and their places among all items."""

    codes: Codes  # sorted
    place: Codes
    copies: Codes
    names: tuple[str, ...]
    lines: Codes

    def rows(self, codes: Codes) -> tuple[Codes, Codes]:
        """Return row and item of every copy of rows that have these codes."""
        at = np.searchsorted(self.codes, codes)
        count = self.copies[at]
        row = np.repeat(np.arange(len(codes)), count)
        within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        return row, self.place[at][row] + within


def read_item_codes(connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where) -> ItemCodes:
    """Put the items of the selected comparisons into the order of their names.

    Raises
    ------
    InputError
        If there are more comparisons without an item than can be told apart.
    """
    columns = connection.execute(
        f"SELECT {ITEM} AS code, CASE WHEN code < 0 THEN max(votes) ELSE 1 END AS copies "
        f"FROM {arena.table} WHERE {where.clause} GROUP BY 1 ORDER BY 1",
        list(where.parameters),
    ).fetchnumpy()
    codes, copies = _integers(columns["code"]), _integers(columns["copies"])
    if copies.sum() > _MOST_COPIES:
        raise InputError(
            f"{arena.name!r} has {copies.sum():,} comparisons without an item, and each would be "
            f"an item of its own; at most {_MOST_COPIES:,} are told apart. Choose fewer."
        )
    named = connection.execute(
        "SELECT code, name FROM items WHERE arena_id = ? AND code IN "
        f"(SELECT item FROM {arena.table} WHERE {where.clause}) ORDER BY name, code",
        [arena.arena_id, *where.parameters],
    ).fetchnumpy()
    unknown = int((codes < 0).sum())
    place = np.empty(len(codes), np.int64)
    place[np.searchsorted(codes, _integers(named["code"]))] = np.arange(len(codes) - unknown)
    held = copies[:unknown][::-1]  # from the first line to the last
    place[:unknown] = (len(codes) - unknown + np.cumsum(held) - held)[::-1]
    lines = np.repeat((-1 - codes[:unknown])[::-1], held)
    return ItemCodes(codes, place, copies, tuple(named["name"].tolist()), lines)


def read_competitors(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where
) -> list[tuple[int, str]]:
    """Return the codes and names of the competitors that occur."""
    return connection.execute(
        "SELECT code, name FROM competitors WHERE arena_id = ? AND code IN "
        f"(SELECT unnest([first, second]) FROM {arena.table} WHERE {where.clause})",
        [arena.arena_id, *where.parameters],
    ).fetchall()


def _integers(values: np.ndarray) -> Codes:
    return np.asarray(values, np.int64)

"""What the comparisons of an arena could be held equal in."""

import duckdb

from ranking.errors import InputError
from ranking.selection import EVERYTHING
from ranking.store.arenas import Arena
from ranking.store.tasks import task_grouping
from ranking.store.where import where


def feature_names(connection: duckdb.DuckDBPyConnection, arena: Arena) -> tuple[str, ...]:
    """Return the imported features: a number for each side."""
    rows = connection.execute(
        "SELECT name FROM features WHERE arena_id = ? ORDER BY feature_id", [arena.arena_id]
    ).fetchall()
    return tuple(name for (name,) in rows)


def covariates_held(connection: duckdb.DuckDBPyConnection, arena: Arena) -> tuple[str, ...]:
    """Return which of `ranking.covariates.COVARIATES` the log of an arena has values for."""
    responses, orders, families = connection.execute(
        "SELECT count(response_first) > 0 AND count(response_second) > 0, "
        "count(DISTINCT first_shown) = 2, "
        "(SELECT count(family) > 0 FROM judges WHERE arena_id = ?) "
        f"FROM {arena.table}",
        [arena.arena_id],
    ).fetchone() or (False, False, False)
    held = {
        "style": bool(feature_names(connection, arena)),
        "length": responses,
        "position": orders,
        "self-preference": families,
    }
    return tuple(name for name, has_values in held.items() if has_values)


def item_count(connection: duckdb.DuckDBPyConnection, arena: Arena) -> int:
    """Count the items that comparisons of an arena are about."""
    row = connection.execute(
        "SELECT count(*) FROM items WHERE arena_id = ?", [arena.arena_id]
    ).fetchone()
    return int(row[0]) if row else 0


def has_scores(connection: duckdb.DuckDBPyConnection, arena: Arena) -> bool:
    """Whether any comparison of an arena carries a score of either side."""
    row = connection.execute(
        f"SELECT count(score_first) > 0 AND count(score_second) > 0 FROM {arena.table}"
    ).fetchone()
    return bool(row and row[0])


def task_levels(connection: duckdb.DuckDBPyConnection, arena: Arena) -> tuple[int, ...]:
    """Return how many tasks the arena's capabilities make at depth 1, 2, and so on."""
    counts: list[int] = []
    everything = where(connection, arena, EVERYTHING)
    while True:
        try:
            found = task_grouping(connection, arena, everything, "capability", len(counts) + 1)
        except InputError:  # no such depth, or more tasks than are played at once
            return tuple(counts)
        counts.append(len(found.tasks))

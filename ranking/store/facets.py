"""What the comparisons of an arena could be held equal in."""

import duckdb

from ranking.store.arenas import Arena


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

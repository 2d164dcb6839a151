"""Reading the covariates of an arena's log: features, lengths, presentation order, families."""

from collections.abc import Sequence

import duckdb
import numpy as np

from ranking.covariates import Covariates, features_needed
from ranking.store.arenas import Arena
from ranking.store.where import Where
from ranking.tally import Floats

_WORDS = r"len(regexp_extract_all({}, '\S+'))::DOUBLE"
_POSITION = "CASE WHEN first_shown THEN 1.0 WHEN NOT first_shown THEN -1.0 END::DOUBLE"


def read_covariates(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, names: Sequence[str]
) -> Covariates:
    """Read what the covariates of these names need, in the order of `read_games`.

    Raises
    ------
    InputError
        If a feature is asked for that the arena does not have.
    """
    catalogue = dict(
        connection.execute(
            "SELECT name, feature_id FROM features WHERE arena_id = ? ORDER BY feature_id",
            [arena.arena_id],
        ).fetchall()
    )
    wanted = features_needed(names, tuple(catalogue))
    columns = [f"x{int(catalogue[name])}_{side}" for name in wanted for side in ("first", "second")]
    if "length" in names:
        columns += [_WORDS.format(f"response_{side}") for side in ("first", "second")]
    if "position" in names:
        columns.append(_POSITION)
    values = iter(_fetched(connection, arena, where, columns))
    features = {name: (next(values), next(values)) for name in wanted}
    length = (next(values), next(values)) if "length" in names else None
    position = next(values) if "position" in names else None
    judges = _judges(connection, arena) if "self-preference" in names else {}
    return Covariates(features, length, position, judges)


def _fetched(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, columns: Sequence[str]
) -> list[Floats]:
    """Evaluate columns of numbers over the selected rows; NaN where there is none."""
    if not columns:
        return []
    selected = ", ".join(f"{sql} AS c{at}" for at, sql in enumerate(columns))
    fetched = connection.execute(
        f"SELECT {selected} FROM {arena.table} WHERE {where.clause} "
        "ORDER BY time NULLS LAST, import_id, line",
        list(where.parameters),
    ).fetchnumpy()
    return [np.ma.filled(fetched[f"c{at}"], np.nan) for at in range(len(columns))]


def _judges(
    connection: duckdb.DuckDBPyConnection, arena: Arena
) -> dict[int, tuple[str, str | None]]:
    rows = connection.execute(
        "SELECT code, name, family FROM judges WHERE arena_id = ?", [arena.arena_id]
    ).fetchall()
    return {code: (name, family) for code, name, family in rows}

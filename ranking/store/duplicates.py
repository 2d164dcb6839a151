"""Rows of a log that repeat another in everything that was imported."""

from dataclasses import dataclass

import duckdb
import numpy as np

from ranking.store.arenas import Arena
from ranking.store.where import Where

_PLAIN = (
    "first", "second", "outcome", "score", "votes", "weight", "item", "judge", "capability_set",
    "time", "first_shown", "score_first", "score_second",
)  # fmt: skip
"""What is small in every row: compared first, because texts are slow to read."""


@dataclass(frozen=True)
class Duplicates:
    """How many rows of a log repeat another.

    Attributes
    ----------
    rows : int
        Rows beyond the first of each set of equal ones.
    telling : bool
        Whether rows hold anything that would tell two honest comparisons apart: an item and its
        judge, a time, a score, a response or an imported field. Without it, rows have to repeat.
    """

    rows: int
    telling: bool


def read_duplicates(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where
) -> Duplicates:
    """Count the selected rows that are equal to another in every column but import and line.

    Rows are compared by a 64-bit hash: among 10 million, two different ones share a hash with a
    probability of 3 in a million.
    """
    columns = connection.execute(f"SELECT * FROM {arena.table} LIMIT 0").description or []
    texts = [name for name, *_ in columns if name not in (*_PLAIN, "import_id", "line")]
    if not _telling(connection, arena, texts):
        return Duplicates(0, telling=False)
    plain, whole = f"hash({', '.join(_PLAIN)})", f"hash({', '.join([*_PLAIN, *texts])})"
    parameters = list(where.parameters)
    selected = f"SELECT {plain} AS key FROM {arena.table} WHERE {where.clause}"
    # Sorting the keys here takes a third of the time that grouping them in the database does.
    keys = np.sort(connection.execute(selected, parameters).fetchnumpy()["key"])
    if not (keys[1:] == keys[:-1]).any():
        return Duplicates(0, telling=True)
    row = connection.execute(
        f"""
        SELECT coalesce(sum(n - 1), 0) FROM (
            SELECT count(*) AS n FROM {arena.table}
            WHERE {where.clause} AND {plain} IN ({selected} GROUP BY key HAVING count(*) > 1)
            GROUP BY {whole} HAVING count(*) > 1
        )
        """,
        [*parameters, *parameters],
    ).fetchone()
    return Duplicates(int(row[0]) if row else 0, telling=True)


def _telling(connection: duckdb.DuckDBPyConnection, arena: Arena, texts: list[str]) -> bool:
    held = "".join(f" OR count({name}) > 0" for name in texts)
    row = connection.execute(
        "SELECT (count(item) > 0 AND count(judge) > 0) OR count(time) > 0 "
        f"OR count(score_first) > 0{held} FROM {arena.table}"
    ).fetchone()
    return bool(row and row[0])

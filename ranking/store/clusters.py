"""How many items and judges a log has, and how much of it one judge decided."""

from dataclasses import dataclass

import duckdb

from ranking.store.arenas import Arena
from ranking.store.where import Where


@dataclass(frozen=True)
class ClusterCounts:
    """The items and judges of a log.

    Attributes
    ----------
    items, judges : int
        How many different ones; 0 where the log does not say.
    judged : float
        Comparisons whose judge is known.
    largest : float
        Comparisons of the judge who decided most.
    largest_judge : str
        Who that is; empty where no judge is known.
    """

    items: int
    judges: int
    judged: float
    largest: float
    largest_judge: str


def read_clusters(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where
) -> ClusterCounts:
    """Count the items and judges of the selected comparisons."""
    items, judges, judged = connection.execute(
        "SELECT count(DISTINCT item), count(DISTINCT judge), "
        "coalesce(sum(votes) FILTER (judge IS NOT NULL), 0) "
        f"FROM {arena.table} WHERE {where.clause}",
        list(where.parameters),
    ).fetchone() or (0, 0, 0)
    if not judges:
        return ClusterCounts(int(items), 0, 0.0, 0.0, "")
    votes, name = connection.execute(
        f"""
        SELECT votes, name FROM (
            SELECT judge, sum(votes) AS votes FROM {arena.table}
            WHERE {where.clause} AND judge IS NOT NULL
            GROUP BY judge ORDER BY votes DESC, judge LIMIT 1
        ) JOIN judges ON arena_id = ? AND code = judge
        """,
        [*where.parameters, arena.arena_id],
    ).fetchone() or (0, "")
    return ClusterCounts(int(items), int(judges), float(judged), float(votes), str(name))

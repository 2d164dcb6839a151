"""Reading the scores that a log carries for either side, averaged by competitor and item."""

from dataclasses import dataclass

import duckdb
import numpy as np
import numpy.typing as npt

from ranking.errors import InputError, SelectionError
from ranking.store.arenas import Arena
from ranking.store.where import Where

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

# A comparison without an item is an item of its own.
_ITEM = "coalesce(item, -row_number() OVER (ORDER BY import_id, line, first, second))"


@dataclass(frozen=True, eq=False)
class ItemScores:
    """Mean scores of competitors on items, one row for each of both that occur together.

    Attributes
    ----------
    competitors : tuple of str, length m
        Names; `competitor` indexes it.
    competitor : int array of shape (n,)
        In rising order.
    item : int array of shape (n,)
        Codes; a comparison without an item is an item of its own.
    score : float array of shape (n,)
        Mean over the competitor's answers to the item.
    answers : float array of shape (n,)
        How many there were.
    cluster : int array of shape (n,), optional
        Codes of the items' clusters; an item without one is its own.
    """

    competitors: tuple[str, ...]
    competitor: Codes
    item: Codes
    score: Floats
    answers: Floats
    cluster: Codes | None


def read_scores(
    connection: duckdb.DuckDBPyConnection,
    arena: Arena,
    where: Where,
    cluster: str | None = None,
    only: tuple[str, ...] = (),
) -> ItemScores:
    """Average the scores of both sides by competitor and item inside the database.

    Parameters
    ----------
    connection, arena, where
        The log and its selected rows.
    cluster : str, optional
        A field, or "judge": items with the same value are not independent.
    only : tuple of str
        Read the scores of these competitors alone; of all where it is empty.

    Raises
    ------
    InputError
        If no selected comparison has a score (of anybody), or items have several clusters.
    SelectionError
        If the arena has no such field.
    """
    label, number = "NULL", "-1"
    if cluster is not None:
        column = _column(connection, arena, cluster)
        _check_nested(connection, arena, where, column, cluster)
        label = f"min({column}) OVER (PARTITION BY own_item)"
        number = "CASE WHEN cluster IS NULL THEN -1 ELSE dense_rank() OVER (ORDER BY cluster) END"
    chosen = (
        "AND competitor IN (SELECT code FROM competitors WHERE arena_id = ? "
        "AND list_contains(?::VARCHAR[], name))"
    )
    columns = connection.execute(
        f"""
        WITH selected AS (
            SELECT first, second, score_first, score_second, votes, own_item AS item,
                   {label} AS cluster
            FROM (SELECT *, {_ITEM} AS own_item FROM {arena.table} WHERE {where.clause})
        ), sides AS (
            SELECT first AS competitor, item, score_first AS score, votes, cluster FROM selected
            UNION ALL
            SELECT second, item, score_second, votes, cluster FROM selected
        ), answered AS (
            SELECT competitor, item, sum(votes * score) / sum(votes) AS score,
                   sum(votes)::DOUBLE AS answers, any_value(cluster) AS cluster
            FROM sides WHERE score IS NOT NULL {chosen if only else ""} GROUP BY competitor, item
        )
        SELECT competitor, item, score, answers, {number} AS cluster
        FROM answered ORDER BY competitor, item
        """,
        [*where.parameters, *([arena.arena_id, list(only)] if only else [])],
    ).fetchnumpy()
    if not len(columns["score"]) and not only:
        raise InputError(
            f"No comparison of {arena.name!r} that is selected has a score for a side; scores are "
            "imported as the roles score_first and score_second."
        )
    names = dict(
        connection.execute(
            "SELECT code, name FROM competitors WHERE arena_id = ?", [arena.arena_id]
        ).fetchall()
    )
    present, competitor = np.unique(columns["competitor"], return_inverse=True)
    item = columns["item"].astype(np.int64)
    return ItemScores(
        tuple(names[code] for code in present.tolist()),
        competitor,
        item,
        columns["score"],
        columns["answers"],
        None if cluster is None else _clusters(columns["cluster"].astype(np.int64), item),
    )


def _column(connection: duckdb.DuckDBPyConnection, arena: Arena, cluster: str) -> str:
    if cluster == "judge":
        return "judge"
    row = connection.execute(
        "SELECT field_id FROM fields WHERE arena_id = ? AND name = ?", [arena.arena_id, cluster]
    ).fetchone()
    if row is None:
        raise SelectionError(f"The arena {arena.name!r} has no field {cluster!r} to cluster by.")
    return f"f{int(row[0])}"


def _check_nested(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, column: str, cluster: str
) -> None:
    row = connection.execute(
        f"SELECT count(*) FROM (SELECT item FROM {arena.table} WHERE {where.clause} "
        f"AND item IS NOT NULL GROUP BY item HAVING count(DISTINCT {column}) > 1)",
        list(where.parameters),
    ).fetchone()
    several = int(row[0]) if row else 0
    if several:
        raise InputError(
            f"{several:,} of the items have more than one value of {cluster!r}; cluster by "
            "something of which each item has one."
        )


def _clusters(cluster: Codes, item: Codes) -> Codes:
    """Make each item without a cluster its own, shape (n,)."""
    _, alone = np.unique(item, return_inverse=True)
    return np.where(cluster < 0, cluster.max(initial=0) + 1 + alone, cluster)

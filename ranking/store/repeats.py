"""Reading what was judged or scored several times over: how often, and how differently."""

import json
from dataclasses import dataclass
from typing import Any, Literal

import duckdb
import numpy as np

from ranking.laplacian import Codes, Floats
from ranking.outcomes import BOTH_BAD
from ranking.store.arenas import Arena
from ranking.store.where import Where

Orders = Literal["together", "apart"]


@dataclass(frozen=True, eq=False)
class RepeatedVerdicts:
    """Verdicts on each item, pair and judge that has several; arrays have the shape (groups,).

    Attributes
    ----------
    competitors : tuple of str
    item : tuple of str, length groups
        Names.
    low, high : int arrays
        The pair, as codes in `competitors`.
    counts : float array of shape (groups, 4)
        Verdicts for `low`, ties, both-bad, and for `high`. What lies between a tie and a win is
        for the side that it favours.
    once : int
        Items, pairs and judges with a single verdict, which says nothing.
    """

    competitors: tuple[str, ...]
    item: tuple[str, ...]
    low: Codes
    high: Codes
    counts: Floats
    once: int


@dataclass(frozen=True, eq=False)
class ScoreRepeats:
    """What each competitor scored on each item with several scores; arrays of shape (n,).

    Attributes
    ----------
    competitors : tuple of str
    item : tuple of str, length n
        Names.
    competitor : int array
        Codes in `competitors`.
    group : int array, from 0 without gaps, rising
        Item, competitor and judge.
    score : float array
        Its values, each once, rising within a group.
    times : int array
        How often each was given.
    """

    competitors: tuple[str, ...]
    item: tuple[str, ...]
    competitor: Codes
    group: Codes
    score: Floats
    times: Codes


@dataclass(frozen=True, eq=False)
class RepeatedScores:
    """Scores of each competitor on each item with several; arrays have the shape (groups,).

    Attributes
    ----------
    competitors : tuple of str
    item : tuple of str, length groups
        Names.
    competitor : int array
        Codes in `competitors`.
    count, mean, variance : float arrays
        How many scores, their mean, and their variance over n - 1.
    lowest, highest : float arrays
    once : int
        Items and competitors with a single score, which says nothing.
    """

    competitors: tuple[str, ...]
    item: tuple[str, ...]
    competitor: Codes
    count: Floats
    mean: Floats
    variance: Floats
    lowest: Floats
    highest: Floats
    once: int

    @property
    def ends(self) -> tuple[float, float] | None:
        """The two values that all repeats have, as where items pass or fail; None otherwise."""
        ends = np.unique(np.concatenate([self.lowest, self.highest]))
        if len(ends) != 2:
            return None
        low, high = ends.tolist()
        # Of two values the mean fixes the variance.
        fixed = (self.mean - low) * (high - self.mean) * self.count / (self.count - 1)
        return (low, high) if np.allclose(self.variance, fixed) else None


def read_repeated_verdicts(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, *, orders: Orders
) -> RepeatedVerdicts:
    """Count the selected verdicts on each item, pair and judge.

    Comparisons that were derived from scores are no verdicts, and left out.

    Parameters
    ----------
    orders : {"together", "apart"}
        Whether verdicts with the sides swapped are repeats of each other. Side A counts as shown
        first where the log does not say.
    """
    shown = "(first < second) = coalesce(first_shown, true)" if orders == "apart" else "true"
    rows = connection.execute(
        f"""
        WITH judged AS (
            SELECT item, least(first, second) AS low, greatest(first, second) AS high, judge,
                   {shown} AS low_shown, votes, outcome = {BOTH_BAD} AS bad,
                   CASE WHEN first < second THEN score ELSE 1 - score END AS score
            FROM {arena.table}
            WHERE {where.clause} AND item IS NOT NULL
              AND NOT list_contains(?::INTEGER[], import_id)
        )
        SELECT item, low, high,
               coalesce(sum(votes) FILTER (NOT bad AND score > 0.5), 0)::DOUBLE AS for_low,
               coalesce(sum(votes) FILTER (NOT bad AND score = 0.5), 0)::DOUBLE AS ties,
               coalesce(sum(votes) FILTER (bad), 0)::DOUBLE AS both_bad,
               coalesce(sum(votes) FILTER (NOT bad AND score < 0.5), 0)::DOUBLE AS for_high
        FROM judged GROUP BY item, low, high, judge, low_shown
        ORDER BY item, low, high, judge, low_shown
        """,
        [*where.parameters, list(_derived(connection, arena))],
    ).fetchnumpy()
    counts = np.stack([rows[name] for name in ("for_low", "ties", "both_bad", "for_high")], axis=1)
    several = counts.sum(axis=1) > 1
    names = _names(connection, arena)
    return RepeatedVerdicts(
        competitors=names,
        item=_item_names(connection, arena, rows["item"][several]),
        low=rows["low"][several].astype(np.int64),
        high=rows["high"][several].astype(np.int64),
        counts=counts[several],
        once=int((~several).sum()),
    )


def read_repeated_scores(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, *, repeats: tuple[str, ...]
) -> RepeatedScores:
    """Summarise the selected scores of each competitor on each item.

    Of a file of comparisons with scores, each row is a repeat. A file of scores was averaged when
    it was imported, except over the fields that tell repeats apart; there the judge has to be the
    same too.

    Parameters
    ----------
    repeats : tuple of str
        Names of such fields; those that the arena does not have are passed over.
    """
    trials, parameters = _trials(connection, arena, where, repeats)
    rows = connection.execute(
        f"""
        WITH {trials}, summed AS (
            SELECT item, competitor, judge, sum(votes)::DOUBLE AS count,
                   sum(votes * score) / count AS mean,
                   sum(votes * score * score) AS squares, min(score) AS lowest,
                   max(score) AS highest
            FROM trials GROUP BY item, competitor, judge
        )
        SELECT item, competitor, count, mean, lowest, highest,
               CASE WHEN lowest = highest THEN 0
                    ELSE greatest(squares - count * mean * mean, 0) / (count - 1) END AS variance
        FROM summed ORDER BY item, competitor, judge
        """,
        parameters,
    ).fetchnumpy()
    several = rows["count"] > 1
    return RepeatedScores(
        competitors=_names(connection, arena),
        item=_item_names(connection, arena, rows["item"][several]),
        competitor=rows["competitor"][several].astype(np.int64),
        count=rows["count"][several],
        mean=rows["mean"][several],
        variance=np.asarray(rows["variance"][several], np.float64),
        lowest=rows["lowest"][several],
        highest=rows["highest"][several],
        once=int((~several).sum()),
    )


def read_score_repeats(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, *, repeats: tuple[str, ...]
) -> ScoreRepeats:
    """Read every score of each competitor on each item with several; see `read_repeated_scores`."""
    trials, parameters = _trials(connection, arena, where, repeats)
    rows = connection.execute(
        f"""
        WITH {trials}, valued AS (
            SELECT item, competitor, judge, score, sum(votes)::BIGINT AS times
            FROM trials GROUP BY item, competitor, judge, score
        )
        SELECT item, competitor, score, times,
               dense_rank() OVER (ORDER BY item, competitor, judge) - 1 AS of_group
        FROM (
            FROM valued QUALIFY sum(times) OVER (PARTITION BY item, competitor, judge) > 1
        )
        ORDER BY of_group, score
        """,
        parameters,
    ).fetchnumpy()
    return ScoreRepeats(
        competitors=_names(connection, arena),
        item=_item_names(connection, arena, rows["item"]),
        competitor=rows["competitor"].astype(np.int64),
        group=rows["of_group"].astype(np.int64),
        score=np.asarray(rows["score"], np.float64),
        times=rows["times"].astype(np.int64),
    )


def _trials(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, repeats: tuple[str, ...]
) -> tuple[str, list[Any]]:
    """Return the SQL that leaves one row for each repeat, as `trials`, and its parameters."""
    columns = dict(
        connection.execute(
            "SELECT name, field_id FROM fields WHERE arena_id = ? ORDER BY field_id",
            [arena.arena_id],
        ).fetchall()
    )
    kept = [f"f{int(columns[name])}" for name in repeats if name in columns]
    trial = f"concat_ws(chr(31), {', '.join(kept)})" if kept else "''"
    sql = f"""
        selected AS (
            SELECT item, first, second, score_first, score_second, votes,
                   list_contains(?::INTEGER[], import_id) AS derived,
                   CASE WHEN derived THEN judge END AS judge,
                   CASE WHEN derived THEN {trial} ELSE import_id || ' ' || line END AS trial
            FROM {arena.table} WHERE {where.clause} AND item IS NOT NULL
        ), sides AS (
            SELECT item, first AS competitor, judge, trial, derived, score_first AS score, votes
            FROM selected
            UNION ALL SELECT item, second, judge, trial, derived, score_second, votes FROM selected
        ), trials AS (
            SELECT item, competitor, judge, trial, avg(score) AS score,
                   CASE WHEN any_value(derived) THEN 1 ELSE sum(votes) END AS votes
            FROM sides WHERE isfinite(score) GROUP BY item, competitor, judge, trial
        )"""
    return sql, [list(_derived(connection, arena)), *where.parameters]


def field_names(connection: duckdb.DuckDBPyConnection, arena: Arena) -> tuple[str, ...]:
    """Return the names of the imported fields of an arena."""
    rows = connection.execute(
        "SELECT name FROM fields WHERE arena_id = ? ORDER BY field_id", [arena.arena_id]
    ).fetchall()
    return tuple(name for (name,) in rows)


def _derived(connection: duckdb.DuckDBPyConnection, arena: Arena) -> tuple[int, ...]:
    """Return the imports of scores, from which comparisons were derived."""
    rows = connection.execute(
        "SELECT import_id, mapping FROM imports WHERE arena_id = ?", [arena.arena_id]
    ).fetchall()
    return tuple(number for number, mapping in rows if json.loads(mapping).get("score"))


def _names(connection: duckdb.DuckDBPyConnection, arena: Arena) -> tuple[str, ...]:
    """Return the names of competitors, by code."""
    rows = connection.execute(
        "SELECT name, code FROM competitors WHERE arena_id = ? ORDER BY code", [arena.arena_id]
    ).fetchall()
    names = [""] * (max((code for _, code in rows), default=-1) + 1)
    for name, code in rows:
        names[code] = name
    return tuple(names)


def _item_names(
    connection: duckdb.DuckDBPyConnection, arena: Arena, codes: np.ndarray
) -> tuple[str, ...]:
    distinct, at = np.unique(codes, return_inverse=True)
    rows = connection.execute(
        "SELECT code, name FROM items WHERE arena_id = ? AND list_contains(?::INTEGER[], code)",
        [arena.arena_id, distinct.tolist()],
    ).fetchall()
    name = dict(rows)
    found = [name[code] for code in distinct.tolist()]
    return tuple(found[place] for place in at.tolist())

"""Sums over the comparisons of one competitor by a field: one GROUP BY per field, over codes."""

from dataclasses import dataclass
from typing import Any, Literal

import duckdb
import numpy as np
import numpy.typing as npt

from ranking.outcomes import BOTH_BAD, FIRST, SECOND, SOFT, TIE, BothBad
from ranking.store.arenas import Arena
from ranking.store.where import Where

Floats = npt.NDArray[np.float64]
ClusterBy = Literal["item", "judge"]

LEVELS = 2
"""How many levels of a taxonomy are told apart, from the top."""

_SAMPLE = 20_000  # rows that show whether a field has few values

_COUNTS = {"wins": FIRST, "ties": TIE, "losses": SECOND, "both_bad": BOTH_BAD, "soft": SOFT}
_RECORD = {
    **{name: f"sum(votes) FILTER (result = {code})" for name, code in _COUNTS.items()},
    "votes": "sum(votes) FILTER (w IS NOT NULL)",
    "weight": "sum(votes * w)",
    "weight2": "sum(votes * w * w)",
    "score": "sum(votes * w * y)",
    "weight2_score": "sum(votes * w * w * y)",
    "weight2_score2": "sum(votes * w * w * y * y)",
}
_OF_COMPARISONS = {
    "clusters": "1",
    "cluster_weight2": "0",
    "cluster_weight_score": "0",
    "cluster_score2": "0",
    "favoured": "sum(votes) FILTER (y > 0.5)",
    "opposed": "sum(votes) FILTER (y < 0.5)",
}
_OF_CLUSTERS = {
    "clusters": "count(*) FILTER (weight > 0)",
    "cluster_weight2": "sum(weight * weight)",
    "cluster_weight_score": "sum(weight * score)",
    "cluster_score2": "sum(score * score)",
    "favoured": "count(*) FILTER (lead > 0)",
    "opposed": "count(*) FILTER (lead < 0)",
}


@dataclass(frozen=True, eq=False)
class Sums:
    """Sums over the comparisons of one competitor, one entry per value of a field.

    Scores y are seen from the competitor. A both-bad comparison that a method drops has weight 0.

    Attributes
    ----------
    value : tuple of str
        The values, most comparisons first.
    left_out : int
        How many further values there are.
    wins, ties, losses, both_bad, soft : float arrays
        Comparisons by outcome.
    votes, weight, weight2, score, weight2_score, weight2_score2 : float arrays
        Of the comparisons that count: their number, and the sums of ``w``, ``w**2``, ``w y``,
        ``w**2 y`` and ``w**2 y**2``.
    clusters : float array
        How many clusters they fall into; 1 where there are no clusters.
    cluster_weight2, cluster_weight_score, cluster_score2 : float arrays
        Sums over clusters of ``W**2``, ``W S`` and ``S**2``, where W and S are a cluster's sums of
        ``w`` and ``w y``.
    favoured, opposed : float arrays
        How many clusters prefer the competitor, and how many the other side; comparisons where
        there are no clusters.
    """

    value: tuple[str, ...]
    left_out: int
    wins: Floats
    ties: Floats
    losses: Floats
    both_bad: Floats
    soft: Floats
    votes: Floats
    weight: Floats
    weight2: Floats
    score: Floats
    weight2_score: Floats
    weight2_score2: Floats
    clusters: Floats
    cluster_weight2: Floats
    cluster_weight_score: Floats
    cluster_score2: Floats
    favoured: Floats
    opposed: Floats

    @property
    def comparisons(self) -> Floats:
        """How many comparisons, of any outcome."""
        return self.wins + self.ties + self.losses + self.both_bad + self.soft


@dataclass(frozen=True, eq=False)
class Results:
    """The comparisons of one competitor, by opponent and by every field that groups them.

    Attributes
    ----------
    record : Sums
        By opponent.
    breakdowns : tuple of (str, Sums)
        By judge, capability, presentation order and imported field, as far as there are values.
    """

    record: Sums
    breakdowns: tuple[tuple[str, Sums], ...]


def read_results(
    connection: duckdb.DuckDBPyConnection,
    arena: Arena,
    where: Where,
    competitor: str,
    *,
    cluster: ClusterBy | None,
    both_bad: BothBad,
    limit: int = 50,
) -> Results:
    """Sum a competitor's comparisons by opponent, judge, capability, order and every field.

    Rows without a value of a field are left out of it. A comparison counts under every capability
    it has, and under those above them, to the second level from the top. A field of which the
    arena has more than `limit` values rather names than groups, and is left out; so is one whose
    only value all comparisons have.

    Parameters
    ----------
    where : Where
        A condition that only comparisons of the competitor meet.
    competitor : str
        Its name; the arena must have it.
    cluster : {"item", "judge"}, optional
        Which comparisons are not independent; a row without an id is a cluster of its own.
    both_bad : {"tie", "drop"}
        Whether a both-bad comparison counts as a tie, or not at all.
    limit : int, default 50
        At most this many judges and capabilities.
    """
    imported = _grouping_fields(connection, arena, limit)
    # The log is scanned once; what is left is small enough to be grouped by one field at a time.
    connection.execute(_own_rows(arena, where, imported, cluster, both_bad),
                       [arena.arena_id, competitor, *where.parameters])  # fmt: skip
    try:
        opponent, *fields = _fields(arena, imported, _present(connection))
        record = _sums(connection, opponent, cluster, None)
        whole = record.comparisons.sum()
        found = []
        for field in fields:
            sums = _sums(connection, field, cluster, limit)
            # A single value that all comparisons have tells nothing apart, nor do too many.
            several = len(sums.value) > 1 or 0 < sums.comparisons.sum() < whole
            if several and not (sums.left_out and field.key in imported):
                found.append((field.by, sums))
        return Results(record, tuple(found))
    finally:
        connection.execute("DROP TABLE own_rows")


@dataclass(frozen=True)
class _Field:
    """A field to group by: its key over own_rows, and where keys and names come from."""

    by: str
    key: str
    join: str = ""
    names: str = ""


def _present(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Return which of Podium's own columns hold any value in own_rows."""
    columns = ("judge", "capability_set", "shown")
    counts = connection.execute(
        f"SELECT {', '.join(f'count({column})' for column in columns)} FROM own_rows"
    ).fetchone()
    assert counts is not None
    return {column for column, count in zip(columns, counts, strict=True) if count}


def _fields(arena: Arena, imported: dict[str, str], present: set[str]) -> list[_Field]:
    """Return the opponent, and what else tells comparisons apart."""
    identifier = int(arena.arena_id)

    def named(table: str) -> str:
        return f"JOIN {table} n ON n.arena_id = {identifier} AND n.code = value"

    nodes = f"""
        JOIN (SELECT DISTINCT code, array_to_string(string_split(path, '/')[1:depth], '/') AS node
              FROM (SELECT code, unnest(paths) AS path FROM capability_sets
                    WHERE arena_id = {identifier}), range(1, {LEVELS} + 1) AS levels(depth)) nodes
          ON nodes.code = capability_set
    """
    order = "CASE WHEN shown THEN 'shown first' WHEN NOT shown THEN 'shown second' END"
    own = {
        "judge": _Field("judge", "judge", names=named("judges")),
        "capability_set": _Field("capability", "node", join=nodes),
        "shown": _Field("presentation order", order),
    }
    return [
        _Field("opponent", "opponent", names=named("competitors")),
        *(field for column, field in own.items() if column in present),
        *(_Field(name, column) for column, name in imported.items()),
    ]


def _grouping_fields(
    connection: duckdb.DuckDBPyConnection, arena: Arena, limit: int
) -> dict[str, str]:
    """Return the imported fields that may group comparisons: column -> name."""
    fields = {
        f"f{int(field_id)}": str(name)
        for field_id, name in connection.execute(
            "SELECT field_id, name FROM fields WHERE arena_id = ? ORDER BY field_id",
            [arena.arena_id],
        ).fetchall()
    }
    if not fields:
        return {}
    # Names of rows show in some blocks of the log; counting all of them would take a second scan.
    rows = connection.execute(f"SELECT count(*) FROM {arena.table}").fetchone()
    part = 100 * min(_SAMPLE / max(rows[0] if rows else 0, 1), 1)
    counts = connection.execute(
        f"SELECT {', '.join(f'count(DISTINCT {column})' for column in fields)} "
        f"FROM {arena.table} TABLESAMPLE SYSTEM ({part:.6f} PERCENT) REPEATABLE (0)"
    ).fetchone()
    assert counts is not None
    return {
        column: name
        for (column, name), count in zip(fields.items(), counts, strict=True)
        if count <= limit
    }


def _own_rows(
    arena: Arena,
    where: Where,
    imported: dict[str, str],
    cluster: ClusterBy | None,
    both_bad: BothBad,
) -> str:
    """Return the SQL that keeps the rows of a competitor, seen from its side."""
    swapped = f"WHEN {FIRST} THEN {SECOND} WHEN {SECOND} THEN {FIRST} ELSE outcome"
    counts = "true" if both_bad == "tie" else f"outcome <> {BOTH_BAD}"
    # A row without an id is a cluster of its own, with a number that is no id.
    unit = f"coalesce({cluster}, -row_number() OVER ())" if cluster else "0"
    return f"""
        CREATE TEMP TABLE own_rows AS
        SELECT CASE WHEN ahead THEN second ELSE first END AS opponent, votes,
               CASE WHEN ahead THEN outcome ELSE CASE outcome {swapped} END END AS result,
               CASE WHEN ahead THEN score ELSE 1 - score END AS y,
               CASE WHEN {counts} THEN weight END AS w,
               first_shown = ahead AS shown, judge, capability_set,
               {unit} AS unit{"".join(f", {c}" for c in imported)}
        FROM (SELECT *, first = (SELECT code FROM competitors WHERE arena_id = ? AND name = ?)
                     AS ahead FROM {arena.table} WHERE {where.clause})
    """


def _sums(
    connection: duckdb.DuckDBPyConnection,
    field: _Field,
    cluster: ClusterBy | None,
    limit: int | None,
) -> Sums:
    rows = f"(SELECT *, {field.key} AS value FROM own_rows {field.join} WHERE value IS NOT NULL)"
    columns = {**_RECORD, **(_OF_CLUSTERS if cluster else _OF_COMPARISONS)}
    clustered = f"""
        JOIN (SELECT value, {_listed(_OF_CLUSTERS)} FROM (
                  SELECT value, sum(votes * w) AS weight, sum(votes * w * y) AS score,
                         sum(votes * sign(y - 0.5)) AS lead
                  FROM {rows} GROUP BY value, unit
              ) GROUP BY value) USING (value)
    """
    plain = _RECORD if cluster else columns
    found = connection.execute(f"""
        SELECT {"n.name" if field.names else "value"} AS shown, *, count(*) OVER () AS all_values
        FROM (SELECT value, {_listed(plain)} FROM {rows} GROUP BY value)
        {clustered if cluster else ""} {field.names}
        ORDER BY {" + ".join(f"coalesce({name}, 0)" for name in _COUNTS)} DESC, shown
        LIMIT {"ALL" if limit is None else int(limit)}
    """).fetchnumpy()
    shown = tuple(str(value) for value in found["shown"])
    left_out = int(found["all_values"][0]) - len(shown) if shown else 0
    return Sums(shown, left_out, **{name: _filled(found[name]) for name in columns})


def _filled(column: Any) -> Floats:
    return np.asarray(np.ma.filled(np.ma.asarray(column, np.float64), 0.0))


def _listed(columns: dict[str, str]) -> str:
    return ", ".join(f"{sql} AS {name}" for name, sql in columns.items())

"""Which rows of an arena's log belong to which tasks, as codes; and the scores on these tasks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np

from ranking.errors import InputError, SelectionError
from ranking.laplacian import Codes, Floats
from ranking.store.arenas import Arena
from ranking.store.log import read_games_with
from ranking.store.where import Where
from ranking.tally import Games
from ranking.wording import plural

MOST_TASKS = 200
"""More tasks than this are not told apart: each would rest on next to nothing."""
MOST_ITEMS = 50
"""Up to so many items are tasks of their own where nothing else is said."""
ONE_TASK = "all comparisons"
"""The name of the task of a log without tasks."""

# A comparison without an item is an item of its own.
_ITEM = "coalesce(item, -row_number() OVER (ORDER BY import_id, line, first, second))"


@dataclass(frozen=True, eq=False)
class Grouping:
    """Groups of rows that belong to the same tasks.

    Attributes
    ----------
    by : str
        "capabilities", "judges", "items", the name of a field, or "none".
    tasks : tuple of str
        Names; `task` indexes it.
    column : str
        SQL that yields the code of each row's group, made of generated names only.
    group, task : int arrays
        Group `group` belongs to task `task`.
    """

    by: str
    tasks: tuple[str, ...]
    column: str
    group: Codes
    task: Codes

    def members(self, groups: Codes) -> tuple[Codes, Codes]:
        """Return the pairs of row and task of rows that have these groups."""
        order = np.argsort(self.group, kind="stable")
        group, task = self.group[order], self.task[order]
        start, stop = (np.searchsorted(group, groups, side) for side in ("left", "right"))
        count = stop - start
        row = np.repeat(np.arange(len(groups)), count)
        within = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        return row, task[np.repeat(start, count) + within]


@dataclass(frozen=True, eq=False)
class TaskScores:
    """Mean scores by competitor, item and group (see `ScoreLog`)."""

    competitors: tuple[str, ...]
    competitor: Codes
    item: Codes
    score: Floats
    task_row: Codes
    task: Codes


def task_grouping(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, by: str, depth: int
) -> Grouping:
    """Say which tasks the selected comparisons have (see `Comparisons.tasks`).

    Raises
    ------
    InputError
        If there are more than `MOST_TASKS`, or none.
    SelectionError
        If the arena has no such field or capability.
    """
    if depth < 1:
        raise InputError(f"The depth of tasks must be 1 or more, not {depth}.")
    if by == "auto":
        by = _usual(connection, arena, where)
    if by == "none":
        zero = np.zeros(1, np.int64)
        return Grouping("none", (ONE_TASK,), "0", zero, zero)
    if by == "capability" or by.startswith("capability:"):
        path = by.partition(":")[2].strip("/ ")
        return _by_capability(connection, arena, where, path, depth)
    if by in ("judge", "item"):
        return _by_dictionary(connection, arena, where, by)
    return _by_field(connection, arena, where, by)


def _usual(connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where) -> str:
    tagged, items = connection.execute(
        f"SELECT count(capability_set) > 0, count(DISTINCT item) FROM {arena.table} "
        f"WHERE {where.clause}",
        list(where.parameters),
    ).fetchone() or (False, 0)
    return "capability" if tagged else "item" if 2 <= items <= MOST_ITEMS else "none"


def _by_capability(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, path: str, depth: int
) -> Grouping:
    rows = connection.execute(
        "SELECT code, paths FROM capability_sets WHERE arena_id = ? AND code IN "
        f"(SELECT capability_set FROM {arena.table} WHERE {where.clause}) ORDER BY code",
        [arena.arena_id, *where.parameters],
    ).fetchall()
    sets = {code: [tuple(held.split("/")) for held in paths] for code, paths in rows}
    if not sets:
        raise InputError(
            f"No comparison of {arena.name!r} that is selected has a capability; "
            "choose other tasks, or none."
        )
    root = tuple(path.split("/")) if path else ()
    level = len(root) + depth
    below = {code: _nodes(paths, root, level) for code, paths in sets.items()}
    if not path:
        level = _first_telling(sets, depth)
        below = {code: _nodes(paths, root, level) for code, paths in sets.items()}
    if not any(below.values()):
        if path and not any(held[: len(root)] == root for own in sets.values() for held in own):
            raise SelectionError(f"The arena {arena.name!r} has no capability {path!r}.")
        place = f"below the capability {path!r}" if path else "of the taxonomy"
        raise InputError(f"There is no level {depth} {place}; choose a smaller depth.")
    nodes = sorted({node for own in below.values() for node in own})
    _check_count(len(nodes), "capabilities", "choose a smaller depth, or none")
    code = {node: at for at, node in enumerate(nodes)}
    pairs = [(group, code[node]) for group, own in below.items() for node in sorted(own)]
    group, task = np.array(pairs, np.int64).T
    return Grouping(
        "capabilities", tuple("/".join(node) for node in nodes), "capability_set", group, task
    )


def _nodes(
    paths: Sequence[tuple[str, ...]], root: tuple[str, ...], level: int
) -> set[tuple[str, ...]]:
    return {path[:level] for path in paths if len(path) >= level and path[: len(root)] == root}


def _first_telling(sets: dict[int, list[tuple[str, ...]]], depth: int) -> int:
    """Return the level `depth` below the nodes that all comparisons share: facets, say."""
    level = 1
    while True:
        nodes = [_nodes(paths, (), level) for paths in sets.values()]
        deeper = any(len(path) > level for paths in sets.values() for path in paths)
        if not deeper or any(own != nodes[0] for own in nodes):
            return level + depth - 1
        level += 1


def _by_dictionary(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, by: str
) -> Grouping:
    """Return a task for each judge, or for each item."""
    words = plural(by)
    count = _distinct(connection, arena, where, by)
    if not count:
        raise InputError(
            f"No comparison of {arena.name!r} that is selected has a {by}".replace(
                "a item", "an item"
            )
            + "; choose other tasks, or none."
        )
    _check_count(count, words, "choose a capability or an imported field, or none")
    rows = connection.execute(
        f"SELECT code, name FROM {words} WHERE arena_id = ? AND code IN "
        f"(SELECT {by} FROM {arena.table} WHERE {where.clause}) ORDER BY code",
        [arena.arena_id, *where.parameters],
    ).fetchall()
    codes = np.array([code for code, _ in rows], np.int64)
    return Grouping(words, tuple(name for _, name in rows), by, codes, np.arange(len(rows)))


def _by_field(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, name: str
) -> Grouping:
    fields = dict(
        connection.execute(
            "SELECT name, field_id FROM fields WHERE arena_id = ? ORDER BY name", [arena.arena_id]
        ).fetchall()
    )
    if name not in fields:
        known = ", ".join(fields) or "none"
        raise SelectionError(
            f"The arena {arena.name!r} has no field {name!r} to take tasks from; its fields are: "
            f"{known}. Tasks can also be capability, judge, item or none."
        )
    column = f"f{int(fields[name])}"
    count = _distinct(connection, arena, where, column)
    if not count:
        raise InputError(f"No comparison that is selected has a value of {name!r}.")
    _check_count(count, f"values of {name!r}", "choose another field, or none")
    values = connection.execute(
        f"SELECT {column} FROM {arena.table} WHERE {where.clause} AND {column} IS NOT NULL "
        "GROUP BY 1 ORDER BY 1",
        list(where.parameters),
    ).fetchall()
    codes = np.arange(len(values))
    return Grouping(
        name,
        tuple(value for (value,) in values),
        f"CASE WHEN {column} IS NOT NULL "
        f"THEN dense_rank() OVER (ORDER BY {column} NULLS LAST) - 1 END",
        codes,
        codes,
    )


def _distinct(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, column: str
) -> int:
    row = connection.execute(
        f"SELECT count(DISTINCT {column}) FROM {arena.table} WHERE {where.clause}",
        list(where.parameters),
    ).fetchone()
    return int(row[0]) if row else 0


def _check_count(count: int, words: str, instead: str) -> None:
    if count > MOST_TASKS:
        raise InputError(
            f"There are {count:,} {words}, and at most {MOST_TASKS} tasks are played at once; "
            f"{instead}."
        )


def read_task_games(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, grouping: Grouping
) -> tuple[Games, Codes, Codes]:
    """Read the selected comparisons as `read_games` does, and the pairs of row and task."""
    games, groups = read_games_with(connection, arena, where, grouping.column)
    return games, *grouping.members(_filled(groups))


def judge_names(
    connection: duckdb.DuckDBPyConnection, arena: Arena, codes: Codes
) -> tuple[tuple[str, ...], Codes]:
    """Return the names of all judges of an arena, and the positions of codes among them.

    Codes may have gaps, positions have none; -1 stays.
    """
    rows = connection.execute(
        "SELECT code, name FROM judges WHERE arena_id = ? ORDER BY code", [arena.arena_id]
    ).fetchall()
    if not rows:
        return (), codes
    known = np.array([code for code, _ in rows], np.int64)
    return tuple(name for _, name in rows), np.where(codes >= 0, np.searchsorted(known, codes), -1)


def read_task_scores(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, grouping: Grouping
) -> TaskScores:
    """Average the scores of both sides by competitor, item and group inside the database.

    Raises
    ------
    InputError
        If no selected comparison has a score.
    """
    columns = connection.execute(
        f"""
        WITH selected AS (
            SELECT first, second, score_first, score_second, votes, {_ITEM} AS item,
                   {grouping.column} AS grouped
            FROM {arena.table} WHERE {where.clause}
        ), sides AS (
            SELECT first AS competitor, item, grouped, score_first AS score, votes FROM selected
            UNION ALL
            SELECT second, item, grouped, score_second, votes FROM selected
        )
        SELECT competitor, item, grouped, sum(votes * score) / sum(votes) AS score
        FROM sides WHERE score IS NOT NULL
        GROUP BY competitor, item, grouped ORDER BY competitor, item, grouped
        """,
        list(where.parameters),
    ).fetchnumpy()
    if not len(columns["score"]):
        raise InputError(
            f"No comparison of {arena.name!r} that is selected has a score for a side; scores are "
            "imported as the roles score_first and score_second. Use payoff='wins'."
        )
    names = dict(
        connection.execute(
            "SELECT code, name FROM competitors WHERE arena_id = ?", [arena.arena_id]
        ).fetchall()
    )
    present, competitor = np.unique(columns["competitor"], return_inverse=True)
    _, item = np.unique(columns["item"], return_inverse=True)
    row, task = grouping.members(_filled(columns["grouped"]))
    return TaskScores(
        tuple(names[code] for code in present.tolist()),
        competitor.astype(np.int64),
        item.astype(np.int64),
        np.asarray(columns["score"], np.float64),
        row,
        task,
    )


def _filled(codes: Any) -> Codes:
    return np.asarray(np.ma.filled(codes, -1), np.int64)

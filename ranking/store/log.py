"""Reading an arena's log of comparisons: cells, games, pages of raw rows."""

from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np

from ranking.outcomes import NAMES, SOFT
from ranking.store.arenas import Arena
from ranking.store.where import Where
from ranking.tally import SCORE, Games, Tally

if TYPE_CHECKING:
    import pandas as pd


_READ = {
    "score": "score",
    "votes": "votes::DOUBLE",
    "weight": "weight",
    "item": "coalesce(item, -1)",
    "judge": "coalesce(judge, -1)",
    "time": "epoch_us(time) / 1e6",
    "import_id": "import_id",
}
"""What `Games` needs of the columns that often hold nothing but a default."""

_SUMS = {
    "votes": "sum(votes)",
    "weight": "sum(votes * weight)",
    "weight2": "sum(votes * weight * weight)",
    "score": "sum(votes * weight * score)",
    "weight2_score": "sum(votes * weight * weight * score)",
    "weight2_score2": "sum(votes * weight * weight * score * score)",
}


def read_tally(connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where) -> Tally:
    """Group the selected comparisons by pair and outcome inside the database."""
    # Six sums cost twice what a count does, and a log without weights needs only the count.
    weighted = _varying(connection, arena) & {"votes", "weight", "score"}
    sums = _SUMS if weighted else {"votes": "count(*)"}
    selected = ", ".join(f"({sql})::DOUBLE AS {name}" for name, sql in sums.items())
    columns = connection.execute(
        f"SELECT first, second, outcome, {selected} FROM {arena.table} "
        f"WHERE {where.clause} GROUP BY first, second, outcome",
        list(where.parameters),
    ).fetchnumpy()
    names, first, second = _recoded(connection, arena, columns["first"], columns["second"])
    cells = {name: columns[name] for name in sums}
    return Tally.from_cells(names, first, second, columns["outcome"], **cells)


def read_games(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, *, ordered: bool = True
) -> Games:
    """Read the selected comparisons row by row, in the order of time, import and line.

    Where the order does not matter (`ordered` False) neither it nor the times are read.
    """
    return read_games_with(connection, arena, where, None, ordered=ordered)[0]


def read_games_with(
    connection: duckdb.DuckDBPyConnection,
    arena: Arena,
    where: Where,
    sql: str | None,
    *,
    ordered: bool = True,
) -> tuple[Games, Any]:
    """Read the selected comparisons as `read_games` does, and the value of an expression for each.

    Parameters
    ----------
    sql : str, optional
        The expression, made of generated names; its values are masked where they are NULL.
    """
    varying = _varying(connection, arena) - (set() if ordered else {"time", "import_id"})
    selected = ", ".join(
        ["first", "second", "outcome", *(["line"] if ordered else [])]
        + [f"{sql} AS {name}" for name, sql in _READ.items() if name in varying]
        + ([] if sql is None else [f"{sql} AS wanted"])
    )
    columns = connection.execute(
        f"SELECT {selected} FROM {arena.table} WHERE {where.clause}", list(where.parameters)
    ).fetchnumpy()
    if ordered:
        columns = _in_order(columns)
    names, first, second = _recoded(connection, arena, columns["first"], columns["second"])

    def column(name: str, constant: float) -> np.ndarray:
        values = columns.get(name)
        return np.broadcast_to(constant, len(first)) if values is None else np.asarray(values)

    score = columns["score"] if "score" in varying else SCORE[columns["outcome"]]
    games = Games(
        names, first, second, columns["outcome"], score,
        column("votes", 1.0), column("weight", 1.0), column("item", -1), column("judge", -1),
        column("time", np.nan),
    )  # fmt: skip
    return games, columns.get("wanted")


def read_page(
    connection: duckdb.DuckDBPyConnection,
    arena: Arena,
    where: Where,
    *,
    offset: int = 0,
    limit: int = 100,
    search: str = "",
) -> "pd.DataFrame":
    """Read some raw comparisons with their names, in the order in which they were imported.

    Parameters
    ----------
    offset, limit : int
        Which rows.
    search : str
        Text that a competitor, item, judge, response, feedback or field of the row contains.

    Returns
    -------
    DataFrame
        `file`, `line`, the arena's noun for both sides, `outcome` and every column that has values.
    """
    matched, parameters = _searched(connection, arena, where, search)
    return connection.execute(
        f"""
        SELECT * FROM ({_named(connection, arena)} WHERE {matched})
        ORDER BY import_id, line, first_name, second_name LIMIT ? OFFSET ?
        """,
        [*parameters, limit, offset],
    ).df()


def stream_named(connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where) -> Any:
    """Return an Arrow reader over the selected rows with their names, under generated columns."""
    return connection.sql(
        f"SELECT * FROM ({_named(connection, arena)} WHERE {where.clause}) "
        "ORDER BY import_id, line",
        params=list(where.parameters),
    ).to_arrow_reader(100_000)


def count_rows(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, *, search: str = ""
) -> int:
    """Count the rows (not votes) that `read_page` pages through."""
    matched, parameters = _searched(connection, arena, where, search)
    row = connection.execute(
        f"SELECT count(*) FROM ({_named(connection, arena)} WHERE {matched})", list(parameters)
    ).fetchone()
    return int(row[0]) if row else 0


def named_columns(connection: duckdb.DuckDBPyConnection, arena: Arena) -> dict[str, str]:
    """Return the columns of the log that hold values: generated name -> name to show."""
    shown = {
        "import_id": "import",
        "line": "line",
        "first_name": f"{arena.noun}_a",
        "second_name": f"{arena.noun}_b",
        "outcome_name": "outcome",
        "score": "score",
        "votes": "count",
        "weight": "weight",
        "item_name": "item",
        "item_text": "item_text",
        "judge_name": "judge",
        "capabilities": "capabilities",
        "time": "time",
        "first_shown": "a_shown_first",
        "score_first": "score_a",
        "score_second": "score_b",
        "response_first": "response_a",
        "response_second": "response_b",
        "feedback": "feedback",
    }
    for identifier, name in _catalogue(connection, "features", "feature_id", arena):
        shown[f"x{identifier}_first"] = f"{name}_a"
        shown[f"x{identifier}_second"] = f"{name}_b"
    for identifier, name in _catalogue(connection, "fields", "field_id", arena):
        shown[f"f{identifier}"] = name
    return shown


def field_values(
    connection: duckdb.DuckDBPyConnection, arena: Arena, *, limit: int = 200
) -> dict[str, tuple[str, ...]]:
    """Return each field's values, commonest first, for fields with at most `limit` of them."""
    values: dict[str, tuple[str, ...]] = {}
    for identifier, name in _catalogue(connection, "fields", "field_id", arena):
        rows = connection.execute(
            f"SELECT f{identifier} FROM {arena.table} WHERE f{identifier} IS NOT NULL "
            f"GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT ?",
            [limit + 1],
        ).fetchall()
        if 0 < len(rows) <= limit:
            values[name] = tuple(value for (value,) in rows)
    return values


def dictionary(connection: duckdb.DuckDBPyConnection, arena: Arena, table: str) -> tuple[str, ...]:
    """Return all names in one of the arena's dictionaries: competitors, items or judges."""
    rows = connection.execute(
        f"SELECT name FROM {table} WHERE arena_id = ? ORDER BY code", [arena.arena_id]
    ).fetchall()
    return tuple(name for (name,) in rows)


def capability_paths(connection: duckdb.DuckDBPyConnection, arena: Arena) -> tuple[str, ...]:
    """Return every node of the arena's taxonomy, as sorted paths, inner nodes included."""
    rows = connection.execute(
        "SELECT DISTINCT unnest(paths) FROM capability_sets WHERE arena_id = ?", [arena.arena_id]
    ).fetchall()
    nodes: set[str] = set()
    for (path,) in rows:
        segments = path.split("/")
        nodes.update("/".join(segments[: depth + 1]) for depth in range(len(segments)))
    return tuple(sorted(nodes))


def time_span(connection: duckdb.DuckDBPyConnection, arena: Arena) -> tuple[Any, Any] | None:
    """Return the first and the last time in the log, or None where it has no times."""
    row = connection.execute(f"SELECT min(time), max(time) FROM {arena.table}").fetchone()
    return None if row is None or row[0] is None else (row[0], row[1])


def _varying(connection: duckdb.DuckDBPyConnection, arena: Arena) -> set[str]:
    """Return which columns of `_READ` hold more than their default, from DuckDB's statistics."""
    row = connection.execute(
        f"SELECT max(outcome) = {SOFT}, max(votes) > 1, min(weight) <> 1 OR max(weight) <> 1, "
        "count(item) > 0, count(judge) > 0, count(time) > 0, min(import_id) <> max(import_id) "
        f"FROM {arena.table}"
    ).fetchone()
    assert row is not None
    return {name for name, varies in zip(_READ, row, strict=True) if varies}


def _in_order(columns: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Sort rows by time, import and line; rows without a time come last.

    Several threads write an import, so that the table holds whole blocks of lines out of order.
    """
    keys = [columns.pop("line")]
    if "import_id" in columns:
        keys.append(columns.pop("import_id"))
    if "time" in columns:
        columns["time"] = np.ma.filled(columns["time"], np.nan)
        keys.append(columns["time"])
    if len(keys) == 1 and (keys[0][1:] > keys[0][:-1]).all():
        return columns
    order = np.lexsort(keys) if len(keys) > 1 else np.argsort(keys[0], kind="stable")
    return {name: values[order] for name, values in columns.items()}


def _named(connection: duckdb.DuckDBPyConnection, arena: Arena) -> str:
    """Select the log with its dictionaries' names in place of codes."""
    names = ", ".join(f"'{name}'" for name in NAMES)
    identifier = int(arena.arena_id)
    extra = "".join(
        f", x{i}_first, x{i}_second"
        for i, _ in _catalogue(connection, "features", "feature_id", arena)
    ) + "".join(f", f{i}" for i, _ in _catalogue(connection, "fields", "field_id", arena))
    return f"""
        SELECT import_id, line, a.name AS first_name, b.name AS second_name,
               ([{names}])[outcome + 1] AS outcome_name, score, votes, weight,
               items.name AS item_name, items.text AS item_text, judges.name AS judge_name,
               array_to_string(sets.paths, '; ') AS capabilities, time, first_shown,
               score_first, score_second, response_first, response_second, feedback{extra}
        FROM {arena.table}
        JOIN competitors a ON a.arena_id = {identifier} AND a.code = first
        JOIN competitors b ON b.arena_id = {identifier} AND b.code = second
        LEFT JOIN items ON items.arena_id = {identifier} AND items.code = item
        LEFT JOIN judges ON judges.arena_id = {identifier} AND judges.code = judge
        LEFT JOIN capability_sets sets
               ON sets.arena_id = {identifier} AND sets.code = capability_set
    """


def _searched(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, search: str
) -> tuple[str, tuple[Any, ...]]:
    if not search:
        return where.clause, where.parameters
    columns = ["a.name", "b.name", "items.name", "items.text", "judges.name"]
    columns += ["response_first", "response_second", "feedback"]
    columns += [f"f{i}" for i, _ in _catalogue(connection, "fields", "field_id", arena)]
    held = " OR ".join(f"contains(lower({column}), lower(?))" for column in columns)
    return f"{where.clause} AND ({held})", (*where.parameters, *[search] * len(columns))


def _catalogue(
    connection: duckdb.DuckDBPyConnection, table: str, key: str, arena: Arena
) -> list[tuple[int, str]]:
    return connection.execute(
        f"SELECT {key}, name FROM {table} WHERE arena_id = ? ORDER BY {key}", [arena.arena_id]
    ).fetchall()


def _recoded(
    connection: duckdb.DuckDBPyConnection, arena: Arena, first: Any, second: Any
) -> tuple[tuple[str, ...], np.ndarray, np.ndarray]:
    """Number the competitors that occur 0..m-1, in the order of their codes."""
    rows = connection.execute(
        "SELECT code, name FROM competitors WHERE arena_id = ? ORDER BY code", [arena.arena_id]
    ).fetchall()
    present = np.zeros(max((code for code, _ in rows), default=-1) + 1, bool)
    present[first] = True
    present[second] = True
    names = tuple(name for code, name in rows if present[code])
    if present.all():
        return names, first, second
    position = np.cumsum(present) - 1
    return names, position[first], position[second]

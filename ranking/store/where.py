"""From a selection to a WHERE clause in which every value is a bound parameter."""

from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import duckdb

from ranking.errors import SelectionError
from ranking.selection import Selection
from ranking.store.arenas import Arena


@dataclass(frozen=True)
class Where:
    """A condition on an arena's comparisons and the parameters it binds."""

    clause: str
    parameters: tuple[Any, ...]


def where(connection: duckdb.DuckDBPyConnection, arena: Arena, selection: Selection) -> Where:
    """Compile a selection for one arena.

    Raises
    ------
    SelectionError
        If the selection names a competitor, judge, capability or field that the arena lacks.
    """
    clauses: list[str] = []
    parameters: list[Any] = []

    def add(clause: str, *values: Any) -> None:
        clauses.append(clause)
        parameters.extend(values)

    if selection.competitors:
        codes = _codes(connection, arena, "competitors", arena.noun, selection.competitors)
        add("list_contains(?::INTEGER[], first)", codes)
        add("list_contains(?::INTEGER[], second)", codes)
    if selection.involving:
        (code,) = _codes(connection, arena, "competitors", arena.noun, (selection.involving,))
        add("(first = ? OR second = ?)", code, code)
    if selection.judges:
        codes = _codes(connection, arena, "judges", "judge", selection.judges)
        add("list_contains(?::INTEGER[], judge)", codes)
    if selection.capabilities:
        codes = _capability_sets(connection, arena, selection.capabilities)
        add("list_contains(?::INTEGER[], capability_set)", codes)
    if selection.since:
        add("time >= ?", selection.since)
    if selection.until:
        add("time < ?", selection.until)
    for name, values in selection.fields:
        add(f"list_contains(?::VARCHAR[], {_field_column(connection, arena, name)})", list(values))
    return Where(" AND ".join(clauses) or "true", tuple(parameters))


def _codes(
    connection: duckdb.DuckDBPyConnection,
    arena: Arena,
    dictionary: str,
    noun: str,
    names: tuple[str, ...],
) -> list[int]:
    rows = connection.execute(
        f"SELECT name, code FROM {dictionary} "
        "WHERE arena_id = ? AND list_contains(?::VARCHAR[], name)",
        [arena.arena_id, list(names)],
    ).fetchall()
    missing = sorted(set(names) - {name for name, _ in rows})
    if missing:
        known = connection.execute(
            f"SELECT name FROM {dictionary} WHERE arena_id = ? ORDER BY code", [arena.arena_id]
        ).fetchall()
        close = get_close_matches(missing[0], [name for (name,) in known], n=3)
        meant = f" Did you mean {' or '.join(map(repr, close))}?" if close else ""
        raise SelectionError(f"The arena {arena.name!r} has no {noun} {missing[0]!r}.{meant}")
    return [code for _, code in rows]


def _capability_sets(
    connection: duckdb.DuckDBPyConnection, arena: Arena, paths: tuple[str, ...]
) -> list[int]:
    found: set[int] = set()
    for path in paths:
        rows = connection.execute(
            "SELECT code FROM capability_sets WHERE arena_id = ? AND len(list_filter(paths, "
            "lambda held: held = ? OR starts_with(held, ? || '/'))) > 0",
            [arena.arena_id, path, path],
        ).fetchall()
        if not rows:
            raise SelectionError(f"The arena {arena.name!r} has no capability {path!r}.")
        found.update(code for (code,) in rows)
    return sorted(found)


def _field_column(connection: duckdb.DuckDBPyConnection, arena: Arena, name: str) -> str:
    fields = dict(
        connection.execute(
            "SELECT name, field_id FROM fields WHERE arena_id = ?", [arena.arena_id]
        ).fetchall()
    )
    if name not in fields:
        known = ", ".join(sorted(fields)) or "none"
        raise SelectionError(
            f"The arena {arena.name!r} has no field {name!r}; its fields are: {known}."
        )
    return f"f{int(fields[name])}"

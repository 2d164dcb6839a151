"""Arenas and imports: list, create, rename, delete, undo."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from ranking.errors import InputError, StoreError, UnknownArenaError
from ranking.store.connection import Store

if TYPE_CHECKING:
    import pandas as pd

DICTIONARIES = {
    "competitors": ("first", "second"),
    "items": ("item",),
    "judges": ("judge",),
    "capability_sets": ("capability_set",),
}


@dataclass(frozen=True)
class Arena:
    """One body of comparable evidence.

    Attributes
    ----------
    arena_id : int
        Never reused, not even after the arena is deleted.
    name : str
        Unique in its database.
    noun : str
        What a competitor is called here: "model", "policy", "player".
    description : str
        Where the evidence comes from; may be empty. It says so where an import of scores brought
        comparisons.
    simulated : bool
        Whether the evidence was simulated.
    version : int
        Grows with every change; with `arena_id` it is the key of every cached read.
    mapping : str or None
        The mapping of columns that was confirmed last, as JSON.
    competitors, comparisons : int
        How many there are. Comparisons count the votes of aggregated rows.
    """

    arena_id: int
    name: str
    noun: str
    description: str
    simulated: bool
    version: int
    mapping: str | None
    competitors: int
    comparisons: int

    @property
    def table(self) -> str:
        """The table of this arena's comparisons."""
        return comparisons_table(self.arena_id)


@dataclass(frozen=True)
class Import:
    """One imported file."""

    import_id: int
    arena: str
    file_name: str
    content_hash: str
    format: str
    mapping: str
    accepted: int
    rejected: int
    imported_at: datetime


def comparisons_table(arena_id: int) -> str:
    """Return the name of an arena's table of comparisons; no user text is in it."""
    return f"comparisons_{int(arena_id)}"


def arenas(store: Store) -> list[Arena]:
    """Return all arenas by name."""
    with store.reading() as connection:
        return _arenas(connection)


def arena(store: Store, name: str) -> Arena:
    """Return the arena of that name.

    Raises
    ------
    UnknownArenaError
        If there is none; the message names those that exist.
    """
    with store.reading() as connection:
        return find_arena(connection, name)


def find_arena(connection: duckdb.DuckDBPyConnection, name: str) -> Arena:
    """Return the arena of that name over an open connection (see `arena`)."""
    found = _arenas(connection)
    for candidate in found:
        if candidate.name == name:
            return candidate
    known = ", ".join(repr(a.name) for a in found) or "none yet"
    raise UnknownArenaError(f"There is no arena {name!r}; the arenas are: {known}.")


def create_arena(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    *,
    noun: str = "competitor",
    description: str = "",
    simulated: bool = False,
) -> Arena:
    """Create an empty arena inside a writing transaction.

    Raises
    ------
    InputError
        If the name is empty or taken.
    """
    name, noun = name.strip(), noun.strip()
    if not name:
        raise InputError("An arena needs a name.")
    if any(existing.name == name for existing in _arenas(connection)):
        raise InputError(f"There is an arena {name!r} already; choose another name.")
    row = connection.execute("SELECT nextval('arena_ids')").fetchone()
    assert row is not None
    arena_id = int(row[0])
    connection.execute(
        "INSERT INTO arenas VALUES (?, ?, ?, ?, ?, 0, NULL, ?)",
        [arena_id, name, noun or "competitor", description, simulated, _now()],
    )
    connection.execute(f"""
        CREATE TABLE {comparisons_table(arena_id)} (
            import_id INTEGER NOT NULL,
            line BIGINT NOT NULL,
            first INTEGER NOT NULL,
            second INTEGER NOT NULL CHECK (second <> first),
            outcome UTINYINT NOT NULL CHECK (outcome <= 4),
            score DOUBLE NOT NULL CHECK (score BETWEEN 0 AND 1),
            votes BIGINT NOT NULL CHECK (votes > 0),
            weight DOUBLE NOT NULL CHECK (weight > 0),
            item INTEGER,
            judge INTEGER,
            capability_set INTEGER,
            time TIMESTAMP,
            first_shown BOOLEAN,
            score_first DOUBLE,
            score_second DOUBLE,
            response_first VARCHAR,
            response_second VARCHAR,
            feedback VARCHAR
        )
    """)
    return find_arena(connection, name)


def describe_arena(
    store: Store, name: str, *, new_name: str | None = None, noun: str | None = None
) -> Arena:
    """Rename an arena, or change what its competitors are called."""
    with store.writing() as connection:
        found = find_arena(connection, name)
        wanted = (new_name or name).strip()
        if not wanted:
            raise InputError("An arena needs a name.")
        if wanted != name and any(a.name == wanted for a in _arenas(connection)):
            raise InputError(f"There is an arena {wanted!r} already; choose another name.")
        connection.execute(
            "UPDATE arenas SET name = ?, noun = ?, version = version + 1 WHERE arena_id = ?",
            [wanted, noun or found.noun, found.arena_id],
        )
        return find_arena(connection, wanted)


def delete_arena(store: Store, name: str) -> None:
    """Delete an arena with all its comparisons, imports and rejected rows."""
    with store.writing() as connection:
        _delete(connection, find_arena(connection, name).arena_id)


def imports(store: Store, name: str | None = None) -> list[Import]:
    """Return the imports of one arena, or of all, newest first."""
    with store.reading() as connection:
        if name is not None:
            find_arena(connection, name)
        rows = connection.execute(
            """
            SELECT import_id, arenas.name, file_name, content_hash, format, imports.mapping,
                   accepted, rejected, imported_at
            FROM imports JOIN arenas USING (arena_id)
            WHERE ?::VARCHAR IS NULL OR arenas.name = ?
            ORDER BY import_id DESC
            """,
            [name, name],
        ).fetchall()
        return [Import(*row) for row in rows]


def rejected_rows(store: Store, import_id: int) -> "pd.DataFrame":
    """Return the rejected rows of an import: `line`, `column`, `value`, `reason`."""
    with store.reading() as connection:
        _find_import(connection, import_id)
        return connection.execute(
            "SELECT line, column_name AS column, value, reason FROM rejected_rows "
            "WHERE import_id = ? ORDER BY line, column_name",
            [import_id],
        ).df()


def undo_import(store: Store, import_id: int) -> Import:
    """Take an import back: its rows, its rejected rows, and the names that only it brought.

    The arena is as it was before; one that this import created, and that no other filled since, is
    gone.

    Returns
    -------
    Import
        The import that is no more.

    Raises
    ------
    StoreError
        If there is no such import.
    """
    with store.writing() as connection:
        undone, arena_id = _find_import(connection, import_id)
        table = comparisons_table(arena_id)
        connection.execute(f"DELETE FROM {table} WHERE import_id = ?", [import_id])
        connection.execute("DELETE FROM rejected_rows WHERE import_id = ?", [import_id])
        connection.execute("DELETE FROM imports WHERE import_id = ?", [import_id])
        last = connection.execute(
            "SELECT mapping FROM imports WHERE arena_id = ? ORDER BY import_id DESC LIMIT 1",
            [arena_id],
        ).fetchone()
        if last is None:
            _delete(connection, arena_id)
            return undone
        connection.execute("UPDATE arenas SET mapping = ? WHERE arena_id = ?", [last[0], arena_id])
        _forget_unused_names(connection, arena_id)
        touch(connection, arena_id)
        return undone


def touch(connection: duckdb.DuckDBPyConnection, arena_id: int) -> None:
    """Move an arena to its next version: what was cached of it is stale."""
    connection.execute("UPDATE arenas SET version = version + 1 WHERE arena_id = ?", [arena_id])


def _delete(connection: duckdb.DuckDBPyConnection, arena_id: int) -> None:
    connection.execute(
        "DELETE FROM rejected_rows WHERE import_id IN "
        "(SELECT import_id FROM imports WHERE arena_id = ?)",
        [arena_id],
    )
    _forget_taxonomies(connection, arena_id)
    for table in ("imports", *DICTIONARIES, "fields", "features", "arenas"):
        connection.execute(f"DELETE FROM {table} WHERE arena_id = ?", [arena_id])
    connection.execute(f"DROP TABLE {comparisons_table(arena_id)}")


def _forget_taxonomies(connection: duckdb.DuckDBPyConnection, arena_id: int) -> None:
    """Delete what is kept of an arena's taxonomies: trees, edits and custom capabilities."""
    for table in ("taxonomy_nodes", "taxonomy_tags"):
        connection.execute(
            f"DELETE FROM {table} WHERE taxonomy_id IN "
            "(SELECT taxonomy_id FROM taxonomies WHERE arena_id = ?)",
            [arena_id],
        )
    for table in ("taxonomies", "taxonomy_edits", "custom_capabilities"):
        connection.execute(f"DELETE FROM {table} WHERE arena_id = ?", [arena_id])


def _forget_unused_names(connection: duckdb.DuckDBPyConnection, arena_id: int) -> None:
    table = comparisons_table(arena_id)
    for dictionary, columns in DICTIONARIES.items():
        used = " UNION ".join(f"SELECT {c} FROM {table} WHERE {c} IS NOT NULL" for c in columns)
        connection.execute(
            f"DELETE FROM {dictionary} WHERE arena_id = ? AND code NOT IN ({used})", [arena_id]
        )
    for catalogue, key, column in (
        ("fields", "field_id", "f{}"),
        ("features", "feature_id", "x{}_first"),
    ):
        ids = connection.execute(
            f"SELECT {key} FROM {catalogue} WHERE arena_id = ?", [arena_id]
        ).fetchall()
        for (identifier,) in ids:
            kept = connection.execute(
                f"SELECT count({column.format(identifier)}) FROM {table}"
            ).fetchone()
            if kept == (0,):
                connection.execute(
                    f"DELETE FROM {catalogue} WHERE arena_id = ? AND {key} = ?",
                    [arena_id, identifier],
                )


def _find_import(connection: duckdb.DuckDBPyConnection, import_id: int) -> tuple[Import, int]:
    row = connection.execute(
        """
        SELECT import_id, arenas.name, file_name, content_hash, format, imports.mapping,
               accepted, rejected, imported_at, arena_id
        FROM imports JOIN arenas USING (arena_id) WHERE import_id = ?
        """,
        [import_id],
    ).fetchone()
    if row is None:
        raise StoreError(f"There is no import {import_id}; `podium imports` lists them.")
    return Import(*row[:-1]), row[-1]


def _arenas(connection: duckdb.DuckDBPyConnection) -> list[Arena]:
    rows = connection.execute("""
        SELECT arena_id, name, noun, description, simulated, version, mapping,
               (SELECT count(*) FROM competitors c WHERE c.arena_id = arenas.arena_id)
        FROM arenas ORDER BY lower(name), name
    """).fetchall()
    derived = _derived(connection)
    found = [Arena(*(*row, _votes(connection, row[0]))) for row in rows]
    return [
        replace(a, description=f"{a.description} {derived[a.arena_id]}".strip())
        if a.arena_id in derived
        else a
        for a in found
    ]


def _derived(connection: duckdb.DuckDBPyConnection) -> dict[int, str]:
    """Return what there is to say of each arena whose comparisons are derived from scores."""
    rows = connection.execute(
        "SELECT arena_id, bool_and(json_exists(mapping, '$.score')) FROM imports "
        "GROUP BY arena_id HAVING bool_or(json_exists(mapping, '$.score'))"
    ).fetchall()
    return {
        arena_id: f"{'Comparisons' if every else 'Some comparisons'} are derived from scores."
        for arena_id, every in rows
    }


def _votes(connection: duckdb.DuckDBPyConnection, arena_id: int) -> int:
    row = connection.execute(
        f"SELECT coalesce(sum(votes), 0)::HUGEINT FROM {comparisons_table(arena_id)}"
    ).fetchone()
    return int(row[0]) if row else 0


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)

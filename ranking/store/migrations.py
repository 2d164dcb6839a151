"""The schema of the database, as an ordered list of migrations.

Each migration runs in one transaction with the record that it ran. A migration that has shipped is
never edited: what changes is added as a new one at the end.
"""

from collections.abc import Callable
from datetime import UTC, datetime

import duckdb

from ranking.errors import StoreError

Migration = Callable[[duckdb.DuckDBPyConnection], None]


def _create_catalogue(connection: duckdb.DuckDBPyConnection) -> None:
    """Arenas, imports and the dictionaries that give integer codes their names."""
    connection.execute("""
        CREATE SEQUENCE arena_ids;
        CREATE SEQUENCE import_ids;
        CREATE TABLE arenas (
            arena_id INTEGER NOT NULL,
            name VARCHAR NOT NULL,
            noun VARCHAR NOT NULL,
            description VARCHAR NOT NULL,
            simulated BOOLEAN NOT NULL,
            version BIGINT NOT NULL,
            mapping VARCHAR,
            created_at TIMESTAMP NOT NULL
        );
        CREATE TABLE imports (
            import_id INTEGER NOT NULL,
            arena_id INTEGER NOT NULL,
            file_name VARCHAR NOT NULL,
            content_hash VARCHAR NOT NULL,
            format VARCHAR NOT NULL,
            mapping VARCHAR NOT NULL,
            accepted BIGINT NOT NULL CHECK (accepted > 0),
            rejected BIGINT NOT NULL CHECK (rejected >= 0),
            imported_at TIMESTAMP NOT NULL
        );
        CREATE TABLE rejected_rows (
            import_id INTEGER NOT NULL,
            line BIGINT,
            column_name VARCHAR,
            value VARCHAR,
            reason VARCHAR NOT NULL
        );
        CREATE TABLE competitors (arena_id INTEGER NOT NULL, code INTEGER NOT NULL,
                                  name VARCHAR NOT NULL CHECK (name <> ''));
        CREATE TABLE items (arena_id INTEGER NOT NULL, code INTEGER NOT NULL,
                            name VARCHAR NOT NULL, text VARCHAR);
        CREATE TABLE judges (arena_id INTEGER NOT NULL, code INTEGER NOT NULL,
                             name VARCHAR NOT NULL, family VARCHAR);
        CREATE TABLE capability_sets (arena_id INTEGER NOT NULL, code INTEGER NOT NULL,
                                      paths VARCHAR[] NOT NULL);
        CREATE TABLE fields (arena_id INTEGER NOT NULL, field_id INTEGER NOT NULL,
                             name VARCHAR NOT NULL);
        CREATE TABLE features (arena_id INTEGER NOT NULL, feature_id INTEGER NOT NULL,
                               name VARCHAR NOT NULL);
    """)


def _create_taxonomies(connection: duckdb.DuckDBPyConnection) -> None:
    """Taxonomies beside the log, by names of items; the edits of any source; saved sets of nodes.

    What edits and sets belong to is a source of the arena by name: the log's own tags, a field, or
    a stored taxonomy.
    """
    connection.execute("""
        CREATE SEQUENCE taxonomy_ids;
        CREATE SEQUENCE taxonomy_edit_ids;
        CREATE TABLE taxonomies (
            taxonomy_id INTEGER NOT NULL,
            arena_id INTEGER NOT NULL,
            name VARCHAR NOT NULL CHECK (name <> ''),
            kind VARCHAR NOT NULL CHECK (kind IN ('imported', 'proposed', 'copied')),
            origin VARCHAR NOT NULL,
            created_at TIMESTAMP NOT NULL
        );
        CREATE TABLE taxonomy_nodes (taxonomy_id INTEGER NOT NULL, position INTEGER NOT NULL,
                                     key VARCHAR NOT NULL, name VARCHAR NOT NULL,
                                     parent INTEGER NOT NULL);
        CREATE TABLE taxonomy_tags (taxonomy_id INTEGER NOT NULL, item VARCHAR NOT NULL,
                                    node INTEGER NOT NULL);
        CREATE TABLE taxonomy_edits (
            edit_id BIGINT NOT NULL,
            arena_id INTEGER NOT NULL,
            source VARCHAR NOT NULL,
            edit VARCHAR NOT NULL,
            made_at TIMESTAMP NOT NULL
        );
        CREATE TABLE custom_capabilities (arena_id INTEGER NOT NULL, source VARCHAR NOT NULL,
                                          name VARCHAR NOT NULL CHECK (name <> ''),
                                          nodes VARCHAR[] NOT NULL);
    """)


MIGRATIONS: tuple[tuple[str, Migration], ...] = (
    ("0001_catalogue", _create_catalogue),
    ("0002_taxonomies", _create_taxonomies),
)


def migrate(connection: duckdb.DuckDBPyConnection, *, file_name: str) -> None:
    """Bring an open database to the newest schema; a no-op where it is already there.

    Raises
    ------
    StoreError
        If the file holds tables that are not Podium's, or was written by a newer Podium.
    """
    tables = {
        row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
    }
    if tables and "schema_migrations" not in tables:
        raise StoreError(
            f"{file_name} is a DuckDB database, but not one of Podium's; "
            "name another file with --db."
        )
    applied = _applied(connection) if tables else set()
    unknown = applied - {name for name, _ in MIGRATIONS}
    if unknown:
        raise StoreError(
            f"{file_name} was written by a newer Podium (it has {sorted(unknown)[-1]!r}); "
            "upgrade Podium to open it."
        )
    for name, migration in MIGRATIONS:
        if name not in applied:
            _apply(connection, name, migration)


def _applied(connection: duckdb.DuckDBPyConnection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM schema_migrations").fetchall()}


def _apply(connection: duckdb.DuckDBPyConnection, name: str, migration: Migration) -> None:
    connection.execute("BEGIN")
    try:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations "
            "(name VARCHAR NOT NULL, applied_at TIMESTAMP NOT NULL)"
        )
        migration(connection)
        applied_at = datetime.now(UTC).replace(tzinfo=None)
        connection.execute("INSERT INTO schema_migrations VALUES (?, ?)", [name, applied_at])
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise

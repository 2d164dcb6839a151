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


MIGRATIONS: tuple[tuple[str, Migration], ...] = (("0001_catalogue", _create_catalogue),)


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

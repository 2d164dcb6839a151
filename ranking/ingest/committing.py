"""Import: from a staged file into an arena, in one transaction."""

import uuid
from contextlib import suppress

import duckdb

from ranking.errors import StoreError, UnknownArenaError
from ranking.ingest.mapping import Mapping
from ranking.ingest.progress import Cancelled, Progress, Watch
from ranking.ingest.staged import StagedFile
from ranking.ingest.writing import ImportReport, ImportWriter, rejected_by_reason
from ranking.store.arenas import Arena, create_arena, find_arena
from ranking.store.connection import Store


def import_staged(
    store: Store,
    staged: StagedFile,
    mapping: Mapping,
    *,
    arena: str,
    noun: str | None = None,
    description: str = "",
    simulated: bool = False,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> ImportReport:
    """Import a staged file into an arena: all of it, or, on any error, nothing.

    Parameters
    ----------
    store : Store
        The database.
    staged : StagedFile
        The file.
    mapping : Mapping
        Which column plays which role; it is remembered with the arena.
    arena : str
        Where to; it is created where it does not exist.
    noun, description, simulated
        Of an arena that is created (see `Arena`); `noun` is "competitor" by default.
    progress : callable, optional
        Is told a fraction from 0 to 1 and what is being done.
    cancelled : callable or threading.Event, optional
        Says whether to stop.

    Returns
    -------
    ImportReport
        The same bytes again change nothing (`already_imported`).

    Raises
    ------
    InputError
        If no row can be used, or the mapping does not suit the file.
    AmbiguousOutcomeError
        If several outcome dialects fit and nothing tells which is meant.
    CancelledError
        If `cancelled` said so.
    StoreError
        If the database cannot be written.
    """
    new = (noun or "competitor", description, simulated)
    watch = Watch(progress, cancelled)
    report = commit(store, staged, mapping, arena=arena, new=new, watch=watch)
    if not report.already_imported:
        _checkpoint(store)
    watch.report(1.0, "Done")
    return report


def commit(
    store: Store,
    staged: StagedFile,
    mapping: Mapping,
    *,
    arena: str,
    new: tuple[str, str, bool],
    watch: Watch,
    as_view: bool = False,
) -> ImportReport:
    """Run the transaction of `import_staged`.

    Parameters
    ----------
    new : tuple of (str, str, bool)
        Noun, description and whether simulated, of an arena that is created.
    as_view : bool, default False
        Keep only the columns that vary in a table and make the log a view of it. Cheaper, but the
        arena can hold no second import: for a store in memory that serves one file.
    """
    watch.tell(0.7, "Opening the database")
    schema = f"staged_{uuid.uuid4().hex}"
    with staged.exclusive():
        try:
            with store.writing() as connection:
                path = str(staged.path).replace("'", "''")
                connection.execute(f"ATTACH '{path}' AS {schema} (READ_ONLY)")
                target = _target(connection, arena, new)
                found = _earlier(connection, target, staged, mapping)
                if found is not None:
                    return found
                work = ImportWriter(
                    connection, staged, mapping, f"{schema}.", target, watch, as_view
                )
                report = work.run()
                watch.tell(0.95, "Committing")
            return report
        finally:
            with store.reading() as connection:
                connection.execute(f"DETACH DATABASE IF EXISTS {schema}")


def _target(connection: duckdb.DuckDBPyConnection, name: str, new: tuple[str, str, bool]) -> Arena:
    try:
        return find_arena(connection, name.strip())
    except UnknownArenaError:
        noun, description, simulated = new
        return create_arena(
            connection, name, noun=noun, description=description, simulated=simulated
        )


def _earlier(
    connection: duckdb.DuckDBPyConnection, arena: Arena, staged: StagedFile, mapping: Mapping
) -> ImportReport | None:
    """Return the report on an earlier import of the same content, if there is one."""
    row = connection.execute(
        "SELECT import_id, accepted, rejected, mapping FROM imports "
        "WHERE arena_id = ? AND content_hash = ?",
        [arena.arena_id, staged.content_hash],
    ).fetchone()
    if row is None:
        return None
    import_id, accepted, rejected, remembered = row
    reasons = rejected_by_reason(connection, import_id)
    return ImportReport(
        import_id, arena.name, accepted, rejected, reasons, True, Mapping.from_json(remembered)
    )


def _checkpoint(store: Store) -> None:
    if str(store.path).startswith(":memory:"):
        return
    # Where another reader is at work, the file is checkpointed when it is closed.
    with suppress(StoreError), store.reading() as connection:
        connection.execute("CHECKPOINT")

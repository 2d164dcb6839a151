"""Opening the database: short holding of the file, lock-down, and errors in plain sentences."""

import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import platformdirs

from ranking.errors import StoreBusyError, StoreError
from ranking.store.migrations import migrate
from ranking.store.staging import staging_directory

MEMORY_LIMIT = "1GB"
_open_lock = threading.Lock()
_write_locks: dict[str, threading.RLock] = {}


def default_path() -> Path:
    """Return the database named by `PODIUM_DB`, else the one in the user's data directory."""
    named = os.environ.get("PODIUM_DB")
    return Path(named) if named else Path(platformdirs.user_data_dir("podium")) / "podium.duckdb"


class Store:
    """One database file, held open only while it is used.

    Parameters
    ----------
    path : path-like, optional
        The file; `PODIUM_DB` or the user's data directory where it is not given. It is created
        when first opened.
    wait : float, default 5.0
        Seconds to wait for another process that holds the file.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None, *, wait: float = 5.0) -> None:
        self.path = Path(path if path is not None else default_path()).expanduser().absolute()
        self.wait = wait
        self._kept: duckdb.DuckDBPyConnection | None = None

    @classmethod
    def in_memory(cls) -> "Store":
        """Return a store that lives in memory, as long as the object itself."""
        store = cls.__new__(cls)
        store.path, store.wait = Path(f":memory:{id(store)}"), 0.0
        # One thread writes rows in the order of the file, which spares sorting them later.
        store._kept = duckdb.connect(":memory:", config={**_configuration(), "threads": 1})
        _prepare(store._kept, store.path)
        return store

    def __repr__(self) -> str:
        return f"Store({str(self.path)!r})"

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the database for reading; results must be fetched before the block ends.

        Raises
        ------
        StoreBusyError
            If another process still holds the file after `wait` seconds.
        StoreError
            If the file cannot be opened or read.
        """
        with _plain_errors(self.path), self._connected() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the database for one transaction: committed at the end, rolled back on any error.

        Raises
        ------
        StoreBusyError
            If another process still holds the file after `wait` seconds.
        StoreError
            If the file cannot be opened or written.
        """
        lock = _write_locks.setdefault(str(self.path), threading.RLock())
        with lock, _plain_errors(self.path), self._connected() as connection:
            connection.execute("BEGIN")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                _rollback(connection)
                raise

    @contextmanager
    def _connected(self) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = self._kept.cursor() if self._kept is not None else self._open()
        try:
            yield connection
        finally:
            connection.close()

    def _open(self) -> duckdb.DuckDBPyConnection:
        deadline = time.monotonic() + self.wait
        self.path.parent.mkdir(parents=True, exist_ok=True)
        while True:
            try:
                with _open_lock:
                    connection = duckdb.connect(str(self.path), config=_configuration())
                    try:
                        _prepare(connection, self.path)
                    except BaseException:
                        connection.close()
                        raise
                    return connection
            except duckdb.IOException as error:
                if "lock" not in str(error).lower() or time.monotonic() > deadline:
                    raise
                time.sleep(0.1)


def _configuration() -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": MEMORY_LIMIT,
        # Up to this many bits of key a tally is summed in an array, not in a hash table.
        "perfect_ht_threshold": 20,
        "temp_directory": str(staging_directory()),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }


def _prepare(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Lock the database down and bring its schema up to date (once per opening of the file)."""
    row = connection.execute("SELECT current_setting('lock_configuration')").fetchone()
    if row is not None and row[0]:
        return
    directory = str(staging_directory()).replace("'", "''")
    connection.execute(f"SET allowed_directories = ['{directory}']")
    connection.execute("SET enable_external_access = false")
    # DuckDB 2.0.0 takes two arms of a UNION that differ in one column for one and loses the second.
    connection.execute("SET disabled_optimizers = 'common_subplan'")
    migrate(connection, file_name=path.name)
    connection.execute("SET lock_configuration = true")


def _rollback(connection: duckdb.DuckDBPyConnection) -> None:
    # A failed COMMIT has rolled back already; the first error is the one that matters.
    with suppress(duckdb.Error):
        connection.execute("ROLLBACK")


@contextmanager
def _plain_errors(path: Path) -> Iterator[None]:
    """Turn what DuckDB and the operating system say into one sentence each."""
    try:
        yield
    except duckdb.InterruptException:
        raise
    except OSError as error:
        raise StoreError(_os_sentence(path, error)) from error
    except duckdb.Error as error:
        raise _store_error(path, str(error)) from error


def _os_sentence(path: Path, error: OSError) -> str:
    if isinstance(error, PermissionError) or error.errno == 30:
        return f"{path} cannot be written here; name a database elsewhere with --db."
    return f"{path} cannot be opened: {error.strerror or error}; name another file with --db."


def _store_error(path: Path, message: str) -> StoreError:
    lowered = message.lower()
    if "could not set lock" in lowered or "conflicting lock" in lowered:
        pid = re.search(r"PID (\d+)", message)
        holder = f"process {pid[1]}" if pid else "another process"
        return StoreBusyError(
            f"{path.name} is in use by {holder}; try again when it is done, or stop it."
        )
    if "no space left" in lowered or "disk full" in lowered or "file too large" in lowered:
        return StoreError(
            f"No space is left for {path}; nothing was changed. Free some and try again."
        )
    if "permission denied" in lowered or "read-only" in lowered:
        return StoreError(f"{path} cannot be written here; name a database elsewhere with --db.")
    if "cannot open file" in lowered:
        return StoreError(f"{path} cannot be opened; name another file with --db.")
    if "not a valid duckdb" in lowered:
        return StoreError(f"{path} is not a DuckDB database; name another file with --db.")
    if "version number" in lowered or "newer version" in lowered:
        return StoreError(f"{path} was written by a newer DuckDB; upgrade Podium to open it.")
    first_line = message.strip().splitlines()[0] if message.strip() else "unknown error"
    return StoreError(f"{path.name} could not be used: {first_line}")

"""Staging: the rows of a file as plain text in a private DuckDB file, before any interpretation.

The staged file has a table ``columns(position, name)``, a table ``rejects`` of what could not be
read, and, except for Parquet, which is read where it lies, a table ``raw`` whose columns are c0,
c1, ... in file order. Names that users chose are values, never SQL.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import duckdb

from ranking.errors import InputError
from ranking.store.staging import staging_directory

if TYPE_CHECKING:
    import pandas as pd

MEMORY_LIMIT = "1GB"


@dataclass(frozen=True, eq=False)
class StagedFile:
    """A file that has been read but not yet interpreted; close it, or use it as a context.

    Attributes
    ----------
    name : str
        As the user knows it.
    content_hash : str
        SHA-256 of the decompressed content.
    format : str
        "csv", "json lines", "json array" or "parquet".
    columns : tuple of str
        Names in file order.
    rows : int
        Records that could be read.
    unreadable : int
        Lines that could not.
    position : str
        What positions count: the "line" of a text file, the "record" of an array, the "row".
    delimiter : str or None
        Of delimited text.
    types : tuple of str
        DuckDB types of the columns; all VARCHAR except in Parquet.
    """

    name: str
    content_hash: str
    format: str
    columns: tuple[str, ...]
    rows: int
    unreadable: int
    position: str
    delimiter: str | None
    types: tuple[str, ...]
    path: Path
    parquet: Path | None
    line: str
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def __enter__(self) -> "StagedFile":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove the staged copy."""
        self.path.unlink(missing_ok=True)
        if self.parquet is not None:
            self.parquet.unlink(missing_ok=True)

    def head(self, limit: int = 20) -> "pd.DataFrame":
        """Return the first rows as raw text, one column per column of the file."""
        texts = ", ".join(f"left({self.text(name)}, 2000)" for name in self.columns)
        with self.reading() as connection:
            rows = connection.execute(
                f"SELECT {texts} FROM {self.relation()} ORDER BY {self.line} LIMIT ?", [limit]
            ).fetchall()
        import pandas as pd

        return pd.DataFrame(rows, columns=list(self.columns), dtype="str")

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the staged copy, locked down; temporary tables may be made in it.

        Raises
        ------
        InputError
            If DuckDB cannot read it, as with a damaged Parquet file.
        """
        with self._lock:
            if not self.path.exists():
                raise InputError(f"{self.name} is no longer held; read it again.")
            connection = open_staged(self.path, self.parquet)
            try:
                yield connection
            except duckdb.Error as error:
                raise InputError(f"{self.name} could not be read: {first_line(error)}") from error
            finally:
                connection.close()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Keep other threads from opening the staged copy, while a store has it attached."""
        with self._lock:
            yield

    def relation(self, schema: str = "") -> str:
        """Return the SQL of the rows, for a FROM clause.

        Parameters
        ----------
        schema : str, default ""
            Where the staged copy is attached, with its dot; a name of ours.
        """
        if self.parquet is None:
            return f"{schema}raw"
        path = str(self.parquet).replace("'", "''")
        names = ", ".join([*(f"c{at}" for at in range(len(self.columns))), "row"])
        return (
            f"read_parquet('{path}', file_row_number = true, hive_partitioning = false) "
            f"AS raw({names})"
        )

    def raw(self, column: str) -> str:
        """Return the SQL of a column as it was staged.

        Raises
        ------
        InputError
            If the file has no such column.
        """
        if column not in self.columns:
            raise InputError(
                f"{self.name} has no column {column[:80]!r}; its columns are "
                f"{', '.join(self.columns)[:500]}."
            )
        return f"c{self.columns.index(column)}"

    def type_of(self, column: str) -> str:
        """Return the DuckDB type of a column as it was staged."""
        self.raw(column)
        return self.types[self.columns.index(column)]

    def text(self, column: str) -> str:
        """Return the SQL of a column as text."""
        raw, kind = self.raw(column), self.type_of(column)
        if kind == "VARCHAR":
            return raw
        if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")):
            return f"CAST(to_json({raw}) AS VARCHAR)"
        return f"CAST({raw} AS VARCHAR)"

    def number(self, column: str) -> str:
        """Return the SQL of a column as a number, NULL where it is none."""
        raw, kind = self.raw(column), self.type_of(column)
        if kind == "VARCHAR":
            return f"try_cast(trim({raw}) AS DOUBLE)"
        return f"try_cast({raw} AS DOUBLE)"


def open_staged(path: Path, readable: Path | None) -> duckdb.DuckDBPyConnection:
    """Open a staged copy, locked down: besides the private directory it may read one file."""
    connection = duckdb.connect(
        str(path),
        config={
            "memory_limit": MEMORY_LIMIT,
            "temp_directory": str(staging_directory()),
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
        },
    )
    directory = str(staging_directory()).replace("'", "''")
    connection.execute(f"SET allowed_directories = ['{directory}']")
    if readable is not None and readable.parent != staging_directory():
        allowed = str(readable).replace("'", "''")
        connection.execute(f"SET allowed_paths = ['{allowed}']")
    # DuckDB 2.0.0 takes some plans that differ in their projection for one and answers wrongly.
    connection.execute("SET disabled_optimizers = 'common_subplan'")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection


def first_line(error: Exception) -> str:
    """Return the first line of what DuckDB or the operating system said."""
    return (str(error).strip().splitlines() or ["unknown error"])[0][:200]

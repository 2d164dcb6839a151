"""Staging: the rows of a file as plain text in a private DuckDB file, before any interpretation.

The staged file has a table ``columns(position, name)``, a table ``rejects`` of what could not be
read, and, except for Parquet, which is read where it lies, a table ``raw`` whose columns are c0,
c1, ... in file order. Names that users chose are values, never SQL.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import pandas as pd

from ranking.errors import InputError
from ranking.ingest import delimited, json_records
from ranking.ingest.progress import Cancelled, Progress, Watch
from ranking.ingest.source import Source, open_source
from ranking.store.staging import staged_path, staging_directory

MEMORY_LIMIT = "1GB"
_DUCKDB_LINE = 2_000_000
_MOST_COLUMNS = 2000


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
    _temporary: tuple[Path, ...] = ()
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
        for path in (self.path, *self._temporary):
            path.unlink(missing_ok=True)

    def head(self, limit: int = 20) -> pd.DataFrame:
        """Return the first rows as raw text, one column per column of the file."""
        texts = ", ".join(f"left({self.text(name)}, 2000)" for name in self.columns)
        with self.reading() as connection:
            rows = connection.execute(
                f"SELECT {texts} FROM {self.relation()} ORDER BY {self.line} LIMIT ?", [limit]
            ).fetchall()
        return pd.DataFrame(rows, columns=list(self.columns), dtype="str")

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open the staged copy, locked down; temporary tables may be made in it."""
        with self._lock:
            connection = _open(self.path, self.parquet)
            try:
                yield connection
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
        return f"read_parquet('{path}', file_row_number = true) AS raw({names})"

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

    def text(self, column: str) -> str:
        """Return the SQL of a column as text."""
        raw, kind = self.raw(column), self.types[self.columns.index(column)]
        if kind == "VARCHAR":
            return raw
        if kind.endswith("]") or kind.startswith(("STRUCT", "MAP", "UNION")):
            return f"CAST(to_json({raw}) AS VARCHAR)"
        return f"CAST({raw} AS VARCHAR)"

    def number(self, column: str) -> str:
        """Return the SQL of a column as a number, NULL where it is none."""
        raw, kind = self.raw(column), self.types[self.columns.index(column)]
        if kind == "VARCHAR":
            return f"try_cast(trim({raw}) AS DOUBLE)"
        return f"try_cast({raw} AS DOUBLE)"


def stage(
    path: str | os.PathLike[str],
    *,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> StagedFile:
    """Read a file into a private copy, as text; what it is, its content decides.

    Parameters
    ----------
    path : path-like
        CSV, TSV or other delimited text, Parquet, JSON Lines or a JSON array; text may be .gz.
    name : str, optional
        What to call the file; its own name where it is not given.
    encoding : str, optional
        Of text; UTF-8 where it is not given and no byte order mark says otherwise.
    delimiter : str, optional
        One character; found from the first records where it is not given.
    progress : callable, optional
        Is told a fraction from 0 to 1 and what is being done.
    cancelled : callable or threading.Event, optional
        Says whether to stop.

    Returns
    -------
    StagedFile
        To be closed when it is no longer needed.

    Raises
    ------
    InputError
        If the file cannot be read at all; one sentence says why.
    CancelledError
        If `cancelled` said so.
    """
    watch = Watch(progress, cancelled)
    name = name if name is not None else Path(path).name or str(path)
    source = open_source(Path(path), name, encoding=encoding, watch=watch)
    target = staged_path(".duckdb")
    temporary = [source.path] if source.path.parent == staging_directory() else []
    try:
        staging = _Staging(source, target, watch)
        staged = staging.parquet() if source.kind == "parquet" else staging.text(delimiter)
    except BaseException:
        for left in (target, *temporary):
            left.unlink(missing_ok=True)
        raise
    if staged.parquet is None:
        for left in temporary:
            left.unlink(missing_ok=True)
    watch.tell(0.7, "Read")
    return staged


@dataclass(frozen=True)
class _Staging:
    """The making of one staged copy."""

    source: Source
    target: Path
    watch: Watch

    def text(self, delimiter: str | None) -> StagedFile:
        connection = _open(self.target, self.source.path)
        try:
            if self.source.kind == "text":
                header = delimited.read_header(self.source, delimiter)
                line = self._delimited(connection, header)
                return self._finished(connection, header.columns, line, header.delimiter)
            columns, line = self._json(connection)
            return self._finished(connection, columns, line, None)
        finally:
            connection.close()

    def parquet(self) -> StagedFile:
        import pyarrow.lib
        import pyarrow.parquet

        source = self.source
        try:
            schema = pyarrow.parquet.read_schema(source.path)
        except (pyarrow.lib.ArrowException, OSError) as error:
            raise InputError(f"{source.name} is a damaged Parquet file: {_first(error)}") from error
        columns = delimited.check_names(source.name, list(schema.names))
        path = _inside_staging(source.path)
        connection = _open(self.target, path)
        try:
            rows, types = _parquet_shape(connection, path, len(columns))
            _create_catalogue(connection, columns)
        except duckdb.Error as error:
            raise InputError(f"{source.name} is a damaged Parquet file: {_first(error)}") from error
        finally:
            connection.close()
        if not rows:
            raise InputError(f"{source.name} has column names but no rows.")
        return StagedFile(
            source.name, source.content_hash, "parquet", columns, rows, 0, "row", None, types,
            self.target, path, "raw.row + 1", (path,),
        )  # fmt: skip

    def _delimited(self, connection: duckdb.DuckDBPyConnection, header: delimited.Header) -> str:
        """Make the table ``raw`` and return the SQL of a row's line number."""
        line = self._fast(connection, header)
        if line is not None:
            return line
        copy = delimited.copy_carefully(self.source, header, self.watch)
        with delimited.removed(copy.records, copy.rejects):
            columns = {"line": "BIGINT", **_text_columns(len(header.columns))}
            self._load(
                connection,
                f"CREATE OR REPLACE TABLE raw AS SELECT * FROM read_csv(?, {_CSV}, columns = ?, "
                f"{_OUR_CSV}, max_line_size = ?)",
                [str(copy.records), columns, max(_DUCKDB_LINE, 8 * copy.longest)],
            )
            self._load_rejects(connection, copy.rejects)
        return "raw.line"

    def _fast(self, connection: duckdb.DuckDBPyConnection, header: delimited.Header) -> str | None:
        """Let DuckDB read the file; None unless every physical line is accounted for."""
        survey = self.source.survey
        assert survey is not None
        if survey.nuls or survey.lone_returns or not survey.utf8 or header.first_line > 1:
            return None
        width = len(header.columns)
        try:
            self._load(
                connection,
                f"CREATE TABLE raw AS SELECT * FROM read_csv(?, {_CSV}, columns = ?, "
                "header = true, delim = ?)",
                [str(self.source.path), _text_columns(width), header.delimiter],
            )
        except duckdb.Error:
            return None
        rows = _scalar(connection, "SELECT count(*) FROM raw")
        spare = survey.lines - rows - header.lines
        if spare == 0 and not survey.quotes:
            return f"raw.rowid + {header.lines + 1}"
        inside = " + ".join(_newlines(f"c{at}") for at in range(width))
        if not survey.quotes or _scalar(connection, f"SELECT sum({inside}) FROM raw") != spare:
            return None
        if spare == 0:
            return f"raw.rowid + {header.lines + 1}"
        self._load(
            connection,
            f"CREATE TABLE numbered AS SELECT *, {header.lines} + sum(1 + {inside}) OVER (ROWS "
            f"UNBOUNDED PRECEDING)::BIGINT - ({inside}) AS line FROM raw; DROP TABLE raw; "
            "ALTER TABLE numbered RENAME TO raw",
        )
        return "raw.line"

    def _json(self, connection: duckdb.DuckDBPyConnection) -> tuple[tuple[str, ...], str]:
        """Make the table ``raw``; return the names of the columns and the SQL of a row's line."""
        survey = self.source.survey
        assert survey is not None
        lines = self.source.kind == "json lines"
        layout = "newline_delimited" if lines else "array"
        read = f"read_json_objects(?, format = '{layout}', compression = 'none')"
        clean = not survey.nuls and survey.utf8
        if clean and self._load_objects(connection, read, self.source.path):
            rows, records = connection.execute(
                "SELECT count(*), count(*) FILTER (json_type(json) = 'OBJECT') FROM objects"
            ).fetchall()[0]
            if rows == records and (not lines or rows == survey.lines):
                columns = self._objects_to_raw(connection, "json", "")
                return columns, "raw.rowid + 1"
        copy = json_records.copy_carefully(self.source, self.watch)
        with delimited.removed(copy.records, copy.rejects):
            read = "read_json_objects(?, format = 'newline_delimited')"
            if not self._load_objects(connection, read, copy.records):
                raise InputError(f"{self.source.name} is not valid JSON.")
            columns = self._objects_to_raw(connection, "json->'record'", "/record")
            self._load_rejects(connection, copy.rejects)
        return columns, "raw.line"

    def _load_objects(self, connection: duckdb.DuckDBPyConnection, read: str, path: Path) -> bool:
        try:
            self._load(
                connection,
                f"CREATE OR REPLACE TABLE objects AS SELECT json FROM {read}",
                [str(path)],
            )
        except duckdb.Error:
            return False
        return True

    def _objects_to_raw(
        self, connection: duckdb.DuckDBPyConnection, record: str, prefix: str
    ) -> tuple[str, ...]:
        found = connection.execute(
            f"SELECT key, min(row) FROM (SELECT unnest(json_keys({record})) AS key, rowid AS row "
            "FROM objects) GROUP BY key ORDER BY min(row), key"
        ).fetchall()
        first = connection.execute(f"SELECT json_keys({record}) FROM objects LIMIT 1").fetchall()
        order = {key: at for at, key in enumerate(first[0][0])} if first else {}
        names = sorted((key for key, _ in found), key=lambda key: order.get(key, len(order)))
        if len(names) > _MOST_COLUMNS:
            raise InputError(f"{self.source.name} has more than {_MOST_COLUMNS} different names.")
        if first and not names:
            raise InputError(f"The records of {self.source.name} have no values.")
        columns = delimited.check_names(self.source.name, names)
        values = ", ".join(f"v[{at + 1}] AS c{at}" for at in range(len(columns)))
        number = ", json_extract_string(json, '/line')::BIGINT AS line" if prefix else ""
        pointers = [prefix + json_records.pointer(column) for column in columns]
        if columns:
            self._load(
                connection,
                f"CREATE TABLE raw AS SELECT {values}{', line' if prefix else ''} FROM (SELECT "
                f"json_extract_string(json, ?::VARCHAR[]) AS v{number} FROM objects)",
                [pointers],
            )
        else:
            connection.execute("CREATE TABLE raw (c0 VARCHAR, line BIGINT)")
        connection.execute("DROP TABLE objects")
        return columns

    def _load(
        self, connection: duckdb.DuckDBPyConnection, sql: str, parameters: list[Any] | None = None
    ) -> None:
        self.watch.tell(0.3, "Reading the rows")
        self.watch.execute(connection, sql, parameters or [])

    def _load_rejects(self, connection: duckdb.DuckDBPyConnection, rejects: Path) -> None:
        columns = {"line": "BIGINT", "col": "VARCHAR", "value": "VARCHAR", "reason": "VARCHAR"}
        connection.execute(
            "CREATE OR REPLACE TABLE rejects AS SELECT line, nullif(col, '') AS column_name, "
            f"value, reason FROM read_csv(?, {_CSV}, columns = ?, {_OUR_CSV})",
            [str(rejects), columns],
        )

    def _finished(
        self,
        connection: duckdb.DuckDBPyConnection,
        columns: tuple[str, ...],
        line: str,
        delimiter: str | None,
    ) -> StagedFile:
        _create_catalogue(connection, columns)
        rows = _scalar(connection, "SELECT count(*) FROM raw")
        unreadable = _scalar(connection, "SELECT count(*) FROM rejects")
        source = self.source
        if not rows:
            if not unreadable:
                raise InputError(f"{source.name} has a header but no rows.")
            first = connection.execute("SELECT line, reason FROM rejects ORDER BY line").fetchone()
            assert first is not None
            raise InputError(
                f"No row of {source.name} can be read; the first problem is in line {first[0]}: "
                f"{first[1]}"
            )
        kind = "csv" if source.kind == "text" else source.kind
        position = "record" if source.kind == "json array" else "line"
        types = ("VARCHAR",) * len(columns)
        return StagedFile(
            source.name, source.content_hash, kind, columns, rows, unreadable, position, delimiter,
            types, self.target, None, line,
        )  # fmt: skip


_CSV = (
    "auto_detect = false, quote = '\"', escape = '\"', strict_mode = true, null_padding = false, "
    "compression = 'none', encoding = 'utf-8'"
)

# A carriage return inside a value must not pass for the end of a line of what Podium wrote.
_OUR_CSV = "header = false, delim = ',', new_line = '\\n'"


def _open(path: Path, readable: Path | None) -> duckdb.DuckDBPyConnection:
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


def _create_catalogue(connection: duckdb.DuckDBPyConnection, columns: tuple[str, ...]) -> None:
    connection.execute(
        "CREATE TABLE columns AS SELECT unnest(range(len(?::VARCHAR[]))) AS position, "
        "unnest(?::VARCHAR[]) AS name",
        [list(columns), list(columns)],
    )
    connection.execute(
        "CREATE TABLE IF NOT EXISTS rejects "
        "(line BIGINT, column_name VARCHAR, value VARCHAR, reason VARCHAR)"
    )


def _parquet_shape(
    connection: duckdb.DuckDBPyConnection, path: Path, width: int
) -> tuple[int, tuple[str, ...]]:
    names = ", ".join(f"c{at}" for at in range(width))
    described = connection.execute(
        f"DESCRIBE SELECT {names} FROM read_parquet(?) AS t({names})", [str(path)]
    ).fetchall()
    rows = connection.execute("SELECT count(*) FROM read_parquet(?)", [str(path)]).fetchall()[0][0]
    return int(rows), tuple(str(row[1]) for row in described)


def _inside_staging(path: Path) -> Path:
    """Return a path in the private directory to the same bytes: the only ones a store may read."""
    import shutil

    if path.parent == staging_directory():
        return path
    target = staged_path(".parquet")
    try:
        os.link(path.resolve(), target)
    except OSError:
        shutil.copyfile(path, target)
    return target


def _text_columns(width: int) -> dict[str, str]:
    return {f"c{at}": "VARCHAR" for at in range(width)}


def _newlines(column: str) -> str:
    return f"coalesce(length({column}) - length(replace({column}, '\n', '')), 0)"


def _scalar(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0] or 0) if row else 0


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["unknown error"])[0][:200]

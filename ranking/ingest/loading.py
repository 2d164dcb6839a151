"""Stage: bring a file into a private DuckDB file, as text, without interpreting it."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ranking.errors import InputError
from ranking.ingest import delimited, json_records
from ranking.ingest.progress import Cancelled, Progress, Watch
from ranking.ingest.source import Source, linked, open_source
from ranking.ingest.staged import StagedFile, first_line, open_staged
from ranking.store.staging import staged_path

_DUCKDB_LINE = 2_000_000
_MOST_COLUMNS = 2000


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
    name = name.encode("utf-8", "replace").decode()
    made = [staged_path(".duckdb")]
    kept: tuple[Path, ...] = ()
    try:
        source = open_source(Path(path), name, encoding=encoding, watch=watch, made=made)
        staging = _Staging(source, made[0], watch, made)
        staged = staging.parquet() if source.kind == "parquet" else staging.text(delimiter)
        kept = (staged.path,) if staged.parquet is None else (staged.path, staged.parquet)
    except (duckdb.Error, OSError) as error:
        raise InputError(f"{name} could not be read: {first_line(error)}") from error
    finally:
        for left in set(made) - set(kept):
            left.unlink(missing_ok=True)
    watch.report(0.7, "Read")
    return staged


@dataclass(frozen=True)
class _Staging:
    """The making of one staged copy."""

    source: Source
    target: Path
    watch: Watch
    made: list[Path]

    def text(self, delimiter: str | None) -> StagedFile:
        connection = open_staged(self.target, self.source.path)
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
        source = self.source
        path = linked(source.path, ".parquet", self.made)
        connection = open_staged(self.target, path)
        try:
            columns = delimited.check_names(source.name, _parquet_names(connection, path))
            rows, types = _parquet_shape(connection, path, len(columns))
            _create_catalogue(connection, columns)
        except duckdb.Error as error:
            raise InputError(
                f"{source.name} is a damaged Parquet file: {first_line(error)}"
            ) from error
        finally:
            connection.close()
        if not rows:
            raise InputError(f"{source.name} has column names but no rows.")
        return StagedFile(
            source.name, source.content_hash, "parquet", columns, rows, 0, "row", None, types,
            self.target, path, "raw.row + 1",
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
        read = (
            f"read_json_objects(?, format = '{layout}', compression = 'none', "
            "hive_partitioning = false)"
        )
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
            read = "read_json_objects(?, format = 'newline_delimited', hive_partitioning = false)"
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
    "compression = 'none', encoding = 'utf-8', hive_partitioning = false"
)

# A carriage return inside a value must not pass for the end of a line of what Podium wrote.
_OUR_CSV = "header = false, delim = ',', new_line = '\\n'"


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


def _parquet_names(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """Return the names of the top-level columns as they are; DuckDB itself would rename twins."""
    tree = connection.execute(
        "SELECT name, coalesce(num_children, 0) FROM parquet_schema(?)", [str(path)]
    ).fetchall()
    names, inside = [], 0
    for name, children in tree[1:]:
        if not inside:
            names.append(name)
        inside = max(inside - 1, 0) + children
    return names


def _parquet_shape(
    connection: duckdb.DuckDBPyConnection, path: Path, width: int
) -> tuple[int, tuple[str, ...]]:
    names = ", ".join(f"c{at}" for at in range(width))
    described = connection.execute(
        f"DESCRIBE SELECT {names} FROM read_parquet(?, hive_partitioning = false) AS t({names})",
        [str(path)],
    ).fetchall()
    ((rows,),) = connection.execute(
        "SELECT count(*) FROM read_parquet(?, hive_partitioning = false)", [str(path)]
    ).fetchall()
    return int(rows), tuple(str(row[1]) for row in described)


def _text_columns(width: int) -> dict[str, str]:
    return {f"c{at}": "VARCHAR" for at in range(width)}


def _newlines(column: str) -> str:
    return f"coalesce(length({column}) - length(replace({column}, '\n', '')), 0)"


def _scalar(connection: duckdb.DuckDBPyConnection, sql: str) -> int:
    row = connection.execute(sql).fetchone()
    return int(row[0] or 0) if row else 0

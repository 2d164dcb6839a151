"""JSON: one object per line, or one array of objects.

DuckDB reads a file that is well-formed throughout. Where it is not, Python reads it into a clean
copy with line numbers, and what cannot be read is listed.
"""

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from ranking.errors import InputError
from ranking.ingest.delimited import NOT_UTF8, NUL_BYTES, Reject, removed_on_error, shown
from ranking.ingest.progress import Watch
from ranking.ingest.source import Source
from ranking.store.staging import staged_path

NOT_JSON = "The line is not valid JSON."
NOT_AN_OBJECT = "The record is not an object with named values."
_WHOLE_FILE = 1 << 28
_LONGEST_LINE = 15 << 20


@dataclass(frozen=True)
class CleanJson:
    """What the careful reader wrote: objects ``{"line", "record"}``, and the rejects."""

    records: Path
    rejects: Path


def pointer(column: str) -> str:
    """Return the JSON pointer to a member of an object; any name is safe in it."""
    return "/" + column.replace("~", "~0").replace("/", "~1")


def copy_carefully(source: Source, watch: Watch) -> CleanJson:
    """Read record by record; write what reads well to one file and what does not to another.

    Raises
    ------
    InputError
        If an array is not valid JSON, or the file is one JSON object.
    """
    records, rejects = staged_path(".json"), staged_path(".csv")
    read = _array_records(source) if source.kind == "json array" else _line_records(source, watch)
    kept = 0
    with (
        removed_on_error(records, rejects),
        records.open("w", encoding="utf-8") as good,
        rejects.open("w", encoding="utf-8", newline="") as bad,
    ):
        write_bad = csv.writer(bad, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow
        for result in read:
            if isinstance(result, Reject):
                write_bad((result.line, "", result.value, result.reason))
            else:
                good.write(result + "\n")
                kept += 1
        if not kept:
            _refuse_single_object(source)
    return CleanJson(records, rejects)


def _line_records(source: Source, watch: Watch) -> Iterator[Reject | str]:
    total = max(source.path.stat().st_size, 1)
    with source.path.open("rb") as file:
        for number, line in enumerate(_physical_lines(file), 1):
            if number % 10_000 == 0:
                watch.tell(0.25 + 0.4 * file.tell() / total, "Reading line by line")
            if line.strip():
                yield _record(number, line)


def _physical_lines(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline():
        yield line


def _record(number: int, line: bytes) -> Reject | str:
    if b"\0" in line:
        return Reject(number, shown(line), NUL_BYTES)
    if len(line) > _LONGEST_LINE:
        return Reject(number, shown(line[:4000]), "The line is longer than 15 MB.")
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return Reject(number, shown(line), NOT_UTF8)
    try:
        return _clean(number, json.loads(text, parse_constant=_nothing))
    except (ValueError, RecursionError):
        return Reject(number, shown(line), NOT_JSON)


def _clean(number: int, record: Any) -> Reject | str:
    """Write a record so that DuckDB reads it: no NaN, no half characters, no NUL."""
    if not isinstance(record, dict):
        return Reject(number, shown(json.dumps(record).encode()), NOT_AN_OBJECT)
    text = json.dumps({"line": number, "record": record}, ensure_ascii=False)
    text.encode("utf-8")  # a lone surrogate is an error here, and so a rejected line
    if "\\u0000" in text:
        return Reject(number, shown(text.encode()), NUL_BYTES)
    return text


def _nothing(constant: str) -> None:
    """Read NaN and the infinities, which Python writes though JSON has none, as no value."""


def _array_records(source: Source) -> Iterator[Reject | str]:
    try:
        array = json.loads(_whole(source), parse_constant=_nothing)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{source.name} is not valid JSON: {error.msg} at line {error.lineno}, "
            f"column {error.colno}."
        ) from error
    except (ValueError, RecursionError) as error:
        raise InputError(f"{source.name} is not valid JSON: {str(error)[:100]}.") from error
    for number, record in enumerate(array, 1):
        try:
            yield _clean(number, record)
        except (ValueError, RecursionError):
            yield Reject(number, shown(repr(record).encode("utf-8", "replace")), NOT_JSON)


def _whole(source: Source) -> str:
    if source.path.stat().st_size > _WHOLE_FILE:
        raise InputError(
            f"{source.name} is a damaged JSON array; write one object per line, or use Parquet."
        )
    try:
        return source.path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{source.name} is not valid UTF-8; state the encoding of the file, such as latin-1."
        ) from error


def _refuse_single_object(source: Source) -> None:
    if source.kind != "json lines" or source.path.stat().st_size > _WHOLE_FILE:
        return
    try:
        json.loads(source.path.read_bytes(), parse_constant=_nothing)
    except (ValueError, RecursionError):
        return
    raise InputError(
        f"{source.name} is one JSON object, not a list of records. Write one comparison or one "
        "score per line, or an array of them."
    )

"""Delimited text: header, delimiter, and a reader that never loses count of the lines.

DuckDB reads a file that is well-formed throughout. Where it is not, or where the lines do not add
up exactly, Python reads it line by line into a clean copy, and what cannot be read is listed.
"""

import csv
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO

from ranking.errors import InputError
from ranking.ingest.progress import Watch
from ranking.ingest.source import Source
from ranking.store.staging import staged_path

DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
_FIRST_RECORDS = 50
_JOINED_LINES = 1000
_LONGEST_VALUE = 500
_FIELD_LIMIT = 2**31 - 1

NOT_UTF8 = "The line is not valid UTF-8; state the encoding of the file, such as latin-1."
NUL_BYTES = "The line holds NUL bytes."
BROKEN_QUOTES = (
    "The quotes of the line are broken: one is not closed, or text follows a closed one."
)
STRAY_RETURN = "The line holds a carriage return that no newline follows."


@dataclass(frozen=True)
class Header:
    """The first record of a delimited file.

    Attributes
    ----------
    delimiter : str
        One character.
    columns : tuple of str
        Names, trimmed.
    first_line, lines : int
        Where the record starts, counted from 1, and how many physical lines it spans.
    """

    delimiter: str
    columns: tuple[str, ...]
    first_line: int
    lines: int


@dataclass(frozen=True)
class CleanCopy:
    """What the careful reader wrote: good records, each after its line number, and the rejects."""

    records: Path
    rejects: Path
    longest: int


@dataclass(frozen=True)
class Reject:
    """One line that is no record, or not one of this file."""

    line: int
    value: str
    reason: str


def read_header(source: Source, delimiter: str | None) -> Header:
    """Find the delimiter and the names of the columns.

    Raises
    ------
    InputError
        If there is no usable header.
    """
    lines = _first_lines(source)
    first_line = next(at for at, line in enumerate(lines, 1) if line.strip())
    if delimiter is None:
        delimiter = max(DELIMITERS, key=lambda d: _fits(lines[first_line - 1 :], d))
    elif len(delimiter) != 1 or delimiter in '"\r\n':
        raise InputError(f"The delimiter must be one character, not {delimiter!r}.")
    reader = _reader(iter(lines[first_line - 1 :]), delimiter)
    try:
        names = next(reader)
    except (csv.Error, StopIteration) as error:
        raise InputError(f"{source.name}: the quotes of the header are broken.") from error
    columns = _checked(source.name, [name.strip() for name in names], delimiter)
    return Header(delimiter, columns, first_line, reader.line_num)


def _first_lines(source: Source) -> list[str]:
    lines = []
    size = 0
    with source.path.open("rb") as file:
        for line in file:
            lines.append(line.decode("utf-8", "surrogateescape"))
            size += len(line) if line.strip() else 0
            if sum(bool(text.strip()) for text in lines[-_FIRST_RECORDS:]) >= _FIRST_RECORDS:
                break
            if size > 1 << 24:
                break
    header = next((line for line in lines if line.strip()), None)
    if header is None:
        raise InputError(f"{source.name} holds nothing but blank lines.")
    if any("\udc80" <= char <= "\udcff" for char in header):
        raise InputError(
            f"The header of {source.name} is not valid UTF-8; state the encoding of the file, "
            "such as latin-1."
        )
    if "\0" in header:
        raise InputError(f"The header of {source.name} holds NUL bytes; it is not a text file.")
    if "\r" in header.rstrip("\r\n"):
        raise InputError(
            f"{source.name} ends its lines with carriage returns alone; save it with newlines."
        )
    return lines


def _fits(lines: list[str], delimiter: str) -> tuple[bool, float, int]:
    """Say how well a delimiter explains the first records: the more alike the widths the better."""
    widths: list[int] = []
    with suppress(csv.Error):
        widths.extend(len(row) for row in _reader(iter(lines), delimiter) if row not in ([], [""]))
    width = widths[0] if widths else 0
    return width > 1, sum(w == width for w in widths) / max(len(widths), 1), width


def _checked(name: str, columns: list[str], delimiter: str) -> tuple[str, ...]:
    word = DELIMITERS.get(delimiter, repr(delimiter))
    if len(columns) < 2:
        raise InputError(
            f"{name} has only one column ({columns[0][:60]!r}, separated by {word}); "
            "two or more are needed. State the delimiter if it is another."
        )
    if columns[0] == "" and "index" not in columns:
        columns = ["index", *columns[1:]]  # pandas and R leave the name of the row index empty
    return check_names(name, columns)


def check_names(name: str, columns: list[str]) -> tuple[str, ...]:
    """Return the names of the columns if each is there, once.

    Raises
    ------
    InputError
        If one is empty or occurs twice.
    """
    for at, column in enumerate(columns, 1):
        if not column:
            raise InputError(f"Column {at} of {name} has no name; give each column one.")
    for column in columns:
        if columns.count(column) > 1:
            raise InputError(f"{name} has two columns named {column[:80]!r}; rename one of them.")
    return tuple(columns)


def copy_carefully(source: Source, header: Header, watch: Watch) -> CleanCopy:
    """Read line by line; write what reads well to one file and what does not to another."""
    records, rejects = staged_path(".csv"), staged_path(".csv")
    width, longest = len(header.columns), 0
    total = max(source.path.stat().st_size, 1)
    with (
        removed_on_error(records, rejects),
        source.path.open("rb") as file,
        records.open("w", encoding="utf-8", newline="") as good,
        rejects.open("w", encoding="utf-8", newline="") as bad,
    ):
        write_good, write_bad = _writer(good).writerow, _writer(bad).writerow
        for at, result in enumerate(_records(file, header, width)):
            if at % 20_000 == 0:
                watch.tell(0.25 + 0.4 * file.tell() / total, "Reading line by line")
            if isinstance(result, Reject):
                write_bad((result.line, "", result.value, result.reason))
            else:
                write_good(result)
                longest = max(longest, sum(map(len, result[1:])))
    return CleanCopy(records, rejects, longest)


def _records(file: BinaryIO, header: Header, width: int) -> Iterator[Reject | list[Any]]:
    lines = _Lines(file)
    for _ in range(header.first_line + header.lines - 1):
        lines.next()
    while (numbered := lines.next()) is not None:
        number, line = numbered
        text = _decode(line)
        if isinstance(text, str) and not text.strip():
            continue
        if not isinstance(text, str):
            yield Reject(number, shown(line), NOT_UTF8 if text is None else NUL_BYTES)
        elif '"' not in text:
            bare = text.rstrip("\r\n")
            if "\r" in bare:
                yield Reject(number, shown(line), STRAY_RETURN)
                continue
            values = bare.split(header.delimiter)
            if len(values) == width:
                yield [number, *values]
            else:
                yield Reject(number, shown(line), wrong_width(len(values), width))
        else:
            yield _quoted_record(lines, number, line, text, header.delimiter, width)


def _quoted_record(
    lines: "_Lines", number: int, line: bytes, text: str, delimiter: str, width: int
) -> Reject | list[Any]:
    """Read a record with quotes, which may go on over several lines.

    Where it does not come out well, only its first line is rejected and reading resumes at the
    second, so that one stray quote never eats good rows.
    """
    joined: list[tuple[int, bytes]] = []

    def go_on() -> Iterator[str]:
        yield text
        while len(joined) < _JOINED_LINES and (following := lines.next()) is not None:
            joined.append(following)
            continued = _decode(following[1])
            if not isinstance(continued, str):
                return
            yield continued

    try:
        values = next(_reader(go_on(), delimiter))
        reason = wrong_width(len(values), width)
    except (csv.Error, StopIteration) as error:
        values = []
        reason = STRAY_RETURN if "new-line character" in str(error) else BROKEN_QUOTES
    if len(values) == width:
        return [number, *values]
    lines.give_back(joined)
    return Reject(number, shown(line), reason)


class _Lines:
    """The physical lines of a file with their numbers; lines can be given back."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._number = 0
        self._waiting: deque[tuple[int, bytes]] = deque()

    def next(self) -> tuple[int, bytes] | None:
        if self._waiting:
            return self._waiting.popleft()
        line = self._file.readline()
        if not line:
            return None
        self._number += 1
        return self._number, line

    def give_back(self, lines: list[tuple[int, bytes]]) -> None:
        self._waiting.extendleft(reversed(lines))


def _decode(line: bytes) -> str | bool | None:
    """Return the text of a line; None where it is not UTF-8, False where it holds NUL bytes."""
    if b"\0" in line:
        return False
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return None


def wrong_width(found: int, expected: int) -> str:
    """Say that a line has too few or too many columns."""
    word = "column" if found == 1 else "columns"
    few = "few" if found < expected else "many"
    return f"Too {few} columns: the line has {found} {word}, the header has {expected}."


def shown(line: bytes) -> str:
    """Return the beginning of a line as text that can be shown and stored."""
    text = line[: 4 * _LONGEST_VALUE].rstrip(b"\r\n").decode("utf-8", "replace")
    return text.replace("\0", "\u2400")[:_LONGEST_VALUE]


def _reader(lines: Iterator[str], delimiter: str) -> Any:
    csv.field_size_limit(_FIELD_LIMIT)
    return csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)


def _writer(file: TextIOWrapper) -> Any:
    return csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n")


@contextmanager
def removed_on_error(*paths: Path) -> Iterator[None]:
    """Remove half-written files when the writing fails or is cancelled."""
    try:
        yield
    except BaseException:
        for path in paths:
            path.unlink(missing_ok=True)
        raise


@contextmanager
def removed(*paths: Path) -> Iterator[None]:
    """Remove temporary files at the end."""
    try:
        yield
    finally:
        for path in paths:
            path.unlink(missing_ok=True)

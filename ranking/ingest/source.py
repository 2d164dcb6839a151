"""A file as plain UTF-8 bytes: decompressed, decoded, hashed and surveyed, never held whole."""

import codecs
import gzip
import hashlib
import io
import os
import shutil
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from ranking.errors import InputError
from ranking.ingest.progress import Watch
from ranking.store.staging import staged_path

Kind = Literal["text", "json lines", "json array", "parquet"]

_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FOREIGN = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook; save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save the sheet as CSV"),
    (b"SQLite format 3", "an SQLite database; export the table as CSV"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd; decompress it first"),
    (b"BZh", "compressed with bzip2; decompress it first"),
    (b"\xfd7zXZ", "compressed with xz; decompress it first"),
    (b"%PDF", "a PDF; export the table as CSV"),
)
_GLOB = set("*?[]{}")


@dataclass(frozen=True)
class Survey:
    """What the bytes of a text file add up to.

    Attributes
    ----------
    lines : int
        Physical lines; the last one counts without its newline too.
    quotes, nuls, lone_returns : int
        How many ``"``, NUL bytes, and carriage returns that no newline follows.
    utf8 : bool
        Whether all of it is valid UTF-8.
    """

    lines: int
    quotes: int
    nuls: int
    lone_returns: int
    utf8: bool


@dataclass(frozen=True)
class Source:
    """The bytes of a file, ready to be read.

    Attributes
    ----------
    name : str
        As the user knows it.
    path : Path
        Decompressed; text is UTF-8 without a byte order mark unless it is damaged.
    kind : str
        What the content is.
    content_hash : str
        SHA-256 of the decompressed content.
    survey : Survey or None
        For text.
    """

    name: str
    path: Path
    kind: Kind
    content_hash: str
    survey: Survey | None


def open_source(
    path: Path, name: str, *, encoding: str | None, watch: Watch, made: list[Path]
) -> Source:
    """Look at a file and bring it into a form that DuckDB can read.

    Parameters
    ----------
    path : Path
        The user's file; it is never changed.
    name : str
        What to call it in messages.
    encoding : str or None
        Of text, as far as no byte order mark says otherwise.
    watch : Watch
        Whom to tell, and whether to stop.
    made : list of Path
        Gets the temporary files that were made, for the caller to remove, on errors too.

    Raises
    ------
    InputError
        If there is no such file, it is empty, damaged, or of a kind that Podium does not read.
    """
    head = _head(path, name)
    digest = hashlib.sha256()
    if head.startswith(b"\x1f\x8b"):
        path = _decompressed(path, name, watch, made)
        head = _head(path, name)
    if head.startswith(b"PAR1"):
        for chunk in _chunks(path, watch):
            digest.update(chunk)
        return Source(name, _readable(path, made), "parquet", digest.hexdigest(), None)
    for magic, what in _FOREIGN:
        if head.startswith(magic):
            raise InputError(f"{name} is {what}.")
    encoding = _byte_order_mark(head) or encoding
    if encoding is not None:
        for chunk in _chunks(path, watch):
            digest.update(chunk)
        path = _decoded(path, name, encoding, watch, made)
        head = _head(path, name)
        survey = _survey(path, watch, hashlib.sha256())
    else:
        if _binary(head):
            raise InputError(
                f"{name} is not a text file; Podium reads CSV, TSV, Parquet and JSON, plain or .gz."
            )
        survey = _survey(path, watch, digest)
    return Source(name, _readable(path, made), _kind(path, name), digest.hexdigest(), survey)


def _head(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as file:
            head = file.read(1 << 16)
    except FileNotFoundError:
        raise InputError(f"There is no file {name}.") from None
    except IsADirectoryError:
        raise InputError(f"{name} is a directory; name a file in it.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"{name} cannot be read: {reason}.") from error
    if not head:
        raise InputError(f"{name} is empty.")
    return head


def _kind(path: Path, name: str) -> Kind:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if stripped := chunk.lstrip(b" \t\r\n\x0b\x0c"):
                first = stripped[:1]
                return "json array" if first == b"[" else "json lines" if first == b"{" else "text"
    raise InputError(f"{name} holds nothing but blank lines.")


def _byte_order_mark(head: bytes) -> str | None:
    return next((encoding for mark, encoding in _BOMS if head.startswith(mark)), None)


def _binary(head: bytes) -> bool:
    control = sum(byte < 32 and byte not in b"\t\n\r\f\v\x1b" for byte in head)
    return control > len(head) / 10


def _chunks(path: Path, watch: Watch) -> Iterator[bytes]:
    total = max(path.stat().st_size, 1)
    with path.open("rb") as file:
        read = 0
        while chunk := file.read(_CHUNK):
            read += len(chunk)
            watch.tell(0.25 * read / total, "Reading the file")
            yield chunk


def _survey(path: Path, watch: Watch, digest: "hashlib._Hash") -> Survey:
    decoder = codecs.getincrementaldecoder("utf-8")()
    newlines = quotes = nuls = returns = 0
    utf8, last = True, b""
    for chunk in _chunks(path, watch):
        digest.update(chunk)
        newlines += chunk.count(b"\n")
        quotes += chunk.count(b'"')
        nuls += chunk.count(b"\0")
        if last == b"\r" and chunk[:1] == b"\n":
            returns -= 1
        returns += chunk.count(b"\r") - chunk.count(b"\r\n") if b"\r" in chunk else 0
        if utf8 and not (chunk.isascii() and decoder.getstate()[0] == b""):
            utf8 = _decodes(decoder, chunk)
        last = chunk[-1:]
    utf8 = utf8 and decoder.getstate()[0] == b""
    return Survey(newlines + (last != b"\n"), quotes, nuls, returns, utf8)


def _decodes(decoder: codecs.IncrementalDecoder, chunk: bytes) -> bool:
    try:
        decoder.decode(chunk)
    except UnicodeDecodeError:
        return False
    return True


def _decompressed(path: Path, name: str, watch: Watch, made: list[Path]) -> Path:
    target = _temporary(".bytes", made)
    try:
        with gzip.open(path, "rb") as packed, target.open("wb") as plain:
            while chunk := packed.read(_CHUNK):
                watch.tell(0.0, "Decompressing the file")
                plain.write(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise InputError(f"{name} is a damaged gzip file; fetch it again.") from error
    return target


def _decoded(path: Path, name: str, encoding: str, watch: Watch, made: list[Path]) -> Path:
    try:
        text_encoding = codecs.lookup(encoding)._is_text_encoding
    except (LookupError, ValueError):
        text_encoding = False
    if not text_encoding:
        raise InputError(
            f"There is no encoding {encoding!r}; common ones are utf-8, latin-1, cp1252, utf-16."
        )
    target = _temporary(".text", made)
    try:
        with path.open("rb") as file, target.open("wb") as plain:
            _transcode(file, plain, encoding, watch)
    except UnicodeError as error:
        raise InputError(
            f"{name} is not {encoding.removesuffix('-sig')}: {error}; state another encoding."
        ) from error
    return target


def _transcode(file: BinaryIO, plain: BinaryIO, encoding: str, watch: Watch) -> None:
    if encoding == "utf-8-sig":
        # Damaged UTF-8 is the careful reader's affair, line by line; only the mark goes here.
        file.seek(len(codecs.BOM_UTF8))
        shutil.copyfileobj(file, plain, _CHUNK)
        return
    with io.TextIOWrapper(file, encoding=encoding, newline="") as text:
        while chunk := text.read(_CHUNK):
            watch.tell(0.0, "Decoding the file")
            plain.write(chunk.encode("utf-8"))


def _readable(path: Path, made: list[Path]) -> Path:
    """Return a path that DuckDB takes for one file: UTF-8, and none of its glob characters."""
    path = path.absolute()
    plain = os.fsencode(path).decode("utf-8", "ignore") == str(path)
    return path if plain and not _GLOB & set(str(path)) else linked(path, ".bytes", made)


def linked(path: Path, suffix: str, made: list[Path]) -> Path:
    """Return a generated name in the private directory for the same bytes."""
    target = _temporary(suffix, made)
    try:
        os.link(path.resolve(), target)
    except OSError:
        shutil.copyfile(path, target)
    return target


def _temporary(suffix: str, made: list[Path]) -> Path:
    made.append(staged_path(suffix))
    return made[-1]

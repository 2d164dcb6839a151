"""Fuzz: mutilated files end in an import that adds up or in one sentence.

`PODIUM_FUZZ` multiplies the rounds.
"""

import csv
import os
import random
from pathlib import Path

import pytest

from ranking.errors import RankingError
from ranking.ingest import Mapping, check, delimited, import_staged, stage, suggest
from ranking.ingest.progress import Watch
from ranking.ingest.source import open_source
from ranking.store import Store
from ranking.store.staging import staging_directory

CSV = (
    "model_a,model_b,winner,judge,date,weight\n"
    + "".join(
        f'm{i % 5},"m{5 + i % 4}",{["model_a", "model_b", "tie", "both_bad"][i % 4]},'
        f'"j ""{i % 3}"", and\nmore",2024-01-{1 + i % 28:02},{1 + i % 3}\n'
        for i in range(30)
    )
).encode()
JSON = b"".join(
    b'{"model_a": "m%d", "model_b": "n%d", "winner": "model_%c", "x": [%d, null]}\n'
    % (i % 5, i % 4, b"ab"[i % 2], i)
    for i in range(30)
)
ARRAY = b"[" + JSON.strip().replace(b"\n", b",\n") + b"]"
PIECES = [b'"', b"\0", b"\n", b"\r", b",", b"\xff", b"\xc3", b'""', b"\r\n", b"\n\n", b";", b"\t",
          b"{", b"}", b"[", b"\\", b"\xef\xbb\xbf", b"nan", b"-", b"\\u0000",
          b"\\ud800"]  # fmt: skip
TIMES = int(os.environ.get("PODIUM_FUZZ", "1"))
READ_ROUNDS, STAGE_ROUNDS, IMPORT_ROUNDS = 2500 * TIMES, 40 * TIMES, 30 * TIMES
MAPPING = Mapping(first="model_a", second="model_b", outcome="winner", dialect="words")


def mutilated(content: bytes, chance: random.Random) -> bytes:
    """Flip, cut, insert, repeat and move a few bytes."""
    data = bytearray(content)
    for _ in range(chance.choice([1, 1, 2, 3, 8])):
        at = chance.randrange(len(data) + 1) if data else 0
        match chance.randrange(6):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at : at + chance.choice([1, 2, 40])] = b""
            case 2:
                data[at:at] = chance.choice(PIECES)
            case 3:
                data[at:at] = data[at : at + chance.randrange(60)]
            case 4:
                data = data[:at] if chance.random() < 0.3 else data
            case _:
                data[at : at + 1] = chance.choice(PIECES)
    return bytes(data)


def test_thousands_of_mutilated_files_are_read_line_by_line(tmp_path: Path):
    """Every line with text is a record, part of one, or rejected; line numbers only grow."""
    chance = random.Random(0)
    path = tmp_path / "log.csv"
    read = 0
    for _ in range(READ_ROUNDS):
        data = mutilated(CSV, chance)
        path.write_bytes(data)
        made: list[Path] = []
        try:
            source = open_source(path, "log.csv", encoding=None, watch=Watch(), made=made)
            if source.kind != "text":
                continue
            header = delimited.read_header(source, None)
        except RankingError as error:
            assert is_a_sentence(error), data
            continue
        copy = delimited.copy_carefully(source, header, Watch())
        with delimited.removed(copy.records, copy.rejects):
            records, rejects = rows_of(copy.records), rows_of(copy.rejects)
        assert all(len(row) == len(header.columns) + 1 for row in records), data
        lines = [int(row[0]) for row in records], [int(row[0]) for row in rejects]
        for numbers in lines:
            assert numbers == sorted(set(numbers)), data
        assert not set(lines[0]) & set(lines[1]), data
        physical = data.split(b"\n")
        plain = {
            at
            for at, line in enumerate(physical, 1)
            if line.strip() and not any(b'"' in earlier for earlier in physical[:at])
        }
        after = {at for at in plain if at >= header.first_line + header.lines}
        for temporary in made:
            temporary.unlink()
        if not made:
            assert after <= set(lines[0]) | set(lines[1]), data
        read += len(records)
    assert read > READ_ROUNDS


@pytest.mark.parametrize(
    ("content", "rounds"),
    [(CSV, STAGE_ROUNDS), (JSON, STAGE_ROUNDS // 2), (ARRAY, STAGE_ROUNDS // 3)],
)
def test_mutilated_files_are_checked_or_refused_in_one_sentence(
    tmp_path: Path, content: bytes, rounds: int
):
    """Every row of a file is accepted or rejected once; a refusal is one plain sentence."""
    chance = random.Random(1)
    path = tmp_path / "log.csv"
    checked = 0
    left = len(list(staging_directory().iterdir()))
    for _ in range(rounds):
        data = mutilated(content, chance)
        path.write_bytes(data)
        try:
            with stage(path) as file:
                found = check(file, MAPPING)
                rejects = found.rejects() if found.rejected else found.reasons
        except RankingError as error:
            assert is_a_sentence(error), data
            continue
        checked += 1
        assert found.accepted + found.rejected == file.rows + file.unreadable, data
        assert len(rejects) == found.rejected, data
        if found.rejected:
            assert rejects["line"].is_unique, data
            assert rejects["line"].min() >= 1, data
    assert checked > 0
    assert len(list(staging_directory().iterdir())) == left


def test_a_refused_import_leaves_the_database_alone(tmp_path: Path):
    """Accepted rows, rejected rows and imports add up after many good and bad files."""
    chance = random.Random(2)
    store = Store.in_memory()
    path = tmp_path / "log.csv"
    expected = (0, 0, 0, 0)
    for _ in range(IMPORT_ROUNDS):
        path.write_bytes(mutilated(CSV, chance))
        try:
            with stage(path) as file:
                report = import_staged(store, file, suggest(file).mapping, arena="fuzz")
        except RankingError as error:
            assert is_a_sentence(error)
        else:
            if not report.already_imported:
                accepted, rejected, imports, _ = expected
                expected = (accepted + report.accepted, rejected + report.rejected, imports + 1, 1)
        assert state(store) == expected
    assert expected[2] > 0


def is_a_sentence(error: RankingError) -> bool:
    """Whether a message is one line of plain words, not DuckDB's or Python's own."""
    text = str(error)
    return bool(text) and "\n" not in text and "Error:" not in text and "CSV Error" not in text


def rows_of(path: Path) -> list[list[str]]:
    """Read what the careful reader wrote."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def state(store: Store) -> tuple[int, int, int, int]:
    """Count comparisons, rejected rows, imports and arenas."""
    with store.reading() as connection:
        tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        if ("comparisons_1",) not in tables:
            return (0, 0, 0, 0)
        counts = connection.execute(
            "SELECT (SELECT count(*) FROM comparisons_1), (SELECT count(*) FROM rejected_rows),"
            " (SELECT count(*) FROM imports), (SELECT count(*) FROM arenas)"
        ).fetchone()
    assert counts is not None
    return counts

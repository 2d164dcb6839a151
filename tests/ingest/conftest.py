"""What the tests of ingest share: files from text, and the logical state of a database."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ranking.ingest import Mapping, StagedFile, stage
from ranking.store import Store

DATASETS = Path(__file__).parents[2].parent / "shared" / "datasets"

Staging = Callable[..., StagedFile]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty database in a file."""
    return Store(tmp_path / "podium.duckdb")


@pytest.fixture
def staged(tmp_path: Path) -> Iterator[Staging]:
    """Stage text or bytes under a file name; closed at the end of the test."""
    opened: list[StagedFile] = []

    def make(content: str | bytes, name: str = "log.csv", **options: str) -> StagedFile:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        opened.append(stage(path, **options))
        return opened[-1]

    yield make
    for file in opened:
        file.close()


@pytest.fixture
def dataset() -> Callable[[str], Path]:
    """Return a real log, or skip where there is none."""

    def find(name: str) -> Path:
        path = DATASETS / name
        if not path.exists():
            pytest.skip(f"the real log {name} is not on this machine")
        return path

    return find


PLAIN = Mapping(first="a", second="b", outcome="winner", dialect="words")


def logical_state(store: Store) -> dict[str, list[tuple[object, ...]]]:
    """Return every row of every table, without what only counts changes or remembers."""
    state = {}
    with store.reading() as connection:
        tables = [
            r[0] for r in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        ]
        for table in tables:
            columns = [r[0] for r in connection.execute(f"DESCRIBE {table}").fetchall()]
            kept = [c for c in columns if c not in ("version", "mapping")]
            if table.startswith("comparisons_"):
                filled = [
                    c for c in kept
                    if connection.execute(f"SELECT count({c}) FROM {table}").fetchone() != (0,)
                ]  # fmt: skip
                kept = filled or ["import_id"]
            rows = connection.execute(f"SELECT {', '.join(kept)} FROM {table}").fetchall()
            state[table] = sorted(rows, key=repr)
    return state

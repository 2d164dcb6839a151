"""Crash: an import that is killed at a random moment leaves whole imports and nothing else."""

import multiprocessing
import os
import random
import signal
import time
from pathlib import Path

import pytest

from ranking.ingest import import_file
from ranking.store import Store, imports

KILLS = 50
ROWS = 4000


def log(number: int) -> str:
    """Write a log of its own names, of which some rows are self-comparisons."""
    rows = "".join(
        f"m{number}-{i % 7},m{number}-{(i % 7 + i % 8) % 7},a,item {i % 50},{i}\n"
        for i in range(ROWS)
    )
    return "model_a,model_b,winner,item,turn\n" + rows


def import_one(database: str, path: str) -> None:
    """Import a file; what the child process does until it is killed."""
    import_file(Store(database), path, arena="crash")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="killing a forked import needs fork")
def test_killed_imports_are_whole_or_not_there(tmp_path: Path):
    """After each of 50 kills the database opens, and every import in it has all its rows."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["ranking.ingest", "ranking.comparisons", "pandas"])
    chance = random.Random(0)
    store = Store(tmp_path / "podium.duckdb")
    path = tmp_path / "log.csv"
    path.write_text(log(0))
    started = time.monotonic()
    import_file(store, path, arena="crash")
    longest = 2 * (time.monotonic() - started)
    whole = {imports(store)[0].import_id: _counts(store)[1]}
    killed = 0
    for number in range(1, KILLS + 1):
        path = tmp_path / f"log{number}.csv"
        path.write_text(log(number))
        child = context.Process(target=import_one, args=(str(store.path), str(path)))
        child.start()
        time.sleep(chance.uniform(0, longest))
        if child.is_alive() and child.pid is not None:
            os.kill(child.pid, signal.SIGKILL)
            killed += 1
        child.join()
        for import_id, counts in _counts(store).items():
            assert counts == whole[1], (number, import_id)
        path.unlink()
    assert killed > KILLS / 4
    with store.reading() as connection:
        row = connection.execute(
            "SELECT (SELECT count(*) FROM comparisons_1), (SELECT sum(accepted) FROM imports), "
            "(SELECT count(*) FROM rejected_rows), (SELECT sum(rejected) FROM imports), "
            "(SELECT count(*) FROM competitors), (SELECT 7 * count(*) FROM imports), "
            "(SELECT version FROM arenas), (SELECT count(*) FROM imports)"
        ).fetchone()
    assert row is not None
    assert row[0::2] == row[1::2]
    assert import_file(store, tmp_path / "log.csv", arena="crash").already_imported


def _counts(store: Store) -> dict[int, tuple[int, int, int, int]]:
    """Return what each import says it has and what it has: accepted, rejected, rows, rejects."""
    with store.reading() as connection:
        rows = connection.execute(
            "SELECT import_id, accepted, rejected, "
            "(SELECT count(*) FROM comparisons_1 c WHERE c.import_id = i.import_id), "
            "(SELECT count(*) FROM rejected_rows r WHERE r.import_id = i.import_id) FROM imports i"
        ).fetchall()
    return {row[0]: row[1:] for row in rows}

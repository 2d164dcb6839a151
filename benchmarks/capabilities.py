"""``python -m benchmarks.capabilities``: how long ratings and findings by capability take.

One log has a tree of 6,000 capabilities over 10,000 items, which two competitors answered and a
judge saw in both orders; the other has 60 capabilities and a million comparisons of 100 competitors
on 20,000 items. Every piece of work runs in a fresh process on one thread, from Podium's store.
"""

import argparse
import importlib
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.logs import ARENA, DATA
from benchmarks.measure import ONE_THREAD
from benchmarks.table import Bar, markdown, replace_measured

_SEED = 5
_ON_FIRST_USE = ("pandas", "scipy.sparse", "scipy.special", "scipy.stats")
_DISTRIBUTIONS = ("podium", "duckdb", "numpy", "scipy", "choix")


@dataclass(frozen=True)
class Tagged:
    """A log whose items are tagged with capabilities."""

    nodes: int
    items: int
    rows: int
    competitors: int

    def __str__(self) -> str:
        return f"{self.nodes:,} capabilities, {self.rows:,} comparisons × {self.competitors}"

    @property
    def database(self) -> Path:
        return DATA / f"capabilities-{self.nodes}x{self.rows}x{self.competitors}.duckdb"


TREE = Tagged(6_000, 10_000, 20_000, 2)
LEVEL = Tagged(60, 20_000, 1_000_000, 100)
LOGS = {"tree": TREE, "level": LEVEL}
Work = Callable[[], None]


@dataclass(frozen=True)
class Contestant:
    """One piece of work: its name, what prepares it, and the CPU seconds that it may take."""

    name: str
    prepare: Callable[[Tagged], Work]
    wanted: float | None = None


@dataclass(frozen=True)
class Measured:
    """CPU and wall seconds of the work, and MB of the whole process."""

    cpu: float
    wall: float
    peak: float


def paths(log: Tagged, rng) -> list[str]:
    """Draw a capability for each item: a random tree in which each node has a parent above it."""
    if log.nodes < 100:
        return [f"c{at:02d}" for at in rng.integers(0, log.nodes, log.items)]
    names = ["t"]
    for at in range(1, log.nodes):
        # Three in four are drawn towards the newest nodes, which makes a tree of a dozen levels.
        above = int(rng.integers(0, at) if rng.random() < 0.25 else at // 2.2)
        names.append(f"{names[above]}/n{at}")
    further = rng.integers(0, log.nodes, log.items - log.nodes)
    return [*names, *(names[int(at)] for at in further)]  # no node is without items


def make(log: Tagged) -> None:
    """Write a log into a store, where it is missing."""
    if log.database.exists():
        return
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet

    from ranking import Store
    from ranking.ingest import import_file

    rng = np.random.default_rng(_SEED)
    tags, m = paths(log, rng), log.competitors
    strength = rng.normal(0, 0.5, m)
    item = np.arange(log.rows) % log.items
    first = rng.integers(0, m, log.rows)
    second = (first + rng.integers(1, m, log.rows)) % m
    won = rng.random(log.rows) < 1 / (1 + np.exp(strength[second] - strength[first]))
    columns = {
        "model_a": [f"model-{at:03d}" for at in first],
        "model_b": [f"model-{at:03d}" for at in second],
        "winner": np.where(won, "model_a", "model_b"),
        "item": [f"item-{at:05d}" for at in item],
        "capability": [tags[at] for at in item],
    }
    DATA.mkdir(exist_ok=True)
    scratch = log.database.with_suffix(".parquet")
    pa.parquet.write_table(pa.table(columns), scratch)
    import_file(Store(log.database), scratch, arena=ARENA)
    scratch.unlink()


def _comparisons(log: Tagged):
    from ranking import Comparisons, Store

    return Comparisons.of(Store(log.database), ARENA)


def _everything(log: Tagged) -> Work:
    from ranking.capabilities.evidence import CapabilityEvidence

    def work() -> None:
        evidence = CapabilityEvidence.of(_comparisons(log))
        evidence.findings()
        assert len(evidence.ratings.strength) >= log.nodes

    return work


def _matrix(log: Tagged) -> Work:
    from ranking.capabilities.evidence import CapabilityEvidence
    from ranking.capabilities.matrix import capability_matrix

    evidence = CapabilityEvidence.of(_comparisons(log))
    capability_matrix(evidence)

    def work() -> None:
        capability_matrix(evidence)

    return work


def _choix(log: Tagged) -> Work:
    """Fit each node apart from the counts of its comparisons, as choix's own guide does."""
    import choix
    import numpy as np

    from ranking.capabilities.evidence import CapabilityEvidence

    evidence = CapabilityEvidence.of(_comparisons(log))
    pairs, members, m = evidence.pairs, evidence.taxonomy.members, log.competitors

    def work() -> None:
        of_item = np.argsort(pairs.item, kind="stable")
        starts = np.searchsorted(pairs.item[of_item], np.arange(pairs.items + 1))
        for at in range(members.shape[0]):
            items = members.indices[members.indptr[at] : members.indptr[at + 1]]
            rows = np.concatenate([of_item[starts[i] : starts[i + 1]] for i in items])
            wins = np.zeros((m, m))
            np.add.at(wins, (pairs.first[rows], pairs.second[rows]), pairs.score[rows])
            np.add.at(wins, (pairs.second[rows], pairs.first[rows]), 1 - pairs.score[rows])
            choix.ilsr_pairwise_dense(wins, alpha=0.1)

    return work


CONTESTANTS = {
    "podium": Contestant("Podium: read, ratings and findings of all nodes", _everything, 10),
    "matrix": Contestant("Podium: the matrix of a level after that", _matrix, 1),
    "choix": Contestant("choix: each node apart, estimates alone, log in memory", _choix),
}

Results = dict[tuple[str, str], Measured]


def main() -> int:
    """Measure, print the table and the bars; 1 if a bar is missed and `--check` is given."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capabilities", description=__doc__)
    parser.add_argument("--write", action="store_true", help="rewrite the table in README.md")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a bar is missed")
    parser.add_argument("--measure", nargs=2, metavar=("CONTESTANT", "LOG"), help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.measure:
        task, name = told.measure
        print(json.dumps(vars(_measured(CONTESTANTS[task], LOGS[name]))))
        return 0
    found: Results = {}
    for name, log in LOGS.items():
        make(log)
        for task in CONTESTANTS:
            found[task, name] = _told(task, name)
    judged = [
        Bar(f"CPU of {CONTESTANTS[task].name}, {LOGS[name]}", one.cpu, wanted, False, " s")
        for (task, name), one in found.items()
        if (wanted := CONTESTANTS[task].wanted) is not None
    ]
    text = table(found)
    print(text, *judged, sep="\n")
    if told.write:
        lines = "\n".join(f"- {bar}" for bar in judged)
        versions = ", ".join(f"{name} {version(name)}" for name in _DISTRIBUTIONS)
        heading = f"### Ratings and findings by capability\n\nMeasured with {versions}."
        replace_measured("capabilities", f"{heading}\n\n{text}\n\n{lines}")
    return 1 if told.check and not all(bar.met for bar in judged) else 0


def table(found: Results) -> str:
    """Return all measurements as Markdown."""
    rows = []
    for (task, name), one in found.items():
        own = found["podium", name]
        rows.append([
            f"{CONTESTANTS[task].name}; {LOGS[name]}", f"{one.cpu:.2f}",
            f"{CONTESTANTS[task].wanted or ''}", f"{one.cpu / own.cpu:.2f}", f"{one.peak:.0f}",
        ])  # fmt: skip
    return markdown(["", "CPU s", "at most", "CPU, Podium = 1", "peak MB"], rows)


def _told(task: str, name: str) -> Measured:
    runs = [_run(task, name) for _ in range(3)]
    median = sorted(runs, key=lambda run: run.cpu)[1]
    print(f"{CONTESTANTS[task].name}, {LOGS[name]}: {median.cpu:.2f} s CPU", file=sys.stderr)
    return median


def _run(task: str, name: str) -> Measured:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.capabilities", "--measure", task, name],
        env={**os.environ, **ONE_THREAD}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{task} failed on {LOGS[name]}: {done.stderr.strip()[-2000:]}")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def _measured(contestant: Contestant, log: Tagged) -> Measured:
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    for module in _ON_FIRST_USE:
        importlib.import_module(module)
    work = contestant.prepare(log)
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    unit = 1e6 if sys.platform == "darwin" else 1e3
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return Measured(cpu, wall, peak)


if __name__ == "__main__":
    sys.exit(main())

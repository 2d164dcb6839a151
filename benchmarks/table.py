"""From measurements to tables, bars and the text of benchmarks/README.md."""

import os
import platform
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks.coded import CODED
from benchmarks.contestants import CONTESTANTS, REFERENCE
from benchmarks.logs import Log
from benchmarks.measure import Measurement, Points

Measured = dict[tuple[str, Log], Measurement]

README = Path(__file__).parent / "README.md"
_DISTRIBUTIONS = (
    "podium", "duckdb", "numpy", "scipy", "numba", "pandas", "pyarrow", "arena-rank", "jax",
    "evalica", "choix", "scikit-learn",
)  # fmt: skip


@dataclass(frozen=True)
class Bar:
    """A promise about a ratio (or a size) and what was measured."""

    promise: str
    measured: float
    wanted: float
    at_least: bool
    unit: str = "×"

    @property
    def met(self) -> bool:
        if self.at_least:
            return self.measured >= self.wanted
        return self.measured <= self.wanted

    def __str__(self) -> str:
        sign = "≥" if self.at_least else "≤"
        return (
            f"{'PASS' if self.met else 'MISS'}  {self.promise}: "
            f"{self.measured:.3g}{self.unit} ({sign} {self.wanted:g}{self.unit} wanted)"
        )


def bars(measured: Measured, log: Log) -> list[Bar]:
    """Return the bars of rating one log."""

    def cpu(other: str, own: str) -> float:
        return measured[other, log].cpu / measured[own, log].cpu

    def peak(other: str, own: str) -> float:
        return measured[own, log].peak / measured[other, log].peak

    at = f"at {log}"
    found = [
        Bar(f"CPU of evalica's Bradley–Terry over Podium's with intervals, from Parquet, {at}",
            cpu("evalica", "podium"), 8, True),
        Bar(f"CPU of arena-rank with intervals over Podium's, from Parquet, {at}",
            cpu("arena-rank", "podium"), 10, True),
        Bar(f"CPU of evalica's Elo over Podium's, from Parquet, {at}",
            cpu("evalica-elo", "podium-elo"), 10, True),
        Bar(f"CPU of evalica's Elo over Podium's from its store, {at}",
            cpu("evalica-elo", "podium-elo-store"), 20, True),
    ]  # fmt: skip
    for other, owns in (
        ("evalica", ("podium", "podium-store")),
        ("arena-rank", ("podium", "podium-store")),
        ("evalica-elo", ("podium-elo", "podium-elo-store")),
    ):
        worst = max(owns, key=lambda own: measured[own, log].peak)
        promise = f"Peak memory of {CONTESTANTS[worst]} over {other}'s, {at}"
        found.append(Bar(promise, peak(other, worst), 0.5, False))
    return found


def import_bars(measured: Measured, log: Log) -> list[Bar]:
    """Return the bars of importing a CSV."""
    ours, theirs = measured["import", log], measured["import-duckdb", log]
    return [
        Bar(f"Time to import a CSV over DuckDB's CREATE TABLE, at {log}",
            ours.wall / theirs.wall, 4, False),
        Bar(f"Peak memory of importing a CSV, at {log}", ours.peak / 1000, 1.5, False, " GB"),
    ]  # fmt: skip


def coded_bars(measured: Measured) -> list[Bar]:
    """Return the bars of analyses of a log in memory."""
    cpu = {task: measured[task, coded.log].cpu for task, coded in CODED.items()}
    return [
        *(Bar(f"CPU of {coded}", cpu[task], coded.wanted, False, " s")
          for task, coded in CODED.items() if coded.wanted is not None),
        Bar(f"CPU of {CODED['coded-fastchat']} over Podium's {CODED['coded-hc0-large'].name}",
            cpu["coded-fastchat"] / cpu["coded-hc0-large"], 20, True),
    ]  # fmt: skip


def disagreement(ratings: Points, reference: Points) -> float:
    """Return the largest difference of two ratings around their means, in Elo points."""
    if ratings.keys() != reference.keys():
        return float("inf")
    shift = statistics.fmean(ratings.values()) - statistics.fmean(reference.values())
    return max(abs(ratings[name] - reference[name] - shift) for name in reference)


def disagreements(measured: Measured) -> list[str]:
    """Say which contestants give other ratings than Podium from the same log."""
    return [
        f"{CONTESTANTS[task]} differs from Podium by {apart:.3g} Elo points on {log}."
        for (task, log), apart in _apart(measured).items()
        if not apart <= CONTESTANTS[task].tolerance
    ]


def tables(measured: Measured, logs: Sequence[Log], imports: Sequence[Log]) -> str:
    """Return all measurements as Markdown."""
    largest = logs[-1]
    sections = [
        f"Measured on {os.cpu_count()} cores ({platform.machine()}), Python "
        f"{platform.python_version()}, with {_versions()}.",
        "### CPU seconds: read, fit, interval",
        _cpu_table(measured, logs),
        f"### {largest} in full",
        _full_table(measured, largest),
    ]
    if all((task, coded.log) in measured for task, coded in CODED.items()):
        sections += ["### From integer codes in memory", _coded_table(measured)]
    if imports:
        sections += ["### Importing a CSV", _import_table(measured, imports)]
    return "\n\n".join(sections)


def replace_measured(part: str, text: str, page: Path = README) -> None:
    """Replace what was measured in a part of a page: what stands between its two comments."""
    begin, end = f"<!-- {part}: measured -->", f"<!-- end of {part} -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, _, after = rest.partition(end)
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


def _cpu_table(measured: Measured, logs: Sequence[Log]) -> str:
    rows = [
        [str(contestant), *(f"{measured[task, log].cpu:.2f}" for log in logs)]
        for task, contestant in CONTESTANTS.items()
    ]
    return markdown(["", *map(str, logs)], rows)


def _full_table(measured: Measured, log: Log) -> str:
    header = ["", "CPU s", "wall s", "peak MB", "CPU, Podium = 1", "largest difference, Elo points"]
    apart, rows = _apart(measured), []
    for task, contestant in CONTESTANTS.items():
        one = measured[task, log]
        own = measured[REFERENCE[contestant.method], log]
        rows.append([
            str(contestant), f"{one.cpu:.2f}", f"{one.wall:.2f}", f"{one.peak:.0f}",
            f"{one.cpu / own.cpu:.1f}", f"{apart[task, log]:.2g}",
        ])  # fmt: skip
    return markdown(header, rows)


def _import_table(measured: Measured, logs: Sequence[Log]) -> str:
    rows = []
    for log in logs:
        theirs = measured["import-duckdb", log]
        for task, name in (("import", "Podium"), ("import-duckdb", "DuckDB CREATE TABLE")):
            one = measured[task, log]
            times = f"{one.wall / theirs.wall:.1f}"
            rows.append(
                [f"{name}, {log}", f"{one.wall:.2f}", times, f"{one.cpu:.2f}", f"{one.peak:.0f}"]
            )
    return markdown(["", "wall s", "wall, DuckDB = 1", "CPU s", "peak MB"], rows)


def _coded_table(measured: Measured) -> str:
    rows = []
    for task, coded in CODED.items():
        one = measured[task, coded.log]
        rows.append([str(coded), f"{one.cpu:.2f}", f"{coded.wanted or ''}", f"{one.peak:.0f}"])
    return markdown(["", "CPU s", "at most", "peak MB"], rows)


def _apart(measured: Measured) -> dict[tuple[str, Log], float]:
    return {
        (task, log): disagreement(one.points, measured[REFERENCE[method], log].points)
        for (task, log), one in measured.items()
        if task in CONTESTANTS
        for method in [CONTESTANTS[task].method]
    }


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    rule = ["---", *["---:"] * (len(header) - 1)]
    return "\n".join("| " + " | ".join(row) + " |" for row in (header, rule, *rows))


def _versions() -> str:
    return ", ".join(f"{name} {version(name)}" for name in _DISTRIBUTIONS)

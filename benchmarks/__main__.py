"""``python -m benchmarks``: measure, print the tables, judge the bars."""

import argparse
import sys

from benchmarks import logs as benchmark_logs
from benchmarks import table
from benchmarks.coded import CODED
from benchmarks.contestants import CONTESTANTS, IMPORTERS
from benchmarks.logs import Log
from benchmarks.measure import measure

_COMPETITORS = (20, 200)
_SIZES = {"small": (100_000,), "full": (100_000, 1_000_000, 5_000_000)}
_BARS_AT = Log(5_000_000, 200)


def main() -> int:
    """Run the benchmark; 1 if ratings disagree, or with ``--check`` if a bar is missed."""
    arguments = _arguments()
    logs = [Log(rows, m) for rows in _SIZES[arguments.sizes] for m in _COMPETITORS]
    measured: table.Measured = {}
    for log in logs:
        benchmark_logs.make(log)
        for task in CONTESTANTS:
            measured[task, log] = _told(task, log, _repeats(log))
    if _BARS_AT in logs:
        for task, coded in CODED.items():
            measured[task, coded.log] = _told(task, coded.log, _repeats(coded.log))
    benchmark_logs.make(logs[-1], csv=True)
    # Each import follows DuckDB's own on the same file, so that both meet the same machine.
    for task in reversed(IMPORTERS):
        measured[task, logs[-1]] = _told(task, logs[-1], 3)

    text = table.tables(measured, logs, logs[-1:])
    print(f"\n{text}\n")
    bars = []
    if _BARS_AT in logs:
        bars = [
            *table.bars(measured, _BARS_AT),
            *table.coded_bars(measured),
            *table.import_bars(measured, _BARS_AT),
        ]
        print(*bars, sep="\n")
    else:
        print(f"The bars are judged at {_BARS_AT} only (--sizes full).")
    wrong = table.disagreements(measured)
    for sentence in wrong:
        print(f"FAIL  {sentence}")
    if arguments.write:
        lines = "\n".join(f"- {bar}" for bar in bars)
        table.replace_measured("rating", f"{text}\n\n### Bars\n\n{lines}" if bars else text)
    missed = arguments.check and not all(bar.met for bar in bars)
    return 1 if wrong or missed else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--sizes", choices=_SIZES, default="full")
    parser.add_argument("--write", action="store_true", help="rewrite the table in README.md")
    parser.add_argument("--check", action="store_true", help="exit with 1 if a bar is missed")
    return parser.parse_args()


def _repeats(log: Log) -> int:
    return 3 if log.rows < _BARS_AT.rows else 1


def _told(task: str, log: Log, repeats: int) -> table.Measurement:
    measured = measure(task, log, repeats=repeats)
    print(
        f"{log}  {task}: {measured.cpu:.2f} s CPU, {measured.wall:.2f} s, {measured.peak:.0f} MB",
        file=sys.stderr,
    )
    return measured


if __name__ == "__main__":
    sys.exit(main())

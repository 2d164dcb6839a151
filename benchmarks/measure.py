"""Measuring one piece of work in a fresh process on one core."""

import importlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.coded import CODED
from benchmarks.contestants import CONTESTANTS, IMPORTERS, Points
from benchmarks.logs import Log

ONE_THREAD = {
    **{f"{library}_NUM_THREADS": "1" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA")},
    "JAX_PLATFORMS": "cpu",
    "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "PYTHONWARNINGS": "ignore",
}
_ON_FIRST_USE = ("pandas", "pyarrow.parquet")
"""Modules that would otherwise be imported within the work."""


@dataclass(frozen=True)
class Measurement:
    """What one piece of work took.

    Attributes
    ----------
    cpu, wall : float
        Seconds, imports left out; CPU is user plus system time of all threads.
    peak : float
        Largest resident memory of the whole process, in MB.
    points : dict
        The ratings that came out.
    """

    cpu: float
    wall: float
    peak: float
    points: Points


def measure(task: str, log: Log, *, repeats: int = 1) -> Measurement:
    """Do a task several times, each in a process of its own, and return the medians.

    Raises
    ------
    RuntimeError
        If the process fails; the message ends in what it said.
    """
    runs = [_run(task, log) for _ in range(repeats)]
    cpu, wall, peak = (
        statistics.median(getattr(run, name) for run in runs) for name in ("cpu", "wall", "peak")
    )
    return Measurement(cpu, wall, peak, runs[0].points)


def _run(task: str, log: Log) -> Measurement:
    # This process must stay small: a child's peak memory starts at its parent's.
    pinned = {} if task in IMPORTERS else ONE_THREAD
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.measure", task, log.name],
        env={**os.environ, **pinned}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{task} failed on {log}: {done.stderr.strip()[-2000:]}")
    return Measurement(**json.loads(done.stdout.splitlines()[-1]))


def _measured(task: str, log: Log) -> Measurement:
    import resource

    if task not in IMPORTERS and hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    work = _prepared(task, log)
    cpu, wall = time.process_time(), time.perf_counter()
    points = work()
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    unit = 1e6 if sys.platform == "darwin" else 1e3
    log.scratch.unlink(missing_ok=True)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    return Measurement(cpu, wall, peak, points)


def _prepared(task: str, log: Log) -> Callable[[], Points]:
    """Import what a task needs, and return its work."""
    if task in CODED:
        coded = CODED[task].prepare(log)

        def quiet() -> Points:
            coded()
            return {}

        return quiet
    if task in IMPORTERS:
        log.scratch.unlink(missing_ok=True)
        work = IMPORTERS[task]()
    else:
        work = CONTESTANTS[task].prepare()
        for module in _ON_FIRST_USE:
            importlib.import_module(module)
    return lambda: work(log)


if __name__ == "__main__":
    measured = _measured(sys.argv[1], Log.parse(sys.argv[2]))
    print(json.dumps(vars(measured)))

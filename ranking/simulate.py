"""Arenas with a known truth: for samples, tests and teaching.

A `Truth` says who is how strong, on which capability, at which time, and how judges, items and
lengths bend the outcomes; its docstring holds the formulas. `simulate` draws a log from it. Two
scenarios, `language-models` and `robot-policies`, are complete truths with texts.

Examples
--------
>>> truth = Truth.of({"strong": 1100, "middle": 1000, "weak": 900}, ties=0.3)
>>> log = simulate(truth, comparisons=2_000, seed=1)
>>> log.comparisons.columns.tolist()
['model_a', 'model_b', 'winner', 'time']
>>> truth.strengths()[["competitor", "overall"]].values.tolist()
[['strong', 1100.0], ['middle', 1000.0], ['weak', 900.0]]
"""

import gzip
import os
from pathlib import Path

import pandas as pd

from ranking.errors import InputError
from ranking.simulation.draw import simulate
from ranking.simulation.probabilities import outcome_probabilities
from ranking.simulation.result import Simulation
from ranking.simulation.scenarios import SCENARIOS, Scenario, find_scenario
from ranking.simulation.truth import Competitor, Facet, Judge, Truth

__all__ = [
    "SCENARIOS",
    "Competitor",
    "Facet",
    "Judge",
    "Scenario",
    "Simulation",
    "Truth",
    "compressed",
    "csv_bytes",
    "find_scenario",
    "outcome_probabilities",
    "simulate",
    "truth_path",
    "write_simulation",
]


def write_simulation(
    path: str | os.PathLike[str],
    scenario: str = "language-models",
    *,
    comparisons: int | None = None,
    competitors: int | None = None,
    seed: int | None = None,
) -> Path:
    """Simulate an arena and write its log as CSV, and beside it the truth as JSON.

    Parameters
    ----------
    path : path-like
        Where the log goes; a name that ends in ``.gz`` is compressed. The truth goes to the same
        name with ``.truth.json`` in place of ``.csv`` or ``.csv.gz``.
    scenario : str, default "language-models"
        A name in `SCENARIOS`.
    comparisons, competitors, seed : int, optional
        As in the sample arena of that scenario where not given.

    Returns
    -------
    Path
        Where the truth was written.

    Raises
    ------
    InputError
        If the scenario is unknown, a number is out of its range, or a file cannot be written.
    """
    chosen = find_scenario(scenario)
    simulation = chosen.simulate(comparisons=comparisons, competitors=competitors, seed=seed)
    log = Path(path)
    truth = truth_path(log)
    content = csv_bytes(chosen.log(simulation))
    _write(log, compressed(content) if log.suffix == ".gz" else content)
    _write(truth, simulation.truth_json().encode())
    return truth


def truth_path(log: Path) -> Path:
    """Return where the truth behind a log is written."""
    name = log.name.removesuffix(".gz").removesuffix(".csv")
    return log.with_name(f"{name}.truth.json")


def csv_bytes(table: pd.DataFrame) -> bytes:
    """Return a table as CSV in UTF-8 with Unix line ends, the same on every platform."""
    text: str = table.to_csv(index=False, lineterminator="\n")
    return text.encode()


def compressed(content: bytes) -> bytes:
    """Return bytes as gzip without a time or a name in its header."""
    return gzip.compress(content, compresslevel=9, mtime=0)


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {error.strerror}.") from error

"""The equilibrium behind a leaderboard in text and JSON: the tasks, the mix, the proof of it."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from ranking.equilibria.affinity import NearClones
from ranking.equilibria.report import EquilibriumReport
from ranking.laplacian import Codes, Floats
from ranking.ratings import POINTS_PER_LOGIT, Ratings
from ranking.wording import number, one_line, percent, plural

_MOST_TASKS = 20
_MOST_MIXED = 6
_WHOLLY = 1e5  # comparisons: with so many the model's win rates are what is played
_MOST_CLONES = 3
_NEGLIGIBLE = 0.005  # a share of the mix that would be shown as 0%


def equilibrium_dict(ratings: Ratings) -> dict[str, Any] | None:
    """Return the `equilibrium` of the JSON contract, competitors in the order of the board."""
    report = ratings.equilibrium
    if report is None:
        return None
    order = ratings.order
    mass, parts = report.mass, report.contribution
    by_task = _deciding(report)
    return {
        "tasks_by": report.tasks_by,
        "tasks": [
            {
                "task": report.tasks[at],
                "rating": _known(report.task_rating[at]),
                "low": _known(report.task_low[at]),
                "high": _known(report.task_high[at]),
                "mass": None if report.task_mass is None else _known(report.task_mass[at]),
            }
            for at in by_task
        ],
        "competitors": [
            {
                "competitor": ratings.competitors[at],
                "mass": None if mass is None else _known(mass[at]),
                "bias": _known(report.bias[at]),
                "contribution": None if parts is None else list(map(_known, parts[at, by_task])),
            }
            for at in order
        ],
        "exploitability": _known(report.exploitability),
        "precision": _known(report.precision),
        "folds": report.folds,
        "stages": report.stages,
        "iterations": report.iterations,
        "data_share": _known(report.data_share),
        "spread": _known(report.spread),
        "shrinkage": _known(report.shrinkage),
        "clones": [list(group) for group in report.clones],
        "task_clones": [list(group) for group in report.task_clones],
        "near_clones": list(map(_near, report.near_clones)),
        "near_task_clones": list(map(_near, report.near_task_clones)),
        "kernel_width": _known(report.kernel_width),
        "resamples": report.resamples,
    }


def equilibrium_text(ratings: Ratings) -> list[str]:
    """Return the lines below a leaderboard: which tasks decide, the mix, and the diagnostics."""
    report = ratings.equilibrium
    if report is None:
        return []
    lines = [*_tasks(report), *_sentences(ratings, report)]
    return ["", *lines] if lines else []


def _tasks(report: EquilibriumReport) -> list[str]:
    """Return a table of the tasks, those that decide first."""
    if len(report.tasks) < 2:
        return []
    if (report.task_rating == report.task_rating.max()).all():
        return [f"All {len(report.tasks):,} tasks are at 1000: none separates better than another."]
    known = np.isfinite(report.task_low).any()
    header = ["rating", "interval", "share", f"task ({report.tasks_by})"]
    rows = [
        [
            number(report.task_rating[at]),
            f"{number(report.task_low[at])} to {number(report.task_high[at])}" if known else "",
            "" if report.task_mass is None else _share(report.task_mass[at]),
            one_line(report.tasks[at]),
        ]
        for at in _deciding(report)[:_MOST_TASKS]
    ]
    kept = [at for at in range(4) if any(row[at] for row in rows)]
    widths = {at: max(len(row[at]) for row in [header, *rows]) for at in kept}

    def line(row: Sequence[str]) -> str:
        cells = [row[at].ljust(widths[at]) if at == 3 else row[at].rjust(widths[at]) for at in kept]
        return "  ".join(cells).rstrip()

    left_out = len(report.tasks) - len(rows)
    more = [f"… and {left_out:,} more tasks"] if left_out > 0 else []
    return ["Tasks that decide are at 1000.", line(header), *map(line, rows), *more, ""]


def _deciding(report: EquilibriumReport) -> Codes:
    """Return the positions of the tasks, those that decide most first."""
    mass = np.zeros(len(report.tasks)) if report.task_mass is None else report.task_mass
    return np.lexsort((-mass, -report.task_rating))


def _sentences(ratings: Ratings, report: EquilibriumReport) -> list[str]:
    said = [
        _mix(ratings, report.mass),
        f"Points: {ratings.scale}." if ratings.scale else "",
        _diagnostics(ratings, report),
        _clones("Counted as one", report.clones),
        _clones("Tasks counted as one", report.task_clones),
        _near_clones(plural(ratings.noun), report.near_clones),
        _near_clones("tasks", report.near_task_clones if len(report.tasks) > 1 else ()),
    ]
    return [one_line(sentence) for sentence in said if sentence]


def _mix(ratings: Ratings, mass: Floats | None) -> str:
    """Name who is in the mix of the largest group, the largest share first."""
    if mass is None:
        return ""
    names, inside = ratings.competitors, ratings.component == 0
    order = [
        at for at in np.argsort(-mass, kind="stable") if inside[at] and mass[at] >= _NEGLIGIBLE
    ]
    parts = [f"{names[at]} {_share(mass[at])}" for at in order[:_MOST_MIXED]]
    more = len(order) - len(parts)
    several = " of group 1" if (np.isfinite(mass) & ~inside).any() else ""
    return f"In the mix{several}: {', '.join(parts)}{f' and {more:,} more' if more else ''}."


def _diagnostics(ratings: Ratings, report: EquilibriumReport) -> str:
    parts = []
    if math.isfinite(report.exploitability):
        gain = "less than 0.01" if report.exploitability < 0.01 else f"{report.exploitability:.2g}"
        parts.append(f"leaving the equilibrium gains {gain} points at most")
    if math.isfinite(report.precision):
        name = "intensity of selection" if math.isnan(report.exploitability) else "lambda"
        parts.append(f"{name} {report.precision:.3g}")
    if report.folds:
        parts.append(_count(report.folds, "fold"))
    if report.stages:
        parts.append(_count(report.stages, "stage"))
    if report.iterations:
        parts.append(_count(report.iterations, "step"))
    of = "pairs on their tasks" if len(report.tasks) > 1 else "pairs"
    by_scores = ratings.settings.get("payoff") == "scores"
    if math.isnan(report.data_share):
        parts.append("all scores are equal" if by_scores else "all comparisons were ties")
    elif by_scores:
        cells = f"the cells, a {ratings.noun} on a task,"
        parts.append(f"{percent(report.data_share)} of {cells} have a score")
    else:
        parts.append(f"{percent(report.data_share)} of the {of} were compared")
        if math.isfinite(report.shrinkage):
            parts.append(_shrinkage(report.shrinkage))
    if report.spread > 0 and len(report.tasks) > 1:
        points = number(report.spread * POINTS_PER_LOGIT)
        parts.append(f"strengths differ between tasks by {points} points (SD)")
    return f"Equilibrium: {'; '.join(parts)}."


def _shrinkage(shrinkage: float) -> str:
    if shrinkage < _WHOLLY:
        return f"the model counts for {number(shrinkage, 1)} comparisons in each"
    return "their win rates are the model’s, which explains them to within chance"


def _clones(words: str, groups: Sequence[Sequence[str]]) -> str:
    if not groups:
        return ""
    shown = "; ".join(" = ".join(group) for group in groups[:_MOST_CLONES])
    more = len(groups) - _MOST_CLONES
    return f"{words}: {shown}{f'; and {more:,} more' if more > 0 else ''}."


def _near_clones(nouns: str, pairs: Sequence[NearClones]) -> str:
    if not pairs:
        return ""
    shown = "; ".join(f"{pair.first} and {pair.second}" for pair in pairs[:_MOST_CLONES])
    more = len(pairs) - _MOST_CLONES
    some = f"; and {more:,} more pairs" if more > 0 else ""
    return f"No further apart than noise, so that they may be clones ({nouns}): {shown}{some}."


def _share(mass: float) -> str:
    return percent(round(float(mass), 3))


def _count(count: int, noun: str) -> str:
    return f"{count:,} {noun if count == 1 else plural(noun)}"


def _near(pair: NearClones) -> dict[str, Any]:
    return {
        "first": pair.first,
        "second": pair.second,
        "distance": _known(pair.distance),
        "affinity": _known(pair.affinity),
    }


def _known(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None

"""What stands behind an equilibrium rating, in plain words: a row of the details for each."""

import math
from collections.abc import Sequence

import numpy as np

from dashboard.wording import count, counted, literal
from ranking.equilibria.affinity import NearClones
from ranking.equilibria.report import EquilibriumReport
from ranking.ratings import POINTS_PER_LOGIT, Ratings
from ranking.wording import number, percent, plural

_LISTED = 5  # pairs or classes that are named; the others are counted
_EXACT = 0.05  # points below which a gain is nothing
_MODEL_ALONE = 1e5  # comparisons beyond which a win rate is the model's


def equilibrium_rows(ratings: Ratings) -> dict[str, str]:
    """Return what proves the equilibrium, and what it rests on, as Markdown by what it is about."""
    report = ratings.equilibrium
    assert report is not None
    noun = ratings.noun
    rows = {
        "Equilibrium": _proof(report),
        "How it was found": _path(ratings, report),
        "Tasks": _tasks(report),
        "Evidence": _evidence(report),
        "Between tasks": _spread(report),
        "Shrinkage": _shrinkage(report),
        f"Clones among {literal(plural(noun))}": _classes(report.clones),
        "Clones among tasks": _classes(report.task_clones),
        f"Alike but for noise, {literal(plural(noun))}": _pairs(report.near_clones),
        "Alike but for noise, tasks": _pairs(report.near_task_clones if report.tasks else ()),
        "Bias": _bias(ratings, report),
    }
    return {name: words for name, words in rows.items() if words}


def _proof(report: EquilibriumReport) -> str:
    gain = report.exploitability
    if math.isnan(gain):
        return ""
    if gain < _EXACT:
        return "Nobody gains by leaving it, not even a tenth of a point"
    return f"Nobody gains more than {number(gain, 1)} points by leaving it"


def _path(ratings: Ratings, report: EquilibriumReport) -> str:
    parts = []
    if "intensity" in ratings.settings:
        parts.append(f"At an intensity of selection (α) of {report.precision:g}")
    elif math.isfinite(report.precision):
        parts.append(f"Followed up to a precision (λ) of {_rounded(report.precision)}")
        if report.folds:
            parts.append(f"through {counted(report.folds, 'fold')} of the path")
    if report.stages:
        parts.append(f"{counted(report.stages, 'stage')} settled in turn")
    return ", ".join(parts)


def _rounded(value: float) -> str:
    """Write a number with two digits that count."""
    return number(float(f"{value:.2g}"), 0 if value >= 10 else 1)


def _tasks(report: EquilibriumReport) -> str:
    if not report.tasks:
        return ""
    if len(report.tasks) == 1:
        return "All comparisons as one"
    return literal(task_words(report))


def task_words(report: EquilibriumReport) -> str:
    """Say how many tasks there are and what they are, in plain text: ``32 values of story``."""
    own = report.tasks_by in ("capabilities", "judges", "items")
    kind = report.tasks_by if own else f"values of {report.tasks_by}"
    return f"{count(len(report.tasks))} {kind}"


def _evidence(report: EquilibriumReport) -> str:
    share = report.data_share
    if math.isnan(share):
        return ""
    if share >= 1:
        return "Every pair has met" + (" on every task" if len(report.tasks) > 1 else "")
    what = "pairs on a task" if len(report.tasks) > 1 else "pairs"
    return f"{percent(share)} of the {what} have met; a Bradley–Terry model stands in for the rest"


def _spread(report: EquilibriumReport) -> str:
    if math.isnan(report.spread) or len(report.tasks) < 2:
        return ""
    points = report.spread * POINTS_PER_LOGIT
    if points < 1:
        return "Strengths do not differ between tasks by more than noise does"
    return f"Strengths differ between tasks by {number(points)} points (standard deviation τ)"


def _shrinkage(report: EquilibriumReport) -> str:
    if math.isnan(report.shrinkage):
        return ""
    if report.shrinkage >= _MODEL_ALONE:
        held = "infinite" if math.isinf(report.shrinkage) else number(report.shrinkage)
        return f"Win rates scatter as the model says, and are taken to be the model’s (κ is {held})"
    size = number(report.shrinkage, 1 if report.shrinkage < 10 else 0)
    return f"Each win rate is pulled towards the model as by {size} comparisons (κ)"


def _classes(classes: Sequence[tuple[str, ...]]) -> str:
    """Name classes whose members count as one."""
    named = [" = ".join(map(literal, members)) for members in classes[:_LISTED]]
    return _listed(named, len(classes))


def _pairs(pairs: Sequence[NearClones]) -> str:
    named = [f"{literal(pair.first)} ~ {literal(pair.second)}" for pair in pairs[:_LISTED]]
    return _listed(named, len(pairs))


def _listed(named: Sequence[str], total: int) -> str:
    more = [f"{count(total - len(named))} more"] if total > len(named) else []
    return "; ".join([*named, *more])


def _bias(ratings: Ratings, report: EquilibriumReport) -> str:
    known = np.isfinite(report.bias)
    if not report.resamples or not known.any():
        return ""
    sizes = np.where(known, np.abs(report.bias), -1.0)
    most = int(sizes.argmax())
    mean = float(sizes[known].mean())
    if sizes[most] < 1:
        return f"None to speak of over {count(report.resamples)} resampled logs"
    return (
        f"Resampled logs move ratings by {number(mean)} points on average, and "
        f"{literal(ratings.competitors[most])} most, by {number(float(report.bias[most]))}; "
        "the ratings are not corrected for it"
    )

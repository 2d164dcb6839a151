"""From the games of all groups to one estimate, its report, and the notes about both."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ranking.equilibria.report import EquilibriumReport
from ranking.equilibria.task_log import TaskLog
from ranking.equilibria.win_rates import LogGame
from ranking.errors import RankingWarning, SeparationWarning
from ranking.laplacian import Codes, Floats
from ranking.methods.components import one_sided
from ranking.methods.equilibrium_fit import Replicates, Solution, limits, near_by_noise, noise_of
from ranking.methods.equilibrium_groups import Groups
from ranking.methods.results import Estimate
from ranking.ratings import MEAN_POINTS
from ranking.wording import percent

_FEW_CELLS = 0.5  # share of the cells with comparisons below which the result says so


@dataclass(frozen=True, eq=False)
class Played:
    """The game of one group and its solutions.

    Attributes
    ----------
    members : int array of shape (n,)
        Positions in the whole log of the competitors that play.
    game : LogGame, optional
        None where all comparisons were ties, so that nobody could win anything.
    solution : Solution
    replicates : Replicates, optional
        Those of resampled logs.
    """

    members: Codes
    game: LogGame | None
    solution: Solution
    replicates: Replicates | None


def estimate_of(
    log: TaskLog, groups: Groups, played: Sequence[Played], *, level: float
) -> Estimate:
    """Put the solutions of all groups together; the largest group comes first."""
    m = len(groups.component)
    rating, low, high, bias = np.full((4, m), np.nan)
    drawn = [one.replicates.rating for one in played if one.replicates is not None]
    replicates = np.full((min(map(len, drawn), default=0), m), np.nan)
    covariance = np.full((m, m), np.nan)
    certain = np.zeros((m, m), dtype=bool)
    for one in played:
        at, found = one.members, one.replicates
        rating[at] = one.solution.rating
        if found is None:
            continue
        low[at], high[at] = limits(one.solution.rating, found.rating, level)
        bias[at] = found.bias(one.solution.rating)
        replicates[:, at] = found.rating[: len(replicates)] + MEAN_POINTS
        covariance[np.ix_(at, at)] = found.covariance
        certain[np.ix_(at, at)] = found.certain
    error = np.sqrt(np.diag(covariance))
    known = np.isfinite(error)
    apart = groups.component[:, None] != groups.component
    covariance[apart & known[:, None] & known] = 0.0
    # Resampling never shows an unbeaten competitor a loss: nothing bounds it but the best rating.
    open_ended = (groups.side != 0) & known
    low[open_ended], high[open_ended], error[open_ended] = -np.inf, 0.0, np.nan
    certain[open_ended] = certain[:, open_ended] = False
    return Estimate(
        rating=rating,
        low=low,
        high=high,
        std_error=error,
        status=groups.status,
        component=groups.component,
        interval="none",
        level=level,
        log_loss=math.nan,
        # Where all were ties nobody can be told apart, which needs no resampling.
        covariance=covariance if drawn or all(one.game is None for one in played) else None,
        iterations=sum(one.solution.iterations for one in played),
        certain=certain,
        equilibrium=_report(log, played, bias, replicates, level),
    )


def notes_of(
    names: tuple[str, ...], groups: Groups, played: Sequence[Played]
) -> list[tuple[str, type[RankingWarning]]]:
    """Say what is known to one side only, filled by the model, or left out."""
    notes = [note for one in played if one.game is not None for note in one.game.notes]
    if said := one_sided(names, groups.status):
        sentence = (
            f"Known to one side only, so that resampling cannot bound where they stand — {said}."
        )
        notes.append((sentence, SeparationWarning))
    game = played[0].game
    if game is not None and game.data_share < _FEW_CELLS:
        what = "pairs" if len(game.game.tasks) < 2 else "pairs on their tasks"
        sentence = (
            f"Only {percent(game.data_share)} of the {what} were compared; the win rates of the "
            "others are those of a Bradley–Terry model with strengths on each task."
        )
        notes.append((sentence, RankingWarning))
    if lost := sum(one.replicates.lost for one in played if one.replicates is not None):
        sentence = (
            f"{lost:,} of the resampled games had no solution and are left out of the intervals."
        )
        notes.append((sentence, RankingWarning))
    return notes


def _report(
    log: TaskLog, played: Sequence[Played], bias: Floats, drawn: Floats, level: float
) -> EquilibriumReport:
    """Put together what is told beside the ratings."""
    solutions = [one.solution for one in played]
    main, found, game = played[0], solutions[0], played[0].game
    m, tasks = len(bias), len(found.tasks)
    task_low, task_high = np.full((2, tasks), np.nan)
    if main.replicates is not None and tasks:
        task_low, task_high = limits(found.task_rating, main.replicates.task_rating, level)
    mass = contribution = None
    if found.mass is not None:
        mass = np.full(m, np.nan)
        for one in played:
            mass[one.members] = one.solution.mass
    if found.contribution is not None and tasks:
        contribution = np.full((m, tasks), np.nan)
        contribution[main.members] = found.contribution
    width = math.nan if game is None else noise_of(game)
    near, near_tasks = ((), ()) if game is None else near_by_noise(game, width)
    return EquilibriumReport(
        tasks=found.tasks,
        tasks_by=log.by,
        task_rating=found.task_rating + MEAN_POINTS,
        task_low=task_low + MEAN_POINTS,
        task_high=task_high + MEAN_POINTS,
        task_mass=found.task_mass,
        mass=mass,
        contribution=contribution,
        exploitability=max(each.exploitability for each in solutions),
        precision=min(each.precision for each in solutions),
        folds=sum(each.folds for each in solutions),
        stages=max(each.stages for each in solutions),
        iterations=sum(each.iterations for each in solutions),
        data_share=math.nan if game is None else game.data_share,
        spread=math.nan if game is None else game.spread,
        shrinkage=math.nan if game is None else game.shrinkage,
        clones=tuple(group for one in played if one.game for group in one.game.competitor_clones),
        task_clones=() if game is None else game.task_clones,
        near_clones=near,
        near_task_clones=near_tasks,
        kernel_width=width,
        resamples=len(drawn),
        bias=bias,
        replicates=drawn if len(drawn) else None,
    )

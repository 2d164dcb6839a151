"""From the games of all groups to one estimate, its report, and the notes about both."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ranking.equilibria.report import EquilibriumReport
from ranking.equilibria.task_log import TaskLog, pair_entries
from ranking.equilibria.win_rates import Held, LogGame
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
    log: TaskLog, groups: Groups, played: Sequence[Played], *, level: float, modelled: bool = True
) -> Estimate:
    """Put the solutions of all groups together; the largest group comes first.

    Where votes are played, and no win rates, nothing is `modelled`.
    """
    m = len(groups.component)
    rating, low, high, bias = np.full((4, m), np.nan)
    drawn = [one.replicates.rating for one in played if one.replicates is not None]
    replicates = np.full((min(map(len, drawn), default=0), m), np.nan)
    covariance = np.full((m, m), np.nan)
    agreement = np.zeros((m, m))
    for one in played:
        at, found = one.members, one.replicates
        rating[at] = one.solution.rating
        if found is None:
            continue
        low[at], high[at] = limits(one.solution.rating, found.rating, level)
        bias[at] = found.bias(one.solution.rating)
        replicates[:, at] = found.rating[: len(replicates)] + MEAN_POINTS
        covariance[np.ix_(at, at)] = found.covariance
        agreement[np.ix_(at, at)] = found.agreement
    error = np.sqrt(np.diag(covariance))
    known = np.isfinite(error)
    apart = groups.component[:, None] != groups.component
    covariance[apart & known[:, None] & known] = 0.0
    # Resampling never shows an unbeaten competitor a loss: nothing bounds it but the best rating.
    open_ended = (groups.side != 0) & known
    low[open_ended], high[open_ended], error[open_ended] = -np.inf, 0.0, np.nan
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
        agreement=agreement,
        equilibrium=_report(log, played, bias, replicates, level, modelled),
    )


def notes_of(
    names: tuple[str, ...], groups: Groups, played: Sequence[Played], *, modelled: bool = True
) -> list[tuple[str, type[RankingWarning]]]:
    """Say what is known to one side only, filled by the model, or left out."""
    notes = [note for one in played if one.game is not None for note in one.game.notes]
    if said := one_sided(names, groups.status):
        sentence = (
            "Known to one side only, so that resampling cannot bound where they stand, and the "
            f"limits of those they met are too narrow: {said}."
        )
        notes.append((sentence, SeparationWarning))
    game = played[0].game
    if game is not None:
        share = _evidence(game, played[0].solution)[0]
        if share < _FEW_CELLS:
            notes.append((_few_cells(game, played[0].solution, share, modelled), RankingWarning))
    if lost := sum(one.replicates.lost for one in played if one.replicates is not None):
        sentence = (
            f"{lost:,} of the resampled games had no solution and are left out of the intervals."
        )
        notes.append((sentence, RankingWarning))
    return notes


def _few_cells(game: LogGame, solution: Solution, share: float, modelled: bool) -> str:
    """Say that most cells hold nothing, and what stands in for them."""
    if game.score_game is not None:
        return (
            f"Only {percent(share)} of the scores on tasks are there; the others are those to be "
            "expected of the same competitor and the same task."
        )
    if not modelled:
        return f"Only {percent(share)} of the pairs were compared; the others count as even."
    on_tasks = len(solution.tasks) > 1
    what = "pairs on their tasks" if on_tasks else "pairs"
    strengths = " with strengths on each task" if on_tasks else ""
    return (
        f"Only {percent(share)} of the {what} were compared; the win rates of the others are those "
        f"of a Bradley–Terry model{strengths}."
    )


def _evidence(game: LogGame, solution: Solution) -> tuple[float, float, float]:
    """Return the share of the cells that hold data, tau and kappa: of pairs alone without tasks."""
    held = game.held
    if solution.tasks or not isinstance(held, Held):
        return game.data_share, game.spread, game.shrinkage
    log = held.merged.log
    m = len(log.games.competitors)
    met = len(pair_entries(log).key)
    return met / (m * (m - 1) / 2), 0.0, held.pairs.shrinkage


def _report(
    log: TaskLog,
    played: Sequence[Played],
    bias: Floats,
    drawn: Floats,
    level: float,
    modelled: bool,
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
    share, spread, shrinkage = (math.nan,) * 3 if game is None else _evidence(game, found)
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
        data_share=share,
        spread=spread,
        shrinkage=shrinkage if modelled else math.nan,
        clones=tuple(group for one in played if one.game for group in one.game.competitor_clones),
        task_clones=() if game is None else game.task_clones,
        near_clones=near,
        near_task_clones=near_tasks,
        kernel_width=width,
        resamples=len(drawn),
        bias=bias,
        replicates=drawn if len(drawn) else None,
    )

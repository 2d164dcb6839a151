"""The limiting logit equilibrium of the evaluation game, and the ratings by gains against it."""

from collections.abc import Sequence

import numpy as np

from ranking.equilibria.affinity import Affinity
from ranking.equilibria.clones import merge_evaluation
from ranking.equilibria.continuation import Field, Utility, logit_path
from ranking.equilibria.payoffs import EvaluationGame
from ranking.equilibria.results import Equilibrium
from ranking.errors import ConvergenceError
from ranking.laplacian import Floats

LIMIT = 1e6
"""Lambda, per unit of the largest payoff, at which the path counts as having arrived."""

_EXPLOITABLE = 1e-4  # of the largest payoff: beyond it the end of the path is no equilibrium


def logit_equilibrium(
    game: EvaluationGame,
    *,
    affinity: Affinity | None = None,
    declared: Sequence[Sequence[str]] = (),
) -> Equilibrium:
    """Rate competitors and tasks at the limiting logit equilibrium of the evaluation game.

    Each player answers by ``x(s) proportional to b(s) exp(lambda u(s))``; from the target b, the
    mix of largest affinity entropy, the answers are followed as lambda grows to infinity. The limit
    is a Nash equilibrium; ratings are gains against it.

    Parameters
    ----------
    game : EvaluationGame
    affinity : Affinity, optional
        How alike actions are taken to be; by default only exact clones are alike.
    declared : sequence of sequences of str, default none
        Competitors to be treated as clones of each other.

    Raises
    ------
    ConvergenceError
        If the path is lost, or a player could still gain 1e-4 of the largest payoff at its end.

    References
    ----------
    Liu et al. 2025, arXiv:2502.20170; McKelvey and Palfrey 1995, doi:10.1006/game.1995.1023;
    Turocy 2005, doi:10.1016/j.geb.2004.04.003.
    """
    merged, competitors, tasks = merge_evaluation(game, declared)
    target = (affinity or Affinity()).targets(merged)
    scale = merged.scale
    point = logit_path(evaluation_field(merged, scale), *target, precision=LIMIT)
    if point.exploitability > _EXPLOITABLE:
        raise ConvergenceError(
            f"The logit path ended at lambda {LIMIT:g} where a player could still gain "
            f"{point.exploitability:.2g} of the largest payoff; use deviation ratings here."
        )
    x, m = point.first, point.second
    of_task, of_competitor = merged.utilities(x, m)
    contribution = (x * (merged.margin @ m).T) / tasks.size
    return Equilibrium(
        method="logit equilibrium",
        competitors=game.competitors,
        tasks=game.tasks,
        competitor_rating=competitors.each(of_competitor - m @ of_competitor),
        task_rating=tasks.each(of_task - x @ of_task),
        competitor_mass=competitors.split(m),
        task_mass=tasks.split(x),
        exploitability=point.exploitability * scale,
        contribution=tasks.each(competitors.each(contribution), axis=1),
        precision=point.precision / scale,
        folds=point.folds,
        iterations=point.steps,
        competitor_clones=competitors.groups,
        task_clones=tasks.groups,
    )


def evaluation_field(game: EvaluationGame, scale: float = 1.0) -> Utility:
    """Return the utilities of tasks and competitors, over `scale`, as the path needs them.

    The two who pick competitors share one mix: the game is symmetric in them, and so is the path.
    """
    margin = game.margin / scale
    worth = game.interest if scale == 1 else game.interest / scale

    def field(x: Floats, m: Floats) -> Field:
        against = margin @ m
        separated = worth @ m
        by_second = np.tensordot(x, margin, 1)
        return Field(separated @ m, x @ against, 2 * separated, against.T, by_second)

    return field

"""The coarse correlated equilibrium nearest, in relative entropy, to the affinity target."""

from collections.abc import Sequence

import numpy as np

from ranking.equilibria.affinity import Affinity
from ranking.equilibria.clones import merge_evaluation
from ranking.equilibria.dual import Dual, log_sum, minimise
from ranking.equilibria.payoffs import EvaluationGame
from ranking.equilibria.results import Equilibrium
from ranking.errors import ConvergenceError
from ranking.laplacian import Floats

_RESIDUAL = 1e-6  # of the largest payoff: a gain, or a loss at an action that has a multiplier


def coarse_correlated_equilibrium(
    game: EvaluationGame,
    *,
    affinity: Affinity | None = None,
    declared: Sequence[Sequence[str]] = (),
) -> Equilibrium:
    """Rate competitors and tasks at the coarse correlated equilibrium nearest to the target.

    A mediator draws a task and two competitors from sigma; nobody gains by leaving it for a fixed
    pick before the draw. Of all such sigma the one with the smallest relative entropy to the
    affinity target is unique, and unmoved by clones; the one of largest entropy is not.

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
        If the gains are not those of the minimum to 1e-6 of the largest payoff.

    References
    ----------
    Liu et al. 2025, arXiv:2502.20170; Ortiz, Schapire and Kakade 2007 (maximum entropy).
    """
    merged, competitors, tasks = merge_evaluation(game, declared)
    problem = _EvaluationDual(merged, *(affinity or Affinity()).targets(merged))
    multiplier, steps = _minimum(problem, sum(merged.margin.shape[:2]))
    joint = problem.joint(multiplier)
    n = len(merged.competitors)
    gain = -problem(multiplier)[1] * merged.scale
    met = joint @ problem.ends / 2  # (T, n): mass of a task and one of the two competitors
    by_task = np.einsum("tsj,tj->st", merged.margin, met) / tasks.size
    return Equilibrium(
        method="coarse correlated equilibrium",
        competitors=game.competitors,
        tasks=game.tasks,
        competitor_rating=competitors.each(gain[:n] / 2),  # of one of the two players
        task_rating=tasks.each(gain[n:]),
        competitor_mass=competitors.split(met.sum(axis=0)),
        task_mass=tasks.split(met.sum(axis=1)),
        exploitability=float(max(gain[:n].max() / 2, gain[n:].max(), 0.0)),
        contribution=tasks.each(competitors.each(by_task), axis=1),
        iterations=steps,
        competitor_clones=competitors.groups,
        task_clones=tasks.groups,
    )


def nearest_coarse_correlated(gains: Floats, target: Floats) -> Floats:
    """Return the joint distribution with no positive gain that is nearest to a target.

    ``argmin KL(sigma | target)`` subject to ``gains sigma <= 0``.

    Parameters
    ----------
    gains : array of shape (R, J)
        See `deviation_gains`.
    target : array of shape (J,)

    Returns
    -------
    float array of shape (J,)

    Raises
    ------
    ConvergenceError
        If the gains are not those of the minimum to 1e-6 of the largest.
    """
    scale = float(np.abs(gains).max(initial=0.0)) or 1.0
    rows = gains / scale

    def joint(multiplier: Floats) -> tuple[float, Floats]:
        log = np.log(target) - multiplier @ rows
        return log_sum(log)

    def dual(multiplier: Floats) -> tuple[float, Floats]:
        value, sigma = joint(multiplier)
        return value, -(rows @ sigma)

    return joint(_minimum(dual, len(rows))[0])[1]


class _EvaluationDual:
    """The dual of the evaluation game over pairs i <= j: sigma is symmetric in the two players.

    Multipliers belong to competitors (n, shared by both players), then to tasks (T).
    """

    def __init__(self, game: EvaluationGame, tasks: Floats, competitors: Floats) -> None:
        n = len(competitors)
        i, j = np.triu_indices(n)
        self.margin = game.margin / game.scale
        self.worth = np.ascontiguousarray(game.interest[:, i, j]) / game.scale
        self.ends = np.zeros((len(i), n))
        np.add.at(self.ends, (np.arange(len(i)), i), 1.0)
        np.add.at(self.ends, (np.arange(len(j)), j), 1.0)
        pair = np.log(competitors[i] * competitors[j] * np.where(i == j, 1, 2))
        self.target = np.log(tasks)[:, None] + pair
        self.n = n

    def joint(self, multiplier: Floats) -> Floats:
        """Return sigma at the multipliers, shape (T, pairs)."""
        return self._weights(multiplier)[1]

    def __call__(self, multiplier: Floats) -> tuple[float, Floats]:
        value, sigma = self._weights(multiplier)
        met = sigma @ self.ends
        of_competitor = np.tensordot(self.margin, met, ((0, 2), (0, 1)))
        of_task = self.worth @ sigma.sum(axis=0) - (sigma * self.worth).sum()
        return value, -np.concatenate([of_competitor, of_task])

    def _weights(self, multiplier: Floats) -> tuple[float, Floats]:
        of_competitor, of_task = multiplier[: self.n], multiplier[self.n :]
        pressure = np.tensordot(of_competitor, self.margin, ((0,), (1,)))  # (T, n)
        log = self.worth * of_task.sum()
        log += self.target
        log -= pressure @ self.ends.T
        log -= of_task @ self.worth
        return log_sum(log)


def _minimum(dual: Dual, size: int) -> tuple[Floats, int]:
    """Return the multipliers at the minimum of the dual, and the steps taken.

    No gain may be positive there, and where the multiplier is, none may be negative either:
    without the second an equilibrium is not the nearest.
    """
    found = minimise(dual, free=0, bounded=size)
    if not found.residual <= _RESIDUAL:
        raise ConvergenceError(
            "The nearest coarse correlated equilibrium was not found: a gain is off by "
            f"{found.residual:.2g} of the largest payoff (at most {_RESIDUAL:g} is accepted)."
        )
    return found.multiplier, found.steps

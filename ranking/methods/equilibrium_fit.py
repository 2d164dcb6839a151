"""Solving the game of one group of competitors, and solving it again on resampled logs."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ranking.equilibria.affinity import Affinity, NearClones, near_clones, noise_width
from ranking.equilibria.results import Equilibrium
from ranking.equilibria.win_rates import Held, LogGame
from ranking.errors import ConvergenceError
from ranking.laplacian import Floats
from ranking.progress import Watch

_MOST_LOST = 0.2  # share of the resampled games that may be left without a solution
_PRECISION = 1e-5  # of a rating, in units of payoff
_SAME = 0.01  # points: solvers are no more exact
_ALIKE = 0.5  # affinity at the noise's width from which two actions count as near clones


@dataclass(frozen=True, eq=False)
class Solution:
    """What the game of n competitors and T tasks says, ratings in points around zero.

    Attributes
    ----------
    rating, task_rating : float arrays of shapes (n,) and (T,)
    tasks : tuple of str, length T
    mass, task_mass : float arrays of shapes (n,) and (T,), or None
    contribution : float array of shape (n, T), or None
        Rows add up to `rating`.
    exploitability : float
        In points.
    precision : float
        Lambda at the end of the path, or the intensity of selection.
    width : float
        Width of the affinity kernel, in units of payoff.
    folds, stages, iterations : int
    clones, task_clones : tuples of tuples of str
    """

    rating: Floats
    tasks: tuple[str, ...] = ()
    task_rating: Floats = field(default_factory=lambda: np.zeros(0))
    mass: Floats | None = None
    task_mass: Floats | None = None
    contribution: Floats | None = None
    exploitability: float = math.nan
    precision: float = math.inf
    width: float = math.nan
    folds: int = 0
    stages: int = 0
    iterations: int = 0
    clones: tuple[tuple[str, ...], ...] = ()
    task_clones: tuple[tuple[str, ...], ...] = ()

    @classmethod
    def of(cls, found: Equilibrium, unit: float, *, width: float = math.nan) -> "Solution":
        """Express an equilibrium in points, `unit` of them for a unit of payoff."""
        parts = found.contribution
        return cls(
            rating=settled(found.competitor_rating) * unit,
            tasks=found.tasks,
            task_rating=settled(found.task_rating) * unit,
            mass=found.competitor_mass,
            task_mass=found.task_mass if found.tasks else None,
            contribution=None if parts is None else parts * unit,
            exploitability=found.exploitability * unit,
            precision=found.precision,
            width=width,
            folds=found.folds,
            stages=found.stages,
            iterations=found.iterations,
            clones=found.competitor_clones,
            task_clones=found.task_clones,
        )

    @classmethod
    def even(cls, n: int) -> "Solution":
        """Return the solution of a game in which nobody can win anything."""
        return cls(rating=np.zeros(n), mass=np.full(n, 1 / n), exploitability=0.0)


class Solver(Protocol):
    """What rates the competitors of a game; `like` is the solution that a replicate follows."""

    def __call__(self, game: LogGame, like: Solution | None = None) -> Solution: ...  # noqa: D102


@dataclass(frozen=True, eq=False)
class Replicates:
    """The solutions of resampled games, in points around zero.

    Attributes
    ----------
    rating : float array of shape (R, n)
    task_rating : float array of shape (R, T)
    lost : int
        Resampled games in which no equilibrium was found.
    """

    rating: Floats
    task_rating: Floats
    lost: int

    @classmethod
    def of(
        cls, games: Iterator[LogGame], solve: Solver, like: Solution, *, count: int, watch: Watch
    ) -> "Replicates":
        """Solve resampled games one after the other, telling how far it is.

        Raises
        ------
        ConvergenceError
            If more than one in five has no solution.
        CancelledError
            If the user stopped it.
        """
        from threadpoolctl import threadpool_limits

        rating, task_rating, lost = [], [], 0
        with threadpool_limits(1, user_api="blas"):  # matrices are small: threads would only wait
            for at in range(count):
                watch.tell(at / count, f"resample {at + 1:,} of {count:,}")
                try:
                    found = solve(next(games), like)
                except ConvergenceError as error:
                    lost += 1
                    if lost > _MOST_LOST * count:
                        raise ConvergenceError(
                            f"{lost:,} of {at + 1:,} resampled games have no solution, so that "
                            f"there are no intervals; ask for none, or: {error}"
                        ) from error
                    continue
                rating.append(found.rating)
                task_rating.append(found.task_rating)
        return cls(np.array(rating), np.array(task_rating), lost)

    def bias(self, estimate: Floats) -> Floats:
        """Return the mean of the replicates less the estimate, shape (n,)."""
        return np.asarray(self.rating.mean(axis=0) - estimate)

    @property
    def covariance(self) -> Floats:
        """Covariance of the ratings over replicates, shape (n, n)."""
        return np.atleast_2d(np.cov(self.rating, rowvar=False))

    @property
    def agreement(self) -> Floats:
        """Share of the replicates in which i is above j, shape (n, n)."""
        above = [column[:, None] > self.rating + _SAME for column in self.rating.T]
        return np.array([each.mean(axis=0) for each in above])


def settled(rating: Floats) -> Floats:
    """Put ratings that are 0 but for the solver's precision at 0: who shares it is tied."""
    return np.where(rating > -_PRECISION, 0.0, rating)


def limits(estimate: Floats, replicates: Floats, level: float) -> tuple[Floats, Floats]:
    """Return percentile limits of ratings that are at most 0, moved outward by the bias.

    Near the bound at 0 replicates lie below the estimate by as much as the estimate lies below the
    truth: the upper limit is raised by it (and a lower one lowered, where the bias is upward).
    Reflecting the percentiles instead, or a normal interval, covers less.

    Parameters
    ----------
    estimate : array of shape (k,)
    replicates : array of shape (R, k)
    level : float

    Returns
    -------
    low, high : float arrays of shape (k,)
        They hold the estimate.
    """
    tail = (1 - level) / 2
    # Of R draws the quantiles at k / (R + 1) are those that a further draw would exceed so often.
    low, high = np.quantile(replicates, [tail, 1 - tail], axis=0, method="weibull")
    bias = replicates.mean(axis=0) - estimate
    low, high = low - np.maximum(bias, 0.0), np.minimum(high - np.minimum(bias, 0.0), 0.0)
    return np.minimum(low, estimate), np.maximum(high, estimate)


def noise_of(game: LogGame) -> float:
    """Return the kernel width at which noise is no difference; NaN where it is not known.

    A win rate mixes N comparisons of its own with kappa of the model's, which in turn rests on no
    more than half the comparisons of its two competitors, C / m of all C: its noise is that of

        1 / (N / (N + kappa)^2 + (kappa / (N + kappa))^2 / max(N, C / m))    comparisons.
    """
    n, kappa = game.comparisons_per_cell, game.shrinkage
    if not (math.isfinite(n) and n > 0):
        return math.nan
    # Copies of a competitor or of a task are no further cells.
    m = len(game.game.competitors) - sum(len(group) - 1 for group in game.competitor_clones)
    tasks = len(game.game.tasks) - sum(len(group) - 1 for group in game.task_clones)
    behind = n
    if isinstance(game.held, Held):
        games = game.held.merged.log.games
        behind = max(n, float(games.votes @ games.weight) / m)
    variance = n / (n + kappa) ** 2 + (kappa / (n + kappa)) ** 2 / behind
    return noise_width(1 / variance, max(tasks * (m - 1), m * (m - 1) // 2))


def near_by_noise(
    game: LogGame, width: float
) -> tuple[tuple[NearClones, ...], tuple[NearClones, ...]]:
    """List the competitors, and the tasks, that noise alone may set apart; exact clones are not."""
    if math.isnan(width):
        return (), ()
    alike = Affinity(width=width)
    sides = (
        (game.game.competitors, game.game.competitor_rows),
        (game.game.tasks, game.game.task_rows),
    )
    competitors, tasks = (
        tuple(pair for pair in near_clones(names, rows, alike, least=_ALIKE) if pair.distance > 0)
        for names, rows in sides
    )
    return competitors, tasks

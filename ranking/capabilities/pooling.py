"""Strengths task by task and overall at once, so that no task counts for more than it tells."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ranking.capabilities.pooled_cells import PooledCells
from ranking.capabilities.pooled_newton import Factor, maximise
from ranking.capabilities.spread import CEILING, FLOOR, Linearised, log_marginal, most_likely
from ranking.errors import ConvergenceError, InputError
from ranking.laplacian import Floats

RIDGE = 0.1
"""Precision of the prior of the strengths overall (3.2 logits), used only where they need one."""

_ROUNDS = 50  # of estimating the spread and the strengths in turn
_FREE = 20  # of them, after which the spread is bisected
_SETTLED = 1e-4  # change of the logarithm of the spread
_ALIKE = 0.5  # of log-likelihood: spreads no further apart are as good as each other


@dataclass(frozen=True, eq=False)
class Pooled:
    """Strengths overall and by task, in logits.

    Attributes
    ----------
    overall : float array of shape (m,)
        Strengths over all tasks alike; they sum to zero.
    own : float array of shape (T, m)
        Strengths on each task; each row sums to zero. Who was not compared in a task has its
        strength overall there, up to that row's zero.
    spread : float, logits
        tau, the standard deviation of ``own - overall`` that was used; 0 where there is one task.
    ridge : float
        Precision of the prior of `overall` that was used; 0 where none was needed.
    iterations : int
        Newton steps taken.
    """

    overall: Floats
    own: Floats
    spread: float
    ridge: float
    iterations: int
    _factor: Factor | None = field(default=None, repr=False)

    @property
    def differences(self) -> bool:
        """Whether strengths differ between tasks by more than chance would explain."""
        return self.spread > FLOOR


def pooled_strengths(
    m: int,
    tasks: int,
    task: npt.ArrayLike,
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    weight: npt.ArrayLike,
    score: npt.ArrayLike,
    *,
    spread: float | None = None,
    ridge: float = RIDGE,
    start: Pooled | None = None,
) -> Pooled:
    """Fit Bradley–Terry with strengths per task that scatter around strengths overall.

    ``P(i beats j on t) = sigmoid(theta_ti - theta_tj)`` with ``theta_ti = theta_i + d_ti`` and
    ``d_ti ~ N(0, tau^2)``. On `overall` a task weighs at most ``1 / tau^2``, however many
    comparisons it has; a task with few comparisons borrows its strengths from the others.

    Parameters
    ----------
    m, tasks : int
        How many competitors, and tasks T.
    task, first, second : int arrays of shape (n,)
        Codes of the task and of the two sides of each row, ``first != second``. Rows of the same
        task and pair are added up; rows of weight 0 are left out.
    weight : array of shape (n,)
        Sum of the weights of the comparisons behind each row.
    score : array of shape (n,)
        Sum of ``w y`` behind each row: y is 1 where `first` won, 1/2 for ties. In [0, weight].
    spread : float, optional
        tau in logits. By default it is estimated, by restricted marginal likelihood (Laplace);
        where that sees no differences between tasks it is 0.02. 0 for one strength on all tasks.
    ridge : float, default 0.1
        Precision of a normal prior of the strengths overall, in 1/logit^2. It is used where they
        would be infinite or undetermined without: where somebody, or a group, never lost to the
        others, never won against them, or never met them.
    start : Pooled, optional
        A fit of a similar log, to begin from: resampled logs take a few cheap steps.

    Returns
    -------
    Pooled

    Raises
    ------
    InputError
        If the arrays do not fit together.
    ConvergenceError
        If the strengths or their spread do not settle.
    """
    cells = PooledCells.of(m, tasks, task, first, second, weight, score)
    _check_numbers(spread, ridge)
    prior = 0.0 if cells.determined() else ridge
    if spread == 0 or cells.distinct_tasks < 2:
        spread = 0.0
    point = np.zeros((tasks + 1, m))
    factor = None
    if start is not None and start.own.shape == (tasks, m):
        point[0], point[1:] = start.overall, start.own - start.overall
        factor = start._factor
    if spread is not None:
        return _pooled(spread, prior, *maximise(cells, point, spread, prior, factor))
    trial = start.spread if start is not None and start.spread > 0 else 0.5
    iterations = 0
    low, high = FLOOR / 2, 2 * CEILING  # a larger spread is likelier at `low`, a smaller at `high`
    for turn in range(_ROUNDS):
        point, steps, factor = maximise(cells, point, trial, prior, factor)
        iterations += steps
        expanded, centre = cells.linearised(point), point[0]

        def likelihood(tau: float, tasks: Linearised = expanded, centre: Floats = centre) -> float:
            return log_marginal(tasks, tau, ridge=prior, centre=centre)

        best = most_likely(likelihood, trial if turn else None)
        settled = abs(np.log(best / trial)) < _SETTLED
        low, high = (trial, high) if best > trial else (low, trial)
        # Turns may alternate between two spreads, most of all where either is about as likely.
        alike = abs(likelihood(best) - likelihood(trial)) < _ALIKE
        if settled or (alike and np.log(high / low) < _SETTLED):
            return _pooled(trial, prior, point, iterations, factor)
        free = turn < _FREE and low < best < high
        trial = best if free else max(float(np.sqrt(low * high)), FLOOR)
    raise ConvergenceError(
        f"The spread of strengths between tasks did not settle in {_ROUNDS} rounds; "
        "set the spread yourself."
    )


def _pooled(spread: float, ridge: float, point: Floats, iterations: int, factor: Factor) -> Pooled:
    overall = point[0] - point[0].mean()
    own = overall + point[1:]
    if spread:
        own -= own.mean(axis=1, keepdims=True)
    return Pooled(overall, own, spread, ridge, iterations, factor)


def _check_numbers(spread: float | None, ridge: float) -> None:
    if spread is not None and not (0 <= spread < np.inf):
        raise InputError(f"`spread` must be 0 or a positive number of logits; not {spread}.")
    if not 0 < ridge < np.inf:
        raise InputError(f"`ridge` must be a positive number; not {ridge}.")

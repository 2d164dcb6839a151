"""Maximum-likelihood and penalised Bradley–Terry strengths by damped Newton steps on pairs."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.special import expit, xlogy

from ranking.errors import ConvergenceError
from ranking.laplacian import Floats, divergence, inverse, solve
from ranking.tally import Pairs

_TOLERANCE = 1e-10  # of the squared Newton decrement: twice the log-likelihood still to be gained
_ITERATIONS = 100


def fit_strengths(
    pairs: Pairs, *, ridge: float = 0.0, start: Floats | None = None
) -> tuple[Floats, int]:
    """Maximise the half-win log-likelihood of a log less ``ridge/2 |theta|^2``.

    ``sum_p s_p d_p - n_p ln(1 + e^(d_p))`` with ``d_p = theta_first - theta_second``.

    Parameters
    ----------
    pairs : Pairs
        A connected log; without a ridge it must satisfy Ford's condition.
    ridge : float, default 0
        Precision of the normal prior, in 1/logit^2.
    start : array of shape (m,), optional
        Where to begin; zero where it is not given.

    Returns
    -------
    strength : array of shape (m,)
        In logits; they sum to zero.
    iterations : int
        Newton steps taken.

    Raises
    ------
    ConvergenceError
        If the decrement is not small after 100 steps.
    """
    m, i, j = pairs.m, pairs.first, pairs.second
    n, s = pairs.weight, pairs.score

    def loss(theta: Floats) -> float:
        d = theta[i] - theta[j]
        return float(n @ np.logaddexp(0, d) - s @ d + 0.5 * ridge * theta @ theta)

    theta = np.zeros(m) if start is None else start - start.mean()
    value = loss(theta)
    for iteration in range(1, _ITERATIONS + 1):
        p = expit(theta[i] - theta[j])
        gradient = divergence(m, i, j, s - n * p) - ridge * theta
        step = solve(m, i, j, n * p * (1 - p), gradient, ridge=ridge)
        decrement = float(gradient @ step)
        theta, value = descend(loss, theta, value, step, decrement)
        if decrement < _TOLERANCE * min(1.0, float(n.sum())):
            return theta - theta.mean(), iteration
    raise ConvergenceError(
        f"Bradley–Terry did not converge in {_ITERATIONS} steps (decrement {decrement:.2g}); "
        "use the ridge prior."
    )


def fit_firth(pairs: Pairs) -> tuple[Floats, int]:
    """Fit with Jeffreys' prior: half a win and half a loss per unit of a pair's leverage.

    ``h_p = n p (1 - p) (e_i - e_j)' H+ (e_i - e_j)``; the leverages sum to m - 1.

    Returns
    -------
    strength : array of shape (m,)
    iterations : int

    Raises
    ------
    ConvergenceError
        If the leverages do not settle in 100 rounds.

    References
    ----------
    Firth 1993, doi:10.1093/biomet/80.1.27.
    """
    theta, total = np.zeros(pairs.m), 0
    for _ in range(_ITERATIONS):
        h = leverages(pairs, theta)
        augmented = replace(pairs, weight=pairs.weight + h, score=pairs.score + h / 2)
        moved, iterations = fit_strengths(augmented, start=theta)
        total += iterations
        change, theta = float(np.abs(moved - theta).max()), moved
        if change < 1e-10:
            return theta, total
    raise ConvergenceError(f"Firth's correction did not settle in {_ITERATIONS} rounds.")


def leverages(pairs: Pairs, strength: Floats) -> Floats:
    """Return the leverage of each pair at given strengths, shape (pairs,)."""
    i, j = pairs.first, pairs.second
    p = expit(strength[i] - strength[j])
    information = pairs.weight * p * (1 - p)
    bread = inverse(pairs.m, i, j, information)
    return np.asarray(information * (bread[i, i] + bread[j, j] - 2 * bread[i, j]))


def log_loss(pairs: Pairs, strength: Floats) -> float:
    """Return the mean of ``-(y ln p + (1 - y) ln(1 - p))`` per unit of weight, in nats.

    Pairs of which one has no strength (NaN) are left out; NaN where none is left.
    """
    p = expit(strength[pairs.first] - strength[pairs.second])
    known = np.isfinite(p)
    lost = pairs.weight - pairs.score
    total = -(xlogy(pairs.score[known], p[known]) + xlogy(lost[known], 1 - p[known])).sum()
    weight = pairs.weight[known].sum()
    return float(total / weight) if weight else float("nan")


def descend(
    loss: Callable[[Floats], float], theta: Floats, value: float, step: Floats, decrement: float
) -> tuple[Floats, float]:
    """Take the longest of the steps 1, 1/2, 1/4, ... that lowers the loss enough (Armijo)."""
    length = 1.0
    while True:
        moved = theta + length * step
        reached = loss(moved)
        enough = value - 1e-4 * length * decrement + 1e-12 * abs(value)
        if reached <= enough or length < 1e-10:
            return moved, reached
        length /= 2

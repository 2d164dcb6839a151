"""Bradley–Terry strengths that walk at random over time: the posterior mode and its spread.

A strength is a Wiener process: an increment over g periods is ``N(0, drift^2 g)``, and the strength
at a competitor's first comparison is ``N(0, 1/ridge)``.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.special import expit

from ranking.errors import ConvergenceError
from ranking.laplacian import Floats, divergence
from ranking.methods.dynamic_factors import Factor, factorised
from ranking.methods.dynamic_walks import Walks
from ranking.newton import descend
from ranking.ratings import POINTS_PER_LOGIT

TIGHT = 1e-10
"""Of the squared Newton decrement: twice the log posterior still to be gained."""
FIRST_DRIFT = 25 / POINTS_PER_LOGIT
"""Where the search for the drift begins."""
_ROUGH = 1e-3  # enough to compare two drifts
_ITERATIONS = 100
_ROUNDING = 1e-15  # of the log posterior: a smaller gain cannot be seen
_ROUNDS = 12
_NARROW = 0.4  # steps in the log of the drift over which the evidence is a parabola
_FLAT = 1e-4  # least curvature: where the evidence says next to nothing
_DRIFTS = 0.5 / POINTS_PER_LOGIT, 400 / POINTS_PER_LOGIT


@dataclass(frozen=True, eq=False)
class Paths:
    """The posterior mode of all walks for one drift, and its spread by Laplace's approximation.

    Attributes
    ----------
    walks : Walks
    drift : float
        Standard deviation of a strength's change over one period, in logits.
    strength : float array of shape (nodes,)
        In logits.
    factor : Factor
        Of the posterior precision at the mode.
    evidence : float
        Log marginal likelihood of the drift, but for a constant.
    iterations : int
        Newton steps taken.
    """

    walks: Walks
    drift: float
    strength: Floats
    factor: Factor
    evidence: float
    iterations: int

    @cached_property
    def spread(self) -> tuple[Floats, Floats]:
        """Variances of the nodes, shape (nodes,), and covariances of successive ones, (steps,)."""
        return self.factor.spread()

    def log_loss(self) -> float:
        """Return the mean of ``-(y ln p + (1 - y) ln(1 - p))`` per unit of weight, in nats."""
        walks = self.walks
        d = self.strength[walks.first] - self.strength[walks.second]
        total = walks.weight @ np.logaddexp(0, d) - walks.score @ d
        return float(total / walks.weight.sum())


def fit_paths(
    walks: Walks, drift: float, ridge: float, *, start: Floats | None = None, tolerance: float
) -> Paths:
    """Maximise the log-likelihood of a log plus the log density of the walks.

    ``sum s d - n ln(1 + e^d) - 1/2 sum (increment^2 / (drift^2 gap)) - ridge/2 sum entry^2``, by
    damped Newton steps.

    Parameters
    ----------
    drift, ridge : float
        In logits per period, and in 1/logit^2; both positive.
    start : array of shape (nodes,), optional
        Where to begin; zero where it is not given.
    tolerance : float
        Of the squared Newton decrement.

    Raises
    ------
    ConvergenceError
        If the decrement is not small after 100 steps.
    """
    size, pull = len(walks), 1 / (drift**2 * walks.gap)
    anchor = np.where(walks.entry, ridge, 0.0)

    def prior_force(theta: Floats) -> Floats:
        tension = pull * (theta[walks.after] - theta[walks.before])
        return anchor * theta + divergence(size, walks.after, walks.before, tension)

    def loss(theta: Floats) -> float:
        d = theta[walks.first] - theta[walks.second]
        likelihood = walks.score @ d - walks.weight @ np.logaddexp(0, d)
        return float(0.5 * theta @ prior_force(theta) - likelihood)

    theta = np.zeros(size) if start is None else start
    value = loss(theta)
    for iteration in range(1, _ITERATIONS + 1):
        d = theta[walks.first] - theta[walks.second]
        p, q = expit(d), expit(-d)  # 1 - p would lose the digits of a small q
        residual = walks.score * q - (walks.weight - walks.score) * p
        gradient = divergence(size, walks.first, walks.second, residual) - prior_force(theta)
        factor = factorised(walks, walks.weight * p * q, pull, anchor)
        step = factor.solve(gradient)
        decrement = float(gradient @ step)
        theta, value = descend(loss, theta, value, step, decrement)
        if decrement < tolerance + _ROUNDING * abs(value):
            free = np.log(pull).sum() + walks.entry.sum() * np.log(ridge)
            evidence = -value + 0.5 * free - 0.5 * factor.log_determinant
            return Paths(walks, drift, theta, factor, float(evidence), iteration)
    raise ConvergenceError(
        f"Dynamic Bradley–Terry did not converge in {_ITERATIONS} steps (decrement "
        f"{decrement:.2g}); check the weights, or choose longer periods."
    )


@dataclass(frozen=True, eq=False)
class DriftFit:
    """The walks under the drift of the highest marginal likelihood.

    Attributes
    ----------
    paths : Paths
    error : float
        Standard error of the log of the drift; infinite where it lies at the edge of what is
        searched.
    gain : float
        By how much its log evidence exceeds that of no drift.
    """

    paths: Paths
    error: float
    gain: float


def fit_drift(walks: Walks, ridge: float) -> DriftFit:
    """Choose the drift of the highest marginal likelihood, between 1/2 and 400 points, and fit.

    The log evidence is smooth in the log of the drift: its top is bracketed by steps of a factor 3,
    and the bracket narrowed until the parabola through it can be trusted.
    """
    if not len(walks.gap):
        return DriftFit(fit_paths(walks, FIRST_DRIFT, ridge, tolerance=TIGHT), np.inf, 0.0)
    start: Floats | None = None

    def evidence(log_drift: float) -> float:
        nonlocal start
        found = fit_paths(walks, np.exp(log_drift), ridge, start=start, tolerance=_ROUGH)
        start = found.strength
        return found.evidence

    low, high = np.log(_DRIFTS)
    middle, step, error = float(np.log(FIRST_DRIFT)), float(np.log(3)), np.inf
    below, here, above = (evidence(middle + side * step) for side in (-1, 0, 1))
    for _ in range(_ROUNDS):
        if max(below, above) > here:
            side = 1 if above > below else -1
            middle += side * step
            if not low < middle < high:
                error = np.inf
                break
            beyond = evidence(middle + side * step)
            below, here, above = (here, above, beyond) if side == 1 else (beyond, below, here)
            continue
        curvature = max((2 * here - below - above) / step**2, _FLAT)
        error = 1 / np.sqrt(curvature)
        top = middle + 0.5 * (above - below) / step / curvature
        if step <= _NARROW:
            middle = top
            break
        middle, step = top, float(np.clip(1.4 * error, step / 8, _NARROW))
        below, here, above = (evidence(middle + side * step) for side in (-1, 0, 1))
    middle = float(np.clip(middle, low, high))
    constant = evidence(low)
    paths = fit_paths(walks, float(np.exp(middle)), ridge, start=start, tolerance=TIGHT)
    return DriftFit(paths, float(error), max(paths.evidence - constant, 0.0))

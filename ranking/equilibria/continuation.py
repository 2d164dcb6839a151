"""Following logit equilibria from their target to a precision by pseudo-arclength continuation.

Stepping in lambda alone fails: paths turn back. Steps are taken along the path instead, and kept
so short that they cannot land on another branch, where the end would be another equilibrium.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from ranking.errors import ConvergenceError, InputError
from ranking.laplacian import Floats

_RESIDUAL = 1e-9  # per unit of 1 + lambda
_FIRST_STEP = 0.05
_SMALLEST_STEP = 1e-12
_STEPS = 3000
_CORRECTIONS = 7
_STRAIGHT = 0.8  # cosine of the largest turn in one step: a longer one may end on another branch
_MISSED = 0.01  # probability that a step may put elsewhere than its tangent foretold, likewise


class Field(NamedTuple):
    """Utilities at a pair of mixes, and their derivatives by the probabilities.

    The players of the first block of actions (x, length T, may be empty) never meet each other, so
    that their utilities do not depend on x; those of the second (m, length n) may.
    """

    first: Floats  # (T,)
    second: Floats  # (n,)
    first_by_second: Floats  # (T, n)
    second_by_first: Floats  # (n, T)
    second_by_second: Floats  # (n, n)


Utility = Callable[[Floats, Floats], Field]


@dataclass(frozen=True, eq=False)
class LogitPoint:
    """A point of the logit path: mixes x (T,) and m (n,) at a precision, and how it was reached."""

    first: Floats
    second: Floats
    precision: float
    exploitability: float
    folds: int
    steps: int


def logit_path(
    utility: Utility, first_target: Floats, second_target: Floats, *, precision: float
) -> LogitPoint:
    """Follow the logit equilibria from their target to a precision, through folds.

    Unknowns are the log-probabilities and lambda. Each step goes along the tangent and is corrected
    by Newton's method at right angles to it; steps shrink where the correction is large.

    Parameters
    ----------
    utility : callable
        ``utility(x, m)`` returns a `Field`; payoffs should be of order 1.
    first_target, second_target : arrays of shapes (T,) and (n,)
        Positive mixes at lambda = 0; the first may be empty.
    precision : float
        Lambda at which to stop.

    Raises
    ------
    ConvergenceError
        If the step length vanishes or 3000 steps do not reach the precision.
    """
    if not (np.all(first_target > 0) and np.all(second_target > 0)):
        raise InputError("Every action needs a positive share of the target of the logit path.")
    path = _Path(utility, np.log(np.concatenate([first_target, second_target])), len(first_target))
    step, folds = _FIRST_STEP, 0
    here = _Place(path.target, 0.0, np.append(np.zeros(len(path.target)), 1.0), 0)
    here = replace(here, tangent=_tangent(path.at(here.z, 0.0), here.tangent))
    for steps in range(1, _STEPS + 1):
        if here.tangent[-1] > 0:
            step = min(step, (precision - here.lam) / here.tangent[-1])
        tried = step
        while (reached := _advance(path, here, step)) is None:
            step *= 0.4
            if step < _SMALLEST_STEP:
                raise ConvergenceError(
                    f"The logit path was lost at lambda {here.lam:.4g} after {steps} steps."
                )
        folds += bool(reached.tangent[-1] * here.tangent[-1] < 0)
        here = reached
        if here.lam >= precision * (1 - 1e-6):
            return _arrived(path, here, precision, folds, steps)
        if step == tried:
            step *= 2.0 if here.corrections <= 3 else 1.3 if here.corrections == 4 else 0.8
    raise ConvergenceError(
        f"The logit path reached only lambda {here.lam:.4g} of {precision:.4g} in {_STEPS} steps."
    )


@dataclass(frozen=True, eq=False)
class _Place:
    """A point of the path: log-probabilities, lambda, the unit tangent, and the cost of it."""

    z: Floats
    lam: float
    tangent: Floats
    corrections: int


def _advance(path: "_Path", here: _Place, length: float) -> _Place | None:
    """Return the point of the path a length further on, or None where the step is too long."""
    along = here.tangent
    z, lam = here.z + length * along[:-1], here.lam + length * along[-1]
    predicted, before = np.exp(z), 0.6 * length
    for corrections in range(_CORRECTIONS):
        point = path.at(z, lam)
        if not np.isfinite(point.residual):
            return None
        try:
            if point.residual < _RESIDUAL * (1 + abs(lam)):
                tangent = _tangent(point, along)
                missed = float(np.abs(predicted - np.exp(z)).sum())
                strayed = lam < 0 or tangent @ along < _STRAIGHT or missed > _MISSED
                return None if strayed else _Place(z, lam, tangent, corrections)
            gone = along[:-1] @ (z - here.z) + along[-1] * (lam - here.lam)
            change = point.solve(along, length - gone)
        except np.linalg.LinAlgError:  # a point where branches meet: a shorter step passes it
            return None
        size = float(np.linalg.norm(change))
        if size > before:
            return None
        before = size
        z, lam = z + change[:-1], lam + float(change[-1])
    return None


def _tangent(point: "_Linearised", along: Floats) -> Floats:
    """Return the unit tangent at a point, on the same side as another direction."""
    tangent = point.solve(along, 1.0, homogeneous=True)
    return np.asarray(tangent / np.linalg.norm(tangent))


def _arrived(path: "_Path", here: _Place, precision: float, folds: int, steps: int) -> LogitPoint:
    z = _land(path, here.z, precision)
    x, m = path.mixes(z)
    field = path.utility(x, m)
    gain = float(field.second.max() - m @ field.second)
    if len(x):
        gain = max(gain, float(field.first.max() - x @ field.first))
    return LogitPoint(x, m, precision, max(gain, 0.0), folds, steps)


def _land(path: "_Path", z: Floats, precision: float) -> Floats:
    """Correct at exactly the last precision: a little beyond it moves the third digit."""
    only_lambda = np.append(np.zeros(len(z)), 1.0)
    for _ in range(_CORRECTIONS):
        point = path.at(z, precision)
        if point.residual < 0.01 * _RESIDUAL * (1 + precision):
            break
        z = z + point.solve(only_lambda, 0.0)[:-1]
    return z


class _Path:
    """The equations ``z - ln b - lambda u(exp z) = constant``, ``sum exp z = 1`` in each block."""

    def __init__(self, utility: Utility, target: Floats, split: int) -> None:
        self.utility, self.target, self.split = utility, target, split

    def mixes(self, z: Floats) -> tuple[Floats, Floats]:
        p = np.exp(z)
        return p[: self.split], p[self.split :]

    def at(self, z: Floats, lam: float) -> "_Linearised":
        x, m = self.mixes(z)
        field = self.utility(x, m)
        off = z - self.target - lam * np.concatenate([field.first, field.second])
        return _Linearised(x, m, field, lam, off[: self.split], off[self.split :])


class _Linearised:
    """The equations and their derivative at one point.

    The first block is eliminated: its utilities do not depend on itself, so that its part of the
    Jacobian is the identity up to a constant per column. What is solved has n + 1 unknowns.
    """

    def __init__(
        self, x: Floats, m: Floats, field: Field, lam: float, off_x: Floats, off_m: Floats
    ) -> None:
        self.x, self.m, self.field, self.lam = x, m, field, lam
        self.off_x, self.off_m = off_x, off_m
        self.lack_x, self.lack_m = 1 - x.sum(), 1 - m.sum()

    @property
    def residual(self) -> float:
        """Largest residual, each block measured from its most probable action."""
        worst = max(abs(self.lack_x) if len(self.x) else 0.0, abs(self.lack_m))
        for p, off in ((self.x, self.off_x), (self.m, self.off_m)):
            if len(p):
                worst = max(worst, np.abs(off - off[p.argmax()]).max())
        return float(worst)

    def solve(self, row: Floats, right: float, *, homogeneous: bool = False) -> Floats:
        """Return the change of (z, lambda) that cancels the residual and has ``row . d = right``.

        With `homogeneous` the residual counts as zero: the result is along the path.
        """
        x, m, field, lam = self.x, self.m, self.field, self.lam
        t, n = len(x), len(m)
        live = 0.0 if homogeneous else 1.0
        # First block as an affine function of (change of ln m, change of lambda).
        slope, constant = np.zeros((0, n + 1)), np.zeros(0)
        if t:
            slope = np.column_stack([lam * field.first_by_second * m, field.first])
            slope -= x @ slope / x.sum()
            constant = live * (x @ self.off_x / x.sum() - self.off_x + self.lack_x / x.sum())
        coupling = lam * field.second_by_first * x
        system = np.empty((n + 1, n + 1))
        system[:n] = -(coupling @ slope)
        system[:n, :n] += np.eye(n) - lam * field.second_by_second * m
        system[:n, n] -= field.second
        answer = coupling @ constant - live * self.off_m
        # Up to a constant per block; the constant is replaced by the sum of the mix.
        system[:n] -= m @ system[:n] / m.sum()
        answer -= m @ answer / m.sum()
        system[:n, :n] += m
        answer += live * self.lack_m
        system[n] = row[t:] + row[:t] @ slope
        both = np.linalg.solve(system, np.append(answer, right - row[:t] @ constant))
        return np.concatenate([slope @ both + constant, both])

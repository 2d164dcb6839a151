"""Minimising the smooth dual of an entropy problem over multipliers, some of them at least 0."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ranking.laplacian import Floats

_STARTS = 10
_RESIDUAL = 1e-8  # at which no fresh start is made

Dual = Callable[[Floats], tuple[float, Floats]]
"""Returns the value at the multipliers, and the gradient."""


class DualMinimum(NamedTuple):
    """Multipliers, the steps taken, and how far they are from satisfying the conditions.

    The residual is the largest gradient, those left out that push a multiplier of 0 below it.
    """

    multiplier: Floats
    steps: int
    residual: float


def minimise(dual: Dual, *, free: int, bounded: int) -> DualMinimum:
    """Minimise a convex dual over `free` multipliers, followed by `bounded` ones at least 0.

    The quasi-Newton method may stop after a step that happens to gain nothing; it is then started
    afresh from there. Whether the residual reached is small enough is for the caller to judge.
    """
    from scipy.optimize import minimize

    least = np.append(np.full(free, -np.inf), np.zeros(bounded))
    multiplier, steps, residual = np.zeros(free + bounded), 0, np.inf
    for _ in range(_STARTS):
        result = minimize(
            dual,
            multiplier,
            jac=True,
            method="L-BFGS-B",
            bounds=[(None, None)] * free + [(0, None)] * bounded,
            options={
                "maxiter": 20_000,
                "maxfun": 40_000,
                "ftol": 1e-15,
                "gtol": 1e-9,
                "maxcor": 30,
            },
        )
        multiplier, steps = np.asarray(result.x, np.float64), steps + int(result.nit)
        moved = np.maximum(multiplier - result.jac, least)
        residual = float(np.abs(moved - multiplier).max(initial=0.0))
        if residual <= _RESIDUAL:
            break
    return DualMinimum(multiplier, steps, residual)


def log_sum(log: Floats) -> tuple[float, Floats]:
    """Return the log of the sum of exponentials, and the exponentials over their sum."""
    top = float(log.max())
    weight = np.exp(log - top)
    total = float(weight.sum())
    weight /= total
    return top + float(np.log(total)), weight

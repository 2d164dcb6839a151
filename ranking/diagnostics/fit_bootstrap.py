"""Parametric bootstrap: deviances of logs drawn from a fitted model, and fitted anew."""

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import xlogy

from ranking.diagnostics.fitted_model import FittedModel
from ranking.laplacian import Floats

_BUDGET = 4_000_000  # cells times replicates; fewer replicates where there are more cells
_FEWEST = 39
_BLOCK = 200_000  # pairs times replicates that are held at a time
_STEPS = 3  # frozen-Hessian steps; the error left is .002 points where the bootstrap SD is 3.5


def bootstrap_p_value(
    fitted: FittedModel, deviance: float, *, replicates: int = 200, seed: int = 0
) -> float:
    """Return the chance of a deviance at least as large in logs drawn from the fitted model.

    Every replicate has as many comparisons of each pair as the log, and is fitted from the log's
    parameters in three Newton steps with the Hessian of the log. Very large logs get fewer
    replicates.

    Parameters
    ----------
    fitted : FittedModel
    deviance : float
        Of the log.
    replicates : int, default 200
    seed : int, default 0
    """
    pairs = len(fitted.first)
    count = min(replicates, max(_FEWEST, _BUDGET // fitted.observed.size))
    rng = np.random.default_rng(seed)
    step = max(1, min(count, _BLOCK // pairs))
    drawn = np.concatenate(
        [
            _deviances(fitted, draw_outcomes(fitted, rng, min(step, count - at)))
            for at in range(0, count, step)
        ]
    )
    return float((1 + (drawn >= deviance * (1 - 1e-9)).sum()) / (1 + count))


def draw_outcomes(fitted: FittedModel, rng: np.random.Generator, count: int) -> Floats:
    """Draw counts of the outcomes of every pair, shape (K, pairs, count)."""
    n, p = fitted.counts, fitted.probabilities
    if len(p) == 2:
        score = draw_scores(rng, n, p[0], fitted.tie_scale, count)
        return np.stack([score, _whole(n)[:, None] - score])
    return np.moveaxis(_multinomial(rng, _whole(n), p, count), -1, 0)


def draw_scores(rng: np.random.Generator, n: Floats, p: Floats, scale: float, count: int) -> Floats:
    """Draw scores of `n` comparisons of every pair with variance ``scale n p (1 - p)``.

    Below a scale of 1 some are ties: with probability ``4 (1 - scale) p (1 - p)``, at most as often
    as the lesser chance allows.

    Parameters
    ----------
    rng : Generator
    n, p : float arrays of shape (pairs,)
        Comparisons, rounded to whole ones of which there is at least one; expected score share.
    scale : float
    count : int
        Replicates.

    Returns
    -------
    float array of shape (pairs, count)
    """
    tied = np.minimum(4 * max(0.0, 1 - scale) * p * (1 - p), 2 * np.minimum(p, 1 - p))
    drawn = _multinomial(rng, _whole(n), np.stack([p - tied / 2, tied, 1 - p - tied / 2]), count)
    return np.asarray(drawn[..., 0] + drawn[..., 1] / 2)


def _whole(n: Floats) -> npt.NDArray[np.int64]:
    return np.maximum(np.rint(n), 1).astype(np.int64)


def _multinomial(
    rng: np.random.Generator, n: npt.NDArray[np.int64], p: Floats, count: int
) -> Floats:
    chances = np.maximum(p, 0.0).T
    chances = chances / chances.sum(axis=1, keepdims=True)
    return rng.multinomial(n[:, None], chances[:, None, :], (len(n), count)).astype(np.float64)


def _deviances(fitted: FittedModel, drawn: Floats) -> Floats:
    """Return the least deviance that each replicate reaches, shape (count,)."""
    outcomes, pairs, count = drawn.shape
    m, model = len(fitted.strength), fitted.model
    ones, rows = np.ones(pairs), np.arange(pairs)
    of_first = sparse.csr_array((ones, (fitted.first, rows)), shape=(m, pairs))
    of_second = sparse.csr_array((ones, (fitted.second, rows)), shape=(m, pairs))
    n = drawn.sum(axis=0)
    saturated = xlogy(drawn, drawn / n).sum(axis=(0, 1))
    weight = drawn * fitted.information_share[:, None]
    point = np.tile(np.concatenate([fitted.strength, fitted.own])[:, None], count)
    least = np.full(count, np.inf)
    for remaining in range(_STEPS, -1, -1):
        i, j = point[fitted.first].ravel(), point[fitted.second].ravel()
        own = np.repeat(point[None, m:, :], pairs, axis=0).transpose(1, 0, 2)
        own = own.reshape(len(fitted.own), pairs * count)
        log_p = model.log_probabilities(i, j, own).reshape(outcomes, pairs, count)
        least = np.minimum(least, 2 * (saturated - (drawn * log_p).sum(axis=(0, 1))))
        if remaining:
            scores = model.scores(i, j, own).reshape(outcomes, pairs, count, -1)
            slope = np.einsum("kpc,kpca->apc", weight, scores)
            gradient = np.concatenate(
                [of_first @ slope[0] + of_second @ slope[1], slope[2:].sum(axis=1)]
            )
            point = point + fitted.inverse @ gradient
            # A replicate without ties, say, has no finite maximum: stay where chances are numbers.
            point[m:] = np.clip(point[m:], fitted.own[:, None] - 2, fitted.own[:, None] + 2)
    return least

"""The chances of the four outcomes: a multinomial logit with ties and an outside option."""

from typing import Any

import numpy as np

from ranking.outcomes import BOTH_BAD, FIRST, SECOND, TIE
from ranking.ratings import POINTS_PER_LOGIT


def outcome_probabilities(
    difference: Any, *, level: Any = 0.0, ties: float = 0.0, both_bad: float | None = None
) -> np.ndarray:
    """Return the chance of each outcome.

    Proportional to ``exp(m + d/2)`` (first), ``exp(m - d/2)`` (second), ``ties exp(m)`` (tie) and
    ``exp(both_bad)``, points over 173.72.

    Parameters
    ----------
    difference : array_like
        d: points by which the first side leads, biases included.
    level : array_like, default 0.0
        m: mean strength of the two sides in points; only matters with `both_bad`.
    ties : float, default 0.0
        Davidson's nu.
    both_bad : float or None
        The outside option in points.

    Returns
    -------
    ndarray, shape (..., 4)
        In the order of the codes in `ranking.outcomes`: second, tie, first, both bad.

    Examples
    --------
    >>> outcome_probabilities(400).round(4).tolist()
    [0.0909, 0.0, 0.9091, 0.0]
    """
    utility = utilities(difference, level=level, ties=ties, both_bad=both_bad)
    chance = np.exp(utility - utility.max(-1, keepdims=True))
    result: np.ndarray = chance / chance.sum(-1, keepdims=True)
    return result


def utilities(difference: Any, *, level: Any, ties: float, both_bad: float | None) -> np.ndarray:
    """Return the log of what `outcome_probabilities` normalises, shape (..., 4)."""
    half = np.asarray(difference, float) / 2 / POINTS_PER_LOGIT
    middle = np.broadcast_to(np.asarray(level, float) / POINTS_PER_LOGIT, half.shape)
    utility = np.full((*half.shape, 4), -np.inf)
    utility[..., FIRST] = middle + half
    utility[..., SECOND] = middle - half
    if ties > 0:
        utility[..., TIE] = middle + np.log(ties)
    if both_bad is not None:
        utility[..., BOTH_BAD] = both_bad / POINTS_PER_LOGIT
    return utility

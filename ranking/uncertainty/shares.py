"""Intervals of shares of the possible score: Wilson's, with the spread that the log shows."""

import math

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit

Floats = npt.NDArray[np.float64]


def share_limits(
    share: npt.ArrayLike,
    comparisons: npt.ArrayLike,
    variance: npt.ArrayLike,
    *,
    level: float = 0.95,
) -> tuple[Floats, Floats]:
    """Return confidence limits of shares that are never of zero width.

    ``(n p + z^2/2 -+ z sqrt(n s^2 + z^2/4)) / (n + z^2)``: Wilson's score interval, with the
    variance s^2 of one comparison's score in place of ``p (1 - p)``. The two are equal where every
    comparison is won or lost; ties make s^2, and so the interval, smaller.

    Parameters
    ----------
    share : array
        Shares p in [0, 1].
    comparisons : array
        How many independent comparisons n each rests on; need not be whole.
    variance : array
        Variance s^2 of one comparison's score.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    low, high : float arrays
        In [0, 1]; NaN where there is no comparison.

    References
    ----------
    Wilson 1927, doi:10.1080/01621459.1927.10502953. Dean and Pagano 2015,
    doi:10.1093/jssam/smv024, for effective numbers from clusters.
    """
    p, n, s2 = (np.asarray(values, np.float64) for values in (share, comparisons, variance))
    z = float(ndtri((1 + level) / 2))
    with np.errstate(invalid="ignore"):
        centre = (n * p + z * z / 2) / (n + z * z)
        half = z * np.sqrt(n * s2 + z * z / 4) / (n + z * z)
    known = n > 0
    # Rounding must not push the limit of a share of 0 or 1 past it.
    low = np.where(known, np.clip(np.minimum(centre - half, p), 0, 1), np.nan)
    high = np.where(known, np.clip(np.maximum(centre + half, p), 0, 1), np.nan)
    return low, high


def effective_comparisons(
    kish: npt.ArrayLike, design_effect: npt.ArrayLike, clusters: npt.ArrayLike, *, level: float
) -> Floats:
    """Return how many independent comparisons clustered ones are worth.

    ``n / deff (t_{n-1} / t_{G-1})^2``: the design effect of the clusters, and the uncertainty about
    it where they are few (Korn and Graubard 1998).

    Parameters
    ----------
    kish : array
        Kish's effective number n of comparisons, for their weights.
    design_effect : array
        Variance of the share over that of independent comparisons; taken as at least 1.
    clusters : array
        How many clusters G; one cluster says nothing about others, and counts as none.
    """
    n, g = np.asarray(kish, np.float64), np.asarray(clusters, np.float64)
    tail = (1 + level) / 2
    several = (g > 1) & (g < n)
    ratio = np.ones(n.shape)
    ratio[several] = stdtrit(n[several] - 1, tail) / stdtrit(g[several] - 1, tail)
    return np.asarray(n / np.maximum(design_effect, 1.0) * np.minimum(ratio, 1.0) ** 2)


def design_effect(clustered: float, independent: float) -> float:
    """Return by how much clusters enlarge a variance, at least 1; NaN where nothing varies."""
    return max(clustered / independent, 1.0) if independent > 0 else math.nan

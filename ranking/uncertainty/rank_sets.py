"""Simultaneous confidence sets for ranks: with the given confidence, all of them hold at once.

Every ordered pair "j is better than k" is a test on ``(theta_j - theta_k) / se_jk``. Step-down
(Romano and Wolf 2005) rejects those above the quantile of the largest statistic among the pairs
that are still open, and repeats until none is rejected. Who is certainly better and who is
certainly worse bounds a rank.

References
----------
Mogstad, Romano, Shaikh and Wilhelm 2024, "Inference for Ranks with Applications to Mobility across
Neighbourhoods and Academic Achievement across Countries", doi:10.1093/restud/rdad006.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ranking.laplacian import Floats
from ranking.uncertainty.quantiles import quantile

_FEWEST_DRAWS = 100
_FEWEST_BEYOND = 5  # draws beyond a critical value that is read from them


@dataclass(frozen=True, eq=False)
class RankSets:
    """What simultaneous tests of all pairs say about ranks.

    Attributes
    ----------
    best, worst : int arrays of shape (m,)
        The rank set of each competitor.
    better : bool array of shape (m, m)
        ``better[j, k]``: j is better than k beyond doubt at this level.
    critical : tuple of float
        The critical value of each step, in standard errors.
    constant : bool array of shape (m, m)
        Pairs whose difference has no variance to test it by.
    """

    best: npt.NDArray[np.int64]
    worst: npt.NDArray[np.int64]
    better: npt.NDArray[np.bool_]
    critical: tuple[float, ...]
    constant: npt.NDArray[np.bool_]


def draw_strengths(
    covariance: Floats, *, draws: int, df: float = np.inf, seed: int = 0
) -> npt.NDArray[np.float32]:
    """Draw errors of strengths from ``N(0, V)``, or from the t distribution with `df` degrees.

    Parameters
    ----------
    covariance : array of shape (m, m)
        V; it may be singular.
    draws : int
        How many.
    df : float, default infinity
        Degrees of freedom of the covariance's estimate.
    seed : int, default 0

    Returns
    -------
    float32 array of shape (draws, m)
    """
    rng = np.random.default_rng(seed)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    errors = rng.standard_normal((draws, len(covariance))) @ root.T
    if np.isfinite(df):
        errors /= np.sqrt(rng.chisquare(df, draws) / df)[:, None]
    return np.asarray(errors, np.float32)


def rank_sets(
    strength: Floats,
    covariance: Floats,
    *,
    level: float = 0.95,
    draws: int = 1000,
    df: float = np.inf,
    seed: int = 0,
) -> RankSets:
    """Return rank sets that hold for all competitors at once.

    Parameters
    ----------
    strength : array of shape (m,)
        Estimates, on any scale.
    covariance : array of shape (m, m)
        Their covariance, on the same scale squared.
    level : float, default 0.95
        Probability with which all sets hold.
    draws : int, default 1000
        Draws that give the critical values. At levels so high that fewer than 5 of them would lie
        beyond, Bonferroni's critical values are used: a little larger than needed.
    df : float, default infinity
        Degrees of freedom of the covariance's estimate.
    seed : int, default 0
        Seed of the draws.

    Raises
    ------
    ValueError
        If there are fewer than 100 draws.
    """
    from ranking.uncertainty.rank_kernels import largest_statistics

    if draws < _FEWEST_DRAWS:
        raise ValueError(f"Rank sets need at least {_FEWEST_DRAWS} draws, not {draws}.")
    m = len(strength)
    variance = np.diag(covariance)
    squared = variance[:, None] + variance[None, :] - 2 * covariance
    known = squared > 1e-12 * max(float(variance.max(initial=0.0)), 1e-300)
    precision = np.zeros((m, m))
    precision[known] = 1 / np.sqrt(squared[known])
    statistic = (strength[:, None] - strength[None, :]) * precision
    errors = draw_strengths(covariance, draws=draws, df=df, seed=seed)
    opened = known & ~np.eye(m, dtype=bool)
    better = np.zeros((m, m), dtype=bool)
    critical: list[float] = []
    while opened.any():
        if draws * (1 - level) < _FEWEST_BEYOND:
            critical.append(quantile(1 - 2 * (1 - level) / float(opened.sum()), df))
        else:
            weight = np.where(opened, precision, 0.0).astype(np.float32)
            critical.append(float(np.quantile(largest_statistics(errors, weight), level)))
        rejected = opened & (statistic > critical[-1])
        if not rejected.any():
            break
        better |= rejected
        opened &= ~rejected
    return RankSets(1 + better.sum(axis=0), m - better.sum(axis=1), better, tuple(critical), ~known)

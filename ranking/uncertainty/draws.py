"""What draws of the ratings say about ranks: who may be the best, and where one stands on average.

With a flat prior these are posterior summaries, not tests: a chance of .97 to be the best goes with
a p-value near .05.
"""

from dataclasses import dataclass

import numpy as np

from ranking.laplacian import Codes, Floats
from ranking.ratings import Ratings


@dataclass(frozen=True, eq=False)
class DrawSummary:
    """Summaries of draws, NaN where a competitor has no interval on both sides.

    Attributes
    ----------
    best : float array of shape (m,)
        Share of the draws in which the competitor leads those of its component with an interval on
        both sides; who was never beaten may still be better.
    expected_rank : float array of shape (m,)
        Mean rank among the same.
    """

    best: Floats
    expected_rank: Floats


def draw_summary(ratings: Ratings, *, draws: int = 2000, seed: int = 0) -> DrawSummary:
    """Summarise ranks over draws of the ratings; all NaN where the method has no covariance.

    Parameters
    ----------
    ratings : Ratings
    draws : int, default 2000
    seed : int, default 0
    """
    m = len(ratings)
    best, expected = np.full(m, np.nan), np.full(m, np.nan)
    if ratings.covariance is None:
        return DrawSummary(best, expected)
    bounded = np.isfinite(ratings.low) & np.isfinite(ratings.high)
    drawn = ratings.draws(draws, seed=seed)
    for label in np.unique(ratings.component[bounded]):
        members = np.flatnonzero(bounded & (ratings.component == label))
        own = drawn[:, members]
        leading = own == own.max(axis=1, keepdims=True)  # several, where an equilibrium ties them
        best[members] = (leading / leading.sum(axis=1, keepdims=True)).mean(axis=0)
        expected[members] = _ranks(own).mean(axis=0)
        if ratings.equilibrium is not None:  # ties, the other way round: on average a mean rank
            backwards = _ranks(own[:, ::-1])[:, ::-1].mean(axis=0)
            expected[members] = (expected[members] + backwards) / 2
    return DrawSummary(best, expected)


def _ranks(values: Floats) -> Codes:
    """Return ranks within each row, 1 for the highest; of equal ones the first comes first."""
    order = np.argsort(-values, axis=1, kind="stable")
    ranks = np.empty_like(order)
    np.put_along_axis(ranks, order, np.arange(1, values.shape[1] + 1)[None, :], axis=1)
    return ranks

"""The same ratings at another confidence level, without fitting them again."""

from dataclasses import replace

import numpy as np

from ranking.errors import InputError
from ranking.ratings import Parameter, Ratings
from ranking.uncertainty.quantiles import check_level, quantile
from ranking.uncertainty.ranks import overlap_ranks, standing


def can_change_level(ratings: Ratings) -> bool:
    """Whether every interval reaches as many standard errors to either side of its estimate.

    Bounds of one-sided evidence and intervals of the parameters of ties are of another kind: they
    need the log.
    """
    at = np.isfinite(ratings.rating)
    low, high = ratings.rating[at] - ratings.low[at], ratings.high[at] - ratings.rating[at]
    half = ratings.quantile * ratings.std_error[at]
    return bool(
        np.allclose(low, half, rtol=1e-9)
        and np.allclose(high, half, rtol=1e-9)
        and all(np.isclose(p.estimate - p.low, p.high - p.estimate) for p in ratings.parameters)
    )


def at_level(ratings: Ratings, level: float) -> Ratings:
    """Return ratings with intervals, rank sets and tiers at another confidence level.

    Parameters
    ----------
    ratings : Ratings
        Such that `can_change_level`.
    level : float
        Confidence level, in (0, 1).

    Raises
    ------
    InputError
        If the level is not between 0 and 1, or an interval does not follow from its standard error.
    """
    check_level(level)
    if not can_change_level(ratings):
        raise InputError("These intervals do not follow from standard errors; rate the log again.")
    wide = quantile(level, ratings.df)
    half = wide * ratings.std_error
    low, high = ratings.rating - half, ratings.rating + half
    stands = standing(
        ratings.rating, low, high, ratings.covariance, ratings.component, level=level, df=ratings.df
    )
    overlap_low, overlap_high = overlap_ranks(ratings.rating, low, high, ratings.component)
    ratio = wide / ratings.quantile
    return replace(
        ratings,
        low=low,
        high=high,
        rank_low=stands.low,
        rank_high=stands.high,
        overlap_low=overlap_low,
        overlap_high=overlap_high,
        better=stands.better,
        tiers=stands.tiers,
        rank_sets=stands.words,
        level=level,
        settings={**ratings.settings, "level": level},
        parameters=tuple(_widened(parameter, ratio) for parameter in ratings.parameters),
    )


def _widened(parameter: Parameter, ratio: float) -> Parameter:
    """Return a parameter whose limits lie `ratio` times as far from its estimate."""
    at = parameter.estimate
    low, high = at + ratio * (parameter.low - at), at + ratio * (parameter.high - at)
    return replace(parameter, low=low, high=high)

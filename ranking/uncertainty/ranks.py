"""Ranks, and the range of ranks that intervals allow."""

import numpy as np

from ranking.laplacian import Codes, Floats

_TIED = 1e-9


def point_ranks(rating: Floats, component: Codes) -> Floats:
    """Return competition ranks within each component, shape (m,): 1 + how many are better.

    Ratings within 1e-9 are tied. NaN where there is no rating.
    """
    ranks = np.full(len(rating), np.nan)
    for members in _rated(rating, component):
        better = np.searchsorted(np.sort(-rating[members]), -rating[members] - _TIED)
        ranks[members] = 1 + better
    return ranks


def overlap_ranks(
    rating: Floats, low: Floats, high: Floats, component: Codes
) -> tuple[Floats, Floats]:
    """Return the best and the worst rank that marginal intervals allow, each of shape (m,).

    Best: 1 + how many have their whole interval above; worst: the component's size less how many
    have theirs below (the rule of Chatbot Arena, arXiv:2403.04132). NaN where there is no
    rating or no interval.
    """
    best, worst = np.full(len(rating), np.nan), np.full(len(rating), np.nan)
    bounded = np.where(np.isnan(low) | np.isnan(high), np.nan, rating)
    for members in _rated(bounded, component):
        lows, highs = np.sort(low[members]), np.sort(high[members])
        size = len(members)
        best[members] = 1 + size - np.searchsorted(lows, high[members], side="right")
        worst[members] = size - np.searchsorted(highs, low[members], side="left")
    return best, worst


def _rated(rating: Floats, component: Codes) -> list[Codes]:
    rated = np.isfinite(rating)
    return [np.flatnonzero(rated & (component == label)) for label in np.unique(component[rated])]

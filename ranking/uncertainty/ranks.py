"""Ranks, the sets of ranks that the evidence allows, and tiers."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ranking.laplacian import Codes, Floats
from ranking.uncertainty.multiplicity import compact_letters
from ranking.uncertainty.rank_sets import rank_sets

MOST_SIMULTANEOUS = 500
"""Larger components get the ranks that overlapping intervals allow: all pairs would be too many."""

_TIED = 1e-9
_DRAWS, _MANY_DRAWS = 1000, 5000  # for the critical values; many cost nothing for few competitors
_FEW = 60


@dataclass(frozen=True, eq=False)
class Standing:
    """Where competitors may stand.

    Attributes
    ----------
    low, high : float arrays of shape (m,)
        Rank sets; NaN where there is no rating or no interval.
    better : bool array of shape (m, m), optional
        ``better[i, j]``: i is better than j, all such statements at once; None where only marginal
        intervals are known.
    tiers : tuple of str
        Compact letters; empty without `better`.
    words : str
        How the sets were found.
    """

    low: Floats
    high: Floats
    better: npt.NDArray[np.bool_] | None
    tiers: tuple[str, ...]
    words: str


def standing(
    rating: Floats,
    low: Floats,
    high: Floats,
    covariance: Floats | None,
    component: Codes,
    *,
    level: float,
    df: float | Floats = np.inf,
    agreement: Floats | None = None,
) -> Standing:
    """Find rank sets and tiers: by simultaneous tests of all pairs where there is a covariance.

    Who is known to one side only has no standard error: such a competitor is better than those
    whose whole interval lies below its own.

    Parameters
    ----------
    rating, low, high : arrays of shape (m,)
        Estimates and confidence limits.
    covariance : array of shape (m, m), optional
    component : int array of shape (m,)
    level : float
        Probability with which all rank sets hold at once.
    df : float or array of shape (m,), default infinity
        Degrees of freedom of the covariance, or of that of each competitor's component.
    agreement : array of shape (m, m), optional
        Of ratings that were replicated: share of the replicates in which i is above j. Nothing is
        decided that fewer of them say than lie below an upper confidence limit: few distinct
        values, or a bound, are far from normal. Where a difference never varies they decide alone.
    """
    groups = _rated(rating, component)
    if covariance is None or any(len(members) > MOST_SIMULTANEOUS for members in groups):
        best, worst = overlap_ranks(rating, low, high, component)
        known = bool(np.isfinite(best).any())
        return Standing(best, worst, None, (), "overlap of intervals" if known else "none")
    m = len(rating)
    degrees = np.broadcast_to(np.asarray(df, np.float64), m)
    better = np.zeros((m, m), dtype=bool)
    best, worst = np.full(m, np.nan), np.full(m, np.nan)
    tiers = [""] * m
    for members in groups:
        block = np.ix_(members, members)
        decided = low[members][:, None] > high[members][None, :]
        bounded = np.isfinite(low[members]) & np.isfinite(high[members])
        inner = np.flatnonzero(bounded)
        if len(inner):
            found = rank_sets(
                rating[members[inner]],
                covariance[np.ix_(members[inner], members[inner])],
                level=level,
                draws=_MANY_DRAWS if len(inner) <= _FEW else _DRAWS,
                df=float(degrees[members[0]]),
            )
            better_inside = found.better
            if agreement is not None:
                enough = agreement[block][np.ix_(inner, inner)] >= (1 + level) / 2
                better_inside = (found.better | found.constant) & enough
            decided[np.ix_(inner, inner)] = better_inside
        better[block] = decided
        best[members] = 1 + decided.sum(axis=0)
        worst[members] = len(members) - decided.sum(axis=1)
        letters = compact_letters(decided | decided.T, np.argsort(-rating[members], kind="stable"))
        for at, own in zip(members, letters, strict=True):
            tiers[at] = own
    return Standing(best, worst, better, tuple(tiers), "simultaneous (step-down)")


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

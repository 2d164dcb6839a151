"""Means over one mix of capabilities, and what every observation contributes to them."""

import math
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ranking.capabilities.observations import Observations
from ranking.laplacian import Floats
from ranking.taxonomies.taxonomy import Bools


@dataclass(frozen=True, eq=False)
class MixMeans:
    """Raw and standardised means of competitors in some nodes.

    Attributes
    ----------
    observed : Observations
    items : float array of shape (m,)
        Observations inside the nodes.
    sizes, weights : float arrays of shape (nodes,)
        Items of each node that anybody has a result on, and their share of the sum.
    raw, standardised : float arrays of shape (m,)
        ``sum_c w_c mean_kc``; NaN where it is not asked for.
    raw_share, share : float arrays of shape (observations,)
        What each observation moves its competitor's means by (influence).
    """

    observed: Observations
    items: Floats
    sizes: Floats
    weights: Floats
    raw: Floats
    standardised: Floats
    raw_share: Floats
    share: Floats

    def difference(self, i: int, j: int, *, common: bool) -> tuple[float, float]:
        """Return mean i less mean j and its standard error, paired on shared items."""
        mean, share = (self.standardised, self.share) if common else (self.raw, self.raw_share)
        competitor, item = self.observed.competitor, self.observed.item
        moved = np.zeros(self.observed.items)
        for k, sign in ((i, 1.0), (j, -1.0)):
            own = competitor == k
            moved[item[own]] += sign * share[own]
        return float(mean[i] - mean[j]), _error(moved)

    def error(self, k: int, *, common: bool) -> float:
        """Return the standard error of one mean."""
        return _error((self.share if common else self.raw_share)[self.observed.competitor == k])


def mix_means(observed: Observations, members: sparse.csr_array, wanted: Bools) -> MixMeans:
    """Average every competitor over some nodes, as it is and with weights common to all.

    Within a node the variance is about its own mean, with n - 1; a single observation, which tells
    nothing about the variance there, counts by its distance from the competitor's raw mean.

    Parameters
    ----------
    observed : Observations
    members : sparse array of shape (nodes, items), 0/1
    wanted : bool array of shape (m,)
        Whom to standardise: they have observations in every node.
    """
    who, item, value, m = observed.competitor, observed.item, observed.value, observed.m
    seen = np.bincount(item, minlength=observed.items) > 0
    sizes = np.asarray(members @ seen.astype(np.float64))
    weights = sizes / sizes.sum()
    count, total, _ = observed.sums(members)
    by_item = members.T.tocsr()
    held = np.diff(by_item.indptr)[item]
    inside = held > 0
    own = np.bincount(who, inside, m).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
        raw = np.asarray(np.bincount(who, inside * value, m) / own)
        raw_share = np.where(inside, (value - raw[who]) / own[who], 0.0)
    standardised = np.where(wanted, weights @ np.where(count > 0, mean, 0.0), np.nan)
    # One row for each observation and node that holds it.
    row = np.repeat(np.arange(len(item)), held)
    start = by_item.indptr[item]
    node = by_item.indices[np.repeat(start - np.cumsum(held) + held, held) + np.arange(len(row))]
    n = count[node, who[row]]
    spread = np.sqrt(n / np.maximum(n - 1, 1)) * (value[row] - mean[node, who[row]])
    spread = np.where(n > 1, spread, value[row] - raw[who[row]])
    share = np.bincount(row, weights[node] * spread / n, len(item)).astype(np.float64)
    return MixMeans(observed, own, sizes, weights, raw, standardised, raw_share, share)


def _error(moved: Floats) -> float:
    return math.sqrt(float((moved**2).sum())) if np.count_nonzero(moved) > 1 else math.nan

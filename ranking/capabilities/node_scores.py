"""Means of scores in the nodes of a tree, each drawn towards its parent by its noise."""

from dataclasses import dataclass

import numpy as np

from ranking.capabilities.observations import Observations
from ranking.laplacian import Floats
from ranking.taxonomies.taxonomy import Taxonomy

_FEWEST_ITEMS = 5  # of a node whose mean helps to estimate a spread
_FEWEST_CELLS = 10  # independent means at a depth that gets a spread of its own
_FLOOR = 5e-5  # of a squared spread, in units of the variance of an item
_FULL_WEIGHT = 20.0  # items beyond which a node's weight in the spread grows no more


@dataclass(frozen=True, eq=False)
class NodeScores:
    """Raw and shrunken means; arrays have the shape (nodes, m) unless said otherwise.

    Attributes
    ----------
    items : float array
        Distinct items of the node on which the competitor was observed.
    raw : float array
        Mean over them; NaN where there are none.
    estimate : float array
        The mean drawn towards the parent's estimate.
    std_error : float array
        Of the estimate, the parent's uncertainty included.
    own_weight : float array
        B, how much of the estimate is the node's own data, from 0 to 1.
    spread : float array of shape (depths,)
        tau of each depth: how far children are from their parents; NaN at the root.
    """

    items: Floats
    raw: Floats
    estimate: Floats
    std_error: Floats
    own_weight: Floats
    spread: Floats

    @property
    def departure(self) -> Floats:
        """How far each estimate is from the competitor's mean over everything."""
        return np.asarray(self.estimate - self.estimate[0])


def shrunken_means(observed: Observations, taxonomy: Taxonomy) -> NodeScores:
    """Estimate the mean of every node by empirical Bayes, from the root down.

    With s^2 the variance of an item and w = n_c / (1 + n_c / 20), over all nodes of a depth with
    five items, ``tau^2 = sum w [ (mean_c - mean_parent)^2 - s^2 (1/n_c - 1/n_parent) ] / sum w``;
    then ``est_c = est_parent + B_c (mean_c - est_parent)``, ``B_c = tau^2 / (tau^2 + s^2 / n_c)``
    and ``var_c = B_c s^2 / n_c + (1 - B_c)^2 var_parent``.

    A depth with fewer than ten such means, of all competitors, shares the spread of all depths.
    """
    n, total, _ = observed.sums(taxonomy.members)
    with np.errstate(invalid="ignore", divide="ignore"):
        raw = total / n
    all_n, all_total, all_squares = observed.totals()
    centre = all_total / np.maximum(all_n, 1)
    noise = all_squares - all_n * centre**2
    noise = np.maximum(noise / np.maximum(all_n - 1, 1), observed.least_variance)
    spread2 = _squared_spreads(taxonomy, n, raw, noise)

    estimate, error2, own = raw.copy(), np.zeros_like(raw), np.ones_like(raw)
    estimate[0], error2[0] = centre, noise / np.maximum(all_n, 1)
    for depth in range(1, len(spread2)):
        at = np.flatnonzero(taxonomy.depth == depth)
        above = taxonomy.parent[at]
        known = n[at] > 0
        sampling = noise / np.maximum(n[at], 1)
        b = np.where(known, spread2[depth] / (spread2[depth] + sampling), 0.0)
        pulled = np.where(known, raw[at], 0.0)
        estimate[at] = (1 - b) * estimate[above] + b * pulled
        own_error = np.where(known, b * sampling, spread2[depth])
        error2[at] = own_error + (1 - b) ** 2 * error2[above]
        own[at] = b
    return NodeScores(n, raw, estimate, np.sqrt(error2), own, np.sqrt(spread2))


def _squared_spreads(taxonomy: Taxonomy, n: Floats, raw: Floats, noise: Floats) -> Floats:
    """Return tau^2 of each depth, NaN at the root."""
    depth, above = taxonomy.depth, taxonomy.parent
    used = (n >= _FEWEST_ITEMS) & (above >= 0)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        excess = (raw - raw[above]) ** 2 - noise * (1 / n - 1 / n[above])
        weight = np.where(used, n / (1 + n / _FULL_WEIGHT), 0.0)
    weighted = np.where(used, weight * excess, 0.0)
    size = int(depth.max(initial=0)) + 1
    floor = _FLOOR * float(noise.mean())

    total, share = weighted.sum(axis=1), weight.sum(axis=1)
    whole = max(total.sum() / max(share.sum(), 1e-300), floor)
    summed = np.bincount(depth, share, size)
    of_depth = np.maximum(np.bincount(depth, total, size) / np.maximum(summed, 1e-300), floor)
    m = used.shape[1]
    # What some of m competitors have beyond their levels, the last one lacks.
    cells = np.bincount(depth, used.sum(axis=1), size) * (1 - 1 / m if m > 1 else 1)
    found = np.where(cells >= _FEWEST_CELLS, of_depth, whole)
    found[0] = np.nan
    return np.asarray(found)

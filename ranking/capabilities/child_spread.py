"""How far the children of each node of a taxonomy are apart, beyond the noise of their items."""

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, chdtri

from ranking.capabilities.findings import SHOWN_ITEMS
from ranking.capabilities.observations import Observations
from ranking.laplacian import Codes, Floats
from ranking.taxonomies.taxonomy import Bools, Taxonomy

FEWEST_CHILDREN = 3
"""Children with five items that a branch needs."""
NOT_BEYOND = 0.95
"""Confidence of "no more than" for the spread of children."""

_BISECTIONS = 40


@dataclass(frozen=True, eq=False)
class ChildSpread:
    """How far the children of each node are apart; arrays (nodes, m) unless said otherwise.

    Attributes
    ----------
    parent : int array of shape (nodes - 1,)
        Of each node but the root.
    items, mean : float arrays of shape (nodes - 1, m)
        Of each node but the root; 0 where it has fewer than five items.
    within : float array
        Variance of an item within the children.
    children : float array
        How many have five items.
    statistic, p : float arrays
        F of one-way analysis of variance and its p-value.
    known : bool array
        Whether there are three such children.
    """

    parent: Codes
    items: Floats
    mean: Floats
    within: Floats
    children: Floats
    statistic: Floats
    p: Floats
    known: Bools

    @classmethod
    def of(cls, observed: Observations, taxonomy: Taxonomy) -> "ChildSpread":
        """Analyse the values of the items of all children, node by node."""
        count, total, squares = observed.sums(taxonomy.members)
        parent = taxonomy.parent[1:]
        used = (count[1:] >= SHOWN_ITEMS) & ~taxonomy.is_custom[1:, None]
        n = np.where(used, count[1:], 0.0)
        mean = np.where(used, total[1:] / np.maximum(count[1:], 1), 0.0)

        def above(values: Floats) -> Floats:
            held = np.zeros(count.shape)
            np.add.at(held, parent, values)
            return held

        children, items = above(used.astype(np.float64)), above(n)
        centre = above(n * mean) / np.maximum(items, 1)
        error = above(np.where(used, squares[1:] - n * mean**2, 0.0))
        df = items - children
        within = np.maximum(error / np.maximum(df, 1), observed.least_variance)
        between = above(n * (mean - centre[parent]) ** 2)
        known = children >= FEWEST_CHILDREN
        statistic = np.where(known, between / np.maximum(children - 1, 1) / within, np.nan)
        p = _f_tail(np.nan_to_num(statistic), np.maximum(children - 1, 1), np.maximum(df, 1))
        return cls(parent, n, mean, within, children, statistic, p, known)

    def spread(self) -> Floats:
        """Return tau by the method of moments (DerSimonian and Laird), NaN for no branch."""
        total, squares = self._above(self.items), self._above(self.items**2)
        scale = total - squares / np.maximum(total, 1)
        excess = (self.statistic - 1) * (self.children - 1) * self.within
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.sqrt(np.maximum(excess / scale, 0.0)))

    def largest_spread(self) -> Floats:
        """Return the spread that is not ruled out with 95% confidence (Q profile).

        Never less than children without any spread leave open on average: children that happen to
        be closer than their noise do not make little evidence much.
        """
        critical = np.where(self.known, chdtri(np.maximum(self.children - 1, 1), NOT_BEYOND), 0.0)
        low = np.zeros(self.within.shape)
        high = np.full(self.within.shape, 4 * float(np.sqrt(self.within.max(initial=1.0))))
        for _ in range(_BISECTIONS):
            middle = (low + high) / 2
            larger = self._heterogeneity(middle) > critical
            low, high = np.where(larger, middle, low), np.where(larger, high, middle)
        return np.where(self.known, high, np.nan)

    def _heterogeneity(self, spread: Floats) -> Floats:
        """Return Q with weights for this spread, or its mean without any where that is larger."""
        used = self.items > 0
        noise = self.within[self.parent] / np.maximum(self.items, 1)
        weight = np.where(used, 1 / (noise + spread[self.parent] ** 2), 0.0)
        total = np.maximum(self._above(weight), 1e-300)
        centre = self._above(weight * self.mean) / total
        observed = self._above(weight * (self.mean - centre[self.parent]) ** 2)
        usual = self._above(weight * noise) - self._above(weight**2 * noise) / total
        return np.maximum(observed, usual)

    def _above(self, values: Floats) -> Floats:
        held = np.zeros(self.within.shape)
        np.add.at(held, self.parent, values)
        return held


def _f_tail(f: Floats, between: Floats, within: Floats) -> Floats:
    """Return the chance of a larger F with these degrees of freedom."""
    return np.asarray(betainc(within / 2, between / 2, within / (within + between * f)))

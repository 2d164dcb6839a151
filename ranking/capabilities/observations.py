"""One number for each item and competitor: what tests about capabilities rest on.

Both orders of an item, several judges of it, or repeats are not independent of each other: they
are averaged first, so that an item counts once however often it was judged.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.special import expit

from ranking.errors import InputError
from ranking.laplacian import Codes, Floats

LEAST_VARIANCE = 0.02
"""Smallest variance granted to scores between 0 and 1: equal verdicts are not endless evidence."""

_DENSE = 1_000_000  # values up to which a table of items and competitors is not sparse

_LEAST_SHARE = 1e-6  # of the squared range of pointwise scores, granted as variance


@dataclass(frozen=True, eq=False)
class Observations:
    """A value for some items and competitors, at most one for each.

    Attributes
    ----------
    m, items : int
        Numbers of competitors and of items.
    item, competitor : int arrays of shape (n,)
    value : float array of shape (n,)
    least_variance : float
        Granted to the items of a node in tests, in squared units of the value.
    """

    m: int
    items: int
    item: Codes
    competitor: Codes
    value: Floats
    least_variance: float = LEAST_VARIANCE

    def sums(self, members: sparse.csr_array) -> tuple[Floats, Floats, Floats]:
        """Return count, sum and sum of squares of each node and competitor, each (nodes, m).

        Parameters
        ----------
        members : sparse array of shape (nodes, items), 0/1
        """
        m = self.m
        powers = (np.ones_like(self.value), self.value, self.value**2)
        column = np.concatenate([self.competitor + m * at for at in range(3)])
        at = (np.tile(self.item, 3), column)
        table = sparse.coo_array((np.concatenate(powers), at), shape=(self.items, 3 * m))
        found = members @ (table.toarray() if self.items * m <= _DENSE else table.tocsr())
        whole = np.asarray(found.toarray() if sparse.issparse(found) else found)
        return whole[:, :m], whole[:, m : 2 * m], whole[:, 2 * m :]

    def totals(self) -> tuple[Floats, Floats, Floats]:
        """Return count, sum and sum of squares of each competitor over all items, each (m,)."""
        powers = (np.ones_like(self.value), self.value, self.value**2)
        found = [np.bincount(self.competitor, power, self.m).astype(np.float64) for power in powers]
        return found[0], found[1], found[2]


@dataclass(frozen=True, eq=False)
class ItemPairs:
    """Comparisons averaged to one score for each item and pair.

    Attributes
    ----------
    m, items : int
    item, first, second : int arrays of shape (n,)
        ``first < second``; no item and pair occurs twice.
    score : float array of shape (n,)
        Mean score of `first`, in [0, 1].
    """

    m: int
    items: int
    item: Codes
    first: Codes
    second: Codes
    score: Floats

    @classmethod
    def of(
        cls,
        m: int,
        items: int,
        item: npt.ArrayLike,
        first: npt.ArrayLike,
        second: npt.ArrayLike,
        score: npt.ArrayLike,
        weight: npt.ArrayLike | None = None,
    ) -> "ItemPairs":
        """Average comparisons of any order and orientation.

        Parameters
        ----------
        m, items : int
        item, first, second : int arrays of shape (n,)
        score : array of shape (n,)
            Of `first` in each comparison: 1, 1/2, 0 or in between.
        weight : array of shape (n,), default 1
            Of each comparison within the mean of its item and pair.
        """
        q, i, j = (np.asarray(codes, np.int64) for codes in (item, first, second))
        y = np.asarray(score, np.float64)
        w = np.ones(len(y)) if weight is None else np.asarray(weight, np.float64)
        if not ((y >= 0) & (y <= 1)).all():
            raise InputError("The score of a comparison must lie between 0 and 1.")
        _check_codes(q, items, "item")
        for side in (i, j):
            _check_codes(side, m, "competitor")
        flipped = i > j
        key = (q * m + np.where(flipped, j, i)) * m + np.where(flipped, i, j)
        kept = (w > 0) & (i != j)
        cells, cell = np.unique(key[kept], return_inverse=True)
        total = np.bincount(cell, w[kept], len(cells))
        won = np.bincount(cell, (w * np.where(flipped, 1 - y, y))[kept], len(cells))
        pair = cells % (m * m)
        return cls(m, items, cells // (m * m), pair // m, pair % m, won / np.maximum(total, 1e-300))

    def beyond(self, expected: npt.ArrayLike) -> Observations:
        """Return each competitor's mean score at each item less what was expected of it.

        Parameters
        ----------
        expected : number, or array of shape (n,)
            Of `first`; what is expected of `second` is 1 less it.
        """
        excess = self.score - np.asarray(expected, np.float64)
        item = np.concatenate([self.item, self.item])
        competitor = np.concatenate([self.first, self.second])
        return _averaged(self.m, self.items, item, competitor, np.concatenate([excess, -excess]))

    def beyond_own_level(self, strength: Floats) -> Observations:
        """Return how far each competitor did better than its strength overall predicts.

        Parameters
        ----------
        strength : array of shape (m,)
            Bradley–Terry strengths in logits.
        """
        return self.beyond(expit(strength[self.first] - strength[self.second]))

    def beyond_even(self) -> Observations:
        """Return how far each competitor's mean score against the field exceeds one half."""
        return self.beyond(0.5)


def item_scores(
    m: int,
    items: int,
    item: npt.ArrayLike,
    competitor: npt.ArrayLike,
    score: npt.ArrayLike,
) -> Observations:
    """Average pointwise scores over repeats, to one for each item and competitor.

    Scores may be on any scale.
    """
    y = np.asarray(score, np.float64)
    if not np.isfinite(y).all():
        raise InputError("Every score must be a finite number; drop missing ones first.")
    q, who = np.asarray(item, np.int64), np.asarray(competitor, np.int64)
    _check_codes(q, items, "item")
    _check_codes(who, m, "competitor")
    found = _averaged(m, items, q, who, y)
    width = float(np.ptp(y)) if len(y) else 0.0
    return Observations(
        m, items, found.item, found.competitor, found.value, _LEAST_SHARE * (width**2 or 1.0)
    )


def beyond_own_mean(scores: Observations) -> Observations:
    """Return scores less the mean at their item and less what the competitor is above such means.

    How hard an item is cancels; items that one competitor alone was scored on say nothing.
    """
    count = np.bincount(scores.item, minlength=scores.items)
    mean = np.bincount(scores.item, scores.value, scores.items) / np.maximum(count, 1)
    kept = count[scores.item] > 1
    item, competitor = scores.item[kept], scores.competitor[kept]
    excess = scores.value[kept] - mean[item]
    of_own = np.bincount(competitor, minlength=scores.m)
    own = np.bincount(competitor, excess, scores.m) / np.maximum(of_own, 1)
    return Observations(
        scores.m, scores.items, item, competitor, excess - own[competitor], scores.least_variance
    )


def _averaged(m: int, items: int, item: Codes, competitor: Codes, value: Floats) -> Observations:
    cells, cell = np.unique(item * m + competitor, return_inverse=True)
    mean = np.bincount(cell, value, len(cells)) / np.bincount(cell, minlength=len(cells))
    return Observations(m, items, cells // m, cells % m, mean)


def _check_codes(codes: Codes, size: int, what: str) -> None:
    if len(codes) and not 0 <= codes.min() <= codes.max() < size:
        raise InputError(f"A code of the {what} must lie in 0 to {size - 1}; one does not.")

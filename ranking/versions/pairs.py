"""What two versions did on the same items: by scores, by meetings, or against a common third."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.capabilities.observations import LEAST_VARIANCE, Observations
from ranking.errors import InputError
from ranking.laplacian import Codes, Floats

Basis = Literal["auto", "scores", "direct", "opponents"]


@dataclass(frozen=True, eq=False)
class VersionPairs:
    """One result of each of two versions for each item.

    Attributes
    ----------
    basis : {"scores", "direct", "opponents"}
        What either scored on the item itself; its share of the comparisons of the two; or its mean
        score against the opponents that both met there.
    before, after : float arrays of shape (items,)
        NaN where there is none.
    unmatched : int
        Items on which both were compared, but with nobody in common; left out.
    scale : (float, float)
        Lowest and highest result there can be, or that any competitor had.
    least_variance : float
        Granted to the differences of the items of a node in tests.
    """

    basis: Literal["scores", "direct", "opponents"]
    before: Floats
    after: Floats
    unmatched: int
    scale: tuple[float, float]
    least_variance: float

    @property
    def shared(self) -> Codes:
        """Items that both have a result on."""
        return np.flatnonzero(np.isfinite(self.before) & np.isfinite(self.after))

    @property
    def change(self) -> Floats:
        """After less before at each of the shared items."""
        at = self.shared
        return np.asarray(self.after[at] - self.before[at])

    @property
    def graded(self) -> bool:
        """Whether changes differ in size, so that there is more to them than passing or failing."""
        size = np.abs(np.round(self.change, 9))
        return len(np.unique(size[size > 0])) > 1

    @property
    def differences(self) -> Observations:
        """The changes as the values of one competitor, for tests."""
        item = self.shared
        zeros = np.zeros(len(item), np.int64)
        return Observations(1, len(self.before), item, zeros, self.change, self.least_variance)

    @property
    def results(self) -> Observations:
        """The results as the scores of two competitors: 0 is before, 1 is after."""
        had, has = np.flatnonzero(np.isfinite(self.before)), np.flatnonzero(np.isfinite(self.after))
        version = np.repeat(np.array([0, 1]), [len(had), len(has)])
        value = np.concatenate([self.before[had], self.after[has]])
        return Observations(2, len(self.before), np.concatenate([had, has]), version, value)


def version_pairs(
    evidence: CapabilityEvidence, before: str, after: str, *, basis: Basis = "auto"
) -> VersionPairs:
    """Pair the results of two versions item by item.

    Parameters
    ----------
    evidence : CapabilityEvidence
    before, after : str
        Two competitors.
    basis : {"auto", "scores", "direct", "opponents"}, default "auto"
        "scores" are what either scored on the item itself. Where a log has none, a version's result
        is its share of the direct comparisons of the two, or its mean score against the opponents
        that both met on the item. "auto" takes scores where there are any of both, else whichever
        of the other two covers more items.

    Raises
    ------
    InputError
        If the two are one, or share no item.
    SelectionError
        If there is no such competitor.
    """
    old, new = evidence.position(before), evidence.position(after)
    if old == new:
        raise InputError("A version cannot be compared with itself; choose two.")
    if basis not in get_args(Basis):
        raise InputError(f"`basis` must be auto, scores, direct or opponents; not {basis!r}.")
    if basis == "scores" or (basis == "auto" and evidence.has_scores):
        found = _scores(evidence, old, new)
        if len(found.shared) or basis == "scores":
            return _some(found, before, after)
    if basis == "direct":
        return _some(_direct(evidence, old, new), before, after)
    met = _opponents(evidence, old, new)
    if basis == "auto":
        direct = _direct(evidence, old, new)
        met = direct if len(direct.shared) >= len(met.shared) else met
    return _some(met, before, after)


def _some(found: VersionPairs, before: str, after: str) -> VersionPairs:
    if len(found.shared):
        return found
    what = {
        "scores": "no item on which both have a score",
        "direct": "no comparison of the two",
        "opponents": "no item that both were compared on, with each other or the same third",
    }[found.basis]
    raise InputError(
        f"There is {what}, so that {before!r} and {after!r} cannot be paired; choose other "
        "versions, a wider selection, or another basis."
    )


def _scores(evidence: CapabilityEvidence, old: int, new: int) -> VersionPairs:
    scores = evidence.scores
    low, high = float(scores.value.min()), float(scores.value.max())
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    before, after = (_by_item(scores, version) for version in (old, new))
    found = VersionPairs("scores", before, after, 0, (low, high), 2 * scores.least_variance)
    if not found.graded:  # as for verdicts: a run of unchanged items is not endless evidence
        least = LEAST_VARIANCE * (high - low) ** 2
        found = VersionPairs("scores", before, after, 0, (low, high), least)
    return found


def _direct(evidence: CapabilityEvidence, old: int, new: int) -> VersionPairs:
    pairs = evidence.pairs
    at = (pairs.first == min(old, new)) & (pairs.second == max(old, new))
    won = pairs.score[at] if new < old else 1 - pairs.score[at]
    after = np.full(pairs.items, np.nan)
    after[pairs.item[at]] = won
    return VersionPairs("direct", 1 - after, after, 0, (0.0, 1.0), 4 * LEAST_VARIANCE)


def _opponents(evidence: CapabilityEvidence, old: int, new: int) -> VersionPairs:
    """Average over the opponents that both met on an item; who met others alone is unmatched."""
    old_at, old_won = _meetings(evidence, old, apart_from=new)
    new_at, new_won = _meetings(evidence, new, apart_from=old)
    items, m = evidence.pairs.items, evidence.pairs.m
    met = [_mean(items, at // m, won) for at, won in ((old_at, old_won), (new_at, new_won))]
    both, of_old, of_new = np.intersect1d(old_at, new_at, assume_unique=True, return_indices=True)
    before = _mean(items, both // m, old_won[of_old])
    after = _mean(items, both // m, new_won[of_new])
    unmatched = np.isnan(before) & np.isfinite(met[0]) & np.isfinite(met[1])
    alone = np.isnan(before) & ~unmatched
    before[alone], after[alone] = met[0][alone], met[1][alone]
    return VersionPairs(
        "opponents", before, after, int(unmatched.sum()), (0.0, 1.0), 2 * LEAST_VARIANCE
    )


def _meetings(
    evidence: CapabilityEvidence, version: int, *, apart_from: int
) -> tuple[Codes, Floats]:
    """Return item times m plus opponent of each meeting, and the version's score in it."""
    pairs = evidence.pairs
    first, second = pairs.first == version, pairs.second == version
    item = np.concatenate([pairs.item[first], pairs.item[second]])
    opponent = np.concatenate([pairs.second[first], pairs.first[second]])
    won = np.concatenate([pairs.score[first], 1 - pairs.score[second]])
    kept = opponent != apart_from
    return item[kept] * pairs.m + opponent[kept], won[kept]


def _by_item(scores: Observations, competitor: int) -> Floats:
    own = scores.competitor == competitor
    return _mean(scores.items, scores.item[own], scores.value[own])


def _mean(items: int, item: Codes, value: Floats) -> Floats:
    count = np.bincount(item, minlength=items)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.bincount(item, value, items) / np.where(count, count, np.nan))

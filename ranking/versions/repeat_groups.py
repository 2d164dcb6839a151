"""Groups of verdicts or scores that repeat each other, as they lie in the evidence."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy.special import xlogy

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.ingest.headers import plain
from ranking.ingest.pairing import REPEATS
from ranking.laplacian import Codes, Floats
from ranking.store.repeats import (
    Orders,
    RepeatedScores,
    RepeatedVerdicts,
    ScoreRepeats,
    field_names,
    read_repeated_scores,
    read_repeated_verdicts,
    read_score_repeats,
)
from ranking.store.where import where
from ranking.taxonomies.taxonomy import Bools

Read = TypeVar("Read")


@dataclass(frozen=True, eq=False)
class RepeatGroups:
    """What was asked several times, one row for each; arrays have the shape (groups,).

    Attributes
    ----------
    names : tuple of str
        Of competitors; their codes index it.
    item : int array
        In the evidence.
    sides : tuple of int arrays
        Codes of the competitors that a group is about: one or two.
    count : float array
        Verdicts or scores.
    differ : float array
        1 where they are not all the same, else 0.
    entropy : float array
        In bits; NaN for scores with more than two values.
    squares : float array
        Sum of squares around the mean of the group.
    once : int
        Groups of one, which are left out.
    """

    names: tuple[str, ...]
    item: Codes
    sides: tuple[Codes, ...]
    count: Floats
    differ: Floats
    entropy: Floats
    squares: Floats
    once: int

    def about(self, competitor: int) -> Bools:
        """Return which groups are about a competitor."""
        return np.asarray(np.logical_or.reduce([side == competitor for side in self.sides]))


def verdict_groups(evidence: CapabilityEvidence, orders: Orders) -> RepeatGroups:
    """Return the items, pairs and judges with several verdicts."""
    found = repeated_verdicts(evidence, orders)
    counts, total = found.counts, found.counts.sum(axis=1)
    value = np.array([1.0, 0.5, 0.5, 0.0])
    mean = counts @ value / total
    return RepeatGroups(
        names=found.competitors,
        item=item_places(evidence, found.item),
        sides=(found.low, found.high),
        count=total,
        differ=(counts.max(axis=1) < total).astype(np.float64),
        entropy=_bits(counts / total[:, None]),
        squares=counts @ value**2 - total * mean**2,
        once=found.once,
    )


def score_groups(evidence: CapabilityEvidence) -> RepeatGroups:
    """Return the items and competitors with several scores."""
    found = repeated_scores(evidence)
    entropy = np.full(len(found.count), np.nan)
    if found.ends is not None:
        low, high = found.ends
        share = (found.mean - low) / (high - low)
        entropy = _bits(np.clip(np.stack([share, 1 - share], axis=1), 0, 1))
    return RepeatGroups(
        names=found.competitors,
        item=item_places(evidence, found.item),
        sides=(found.competitor,),
        count=found.count,
        differ=(found.lowest < found.highest).astype(np.float64),
        entropy=entropy,
        squares=found.variance * (found.count - 1),
        once=found.once,
    )


def _bits(shares: Floats) -> Floats:
    return np.asarray(-xlogy(shares, shares).sum(axis=1) / math.log(2) + 0.0)


def item_places(evidence: CapabilityEvidence, names: tuple[str, ...]) -> Codes:
    """Return the codes in the evidence of items by name."""
    place = {name: at for at, name in enumerate(evidence.log.names)}
    return np.array([place[name] for name in names], np.int64)


def repeated_verdicts(evidence: CapabilityEvidence, orders: Orders) -> RepeatedVerdicts:
    """Read the verdicts on every item, pair and judge that has several."""
    comparisons = evidence.comparisons
    with comparisons.store.reading() as connection:
        condition = where(connection, comparisons.arena, comparisons.selection)
        return read_repeated_verdicts(connection, comparisons.arena, condition, orders=orders)


def repeated_scores(evidence: CapabilityEvidence) -> RepeatedScores:
    """Read the scores of every competitor on every item that has several, summed up."""
    return _read_scores(evidence, read_repeated_scores)


def each_score(evidence: CapabilityEvidence) -> ScoreRepeats:
    """Read the scores of every competitor on every item that has several, one by one."""
    return _read_scores(evidence, read_score_repeats)


def _read_scores(evidence: CapabilityEvidence, read: Callable[..., Read]) -> Read:
    comparisons = evidence.comparisons
    with comparisons.store.reading() as connection:
        arena = comparisons.arena
        named = tuple(n for n in field_names(connection, arena) if plain(n) in REPEATS)
        condition = where(connection, arena, comparisons.selection)
        return read(connection, arena, condition, repeats=named)

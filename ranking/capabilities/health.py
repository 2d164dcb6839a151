"""Whether the evidence in each capability can carry conclusions: coverage, bias, repeats."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.special import expit

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.capabilities.findings import TESTED_ITEMS
from ranking.capabilities.node_bias import NodeBias, length_bias, position_bias
from ranking.capabilities.pooling import pooled_strengths
from ranking.comparisons import Comparisons
from ranking.errors import InputError
from ranking.laplacian import Codes, Floats
from ranking.outcomes import BothBad
from ranking.store.duplicates import Duplicates, read_duplicates
from ranking.store.item_verdicts import ItemVerdicts, read_item_verdicts
from ranking.store.where import where
from ranking.taxonomies.taxonomy import Bools

SWAYED = 0.05
"""Smallest bias that matters, as a share of the score: 5 percentage points."""


@dataclass(frozen=True, eq=False)
class CapabilityHealth:
    """What the evidence in each node is worth.

    Coverage arrays have the shape (nodes, m), all others (nodes,) unless said otherwise.

    Attributes
    ----------
    evidence : CapabilityEvidence
    level : float
        Of the intervals.
    items : float array
        Distinct items that a competitor was compared on.
    verdicts : float array
        Judgements of it, every order, judge and repeat counted.
    effective : float array
        Independent comparisons that these are worth: one for each item and opponent where repeated
        verdicts agree, more where they do not (see `repeat_correlation`).
    repeat_correlation : float
        rho, how alike repeated verdicts on the same item and pair are beyond what strengths say;
        NaN where nothing was judged twice. n of them are worth ``n / (1 + (n - 1) rho)``.
    parts : int array
        Groups of competitors that are not connected by comparisons within the node; 1 is good.
    position : NodeBias
        How much better whatever is shown first does.
    consistency : float array
        Share of items and pairs judged in both orders in which both prefer the same side; NaN where
        there are none.
    both_orders : float array
        How many there are.
    length : NodeBias
        How much better the longer response does.
    length_by : str
        What length is: "words of the responses", or a feature; empty where the log does not say.
    length_deviation : float
        The standard deviation that the effect of `length` is for, in what length is measured in.
    repeated_items : int array
        Items whose text another item of the node has too, beyond the first of each.
    duplicates : Duplicates
        Comparisons that repeat another in everything that was imported.
    """

    evidence: CapabilityEvidence
    level: float
    items: Floats
    verdicts: Floats
    effective: Floats
    repeat_correlation: float
    parts: Codes
    position: NodeBias
    consistency: Floats
    both_orders: Floats
    length: NodeBias
    length_by: str
    length_deviation: float
    repeated_items: Codes
    duplicates: Duplicates

    @property
    def untagged(self) -> int:
        """How many items of the selection have no capability."""
        return self.evidence.untagged

    @property
    def thin(self) -> Bools:
        """Where a competitor has fewer than 20 items, and is not tested; shape (nodes, m)."""
        return np.asarray(self.items < TESTED_ITEMS)

    def biased(self, which: NodeBias, q: float = 0.05) -> Bools:
        """Where a bias is beyond chance and large enough to matter: 5 percentage points."""
        with np.errstate(invalid="ignore"):
            return np.asarray((which.q <= q) & (np.abs(which.effect) >= SWAYED))


def capability_health(
    source: Comparisons | CapabilityEvidence,
    *,
    level: float = 0.95,
    both_bad: BothBad = "tie",
) -> CapabilityHealth:
    """Examine the evidence in every node of a taxonomy.

    Parameters
    ----------
    source : Comparisons or CapabilityEvidence
    level : float in (0, 1), default 0.95
        Of the intervals.
    both_bad : {"tie", "drop"}, default "tie"
        As the evidence was read with.

    Raises
    ------
    InputError
        If there are no capabilities.
    """
    if not 0 < level < 1:
        raise InputError(f"`level` must lie between 0 and 1; not {level}.")
    evidence = (
        source
        if isinstance(source, CapabilityEvidence)
        else CapabilityEvidence.of(source, both_bad=both_bad)
    )
    comparisons = evidence.comparisons
    with comparisons.store.reading() as connection:
        condition = where(connection, comparisons.arena, comparisons.selection)
        found = read_item_verdicts(connection, comparisons.arena, condition, both_bad=both_bad)
        duplicates = read_duplicates(connection, comparisons.arena, condition)
    members = evidence.taxonomy.members
    strength = _strengths(found, len(evidence.competitors))
    correlation = repeat_correlation(found, strength)
    consistency, both_orders = _consistency(found, members)
    length, deviation = length_bias(found, members, level=level)
    items, verdicts, effective = _coverage(found, members, len(evidence.competitors), correlation)
    return CapabilityHealth(
        evidence=evidence,
        level=level,
        items=items,
        verdicts=verdicts,
        effective=effective,
        repeat_correlation=correlation,
        parts=_parts(found, members, len(evidence.competitors)),
        position=position_bias(found, strength, members, level=level),
        consistency=consistency,
        both_orders=both_orders,
        length=length,
        length_by=found.length if np.isfinite(deviation) else "",
        length_deviation=deviation,
        repeated_items=_repeated_items(found.text, members),
        duplicates=duplicates,
    )


def repeat_correlation(found: ItemVerdicts, strength: Floats) -> float:
    """Return how alike verdicts on the same item and pair are, beyond what strengths predict.

    The mean product of two residuals of a cell over the mean square of one, in cells with several
    verdicts; between 0 and 1, and NaN where there is no such cell.

    Parameters
    ----------
    found : ItemVerdicts
    strength : array of shape (m,)
        Bradley–Terry strengths in logits.
    """
    n = found.verdicts
    expected = expit(strength[found.first] - strength[found.second])
    squares = found.score2 - 2 * expected * found.score + n * expected**2
    products = (found.score - n * expected) ** 2 - squares
    several = n > 1
    if not several.any():
        return float("nan")
    alike = products[several].sum() / (n * (n - 1))[several].sum()
    spread = squares[several].sum() / n[several].sum()
    return float(np.clip(alike / spread, 0.0, 1.0)) if spread > 0 else 1.0


def _strengths(found: ItemVerdicts, m: int) -> Floats:
    """Fit Bradley–Terry strengths overall, each item and pair counting once."""
    cell = found.first * m + found.second
    weight = np.bincount(cell, minlength=m * m).astype(np.float64)
    score = np.bincount(cell, found.score / found.verdicts, m * m)
    at = np.flatnonzero(weight)
    task = np.zeros(len(at), np.int64)
    return pooled_strengths(m, 1, task, at // m, at % m, weight[at], score[at]).overall


def _coverage(
    found: ItemVerdicts, members: sparse.csr_array, m: int, correlation: float
) -> tuple[Floats, Floats, Floats]:
    """Return items, verdicts and effective comparisons of each node and competitor."""
    rho = 0.0 if np.isnan(correlation) else correlation
    worth = found.effective / (1 + np.maximum(found.effective - 1, 0) * rho)
    item = np.concatenate([found.item, found.item])
    side = np.concatenate([found.first, found.second])

    def within(values: Floats) -> Floats:
        table = sparse.coo_array((np.tile(values, 2), (item, side)), shape=(members.shape[1], m))
        return np.asarray((members @ table.tocsr()).toarray())

    met = sparse.coo_array((np.ones(len(item)), (item, side)), shape=(members.shape[1], m)).tocsr()
    met.data[:] = 1  # several opponents on an item are one item
    return np.asarray((members @ met).toarray()), within(found.verdicts), within(worth)


def _parts(found: ItemVerdicts, members: sparse.csr_array, m: int) -> Codes:
    """Count the connected groups of competitors that occur in each node."""
    nodes, items = members.shape
    pair, at = np.unique(found.first * m + found.second, return_inverse=True)
    of_item = sparse.csr_array((np.ones(len(at)), (found.item, at)), shape=(items, len(pair)))
    node, met = (np.asarray(index, np.int64) for index in (members @ of_item).tocoo().coords)
    first, second = node * m + pair[met] // m, node * m + pair[met] % m
    graph = sparse.coo_array((np.ones(len(node)), (first, second)), shape=(nodes * m, nodes * m))
    _, group = connected_components(graph, directed=False)
    present = np.unique(np.concatenate([first, second]))
    groups = np.unique((present // m) * (int(group.max(initial=0)) + 1) + group[present])
    return np.bincount(groups // (int(group.max(initial=0)) + 1), minlength=nodes)


def _consistency(found: ItemVerdicts, members: sparse.csr_array) -> tuple[Floats, Floats]:
    """Return in which share of cells judged in both orders these agree, and how many there are."""
    both = np.flatnonzero((found.shown > 0).all(axis=0))
    mean = found.shown_score[:, both] / found.shown[:, both]
    same = np.sign(mean[0] - 0.5) == np.sign(mean[1] - 0.5)
    items = members.shape[1]
    count = members @ np.bincount(found.item[both], minlength=items)
    agreed = members @ np.bincount(found.item[both], same, items)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(agreed / count), np.asarray(count, np.float64)


def _repeated_items(text: Codes, members: sparse.csr_array) -> Codes:
    """Count the items of each node beyond the first with their text."""
    repeated = np.flatnonzero(text >= 0)
    node, at = (np.asarray(index, np.int64) for index in members[:, repeated].tocoo().coords)
    own = np.bincount(node, minlength=members.shape[0])
    width = int(text.max(initial=0)) + 1
    distinct = np.unique(node * width + text[repeated][at]) // width
    return np.asarray(own - np.bincount(distinct, minlength=members.shape[0]), np.int64)

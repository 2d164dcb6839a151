"""Ranking runs of the same questions, and counting where two of them differ."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ranking.capabilities.node_fit import NodeCells
from ranking.capabilities.spread import CEILING
from ranking.laplacian import Codes, Floats
from ranking.progress import Watch
from ranking.taxonomies.taxonomy import Taxonomy
from ranking.versions.repeat_draws import RepeatedAnswers

_SAME = 1e-7  # difference of strengths or mean scores that is none
_CHUNK = 4_000_000  # numbers that are held at once


@dataclass(frozen=True, eq=False)
class RankedNodes:
    """What is ranked: nodes of a taxonomy, after all items with repeats.

    Attributes
    ----------
    answers : RepeatedAnswers
    members : sparse array of shape (nodes, items), 0/1
        Of items with repeats.
    weight : float array of shape (nodes, cells)
        Items.
    ranked : tuple of int arrays
        Who is ranked in each node: all with scores; of verdicts, the most that are connected.
    scores : bool
        Whether answers are scores, else verdicts.
    """

    answers: RepeatedAnswers
    members: sparse.csr_array
    weight: Floats
    ranked: tuple[Codes, ...]
    scores: bool


def ranked_nodes(
    taxonomy: Taxonomy, answers: RepeatedAnswers, nodes: Codes, scores: bool
) -> RankedNodes:
    """Return what is ranked: everything, and some nodes."""
    items = taxonomy.items
    repeated = np.zeros(items)
    repeated[answers.item] = 1.0
    everything = sparse.csr_array(np.ones((1, items)))
    inside = sparse.vstack([everything, taxonomy.members[nodes]])
    members = sparse.csr_array(inside.multiply(repeated[None, :]))
    members.eliminate_zeros()
    cells = len(answers.first)
    weight = np.asarray(answers.sums(members).sum(axis=1)).reshape(-1, cells)
    ranked = []
    for row in weight:
        met = row > 0
        if scores:
            ranked.append(answers.first[met])
            continue
        m = len(answers.names)
        graph = sparse.coo_array(
            (np.ones(met.sum()), (answers.first[met], answers.second[met])), shape=(m, m)
        )
        _, part = connected_components(graph, directed=False)
        ranked.append(np.flatnonzero(part == np.bincount(part).argmax()))
    return RankedNodes(answers, members, weight, tuple(ranked), scores)


def compare_runs(
    held: RankedNodes, draws: int, seed: int, watch: Watch
) -> tuple[list[Floats], list[int], list[int]]:
    """Count for each node: swaps of each pair (k, k), draws with any, draws with new leaders."""
    swapped = [np.zeros((len(codes), len(codes))) for codes in held.ranked]
    changed, leader = [0] * len(swapped), [0] * len(swapped)
    generator = np.random.default_rng(seed)
    sums = held.answers.sums(held.members)
    m = len(held.answers.names)
    numbers = max(len(held.answers.item), len(swapped) * (m if held.scores else m**2), 1)
    most = max(_CHUNK // (2 * numbers), 1)
    for done in range(0, draws, most):
        watch.tell(done / draws, "ranking from one repeat of each item and from another")
        now = min(most, draws - done)
        strength = strengths(held, sums @ held.answers.two_runs(now, generator))
        for at, codes in enumerate(held.ranked):
            one, other = strength[at][:, codes].reshape(2, now, len(codes))
            turned = np.zeros(now, dtype=bool)
            for i in range(len(codes)):
                before, after = (_sign(run[:, i : i + 1] - run[:, i + 1 :]) for run in (one, other))
                swaps = before * after < 0
                swapped[at][i, i + 1 :] += swaps.sum(axis=0)
                turned |= swaps.any(axis=1)
            changed[at] += int(turned.sum())
            if len(codes):
                leader[at] += int((~(_lead(one) & _lead(other)).any(axis=1)).sum())
    return swapped, changed, leader


def _sign(difference: Floats) -> Floats:
    return np.where(np.abs(difference) < _SAME, 0.0, np.sign(difference))


def _lead(run: Floats) -> np.ndarray:
    return np.asarray(run > run.max(axis=1, keepdims=True) - _SAME)


def strengths(held: RankedNodes, sums: Floats) -> Floats:
    """Rank every run of every node from its sums by node and cell; (nodes, runs, m)."""
    nodes, cells = held.weight.shape
    runs, m = sums.shape[1], len(held.answers.names)
    by_node = sums.reshape(nodes, cells, runs)
    if held.scores:
        strength = np.full((nodes, runs, m), np.nan)
        with np.errstate(invalid="ignore"):
            mean = by_node / held.weight[:, :, None]
        strength[:, :, held.answers.first] = mean.transpose(0, 2, 1)
        return strength
    node, cell = np.nonzero(held.weight)
    # Each run of each node is a block of its own: node * runs + run.
    at = (node[:, None] * runs + np.arange(runs)).ravel()
    fitted = NodeCells(
        m, nodes * runs, at,
        np.repeat(held.answers.first[cell], runs), np.repeat(held.answers.second[cell], runs),
        np.repeat(held.weight[node, cell], runs), by_node[node, cell].ravel(),
    ).fit(np.zeros((nodes * runs, m)), CEILING)[0]  # fmt: skip
    return fitted.reshape(nodes, runs, m)

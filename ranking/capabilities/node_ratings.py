"""Ratings in every node of a taxonomy, pooled from the root down."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ranking.capabilities.node_fit import NodeCells
from ranking.capabilities.node_spread import Batch, Evidence, Spread, estimated
from ranking.capabilities.observations import ItemPairs
from ranking.capabilities.pooling import pooled_strengths
from ranking.capabilities.spread import CEILING
from ranking.errors import InputError
from ranking.laplacian import Codes, Floats
from ranking.taxonomies.taxonomy import Taxonomy

_CHUNK = 4_000_000  # numbers in one batch of information matrices


@dataclass(frozen=True, eq=False)
class NodeRatings:
    """Strengths in logits; arrays have the shape (nodes, m) unless said otherwise.

    Attributes
    ----------
    overall : float array of shape (m,)
        Bradley–Terry strengths on all comparisons; they sum to zero.
    strength : float array
        In each node, drawn towards the parent's; each row sums to zero.
    contrast : float array
        g, how much better than overall: ``strength - overall``; what a node does to all alike
        cancels, as each row sums to zero.
    std_error : float array
        Of the contrast, given the strengths overall; it allows for not knowing tau.
    raw : float array
        The contrast from the node's own comparisons, hardly drawn anywhere (prior of 3 logits).
    own_weight : float array
        How much of the strength is the node's own data and not its parent's, from 0 to 1.
    comparisons : float array
        One for each item and opponent.
    spread : float array of shape (depths,)
        tau of each depth; NaN at the root, 0.02 where no differences were detected.
    """

    overall: Floats
    strength: Floats
    contrast: Floats
    std_error: Floats
    raw: Floats
    own_weight: Floats
    comparisons: Floats
    spread: Floats


def node_ratings(
    pairs: ItemPairs, taxonomy: Taxonomy, *, spread: float | None = None
) -> NodeRatings:
    """Rate all competitors in all nodes, each node drawn towards its parent by its noise.

    ``theta_c = theta_parent + d_c``, ``d_c ~ N(0, tau^2 I)``, maximised node by node from the root
    down; tau of each depth by marginal likelihood over its nodes.

    Parameters
    ----------
    pairs : ItemPairs
    taxonomy : Taxonomy
        Over the same items.
    spread : float, optional
        tau of all depths, in logits; estimated by default.
    """
    if taxonomy.items != pairs.items:
        raise InputError(
            f"The taxonomy is over {taxonomy.items:,} items, the comparisons over "
            f"{pairs.items:,}; they must be over the same."
        )
    if not len(pairs.item):
        raise InputError("There are no comparisons to rate; choose a wider selection.")
    m, size = pairs.m, len(taxonomy)
    overall = pooled_strengths(
        m, 1, np.zeros(len(pairs.item)), pairs.first, pairs.second,
        np.ones(len(pairs.item)), pairs.score,
    ).overall  # fmt: skip
    sums, pair = _by_node(pairs, taxonomy)
    strength = np.tile(overall, (size, 1))
    raw, error, own = np.zeros((size, m)), np.zeros((size, m)), np.ones((size, m))
    counts = np.zeros((size, m))
    counts[0] = _cells(sums, pair, np.array([0]), m).counts()[0]
    total = np.asarray(sums.sum(axis=1)).real.ravel()
    depths = int(taxonomy.depth.max(initial=0)) + 1
    spreads = np.full(depths, np.nan)
    covariance: dict[int, Floats] = {0: np.zeros((m, m))}
    evidence = Evidence()
    for depth in range(1, depths):
        nodes = np.flatnonzero(taxonomy.depth == depth)
        batches = np.array_split(nodes, max(1, -(-len(nodes) * m * m // _CHUNK)))
        parts = []
        for batch in batches:
            above = taxonomy.parent[batch]
            share = total[batch] / np.maximum(total[above], 1) * own[above].mean(axis=1)
            parts.append(Batch(_cells(sums, pair, batch, m), strength[above], share))
        if spread is None:
            found, evidence = estimated(parts, evidence)
        else:
            found = Spread.known(spread)
        spreads[depth] = found.likeliest
        passed: dict[int, Floats] = {}
        for batch, part in zip(batches, parts, strict=True):
            fitted = part.cells.fit(part.centre, found.likeliest)[0]
            inherited = np.stack([covariance[int(at)] for at in taxonomy.parent[batch]])
            whole, own[batch] = part.uncertainty(fitted, found, inherited)
            strength[batch] = fitted - fitted.mean(axis=1, keepdims=True)
            error[batch] = _centred_error(whole)
            counts[batch] = part.cells.counts()
            plain = part.cells.fit(np.tile(overall, (len(batch), 1)), CEILING)[0] - overall
            raw[batch] = plain - plain.mean(axis=1, keepdims=True)
            passed |= {
                int(at): block
                for at, block in zip(batch, whole, strict=True)
                if len(taxonomy.children[at])
            }
        covariance = passed
    return NodeRatings(overall, strength, strength - overall, error, raw, own, counts, spreads)


def _by_node(pairs: ItemPairs, taxonomy: Taxonomy) -> tuple[sparse.csr_array, Codes]:
    """Sum comparisons by node and pair, and scores beside them as the imaginary part.

    Returns
    -------
    sums : sparse complex array of shape (nodes, P)
    pair : int array of shape (2, P)
    """
    keys, column = np.unique(pairs.first * pairs.m + pairs.second, return_inverse=True)
    value = 1 + 1j * pairs.score
    shape = (pairs.items, len(keys))
    by_item = sparse.coo_array((value, (pairs.item, column)), shape=shape).tocsr()
    return (taxonomy.members @ by_item).tocsr(), np.stack(np.divmod(keys, pairs.m))


def _cells(sums: sparse.csr_array, pair: Codes, nodes: Codes, m: int) -> NodeCells:
    of_nodes = sums[nodes].tocoo()
    at, column = of_nodes.coords
    return NodeCells(
        m,
        len(nodes),
        at.astype(np.int64),
        pair[0][column],
        pair[1][column],
        of_nodes.data.real,
        of_nodes.data.imag,
    )


def _centred_error(covariance: Floats) -> Floats:
    """Return standard errors in the sum-zero gauge, shape (nodes, m)."""
    rows: Floats = covariance.mean(axis=2)
    variance = np.diagonal(covariance, axis1=1, axis2=2) - 2 * rows
    return np.asarray(np.sqrt(np.maximum(variance + rows.mean(axis=1, keepdims=True), 0.0)))

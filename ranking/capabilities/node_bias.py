"""What sways verdicts in a capability beside who is better: the order shown, and length."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import expit, stdtr, stdtrit

from ranking.capabilities.findings import SHOWN_ITEMS, TESTED_ITEMS
from ranking.capabilities.hypotheses import against_reference
from ranking.capabilities.observations import Observations
from ranking.laplacian import Floats
from ranking.store.item_verdicts import ItemVerdicts
from ranking.uncertainty.multiplicity import adjusted


@dataclass(frozen=True, eq=False)
class NodeBias:
    """A bias in every node; arrays have the shape (nodes,).

    Attributes
    ----------
    items : float array
        Distinct items of the node that tell about it.
    effect, low, high : float arrays
        In units of the score, and its interval; NaN with fewer than five items.
    p, q : float arrays
        Two-sided p-value, and adjusted over all tested nodes (Benjamini–Hochberg); NaN with fewer
        than 20 items.
    """

    items: Floats
    effect: Floats
    low: Floats
    high: Floats
    p: Floats
    q: Floats


def position_bias(
    found: ItemVerdicts, strength: Floats, members: sparse.csr_array, *, level: float = 0.95
) -> NodeBias:
    """Measure how much better whatever is shown first does than strengths predict.

    Each item counts once, by the mean over its verdicts with a known order of the score of who was
    shown first, less the Bradley–Terry expectation; a t test on the items of each node.

    Parameters
    ----------
    found : ItemVerdicts
    strength : array of shape (m,)
        Bradley–Terry strengths in logits.
    members : sparse 0/1 array of shape (nodes, items)
    level : float, default 0.95
        Of the intervals.
    """
    expected = expit(strength[found.first] - strength[found.second])
    (first, second), (won, won_second) = found.shown, found.shown_score
    # The second's score where it was shown first is 1 less the first's.
    excess = (won - first * expected) + (second - won_second) - second * (1 - expected)
    items = members.shape[1]
    seen = np.bincount(found.item, first + second, items)
    at = np.flatnonzero(seen)
    value = np.bincount(found.item, excess, items)[at] / seen[at]
    tests = against_reference(Observations(1, items, at, np.zeros_like(at), value), members)
    n, effect, error, df = (each[:, 0] for each in (tests.items, tests.effect, tests.std_error,
                                                    tests.df))  # fmt: skip
    return _bias(n, effect, error, df, level)


def length_bias(
    found: ItemVerdicts, members: sparse.csr_array, *, level: float = 0.95
) -> tuple[NodeBias, float]:
    """Measure how much better a longer response does, within pairs of competitors.

    A response that is one standard deviation longer than the other is ``tanh(1) = 0.76`` to ``x``
    (AlpacaEval's form, so that a few very long ones do not decide). In each node the score is
    regressed on ``x`` with an intercept for each pair, which takes away who is better there; errors
    are clustered by item (CR1), with t on the number of items. Only pairs with two items count.

    Parameters
    ----------
    found : ItemVerdicts
    members : sparse 0/1 array of shape (nodes, items)
    level : float, default 0.95
        Of the intervals.

    Returns
    -------
    bias : NodeBias
        The effect is the change of the score from responses of equal length to one that is longer
        by a standard deviation.
    deviation : float
        That standard deviation, in what length is measured in; NaN where no length is known.

    References
    ----------
    Dubois et al. 2024, arXiv:2404.04475 (the form of the length term).
    """
    nodes, items = members.shape
    known = np.flatnonzero(np.isfinite(found.longer))
    deviation = float(np.sqrt((found.longer[known] ** 2).mean())) if len(known) else np.nan
    if not len(known) or deviation == 0:
        return _unknown(nodes), np.nan
    x = np.tanh(found.longer[known] / deviation)
    y = found.score[known] / found.verdicts[known]
    item = found.item[known]
    row_of = sparse.csr_array((np.ones(len(known)), (item, np.arange(len(known)))),
                              shape=(items, len(known)))  # fmt: skip
    inside = (members @ row_of).tocoo()
    node, row = (np.asarray(index, np.int64) for index in inside.coords)
    pair = found.first[known] * (int(found.second.max()) + 1) + found.second[known]
    return _slopes(nodes, node, x[row], y[row], pair[row], item[row], level), deviation


def _slopes(
    nodes: int,
    node: np.ndarray,
    x: Floats,
    y: Floats,
    pair: np.ndarray,
    item: np.ndarray,
    level: float,
) -> NodeBias:
    """Regress y on x in every node, with an intercept for each pair and errors by item."""
    cell = _numbered(node, pair)
    several = np.bincount(cell)[cell] > 1
    if not several.any():
        return _unknown(nodes)
    node, x, y, item, cell = (each[several] for each in (node, x, y, item, cell))
    size = np.maximum(np.bincount(cell), 1)
    x = x - (np.bincount(cell, x) / size)[cell]
    y = y - (np.bincount(cell, y) / size)[cell]
    rows = np.bincount(node, minlength=nodes)
    pairs = np.bincount(node, 1 / size[cell], nodes)
    spread = np.bincount(node, x * x, nodes)
    with np.errstate(divide="ignore", invalid="ignore"):
        slope = np.where(spread > 1e-9, np.bincount(node, x * y, nodes) / spread, np.nan)
    cluster = _numbered(node, item)
    of = np.zeros(cluster.max() + 1, np.int64)
    of[cluster] = node
    score = np.bincount(cluster, x * (y - slope[node] * x))
    clusters = np.bincount(of, minlength=nodes).astype(np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        small = clusters / (clusters - 1) * (rows - 1) / (rows - pairs - 1)
        error = np.sqrt(small * np.bincount(of, score**2, nodes)) / spread
    error = np.where((clusters > 1) & (rows - pairs > 1), error, np.nan)
    step = np.tanh(1.0)
    return _bias(clusters, step * slope, step * error, np.maximum(clusters - 1, 1), level)


def _bias(items: Floats, effect: Floats, error: Floats, df: Floats, level: float) -> NodeBias:
    shown = (items >= SHOWN_ITEMS) & np.isfinite(effect) & np.isfinite(error) & (error > 0)
    effect, error = (np.where(shown, each, np.nan) for each in (effect, error))
    half = stdtrit(df, (1 + level) / 2) * error
    tested = shown & (items >= TESTED_ITEMS)
    with np.errstate(invalid="ignore"):
        p = np.where(tested, 2 * stdtr(df, -np.abs(effect / error)), np.nan)
    q = p.copy()
    q[tested] = adjusted(p[tested], "bh")
    return NodeBias(items, effect, effect - half, effect + half, p, q)


def _unknown(nodes: int) -> NodeBias:
    nothing = np.full(nodes, np.nan)
    return NodeBias(np.zeros(nodes), nothing, nothing, nothing, nothing, nothing)


def _numbered(first: np.ndarray, second: np.ndarray | int) -> np.ndarray:
    """Number the distinct pairs of two codes from 0."""
    width = int(np.max(second, initial=0)) + 1
    return np.asarray(np.unique(first * width + second, return_inverse=True)[1], np.int64)

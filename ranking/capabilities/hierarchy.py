"""False discoveries in a tree: families of hypotheses tested from the top down."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ranking.laplacian import Codes, Floats
from ranking.taxonomies.taxonomy import Bools


@dataclass(frozen=True, eq=False)
class TreeDiscoveries:
    """What top-down testing of one tree found.

    Attributes
    ----------
    adjusted : float array of shape (N,)
        The largest family-wise adjusted p-value on the way from the root down to the node; NaN
        where the node was not tested.
    rejected : bool array of shape (N,)
        Whether it is at most q.
    most_specific : bool array of shape (N,)
        Rejected, and no child was.
    families : int
        Families that were tested.
    false_discovery_rate : float
        Estimate ``q (discoveries + families) / (discoveries + 1)``, at most 1.
    """

    adjusted: Floats
    rejected: Bools
    most_specific: Bools
    families: int
    false_discovery_rate: float


def top_down(
    p: Floats, children: Sequence[Codes], *, tested: Bools, open_: Bools, q: float = 0.05
) -> TreeDiscoveries:
    """Test the children of the root by Benjamini–Hochberg, then those of each rejected node.

    Parameters
    ----------
    p : array of shape (N,)
    children : sequence of N int arrays
        Positions of each node's children; node 0 is the root.
    tested : bool array of shape (N,)
        Which nodes are tested; this must not depend on the results. Nothing is tested below a node
        that is not, unless it is open.
    open_ : bool array of shape (N,)
        Nodes that are not tested and whose children join the family in their place: facets that
        hold all items, and have nothing to be compared with.
    q : float, default 0.05
        Level of each family.

    References
    ----------
    Yekutieli 2008, doi:10.1198/016214507000001373.
    """
    worst = np.full(len(p), np.nan)
    rejected = np.zeros(len(p), dtype=bool)
    specific = np.zeros(len(p), dtype=bool)
    families = 0
    waiting = [(0, 0.0)]
    while waiting:
        parent, so_far = waiting.pop()
        family = _family(parent, children, tested, open_)
        specific[parent] = rejected[parent]
        if not family:
            continue
        families += 1
        worst[family] = np.maximum(step_up(p[family]), so_far)
        found = [at for at in family if worst[at] <= q]
        rejected[found] = True
        specific[parent] &= not found
        waiting.extend((at, float(worst[at])) for at in found)
    discoveries = int(rejected.sum())
    estimate = min(1.0, q * (discoveries + families) / (discoveries + 1))
    return TreeDiscoveries(worst, rejected, specific, families, estimate)


def step_up(p: Floats) -> Floats:
    """Return Benjamini and Hochberg's adjusted p-values: ``min_{j >= i} n p_(j) / j``."""
    n = len(p)
    order = np.argsort(p)[::-1]
    adjusted = np.empty(n)
    adjusted[order] = np.minimum.accumulate(p[order] * n / np.arange(n, 0, -1))
    return np.minimum(adjusted, 1.0)


def _family(parent: int, children: Sequence[Codes], tested: Bools, open_: Bools) -> list[int]:
    family: list[int] = []
    waiting = list(children[parent])
    while waiting:
        at = int(waiting.pop())
        if tested[at]:
            family.append(at)
        elif open_[at]:
            waiting.extend(children[at])
    return sorted(family)

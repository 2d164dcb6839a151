"""Which nodes of a taxonomy are shown as rows: opened level by level, or searched for."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from ranking.laplacian import Codes, Floats
from ranking.taxonomies.taxonomy import Bools, Taxonomy


@dataclass(frozen=True, eq=False)
class Rows:
    """Nodes in the order in which they are read, each below its parent.

    Attributes
    ----------
    nodes : int array of shape (n,)
        Positions in the taxonomy; the first is the top.
    level : int array of shape (n,)
        How deep below the top; 0 for the top.
    parent : int array of shape (n,)
        Row of each one's parent; -1 for the top.
    children : int array of shape (n,)
        How many children it has, shown or not.
    shown : int array of shape (n,)
        How many of them are rows.
    hit : bool array of shape (n,)
        Whether it was asked for; else it only leads to what was.
    left_out : int
        How many nodes were asked for and are not shown, for there are too many.
    """

    nodes: Codes
    level: Codes
    parent: Codes
    children: Codes
    shown: Codes
    hit: Bools
    left_out: int


def visible(
    taxonomy: Taxonomy,
    top: int,
    depth: int,
    opened: Collection[int] = (),
    *,
    first: Floats,
    most: int | None = None,
    leave: Bools | None = None,
) -> Rows:
    """Return what is seen of a branch that is open so many levels, and at further nodes.

    Parameters
    ----------
    top : int
        Position of the node at the top.
    depth : int
        Levels below it that are open.
    opened : collection of int
        Further nodes that are open.
    first : float array of shape (N,)
        What siblings are sorted by, smallest first.
    most : int, optional
        Most rows; the levels nearest to the top stay, and in the last one the first ones.
    leave : bool array of shape (N,), optional
        Nodes that are not shown, nor what lies below them.
    """
    level = np.full(len(taxonomy), -1)
    level[top] = 0
    layer = [top]
    while layer:
        following = []
        for at in layer:
            if level[at] < depth or at in opened:
                below_it = taxonomy.children[at]
                if leave is not None:
                    below_it = below_it[~leave[below_it]]
                level[below_it] = level[at] + 1
                following.extend(below_it.tolist())
        layer = following
    seen = np.flatnonzero(level >= 0)
    nearest = seen[np.lexsort((seen, first[seen], level[seen]))]
    kept = nearest[:most]
    return _laid_out(taxonomy, top, kept, first, kept, len(nearest) - len(kept))


def opened_to(
    taxonomy: Taxonomy, top: int, hit: Bools, *, first: Floats, most: int | None = None
) -> Rows:
    """Return the nodes of a branch that were searched for, and all that leads to them.

    Parameters
    ----------
    hit : bool array of shape (N,)
        Which nodes were searched for.
    most : int, optional
        Most hits: the first ones stay, and those that lead to them.
    """
    inside = np.zeros(len(taxonomy), dtype=bool)
    inside[top] = True
    for at, above in enumerate(taxonomy.parent[1:], 1):
        inside[at] = inside[at] or inside[above]
    hits = np.flatnonzero(hit & inside)
    kept = hits[np.lexsort((hits, first[hits]))][:most]
    shown = np.zeros(len(taxonomy), dtype=bool)
    shown[kept] = True
    shown[top] = True
    for at in range(len(taxonomy) - 1, top, -1):  # parents come before their children
        if shown[at]:
            shown[taxonomy.parent[at]] = True
    found = hits[shown[hits]]  # others may lead to those that stay
    return _laid_out(taxonomy, top, np.flatnonzero(shown), first, found, len(hits) - len(found))


def matching(taxonomy: Taxonomy, search: str) -> Bools:
    """Say which nodes' names hold every word of a search, in any case, shape (N,)."""
    words = search.casefold().split()
    return np.array(
        [all(word in name for word in words) for name in map(str.casefold, taxonomy.names)],
        dtype=bool,
    )


def below(taxonomy: Taxonomy) -> Codes:
    """Return how many nodes lie below each, shape (N,)."""
    count = np.zeros(len(taxonomy), np.int64)
    for at in range(len(taxonomy) - 1, 0, -1):
        count[taxonomy.parent[at]] += count[at] + 1
    return count


def _laid_out(
    taxonomy: Taxonomy, top: int, nodes: Codes, first: Floats, hits: Codes, left_out: int
) -> Rows:
    """Put nodes, of which each one's parent is one too, below their parents."""
    shown = np.zeros(len(taxonomy), dtype=bool)
    shown[nodes] = True
    order: list[int] = []
    level: list[int] = []
    parent: list[int] = []
    own: list[int] = []
    stack = [(top, 0, -1)]
    while stack:
        at, deep, above = stack.pop()
        row = len(order)
        children = taxonomy.children[at]
        children = children[shown[children]]
        order.append(at)
        level.append(deep)
        parent.append(above)
        own.append(len(children))
        following = children[np.argsort(first[children], kind="stable")]
        stack.extend((child, deep + 1, row) for child in following[::-1].tolist())
    return Rows(
        nodes=np.array(order, np.int64),
        level=np.array(level, np.int64),
        parent=np.array(parent, np.int64),
        children=np.array([len(taxonomy.children[at]) for at in order], np.int64),
        shown=np.array(own, np.int64),
        hit=np.isin(order, hits),
        left_out=left_out,
    )

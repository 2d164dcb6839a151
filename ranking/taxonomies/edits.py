"""Changes to a taxonomy, by hand and by rule; the log behind it stays as it is."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ranking.errors import InputError
from ranking.taxonomies.taxonomy import Taxonomy


@dataclass(frozen=True)
class CustomCapability:
    """A saved set of nodes under a name of its own.

    Attributes
    ----------
    name : str
    nodes : tuple of str
        Keys of the nodes; an item of several of them counts once.
    """

    name: str
    nodes: tuple[str, ...]

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.nodes:
            raise InputError("A custom capability needs a name and at least one node.")


def tidied(taxonomy: Taxonomy, *, depth: int | None = None, smallest: int = 1) -> Taxonomy:
    """Cap the depth, drop nodes with few items, and collapse chains of single children.

    Parameters
    ----------
    taxonomy : Taxonomy
    depth : int, optional
        Nodes below this level are merged into their ancestors there.
    smallest : int, default 1
        Nodes with fewer distinct items are merged into their parents.

    Returns
    -------
    Taxonomy
        No item leaves a node that is kept.
    """
    keep = taxonomy.sizes >= smallest
    if depth is not None:
        keep &= taxonomy.depth <= depth
    return collapsed(taxonomy.kept(keep))


def collapsed(taxonomy: Taxonomy) -> Taxonomy:
    """Drop every node but the root that has a single child with just its items."""
    single = np.array([len(below) == 1 for below in taxonomy.children])
    keep = np.ones(len(taxonomy), dtype=bool)
    for at in np.flatnonzero(single):
        keep[at] = taxonomy.sizes[taxonomy.children[at][0]] < taxonomy.sizes[at]
    return taxonomy.kept(keep)


def renamed(taxonomy: Taxonomy, key: str, name: str) -> Taxonomy:
    """Show a node under another name; its key stays, so that what refers to it still does."""
    names = list(taxonomy.names)
    names[taxonomy.position(key)] = name
    return replace(taxonomy, names=tuple(names))


def moved(taxonomy: Taxonomy, key: str, under: str) -> Taxonomy:
    """Hang a node, with all below it, under another one.

    Raises
    ------
    InputError
        If the node is the root, or the other one lies below it.
    """
    at, above = taxonomy.position(key), taxonomy.position(under)
    if at == 0:
        raise InputError("The root of a taxonomy cannot be moved.")
    walk = above
    while walk >= 0:
        if walk == at:
            raise InputError(f"{under!r} lies below {key!r}, so that it cannot be moved there.")
        walk = int(taxonomy.parent[walk])
    parent = taxonomy.parent.copy()
    parent[at] = above
    return _in_order(replace(taxonomy, parent=parent))


def merged(taxonomy: Taxonomy, keys: Sequence[str]) -> Taxonomy:
    """Merge nodes into the first of them: their tags and their children become its own.

    Raises
    ------
    InputError
        If one of them is the root or lies below another one of them.
    """
    places = [taxonomy.position(key) for key in keys]
    for at in places:
        walk = int(taxonomy.parent[at])
        while walk >= 0 and walk not in places:
            walk = int(taxonomy.parent[walk])
        if at == 0 or walk >= 0:
            raise InputError(
                f"{taxonomy.keys[at]!r} cannot be merged: it is the root, or lies below another "
                "of the nodes to merge."
            )
    into, gone = places[0], [at for at in places[1:] if at != places[0]]
    parent = np.where(np.isin(taxonomy.parent, gone), into, taxonomy.parent)
    tag_node = np.where(np.isin(taxonomy.tag_node, gone), into, taxonomy.tag_node)
    whole = _in_order(replace(taxonomy, parent=parent, tag_node=tag_node))
    lost = {taxonomy.keys[at] for at in gone}
    return whole.kept(np.array([key not in lost for key in whole.keys]))


def _in_order(taxonomy: Taxonomy) -> Taxonomy:
    """Put parents before their children again."""
    depth = np.zeros(len(taxonomy), np.int64)
    above = taxonomy.parent.copy()
    while (above >= 0).any():
        depth += above >= 0
        above = np.where(above >= 0, taxonomy.parent[above], -1)
    order = np.argsort(depth, kind="stable")
    place = np.argsort(order, kind="stable")
    return replace(
        taxonomy,
        keys=tuple(taxonomy.keys[at] for at in order),
        names=tuple(taxonomy.names[at] for at in order),
        parent=np.append(-1, place[taxonomy.parent[order[1:]]]),
        tag_node=place[taxonomy.tag_node],
    )

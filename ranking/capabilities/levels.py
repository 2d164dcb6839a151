"""The taxonomy that the tags of a log make, and its levels."""

from itertools import pairwise

import numpy as np

from ranking.capabilities.taxonomy import Taxonomy
from ranking.errors import InputError
from ranking.laplacian import Codes
from ranking.store.capabilities import ItemLog


def log_taxonomy(log: ItemLog) -> Taxonomy:
    """Build the tree of all paths of a log; keys join their names by slashes."""
    at: dict[tuple[str, ...], int] = {(): 0}
    parent = [-1]
    for path in log.paths:
        for depth in range(1, len(path) + 1):
            if path[:depth] not in at:
                at[path[:depth]] = len(parent)
                parent.append(at[path[: depth - 1]])
    node = np.array([at[path] for path in log.paths], np.int64)
    return Taxonomy(
        keys=tuple("/".join(path) for path in at),
        names=tuple(path[-1] if path else "" for path in at),
        parent=np.array(parent, np.int64),
        items=log.items,
        tag_item=log.tag_item,
        tag_node=node[log.tag_path],
    )


def level_below(taxonomy: Taxonomy, under: str = "", depth: int = 1) -> Codes:
    """Return the nodes of a level of a taxonomy, in its order.

    Parameters
    ----------
    under : str, default ""
        Key of the node whose descendants are meant; all nodes by default.
    depth : int, default 1
        Level below that node. Without `under` it is counted below what all items share: facets of
        which each item has a tag, or a common root.

    Raises
    ------
    InputError
        If there is no such level.
    SelectionError
        If there is no such node.
    """
    if depth < 1:
        raise InputError(f"The depth of capabilities must be 1 or more, not {depth}.")
    levels = [np.array([taxonomy.position(under)])]
    while len(levels[-1]):
        below = [taxonomy.children[at] for at in levels[-1].tolist()]
        levels.append(np.sort(np.concatenate(below)))
    levels = levels[1:-1]
    skipped = 0
    if not under:
        shared = [bool((taxonomy.sizes[nodes] == taxonomy.sizes[0]).all()) for nodes in levels]
        for all_items, _ in pairwise(shared):
            if not all_items:
                break
            skipped += 1
    if skipped + depth > len(levels):
        place = f"below the capability {under!r}" if under else "of the taxonomy"
        raise InputError(f"There is no level {depth} {place}; choose a smaller depth.")
    return np.asarray(levels[skipped + depth - 1], np.int64)

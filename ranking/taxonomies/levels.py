"""The taxonomy that the tags of a log make, and its levels."""

from itertools import pairwise

import numpy as np

from ranking.errors import InputError
from ranking.laplacian import Codes
from ranking.store.capabilities import ItemLog, ItemTags
from ranking.taxonomies.taxonomy import MOST_LEVELS, Taxonomy


def log_taxonomy(log: ItemLog | ItemTags) -> Taxonomy:
    """Build the tree of all paths of a log; keys join their names by slashes.

    Levels below the hundredth are left out; their items are those of the node above.
    """
    paths = [path[:MOST_LEVELS] for path in log.paths]
    at: dict[tuple[str, ...], int] = {(): 0}
    parent = [-1]
    for path in paths:
        for depth in range(1, len(path) + 1):
            if path[:depth] not in at:
                at[path[:depth]] = len(parent)
                parent.append(at[path[: depth - 1]])
    node = np.array([at[path] for path in paths], np.int64)
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

    Custom capabilities, which are saved sets of nodes of any level, end the top level.

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
    custom = taxonomy.is_custom
    levels = [np.array([taxonomy.position(under) if under else 0])]
    while len(levels[-1]):
        below = np.concatenate([taxonomy.children[at] for at in levels[-1].tolist()])
        levels.append(np.sort(below[~custom[below]]))
    levels = levels[1:-1]
    skipped = 0
    if not under:
        shared = [bool((taxonomy.sizes[nodes] == taxonomy.sizes[0]).all()) for nodes in levels]
        for all_items, _ in pairwise(shared):
            if not all_items:
                break
            skipped += 1
    if under and not levels:
        name = taxonomy.names[taxonomy.position(under)]
        raise InputError(f"There are no capabilities below {name!r}.")
    if skipped + depth > len(levels):
        place = f"below the capability {under!r}" if under else "of the taxonomy"
        raise InputError(f"There is no level {depth} {place}; choose a smaller depth.")
    nodes = levels[skipped + depth - 1]
    if not under and depth == 1:
        nodes = np.append(nodes, np.flatnonzero(custom))
    return np.asarray(nodes, np.int64)

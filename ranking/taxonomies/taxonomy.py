"""Taxonomies of capabilities: trees of any depth over items, keyed by path or id."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ranking.errors import InputError, SelectionError
from ranking.laplacian import Codes

Bools = npt.NDArray[np.bool_]

MOST_LEVELS = 100
"""How deep what is read from files may be: paths grow with the square of it."""


@dataclass(frozen=True, eq=False)
class Taxonomy:
    """A tree of capabilities, and which items each of its nodes is tagged on.

    A node holds the items tagged with it and all items of its children, each once. Several facets
    are the children of one root; an item may have tags in each, and several in one.

    Attributes
    ----------
    keys : tuple of str, length N
        What identifies each node: its path ("coding/Python"), or an id. Names may repeat.
    names : tuple of str, length N
        What is shown.
    parent : int array of shape (N,)
        Position of each node's parent, which comes before it; -1 for node 0, the root.
    items : int
        How many items there are, tagged or not.
    tag_item, tag_node : int arrays of shape (tags,)
        Item ``tag_item[k]`` is tagged with node ``tag_node[k]`` itself.
    custom : frozenset of str
        Keys of the nodes that are saved sets of others: their items are counted elsewhere too.
    """

    keys: tuple[str, ...]
    names: tuple[str, ...]
    parent: Codes
    items: int
    tag_item: Codes
    tag_node: Codes
    custom: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if len(set(self.keys)) < len(self.keys):
            repeated, _ = Counter(self.keys).most_common(1)[0]
            raise InputError(
                f"The capability {repeated!r} occurs more than once; keys must differ."
            )
        if len(self.tag_item) and not 0 <= self.tag_item.min() <= self.tag_item.max() < self.items:
            raise InputError(f"An item's code must lie in 0 to {self.items - 1}; one does not.")

    @classmethod
    def from_paths(cls, tags: Iterable[tuple[int, str]], items: int) -> "Taxonomy":
        """Build the tree that holds every path.

        Parameters
        ----------
        tags : iterable of (item, path)
            Levels of a path are separated by "/". An item may come several times.
        items : int
            How many items there are.
        """
        at: dict[str, int] = {"": 0}
        parent = [-1]
        item, node = [], []
        for code, path in tags:
            own = 0
            levels = [level.strip() for level in path.split("/") if level.strip()]
            for depth in range(1, len(levels) + 1):
                key = "/".join(levels[:depth])
                if key not in at:
                    at[key] = len(parent)
                    parent.append(own)
                own = at[key]
            item.append(code)
            node.append(own)
        keys = tuple(at)
        names = tuple(key.rpartition("/")[2] for key in keys)
        return cls(keys, names, _codes(parent), items, _codes(item), _codes(node))

    @classmethod
    def from_nodes(
        cls,
        nodes: Sequence[tuple[str, str, str]],
        tags: Iterable[tuple[int, str]],
        items: int,
    ) -> "Taxonomy":
        """Build the tree from a table of nodes and a table of tags.

        Parameters
        ----------
        nodes : sequence of (id, id of the parent or "", name)
            In any order. A single node without a parent is the root; several are its children.
        tags : iterable of (item, id of the node)
        items : int

        Raises
        ------
        InputError
            If an id repeats, a parent or a tagged node does not exist, or parents run in a circle.
        """
        tops = [key for key, above, _ in nodes if not above]
        rows = list(nodes)
        if len(tops) != 1:
            rows = [("", "", ""), *((key, above, name) for key, above, name in rows)]
        root = tops[0] if len(tops) == 1 else ""
        below: dict[str, list[str]] = {key: [] for key, _, _ in rows}
        name_of = {key: name for key, _, name in rows}
        if len(name_of) < len(rows):
            raise InputError("A capability's id occurs more than once; ids must differ.")
        for key, above, _ in rows:
            if key == root:
                continue
            if above not in below:
                raise InputError(f"The capability {key!r} has the unknown parent {above!r}.")
            below[above].append(key)
        keys, parent = [root], [-1]
        for at, key in enumerate(keys):  # grows while it is walked: breadth first
            keys.extend(below[key])
            parent.extend([at] * len(below[key]))
        if len(keys) < len(rows):
            lost = next(key for key in name_of if key not in set(keys))
            raise InputError(f"The parents of the capability {lost!r} run in a circle.")
        position = {key: at for at, key in enumerate(keys)}
        item, node = [], []
        for code, key in tags:
            if key not in position:
                raise InputError(f"Item {code} is tagged with the unknown capability {key!r}.")
            item.append(code)
            node.append(position[key])
        names = tuple(name_of[key] for key in keys)
        return cls(tuple(keys), names, _codes(parent), items, _codes(item), _codes(node))

    @classmethod
    def from_nested(
        cls,
        tree: Mapping[str, Any],
        items: int,
        *,
        name: str = "description",
        children: str = "subtrees",
    ) -> "Taxonomy":
        """Build the tree from nested mappings whose leaves are items.

        Each node is ``{name: ..., children: ...}``; the children are an item's code, a list of
        codes and nodes, or a mapping whose values are those. Keys are numbered paths ("0/3/1").
        """
        keys, names, parent = [""], [str(tree.get(name, ""))], [-1]
        item, node = [], []
        open_: list[tuple[int, Any]] = [(0, tree.get(children, ()))]
        while open_:
            at, below = open_.pop()
            if isinstance(below, int):
                item.append(below)
                node.append(at)
                continue
            parts = below.items() if isinstance(below, Mapping) else enumerate(below)
            for label, part in parts:
                if isinstance(part, int):
                    item.append(part)
                    node.append(at)
                    continue
                if not isinstance(part, Mapping):
                    raise InputError(
                        f"A node of the tree must hold {name!r} and {children!r}; "
                        f"one is {part!r:.40}."
                    )
                key = str(label).replace("/", " ")
                keys.append(f"{keys[at]}/{key}" if keys[at] else key)
                names.append(str(part.get(name, label)))
                parent.append(at)
                open_.append((len(keys) - 1, part.get(children, ())))
        return cls(tuple(keys), tuple(names), _codes(parent), items, _codes(item), _codes(node))

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def depth(self) -> Codes:
        """Level of each node, shape (N,); 0 for the root."""
        depth = np.zeros(len(self), np.int64)
        for at, above in enumerate(self.parent[1:], 1):
            depth[at] = depth[above] + 1
        return depth

    @cached_property
    def children(self) -> tuple[Codes, ...]:
        """Positions of each node's children."""
        order = np.argsort(self.parent, kind="stable")[1:]
        bounds = np.searchsorted(self.parent[order], np.arange(len(self) + 1))
        return tuple(order[a:b] for a, b in pairwise(bounds))

    @cached_property
    def members(self) -> sparse.csr_array:
        """Which items each node holds, itself or through its children; 0/1, shape (N, items)."""
        node, item = self.tag_node, self.tag_item
        nodes, items = [], []
        while len(node):
            nodes.append(node)
            items.append(item)
            above = self.parent[node]
            node, item = above[above >= 0], item[above >= 0]
        pairs = np.empty(0, np.int64)
        if nodes:
            pairs = np.sort(np.concatenate(nodes) * self.items + np.concatenate(items))
            pairs = pairs[np.append(True, pairs[1:] != pairs[:-1])]
        starts = np.searchsorted(pairs, np.arange(len(self) + 1) * self.items)
        return sparse.csr_array(
            (np.ones(len(pairs)), pairs % max(self.items, 1), starts),
            shape=(len(self), self.items),
        )

    @cached_property
    def sizes(self) -> Codes:
        """How many distinct items each node holds, shape (N,)."""
        return np.asarray(np.diff(self.members.indptr), np.int64)

    def position(self, key: str) -> int:
        """Return the position of a node by its key.

        Raises
        ------
        SelectionError
            If there is no such node.
        """
        try:
            return self._positions[key]
        except KeyError:
            raise SelectionError(f"There is no capability {key!r}.") from None

    def items_of(self, keys: Iterable[str]) -> Codes:
        """Return the distinct items of several nodes, sorted: what a custom capability holds."""
        places = [self.position(key) for key in keys]
        if not places:
            return np.empty(0, np.int64)
        rows = self.members[places]
        return np.flatnonzero(np.bincount(rows.indices, minlength=self.items))

    def path(self, at: int) -> tuple[str, ...]:
        """Return the names from below the root down to a node."""
        names = []
        while at > 0:
            names.append(self.names[at])
            at = int(self.parent[at])
        return tuple(reversed(names))

    def kept(self, keep: Bools) -> "Taxonomy":
        """Keep some nodes, by a mask of shape (N,); the root stays.

        Children and tags of a node that goes are its nearest kept ancestor's.
        """
        keep = keep.copy()
        keep[0] = True
        nearest = np.arange(len(self))
        for at, above in enumerate(self.parent[1:], 1):
            if not keep[at]:
                nearest[at] = nearest[above]
        recode = np.cumsum(keep) - 1
        left = np.flatnonzero(keep)
        parent = np.append(-1, recode[nearest[self.parent[left[1:]]]])
        return replace(
            self,
            keys=tuple(self.keys[at] for at in left),
            names=tuple(self.names[at] for at in left),
            parent=parent,
            tag_node=recode[nearest[self.tag_node]],
            custom=self.custom & {self.keys[at] for at in left},
        )

    def restricted(self, place: Codes, items: int) -> "Taxonomy":
        """Return the tree over other items: those of a selection, say.

        Parameters
        ----------
        place : int array of shape (self.items,)
            Code of each item there, -1 where it is not one of them.
        items : int
            How many items there are.
        """
        item = place[self.tag_item]
        here = item >= 0
        return replace(self, items=items, tag_item=item[here], tag_node=self.tag_node[here])

    def without_custom(self) -> "Taxonomy":
        """Return the tree without the nodes that are saved sets of others, and their tags."""
        if not self.custom:
            return self
        own = ~self.is_custom[self.tag_node]
        tagged = replace(self, tag_item=self.tag_item[own], tag_node=self.tag_node[own])
        return tagged.kept(~self.is_custom)

    @cached_property
    def is_custom(self) -> Bools:
        """Which nodes are saved sets of others, shape (N,)."""
        return np.array([key in self.custom for key in self.keys])

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {key: at for at, key in enumerate(self.keys)}


def _codes(values: Sequence[int]) -> Codes:
    return np.asarray(values, np.int64)

"""Taxonomies as tables: nodes with parents beside items, or items with paths."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ranking.errors import InputError
from ranking.ingest.cells import cells, unreadable
from ranking.ingest.staged import StagedFile
from ranking.taxonomies.faults import Fault
from ranking.taxonomies.nested import NestedTree, path_keys, split_path
from ranking.taxonomies.taxonomy import MOST_LEVELS

USUAL = {
    "id": ("id", "node_id", "node", "key", "node_key"),
    "parent": ("parent", "parent_id", "parent_node_id", "parent_node", "parent_key"),
    "name": ("name", "node_name", "label", "capability", "title", "description"),
    "item": ("item", "item_id", "prompt_id", "question_id", "task_id", "example_id", "id", "prompt",
             "task"),
    "node": ("node", "node_id", "leaf_node_id", "leaf_id", "leaf", "node_key", "key"),
    "path": ("path", "capability_path", "capability", "capabilities", "taxonomy", "category",
             "categories", "topic", "tags"),
}  # fmt: skip
"""What the columns of each role are usually called."""

_EXPLAINED = {
    "id": "the ids of nodes", "parent": "the ids of their parents", "name": "their names",
    "item": "the items", "node": "the ids of their nodes", "path": "the paths of their nodes",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Table:
    """A staged file, and what its columns are said to be.

    Attributes
    ----------
    staged : StagedFile
    columns : mapping of str to str
        Role to column, as far as it was stated.
    """

    staged: StagedFile
    columns: Mapping[str, str]

    @property
    def is_nodes(self) -> bool:
        """Whether it has a column of parents."""
        return self.find("parent") is not None

    def find(self, role: str) -> str | None:
        """Return the column of a role: the stated one, or one with a usual name."""
        if self.columns.get(role) in self.staged.columns:
            return self.columns[role]
        usual = {name.strip().lower().replace(" ", "_").replace("-", "_"): name
                 for name in self.staged.columns}  # fmt: skip
        return next((usual[name] for name in USUAL[role] if name in usual), None)

    def need(self, role: str) -> str:
        """Return the column of a role.

        Raises
        ------
        InputError
            If there is none.
        """
        found = self.find(role)
        if found is None:
            raise InputError(
                f"{self.staged.name} has no column for {_EXPLAINED[role]}; its columns are "
                f"{', '.join(self.staged.columns)[:300]}. Name it: {role}=COLUMN."
            )
        return found

    def fault(self, line: int, column: str, value: str, reason: str) -> Fault:
        """Return a fault of one cell."""
        place = f"{self.staged.position} {line}"
        return Fault(self.staged.name, place, column, value[:200], reason)

    def unreadable(self) -> list[Fault]:
        """Return a fault for each line that is no record of the file."""
        return [self.fault(line, "", value, why) for line, value, why in unreadable(self.staged)]


@dataclass(frozen=True)
class Tags:
    """What a table says about items.

    Attributes
    ----------
    tags : list of (item, key)
    without : int
        Rows with an item but no node.
    columns : dict of str to str
        Role to column, as they were read.
    faults : list of Fault
    """

    tags: list[tuple[str, str]]
    without: int
    columns: dict[str, str]
    faults: list[Fault]


def read_nodes(table: Table) -> tuple[NestedTree, dict[str, str], list[Fault]]:
    """Read a table of nodes; return the tree, the columns that were read, and what is wrong."""
    columns = {role: table.need(role) for role in ("id", "parent", "name")}
    rows = cells(table.staged, list(columns.values()))
    faults = table.unreadable()
    known: dict[str, int] = {}
    for line, (key, _, _) in rows:
        if not key:
            faults.append(table.fault(line, columns["id"], "", "A node needs an id."))
        elif key in known:
            why = f"This id occurs in {table.staged.position} {known[key]} already."
            faults.append(table.fault(line, columns["id"], key, why))
        else:
            known[key] = line
    nodes = []
    for line, (key, parent, name) in rows:
        above = same_id(parent, known)
        if above is None:
            why = "There is no node with this id to be the parent."
            faults.append(table.fault(line, columns["parent"], parent, why))
        elif key:
            nodes.append((key, above, " ".join(name.split()) or key))
    if not faults:
        faults = _circles(table, columns["parent"], nodes, known)
    return _rooted(nodes), columns, faults


def read_tags(table: Table, tree: NestedTree) -> Tags:
    """Read which items a tree's nodes hold: by the ids of nodes, or by paths of names."""
    by_path = tree.names_only or (table.find("node") is None and table.find("path") is not None)
    role = "path" if by_path else "node"
    if by_path and table.find("path") is None:
        role = "node" if table.find("node") else "path"
    columns = {"item": table.need("item"), role: table.need(role)}
    if columns["item"] == columns[role]:
        raise InputError(
            f"{table.staged.name}: the column {columns['item']!r} cannot hold both "
            f"{_EXPLAINED['item']} and {_EXPLAINED[role]}; name one: item=COLUMN or {role}=COLUMN."
        )
    paths = path_keys(tree.nodes) if by_path else {}
    known = {key for key, _, _ in tree.nodes} | {tree.root_id}
    faults, tags, without = table.unreadable(), [], 0
    for line, (item, cell) in cells(table.staged, list(columns.values())):
        if not item:
            faults.append(table.fault(line, columns["item"], "", "This row names no item."))
            continue
        parts = several(cell)
        without += not parts
        for part in parts:
            key = split_path(part, paths) if by_path else same_id(part, known)
            if key is None:
                why = "There is no such path in the tree." if by_path else "No node has this id."
                faults.append(table.fault(line, columns[role], part, why))
            else:
                tags.append((item, "" if key == tree.root_id else key))
    return Tags(tags, without, columns, faults)


def read_paths(table: Table) -> tuple[NestedTree, Tags]:
    """Read a table of items and paths, which make the tree."""
    columns = {"item": table.need("item"), "path": table.need("path")}
    faults, tags, without = table.unreadable(), [], 0
    nodes = {"": ("", "", "")}
    for line, (item, cell) in cells(table.staged, list(columns.values())):
        if not item:
            faults.append(table.fault(line, columns["item"], "", "This row names no item."))
            continue
        paths = [_levels(part) for part in several(cell)]
        if max(map(len, paths), default=0) > MOST_LEVELS:
            why = f"A path has at most {MOST_LEVELS} levels."
            faults.append(table.fault(line, columns["path"], cell, why))
            continue
        without += not any(paths)
        for path in filter(None, paths):
            key = ""
            for level in path:
                own = f"{key}/{level}" if key else level
                nodes.setdefault(own, (own, key, level))
                key = own
            tags.append((item, key))
    return NestedTree(list(nodes.values()), [], names_only=False), Tags(
        tags, without, columns, faults
    )


def several(cell: str) -> list[str]:
    """Return the nodes that a cell names: one, or a JSON list of them."""
    if cell.startswith("["):
        try:
            held = json.loads(cell)
        except ValueError:
            return [cell]
        return [str(one).strip() for one in held if str(one).strip()]
    return [cell] if cell else []


def _levels(path: str) -> list[str]:
    """Return the names that a path consists of; levels are separated by "/" or ">"."""
    names = (one.strip() for one in path.replace(">", "/").split("/"))
    return [name for name in names if name]


def same_id(value: str, known: Mapping[str, int] | Sequence[str] | set[str]) -> str | None:
    """Return a known id that is meant, "" for none, None where it is not known.

    A column of whole numbers with gaps is often written as 7.0, and a gap as nan.
    """
    if value in known or not value:
        return value
    whole = value.removesuffix(".0")
    if whole in known:
        return whole
    return "" if value.lower() == "nan" else None


def _rooted(nodes: list[tuple[str, str, str]]) -> NestedTree:
    """Give the tree one root with the key "": the node on top, or a new one above several."""
    tops = [key for key, above, _ in nodes if not above]
    if len(tops) != 1:
        return NestedTree([("", "", ""), *nodes], [], names_only=False)
    (top,) = tops
    root = next(name for key, _, name in nodes if key == top)
    rest = [(key, "" if above == top else above, name) for key, above, name in nodes if key != top]
    return NestedTree([("", "", root), *rest], [], names_only=False, root_id=top)


def _circles(
    table: Table, column: str, nodes: list[tuple[str, str, str]], lines: Mapping[str, int]
) -> list[Fault]:
    """Return a fault for the first node from which no root is reached."""
    above = {key: parent for key, parent, _ in nodes}
    safe = {""}
    for first in above:
        key, trail = first, set[str]()
        while key not in safe:
            if key in trail:
                why = "The parents run in a circle from here."
                return [table.fault(lines[key], column, above[key], why)]
            trail.add(key)
            key = above[key]
        safe |= trail
    return []

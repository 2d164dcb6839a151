"""Taxonomies as nested JSON: nodes with their children and items, or names within names."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ranking.taxonomies.faults import Fault, TaxonomyFileError

_CHILDREN = ("subtrees", "children")
_NAMES = ("name", "label", "capability", "description", "title")
_SEPARATORS = ("/", ">", ".")


@dataclass(frozen=True)
class NestedTree:
    """What a nested file holds.

    Attributes
    ----------
    nodes : list of (key, key of the parent, name)
        The root comes first and has the key "".
    tags : list of (item, key)
    names_only : bool
        Whether it is names within names, which say nothing of items.
    root_id : str
        What a file calls the root.
    custom : tuple of (name, keys)
        Sets of nodes that a file of `taxonomy_export` lists.
    """

    nodes: list[tuple[str, str, str]]
    tags: list[tuple[str, str]]
    names_only: bool
    root_id: str = ""
    custom: tuple[tuple[str, tuple[str, ...]], ...] = ()


def looks_nested(text: str) -> bool:
    """Say whether the text of a file is one nested tree, rather than one record to a line."""
    first, _, rest = text.lstrip().partition("\n")
    try:
        record = json.loads(first)
    except (ValueError, RecursionError):
        return True  # an object over several lines, though it may be damaged
    return not rest.strip() and any(isinstance(value, dict | list) for value in record.values())


def read_nested(text: str, file: str) -> NestedTree:
    """Read nodes with their children and items, or names within names.

    A node is ``{"description": ..., "subtrees": ...}``: children and items in a list or by label,
    or a single item, which is then the item itself and no capability. "name" and "children" do as
    well, and "items" lists items. Names within names are ``{"coding": {"Python": {}}}``.

    Raises
    ------
    TaxonomyFileError
        If it is not valid JSON, or a part is neither a node nor an item.
    """
    twice: list[Fault] = []

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            again = next(name for name in names if names.count(name) > 1)
            twice.append(
                Fault(file, "an object", again, "", "This name occurs twice in one object.")
            )
        return found

    try:
        document = json.loads(text, object_pairs_hook=once)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, character {error.colno}"
        raise TaxonomyFileError(
            [Fault(file, place, "", "", f"This is not valid JSON: {error.msg}.")]
        ) from error
    except RecursionError as error:
        fault = Fault(file, "line 1", "", "", "The tree is nested too deeply to be read.")
        raise TaxonomyFileError([fault]) from error
    except ValueError as error:  # Python reads no number of thousands of digits
        fault = Fault(file, "a number", "", "", "It has too many digits to be an item.")
        raise TaxonomyFileError([fault]) from error
    if twice:
        raise TaxonomyFileError(twice)
    marked = any(name in document for name in (*_CHILDREN, "items"))
    walk = _Walk(file)
    found = walk.nodes_and_items(document) if marked else walk.names_within_names(document)
    if walk.faults:
        raise TaxonomyFileError(walk.faults)
    return found


@dataclass
class _Walk:
    """The walk through one document; it collects faults."""

    file: str
    faults: list[Fault] = field(default_factory=list)

    def nodes_and_items(self, document: dict[str, Any]) -> NestedTree:
        nodes = [("", "", _name(document, ""))]
        own_keys, taken = [""], {""}
        tags: list[tuple[str, str]] = []
        open_: list[tuple[str, Mapping[str, Any]]] = [("", document)]
        for key, node in open_:  # grows while it is walked: breadth first
            below: Any = next((node[name] for name in _CHILDREN if name in node), [])
            if not isinstance(below, dict | list):
                self._fault(key, below, "Its children must be a list, or an object by label.")
                continue
            parts = below.items() if isinstance(below, dict) else enumerate(below)
            for label, part in parts:
                own = _untaken(f"{key}/{_clean(str(label))}" if key else _clean(str(label)), taken)
                item = _item(_single(part))
                if item is not None:
                    tags.append((item, key))
                elif isinstance(part, dict):
                    taken.add(own)
                    nodes.append((own, key, _name(part, str(label))))
                    own_keys.append(_valid(str(part.get("key", ""))))
                    open_.append((own, part))
                else:
                    self._fault(own, part, "A part of a tree must be a node, or an item's name.")
            tags += [(item, key) for item in self._items_of(key, node)]
        nodes, tags = _rekeyed(nodes, own_keys, tags)
        custom = _custom(document.get("custom"), {key for key, _, _ in nodes})
        return NestedTree(nodes, tags, names_only=False, custom=custom)

    def names_within_names(self, document: dict[str, Any]) -> NestedTree:
        nodes = [("", "", "")]
        taken = {""}
        open_: list[tuple[str, dict[str, Any]]] = [("", document)]
        for key, below in open_:
            for name, part in below.items():
                own = f"{key}/{_clean(name)}" if key else _clean(name)
                if not isinstance(part, dict):
                    self._fault(own, part, "Names within names end in {}; a tree of items has "
                                "\"subtrees\" or \"children\".")  # fmt: skip
                elif own in taken or not name.strip():
                    self._fault(own, name, "Names of the same level must differ, and be there.")
                else:
                    taken.add(own)
                    nodes.append((own, key, _valid(name).strip()))
                    open_.append((own, part))
        return NestedTree(nodes, [], names_only=True)

    def _items_of(self, key: str, node: Mapping[str, Any]) -> list[str]:
        held = node.get("items", [])
        if not isinstance(held, list):
            self._fault(key, held, 'Its "items" must be a list of names.')
            return []
        found = []
        for one in held:
            item = _item(one)
            if item is None:
                self._fault(key, one, "An item must be a name or a number.")
            else:
                found.append(item)
        return found

    def _fault(self, key: str, value: Any, reason: str) -> None:
        text = json.dumps(value, ensure_ascii=False)
        self.faults.append(Fault(self.file, f"node {key}" if key else "the root", "", text, reason))


def path_keys(nodes: list[tuple[str, str, str]]) -> dict[tuple[str, ...], str]:
    """Return the key of each node by the names that lead to it."""
    path: dict[str, tuple[str, ...]] = {"": ()}
    for key, above, name in nodes[1:]:
        path[key] = (*path[above], name)
    return {names: key for key, names in path.items()}


def split_path(text: str, known: Mapping[tuple[str, ...], str]) -> str | None:
    """Return the key that a path leads to; levels are separated by "/", ">" or "."."""
    for separator in _SEPARATORS:
        levels = tuple(level.strip() for level in text.split(separator) if level.strip())
        for own in (levels, levels[1:] if levels[:1] == ("root",) else ()):
            if own and own in known:
                return known[own]
    return None


def _rekeyed(
    nodes: list[tuple[str, str, str]], own_keys: list[str], tags: list[tuple[str, str]]
) -> tuple[list[tuple[str, str, str]], list[tuple[str, str]]]:
    """Take the keys that the file itself gives, where every node has one of its own."""
    if not all(own_keys[1:]) or len(set(own_keys)) < len(own_keys):
        return nodes, tags
    known = {key: own for (key, _, _), own in zip(nodes, own_keys, strict=True)}
    known[""] = ""
    return (
        [(known[key], known[above], name) for key, above, name in nodes],
        [(item, known[key]) for item, key in tags],
    )


def _custom(held: Any, known: set[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the sets of nodes that are there, as `taxonomy_export` writes them."""
    found = []
    for one in held if isinstance(held, list) else []:
        name, keys = (one.get("name"), one.get("capabilities")) if isinstance(one, dict) else (0, 0)
        if isinstance(name, str) and name.strip() and isinstance(keys, list):
            own = tuple(key for key in keys if isinstance(key, str) and key in known)
            found += [(_valid(name).strip(), own)] if own else []
    return tuple(found)


def _single(part: Any) -> Any:
    """Return the item that a node is, where its children are a single one."""
    if not isinstance(part, dict):
        return part
    return next((part[name] for name in _CHILDREN if name in part), part)


def _item(value: Any) -> str | None:
    """Return the name of an item, None where it is something else."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    return _valid(str(value)).strip() or None


def _name(node: Mapping[str, Any], label: str) -> str:
    held = (node.get(name) for name in _NAMES)
    found = (one for one in held if isinstance(one, str) and one.strip())
    return " ".join(_valid(next(found, label)).split())


def _untaken(key: str, taken: set[str]) -> str:
    """Return a key that no node has: labels may differ in slashes and blanks alone."""
    number, own = 1, key
    while own in taken:
        number += 1
        own = f"{key} ({number})"
    return own


def _clean(label: str) -> str:
    return " ".join(_valid(label).replace("/", " ").split())


def _valid(text: str) -> str:
    """Return text that can be stored: JSON can spell halves of a character, which no text has."""
    return text.encode("utf-8", "replace").decode()

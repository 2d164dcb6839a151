"""The journal of what was done to a taxonomy: edits as data, replayed on what is read."""

import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from ranking.errors import InputError, RankingError
from ranking.taxonomies.edits import CustomCapability, merged, moved, renamed, tidied
from ranking.taxonomies.taxonomy import Taxonomy

CUSTOM = "custom/"
"""What the keys of custom capabilities begin with."""

_LONGEST_NAME = 300


@dataclass(frozen=True)
class Rename:
    """Show a node under another name."""

    key: str
    name: str

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > _LONGEST_NAME:
            raise InputError(
                f"A capability needs a name of 1 to {_LONGEST_NAME} characters, "
                f"not {self.name[:40]!r}."
            )

    def applied(self, taxonomy: Taxonomy) -> Taxonomy:
        """Return the taxonomy with the other name."""
        return renamed(taxonomy, self.key, " ".join(self.name.split()))

    def said(self, name: Callable[[str], str] = str) -> str:
        """Return the edit in words; `name` says what the node of a key is called."""
        return f"rename {name(self.key)} to {self.name}"


@dataclass(frozen=True)
class Move:
    """Hang a node, with all below it, under another one; "" is the root."""

    key: str
    under: str

    def applied(self, taxonomy: Taxonomy) -> Taxonomy:
        """Return the taxonomy with the node in its new place."""
        return moved(taxonomy, self.key, self.under or taxonomy.keys[0])

    def said(self, name: Callable[[str], str] = str) -> str:
        """Return the edit in words; `name` says what the node of a key is called."""
        return f"move {name(self.key)} under {name(self.under) if self.under else 'the root'}"


@dataclass(frozen=True)
class Merge:
    """Merge nodes into the first of them."""

    keys: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(set(self.keys)) < 2:
            raise InputError("Merging takes two capabilities or more.")

    def applied(self, taxonomy: Taxonomy) -> Taxonomy:
        """Return the taxonomy with one node in place of several."""
        return merged(taxonomy, self.keys)

    def said(self, name: Callable[[str], str] = str) -> str:
        """Return the edit in words; `name` says what the node of a key is called."""
        return f"merge {', '.join(map(name, self.keys[1:]))} into {name(self.keys[0])}"


@dataclass(frozen=True)
class Tidy:
    """Cap the depth, drop small nodes, and collapse chains of single children."""

    depth: int | None = None
    smallest: int = 1

    def __post_init__(self) -> None:
        if (self.depth is not None and self.depth < 1) or self.smallest < 1:
            raise InputError("Tidying takes a depth and a smallest size of 1 or more.")

    def applied(self, taxonomy: Taxonomy) -> Taxonomy:
        """Return the tidied taxonomy."""
        return tidied(taxonomy, depth=self.depth, smallest=self.smallest)

    def said(self, name: Callable[[str], str] = str) -> str:
        """Return the edit in words."""
        parts = [f"at most {self.depth} levels"] if self.depth is not None else []
        parts += [f"at least {self.smallest} items"] if self.smallest > 1 else []
        return f"tidy: {', '.join([*parts, 'no chains of single children'])}"


Edit = Rename | Move | Merge | Tidy
_KINDS: dict[str, type[Any]] = {kind.__name__.lower(): kind for kind in (Rename, Move, Merge, Tidy)}


def to_json(edit: Edit) -> str:
    """Return an edit as JSON text."""
    return json.dumps({type(edit).__name__.lower(): asdict(edit)}, ensure_ascii=False)


def from_json(text: str) -> Edit:
    """Return the edit that `to_json` wrote."""
    ((kind, values),) = json.loads(text).items()
    if kind == "merge":
        values["keys"] = tuple(values["keys"])
    edit: Edit = _KINDS[kind](**values)
    return edit


def replayed(taxonomy: Taxonomy, journal: Iterable[Edit]) -> tuple[Taxonomy, tuple[str, ...]]:
    """Make all edits in their order; what can no longer be done is passed over with a note.

    Returns
    -------
    (Taxonomy, tuple of str)
        The edited taxonomy, and a sentence for each edit that was passed over.
    """
    notes = []
    for edit in journal:
        try:
            taxonomy = edit.applied(taxonomy)
        except RankingError as error:
            notes.append(f"An edit was passed over ({edit.said()}): {error}")
    return taxonomy, tuple(notes)


def with_custom(
    edited: Taxonomy, custom: Iterable[CustomCapability], *, before: Taxonomy
) -> tuple[Taxonomy, tuple[str, ...]]:
    """Add custom capabilities as further nodes directly below the root, after all others.

    Parameters
    ----------
    edited : Taxonomy
    custom : iterable of CustomCapability
    before : Taxonomy
        The same before its edits: a node that was merged away or dropped since a set was saved
        still stands for the items that it held there.

    Returns
    -------
    (Taxonomy, tuple of str)
        Keys of the new nodes are "custom/" and their names; and a sentence for each that is left
        out because none of its nodes is there any more.
    """
    keys, names, notes = list(edited.keys), [], []
    held, known, raw = set(edited.keys), set(edited.keys), set(before.keys)
    items, nodes = [edited.tag_item], [edited.tag_node]
    for one in custom:
        key = CUSTOM + one.name
        now = [node for node in one.nodes if node in known]
        gone = [node for node in one.nodes if node not in known and node in raw]
        if key in held or not now + gone:
            why = "another one has its key" if key in held else "none of its nodes is there"
            notes.append(f"The custom capability {one.name!r} is left out: {why}.")
            continue
        own = np.union1d(edited.items_of(now), before.items_of(gone))
        items.append(own)
        nodes.append(np.full(len(own), len(keys)))
        held.add(key)
        keys.append(key)
        names.append(one.name)
    added = len(names)
    whole = replace(
        edited,
        keys=tuple(keys),
        names=(*edited.names, *names),
        parent=np.append(edited.parent, np.zeros(added, np.int64)),
        tag_item=np.concatenate(items),
        tag_node=np.concatenate(nodes),
        custom=edited.custom | set(keys[len(edited) :]),
    )
    return whole, tuple(notes)

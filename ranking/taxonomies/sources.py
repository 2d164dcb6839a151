"""What the capabilities of an arena can come from, and the taxonomy that each makes."""

from dataclasses import dataclass
from typing import Literal

import duckdb
import numpy as np

from ranking.errors import InputError, SelectionError
from ranking.laplacian import Codes
from ranking.store import taxonomies
from ranking.store.arenas import Arena, find_arena
from ranking.store.capabilities import (
    CAPABILITY,
    ItemLog,
    ItemTags,
    field_names,
    has_capabilities,
    read_item_tags,
)
from ranking.store.connection import Store
from ranking.taxonomies.edits import CustomCapability
from ranking.taxonomies.journal import from_json, replayed, with_custom
from ranking.taxonomies.levels import log_taxonomy
from ranking.taxonomies.taxonomy import Taxonomy

AUTO = "auto"
"""The log's own tags where there are any, else the oldest stored taxonomy."""

SourceKind = Literal["tags", "field", "imported", "proposed", "copied"]


@dataclass(frozen=True)
class Source:
    """What capabilities come from.

    Attributes
    ----------
    name : str
        "capability" (the log's own tags), the name of a field, or of a stored taxonomy.
    title : str
        What to show.
    kind : {"tags", "field", "imported", "proposed", "copied"}
        The last three are kinds of stored taxonomies.
    """

    name: str
    title: str
    kind: SourceKind

    @property
    def stored(self) -> bool:
        """Whether it is a stored taxonomy, which can be exported and deleted."""
        return self.kind in taxonomies.KINDS


@dataclass(frozen=True, eq=False)
class EditedTaxonomy:
    """The taxonomy of a source over all items of an arena, with all that was done to it.

    Attributes
    ----------
    source : Source
    taxonomy : Taxonomy
        After its edits, with custom capabilities at the end.
    before : Taxonomy
        As it was read.
    names : tuple of str
        Of the items; those that are in no stored taxonomy included.
    lines : int array
        Import and line of each comparison without an item; they come after the named items.
    edits : tuple of StoredEdit
        Oldest first.
    custom : tuple of CustomCapability
    notes : tuple of str
        Which edits and custom capabilities were passed over, and why.
    unknown : int
        Items of a stored taxonomy that the log does not have.
    """

    source: Source
    taxonomy: Taxonomy
    before: Taxonomy
    names: tuple[str, ...]
    lines: Codes
    edits: tuple[taxonomies.StoredEdit, ...]
    custom: tuple[CustomCapability, ...]
    notes: tuple[str, ...]
    unknown: int

    @property
    def untagged(self) -> int:
        """How many items of the log have no tag."""
        return self.taxonomy.items - int(self.taxonomy.sizes[0])

    def over(self, log: ItemLog) -> Taxonomy:
        """Return the taxonomy over the items of a selection, without nodes that hold none."""
        at = {name: code for code, name in enumerate(log.names)}
        named = np.array([at.get(name, -1) for name in self.names], np.int64)
        here = np.isin(self.lines, log.lines)  # a line comes with all its copies, in the same order
        unnamed = np.where(here, log.known_items + np.cumsum(here) - 1, -1)
        place = np.concatenate([named, unnamed])
        held = self.taxonomy.restricted(place, log.items)
        return held.kept(held.sizes > 0)


def sources(store: Store, arena: str) -> tuple[Source, ...]:
    """Return what the capabilities of an arena can come from: tags, stored taxonomies, fields."""
    with store.reading() as connection:
        return all_sources(connection, find_arena(connection, arena))


def stored_title(name: str, kind: taxonomies.Kind) -> str:
    """Return what to show for a stored taxonomy: its name and its kind, once each."""
    return name if kind in name.casefold() else f"{name} ({kind})"


def find_source(connection: duckdb.DuckDBPyConnection, arena: Arena, name: str = AUTO) -> Source:
    """Return the source of that name; "auto" is the first that is not a field.

    Raises
    ------
    InputError
        If there is nothing that "auto" could take.
    SelectionError
        If there is no such source.
    """
    found = all_sources(connection, arena)
    if name == AUTO:
        for one in found:
            if one.kind != "field":
                return one
        fields = ", ".join(one.name for one in found)
        choice = f", or take the values of a field ({fields})" if fields else ""
        raise InputError(
            f"The comparisons of {arena.name!r} have no capabilities. Import a taxonomy with "
            f"`podium taxonomy import`{',' if fields else ' or'} have one proposed from the texts "
            f"of the items with `podium taxonomy propose`{choice}."
        )
    if name == CAPABILITY:
        return Source(CAPABILITY, "Capabilities of the log", "tags")
    for one in found:
        if one.name == name:
            return one
    known = ", ".join(one.name for one in found) or "none"
    raise SelectionError(
        f"The arena {arena.name!r} has no taxonomy and no field {name!r} to take capabilities "
        f"from; there are: {known}."
    )


def edited_taxonomy(store: Store, arena: str, source: str = AUTO) -> EditedTaxonomy:
    """Read the taxonomy of a source over all items of an arena, and replay its edits.

    Raises
    ------
    InputError
        If the source has no tags, or there is none at all.
    SelectionError
        If there is no such source.
    """
    with store.reading() as connection:
        found = find_arena(connection, arena)
        return read_edited(connection, found, find_source(connection, found, source))


def read_edited(
    connection: duckdb.DuckDBPyConnection, arena: Arena, source: Source
) -> EditedTaxonomy:
    """Read the taxonomy of a source over an open connection (see `edited_taxonomy`)."""
    unknown = 0
    if source.stored:
        items = read_item_tags(connection, arena, None)
        stored = taxonomies.find_taxonomy(connection, arena, source.name)
        before, unknown = _over(taxonomies.read_tree(connection, stored.taxonomy_id), items)
    else:
        items = read_item_tags(connection, arena, source.name)
        before = log_taxonomy(items)
    journal = tuple(taxonomies.edits(connection, arena, source.name))
    custom = tuple(
        CustomCapability(name, nodes)
        for name, nodes in taxonomies.custom_capabilities(connection, arena, source.name)
    )
    edited, passed_over = replayed(before, [from_json(one.edit) for one in journal])
    whole, left_out = with_custom(edited, custom, before=before)
    notes = (*passed_over, *left_out)
    return EditedTaxonomy(
        source, whole, before, items.names, items.lines, journal, custom, notes, unknown
    )


def is_changed(connection: duckdb.DuckDBPyConnection, arena: Arena, source: Source) -> bool:
    """Say whether there are edits or custom capabilities of a source."""
    return bool(
        taxonomies.edits(connection, arena, source.name)
        or taxonomies.custom_capabilities(connection, arena, source.name)
    )


def all_sources(connection: duckdb.DuckDBPyConnection, arena: Arena) -> tuple[Source, ...]:
    """Return the sources of an arena over an open connection (see `sources`)."""
    tags = [Source(CAPABILITY, "Capabilities of the log", "tags")]
    found = tags if has_capabilities(connection, arena) else []
    found += [
        Source(one.name, stored_title(one.name, one.kind), one.kind)
        for one in taxonomies.stored_taxonomies(connection, arena)
    ]
    taken = {one.name for one in found}
    fields = [name for name in field_names(connection, arena) if name not in taken]
    return (*found, *(Source(name, f"Field {name}", "field") for name in fields))


def _over(tree: taxonomies.StoredTree, items: ItemTags) -> tuple[Taxonomy, int]:
    """Return a stored tree over the items of the log, and how many it does not have."""
    own = Taxonomy(
        tree.keys, tree.names, tree.parent, len(tree.item_names), tree.tag_item, tree.tag_node
    )
    at = {name: code for code, name in enumerate(items.names)}
    place = np.array([at.get(name, -1) for name in tree.item_names], np.int64)
    return own.restricted(place, items.items), int((place < 0).sum())


def stored_tree(taxonomy: Taxonomy, item_names: tuple[str, ...]) -> taxonomies.StoredTree:
    """Return a taxonomy over items by name, as it is stored; custom capabilities are left out.

    Raises
    ------
    InputError
        If there is not one name for each tagged item.
    """
    taxonomy = taxonomy.without_custom()
    own = np.unique(taxonomy.tag_item)
    if len(own) and own[-1] >= len(item_names):
        raise InputError(
            f"The taxonomy is over {taxonomy.items:,} items, but {len(item_names):,} have a name; "
            "only named items can be stored."
        )
    return taxonomies.StoredTree(
        ("", *taxonomy.keys[1:]),
        taxonomy.names,
        taxonomy.parent,
        tuple(item_names[at] for at in own.tolist()),
        np.searchsorted(own, taxonomy.tag_item),
        taxonomy.tag_node,
    )

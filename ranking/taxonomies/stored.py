"""What can be done to the taxonomies of an arena: store, copy, edit, undo, save sets, delete.

Every change is one transaction and moves the arena to its next version. The log is never touched.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ranking.errors import InputError
from ranking.store import taxonomies
from ranking.store.arenas import find_arena
from ranking.store.connection import Store
from ranking.store.taxonomies import Kind, StoredTaxonomy, StoredTree
from ranking.taxonomies.edits import CustomCapability
from ranking.taxonomies.journal import CUSTOM, Edit, from_json, to_json
from ranking.taxonomies.sources import (
    AUTO,
    EditedTaxonomy,
    Source,
    all_sources,
    find_source,
    is_changed,
    read_edited,
    stored_tree,
)
from ranking.taxonomies.taxonomy import Taxonomy

_LONGEST_NAME = 200


def store_taxonomy(
    store: Store,
    arena: str,
    name: str,
    taxonomy: Taxonomy,
    item_names: Sequence[str],
    *,
    kind: Kind,
    origin: str = "",
) -> StoredTaxonomy:
    """Store a taxonomy beside the log of an arena, by the names of items.

    Parameters
    ----------
    store : Store
    arena : str
    name : str
        Unique in the arena, and no field's.
    taxonomy : Taxonomy
    item_names : sequence of str
        What each item is called in the log; ``log.names``, say.
    kind : {"imported", "proposed", "copied"}
    origin : str, default ""
        What it was made from, in a few words.

    Raises
    ------
    InputError
        If the name cannot be used, or a tagged item has none.
    """
    return store_tree(
        store, arena, name, stored_tree(taxonomy, tuple(item_names)), kind=kind, origin=origin
    )


def store_tree(
    store: Store,
    arena: str,
    name: str,
    tree: StoredTree,
    *,
    kind: Kind,
    origin: str = "",
    custom: Sequence[CustomCapability] = (),
) -> StoredTaxonomy:
    """Store a taxonomy that is over items by name already, with custom capabilities of it."""
    with store.writing() as connection:
        found = find_arena(connection, arena)
        stored = taxonomies.write_taxonomy(connection, found, name, tree, kind=kind, origin=origin)
        for one in custom:
            taxonomies.save_custom(connection, found, stored.name, one.name, one.nodes)
        return stored


@dataclass(frozen=True)
class Held:
    """A source of capabilities, and how much there is of it.

    Attributes
    ----------
    source : Source
    nodes, items : int
        Capabilities and tagged items, as edited and known to the log.
    edits, custom : int
        How many were made.
    origin : str
        Where a stored taxonomy came from.
    notes : tuple of str
        Edits that could no longer be made.
    """

    source: Source
    nodes: int
    items: int
    edits: int
    custom: int
    origin: str
    notes: tuple[str, ...]


def overview(store: Store, arena: str) -> list[Held]:
    """Return what the capabilities of an arena come from, with sizes; of fields, edited ones."""
    with store.reading() as connection:
        found = find_arena(connection, arena)
        origin = {one.name: one.origin for one in taxonomies.stored_taxonomies(connection, found)}
        read = [
            read_edited(connection, found, one)
            for one in all_sources(connection, found)
            if one.kind != "field" or is_changed(connection, found, one)
        ]
    return [
        Held(
            one.source,
            len(one.taxonomy) - 1 - len(one.taxonomy.custom),
            int(one.taxonomy.sizes[0]),
            len(one.edits),
            len(one.custom),
            origin.get(one.source.name, ""),
            one.notes,
        )
        for one in read
    ]


def copy_taxonomy(store: Store, arena: str, source: str, name: str) -> StoredTaxonomy:
    """Store the taxonomy of a source, as edited, under another name; its custom sets come along.

    Raises
    ------
    InputError
        If the name cannot be used, or the tags are on comparisons without items.
    SelectionError
        If there is no such source.
    """
    with store.writing() as connection:
        found = find_arena(connection, arena)
        of = find_source(connection, found, source)
        edited = read_edited(connection, found, of)
        tree = stored_tree(edited.taxonomy, edited.names)
        copied = taxonomies.write_taxonomy(
            connection, found, name, tree, kind="copied", origin=f"a copy of {of.name}"
        )
        known = set(tree.keys)
        for one in edited.custom:
            nodes = [node for node in one.nodes if node in known]
            if nodes:
                taxonomies.save_custom(connection, found, copied.name, one.name, nodes)
        return copied


def delete_taxonomy(store: Store, arena: str, name: str) -> None:
    """Delete a stored taxonomy with its edits and custom capabilities.

    Raises
    ------
    SelectionError
        If there is no stored taxonomy of that name.
    """
    with store.writing() as connection:
        taxonomies.delete_taxonomy(connection, find_arena(connection, arena), name)


def edit_taxonomy(store: Store, arena: str, edit: Edit, *, source: str = AUTO) -> EditedTaxonomy:
    """Make an edit of a source, and return its taxonomy after it.

    Parameters
    ----------
    edit : Rename, Move, Merge or Tidy
        Of `ranking.taxonomies.journal`.
    source : str, default "auto"
        As in `CapabilityEvidence.of`.

    Raises
    ------
    InputError, SelectionError
        If the edit cannot be made: a node is not there, would hang below itself, and so on.
    """
    with store.writing() as connection:
        found = find_arena(connection, arena)
        of = find_source(connection, found, source)
        plain = read_edited(connection, found, of).taxonomy.without_custom()
        if _same(edit.applied(plain), plain):
            raise InputError(f"Nothing would change: {edit.said()}.")
        taxonomies.append_edit(connection, found, of.name, to_json(edit))
        return read_edited(connection, found, of)


def undo_edit(store: Store, arena: str, *, source: str = AUTO, edit_id: int | None = None) -> Edit:
    """Take an edit of a source back, the last one where none is named, and return it.

    Raises
    ------
    SelectionError
        If there is none.
    """
    with store.writing() as connection:
        found = find_arena(connection, arena)
        of = find_source(connection, found, source)
        return from_json(taxonomies.remove_edit(connection, found, of.name, edit_id).edit)


def save_capability(
    store: Store, arena: str, name: str, nodes: Sequence[str], *, source: str = AUTO
) -> CustomCapability:
    """Save a set of nodes as a capability of its own; one of the same name is replaced.

    Raises
    ------
    InputError
        If the name is empty or its key is taken, or there are no nodes.
    SelectionError
        If a node is not there.
    """
    name = " ".join(name.split())
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise InputError(
            f"A custom capability needs a name of 1 to {_LONGEST_NAME} printable characters; "
            f"{name[:40]!r} is not one."
        )
    own = CustomCapability(name, tuple(dict.fromkeys(nodes)))
    with store.writing() as connection:
        found = find_arena(connection, arena)
        of = find_source(connection, found, source)
        taxonomy = read_edited(connection, found, of).taxonomy
        if CUSTOM + name in set(taxonomy.keys) - taxonomy.custom:
            raise InputError(f"There is a capability {CUSTOM + name!r} already; choose another.")
        for node in own.nodes:
            if taxonomy.is_custom[taxonomy.position(node)]:
                raise InputError(
                    f"{node!r} is a custom capability itself; name the capabilities that it holds."
                )
        taxonomies.save_custom(connection, found, of.name, name, own.nodes)
    return own


def drop_capability(store: Store, arena: str, name: str, *, source: str = AUTO) -> None:
    """Forget a custom capability.

    Raises
    ------
    SelectionError
        If there is none of that name.
    """
    with store.writing() as connection:
        found = find_arena(connection, arena)
        of = find_source(connection, found, source)
        taxonomies.drop_custom(connection, found, of.name, name)


def _same(one: Taxonomy, other: Taxonomy) -> bool:
    """Say whether two trees have the same nodes in the same places; their order may differ."""

    def nodes(tree: Taxonomy) -> set[tuple[str, str, str]]:
        above = ["", *(tree.keys[at] for at in tree.parent[1:].tolist())]
        return set(zip(tree.keys, tree.names, above, strict=True))

    return nodes(one) == nodes(other)

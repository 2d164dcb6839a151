"""Taxonomies that are stored beside a log: their trees, what was edited, and saved sets of nodes.

Trees are kept by the names of items, so that they outlive the imports of a log. Edits and sets
belong to a source of an arena by its name: the log's own tags, a field, or a stored taxonomy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, get_args

import duckdb
import numpy as np

from ranking.errors import InputError, SelectionError
from ranking.laplacian import Codes
from ranking.store.arenas import Arena, touch
from ranking.store.capabilities import CAPABILITY, field_names

Kind = Literal["imported", "proposed", "copied"]
KINDS: tuple[Kind, ...] = get_args(Kind)

_RESERVED = (CAPABILITY, "auto")
_LONGEST_NAME = 200


@dataclass(frozen=True)
class StoredTaxonomy:
    """A stored taxonomy, without its tree.

    Attributes
    ----------
    taxonomy_id : int
    name : str
        Unique in its arena, and never that of a field or "capability".
    kind : {"imported", "proposed", "copied"}
        Whether it came from a file, was proposed from the texts of items, or is a copy.
    origin : str
        What it was made from: the name of a file, say. May be empty.
    created_at : datetime
        In UTC.
    nodes, items : int
        Nodes below the root, and distinct items that have a tag.
    """

    taxonomy_id: int
    name: str
    kind: Kind
    origin: str
    created_at: datetime
    nodes: int
    items: int


@dataclass(frozen=True, eq=False)
class StoredTree:
    """A taxonomy over items by name.

    Attributes
    ----------
    keys, names : tuple of str, length N
    parent : int array of shape (N,)
        As in `ranking.capabilities.Taxonomy`: parents come first, node 0 is the root.
    item_names : tuple of str
        Of the items that have a tag.
    tag_item, tag_node : int arrays of shape (tags,)
        ``item_names[tag_item[k]]`` is tagged with node ``tag_node[k]``.
    """

    keys: tuple[str, ...]
    names: tuple[str, ...]
    parent: Codes
    item_names: tuple[str, ...]
    tag_item: Codes
    tag_node: Codes


@dataclass(frozen=True)
class StoredEdit:
    """One edit of a source, as JSON."""

    edit_id: int
    edit: str
    made_at: datetime


def stored_taxonomies(connection: duckdb.DuckDBPyConnection, arena: Arena) -> list[StoredTaxonomy]:
    """Return the stored taxonomies of an arena, oldest first."""
    rows = connection.execute(
        """
        SELECT taxonomy_id, name, kind, origin, created_at,
               (SELECT count(*) - 1 FROM taxonomy_nodes n WHERE n.taxonomy_id = t.taxonomy_id),
               (SELECT count(DISTINCT item) FROM taxonomy_tags g
                WHERE g.taxonomy_id = t.taxonomy_id)
        FROM taxonomies t WHERE arena_id = ? ORDER BY taxonomy_id
        """,
        [arena.arena_id],
    ).fetchall()
    return [StoredTaxonomy(*row) for row in rows]


def find_taxonomy(connection: duckdb.DuckDBPyConnection, arena: Arena, name: str) -> StoredTaxonomy:
    """Return the stored taxonomy of that name.

    Raises
    ------
    SelectionError
        If there is none; the message names those that exist.
    """
    found = stored_taxonomies(connection, arena)
    for one in found:
        if one.name == name:
            return one
    known = ", ".join(repr(one.name) for one in found) or "none yet"
    raise SelectionError(
        f"The arena {arena.name!r} has no stored taxonomy {name!r}; there are: {known}."
    )


def check_name(connection: duckdb.DuckDBPyConnection, arena: Arena, name: str) -> str:
    """Return the name for a new taxonomy, without blanks around it.

    Raises
    ------
    InputError
        If it is empty, longer than 200 characters, reserved, a field's, or taken.
    """
    name = name.strip()
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InputError(
            f"A taxonomy needs a name of 1 to {_LONGEST_NAME} printable characters; "
            f"{name[:40]!r} is not one."
        )
    if name in _RESERVED:
        raise InputError(f"{name!r} means the log's own capabilities; choose another name.")
    if name in field_names(connection, arena):
        raise InputError(
            f"{name!r} is a field of {arena.name!r}; choose another name for the taxonomy."
        )
    if any(one.name == name for one in stored_taxonomies(connection, arena)):
        raise InputError(
            f"The arena {arena.name!r} has a taxonomy {name!r} already; choose another name, or "
            "delete that one first."
        )
    return name


def write_taxonomy(
    connection: duckdb.DuckDBPyConnection,
    arena: Arena,
    name: str,
    tree: StoredTree,
    *,
    kind: Kind,
    origin: str = "",
) -> StoredTaxonomy:
    """Store a taxonomy inside a writing transaction.

    Raises
    ------
    InputError
        If the name cannot be used (see `check_name`).
    """
    name = check_name(connection, arena, name)
    row = connection.execute("SELECT nextval('taxonomy_ids')").fetchone()
    assert row is not None
    identifier = int(row[0])
    connection.execute(
        "INSERT INTO taxonomies VALUES (?, ?, ?, ?, ?, ?)",
        [identifier, arena.arena_id, name, kind, origin, _now()],
    )
    connection.execute(
        "INSERT INTO taxonomy_nodes SELECT ?, unnest(range(?)), unnest(?::VARCHAR[]), "
        "unnest(?::VARCHAR[]), unnest(?::INTEGER[])",
        [
            identifier,
            len(tree.keys),
            list(tree.keys),
            list(tree.names),
            np.asarray(tree.parent).tolist(),
        ],
    )
    connection.execute(
        "INSERT INTO taxonomy_tags SELECT ?, unnest(?::VARCHAR[]), unnest(?::INTEGER[])",
        [
            identifier,
            [tree.item_names[at] for at in tree.tag_item.tolist()],
            np.asarray(tree.tag_node).tolist(),
        ],
    )
    touch(connection, arena.arena_id)
    return find_taxonomy(connection, arena, name)


def read_tree(connection: duckdb.DuckDBPyConnection, taxonomy_id: int) -> StoredTree:
    """Read the tree of a stored taxonomy as it was stored, before any edit."""
    nodes = connection.execute(
        "SELECT key, name, parent FROM taxonomy_nodes WHERE taxonomy_id = ? ORDER BY position",
        [taxonomy_id],
    ).fetchnumpy()
    tags = connection.execute(
        "SELECT item, node FROM taxonomy_tags WHERE taxonomy_id = ? ORDER BY item, node",
        [taxonomy_id],
    ).fetchnumpy()
    item = tags["item"]
    starts = np.append(True, item[1:] != item[:-1])[: len(item)]
    return StoredTree(
        keys=tuple(nodes["key"].tolist()),
        names=tuple(nodes["name"].tolist()),
        parent=np.asarray(nodes["parent"], np.int64),
        item_names=tuple(item[starts].tolist()),
        tag_item=np.cumsum(starts) - 1,
        tag_node=np.asarray(tags["node"], np.int64),
    )


def delete_taxonomy(connection: duckdb.DuckDBPyConnection, arena: Arena, name: str) -> None:
    """Delete a stored taxonomy with its edits and custom capabilities.

    Raises
    ------
    SelectionError
        If there is none of that name.
    """
    found = find_taxonomy(connection, arena, name)
    for table in ("taxonomies", "taxonomy_nodes", "taxonomy_tags"):
        connection.execute(f"DELETE FROM {table} WHERE taxonomy_id = ?", [found.taxonomy_id])
    for table in ("taxonomy_edits", "custom_capabilities"):
        connection.execute(
            f"DELETE FROM {table} WHERE arena_id = ? AND source = ?", [arena.arena_id, name]
        )
    touch(connection, arena.arena_id)


def edits(connection: duckdb.DuckDBPyConnection, arena: Arena, source: str) -> list[StoredEdit]:
    """Return the edits of a source in the order in which they were made."""
    rows = connection.execute(
        "SELECT edit_id, edit, made_at FROM taxonomy_edits WHERE arena_id = ? AND source = ? "
        "ORDER BY edit_id",
        [arena.arena_id, source],
    ).fetchall()
    return [StoredEdit(*row) for row in rows]


def append_edit(
    connection: duckdb.DuckDBPyConnection, arena: Arena, source: str, edit: str
) -> None:
    """Add an edit, as JSON, to what was done to a source."""
    connection.execute(
        "INSERT INTO taxonomy_edits VALUES (nextval('taxonomy_edit_ids'), ?, ?, ?, ?)",
        [arena.arena_id, source, edit, _now()],
    )
    touch(connection, arena.arena_id)


def remove_edit(
    connection: duckdb.DuckDBPyConnection, arena: Arena, source: str, edit_id: int | None = None
) -> StoredEdit:
    """Take an edit back, the last one where none is named, and return it.

    Raises
    ------
    SelectionError
        If there is no such edit.
    """
    found = edits(connection, arena, source)
    chosen = found[-1:] if edit_id is None else [one for one in found if one.edit_id == edit_id]
    if not chosen:
        what = "nothing to undo" if edit_id is None else f"no edit {edit_id} to undo"
        raise SelectionError(f"There is {what} in the capabilities of {arena.name!r} ({source!r}).")
    connection.execute("DELETE FROM taxonomy_edits WHERE edit_id = ?", [chosen[0].edit_id])
    touch(connection, arena.arena_id)
    return chosen[0]


def custom_capabilities(
    connection: duckdb.DuckDBPyConnection, arena: Arena, source: str
) -> list[tuple[str, tuple[str, ...]]]:
    """Return name and keys of nodes of the saved sets of a source, by name."""
    rows = connection.execute(
        "SELECT name, nodes FROM custom_capabilities WHERE arena_id = ? AND source = ? "
        "ORDER BY name",
        [arena.arena_id, source],
    ).fetchall()
    return [(name, tuple(nodes)) for name, nodes in rows]


def save_custom(
    connection: duckdb.DuckDBPyConnection,
    arena: Arena,
    source: str,
    name: str,
    nodes: Sequence[str],
) -> None:
    """Save a set of nodes under a name; one of the same name is replaced."""
    _forget_custom(connection, arena, source, name)
    connection.execute(
        "INSERT INTO custom_capabilities VALUES (?, ?, ?, ?)",
        [arena.arena_id, source, name, list(nodes)],
    )
    touch(connection, arena.arena_id)


def drop_custom(
    connection: duckdb.DuckDBPyConnection, arena: Arena, source: str, name: str
) -> None:
    """Forget a saved set of nodes.

    Raises
    ------
    SelectionError
        If there is none of that name.
    """
    known = [own for own, _ in custom_capabilities(connection, arena, source)]
    if name not in known:
        raise SelectionError(
            f"There is no custom capability {name!r}; there are: "
            f"{', '.join(map(repr, known)) or 'none yet'}."
        )
    _forget_custom(connection, arena, source, name)
    touch(connection, arena.arena_id)


def _forget_custom(
    connection: duckdb.DuckDBPyConnection, arena: Arena, source: str, name: str
) -> None:
    connection.execute(
        "DELETE FROM custom_capabilities WHERE arena_id = ? AND source = ? AND name = ?",
        [arena.arena_id, source, name],
    )


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)

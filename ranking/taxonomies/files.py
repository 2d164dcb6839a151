"""Taxonomies from their own files, read whole or refused with every fault named."""

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np

from ranking.errors import InputError
from ranking.ingest.loading import stage
from ranking.ingest.progress import Watch
from ranking.ingest.source import open_source
from ranking.store.taxonomies import StoredTree
from ranking.taxonomies.edits import CustomCapability
from ranking.taxonomies.faults import Fault, TaxonomyFileError
from ranking.taxonomies.nested import NestedTree, looks_nested, read_nested
from ranking.taxonomies.tables import (
    USUAL,
    Table,
    Tags,
    read_nodes,
    read_paths,
    read_tags,
)
from ranking.taxonomies.taxonomy import MOST_LEVELS, Taxonomy

Form = Literal["nested", "nodes", "paths"]

_LARGEST_NESTED = 1 << 28  # bytes


@dataclass(frozen=True, eq=False)
class TaxonomyFile:
    """A taxonomy as its files hold it, before it meets a log.

    Attributes
    ----------
    tree : StoredTree
    form : {"nested", "nodes", "paths"}
        Nested JSON; a table of nodes; or a table of items with paths.
    origin : str
        Names of the files.
    columns : dict of str to str
        Role to column, as tables were read.
    without : int
        Rows of the files that name an item but no node.
    custom : tuple of CustomCapability
        Saved sets of nodes, where the files have some.
    """

    tree: StoredTree
    form: Form
    origin: str
    columns: dict[str, str] = field(default_factory=dict)
    without: int = 0
    custom: tuple[CustomCapability, ...] = ()


def read_taxonomy(
    paths: Sequence[str | os.PathLike[str]],
    *,
    names: Sequence[str] | None = None,
    columns: Mapping[str, str] | None = None,
) -> TaxonomyFile:
    """Read a taxonomy from one or two files, in any order.

    One file is nested JSON with items, or a table of items and paths. Two are a tree (a table of
    nodes with parents, or nested JSON of names) and a table of items and their nodes.

    Parameters
    ----------
    paths : sequence of path-like
        CSV, TSV, Parquet or JSON, plain or .gz.
    names : sequence of str, optional
        What to call the files in messages; their own names where not given.
    columns : mapping of str to str, optional
        Role to column, where columns have other names than usual. Roles are id, parent and name of
        nodes; item, node and path of items.

    Raises
    ------
    TaxonomyFileError
        If the files have faults; `faults` has each with file, place, column and value.
    InputError
        If a file cannot be read, or a column is missing.
    """
    columns = dict(columns or {})
    for role in columns:
        if role not in USUAL:
            raise InputError(
                f"There is no role {role!r} of a column; roles are {', '.join(USUAL)}."
            )
    if not 1 <= len(paths) <= 2:
        raise InputError(f"A taxonomy is read from one file or two, not from {len(paths)}.")
    given = names or [Path(path).name or str(path) for path in paths]
    with ExitStack() as stack:
        trees: list[NestedTree] = []
        tables: list[Table] = []
        for path, name in zip(paths, given, strict=True):
            text = _nested_text(Path(path), name)
            if text is not None:
                trees.append(read_nested(text, name))
            else:
                staged = stack.enter_context(stage(path, name=name))
                tables.append(Table(staged, columns))
        _check_columns(columns, tables)
        return _combined(trees, tables, " and ".join(given))


def columns_of(
    paths: Sequence[str | os.PathLike[str]], *, names: Sequence[str] | None = None
) -> tuple[str, ...]:
    """Return the columns of the tables among some files, each once; none of nested JSON."""
    found: dict[str, None] = {}
    for path, name in zip(paths, names or [Path(path).name for path in paths], strict=True):
        if _nested_text(Path(path), name) is None:
            with stage(path, name=name) as staged:
                found |= dict.fromkeys(staged.columns)
    return tuple(found)


def _combined(trees: list[NestedTree], tables: list[Table], origin: str) -> TaxonomyFile:
    """Make one taxonomy of what the files are."""
    nodes = [table for table in tables if table.is_nodes]
    rest = [table for table in tables if not table.is_nodes]
    if len(trees) + len(nodes) > 1 or len(rest) > 1:
        raise InputError(
            f"{origin} do not make one taxonomy: a tree (nested JSON, or a table of nodes with a "
            "column of parents) and a table of items are needed. Name the column of parents: "
            "parent=COLUMN."
        )
    if not trees and not nodes:
        tree, tags = read_paths(rest[0])
        return _built(tree, tags, "paths", origin)
    faults: list[Fault] = []
    columns: dict[str, str] = {}
    if trees:
        (tree,) = trees
    else:
        tree, columns, faults = read_nodes(nodes[0])
    if not rest:
        if nodes or tree.names_only:
            raise InputError(
                f"{origin} names no items. Give a second file: a table with a column of items and "
                "one of their nodes, by id or by path."
            )
        return _built(tree, Tags(tree.tags, 0, {}, faults), "nested", origin)
    if trees and not tree.names_only:
        raise InputError(f"The tree of {origin} names its items itself; give that file alone.")
    if faults:
        raise TaxonomyFileError(faults)
    tags = read_tags(rest[0], tree)
    tags.columns.update(columns)
    return _built(tree, tags, "nested" if trees else "nodes", origin)


def _built(tree: NestedTree, tags: Tags, form: Form, origin: str) -> TaxonomyFile:
    if tags.faults:
        raise TaxonomyFileError(tags.faults)
    if not tags.tags:
        raise InputError(f"{origin} tags no item with a capability.")
    names = tuple(sorted({item for item, _ in tags.tags}))
    code = {name: at for at, name in enumerate(names)}
    # Ids of the file may be anything, also what stands for "no parent" below.
    rows = [(f"/{key}", f"/{above}", name) for key, above, name in tree.nodes[1:]]
    taxonomy = Taxonomy.from_nodes(
        [("/", "", tree.nodes[0][2]), *rows],
        ((code[item], f"/{key}") for item, key in dict.fromkeys(tags.tags)),
        len(names),
    )
    if int(taxonomy.depth.max()) > MOST_LEVELS:
        raise InputError(
            f"The tree of {origin} has {int(taxonomy.depth.max()):,} levels; a taxonomy has at "
            f"most {MOST_LEVELS}."
        )
    stored = StoredTree(
        tuple(key[1:] for key in taxonomy.keys),
        taxonomy.names,
        taxonomy.parent,
        names,
        taxonomy.tag_item,
        np.asarray(taxonomy.tag_node, np.int64),
    )
    custom = tuple(CustomCapability(name, keys) for name, keys in tree.custom)
    return TaxonomyFile(stored, form, origin, tags.columns, tags.without, custom)


def _nested_text(path: Path, name: str) -> str | None:
    """Return the text of a file that is one nested tree; None where it is a table."""
    made: list[Path] = []
    try:
        source = open_source(path, name, encoding=None, watch=Watch(), made=made)
        if source.kind != "json lines" or source.path.stat().st_size > _LARGEST_NESTED:
            return None
        try:
            text = source.path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError(f"{name} is not valid UTF-8; save it as UTF-8.") from error
        return text if looks_nested(text) else None
    finally:
        for left in made:
            left.unlink(missing_ok=True)


def _check_columns(columns: Mapping[str, str], tables: Sequence[Table]) -> None:
    for role, column in columns.items():
        if not any(column in table.staged.columns for table in tables):
            held = "; ".join(
                f"{table.staged.name}: {', '.join(table.staged.columns)[:300]}" for table in tables
            )
            raise InputError(
                f"No file has the column {column!r} that {role}= names; columns are: "
                f"{held or 'none, for the file is nested JSON'}."
            )

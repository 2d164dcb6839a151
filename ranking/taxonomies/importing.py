"""Taxonomies of files beside a log: what they have in common, and storing them."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ranking.errors import InputError
from ranking.store.arenas import find_arena
from ranking.store.capabilities import read_item_tags
from ranking.store.connection import Store
from ranking.store.taxonomies import StoredTaxonomy, check_name
from ranking.taxonomies.files import TaxonomyFile, read_taxonomy
from ranking.taxonomies.stored import store_tree

_EXAMPLES = 5


@dataclass(frozen=True)
class Match:
    """How the items of a taxonomy's files and those of a log go together.

    Attributes
    ----------
    known : int
        Items that both have.
    unknown : int
        Items that only the files have; they are kept, and wait for the log.
    untagged : int
        Items that only the log has.
    examples, log_examples : tuple of str
        Some items that only the files have, and some that only the log has.
    """

    known: int
    unknown: int
    untagged: int
    examples: tuple[str, ...]
    log_examples: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class TaxonomyImport:
    """What an import of a taxonomy did."""

    stored: StoredTaxonomy
    file: TaxonomyFile
    match: Match


def import_taxonomy(
    store: Store,
    arena: str,
    paths: Sequence[str | os.PathLike[str]],
    *,
    name: str | None = None,
    names: Sequence[str] | None = None,
    columns: Mapping[str, str] | None = None,
) -> TaxonomyImport:
    """Store the taxonomy of one or two files beside the log of an arena, or nothing at all.

    Parameters
    ----------
    store : Store
    arena : str
    paths, names, columns
        As in `read_taxonomy`.
    name : str, optional
        What to call the taxonomy; the first file's name without its ending where not given.

    Raises
    ------
    TaxonomyFileError
        If the files have faults.
    InputError
        If a file or the name cannot be used, or none of the items is in the log.
    """
    file = read_taxonomy(paths, names=names, columns=columns)
    match = match_items(store, arena, file)
    stored = store_file(store, arena, file, name=name if name is not None else usual_name(file))
    return TaxonomyImport(stored, file, match)


def store_file(store: Store, arena: str, file: TaxonomyFile, *, name: str) -> StoredTaxonomy:
    """Store what `read_taxonomy` read, in one transaction."""
    return store_tree(
        store, arena, name, file.tree, kind="imported", origin=file.origin, custom=file.custom
    )


def usual_name(file: TaxonomyFile) -> str:
    """Return what a taxonomy is called where nothing else is said: its first file's name."""
    return file.origin.partition(" and ")[0].partition(".")[0] or "taxonomy"


def match_items(store: Store, arena: str, file: TaxonomyFile) -> Match:
    """Compare the items of a taxonomy's files with those of a log.

    Raises
    ------
    InputError
        If they have none in common.
    """
    with store.reading() as connection:
        log = read_item_tags(connection, find_arena(connection, arena), None)
    own, held = set(file.tree.item_names), set(log.names)
    unknown = [name for name in file.tree.item_names if name not in held]
    missing = [name for name in log.names if name not in own]
    found = Match(
        len(own) - len(unknown),
        len(unknown),
        len(missing) + len(log.lines),
        tuple(unknown[:_EXAMPLES]),
        tuple(missing[:_EXAMPLES]),
    )
    if not found.known:
        log_has = f"such as {_shown(found.log_examples)}" if log.names else "but none has a name"
        raise InputError(
            f"None of the {len(own):,} items of {file.origin} ({_shown(found.examples)}, …) is in "
            f"the log of {arena!r}, which has {log.items:,} items, {log_has}. Items are matched by "
            "their names."
        )
    return found


def check_new_name(store: Store, arena: str, name: str) -> str:
    """Return the name for a new taxonomy, without blanks around it (see `check_name`)."""
    with store.reading() as connection:
        return check_name(connection, find_arena(connection, arena), name)


def _shown(names: Sequence[str]) -> str:
    return ", ".join(repr(name[:40]) for name in names[:3]) or "none"

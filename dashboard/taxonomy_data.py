"""The taxonomies of an arena as the screens read and change them; reads are cached by its version.

What a read returns is shared between sessions: never change it.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import data, running
from dashboard.running import Run
from ranking.progress import Watch
from ranking.store import Arena
from ranking.store.staging import staged_path
from ranking.taxonomies import stored
from ranking.taxonomies.export import FORMATS
from ranking.taxonomies.files import TaxonomyFile, columns_of, read_taxonomy
from ranking.taxonomies.importing import Match, match_items, store_file, usual_name
from ranking.taxonomies.journal import Edit, from_json
from ranking.taxonomies.node_names import found_by, nodes_below
from ranking.taxonomies.proposal import ProposalSettings
from ranking.taxonomies.proposed import ProposedTaxonomy, propose_taxonomy
from ranking.taxonomies.sources import EditedTaxonomy, edited_taxonomy, stored_title
from ranking.taxonomies.stored import Held


@dataclass(frozen=True, eq=False)
class Upload:
    """A taxonomy's files as they would be stored."""

    file: TaxonomyFile
    match: Match

    @property
    def name(self) -> str:
        """What it is called where nothing else is said."""
        return usual_name(self.file)


def edited(arena: Arena, source: str) -> EditedTaxonomy:
    """Return the taxonomy of a source with all that was done to it.

    Raises
    ------
    InputError, SelectionError
        If the source has no tags, or is not there.
    """
    return _edited(str(data.store().path), arena.arena_id, arena.version, arena.name, source)


def overview(arena: Arena) -> list[Held]:
    """Return what the arena's capabilities come from, with sizes."""
    return _overview(str(data.store().path), arena.arena_id, arena.version, arena.name)


def shown(tree: EditedTaxonomy, levels: int, words: str) -> list[int]:
    """Return the nodes to list, without custom ones: some levels, or what a search finds."""
    taxonomy = tree.taxonomy
    found = (
        found_by(taxonomy, words)
        if words.strip()
        else nodes_below(taxonomy, taxonomy.keys[0], levels)
    )
    return [at for at in found if not taxonomy.is_custom[at]]


def change(arena: Arena, source: str, edit: Edit) -> None:
    """Make an edit.

    Raises
    ------
    InputError, SelectionError
        If it cannot be made.
    """
    stored.edit_taxonomy(data.store(), arena.name, edit, source=source)


def undo(arena: Arena, source: str, edit_id: int) -> None:
    """Take an edit back."""
    stored.undo_edit(data.store(), arena.name, source=source, edit_id=edit_id)


def said(tree: EditedTaxonomy, edit: str) -> str:
    """Return what an edit of the journal did, with the names that its nodes had."""
    name_of = dict(zip(tree.before.keys, tree.before.names, strict=True))
    return from_json(edit).said(lambda key: name_of.get(key, key))


def save_set(arena: Arena, source: str, name: str, keys: list[str]) -> None:
    """Save nodes as a capability of its own."""
    stored.save_capability(data.store(), arena.name, name, keys, source=source)


def drop_set(arena: Arena, source: str, name: str) -> None:
    """Forget a custom capability."""
    stored.drop_capability(data.store(), arena.name, name, source=source)


def copy(arena: Arena, source: str, name: str) -> None:
    """Store a taxonomy under another name."""
    stored.copy_taxonomy(data.store(), arena.name, source, name)


def delete(arena: Arena, name: str) -> None:
    """Delete a stored taxonomy."""
    stored.delete_taxonomy(data.store(), arena.name, name)


def export(arena: Arena, source: str, ending: str) -> str:
    """Return a taxonomy as the text of a file."""
    return FORMATS[ending](edited(arena, source))


def read_files(arena: Arena, files: list[tuple[str, bytes]], columns: Mapping[str, str]) -> Upload:
    """Read the files of a taxonomy, and compare their items with the log's.

    Raises
    ------
    InputError
        If they have faults, or no item in common with the log.
    """
    with _Written(files) as paths:
        file = read_taxonomy(paths, names=[name for name, _ in files], columns=columns)
    return Upload(file, match_items(data.store(), arena.name, file))


def columns(files: list[tuple[str, bytes]]) -> tuple[str, ...]:
    """Return the columns of the tables among some files.

    Raises
    ------
    InputError
        If a file cannot be read.
    """
    with _Written(files) as paths:
        return columns_of(paths, names=[name for name, _ in files])


def store_upload(arena: Arena, upload: Upload, name: str) -> str:
    """Store what was read; return how the sidebar calls it.

    Raises
    ------
    InputError
        If the name cannot be used.
    """
    stored = store_file(data.store(), arena.name, upload.file, name=name)
    return stored_title(stored.name, stored.kind)


def propose(
    arena: Arena, number: int, name: str, text_field: str | None, settings: ProposalSettings
) -> Run:
    """Begin to propose a taxonomy, or return the run of this number that is under way.

    Raises
    ------
    RankingError
        If the arena has no texts to propose from, or the name cannot be used.
    """

    def work(tell: Callable[[float, str], None], cancelled: threading.Event) -> ProposedTaxonomy:
        return propose_taxonomy(
            data.store(), arena.name, name, text_field=text_field, settings=settings,
            watch=Watch(tell, cancelled),
        )  # fmt: skip

    key = ("propose", str(data.store().path), arena.arena_id, number, name, text_field, settings)
    return running.ask(key, f"Capabilities of {arena.name}", work)


class _Written:
    """Files' bytes under generated names, as long as they are read."""

    def __init__(self, files: list[tuple[str, bytes]]) -> None:
        self._files = files
        self._paths = [staged_path(".upload") for _ in files]

    def __enter__(self) -> list[Any]:
        for path, (_, content) in zip(self._paths, self._files, strict=True):
            path.write_bytes(content)
        return self._paths

    def __exit__(self, *error: object) -> None:
        for path in self._paths:
            path.unlink(missing_ok=True)


@st.cache_resource(max_entries=16, show_spinner="Reading the taxonomy …")
def _edited(path: str, arena_id: int, version: int, name: str, source: str) -> EditedTaxonomy:
    return edited_taxonomy(data.store(), name, source)


@st.cache_resource(max_entries=16, show_spinner=False)
def _overview(path: str, arena_id: int, version: int, name: str) -> list[Held]:
    return stored.overview(data.store(), name)

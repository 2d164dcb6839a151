"""Every read of the dashboard, cached by what it depends on: never by the data itself.

The keys are the database's path, the arena's id and version (which grows with every change), the
selection and the method; an argument with a leading underscore is not part of a key.
"""

import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
import streamlit as st

from ranking import store as rk_store
from ranking.comparisons import Comparisons
from ranking.errors import RankingWarning
from ranking.outcomes import BOTH_BAD
from ranking.ratings import Method, Ratings
from ranking.selection import Selection
from ranking.store import Arena, Import, Store, log


@dataclass(frozen=True)
class Facets:
    """What an arena can be filtered by.

    Attributes
    ----------
    competitors, judges, capabilities : tuple of str
        Names; capability paths include inner nodes.
    fields : tuple of (str, tuple of str)
        Imported fields that have few enough values to choose from, commonest first.
    span : (datetime, datetime), optional
        First and last time in the log.
    both_bad : float
        How many comparisons ended in both-bad.
    has_items : bool
        Whether comparisons say which item they were about.
    """

    competitors: tuple[str, ...]
    judges: tuple[str, ...]
    capabilities: tuple[str, ...]
    fields: tuple[tuple[str, tuple[str, ...]], ...]
    span: tuple[datetime, datetime] | None
    both_bad: float
    has_items: bool


def store() -> Store:
    """Return the database that PODIUM_DB names, or the user's own."""
    return Store()


def arenas() -> list[Arena]:
    """Return all arenas, read anew whenever the file has changed: their versions key the rest."""
    path = store().path
    return _arenas(str(path), _signature(path))


def _signature(path: Path) -> tuple[tuple[int, int], ...]:
    """Return times and sizes of the database and its log, which move with every write."""
    found = []
    for each in (path, path.with_name(f"{path.name}.wal")):
        try:
            status = each.stat()
            found.append((status.st_mtime_ns, status.st_size))
        except OSError:
            found.append((0, 0))
    return tuple(found)


def imports(arena: Arena) -> list[Import]:
    """Return the imports of an arena, newest first."""
    return _imports(str(store().path), arena.arena_id, arena.version, arena.name)


def rejected(arena: Arena, import_id: int) -> pd.DataFrame:
    """Return the rejected rows of an import."""
    return _rejected(str(store().path), arena.arena_id, arena.version, import_id)


def facets(arena: Arena) -> Facets:
    """Return what an arena can be filtered by."""
    return _facets(str(store().path), arena.arena_id, arena.version, arena)


def ratings(arena: Arena, selection: Selection, method: Method) -> Ratings:
    """Rate the selected comparisons of an arena; the result is shared, so never change it."""
    key = (str(store().path), arena.arena_id, arena.version, arena.name)
    return _ratings(*key, selection, method.name, method, arena)


def page(arena: Arena, selection: Selection, search: str, offset: int, limit: int) -> pd.DataFrame:
    """Read some raw comparisons."""
    key = (str(store().path), arena.arena_id, arena.version)
    return _page(*key, selection, search, offset, limit, arena)


def count(arena: Arena, selection: Selection, search: str) -> int:
    """Count the raw comparisons that `page` goes through."""
    return _count(str(store().path), arena.arena_id, arena.version, selection, search, arena)


@st.cache_data(max_entries=8, show_spinner=False)
def _arenas(path: str, signature: tuple[tuple[int, int], ...]) -> list[Arena]:
    return rk_store.arenas(Store(path))


@st.cache_data(max_entries=32, show_spinner=False)
def _imports(path: str, arena_id: int, version: int, name: str) -> list[Import]:
    return rk_store.imports(Store(path), name)


@st.cache_data(max_entries=16, show_spinner=False)
def _rejected(path: str, arena_id: int, version: int, import_id: int) -> pd.DataFrame:
    return rk_store.rejected_rows(Store(path), import_id)


@st.cache_data(max_entries=32, show_spinner=False)
def _facets(path: str, arena_id: int, version: int, _arena: Arena) -> Facets:
    comparisons = Comparisons(Store(path), _arena)
    with comparisons.store.reading() as connection:
        found = {
            "competitors": log.dictionary(connection, _arena, "competitors"),
            "judges": log.dictionary(connection, _arena, "judges"),
            "capabilities": log.capability_paths(connection, _arena),
            "fields": tuple(log.field_values(connection, _arena).items()),
            "span": log.time_span(connection, _arena),
        }
    tally = comparisons.tally()
    return Facets(**found, both_bad=tally.votes_of(BOTH_BAD), has_items=comparisons.has_items)


# A resource, not data: results are frozen, and a covariance need not be copied for every view.
@st.cache_resource(max_entries=32, show_spinner=False)
def _ratings(
    path: str,
    arena_id: int,
    version: int,
    name: str,
    selection: Selection,
    method_name: str,
    method: Method,
    _arena: Arena,
) -> Ratings:
    with warnings.catch_warnings():  # the result keeps them, and every screen shows them
        warnings.simplefilter("ignore", RankingWarning)
        return method.rate(Comparisons(Store(path), _arena, selection))


@st.cache_data(max_entries=64, show_spinner=False)
def _page(
    path: str,
    arena_id: int,
    version: int,
    selection: Selection,
    search: str,
    offset: int,
    limit: int,
    _arena: Arena,
) -> pd.DataFrame:
    comparisons = Comparisons(Store(path), _arena, selection)
    return comparisons.page(offset=offset, limit=limit, search=search)


@st.cache_data(max_entries=128, show_spinner=False)
def _count(
    path: str, arena_id: int, version: int, selection: Selection, search: str, _arena: Arena
) -> int:
    return Comparisons(Store(path), _arena, selection).count(search=search)

"""Every read of the dashboard, cached by what it depends on: never by the data itself.

The keys are the database's path, the arena's id and version (which grows with every change), the
selection and the method; an argument with a leading underscore is not part of a key.
"""

import inspect
import threading
import warnings
from collections.abc import Callable, Hashable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from dashboard import running
from dashboard.facets import Facets, read_facets
from dashboard.running import Run
from ranking import store as rk_store
from ranking.comparisons import Comparisons
from ranking.diagnostics.checks import Check
from ranking.diagnostics.trust import trust_checks
from ranking.diagnostics.trust_evidence import Evidence, read_evidence
from ranking.errors import RankingWarning
from ranking.progress import Watch
from ranking.ratings import Method, Ratings
from ranking.selection import EVERYTHING, Selection
from ranking.store import Arena, Import, Store
from ranking.tally import Games, Tally
from ranking.uncertainty.draws import DrawSummary, draw_summary
from ranking.uncertainty.levels import at_level, can_change_level

if TYPE_CHECKING:
    from ranking.history import History

_USUAL_LEVEL = 0.95


class Held(Comparisons):
    """Comparisons that are read from the database once, whatever is then asked of them."""

    def tally(self) -> Tally:
        """See `Comparisons.tally`."""
        return _tally(*_key(self.arena), self.selection, self)

    def games(self, *, ordered: bool = True) -> Games:
        """See `Comparisons.games`; the order is kept for whoever asks next."""
        read = _games if self.selection else _all_games
        return read(*_key(self.arena), self.selection, self)


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


def comparisons(arena: Arena, selection: Selection) -> Held:
    """Return the selected comparisons of an arena."""
    return _comparisons(*_key(arena), selection, arena)


def ratings(arena: Arena, selection: Selection, method: Method) -> Ratings:
    """Rate the selected comparisons of an arena; the result is shared, so never change it.

    It takes as long as it takes: a page that must not wait asks for `ratings_or_run`.
    """
    found = ratings_or_run(arena, selection, method)
    while isinstance(found, Run):
        running.wait(found)
        found = ratings_or_run(arena, selection, method)
    return found


def may_be_slow(method: Method) -> bool:
    """Whether rating by a method tells how far it is, and can be stopped."""
    return "watch" in inspect.signature(method.rate).parameters


def ratings_or_run(arena: Arena, selection: Selection, method: Method) -> Ratings | Run:
    """Rate the selected comparisons; where that takes longer than a moment, return the run."""
    if not may_be_slow(method):
        return _ratings(*_key(arena), selection, method.name, method, arena)
    usual = running.runs().find(_run_key(arena, selection, replace(method, level=_USUAL_LEVEL)))
    if usual is not None and usual.done and can_change_level(usual.job.result):
        return _levelled(*_key(arena), selection, method.name, method, usual.job.result)
    run = _run(arena, selection, method)
    return run.job.result if run.done else run


def _run(arena: Arena, selection: Selection, method: Method) -> Run:
    evidence = comparisons(arena, selection)
    early = without_resamples(method)

    def rate(tell: Callable[..., None], cancelled: threading.Event) -> Ratings:
        with warnings.catch_warnings():  # the result keeps them, and every screen shows them
            warnings.simplefilter("ignore", RankingWarning)
            watch = Watch(tell, cancelled)
            if early is not None:
                tell(0.0, "resampling", early.rate(evidence, watch=watch))
            return method.rate(evidence, watch=watch)  # type: ignore[call-arg]

    key = _run_key(arena, selection, method)
    # Ratings without intervals do not replace those with them, which are still waited for.
    place = (*_key(arena), method.name, early is not None)
    return running.ask(key, type(method).title, rate, place=place)


def without_resamples(method: Method) -> Any:
    """Return the method without intervals by resampling; None where it has none."""
    return replace(method, resamples=0) if getattr(method, "resamples", 0) else None


def _run_key(arena: Arena, selection: Selection, method: Method) -> Hashable:
    return (*_key(arena), selection, method.name, method)


def checks(arena: Arena, selection: Selection, method: Method) -> tuple[Check, ...]:
    """Check whether the ratings of the selected comparisons can be trusted, at any level."""
    usual = replace(method, level=_USUAL_LEVEL)
    return _checks(*_key(arena), selection, usual.name, usual, arena)


def drawn(arena: Arena, selection: Selection, method: Method) -> DrawSummary:
    """Say how likely each competitor is the best, and which rank to expect of it."""
    return _drawn(*_key(arena), selection, method.name, method, arena)


def history(arena: Arena, selection: Selection, method: str, level: float) -> "History":
    """Rate the selected comparisons over time; the result is shared, so never change it."""
    return _history(*_key(arena), selection, method, level, arena)


def page(arena: Arena, selection: Selection, search: str, offset: int, limit: int) -> pd.DataFrame:
    """Read some raw comparisons."""
    key = (str(store().path), arena.arena_id, arena.version)
    return _page(*key, selection, search, offset, limit, arena)


def count(arena: Arena, selection: Selection, search: str) -> int:
    """Count the raw comparisons that `page` goes through."""
    return _count(str(store().path), arena.arena_id, arena.version, selection, search, arena)


def _key(arena: Arena) -> tuple[str, int, int, str]:
    return (str(store().path), arena.arena_id, arena.version, arena.name)


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
    return read_facets(comparisons(_arena, EVERYTHING))


# Resources, not data: they are frozen, and need not be copied for every view.
@st.cache_resource(max_entries=32, show_spinner=False)
def _comparisons(
    path: str, arena_id: int, version: int, name: str, selection: Selection, _arena: Arena
) -> Held:
    return Held(Store(path), _arena, selection)


@st.cache_resource(max_entries=32, show_spinner=False)
def _tally(
    path: str, arena_id: int, version: int, name: str, selection: Selection, _held: Held
) -> Tally:
    return Comparisons.tally(_held)


# Row by row, a log of ten million comparisons is half a gigabyte: few are held, but the whole log
# of an arena stays while its selections come and go.
@st.cache_resource(max_entries=1, show_spinner=False)
def _all_games(
    path: str, arena_id: int, version: int, name: str, selection: Selection, _held: Held
) -> Games:
    return Comparisons.games(_held)


@st.cache_resource(max_entries=2, show_spinner=False)
def _games(
    path: str, arena_id: int, version: int, name: str, selection: Selection, _held: Held
) -> Games:
    return Comparisons.games(_held)


@st.cache_resource(max_entries=32, show_spinner=False)
def _evidence(
    path: str, arena_id: int, version: int, name: str, selection: Selection, _arena: Arena
) -> Evidence:
    return read_evidence(comparisons(_arena, selection))


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
    usual = replace(method, level=_USUAL_LEVEL)
    if method != usual:  # another level needs no other fit, as a rule
        rated = ratings(_arena, selection, usual)
        if can_change_level(rated):
            return at_level(rated, method.level)
    with warnings.catch_warnings():  # the result keeps them, and every screen shows them
        warnings.simplefilter("ignore", RankingWarning)
        return method.rate(comparisons(_arena, selection))


@st.cache_resource(max_entries=32, show_spinner=False)
def _levelled(
    path: str,
    arena_id: int,
    version: int,
    name: str,
    selection: Selection,
    method_name: str,
    method: Method,
    _rated: Ratings,
) -> Ratings:
    return at_level(_rated, method.level)


@st.cache_resource(max_entries=32, show_spinner=False)
def _drawn(
    path: str,
    arena_id: int,
    version: int,
    name: str,
    selection: Selection,
    method_name: str,
    method: Method,
    _arena: Arena,
) -> DrawSummary:
    return draw_summary(ratings(_arena, selection, method))


@st.cache_resource(max_entries=16, show_spinner=False)
def _history(
    path: str,
    arena_id: int,
    version: int,
    name: str,
    selection: Selection,
    method: str,
    level: float,
    _arena: Arena,
) -> "History":
    from ranking.history import history as rate_over_time

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RankingWarning)
        return rate_over_time(comparisons(_arena, selection), method=method, level=level)


@st.cache_resource(max_entries=64, show_spinner=False)
def _checks(
    path: str,
    arena_id: int,
    version: int,
    name: str,
    selection: Selection,
    method_name: str,
    method: Method,
    _arena: Arena,
) -> tuple[Check, ...]:
    rated = ratings(_arena, selection, method)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RankingWarning)
        evidence = _evidence(path, arena_id, version, name, selection, _arena)
        return trust_checks(comparisons(_arena, selection), rated, evidence=evidence)


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

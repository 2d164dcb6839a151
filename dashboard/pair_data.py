"""Cached reads of the pages about one or two competitors; see `dashboard.data` for their keys."""

import warnings
from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard import data
from dashboard.controls import Chosen
from dashboard.text_diff import TextDiff, word_diff
from ranking.competitor import CompetitorProfile, competitor_profile
from ranking.errors import RankingWarning
from ranking.head_to_head import HeadToHead, head_to_head
from ranking.ratings import Method, Ratings
from ranking.selection import Selection
from ranking.store import Arena


def ratings(arena: Arena, chosen: Chosen) -> Ratings:
    """Rate what the sidebar is set to, anchored as it says."""
    rated = data.ratings(arena, chosen.selection, chosen.method)
    return rated.anchored(*chosen.anchor) if chosen.anchor else rated


def profile(arena: Arena, chosen: Chosen, name: str) -> CompetitorProfile:
    """Describe one competitor among all; the result is shared, so never change it."""
    return _profile(*_key(arena, chosen), name, arena, ratings(arena, chosen))


def meeting(arena: Arena, chosen: Chosen, first: str, second: str) -> HeadToHead:
    """Compare two competitors; the result is shared, so never change it."""
    return _meeting(*_key(arena, chosen), first, second, arena, ratings(arena, chosen))


def involving(selection: Selection, name: str) -> Selection:
    """Return the selection of a competitor's comparisons."""
    return replace(selection, involving=name)


def between(selection: Selection, first: str, second: str) -> Selection:
    """Return the selection of the comparisons of two competitors."""
    return replace(selection, competitors=tuple(sorted((first, second))))


def row(arena: Arena, selection: Selection, search: str, number: int) -> pd.DataFrame:
    """Read one raw comparison, counted from 1."""
    return data.page(arena, selection, search, number - 1, 1)


@st.cache_data(max_entries=64, show_spinner=False)
def texts(first: str, second: str) -> TextDiff:
    """Compare two texts word by word."""
    return word_diff(first, second)


_Key = tuple[str, int, int, str, Selection, str, Method, tuple[str, float] | None]


def _key(arena: Arena, chosen: Chosen) -> _Key:
    identity = (str(data.store().path), arena.arena_id, arena.version, arena.name)
    return (*identity, chosen.selection, chosen.method.name, chosen.method, chosen.anchor)


@st.cache_resource(max_entries=64, show_spinner=False)
def _profile(
    path: str,
    arena_id: int,
    version: int,
    arena_name: str,
    selection: Selection,
    method_name: str,
    method: Method,
    anchor: tuple[str, float] | None,
    name: str,
    _arena: Arena,
    _ratings: Ratings,
) -> CompetitorProfile:
    with warnings.catch_warnings():  # the leaderboard shows them
        warnings.simplefilter("ignore", RankingWarning)
        return competitor_profile(data.comparisons(_arena, selection), name, ratings=_ratings)


@st.cache_resource(max_entries=64, show_spinner=False)
def _meeting(
    path: str,
    arena_id: int,
    version: int,
    arena_name: str,
    selection: Selection,
    method_name: str,
    method: Method,
    anchor: tuple[str, float] | None,
    first: str,
    second: str,
    _arena: Arena,
    _ratings: Ratings,
) -> HeadToHead:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RankingWarning)
        return head_to_head(data.comparisons(_arena, selection), first, second, ratings=_ratings)

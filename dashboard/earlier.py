"""The ratings that a session saw last: shown while others are worked out."""

import streamlit as st

from dashboard.controls import Chosen
from ranking.ratings import Ratings
from ranking.store import Arena

_SEEN = "seen_ratings"


def remember(arena: Arena, chosen: Chosen, ratings: Ratings) -> None:
    """Keep the ratings that this session now sees."""
    st.session_state[_SEEN] = (arena.arena_id, arena.version), chosen, ratings


def recall(arena: Arena) -> tuple[Chosen, Ratings] | None:
    """Return what this session saw last of an arena as it is now, and how it was chosen."""
    seen, chosen, ratings = st.session_state.get(_SEEN, (None, None, None))
    return (chosen, ratings) if seen == (arena.arena_id, arena.version) else None

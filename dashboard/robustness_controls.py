"""The sidebar and the head of the page about robustness: what is studied."""

import streamlit as st

from dashboard import controls, data
from dashboard.equilibrium_settings import pick_tasks
from dashboard.facets import Facets
from dashboard.heading import heading
from dashboard.robustness_data import Studied
from dashboard.wording import count, counted, literal
from ranking.store import Arena

_STUDIED = "studied"


def pick(arena: Arena, facets: Facets) -> None:
    """Draw what the tasks are, and the selection."""
    tasks = pick_tasks(facets)
    controls.pick_selection(arena, facets)
    st.session_state[_STUDIED] = Studied(arena, controls.selection(), **tasks)


def studied() -> Studied:
    """Return what the sidebar was set to in this run."""
    held: Studied = st.session_state[_STUDIED]
    return held


def head(studied: Studied) -> None:
    """Draw the arena's name, and what of it is studied."""
    arena, selection = studied.arena, studied.selection
    heading(arena)
    selected = data.count(arena, selection, "")
    parts = [
        f"{count(selected)} of {count(arena.comparisons)} comparisons"
        if selection
        else f"{count(arena.comparisons)} comparisons",
        counted(len(data.facets(arena).competitors), arena.noun),
    ]
    if selection:
        parts[1] += " in all"
        parts.append(f"only comparisons {selection.sentence}")
    st.caption(literal(" · ".join(parts)))

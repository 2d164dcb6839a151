"""The head of a page about one arena."""

import streamlit as st

from dashboard.wording import literal
from ranking.store import Arena


def heading(arena: Arena) -> None:
    """Draw the arena's name, and say where its evidence is simulated."""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(literal(arena.name), anchor=False, width="content")
        if arena.simulated:
            st.badge(
                "Simulated", icon=":material/science:", color="orange",
                help="Drawn from a known truth; nobody voted here.",
            )  # fmt: skip

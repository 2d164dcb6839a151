"""How charts appear: in the colours of light or dark, with or without tools."""

from collections.abc import Iterable

import streamlit as st

from dashboard.charts.palette import DARK, LIGHT, Palette

STILL = {"displayModeBar": False}
"""Of charts that need no tools."""


def palette() -> Palette:
    """Return the light or the dark palette."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def legend(entries: Iterable[str]) -> None:
    """Draw the entries of a legend, each in Markdown, in a line that wraps between them."""
    with st.container(horizontal=True, gap="small"):
        for entry in entries:
            st.markdown(f":small[{entry}]", width="content")

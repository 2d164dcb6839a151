"""What takes a view elsewhere: its link, and its result as JSON."""

import json
from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.wording import file_stem


def copy_link(**more: Any) -> None:
    """Draw a button that shows the address of this view; `more` is what no widget holds."""
    with st.popover("Copy link", icon=":material/link:"):
        st.caption("This address opens the same view.")
        address = st.context.url or ""
        st.code(state.link(address, {**st.session_state, **more}), language=None, wrap_lines=True)


def take_away(
    name: str,
    contract: Callable[[], dict[str, Any]],
    *,
    beside: Callable[[], None] | None = None,
    **more: Any,
) -> None:
    """Draw the download of a result as JSON, and the link to this view.

    Parameters
    ----------
    name : str
        Of the file, before it is made plain.
    contract : callable
        Returns the result as JSON values; called when it is downloaded.
    beside : callable, optional
        Draws further downloads between the two.
    **more
        What of the view no widget holds, as in `state.KEYS`.
    """
    with st.container(horizontal=True):
        st.download_button(
            "JSON",
            lambda: json.dumps(contract(), indent=2, ensure_ascii=False, allow_nan=False) + "\n",
            file_name=f"{file_stem(name)}.json",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
            key="download-json",
        )
        if beside is not None:
            beside()
        copy_link(**more)

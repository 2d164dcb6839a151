"""What takes a view elsewhere: its link, and its result as JSON."""

import json
from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard import state
from dashboard.wording import file_stem


def copy_link() -> None:
    """Draw a button that shows the address of this view."""
    with st.popover("Copy link", icon=":material/link:"):
        st.caption("This address opens the same view.")
        address = st.context.url or ""
        st.code(state.link(address, st.session_state), language=None, wrap_lines=True)


def take_away(name: str, contract: Callable[[], dict[str, Any]]) -> None:
    """Draw the download of a result as JSON, and the link to this view.

    Parameters
    ----------
    name : str
        Of the file, before it is made plain.
    contract : callable
        Returns the result as JSON values; called when it is downloaded.
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
        copy_link()

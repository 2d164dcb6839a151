"""Where in the tree of capabilities a session is: the node at the top, and what is open below."""

from collections.abc import Hashable, Mapping

import streamlit as st

from dashboard.wording import literal

_GO, _SEEN, _OPENED = "tree_go", "tree_of", "tree_opened"


def node(of: Hashable, places: Mapping[str, int]) -> str:
    """Return the key of the node at the top: what was clicked last, else the address's.

    It is written into the address, without being bound to a widget: a list of all nodes would be
    sent to the browser with every run.

    Parameters
    ----------
    of : hashable
        The arena and the source; in another one a node that was chosen here means nothing.
    places : mapping of str to int
        Position of each node by its key; the root is the first.

    Returns
    -------
    str
        "" for the root.
    """
    before, held = st.session_state.get(_SEEN, of), st.session_state.get("node")
    asked = st.query_params.get("node") or ""
    key: str = st.session_state.pop(_GO, asked)
    if before != of:
        st.session_state[_OPENED] = set()
        key = "" if key == (held or "") else key
    if key and key not in places:
        st.toast(
            literal(f"There is no capability {key} here; this is the whole tree."),
            icon=":material/info:",
        )
        key = ""
    if not places.get(key, 0):
        key = ""
    if key != asked:
        if key:
            st.query_params["node"] = key
        else:
            st.query_params.pop("node", None)
    st.session_state[_SEEN], st.session_state["node"] = of, key or None
    return key


def go(key: str) -> None:
    """Have the next run put a node at the top; for callbacks."""
    st.session_state[_GO] = key


def opened() -> set[str]:
    """Return the keys of the nodes that are open in the table: the set itself, to be changed."""
    held: set[str] = st.session_state.setdefault(_OPENED, set())
    return held


def turn(key: str) -> None:
    """Open a node that is closed, or close it; for callbacks."""
    opened().symmetric_difference_update({key})

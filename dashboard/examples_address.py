"""What of the page of examples the address holds without a widget: the capability and the item.

A list of all of them would be sent to the browser with every run.
"""

from collections.abc import Callable, Hashable

import streamlit as st

from dashboard.wording import literal

CHOICE = "of-choice"
"""Key of a widget of this page alone: its state is there while the page stays."""
_NEXT, _HELD = "examples_next", "examples_held"


def addressed(key: str, of: Hashable, known: Callable[[str], bool]) -> str:
    """Return a value that the address holds without a widget: what a click asked for, else that.

    Parameters
    ----------
    key : str
        Of the parameter.
    of : hashable
        What the value belongs to; of another one a value that was chosen here means nothing.
    known : callable
        Whether there is such a thing.

    Returns
    -------
    str
        Empty where there is none.
    """
    asked = st.query_params.get(key) or ""
    before = st.session_state.get(f"{_HELD}_{key}")
    value: str = st.session_state.pop(f"{_NEXT}_{key}", asked)
    # Only while the page stays: what a link from another page says is meant.
    if CHOICE in st.session_state and before is not None and before[0] != of:
        value = "" if before[1] == value else value
    if value and not known(value):
        st.toast(literal(f"{value} is not in this selection."), icon=":material/info:")
        value = ""
    if value != asked:
        if value:
            st.query_params[key] = value
        else:
            st.query_params.pop(key, None)
    st.session_state[f"{_HELD}_{key}"] = (of, value)
    return value


def go(key: str, value: str) -> None:
    """Have the next run hold a value in the address; for callbacks."""
    st.session_state[f"{_NEXT}_{key}"] = value


def open_item(item: str) -> None:
    """Have the next run show one item; for callbacks."""
    go("item", item)


def open_list(sheet: int = 1) -> None:
    """Have the next run show a page of the list; for callbacks."""
    go("item", "")
    st.session_state["sheet"] = sheet


def open_capability(key: str) -> None:
    """Have the next run list the items of a capability; for callbacks."""
    go("of", key)
    open_list()

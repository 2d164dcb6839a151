"""What the URL holds: arena, method, settings, selection and marked competitors.

Every widget named in `KEYS` is bound to the query parameter of its key: reloading or sharing the
address shows the same view. Streamlit drops a parameter whose widget has its default value, and
ignores values that are not among a widget's options.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NoReturn
from urllib.parse import urlencode

import streamlit as st

from ranking.store import Arena

KEYS: Mapping[str, Any] = {
    "arena": None,
    "method": "Bradley–Terry",
    "both_bad": True,
    "level": "95%",
    "cluster": "Automatic",
    "k": 4.0,
    "anchor": None,
    "anchor_points": 1000.0,
    "competitor": [],
    "judge": [],
    "capability": [],
    "since": None,
    "until": None,
    "where": [],
    "marked": [],
    "show": "All",
    "view": "Table",
    "part": "Comparisons",
    "search": "",
    "page": 1,
}
"""Key of each bound widget, and the value that its parameter is dropped for."""

OF_ONE_ARENA = (
    "anchor",
    "competitor",
    "judge",
    "capability",
    "since",
    "until",
    "where",
    "marked",
    "page",
)
"""What means nothing in another arena."""

_CURRENT = "current_arena"
_WANTED = "wanted_arena"
_FORGET = "forget_selection"
_SAID = "said"


def pick_arena(arenas: Sequence[Arena]) -> Arena | None:
    """Draw the arena picker and return the arena it is set to; None where there is none."""
    labels = {arena_label(arena): arena for arena in arenas}
    wanted = st.session_state.pop(_WANTED, None)
    if st.session_state.pop(_FORGET, False):
        forget_selection()
    for label, arena in labels.items():
        if arena.name == wanted:
            st.session_state["arena"] = label
    if not labels:
        st.session_state[_CURRENT] = None
        return None
    if st.session_state.get("arena", "") not in ("", *labels):  # deleted, here or elsewhere
        st.session_state["arena"] = next(iter(labels))
        forget_selection()
    asked = st.query_params.get("arena")
    if asked and asked not in labels and "arena" not in st.session_state:
        say(f"There is no arena {asked} here; this is another one.")
    picked = st.selectbox(
        "Arena", list(labels), key="arena", bind="query-params", on_change=forget_selection
    )
    st.session_state[_CURRENT] = labels.get(picked)
    return current()


def current() -> Arena | None:
    """Return the arena that the picker is set to."""
    return st.session_state.get(_CURRENT)


def go_to(name: str, *, forget: bool = True) -> None:
    """Set the picker to an arena on the next run; its selection starts afresh unless kept."""
    st.session_state[_WANTED] = name
    st.session_state[_FORGET] = forget


def open_page(page: str, arena: str | None = None) -> NoReturn:
    """Switch to another page of the dashboard, on an arena; by default the current one.

    Raises
    ------
    Always: Streamlit starts the run of the other page by it.
    """
    held = current()
    if arena is not None:
        go_to(arena)
    elif held is not None:
        go_to(held.name, forget=False)
    # Without parameters of our own, Streamlit refuses to clear those that widgets are bound to.
    st.switch_page(f"app_pages/{page}.py", query_params={})


def say(sentence: str) -> None:
    """Have the next run show a sentence in passing."""
    st.session_state[_SAID] = sentence


def said() -> str | None:
    """Return the sentence to show in passing, once."""
    return st.session_state.pop(_SAID, None)


def forget_selection() -> None:
    """Clear what belongs to one arena only; for callbacks, before the widgets are drawn."""
    for key in OF_ONE_ARENA:
        if key in st.session_state:
            st.session_state[key] = KEYS[key]


def arena_label(arena: Arena) -> str:
    """Return an arena's name, labelled where its evidence is simulated."""
    return f"{arena.name} · simulated" if arena.simulated else arena.name


def link(address: str, held: Mapping[str, Any]) -> str:
    """Return the address of the view that these widgets show.

    Parameters
    ----------
    address : str
        Of the page, without a query.
    held : mapping
        The widgets' values by key, as in the session state.
    """
    parameters = {
        key: _written(held[key])
        for key, default in KEYS.items()
        if key in held and held[key] != default and held[key] is not None
    }
    return f"{address}?{urlencode(parameters, doseq=True)}" if parameters else address


def marks_after(marked: Sequence[str], shown: Sequence[str], rows: Sequence[int]) -> list[str]:
    """Return the marked competitors after a selection of rows in a table that shows some of them.

    Those that the table does not show stay marked; the order in which they were marked stays too.
    """
    selected = {shown[row] for row in rows if row < len(shown)}
    kept = [name for name in marked if name in selected or name not in shown]
    return kept + [name for name in shown if name in selected and name not in kept]


def _written(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:g}"
    return value

"""What the URL holds: arena, method, settings, selection, and the competitors looked at.

Every widget named in `KEYS` is bound to the query parameter of its key: reloading or sharing the
address shows the same view. Streamlit drops a parameter whose widget has its default value, and
ignores values that are not among a widget's options.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, NoReturn
from urllib.parse import urlencode, urlsplit

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from dashboard.wording import literal
from ranking.store import Arena

COMPETITOR, HEAD_TO_HEAD, ROBUSTNESS = "competitor", "head-to-head", "robustness"
"""Paths of the pages that are named by what they are about."""
CAPABILITIES = "capabilities"
"""Path of the page about strengths and weaknesses by capability."""
EXAMPLES = "examples"
"""Path of the page that links to raw evidence lead to."""
KEYS: Mapping[str, Any] = {
    "arena": None,
    "method": "Bradley–Terry",
    "both_bad": True,
    "level": "95%",
    "style": False,
    "held": None,
    "ties": "Half a win",
    "cluster": "Automatic",
    "interval": "Automatic",
    "pairing": "As they were sampled",
    "prior": "Where it is needed",
    "k": 4.0,
    "tasks": "Automatic",
    "payoff": "Win rates",
    "affinity": "Exact clones",
    "shrinkage": None,
    "resamples": "200",
    "clones": [],
    "clones_2": [],
    "clones_3": [],
    "clones_4": [],
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
    "who": None,
    "aspect": "Opponents",
    "a": None,
    "b": None,
    "detail": "Comparisons",
    "by": None,
    "course": "Smoothed",
    "everyone": False,
    "find": "",
    "sheet": 1,
    "row": 1,
    "differences": True,
    "section": "Redundancy",
    "attack": "Clones",
    "target": None,
    "copies": None,
    "seen": "Bradley–Terry",
    "matrix": "Beyond ratings",
    "every": False,
    "equilibrium": "Coarse correlated equilibrium",
    "source": None,
    "question": "Itself",
    "answers": "Automatic",
    "bar": None,
    "smallest": 5,
    "smallest_score": None,
    "fdr": "5%",
    "tab": "Matrix",
    "cells": "Strength",
    "cover": "Items",
    "orders": "Together",
    "sorted": "Spread",
    "tier": 1,
    "down": 1,
    "across": 1,
    "of": None,
    "item": None,
    "against": [],
    "judged": [],
    "result": [],
    "baseline": None,
    "disagree": None,
    "first": "Speaks for it",
    "node": None,
    "beside": None,
    "seek": "",
    "found": False,
    "arrange": "As in the tree",
    "shape": "Icicle",
    "words": "",
    "levels": 2,
    "changes": None,
    "changed": "Worse",
    "inside": None,
    "by_more": 0.0,
    "alone": False,
    "reliable": False,
    "mixed": [],
    "shares": "",
    "contrast": "Capabilities",
    "stage": 1,
}
"""Key of each bound widget, and the value that its parameter is dropped for."""

OF_ONE_ARENA = (
    "tasks",
    "clones",
    "clones_2",
    "clones_3",
    "clones_4",
    "anchor",
    "competitor",
    "judge",
    "capability",
    "since",
    "until",
    "where",
    "marked",
    "page",
    "who",
    "a",
    "b",
    "by",
    "find",
    "sheet",
    "row",
    "target",
    "copies",
    "changes",
    "inside",
    "by_more",
    "against",
    "judged",
    "baseline",
    "node",
    "beside",
    "seek",
    "words",
    "levels",
    "source",
    "bar",
    "smallest_score",
    "tier",
    "down",
    "across",
    "mixed",
    "shares",
    "stage",
)
"""What means nothing in another arena."""

ASKED = ("source", "question", "answers", "bar", "smallest", "smallest_score", "fdr")
"""What is asked by capability."""

OF_ROWS = ("find", "sheet", "row")
"""What belongs to one list of raw comparisons."""

_CARRIED = "as_"
_NUMBERS: Mapping[str, Callable[[str], Any]] = {
    "bar": float, "smallest": int, "smallest_score": float,
}  # fmt: skip
_CURRENT = "current_arena"
_WANTED = "wanted_arena"
_FORGET = "forget_selection"
_SAID = "said"
_LAST = "last_"


def pick_arena(arenas: Sequence[Arena], page: StreamlitPage) -> Arena | None:
    """Draw the arena picker on a page; return the arena it is set to, None where there is none."""
    labels = {arena_label(arena): arena for arena in arenas}
    wanted = st.session_state.pop(_WANTED, None)
    if st.session_state.pop(_FORGET, False):
        forget_selection()
    if st.session_state.get("marked"):
        # Marks outlive the pages that do not draw their widget, whose state Streamlit drops.
        st.session_state["marked"] = list(st.session_state["marked"])
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
    for label, arena in labels.items():  # an address may name an arena without its label
        if arena.name == asked != label and "arena" not in st.session_state:
            held = {key: st.query_params.get_all(key) for key in st.query_params}
            st.switch_page(page, query_params={**held, "arena": label})
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


def competitor_link(name: str, label: str) -> None:
    """Draw a link to the page of one competitor, in the current view.

    Parameters
    ----------
    name : str
        The competitor.
    label : str
        What the link says, in plain text.
    """
    _link("competitor", label, ":material/person_search:", who=name)


def head_to_head_link(first: str, second: str, label: str) -> None:
    """Draw a link to the page of two competitors head to head, in the current view."""
    _link("head_to_head", label, ":material/compare_arrows:", a=first, b=second)


def examples_link(
    label: str,
    *,
    capability: str | None = None,
    who: str | None = None,
    against: str | None = None,
    item: str | None = None,
) -> None:
    """Draw a link to the raw evidence behind a number, in the current view.

    Parameters
    ----------
    label : str
        What the link says, in plain text.
    capability : str, optional
        Key of the node whose items are listed; all items where it is not given.
    who, against : str, optional
        The competitor that items speak for or against, and one of its opponents.
    item : str, optional
        An item to open, by its name.
    """
    named = {"of": capability, "who": who, "against": against, "item": item}
    values = {key: value for key, value in named.items() if value}
    _link("examples", label, ":material/find_in_page:", **values)


def _link(page: str, label: str, icon: str, **values: str) -> None:
    # The browser adds what the frame's widgets are bound to; the rest would be lost.
    kept = {
        key: st.query_params.get_all(key)
        for key in st.query_params
        if key not in st.session_state and key not in (*values, *OF_ROWS)
    }
    if page == "examples" and _is_asked_here():
        kept |= _asked()
        kept |= {f"{_CARRIED}{key}": values[key] for key in ("who",) if key in values}
    st.page_link(
        f"app_pages/{page}.py", label=literal(label), icon=icon, help="",
        query_params={**kept, **values},
    )  # fmt: skip


def _is_asked_here() -> bool:
    """Whether what is asked by capability is set on the page itself, and not in its sidebar."""
    path = urlsplit(st.context.url or "").path.rstrip("/")
    return path.rsplit("/", 1)[-1] in (COMPETITOR, HEAD_TO_HEAD)


def _asked() -> dict[str, Any]:
    held = {key: st.session_state.get(key) for key in ASKED}
    return {
        f"{_CARRIED}{key}": str(_written(value))
        for key, value in held.items()
        if value is not None and value != KEYS[key]
    }


def take_over() -> None:
    """Set what is asked to what a link carried here; before its widgets are drawn.

    The browser drops the parameters of widgets with the page that they are on, those of a link
    with them; so a link names them otherwise.
    """
    for key in (*ASKED, "who"):
        carried = st.query_params.get(f"{_CARRIED}{key}")
        if carried is None:
            continue
        del st.query_params[f"{_CARRIED}{key}"]
        with suppress(ValueError):  # what anybody may have typed
            st.session_state[key] = _NUMBERS.get(key, str)(carried)
            st.query_params[key] = carried


def marked() -> list[str]:
    """Return the marked competitors, on any page."""
    held = st.session_state.get("marked")
    return list(st.query_params.get_all("marked") if held is None else held)


def last(key: str) -> str | None:
    """Return what a choice of a competitor was in the last run."""
    return st.session_state.get(f"{_LAST}{key}")


def pick_competitor(
    label: str,
    names: Sequence[str],
    key: str,
    fallback: str,
    *,
    on_change: Callable[..., None],
    args: tuple[str, ...] = (),
    apart_from: str | None = None,
) -> str:
    """Draw the choice of one competitor and return it.

    Parameters
    ----------
    label : str
        Of the widget, for those who hear the page.
    names : sequence of str
        The competitors to choose from.
    key : str
        Of the widget and of its parameter in the address.
    fallback : str
        Chosen where nothing was, or what `names` do not hold, as after a change of the selection;
        the competitor that was looked at last goes before it.
    on_change : callable
        Called with `args` when another one is chosen.
    apart_from : str, optional
        Who is not to be fallen back to.
    """
    before = last(key)
    fallback = before if before in names and before != apart_from else fallback
    forgotten = key in st.session_state and st.session_state[key] is None
    asked = None if forgotten else st.query_params.get(key) or st.session_state.get(key)
    if asked not in names:
        if asked:
            sentence = f"{asked} has no comparisons in this selection; this is {fallback}."
            st.toast(literal(sentence), icon=":material/info:")
        asked = st.session_state[key] = fallback
    if key not in st.query_params:
        # Leaving a page takes its parameters out of the address, also for the way back.
        st.query_params[key] = st.session_state[key] = asked
    picked = st.selectbox(
        literal(label), names, index=None, key=key, required=True, bind="query-params",
        on_change=on_change, args=args, label_visibility="collapsed",
    )  # fmt: skip
    picked = picked if picked in names else fallback
    st.session_state[f"{_LAST}{key}"] = picked
    return picked


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

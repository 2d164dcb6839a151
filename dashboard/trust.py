"""Whether to trust a leaderboard, drawn: badges under the conclusion, and every check in a tab."""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.wording import literal
from ranking.diagnostics.checks import Check, State

_LOOK: dict[State, tuple[str, str]] = {
    "failed": (":material/info:", "orange"),
    "passed": (":material/check_circle:", "green"),
    "not run": (":material/do_not_disturb_on:", "gray"),
}
"""Icon and colour of each state; failed checks come first."""
_PARTS = {"data": "Comparisons", "imports": "Imports"}


def badges(checks: Sequence[Check]) -> None:
    """Draw each check that failed, and how many passed or were not run."""
    for check in checks:
        if check.state == "failed":
            _badge("failed", check.words, check.sentence)
    for state_, words in (("passed", "passed"), ("not run", "not run")):
        found = [check.words for check in checks if check.state == state_]
        if found:
            noun = "check" if len(found) == 1 else "checks"
            _badge(state_, f"{len(found)} {noun} {words}", f"{'; '.join(found)}.")


def panel(checks: Sequence[Check]) -> None:
    """Draw every check with its sentence and the way to its details, failed ones first."""
    order = list(_LOOK)
    for check in sorted(checks, key=lambda check: order.index(check.state)):
        icon, colour = _LOOK[check.state]
        words, sentence, way = st.columns([4, 9, 3], vertical_alignment="center", gap="small")
        words.markdown(f":{colour}[{icon}] **{literal(check.words)}**")
        sentence.markdown(literal(check.sentence))
        with way:
            _way(check)


def _badge(kind: State, words: str, why: str) -> None:
    icon, colour = _LOOK[kind]
    st.badge(literal(words), icon=icon, color=colour, help=literal(why))  # type: ignore[arg-type]


def _way(check: Check) -> None:
    """Draw the way to what a check rests on, where there is more to see."""
    names, link = check.about, check.link
    if check.state == "not run":
        return
    if link == "competitor" and names:
        label = f"Open {literal(names[0])}"
        _button(check, label, ":material/person_search:", _open_competitor, names[:1])
    elif link == "head_to_head" and len(names) == 2:
        _button(check, "Head to head", ":material/compare_arrows:", _open_pair, names)
    elif link == "table" and names:
        _button(check, "Show them", ":material/table_rows:", _open_table, names)
    elif link == "details":
        _button(check, "Details", ":material/arrow_forward:", _open_tab, ("Details",))
    elif link in _PARTS:
        part = _PARTS[link]
        _button(check, part, ":material/database:", _open_data, (part,))


def _button(
    check: Check, label: str, icon: str, on_click: Callable[..., None], names: tuple[str, ...]
) -> None:
    st.button(
        label, icon=icon, type="tertiary", key=f"trust-{check.name}", on_click=on_click, args=names
    )


def _open_tab(name: str) -> None:
    st.session_state["view"] = name


def _open_table(*names: str) -> None:
    st.session_state["marked"] = list(names)
    st.session_state["show"] = "Marked"
    _open_tab("Table")


def _open_competitor(name: str) -> None:
    st.switch_page("app_pages/competitor.py", query_params={"who": name})


def _open_pair(first: str, second: str) -> None:
    st.switch_page("app_pages/head_to_head.py", query_params={"a": first, "b": second})


def _open_data(part: str) -> None:
    st.switch_page("app_pages/data.py", query_params={"part": part})

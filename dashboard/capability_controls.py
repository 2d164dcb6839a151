"""The sidebar and the head of the page about capabilities: what is studied."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import capability_data, controls, data, state
from dashboard.capability_data import Studied
from dashboard.facets import Facets
from dashboard.heading import heading
from dashboard.wording import count, counted, literal
from ranking.outcomes import BothBad
from ranking.selection import Selection
from ranking.store import Arena

if TYPE_CHECKING:
    from ranking.capabilities.evidence import Values
    from ranking.capabilities.findings import Question

QUESTIONS: Mapping[str, tuple["Question", str]] = {
    "Itself": ("itself", "A · Better here than it is elsewhere?"),
    "The field": ("field", "B · Better here than the others?"),
    "A bar": ("bar", "C · Above a bar here?"),
}
"""What a competitor's results in a capability can be compared with, and the question it asks."""
ANSWERS: Mapping[str, "Values"] = {
    "Automatic": "auto",
    "Results of comparisons": "wins",
    "Scores of either side": "scores",
}
"""What a question can be answered from."""
RATES = {"1%": 0.01, "5%": 0.05, "10%": 0.1, "20%": 0.2}
"""False discovery rates."""
_SMALLEST = (
    "What is smaller is never reported, however sure; what is sure to be smaller is “no clear "
    "difference”."
)
_STUDIED = "studied_capabilities"


def pick(arena: Arena, facets: Facets) -> None:
    """Draw what capabilities come from, what is asked, and the selection."""
    state.take_over()
    source = _pick_source(arena)
    question = _pick_question(arena.noun)
    values = _pick_values(question, facets)
    scored = _is_scored(values, question, facets)
    bar = _pick_bar(scored) if question == "bar" else None
    smallest_effect = _pick_smallest_effect(scored)
    controls.pick_selection(arena, facets)
    with st.expander("More settings", icon=":material/tune:"):
        q, both_bad = _pick_rest(facets)
    st.session_state[_STUDIED] = Studied(
        arena, controls.selection(), source, question, bar, values, smallest_effect, q, both_bad
    )


def studied() -> Studied:
    """Return what the sidebar was set to in this run."""
    held: Studied = st.session_state[_STUDIED]
    return held


def as_last(arena: Arena, selection: Selection) -> Studied:
    """Return what other pages show of capabilities: as this one was set to last, else the usual."""
    held: Studied | None = st.session_state.get(_STUDIED)
    names = {each.name for each in capability_data.sources(arena)}
    if held is not None and held.arena.arena_id == arena.arena_id and held.source in names:
        return Studied(**{**vars(held), "arena": arena, "selection": selection})
    usual = capability_data.usual(arena)
    return Studied(arena, selection, usual.name if usual else "")


def pick_asked(studied: Studied, facets: Facets, both_bad: BothBad) -> Studied:
    """Draw what is asked by capability outside of the sidebar, and return it with its source.

    The widgets are those of the sidebar of the page about capabilities, so that an address means
    the same on each page; what was set there last is what they begin with.

    Parameters
    ----------
    studied : Studied
        Where capabilities come from, and what was asked last.
    facets : Facets
    both_bad : {"tie", "drop"}
        What the page counts both-bad as.
    """
    for key, value in _asked(studied, facets).items():
        if key not in st.session_state and key not in st.query_params:
            st.session_state[key] = value
    with st.popover("What is asked", icon=":material/tune:"):
        question = _pick_question(studied.arena.noun)
        values = _pick_values(question, facets)
        scored = _is_scored(values, question, facets)
        bar = _pick_bar(scored) if question == "bar" else None
        smallest_effect = _pick_smallest_effect(scored)
        q = _pick_rate()
    return replace(
        studied, question=question, bar=bar, values=values, smallest_effect=smallest_effect, q=q,
        both_bad=both_bad,
    )  # fmt: skip


def _asked(studied: Studied, facets: Facets) -> dict[str, Any]:
    """Return what the widgets hold where they ask the same, by key; only what is not usual."""
    scored = _is_scored(studied.values, studied.question, facets)
    smallest = studied.smallest_effect
    held = {
        "question": next(
            title for title, (each, _) in QUESTIONS.items() if each == studied.question
        ),
        "answers": next(title for title, each in ANSWERS.items() if each == studied.values),
        "bar": studied.bar,
        "smallest_score": smallest if scored else None,
        "smallest": 5 if scored or smallest is None else round(smallest),
        "fdr": next((title for title, each in RATES.items() if each == studied.q), "5%"),
    }
    return {key: value for key, value in held.items() if value != state.KEYS[key]}


def _is_scored(values: "Values", question: "Question", facets: Facets) -> bool:
    return values == "scores" or (values == "auto" and question == "bar" and facets.has_scores)


def head(studied: Studied) -> None:
    """Draw the arena's name, and what of it is studied."""
    arena, selection = studied.arena, studied.selection
    heading(arena)
    facets = data.facets(arena)
    selected = data.count(arena, selection, "")
    parts = [
        f"{count(selected)} of {count(arena.comparisons)} comparisons"
        if selection
        else f"{count(arena.comparisons)} comparisons",
        counted(len(facets.competitors), arena.noun) + (" in all" if selection else ""),
    ]
    source = next(
        (each for each in capability_data.sources(arena) if each.name == studied.source), None
    )
    if source is not None:
        named = {"tags": "capabilities of the log", "field": f"by {source.name}"}
        parts.append(named.get(source.kind, f"taxonomy {source.title}"))
    if selection:
        parts.append(f"only comparisons {selection.sentence}")
    st.caption(literal(" · ".join(parts)))


def _pick_source(arena: Arena) -> str:
    """Draw the choice of what capabilities come from, and return its name; "" without any."""
    sources = {each.title: each for each in capability_data.sources(arena)}
    if not sources:
        st.session_state.pop("source", None)
        return ""
    usual = capability_data.usual(arena)
    if st.session_state.get("source", "") not in ("", *sources):  # of another arena, or deleted
        st.session_state["source"] = usual.title if usual else None
    picked = st.selectbox(
        "Capabilities from", list(sources), key="source", bind="query-params",
        index=list(sources).index(usual.title) if usual else None, placeholder="Choose a field",
        help="The tags that the log came with, a taxonomy that was imported or proposed (tab "
        "Taxonomy), or a field, each value of which is a capability.",
    )  # fmt: skip
    chosen = sources.get(picked, usual)
    return chosen.name if chosen else ""


def _pick_question(noun: str) -> "Question":
    picked = st.radio(
        f"Compare each {literal(noun)} with", list(QUESTIONS), key="question",
        bind="query-params", captions=[asked for _, asked in QUESTIONS.values()],
    )  # fmt: skip
    return QUESTIONS.get(picked, QUESTIONS["Itself"])[0]


def _pick_values(question: "Question", facets: Facets) -> "Values":
    """Draw what the question is answered from, where the log has a choice."""
    if not facets.has_scores or question == "field":
        return "auto"
    picked = st.selectbox(
        "Answered from", list(ANSWERS), key="answers", bind="query-params",
        help="Automatic: scores for a bar, results of comparisons otherwise.",
    )  # fmt: skip
    return ANSWERS.get(picked, "auto")


def _pick_bar(scored: bool) -> float | None:
    """Draw the choice of the bar: a score, or a win rate."""
    return st.number_input(
        "Bar", None if scored else 0.0, None if scored else 1.0, None, step=0.05, format="%g",
        key="bar", bind="query-params", placeholder="The mean of all",
        help="A score, on its own scale." if scored else "A win rate, from 0 to 1.",
    )  # fmt: skip


def _pick_smallest_effect(scored: bool) -> float | None:
    """Draw the choice of the smallest effect of interest, in the unit that effects have."""
    if scored:
        return st.number_input(
            "Smallest effect of interest", 0.0, None, None, format="%g", key="smallest_score",
            bind="query-params", placeholder="5% of the range of scores", help=_SMALLEST
            + " In percentage points where scores lie between 0 and 1, else in points of the "
            "score.",
        )  # fmt: skip
    return float(
        st.slider(
            "Smallest effect of interest", 0, 20, 5, key="smallest", bind="query-params",
            format="%d points", help=_SMALLEST + " In percentage points of the win rate.",
        )
    )  # fmt: skip


def _pick_rest(facets: Facets) -> tuple[float, BothBad]:
    """Draw the false discovery rate, and what both-bad counts as."""
    rate = _pick_rate()
    if not facets.both_bad:
        return rate, "tie"
    as_tie = st.toggle(
        "Count both-bad as a tie", value=True, key="both_bad", bind="query-params",
        help=f"{count(facets.both_bad)} comparisons found both sides bad.",
    )  # fmt: skip
    return rate, "tie" if as_tie else "drop"


def _pick_rate() -> float:
    picked = st.selectbox(
        "False discovery rate", list(RATES), index=1, key="fdr", bind="query-params",
        help="How many of the confirmed findings may be none, on average.",
    )  # fmt: skip
    return RATES.get(picked, 0.05)


def offer(studied: Studied, conclusion: DeltaGenerator) -> None:
    """Say that there are no capabilities yet, and offer the ways to some."""
    st.query_params.pop("node", None)  # of another arena
    fields = capability_data.sources(studied.arena)
    conclusion.header("There are no capabilities here yet.", anchor=False)
    st.markdown(
        "A capability is a set of items that belong together: a subject, a skill, a kind of task. "
        "There are three ways to some."
    )
    st.markdown(
        "- **Import a taxonomy** from its own file, or have one **proposed** from the texts of the "
        "items, in the tab Taxonomy.\n"
        "- **Import the log again** with a column of capabilities: a path such as `coding/sql`, "
        "several columns, or a list.\n"
        "- **Choose a field**, each value of which is a capability"
        + ("." if fields else "; the log has none with few enough values.")
    )
    with st.container(horizontal=True):
        st.button(
            "Import or propose", icon=":material/account_tree:", type="primary",
            key="to-taxonomy", on_click=_to_taxonomy,
        )  # fmt: skip
        for each in fields:
            st.button(
                literal(f"By {each.name}"), key=f"by-{each.name}", on_click=_by, args=(each.title,)
            )


def _to_taxonomy() -> None:
    st.session_state["tab"] = "Taxonomy"


def _by(title: str) -> None:
    st.session_state["source"] = title

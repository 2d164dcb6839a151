"""The health of the evidence by capability: coverage, biases, and what repeats."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import capability_data, health_data, repeats_view, sharing, tree_state
from dashboard.appearance import STILL, legend, palette
from dashboard.capability_data import Studied
from dashboard.charts.labels import column_width
from dashboard.charts.node_health import (
    MEASURES,
    PICTURE_HEIGHT,
    PICTURE_WIDTH,
    coverage,
    reach,
    table,
)
from dashboard.robustness_view import NARROWEST
from dashboard.wording import counted, literal
from ranking.capabilities.findings import TESTED_ITEMS
from ranking.capabilities.health_report import as_dict, sentences
from ranking.wording import number, plural

if TYPE_CHECKING:
    from ranking.capabilities.health import CapabilityHealth
    from ranking.capabilities.node_bias import NodeBias
    from ranking.taxonomies.taxonomy import Taxonomy

MOST_DOWN, MOST_ACROSS = 40, 24
"""Rows and columns that are drawn at once."""
REPEATS = "Repeats"
"""What is shown in place of coverage: non-determinism."""
_BIASES = {"first": "Shown first", "longer": "Longer"}
_WHOLE = 12  # rows up to which the table is not scrolled


def draw(studied: Studied, conclusion: DeltaGenerator) -> None:
    """Draw what the evidence is worth, capability by capability."""
    evidence = capability_data.evidence(studied)
    under = _opened(studied, evidence.taxonomy)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        depth = _level(studied, under)
        measure = st.segmented_control(
            "Show", [*MEASURES, REPEATS], default="Items", required=True, key="cover",
            bind="query-params", help="Items: distinct ones. Verdicts: every order, judge and "
            "repeat counts. Worth: how many independent comparisons that is. Repeats: how often "
            "the same question got another answer.",
        )  # fmt: skip
        if under:
            st.button("All capabilities", key="health-all", on_click=tree_state.go, args=("",))
    nodes = _nodes(evidence.taxonomy, under, depth)
    if measure == REPEATS:
        keys = [evidence.taxonomy.keys[at] for at in nodes]
        repeats_view.draw(studied, conclusion, under=under, depth=depth, keys=keys)
        return
    found = health_data.health(studied)
    first, *others = sentences(found, np.array(nodes))
    conclusion.header(literal(first), anchor=False)
    conclusion.markdown("\n".join(f"- {literal(sentence)}" for sentence in others))
    _coverage(studied, found, nodes, measure or "Items")
    _table(studied, found, nodes)
    sharing.take_away(
        f"{studied.arena.name} health", lambda: as_dict(found, under=under, depth=depth)
    )


def _opened(studied: Studied, taxonomy: "Taxonomy") -> str:
    """Return the key of the node that is opened on any of the tabs, or of the one above a leaf."""
    places = {key: at for at, key in enumerate(taxonomy.keys)}
    at = places.get(tree_state.node((studied.arena.arena_id, studied.source), places), 0)
    while at > 0 and not len(taxonomy.children[at]):
        at = int(taxonomy.parent[at])
    if at <= 0:
        return ""
    st.caption(literal(f"Below {taxonomy.names[at]}"))
    return taxonomy.keys[at]


def _level(studied: Studied, under: str) -> int:
    sizes = capability_data.levels(studied, under=under)
    options = list(range(1, len(sizes) + 1))
    if st.session_state.get("tier", 1) not in options:
        st.session_state["tier"] = 1
    if len(options) < 2:
        return 1
    return (
        st.selectbox(
            "Level", options, key="tier", bind="query-params", width=90,
            help="; ".join(f"{at}: {counted(n, 'capability')}" for at, n in enumerate(sizes, 1)),
        )
        or 1
    )  # fmt: skip


def _nodes(taxonomy: "Taxonomy", under: str, depth: int) -> list[int]:
    """Return the nodes of the level, those with most items first."""
    from ranking.taxonomies.levels import level_below

    nodes = level_below(taxonomy, under, depth)
    order = np.argsort(-taxonomy.sizes[nodes], kind="stable")
    return [int(at) for at in nodes[order]]


def _coverage(
    studied: Studied, found: "CapabilityHealth", nodes: Sequence[int], measure: str
) -> None:
    noun = studied.arena.noun
    st.subheader(f"{measure} of each {literal(noun)}", anchor=False)
    people = np.argsort(-found.items[0], kind="stable").tolist()
    slot = st.container()
    down, across = _page("down", nodes, MOST_DOWN), _page("across", people, MOST_ACROSS)
    figure = coverage(found, measure, nodes=down, competitors=across, palette=palette())
    with slot:
        with st.grid(1, min_column_width=NARROWEST, wrap=False):
            st.plotly_chart(
                figure, key="coverage", config=STILL,
                alt=f"{measure} of {counted(len(across), noun)} in "
                f"{counted(len(down), 'capability')}; the table and the download have all",
            )  # fmt: skip
        legend([f"The colour turns at {TESTED_ITEMS}: with fewer items nothing is tested"])


def _table(studied: Studied, found: "CapabilityHealth", nodes: Sequence[int]) -> None:
    st.subheader("Every capability", anchor=False)
    frame = table(found, nodes, palette=palette())
    unknown = [name for name in (*_BIASES, "agree") if frame[name].isna().all()]
    unknown += [f"{name}_picture" for name in _BIASES if name in unknown]
    unknown += [] if frame["repeated"].any() else ["repeated"]
    unknown += ["fewest"] if (frame["fewest"] == frame["items"]).all() else []
    st.dataframe(
        frame.drop(columns=unknown),
        key="health",
        hide_index=True,
        height="content" if len(frame) <= _WHOLE else 460,
        row_height=PICTURE_HEIGHT + 8,
        placeholder="–",
        alt=f"Coverage and biases of {counted(len(frame), 'capability')}",
        column_config=_columns(studied.arena.noun, found, nodes)
        | {"capability": _names(frame["capability"])},
    )
    known = [title for name, title in _BIASES.items() if name not in unknown]
    if known:
        legend(
            [
                f"{' and '.join(known)}: percentage points gained beyond who is better",
                "The band is what is too small to matter; what is beyond it and beyond chance has "
                "colour",
            ]
        )


def _columns(noun: str, found: "CapabilityHealth", nodes: Sequence[int]) -> dict[str, Any]:
    """Return how the columns of the table are shown."""
    column, one = st.column_config, literal(noun)
    longer = f"{number(found.length_deviation)} {literal(found.length_by)}"
    return {
        "items": column.NumberColumn("Items", format="localized", width=70),
        "fewest": column.NumberColumn(
            "Fewest", format="localized", width=75, help=f"Items of the {one} that has fewest."
        ),
        "worth": column.NumberColumn(
            "Worth", format="localized", width=75,
            help=f"Independent comparisons of the {one} that has fewest: repeated verdicts count "
            "for less the more they agree.",
        ),
        "groups": column.NumberColumn(
            "Groups", width=75,
            help=f"Groups of {literal(plural(noun))} that never met here; 1 is good.",
        ),
        "first": column.NumberColumn(
            "Shown first", format="%+.1f", width=100,
            help="Percentage points that whatever is shown first gains.",
        ),
        "first_picture": _pictures(found, found.position, nodes),
        "agree": column.NumberColumn(
            "Orders agree", format="%.0f%%", width=105,
            help="Share of items judged in both orders in which both prefer the same side.",
        ),
        "longer": column.NumberColumn(
            "Longer", format="%+.1f", width=75,
            help=f"Percentage points that a response gains which is longer by {longer}.",
        ),
        "longer_picture": _pictures(found, found.length, nodes),
        "repeated": column.NumberColumn(
            "Repeats", format="localized", width=80, help="Items whose text another one has too."
        ),
    }  # fmt: skip


def _names(names: Iterable[str]) -> Any:
    """Return the column of names: as wide as the longest, within reason."""
    width = column_width(names)
    return st.column_config.TextColumn("Capability", width=width, pinned=width < 200)


def _pictures(found: "CapabilityHealth", which: "NodeBias", nodes: Sequence[int]) -> Any:
    limit = number(100 * reach(found, which, nodes))
    return st.column_config.ImageColumn(f"−{limit} to +{limit} points", width=PICTURE_WIDTH + 18)


def _page(key: str, whole: Sequence[int], most: int) -> list[int]:
    """Return those of a page; where there are several, draw the choice of one."""
    pages = -(-len(whole) // most)
    if pages < 2:
        return list(whole)
    with st.container(horizontal_alignment="center"):
        number = st.pagination(pages, key=key, bind="query-params")
    start = (min(number, pages) - 1) * most
    return list(whole[start : start + most])

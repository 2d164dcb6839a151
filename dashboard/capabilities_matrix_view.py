"""The capability matrix: every competitor in every capability of a level."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import capability_data, sharing, state, tree_state
from dashboard.appearance import STILL, legend, palette
from dashboard.capabilities_profile_view import CELL, known_of
from dashboard.capability_data import Studied
from dashboard.capability_names import measured
from dashboard.charts.capability_matrix import matrix_figure, named
from dashboard.charts.capability_shades import (
    FEWEST,
    LIKELY,
    MEASURES,
    NO_DIFFERENCE,
    UNTOLD,
    Shades,
)
from dashboard.robustness_view import NARROWEST
from dashboard.wording import counted, file_stem, literal

if TYPE_CHECKING:
    from ranking.capabilities.matrix import CapabilityMatrix
    from ranking.capabilities.mix_ratings import NodeRanks
    from ranking.taxonomies.taxonomy import Taxonomy

MOST_DOWN, MOST_ACROSS = 40, 24
"""Rows and columns that are drawn at once."""
_LONG = 24  # letters of a capability beyond which it is better read as a row
_FEW = 12  # competitors that may be columns, however few the capabilities
_CLICKS = "matrix_clicks"
SORTED: Mapping[str, "Callable[[CapabilityMatrix], np.ndarray]"] = {
    "Spread": lambda matrix: -matrix.spread,
    "Items": lambda matrix: -matrix.node_items,
    "Name": lambda matrix: np.array([name.casefold() for name in matrix.names]),
    "Taxonomy": lambda matrix: np.arange(len(matrix.keys)),
}
"""What capabilities can be sorted by: largest differences, most items, name, or as they come."""


def draw(studied: Studied, conclusion: DeltaGenerator) -> None:
    """Draw the matrix, and what is known of one competitor under it."""
    held = capability_data.evidence(studied)
    under = _opened(studied, held.taxonomy)
    _way_back(held.taxonomy, under)
    settings = st.container(horizontal=True, vertical_alignment="bottom")
    with settings:
        measure, order, depth = _settings(studied, under)
    matrix = capability_data.matrix(studied, under=under, depth=depth)
    with settings:
        _open(matrix)
    first, rest = matrix.sentences
    conclusion.header(literal(first), anchor=False)
    if rest:
        conclusion.markdown(literal(rest))
    for note in held.notes:
        conclusion.caption(literal(note))
    ranks = None
    if measure == "Rank":
        ranks = capability_data.ranks(studied, under=under, depth=depth)
    _cells(studied, matrix, MEASURES[measure](matrix, ranks), measure, SORTED[order](matrix))
    known_of(studied, matrix)
    _take_away(studied, matrix, ranks)


def _opened(studied: Studied, taxonomy: "Taxonomy") -> str:
    """Return the key of the node that is opened, here or in the tree; "" for all.

    A node without any below it stands for the one above.
    """
    places = {key: at for at, key in enumerate(taxonomy.keys)}
    at = places.get(tree_state.node((studied.arena.arena_id, studied.source), places), 0)
    while at > 0 and not len(taxonomy.children[at]):
        at = int(taxonomy.parent[at])
    return taxonomy.keys[at] if at > 0 else ""


def _go(key: str) -> None:
    """Open a node on the next run, at its first level and page."""
    tree_state.go(key)
    for paged in ("tier", "down", "across"):
        st.session_state[paged] = state.KEYS[paged]


def _settings(studied: Studied, under: str) -> tuple[str, str, int]:
    """Draw what cells show, the order of capabilities, and their level."""
    measure = st.segmented_control(
        "Cells show", list(MEASURES), default="Strength", required=True, key="cells",
        bind="query-params",
    )  # fmt: skip
    order = st.selectbox(
        "Sorted by", list(SORTED), key="sorted", bind="query-params", width=140,
        help="Spread: the capabilities in which competitors differ most come first.",
    )  # fmt: skip
    sizes = capability_data.levels(studied, under=under)
    depth = 1
    if len(sizes) > 1:
        options = list(range(1, len(sizes) + 1))
        if st.session_state.get("tier", 1) not in options:
            st.session_state["tier"] = 1
        depth = st.selectbox(
            "Level", options, key="tier", bind="query-params", width=90,
            help="; ".join(f"{at}: {counted(n, 'capability')}" for at, n in enumerate(sizes, 1)),
        )  # fmt: skip
    return measure or "Strength", order if order in SORTED else "Spread", depth or 1


def _way_back(taxonomy: "Taxonomy", under: str) -> None:
    """Draw the nodes above the one that is opened."""
    if not under:
        return
    at = taxonomy.position(under)
    above = []
    while at > 0:
        above.append(at)
        at = int(taxonomy.parent[at])
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        st.button("All capabilities", type="tertiary", key="under-all", on_click=_go, args=("",))
        for node in reversed(above):
            name, key = literal(taxonomy.names[node].removesuffix(".")), taxonomy.keys[node]
            if key == under:
                st.markdown(f"› **{name}**", width="content")
            else:
                st.button(
                    f"› {name}", type="tertiary", key=f"under-{node}", on_click=_go, args=(key,)
                )


def _open(matrix: "CapabilityMatrix") -> None:
    """Draw the choice of a capability to look into: what a click on a cell does, too."""
    inner = {
        f"{named(matrix, at)} · {below:,} confirmed below": matrix.keys[at]
        for at, below in enumerate(matrix.confirmed_below.tolist())
        if matrix.drills[at]
    }
    if not inner:
        return

    def go() -> None:
        if chosen := st.session_state.get("open-capability"):
            _go(inner[chosen])
            st.session_state["open-capability"] = None

    st.selectbox(
        "Open a capability", list(inner), index=None, key="open-capability", on_change=go,
        placeholder="Or click on a cell", width=200,
    )  # fmt: skip


def _cells(
    studied: Studied, matrix: "CapabilityMatrix", shades: Shades, measure: str, places: np.ndarray
) -> None:
    """Draw the figure, what its marks mean, and the pages of what does not fit on one."""
    nodes = np.argsort(places, kind="stable").tolist()
    people = list(range(len(matrix.competitors)))
    across = _across(matrix)
    figure_at = st.container()
    down, right = (people, nodes) if across else (nodes, people)
    down = _page("down", down, MOST_DOWN)
    right = _page("across", right, MOST_ACROSS)
    people, nodes = (down, right) if across else (right, down)
    figure = matrix_figure(
        matrix, shades, competitors=people, capabilities=nodes,
        across=across, palette=palette(),
    )  # fmt: skip
    key = f"matrix-{st.session_state.setdefault(_CLICKS, 0)}"

    def clicked() -> None:
        points = st.session_state[key].selection.points
        if points:
            _clicked(matrix, points[0]["customdata"])

    with figure_at:
        with st.grid(1, min_column_width=NARROWEST, wrap=False):
            st.plotly_chart(
                figure, key=key, config=STILL, on_select=clicked, selection_mode="points",
                alt=f"{measure} of {counted(len(people), studied.arena.noun)} in "
                f"{counted(len(nodes), 'capability')}; the downloads have every cell",
            )  # fmt: skip
        _legend(matrix, shades, measure)


def _clicked(matrix: "CapabilityMatrix", data: Sequence[int]) -> None:
    """Look at the competitor of a cell, and into its capability if there is anything below it."""
    k, at = int(data[0]), int(data[1])
    st.session_state[_CLICKS] += 1  # a chart of its own: nothing in it is selected
    st.session_state["who"] = matrix.competitors[k]
    st.session_state[CELL] = matrix.keys[at]
    if matrix.drills[at]:
        _go(matrix.keys[at])


def _across(matrix: "CapabilityMatrix") -> bool:
    """Whether capabilities are columns: short names, and no more of them than competitors."""
    m, n = matrix.verdict.shape
    longest = max((len(name) for name in matrix.names), default=0)
    return n <= m and (longest <= _LONG or m > _FEW)


def _page(key: str, whole: list[int], most: int) -> list[int]:
    """Return those of a page; where there are several, draw the choice of one."""
    pages = -(-len(whole) // most)
    if pages < 2:
        return whole
    with st.container(horizontal_alignment="center"):
        number = st.pagination(pages, key=key, bind="query-params")
    start = (min(number, pages) - 1) * most
    return whole[start : start + most]


def _legend(matrix: "CapabilityMatrix", shades: Shades, measure: str) -> None:
    """Say what numbers, marks and hatching mean, of those that there are."""
    enough = matrix.items >= FEWEST
    marks = set(shades.text[enough].ravel().tolist())
    entries = []
    if measure == "Strength":
        if (matrix.verdict == "confirmed").any():
            unit = measured(matrix.settings, matrix.unit)
            entries.append(f"**+12**\u2002confirmed, in {unit}, as shrunk")
        if marks & set(LIKELY):
            entries.append(f"{' '.join(LIKELY)}\u2002likely")
        if NO_DIFFERENCE in marks:
            entries.append(f"**{NO_DIFFERENCE}**\u2002no clear difference")
        if UNTOLD in marks:
            entries.append(f"**{UNTOLD}**\u2002not enough data; the paler, the less sure")
    if measure == "Rank":
        entries = ["**2–5**\u2002ranks that are possible: the more, the paler"]
    if not enough.all():
        entries.append(f":material/texture:\u2002fewer than {FEWEST} items")
    legend(entries)


def _take_away(studied: Studied, matrix: "CapabilityMatrix", ranks: "NodeRanks | None") -> None:
    from ranking.capabilities.matrix import as_csv, as_dict

    name = f"{studied.arena.name} capabilities"
    with st.container(horizontal=True):
        st.download_button(
            "CSV", lambda: as_csv(matrix, ranks), file_name=f"{file_stem(name)}.csv",
            mime="text/csv", icon=":material/download:", on_click="ignore", key="download-csv",
        )  # fmt: skip
        sharing.take_away(name, lambda: as_dict(matrix, ranks))

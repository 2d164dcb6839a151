"""The tree of capabilities: areas to open by clicking, and the same branch as an indented table."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import capability_data, sharing, state, tree_state
from dashboard.appearance import STILL, legend, palette
from dashboard.branch_columns import columns, letters, name_width
from dashboard.capability_data import Studied
from dashboard.capability_names import measured
from dashboard.charts.branch_pictures import reach
from dashboard.charts.branch_table import branch_table, row_height
from dashboard.charts.capability_tree import LEVELS, MOST_TILES, Shape, shown_title, tree_chart
from dashboard.wording import counted, literal
from ranking.capabilities.branch import Branch, Order, branch_of
from ranking.capabilities.branch_report import as_dict
from ranking.wording import number

if TYPE_CHECKING:
    from pandas.io.formats.style import Styler

    from ranking.capabilities.evidence import CapabilityEvidence
    from ranking.capabilities.findings import Findings

SHAPES: tuple[Shape, ...] = ("Icicle", "Treemap", "Sunburst")
ORDERS: dict[str, Order] = {
    "As in the tree": "tree",
    "Most items": "items",
    "Largest effect": "effect",
    "Largest difference": "difference",
}
"""What siblings are sorted by; the last one takes two competitors."""
MOST_ROWS = 200
"""Rows of the table: more are searched for, or opened branch by branch."""
_ONLY, _EXAMPLES = ":material/zoom_in:", ":material/find_in_page:"
_LONGEST_STEP = 48  # letters of a step of the trail; its whole name is one hover away
_TALLEST = 720  # pixels of the table, which scrolls in itself beyond
_NARROWEST = 760  # pixels of the figures, which are scrolled on a phone
_HEAD = 38  # pixels of the table's head


def draw(studied: Studied, conclusion: DeltaGenerator) -> None:
    """Draw a branch of the tree for one or two competitors."""
    evidence = capability_data.evidence(studied)
    found = capability_data.findings(studied)
    if len(found.taxonomy) < 2:
        conclusion.header("There are no capabilities here yet.", anchor=False)
        return
    who = _pick_competitors(evidence, studied.arena.noun)
    places = {key: at for at, key in enumerate(found.taxonomy.keys)}
    top = tree_state.node((studied.arena.arena_id, studied.source), places)
    shape, order, search, only_found = _pick_view(len(who))

    def laid_out(**how: object) -> Branch:
        return branch_of(
            evidence,
            found,
            who,
            under=top,
            values=studied.values,
            **how,  # type: ignore[arg-type]
        )

    rows = laid_out(
        search=search, verdicts=("confirmed", "likely") if only_found else (), order=order,
        opened=tree_state.opened() & places.keys(), most=MOST_ROWS,
    )  # fmt: skip
    _conclude(conclusion, rows)
    _trail(rows, found)
    filtered = bool(search.strip() or only_found)
    if not filtered:
        _charts(laid_out(depth=LEVELS[shape], order="items", most=MOST_TILES, custom=False), shape)
    _table(rows, filtered=filtered)
    sharing.take_away(f"{studied.arena.name} tree", lambda: as_dict(rows))


def _pick_competitors(evidence: "CapabilityEvidence", noun: str) -> tuple[str, ...]:
    """Draw the choice of one competitor, and of another one beside it."""
    names = [evidence.competitors[at] for at in (-evidence.overall).argsort(kind="stable")]
    left, right = st.columns(2)
    with left:
        one = state.pick_competitor(
            noun.capitalize(), names, "who", names[0], on_change=lambda: None
        )
    others = [name for name in names if name != one]
    if st.session_state.get("beside") not in (None, *others):
        st.session_state["beside"] = None
    with right:
        other = st.selectbox(
            f"Another {literal(noun)} beside it", others, index=None, key="beside",
            bind="query-params", placeholder=f"Beside another {noun}",
            label_visibility="collapsed",
        )  # fmt: skip
    return (one, other) if other in others else (one,)


def _pick_view(competitors: int) -> tuple[Shape, Order, str, bool]:
    """Draw how the branch is shown: the figure's shape, the order of rows, and a search."""
    titles = [title for title, order in ORDERS.items() if order != "difference" or competitors > 1]
    if st.session_state.get("arrange") not in (None, *titles):
        st.session_state["arrange"] = titles[0]
    with st.container(horizontal=True, vertical_alignment="center"):
        search = st.text_input(
            "Search capabilities", key="seek", bind="query-params", type="search", live="300ms",
            placeholder="Search capabilities", label_visibility="collapsed", width=260,
        )  # fmt: skip
        only = st.toggle(
            "Only findings", key="found", bind="query-params",
            help="Only what is confirmed or likely, and what leads to it.",
        )  # fmt: skip
        arranged = st.selectbox(
            "Order", titles, key="arrange", bind="query-params", label_visibility="collapsed",
            width=180,
        )  # fmt: skip
        shape = st.segmented_control(
            "Figure", SHAPES, default=SHAPES[0], required=True, key="shape", bind="query-params",
            label_visibility="collapsed",
        )  # fmt: skip
    return shape if shape in SHAPES else SHAPES[0], ORDERS.get(arranged, "tree"), search, only


def _conclude(conclusion: DeltaGenerator, rows: Branch) -> None:
    first, *others = rows.sentences
    conclusion.header(literal(first), anchor=False)
    if others:
        conclusion.markdown(literal(" ".join(others)))


def _trail(rows: Branch, found: "Findings") -> None:
    """Draw the way from the root to the top, each step a button, and the top's whole name."""
    taxonomy = found.taxonomy
    titles = [shown_title(key, taxonomy.names[taxonomy.position(key)]) for key in rows.trail]
    if len(titles) == 1:
        return
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        for at, (key, title) in enumerate(zip(rows.trail[:-1], titles, strict=False)):
            short = title if len(title) <= _LONGEST_STEP else f"{title[:_LONGEST_STEP].rstrip()}…"
            st.button(
                literal(short if at else "All capabilities"), key=f"tree-step-{at}",
                type="tertiary", help=literal(title), on_click=tree_state.go, args=(key,),
            )  # fmt: skip
            st.markdown(":material/chevron_right:", width="content")
    st.subheader(literal(titles[-1]), anchor=False)


def _charts(drawn: Branch, shape: Shape) -> None:
    """Draw a figure for each competitor; a click in one opens the branch in both."""
    taxonomy = drawn.evidence.taxonomy
    if len(drawn) < 2:
        return

    def click(key: str) -> None:
        points = st.session_state[key].selection.points
        node = str(points[0].get("id", "")) if points else ""
        if not node.isdecimal() or int(node) >= len(taxonomy):
            return
        at = int(node)
        if at == drawn.rows.nodes[0]:  # the area that holds all others leads up
            at = max(int(taxonomy.parent[at]), 0)
        tree_state.go(taxonomy.keys[at])

    narrow = len(drawn.competitors) > 1
    place = st.grid(
        len(drawn.competitors), min_column_width=_NARROWEST // len(drawn.competitors), wrap=False
    )  # fmt: skip
    for at, name in enumerate(drawn.competitors):
        # Another key for each branch: the browser forgets the click, and starts anew.
        key = f"tree-{shape}-{at}-{drawn.rows.nodes[0]}"
        with place, st.container():
            if narrow:
                st.markdown(f"**{literal(name)}**")
            st.plotly_chart(
                tree_chart(drawn, at, shape, palette=palette(), narrow=narrow),
                key=key, on_select=lambda key=key: click(key), selection_mode="points",
                config=STILL, alt=f"Strengths and weaknesses of {name} by capability",
            )  # fmt: skip
    _explain(drawn)


def _explain(drawn: Branch) -> None:
    """Say what numbers, colours and hatching of the figures mean, of those that there are."""
    few = drawn.items[1:] < drawn.settings.fewest
    said = []
    if (drawn.verdict == "confirmed").any():
        said.append(f"**+12**\u2002confirmed, in {measured(drawn.settings, drawn.unit.name)}")
    said.append("the paler, the smaller or less sure")
    if few.any():
        said.append(f":material/texture:\u2002fewer than {drawn.settings.fewest} items")
    legend(said)


def _table(rows: Branch, *, filtered: bool) -> None:
    """Draw the rows, each with what is behind it and the way to open it."""
    if filtered and not rows.rows.hit.any():
        st.info("Nothing here fits the search.", icon=":material/search_off:")
        return
    width, limit = name_width(rows, opens=not filtered), reach(rows)
    high = row_height(rows, letters(width))
    frame = branch_table(rows, high=high, palette=palette(), limit=limit)
    if filtered:
        frame = frame.drop(columns="open")
    menu = {f"{_EXAMPLES} {literal(name)}": name for name in rows.competitors}
    place = list(frame).index("name") + 1
    alone = [_ONLY if at and below else "" for at, below in enumerate(rows.rows.children)]
    frame.insert(place, "only", alone)
    frame.insert(place, "examples", [[*menu] if len(menu) > 1 else _EXAMPLES] * len(rows))

    def turn() -> None:
        row = st.session_state["tree-open"].row
        if row:  # the top stays open
            tree_state.turn(rows.keys[row])

    def only() -> None:
        tree_state.go(rows.keys[st.session_state["tree-only"].row])

    def examples() -> None:
        click = st.session_state["tree-examples"]
        # Bound to a widget: Streamlit takes it from there, and refuses it as a parameter.
        st.session_state["who"] = menu.get(click.label, rows.competitors[0])
        st.switch_page("app_pages/examples.py", query_params={"of": rows.keys[click.row]})

    st.container(key="tree-rows").dataframe(
        _quiet(frame, rows) if filtered else frame,
        column_config=columns(
            rows, width=width, limit=limit, turn=turn, only=only, examples=examples
        ),
        hide_index=True,
        height="content" if high * len(rows) + _HEAD <= _TALLEST else _TALLEST,
        row_height=high,
        placeholder="",
        alt=f"Strengths and weaknesses of {' and '.join(rows.competitors)} by capability",
    )
    _legend(rows)


def _quiet(frame: pd.DataFrame, rows: Branch) -> "Styler":
    """Return the rows with those in a quiet colour that only lead to what was searched for."""
    leading = np.flatnonzero(~rows.rows.hit).tolist()
    return frame.style.set_properties(subset=pd.IndexSlice[leading, :], color=palette().faint)


def _legend(rows: Branch) -> None:
    delta = number(rows.settings.smallest_effect * rows.unit.size, 2).rstrip("0").rstrip(".")
    said = [
        f"In {rows.unit.name}",
        "**○**\u2002as it is, with its interval",
        "**●**\u2002drawn towards the level above",
        f"band\u2002less than {delta}, too small to matter",
    ]
    if len(rows.competitors) > 1:
        one, other = map(literal, rows.competitors)
        said.append(f"{one} above, {other} below")
    legend(said)
    if rows.rows.left_out:
        st.caption(
            f"{counted(rows.rows.left_out, 'row')} left out: search, or open fewer branches."
        )

"""The items on which two versions differ, with filters and the way to their examples."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import state, version_data
from dashboard.capability_data import Studied
from dashboard.version_tables import item_columns, item_table, short_name
from dashboard.wording import count, counted, literal

if TYPE_CHECKING:
    from ranking.versions.findings import VersionFinding
    from ranking.versions.items import Direction
    from ranking.versions.report import VersionReport

MOST_ITEMS = 500
"""Items that are listed at once."""
DIRECTIONS: "Mapping[str, Direction]" = {"Worse": "worse", "Better": "better", "Any": "any"}
"""Which items are listed."""


def draw(studied: Studied, report: "VersionReport", rows: "Sequence[VersionFinding]") -> None:
    """Draw the list of items that changed, with its filters and the way to the examples."""
    st.subheader("Items that changed", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        picked = st.segmented_control(
            literal(f"Compared with {report.before}"), list(DIRECTIONS), key="changed",
            default="Worse", required=True, bind="query-params",
        )  # fmt: skip
        under = _pick_under(report, rows)
        by = st.number_input(
            "By more than", 0.0, None, 0.0, format="%g", key="by_more", bind="query-params",
            width=150, help=f"In {literal(report.unit.name)}.",
        )  # fmt: skip
        alone = report.settings.basis == "scores" and st.toggle(
            "It alone fails", key="alone", bind="query-params",
            help=f"{literal(report.after)} does not pass, and all others with a score do; at least "
            "two.",
        )  # fmt: skip
        reliable = version_data.has_repeats(studied, report) and st.toggle(
            "More than chance", key="reliable", bind="query-params",
            help="Repeats of the item show that the change is more than noise: |z| > 1.96.",
        )  # fmt: skip
    found = version_data.items(
        studied, report, direction=DIRECTIONS.get(picked, "worse"), by=by, under=under,
        alone=bool(alone), reliable=bool(reliable),
    )  # fmt: skip
    if not found:
        st.caption("No item of both changed like that.")
        return
    shown = found[:MOST_ITEMS]
    more = "" if len(shown) == len(found) else f"; the {count(MOST_ITEMS)} largest are listed"
    st.caption(f"{counted(len(found), 'item')}{more}. Tick one to see what was said of it.")
    chosen = st.dataframe(
        item_table(report, shown), key="changed-items", hide_index=True, placeholder="",
        on_select="rerun", selection_mode="single-row",
        height="content" if len(shown) < 10 else 387, column_config=item_columns(report),
        alt=f"Items whose results of {report.before} and {report.after} differ",
    ).selection.rows  # fmt: skip
    if chosen and chosen[0] < len(shown):
        item = shown[chosen[0]].item
        state.examples_link(
            f"Examples: item {item}", item=item, who=report.after, against=report.before
        )
    if under:
        state.examples_link(
            f"Examples of {under}", capability=under, who=report.after, against=report.before
        )


def _pick_under(report: "VersionReport", rows: "Sequence[VersionFinding]") -> str:
    """Draw the choice of a capability whose items are listed; "" for all."""
    if not rows:
        return ""
    named: dict[str, str] = {}
    for one in rows:
        name = short_name(one)
        named[name if name not in named else f"{name} ({one.capability})"] = one.capability
    if st.session_state.get("inside") not in (None, *named):
        st.session_state["inside"] = None
    picked = st.selectbox(
        "In", list(named), index=None, key="inside", bind="query-params", width=280,
        placeholder="All capabilities",
    )  # fmt: skip
    return named.get(picked or "", "")

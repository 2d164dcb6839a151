"""Two competitors item by item: what the first does better than its baseline, and where."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import capability_controls, capability_data, version_data, version_items_view
from dashboard.appearance import STILL, legend, palette
from dashboard.capability_data import Studied
from dashboard.charts.labels import lines
from dashboard.charts.versions import LETTERS, change_figure, counts_figure
from dashboard.version_tables import change_row, columns, row_height, table
from dashboard.wording import count, counted, file_stem, literal
from ranking.errors import RankingError
from ranking.selection import Selection
from ranking.store import Arena

if TYPE_CHECKING:
    from ranking.versions.findings import VersionFinding
    from ranking.versions.report import VersionReport

MOST_ROWS = 24
"""Capabilities that are drawn at once."""
_FEW_LINES = 2  # of names, with which two charts fit beside each other
_NARROWEST = 480  # pixels of a chart with long names, which is scrolled on a phone
KNOWN = "Confirmed and likely changes"
_BASIS = {
    "scores": "Each item pairs what either scored on it",
    "direct": "There are no scores: each item pairs the share that either had of their comparisons "
    "with each other",
    "opponents": "There are no scores: each item pairs their results against the opponents that "
    "both met on it, which covers more items than their own comparisons do",
}
_TESTS = {
    "mcnemar": "McNemar’s exact test of the items that changed",
    "paired-t": "a paired t test",
}


def draw(arena: Arena, selection: Selection, first: str, second: str) -> None:
    """Draw the first of the two as a later version, with the second as its baseline."""
    conclusion = st.container()
    with st.container(horizontal=True):
        studied = _pick_source(capability_controls.as_last(arena, selection))
        rest = st.container(width="content")
    try:
        report = version_data.report(studied, second, first)
    except RankingError as error:
        conclusion.info(literal(str(error)))
        return
    conclusion.subheader(literal(report.sentence), anchor=False)
    with rest:
        rows = _pick_rows(studied, report)
    if rows:
        _changes(report, rows)
    else:
        st.caption(_without(studied))
        _explain(report)
    version_items_view.draw(studied, report, rows)
    _take_away(report)


def _without(studied: Studied) -> str:
    """Say how to see where a change lies, where there are no capabilities."""
    if capability_data.sources(studied.arena):
        return "To see where the difference lies, choose what capabilities come from."
    return (
        "To see where the difference lies, import or propose capabilities: page Capabilities, tab "
        "Taxonomy."
    )


def _pick_source(studied: Studied) -> Studied:
    """Draw the choice of what capabilities come from, where there is one."""
    sources = {each.title: each for each in capability_data.sources(studied.arena)}
    if not sources:
        return studied
    titles = list(sources)
    current = next((each.title for each in sources.values() if each.name == studied.source), None)
    if st.session_state.get("source", "") not in ("", *sources):
        st.session_state["source"] = current
    picked = st.selectbox(
        "Capabilities from", titles, key="source", bind="query-params", width=320,
        index=titles.index(current) if current else None, placeholder="Choose a field",
    )  # fmt: skip
    name = sources[picked].name if picked in sources else studied.source
    return Studied(**{**vars(studied), "source": name})


def _pick_rows(studied: Studied, report: "VersionReport") -> "tuple[VersionFinding, ...]":
    """Draw the choice of which capabilities are shown, and return them in their order."""
    if not report.findings:
        return ()
    at = {one.capability: one for one in report.findings}
    levels = [
        tuple(at[key] for key in keys if key in at) for keys in version_data.levels(studied, report)
    ]
    known = report.of("confirmed", "likely")
    offered = {f"Level {depth}": found for depth, found in enumerate(levels, 1) if found}
    if known:
        offered[KNOWN] = known
    if not offered:
        return ()
    names = list(offered)
    if st.session_state.get("changes", "") not in ("", *names):
        st.session_state["changes"] = names[0]
    picked = st.selectbox(
        "Capabilities shown", names, key="changes", bind="query-params", width=320,
        help="A level of the tree; or those of all levels in which a change is known.",
    )  # fmt: skip
    rows = offered.get(picked, offered[names[0]])
    if picked == KNOWN:
        return rows
    return tuple(sorted(rows, key=_place))


def _place(one: "VersionFinding") -> tuple[bool, float]:
    return math.isnan(one.difference), one.difference


def _changes(report: "VersionReport", found: "Sequence[VersionFinding]") -> None:
    """Draw differences, counts and the table of some capabilities."""
    drawn = found if len(found) <= MOST_ROWS else _extremes(found)
    rows = [change_row(report, one) for one in drawn]
    colour = palette()
    words = report.settings.words
    long = any(lines(row.name, letters=LETTERS) > _FEW_LINES for row in rows)
    if long:  # beside each other, both would be all names
        left, right = (st.grid(1, min_column_width=_NARROWEST, wrap=False) for _ in range(2))
    else:
        left, right = st.columns([3, 2], gap="medium")
    scale = report.pairs.scale
    with left:
        st.subheader(literal(f"Difference, {report.unit.name}"), anchor=False)
        st.plotly_chart(
            change_figure(
                rows, palette=colour, reach=report.unit.size * (scale[1] - scale[0])
            ),
            key="change-rows", config=STILL,
            alt=f"{report.after} less {report.before} in {len(rows)} capabilities, with intervals",
        )  # fmt: skip
    with right:
        st.subheader(literal(f"Items {words[0]} and {words[1]}"), anchor=False)
        st.plotly_chart(
            counts_figure(rows, palette=colour, words=words), key="change-counts", config=STILL,
            alt=f"Share of items {words[0]} to the right, {words[1]} to the left, by capability",
        )  # fmt: skip
    legend(
        f':color[\u2003]{{background="{shade}"}}\u2002{name}'
        for shade, name in (
            (colour.accent, f"{literal(report.after)} better"),
            (colour.opposite, f"{literal(report.after)} worse"),
            (colour.faint, "not told apart"),
        )
    )
    more = len(found) - len(drawn)
    if more:
        st.caption(
            f"Drawn are the {len(drawn)} that differ most, allowing for noise; the table has all "
            f"{count(len(found))}."
        )
    _explain(report)
    st.dataframe(
        table(report, found), key="change-table", hide_index=True, placeholder="",
        height="content" if len(found) < 10 else 387, row_height=row_height(found),
        column_config=columns(report),
        alt=f"What is known of the change in each of {count(len(found))} capabilities",
    )  # fmt: skip


def _extremes(found: "Sequence[VersionFinding]") -> "list[VersionFinding]":
    """Return the capabilities that changed most, in the order in which they come."""
    size = sorted(found, key=lambda one: -abs(one.toward))[:MOST_ROWS]
    kept = {one.capability for one in size}
    return [one for one in found if one.capability in kept]


def _explain(report: "VersionReport") -> None:
    """Say what was compared, what was left out, and how it was tested."""
    how, whole = report.settings, report.overall
    parts = [_BASIS[how.basis]]
    if how.basis == "scores":
        parts.append(f"an item passes above {how.passing:g}")
    said = [f"{', '.join(parts)}."]
    left_out = [
        f"{counted(number, 'item')} of {name} only"
        for number, name in ((whole.only_before, report.before), (whole.only_after, report.after))
        if number
    ]
    if report.pairs.unmatched:
        left_out.append(f"{counted(report.pairs.unmatched, 'item')} without a common opponent")
    if left_out:
        said.append(f"Left out: {', '.join(left_out)}.")
    if report.findings:
        said.append(
            f"A full dot is confirmed by {_TESTS[how.test]} at a false discovery rate of "
            f"{how.q:.0%} over {counted(len(report.findings), 'capability')}, an open one likely."
        )
    st.caption(literal(" ".join(said)))


def _take_away(report: "VersionReport") -> None:
    """Draw the download of the whole comparison."""

    def written() -> str:
        from ranking.versions.items import item_changes
        from ranking.versions.tables import as_json

        return as_json(report, item_changes(report, direction="any")) + "\n"

    name = file_stem(f"{report.after} {report.before} by capability")
    st.download_button(
        "Changes as JSON", written, file_name=f"{name}.json", mime="application/json",
        icon=":material/download:", on_click="ignore", key="download-changes",
    )  # fmt: skip

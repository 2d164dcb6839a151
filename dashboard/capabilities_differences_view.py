"""Where competitors differ by capability, who is alike, what is traded, and what is even."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import (
    branches_view,
    profile_data,
    profile_groups_view,
    sharing,
    standardised_view,
    state,
)
from dashboard.appearance import STILL, legend, palette
from dashboard.capability_data import Studied
from dashboard.capability_names import names_of
from dashboard.charts.differences import difference_table, effect_strips
from dashboard.charts.interval_rows import Row, point_rows
from dashboard.charts.labels import row_height
from dashboard.charts.palette import colours
from dashboard.robustness_view import NARROWEST, conclude
from dashboard.wording import count, counted, literal
from ranking.wording import plural

if TYPE_CHECKING:
    from ranking.capabilities.differences import CapabilityDifference, CapabilityDifferences

SAME_MIX = "Same mix"
"""What shows means over a common mix of capabilities."""
STRIPS = 12
"""Capabilities that are drawn with a dot for each competitor."""
LISTED = 400
"""Rows of a table; the download has all."""
_WIDE, _LINE = 280, 38  # pixels of the column of capabilities, and letters of a line of it
_FEW_ROWS, _SHORT_HEIGHT = 12, 450  # rows and pixels of a table with a picture below it


def draw(studied: Studied, conclusion: DeltaGenerator) -> None:
    """Draw the conclusion, and one of five views of how competitors differ."""
    from ranking.capabilities.differences_report import sentence

    found = profile_data.differences(studied)
    conclude(conclusion, sentence(found))
    views: Mapping[str, Callable[[Studied, CapabilityDifferences], None]] = {
        "Capabilities": _capabilities,
        "Alike profiles": profile_groups_view.profiles,
        "Trade-offs": profile_groups_view.trade_offs,
        "Even or not": branches_view.branches,
    }
    view = st.segmented_control(
        "Differences between", [*views, SAME_MIX], default="Capabilities", required=True,
        key="contrast", bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    if view == SAME_MIX:
        standardised_view.draw(studied)
        return
    views.get(view, _capabilities)(studied, found)
    _take_away(studied, found)


def _capabilities(studied: Studied, found: "CapabilityDifferences") -> None:
    """Draw the clearest capabilities as strips of dots, all of them as a table, one in full."""
    nouns = literal(plural(studied.arena.noun))
    if not len(found.tested):
        st.info("Choose other capabilities or a wider selection.", icon=":material/info:")
        return
    named = names_of(found.evidence)
    rows = [found.at(node) for node in found.tested[:LISTED].tolist()]
    clear = sorted(rows, key=lambda row: not row.most_specific)  # else as they come
    st.caption(
        f"Each dot is one of {count(len(found.evidence.competitors))} {nouns}: how far its results "
        "in a capability are from its own overall level, given whom it met. Being better "
        "everywhere makes no difference here."
        + (
            f" Drawn are the {STRIPS} clearest, small capabilities before the larger ones that "
            "hold them."
            if len(rows) > STRIPS
            else ""
        )
    )
    _strips(studied, clear[:STRIPS], named, found.unit.name)
    st.subheader("All capabilities that were tested", anchor=False)
    chosen = _difference_table(rows, named)
    if len(found.tested) > len(rows):
        st.caption(f"The first {count(len(rows))} of {count(len(found.tested))}.")
    _one(studied, chosen or rows[0], named)


def _strips(
    studied: Studied, rows: "list[CapabilityDifference]", named: Mapping[str, str], unit: str
) -> None:
    colour = palette()
    figure = effect_strips(
        rows, [named[row.capability] for row in rows], unit=unit,
        colours=colours(state.marked(), colour), palette=colour,
    )  # fmt: skip
    with st.grid(1, min_column_width=NARROWEST, wrap=False):
        st.plotly_chart(
            figure, key="strips", config=STILL,
            alt=f"Effects of every {studied.arena.noun} in {counted(len(rows), 'capability')}; the "
            "table below has who is highest and lowest",
        )  # fmt: skip
    legend(
        [
            ":primary[●]\u2002confirmed above its own level",
            ":orange[●]\u2002confirmed below it",
            ":gray[•]\u2002not confirmed",
            f"marked {literal(plural(studied.arena.noun))} keep their colour",
        ]
    )


def _difference_table(
    rows: "list[CapabilityDifference]", named: Mapping[str, str]
) -> "CapabilityDifference | None":
    """Draw all tested capabilities; return the one that is chosen."""
    column = st.column_config
    frame = difference_table(rows, [named[row.capability] for row in rows])
    event = st.dataframe(
        frame,
        key="differences",
        on_select="rerun",
        selection_mode="single-row",
        hide_index=True,
        height="content" if len(rows) <= _FEW_ROWS else _SHORT_HEIGHT,
        row_height=row_height(frame["capability"], letters=_LINE),
        placeholder="",
        alt="Capabilities by how differently competitors do in them",
        column_config={
            "capability": column.TextColumn("Capability", width=_WIDE),
            "items": column.NumberColumn("Items", format="localized", width=64),
            "told": column.TextColumn(
                "Verdict", width=88,
                help="Confirmed where the differences are beyond chance at the false discovery "
                "rate, and they, or somebody’s own effect, are of interest.",
            ),
            "i2": column.ProgressColumn(
                "Beyond noise", format="%.0f%%", min_value=0, max_value=100, width=92,
                help="I²: how much of the variation between them noise does not explain.",
            ),
            "q": column.TextColumn(
                "q", width=68, alignment="right",
                help="p-value of “no differences”, adjusted for all capabilities.",
            ),
            "highest": column.TextColumn("Highest", width=190),
            "lowest": column.TextColumn("Lowest", width=190),
        },
    )  # fmt: skip
    picked = event.selection.rows
    return rows[picked[0]] if picked and picked[0] < len(rows) else None


def _one(studied: Studied, row: "CapabilityDifference", named: Mapping[str, str]) -> None:
    """Draw every competitor's effect in one capability with its interval."""
    colour = palette()
    marked = colours(state.marked(), colour)
    st.subheader(literal(named[row.capability]), anchor=False)
    st.caption("Choose another one in the table above.")
    shown = _ends(row)
    figure = point_rows(
        [
            Row(
                each.competitor,
                each.effect,
                each.low,
                each.high,
                marked.get(each.competitor, _tone(each.effect, each.verdict)),
                f"{each.items:,} items, {each.verdict}",
            )
            for each in shown
        ],
        palette=colour,
    )
    st.plotly_chart(
        figure, key="difference", config=STILL,
        alt=f"Effects with their intervals in {named[row.capability]}",
    )  # fmt: skip
    if len(shown) < len(row.effects):
        st.caption(f"The highest and the lowest of {count(len(row.effects))}.")
    with st.container(horizontal=True):
        state.examples_link("Examples", capability=row.capability)
        best = row.effects[0].competitor
        state.examples_link(f"Examples of {best}", capability=row.capability, who=best)


def _ends(row: "CapabilityDifference", most: int = 24) -> list:
    """Return all effects, or the highest and lowest of many."""
    effects = list(row.effects)
    return effects if len(effects) <= most else effects[: most // 2] + effects[-most // 2 :]


def _tone(effect: float, verdict: str) -> str:
    colour = palette()
    if verdict != "confirmed":
        return colour.faint
    return colour.accent if effect > 0 else colour.opposite


def _take_away(studied: Studied, found: "CapabilityDifferences") -> None:
    from ranking.capabilities.differences_report import all_differences, as_dict

    sharing.take_away(f"{studied.arena.name} differences", lambda: as_dict(all_differences(found)))

"""Who has alike profiles, and which capabilities are traded for each other."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from dashboard import capability_data, profile_data, state
from dashboard.appearance import STILL, palette
from dashboard.capability_data import Studied
from dashboard.capability_names import names_of
from dashboard.charts.differences import profile_tree, trade_off_table
from dashboard.charts.heat_map import heat_map
from dashboard.charts.palette import colours
from dashboard.leaderboard_view import TALLEST_TABLE
from dashboard.robustness_view import NARROWEST
from dashboard.wording import count, counted, literal, plotly_text
from ranking.wording import number, percent, plural

if TYPE_CHECKING:
    from ranking.capabilities.differences import CapabilityDifferences
    from ranking.capabilities.profile_clusters import ProfileClusters

_MOST_CELLS = 40  # competitors whose correlations are drawn
_LISTED = 400  # rows of the table; the download has all
_SCROLLED_HEIGHT = 912  # pixels of a longer table


def profiles(studied: Studied, found: "CapabilityDifferences") -> None:
    """Draw the tree of profiles beside their correlations."""
    depth = pick_level(studied)
    groups = profile_data.clusters(studied, depth)
    if isinstance(groups, str):
        st.info(literal(groups), icon=":material/info:")
        return
    nouns = literal(plural(studied.arena.noun))
    st.markdown(f"**{literal(groups.sentence)}**")
    st.caption(
        f"Of {counted(len(groups.capabilities), 'capability')}. Joined by how alike their "
        f"strengths and weaknesses are, whatever their level; a percentage says in how many of "
        f"{count(groups.draws)} resamples of the items the same group is found, and groups that "
        "at least 80% have are coloured."
    )
    colour = palette()
    st.plotly_chart(
        profile_tree(groups, colours=colours(state.marked(), colour), palette=colour),
        key="profile-tree", config=STILL,
        alt=f"Tree of {counted(len(groups.competitors), studied.arena.noun)} by how alike their "
        "profiles are",
    )  # fmt: skip
    if len(groups.competitors) <= _MOST_CELLS:
        st.markdown("**Correlations of profiles**: teal where two are alike, rust where they are "
                    "opposite")  # fmt: skip
        _correlations(groups)
    else:
        st.caption(f"Too many {nouns} to draw every correlation; the download has them.")
    _left_out(groups.left_out, nouns)


def _correlations(groups: "ProfileClusters") -> None:
    values = groups.correlation.copy()
    np.fill_diagonal(values, np.nan)
    names = groups.competitors
    hover = np.array(
        [
            [
                f"<b>{plotly_text(one)}</b> and <b>{plotly_text(other)}</b><br>correlation "
                f"{number(float(groups.correlation[i, j]), 2)}"
                for j, other in enumerate(names)
            ]
            for i, one in enumerate(names)
        ]
    )
    with st.grid(1, min_column_width=NARROWEST, wrap=False):
        st.plotly_chart(
            heat_map(values, names, names, hover=hover, limit=1.0, palette=palette()),
            key="profile-correlations", config=STILL,
            alt="Correlations of profiles: teal where two are alike, rust where they are opposite",
        )  # fmt: skip


def trade_offs(studied: Studied, found: "CapabilityDifferences") -> None:
    """Draw the pairs of capabilities, from the clearest."""
    depth = pick_level(studied)
    pairs = profile_data.trade_offs(studied, depth)
    if isinstance(pairs, str):
        st.info(literal(pairs), icon=":material/info:")
        return
    column = st.column_config
    nouns = literal(plural(studied.arena.noun))
    st.markdown(f"**{literal(pairs.sentence)}**")
    st.caption(
        "The correlation of strengths without their noise. Strengths are relative to a "
        f"{literal(studied.arena.noun)}’s overall level, so that two capabilities that have "
        "nothing to do with each other correlate a little below zero: as “expected”."
    )
    named = names_of(found.evidence)
    if pairs.pairs:
        frame = trade_off_table(pairs, named, palette())[:_LISTED]
        st.dataframe(
            frame,
            key="trade-offs",
            hide_index=True,
            height="content" if len(frame) <= TALLEST_TABLE else _SCROLLED_HEIGHT,
            placeholder="",
            alt="Pairs of capabilities and how strengths in them go together",
            column_config={
                "first": column.TextColumn("Capability", width=220),
                "kind": column.TextColumn("", width=136),
                "second": column.TextColumn("Capability ", width=220),
                "correlation": column.TextColumn("Correlation", width=88, alignment="right"),
                "interval": column.ImageColumn(
                    "−1 to 1", width=176, help=f"{percent(pairs.level)} interval."
                ),
                "expected": column.TextColumn("Expected", width=76, alignment="right"),
                "q": column.TextColumn(
                    "q", width=68, alignment="right",
                    help="p-value of “as expected”, adjusted for all pairs.",
                ),
            },
        )  # fmt: skip
    if pairs.noisy:
        listed = ", ".join(named[key] for key in pairs.noisy[:5])
        more = f" and {count(len(pairs.noisy) - 5)} more" if len(pairs.noisy) > 5 else ""
        st.caption(
            f"Left out, as noise explains most of how {nouns} differ there: {literal(listed)}"
            f"{more}."
        )
    _left_out(pairs.left_out, nouns)


def pick_level(studied: Studied) -> int:
    """Draw the choice of the level that profiles are compared in."""
    sizes = capability_data.levels(studied)
    if len(sizes) < 2:
        return 1
    options = list(range(1, len(sizes) + 1))
    if st.session_state.get("stage", 1) not in options:
        st.session_state["stage"] = 1
    return (
        st.selectbox(
            "Level of the capabilities", options, key="stage", bind="query-params", width=200,
            help="; ".join(f"{at}: {counted(n, 'capability')}" for at, n in enumerate(sizes, 1)),
        )
        or 1
    )  # fmt: skip


def _left_out(names: tuple[str, ...], nouns: str) -> None:
    if names:
        listed = ", ".join(names[:5])
        more = f" and {count(len(names) - 5)} more" if len(names) > 5 else ""
        st.caption(
            f"Left out, with too few items in some capability: {literal(listed)}{more} "
            f"({count(len(names))} {nouns if len(names) > 1 else 'in all'})."
        )

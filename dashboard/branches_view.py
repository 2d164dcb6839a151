"""Which branches of the taxonomy a competitor is even in, and what makes the others uneven."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from dashboard import profile_data, state
from dashboard.capability_data import Studied
from dashboard.capability_names import names_of
from dashboard.charts.differences import branch_table
from dashboard.leaderboard_view import TALLEST_TABLE
from dashboard.wording import literal

if TYPE_CHECKING:
    from ranking.capabilities.branches import Branch
    from ranking.capabilities.differences import CapabilityDifferences

_LISTED = 400  # rows of the table; the download has all
_SAID, _READABLE = 3, 280  # uneven branches in sentences, and letters of one
_SCROLLED_HEIGHT = 912  # pixels of a longer table


def branches(studied: Studied, found: "CapabilityDifferences") -> None:
    """Draw the branches of one competitor: even ones, uneven ones and what makes them so."""
    from ranking.capabilities.differences_report import (
        EVERYTHING,
        branch_sentence,
        branches_sentence,
    )

    held = profile_data.branches(studied)
    if isinstance(held, str):
        st.info(literal(held), icon=":material/info:")
        return
    names = found.evidence.competitors
    uneven = held.erratic.sum(axis=0)
    marked = [name for name in state.marked() if name in names]
    who = state.pick_competitor(
        studied.arena.noun.capitalize(), names, "who",
        (marked or [names[int(np.argmax(uneven))]])[0], on_change=lambda: None,
    )  # fmt: skip
    rows = held.of(names.index(who))
    st.markdown(f"**{literal(branches_sentence(held, names.index(who)))}**")
    st.caption(
        "In an even branch whatever holds of it holds of all that lies below it, within the "
        "smallest effect of interest; an uneven one is better looked at piece by piece."
    )
    said = [branch_sentence(row, held.unit) for row in rows if row.kind == "erratic"][:_SAID]
    for sentence in said:
        if len(sentence) <= _READABLE:
            st.markdown(f"- {literal(sentence)}")
    named = names_of(found.evidence)
    named[found.evidence.taxonomy.keys[0]] = named[found.evidence.taxonomy.keys[0]] or EVERYTHING
    _branch_table(rows[:_LISTED], named, held.unit.name)


def _branch_table(rows: "tuple[Branch, ...]", named: Mapping[str, str], unit: str) -> None:
    column = st.column_config
    frame = branch_table(rows, named)
    if not any(frame["carriers"]):
        frame = frame.drop(columns="carriers")
    st.dataframe(
        frame,
        key="branches",
        hide_index=True,
        height="content" if len(frame) <= TALLEST_TABLE else _SCROLLED_HEIGHT,
        placeholder="–",
        alt="Branches and whether results are even within them",
        column_config={
            "capability": column.TextColumn("Branch", width=280),
            "kind": column.TextColumn("Throughout", width=112),
            "items": column.NumberColumn("Items", format="localized", width=64),
            "children": column.NumberColumn(
                "Below", width=60, help="Capabilities directly below it with five items."
            ),
            "effect": column.TextColumn(
                "Effect", width=68, alignment="right", help=f"Of the whole branch, in {unit}."
            ),
            "spread": column.NumberColumn(
                "Spread", format="%.1f", width=68,
                help=f"Standard deviation between what lies below, without the noise, in {unit}.",
            ),
            "most": column.NumberColumn(
                "At most", format="%.1f", width=72,
                help="The largest spread that is not ruled out, with 95% confidence.",
            ),
            "carriers": column.TextColumn("Stands out in", width=280),
        },
    )  # fmt: skip

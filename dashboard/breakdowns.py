"""Results by judge, capability or field, as both pages about competitors show them."""

from collections.abc import Sequence

import streamlit as st

from dashboard.appearance import STILL, palette
from dashboard.charts.interval_rows import Row, share_rows
from dashboard.wording import count, literal
from ranking.breakdown import Breakdown, Slice


def breakdowns(found: Sequence[Breakdown], *, colour: str, reference: float, words: str) -> None:
    """Draw the results under each value of one field, which is chosen from those there are.

    Parameters
    ----------
    found : sequence of Breakdown
        At least one.
    colour : str
        Of dots and intervals.
    reference : float
        Share at the dotted line.
    words : str
        What the dotted line is.
    """
    named = {breakdown.by: breakdown for breakdown in found}
    if st.session_state.get("by") not in (None, *named):
        st.session_state["by"] = found[0].by
    by = st.selectbox("By", list(named), key="by", bind="query-params", width=320)
    chosen = named.get(by, found[0])
    rows = [
        Row(held.value, held.share, held.low, held.high, colour, _record(held))
        for held in chosen.slices
    ]
    st.plotly_chart(
        share_rows(rows, reference=reference, palette=palette()), key="breakdown", config=STILL,
        alt=f"Share of the score by {chosen.by}",
    )  # fmt: skip
    more = (
        f" {count(chosen.left_out)} further values with fewer comparisons are left out."
        if chosen.left_out
        else ""
    )
    st.caption(literal(f"Share of the score with its interval; the dotted line is {words}.{more}"))


def _record(held: Slice) -> str:
    tied = held.ties + held.both_bad + held.soft
    return (
        f"{count(held.comparisons)} comparisons: {count(held.wins)} won, {count(tied)} tied, "
        f"{count(held.losses)} lost"
    )

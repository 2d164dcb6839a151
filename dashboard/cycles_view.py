"""Cycles: what no single number for each competitor can express, and the evidence for it."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import robustness_data, running, sharing, state
from dashboard.appearance import STILL, legend, palette
from dashboard.charts.cycles import Arrow, cycle_graph, pair_matrix
from dashboard.charts.discs import disc
from dashboard.charts.palette import colours
from dashboard.robustness_data import Studied
from dashboard.robustness_view import NARROWEST, conclude
from dashboard.running import Run
from dashboard.wording import count, counted, literal
from ranking.diagnostics.fit import p_text
from ranking.ratings import POINTS_PER_LOGIT
from ranking.wording import number, percent, plural

if TYPE_CHECKING:
    from ranking.diagnostics.cycles import Cycle
    from ranking.diagnostics.cyclic_structure import CyclicStructure

FEWEST = 3
"""Competitors that can run in a circle."""
AT_FIRST = 6
"""Cycles that are drawn without being asked for."""
MOST_ROWS = 40
"""Competitors that a matrix shows at first."""
BEYOND, WHOLE = "Beyond ratings", "Win margin"
"""What a matrix shows: what ratings leave, or the margins themselves."""


def cycles(studied: Studied, conclusion: DeltaGenerator) -> None:
    """Draw how much is cyclic, whether it predicts, the strongest cycles, all pairs, the discs.

    Parameters
    ----------
    conclusion : container
        Where the conclusion is to be drawn, above the sections.
    """
    found = robustness_data.cycles(studied)
    if isinstance(found, Run):
        running.follow(found)
        return
    conclude(conclusion, found.sentence)
    if len(found.competitors) < FEWEST:
        return
    _metrics(found)
    _strongest(found)
    _pairs(found)
    _discs(found)
    sharing.copy_link()


def _metrics(found: "CyclicStructure") -> None:
    plain = {"delta_color": "off", "delta_arrow": "off", "border": True, "height": "stretch"}
    share = found.intransitivity
    nouns = literal(plural(found.noun))
    with st.grid(4, min_column_width=170):
        known = not math.isnan(share.share)
        st.metric(
            "Cyclic share", percent(share.share, 1) if known else "unknown",
            p_text(share.p_value) if known else "no circle is closed",
            help="Of the differences between pairs, what no one number for each of the "
            f"{nouns} can express; what chance alone makes is taken out.", **plain,
        )  # fmt: skip
        held = found.held_out
        if held is not None:
            st.metric(
                "Bradley–Terry", f"{held.bradley_terry:.4f}",
                f"{count(held.comparisons)} held out",
                help="Log-loss on comparisons that were not seen, per comparison, of one number "
                f"for each: lower is better. {held.folds} folds of {held.over}.", **plain,
            )  # fmt: skip
            st.metric(
                "mElo, with circles", f"{held.melo:.4f}",
                f"{number(held.difference, 5)} ± {held.std_error:.5f}"
                if held.std_error >= 5e-6  # what the decimals show
                else "the same",
                help="The same log-loss with circles beside the numbers "
                f"({held.dimensions} dimensions), its difference and the standard error of that.",
                **plain,
            )  # fmt: skip
        st.metric(
            "Discs beyond chance", count(len(found.discs)),
            f"{counted(len(found.cycles), 'triple')} listed" if found.cycles else "no triple",
            help=f"Circles of many {nouns}, each stronger than what chance makes in one log of "
            "twenty.", **plain,
        )  # fmt: skip


def _strongest(found: "CyclicStructure") -> None:
    st.subheader("Strongest cycles", anchor=False)
    if not found.cycles:
        met = found.intransitivity.df > 0
        st.markdown(
            f"No three {literal(plural(found.noun))} contradict one order by more than chance."
            if met
            else "Nobody met in a closed circle."
        )
        return
    legend(
        [
            "**62%**\u2002share of the score that an arrow’s first took from its second",
            "**of 212**\u2002in so many comparisons",
        ]
    )
    _cards(found.cycles[:AT_FIRST], 0)
    rest = found.cycles[AT_FIRST:]
    if rest:
        more = st.expander(f"{len(rest)} more", key="more-cycles", on_change="rerun")
        if more.open:
            with more:
                _cards(rest, AT_FIRST)


def _cards(found: "Sequence[Cycle]", start: int) -> None:
    colour = palette()
    with st.grid(3, min_column_width=290):
        for at, cycle in enumerate(found, start=start):
            with st.container(border=True, height="stretch"):
                arrows = arrows_of(cycle)
                st.plotly_chart(
                    cycle_graph(arrows, palette=colour), key=f"cycle-{at}", config=STILL,
                    alt="; ".join(
                        f"{arrow.first} took {percent(arrow.share)} from {arrow.second}"
                        for arrow in arrows
                    ),
                )  # fmt: skip
                kind = "A full circle" if cycle.closed else "No full circle, but surprising margins"
                st.caption(f"{kind}; adjusted {_p(cycle.adjusted_p)}.")
                for arrow in arrows:
                    _evidence(arrow)


def _evidence(arrow: Arrow) -> None:
    """Draw one result in words, and the way to its comparisons."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", wrap=False):
        st.markdown(
            f":small[**{literal(arrow.first)}** against {literal(arrow.second)}]", width="stretch"
        )
        state.head_to_head_link(arrow.first, arrow.second, "Compare")


def _p(value: float) -> str:
    """Write a p-value in one piece."""
    return p_text(value).replace(" ", "\u00a0")


def arrows_of(cycle: "Cycle") -> list[Arrow]:
    """Return the results that a cycle is made of, in its order."""
    names = cycle.competitors
    following = (*names[1:], names[0])
    return [
        Arrow(first, second, won / (won + lost) if won + lost else math.nan, won + lost)
        for first, second, won, lost in zip(names, following, cycle.won, cycle.lost, strict=True)
    ]


def _pairs(found: "CyclicStructure") -> None:
    """Draw the skew matrix, ordered by rating."""
    st.subheader("All pairs, by rating", anchor=False)
    m = len(found.competitors)
    something = bool(np.any(found.residual))
    with st.container(horizontal=True, vertical_alignment="center"):
        show = WHOLE
        if something:
            show = st.segmented_control(
                "Cells show", [BEYOND, WHOLE], default=BEYOND, required=True, key="matrix",
                bind="query-params", label_visibility="collapsed",
            )  # fmt: skip
        every = m <= MOST_ROWS or st.toggle(f"All {count(m)}", key="every", bind="query-params")
    rows = slice(None) if every else slice(MOST_ROWS)
    beyond = show == BEYOND
    values = POINTS_PER_LOGIT * found.residual if beyond else 100 * found.margin
    st.caption(
        "Points by which the row did better against the column than ratings say, shrunk by noise."
        if beyond
        else "Percentage points of the score that the row takes more than the column, shrunk "
        "towards what ratings say."
        + ("" if something else " Beyond ratings there is nothing but chance.")
    )
    with st.grid(1, min_column_width=NARROWEST, wrap=False):
        st.plotly_chart(
            pair_matrix(
                found.competitors[rows], values[rows, rows], found.observed[rows, rows],
                describe=_beyond if beyond else _margin, palette=palette(),
            ),
            key="pairs", config=STILL,
            alt=f"{show} of {count(m if every else MOST_ROWS)} {plural(found.noun)} against each "
            "other, best rated first",
        )  # fmt: skip
    if found.missing > 0:
        st.caption(f"Grey: they never met ({percent(found.missing)} of the pairs).")


def _beyond(points: float) -> str:
    words = "better" if points >= 0 else "worse"
    return f"{number(abs(points))} points {words} than ratings say"


def _margin(margin: float) -> str:
    share = 50 + margin / 2
    return f"{number(share)}% of the score, {number(100 - share)}% for the other"


def _discs(found: "CyclicStructure") -> None:
    """Draw each disc beyond chance."""
    st.subheader("Discs", anchor=False)
    if not found.discs:
        st.markdown("No circle of many stands out from what chance makes.")
        return
    nouns = literal(plural(found.noun))
    st.markdown(
        f"Each of the {nouns} does better than its rating against those up to half a turn further "
        "**counter-clockwise**, most so at a quarter of a turn; who is in the middle takes no part."
    )
    colour = palette()
    marked = colours(state.marked(), colour)
    with st.grid(2, min_column_width=340):
        for at, each in enumerate(found.discs):
            with st.container(border=True, height="stretch"):
                st.plotly_chart(
                    disc(found.competitors, each.coordinates, palette=colour, marked=marked),
                    key=f"disc-{at}", config=STILL,
                    alt=f"Disc {at + 1}: who stands where in a circle of {plural(found.noun)}",
                )  # fmt: skip
                largest = POINTS_PER_LOGIT * each.largest
                st.caption(
                    f"Worth up to {number(largest)} points to one of a pair; {percent(each.share)} "
                    f"of what ratings leave ({_p(each.p_value)})."
                )

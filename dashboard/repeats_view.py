"""Non-determinism: how often the same question gets another answer, and whose order changes."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import health_data, sharing, state
from dashboard.appearance import legend, palette
from dashboard.capability_data import Studied
from dashboard.charts.intervals import HEIGHT
from dashboard.charts.labels import column_width
from dashboard.charts.palette import colours
from dashboard.charts.repeats import PICTURE_WIDTH, flips_columns, pairs_table, unsteady_table
from dashboard.robustness_view import conclude
from dashboard.wording import count, counted, literal
from ranking.wording import percent, plural

if TYPE_CHECKING:
    from ranking.versions.rank_flips import RankFlips
    from ranking.versions.repeats import Repeats, RepeatsRow

ORDERS = {"Together": "together", "Apart": "apart"}
"""Whether verdicts with the sides swapped are repeats of each other."""
_WHOLE = 12  # rows up to which a table is not scrolled
_LISTED = 400


def draw(
    studied: Studied, conclusion: DeltaGenerator, *, under: str, depth: int, keys: Sequence[str]
) -> None:
    """Draw how steady results are, over all, by capability and by competitor.

    Parameters
    ----------
    conclusion : container
        Where the conclusion is drawn, above the sections.
    under, depth : str, int
        Which level of the taxonomy.
    keys : sequence of str
        Its capabilities, in the order of the table.
    """
    choice = st.empty()
    orders = _pick_orders(choice)
    found = health_data.repeats(studied, orders)
    if isinstance(found, str):
        conclude(conclusion, found)
        if orders == "together":
            choice.empty()
        return
    if found.kind == "scores":
        choice.empty()
    conclude(conclusion, found.sentence)
    flips = health_data.rank_flips(studied, found, under=under, depth=depth)
    conclusion.markdown(literal(flips.sentence))
    _metrics(found, flips)
    _capabilities(found, flips, keys)
    _competitors(studied, found)
    _pairs(studied, flips)
    if found.once:
        st.caption(f"Asked only once, and left out: {count(found.once)}.")
    sharing.take_away(f"{studied.arena.name} repeats", lambda: _contract(found, flips))


def _pick_orders(where: DeltaGenerator) -> str:
    picked = where.segmented_control(
        "Swapped orders", list(ORDERS), default="Together", required=True, key="orders",
        bind="query-params",
        help="Together: a verdict with the sides swapped is a repeat, so that a judge that favours "
        "a side looks unsteady. Apart: only verdicts in the same order are repeats.",
    )  # fmt: skip
    return ORDERS.get(picked or "", "together")


def _metrics(found: "Repeats", flips: "RankFlips") -> None:
    whole, order = found.overall, flips.overall
    what = "scores" if found.kind == "scores" else "verdicts"
    with st.grid(4, min_column_width=160):
        _metric(
            "Another answer", percent(whole.differ), f"{percent(whole.low)} to "
            f"{percent(whole.high)}", f"Share of {counted(whole.items, 'item')} whose {what} "
            f"differ between repeats, with the {percent(found.level)} interval.",
        )  # fmt: skip
        _metric(
            "Entropy", "–" if math.isnan(whole.entropy) else f"{whole.entropy:.2f} bits",
            f"{whole.repeats:.3g} repeats each", "Mean over what was repeated: 0 where repeats "
            "agree, 1 bit where two answers are as frequent. Unknown for graded scores.",
        )  # fmt: skip
        _metric(
            "Standard deviation", f"{whole.deviation:.2g}", f"of one {what.removesuffix('s')}",
            "Of one repeat around the mean of its repeats"
            + ("." if found.kind == "scores" else "; a win is 1, a tie 1/2, a loss 0."),
        )  # fmt: skip
        _metric(
            "Rank flips", "–" if order is None else _share(order.flips),
            "of no pair" if order is None
            else f"of {counted(math.comb(order.competitors, 2), 'pair')}",
            "Share of pairs that change places when each item is represented by another one of its "
            "repeats.",
        )  # fmt: skip


def _metric(title: str, value: str, below: str, words: str) -> None:
    st.metric(
        title, value, below, delta_color="off", delta_arrow="off", border=True, height="stretch",
        help=words,
    )  # fmt: skip


def _share(share: float) -> str:
    return percent(share, 1 if 0 < share < 0.01 else 0)


def _capabilities(found: "Repeats", flips: "RankFlips", keys: Sequence[str]) -> None:
    repeated = {row.capability: row for row in found.capabilities}
    rows = [repeated[key] for key in keys if key in repeated][:_LISTED]
    if not rows:
        return
    st.subheader("Every capability", anchor=False)
    frame = unsteady_table(rows, colours={}, palette=palette())
    if flips.capabilities:
        frame = frame.join(flips_columns(rows, flips.capabilities))
    words = f"How steady results are in {counted(len(rows), 'capability')}"
    _table(frame, "Capability", "unsteady", words)
    legend(["The picture runs from 0 to 100%; grey: fewer than 20 items with repeats"])


def _competitors(studied: Studied, found: "Repeats") -> None:
    noun = studied.arena.noun
    st.subheader(f"Every {literal(noun)}", anchor=False)
    if found.kind == "verdicts":
        st.caption("A verdict counts for both of its pair. Least steady first.")
    colour = palette()
    rows: Sequence[RepeatsRow] = found.competitors[:_LISTED]
    frame = unsteady_table(rows, colours=colours(state.marked(), colour), palette=colour)
    _table(frame, noun.capitalize(), "unsteady-who", f"How steady results are by {noun}")


def _table(frame: Any, title: str, key: str, words: str) -> None:
    column = st.column_config
    frame = frame.drop(columns="entropy") if frame["entropy"].isna().all() else frame
    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        height="content" if len(frame) <= _WHOLE else 460,
        row_height=HEIGHT + 8,
        placeholder="–",
        alt=words,
        column_config={
            "name": column.TextColumn(literal(title), width=column_width(frame["name"])),
            "items": column.NumberColumn(
                "Items", format="localized", width=70, help="With repeats."
            ),
            "differ": column.TextColumn(
                "Differ", width=70, alignment="right", help="Share of items whose repeats differ."
            ),
            "interval": column.ImageColumn("0 to 100%", width=PICTURE_WIDTH + 18),
            "entropy": column.NumberColumn("Entropy", format="%.2f", width=80, help="In bits."),
            "deviation": column.NumberColumn(
                "Deviation", format="%.2f" if frame["deviation"].max() < 10 else "%.3g", width=85,
                help="Standard deviation of one repeat around the mean of its repeats.",
            ),
            "flips": column.NumberColumn(
                "Rank flips", format="%.0f%%", width=90, help="Share of pairs that change places."
            ),
            "leader": column.NumberColumn(
                "New leader", format="%.0f%%", width=95,
                help="Share of draws in which another one leads.",
            ),
        },
    )  # fmt: skip


def _pairs(studied: Studied, flips: "RankFlips") -> None:
    """Draw who changes places with whom, where there are more than two."""
    if flips.overall is None or flips.overall.competitors < 3 or not flips.pairs:
        return
    nouns = literal(plural(studied.arena.noun))
    st.subheader(f"{nouns.capitalize()} that change places", anchor=False)
    st.caption(
        f"In {count(flips.draws)} draws, two different repeats of every item are taken at random: "
        "two runs of the same questions, each ranked by itself, on the "
        f"{counted(flips.overall.items, 'item')} with repeats alone. Two runs of two repeats each "
        "mirror each other, so that the order of even ones changes in more than half of the draws."
    )
    column = st.column_config
    frame = pairs_table(flips.pairs[:_LISTED])
    st.dataframe(
        frame,
        key="flips",
        hide_index=True,
        height="content" if len(frame) <= _WHOLE else 460,
        alt=f"Pairs of {plural(studied.arena.noun)} by how often they change places",
        column_config={
            "ahead": column.TextColumn("Ahead", width=120, help="By all repeats together."),
            "behind": column.TextColumn("Behind", width=120),
            "flips": column.ProgressColumn(
                "Change places", format="%.1f%%", min_value=0, max_value=100, width=112
            ),
        },
    )


def _contract(found: "Repeats", flips: "RankFlips") -> dict[str, Any]:
    from ranking.versions.rank_flips import as_dict as flips_as_dict
    from ranking.versions.repeats import as_dict

    return {**as_dict(found), "rank_flips": flips_as_dict(flips)}

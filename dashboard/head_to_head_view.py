"""The parts of the page about two competitors head to head."""

import math
from collections.abc import Callable
from typing import Any

import streamlit as st

from dashboard import pair_data, raw_rows, reader, state, versions_view
from dashboard.appearance import STILL, legend, palette
from dashboard.breakdowns import breakdowns
from dashboard.charts.interval_rows import Row, point_rows, share_rows
from dashboard.charts.palette import Palette, colours
from dashboard.charts.record import parts, record_bar, record_legend
from dashboard.controls import Chosen
from dashboard.wording import count, counted, literal, span
from ranking.head_to_head import HeadToHead, e_value_text
from ranking.methods import METHODS
from ranking.ratings import Ratings
from ranking.selection import Selection
from ranking.store import Arena
from ranking.wording import number, plural


def pick(arena: Arena, ratings: Ratings) -> tuple[str, str]:
    """Draw the title and the two choices with a button that swaps them."""
    names = [ratings.competitors[at] for at in ratings.order if ratings.games[at] > 0]
    title = st.container()
    noun = arena.noun.capitalize()
    left, middle, right = st.columns([5, 1, 5], vertical_alignment="top")
    with left:
        first = state.pick_competitor(
            noun, names, "a", names[0], on_change=_chosen, args=("a", "b")
        )  # fmt: skip
    with right:
        runner_up = names[1] if first == names[0] else names[0]
        second = state.pick_competitor(
            "Against", names, "b", runner_up, on_change=_chosen, args=("b", "a"),
            apart_from=first,
        )  # fmt: skip
    with middle.container(horizontal_alignment="center"):
        st.button(
            "Swap", icon=":material/swap_horiz:", key="swap", on_click=_swap, args=(first, second),
            type="tertiary",
        )  # fmt: skip
    for side, name in ((left, first), (right, second)):
        with side:
            state.competitor_link(name, f"About {name}")
    with title:
        st.title(literal(f"{first} against {second}"), anchor=False)
    if first == second:
        st.info(f"Choose two different {literal(plural(arena.noun))} to compare.")
        st.stop()
    return first, second


def _chosen(changed: str, other: str) -> None:
    """Keep the two apart: who is chosen on both sides changes places with the one before."""
    raw_rows.first_sheet()
    if st.session_state[changed] == st.session_state[other]:
        st.session_state[other] = state.last(changed)


def _swap(first: str, second: str) -> None:
    st.session_state["a"], st.session_state["b"] = second, first


def summary(arena: Arena, chosen: Chosen, ratings: Ratings, meeting: HeadToHead) -> None:
    """Draw what was compared, the conclusion, the figures, and the two intervals."""
    said = [arena.name, METHODS[ratings.method].title, _met(meeting)]
    if arena.simulated:
        said.insert(1, "simulated")
    if ratings.unadjusted is not None:
        said.append("expected with covariates held equal")
    if chosen.selection:
        said.append(f"only comparisons {chosen.selection.sentence}")
    st.caption(literal(" · ".join(said)))
    st.header(literal(meeting.conclusion), anchor=False)
    if sentence := evidence(meeting):
        st.markdown(literal(sentence))
    _metrics(meeting)
    colour = palette()
    own = _colours(meeting, colour)
    if meeting.comparisons:
        _record(meeting, own, colour)
    _intervals(meeting, own[0], colour)


def _met(meeting: HeadToHead) -> str:
    if not meeting.comparisons:
        return "they never met"
    return f"{counted(meeting.comparisons, 'comparison')} of the two"


def evidence(meeting: HeadToHead) -> str:
    """Say what the always-valid test counts, and when it has a verdict; nothing without votes."""
    if not meeting.favoured + meeting.opposed:
        return ""
    one = counted(meeting.favoured, meeting.unit)
    verb = "prefers" if meeting.favoured == 1 else "prefer"
    words = f"{one} {verb} {meeting.first}, {count(meeting.opposed)} {meeting.second}"
    if meeting.unit != "comparison":
        words += ", each by the majority of its comparisons"
    threshold = 1 / (1 - meeting.level)
    return (
        f"{words}. An e-value of {threshold:.0f} is a verdict, and stays one however often one "
        "has looked."
    )


def _metrics(meeting: HeadToHead) -> None:
    level = f"{100 * meeting.level:g}%"
    plain: dict[str, Any] = {
        "delta_color": "off",
        "delta_arrow": "off",
        "border": True,
        "height": "stretch",
    }
    first = literal(meeting.first)
    with st.grid(4, min_column_width=150):
        st.metric(
            "Observed share",
            _percent(meeting.observed.estimate) if meeting.comparisons else "none",
            span(meeting.observed.low, meeting.observed.high, _percent) or "they never met",
            help=f"{first}'s share of the score where the two met, a tie counting half, with "
            f"the {level} interval.", **plain,
        )  # fmt: skip
        st.metric(
            "Expected share", _percent(meeting.expected.estimate),
            span(meeting.expected.low, meeting.expected.high, _percent) or "not comparable",
            help="What the ratings, and so the comparisons with everybody, lead one to expect.",
            **plain,
        )  # fmt: skip
        difference = meeting.difference
        st.metric(
            "Difference in rating", _signed(difference.estimate) or "unknown",
            span(difference.low, difference.high, _signed) or "not comparable",
            help=f"In points, with the {level} interval of the difference: it is not the sum of "
            "the two ratings' own intervals.", **plain,
        )  # fmt: skip
        threshold = 1 / (1 - meeting.level)
        known = meeting.favoured + meeting.opposed > 0
        st.metric(
            "E-value", _e_value(meeting.e_value) if known else "none",
            "a verdict" if meeting.level_reached else f"a verdict takes {threshold:.0f}",
            help="Evidence that one of the two is better, from those comparisons that prefer one. "
            "1 is no evidence; it stays valid however often one looks.", **plain,
        )  # fmt: skip


def _e_value(value: float) -> str:
    return "> 1,000" if value > 1000 else e_value_text(value)


def _percent(share: float) -> str:
    return "unknown" if math.isnan(share) else f"{100 * share:.0f}%"


def _signed(points: float) -> str:
    text = number(points)
    return f"+{text}" if points > 0 and text.strip("0") else text


def _colours(meeting: HeadToHead, colour: Palette) -> tuple[str, str]:
    """Return the colours of the two: those of their marks, so that they stay on every page."""
    held = colours([*state.marked(), meeting.first, meeting.second], colour)
    return held[meeting.first], held[meeting.second]


def _record(meeting: HeadToHead, own: tuple[str, str], colour: Palette) -> None:
    record = parts(
        meeting.wins, meeting.ties, meeting.both_bad, meeting.losses, soft=meeting.soft,
        palette=colour, words=(f"for {meeting.first}", f"for {meeting.second}"), colours=own,
    )  # fmt: skip
    legend(record_legend(record))
    words = ", ".join(f"{count(part.votes)} {part.words}" for part in record)
    st.plotly_chart(record_bar(record), key="record", config=STILL, alt=f"Record: {words}")


def _intervals(meeting: HeadToHead, own: str, colour: Palette) -> None:
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(literal(f"Share of the score of {meeting.first}"), anchor=False)
        observed, expected = meeting.observed, meeting.expected
        rows = [Row("Expected", expected.estimate, expected.low, expected.high, colour.faint)]
        if meeting.comparisons:
            rows.insert(0, Row("Observed", observed.estimate, observed.low, observed.high, own))
        st.plotly_chart(
            share_rows(rows, palette=colour), key="shares", config=STILL,
            alt=f"Observed and expected share of the score of {meeting.first} with intervals",
        )  # fmt: skip
    with right:
        st.subheader("Difference in rating, points", anchor=False)
        held = meeting.difference
        ahead = [Row("From all comparisons", held.estimate, held.low, held.high, colour.faint)]
        st.plotly_chart(
            point_rows(ahead, palette=colour), key="difference", config=STILL,
            alt=f"Rating of {meeting.first} minus that of {meeting.second}, with its interval",
        )  # fmt: skip


def details(arena: Arena, chosen: Chosen, meeting: HeadToHead) -> None:
    """Draw the raw comparisons, the breakdowns and the items; only the open one costs."""
    drawn: dict[str, Callable[[], None]] = {}
    if meeting.comparisons:
        drawn["Comparisons"] = lambda: _comparisons(arena, chosen.selection, meeting)
    else:
        st.caption("There is no comparison of the two to show.")
    if meeting.breakdowns:
        drawn["Breakdowns"] = lambda: breakdowns(
            meeting.breakdowns, colour=_colours(meeting, palette())[0], reference=0.5,
            words="an even score",
        )  # fmt: skip
    drawn["By capability"] = lambda: versions_view.draw(
        arena, chosen.selection, meeting.first, meeting.second
    )
    tabs = st.tabs(list(drawn), key="detail", on_change="rerun", bind="query-params")
    for tab, draw in zip(tabs, drawn.values(), strict=True):
        if tab.open:
            with tab:
                draw()


def _comparisons(arena: Arena, selection: Selection, meeting: HeadToHead) -> None:
    between = pair_data.between(selection, meeting.first, meeting.second)

    def table(sheet: raw_rows.Sheet) -> None:
        settings: dict[str, Any] = {
            "hide_index": True,
            "placeholder": "",
            "height": "content" if len(sheet.rows) < 10 else 387,
            "alt": f"Raw comparisons of {meeting.first} and {meeting.second}",
            "column_config": raw_rows.columns(sheet.rows, arena.noun),
        }
        rows = sheet.rows.drop(columns=f"{arena.noun}_b")
        if not reader.readable(rows):
            st.dataframe(rows, **settings)
            return

        def read() -> None:
            chosen = st.session_state["raw"].selection.rows
            if chosen:
                st.session_state["row"] = sheet.first + chosen[0]

        at = raw_rows.chosen_row() - sheet.first
        ticked = [at] if 0 <= at < len(rows) else []
        st.session_state["raw"] = {"selection": {"rows": ticked, "columns": [], "cells": []}}
        st.dataframe(rows, key="raw", on_select=read, selection_mode="single-row", **settings)

    legend = f"A is {meeting.first}, B is {meeting.second}."
    total = raw_rows.browse(arena, between, meeting.first, table, legend=legend)
    if total:
        reader.read(arena, between, meeting, total)

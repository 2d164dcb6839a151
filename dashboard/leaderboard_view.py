"""The parts of the leaderboard page: heading, summary, views, downloads."""

from collections.abc import Callable

import streamlit as st

from dashboard import state
from dashboard.charts.board import Group, board, groups, narrowed
from dashboard.charts.forest import MOST_ROWS, forest
from dashboard.charts.intervals import Scale
from dashboard.charts.palette import DARK, LIGHT, Palette, colours
from dashboard.data import Facets
from dashboard.trust import checks
from dashboard.wording import count, counted, file_stem, literal
from ranking import leaderboard
from ranking.methods import METHODS
from ranking.ratings import Ratings
from ranking.selection import Selection
from ranking.store import Arena

TALLEST_TABLE = 40
"""Rows that a table shows without scrolling in itself."""
_SCROLLED_HEIGHT = 912  # pixels of a longer table
_LETTER, _NARROWEST, _WIDEST = 6.6, 120, 300  # pixels of a letter, and of the column of names


def palette() -> Palette:
    """Return the colours of the appearance that the browser asks for."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def summary(arena: Arena, selection: Selection, ratings: Ratings, facets: Facets) -> None:
    """Draw what was rated, the conclusion, and whether to trust it."""
    st.caption(literal(_caption(arena, selection, ratings, facets)))
    first, second = leaderboard.conclusion(ratings)
    st.header(literal(first), anchor=False)
    if second:
        st.markdown(literal(second))
    with st.container(horizontal=True, gap="small"):
        for check in checks(ratings, facets):
            st.badge(
                check.words,
                icon=":material/check_circle:" if check.good else ":material/info:",
                color="green" if check.good else "orange",
                help=literal(check.reason),
            )
    with st.container(gap=None):
        for sentence in ratings.warnings:
            st.caption(f":material/info: {literal(sentence)}")


def _caption(arena: Arena, selection: Selection, ratings: Ratings, facets: Facets) -> str:
    rated, held = count(ratings.comparisons), count(arena.comparisons)
    parts = [
        f"{rated} comparisons" if rated == held else f"{rated} of {held} comparisons",
        counted(len(ratings), arena.noun),
        METHODS[ratings.method].title,
    ]
    if facets.both_bad:
        dropped = ratings.settings["both_bad"] == "drop"
        parts.append("both-bad left out" if dropped else "both-bad as ties")
    if selection:
        parts.append(f"only comparisons {selection.sentence}")
    return " · ".join(parts)


def views(arena: Arena, ratings: Ratings) -> None:
    """Draw the table, the plot and the details as tabs, of which only the open one costs."""
    shown, marked = _pick_shown(arena, ratings)
    tabs = dict(
        zip(
            ("Table", "Plot", "Details"),
            st.tabs(
                ["Table", "Plot", "Details"], key="view", on_change="rerun", bind="query-params"
            ),
            strict=True,
        )
    )
    for name, draw in {"Table": _tables, "Plot": _plot}.items():
        if tabs[name].open:
            with tabs[name]:
                if any(len(group.rows) for group in shown):
                    draw(arena, ratings, shown, marked)
                else:
                    st.caption(f"No {literal(leaderboard.plural(arena.noun))} are marked.")
    if tabs["Details"].open:
        with tabs["Details"]:
            _details(arena, ratings)


def _pick_shown(arena: Arena, ratings: Ratings) -> tuple[list[Group], list[str]]:
    """Draw the choice of rows; return the groups with the rows to show, and the marked names."""
    nouns = leaderboard.plural(arena.noun)
    with st.container(horizontal=True, vertical_alignment="center"):
        show = st.segmented_control(
            "Show", ["All", "Top 25", "Marked"], default="All", required=True, key="show",
            bind="query-params", label_visibility="collapsed",
        )  # fmt: skip
        marked = st.multiselect(
            f"Marked {literal(nouns)}", ratings.competitors, key="marked", bind="query-params",
            placeholder=f"Mark {nouns}: they keep their colour on every page",
            label_visibility="collapsed", width=480,
        )  # fmt: skip
    shown = [narrowed(group, ratings, show, marked) for group in groups(ratings)]
    return [group for group in shown if len(group.rows)], marked


def _tables(arena: Arena, ratings: Ratings, shown: list[Group], marked: list[str]) -> None:
    for number, group in enumerate(shown):
        if group.label:
            st.subheader(literal(group.label), anchor=False)
        _table(arena, ratings, group, marked, key=f"board-{number}")


def _table(arena: Arena, ratings: Ratings, group: Group, marked: list[str], *, key: str) -> None:
    names = [ratings.competitors[row] for row in group.rows]

    def mark() -> None:
        rows = st.session_state[key].selection.rows
        st.session_state["marked"] = state.marks_after(st.session_state["marked"], names, rows)

    scale = Scale.of(ratings, group.rows)
    colour = palette()
    frame = board(ratings, group.rows, scale=scale, colours=colours(marked, colour), palette=colour)
    if not any(frame["status"]):
        frame = frame.drop(columns="status")
    # Whole, as the browser will send it back: what differs from it counts as a click.
    ticked = [names.index(name) for name in marked if name in names]
    st.session_state[key] = {"selection": {"rows": ticked, "columns": [], "cells": []}}
    st.dataframe(
        frame,
        key=key,
        on_select=mark,
        selection_mode="multi-row",
        hide_index=True,
        height="content" if len(names) <= TALLEST_TABLE else _SCROLLED_HEIGHT,
        placeholder="",
        alt=f"Leaderboard of {arena.name}. {group.label}",
        column_config=_columns(arena, ratings, scale, longest=max(map(len, names))),
    )


def _columns(arena: Arena, ratings: Ratings, scale: Scale, *, longest: int) -> dict[str, object]:
    column = st.column_config
    level = f"{ratings.level:.0%}"
    return {
        "rank": column.TextColumn("Rank", width=72, help="All ranks that the intervals allow."),
        "competitor": column.TextColumn(
            arena.noun.capitalize(),
            width=min(max(round(longest * _LETTER + 24), _NARROWEST), _WIDEST),
        ),
        "rating": column.NumberColumn("Rating", format="%d", width=76),
        "half": column.NumberColumn(
            "±", format="%d", width=56, help=f"Half the width of the {level} interval, in points."
        ),
        "interval": column.ImageColumn(
            scale.label, width=296, help=f"Rating and {level} interval; an arrow where it is open."
        ),
        "games": column.NumberColumn("Comparisons", format="localized", width=112),
        "win_rate": column.NumberColumn(
            "Win rate", format="%.1f%%", width=88, help="Share of the possible score; ties half."
        ),
        "status": column.TextColumn("Status", width=152),
    }


def _plot(arena: Arena, ratings: Ratings, shown: list[Group], marked: list[str]) -> None:
    total = sum(len(group.rows) for group in shown)
    if total > MOST_ROWS:
        room, cut = MOST_ROWS, []
        for group in shown:
            cut.append(Group(group.label, group.rows[:room], group.comparable))
            room = max(room - len(group.rows), 0)
        shown = cut
        st.caption(f"The first {MOST_ROWS} of {count(total)}; mark some, or narrow the selection.")
    with st.container(horizontal=True, vertical_alignment="center"):
        kind = st.segmented_control(
            "Picture format", ["SVG", "PNG"], default="SVG", required=True, key="picture",
            label_visibility="collapsed",
        )  # fmt: skip
        st.caption("Save the picture with the camera in its corner.", width="content")
    colour = palette()
    st.plotly_chart(
        forest(ratings, shown, colours=colours(marked, colour), palette=colour),
        key="forest",
        alt=f"Ratings of {arena.name} with their intervals",
        config={
            "displaylogo": False,
            "displayModeBar": True,
            "modeBarButtons": [["toImage"]],
            "toImageButtonOptions": {
                "format": kind.lower(),
                "filename": file_stem(arena.name),
                "scale": 1 if kind == "SVG" else 2,
            },
        },
    )


def _details(arena: Arena, ratings: Ratings) -> None:
    settings = ", ".join(
        f"{name.replace('_', ' ')} {value}"
        for name, value in ratings.settings.items()
        if name != "level"
    )
    log_loss = f"{ratings.log_loss:.4f} nats per comparison"
    rows = {
        "Method": METHODS[ratings.method].title,
        "Settings": literal(settings),
        "Intervals": literal(f"{ratings.level:.0%}, {ratings.interval}"),
        "Log-loss": log_loss,
        "Scale": "400 points for a factor of 10 in odds"
        + (
            literal(f"; {ratings.anchor[0]} set to {ratings.anchor[1]:g}")
            if ratings.anchor
            else "; mean 1000"
        ),
        "Iterations": count(ratings.iterations),
    }
    if arena.description:
        rows["Evidence"] = literal(arena.description)
    st.table(rows, border="horizontal", width="content", alt="How these ratings were computed")


def downloads(arena: Arena, ratings: Ratings) -> None:
    """Draw the downloads of the whole leaderboard, and the link to this view."""
    kinds: dict[str, tuple[Callable[[Ratings], str], str, str]] = {
        "CSV": (leaderboard.as_csv, "csv", "text/csv"),
        "JSON": (leaderboard.as_json, "json", "application/json"),
        "Markdown": (leaderboard.as_markdown, "md", "text/markdown"),
        "LaTeX": (leaderboard.as_latex, "tex", "application/x-tex"),
    }
    stem = file_stem(arena.name)
    with st.container(horizontal=True):
        for label, (write, ending, mime) in kinds.items():
            st.download_button(
                label,
                lambda write=write: write(ratings),
                file_name=f"{stem}.{ending}",
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"download-{ending}",
            )
        with st.popover("Copy link", icon=":material/link:"):
            st.caption("This address opens the same view.")
            address = st.context.url or ""
            st.code(state.link(address, st.session_state), language=None, wrap_lines=True)

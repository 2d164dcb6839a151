"""The parts of the leaderboard page: heading, summary, views, downloads."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import data, state, trust
from dashboard.appearance import palette
from dashboard.charts.board import Group, board, groups, narrowed
from dashboard.charts.forest import MOST_ROWS, forest
from dashboard.charts.intervals import Scale
from dashboard.charts.palette import colours
from dashboard.controls import Chosen
from dashboard.equilibrium_details import task_words
from dashboard.facets import Facets
from dashboard.leaderboard_columns import columns as columns_of
from dashboard.leaderboard_columns import picture_width
from dashboard.leaderboard_details import details, style
from dashboard.leaderboard_history import history
from dashboard.leaderboard_tasks import tasks
from dashboard.sharing import copy_link
from dashboard.wording import count, counted, file_stem, literal
from ranking import leaderboard
from ranking.conclusion import conclusion
from ranking.methods import METHODS, BradleyTerry
from ranking.ratings import Ratings
from ranking.store import Arena
from ranking.wording import plural

TALLEST_TABLE = 40
"""Rows that a table shows without scrolling in itself."""
_SCROLLED_HEIGHT = 912  # pixels of a longer table
_OPEN = ":material/arrow_forward:"


def summary(arena: Arena, chosen: Chosen, ratings: Ratings, facets: Facets) -> DeltaGenerator:
    """Draw what was rated and the conclusion; return where the checks are to be drawn."""
    st.caption(literal(_caption(arena, chosen, ratings, facets)))
    first, second = conclusion(ratings)
    st.header(literal(first), anchor=False)
    if second:
        st.markdown(literal(second))
    checks = st.container(horizontal=True, gap="small")
    with st.container(gap=None):
        if ratings.anchor:
            name, points = literal(ratings.anchor[0]), f"{ratings.anchor[1]:g}"
            st.caption(
                f":material/anchor: {name} is set to {points} and all others move with it. "
                "No rank, interval width or difference depends on that."
            )
        for sentence in ratings.warnings:
            st.caption(f":material/info: {literal(sentence)}")
    return checks


def _caption(arena: Arena, chosen: Chosen, ratings: Ratings, facets: Facets) -> str:
    rated, held = count(ratings.comparisons), count(arena.comparisons)
    settings = ratings.settings
    parts = [
        f"{rated} comparisons" if rated == held else f"{rated} of {held} comparisons",
        counted(len(ratings), arena.noun),
        METHODS[ratings.method].title,
    ]
    if covariates := settings.get("covariates"):
        parts[-1] = f"{BradleyTerry.title}, {' and '.join(covariates)} held equal"
    ties = settings.get("ties", "half")
    if ties != "half":
        models = {"davidson": "Davidson’s model", "rao-kupper": "Rao–Kupper’s model"}
        parts.append(f"ties by {models[ties]}" if ties in models else "both-bad as an option")
    if facets.both_bad and ties != "outside-option":
        parts.append("both-bad left out" if settings["both_bad"] == "drop" else "both-bad as ties")
    if settings.get("payoff") == "scores":
        parts.append("mean scores")
    if ratings.equilibrium is not None and len(ratings.equilibrium.tasks) > 1:
        parts.append(f"tasks: {task_words(ratings.equilibrium)}")
    if settings.get("pairing") == "uniform":
        parts.append("all pairs alike")
    if chosen.selection:
        parts.append(f"only comparisons {chosen.selection.sentence}")
    return " · ".join(parts)


def views(arena: Arena, chosen: Chosen, ratings: Ratings, facets: Facets) -> None:
    """Draw the table and the other views as tabs, of which only the open one costs."""
    shown, marked = _pick_shown(arena, ratings)

    def of_rows(draw: Callable[[Arena, Ratings, list[Group], list[str]], None]) -> None:
        if any(len(group.rows) for group in shown):
            draw(arena, ratings, shown, marked)
        else:
            st.caption(f"No {literal(plural(arena.noun))} are marked.")

    drawings: dict[str, Callable[[], None]] = {
        "Table": lambda: of_rows(_tables),
        "Plot": lambda: of_rows(_plot),
    }
    if ratings.equilibrium is not None and ratings.equilibrium.tasks:
        drawings["Tasks"] = lambda: tasks(arena, ratings, shown)
    if ratings.unadjusted is not None:
        drawings["Style"] = lambda: style(arena, ratings)
    if facets.span and facets.span[0] < facets.span[1]:
        drawings["History"] = lambda: history(arena, chosen, ratings, shown, marked)
    drawings["Trust"] = lambda: trust.panel(data.checks(arena, chosen.selection, chosen.method))
    drawings["Details"] = lambda: details(arena, chosen, ratings)
    tabs = st.tabs(list(drawings), key="view", on_change="rerun", bind="query-params")
    for tab, draw in zip(tabs, drawings.values(), strict=True):
        if tab.open:
            with tab:
                draw()


def _pick_shown(arena: Arena, ratings: Ratings) -> tuple[list[Group], list[str]]:
    """Draw the choice of rows; return the groups with the rows to show, and the marked names."""
    nouns = plural(arena.noun)
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
        _links(marked)
    shown = [narrowed(group, ratings, show, marked) for group in groups(ratings)]
    return [group for group in shown if len(group.rows)], marked


def _links(marked: Sequence[str]) -> None:
    """Draw the way to the page of one marked competitor, or of two head to head."""
    if len(marked) == 1:
        state.competitor_link(marked[0], f"Open {marked[0]}")
    elif len(marked) == 2:
        state.head_to_head_link(*marked, "Head to head")


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

    def open_row() -> None:
        name = names[st.session_state[f"{key}-open"].row]
        st.switch_page("app_pages/competitor.py", query_params={"who": name})

    scale = Scale.settled(ratings, group.rows)
    frame = _rows(ratings, group, marked, scale)
    if (room := picture_width(frame)) < scale.width:
        scale = replace(scale, width=room)
        frame = _rows(ratings, group, marked, scale)
    # Whole, as the browser will send it back: what differs from it counts as a click.
    ticked = [names.index(name) for name in marked if name in names]
    st.session_state[key] = {"selection": {"rows": ticked, "columns": [], "cells": []}}
    columns = columns_of(arena, ratings, scale, frame)
    columns["open"] = st.column_config.ButtonColumn(
        "", width=40, type="tertiary", key=f"{key}-open", on_click=open_row,
        help=f"Open the page of this {arena.noun}.",
    )  # fmt: skip
    st.dataframe(
        frame,
        key=key,
        on_select=mark,
        selection_mode="multi-row",
        hide_index=True,
        height="content" if len(names) <= TALLEST_TABLE else _SCROLLED_HEIGHT,
        placeholder="",
        alt=f"Leaderboard of {arena.name}. {group.label}",
        column_config=columns,
    )


def _rows(ratings: Ratings, group: Group, marked: list[str], scale: Scale) -> pd.DataFrame:
    """Return the rows of a group's table, without the columns that have nothing to say."""
    colour = palette()
    frame = board(ratings, group.rows, scale=scale, colours=colours(marked, colour), palette=colour)
    if not any(frame["status"]):
        frame = frame.drop(columns="status")
    elif "mass" in frame:  # the table is wide: what can be seen at once says who is provisional
        frame.insert(list(frame.columns).index("games"), "status", frame.pop("status"))
    if frame["half"].isna().all():
        frame = frame.drop(columns="half")
    frame.insert(list(frame.columns).index("competitor") + 1, "open", _OPEN)
    return frame


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
        copy_link()

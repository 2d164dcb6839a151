"""Ratings over time: the marked competitors, or the leaders."""

import streamlit as st

from dashboard import data
from dashboard.appearance import palette
from dashboard.charts.board import Group
from dashboard.charts.history import history_alt, history_figure
from dashboard.charts.palette import colours
from dashboard.controls import Chosen
from dashboard.method_settings import predicts
from dashboard.wording import literal
from ranking.methods import METHODS
from ranking.ratings import Ratings
from ranking.store import Arena
from ranking.wording import plural

COURSES = {
    "Smoothed": "dynamic",
    "Period by period": "windows",
    "Elo": "elo",
    "Glicko-2": "glicko-2",
}
"""Ways to draw a rating over time: word -> method of `ranking.history`."""
_MOST = 5


def history(
    arena: Arena, chosen: Chosen, ratings: Ratings, shown: list[Group], marked: list[str]
) -> None:
    """Draw the ratings of the marked competitors over time, or of the first few."""
    course = st.segmented_control(
        "Course", list(COURSES), default="Smoothed", required=True, key="course",
        bind="query-params", label_visibility="collapsed",
        help="Smoothed: each rating may drift a little from period to period.",
    )  # fmt: skip
    if not predicts(METHODS[ratings.method]):
        st.caption("An equilibrium is one of the whole log; over time, these are strengths.")
    leaders = [ratings.competitors[row] for group in shown[:1] for row in group.rows[:_MOST]]
    names = [name for name in marked if name in ratings.competitors] or leaders
    if not marked:
        nouns = literal(plural(arena.noun))
        st.caption(f"The first {len(names)} {nouns}; mark others to see them instead.")
    found = data.history(arena, chosen.selection, COURSES[course], ratings.level)
    for sentence in found.warnings:
        st.caption(f":material/info: {literal(sentence)}")
    colour = palette()
    st.plotly_chart(
        history_figure(found, names, colours=colours(names, colour), palette=colour),
        key="history",
        alt=history_alt(found, names),
        config={"displayModeBar": False},
    )

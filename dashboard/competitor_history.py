"""The rating of one competitor over time, beside those that are rated next to it."""

import streamlit as st

from dashboard import data
from dashboard.appearance import STILL, palette
from dashboard.charts.history import history_alt, history_figure
from dashboard.controls import Chosen
from dashboard.leaderboard_history import COURSES
from dashboard.wording import literal
from ranking.ratings import Ratings
from ranking.store import Arena
from ranking.wording import plural

_NEIGHBOURS = 4


def history(arena: Arena, chosen: Chosen, ratings: Ratings, name: str, *, colour: str) -> None:
    """Draw the rating of a competitor over time, with its interval; its neighbours in grey."""
    course = st.segmented_control(
        "Course", list(COURSES), default="Smoothed", required=True, key="course",
        bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    slot = st.container()
    with slot.skeleton(height=340):
        found = data.history(arena, chosen.selection, COURSES[course], ratings.level)
    beside = neighbours(ratings, name)
    with slot:
        for sentence in found.warnings:
            st.caption(f":material/info: {literal(sentence)}")
        st.plotly_chart(
            history_figure(found, [name, *beside], colours={name: colour}, palette=palette()),
            key="history", config=STILL, alt=history_alt(found, [name]),
        )  # fmt: skip
        if beside:
            nouns = literal(plural(arena.noun))
            st.caption(f"In grey, the {nouns} that are rated next to it.")


def neighbours(ratings: Ratings, name: str) -> list[str]:
    """Return who is rated just above and below a competitor, best first."""
    order = [ratings.competitors[at] for at in ratings.order]
    first = order.index(name) - _NEIGHBOURS // 2
    first = max(min(first, len(order) - _NEIGHBOURS - 1), 0)
    return [other for other in order[first : first + _NEIGHBOURS + 1] if other != name]

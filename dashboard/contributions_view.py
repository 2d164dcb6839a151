"""Which tasks carry a ranking: the tasks of an equilibrium, and what each adds to each rating."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import data, running, sharing
from dashboard.appearance import STILL, palette
from dashboard.charts.contributions import contributions
from dashboard.charts.tasks import by_weight
from dashboard.equilibrium_settings import can_be_split
from dashboard.leaderboard_tasks import deciding, tasks_table
from dashboard.robustness_data import Studied
from dashboard.robustness_view import NARROWEST, conclude
from dashboard.running import Run
from dashboard.wording import count, literal
from ranking.diagnostics.redundancy_report import carrying
from ranking.errors import InputError
from ranking.methods import METHODS
from ranking.ratings import Method, Ratings
from ranking.wording import percent, plural

ON_TASKS: Mapping[str, type[Method]] = {
    METHODS[name].title: METHODS[name] for name in ("cce", "logit-equilibrium", "deviation")
}
"""Methods in whose game a player picks the task, by title."""
MOST_ROWS, MOST_COLUMNS = 40, 40
"""Competitors and tasks of one matrix: the best, and those that weigh most."""


def tasks(studied: Studied, conclusion: DeltaGenerator) -> None:
    """Draw the tasks that decide, and what each adds to the rating of each competitor.

    Parameters
    ----------
    conclusion : container
        Where the conclusion is to be drawn, above the sections.
    """
    title = st.selectbox(
        "Rating by", list(ON_TASKS), key="equilibrium", bind="query-params", width=320
    )
    kind = ON_TASKS.get(title, next(iter(ON_TASKS.values())))
    st.caption(literal(kind.summary))
    # The ratings come at once; their intervals, from resampled logs, when they are there.
    method = kind(tasks=studied.tasks, depth=studied.depth)  # type: ignore[call-arg]
    quick = replace(method, resamples=0)  # type: ignore[type-var]
    try:
        found = data.ratings_or_run(studied.arena, studied.selection, quick)
    except InputError as error:  # nothing to play for, or too many tasks: the sentence says what
        conclude(conclusion, str(error))
        return
    if isinstance(found, Run):
        running.follow(found)
        return
    report = found.equilibrium
    if report is None or len(report.tasks) < 2:
        conclude(conclusion, "All comparisons count as one task, so that none carries the ranking.")
        st.markdown(
            "Choose other tasks in the sidebar."
            if can_be_split(data.facets(studied.arena))
            else "Import a log with capabilities, items, judges or fields to see what each of them "
            "adds to whom."
        )
        return
    conclude(conclusion, f"{deciding(found)}{_heaviest(found)}")
    _contributions(studied, found)
    resampled = data.ratings_or_run(studied.arena, studied.selection, method)
    if isinstance(resampled, Run):
        _table(studied, found)
        st.caption("Intervals follow, from resampled logs.")
        running.follow(resampled)
    else:
        _table(studied, resampled)
    sharing.copy_link()


def _heaviest(ratings: Ratings) -> str:
    """Say which task carries most, where ratings are a sum over tasks."""
    report = ratings.equilibrium
    if report is None or report.contribution is None:
        return ""
    share = carrying(ratings)
    if not np.isfinite(share).all():
        return ""
    most = int(share.argmax())
    return (
        f" {percent(float(share[most]))} of all distances from the equilibrium come from "
        f"{report.tasks[most]}, more than from any other task."
    )


def _contributions(studied: Studied, ratings: Ratings) -> None:
    """Draw competitors against tasks."""
    report = ratings.equilibrium
    assert report is not None
    st.subheader("What each task adds", anchor=False)
    if report.contribution is None:
        st.markdown(
            "These ratings are not a sum over tasks: more than one mix of tasks gives them."
        )
        return
    rated = np.isfinite(report.contribution).all(axis=1)
    rows = [int(at) for at in ratings.order if rated[at]]
    columns = by_weight(report)
    nouns = literal(plural(studied.arena.noun))
    st.caption(
        "Points that each task adds to a rating or takes from it; they add up to its distance from "
        "the equilibrium, which is at 1000."
    )
    shown, most = rows[:MOST_ROWS], columns[:MOST_COLUMNS]
    if len(shown) < len(rows) or len(most) < len(columns):
        st.caption(
            f"{count(len(shown))} of {count(len(rows))} {nouns} and {count(len(most))} of "
            f"{count(len(columns))} tasks are shown, the first by rating and by weight."
        )
    with st.grid(1, min_column_width=NARROWEST, wrap=False):
        st.plotly_chart(
            contributions(
                [ratings.competitors[at] for at in shown],
                [report.tasks[at] for at in most],
                report.contribution[np.ix_(shown, most)],
                total=report.contribution[shown].sum(axis=1),
                palette=palette(),
            ),
            key="contributions", config=STILL,
            alt=f"Points that each task adds to the rating of each {studied.arena.noun}",
        )  # fmt: skip


def _table(studied: Studied, ratings: Ratings) -> None:
    """Draw the tasks, those that decide most first."""
    report = ratings.equilibrium
    assert report is not None
    st.subheader("Tasks", anchor=False)
    shares = None if report.contribution is None else carrying(ratings)
    tasks_table(studied.arena, ratings, key="robust-tasks", carries=shares)

"""Which tasks decide an equilibrium rating, and what each adds to whom."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from dashboard.appearance import STILL, legend, palette
from dashboard.charts.board import Group
from dashboard.charts.intervals import WIDTH
from dashboard.charts.mass import LEAST, longest
from dashboard.charts.tasks import (
    NAMED,
    by_weight,
    contribution_figure,
    contribution_legend,
    task_scale,
    task_table,
)
from dashboard.leaderboard_columns import width_of
from dashboard.wording import count, literal
from ranking.equilibria.report import EquilibriumReport
from ranking.ratings import Ratings
from ranking.store import Arena
from ranking.wording import percent, plural

MOST_ROWS = 40
"""Competitors whose bars are drawn at once."""
_TALLEST, _SCROLLED_HEIGHT = 16, 580  # rows; pixels of a longer table: part of a row is seen
_ALONE = (
    "All comparisons count as one task here, so that no task can outweigh another. Choose other "
    "tasks beside the table, or import a log with capabilities, items, judges or fields."
)


def tasks(arena: Arena, ratings: Ratings, shown: Sequence[Group]) -> None:
    """Draw which tasks decide, and what each adds to the ratings of the competitors shown."""
    report = ratings.equilibrium
    assert report is not None
    if len(report.tasks) < 2:
        st.markdown(_ALONE)
        return
    st.markdown(literal(deciding(ratings)))
    tasks_table(arena, ratings, key="tasks-table")
    if report.contribution is not None:
        _contributions(arena, ratings, shown)


def deciding(ratings: Ratings) -> str:
    """Say which tasks the equilibrium picks, and how often, in a sentence or two."""
    report = ratings.equilibrium
    assert report is not None
    total = f"{count(len(report.tasks))} {_kind(report)}"
    order = by_weight(report)
    if report.task_mass is None:
        return (
            f"The equilibrium is not unique in how often it picks each of the {total}; the ratings "
            "are. A task at 1000 separates most, one below it less."
        )
    used = [at for at in order if report.task_mass[at] >= LEAST]
    named = [f"{report.tasks[at]} ({percent(float(report.task_mass[at]))})" for at in used[:3]]
    if len(used) == 1:
        return f"One of {total} decides: {named[0]}. The others separate less, and weigh nothing."
    if len(used) == len(report.tasks) and np.ptp(report.task_mass) < 1e-6:
        alone = _alone(ratings)
        if alone is None:
            return f"All {total} weigh alike."
        return f"All {total} weigh alike: {alone}, alone in the mix, has nobody to differ from."
    listed = f"{', '.join(named[:-1])} and {named[-1]}"
    if len(used) == len(report.tasks) > len(named):
        return f"All {total} decide, most of all {listed}."
    if len(used) > len(named):
        listed = f"{', '.join(named)} and {count(len(used) - len(named))} more"
    return f"{count(len(used))} of {total} decide: {listed}."


def _alone(ratings: Ratings) -> str | None:
    """Return the competitor that is the whole mix of the equilibrium, if there is one."""
    report = ratings.equilibrium
    if report is None or report.mass is None:
        return None
    picked = np.flatnonzero(np.nan_to_num(report.mass) >= LEAST)
    return ratings.competitors[picked[0]] if len(picked) == 1 else None


def _kind(report: EquilibriumReport) -> str:
    kinds = ("capabilities", "judges", "items")
    return report.tasks_by if report.tasks_by in kinds else "tasks"


def tasks_table(
    arena: Arena, ratings: Ratings, *, key: str, carries: Sequence[float] | None = None
) -> None:
    """Draw the tasks as a table, those that decide most first.

    Parameters
    ----------
    key : str
        Of the table.
    carries : sequence of float, optional
        Which share of all contributions each task carries, in the order of the report.
    """
    report = ratings.equilibrium
    assert report is not None
    scale = task_scale(report)
    frame = task_table(report, scale=scale, palette=palette())
    if carries is not None:
        shares = 100 * np.asarray(carries)[by_weight(report)]
        frame.insert(list(frame.columns).index("task") + 1, "carries", shares)
    column = st.column_config
    level = f"{ratings.level:.0%}"
    columns = {
        "task": column.TextColumn("Task", width=width_of(frame["task"], 88, 300)),
        "carries": column.NumberColumn(
            "Carries", format="%.1f%%", width=80,
            help="Share of all ratings’ distance from the equilibrium that comes from the task.",
        ),
        "rating": column.NumberColumn(
            "Rating", format="%d", width=76,
            help="1000 where the equilibrium picks the task; below it, how much less the task "
            "separates the mix of the equilibrium.",
        ),
        "half": column.NumberColumn(
            "±", format="%d", width=48, help=f"Half the width of the {level} interval, in points."
        ),
        "interval": column.ImageColumn(
            scale.label, width=WIDTH + 16, help=f"Rating and {level} interval."
        ),
    }  # fmt: skip
    if "mass" in frame:
        columns["mass"] = column.ProgressColumn(
            "Mass", format="%.1f%%", min_value=0.0, max_value=longest(frame["mass"].dropna()),
            width=120, help="How often the equilibrium picks the task; the longest bar is the "
            "largest share.",
        )  # fmt: skip
    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        width="content",
        height="content" if len(frame) <= _TALLEST else _SCROLLED_HEIGHT,
        placeholder="",
        alt=f"Tasks of {arena.name}, those that decide most first",
        column_config=columns,
    )


def _contributions(arena: Arena, ratings: Ratings, shown: Sequence[Group]) -> None:
    nouns = literal(plural(arena.noun))
    report = ratings.equilibrium
    assert report is not None and report.contribution is not None
    rated = np.isfinite(report.contribution).all(axis=1)
    rows = [int(row) for group in shown for row in group.rows if rated[row]]
    st.subheader("What each task adds", anchor=False)
    if not rows:
        st.caption(f"No {nouns} of the largest group are shown.")
        return
    more = f" The {NAMED} that matter most have names." if len(report.tasks) > NAMED + 1 else ""
    st.caption(
        "Bars to the left hold back, bars to the right carry; they add up to the dot, the points "
        f"that a {literal(arena.noun)} is above or below the equilibrium.{more}"
    )
    if len(rows) > MOST_ROWS:
        st.caption(f"The first {MOST_ROWS} of {count(len(rows))} {nouns}; mark some to see others.")
        rows = rows[:MOST_ROWS]
    colour = palette()
    legend(contribution_legend(ratings, rows, palette=colour))
    st.plotly_chart(
        contribution_figure(ratings, rows, palette=colour),
        key="contributions",
        alt=f"What each task adds to the ratings of {arena.name}, in points",
        config=STILL,
    )

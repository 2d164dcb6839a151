"""The tasks of an equilibrium and what they add, as tables and pictures: no page, no browser."""

from dataclasses import replace

import numpy as np
import pytest

from dashboard.charts.board import board
from dashboard.charts.intervals import Scale
from dashboard.charts.mass import in_percent, longest
from dashboard.charts.palette import DARK, LIGHT
from dashboard.charts.tasks import (
    NAMED,
    contribution_figure,
    contribution_legend,
    task_scale,
    task_table,
)
from dashboard.equilibrium_details import equilibrium_rows
from dashboard.leaderboard_tasks import deciding
from tests.dashboard.fake_equilibria import fake_equilibrium, fake_report
from tests.dashboard.fakes import fake_ratings


def bars(figure):
    """Return the stacked bars of a figure."""
    return [trace for trace in figure.data if trace.type == "bar"]


def test_tasks_are_sorted_by_what_they_weigh():
    """The heaviest task comes first, whatever its place in the log."""
    report = fake_report(task_mass=np.array([0.1, 0.0, 0.9]))
    frame = task_table(report, scale=task_scale(report), palette=LIGHT)
    assert list(frame["task"]) == ["task-3", "task-1", "task-2"]
    assert list(frame["mass"].fillna(-1)) == [90.0, 10.0, -1]
    assert all(picture.startswith("data:image/svg+xml") for picture in frame["interval"])


def test_tasks_without_masses_are_sorted_by_rating():
    """Where only ratings are unique there is no column of masses, and ratings order the table."""
    report = fake_report(task_mass=None, task_rating=np.array([980.0, 1000.0, 990.0]))
    frame = task_table(report, scale=task_scale(report), palette=DARK)
    assert list(frame["task"]) == ["task-2", "task-3", "task-1"] and "mass" not in frame


def test_tasks_without_intervals_have_no_half_width():
    """Nothing resampled: no column of half widths, and the dots stand alone."""
    unknown = np.full(3, np.nan)
    report = fake_report(task_low=unknown, task_high=unknown)
    frame = task_table(report, scale=task_scale(report), palette=LIGHT)
    assert "half" not in frame and all(frame["interval"])


def test_bars_add_up_to_the_rating():
    """Parts of the named tasks and of the rest sum to the dot, the rating less 1000."""
    ratings = fake_equilibrium(6, 12)
    figure = contribution_figure(ratings, range(6), palette=LIGHT)
    parts = bars(figure)
    assert len(parts) == NAMED + 1 and parts[-1].name == "4 other tasks"
    total = next(trace for trace in figure.data if trace.name == "In all")
    assert np.sum([part.x for part in parts], axis=0) == pytest.approx(np.array(total.x))
    assert np.array(total.x) == pytest.approx(ratings.rating - 1000)


def test_a_rest_of_one_is_named():
    """One task more than there are colours for is named, not called “1 other tasks”."""
    figure = contribution_figure(fake_equilibrium(4, NAMED + 1), range(4), palette=LIGHT)
    assert len(bars(figure)) == NAMED + 1
    assert not any("other tasks" in trace.name for trace in bars(figure))


def test_the_most_important_tasks_are_named():
    """Names go to the tasks whose parts are largest over the competitors that are shown."""
    parts = np.zeros((3, 9))
    parts[:, 4], parts[0, 7] = -50.0, -90.0
    ratings = fake_equilibrium(3, 9, contribution=parts)
    figure = contribution_figure(ratings, [1, 2], palette=LIGHT)
    assert [trace.name for trace in bars(figure)] == ["task-5"]


def test_competitors_outside_the_game_are_left_out():
    """Who never met the others has no parts, and no row."""
    ratings = fake_equilibrium(4, 3)
    parts = ratings.equilibrium.contribution.copy()
    parts[3] = np.nan
    ratings = replace(ratings, equilibrium=replace(ratings.equilibrium, contribution=parts))
    figure = contribution_figure(ratings, range(4), palette=LIGHT)
    assert len(bars(figure)[0].x) == 3 and len(figure.layout.yaxis.ticktext) == 3


def test_hostile_names_are_text():
    """Names of competitors and tasks are escaped wherever Plotly reads HTML."""
    ratings = fake_equilibrium(2, 2, tasks_by="x")
    hostile = "<b onclick=x>"
    report = replace(ratings.equilibrium, tasks=(hostile, "plain"))
    ratings = replace(ratings, competitors=(hostile, "calm"), equilibrium=report)
    written = contribution_figure(ratings, [0, 1], palette=LIGHT).to_json()
    assert "<b onclick" not in written.replace("\\u003c", "<")
    entries = contribution_legend(ratings, [0, 1], palette=LIGHT)
    assert len(entries) == 3 and not any(hostile in entry for entry in entries)


def test_masses_are_per_cent_and_dust_is_nothing():
    """A share below a twentieth of a per cent is none, as is an unknown one."""
    assert in_percent(np.array([0.25, 1e-6, np.nan])) == [25.0, None, None]
    assert longest([25.0, None]) == 25.0 and longest([]) == 100.0


def test_the_leaderboard_has_masses_where_an_equilibrium_has():
    """The column stands beside the interval; ratings without an equilibrium have none."""
    for ratings, held in ((fake_equilibrium(), True), (fake_ratings(), False)):
        rows = ratings.order
        frame = board(ratings, rows, scale=Scale.of(ratings, rows), colours={}, palette=LIGHT)
        assert ("mass" in frame) is held
    assert fake_equilibrium().equilibrium.mass[0] == 1


@pytest.mark.parametrize(
    ("mass", "words"),
    [
        ([0.7, 0.3, 0, 0], "2 of 4 capabilities decide: task-1 (70%) and task-2 (30%)."),
        ([0, 0, 1, 0], "One of 4 capabilities decides: task-3 (100%)."),
        ([0.25] * 4, "All 4 capabilities weigh alike: model-1, alone in the mix"),
        (
            [0.4, 0.3, 0.2, 0.1],
            "All 4 capabilities decide, most of all task-1 (40%), task-2 (30%) and task-3 (20%).",
        ),
    ],
)
def test_who_decides_is_said_in_words(mass, words):
    """The heaviest tasks are named with their shares, the others are counted."""
    ratings = fake_equilibrium(tasks=4, task_mass=np.array(mass))
    assert deciding(ratings).startswith(words)


def test_details_say_what_the_equilibrium_rests_on():
    """Gain by leaving, path, clones, data, spread, shrinkage and bias stand in plain words."""
    rows = equilibrium_rows(fake_equilibrium())
    assert "0.3 points" in rows["Equilibrium"].replace("\\", "")
    assert "100,000" in rows["How it was found"] and "2 folds" in rows["How it was found"]
    assert rows["Tasks"] == "3 capabilities"
    assert rows["Evidence"].startswith("62% of the pairs on a task")
    assert "87 points" in rows["Between tasks"]
    assert "12 comparisons" in rows["Shrinkage"]
    assert "copy" in rows["Clones among models"]
    assert "−14" in rows["Bias"] and "9 points on average" in rows["Bias"]


def test_details_say_nothing_of_what_is_not_known():
    """Rows without a number are left out, and never say nan or inf."""
    report = fake_report(
        exploitability=np.nan, precision=np.inf, folds=0, spread=np.nan, shrinkage=np.inf,
        data_share=np.nan, clones=(), near_clones=(), resamples=0, bias=np.full(5, np.nan),
    )  # fmt: skip
    rows = equilibrium_rows(replace(fake_equilibrium(), equilibrium=report))
    assert set(rows) == {"Tasks", "Shrinkage"}
    assert not any("nan" in words or "inf " in words for words in rows.values())

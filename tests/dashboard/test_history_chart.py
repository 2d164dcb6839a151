"""The chart of ratings over time: what is drawn, where names stand, and in which colour."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.charts.history import history_alt, history_figure
from dashboard.charts.palette import DARK, LIGHT, colours
from dashboard.charts.placement import kept_apart
from ranking.history import History

HOSTILE = ("<b>x</b>", "<a href='http://e.example'>y</a>", "a & b")


def fake_history(m: int = 3, periods: int = 6, **changes) -> History:
    """Return a history of m competitors, 50 points apart, rising 2 points a week, ±20."""
    rating = 1000 + 50.0 * np.arange(m)[::-1] + 2.0 * np.arange(periods)[:, None]
    fields = {
        "competitors": tuple(f"model-{number}" for number in range(1, m + 1)),
        "times": np.datetime64("2024-01-07T23:59:59", "s")
        + np.arange(periods) * np.timedelta64(7 * 86_400, "s"),
        "rating": rating,
        "low": rating - 20,
        "high": rating + 20,
        "games": np.full((periods, m), 10.0),
        "method": "dynamic",
        "settings": {},
        "period": "week",
        "interval": "by hand",
        "level": 0.95,
        "arena": "Arena",
        "noun": "model",
    }
    return History(**{**fields, **changes})


def plotted(history, marked=(), *, shown=None, palette=LIGHT):
    shown = history.competitors if shown is None else shown
    return history_figure(history, shown, colours=colours(marked, palette), palette=palette)


def curves(figure):
    return [trace for trace in figure.data if trace.yaxis != "y2" and trace.fill is None]


def rugs(figure):
    return [trace for trace in figure.data if trace.yaxis == "y2"]


def test_a_single_competitor_has_the_accent_and_a_band() -> None:
    """One line, one band around it, one rug; both bounds of the band are reached."""
    figure = plotted(fake_history(), shown=["model-2"])
    (line,) = curves(figure)
    assert line.line.color == LIGHT.accent
    (band,) = [trace for trace in figure.data if trace.fill == "toself"]
    drawn = [y for y in band.y if y is not None]
    assert min(drawn) == 1030 and max(drawn) == 1080
    assert len(rugs(figure)) == 1


def test_marked_competitors_have_their_colours_and_the_others_step_back() -> None:
    """Bands and rugs for the marked only, which are drawn above the others."""
    figure = plotted(fake_history(4), ["model-2", "model-3"])
    lines = curves(figure)
    assert [line.line.color for line in lines[:2]] == [LIGHT.faint] * 2
    assert {line.line.color for line in lines[2:]} == set(
        colours(["model-2", "model-3"], LIGHT).values()
    )
    assert sum(trace.fill == "toself" for trace in figure.data) == 2
    assert len(rugs(figure)) == 2


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_colours_come_from_the_palette(palette) -> None:
    """No colour of the figure is from elsewhere."""
    figure = plotted(fake_history(), ["model-1"], palette=palette)
    known = {palette.accent, palette.text, palette.faint, palette.line, *palette.categorical}
    used = {trace.line.color or trace.marker.line.color for trace in curves(figure)}
    used |= {note.font.color for note in figure.layout.annotations}
    used |= {figure.layout.yaxis.gridcolor, figure.layout.xaxis.linecolor}
    assert used <= known


def test_names_stand_beside_the_ends_of_their_curves() -> None:
    """Where there is room, each at its last rating, in its colour."""
    figure = plotted(fake_history(), ["model-1", "model-3"])
    notes = {note.text: note for note in figure.layout.annotations}
    for place, name in enumerate(("model-1", "model-2", "model-3")):
        assert notes[name].y == pytest.approx(1010 + 100 - 50 * place)
    assert notes["model-1"].font.color == colours(["model-1", "model-3"], LIGHT)["model-1"]


def test_names_of_equal_ratings_do_not_overlap() -> None:
    """Twenty competitors with one rating: names at least a line apart, all inside the plot."""
    rating = np.full((6, 20), 1000.0)
    history = fake_history(20, rating=rating, low=rating - 5, high=rating + 5)
    figure = plotted(history, ["model-1"])
    low, high = figure.layout.yaxis.range
    share = figure.layout.yaxis.domain[1] - figure.layout.yaxis.domain[0]
    pixels = (figure.layout.height - 48) * share / (high - low)
    heights = np.sort([note.y for note in figure.layout.annotations]) * pixels
    assert len(heights) == 20
    assert np.diff(heights).min() > 16
    assert low < min(note.y for note in figure.layout.annotations)


@given(st.lists(st.tuples(st.floats(-50, 450), st.integers(10, 40)), min_size=1, max_size=9))
def test_labels_are_kept_apart_and_inside(labels) -> None:
    """No label lies over another or outside, and those that have room are not moved."""
    wanted, heights = (list(part) for part in zip(*labels, strict=True))
    positions = kept_apart(wanted, heights, 400)
    order = np.argsort(positions)
    for above, below in pairwise(order):
        gap = positions[below] - positions[above]
        assert gap >= (heights[above] + heights[below]) / 2 - 1e-9
    for position, height in zip(positions, heights, strict=True):
        assert height / 2 - 1e-9 <= position <= 400 - height / 2 + 1e-9
    if len(labels) == 1 and heights[0] / 2 <= wanted[0] <= 400 - heights[0] / 2:
        assert positions == pytest.approx(wanted)


def test_a_curve_is_dotted_after_the_last_comparison() -> None:
    """Solid while it plays; then dotted, from the same point."""
    games = np.full((6, 3), 10.0)
    games[3:, 0] = 0
    solid, dotted = curves(plotted(fake_history(games=games), shown=["model-1"]))
    assert (solid.line.dash, dotted.line.dash) == ("solid", "dot")
    assert len(solid.x) == 3 and len(dotted.x) == 4
    assert solid.x[-1] == dotted.x[0]


def test_a_newcomer_begins_later() -> None:
    """Nothing is drawn before the first comparison."""
    history = fake_history()
    rating = history.rating.copy()
    rating[:2, 0] = np.nan
    (line,) = curves(plotted(fake_history(rating=rating), shown=["model-1"]))
    assert len(line.x) == 4


def test_windows_are_dots_with_their_own_intervals() -> None:
    """No band between periods that say nothing about each other; neighbours stand aside."""
    figure = plotted(fake_history(method="windows"), ["model-1", "model-2", "model-3"])
    assert not [trace for trace in figure.data if trace.fill == "toself"]
    for trace in curves(figure):
        np.testing.assert_allclose(trace.error_y.array, 20)
    assert len({trace.x[0] for trace in curves(figure)}) == 3


def test_open_limits_reach_the_edge() -> None:
    """An infinite limit does not stretch the axis: its bar ends at the edge."""
    history = fake_history(method="windows")
    high = history.high.copy()
    high[2, 0] = np.inf
    figure = plotted(fake_history(method="windows", high=high), shown=["model-1"])
    (trace,) = curves(figure)
    assert np.isfinite(figure.layout.yaxis.range).all()
    assert trace.y[2] + trace.error_y.array[2] == pytest.approx(figure.layout.yaxis.range[1])
    assert "at least" in trace.customdata[2]


def test_a_single_period_is_a_dot() -> None:
    """There is no line through one point."""
    (trace,) = curves(plotted(fake_history(periods=1), shown=["model-1"]))
    assert "markers" in trace.mode


def test_unknown_and_unrated_competitors_are_left_out() -> None:
    """An empty selection is an empty plot, not an error."""
    rating = np.full((6, 3), np.nan)
    history = fake_history(rating=rating, low=rating, high=rating)
    assert not plotted(history).data
    assert not plotted(fake_history(), shown=["who"]).data
    assert "none" in history_alt(history, history.competitors)


def test_names_are_escaped() -> None:
    """Plotly's own HTML in a name is shown, not obeyed."""
    figure = plotted(fake_history(competitors=HOSTILE), [HOSTILE[0]])
    said = [note.text for note in figure.layout.annotations]
    said += [text for trace in figure.data for text in trace.customdata or ()]
    assert said
    for text in said:
        assert "<a" not in text and "<b>x" not in text


def test_the_rug_marks_periods_with_comparisons() -> None:
    """One tick per such period, stronger where there were more."""
    games = np.full((6, 3), 10.0)
    games[1, 0], games[2, 0] = 0, 40
    (rug,) = rugs(plotted(fake_history(games=games), shown=["model-1"]))
    assert len(rug.x) == 5
    assert np.argmax(rug.marker.opacity) == 1 and max(rug.marker.opacity) == 1


def test_hover_says_rating_interval_and_comparisons() -> None:
    """Numbers are whole, dates ISO, and the period is named."""
    (line,) = curves(plotted(fake_history(), shown=["model-1"]))
    assert line.customdata[0] == (
        "<b>model-1</b><br>2024-01-07: 1,100 points (1,080 to 1,120)<br>10 comparisons in this week"
    )


def test_the_description_says_who_moved_where() -> None:
    """First and last rating of each, and the dates."""
    assert history_alt(fake_history(), ["model-1", "model-3"]) == (
        "Ratings in points from 2024-01-07 to 2024-02-11: "
        "model-1 from 1,100 to 1,110; model-3 from 1,000 to 1,010."
    )

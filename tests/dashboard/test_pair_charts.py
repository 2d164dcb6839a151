"""Charts of one competitor and of two are pure functions of results."""

import math

import numpy as np
import pytest

from dashboard.charts.interval_rows import Row, point_rows, share_rows
from dashboard.charts.labels import LINE, label
from dashboard.charts.opponents import (
    LINE_HEIGHT,
    ROW_HEIGHT,
    opponents_figure,
    opponents_legend,
)
from dashboard.charts.palette import DARK, LIGHT
from dashboard.charts.record import parts, record_bar, record_legend
from ranking.breakdown import Share
from ranking.competitor import Opponent

HOSTILE = "<b>x</b>"
NOTHING = Share(math.nan, math.nan, math.nan)


def opponent(name: str, *, games: float = 10, surprising: bool = False, **changes) -> Opponent:
    fields = {
        "wins": 6.0,
        "ties": 1.0,
        "losses": 3.0,
        "observed": Share(0.65, 0.4, 0.9),
        "expected": Share(0.5, 0.45, 0.55),
        "residual": 1.0,
        "adjusted_p": 0.01 if surprising else 0.5,
        **changes,
    }
    return Opponent(name=name, games=games, surprising=surprising, **fields)


def drawn(opponents: list[Opponent]):
    return opponents_figure(opponents, palette=LIGHT)


def test_a_record_is_drawn_in_order_and_in_full():
    """Wins first, losses last, the shares sum to one, and what never happened is left out."""
    record = parts(6, 2, 0, 2, palette=LIGHT)
    figure = record_bar(record)
    assert [part.words for part in record] == ["won", "tied", "lost"]
    assert sum(trace.x[0] for trace in figure.data) == pytest.approx(1)
    assert figure.data[0].marker.color == LIGHT.accent
    assert figure.data[-1].marker.color == LIGHT.opposite


def test_a_record_without_comparisons_is_empty():
    """Nothing to divide by is no error."""
    assert record_bar(parts(0, 0, 0, 0, palette=LIGHT)).data == ()


def test_small_parts_have_no_number():
    """A number is written only where it fits."""
    figure = record_bar(parts(99, 0, 0, 1, palette=LIGHT))
    assert [trace.text[0] for trace in figure.data] == ["99%", ""]


def test_the_legend_of_a_record_escapes_names():
    """Names in the legend are shown letter by letter."""
    record = parts(1, 0, 0, 1, palette=LIGHT, words=("for :red[x]", "for y"))
    assert ":red[x]" not in record_legend(record)[0]
    assert "1,000" in record_legend(parts(1000, 0, 0, 0, palette=LIGHT))[0]


def test_opponents_stand_where_they_scored():
    """Each dot is at the observed share, each tick at the expected one, in the order given."""
    figure = drawn([opponent("a"), opponent("b", observed=Share(0.2, 0.1, 0.4))])
    dots, ticks = figure.data
    assert list(dots.x) == [0.65, 0.2]
    assert list(ticks.x) == [0.5, 0.5]
    assert list(dots.y) == list(ticks.y) == sorted(dots.y, reverse=True)
    assert dots.error_x.array[0] == pytest.approx(0.25)
    assert [name for name, _ in dots.customdata] == ["a", "b"]


def test_surprising_opponents_have_the_opposite_colour():
    """What is surprising is a trace of its own, in the colour opposite to the accent."""
    figure = drawn([opponent("a", surprising=True), opponent("b")])
    plain, surprising, _ = figure.data
    assert (plain.marker.color, surprising.marker.color) == (LIGHT.accent, LIGHT.opposite)
    assert surprising.customdata[0][0] == "a"
    assert len(opponents_legend([opponent("a")], palette=LIGHT)) == 2


def test_dots_grow_with_the_evidence():
    """The opponent with the most comparisons has the largest dot."""
    sizes = drawn([opponent("a", games=100), opponent("b", games=1)]).data[0].marker.size
    assert sizes[0] > sizes[1] > 0


def test_long_names_are_whole_and_make_room():
    """A long name is broken into lines, none of it is lost, and its row is taller."""
    name = "open-assistant-pythia-sft-4-twelve-billion"
    assert label(name).replace("<br>", "") == name
    assert max(map(len, label(name).split("<br>"))) <= LINE
    taller = drawn([opponent(name)]).layout.height - drawn([opponent("a")]).layout.height
    assert taller == LINE_HEIGHT * label(name).count("<br>")
    assert drawn([opponent("a"), opponent("b")]).layout.height - ROW_HEIGHT == (
        drawn([opponent("a")]).layout.height
    )


def test_a_word_longer_than_a_line_is_not_cut():
    """What cannot be broken stays whole."""
    assert label("x" * 60) == "x" * 60


def test_names_are_escaped_in_every_chart():
    """Markup in a name is shown as it is, on axes and in hovers."""
    figure = drawn([opponent(HOSTILE)])
    assert HOSTILE not in figure.layout.yaxis.ticktext[0]
    assert HOSTILE not in figure.data[0].customdata[0][1]
    rows = share_rows([Row(HOSTILE, 0.5, 0.4, 0.6, LIGHT.accent, HOSTILE)], palette=LIGHT)
    assert HOSTILE not in rows.layout.yaxis.ticktext[0]
    assert HOSTILE not in rows.data[0].hovertemplate.replace("<b>&lt;", "&lt;")


def test_an_opponent_without_shares_is_no_error():
    """Where nothing is known, nothing is drawn, and the details say what there is."""
    figure = drawn([opponent("a", observed=NOTHING, expected=NOTHING)])
    assert np.isnan(figure.data[0].x[0])
    assert "expected" not in figure.data[0].customdata[0][1]


def test_no_opponents_is_an_empty_chart():
    """An empty list of opponents is drawn without an error."""
    assert drawn([]).layout.height > 0


def test_share_rows_have_the_whole_range():
    """Shares are on one axis from 0 to 100%, each with its own limits."""
    figure = share_rows([Row("a", 0.6, 0.5, 0.8, "#123456")], palette=DARK)
    (trace,) = figure.data
    assert trace.x[0] == 0.6
    assert trace.error_x.array[0] == pytest.approx(0.2)
    assert trace.error_x.arrayminus[0] == pytest.approx(0.1)
    assert figure.layout.xaxis.range[0] < 0 < 1 < figure.layout.xaxis.range[1]


def test_unknown_rows_keep_their_place():
    """A row without an estimate has its label, and no dot."""
    figure = share_rows(
        [Row("a", math.nan, math.nan, math.nan, "#123456"), Row("b", 0.5, 0.4, 0.6, "#123456")],
        palette=LIGHT,
    )
    assert list(figure.layout.yaxis.ticktext) == ["a", "b"]
    assert len(figure.data) == 1


def test_point_rows_show_zero_and_all_limits():
    """The axis of differences holds zero and every finite limit."""
    low, high = point_rows([Row("a", 120, 80, 160, "#123456")], palette=LIGHT).layout.xaxis.range
    assert low < 0 < 160 < high


def test_open_limits_reach_the_edge():
    """An infinite limit is drawn to the edge of the axis and not beyond."""
    figure = point_rows([Row("a", 50, 10, math.inf, "#123456")], palette=LIGHT)
    (trace,) = figure.data
    edge = figure.layout.xaxis.range[1]
    assert trace.x[0] + trace.error_x.array[0] == pytest.approx(edge)
    assert "∞" in trace.hovertemplate

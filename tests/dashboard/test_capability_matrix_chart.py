"""The chart of the capability matrix, from a matrix made by hand."""

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from dashboard.charts.capability_matrix import matrix_figure
from dashboard.charts.capability_shades import (
    LIKELY,
    MEASURES,
    NO_DIFFERENCE,
    UNTOLD,
    rank_set,
)
from dashboard.charts.heat_map import DEEPEST
from dashboard.charts.palette import DARK, LIGHT, blend
from tests.dashboard.capability_fakes import NAMES, fake_matrix, fake_ranks
from tests.dashboard.test_robustness_charts import READABLE, contrast

HOSTILE = "<b>x</b><script>alert(1)</script>"


def drawn(matrix, measure="Strength", *, across=True, palette=LIGHT, **chosen):
    """Return the figure of all cells, or of some."""
    m, n = matrix.verdict.shape
    places = {"competitors": range(m), "capabilities": range(n)} | chosen
    shades = MEASURES[measure](matrix, fake_ranks())
    return matrix_figure(matrix, shades, across=across, palette=palette, **places)


def heat(figure):
    return next(trace for trace in figure.data if trace.type == "heatmap")


def cells(figure):
    return next(trace for trace in figure.data if trace.type == "bar")


def test_only_confirmed_cells_carry_a_number():
    """Every other cell says in a mark why it has none; nothing looks like zero."""
    text = np.array(cells(drawn(fake_matrix())).text).reshape(3, 3)
    up, _ = LIKELY
    assert text[0].tolist() == ["+9", up, ""]
    assert text[1].tolist() == [NO_DIFFERENCE, UNTOLD, ""]
    assert text[2].tolist() == ["−9", LIKELY[1], ""]


def test_few_items_are_hatched_and_have_no_colour():
    """Fewer than 20 items: no estimate is coloured, whatever it is."""
    figure = drawn(fake_matrix())
    shape = np.array(cells(figure).marker.pattern.shape).reshape(3, 3)
    assert (shape[:, 2] == "/").all() and (shape[:, :2] == "").all()
    values = np.array(heat(figure).z, float)
    assert (np.nan_to_num(values[:, 2]) == 0).all()
    assert values[0, 0] == 9


def test_doubt_makes_cells_paler():
    """Opacity falls with the chance of a wrong sign, and what is confirmed is never damped."""
    values = np.array(heat(drawn(fake_matrix())).z, float)
    estimate = fake_matrix().estimate
    share = values[:, :2] / estimate[:, :2]
    assert share[0, 0] == share[2, 0] == 1
    assert share[0, 1] == pytest.approx(0.55 * (1 - 2 * 0.02))
    assert share[1, 0] == pytest.approx(0.55 * 0.5)
    unsure = fake_matrix(false_sign_rate=np.full((3, 3), 0.5))
    values = np.array(heat(drawn(unsure)).z, float)
    assert values[0, 1] == 0 and values[0, 0] == 9


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_text_is_readable_on_every_colour(palette):
    """Numbers on the strongest cells, and marks on the strongest unconfirmed ones, by WCAG AA."""
    figure = drawn(fake_matrix(), palette=palette)
    for colour in (palette.accent, palette.opposite):
        strongest = blend(palette.paper, colour, DEEPEST)
        assert contrast(palette.text, strongest) >= READABLE
        damped = blend(palette.paper, strongest, 0.55)
        assert contrast(palette.faint, damped) >= 3  # a mark, not text
    faint = np.array(cells(figure).textfont.color).reshape(3, 3)
    assert faint[0, 0] == palette.text and faint[0, 1] == palette.faint


def test_a_click_names_competitor_and_capability():
    """Points carry positions in the matrix, however cells are sorted, paged or turned."""
    for across in (True, False):
        figure = drawn(fake_matrix(), across=across, competitors=[2, 0], capabilities=[1])
        bars = cells(figure)
        assert [list(data[:2]) for data in bars.customdata] == [[2, 1], [0, 1]]
        names = figure.layout.yaxis.ticktext if across else figure.layout.xaxis.ticktext
        assert [name.strip() for name in names] == ["cat", "ant"]
    assert list(zip(bars.base, bars.y, strict=True)) == [(-0.5, 0), (0.5, 0)]


@pytest.mark.parametrize(
    ("measure", "expected"),
    [("Rating", ["1,150", "1,000", "850"]), ("Win rate", ["70%", "50%", "30%"]),
     ("Items", ["200", "200", "200"])],
)  # fmt: skip
def test_other_measures_write_every_cell(measure, expected):
    """A rating, a win rate and a count are what they are, confirmed or not."""
    figure = drawn(fake_matrix(), measure)
    text = np.array(cells(figure).text).reshape(3, 3)
    assert text[:, 0].tolist() == expected
    assert (text[:, 1] != "").all()
    assert (text[:, 2] == "").all() == (measure != "Items")


def test_ranks_are_in_the_order_of_the_matrix():
    """Rank sets come in the order of the evidence; cells without one are empty."""
    figure = drawn(fake_matrix(), "Rank")
    text = np.array(cells(figure).text).reshape(3, 3)
    assert text.tolist() == [["1", "1–2", ""], ["2", "1–3", ""], ["3", "2–3", ""]]
    values = np.array(heat(figure).z, float)
    assert values[0, 0] > values[1, 0] == 0 > values[2, 0]
    assert values[0, 1] == values[0, 0] / 2  # two of the three ranks are possible
    assert values[2, 1] == values[2, 0] / 2


def test_a_rank_that_could_be_any_has_no_colour():
    """Where all ranks are possible the cell is as pale as the background."""
    ranks = fake_ranks()
    anything = replace(ranks, low=np.ones((3, 3)), high=np.full((3, 3), 3.0))
    shades = MEASURES["Rank"](fake_matrix(), anything)
    assert (shades.opacity == 0).all() and (shades.text == "1–3").all()


def test_rank_sets_are_written_as_ranges():
    """One rank is itself, several a range with an en dash, none nothing."""
    assert [rank_set(1, 1), rank_set(4, 8), rank_set(math.nan, 2)] == ["1", "4–8", ""]


def test_other_questions_show_what_they_ask():
    """From scores, too, cells hold the shrunken difference that is tested, in its unit."""
    matrix = fake_matrix(values="scores", unit="points of the score")
    text = np.array(cells(drawn(matrix)).text).reshape(3, 3)
    assert text[0, 0] == "+9.00"
    title = heat(drawn(matrix)).colorbar.title.text
    assert title == "of the score"
    assert heat(drawn(fake_matrix())).colorbar.title.text == "% points"


def test_nothing_known_draws_nothing_wrong():
    """A matrix without estimates has an empty scale and no number."""
    nothing = np.full((3, 3), np.nan)
    blank = dict.fromkeys(("strength", "estimate", "effect", "rating", "win_rate"), nothing)
    matrix = fake_matrix(
        **blank, verdict=np.full((3, 3), "not enough data"), items=np.zeros((3, 3), int)
    )
    for measure in MEASURES:
        figure = drawn(matrix, measure)
        assert figure.to_json()
        assert set(cells(figure).text) <= {"", "0", "1", "2", "3", "1–2", "1–3", "2–3"}


def test_a_single_difference_among_zeros_has_its_colour():
    """The scale reaches the one value that is not zero, however rare it is."""
    estimate = np.zeros((3, 3))
    estimate[0, 0] = 40.0
    figure = drawn(fake_matrix(estimate=estimate, items=np.full((3, 3), 200)))
    assert heat(figure).zmax == 40
    assert max(heat(figure).colorbar.tickvals) <= heat(figure).zmax


@pytest.mark.parametrize("measure", ["Strength", "Rating", "Win rate"])
def test_the_scale_covers_what_is_shown(measure):
    """No value that is shown lies beyond the strongest colour; those of few items do not count."""
    wide = np.array([[50.0, 10.0, 900.0], [1.0, -140.0, 2.0], [-51.0, -6.0, -2.0]])
    changed = {"estimate": wide, "rating": 1000 + wide, "win_rate": 0.5 + wide / 2000}
    figure = drawn(fake_matrix(**changed), measure)
    shown = 140 / 2000 if measure == "Win rate" else 140
    assert heat(figure).zmax == pytest.approx(shown)
    ticks = heat(figure).colorbar.tickvals
    assert shown / 2 <= max(ticks) <= shown and min(ticks) == -max(ticks)
    assert len(set(heat(figure).colorbar.ticktext)) == len(ticks) >= 5


def test_what_is_too_small_to_matter_is_pale():
    """Strong colours begin at the smallest effect of interest: five points of win rate."""
    tiny = fake_matrix(estimate=np.full((3, 3), 0.2))
    assert heat(drawn(tiny)).zmax == pytest.approx(5)


def test_cells_agree_with_the_verdicts():
    """A confirmed weakness is never drawn as a strength, whatever its rating says."""
    contrary = -fake_matrix().strength
    figure = drawn(fake_matrix(strength=contrary, raw=contrary))
    assert np.array(cells(figure).text).reshape(3, 3)[0, 0] == "+9"
    assert np.array(heat(figure).z, float)[0, 0] > 0 > np.array(heat(figure).z, float)[2, 0]


def test_names_and_details_are_escaped():
    """Uploaded names reach Plotly as text, in axes and in what hovering shows."""
    names = (HOSTILE, *NAMES[1:])
    keys = (HOSTILE, "code", "code/sql")
    figure = drawn(fake_matrix(competitors=names, names=keys, keys=keys), "Rating")
    labels = [*figure.layout.xaxis.ticktext, *figure.layout.yaxis.ticktext]
    details = [str(data[2]) for data in cells(figure).customdata]
    for text in (*labels, *details):
        assert not re.search(r"<(?!/?(b|br|i)>)", text)
        assert "<b>x" not in text
    assert any("&lt;b&gt;" in text for text in labels)


def test_hovering_tells_the_whole_cell():
    """Verdict, items, difference with interval, shrunk and raw strength, and what a click does."""
    details = [str(data[2]) for data in cells(drawn(fake_matrix())).customdata]
    assert "200 items: confirmed" in details[0]
    assert "+10.0 percentage points (8.0 to 12.0)" in details[0]
    assert "strength +50 points, 80% its own data; raw +60" in details[0]
    assert "Click" not in details[0] and "4 confirmed below it" in details[1]


def test_long_names_are_whole_and_have_room():
    """A capability of a hundred letters stands on several lines of its row, none cut."""
    name = "Analyzing, manipulating, and applying number theory principles across contexts " * 2
    matrix = fake_matrix(names=(name, "code", "sql"))
    figure = drawn(matrix, across=False)
    shown = figure.layout.yaxis.ticktext[0]
    assert re.sub(r"\s+", " ", shown.replace("<br>", " ")).strip() == name.strip()
    assert figure.layout.height >= 3 * 15 * shown.count("<br>")

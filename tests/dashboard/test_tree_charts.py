"""The figures and the table of a branch, from a branch made by hand."""

import re
from dataclasses import replace
from urllib.parse import unquote

import numpy as np
import pytest

from dashboard.branch_columns import columns, letters, name_width
from dashboard.charts.branch_pictures import LANE, guides, interval, reach, span_label
from dashboard.charts.branch_table import branch_table, row_height
from dashboard.charts.capability_tree import colour, masses, tree_chart, verdict_words
from dashboard.charts.palette import DARK, LIGHT, blend
from ranking.capabilities.evidence import Unit
from tests.dashboard.branch_fakes import fake_branch
from tests.dashboard.test_robustness_charts import HOSTILE, READABLE, contrast

SHAPES = ("Icicle", "Treemap", "Sunburst")
LONG = "Coordinating, optimizing, and automating innovative data solutions " * 3


def drawn(picture: str | None) -> str:
    assert picture is not None and picture.startswith("data:image/svg+xml,")
    return unquote(picture.removeprefix("data:image/svg+xml,"))


def test_children_share_their_parents_area_by_their_items():
    """Areas are proportional to items where these are in one child each."""
    shares = masses(fake_branch())
    np.testing.assert_allclose(shares, [1.0, 0.6, 0.4, 0.04, 0.4])


def test_areas_of_children_that_overlap_fit_into_their_parents():
    """Items in several children make these share the area in proportion."""
    overlapping = fake_branch(node_items=np.array([100, 100, 60, 60, 100]))
    shares = masses(overlapping)
    np.testing.assert_allclose(shares, [1.0, 0.5, 0.25, 0.25, 0.5])


@pytest.mark.parametrize("shape", SHAPES)
def test_a_figure_holds_every_row_below_its_parent(shape):
    """Areas are named by positions of nodes; what children leave stays the parent's own."""
    trace = tree_chart(fake_branch(), 0, shape, palette=LIGHT).data[0]
    assert trace.type == shape.lower()
    assert trace.ids == ("0", "1", "3", "4", "2") and trace.parents == ("", "0", "1", "1", "0")
    whole = dict(zip(trace.ids, masses(fake_branch()), strict=True))
    inside = dict.fromkeys(trace.ids, 0.0)
    for at, above in zip(trace.ids[1:], trace.parents[1:], strict=True):
        inside[above] += whole[at]
    for at, rest in zip(trace.ids, trace.values, strict=True):
        assert rest == pytest.approx(whole[at] - inside[at])


def test_only_confirmed_areas_carry_a_number():
    """What is likely or unknown is coloured, and its number one hover away."""
    trace = tree_chart(fake_branch(), 0, "Icicle", palette=LIGHT).data[0]
    assert trace.text[1].endswith("<b>+10.0</b>")
    assert not any("<b>" in text for at, text in enumerate(trace.text) if at != 1)
    assert "−6.0 percentage points as shrunk, 60% its own data" in trace.hovertext[2]
    assert "−9.0 as it is (−15.0 to −3.0)" in trace.hovertext[2]
    assert "Likely weakness" in trace.hovertext[2]
    assert "3 capabilities below; click opens" in trace.hovertext[3]


def test_colours_are_damped_where_nothing_is_confirmed():
    """The same estimate is paler when likely, and paler still when unknown."""
    branch = fake_branch(estimate=np.full((5, 1), 10.0))
    strength = [contrast(colour(branch, row, 0, LIGHT), LIGHT.paper) for row in (1, 2, 3)]
    assert strength == sorted(strength, reverse=True) and len(set(strength)) == 3
    assert colour(fake_branch(), 0, 0, LIGHT) == blend(LIGHT.paper, LIGHT.line, 0.4)
    assert colour(fake_branch(2), 1, 0, LIGHT) != colour(fake_branch(2), 1, 1, LIGHT)


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("estimate", [-99.0, -5.0, 5.0, 99.0])
def test_text_on_every_colour_can_be_read(palette, estimate):
    """However strong the colour, names keep the contrast of small text."""
    branch = fake_branch(estimate=np.full((5, 1), estimate))
    for row in range(5):
        assert contrast(palette.text, colour(branch, row, 0, palette)) >= READABLE


def test_few_items_are_hatched():
    """What was not tested says so without its colour; the top is never hatched."""
    shapes = tree_chart(fake_branch(), 0, "Icicle", palette=LIGHT).data[0].marker.pattern.shape
    assert shapes == ("", "", "", "/", "")


@pytest.mark.parametrize("shape", SHAPES)
def test_names_are_shown_as_they_are(shape):
    """A hostile name is neither a tag nor a template, in no part of a figure."""
    branch = fake_branch(names=("", HOSTILE, "%{label}", HOSTILE, HOSTILE))
    trace = tree_chart(branch, 0, shape, palette=LIGHT).data[0]
    for text in (*trace.text, *trace.hovertext, *trace.labels):
        assert not re.search(r"<(?!/?b>|br>)", text) and "<script" not in text
        assert "<b>x" not in text


@pytest.mark.parametrize("shape", SHAPES)
def test_a_long_name_ends_where_its_area_does(shape):
    """A name that does not fit ends in an ellipsis; the whole of it is one hover away."""
    branch = fake_branch(names=("", *[4 * LONG] * 4))
    trace = tree_chart(branch, 0, shape, palette=LIGHT, narrow=True).data[0]
    assert trace.text[2].endswith("…")
    assert LONG.split()[-1] in trace.hovertext[2].split("items")[0]
    assert all(len(line) <= 130 for text in trace.text for line in text.split("<br>"))


def test_scores_have_two_decimals():
    """What is no share is written in points of the score."""
    branch = replace(fake_branch(), unit=Unit("points of the score", 1.0))
    assert branch_table(branch, high=32, palette=LIGHT)["shrunk"].tolist() == [
        "", "+10.00", "−6.00", "+4.00", "+0.40",
    ]  # fmt: skip
    assert span_label(branch, 1.25) == "−1.25 to +1.25"
    assert span_label(fake_branch(), 30.2) == "−31 to +31 % points"


def test_a_picture_shows_interval_estimate_and_what_does_not_matter():
    """The ring is the raw difference, the dot the shrunken one; direction chooses the colour."""
    branch = fake_branch()
    strong, weak, alike = (
        drawn(interval(branch, row, limit=20.0, high=24, palette=LIGHT)) for row in (1, 2, 4)
    )
    assert LIGHT.accent in strong and LIGHT.opposite not in strong
    assert LIGHT.opposite in weak and LIGHT.accent not in weak
    assert LIGHT.accent not in alike and LIGHT.opposite not in alike
    ring, dot = (float(x) for x in re.findall(r'circle cx="([\d.]+)"', strong))
    assert ring > dot > 80  # +12 as it is and +10 shrunk lie right of the middle
    left, width = map(
        float, re.search(r'rect x="([\d.]+)" y="0" width="([\d.]+)"', strong).groups()
    )
    assert left + width / 2 == pytest.approx(80, abs=0.2)
    assert width == pytest.approx((160 - 18) / 4, abs=0.2)  # five points either way, of twenty
    assert interval(branch, 0, limit=20.0, high=24, palette=LIGHT) is None


def test_intervals_that_leave_the_picture_end_in_arrows():
    """Few items have wide intervals: they neither stretch the scale nor leave the picture."""
    branch = fake_branch()
    assert reach(branch) == 16.0
    wide = drawn(interval(branch, 3, limit=16.0, high=24, palette=LIGHT))
    inside = [float(x) for x in re.findall(r"[MHL]([\d.]+)", wide)]
    assert all(0 <= x <= 160 for x in inside) and wide.count("L") == 4


def test_nothing_known_still_has_a_scale():
    """Where no row has enough items the picture reaches twice what matters."""
    empty = fake_branch(items=np.zeros((5, 1), int))
    assert reach(empty) == 10.0


def test_two_competitors_have_a_lane_each():
    """The first is drawn above the second."""
    picture = drawn(interval(fake_branch(2), 1, limit=20.0, high=60, palette=LIGHT))
    heights = [float(y) for y in re.findall(r'circle cx="[\d.]+" cy="([\d.]+)"', picture)]
    assert sorted(set(heights)) == [30 - LANE / 2, 30 + LANE / 2]
    assert LIGHT.accent in picture and LIGHT.opposite in picture


def test_lines_lead_to_parents_and_past_them():
    """A row that others follow has a line to its bottom; the last one ends in its middle."""
    pictures = guides(fake_branch(), high=24, palette=LIGHT)
    assert pictures[0] is None
    code, sql, web, law = map(drawn, pictures[1:])
    assert "M6 0V24" in code and "M6 0V12" in law
    assert "M17 0V24" in sql and "M17 0V12" in web
    assert "M6 0V24" in sql and "M6 0V24" in web  # law is yet to come


def test_a_row_says_all_that_is_known_of_one():
    """Whole names, items, the shrunken and the raw difference, own weight and verdict."""
    frame = branch_table(fake_branch(), high=32, palette=LIGHT)
    assert list(frame) == [
        "open", "guide", "name", "items", "picture", "shrunk", "verdict", "raw", "own",
    ]  # fmt: skip
    assert frame["name"].tolist() == ["Everything", "code", "sql", "web", "law"]
    assert frame["shrunk"].tolist() == ["", "+10.0", "−6.0", "+4.0", "+0.4"]
    assert frame["raw"].tolist() == ["", "+12.0", "−9.0", "+30.0", "+0.5"]
    assert frame["own"].tolist() == ["", "90%", "60%", "10%", "80%"]
    assert frame["verdict"].tolist() == [
        "Nothing to compare with", "Confirmed strength", "Likely weakness", "Not enough data",
        "No clear difference",
    ]  # fmt: skip
    assert [bool(icon) for icon in frame["open"]] == [True, True, False, True, False]
    assert frame["open"][1] != frame["open"][3]  # one is open, the other closed


def test_two_competitors_share_a_row():
    """Each has one cell with its difference and verdict."""
    frame = branch_table(fake_branch(2), high=60, palette=LIGHT)
    assert frame["known_0"][1] == "+10.0 · confirmed" and frame["known_1"][1] == "−10.0 · confirmed"
    assert frame["known_0"][0] == "Nothing to compare with"
    assert "shrunk" not in frame


def test_custom_capabilities_are_marked():
    """What somebody put together is not mistaken for a part of the tree."""
    made = fake_branch(custom=np.array([False, False, False, False, True]))
    frame = branch_table(made, high=32, palette=LIGHT)
    assert frame["name"][4] == "law (put together here)"


def test_rows_are_as_high_as_their_longest_name():
    """Names are not cut: a row has as many lines as it takes."""
    short, long = fake_branch(), fake_branch(names=("", LONG[:120], "sql", "web", "law"))
    assert row_height(short, 40) == 32
    assert row_height(long, 40) >= 3 * 18


def test_every_column_is_configured():
    """Heads and widths fit the columns of the table, of one competitor and of two."""
    for count in (1, 2):
        branch = fake_branch(count)
        width = name_width(branch, opens=True)
        configured = columns(
            branch, width=width, limit=16.0, turn=print, only=print, examples=print
        )
        assert set(branch_table(branch, high=32, palette=LIGHT)) <= set(configured)
        assert letters(width) >= 20
        assert name_width(branch, opens=False) >= width


def test_a_verdict_is_said_with_its_direction():
    """Words, not colours alone."""
    branch = fake_branch(2)
    assert verdict_words(branch, 1, 0) == "Confirmed strength"
    assert verdict_words(branch, 1, 1) == "Confirmed weakness"

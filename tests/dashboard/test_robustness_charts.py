"""The charts of the page about robustness, from results made by hand."""

import math
import re
from urllib.parse import unquote

import numpy as np
import pytest

from dashboard.charts.battery import OWN_SCALE, battery
from dashboard.charts.contributions import contributions
from dashboard.charts.cycles import NUMBERED, Arrow, cycle_graph, pair_matrix
from dashboard.charts.discs import MOST_NAMED, disc
from dashboard.charts.heat_map import DEEPEST, heat_map
from dashboard.charts.palette import DARK, LIGHT, Palette, blend
from dashboard.charts.redundancy import (
    MOST_ROWS,
    moved,
    moves_table,
    picture,
    points,
    shown,
    slopes,
)
from dashboard.cycles_view import arrows_of
from tests.dashboard.robustness_fakes import (
    NAMES,
    failed,
    fake_cycle,
    fake_move,
    fake_result,
    fake_robustness,
    still,
)

HOSTILE = "<b>x</b><script>alert(1)</script>"
READABLE = 4.5  # contrast of small text by WCAG 2 AA


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours by WCAG 2."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def plain(text: str) -> str:
    """Return a label without its tags."""
    return re.sub(r"<[^>]*>", "", text).strip()


def test_slopes_join_the_two_ranks():
    """Each line runs from the place before to the place after; names stand on both sides."""
    figure = slopes(fake_move(), palette=LIGHT)
    left, right = figure.layout.yaxis, figure.layout.yaxis2
    assert [plain(text) for text in left.ticktext] == ["ant 1", "bee 2", "cat 3", "dog 4"]
    assert [plain(text) for text in right.ticktext] == ["1 ant", "2 cat", "3 bee", "4 dog"]
    assert left.range == right.range and left.tickvals == right.tickvals
    moving = next(trace for trace in figure.data if trace.line.color == LIGHT.accent)
    places = dict(zip(left.tickvals, range(1, 5), strict=True))
    ends = [places.get(y) for x, y in zip(moving.x, moving.y, strict=True) if x in (0.0, 1.0)]
    assert ends == [2, 3, 3, 2]


def test_only_changed_places_have_the_accent():
    """Who keeps its rank is grey, and a method that does not move is grey altogether."""
    colours = {trace.marker.color for trace in slopes(fake_move(), palette=LIGHT).data}
    assert LIGHT.accent in colours and len(colours) == 2
    colours = {trace.marker.color for trace in slopes(still(), palette=LIGHT).data}
    assert LIGHT.accent not in colours
    assert list(moved(fake_move())) == [False, True, True, False]


def test_the_target_of_an_attack_is_bold():
    """Both names of who was attacked stand out, and nobody else's."""
    figure = slopes(still(), palette=LIGHT, target="cat")
    for axis in (figure.layout.yaxis, figure.layout.yaxis2):
        assert ["<b>cat</b>" in text for text in axis.ticktext] == [False, False, True, False]


def test_ties_keep_their_order():
    """Competitors that share a rank on both sides are not crossed."""
    ranks = np.array([1.0, 2.0, 2.0, 2.0])
    figure = slopes(still(rank_before=ranks, rank_after=ranks), palette=LIGHT)
    assert [plain(text).split()[1] for text in figure.layout.yaxis2.ticktext] == list(NAMES)


def test_a_large_ranking_shows_its_head_and_those_that_moved():
    """Of many, the first half of the room is the head's; the rest is who changed most places."""
    m = 200
    before = np.arange(1.0, m + 1)
    after = before.copy()
    after[[150, 199]] = after[[199, 150]]
    move = fake_move(
        competitors=tuple(f"model-{at}" for at in range(m)), before=-before, after=-after,
        rank_before=before, rank_after=after,
    )  # fmt: skip
    rows = shown(move)
    assert len(rows) == MOST_ROWS == len(set(rows.tolist()))
    assert set(range(MOST_ROWS // 2)) | {150, 199} <= set(rows.tolist())
    assert list(rows) == sorted(rows)
    assert len(slopes(move, palette=LIGHT).layout.yaxis.ticktext) == MOST_ROWS


def test_unknown_ranks_are_a_dash():
    """Who could not be rated stands last, without a number."""
    move = fake_move(rank_before=np.array([1, 2, 3, np.nan]))
    figure = slopes(move, palette=LIGHT)
    assert (
        figure.layout.yaxis.ticktext[-1].startswith("dog")
        and "–" in (figure.layout.yaxis.ticktext[-1])
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0499, "0"), (0.3, "0.3"), (-3.14, "−3.1"), (9.96, "10"), (76.4, "76"), (math.nan, "–")],
)
def test_points_have_as_many_digits_as_matter(value: float, text: str):
    """Rounding is nothing, small moves have a decimal, large ones none."""
    assert points(value) == text


def test_signs_are_written_where_asked_for():
    """A rise has its plus, nothing has no sign."""
    assert (points(12.0, sign=True), points(0.01, sign=True)) == ("+12", "0")


def test_the_table_has_a_row_for_each_method():
    """Largest move and changed places are numbers; a failure has its reason and no numbers."""
    frame = moves_table(fake_result(fake_move(), still(), failed()), palette=DARK)
    assert list(frame["largest"][:2]) == [50.0, 0.0] and math.isnan(frame["largest"][2])
    assert list(frame["changed"][:2]) == [2, 0] and frame["changed"].isna()[2]
    assert frame["note"][2] == "It did not converge." and frame["picture"].isna()[2]


def test_pictures_hold_no_text():
    """The picture of a ranking is lines and dots: no name can get into it."""
    drawn = unquote(picture(fake_move(competitors=(HOSTILE, "b", "c", "d")), palette=LIGHT))
    assert "<text" not in drawn and "script" not in drawn
    assert drawn.count("<path") == 4 and drawn.count(LIGHT.accent) == 2 * 3


def test_the_battery_says_how_far_and_how_many():
    """A cell holds the largest move and the number of changed places, or a dash and its reason."""
    found = fake_robustness(fake_result(fake_move(), still(), failed()))
    cells = battery(found, noun="model", palette=LIGHT).data[-1]
    assert [row[0] for row in cells.text] == ["50  ↕ 2", "0", "–"]
    assert "bee" in cells.customdata[0][0] and "nothing moved" in cells.customdata[1][0]
    assert "did not converge" in cells.customdata[2][0]
    assert cells.z[0][0] < -0.5 and cells.z[1][0] == pytest.approx(0, abs=1e-4)


def test_other_scales_have_a_mark_and_no_colour():
    """Points that do not measure win rates are not compared by colour with those that do."""
    found = fake_robustness(fake_result(fake_move(), fake_move(method="alpha", win_rates=False)))
    figure = battery(found, noun="model", palette=LIGHT)
    assert figure.data[-1].z[1][0] == 0
    labels = figure.layout.yaxis.ticktext
    assert OWN_SCALE not in labels[0] and OWN_SCALE in labels[1]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_numbers_are_readable_on_every_cell(palette: Palette):
    """Text has enough contrast on the strongest colours of a heat map, in light and dark."""
    for colour in (palette.accent, palette.opposite):
        for share in (0.0, DEEPEST / 2, DEEPEST):
            assert contrast(palette.text, blend(palette.paper, colour, share)) >= READABLE


def test_blending_ends_at_either_colour():
    """A share of 0 is the first colour and of 1 the other."""
    assert blend("#000000", "#FFFFFF", 0) == "#000000"
    assert blend("#000000", "#FFFFFF", 1) == "#FFFFFF"
    assert blend("#000000", "#FFFFFF", 0.5) == "#808080"


def test_heat_maps_are_symmetric_around_nothing():
    """Zero has the background, and both ends are equally far from it."""
    values = np.array([[0.0, 5.0], [-5.0, np.nan]])
    words = np.full((2, 2), "", object)
    figure = heat_map(
        values, ["a", "b"], ["c", "d"], hover=words, limit=5.0, palette=LIGHT,
        unknown=np.isnan(values),
    )  # fmt: skip
    grey, cells = figure.data
    assert cells.zmin == -cells.zmax == -5
    assert cells.colorscale[1] == (0.5, LIGHT.paper)
    assert np.isfinite(np.array(grey.z, float)).sum() == 1


def test_long_column_names_get_room():
    """Names stand in their column on a few lines, else turned; they are whole either way."""
    name = "question answering over tables"

    def figure(names: list[str]):
        shape = (1, len(names))
        return heat_map(
            np.zeros(shape), ["a"], names, hover=np.full(shape, "", object), limit=1.0,
            palette=LIGHT,
        )  # fmt: skip

    short, stacked, long = figure(["a"] * 10), figure(["a", name] * 3), figure(["a", name] * 8)
    assert short.layout.xaxis.tickangle == stacked.layout.xaxis.tickangle == 0
    assert long.layout.xaxis.tickangle != 0
    assert long.layout.height > stacked.layout.height > short.layout.height
    for each in (stacked, long):
        assert each.layout.xaxis.ticktext[1].replace("<br>", "").replace(" ", "") == name.replace(
            " ", ""
        )


def test_a_cycle_has_an_arrow_for_each_result():
    """Share and number of comparisons stand at each arrow, a name at each node."""
    arrows = arrows_of(fake_cycle())
    assert [(a.first, a.second) for a in arrows] == [("ant", "bee"), ("bee", "cat"), ("cat", "ant")]
    assert [arrow.share for arrow in arrows] == pytest.approx([0.6, 0.75, 0.8])
    figure = cycle_graph(arrows, palette=LIGHT)
    drawn = [note for note in figure.layout.annotations if note.showarrow]
    words = " ".join(note.text for note in figure.layout.annotations if note.text)
    assert len(drawn) == 3
    for part in ("60%", "of 100", "75%", "of 40", "80%", "of 10", "ant", "bee", "cat"):
        assert part in words


def test_arrows_run_in_a_circle():
    """Arrows begin and end near their nodes, one after the other, for any number of nodes."""
    for m in (3, 4, 5):
        names = [f"model {at}" for at in range(m)]
        arrows = [Arrow(names[at], names[(at + 1) % m], 0.6, 10) for at in range(m)]
        figure = cycle_graph(arrows, palette=LIGHT)
        nodes = dict(zip(names, zip(figure.data[0].x, figure.data[0].y, strict=True), strict=True))
        for arrow, note in zip(arrows, figure.layout.annotations[::2], strict=False):
            assert math.dist((note.ax, note.ay), nodes[arrow.first]) < 0.2
            assert math.dist((note.x, note.y), nodes[arrow.second]) < 0.2


def test_a_lost_result_is_grey():
    """An arrow along which less than half was won is not in the accent."""
    arrows = arrows_of(fake_cycle(won=(60.0, 10.0, 8.0), lost=(40.0, 30.0, 2.0)))
    figure = cycle_graph(arrows, palette=DARK)
    colours = [note.arrowcolor for note in figure.layout.annotations if note.showarrow]
    assert colours == [DARK.accent, DARK.faint, DARK.accent]


def test_a_pair_without_votes_has_no_share():
    """Where nothing was counted, no share is made up."""
    arrows = arrows_of(fake_cycle(won=(0.0, 1.0, 1.0), lost=(0.0, 0.0, 0.0)))
    assert math.isnan(arrows[0].share)
    texts = [note.text for note in cycle_graph(arrows, palette=LIGHT).layout.annotations]
    assert any("?" in (text or "") for text in texts)


def pairs(m: int, observed: np.ndarray | None = None):
    """Draw a matrix of m competitors."""
    values = np.subtract.outer(np.arange(m, dtype=float), np.arange(m))
    return pair_matrix(
        [f"model-{at}" for at in range(m)], values,
        ~np.eye(m, dtype=bool) if observed is None else observed,
        describe=lambda value: f"{value:+.0f}", palette=LIGHT,
    )  # fmt: skip


def test_pairs_that_never_met_are_grey():
    """They have neither colour nor number, and say so."""
    observed = ~np.eye(3, dtype=bool)
    observed[0, 2] = observed[2, 0] = False
    grey, cells = pairs(3, observed).data
    assert math.isnan(cells.z[0][2]) and cells.text[0][2] == ""
    assert grey.z[0][2] == 0 and math.isnan(grey.z[0][1])
    assert "never met" in cells.customdata[0][2]


def test_large_matrices_have_no_numbers():
    """Numbers stand only where there is room for them."""
    assert any(text for row in pairs(NUMBERED).data[-1].text for text in row)
    assert not any(text for row in pairs(NUMBERED + 1).data[-1].text for text in row)


def test_discs_name_those_furthest_out():
    """Not more than a dozen names are tried, those at the rim before those in the middle."""
    m = 40
    angle = np.linspace(0, 2 * np.pi, m, endpoint=False)
    radius = np.where(np.arange(m) < 4, 1.0, 0.05)
    at = np.column_stack([radius * np.cos(angle * 10), radius * np.sin(angle * 10)])
    figure = disc([f"m{number}" for number in range(m)], at, palette=LIGHT)
    named = {note.text for note in figure.layout.annotations}
    assert {"m0", "m1", "m2", "m3"} <= named and len(named) <= MOST_NAMED
    assert len(figure.data[-1].x) == m


def test_names_of_one_place_are_not_written_over_each_other():
    """Of competitors in the same place, as many are named as there is room for around it."""
    figure = disc([f"model number {at}" for at in range(10)], np.ones((10, 2)), palette=LIGHT)
    assert 1 <= len(figure.layout.annotations) <= 4


def test_a_disc_of_nothing_is_no_error():
    """Where everybody is in the middle, everybody is drawn there."""
    figure = disc(["a", "b"], np.zeros((2, 2)), palette=LIGHT)
    assert list(figure.data[-1].x) == [0, 0]


def test_contributions_add_up_to_their_last_column():
    """The last column holds the sum in bold and no colour; the others their parts."""
    parts = np.array([[10.0, -4.0], [0.0, -300.0]])
    figure = contributions(
        ["ant", "bee"], ["coding", "law"], parts, total=parts.sum(axis=1), palette=LIGHT
    )
    (cells,) = figure.data
    assert [list(row) for row in cells.text] == [
        ["10", "−4", "<b>6</b>"],
        ["0", "−300", "<b>−300</b>"],
    ]
    assert [row[-1] for row in cells.z] == [0, 0]
    assert figure.layout.xaxis.ticktext[-1] == "All tasks"


def test_names_are_escaped_in_every_chart():
    """Markup in a name is shown as it is, on axes, at arrows and in details."""
    move = fake_move(competitors=(HOSTILE, "b", "c", "d"), mover=HOSTILE)
    found = fake_robustness(fake_result(move, competitor=HOSTILE))
    arrows = arrows_of(fake_cycle(competitors=(HOSTILE, "b", "c")))
    three = ~np.eye(3, dtype=bool)
    figures = [
        slopes(move, palette=LIGHT, target=HOSTILE),
        battery(found, noun="model", palette=LIGHT),
        cycle_graph(arrows, palette=LIGHT),
        pair_matrix([HOSTILE, "b", "c"], np.zeros((3, 3)), three, describe=str, palette=LIGHT),
        disc([HOSTILE, "b"], np.array([[1.0, 0.0], [0.0, 1.0]]), palette=LIGHT),
        contributions([HOSTILE], [HOSTILE], np.ones((1, 1)), total=np.ones(1), palette=LIGHT),
    ]
    for figure in figures:
        written = figure.to_json()
        assert "script" in written
        assert "<script" not in written and "\\u003cscript" not in written

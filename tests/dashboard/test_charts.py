"""Charts are pure functions of ratings: what is drawn, where, and in which colour."""

import tomllib
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote

import numpy as np
import pytest

import dashboard
from dashboard.charts.board import board, groups, narrowed, placings
from dashboard.charts.coefficients import coefficients
from dashboard.charts.forest import ROW_HEIGHT, forest
from dashboard.charts.intervals import HEIGHT, WIDTH, Scale, interval_svg
from dashboard.charts.palette import DARK, LIGHT, Palette, colours
from ranking.ratings import Parameter
from ranking.uncertainty.draws import DrawSummary
from ranking.wording import tier_text
from tests.dashboard.fakes import fake_ratings

SCALE = Scale(900, 1100)
HOSTILE = ("<b>x</b>", "<a href='http://e.example'>y</a>", "a & b", "&lt;", "line\nbreak")


def drawn(rating: float, low: float, high: float, scale: Scale = SCALE) -> str:
    uri = interval_svg(rating, low, high, scale=scale, colour="#123456", palette=LIGHT)
    assert uri is not None and uri.startswith("data:image/svg+xml,")
    return unquote(uri.partition(",")[2])


def plotted(ratings, marked=(), palette: Palette = LIGHT):
    return forest(ratings, groups(ratings), colours=colours(marked, palette), palette=palette)


def test_palette_repeats_the_theme():
    """The colours of charts are those of the theme, in both appearances."""
    config = Path(dashboard.__file__).parent / ".streamlit" / "config.toml"
    theme = tomllib.loads(config.read_text())["theme"]
    for palette, tokens in ((LIGHT, theme["light"]), (DARK, theme["dark"])):
        assert palette.accent == tokens["primaryColor"]
        assert palette.text == tokens["textColor"]
        assert palette.faint == tokens["grayColor"]
        assert palette.line == tokens["borderColor"]
        assert list(palette.categorical) == tokens["chartCategoricalColors"]


def test_colours_do_not_depend_on_who_else_is_marked():
    """A competitor whose colour nobody else wants has it whoever is marked."""
    alone = colours(["gpt-x"], LIGHT)["gpt-x"]
    assert colours(["gpt-x", "other"], LIGHT)["gpt-x"] == alone


def test_colours_differ_as_long_as_there_are_enough():
    """Nine marked competitors have nine colours, none of them the accent."""
    names = [f"model-{number}" for number in range(9)]
    chosen = colours(names, LIGHT)
    assert len(set(chosen.values())) == 9
    assert LIGHT.accent not in chosen.values()
    assert set(colours([*names, "one more"], LIGHT)) == {*names, "one more"}


def test_scale_covers_what_is_shown():
    """Nothing finite lies outside the scale, and what is infinite does not stretch it."""
    ratings = fake_ratings(low=np.array([-np.inf, 1130, 1080, 1030, 980]))
    scale = Scale.of(ratings, np.arange(5))
    assert scale.low < 980 and scale.high > 1220
    assert scale.label == "975 to 1,225 points"


def test_scale_follows_the_rows():
    """Fewer rows, narrower scale."""
    ratings = fake_ratings(130)
    top, everything = Scale.of(ratings, np.arange(25)), Scale.of(ratings, np.arange(130))
    assert top.low > everything.low


def test_provisional_intervals_do_not_set_the_scale():
    """One very long interval leaves the others their room, and ends in an arrow on either side."""
    rows = np.arange(5)
    ratings = fake_ratings()
    long = replace(
        ratings,
        low=np.where(rows == 2, 0.0, ratings.low),
        high=np.where(rows == 2, 2000.0, ratings.high),
        status=tuple("provisional" if row == 2 else "ok" for row in rows),
    )
    scale = Scale.settled(long, rows)
    others = rows != 2
    assert 0 < scale.low <= min(ratings.low[others]) and max(ratings.high[others]) <= scale.high
    assert scale.high < 2000 and Scale.of(long, rows).low < 0
    assert scale.low <= ratings.rating[2] <= scale.high
    svg = interval_svg(ratings.rating[2], 0, 2000, scale=scale, colour="#123456", palette=LIGHT)
    assert unquote(svg).count("L") == 4  # two heads of two strokes
    everyone = replace(long, status=("provisional",) * 5)
    assert Scale.settled(everyone, rows) == Scale.of(long, rows)


def test_scale_of_one_known_point_has_a_width():
    """A single competitor without an interval can still be drawn."""
    ratings = fake_ratings(1, low=np.array([np.nan]), high=np.array([np.nan]))
    scale = Scale.of(ratings, np.arange(1))
    assert scale.high > scale.low


def test_interval_picture_is_in_proportion():
    """The dot of the middle of the scale is in the middle of the picture."""
    svg = drawn(1000, 950, 1050)
    assert f'cx="{WIDTH / 2}"' in svg and f'cy="{HEIGHT // 2}"' in svg
    assert "#123456" in svg


@pytest.mark.parametrize(
    ("low", "high", "arrows"), [(-np.inf, 1050, 1), (950, np.inf, 1), (-np.inf, np.inf, 2)]
)
def test_open_limits_are_arrows(low: float, high: float, arrows: int):
    """Each infinite limit is one arrow head, each finite one none."""
    svg = drawn(1000, low, high)
    heads = svg.partition('stroke-width="2" fill="none"')[0].rpartition('d="')[2]
    assert heads.count("M") == arrows


def test_no_rating_no_picture():
    """An unknown rating is an empty cell."""
    for rating, scale in ((np.nan, Scale(900, 1100)), (1000.0, Scale(np.nan, np.nan))):
        assert interval_svg(rating, 0, 0, scale=scale, colour="#000", palette=LIGHT) is None


def test_missing_limits_leave_the_dot():
    """A rating without an interval is drawn as a dot inside the picture."""
    assert "<circle" in drawn(1000, np.nan, np.nan)


def test_board_shows_rank_sets_that_sort_as_numbers():
    """Rank sets have an en dash, and a space as wide as a digit, which sorts before digits."""
    ratings = fake_ratings(12)
    frame = board(ratings, ratings.order, scale=Scale(900, 2000), colours={}, palette=LIGHT)
    ranks = list(frame["rank"])
    assert ranks[3].strip() == "4–5"
    assert ranks == sorted(ranks, key=lambda text: text.replace("\u2007", " "))
    assert {len(text.partition("–")[0]) for text in ranks} == {2}


def test_board_leaves_unknown_cells_empty():
    """NaN and infinity are empty cells, never words."""
    ratings = fake_ratings(
        2, rating=np.array([1100, np.nan]), high=np.array([np.inf, np.nan]),
        rank=np.array([1, np.nan]), rank_low=np.array([1, np.nan]),
        rank_high=np.array([1, np.nan]), status=("unbeaten", "no_games"),
    )  # fmt: skip
    frame = board(ratings, np.arange(2), scale=Scale(900, 1200), colours={}, palette=LIGHT)
    assert frame["half"].isna().all()
    assert list(frame["rating"].isna()) == [False, True]
    assert list(frame["rank"]) == ["1", ""]
    assert list(frame["status"]) == ["never beaten", "no comparisons"]


def test_board_shows_what_style_changes():
    """Places and points have their sign; what does not change is left empty."""
    ratings = fake_ratings(3, unadjusted=np.array([1040.0, 1050.0, 1000.0]))
    frame = board(ratings, np.arange(3), scale=Scale(900, 1200), colours={}, palette=LIGHT)
    assert list(frame["places"]) == ["+1", "−1", ""]
    assert list(frame["change"]) == ["+60", "", ""]


@pytest.mark.parametrize(
    ("letters", "shown"),
    [
        ("", ""),
        ("a", "a"),
        ("ab", "ab"),
        ("bcdefh", "b–fh"),
        ("yz(aa)(ab)", "y–(ab)"),
        ("b(ac)", "b(ac)"),
    ],
)
def test_runs_of_tier_letters_are_shortened(letters: str, shown: str):
    """Three or more letters in a row become a range, also beyond z."""
    assert tier_text(letters) == shown


def test_placings_leave_unknown_cells_empty():
    """Who has no interval has no chance to be best that could be told."""
    drawn = DrawSummary(np.array([0.9, 0.1, np.nan]), np.array([1.1, 1.9, np.nan]))
    overlap = np.array([1.0, 1.0, np.nan])
    frame = placings(fake_ratings(3, overlap_low=overlap, overlap_high=overlap), drawn)
    assert list(frame["best"].isna()) == [False, False, True]
    assert list(frame["overlap"][:2]) == [1, 1] and frame["overlap"].isna()[2]


def test_coefficients_have_a_row_each():
    """Names are escaped, limits drawn, and what may be zero steps back."""
    parameters = [
        Parameter("<b>words</b>", 30.0, 5.0, 20.0, 40.0, "points per SD"),
        Parameter("bold", -1.0, 5.0, -11.0, 9.0, "points per SD"),
        Parameter("unknown", 2.0, np.nan, np.nan, np.nan, "points"),
    ]
    figure = coefficients(parameters, palette=LIGHT)
    assert [trace.marker.color for trace in figure.data] == [LIGHT.accent, LIGHT.faint, LIGHT.faint]
    assert figure.data[0].error_x.array == (10.0,)
    assert figure.data[2].error_x.array == (0,)
    assert figure.layout.yaxis.ticktext[0].startswith("&lt;b&gt;words&lt;/b&gt;")


def test_board_colours_marked_rows():
    """Only the interval of a marked competitor has its colour."""
    ratings = fake_ratings(3)
    chosen = colours(["model-2"], LIGHT)
    frame = board(ratings, np.arange(3), scale=Scale(900, 1200), colours=chosen, palette=LIGHT)
    coloured = [chosen["model-2"] in unquote(uri) for uri in frame["interval"]]
    assert coloured == [False, True, False]


def test_one_component_is_one_group_without_a_label():
    """Where everything can be compared, nothing is said about groups."""
    (group,) = groups(fake_ratings())
    assert group.label == "" and list(group.rows) == [0, 1, 2, 3, 4]


def test_components_are_separate_groups():
    """Every competitor is in exactly one group; loners share the last."""
    ratings = fake_ratings(6, component=np.array([0, 0, 1, 1, 2, 3]))
    found = groups(ratings)
    assert [list(group.rows) for group in found] == [[0, 1], [2, 3], [4, 5]]
    assert found[0].label == "Group 1: 2 models"
    assert found[-1].label == "Smaller groups: 2 models" and not found[-1].comparable


def test_many_components_do_not_become_many_tables():
    """However many components there are, all competitors are shown in a few groups."""
    ratings = fake_ratings(40, component=np.arange(40) // 2)
    found = groups(ratings)
    assert len(found) == 5
    assert sorted(np.concatenate([group.rows for group in found])) == list(range(40))


def test_narrowing_keeps_the_order():
    """Top 25 and marked rows come in the order of the whole."""
    ratings = fake_ratings(40)
    (group,) = groups(ratings)
    assert list(narrowed(group, ratings, "Top 25", []).rows) == list(range(25))
    assert list(narrowed(group, ratings, "Marked", ["model-9", "model-2"]).rows) == [1, 8]
    assert list(narrowed(group, ratings, "All", []).rows) == list(range(40))


def test_forest_grows_with_its_rows():
    """130 competitors have as much room each as 5."""
    small, large = plotted(fake_ratings(5)), plotted(fake_ratings(130))
    assert large.layout.height - small.layout.height == 125 * ROW_HEIGHT
    assert len(large.layout.yaxis.ticktext) == 130


def test_forest_draws_limits():
    """Error bars reach from the lower to the upper limit."""
    trace = plotted(fake_ratings(3)).data[0]
    np.testing.assert_allclose(trace.error_x.array, 20)
    np.testing.assert_allclose(trace.error_x.arrayminus, 20)


def test_forest_escapes_names():
    """Plotly's own HTML in a name is shown, not obeyed."""
    figure = plotted(fake_ratings(5, competitors=HOSTILE))
    for text in (*figure.layout.yaxis.ticktext, *figure.data[0].customdata):
        assert "<a" not in text and "<b>x" not in text and "\n" not in text
    assert "&lt;b&gt;x&lt;/b&gt;" in figure.layout.yaxis.ticktext[0]
    assert "&amp;lt;" in figure.layout.yaxis.ticktext[3]


def test_forest_draws_open_limits_as_arrows():
    """An infinite limit ends in an arrow at the edge of the axis."""
    low = np.array([-np.inf, 1030, 980])
    figure = plotted(fake_ratings(3, low=low))
    arrows = figure.data[1]
    assert arrows.marker.symbol == ("triangle-left",)
    assert arrows.x[0] == figure.layout.xaxis.range[0]


def test_forest_highlights_marked():
    """A marked competitor has a trace of its own, in its colour; the others step back."""
    figure = plotted(fake_ratings(4), marked=["model-2"])
    assert figure.data[2].marker.color == colours(["model-2"], LIGHT)["model-2"]
    assert figure.data[0].marker.color == LIGHT.faint
    assert len(figure.data[0].x) == 3


def test_forest_separates_components():
    """Each component is headed by its label."""
    figure = plotted(fake_ratings(4, component=np.array([0, 0, 1, 1])))
    assert [a.text for a in figure.layout.annotations] == [
        "<b>Group 1: 2 models</b>",
        "<b>Group 2: 2 models</b>",
    ]


def test_forest_leaves_out_what_has_no_rating():
    """A competitor without a game has a name in the plot but no dot."""
    rating = np.array([1100.0, 1000.0, np.nan])
    figure = plotted(fake_ratings(3, rating=rating, low=rating - 9, high=rating + 9))
    assert len(figure.data[0].x) == 2
    assert len(figure.layout.yaxis.ticktext) == 3

"""Charts of the page of examples: what is drawn is what was counted."""

import numpy as np
import pytest

from dashboard.charts.examples import (
    MOST_ROWS,
    ROW_HEIGHT,
    counts_figure,
    results_figure,
    shown_counts,
)
from dashboard.charts.palette import DARK, LIGHT
from ranking.examples.counts import Count

COUNTS = [Count(f"v{n}", f"name {n}", 100 - 10 * n) for n in range(10)]


def words(figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def test_bars_have_the_lengths_of_their_counts() -> None:
    """The commonest fills its row; the others are in proportion; each says its number."""
    bars, rows = counts_figure(COUNTS, (), noun="comparisons", palette=LIGHT).data
    np.testing.assert_allclose(bars.x, [one.comparisons / 100 for one in COUNTS])
    assert set(rows.x) == {1.0} and list(rows.customdata) == [one.value for one in COUNTS]
    drawn = words(counts_figure(COUNTS[:1], (), noun="comparisons", palette=LIGHT))
    assert drawn == ["name 0", "100"]
    assert list(rows.hovertext)[1] == "name 1<br>90 comparisons"


def test_rows_do_not_overlap() -> None:
    """Each row lies below the one before, however many lines its name has."""
    long = Count("long", "a name that goes on and on over more than one or two lines of text", 5)
    bars, _ = counts_figure([COUNTS[0], long, COUNTS[1]], (), noun="x", palette=LIGHT).data
    tops = [y + width / 2 for y, width in zip(bars.y, bars.width, strict=True)]
    ends = [y - width / 2 for y, width in zip(bars.y, bars.width, strict=True)]
    assert all(end >= top for end, top in zip(ends[:-1], tops[1:], strict=True))
    assert bars.width[1] > bars.width[0] == bars.width[2]


@pytest.mark.parametrize("palette", [LIGHT, DARK])
def test_what_is_chosen_stands_out(palette) -> None:
    """Its bar is deeper and its name bold, in light and in dark."""
    figure = counts_figure(COUNTS[:3], ("v1",), noun="x", palette=palette)
    colours = figure.data[0].marker.color
    assert colours[0] == colours[2] != colours[1]
    assert [text.startswith("<b>") for text in words(figure)] == [False] * 2 + [True] * 2 + [
        False
    ] * 2


def test_what_is_chosen_is_always_shown() -> None:
    """Beyond the commonest values, those that are chosen keep their place in the order."""
    assert [one.value for one in shown_counts(COUNTS, ())] == [f"v{n}" for n in range(MOST_ROWS)]
    kept = [one.value for one in shown_counts(COUNTS, ("v9",))]
    assert kept == [*(f"v{n}" for n in range(MOST_ROWS)), "v9"]
    mixed = [Count("few", "few", 1), Count("many", "many", 5)]
    assert [one.value for one in shown_counts(mixed, (), most=1)] == ["many"]


def test_names_stay_text() -> None:
    """Markup of an uploaded name is shown and not obeyed."""
    hostile = Count("<b>x</b>", "<b>x</b><script>", 1)
    figure = counts_figure([hostile], (), noun="<i>", palette=LIGHT)
    assert words(figure)[0] == "&lt;b&gt;x&lt;/b&gt;&lt;script&gt;"
    assert (
        "<script>" not in figure.data[1].hovertext[0] and "<i>" not in figure.data[1].hovertext[0]
    )
    assert figure.data[1].customdata[0] == "<b>x</b>"


def test_nothing_counted_draws_an_empty_figure() -> None:
    """Without rows, or with counts of nothing, there is a figure all the same."""
    assert counts_figure([], (), noun="x", palette=LIGHT).layout.height >= ROW_HEIGHT
    (bars, _) = counts_figure([Count("a", "a", 0)], (), noun="x", palette=LIGHT).data
    assert list(bars.x) == [0.0]


def test_results_fill_their_span() -> None:
    """The lowest result is an empty bar, the highest a full one."""
    results = [("ant", 3.0, "3.00"), ("bee", 2.0, "2.00"), ("cat", 1.0, "1.00")]
    figure = results_figure(results, ["bee"], span=(1.0, 3.0), palette=LIGHT)
    assert list(figure.data[0].x) == [1.0, 0.5, 0.0]
    assert words(figure)[2:4] == ["<b>bee</b>", "<b>2.00</b>"]
    flat = results_figure(results[:1], [], span=(3.0, 3.0), palette=LIGHT)
    assert np.isfinite(flat.data[0].x).all()

"""Counts to filter by, and results on one item: rows whose bars lie behind their names."""

from collections.abc import Collection, Sequence

import plotly.graph_objects as go

from dashboard.charts.labels import label, lines
from dashboard.charts.palette import Palette, blend
from dashboard.wording import count, plotly_text
from ranking.examples.counts import Count

ROW_HEIGHT, LINE_HEIGHT = 28, 17  # pixels of a row with one line, and of each further line
MOST_ROWS = 8
"""Values that a figure has room for; the commonest come first."""
_TINT, _CHOSEN = 0.22, 0.5  # share of the accent in a bar
_LETTERS = 30  # of a name on one line
_PAD = 0.015  # of the width, before a name


def shown_counts(
    counts: Sequence[Count], chosen: Collection[str], *, most: int = MOST_ROWS
) -> list[Count]:
    """Return the counts that a figure has room for: the commonest, and those that are chosen."""
    commonest = sorted(counts, key=lambda held: -held.comparisons)[:most]
    return [held for held in counts if held in commonest or held.value in chosen]


def counts_figure(
    counts: Sequence[Count], chosen: Collection[str], *, noun: str, palette: Palette
) -> go.Figure:
    """Draw one row for each value: its name, how many there are, and a bar of that length behind.

    Parameters
    ----------
    counts : sequence of Count
        In the order in which they are shown, from the top.
    chosen : collection of str
        Values that are filtered by.
    noun : str
        What is counted, as a plural.
    palette : Palette

    Returns
    -------
    Figure
        Points carry the value as their custom data, for clicks.
    """
    longest = max((held.comparisons for held in counts), default=0) or 1
    tints = [_CHOSEN if held.value in chosen else _TINT for held in counts]
    hover = [
        f"{plotly_text(held.name)}<br>{count(held.comparisons)} {plotly_text(noun)}"
        for held in counts
    ]
    return _rows(
        names=[held.name for held in counts],
        lengths=[held.comparisons / longest for held in counts],
        numbers=[count(held.comparisons) for held in counts],
        bold=[held.value in chosen for held in counts],
        colours=[blend(palette.paper, palette.accent, tint) for tint in tints],
        values=[held.value for held in counts],
        hover=hover,
        palette=palette,
    )


def results_figure(
    results: Sequence[tuple[str, float, str]],
    marked: Collection[str],
    *,
    span: tuple[float, float],
    palette: Palette,
) -> go.Figure:
    """Draw one row for each competitor: its name, its result on an item, and a bar behind.

    Parameters
    ----------
    results : sequence of (str, float, str)
        Name, result, and how that is written; in the order in which they are shown.
    marked : collection of str
        Names of those that the item is looked at for.
    span : (float, float)
        Results of an empty and of a full bar.
    """
    low, high = span
    return _rows(
        names=[name for name, _, _ in results],
        lengths=[(value - low) / ((high - low) or 1.0) for _, value, _ in results],
        numbers=[written for _, _, written in results],
        bold=[name in marked for name, _, _ in results],
        colours=[
            blend(palette.paper, palette.accent, _CHOSEN if name in marked else _TINT)
            for name, _, _ in results
        ],
        values=[name for name, _, _ in results],
        hover=[f"{plotly_text(name)}<br>{plotly_text(written)}" for name, _, written in results],
        palette=palette,
    )


def _rows(
    *,
    names: Sequence[str],
    lengths: Sequence[float],
    numbers: Sequence[str],
    bold: Sequence[bool],
    colours: Sequence[str],
    values: Sequence[str],
    hover: Sequence[str],
    palette: Palette,
) -> go.Figure:
    middles, heights, total = [], [], 0.0
    for name in names:
        height = ROW_HEIGHT + (lines(name, letters=_LETTERS) - 1) * LINE_HEIGHT
        middles.append(-(total + height / 2))
        heights.append(height - 4)
        total += height
    figure = go.Figure()
    shared = {"y": middles, "width": heights, "orientation": "h", "customdata": values}
    unfaded = {"selected": {"marker": {"opacity": 1}}, "unselected": {"marker": {"opacity": 1}}}
    figure.add_trace(
        go.Bar(
            x=lengths,
            marker={"color": colours, "line": {"width": 0}},
            hoverinfo="skip",
            **shared,
            **unfaded,
        )
    )
    figure.add_trace(  # the whole row answers to the pointer, however short its bar
        go.Bar(
            x=[1.0] * len(names),
            marker={"color": "rgba(0,0,0,0)", "line": {"width": 0}},
            hovertext=hover,
            hovertemplate="%{hovertext}<extra></extra>",
            **shared,
            **unfaded,
        )
    )
    for at, name in enumerate(names):
        shown = label(name, letters=_LETTERS)
        for x, anchor, words in ((_PAD, "left", shown), (1 - _PAD, "right", numbers[at])):
            figure.add_annotation(
                x=x, y=middles[at], text=f"<b>{words}</b>" if bold[at] else words,
                xanchor=anchor, yanchor="middle", align=anchor, showarrow=False,
                font={"color": palette.text, "size": 13},
            )  # fmt: skip
    figure.update_layout(
        height=round(max(total, ROW_HEIGHT)) + 4,
        margin={"l": 0, "r": 0, "t": 2, "b": 2},
        barmode="overlay",
        showlegend=False,
        hovermode="closest",
        clickmode="event+select",
        dragmode=False,
        xaxis={"visible": False, "range": [0, 1], "fixedrange": True},
        yaxis={"visible": False, "range": [-max(total, ROW_HEIGHT), 0], "fixedrange": True},
    )
    return figure

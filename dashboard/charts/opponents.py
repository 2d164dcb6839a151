"""Opponents of a competitor: what it scored against each, and what was to be expected."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.labels import label, lines
from dashboard.charts.palette import Palette
from dashboard.wording import count, plotly_text
from ranking.competitor import Opponent

ROW_HEIGHT, LINE_HEIGHT = 26, 15  # pixels of a row with one line, and of each further line
MOST_ROWS = 25
"""Opponents that are shown at first; the most surprising ones come first."""
_HEAD, _FOOT = 28, 8  # pixels of the axis, and below the rows
_SMALLEST, _LARGEST = 7.0, 13.0  # pixels of a dot


def opponents_figure(opponents: Sequence[Opponent], *, palette: Palette) -> go.Figure:
    """Draw one row per opponent: a dot for the observed share, a tick for the expected one.

    Parameters
    ----------
    opponents : sequence of Opponent
        In the order in which they are shown, from the top.

    Returns
    -------
    Figure
        The line through a dot is its interval, and the dot's area grows with the number of
        comparisons. What is surprising has the accent's opposite, and the rest the accent,
        whatever colour the competitor is marked with. Points carry the opponent's name as their
        custom data, for clicks.
    """
    heights, total = _heights(opponents)
    most = max((opponent.games for opponent in opponents), default=1.0)
    figure = go.Figure()
    for surprising, shade in ((False, palette.accent), (True, palette.opposite)):
        rows = [row for row, held in enumerate(opponents) if held.surprising == surprising]
        if rows:
            figure.add_trace(_dots(opponents, rows, heights, shade, most))
    figure.add_trace(_ticks(opponents, heights, palette))
    figure.update_layout(
        height=round(total) + _HEAD + _FOOT,
        margin={"l": 0, "r": 16, "t": _HEAD, "b": _FOOT},
        hovermode="closest",
        clickmode="event+select",
        dragmode=False,
        showlegend=False,
        xaxis={
            "side": "top", "range": [-0.03, 1.03], "tickformat": ".0%", "zeroline": False,
            "tickvals": [0, 0.25, 0.5, 0.75, 1], "showgrid": True, "gridcolor": palette.line,
            "fixedrange": True, "tickfont": {"color": palette.text}, "title": {"text": ""},
        },
        yaxis={
            "range": [-total, 0], "showgrid": False, "zeroline": False, "automargin": True,
            "ticks": "", "fixedrange": True, "tickvals": heights,
            "ticktext": [label(held.name) for held in opponents],
            "tickfont": {"color": palette.text, "size": 13}, "title": {"text": ""},
        },
    )  # fmt: skip
    return figure


def opponents_legend(opponents: Sequence[Opponent], *, palette: Palette) -> list[str]:
    """Write what the marks of the figure mean, as Markdown."""
    entries = [f':color[●]{{foreground="{palette.accent}"}}\u2002observed share, with its interval']
    if any(held.surprising for held in opponents):
        entries.append(f':color[●]{{foreground="{palette.opposite}"}}\u2002surprising')
    return [*entries, "**|**\u2002expected from all ratings"]


def _heights(opponents: Sequence[Opponent]) -> tuple[list[float], float]:
    """Return the middle of every row and the height of all, in pixels from the top."""
    middles, at = [], 0.0
    for held in opponents:
        height = ROW_HEIGHT + (lines(held.name) - 1) * LINE_HEIGHT
        middles.append(-(at + height / 2))
        at += height
    return middles, max(at, 1.0)


def _dots(
    opponents: Sequence[Opponent],
    rows: Sequence[int],
    heights: Sequence[float],
    colour: str,
    most: float,
) -> go.Scatter:
    shown = [opponents[row] for row in rows]
    share = np.array([held.games for held in shown]) / most
    return go.Scatter(
        x=[held.observed.estimate for held in shown],
        y=[heights[row] for row in rows],
        mode="markers",
        marker={
            "color": colour,
            "size": _SMALLEST + (_LARGEST - _SMALLEST) * np.sqrt(share),
            "opacity": 1,
            "line": {"width": 0},
        },
        error_x={
            "type": "data",
            "array": [_reach(held.observed.high, held.observed.estimate) for held in shown],
            "arrayminus": [_reach(held.observed.estimate, held.observed.low) for held in shown],
            "color": colour,
            "thickness": 1.5,
            "width": 0,
        },
        # A click opens a page; nothing is to fade because of it.
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        customdata=[[held.name, _details(held)] for held in shown],
        hovertemplate="%{customdata[1]}<extra></extra>",
    )


def _reach(high: float, low: float) -> float:
    return max(high - low, 0.0) if math.isfinite(high - low) else 0.0


def _ticks(opponents: Sequence[Opponent], heights: Sequence[float], palette: Palette) -> go.Scatter:
    return go.Scatter(
        x=[held.expected.estimate for held in opponents],
        y=list(heights),
        mode="markers",
        marker={
            "symbol": "line-ns", "size": 13, "color": palette.text,
            "line": {"width": 2, "color": palette.text},
        },
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        hoverinfo="skip",
    )  # fmt: skip


def _details(held: Opponent) -> str:
    observed, expected = held.observed, held.expected
    words = [f"<b>{plotly_text(held.name)}</b>"]
    if math.isfinite(observed.estimate):
        words.append(
            f"{observed.estimate:.0%} of the score ({observed.low:.0%}–{observed.high:.0%})"
        )
    if math.isfinite(expected.estimate):
        words.append(f"{expected.estimate:.0%} expected")
    tied = held.ties + held.both_bad + held.soft
    words.append(
        f"{count(held.games)} comparisons: {count(held.wins)} won, {count(tied)} tied, "
        f"{count(held.losses)} lost"
    )
    if held.surprising:
        words.append(f"Surprising: adjusted p {held.adjusted_p:.2g}")
    return "<br>".join(words)

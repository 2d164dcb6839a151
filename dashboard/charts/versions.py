"""Two versions by capability: how far results differ, and how many items changed either way."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

from dashboard.charts.interval_rows import ROW_HEIGHT
from dashboard.charts.labels import label, lines
from dashboard.charts.palette import Palette
from dashboard.wording import count, plotly_text

_HEAD, _FOOT = 32, 8  # pixels of the axis, and below the rows
LETTERS = 34
"""Letters of a capability's name that stand on one line."""
_LINE_HEIGHT = 17  # pixels of each further line of a name
_BAR = 0.55  # share of a row that a bar fills
_ROOM = 0.06  # share of the axis that is left free on either side


@dataclass(frozen=True)
class ChangeRow:
    """One capability: its name and numbers, and the words for them.

    Attributes
    ----------
    name : str
    difference, low, high : float
        In the unit of the chart; NaN where it is not known.
    fixed, regressed : int
        Items that changed for the better, and for the worse.
    items : int
    verdict, direction : str
        As in `ranking.versions.findings.VersionFinding`.
    words : str
        What is said of it where it is pointed at.
    """

    name: str
    difference: float
    low: float
    high: float
    fixed: int
    regressed: int
    items: int
    verdict: str
    direction: str
    words: str


def change_figure(rows: Sequence[ChangeRow], *, palette: Palette, reach: float) -> go.Figure:
    """Draw the difference in each capability with its interval, around a line at none.

    A full dot is confirmed, an open one likely, a short bar across is neither.

    Parameters
    ----------
    rows : sequence of ChangeRow
        From the top.
    palette : Palette
    reach : float
        Where intervals end that are wider: the largest difference there can be.
    """
    middles, height = _middles(rows)
    figure = _frame(rows, middles, height, palette)
    figure.add_vline(x=0, line={"color": palette.faint, "width": 1, "dash": "dot"})
    for middle, row in zip(middles, rows, strict=True):
        if math.isfinite(row.difference):
            figure.add_trace(_interval(row, middle, palette, reach))
    ends = [abs(end) for row in rows for end in (row.low, row.high, row.difference)]
    widest = min(max([end for end in ends if math.isfinite(end)], default=reach), reach)
    widest *= 1 + _ROOM
    figure.update_xaxes(range=[-widest, widest], tickformat="~g", nticks=7)
    return figure


def _interval(row: ChangeRow, middle: float, palette: Palette, reach: float) -> go.Scatter:
    colour = _colour(row, palette)
    low, high = max(row.low, -reach), min(row.high, reach)
    symbol = {"confirmed": "circle", "likely": "circle-open"}.get(row.verdict, "line-ns-open")
    return go.Scatter(
        x=[row.difference],
        y=[middle],
        mode="markers",
        marker={"color": colour, "size": 10, "symbol": symbol, "line": {"width": 2}},
        error_x={
            "type": "data", "array": [high - row.difference],
            "arrayminus": [row.difference - low], "color": colour,
            "thickness": 3 if row.verdict == "confirmed" else 1.5, "width": 0,
        },
        hovertemplate=f"{row.words}<extra></extra>",
    )  # fmt: skip


def counts_figure(
    rows: Sequence[ChangeRow], *, palette: Palette, words: tuple[str, str]
) -> go.Figure:
    """Draw the share of items that changed for the better to the right, for the worse to the left.

    Parameters
    ----------
    rows : sequence of ChangeRow
        From the top.
    palette : Palette
    words : (str, str)
        What such items are called: ("fixed", "regressed").
    """
    middles, height = _middles(rows)
    figure = _frame(rows, middles, height, palette)
    shares = [
        (row.fixed / row.items, row.regressed / row.items) if row.items else (0.0, 0.0)
        for row in rows
    ]
    for side, sign, colour in ((0, 1, palette.accent), (1, -1, palette.opposite)):
        held = [(row.fixed, row.regressed)[side] for row in rows]
        figure.add_trace(
            go.Bar(
                x=[sign * share[side] for share in shares],
                y=middles,
                width=_BAR * ROW_HEIGHT,
                orientation="h",
                marker={"color": colour, "line": {"width": 0}},
                text=[count(number) if number else "" for number in held],
                textposition="outside",
                textfont={"color": palette.text, "size": 12},
                cliponaxis=False,
                customdata=[row.words for row in rows],
                hovertemplate="%{customdata}<extra></extra>",
                name=plotly_text(words[side]),
            )
        )
    widest = max([max(share) for share in shares], default=0) or 1.0
    widest = min(widest * 1.3, 1.12)  # room for the numbers
    step = 0.5 if widest > 0.6 else 0.25 if widest > 0.3 else 0.1
    ticks = [at * step for at in range(-int(1 / step), int(1 / step) + 1)]
    figure.update_layout(barmode="overlay")
    figure.update_xaxes(
        range=[-widest, widest], tickvals=ticks, ticktext=[f"{abs(tick):.0%}" for tick in ticks]
    )
    figure.add_vline(x=0, line={"color": palette.faint, "width": 1})
    return figure


def _colour(row: ChangeRow, palette: Palette) -> str:
    known = {"better": palette.accent, "worse": palette.opposite}
    return known.get(row.direction, palette.faint)


def _middles(rows: Sequence[ChangeRow]) -> tuple[list[float], float]:
    middles, at = [], 0.0
    for row in rows:
        height = ROW_HEIGHT + (lines(row.name, letters=LETTERS) - 1) * _LINE_HEIGHT
        middles.append(-(at + height / 2))
        at += height
    return middles, at


def _frame(
    rows: Sequence[ChangeRow], middles: list[float], height: float, palette: Palette
) -> go.Figure:
    figure = go.Figure()
    axis: dict[str, Any] = {
        "fixedrange": True, "zeroline": False, "tickfont": {"color": palette.text, "size": 13},
        "title": {"text": ""},
    }  # fmt: skip
    figure.update_layout(
        height=round(height) + _HEAD + _FOOT,
        margin={"l": 0, "r": 8, "t": _HEAD, "b": _FOOT},
        showlegend=False,
        hovermode="closest",
        dragmode=False,
        xaxis={**axis, "side": "top", "showgrid": True, "gridcolor": palette.line},
        yaxis={
            **axis, "range": [-max(height, 1.0), 0], "showgrid": False, "automargin": True,
            "ticks": "", "tickvals": middles,
            "ticktext": [label(row.name, letters=LETTERS) for row in rows],
        },
    )  # fmt: skip
    return figure

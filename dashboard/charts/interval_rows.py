"""Rows of estimates with their intervals on one axis: shares of the score, or points."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.charts.labels import label, lines
from dashboard.charts.palette import Palette
from dashboard.wording import plotly_text
from ranking.wording import number

ROW_HEIGHT, LINE_HEIGHT = 30, 15  # pixels of a row with one line, and of each further line
_HEAD, _FOOT = 32, 8  # pixels of the axis, and below the rows


@dataclass(frozen=True)
class Row:
    """One estimate: its label, its interval, its colour, and what else is said of it."""

    label: str
    estimate: float
    low: float
    high: float
    colour: str
    details: str = ""


def share_rows(rows: Sequence[Row], *, reference: float = 0.5, palette: Palette) -> go.Figure:
    """Draw shares of the score from 0 to 100%, with a dotted line at the reference."""
    figure = _figure(rows, reference, palette, lambda value: f"{value:.0%}")
    figure.update_xaxes(range=[-0.03, 1.03], tickvals=[0, 0.25, 0.5, 0.75, 1], tickformat=".0%")
    return figure


def point_rows(rows: Sequence[Row], *, palette: Palette) -> go.Figure:
    """Draw differences in points around a dotted line at none; open limits reach the edge."""
    ends = [value for row in rows for value in (row.estimate, row.low, row.high)]
    finite = [0.0, *(value for value in ends if math.isfinite(value))]
    room = max((max(finite) - min(finite)) * 0.1, 10.0)
    low, high = min(finite) - room, max(finite) + room
    figure = _figure(rows, 0.0, palette, number, edges=(low, high))
    figure.update_xaxes(range=[low, high], tickformat="d", nticks=7)
    return figure


def _figure(
    rows: Sequence[Row],
    reference: float,
    palette: Palette,
    write: Callable[[float], str],
    edges: tuple[float, float] = (0.0, 1.0),
) -> go.Figure:
    middles, at = [], 0.0
    for row in rows:
        height = ROW_HEIGHT + (lines(row.label) - 1) * LINE_HEIGHT
        middles.append(-(at + height / 2))
        at += height
    figure = go.Figure()
    figure.add_vline(x=reference, line={"color": palette.faint, "width": 1, "dash": "dot"})
    for middle, row in zip(middles, rows, strict=True):
        if math.isfinite(row.estimate):
            figure.add_trace(_interval(row, middle, write, edges))
    figure.update_layout(
        height=round(at) + _HEAD + _FOOT,
        margin={"l": 0, "r": 16, "t": _HEAD, "b": _FOOT},
        showlegend=False,
        hovermode="closest",
        dragmode=False,
        xaxis={
            "side": "top", "showgrid": True, "gridcolor": palette.line, "zeroline": False,
            "fixedrange": True, "tickfont": {"color": palette.text}, "title": {"text": ""},
        },
        yaxis={
            "range": [-max(at, 1.0), 0], "showgrid": False, "zeroline": False,
            "automargin": True, "ticks": "", "fixedrange": True, "tickvals": middles,
            "ticktext": [label(row.label) for row in rows],
            "tickfont": {"color": palette.text, "size": 13}, "title": {"text": ""},
        },
    )  # fmt: skip
    return figure


def _interval(
    row: Row, middle: float, write: Callable[[float], str], edges: tuple[float, float]
) -> go.Scatter:
    low = max(row.low, edges[0]) if not math.isnan(row.low) else row.estimate
    high = min(row.high, edges[1]) if not math.isnan(row.high) else row.estimate
    words = f"<b>{plotly_text(row.label)}</b><br>{write(row.estimate)}"
    if low < high:
        words += f" ({write(row.low)} to {write(row.high)})"
    if row.details:
        words += f"<br>{plotly_text(row.details)}"
    return go.Scatter(
        x=[row.estimate],
        y=[middle],
        mode="markers",
        marker={"color": row.colour, "size": 10},
        error_x={
            "type": "data", "array": [high - row.estimate], "arrayminus": [row.estimate - low],
            "color": row.colour, "thickness": 4, "width": 0,
        },
        hovertemplate=f"{words}<extra></extra>",
    )  # fmt: skip

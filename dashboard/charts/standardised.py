"""Means as they are and over the same mix of capabilities: a dumbbell for each competitor."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.interval_rows import LINE_HEIGHT, ROW_HEIGHT
from dashboard.charts.labels import label, lines
from dashboard.charts.palette import Palette
from dashboard.wording import plotly_text
from ranking.wording import number

if TYPE_CHECKING:
    from ranking.versions.standardised import MixedCapability, StandardisedRow

_HEAD, _FOOT = 32, 8  # pixels of the axis, and below the rows
_ROOM = 0.05  # share of the axis that is left free on either side


def dumbbells(
    rows: "Sequence[StandardisedRow]",
    *,
    percentages: bool,
    colours: Mapping[str, str],
    palette: Palette,
) -> go.Figure:
    """Draw each competitor's raw mean as a ring, and its standardised one as a dot on its interval.

    Parameters
    ----------
    rows : sequence of StandardisedRow
        From the top; all have a standardised mean.
    percentages : bool
        Whether means are percentages, else points of a score.
    colours : mapping
        Of marked competitors by name; others have the accent.
    """  # fmt: skip
    middles, at = [], 0.0
    for row in rows:
        height = ROW_HEIGHT + (lines(row.competitor) - 1) * LINE_HEIGHT
        middles.append(-(at + height / 2))
        at += height
    figure = go.Figure()
    for middle, row in zip(middles, rows, strict=True):
        colour = colours.get(row.competitor, palette.accent)
        figure.add_trace(_interval(row, middle, colour))
        figure.add_trace(_ends(row, middle, colour, palette, percentages))
    values = [
        value for row in rows for value in (row.raw, row.standardised, row.low, row.high)
        if math.isfinite(value)
    ]  # fmt: skip
    low, high = min(values, default=0.0), max(values, default=1.0)
    room = max(high - low, 1e-9) * _ROOM
    figure.update_layout(
        height=round(at) + _HEAD + _FOOT,
        margin={"l": 0, "r": 16, "t": _HEAD, "b": _FOOT},
        showlegend=False,
        hovermode="closest",
        dragmode=False,
        xaxis={
            "side": "top", "showgrid": True, "gridcolor": palette.line, "zeroline": False,
            "fixedrange": True, "range": [low - room, high + room], "nticks": 7,
            "ticksuffix": "%" if percentages else "", "tickfont": {"color": palette.text},
            "title": {"text": ""},
        },
        yaxis={
            "range": [-max(at, 1.0), 0], "showgrid": False, "zeroline": False, "automargin": True,
            "ticks": "", "fixedrange": True, "tickvals": middles,
            "ticktext": [label(row.competitor) for row in rows],
            "tickfont": {"color": palette.text, "size": 13}, "title": {"text": ""},
        },
    )  # fmt: skip
    return figure


def _interval(row: "StandardisedRow", middle: float, colour: str) -> go.Scatter:
    known = math.isfinite(row.low) and math.isfinite(row.high)
    return go.Scatter(
        x=[row.low, row.high] if known else [],
        y=[middle, middle] if known else [],
        mode="lines",
        line={"color": colour, "width": 7},
        opacity=0.25,
        hoverinfo="skip",
    )


def _ends(
    row: "StandardisedRow", middle: float, colour: str, palette: Palette, percentages: bool
) -> go.Scatter:
    def written(value: float, low: float, high: float) -> str:
        unit = "%" if percentages else ""
        decimals = 1 if percentages else 3
        ends = f" ({number(low, decimals)} to {number(high, decimals)}{unit})"
        return f"{number(value, decimals)}{unit}" + (ends if math.isfinite(low) else "")

    words = (
        f"<b>{plotly_text(row.competitor)}</b><br>"
        f"same mix {written(row.standardised, row.low, row.high)}<br>"
        f"as it is {written(row.raw, row.raw_low, row.raw_high)}<br>{row.items:,} items"
    )
    return go.Scatter(
        x=[row.raw, row.standardised],
        y=[middle, middle],
        mode="lines+markers",
        line={"color": palette.faint, "width": 1.5},
        marker={
            "size": 10, "opacity": 1, "color": [palette.paper, colour],
            "line": {"color": [palette.faint, colour], "width": 2},
        },
        hovertemplate=f"{words}<extra></extra>",
    )  # fmt: skip


def means_table(rows: "Sequence[StandardisedRow]") -> pd.DataFrame:
    """Return everybody's two means, and how far the mix moves them."""
    return pd.DataFrame(
        {
            "competitor": [row.competitor for row in rows],
            "items": [row.items for row in rows],
            "raw": [row.raw for row in rows],
            "standardised": [row.standardised for row in rows],
            "moved": [round(row.standardised - row.raw, 4) + 0.0 for row in rows],
            "low": [row.low for row in rows],
            "high": [row.high for row in rows],
        }
    )


def mix_table(mix: "Sequence[MixedCapability]", names: Mapping[str, str]) -> pd.DataFrame:
    """Return the common weight of every capability beside its smallest and largest own share."""
    return pd.DataFrame(
        {
            "capability": [names[one.capability] for one in mix],
            "items": [one.items for one in mix],
            "weight": [100 * one.weight for one in mix],
            "least": [100 * one.least for one in mix],
            "most": [100 * one.most for one in mix],
        }
    )

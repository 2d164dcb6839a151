"""The profile of one competitor: how far it departs from its reference in each capability."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import plotly.graph_objects as go

from dashboard.charts.labels import label, lines
from dashboard.charts.palette import Palette, blend
from dashboard.wording import count, plotly_text
from ranking.capabilities.sentences import shown_name, signed

if TYPE_CHECKING:
    from ranking.capabilities.profile import CapabilityFinding, CompetitorFindings

ROW_HEIGHT, LINE_HEIGHT = 28, 17  # pixels of a row with one line, and of each further line
LETTERS = 34
"""Letters of a capability's name that stand on one line."""
_HEAD, _FOOT = 28, 8
_NARROW = 0.4  # share of the band's colour in the paper


def profile_figure(
    rows: "Sequence[CapabilityFinding]", found: "CompetitorFindings", *, palette: Palette
) -> go.Figure:
    """Draw one row for each finding: a dot with its interval, and a ring where it is shrunk to.

    Parameters
    ----------
    rows : sequence of CapabilityFinding
        From the top; all with an effect.
    found : CompetitorFindings
        What they are part of: the unit, and the smallest effect of interest, which is a band.

    Returns
    -------
    Figure
        Strengths have the accent, weaknesses its opposite, and what is neither is grey. Points
        carry the capability's key as their custom data.
    """
    middles, at = [], 0.0
    for one in rows:
        height = ROW_HEIGHT + (lines(_name(one), letters=LETTERS) - 1) * LINE_HEIGHT
        middles.append(-(at + height / 2))
        at += height
    delta = found.unit.size * found.settings.smallest_effect
    reach = _reach(rows, delta)
    figure = go.Figure()
    figure.add_vrect(
        x0=-delta, x1=delta, line_width=0, layer="below",
        fillcolor=blend(palette.paper, palette.line, _NARROW),
    )  # fmt: skip
    figure.add_vline(x=0, line={"color": palette.faint, "width": 1, "dash": "dot"})
    for middle, one in zip(middles, rows, strict=True):
        figure.add_trace(_row(one, middle, reach, found, palette))
        if math.isfinite(one.estimate):
            figure.add_trace(_ring(one, middle, palette))
    figure.update_layout(
        height=round(at) + _HEAD + _FOOT,
        margin={"l": 0, "r": 16, "t": _HEAD, "b": _FOOT},
        showlegend=False,
        hovermode="closest",
        dragmode=False,
        xaxis={
            "side": "top", "range": [-reach, reach], "showgrid": True, "gridcolor": palette.line,
            "zeroline": False, "fixedrange": True, "tickfont": {"color": palette.text},
            "nticks": 7, "title": {"text": ""},
        },
        yaxis={
            "range": [-max(at, 1.0), 0], "showgrid": False, "zeroline": False,
            "automargin": True, "ticks": "", "fixedrange": True, "tickvals": middles,
            "ticktext": [label(_name(one), letters=LETTERS) for one in rows],
            "tickfont": {"color": palette.text, "size": 13}, "title": {"text": ""},
        },
    )  # fmt: skip
    return figure


def profile_legend(found: "CompetitorFindings", *, palette: Palette) -> list[str]:
    """Write what the marks of the figure mean, as Markdown."""
    return [
        f':color[●]{{foreground="{palette.accent}"}}\u2002strength, with its interval',
        f':color[●]{{foreground="{palette.opposite}"}}\u2002weakness',
        "○\u2002as shrunk",
        "▒\u2002too small to be of interest",
        f"in {found.unit.name}",
    ]


def _name(one: "CapabilityFinding") -> str:
    return shown_name(one.capability, one.name)


def _reach(rows: "Sequence[CapabilityFinding]", delta: float) -> float:
    ends = [abs(end) for one in rows for end in (one.effect, one.estimate) if math.isfinite(end)]
    return max([1.4 * end for end in ends] + [2 * delta, 1e-9])


def _colour(one: "CapabilityFinding", palette: Palette) -> str:
    tones = {"strength": palette.accent, "weakness": palette.opposite}
    return tones.get(one.direction, palette.faint)


def _row(
    one: "CapabilityFinding",
    middle: float,
    reach: float,
    found: "CompetitorFindings",
    palette: Palette,
) -> go.Scatter:
    colour = _colour(one, palette)
    low, high = max(one.low, -reach), min(one.high, reach)
    unit = found.unit
    words = (
        f"<b>{plotly_text(_name(one))}</b><br>{signed(one.effect, unit)} {unit.name} "
        f"({signed(one.low, unit)} to {signed(one.high, unit)})<br>"
        f"shrunk {signed(one.estimate, unit) or 'unknown'}<br>{count(one.items)} items"
    )
    return go.Scatter(
        x=[one.effect], y=[middle], mode="markers", customdata=[one.capability],
        marker={"color": colour, "size": 9},
        error_x={
            "type": "data", "array": [high - one.effect], "arrayminus": [one.effect - low],
            "color": blend(colour, palette.paper, 0.35), "thickness": 4, "width": 0,
        },
        hovertemplate=f"{words}<extra></extra>",
    )  # fmt: skip


def _ring(one: "CapabilityFinding", middle: float, palette: Palette) -> go.Scatter:
    return go.Scatter(
        x=[one.estimate], y=[middle], mode="markers", hoverinfo="skip",
        marker={
            "color": palette.paper, "size": 10, "line": {"color": _colour(one, palette), "width": 2}
        },
    )  # fmt: skip

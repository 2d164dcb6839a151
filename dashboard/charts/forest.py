"""The forest plot: every rating with its interval, one row each."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.board import Group
from dashboard.charts.intervals import Scale
from dashboard.charts.palette import Palette
from dashboard.wording import count, plotly_text
from ranking.leaderboard import rank_text
from ranking.ratings import Ratings
from ranking.wording import number

ROW_HEIGHT = 22
"""Pixels per competitor: enough for a name, whatever their number."""
MOST_ROWS = 400
"""More rows than this nobody reads; the page says how to narrow them."""


def forest(
    ratings: Ratings,
    shown: Sequence[Group],
    *,
    colours: Mapping[str, str],
    palette: Palette,
) -> go.Figure:
    """Draw ratings as dots and their intervals as lines, best at the top, groups apart.

    Parameters
    ----------
    shown : sequence of Group
        Which competitors, in which order; groups with a label are headed by it.
    colours : mapping
        Colours of marked competitors, which are also drawn thicker.

    Returns
    -------
    Figure
        Its height grows with the number of rows. An open limit is an arrow to the edge.
    """
    rows = np.concatenate([group.rows for group in shown]).astype(np.int64)
    scale = Scale.of(ratings, rows)
    heights, ticks, figure = _layout(ratings, shown, palette)
    marked = [row for row in rows if ratings.competitors[row] in colours]
    plain = [row for row in rows if ratings.competitors[row] not in colours]
    dimmed = palette.faint if marked else palette.accent
    for members, colour, thick in (
        (plain, dimmed, False),
        *(([row], colours[ratings.competitors[row]], True) for row in marked),
    ):
        at = np.array(members, np.int64)
        at = at[np.isfinite(ratings.rating[at])]
        if len(at):
            y = np.array([heights[row] for row in at])
            figure.add_trace(_intervals(ratings, at, y, scale, colour, thick=thick))
            figure.add_trace(_arrows(ratings, at, y, scale, colour))
    figure.update_xaxes(range=[scale.low, scale.high] if math.isfinite(scale.low) else None)
    figure.update_yaxes(tickvals=list(ticks), ticktext=list(ticks.values()))
    return figure


def _layout(
    ratings: Ratings, shown: Sequence[Group], palette: Palette
) -> tuple[dict[int, float], dict[float, str], go.Figure]:
    """Give every row its height, and the axis its names."""
    heights: dict[int, float] = {}
    ticks: dict[float, str] = {}
    figure = go.Figure()
    line = 0
    for group in shown:
        if group.label and len(group.rows):
            line += 1
            figure.add_annotation(
                x=0, xref="paper", y=-line, text=f"<b>{plotly_text(group.label)}</b>",
                showarrow=False, xanchor="left", font={"color": palette.text},
            )  # fmt: skip
            line += 1
        for row in group.rows:
            heights[int(row)] = -line
            ranks = rank_text(ratings, row)
            ticks[-line] = f"{plotly_text(ratings.competitors[row])}  <b>{ranks}</b>"
            line += 1
    figure.update_layout(
        height=line * ROW_HEIGHT + 80,
        margin={"l": 0, "r": 16, "t": 56, "b": 16},
        showlegend=False,
        hovermode="closest",
        xaxis={
            "side": "top", "title": "Rating in points", "showgrid": True, "zeroline": False,
            "gridcolor": palette.line, "tickformat": "d", "fixedrange": True,
        },
        yaxis={
            "range": [-line + 0.4, 0.6], "showgrid": False, "zeroline": False, "automargin": True,
            "ticks": "", "tickfont": {"color": palette.text, "size": 13}, "fixedrange": True,
        },
    )  # fmt: skip
    return heights, ticks, figure


def _intervals(
    ratings: Ratings, at: np.ndarray, y: np.ndarray, scale: Scale, colour: str, *, thick: bool
) -> go.Scatter:
    rating = ratings.rating[at]
    low = np.where(np.isneginf(ratings.low[at]), scale.low, ratings.low[at])
    high = np.where(np.isposinf(ratings.high[at]), scale.high, ratings.high[at])
    return go.Scatter(
        x=rating,
        y=y,
        mode="markers",
        marker={"color": colour, "size": 10 if thick else 6},
        error_x={
            "type": "data",
            "array": np.nan_to_num(high - rating),
            "arrayminus": np.nan_to_num(rating - low),
            "color": colour,
            "thickness": 4 if thick else 2,
            "width": 0,
        },
        customdata=[_details(ratings, row) for row in at],
        hovertemplate="%{customdata}<extra></extra>",
    )


def _arrows(
    ratings: Ratings, at: np.ndarray, y: np.ndarray, scale: Scale, colour: str
) -> go.Scatter:
    left, right = np.isneginf(ratings.low[at]), np.isposinf(ratings.high[at])
    return go.Scatter(
        x=[scale.low] * int(left.sum()) + [scale.high] * int(right.sum()),
        y=np.concatenate([y[left], y[right]]),
        mode="markers",
        marker={
            "color": colour,
            "size": 10,
            "symbol": ["triangle-left"] * int(left.sum()) + ["triangle-right"] * int(right.sum()),
        },
        cliponaxis=False,
        hoverinfo="skip",
    )


def _details(ratings: Ratings, row: int) -> str:
    low, high = ratings.low[row], ratings.high[row]
    if math.isfinite(low) and math.isfinite(high):
        interval = f"{number(low)} to {number(high)}"
    elif math.isfinite(low):
        interval = f"at least {number(low)}"
    elif math.isfinite(high):
        interval = f"at most {number(high)}"
    else:
        interval = "no interval"
    return (
        f"<b>{plotly_text(ratings.competitors[row])}</b><br>"
        f"{number(ratings.rating[row])} points ({interval})<br>"
        f"Rank {rank_text(ratings, row) or 'unknown'}, "
        f"{count(ratings.games[row])} comparisons"
    )

"""The tasks of an equilibrium: which of them decide, and what each adds to every rating."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.intervals import Scale, interval_svg
from dashboard.charts.labels import label, lines
from dashboard.charts.mass import in_percent
from dashboard.charts.palette import Palette
from dashboard.wording import count, literal, plotly_text
from ranking.equilibria.report import EquilibriumReport
from ranking.ratings import Ratings
from ranking.wording import number

NAMED = 8
"""How many tasks have a colour of their own; the others are summed."""
ROW_HEIGHT, LINE_HEIGHT = 26, 15  # pixels of a row with one line, and of each further line
_HEAD, _FOOT = 32, 8  # pixels of the axis, and below the rows
_SEEN = 0.05  # points below which a part is not drawn


def by_weight(report: EquilibriumReport) -> np.ndarray:
    """Return the tasks, those that decide most first: by mass, then by rating."""
    rating = np.where(np.isnan(report.task_rating), -np.inf, report.task_rating)
    mass = np.zeros(len(rating)) if report.task_mass is None else np.nan_to_num(report.task_mass)
    return np.lexsort((np.arange(len(rating)), -rating, -np.round(mass, 9)))


def task_scale(report: EquilibriumReport) -> Scale:
    """Return the range of points that the intervals of the tasks share."""
    return Scale.over(report.task_rating, report.task_low, report.task_high)


def task_table(report: EquilibriumReport, *, scale: Scale, palette: Palette) -> pd.DataFrame:
    """Return the rows of the table of tasks, those that decide most first.

    Returns
    -------
    DataFrame
        Columns `task`, `mass` (per cent, where the equilibrium has one), `rating`, `half` (where
        there are intervals) and `interval`, a picture.
    """
    order = by_weight(report)
    rating, low, high = (
        values[order] for values in (report.task_rating, report.task_low, report.task_high)
    )
    half = (high - low) / 2
    return pd.DataFrame(
        {
            "task": [report.tasks[at] for at in order],
            **({} if report.task_mass is None else {"mass": in_percent(report.task_mass[order])}),
            "rating": _whole(rating),
            **({"half": _whole(half)} if np.isfinite(half).any() else {}),
            "interval": [
                interval_svg(*each, scale=scale, colour=palette.accent, palette=palette)
                for each in zip(rating, low, high, strict=True)
            ],
        }
    )


def contribution_figure(
    ratings: Ratings, rows: Sequence[int], *, palette: Palette, named: int = NAMED
) -> go.Figure:
    """Draw what each task adds to the rating of some competitors: bars to either side of nothing.

    Parameters
    ----------
    ratings : Ratings
        With `equilibrium.contribution`.
    rows : sequence of int
        Positions of the competitors, in the order of the picture.
    named : int, default 8
        How many tasks have a colour of their own; the others are summed.

    Returns
    -------
    Figure
        Bars left of the line hold a competitor back, bars right of it carry it; they add up to the
        dot, which is its rating less that of the equilibrium.
    """
    rows, parts = _parts(ratings, rows)
    middles, heights = _places([ratings.competitors[row] for row in rows])
    figure = go.Figure()
    figure.add_vline(x=0, line={"color": palette.faint, "width": 1})
    for name, values, colour in _shown_parts(ratings, parts, named, palette):
        figure.add_trace(
            go.Bar(
                x=values,
                y=middles,
                orientation="h",
                width=[min(height - 8, ROW_HEIGHT - 8) for height in heights],
                name=plotly_text(name),
                marker={"color": colour, "line": {"width": 0}},
                customdata=[
                    f"<b>{plotly_text(ratings.competitors[row])}</b><br>"
                    f"{plotly_text(name)}: {_signed(value)} points"
                    for row, value in zip(rows, values, strict=True)
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    figure.add_trace(_totals(ratings, rows, parts, middles, palette))
    ends = [parts.clip(max=0).sum(axis=1), parts.clip(min=0).sum(axis=1)]
    figure.update_xaxes(range=_range(ends))
    figure.update_yaxes(
        range=[-sum(heights), 0],
        tickvals=middles,
        ticktext=[label(ratings.competitors[row]) for row in rows],
    )
    figure.update_layout(
        barmode="relative",
        height=round(sum(heights)) + _HEAD + _FOOT,
        margin={"l": 0, "r": 16, "t": _HEAD, "b": _FOOT},
        hovermode="closest",
        dragmode=False,
        showlegend=False,
        xaxis={
            "side": "top", "gridcolor": palette.line, "zeroline": False, "fixedrange": True,
            "tickformat": "d", "nticks": 7, "tickfont": {"color": palette.text},
            "title": {"text": ""},
        },
        yaxis={
            "showgrid": False, "zeroline": False, "automargin": True, "ticks": "",
            "fixedrange": True, "tickfont": {"color": palette.text, "size": 13},
            "title": {"text": ""},
        },
    )  # fmt: skip
    return figure


def contribution_legend(
    ratings: Ratings, rows: Sequence[int], *, palette: Palette, named: int = NAMED
) -> list[str]:
    """Write what the colours of the figure mean, as Markdown."""
    _, parts = _parts(ratings, rows)
    entries = [
        f':color[\u2003]{{background="{colour}"}}\u2002{literal(name)}'
        for name, _, colour in _shown_parts(ratings, parts, named, palette)
    ]
    return [*entries, "**○**\u2002in all"]


def _parts(ratings: Ratings, rows: Sequence[int]) -> tuple[list[int], np.ndarray]:
    """Return the rows that play in the game, and what each task adds to them."""
    report = ratings.equilibrium
    assert report is not None and report.contribution is not None
    playing = [row for row in rows if np.isfinite(report.contribution[row]).all()]
    return playing, report.contribution[playing]


def _shown_parts(
    ratings: Ratings, parts: np.ndarray, named: int, palette: Palette
) -> list[tuple[str, np.ndarray, str]]:
    """Return name, points and colour of the tasks that matter most, and of the rest in one."""
    assert ratings.equilibrium is not None
    tasks = ratings.equilibrium.tasks
    size = np.abs(parts).sum(axis=0)
    order = [int(at) for at in np.argsort(-size, kind="stable") if size[at] > _SEEN]
    if len(order) == named + 1:  # a sum of one is no sum
        named += 1
    found = [
        (tasks[at], parts[:, at], palette.categorical[number % len(palette.categorical)])
        for number, at in enumerate(order[:named])
    ]
    rest = order[named:]
    if rest:
        found.append((f"{count(len(rest))} other tasks", parts[:, rest].sum(axis=1), palette.faint))
    return found


def _totals(
    ratings: Ratings,
    rows: Sequence[int],
    parts: np.ndarray,
    middles: Sequence[float],
    palette: Palette,
) -> go.Scatter:
    total = parts.sum(axis=1)
    return go.Scatter(
        x=total,
        y=middles,
        mode="markers",
        name="In all",
        marker={"color": palette.paper, "size": 9, "line": {"color": palette.text, "width": 2}},
        customdata=[
            f"<b>{plotly_text(ratings.competitors[row])}</b><br>In all: {_signed(value)} points"
            for row, value in zip(rows, total, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
    )


def _places(names: Sequence[str]) -> tuple[list[float], list[float]]:
    """Return the middle and the height of each row, from the top down."""
    heights = [float(ROW_HEIGHT + (lines(name) - 1) * LINE_HEIGHT) for name in names]
    tops = np.cumsum([0.0, *heights])
    return [-(top + height / 2) for top, height in zip(tops[:-1], heights, strict=True)], heights


def _range(ends: Sequence[np.ndarray]) -> list[float]:
    low = min((float(values.min(initial=0.0)) for values in ends), default=0.0)
    high = max((float(values.max(initial=0.0)) for values in ends), default=0.0)
    room = max((high - low) * 0.04, 1.0)
    return [low - room, high + room]


def _signed(value: float) -> str:
    text = number(value, 1)
    return text if text.startswith("−") or not text.strip("0.,") else f"+{text}"


def _whole(values: np.ndarray) -> pd.Series:
    return pd.Series([None if math.isnan(v) else round(v) for v in values], dtype="Int64")

"""Cycles: small graphs of who beats whom, and the matrix of all pairs."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.heat_map import heat_map
from dashboard.charts.labels import label
from dashboard.charts.palette import Palette
from dashboard.wording import count, plotly_text
from ranking.wording import number, percent

GRAPH_HEIGHT = 250  # pixels
NUMBERED = 14
"""Competitors up to whom a matrix has room for a number in every cell."""
_RADIUS = 1.0  # of the circle that the nodes of a graph stand on
_SHORT = 0.17  # how far from the middle of a node an arrow begins and ends
_LETTERS = 18  # of a name, on one line


@dataclass(frozen=True)
class Arrow:
    """One result of a cycle: who did better than strengths allow, and against whom.

    Attributes
    ----------
    first, second : str
        The arrow leads from the first to the second.
    share : float
        Share of the score that the first took from the second, a tie counting half.
    comparisons : float
        How many comparisons of the two there are.
    """

    first: str
    second: str
    share: float
    comparisons: float


def cycle_graph(arrows: Sequence[Arrow], *, palette: Palette) -> go.Figure:
    """Draw a cycle as a graph: a node for each competitor, an arrow from each to the next.

    Parameters
    ----------
    arrows : sequence of Arrow
        Each begins where the one before ended; at least three.

    Returns
    -------
    Figure
        The share of the score and the number of comparisons stand at each arrow; it is thicker the
        more was won, and grey where the first took no more than half.
    """
    nodes = [arrow.first for arrow in arrows]
    turn = 2 * math.pi / max(len(nodes), 1)
    # The arrows run clockwise. No node of an even number is level with the middle, where its name
    # would stand on the arrows.
    start = turn / 2 if len(nodes) % 2 == 0 else 0.0
    at = {
        name: (_RADIUS * math.sin(k * turn - start), _RADIUS * math.cos(k * turn - start))
        for k, name in enumerate(nodes)
    }
    figure = go.Figure()
    for arrow in arrows:
        _draw_arrow(figure, arrow, at[arrow.first], at[arrow.second], palette)
    figure.add_trace(
        go.Scatter(
            x=[at[name][0] for name in nodes], y=[at[name][1] for name in nodes],
            mode="markers", marker={"size": 13, "color": palette.text, "line": {"width": 0}},
            customdata=[plotly_text(name) for name in nodes],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )  # fmt: skip
    for name in nodes:
        x, y = at[name]
        above = y > -0.1
        figure.add_annotation(
            x=x, y=y, text=f"<b>{label(name, letters=_LETTERS)}</b>", showarrow=False,
            yanchor="bottom" if above else "top", yshift=9 if above else -9,
            xanchor="center" if abs(x) < 0.5 else ("left" if x < 0 else "right"),
            xshift=0 if abs(x) < 0.5 else (-24 if x < 0 else 24),
            font={"size": 13, "color": palette.text}, align="center",
        )  # fmt: skip
    # Two axes of one range in a figure about as wide as high: a circle stays nearly round, and
    # uses the room that there is.
    hidden = {"visible": False, "fixedrange": True}
    figure.update_layout(
        height=GRAPH_HEIGHT, margin={"l": 8, "r": 8, "t": 8, "b": 8}, showlegend=False,
        dragmode=False, hovermode="closest",
        xaxis={**hidden, "range": [-1.4, 1.4]}, yaxis={**hidden, "range": [-1.05, 1.5]},
    )  # fmt: skip
    return figure


def _draw_arrow(
    figure: go.Figure,
    arrow: Arrow,
    tail: tuple[float, float],
    head: tuple[float, float],
    palette: Palette,
) -> None:
    (x0, y0), (x1, y1) = tail, head
    length = math.hypot(x1 - x0, y1 - y0) or 1.0
    dx, dy = (x1 - x0) / length * _SHORT, (y1 - y0) / length * _SHORT
    won = arrow.share > 0.5
    colour = palette.accent if won else palette.faint
    width = 1.5 + (5 * min(arrow.share - 0.5, 0.4) if won else 0.0)
    figure.add_annotation(
        x=x1 - dx, y=y1 - dy, ax=x0 + dx, ay=y0 + dy, xref="x", yref="y", axref="x", ayref="y",
        text="", showarrow=True, arrowhead=2, arrowsize=1.1, arrowwidth=width, arrowcolor=colour,
    )  # fmt: skip
    share = "?" if math.isnan(arrow.share) else percent(arrow.share)
    level = abs(y1 - y0) < 0.1  # names stand close to a level arrow: its label has one line
    figure.add_annotation(
        x=(x0 + x1) / 2, y=(y0 + y1) / 2, showarrow=False, bgcolor=palette.paper, borderpad=1,
        text=f"<b>{share}</b>{' ' if level else '<br>'}"
        f'<span style="font-size:11px;color:{palette.faint}">of {count(arrow.comparisons)}</span>',
        hovertext=f"{plotly_text(arrow.first)} took {share} of the score against "
        f"{plotly_text(arrow.second)} in {count(arrow.comparisons)} comparisons",
        font={"size": 13, "color": palette.text},
    )  # fmt: skip


def pair_matrix(
    competitors: Sequence[str],
    values: np.ndarray,
    observed: np.ndarray,
    *,
    describe: Callable[[float], str],
    palette: Palette,
) -> go.Figure:
    """Draw a skew matrix of all pairs, the row against the column, best rated first.

    Parameters
    ----------
    competitors : sequence of str, length m
    values : float array of shape (m, m)
        Antisymmetric.
    observed : bool array of shape (m, m)
        Which pairs met; the others are grey.
    describe : callable
        Puts a value into words, for the details.

    Returns
    -------
    Figure
        The accent above zero, its opposite below. Up to 14 competitors, every cell has its number.
    """
    m = len(competitors)
    others = ~np.eye(m, dtype=bool)
    known = observed & others
    size = np.abs(values[known])
    hover, text = np.full((m, m), "", object), np.full((m, m), "", object)
    for i, j in np.argwhere(others).tolist():
        pair = f"<b>{plotly_text(competitors[i])}</b> against {plotly_text(competitors[j])}"
        met = known[i, j]
        hover[i, j] = f"{pair}<br>{describe(float(values[i, j])) if met else 'they never met'}"
        if met and m <= NUMBERED:
            text[i, j] = number(float(values[i, j]))
    return heat_map(
        np.where(known, values, np.nan), competitors, competitors, text=text, hover=hover,
        limit=max(float(np.quantile(size, 0.98)) if len(size) else 0.0, 1.0), palette=palette,
        unknown=~observed & others, lowest_row=26 if m <= 30 else 20,
    )  # fmt: skip

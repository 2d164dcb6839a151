"""Discs: circles of many competitors, each a point, with names where there is room."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.labels import label
from dashboard.charts.palette import Palette, blend
from dashboard.wording import plotly_text
from ranking.wording import percent

MOST_NAMED = 12
"""Competitors that a disc names; the others are dots."""
_UNIT = 125.0  # pixels of the largest radius of a disc, about: on a phone less than on a desk
_LETTERS = 18  # of a name, on one line


def disc(
    competitors: Sequence[str],
    coordinates: np.ndarray,
    *,
    palette: Palette,
    marked: dict[str, str] | None = None,
) -> go.Figure:
    """Draw one disc: a point for each competitor, in a circle around the middle.

    Parameters
    ----------
    competitors : sequence of str, length m
    coordinates : float array of shape (m, 2)
        In the plane of the disc: each did better than its strength against those less than half a
        turn further counter-clockwise, most so at a quarter of a turn.
    marked : mapping, optional
        Colours of marked competitors.

    Returns
    -------
    Figure
        Equally scaled axes; names of those furthest out, where there is room, and the others' in
        the details.
    """
    marked = marked or {}
    radius = np.hypot(coordinates[:, 0], coordinates[:, 1])
    reach = float(radius.max(initial=0.0)) or 1.0
    named = set(np.argsort(-radius, kind="stable")[:MOST_NAMED]) | {
        at for at, name in enumerate(competitors) if name in marked
    }
    figure = go.Figure()
    for ring in (0.5, 1.0):
        figure.add_shape(
            type="circle", x0=-ring * reach, x1=ring * reach, y0=-ring * reach, y1=ring * reach,
            line={"color": palette.line, "width": 1}, layer="below",
        )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=[0.0], y=[0.0], mode="markers", hoverinfo="skip",
            marker={"symbol": "cross-thin", "size": 9, "color": palette.faint,
                    "line": {"width": 1, "color": palette.faint}},
        )
    )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=coordinates[:, 0], y=coordinates[:, 1], mode="markers",
            marker={
                "size": 10, "line": {"width": 1, "color": palette.paper},
                "color": [
                    marked.get(name, palette.accent if at in named
                               else blend(palette.paper, palette.accent, 0.5))
                    for at, name in enumerate(competitors)
                ],
            },
            customdata=[
                f"<b>{plotly_text(name)}</b><br>{percent(radius[at] / reach)} of the way out"
                for at, name in enumerate(competitors)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )  # fmt: skip
    for at, placed in _named(competitors, coordinates / reach, sorted(named, key=lambda at: (
        competitors[at] not in marked, -radius[at]))).items():  # fmt: skip
        figure.add_annotation(
            x=coordinates[at, 0], y=coordinates[at, 1], showarrow=False,
            text=label(competitors[at], letters=_LETTERS), font={"size": 12, "color": palette.text},
            xanchor=placed.xanchor, yanchor=placed.yanchor, xshift=placed.xshift,
            yshift=placed.yshift,
        )  # fmt: skip
    hidden = {"visible": False, "fixedrange": True, "range": [-1.4 * reach, 1.4 * reach]}
    figure.update_layout(
        height=400, margin={"l": 0, "r": 0, "t": 8, "b": 8}, showlegend=False, dragmode=False,
        hovermode="closest", xaxis=hidden,
        yaxis={**hidden, "range": [-1.2 * reach, 1.2 * reach], "scaleanchor": "x"},
    )  # fmt: skip
    return figure


@dataclass(frozen=True)
class _Placed:
    """Where a name stands beside its point, and how far from it in pixels."""

    xanchor: str
    yanchor: str
    xshift: int
    yshift: int


_RIGHT, _LEFT = _Placed("left", "middle", 8, 0), _Placed("right", "middle", -8, 0)
_ABOVE, _BELOW = _Placed("center", "bottom", 0, 7), _Placed("center", "top", 0, -7)


def _named(competitors: Sequence[str], at: np.ndarray, order: Sequence[int]) -> dict[int, _Placed]:
    """Place names so that none stands over another or over a point; the rest have none.

    Parameters
    ----------
    at : float array of shape (m, 2)
        Points, in units of the largest radius.
    order : sequence of int
        Who is to be named, the most important first.
    """
    pixels = at * _UNIT
    taken = [(x - 5, y - 5, x + 5, y + 5) for x, y in pixels.tolist()]
    found = {}
    for point in order:
        broken = label(competitors[point], letters=_LETTERS).split("<br>")
        width, height = max(map(len, broken)) * 6.4, 15.0 * len(broken)
        x, y = pixels[point].tolist()
        beside = [_RIGHT, _LEFT] if x >= 0 else [_LEFT, _RIGHT]
        along = [_ABOVE, _BELOW] if y >= 0 else [_BELOW, _ABOVE]
        # Far to the side there is no room for a name further out.
        wanted = [*along, beside[1]] if abs(x) > _UNIT / 2 else [*beside, *along]
        for placed in wanted:
            left = (
                x + placed.xshift - {"left": 0, "right": 1, "center": 0.5}[placed.xanchor] * width
            )
            low = (
                y + placed.yshift - {"bottom": 0, "top": 1, "middle": 0.5}[placed.yanchor] * height
            )
            box = (left, low, left + width, low + height)
            if not any(_meet(box, other) for other in taken):
                taken.append(box)
                found[point] = placed
                break
    return found


def _meet(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]

"""Small pictures for the rows of a branch: lines that lead to parents, and intervals."""

import math
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np

from dashboard.charts.palette import Palette
from ranking.wording import number

if TYPE_CHECKING:
    from ranking.capabilities.branch import Branch

PICTURE_WIDTH = 160
LANE = 24
"""Pixels of one competitor in a picture, at least."""
_STEP, _WIDEST = 11, 88  # pixels by which a level is indented, and of all levels
_EDGE = 9  # pixels kept free on either side
_FADED = {"confirmed": 1.0, "likely": 0.6}


def guide_width(branch: "Branch") -> int:
    """Return the pixels of the lines that lead to the deepest row."""
    return _step(branch) * int(branch.rows.level.max(initial=0)) + 4


def _step(branch: "Branch") -> int:
    return max(min(_STEP, _WIDEST // max(int(branch.rows.level.max(initial=0)), 1)), 4)


def guides(branch: "Branch", *, high: int, palette: Palette) -> list[str | None]:
    """Draw for each row the lines that lead to its parent, and past it to what follows.

    Parameters
    ----------
    high : int
        Pixels of a picture.

    Returns
    -------
    list
        Data URIs; None for the top.
    """
    rows, step = branch.rows, _step(branch)
    last = np.ones(len(branch), dtype=bool)  # whether nothing of the same parent follows
    below: set[int] = set()
    for row in range(len(branch) - 1, 0, -1):
        last[row] = rows.parent[row] not in below
        below.add(int(rows.parent[row]))
    pictures: list[str | None] = [None]
    for row in range(1, len(branch)):
        x = step * (int(rows.level[row]) - 1) + 6
        lines = f"M{x} 0V{high // 2 if last[row] else high}M{x} {high // 2}h{step - 3}"
        above = int(rows.parent[row])
        while above > 0:
            x -= step
            lines += "" if last[above] else f"M{x} 0V{high}"
            above = int(rows.parent[above])
        path = f'<path d="{lines}" stroke="{palette.faint}" stroke-opacity=".6" fill="none"/>'
        pictures.append(_uri(path, guide_width(branch), high))
    return pictures


def reach(branch: "Branch") -> float:
    """Return how far the pictures of a branch reach to either side, in its unit.

    Capabilities with few items have intervals that would leave no room for the others: theirs are
    cut off, which an arrow shows.
    """
    enough = branch.items >= branch.settings.fewest
    ends = np.abs(np.stack([branch.low, branch.high])[:, enough])
    widest = float(np.max(ends[np.isfinite(ends)], initial=0.0))
    return max(widest, 2 * branch.settings.smallest_effect * branch.unit.size, 1e-9)


def span_label(branch: "Branch", limit: float) -> str:
    """Say what the width of the pictures stands for: "−31 to +31 % points"."""
    if branch.unit.size == 100:
        text = number(math.ceil(limit), 0)
        return f"−{text} to +{text} % points"
    text = number(limit, 2)
    return f"−{text} to +{text}"


def interval(
    branch: "Branch", row: int, *, limit: float, high: int, palette: Palette
) -> str | None:
    """Draw what is known in one row: a lane for each competitor, the first one above.

    In each the raw difference is a ring on its interval, the shrunken one a dot; the band is what
    is too small to matter. No text goes into the picture.

    Parameters
    ----------
    limit : float
        How far the picture reaches to either side.
    high : int
        Pixels.

    Returns
    -------
    str or None
        A data URI; None where nothing is known of either competitor.
    """
    lanes = len(branch.competitors)
    first = high / 2 - LANE * (lanes - 1) / 2
    drawn = [_lane(branch, (row, at), limit, first + LANE * at, palette) for at in range(lanes)]
    if not any(drawn):
        return None
    delta = branch.settings.smallest_effect * branch.unit.size
    left, middle, right = (_pixel(value, limit) for value in (-delta, 0.0, delta))
    band = (
        f'<rect x="{left}" y="0" width="{round(right - left, 1)}" height="{high}" '
        f'fill="{palette.line}" fill-opacity=".35"/>'
        f'<path d="M{middle} 0V{high}" stroke="{palette.faint}" stroke-dasharray="2 3"/>'
    )
    return _uri(band + "".join(drawn), PICTURE_WIDTH, high)


def _lane(branch: "Branch", at: tuple[int, int], limit: float, y: float, palette: Palette) -> str:
    effect, estimate = float(branch.effect[at]), float(branch.estimate[at])
    if math.isnan(effect):
        return ""
    colours = {1: palette.accent, -1: palette.opposite, 0: palette.faint}
    colour = colours[int(branch.direction[at])]
    low, high = float(branch.low[at]), float(branch.high[at])
    low, high = (effect if math.isnan(end) else end for end in (low, high))
    line = f"M{_pixel(low, limit)} {y}H{_pixel(high, limit)}"
    if low < -limit:
        line += f"M{_EDGE - 3} {y - 4}L{_EDGE - 8} {y}L{_EDGE - 3} {y + 4}"
    if high > limit:
        edge = PICTURE_WIDTH - _EDGE
        line += f"M{edge + 3} {y - 4}L{edge + 8} {y}L{edge + 3} {y + 4}"
    parts = (
        f'<path d="{line}" stroke="{colour}" stroke-width="2" fill="none"/>'
        f'<circle cx="{_pixel(effect, limit)}" cy="{y}" r="4.5" fill="{palette.paper}" '
        f'stroke="{colour}" stroke-width="1.5"/>'
    )
    if not math.isnan(estimate):
        parts += f'<circle cx="{_pixel(estimate, limit)}" cy="{y}" r="3.5" fill="{colour}"/>'
    return f'<g opacity="{_FADED.get(str(branch.verdict[at]), 0.8)}">{parts}</g>'


def _pixel(value: float, limit: float) -> float:
    share = (min(max(value, -limit), limit) + limit) / (2 * limit)
    return round(_EDGE + share * (PICTURE_WIDTH - 2 * _EDGE), 1)


def _uri(drawing: str, width: int, high: int) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{high}">'
    return "data:image/svg+xml," + quote(f"{head}{drawing}</svg>", safe=" =/:\"<>'")

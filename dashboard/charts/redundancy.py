"""What an attack does to a ranking: slopes from before to after, and every method in a table."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.labels import label, lines
from dashboard.charts.palette import Palette, blend
from dashboard.wording import plotly_text
from ranking.diagnostics.redundancy import STILL
from ranking.wording import number

if TYPE_CHECKING:
    from ranking.diagnostics.redundancy import AttackResult, Move

ROW_HEIGHT, LINE_HEIGHT = 24, 15  # pixels of a row with one line, and of each further line
MOST_ROWS = 40
"""Competitors that a slope chart holds; the first of the ranking, and those that moved most."""
PICTURE_WIDTH, PICTURE_HEIGHT = 150, 60  # pixels of a ranking in a row of a table
_LETTERS = 20  # of a name, on one line: two columns of them and the lines between fit a phone
_HEAD = 34  # pixels above the first row
_EDGE = 5  # pixels kept free around a picture's dots


def moved(move: "Move") -> np.ndarray:
    """Return who changed places, bool array of shape (m,)."""
    return np.abs(move.rank_after - move.rank_before) > 1e-9


def shown(move: "Move", most: int = MOST_ROWS) -> np.ndarray:
    """Return the positions of those that a chart has room for, best before first.

    Where there are more, half of the room is for the first of the ranking, and the rest for those
    whose rank changed most.
    """
    before = _placed(move.rank_before)
    if len(before) <= most:
        return before
    chosen = list(before[: most // 2])
    by_change = sorted(before, key=lambda at: -abs(move.rank_after[at] - move.rank_before[at]))
    chosen += [at for at in by_change if at not in set(chosen)][: most - len(chosen)]
    return np.array([at for at in before if at in set(chosen)])


def _placed(rank: np.ndarray) -> np.ndarray:
    """Return positions from best to worst; who shares a rank stays in the order it came in."""
    return np.argsort(np.where(np.isfinite(rank), rank, np.inf), kind="stable")


def slopes(move: "Move", *, palette: Palette, target: str = "", most: int = MOST_ROWS) -> go.Figure:
    """Draw one method's ranking before and after, a line for each competitor.

    Parameters
    ----------
    move : Move
    target : str, optional
        The competitor that was attacked; its names are bold.
    most : int, default 40
        Competitors that there is room for; see `shown`.

    Returns
    -------
    Figure
        Grey lines for those that kept their rank, the accent for those that changed it; names and
        ranks on both sides, points in the details.
    """
    rows = shown(move, most)
    after = rows[_placed(move.rank_after[rows])]
    middles, height = _rows(move, rows, after)
    left, right = dict(zip(rows, middles, strict=True)), dict(zip(after, middles, strict=True))
    changed = moved(move)
    quiet = blend(palette.paper, palette.faint, 0.5)
    figure = go.Figure()
    for chosen, colour, width in ((False, quiet, 1.5), (True, palette.accent, 2.5)):
        drawn = [at for at in rows if changed[at] == chosen]
        if drawn:
            figure.add_trace(_lines(move, drawn, left, right, colour, width))
            # An axis without a trace is not drawn: the ends at the right are those of the second.
            figure.add_trace(_ends(drawn, right, colour))
    sides = (("yaxis", "left", rows, move.rank_before), ("yaxis2", "right", after, move.rank_after))
    for axis, side, order, rank in sides:
        words = _names(move, order, rank, side, target, palette.accent)
        figure.update_layout(
            {
                axis: {
                    "side": side, "range": [height, 0], "tickvals": middles, "ticktext": words,
                    "showgrid": False, "zeroline": False, "ticks": "", "automargin": True,
                    "fixedrange": True, "title": {"text": ""},
                    "tickfont": {"color": palette.text, "size": 12},
                }
            }
        )  # fmt: skip
    figure.update_layout(
        height=round(height) + _HEAD + 6,
        margin={"l": 0, "r": 0, "t": _HEAD, "b": 6},
        showlegend=False, hovermode="closest", dragmode=False,
        yaxis2={"overlaying": "y"},
        xaxis={
            "side": "top", "range": [-0.03, 1.03], "tickvals": [0, 1], "ticks": "",
            "ticktext": ["before", "after"], "showgrid": False, "zeroline": False,
            "fixedrange": True, "tickfont": {"color": palette.faint, "size": 13},
            "title": {"text": ""},
        },
    )  # fmt: skip
    return figure


def _rows(move: "Move", left: Sequence[int], right: Sequence[int]) -> tuple[list[float], float]:
    """Return the middle of every row and the height of all, in pixels: as the longer name needs."""
    middles, at = [], 0.0
    for pair in zip(left, right, strict=True):
        most = max(lines(move.competitors[each], letters=_LETTERS) for each in pair)
        height = ROW_HEIGHT + (most - 1) * LINE_HEIGHT
        middles.append(at + height / 2)
        at += height
    return middles, max(at, 1.0)


def _lines(
    move: "Move",
    rows: Sequence[int],
    left: Mapping[int, float],
    right: Mapping[int, float],
    colour: str,
    width: float,
) -> go.Scatter:
    x: list[float | None] = []
    y: list[float | None] = []
    details: list[str] = []
    for at in rows:
        # Points between the ends make the whole line answer to the pointer.
        for share in (0.0, 0.25, 0.5, 0.75, 1.0):
            x.append(share)
            y.append(left[at] + (right[at] - left[at]) * share)
            details.append(_details(move, at))
        x.append(None)
        y.append(None)
        details.append("")
    return go.Scatter(
        x=x, y=y, mode="lines+markers",
        cliponaxis=False, line={"color": colour, "width": width},
        marker={"color": colour, "size": [7 if share == 0 else 0 for share in x], "opacity": 1,
                "line": {"width": 0}},
        customdata=details, hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _ends(rows: Sequence[int], right: Mapping[int, float], colour: str) -> go.Scatter:
    return go.Scatter(
        x=[1.0] * len(rows), y=[right[at] for at in rows], yaxis="y2", mode="markers",
        marker={"color": colour, "size": 7, "line": {"width": 0}}, cliponaxis=False,
        hoverinfo="skip",
    )  # fmt: skip


def _names(
    move: "Move", order: Sequence[int], rank: np.ndarray, side: str, target: str, accent: str
) -> list[str]:
    """Write the names of one side, each with its rank next to the line."""
    words, changed = [], moved(move)
    for at in order:
        name = label(move.competitors[at], letters=_LETTERS)
        if move.competitors[at] == target:
            name = f"<b>{name}</b>"
        place = f"<b>{_place(rank[at])}</b>"
        if changed[at]:
            place = f'<span style="color:{accent}">{place}</span>'
        words.append(f"{name} {place} " if side == "left" else f" {place} {name}")
    return words


def _place(rank: float) -> str:
    if not math.isfinite(rank):
        return "–"
    return f"{rank:.0f}" if rank == round(rank) else f"{rank:.1f}"


def _details(move: "Move", at: int) -> str:
    by = move.after[at] - move.before[at]
    return "<br>".join(
        [
            f"<b>{plotly_text(move.competitors[at])}</b>",
            f"rank {_place(move.rank_before[at])} before, {_place(move.rank_after[at])} after",
            f"{number(move.before[at], 1)} points before, {number(move.after[at], 1)} after "
            f"({points(by, sign=True)})",
        ]
    )


def points(value: float, *, sign: bool = False) -> str:
    """Write a move in points: ``0``, ``0.3``, ``76``."""
    if not math.isfinite(value):
        return "–"
    if abs(value) < STILL:
        return "0"
    text = number(value, 1 if abs(value) < 9.95 else 0)
    return f"+{text}" if sign and value > 0 else text


def picture(move: "Move", *, palette: Palette) -> str:
    """Draw a ranking before and after as a data URI: lines without names, for a row of a table."""
    order = shown(move)
    left = {at: place for place, at in enumerate(order)}
    after = order[_placed(move.rank_after[order])]
    right = {at: place for place, at in enumerate(after)}
    step = (PICTURE_HEIGHT - 2 * _EDGE) / max(len(order) - 1, 1)
    changed = moved(move)
    drawn = []
    for at in sorted(order, key=lambda at: bool(changed[at])):  # what moved lies on top
        ends = [round(_EDGE + side[at] * step, 1) for side in (left, right)]
        colour = palette.accent if changed[at] else blend(palette.paper, palette.faint, 0.6)
        width = round(min(2.0, step / 3), 1) if changed[at] else min(1.0, round(step / 4, 1))
        drawn.append(
            f'<path d="M{_EDGE} {ends[0]}L{PICTURE_WIDTH - _EDGE} {ends[1]}" stroke="{colour}" '
            f'stroke-width="{width}"/>'
            + "".join(
                f'<circle cx="{x}" cy="{y}" r="{width + 0.5:.1f}" fill="{colour}"/>'
                for x, y in zip((_EDGE, PICTURE_WIDTH - _EDGE), ends, strict=True)
            )
        )
    whole = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{PICTURE_WIDTH}" '
        f'height="{PICTURE_HEIGHT}">{"".join(drawn)}</svg>'
    )
    return "data:image/svg+xml," + quote(whole, safe=" =/:\"<>'")


def moves_table(result: "AttackResult", *, palette: Palette) -> pd.DataFrame:
    """Return one row per method: its ranking drawn, the largest move, and who changed places.

    Returns
    -------
    DataFrame
        Columns `method`, `largest` (points), `changed`, `picture`, `note`; a method that failed has
        its reason as `note`, and no numbers.
    """
    held = result.moves
    return pd.DataFrame(
        {
            "method": [move.title for move in held],
            "largest": [None if move.error else _noticed(move.largest) for move in held],
            "changed": pd.array([None if move.error else move.changed for move in held], "Int64"),
            "picture": [None if move.error else picture(move, palette=palette) for move in held],
            "note": [move.error for move in held],
        }
    )


def _noticed(value: float) -> float | None:
    if not math.isfinite(value):
        return None
    return 0.0 if abs(value) < STILL else round(abs(value), 1)

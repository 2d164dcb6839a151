"""A branch of a taxonomy as nested areas: an icicle, a treemap or a sunburst."""

import math
from collections.abc import Mapping
from textwrap import wrap
from typing import TYPE_CHECKING, Literal

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.heat_map import DEEPEST
from dashboard.charts.labels import label
from dashboard.charts.palette import Palette, blend
from dashboard.wording import count, plotly_text
from ranking.wording import number, percent

if TYPE_CHECKING:
    from ranking.capabilities.branch import Branch

Shape = Literal["Icicle", "Treemap", "Sunburst"]

LEVELS: Mapping[Shape, int] = {"Icicle": 3, "Treemap": 2, "Sunburst": 3}
"""Levels that are drawn below the one at the top."""
MOST_TILES = 400
"""Areas of one figure: more would be too small to see, and slow to draw."""
_DAMPED = {"confirmed": 1.0, "likely": 0.55}
_OTHER = 0.25  # share of the colour where nothing is known for sure
_HOVER_LETTERS = 64
_LOWEST, _TALLEST, _LEAF = 320, 600, 22  # pixels of a figure, and of each area without others in it
_WIDE = 760  # pixels of a figure at least: text that fits there fits everywhere
_SQUARE = 0.85  # of the side of a square: not all areas are squares
_LETTER, _FEWEST_LETTERS = 5.9, 5  # pixels of a letter, and letters below which nothing is written
_ROUND = 560  # pixels of a sunburst
_TEXT, _SMALLEST_TEXT, _LINE = 12, 11, 15.6  # pixels of letters, and of a line of them
_AROUND = 7  # pixels that an area leaves free around its text
_OPTIONS: Mapping[Shape, Mapping[str, object]] = {
    "Icicle": {"tiling": {"orientation": "h"}, "pathbar": {"visible": False}},
    "Treemap": {"pathbar": {"visible": False}},
    "Sunburst": {"insidetextorientation": "auto"},
}
_NO_NAME = "Everything"


def tree_chart(
    branch: "Branch", column: int, shape: Shape, *, palette: Palette, narrow: bool = False
) -> go.Figure:
    """Draw a branch as areas: size for items, colour for the strength of one competitor.

    Parameters
    ----------
    branch : Branch
        Its rows are drawn; a row's id in the figure is its node's position.
    column : int
        Which of its competitors.
    shape : {"Icicle", "Treemap", "Sunburst"}
    narrow : bool, default False
        Whether another figure stands beside it.
    """
    rows, every = branch.rows, range(len(branch))
    mass = masses(branch)
    rest = mass.copy()
    np.subtract.at(rest, rows.parent[1:], mass[1:])
    leaves = int((rows.shown == 0).sum())
    tall = _ROUND if shape == "Sunburst" else min(max(_LEAF * leaves, _LOWEST), _TALLEST)
    wide, high = _room(shape, branch, mass, _WIDE / (2 if narrow else 1), tall)
    text = [_text(branch, row, column, wide[row], high[row]) for row in every]
    trace = {"Icicle": go.Icicle, "Treemap": go.Treemap, "Sunburst": go.Sunburst}[shape](
        ids=[str(rows.nodes[row]) for row in every],
        parents=["", *(str(rows.nodes[above]) for above in rows.parent[1:])],
        labels=text,  # which treemaps write on what holds others
        values=np.maximum(rest, 0.0),
        text=text,
        textinfo="text",
        textfont={"color": palette.text, "size": _TEXT},
        hovertext=[_hover(branch, row, column) for row in every],
        hovertemplate="%{hovertext}<extra></extra>",
        marker=_marker(branch, column, palette),
        branchvalues="remainder",
        sort=False,
        **_OPTIONS[shape],
    )
    figure = go.Figure(trace)
    figure.update_layout(
        height=tall,
        margin={"l": 0, "r": 0, "t": 4, "b": 4},
        hoverlabel={"font": {"color": palette.text}, "align": "left"},
    )
    if shape != "Treemap":  # whose headers it would hide
        figure.update_layout(uniformtext={"minsize": _SMALLEST_TEXT, "mode": "hide"})
    return figure


def _marker(branch: "Branch", column: int, palette: Palette) -> dict[str, object]:
    """Return the colours of all areas; what has few items is hatched, but for the top."""
    every = range(len(branch))
    few = branch.items[:, column] < branch.settings.fewest
    return {
        "colors": [colour(branch, row, column, palette) for row in every],
        "line": {"color": palette.line, "width": 0.7},
        "pattern": {
            "shape": ["/" if few[row] and row else "" for row in every],
            "fgcolor": palette.line, "fillmode": "overlay", "size": 6, "solidity": 0.25,
        },
    }  # fmt: skip


def masses(branch: "Branch") -> np.ndarray:
    """Return the area of each row as a share of the top's, shape (n,).

    Children divide their parent's area by their items. Where items are in several of them they
    share it, as areas cannot overlap; what is in none of them stays empty.
    """
    rows, items = branch.rows, np.maximum(branch.node_items.astype(float), 0.0)
    together = np.zeros(len(branch))
    np.add.at(together, rows.parent[1:], items[1:])
    whole = np.maximum(np.maximum(items, together), 1e-9)
    mass = np.ones(len(branch))
    for row in range(1, len(branch)):
        above = rows.parent[row]
        mass[row] = mass[above] * items[row] / whole[above]
    return mass


def colour(branch: "Branch", row: int, column: int, palette: Palette) -> str:
    """Return a row's colour: the accent above zero, damped where nothing is confirmed."""
    estimate = float(branch.estimate[row, column])
    if math.isnan(estimate):
        return blend(palette.paper, palette.line, 0.4)
    share = min(abs(estimate) / branch.scale, 1.0) * DEEPEST
    share *= _DAMPED.get(str(branch.verdict[row, column]), _OTHER)
    return blend(palette.paper, palette.accent if estimate > 0 else palette.opposite, share)


def signed(value: float, branch: "Branch") -> str:
    """Write a difference with its sign; nothing where it is not known."""
    text = number(value, 1 if branch.unit.size == 100 else 2)
    return f"+{text}" if value > 0 else text


def shown_title(key: str, name: str) -> str:
    """Return what a node is called on the screen; a root without a name is everything."""
    return name or key or _NO_NAME


def _room(
    shape: Shape, branch: "Branch", mass: np.ndarray, width: float, tall: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return about how many pixels of width and height the text of each area has."""
    rows, n = branch.rows, len(branch)
    levels = int(rows.level.max(initial=0)) + 1
    if shape == "Icicle":
        return np.full(n, width / levels), mass * tall
    if shape == "Sunburst":
        ring = min(width, tall) / 2 / levels
        return np.full(n, ring), np.where(rows.level == 0, 0.0, 2 * _LINE + _AROUND)
    side = _SQUARE * np.sqrt(mass * width * tall)  # areas are made nearly square
    side[0] = width
    return side, np.where(rows.shown > 0, _LINE + _AROUND, side)


def _text(branch: "Branch", row: int, column: int, wide: float, high: float) -> str:
    """Return what stands in an area: its name, and the strength where that is confirmed.

    A name that has more lines than the area has room for ends in an ellipsis: the whole of it is
    one hover away.
    """
    letters, most = int((wide - _AROUND) / _LETTER), int((high - _AROUND) / _LINE)
    if letters < _FEWEST_LETTERS or most < 1:
        return ""
    name = shown_title(branch.keys[row], branch.names[row])
    lines = [_cut(line, letters) for line in wrap(name, letters, break_long_words=False)]
    strength = ""
    if branch.verdict[row, column] == "confirmed":
        strength = signed(float(branch.estimate[row, column]), branch)
    if strength and most == 1:
        first = _cut(" ".join(lines), letters - len(strength) - 1)
        return f"<b>{strength}</b> {plotly_text(first)}"
    most -= 1 if strength else 0
    if len(lines) > most:
        lines = [*lines[: most - 1], _cut(" ".join(lines[most - 1 :]), letters)]
    shown = [plotly_text(line) for line in lines]
    return "<br>".join([*shown, f"<b>{strength}</b>"] if strength else shown)


def _cut(text: str, letters: int) -> str:
    return text if len(text) <= letters else f"{text[: max(letters - 1, 0)].rstrip()}…"


def _hover(branch: "Branch", row: int, column: int) -> str:
    at = (row, column)
    title = shown_title(branch.keys[row], branch.names[row])
    parts = [f"<b>{label(title, letters=_HOVER_LETTERS)}</b>"]
    items = f"{count(branch.node_items[row])} items"
    if branch.items[at] != branch.node_items[row]:
        items += f", {count(branch.items[at])} of them with {branch.competitors[column]}"
    parts.append(plotly_text(items))
    if not math.isnan(branch.estimate[at]):
        own = percent(float(branch.own_weight[at]))
        parts.append(
            f"{signed(float(branch.estimate[at]), branch)} {branch.unit.name} as shrunk, "
            f"{own} its own data"
        )
    if not math.isnan(branch.effect[at]):
        raw, low, high = (
            signed(float(values[at]), branch) for values in (branch.effect, branch.low, branch.high)
        )
        parts.append(f"{raw} as it is ({low} to {high})")
    parts.append(plotly_text(verdict_words(branch, row, column)))
    if not row and branch.trail[:-1]:
        parts.append("click goes up")
    elif branch.below[row]:
        n = int(branch.below[row])
        parts.append(f"{count(n)} {'capability' if n == 1 else 'capabilities'} below; click opens")
    return "<br>".join(parts)


def verdict_words(branch: "Branch", row: int, column: int) -> str:
    """Return the verdict with its direction: "confirmed strength", "not enough data"."""
    verdict = str(branch.verdict[row, column])
    at = (row, column)
    if math.isnan(branch.effect[at]) and branch.items[at] >= branch.settings.fewest:
        return "Nothing to compare with"  # all other results are here too
    toward = {1: " strength", -1: " weakness"}.get(int(branch.direction[row, column]), "")
    return f"{verdict}{toward}".capitalize()

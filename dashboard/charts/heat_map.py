"""A matrix as a heat map: damped colours that leave the numbers on them readable."""

import math
from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.labels import LINE, label, lines
from dashboard.charts.palette import Palette, blend

ROW_HEIGHT, LINE_HEIGHT = 26, 15  # pixels of a row with one line, and of each further line
DEEPEST = 0.6
"""Share of a colour in the strongest cell: text on it stays readable in light and dark."""
_LETTER = 6.0  # pixels
_ROOM = 760  # pixels that a figure has at least, on a phone too
_HORIZONTAL = 9  # letters that a column has room for before names stand in it without being turned
_STACKED = 3  # lines of a name that is not turned
_TURNED = 34  # letters of a column's name on one line
_ANGLE = 40  # degrees that longer names are turned by
_LONG = 42  # letters on one line where there are many rows
_MANY = 20  # rows beyond which names stand on one line, as long as they are
_CROWDED = 16  # columns beyond which names stand upright


def heat_map(
    values: np.ndarray,
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    text: np.ndarray | None = None,
    hover: np.ndarray,
    limit: float,
    palette: Palette,
    unknown: np.ndarray | None = None,
    deepest: float = DEEPEST,
    lowest_row: int = ROW_HEIGHT,
    letters: int | None = None,
) -> go.Figure:
    """Draw a matrix: the accent above zero, its opposite below, the background in the middle.

    Parameters
    ----------
    values : float array of shape (r, c)
        NaN is left empty.
    rows, columns : sequences of str
        Names, as uploaded.
    text, hover : arrays of str, shape (r, c)
        What stands in each cell, and its details; escaped by the caller.
    limit : float
        Value of the strongest colour; beyond it, colours do not change.
    unknown : bool array of shape (r, c), optional
        Cells that are grey because nothing is known of them.
    deepest : float, default 0.6
        Share of the colour in the strongest cell.
    lowest_row : int, default 26
        Pixels of a row whose name has one line.
    letters : int, optional
        Of a row's name on one line; more where there are many rows, where it is not given.
    """
    low, high = (
        blend(palette.paper, colour, deepest) for colour in (palette.opposite, palette.accent)
    )
    across, down = list(range(len(columns))), list(range(len(rows)))
    letters = letters or (LINE if len(rows) <= _MANY else _LONG)
    most = max((lines(name, letters=letters) for name in rows), default=1)
    row_height = max(lowest_row, ROW_HEIGHT + LINE_HEIGHT * (most - 1)) if most > 1 else lowest_row
    beside = max((len(part) for name in rows for part in _broken(name, letters)), default=0)
    head, angle, right, wrapped = _head(columns, _ROOM - beside * _LETTER - 16)
    figure = go.Figure()
    cells = {"x": across, "y": down, "xgap": 1, "ygap": 1, "showscale": False}
    if unknown is not None and unknown.any():
        grey = blend(palette.paper, palette.line, 0.55)
        figure.add_trace(
            go.Heatmap(
                z=np.where(unknown, 0.0, np.nan),
                colorscale=[[0, grey], [1, grey]],
                customdata=hover,
                hovertemplate="%{customdata}<extra></extra>",
                hoverongaps=False,
                **cells,
            )
        )
    figure.add_trace(
        go.Heatmap(
            z=values,
            zmin=-max(limit, 1e-9),
            zmax=max(limit, 1e-9),
            colorscale=[[0, low], [0.5, palette.paper], [1, high]],
            text=text,
            texttemplate=None if text is None else "%{text}",
            textfont={"color": palette.text, "size": 12},
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
            hoverongaps=False,
            **cells,
        )
    )
    figure.update_layout(
        height=round(row_height * max(len(rows), 1) + head + 8),
        margin={"l": 0, "r": right, "t": head, "b": 8},
        dragmode=False,
        xaxis={
            "side": "top", "tickvals": across,
            "ticktext": [label(name, letters=wrapped) for name in columns],
            "tickangle": -angle, "showgrid": False, "zeroline": False, "ticks": "",
            "fixedrange": True, "tickfont": {"color": palette.text, "size": 12},
            "title": {"text": ""}, "range": [-0.5, len(columns) - 0.5],
        },
        yaxis={
            "range": [len(rows) - 0.5, -0.5], "tickvals": down, "automargin": True,
            "ticktext": [f"{label(name, letters=letters)} " for name in rows], "showgrid": False,
            "zeroline": False, "ticks": "", "fixedrange": True, "title": {"text": ""},
            "tickfont": {"color": palette.text, "size": 13},
        },
    )  # fmt: skip
    return figure


def _broken(name: str, letters: int) -> list[str]:
    return label(name, letters=letters).split("<br>")


def _head(columns: Sequence[str], room: float) -> tuple[int, int, int, int]:
    """Return how the columns' names stand over `room` pixels of cells.

    Names stand upright in their columns where a few lines of those are enough, else they are
    turned, and reach to the right of their column.

    Returns
    -------
    head : int
        Pixels that they need above the cells.
    angle : int
        Degrees that they are turned by.
    right : int
        Pixels that the last one needs at the right.
    letters : int
        Letters on one line.
    """
    letters = int(room / max(len(columns), 1) / _LETTER) - 1
    if letters >= _HORIZONTAL:
        broken = [_broken(name, letters) for name in columns]
        deepest = max(map(len, broken), default=1)
        if deepest <= _STACKED and all(len(line) <= letters for name in broken for line in name):
            return 16 + LINE_HEIGHT * deepest, 0, 8, letters
    broken = [_broken(name, _TURNED) for name in columns]
    longest = max((len(line) for name in broken for line in name), default=0)
    deepest = max(map(len, broken), default=1)
    angle = 90 if len(columns) > _CROWDED else _ANGLE
    turn = math.radians(angle)
    reach = longest * _LETTER
    head = reach * math.sin(turn) + LINE_HEIGHT * deepest * math.cos(turn) + 16
    last = max((len(line) for line in broken[-1]), default=0) * _LETTER if broken else 0.0
    return round(head), angle, round(max(last * math.cos(turn) - 16, 8)), _TURNED

"""The capability matrix as a heat map: colour for size, damping for doubt, hatching for no data."""

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.capability_shades import (
    DETAIL,
    FEWEST,
    LIKELY,
    NO_DIFFERENCE,
    UNTOLD,
    Grid,
    Shades,
    signed,
)
from dashboard.charts.heat_map import DEEPEST, ROW_HEIGHT, heat_map
from dashboard.charts.labels import LINE
from dashboard.charts.palette import Palette, blend
from dashboard.wording import count, plotly_text
from ranking.wording import number, percent

if TYPE_CHECKING:
    from ranking.capabilities.matrix import CapabilityMatrix

_LETTERS, _WIDE, _SPARSE = 44, 64, 8  # letters of a long row's name on one line; columns


def matrix_figure(
    matrix: "CapabilityMatrix",
    shades: Shades,
    *,
    competitors: Sequence[int],
    capabilities: Sequence[int],
    across: bool,
    palette: Palette,
) -> go.Figure:
    """Draw some competitors in some capabilities of a matrix.

    A click on a cell selects a point whose `customdata` begins with the positions of competitor and
    capability in the matrix.

    Parameters
    ----------
    matrix : CapabilityMatrix
    shades : Shades
        Of `MEASURES`.
    competitors, capabilities : sequences of int
        Positions in the matrix, in the order in which they are drawn.
    across : bool
        Whether capabilities are the columns, else they are the rows.
    """
    cells = np.ix_(competitors, capabilities)
    few = matrix.items[cells] < FEWEST
    hidden = few & (shades.title != "items")
    drawn = {
        # The scale is linear in its colours: a share of the value is a share of opacity.
        "values": shades.values[cells] * np.where(hidden, 0.0, shades.opacity[cells]),
        "text": np.where(hidden, "", shades.text[cells]),
        "hover": _details(matrix, competitors, capabilities),
        "few": few,
        "faint": np.isin(shades.text[cells], (NO_DIFFERENCE, UNTOLD, *LIKELY)),
    }
    if not across:
        drawn = {name: grid.T for name, grid in drawn.items()}
    names = [matrix.competitors[k] for k in competitors]
    nodes = [named(matrix, at) for at in capabilities]
    rows, columns = (names, nodes) if across else (nodes, names)
    figure = heat_map(
        drawn["values"], rows, columns, hover=drawn["hover"],
        limit=shades.limit, palette=palette, lowest_row=ROW_HEIGHT + 4,
        letters=_letters(rows, columns),
    )  # fmt: skip
    figure.add_trace(_targets(drawn, competitors, capabilities, across, palette))
    _colour_bar(figure, shades, palette)
    return figure


def _letters(rows: Sequence[str], columns: Sequence[str]) -> int | None:
    """Return how many letters of a row's name stand on one line, where some are long."""
    if all(len(name) <= LINE for name in rows):
        return None
    return _WIDE if len(columns) <= _SPARSE else _LETTERS


def named(matrix: "CapabilityMatrix", at: int) -> str:
    """Return what to call a capability of a matrix, without a full stop at its end."""
    return matrix.names[at].removesuffix(".") or matrix.keys[at]


def _targets(
    drawn: Mapping[str, Grid],
    competitors: Sequence[int],
    capabilities: Sequence[int],
    across: bool,
    palette: Palette,
) -> go.Bar:
    """Return a bar over each cell: heat maps have no hatching, and a click on one says nothing."""
    rows, columns = drawn["hover"].shape
    places = [(row, column) for row in range(rows) for column in range(columns)]
    return go.Bar(
        orientation="h",
        base=[column - 0.5 for _, column in places],
        x=[1.0] * len(places),
        y=[row for row, _ in places],
        width=1.0,
        customdata=[
            [
                int(competitors[row if across else column]),
                int(capabilities[column if across else row]),
                str(drawn["hover"][row, column]),
            ]
            for row, column in places
        ],
        hovertemplate="%{customdata[2]}<extra></extra>",
        hoverlabel={
            "bgcolor": palette.paper,
            "bordercolor": palette.line,
            "font": {"color": palette.text},
        },
        text=[str(drawn["text"][place]) for place in places],
        textposition="inside",
        insidetextanchor="middle",
        textangle=0,
        constraintext="none",
        textfont={
            "size": 12,
            "color": [palette.faint if drawn["faint"][place] else palette.text for place in places],
        },
        marker={
            "color": "rgba(0,0,0,0)",
            "line": {"width": 0},
            "pattern": {
                "shape": ["/" if drawn["few"][place] else "" for place in places],
                "fgcolor": blend(palette.paper, palette.faint, 0.45),
                "bgcolor": "rgba(0,0,0,0)",
                "size": 9,
                "solidity": 0.12,
            },
        },
        selected={"marker": {"opacity": 1}},
        unselected={"marker": {"opacity": 1}},
        showlegend=False,
    )


def _colour_bar(figure: go.Figure, shades: Shades, palette: Palette) -> None:
    """Show the scale of the colours beside the cells."""
    heat = figure.data[-2]
    heat.update(
        showscale=True,
        colorbar={
            "title": {"text": shades.title, "font": {"color": palette.faint, "size": 12}},
            "thickness": 10, "outlinewidth": 0, "len": 1, "lenmode": "fraction", "x": 1.01,
            "xpad": 4, "ypad": 0, "tickvals": [at for at, _ in shades.ticks],
            "ticktext": [text for _, text in shades.ticks],
            "tickfont": {"color": palette.faint, "size": 12},
        },
    )  # fmt: skip
    if shades.title == "items":
        heat.update(zmin=0)
        low, high = palette.paper, blend(palette.paper, palette.accent, DEEPEST)
        heat.update(colorscale=[[0, low], [1, high]])
    figure.update_layout(margin_r=max(figure.layout.margin.r, 8) + 64)


def _details(
    matrix: "CapabilityMatrix", competitors: Sequence[int], capabilities: Sequence[int]
) -> Grid:
    """Return what hovering tells of each cell."""
    found = np.empty((len(competitors), len(capabilities)), dtype=object)
    for row, k in enumerate(competitors):
        for column, at in enumerate(capabilities):
            found[row, column] = _cell(matrix, k, at)
    return found


def _cell(matrix: "CapabilityMatrix", k: int, at: int) -> str:
    decimals = 1 if matrix.unit == "percentage points" else DETAIL
    words = [
        f"<b>{plotly_text(matrix.competitors[k])}</b>",
        plotly_text(named(matrix, at)),
        f"{count(matrix.items[k, at])} items: {matrix.verdict[k, at]}",
    ]
    if math.isfinite(matrix.effect[k, at]):
        low, high = (number(float(x[k, at]), decimals) for x in (matrix.low, matrix.high))
        words.append(
            f"{signed(decimals)(float(matrix.effect[k, at]))} {matrix.unit} ({low} to {high})"
        )
    if math.isfinite(matrix.strength[k, at]):
        words.append(
            f"strength {signed(0)(float(matrix.strength[k, at]))} points, "
            f"{percent(float(matrix.own_weight[k, at]))} its own data; "
            f"raw {signed(0)(float(matrix.raw[k, at]))}"
        )
        words.append(
            f"rating {number(float(matrix.rating[k, at]))}, "
            f"win rate {percent(float(matrix.win_rate[k, at]))}"
        )
    if matrix.drills[at]:
        inside = f"{count(matrix.confirmed_below[at])} confirmed below it"
        words.append(f"<i>Click to open the capability: {inside}</i>")
    return "<br>".join(words)

"""What covariates are worth: each coefficient with its interval."""

import math
from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.charts.palette import Palette
from dashboard.wording import plotly_text, span
from ranking.ratings import Parameter
from ranking.wording import number

ROW_HEIGHT = 34


def coefficients(parameters: Sequence[Parameter], *, palette: Palette) -> go.Figure:
    """Draw coefficients as dots and their intervals as lines, one row each, with a line at 0."""
    rows = list(range(len(parameters)))
    known = [p for p in parameters if math.isfinite(p.low) and math.isfinite(p.high)]
    colours = [palette.accent if p.low > 0 or p.high < 0 else palette.faint for p in parameters]
    figure = go.Figure()
    for row, parameter, colour in zip(rows, parameters, colours, strict=True):
        figure.add_trace(
            go.Scatter(
                x=[parameter.estimate],
                y=[row],
                mode="markers",
                marker={"color": colour, "size": 10},
                error_x={
                    "type": "data",
                    "array": [parameter.high - parameter.estimate if parameter in known else 0],
                    "arrayminus": [parameter.estimate - parameter.low if parameter in known else 0],
                    "color": colour, "thickness": 3, "width": 0,
                },
                customdata=[_details(parameter)],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )  # fmt: skip
    figure.add_vline(x=0, line={"color": palette.faint, "width": 1, "dash": "dot"})
    figure.update_layout(
        height=len(rows) * ROW_HEIGHT + 76,
        margin={"l": 0, "r": 16, "t": 52, "b": 8},
        showlegend=False,
        xaxis={
            "side": "top", "title": "Points", "gridcolor": palette.line, "zeroline": False,
            "fixedrange": True, "tickformat": "d",
        },
        yaxis={
            "tickvals": rows, "ticktext": [_label(parameter) for parameter in parameters],
            "range": [len(rows) - 0.4, -0.6], "showgrid": False, "zeroline": False,
            "automargin": True, "ticks": "", "fixedrange": True,
            "tickfont": {"color": palette.text, "size": 13},
        },
    )  # fmt: skip
    return figure


def _label(parameter: Parameter) -> str:
    sign = "+" if parameter.estimate > 0 else ""
    return f"{plotly_text(parameter.name)}  <b>{sign}{number(parameter.estimate)}</b>"


def _details(parameter: Parameter) -> str:
    interval = span(parameter.low, parameter.high, lambda value: number(value, 1))
    return (
        f"<b>{plotly_text(parameter.name)}</b><br>{number(parameter.estimate, 1)} "
        f"{parameter.unit}" + (f" ({interval})" if interval else "")
    )

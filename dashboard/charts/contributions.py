"""Which tasks carry a ranking: what each task adds to each rating, as a matrix."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.heat_map import heat_map
from dashboard.charts.palette import Palette
from dashboard.wording import plotly_text
from ranking.wording import number

NUMBERED = 12
"""Tasks up to which a matrix has room for a number in every cell."""
_SUM = "All tasks"


def contributions(
    competitors: Sequence[str],
    tasks: Sequence[str],
    contribution: np.ndarray,
    *,
    total: np.ndarray,
    palette: Palette,
) -> go.Figure:
    """Draw the parts of each rating that come from each task, and their sum.

    Parameters
    ----------
    competitors : sequence of str, length m
        In the order of the rows.
    tasks : sequence of str, length T
        In the order of the columns.
    contribution : float array of shape (m, T)
        Points.
    total : float array of shape (m,)
        The rating less 1000: the sum of a row over all tasks, shown or not.

    Returns
    -------
    Figure
        The accent where a task lifts a competitor, its opposite where it holds it back. The last
        column is the sum, without a colour.
    """
    columns = [*tasks, _SUM]
    text = np.full((len(competitors), len(columns)), "", object)
    hover = text.copy()
    for i, name in enumerate(competitors):
        head = f"<b>{plotly_text(name)}</b>"
        for t, task in enumerate(tasks):
            value = float(contribution[i, t])
            if len(tasks) <= NUMBERED:
                text[i, t] = number(value)
            hover[i, t] = f"{head}<br>{number(value, 1)} points from {plotly_text(task)}"
        text[i, -1] = f"<b>{number(float(total[i]))}</b>"
        hover[i, -1] = f"{head}<br>{number(float(total[i]), 1)} points in all"
    size = np.abs(contribution)
    limit = float(np.quantile(size, 0.98)) if size.size else 1.0
    coloured = np.column_stack([contribution, np.zeros(len(competitors))])
    return heat_map(
        coloured, competitors, columns, text=text, hover=hover, limit=max(limit, 1.0),
        palette=palette, lowest_row=26 if len(competitors) <= 40 else 20,
    )  # fmt: skip

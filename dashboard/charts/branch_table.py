"""A branch of a taxonomy as the rows of a table, each below its parent."""

import math
from textwrap import wrap
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dashboard.charts.branch_pictures import LANE, guides, interval, reach
from dashboard.charts.capability_tree import shown_title, signed, verdict_words
from dashboard.charts.palette import Palette
from ranking.wording import percent

if TYPE_CHECKING:
    from ranking.capabilities.branch import Branch

OPEN, CLOSED = ":material/expand_more:", ":material/chevron_right:"
_LINE, _AROUND = 18, 14  # pixels of a line of a name, and around all of them
_MOST_LINES = 6  # of a name: the table shows the rest of longer ones when they are clicked
_PADDING = 8  # pixels of a row that a picture leaves free


def title(branch: "Branch", row: int) -> str:
    """Return what a row is called, on one line."""
    name = " ".join(shown_title(branch.keys[row], branch.names[row]).split())
    return f"{name} (put together here)" if branch.custom[row] else name


def row_height(branch: "Branch", letters: int) -> int:
    """Return the pixels of each row, so that the longest name has room.

    Parameters
    ----------
    letters : int
        Of a name on one line.
    """
    lines = max((len(wrap(title(branch, row), letters)) for row in range(len(branch))), default=1)
    names = _LINE * min(lines, _MOST_LINES) + _AROUND
    return max(names, LANE * len(branch.competitors) + _PADDING)


def branch_table(
    branch: "Branch", *, high: int, palette: Palette, limit: float | None = None
) -> pd.DataFrame:
    """Return the rows of a branch.

    Parameters
    ----------
    high : int
        Pixels of a row.
    limit : float, optional
        How far pictures reach; `reach` of the branch where it is not given.

    Returns
    -------
    DataFrame
        Columns `open` (an icon where there is something below), `guide` (a picture), `name`,
        `items`, `picture`; then `shrunk`, `verdict`, `raw` and `own` of one competitor, or
        `known_0` and `known_1` of two.
    """
    every = range(len(branch))
    far, tall = reach(branch) if limit is None else limit, high - _PADDING
    shown, children = branch.rows.shown, branch.rows.children
    columns: dict[str, object] = {
        "open": [(OPEN if shown[r] else CLOSED) if children[r] else "" for r in every],
        "guide": guides(branch, high=tall, palette=palette),
        "name": [title(branch, r) for r in every],
        "items": branch.node_items,
        "picture": [interval(branch, r, limit=far, high=tall, palette=palette) for r in every],
    }
    if len(branch.competitors) > 1:
        for c in range(len(branch.competitors)):
            columns[f"known_{c}"] = [_known(branch, r, c) for r in every]
        return pd.DataFrame(columns)
    columns["shrunk"] = [signed(value, branch) for value in branch.estimate[:, 0]]
    columns["verdict"] = [verdict_words(branch, r, 0) for r in every]
    columns["raw"] = [signed(value, branch) for value in branch.effect[:, 0]]
    own = np.where(np.isnan(branch.estimate[:, 0]), math.nan, branch.own_weight[:, 0])
    columns["own"] = ["" if math.isnan(weight) else percent(weight) for weight in own.tolist()]
    return pd.DataFrame(columns)


def _known(branch: "Branch", row: int, column: int) -> str:
    """Say in one cell what is known of one of two competitors: "+10.1 · confirmed"."""
    shrunk = signed(float(branch.estimate[row, column]), branch)
    verdict = str(branch.verdict[row, column])
    return f"{shrunk} · {verdict}" if shrunk else verdict_words(branch, row, column)

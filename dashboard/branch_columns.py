"""The columns of the table of a branch: their heads, widths and explanations."""

from collections.abc import Callable

import streamlit as st

from dashboard.charts.branch_pictures import PICTURE_WIDTH, guide_width, span_label
from dashboard.leaderboard_columns import ROOM
from dashboard.wording import literal
from ranking.capabilities.branch import Branch
from ranking.wording import percent

_LETTER = 6.6  # pixels of a letter of the table's font, a little more than most take
_EDGE = 18  # pixels that a column leaves free
_WIDTHS = {
    "open": 38,
    "items": 62,
    "picture": PICTURE_WIDTH + _EDGE,
    "shrunk": 66,
    "verdict": 152,
    "raw": 60,
    "own": 54,
    "only": 38,
    "examples": 38,
}
_REFERENCE = {"itself": "all its other results", "field": "the field", "bar": "the bar"}
_KNOWN = 172  # pixels of what is known of one of two competitors
_NARROWEST, _WIDEST = 230, 480  # pixels of the names


def name_width(branch: Branch, *, opens: bool) -> int:
    """Return the pixels that the other columns leave for the names.

    Parameters
    ----------
    opens : bool
        Whether there is a column to open and close rows.
    """
    widths = {**_WIDTHS, "guide": guide_width(branch) + _EDGE}
    left_out = set() if opens else {"open"}
    if len(branch.competitors) > 1:
        left_out |= {"shrunk", "verdict", "raw", "own"}
        widths |= {f"known_{at}": _KNOWN for at in range(len(branch.competitors))}
    others = sum(width for column, width in widths.items() if column not in left_out)
    return min(max(ROOM - others, _NARROWEST), _WIDEST)


def letters(width: int) -> int:
    """Return how many letters stand on one line of a column."""
    return int((width - _EDGE) / _LETTER)


def columns(
    branch: Branch,
    *,
    width: int,
    limit: float,
    turn: Callable[[], None],
    only: Callable[[], None],
    examples: Callable[[], None],
) -> dict[str, object]:
    """Return the configuration of each column of `branch_table`, and of `only` and `examples`.

    Parameters
    ----------
    width : int
        Pixels of the names.
    limit : float
        How far the pictures reach.
    turn, only, examples : callable
        Called when a row is opened or closed, is to stand alone, or its items are asked for.
    """
    column, unit = st.column_config, branch.unit.name
    level = percent(branch.settings.level)
    shrunk = f"Against {_REFERENCE[branch.settings.question]}, in {unit}, drawn towards the "
    shrunk += "level above by its noise."

    def button(name: str, explained: str, act: Callable[[], None]) -> object:
        return column.ButtonColumn(
            "", width=_WIDTHS[name], type="tertiary", key=f"tree-{name}", on_click=act,
            help=explained,
        )  # fmt: skip

    found: dict[str, object] = {
        "open": button("open", "Open or close what lies below.", turn),
        "guide": column.ImageColumn("", width=guide_width(branch) + _EDGE),
        "name": column.TextColumn("Capability", width=width),
        "items": column.NumberColumn(
            "Items", format="localized", width=_WIDTHS["items"],
            help="Distinct items: one that is in several capabilities counts once above them.",
        ),
        "picture": column.ImageColumn(
            span_label(branch, limit), width=_WIDTHS["picture"],
            help=f"In {unit}. Ring: as it is, with its {level} interval, cut off at an arrow. Dot: "
            "drawn towards the level above by its noise. Band: too small to matter.",
        ),
        "shrunk": column.TextColumn(
            "Shrunk", alignment="right", width=_WIDTHS["shrunk"], help=shrunk
        ),
        "verdict": column.TextColumn("Verdict", width=_WIDTHS["verdict"]),
        "raw": column.TextColumn(
            "Raw", alignment="right", width=_WIDTHS["raw"],
            help=f"Against {_REFERENCE[branch.settings.question]}, in {unit}, as it is: what is "
            "tested.",
        ),
        "own": column.TextColumn(
            "Own", alignment="right", width=_WIDTHS["own"],
            help="How much of the shrunk number is the capability’s own data, and not what is "
            "known of the level above.",
        ),
        "only": button("only", "Look at this branch only.", only),
        "examples": button("examples", "The items behind the row.", examples),
    }  # fmt: skip
    for at, name in enumerate(branch.competitors):
        place = "above" if at == 0 else "below"
        found[f"known_{at}"] = column.TextColumn(
            name, width=_KNOWN, help=f"{literal(name)}, {place} in the picture. {shrunk}"
        )
    return found

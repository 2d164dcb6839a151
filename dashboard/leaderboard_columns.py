"""The columns of the leaderboard's table: their heads, widths and explanations."""

from collections.abc import Iterable

import pandas as pd
import streamlit as st

from dashboard.charts.intervals import WIDTH, Scale
from dashboard.charts.mass import longest
from dashboard.wording import literal
from ranking.ratings import Ratings
from ranking.store import Arena
from ranking.wording import plural

ROOM = 1004
"""Pixels that a table has beside the sidebar in a window of 1440."""
NARROWEST_PICTURE = 112
"""Pixels that a drawn interval has where the other columns leave less."""
_LETTER = 6.2  # pixels
_PICTURE_EDGE = 16  # pixels of its column that a picture leaves free
_TICKS = 34  # pixels of the checkboxes
_WIDTHS = {
    "rank": 64,
    "open": 40,
    "places": 64,
    "rating": 64,
    "change": 68,
    "half": 46,
    "mass": 92,
    "games": 98,
    "win_rate": 74,
}


def width_of(texts: Iterable[str], narrowest: int, widest: int) -> int:
    """Return the pixels that a column of texts needs, between two limits.

    A text that does not fit into the widest column anyway does not widen it for the others.
    """
    needed = [round(len(text) * _LETTER + 24) for text in texts]
    fitting = [width for width in needed if width <= widest]
    return max([narrowest, *fitting]) if fitting or not needed else widest


def picture_width(frame: pd.DataFrame) -> int:
    """Return the pixels that the other columns of a leaderboard leave for the drawn interval."""
    others = _TICKS + sum(_width(name, frame) for name in frame.columns if name != "interval")
    return min(max(ROOM - others - _PICTURE_EDGE, NARROWEST_PICTURE), WIDTH)


def _width(name: str, frame: pd.DataFrame) -> int:
    limits = {"competitor": (120, 300), "tier": (56, 80), "status": (92, 176)}
    return width_of(frame[name], *limits[name]) if name in limits else _WIDTHS[name]


def columns(arena: Arena, ratings: Ratings, scale: Scale, frame: pd.DataFrame) -> dict[str, object]:
    """Return the configuration of each column of `dashboard.charts.board.board`."""
    column = st.column_config

    level = f"{ratings.level:.0%}"
    nouns = literal(plural(arena.noun))
    if ratings.better is None:
        rank = "All ranks that the intervals allow, one at a time."
    else:
        rank = (
            f"All ranks that the evidence allows. Simultaneous: with {level} confidence, the ranks "
            "of the whole table hold at once."
        )
    found: dict[str, object] = {
        "rank": column.TextColumn("Rank", width=_WIDTHS["rank"], help=rank),
        "competitor": column.TextColumn(
            arena.noun.capitalize(), width=_width("competitor", frame)
        ),
        "places": column.TextColumn(
            "Places", width=_WIDTHS["places"], alignment="right",
            help="How many places holding style equal moves it up (+) or down (−).",
        ),
        "rating": column.NumberColumn(
            "Rating", format="%d", width=_WIDTHS["rating"], help=f"{literal(ratings.scale)}."
        ),
        "change": column.TextColumn(
            "Change", width=_WIDTHS["change"], alignment="right",
            help="Rating at equal style less the rating without, in points.",
        ),
        "half": column.NumberColumn(
            "±", format="%d", width=_WIDTHS["half"],
            help=f"Half the width of the {level} interval, in points.",
        ),
        "interval": column.ImageColumn(
            scale.label, width=scale.width + _PICTURE_EDGE,
            help=f"Rating and {level} interval; an arrow where it goes on or is open.",
        ),
        "games": column.NumberColumn(
            "Comparisons", format="localized", width=_WIDTHS["games"]
        ),
        "win_rate": column.NumberColumn(
            "Win rate", format="%.1f%%", width=_WIDTHS["win_rate"],
            help="Share of the possible score; ties half.",
        ),
    }  # fmt: skip
    if "tier" in frame:
        found["tier"] = column.TextColumn(
            "Tier", width=_width("tier", frame),
            help=f"Two {nouns} that share a letter cannot be told apart at {level}, all pairs "
            "taken together.",
        )  # fmt: skip
    if "status" in frame:
        found["status"] = column.TextColumn("Status", width=_width("status", frame))
    if "mass" in frame:
        found["mass"] = column.ProgressColumn(
            "Mass", format="%.1f%%", min_value=0.0, max_value=longest(frame["mass"].dropna()),
            width=_WIDTHS["mass"],
            help=f"How often the equilibrium picks a {literal(arena.noun)}; the longest bar is the "
            "largest share.",
        )  # fmt: skip
    return found

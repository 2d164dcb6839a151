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

_LETTER = 6.2  # pixels


def width_of(texts: Iterable[str], narrowest: int, widest: int) -> int:
    """Return the pixels that a column of texts needs, between two limits."""
    longest_text = max(map(len, texts), default=0)
    return min(max(round(longest_text * _LETTER + 24), narrowest), widest)


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
        "rank": column.TextColumn("Rank", width=64, help=rank),
        "competitor": column.TextColumn(
            arena.noun.capitalize(),
            width=width_of(frame["competitor"], 120, 300),
        ),
        "places": column.TextColumn(
            "Places", width=64, alignment="right",
            help="How many places holding style equal moves it up (+) or down (−).",
        ),
        "rating": column.NumberColumn(
            "Rating", format="%d", width=68, help=f"{literal(ratings.scale)}."
        ),
        "change": column.TextColumn(
            "Change", width=68, alignment="right",
            help="Rating at equal style less the rating without, in points.",
        ),
        "half": column.NumberColumn(
            "±", format="%d", width=48, help=f"Half the width of the {level} interval, in points."
        ),
        "interval": column.ImageColumn(
            scale.label, width=WIDTH + 16,
            help=f"Rating and {level} interval; an arrow where it is open.",
        ),
        "tier": column.TextColumn(
            "Tier", width=width_of(frame.get("tier", ()), 56, 80),
            help=f"Two {nouns} that share a letter cannot be told apart at {level}, all pairs "
            "taken together.",
        ),
        "games": column.NumberColumn("Comparisons", format="localized", width=108),
        "win_rate": column.NumberColumn(
            "Win rate", format="%.1f%%", width=80, help="Share of the possible score; ties half."
        ),
        "status": column.TextColumn("Status", width=width_of(frame.get("status", ()), 92, 176)),
    }  # fmt: skip
    if "mass" in frame:
        found["mass"] = column.ProgressColumn(
            "Mass", format="%.1f%%", min_value=0.0, max_value=longest(frame["mass"].dropna()),
            width=104, help=f"How often the equilibrium picks a {literal(arena.noun)}; the longest "
            "bar is the largest share.",
        )  # fmt: skip
    return found

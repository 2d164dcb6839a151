"""The leaderboard as a table: groups that can be compared, and the rows of each."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from dashboard.charts.intervals import Scale, interval_svg
from dashboard.charts.mass import in_percent
from dashboard.charts.palette import Palette
from dashboard.wording import counted
from ranking.leaderboard import rank_text
from ranking.methods.contextual_effects import rank_changes
from ranking.ratings import STATUS_WORDS, Ratings
from ranking.uncertainty.draws import DrawSummary
from ranking.wording import number, tier_text

SEPARATE_GROUPS = 4
"""How many groups get a table of their own; smaller ones share the last table."""


@dataclass(frozen=True)
class Group:
    """Competitors whose ratings can be compared, best first."""

    label: str
    rows: np.ndarray
    comparable: bool = True


def groups(ratings: Ratings) -> list[Group]:
    """Split a leaderboard into its components; the smallest share the last group."""
    order = ratings.order
    component = ratings.component[order]
    labels, sizes = np.unique(component, return_counts=True)
    apart = [c for c, size in zip(labels, sizes, strict=True) if size > 1][:SEPARATE_GROUPS]
    if len(apart) == len(labels) == 1:
        return [Group("", order)]
    found = []
    for at, c in enumerate(apart, start=1):
        rows = order[component == c]
        found.append(Group(f"Group {at}: {counted(len(rows), ratings.noun)}", rows))
    rest = order[~np.isin(component, apart)]
    if len(rest):
        label = f"Smaller groups: {counted(len(rest), ratings.noun)}"
        found.append(Group(label if found else "", rest, comparable=False))
    return found


def narrowed(group: Group, ratings: Ratings, show: str, marked: list[str]) -> Group:
    """Keep the rows of a group that are to be shown: all, the first 25, or the marked ones."""
    if show == "Top 25":
        return Group(group.label, group.rows[:25], group.comparable)
    if show == "Marked":
        chosen = set(marked)
        rows = [row for row in group.rows if ratings.competitors[row] in chosen]
        return Group(group.label, np.array(rows, np.int64), group.comparable)
    return group


def board(
    ratings: Ratings,
    rows: np.ndarray,
    *,
    scale: Scale,
    colours: Mapping[str, str],
    palette: Palette,
) -> pd.DataFrame:
    """Return the rows of a leaderboard as they are shown.

    Parameters
    ----------
    rows : int array
        Positions of the competitors, in the order of the table.
    scale : Scale
        Scale of the drawn intervals.
    colours : mapping
        Colours of marked competitors; the others have the accent.

    Returns
    -------
    DataFrame
        With `tier` where tiers are known, `mass` (per cent) where an equilibrium picks each with a
        probability, and `places` and `change` (what holding style equal did to rank and rating)
        where covariates were held equal.
    """
    names = [ratings.competitors[row] for row in rows]
    moved = None if ratings.unadjusted is None else ratings.rating - ratings.unadjusted
    half = (ratings.high[rows] - ratings.low[rows]) / 2
    width = len(f"{max(ratings.rank_high[np.isfinite(ratings.rank_high)], default=1):.0f}")
    mass = None if ratings.equilibrium is None else ratings.equilibrium.mass
    return pd.DataFrame(
        {
            "rank": [_aligned(rank_text(ratings, row), width) for row in rows],
            "competitor": names,
            **({} if moved is None else {"places": _changes(rank_changes(ratings)[rows])}),
            "rating": _whole(ratings.rating[rows]),
            **({} if moved is None else {"change": _changes(moved[rows])}),
            "half": _whole(np.where(np.isfinite(half), half, np.nan)),
            "interval": [
                interval_svg(
                    ratings.rating[row],
                    ratings.low[row],
                    ratings.high[row],
                    scale=scale,
                    colour=colours.get(name, palette.accent),
                    palette=palette,
                )
                for name, row in zip(names, rows, strict=True)
            ],
            **({} if mass is None else {"mass": in_percent(mass[rows])}),
            **(
                {"tier": [tier_text(ratings.tiers[row]) for row in rows]}
                if any(ratings.tiers)
                else {}
            ),
            "games": _whole(ratings.games[rows]),
            "win_rate": ratings.win_rate[rows] * 100,
            "status": [STATUS_WORDS[ratings.status[row]] for row in rows],
        }
    )


def _aligned(ranks: str, width: int) -> str:
    """Pad the first rank with figure spaces, as wide as digits, so that ranks sort as numbers."""
    first = ranks.partition("–")[0]
    return ranks and "\u2007" * (width - len(first)) + ranks


def _changes(values: np.ndarray) -> list[str]:
    """Write changes with their sign; nothing where there is none."""
    rounded = [0 if math.isnan(value) else round(value) for value in values]
    return [f"{'+' if value > 0 else ''}{number(value)}" if value else "" for value in rounded]


def _whole(values: np.ndarray) -> pd.Series:
    return pd.Series([None if math.isnan(v) else round(v) for v in values], dtype="Int64")


def placings(ratings: Ratings, drawn: DrawSummary) -> pd.DataFrame:
    """Return other views of each competitor's place, best first."""
    rows = ratings.order
    overlap = ratings.overlap_low, ratings.overlap_high
    return pd.DataFrame(
        {
            "competitor": [ratings.competitors[row] for row in rows],
            "rank": _whole(ratings.rank[rows]),
            "set": [rank_text(ratings, row) for row in rows],
            **({} if overlap[0] is None else {"overlap": _whole(overlap[0][rows])}),
            "expected": drawn.expected_rank[rows],
            "best": drawn.best[rows] * 100,
        }
    )

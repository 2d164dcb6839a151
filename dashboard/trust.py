"""Whether to trust a leaderboard: short checks, each with its reason."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dashboard.data import Facets
from dashboard.wording import counted
from ranking.leaderboard import plural
from ranking.ratings import Ratings


@dataclass(frozen=True)
class Check:
    """One check: a few words, whether all is well, and why it matters."""

    words: str
    good: bool
    reason: str


def checks(ratings: Ratings, facets: Facets) -> Iterator[Check]:
    """Yield the checks of a leaderboard, in the order in which they are shown."""
    nouns = plural(ratings.noun)
    sizes = np.bincount(ratings.component)
    parts = int((sizes > 1).sum())
    if parts > 1:
        reason = f"Ratings can be compared within a group only: across groups, {nouns} never met."
        yield Check(f"{parts} groups that never met", False, reason)
    else:
        reason = f"All {nouns} met, directly or through others, so that ratings can be compared."
        yield Check("Connected", True, reason)
    # Elo gives finite ratings to everybody, so that its statuses alone would not tell.
    extreme = (ratings.win_rate == 0) | (ratings.win_rate == 1)
    separated = np.isin(ratings.status, ("unbeaten", "winless", "separated"))
    one_sided = int((extreme | separated).sum())
    if one_sided:
        reason = "They never lost or never won: how far ahead or behind they are is not known."
        yield Check(f"{counted(one_sided, ratings.noun)} known to one side", False, reason)
    else:
        reason = f"Each of the {nouns} scored both for and against, so that all ratings are finite."
        yield Check("No one unbeaten", True, reason)
    provisional = ratings.status.count("provisional")
    if provisional:
        reason = "So few comparisons that rating and interval may still move a lot."
        yield Check(f"{counted(provisional, ratings.noun)} provisional", False, reason)
    if facets.has_items and ratings.settings.get("cluster") == "none":
        reason = "Comparisons about one item are not independent: these intervals ignore that."
        yield Check("Items ignored: intervals may be narrow", False, reason)
    elif facets.has_items:
        reason = "The intervals allow for comparisons about one item being alike."
        yield Check("Intervals allow for items", True, reason)
    else:
        reason = "Comparisons about one item are alike, but this log does not say which they are."
        yield Check("No item ids: intervals may be narrow", False, reason)

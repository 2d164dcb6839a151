"""What a leaderboard says, in sentences: who leads, what is shared, what would settle it."""

import math

import numpy as np

from ranking.planning import comparisons_to_separate
from ranking.ratings import Ratings
from ranking.wording import number, plural, rounded

_UNREALISTIC = 1e6  # more comparisons than anybody will collect about one pair


def conclusion(ratings: Ratings) -> tuple[str, str]:
    """Say who leads and what cannot be told apart: a headline, and what qualifies it."""
    ranked = _ranked(ratings)
    if not ranked:
        return f"No {ratings.noun} can be rated.", "The selection holds no comparisons."
    settled, bounded = _settled(ratings, ranked)
    first = _tied(ratings, settled)
    parts = [_second_sentence(ratings, bounded or ranked)]
    open_ended = len(ranked) - len(bounded) if bounded else 0
    if open_ended:
        nouns = ratings.noun if open_ended == 1 else plural(ratings.noun)
        parts.append(f"{open_ended:,} more {nouns} never won or never lost and cannot be placed.")
    # Under a leader who was never beaten, nobody joins and nothing is left to settle.
    led = any(ratings.rank_high[at] == 1 and ratings.status[at] == "unbeaten" for at in ranked)
    joining = [
        at for at in bounded if at not in settled and not _is_better(ratings, settled[0], at)
    ]
    if joining and not led:
        nouns = ratings.noun if len(joining) == 1 else plural(ratings.noun)
        parts.append(f"{len(joining):,} provisional {nouns} may still take first place.")
    if len(first) > 1 and not led and ratings.predicts:
        parts.append(_what_would_settle(ratings, first))
    return _headline(ratings, settled, first), " ".join(filter(None, parts))


def tied_for_first(ratings: Ratings) -> tuple[str, ...]:
    """Return who shares first place, best rating first; newcomers are left out."""
    ranked = _ranked(ratings)
    if not ranked:
        return ()
    settled, _ = _settled(ratings, ranked)
    return tuple(ratings.competitors[at] for at in _tied(ratings, settled))


def _ranked(ratings: Ratings) -> list[int]:
    """Return the rated competitors of the main component, best first."""
    main = ratings.component[ratings.order] == ratings.component.min(initial=0)
    return [int(at) for at in ratings.order[main] if math.isfinite(ratings.rating[at])]


def _settled(ratings: Ratings, ranked: list[int]) -> tuple[list[int], list[int]]:
    """Return those with a settled rating, and those with a bounded one.

    Who is known to one side only, or by a few games, could stand anywhere: it is counted apart.
    """
    bounded = [at for at in ranked if not math.isinf(ratings.high[at] - ratings.low[at])]
    settled = [at for at in bounded if ratings.status[at] != "provisional"]
    return settled or bounded or ranked, bounded


def _tied(ratings: Ratings, settled: list[int]) -> list[int]:
    leader = settled[0]
    return [at for at in settled if at == leader or not _is_better(ratings, leader, at)]


def _is_better(ratings: Ratings, one: int, other: int) -> bool:
    """Whether one is better than another beyond doubt; by their intervals where nothing else is."""
    if ratings.better is not None:
        return bool(ratings.better[one, other])
    return bool(ratings.low[one] > ratings.high[other])


def _headline(ratings: Ratings, ranked: list[int], first: list[int]) -> str:
    main = ratings.component == ratings.component[ranked[0]]
    for at, name in enumerate(ratings.competitors):
        if main[at] and ratings.rank_high[at] == 1 and ratings.status[at] == "unbeaten":
            return f"{name} was never beaten and leads alone."
    leader = ratings.competitors[ranked[0]]
    if len(ranked) == 1:
        alone = int(np.isfinite(ratings.rating).sum()) == 1
        what = "that can be rated" if alone else "with a settled rating"
        return f"{leader} is the only {ratings.noun} {what}."
    if ratings.rank_low[ranked[0]] > 1:
        return f"{leader} has the highest rating that is settled."
    if not math.isfinite(ratings.rank_low[ranked[0]]):
        return _headline_without_intervals(ratings, ranked)
    if len(first) == 1:
        second = ratings.competitors[ranked[1]]
        lead = ratings.difference(leader, second)
        half = (lead.high - lead.low) / 2
        gap = number(lead.estimate)
        margin = f"{gap} ± {number(half)}" if math.isfinite(half) else gap
        return f"{leader} leads alone, {margin} points ahead of {second}."
    return _shared(ratings, first)


def _headline_without_intervals(ratings: Ratings, ranked: list[int]) -> str:
    first = [at for at in ranked if ratings.rank[at] == ratings.rank[ranked[0]]]
    if len(first) > 1:
        return _shared(ratings, first)
    return f"{ratings.competitors[first[0]]} has the highest rating."


def _shared(ratings: Ratings, first: list[int]) -> str:
    names = [ratings.competitors[at] for at in first]
    if len(names) <= 3:
        return f"{', '.join(names[:-1])} and {names[-1]} share first place."
    others = f"{len(names) - 1:,} other {plural(ratings.noun)}"
    return f"{names[0]} and {others} share first place."


def _second_sentence(ratings: Ratings, ranked: list[int]) -> str:
    low, high = ratings.rank_low[ranked], ratings.rank_high[ranked]
    if np.isnan(low).any():
        if ratings.equilibrium is not None:
            return "Nothing was resampled, so that neighbouring ranks may well be the same."
        return "This method gives no intervals, so that neighbouring ranks may well be the same."
    alone = int((low == high).sum())
    nouns = plural(ratings.noun)
    if alone == len(ranked):
        return f"All {len(ranked):,} {nouns} can be told apart."
    if alone == 0:
        return f"None of the {len(ranked):,} {nouns} holds a rank of its own."
    verb = "holds a rank of its own" if alone == 1 else "hold a rank of their own"
    return f"Of {len(ranked):,} {nouns}, {alone:,} {verb}; the others share theirs with neighbours."


def _what_would_settle(ratings: Ratings, first: list[int]) -> str:
    """Say how many more comparisons would separate the first two."""
    names = [ratings.competitors[at] for at in first[:2]]
    gap = ratings.difference(names[0], names[1])
    needed = comparisons_to_separate(gap.estimate, gap.std_error, level=ratings.level)
    if not math.isfinite(gap.std_error) or needed <= 0:
        return ""
    if needed > _UNREALISTIC:
        return (
            f"{names[0]} and {names[1]} are as good as equal: no realistic number of further "
            "comparisons would separate them."
        )
    return (
        f"About {rounded(needed)} more comparisons of {names[0]} with {names[1]} would "
        "separate these two."
    )

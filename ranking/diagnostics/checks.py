"""The checks of a leaderboard, one function each: a state, a few words and a sentence."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from ranking.comparisons import Comparisons
from ranking.diagnostics.fragility import fragility as fewest_votes
from ranking.diagnostics.intransitivity import intransitivity
from ranking.diagnostics.position import PositionBias
from ranking.diagnostics.ties import tie_fitness
from ranking.diagnostics.trust_evidence import Evidence
from ranking.errors import InputError, RankingError
from ranking.methods.half_win import PROVISIONAL_GAMES
from ranking.outcomes import BothBad
from ranking.ratings import Ratings
from ranking.store.clusters import ClusterCounts
from ranking.store.duplicates import Duplicates
from ranking.wording import number, plural

State = Literal["passed", "failed", "not run"]

MOST_TIE_MISFIT = 0.05
"""A model of ties passes up to this distance of a pair's share of ties, beyond chance."""
MOST_CYCLIC = 0.05
"""Share of the differences that cycles (A beats B beats C beats A) may explain, beyond chance."""
FEWEST_VOTES = 0.001
"""A leader who falls when this share of the comparisons is taken away is fragile."""
SMALLEST_POSITION_BIAS = 10.0
"""Points for being shown first that matter: 10 are 1.4 percentage points of the score."""
LARGEST_JUDGE = 0.1
"""Share of the comparisons that one judge may decide."""
_ALPHA = 0.05
_REPLICATES = 79  # enough to tell a p-value below 0.05


@dataclass(frozen=True)
class Check:
    """One check of a leaderboard.

    Attributes
    ----------
    name : str
        What is checked, the same in every leaderboard.
    state : {"passed", "failed", "not run"}
    words : str
        The result in three to six words.
    sentence : str
        The result, what it rests on and why it matters; for "not run", why not.
    link : str
        Where the details are: "table", "details", "head_to_head", "competitor", "data",
        "imports", or nowhere.
    about : tuple of str
        The competitors that the details are of; empty for all.
    """

    name: str
    state: State
    words: str
    sentence: str
    link: str = ""
    about: tuple[str, ...] = ()


def connected(ratings: Ratings) -> Check:
    """Check that all competitors met, directly or through others."""
    nouns = plural(ratings.noun)
    parts = int((np.bincount(ratings.component) > 1).sum())
    if parts > 1:
        sentence = f"Ratings can be compared within a group only: across groups, {nouns} never met."
        return Check("connected", "failed", f"{parts} groups that never met", sentence, "table")
    sentence = f"All {nouns} met, directly or through others, so that ratings can be compared."
    return Check("connected", "passed", "All connected", sentence, "table")


def separated(ratings: Ratings) -> Check:
    """Check that everybody scored both for and against."""
    # Elo gives finite ratings to everybody, so that its statuses alone would not tell.
    extreme = (ratings.win_rate == 0) | (ratings.win_rate == 1)
    one_sided = extreme | np.isin(ratings.status, ("unbeaten", "winless", "separated"))
    about = _names(ratings, one_sided)
    if about:
        sentence = (
            f"{_listed(about)} never lost or never won against the rest: how far ahead or behind "
            "is not known, so that the interval is open on one side."
        )
        words = f"{_counted(len(about), ratings.noun)} known to one side"
        return Check("separated", "failed", words, sentence, "competitor", about)
    sentence = (
        f"Each of the {plural(ratings.noun)} scored both for and against: ratings are finite."
    )
    return Check("separated", "passed", "No one unbeaten", sentence, "table")


def provisional(ratings: Ratings) -> Check:
    """Check that everybody has enough comparisons for a settled rating."""
    # Who never lost or never won has that status, however few the comparisons.
    few = ratings.games < PROVISIONAL_GAMES
    about = _names(ratings, few | (np.array(ratings.status) == "provisional"))
    if about:
        verb = "has" if len(about) == 1 else "have"
        sentence = (
            f"{_listed(about)} {verb} so few comparisons that the rating may still move a lot."
        )
        words = f"{_counted(len(about), ratings.noun)} provisional"
        return Check("provisional", "failed", words, sentence, "table", about)
    sentence = f"Each of the {plural(ratings.noun)} has enough comparisons for a settled rating."
    return Check("provisional", "passed", "No provisional ratings", sentence, "table")


def clusters(ratings: Ratings, found: ClusterCounts) -> Check:
    """Check that the intervals allow for comparisons of one item, or by one judge, being alike."""
    kinds = [(found.items, "item"), (found.judges, "judge")]
    known = " and ".join(_counted(count, kind) for count, kind in kinds if count)
    used = f"intervals: {ratings.interval}"
    if not known:
        sentence = (
            "Comparisons of one item or by one judge are alike, but this log does not say which "
            f"they are ({used})."
        )
        words = "No item ids: intervals may be narrow"
        return Check("clusters", "failed", words, sentence, "details")
    effective = ratings.effective_comparisons
    if effective < 0.999 * ratings.comparisons:  # false where it is not known
        known += f", worth {number(effective)} comparisons of equal weight"
    # The replays of Elo draw whole items.
    drawn = ratings.method == "elo" and found.items > 0 and ratings.interval != "none"
    if drawn or "clustered" in ratings.interval:
        sentence = f"The log holds {known}, and the intervals allow for them ({used})."
        return Check("clusters", "passed", "Intervals allow for clusters", sentence, "details")
    sentence = (
        f"The log holds {known}, but these intervals take comparisons as independent ({used})."
    )
    words = "Clusters ignored: intervals may be narrow"
    return Check("clusters", "failed", words, sentence, "details")


def ties(ratings: Ratings, read: Evidence) -> Check:
    """Check that a model of ties describes who ties with whom: the ratings' own, or the best."""
    both_bad: BothBad = "drop" if ratings.settings.get("both_bad") == "drop" else "tie"
    wanted = ratings.settings.get("ties")
    model = wanted if wanted in ("davidson", "rao-kupper") else "best"
    try:
        found = tie_fitness(
            read.tally, model=model, both_bad=both_bad, design_effect=read.design_effect
        )
    except RankingError as reason:
        return Check("ties", "not run", "Ties not checked", str(reason))
    title = {"davidson": "Davidson", "rao-kupper": "Rao–Kupper"}[found.model]
    off = f"{100 * found.misfit:.1f} percentage points"
    if found.misfit > MOST_TIE_MISFIT and found.p_value < _ALPHA:
        sentence = (
            f"Ties make up {found.share:.0%} of the comparisons, and {title}’s model misses a "
            f"pair’s share of them by {off} beyond chance: who ties with whom is more than a "
            "matter of strength."
        )
        return Check("ties", "failed", "Ties do not fit a model", sentence)
    sentence = (
        f"Ties make up {found.share:.0%} of the comparisons, and {title}’s model is within {off} "
        f"of a pair’s share of them beyond chance (up to {100 * MOST_TIE_MISFIT:.0f} pass)."
    )
    return Check("ties", "passed", f"Ties fit {title}’s model", sentence)


def position(found: PositionBias | str) -> Check:
    """Check that it does not matter which side is shown first."""
    if isinstance(found, str):
        return Check("position", "not run", "Position bias not checked", found)
    worth = found.estimate
    least = max(worth.low, -worth.high)
    if found.biased and least > 0 and abs(worth.estimate) > SMALLEST_POSITION_BIAS:
        side = "first" if worth.estimate > 0 else "second"
        return Check("position", "failed", f"The side shown {side} gains", found.sentence)
    return Check("position", "passed", "No position bias that matters", found.sentence)


def transitivity(ratings: Ratings, read: Evidence) -> Check:
    """Check that cycles are no large part of the differences, noise taken out."""
    both_bad: BothBad = "drop" if ratings.settings.get("both_bad") == "drop" else "tie"
    try:
        scale = read.tie_scale * read.design_effect
        pairs = read.tally.pairs(both_bad=both_bad)
        found = intransitivity(pairs, scale=scale, replicates=_REPLICATES)
    except InputError as reason:
        return Check("transitivity", "not run", "Transitivity not checked", str(reason))
    if not np.isfinite(found.share):
        sentence = (
            "Cycles (A beats B, B beats C, C beats A) can show only where pairs close a circle; "
            "in this log none does."
        )
        return Check("transitivity", "not run", "No circles to check", sentence)
    cycles = (
        f"Cycles (A beats B, B beats C, C beats A) make up {found.share:.1%} of the differences "
        "between pairs beyond chance"
    )
    if found.share > MOST_CYCLIC and found.p_value < _ALPHA:
        sentence = f"{cycles}, which no single order of ratings can show."
        words = f"Only {1 - found.share:.0%} transitive"
        return Check("transitivity", "failed", words, sentence, "head_to_head")
    sentence = f"{cycles} (up to {MOST_CYCLIC:.0%} pass)."
    words = f"Order {1 - found.share:.0%} transitive"
    return Check("transitivity", "passed", words, sentence, "head_to_head")


def fragility(comparisons: Comparisons, ratings: Ratings) -> Check:
    """Check that it takes more than a few comparisons to unseat the leader."""
    try:
        found = fewest_votes(comparisons, ratings, neighbours=1)
    except RankingError as reason:
        return Check("fragility", "not run", "Fragility not checked", str(reason))
    fragile = found.share < FEWEST_VOTES
    # How much one comparison moves an equilibrium is not known; that of Bradley–Terry is.
    leader = "the leader" if ratings.predicts else "Bradley–Terry’s leader"
    if np.isinf(found.votes):
        words = f"No votes unseat {leader}"
    else:
        verb = "unseats" if found.votes == 1 else "unseat"
        words = f"{_counted(found.votes, 'vote')} {verb} {leader}"
    sentence = found.sentence if ratings.predicts else f"By Bradley–Terry: {found.sentence}"
    return Check(
        "fragility", "failed" if fragile else "passed", words, sentence, "head_to_head",
        (found.leader, found.runner_up),
    )  # fmt: skip


def duplicates(found: Duplicates) -> Check:
    """Check that no row repeats another."""
    if not found.telling:
        sentence = (
            "Rows hold nothing but who met and who won, so that equal rows are no sign of a "
            "comparison that was counted twice."
        )
        return Check("duplicates", "not run", "Duplicates cannot show", sentence, "data")
    if found.rows:
        rows, repeat = ("row", "repeats") if found.rows == 1 else ("rows", "repeat")
        sentence = (
            f"In all, {found.rows:,} {rows} {repeat} another in every column, as they do where a "
            "file was imported twice in part."
        )
        return Check(
            "duplicates", "failed", f"{found.rows:,} duplicate {rows}", sentence, "imports"
        )
    return Check(
        "duplicates", "passed", "No duplicate rows", "No row repeats another in every column.",
        "imports",
    )  # fmt: skip


def one_judge(found: ClusterCounts) -> Check:
    """Check that no judge decided more than a tenth."""
    if not found.judges:
        return Check(
            "one judge", "not run", "Judges not known", "The log does not say who judged.", "data"
        )
    share, judge = found.largest / found.judged, found.largest_judge
    sentence = (
        f"The judge with most votes, {judge}, decided {share:.1%} of the comparisons of "
        f"{_counted(found.judges, 'judge')}"
    )
    if share > LARGEST_JUDGE:
        sentence += ": the order may be this one's taste."
        return Check("one judge", "failed", f"One judge decided {share:.0%}", sentence, "data")
    return Check("one judge", "passed", "No judge dominates", f"{sentence}.", "data")


def _names(ratings: Ratings, members: npt.NDArray[np.bool_]) -> tuple[str, ...]:
    return tuple(ratings.competitors[at] for at in ratings.order if members[at])


def _listed(names: tuple[str, ...]) -> str:
    if len(names) > 3:
        return f"{', '.join(names[:3])} and {len(names) - 3:,} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))


def _counted(count: float, noun: str) -> str:
    return f"{count:,.0f} {noun if count == 1 else plural(noun)}"

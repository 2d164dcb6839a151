"""One competitor: its place, its record, and whom it does better or worse against than expected."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ranking.breakdown import Breakdown, Share, Shares, breakdown, json_values, read_evidence
from ranking.comparisons import Comparisons
from ranking.expectation import (
    Expectation,
    Residual,
    expected_share,
    predicting,
    rated,
    rated_difference,
)
from ranking.laplacian import Floats
from ranking.methods import BradleyTerry
from ranking.ratings import Ratings, Status
from ranking.store.breakdown import Sums
from ranking.tally import Tally
from ranking.uncertainty.draws import draw_summary
from ranking.wording import plural

_UNKNOWN = Share(math.nan, math.nan, math.nan)
_NO_RESIDUAL = Residual(math.nan, math.nan)
_STATUS_CLAUSES = {
    "provisional": ", by few comparisons as yet",
    "unbeaten": " and was never beaten, so that its rating is known from below only",
    "winless": " and never won, so that its rating is known from above only",
    "separated": ", by evidence from one side only",
}


@dataclass(frozen=True)
class Opponent:
    """The results of a competitor against one other.

    Attributes
    ----------
    name : str
        The opponent.
    games, wins, ties, losses, both_bad, soft : float
        Their comparisons, in all and by outcome, seen from the competitor.
    observed, expected : Share
        The competitor's share of the score in these comparisons, and the one that its rating leads
        one to expect.
    residual : float
        Studentised residual: positive where it does better than expected.
    adjusted_p : float
        p-value of the residual, adjusted over all opponents (Benjamini-Hochberg).
    surprising : bool
        Whether `adjusted_p` is at most ``1 - level``.
    """

    name: str
    games: float
    wins: float
    ties: float
    losses: float
    observed: Share
    expected: Share
    residual: float
    adjusted_p: float
    surprising: bool
    both_bad: float = 0.0
    soft: float = 0.0


@dataclass(frozen=True)
class CompetitorProfile:
    """One competitor among all: its rating, its record and its opponents.

    Attributes
    ----------
    name, arena, noun : str
        The competitor, its arena, and what a competitor is called there.
    level : float
        Confidence level of every interval.
    rating, low, high : float
        Points, with confidence limits.
    rank, rank_low, rank_high : float
        Rank and rank set; NaN where there is none.
    tier : str
        Letters; competitors that share one cannot be told apart.
    status : str
        See `ranking.ratings.STATUS_WORDS`.
    p_best : float
        Share of draws in which it leads those of its component with an interval on both sides;
        NaN where no draws can be made.
    games, wins, ties, losses, both_bad, soft : float
        Comparisons, in all and by outcome.
    win_rate : float
        Share of the possible score, ties half.
    opponents : tuple of Opponent
        Most surprising first.
    breakdowns : tuple of Breakdown
        Results by judge, capability, field and presentation order.
    conclusion : str
        One plain sentence.
    expected_by : str
        The method that the expected shares rest on, where the ratings at hand rank and do not
        predict; empty otherwise.
    """

    name: str
    arena: str
    noun: str
    level: float
    rating: float
    low: float
    high: float
    rank: float
    rank_low: float
    rank_high: float
    tier: str
    status: Status
    p_best: float
    games: float
    wins: float
    ties: float
    losses: float
    both_bad: float
    win_rate: float
    opponents: tuple[Opponent, ...]
    breakdowns: tuple[Breakdown, ...]
    conclusion: str
    soft: float = 0.0
    expected_by: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON contract (docs/json-competitor.md); what is not finite is null."""
        values: dict[str, Any] = json_values(self)
        return values


def competitor_profile(
    comparisons: Comparisons, name: str, *, ratings: Ratings | None = None
) -> CompetitorProfile:
    """Describe one competitor: its place, its record, and what in it is surprising.

    Parameters
    ----------
    comparisons : Comparisons
        The log under its selection.
    name : str
        The competitor.
    ratings : Ratings, optional
        Of these comparisons, where they are known already; Bradley–Terry with its defaults
        otherwise. Their settings say at which level, what becomes of both-bad and which
        comparisons are not independent. Where they rank without predicting, shares are expected by
        Bradley–Terry, and `expected_by` says so.

    Raises
    ------
    SelectionError
        If the name is unknown, or has no comparisons in the selection.
    """
    if ratings is None:
        ratings = BradleyTerry().rate(comparisons)
    results, tally = read_evidence(comparisons, name, ratings)
    at, level, record = rated(ratings, name), ratings.level, results.record
    games = float(record.comparisons.sum())
    profile = CompetitorProfile(
        name=name,
        arena=comparisons.arena.name,
        noun=comparisons.arena.noun,
        level=level,
        rating=float(ratings.rating[at]),
        low=float(ratings.low[at]),
        high=float(ratings.high[at]),
        rank=float(ratings.rank[at]),
        rank_low=float(ratings.rank_low[at]),
        rank_high=float(ratings.rank_high[at]),
        tier=ratings.tiers[at] if ratings.tiers else "",
        status=ratings.status[at],
        p_best=float(draw_summary(ratings).best[at]),
        games=games,
        wins=float(record.wins.sum()),
        ties=float(record.ties.sum()),
        losses=float(record.losses.sum()),
        both_bad=float(record.both_bad.sum()),
        soft=float(record.soft.sum()),
        win_rate=float(record.score.sum() / record.weight.sum())
        if record.weight.sum()
        else math.nan,
        opponents=_opponents(tally, name, predicting(comparisons, ratings), record),
        breakdowns=tuple(breakdown(by, sums, level=level) for by, sums in results.breakdowns),
        conclusion="",
        expected_by="" if ratings.predicts else BradleyTerry.title,
    )
    return replace(profile, conclusion=_conclusion(profile, ratings))


def _opponents(tally: Tally, name: str, ratings: Ratings, record: Sums) -> tuple[Opponent, ...]:
    """Return the results against each opponent, most surprising first."""
    shares = Shares.of(record, ratings.level)
    # Ratings of another selection may lack an opponent: then nothing is known to expect.
    rated_ones = set(ratings.competitors)
    effective = {
        opponent: n
        for opponent, n in zip(record.value, shares.effective.tolist(), strict=True)
        if opponent in rated_ones
    }
    residuals = Expectation.of(tally, ratings).residuals(name, effective)
    seen = [residuals.get(opponent, _NO_RESIDUAL) for opponent in record.value]
    adjusted = _false_discovery(np.array([each.p_value for each in seen]))
    found = []
    for at, opponent in enumerate(record.value):
        expected = _UNKNOWN
        if opponent in rated_ones:
            expected = expected_share(ratings, rated_difference(ratings, name, opponent))
        found.append(
            Opponent(
                name=opponent,
                games=float(record.comparisons[at]),
                wins=float(record.wins[at]),
                ties=float(record.ties[at]),
                losses=float(record.losses[at]),
                both_bad=float(record.both_bad[at]),
                soft=float(record.soft[at]),
                observed=shares[at],
                expected=expected,
                residual=seen[at].studentised,
                adjusted_p=float(adjusted[at]),
                surprising=bool(adjusted[at] <= 1 - ratings.level),
            )
        )
    return tuple(sorted(found, key=_by_surprise))


def _by_surprise(other: Opponent) -> tuple[float, float]:
    # NaN compares with nothing: an opponent without a residual is the least surprising.
    if math.isnan(other.residual):
        return (2.0, -other.games)
    return (other.adjusted_p, -abs(other.residual))


def _false_discovery(p_values: Floats) -> Floats:
    """Return Benjamini-Hochberg p-values; NaN where there is none."""
    from scipy.stats import false_discovery_control

    adjusted = np.full(len(p_values), math.nan)
    known = ~np.isnan(p_values)
    if known.any():
        adjusted[known] = false_discovery_control(p_values[known])
    return adjusted


def _conclusion(profile: CompetitorProfile, ratings: Ratings) -> str:
    """Say where the competitor stands and whom it surprises."""
    if math.isnan(profile.rating):
        return f"{profile.name} has no comparisons that count, and so no rating."
    return f"{_place(profile, ratings)}{_surprises(profile)}."


def _place(profile: CompetitorProfile, ratings: Ratings) -> str:
    component = ratings.component == ratings.component[ratings.index(profile.name)]
    among = int((component & np.isfinite(ratings.rating)).sum())
    of = f"of {among:,} {plural(profile.noun)}"
    low, high = profile.rank_low, profile.rank_high
    if among == 1:
        place = f"{profile.name} met no other {profile.noun} that can be rated"
    elif math.isnan(low) or math.isnan(high):
        place = f"{profile.name} has rank {profile.rank:.0f} {of}"
    elif low == high:
        place = f"{profile.name} holds rank {low:.0f} {of}"
    elif (low, high) == (1, among):
        place = f"{profile.name} may hold any rank among {among:,} {plural(profile.noun)}"
    else:
        place = f"{profile.name} shares ranks {low:.0f} to {high:.0f} {of}"
    return place + _STATUS_CLAUSES.get(profile.status, "")


def _surprises(profile: CompetitorProfile) -> str:
    tested = [other for other in profile.opponents if not math.isnan(other.residual)]
    better = [other.name for other in tested if other.surprising and other.residual > 0]
    worse = [other.name for other in tested if other.surprising and other.residual < 0]
    by = f" by {profile.expected_by}" if profile.expected_by else ""
    if better and worse:
        return (
            f"; it does better than expected{by} against {_some(better)}, worse against "
            f"{_some(worse)}"
        )
    if better or worse:
        word = "better" if better else "worse"
        return f"; it does {word} than expected{by} against {_some(better or worse)}"
    if not tested:
        return ""
    against = "its only opponent" if len(tested) == 1 else f"all {len(tested):,} opponents"
    return f"; its results against {against} are as expected{by}"


def _some(names: list[str]) -> str:
    if len(names) > 3:
        return f"{', '.join(names[:2])} and {len(names) - 2:,} others"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))

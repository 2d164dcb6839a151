"""Two competitors head to head: what happened, what was to be expected, and how sure it is."""

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

from ranking.breakdown import (
    Breakdown,
    Share,
    Shares,
    breakdown,
    cluster_of,
    json_values,
    read_evidence,
)
from ranking.comparisons import Comparisons
from ranking.errors import SelectionError
from ranking.expectation import (
    Expectation,
    expected_share,
    predicting,
    rated,
    rated_difference,
)
from ranking.methods import BradleyTerry
from ranking.planning import comparisons_needed, evidence_of_difference
from ranking.ratings import Difference, Ratings
from ranking.wording import percent, rounded

_MODERATE = 10**0.5  # Jeffreys' bound of "substantial", for e-values: doi:10.1214/20-AOS2020
_PRIOR_COMPARISONS = 10.0  # how many comparisons the arena's share of ties counts for


@dataclass(frozen=True)
class HeadToHead:
    """The comparisons of two competitors, seen from the first.

    Attributes
    ----------
    first, second : str
        The two competitors.
    arena, noun : str
        Where they met, and what a competitor is called there.
    level : float
        Confidence level of every interval.
    wins, ties, losses, both_bad, soft, comparisons : float
        Their comparisons by outcome, and in all; 0 where they never met.
    observed : Share
        The first's share of the score in these comparisons; NaN where they never met.
    expected : Share
        The share that the ratings, and so all comparisons, lead one to expect; NaN where the two
        cannot be compared.
    difference : Difference
        First's rating minus second's, in points.
    residual : float
        Studentised residual of the pair: observed minus expected in standard errors; NaN where
        they never met or cannot be compared.
    e_value : float
        Always-valid evidence against "both are equally good" from their decisive comparisons; see
        `favoured`.
    level_reached : bool
        Whether the e-value is at least ``1 / (1 - level)``.
    comparisons_needed : float
        How many more comparisons of the two would bring a verdict; 0 where it is reached, infinite
        where they are rated equal, NaN where they cannot be compared.
    breakdowns : tuple of Breakdown
        The first's results by judge, capability, field and presentation order.
    conclusion : str
        One plain sentence.
    favoured, opposed : float
        How many comparisons preferred the first, and the second: what the e-value is made of. Where
        comparisons are not independent, how many items (or judges) did, by the majority of theirs.
    unit : {"comparison", "item", "judge"}
        Which of these were counted.
    surprising : bool
        Whether a share as far from the expected one has a chance of at most ``1 - level``.
    expected_by : str
        The method that `difference` and all that is expected rest on, where the ratings at hand
        rank and do not predict; empty otherwise.
    """

    first: str
    second: str
    arena: str
    noun: str
    level: float
    wins: float
    ties: float
    losses: float
    both_bad: float
    comparisons: float
    observed: Share
    expected: Share
    difference: Difference
    residual: float
    e_value: float
    level_reached: bool
    comparisons_needed: float
    breakdowns: tuple[Breakdown, ...]
    conclusion: str
    soft: float = 0.0
    favoured: float = 0.0
    opposed: float = 0.0
    unit: Literal["comparison", "item", "judge"] = "comparison"
    surprising: bool = False
    expected_by: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON contract (docs/json-head-to-head.md); what is not finite is null."""
        values: dict[str, Any] = json_values(self)
        return values


def head_to_head(
    comparisons: Comparisons, first: str, second: str, *, ratings: Ratings | None = None
) -> HeadToHead:
    """Compare two competitors directly and through their ratings.

    Parameters
    ----------
    comparisons : Comparisons
        The log; its selection applies, save for one of competitors.
    first, second : str
        The two competitors.
    ratings : Ratings, optional
        Of these comparisons, where they are known already; Bradley–Terry with its defaults
        otherwise. Their settings say at which level, what becomes of both-bad and which
        comparisons are not independent. Where they rank without predicting, Bradley–Terry takes
        their place, and `expected_by` says so.

    Raises
    ------
    SelectionError
        If a name is unknown, both are the same, or one has no comparisons in the selection.
    """
    if first == second:
        raise SelectionError(f"{first!r} cannot be compared with itself; choose two.")
    if ratings is None:
        ratings = BradleyTerry().rate(comparisons)
    expected_by = "" if ratings.predicts else BradleyTerry.title
    ratings = predicting(comparisons, ratings)
    results, tally = read_evidence(comparisons, first, ratings, against=second)
    for name in (first, second):
        rated(ratings, name)
    record, level = results.record, ratings.level
    shares = Shares.of(record, level)
    difference = rated_difference(ratings, first, second)
    seen = Expectation.of(tally, ratings)
    residual = seen.residuals(first, {second: float(shares.effective.sum())})[second]
    favoured, opposed = float(record.favoured.sum()), float(record.opposed.sum())
    e_value = evidence_of_difference(favoured, opposed)
    found = HeadToHead(
        first=first,
        second=second,
        arena=comparisons.arena.name,
        noun=comparisons.arena.noun,
        level=level,
        wins=float(record.wins.sum()),
        ties=float(record.ties.sum()),
        losses=float(record.losses.sum()),
        both_bad=float(record.both_bad.sum()),
        soft=float(record.soft.sum()),
        comparisons=float(record.comparisons.sum()),
        observed=shares[0] if record.value else Share(math.nan, math.nan, math.nan),
        expected=expected_share(ratings, difference),
        difference=difference,
        residual=residual.studentised,
        e_value=e_value,
        level_reached=e_value >= 1 / (1 - level),
        comparisons_needed=0.0,
        breakdowns=tuple(breakdown(by, sums, level=level) for by, sums in results.breakdowns),
        conclusion="",
        favoured=favoured,
        opposed=opposed,
        unit=cluster_of(comparisons, ratings) or "comparison",
        surprising=residual.p_value <= 1 - level,
        expected_by=expected_by,
    )
    found = replace(found, comparisons_needed=_needed(found, seen))
    return replace(found, conclusion=_conclusion(found, float(record.votes.sum())))


def e_value_text(e_value: float) -> str:
    """Write an e-value, which may be astronomic: "2.1", "310", "above a million"."""
    if e_value > 1e6:
        return "above a million"
    if e_value < 0.1:
        return "below 0.1"
    return f"{e_value:.1f}" if e_value < 10 else f"{e_value:,.0f}"


def _needed(found: HeadToHead, seen: Expectation) -> float:
    """Return how many more comparisons would bring a verdict on the rated difference."""
    if found.level_reached:
        return 0.0
    if math.isnan(found.difference.estimate):
        return math.nan
    # Few comparisons say little about how often the two tie: the arena lends them its share.
    tied = found.ties + found.both_bad + _PRIOR_COMPARISONS * seen.tie_rate
    tie_rate = tied / (found.comparisons + _PRIOR_COMPARISONS)
    if tie_rate >= 1:
        return math.inf
    return comparisons_needed(
        seen.standard_points(found.difference.estimate),
        tie_rate=tie_rate,
        design_effect=seen.design_effect(found.first, found.second, found.difference.std_error),
        level=found.level,
    )


def _conclusion(found: HeadToHead, counted: float) -> str:
    """Say what happened, whether it was to be expected, and how strong the evidence is."""
    if not counted:
        return _never_met(found)
    ahead = found.observed.estimate >= 0.5
    share = found.observed if ahead else found.observed.mirrored
    better, worse = (found.first, found.second) if ahead else (found.second, found.first)
    games = "1 comparison" if counted == 1 else f"{counted:,.0f} comparisons"
    if share.estimate == 0.5:
        said = f"{better} and {worse} share {games} evenly: {share.words()}"
    elif share.estimate == 1:
        only = "the only comparison" if counted == 1 else f"all {games}"
        said = f"{better} won {only} with {worse}: {share.words()}"
    elif counted == found.wins + found.losses:
        said = f"{better} beat {worse} in {share.words(f' of {games}')}"
    else:
        said = f"{better} took {share.words(f' of the score against {worse} in {games}')}"
    return f"{said}{_against_expectation(found, ahead)}; {_evidence(found)}."


def _never_met(found: HeadToHead) -> str:
    names = f"{found.first} and {found.second}"
    if found.comparisons:
        return f"All {found.comparisons:,.0f} comparisons of {names} found both bad; none counts."
    if math.isnan(found.expected.estimate):
        return f"{names} never met, directly or through others, so that they cannot be compared."
    ahead = found.expected.estimate >= 0.5
    share = found.expected if ahead else found.expected.mirrored
    return (
        f"{names} never met; their results against others lead one to expect "
        f"{found.first if ahead else found.second} to take {share.words(' of the score')}."
    )


def _against_expectation(found: HeadToHead, ahead: bool) -> str:
    residual = found.residual if ahead else -found.residual
    if math.isnan(residual):
        return ""
    expected = found.expected if ahead else found.expected.mirrored
    by = f"{found.expected_by} leads" if found.expected_by else "the ratings lead"
    foretold = f"the {percent(expected.estimate)} that {by} one to expect"
    if not found.surprising:
        return f", within chance of {foretold}"
    return f", {'more' if residual > 0 else 'less'} than {foretold}"


def _evidence(found: HeadToHead) -> str:
    if not found.favoured + found.opposed:
        return "none of them preferred one side"
    e, value = found.e_value, e_value_text(found.e_value)
    if found.level_reached:
        return f"the evidence of a difference is strong (e-value {value})"
    grade = "moderate" if e >= _MODERATE else "weak"
    said = f"the evidence of a difference is {grade} (e-value {value})"
    needed = found.comparisons_needed
    if needed > 1e6:
        return f"{said}, and the ratings are too close for a verdict"
    if math.isnan(needed):
        return said
    return f"{said}; about {rounded(needed)} more comparisons would bring a verdict"

"""Drawing a log from a truth, whole columns at a time.

Everything is made from uniform numbers of `np.random.default_rng`: NumPy keeps that stream the same
from version to version, which it does not promise for its normal or gamma numbers. So the same
seed gives the same log everywhere.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.special import expit, gammaincinv, ndtri

from ranking.errors import InputError
from ranking.outcomes import BOTH_BAD, FIRST, SECOND, TIE
from ranking.ratings import POINTS_PER_LOGIT
from ranking.simulation.probabilities import utilities
from ranking.simulation.result import Simulation
from ranking.simulation.truth import Truth

ITEMS, SCHEDULE, OUTCOMES, WORDS, TEXTS = range(5)
"""Purposes of the streams of random numbers."""
_SECOND_ORDER_SECONDS = 20
_PROGRESS_STEPS = 20


def simulate(truth: Truth, *, comparisons: int, seed: int = 0) -> Simulation:
    """Draw a log from a truth.

    Competitors meet with a chance proportional to the product of their shares, in random order;
    items and judges are drawn by their shares, independently of who meets. Items, the schedule and
    the outcomes have streams of random numbers of their own.

    Parameters
    ----------
    truth : Truth
        What to draw from.
    comparisons : int
        Number of rows, the second orders of judges with `both_orders` included; at least 1.
    seed : int, default 0
        Not negative.

    Raises
    ------
    InputError
        If a number is out of its range, or fewer than two competitors are there from the start.

    Examples
    --------
    >>> log = simulate(Truth.of({"strong": 1400, "weak": 1000}), comparisons=10_000, seed=7)
    >>> round(float((log.comparisons["winner"] == "model_a").mean()), 1)
    0.5
    """
    _check_integer("number of comparisons", comparisons, low=1)
    _check_integer("seed", seed, low=0)
    items = _Items.draw(truth, stream(seed, ITEMS)) if truth.items else None
    schedule = _schedule(truth, comparisons, stream(seed, SCHEDULE), items)
    sides, moment, item, judge = schedule
    strength = _strengths(truth, schedule, items)
    difference = strength[:, 0] - strength[:, 1]
    level = strength.mean(1)
    if judge is not None:
        difference = difference * _of_judges(truth, "sharpness")[judge] + _bias(truth, schedule)
    words = None
    if truth.words:
        words = _words(truth, schedule, items, stream(seed, WORDS))
        spread = (words[:, 0] - words[:, 1]) / (words.sum(1) + 1)
        difference = difference + truth.length_effect * spread
    if item is not None and items is not None:
        level = level - items.difficulty[item]
    utility = utilities(difference, level=level, ties=truth.ties, both_bad=truth.both_bad)
    # The largest of the utilities with Gumbel noise is a draw from the multinomial logit, and the
    # noisy utilities of the two sides tell how well each of them did.
    utility += -np.log(-np.log(uniform(stream(seed, OUTCOMES), utility.shape)))
    outcome = utility.argmax(1)
    return Simulation(
        truth=truth,
        seed=seed,
        first=sides[:, 0],
        second=sides[:, 1],
        outcome=outcome,
        moment=moment,
        item=item,
        judge=judge,
        leaves=items.leaves if items is not None else np.zeros((0, 0), int),
        strength=strength,
        difference=difference,
        level=level,
        words=words,
        progress=_progress(utility, outcome) if truth.progress else None,
    )


@dataclass(frozen=True)
class _Items:
    """The items of one arena: leaves (items, facets), share and difficulty (items,), and effect.

    `effect` (items, competitors) is in points and holds the planted capabilities too.
    """

    leaves: np.ndarray
    share: np.ndarray
    difficulty: np.ndarray
    effect: np.ndarray

    @classmethod
    def draw(cls, truth: Truth, rng: np.random.Generator) -> "_Items":
        count = truth.items
        share = np.maximum(gammaincinv(truth.item_spread, uniform(rng, count)), 1e-12)
        difficulty = truth.item_difficulty * ndtri(uniform(rng, count))
        effect = truth.item_effect * ndtri(uniform(rng, (count, len(truth.competitors))))
        effect = effect[:, _sources(truth)]
        leaves = np.empty((count, len(truth.facets)), int)
        for position, facet in enumerate(truth.facets):
            leaves[:, position] = _choose(rng, facet.shares, count)
            effect = effect + truth.leaf_offsets(facet)[leaves[:, position]]
        return cls(leaves, share, difficulty, effect)


class _Schedule(NamedTuple):
    """Who meets whom, when, on what, before whom: one entry per comparison."""

    sides: np.ndarray
    moment: np.ndarray
    item: np.ndarray | None
    judge: np.ndarray | None


def _schedule(
    truth: Truth, comparisons: int, rng: np.random.Generator, items: _Items | None
) -> _Schedule:
    judge, row, swapped = _sittings(truth, comparisons, rng)
    rounds = comparisons if row is None else int(row[-1]) + 1
    moment = np.sort(uniform(rng, rounds))
    sides = _pairs(truth, moment, rng)
    item = _choose(rng, items.share, rounds) if items is not None else None
    if row is None or judge is None:
        return _Schedule(sides, moment, item, None)
    moment = moment[row] + swapped * _SECOND_ORDER_SECONDS / truth.seconds
    order = np.argsort(moment, kind="stable")
    row, swapped, judge = row[order], swapped[order], judge[order]
    return _Schedule(
        np.where(swapped[:, None], sides[row, ::-1], sides[row]),
        np.minimum(moment[order], 1.0),
        None if item is None else item[row],
        judge,
    )


def _sittings(
    truth: Truth, comparisons: int, rng: np.random.Generator
) -> tuple[np.ndarray | None, np.ndarray | None, np.ndarray]:
    """Return for every row its judge, its round, and whether it shows the sides swapped.

    A round is one meeting of two competitors on an item; judges of both orders see it twice. The
    last round is cut short where it would make a row too many.
    """
    swapped = np.zeros(comparisons, bool)
    if not truth.judges:
        return None, None, swapped
    judge = _choose(rng, _of_judges(truth, "share"), comparisons)
    twice = np.array([habit.both_orders for habit in truth.judges])[judge]
    row = np.repeat(np.arange(comparisons), 1 + twice)[:comparisons]
    swapped[1:] = row[1:] == row[:-1]
    return judge[row], row, swapped


def _pairs(truth: Truth, moment: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw who meets whom among those that are there, shape (len(moment), 2).

    An ordered pair has a chance proportional to the product of the two shares.
    """
    share, joins = truth.column("share"), truth.column("joins")
    count = len(share)
    pair = np.empty(len(moment), int)
    starts = np.unique(np.append(joins, 0.0))
    edges = np.append(np.searchsorted(moment, starts), len(moment))
    for stage, start in enumerate(starts):
        rows = slice(edges[stage], edges[stage + 1])
        present = share * (joins <= start)
        if (present > 0).sum() < 2:
            raise InputError("At least two competitors must be there from the start (`joins` = 0).")
        chance = np.outer(present, present)
        np.fill_diagonal(chance, 0.0)
        pair[rows] = _choose(rng, chance.ravel(), rows.stop - rows.start)
    return np.stack([pair // count, pair % count], axis=1)


def _strengths(truth: Truth, schedule: _Schedule, items: _Items | None) -> np.ndarray:
    """Return the points of both sides in each comparison, shape (comparisons, 2)."""
    sides, moment, item, _ = schedule
    points = truth.column("strength")[sides]
    points = points + truth.column("drift")[sides] * (moment[:, None] - 0.5)
    if items is not None and item is not None:
        points = points + items.effect[item[:, None], sides]
    result: np.ndarray = points
    return result


def _bias(truth: Truth, schedule: _Schedule) -> np.ndarray:
    """Return the points that the judges' habits give to the first side, shape (comparisons,)."""
    judge = schedule.judge
    assert judge is not None
    first, second = schedule.sides.T
    same = np.array(
        [[bool(j.family) and j.family == c.family for c in truth.competitors] for j in truth.judges]
    ).astype(float)
    result: np.ndarray = _of_judges(truth, "position_bias")[judge] + _of_judges(
        truth, "family_preference"
    )[judge] * (same[judge, first] - same[judge, second])
    return result


def _words(
    truth: Truth, schedule: _Schedule, items: _Items | None, rng: np.random.Generator
) -> np.ndarray:
    """Return log-normal lengths, shape (comparisons, 2): one response per item and competitor."""
    sides, item = schedule.sides, schedule.item
    if items is not None and item is not None:
        typical = 0.5 * ndtri(uniform(rng, truth.items))
        own = 0.3 * ndtri(uniform(rng, items.effect.shape))
        log_length = (typical[:, None] + own)[item[:, None], sides]
    else:
        log_length = 0.6 * ndtri(uniform(rng, sides.shape))
    length = truth.words * truth.column("verbosity")[sides] * np.exp(log_length)
    result: np.ndarray = np.maximum(np.rint(length), 1).astype(int)
    return result


def _progress(utility: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Score the two sides from their noisy utilities, so that the winner never scores less."""
    sides = utility[:, [FIRST, SECOND]].copy()
    even = np.isin(outcome, (TIE, BOTH_BAD))
    sides[even] = 0.1 * sides[even] + 0.9 * sides[even].mean(1, keepdims=True)
    centred = sides - 1000 / POINTS_PER_LOGIT - np.euler_gamma
    # Stretched beyond [0, 1] and cut, because real policies often fail or finish outright.
    score = np.clip(1.3 * expit(centred) - 0.15, 0.0, 1.0)
    result: np.ndarray = np.rint(score * _PROGRESS_STEPS) / _PROGRESS_STEPS
    return result


def _sources(truth: Truth) -> np.ndarray:
    """Return for each competitor the position of the one it copies, or its own."""
    return np.array([truth.names.index(c.clone_of or c.name) for c in truth.competitors])


def _of_judges(truth: Truth, attribute: str) -> np.ndarray:
    return np.array([getattr(judge, attribute) for judge in truth.judges], float)


def stream(seed: int, purpose: int) -> np.random.Generator:
    """Return the stream of random numbers for one purpose."""
    return np.random.default_rng([seed, purpose])


def uniform(rng: np.random.Generator, size: Any) -> np.ndarray:
    """Return uniform numbers in (0, 1), never 0."""
    numbers: np.ndarray = np.maximum(rng.random(size), 2.0**-54)
    return numbers


def _choose(rng: np.random.Generator, weights: np.ndarray, size: int) -> np.ndarray:
    cumulative = np.cumsum(weights)
    drawn = np.searchsorted(cumulative, uniform(rng, size) * cumulative[-1], side="right")
    # Rounding at the very end must not reach past the last entry that has any weight.
    chosen: np.ndarray = np.minimum(drawn, np.flatnonzero(weights)[-1])
    return chosen


def _check_integer(name: str, value: int, *, low: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < low:
        raise InputError(f"The {name} must be a whole number of at least {low}, not {value!r}.")

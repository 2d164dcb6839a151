"""How often intervals and rank sets hold what they claim: simulation from a known truth.

``python -m benchmarks.coverage`` draws logs whose true ratings are known, rates each of them with
every kind of interval, and counts how often the truth lies inside.
"""

import argparse
import functools
import os
import sys
import time
import warnings
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context

import numpy as np
import numpy.typing as npt

from ranking import BradleyTerry
from ranking.errors import RankingWarning
from ranking.outcomes import FIRST, SECOND, TIE
from ranking.ratings import MEAN_POINTS, POINTS_PER_LOGIT, Ratings
from ranking.tally import SCORE, Games, Tally
from ranking.uncertainty.bootstrap import bootstrap_strengths
from ranking.uncertainty.intervals import BootstrapKind

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]

LEVEL = 0.95
DEFAULT = "default"
_CHUNK = 50  # simulations that a worker does at a time
_DRAWS = 600  # of a bootstrap
_NODES = 60  # of Gauss–Hermite quadrature
_EXPECTED_VOTES = 1e6  # of the tally of expected outcomes; any large number will do


@dataclass(frozen=True)
class Scenario:
    """A kind of log.

    Attributes
    ----------
    key, title : str
        Its letter, and what it is like.
    competitors, items, per_item : int
        Sizes; there are ``items * per_item`` comparisons, and items differ in size.
    ties : float
        Davidson's nu: equals tie with probability ``nu / (nu + 2)``.
    item_effect, judge_effect : float
        SD in logits of what an item, or a judge, adds to the strength of each competitor.
    judges : int
        How many there are; 0 where the log does not say.
    spread : float
        SD in logits of the strengths.
    """

    key: str
    title: str
    competitors: int = 20
    items: int = 200
    per_item: int = 20
    ties: float = 0.0
    item_effect: float = 0.0
    judges: int = 0
    judge_effect: float = 0.0
    spread: float = 0.6


SCENARIOS = {
    scenario.key: scenario
    for scenario in (
        Scenario("A", "independent, no ties"),
        Scenario("B", "independent, a third are ties", ties=1.0),
        Scenario("C", "200 items × 20", ties=0.6, item_effect=0.8),
        Scenario("D", "25 items × 160", items=25, per_item=160, ties=0.6, item_effect=0.8),
        Scenario("E", "200 items, 30 judges", ties=0.6, item_effect=0.6, judges=30,
                 judge_effect=0.6),
        Scenario("F", "600 comparisons, 60 items", items=60, per_item=10, ties=0.6,
                 item_effect=0.6),
        Scenario("G", "7 policies, 30 tasks × 20", competitors=7, items=30, ties=0.6,
                 item_effect=0.8, spread=0.8),
    )
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class World:
    """A scenario with its truth: what every log of it is drawn from.

    Attributes
    ----------
    strength : array of shape (m,)
        In logits, before what items and judges add.
    meeting : array of shape (m * m,)
        Probability that a comparison is of the ordered pair (a, b), at ``a * m + b``.
    target : array of shape (m,)
        Points that Bradley–Terry would find in an endless log: the "pseudo-true" ratings. Effects
        of items and judges draw them closer together than `strength`.
    """

    scenario: Scenario
    strength: Floats
    meeting: Floats
    target: Floats

    @classmethod
    def of(cls, scenario: Scenario, seed: int = 0) -> "World":
        """Draw normal strengths, and popularities by Zipf's law in random order."""
        rng = np.random.default_rng(seed)
        m = scenario.competitors
        strength = rng.normal(0, scenario.spread, m)
        popularity = (1 / np.arange(1, m + 1))[rng.permutation(m)]
        meeting = np.outer(popularity, popularity)
        np.fill_diagonal(meeting, 0)
        meeting /= meeting.sum()
        return cls(scenario, strength, meeting.ravel(), _target(scenario, strength, meeting))

    def draw(self, rng: np.random.Generator) -> Games:
        """Draw a log."""
        told, m = self.scenario, self.scenario.competitors
        n = told.items * told.per_item
        first, second = np.divmod(rng.choice(m * m, n, p=self.meeting), m)
        size = rng.gamma(2.0, 1.0, told.items)
        item = rng.choice(told.items, n, p=size / size.sum())
        difference = self.strength[first] - self.strength[second]
        if told.item_effect:
            effect = rng.normal(0, told.item_effect, (told.items, m))
            difference += effect[item, first] - effect[item, second]
        judge = np.full(n, -1)
        if told.judges:
            judge = rng.integers(0, told.judges, n)
            effect = rng.normal(0, told.judge_effect, (told.judges, m))
            difference += effect[judge, first] - effect[judge, second]
        win, tie = _outcome_shares(difference, told.ties)
        drawn = rng.random(n)
        outcome = np.select([drawn < win, drawn < win + tie], [FIRST, TIE], SECOND)
        ones = np.ones(n)
        return Games(
            _names(m), first, second, outcome, SCORE[outcome], votes=ones, weight=ones,
            item=item, judge=judge, time=np.full(n, np.nan),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Covered:
    """What became of one kind of interval, and of its rank sets, in n logs of m competitors.

    Attributes
    ----------
    rating : bool array of shape (n, m)
        Whether the interval holds the true rating.
    width : array of shape (n,)
        Mean width of the intervals, in points.
    ranks, overlap : bool arrays of shape (n,), or empty
        Whether all simultaneous rank sets, and all ranks by overlap of intervals, hold the true
        rank at once. A bootstrap has none.
    """

    rating: Booleans
    width: Floats
    ranks: Booleans
    overlap: Booleans

    @classmethod
    def of(cls, found: Sequence[Ratings], target: Floats) -> "Covered":
        """Compare ratings of n logs with the truth."""
        rank = 1 + (target[None, :] > target[:, None]).sum(axis=1)

        def limits(name: str) -> Floats:
            return np.array([getattr(one, name) for one in found])

        def at_once(low: str, high: str) -> Booleans:
            return _within(limits(low), limits(high), rank).all(axis=1)

        return replace(
            cls.of_limits(limits("low"), limits("high"), target),
            ranks=at_once("rank_low", "rank_high"),
            overlap=at_once("overlap_low", "overlap_high"),
        )

    @classmethod
    def of_limits(cls, low: Floats, high: Floats, target: Floats) -> "Covered":
        """Compare limits in n logs, of shape (n, m), with the truth."""
        none = np.empty(0, bool)
        return cls(_within(low, high, target), (high - low).mean(axis=1), none, none)

    @classmethod
    def joined(cls, parts: Sequence["Covered"]) -> "Covered":
        """Put the logs of several parts together."""
        return cls(*(
            np.concatenate([getattr(part, name) for part in parts])
            for name in ("rating", "width", "ranks", "overlap")
        ))  # fmt: skip

    @property
    def mean(self) -> float:
        """Share of intervals that hold the truth, over all competitors and logs."""
        return float(self.rating.mean())

    @property
    def worst(self) -> float:
        """The same share for the competitor that fares worst."""
        return float(self.rating.mean(axis=0).min())

    @property
    def error(self) -> float:
        """Standard error of `mean` from the number of logs."""
        return float(self.rating.mean(axis=1).std(ddof=1) / np.sqrt(len(self.rating)))


@dataclass(frozen=True)
class Bootstrap:
    """A percentile interval from resampled cells, comparisons taken as independent."""

    kind: BootstrapKind
    steps: int

    def limits(self, games: Games, rating: Floats, *, seed: int) -> Floats:
        """Return the lower and the upper limits in points, shape (2, m)."""
        strength = (rating - MEAN_POINTS) / POINTS_PER_LOGIT
        drawn = bootstrap_strengths(
            games.tally(), strength, kind=self.kind, draws=_DRAWS, steps=self.steps, seed=seed
        )
        tail = (1 - LEVEL) / 2
        limits = np.quantile(drawn, [tail, 1 - tail], axis=0)
        return np.asarray(MEAN_POINTS + POINTS_PER_LOGIT * limits)


BOOTSTRAPS = {
    "multinomial bootstrap": Bootstrap("multinomial", 3),
    "multinomial, one step": Bootstrap("multinomial", 1),
    "Poisson bootstrap": Bootstrap("poisson", 3),
    "Gamma bootstrap": Bootstrap("gamma", 3),
}


def methods(scenario: Scenario) -> dict[str, BradleyTerry]:
    """Return the intervals that a scenario is judged by; `DEFAULT` is what Podium chooses."""
    method = BradleyTerry(level=LEVEL)
    found = {
        "Hessian": replace(method, cluster="none", interval="hessian"),
        "HC0": replace(method, cluster="none", interval="hc0"),
        "CR1 by item": replace(method, cluster="item", interval="cr1"),
        "CR3 by item": replace(method, cluster="item", interval="cr3"),
    }
    if scenario.judges:
        found["CR1 by judge"] = replace(method, cluster="judge", interval="cr1")
        found["CR1 by item and judge"] = replace(method, cluster="both", interval="cr1")
    found[DEFAULT] = method
    return found


def simulate(
    scenario: Scenario,
    simulations: int,
    *,
    start: int = 0,
    seed: int = 0,
    rated_by: Mapping[str, BradleyTerry] | None = None,
    resampled_by: Mapping[str, Bootstrap] | None = None,
) -> dict[str, Covered]:
    """Draw logs of a scenario and rate each by every method, the default being all of them.

    A log in which a competitor never won or never lost has no finite estimate; such logs are set
    aside, so that there may be fewer than `simulations`. Log number ``start + k`` is the same
    whoever draws it.
    """
    world = World.of(scenario)
    rated_by = methods(scenario) if rated_by is None else rated_by
    resampled_by = BOOTSTRAPS if resampled_by is None else resampled_by
    rated: dict[str, list[Ratings]] = {name: [] for name in rated_by}
    limits: dict[str, list[Floats]] = {name: [] for name in resampled_by}
    for number in range(start, start + simulations):
        games = world.draw(np.random.default_rng([seed, ord(scenario.key), number]))
        found = _rated(rated_by, games)
        for name, ratings in found.items():
            rated[name].append(ratings)
        for name, bootstrap in resampled_by.items() if found else ():
            ratings = next(iter(found.values()))
            limits[name].append(bootstrap.limits(games, ratings.rating, seed=number))
    covered = {name: Covered.of(every, world.target) for name, every in rated.items()}
    for name, every in limits.items():
        low, high = np.array(every).transpose(1, 0, 2)
        covered[name] = Covered.of_limits(low, high, world.target)
    return covered


def close_field(competitors: int, simulations: int, *, start: int = 0, seed: int = 0) -> Covered:
    """Rate logs of competitors that lie within 2 points of each other, each pair met 100 times."""
    truth = np.linspace(1, -1, competitors) / POINTS_PER_LOGIT
    i, j = np.triu_indices(competitors, 1)
    chance, _ = _outcome_shares(truth[i] - truth[j], 0.0)
    found = []
    for number in range(start, start + simulations):
        rng = np.random.default_rng([seed, competitors, number])
        won = rng.binomial(100, chance)
        tally = Tally.from_cells(
            _names(competitors), np.tile(i, 2), np.tile(j, 2), np.repeat([FIRST, SECOND], len(i)),
            np.concatenate([won, 100 - won]),
        )  # fmt: skip
        found += _rated({DEFAULT: BradleyTerry(level=LEVEL)}, tally).values()
    return Covered.of(found, MEAN_POINTS + truth * POINTS_PER_LOGIT)


def _rated(rated_by: Mapping[str, BradleyTerry], log: Games | Tally) -> dict[str, Ratings]:
    found = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RankingWarning)
        for name, method in rated_by.items():
            found[name] = method.rate(log)
            if not set(found[name].status) <= {"ok", "provisional"}:
                return {}
    return found


def _target(scenario: Scenario, strength: Floats, meeting: Floats) -> Floats:
    """Rate the expected outcomes, integrated over what items and judges add."""
    m = len(strength)
    i, j = np.triu_indices(m, 1)
    spread = np.sqrt(2 * (scenario.item_effect**2 + scenario.judge_effect**2))
    nodes, weight = np.polynomial.hermite_e.hermegauss(_NODES)
    differences = (strength[i] - strength[j])[:, None] + spread * nodes
    win, tie = (
        shares @ weight / weight.sum() for shares in _outcome_shares(differences, scenario.ties)
    )
    votes = _EXPECTED_VOTES * (meeting + meeting.T)[i, j]
    tally = Tally.from_cells(
        _names(m), np.tile(i, 3), np.tile(j, 3), np.repeat([FIRST, TIE, SECOND], len(i)),
        np.concatenate([votes * win, votes * tie, votes * (1 - win - tie)]),
    )  # fmt: skip
    return BradleyTerry(cluster="none").rate(tally).rating


def _within(low: Floats, high: Floats, truth: Floats) -> Booleans:
    return (low <= truth) & (truth <= high)


def _outcome_shares(difference: Floats, ties: float) -> tuple[Floats, Floats]:
    """Return P(first wins) and P(tie) by Davidson's model."""
    win, loss = np.exp(difference / 2), np.exp(-difference / 2)
    total = win + ties + loss
    return win / total, ties / total


def _names(competitors: int) -> tuple[str, ...]:
    return tuple(f"competitor-{at + 1}" for at in range(competitors))


def _chunk(told: tuple[str | int, int, int]) -> dict[str, Covered]:
    what, start, size = told
    if isinstance(what, str):
        return simulate(SCENARIOS[what], size, start=start)
    return {DEFAULT: close_field(what, size, start=start)}


def simulate_all(
    wanted: Sequence[str | int], simulations: int, workers: int
) -> Iterator[tuple[str | int, dict[str, Covered]]]:
    """Simulate scenarios (by letter) and close fields (by size), shared among processes."""
    starts = range(0, simulations, _CHUNK)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for what in wanted:
            told = [(what, start, min(_CHUNK, simulations - start)) for start in starts]
            parts = list(pool.map(_chunk, told))
            yield what, {name: Covered.joined([part[name] for part in parts]) for name in parts[0]}


def main() -> None:
    """Simulate, print the tables, and with ``--write`` rewrite docs/coverage.md and its plot."""
    from benchmarks import coverage_page

    parser = argparse.ArgumentParser(prog="python -m benchmarks.coverage", description=__doc__)
    parser.add_argument("--simulations", type=int, default=500, help="logs per scenario")
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--write", action="store_true", help="rewrite docs/coverage.md")
    told = parser.parse_args()
    # One thread of linear algebra per worker; they read this when they start.
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    found = {}
    tell = functools.partial(print, file=sys.stderr, flush=True)
    for what, covered in simulate_all([*SCENARIOS, 12, 50], told.simulations, told.workers):
        found[what] = covered
        tell(what, *(f"{name} {one.mean:.3f}" for name, one in covered.items()), sep=", ")
    if told.write:
        coverage_page.write(found, told.simulations)
    else:
        print(coverage_page.tables(found, told.simulations))


if __name__ == "__main__":
    began = time.perf_counter()
    main()
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)

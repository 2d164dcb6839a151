"""What an analysis takes once a log is in memory as integer codes: no file is read.

A task is prepared with its log outside the timing, and so are imports and the loading of compiled
loops. Time then runs from the rows to the last number.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from benchmarks.logs import Log, drawn

if TYPE_CHECKING:
    from ranking.covariates import Covariates
    from ranking.tally import Games

_ITEMS = 20_000
_DRAWS = 1000
_ROUNDS = 100  # of the bootstrap that FastChat published
_FEATURES = 4
_PERIODS = 26
_MONDAY = 1_704_067_200.0  # 1 January 2024
_SMALL = Log(10_000, 5)  # rated first, so that all code is loaded


@dataclass(frozen=True)
class Coded:
    """One analysis of a log in memory.

    Attributes
    ----------
    name : str
        As in the table.
    log : Log
        What it is done with.
    prepare : callable
        Makes the log's rows and returns the work.
    wanted : float, optional
        CPU seconds that it may take.
    """

    name: str
    log: Log
    prepare: Callable[[Log], Callable[[], object]]
    wanted: float | None = None

    def __str__(self) -> str:
        return f"{self.name}, {self.log}"


def games(log: Log) -> "Games":
    """Return a log's rows, each about one of 20,000 items, in 26 periods."""
    import numpy as np

    from ranking.tally import SCORE, Games

    first, second, word, judge = (np.concatenate(part) for part in zip(*drawn(log), strict=True))
    outcome = 2 - word
    ones = np.ones(log.rows)
    rng = np.random.default_rng(1)
    return Games(
        competitors=tuple(f"competitor-{at}" for at in range(log.competitors)),
        first=first, second=second, outcome=outcome, score=SCORE[outcome], votes=ones, weight=ones,
        item=rng.integers(0, _ITEMS, log.rows), judge=judge, time=np.full(log.rows, np.nan),
    )  # fmt: skip


def _bradley_terry(cluster: str, *, rank_sets: bool) -> Callable[[Log], Callable[[], object]]:
    """Rate, and draw ratings; without rank sets, ranks come from overlapping intervals alone."""

    def prepare(log: Log) -> Callable[[], object]:
        from ranking import BradleyTerry
        from ranking.uncertainty import ranks

        rows, method = games(log), BradleyTerry(cluster=cluster)
        method.rate(games(_SMALL))
        if not rank_sets:
            ranks.MOST_SIMULTANEOUS = 0

        def work() -> object:
            return method.rate(rows).draws(_DRAWS, seed=0)

        return work

    return prepare


def _fastchat(log: Log) -> Callable[[], object]:
    """Bootstrap as FastChat published it: multinomial counts of cells, L-BFGS on each draw."""
    import numpy as np
    from scipy.optimize import minimize
    from scipy.special import expit

    played = games(log)
    points = np.log(10)

    def work() -> object:
        rows = np.column_stack([played.first, played.second, played.outcome]).astype(np.int32)
        cells, votes = np.unique(rows, return_counts=True, axis=0)
        sides, score = cells[:, :2], cells[:, 2] / 2
        rng = np.random.default_rng(0)
        drawn = rng.multinomial(len(rows), votes / votes.sum(), size=_ROUNDS) / len(rows)

        def loss(rating, weight):
            difference = rating[sides]
            share = expit(points * (difference[:, 0] - difference[:, 1]))
            told = np.log(share) * score + np.log(1 - share) * (1 - score)
            residual = -points * (score - share) * weight
            gradient = np.zeros_like(rating)
            np.add.at(gradient, sides, residual[:, None] * np.array([1.0, -1.0]))
            return -(told * weight).sum(), gradient

        options = {"maxiter": 100, "gtol": 1e-6}
        start = np.zeros(log.competitors)
        fits = [
            minimize(loss, start, args=(weight,), jac=True, method="L-BFGS-B", options=options).x
            for weight in drawn
        ]
        return np.quantile(400 * np.array(fits), [0.025, 0.5, 0.975], axis=0)

    return work


def _contextual(log: Log) -> Callable[[], object]:
    """Rate with four imported pairs of counts held equal, clustered by item."""
    from ranking.methods.contextual import ContextualBradleyTerry

    method = ContextualBradleyTerry(cluster="item")
    method.rate(games(_SMALL), covariates=_features(_SMALL))
    rows, covariates = games(log), _features(log)
    return lambda: method.rate(rows, covariates=covariates)


def _features(log: Log) -> "Covariates":
    import numpy as np

    from ranking.covariates import Covariates

    rng = np.random.default_rng(2)
    return Covariates({
        f"feature-{at}": (rng.poisson(20.0, log.rows) * 1.0, rng.poisson(20.0, log.rows) * 1.0)
        for at in range(_FEATURES)
    })  # fmt: skip


def _dynamic(log: Log) -> Callable[[], object]:
    """Rate week by week, with the drift found by its marginal likelihood."""
    from ranking.methods.dynamic import DynamicBradleyTerry

    method = DynamicBradleyTerry(period="week")
    method.rate(_timed(_SMALL))
    rows = _timed(log)
    return lambda: method.rate(rows)


def _timed(log: Log) -> "Games":
    """Return a log whose times are spread evenly over 26 weeks from a Monday on."""
    import numpy as np

    times = _MONDAY + np.linspace(0, _PERIODS * 7 * 86_400 - 1, log.rows)
    return replace(games(log), time=times)


_MILLION = Log(1_000_000, 200)
LARGEST = Log(5_000_000, 200)

CODED: dict[str, Coded] = {
    "coded-hc0": Coded(
        "HC0: ratings, covariance, 1000 draws", _MILLION,
        _bradley_terry("none", rank_sets=False), 0.3,
    ),
    "coded-hc0-ranks": Coded(
        "HC0 with rank sets", _MILLION, _bradley_terry("none", rank_sets=True), 0.8
    ),
    "coded-cr1": Coded(
        "CR1, 20,000 items: ratings, covariance, 1000 draws", _MILLION,
        _bradley_terry("item", rank_sets=False), 0.6,
    ),
    "coded-cr1-ranks": Coded(
        "CR1, 20,000 items, with rank sets", _MILLION, _bradley_terry("item", rank_sets=True), 1.1
    ),
    "coded-hc0-large": Coded(
        "HC0 with rank sets", LARGEST, _bradley_terry("none", rank_sets=True)
    ),
    "coded-fastchat": Coded("FastChat's bootstrap, 100 rounds", LARGEST, _fastchat),
    "coded-contextual": Coded("Contextual Bradley–Terry, 4 features", _MILLION, _contextual, 2.0),
    "coded-dynamic": Coded(
        "Dynamic Bradley–Terry, 26 periods", Log(200_000, 100), _dynamic, 5.0
    ),
}  # fmt: skip

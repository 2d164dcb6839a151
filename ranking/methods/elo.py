"""Elo: online ratings in the order of time, or averaged over random orders."""

import math
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from itertools import islice, pairwise
from itertools import permutations as all_orders
from typing import Any, ClassVar, Literal

import numpy as np

from ranking.comparisons import Comparisons
from ranking.diagnostics.connectivity import connectivity
from ranking.errors import InputError, RankingWarning
from ranking.laplacian import Codes, Floats
from ranking.methods.results import Estimate, ratings_from
from ranking.newton import log_loss
from ranking.outcomes import BOTH_BAD, BothBad
from ranking.periods import Periods
from ranking.progress import Watch
from ranking.ratings import MEAN_POINTS, POINTS_PER_LOGIT, Parameter, Ratings, Status
from ranking.tally import Games, Tally
from ranking.uncertainty.quantiles import check_level, quantile

_PROVISIONAL_GAMES = 30
_REPLAYED_ORDERS = 4  # the interval of the mean over these is barely wider than over all
LAYOUT: tuple[Literal["C", "W"], ...] = ("C", "W")  # what the compiled loops are typed for


@dataclass(frozen=True)
class Elo:
    """Elo ratings after one pass through the log in the order of time, or the mean over orders.

    After each comparison ``r_a += K (y - E)`` and ``r_b -= K (y - E)`` with the expected score
    ``E = 1 / (1 + 10^((r_b - r_a) / scale))``. Comparisons at one moment are a batch: all of them
    see the ratings from before it. Without times, the order of the file decides.

    The interval comes from replaying the log `resamples` times, each item (or row, where there are
    no items) drawn a Poisson(1) number of times. In the order of time the estimate itself depends
    on no seed.

    Where strengths do not change, the order of the log is an accident that moves the ratings. The
    mean over many orders is free of it, and the standard deviation over orders (the order noise)
    says what one order alone is worth.

    Parameters
    ----------
    k : float, default 4
        Points at stake in one comparison. Large values follow the latest results.
    scale : float, default 400
        Points per factor 10 of odds.
    permutations : int, default 0
        Play the log in so many random orders and report the mean, with the order noise among the
        result's parameters; 0 plays it once in the order of time. A log with no more orders than
        that is played in all of them.
    initial : float, default 1000
        Rating of a newcomer.
    both_bad : {"tie", "drop"}, default "tie"
        Count both-bad as a tie, or leave it out.
    level : float, default 0.95
        Confidence level of the intervals.
    resamples : int, default 100
        Replays for the interval; 0 gives none.
    seed : int, default 0
        Seed of the replays and of the random orders.

    References
    ----------
    Elo 1978, The Rating of Chessplayers. Poisson bootstrap: Chamandy et al. 2012,
    "Estimating uncertainty for massive data streams".
    """

    name: ClassVar[str] = "elo"
    title: ClassVar[str] = "Elo"
    summary: ClassVar[str] = (
        "Points that move a little after every comparison, from the loser to the winner. "
        "The latest comparisons count most, so that the order of the log matters."
    )
    predicts: ClassVar[bool] = True

    k: float = 4.0
    scale: float = 400.0
    initial: float = MEAN_POINTS
    both_bad: BothBad = "tie"
    level: float = 0.95
    resamples: int = 100
    seed: int = 0
    permutations: int = 0

    def __post_init__(self) -> None:
        check_level(self.level)
        if not (0 < self.k < math.inf and 0 < self.scale < math.inf):
            raise InputError("K and the scale must be positive and finite.")
        if not math.isfinite(self.initial):
            raise InputError(f"The initial rating must be finite, not {self.initial}.")
        if self.resamples < 0:
            raise InputError(f"The number of resamples cannot be {self.resamples}.")
        if self.permutations < 0 or self.permutations == 1:
            raise InputError(
                f"The number of random orders must be 0 or at least 2, not {self.permutations}."
            )

    @property
    def settings(self) -> dict[str, Any]:
        """The settings, as JSON values."""
        return asdict(self)

    def rate(self, evidence: Comparisons | Games, *, watch: Watch | None = None) -> Ratings:
        """Rate the competitors of a log.

        Parameters
        ----------
        evidence : Comparisons or Games
            The log, row by row.
        watch : Watch, optional
            Whom to tell how many orders were played, and whom to ask whether to go on.

        Returns
        -------
        Ratings

        Raises
        ------
        InputError
            If nothing is left to rate, or only a tally is given: Elo needs the order.
        CancelledError
            If the user stopped it.
        """
        if isinstance(evidence, Tally):
            raise InputError("Elo depends on the order of comparisons; a tally has none.")
        games = evidence.games() if isinstance(evidence, Comparisons) else evidence
        if self.both_bad == "drop":
            games = games.take(games.outcome != BOTH_BAD)
        if not len(games):
            raise InputError("There are no comparisons to rate in this selection.")
        games = one_row_per_vote(games)
        parameters: tuple[Parameter, ...] = ()
        if self.permutations:
            rating, noise = self.average(games, watch)
            overall = float(np.sqrt(np.mean(noise**2)))
            parameters = (
                Parameter("order noise", overall, math.nan, math.nan, math.nan, "points"),
            )
        else:
            rating = self.play(games)
        tally = evidence.tally()
        pairs = tally.pairs(both_bad=self.both_bad)
        played = pairs.per_competitor(pairs.votes, pairs.votes)
        std_error = np.where(played > 0, self._std_error(games), np.nan)
        half = quantile(self.level) * std_error
        centred = np.where(played > 0, rating, np.nan) - MEAN_POINTS
        estimate = Estimate(
            rating=centred,
            low=centred - half,
            high=centred + half,
            std_error=std_error,
            status=tuple(status_of(count) for count in played),
            component=connectivity(pairs).component,
            interval=self._interval_name,
            level=self.level,
            log_loss=log_loss(pairs, centred * 400 / self.scale / POINTS_PER_LOGIT),
            parameters=parameters,
            iterations=self.permutations or 1,
            scale=f"{self.scale:g} points for a factor of 10 in odds; a newcomer has "
            f"{self.initial:g}",
        )
        notes = [] if self.permutations else _order_notes(games)
        return ratings_from(evidence, tally, pairs, self, estimate, notes)

    def play(self, games: Games, order: Codes | None = None) -> Floats:
        """Return the ratings after one pass through a log, in points, shape (m,).

        Parameters
        ----------
        games : Games
            One row per comparison.
        order : int array of shape (n,), optional
            Play the rows one by one in this order, whatever their times.
        """
        from ranking.methods.elo_kernels import play

        rating = np.full(len(games.competitors), self.initial)
        play(rating, *_arrays(games, order), self.k, self.scale)
        return rating

    def average(self, games: Games, watch: Watch | None = None) -> tuple[Floats, Floats]:
        """Return mean and standard deviation of the ratings over random orders of a log.

        Returns
        -------
        mean, noise : float arrays of shape (m,)
            In points.
        """
        watch, played = watch or Watch(), []
        for at, order in enumerate(self._orders(len(games))):
            watch.tell(at / self.permutations, f"order {at + 1:,} of {self.permutations:,}")
            played.append(self.play(games, order))
        return np.mean(played, axis=0), np.std(played, axis=0, ddof=min(1, len(played) - 1))

    def course(self, games: Games, periods: Periods) -> tuple[Floats, Floats]:
        """Return ratings and their standard errors at the end of each period, in time's order.

        Returns
        -------
        rating, std_error : float arrays of shape (periods, m)
            In points; NaN before a competitor's first comparison.
        """
        from ranking.methods.elo_kernels import play, replay

        m, label = len(games.competitors), _labels(games)
        rating, replays = np.full(m, self.initial), self._newcomers(m)
        seen = np.zeros(m, dtype=bool)
        ratings, errors = np.full((2, len(periods), m), np.nan)
        bounds = np.searchsorted(periods.index, np.arange(len(periods) + 1))
        for period, (start, stop) in enumerate(pairwise(bounds)):
            rows = np.arange(start, stop)
            part = games.take(rows)
            play(rating, *_arrays(part), self.k, self.scale)
            replay(replays, *_arrays(part), label[rows], self.k, self.scale, self._key)
            seen[part.first] = seen[part.second] = True
            ratings[period, seen] = rating[seen]
            if self.resamples > 1:
                errors[period, seen] = replays[seen, : self.resamples].std(axis=1, ddof=1)
        return ratings, errors

    def _std_error(self, games: Games) -> Floats:
        from ranking.methods.elo_kernels import replay

        m, label = len(games.competitors), _labels(games)
        if self.resamples < 2:
            return np.full(m, np.nan)
        orders: Iterable[Codes | None] = [None]
        if self.permutations:
            orders = islice(self._orders(len(games)), _REPLAYED_ORDERS)
        total, played = np.zeros_like(self._newcomers(m)), 0
        for order in orders:
            replays = self._newcomers(m)
            own = label if order is None else label[order]
            replay(replays, *_arrays(games, order), own, self.k, self.scale, self._key)
            total, played = total + replays, played + 1
        return np.asarray(np.std(total[:, : self.resamples] / played, axis=1, ddof=1))

    def _orders(self, n: int) -> Iterable[Codes]:
        """Yield the orders in which a log of n rows is played, the same at every call."""
        if n < 10 and math.factorial(n) <= self.permutations:
            return (np.array(order) for order in all_orders(range(n)))
        rng = np.random.default_rng(self.seed)
        return (rng.permutation(n) for _ in range(self.permutations))

    def _newcomers(self, m: int) -> Floats:
        """Return the replays' ratings before the first comparison, around zero."""
        return np.zeros((m, (self.resamples + 3) // 4 * 4))

    @property
    def _key(self) -> np.uint64:
        return np.uint64(self.seed)

    @property
    def _interval_name(self) -> str:
        if self.resamples < 2:
            return "none"
        of = "the mean over random orders" if self.permutations else "the log"
        return f"Poisson bootstrap of {of}, {self.resamples} replays"


def _arrays(games: Games, order: Codes | None = None) -> tuple[Codes, Codes, Floats, Floats, Codes]:
    """Return a log as the compiled loops read it; in an order of its own every row stands alone."""
    rows = slice(None) if order is None else order
    return (
        np.require(games.first[rows], np.int32, LAYOUT),
        np.require(games.second[rows], np.int32, LAYOUT),
        np.require(games.score[rows], np.float64, LAYOUT),
        np.require(games.weight[rows], np.float64, LAYOUT),
        batch_ends(games.time) if order is None else np.arange(1, len(games) + 1),
    )


def _labels(games: Games) -> Codes:
    """Return what is drawn together: the item, or the row where there is none."""
    own = games.item.max(initial=-1) + 1 + np.arange(len(games))
    return np.where(games.item < 0, own, games.item)


def one_row_per_vote(games: Games) -> Games:
    """Repeat each row of an aggregated log as often as it has votes."""
    if (games.votes == 1).all():
        return games
    repeated = games.take(np.repeat(np.arange(len(games)), games.votes.astype(np.int64)))
    return replace(repeated, votes=np.ones(len(repeated)))


def batch_ends(time: Floats) -> Codes:
    """Return for each row of a sorted log the end of its batch: the rows of the same moment.

    A row without a time (NaN) is a batch of its own.
    """
    if np.isnan(time).all():
        return np.arange(1, len(time) + 1)
    starts = np.flatnonzero(np.r_[True, time[1:] != time[:-1]])
    ends = np.r_[starts[1:], len(time)]
    return np.repeat(ends, np.diff(np.r_[starts, len(time)])).astype(np.int64)


def status_of(games: float) -> Status:
    """Say whether a rating from so many comparisons is settled."""
    if games == 0:
        return "no_games"
    return "provisional" if games < _PROVISIONAL_GAMES else "ok"


def _order_notes(games: Games) -> list[tuple[str, type[RankingWarning]]]:
    if np.isfinite(games.time).all():
        return []
    missing = "no times" if not np.isfinite(games.time).any() else "no time on some rows"
    return [
        (
            f"Elo depends on the order of comparisons, and this log has {missing}: "
            "those rows count in the order of the file.",
            RankingWarning,
        )
    ]

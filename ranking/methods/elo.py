"""Elo: online ratings in the order of time."""

import math
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
from scipy.special import ndtri

from ranking.comparisons import Comparisons
from ranking.diagnostics.connectivity import connectivity
from ranking.errors import InputError, RankingWarning
from ranking.laplacian import Codes, Floats
from ranking.methods.newton import log_loss
from ranking.methods.results import Estimate, ratings_from
from ranking.outcomes import BOTH_BAD, BothBad
from ranking.ratings import MEAN_POINTS, POINTS_PER_LOGIT, Ratings, Status
from ranking.tally import Games, Tally

_PROVISIONAL_GAMES = 30
_LAYOUT: tuple[Literal["C", "W"], ...] = ("C", "W")  # what the compiled loops are typed for


@dataclass(frozen=True)
class Elo:
    """Elo ratings after one pass through the log in the order of time.

    After each comparison ``r_a += K (y - E)`` and ``r_b -= K (y - E)`` with the expected score
    ``E = 1 / (1 + 10^((r_b - r_a) / scale))``. Comparisons at one moment are a batch: all of them
    see the ratings from before it. Without times, the order of the file decides.

    The interval comes from replaying the log `resamples` times, each item (or row, where there are
    no items) drawn a Poisson(1) number of times. The estimate itself depends on no seed.

    Parameters
    ----------
    k : float, default 4
        Points at stake in one comparison. Large values follow the latest results.
    scale : float, default 400
        Points per factor 10 of odds.
    initial : float, default 1000
        Rating of a newcomer.
    both_bad : {"tie", "drop"}, default "tie"
        Count both-bad as a tie, or leave it out.
    level : float, default 0.95
        Confidence level of the intervals.
    resamples : int, default 100
        Replays for the interval; 0 gives none.
    seed : int, default 0
        Seed of the replays.

    References
    ----------
    Elo 1978, The Rating of Chessplayers. Poisson bootstrap: Chamandy et al. 2012,
    "Estimating uncertainty for massive data streams".
    """

    name: ClassVar[str] = "elo"
    title: ClassVar[str] = "Elo"

    k: float = 4.0
    scale: float = 400.0
    initial: float = MEAN_POINTS
    both_bad: BothBad = "tie"
    level: float = 0.95
    resamples: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise InputError(f"The level must lie between 0 and 1, not {self.level}.")
        if not (0 < self.k < math.inf and 0 < self.scale < math.inf):
            raise InputError("K and the scale must be positive and finite.")
        if not math.isfinite(self.initial):
            raise InputError(f"The initial rating must be finite, not {self.initial}.")
        if self.resamples < 0:
            raise InputError(f"The number of resamples cannot be {self.resamples}.")

    @property
    def settings(self) -> dict[str, Any]:
        """The settings, as JSON values."""
        return asdict(self)

    def rate(self, evidence: Comparisons | Games) -> Ratings:
        """Rate the competitors of a log.

        Parameters
        ----------
        evidence : Comparisons or Games
            The log, row by row.

        Returns
        -------
        Ratings

        Raises
        ------
        InputError
            If nothing is left to rate, or only a tally is given: Elo needs the order.
        """
        if isinstance(evidence, Tally):
            raise InputError("Elo depends on the order of comparisons; a tally has none.")
        games = evidence.games() if isinstance(evidence, Comparisons) else evidence
        if self.both_bad == "drop":
            games = games.take(games.outcome != BOTH_BAD)
        if not len(games):
            raise InputError("There are no comparisons to rate in this selection.")
        games = one_row_per_vote(games)
        rating = self.play(games)
        std_error = self._std_error(games) if self.resamples > 1 else np.full(len(rating), np.nan)
        tally = evidence.tally()
        pairs = tally.pairs(both_bad=self.both_bad)
        played = pairs.per_competitor(pairs.votes, pairs.votes)
        std_error = np.where(played > 0, std_error, np.nan)
        half = float(ndtri((1 + self.level) / 2)) * std_error
        centred = np.where(played > 0, rating, np.nan) - MEAN_POINTS
        estimate = Estimate(
            rating=centred,
            low=centred - half,
            high=centred + half,
            std_error=std_error,
            status=tuple(_status(count) for count in played),
            component=connectivity(pairs).component,
            interval=f"Poisson bootstrap of the log, {self.resamples} replays"
            if self.resamples > 1
            else "none",
            level=self.level,
            log_loss=log_loss(pairs, centred * 400 / self.scale / POINTS_PER_LOGIT),
            iterations=1,
        )
        return ratings_from(evidence, tally, pairs, self, estimate, _order_notes(games))

    def play(self, games: Games) -> Floats:
        """Return the ratings after one pass through a log, in points, shape (m,)."""
        from ranking.methods.elo_kernels import play

        return np.asarray(
            play(*self._arrays(games), len(games.competitors), self.k, self.scale, self.initial)
        )

    def _std_error(self, games: Games) -> Floats:
        from ranking.methods.elo_kernels import replay

        label = np.where(games.item < 0, games.item.max() + 1 + np.arange(len(games)), games.item)
        replays = replay(
            *self._arrays(games),
            label,
            len(games.competitors),
            self.k,
            self.scale,
            self.resamples,
            np.uint64(self.seed),
        )
        return np.asarray(np.std(replays, axis=1, ddof=1))

    def _arrays(self, games: Games) -> tuple[Codes, Codes, Floats, Floats, Codes]:
        return (
            np.require(games.first, np.int32, _LAYOUT),
            np.require(games.second, np.int32, _LAYOUT),
            np.require(games.score, np.float64, _LAYOUT),
            np.require(games.weight, np.float64, _LAYOUT),
            batch_ends(games.time),
        )


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


def _status(games: float) -> Status:
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

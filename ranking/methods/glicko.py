"""Glicko-2: online ratings that know how sure they are."""

import math
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from ranking.comparisons import Comparisons
from ranking.diagnostics.connectivity import connectivity
from ranking.errors import ConvergenceError, InputError
from ranking.laplacian import Codes, Floats
from ranking.methods.elo import LAYOUT, status_of
from ranking.methods.results import Estimate, ratings_from
from ranking.newton import log_loss
from ranking.outcomes import BOTH_BAD, BothBad
from ranking.periods import PERIODS, Periods, divide, timed
from ranking.ratings import MEAN_POINTS, POINTS_PER_LOGIT, Ratings
from ranking.tally import Games, Tally
from ranking.uncertainty.quantiles import check_level, quantile

_FARTHEST = 50.0  # logits: no log holds enough comparisons to tell such a difference


@dataclass(frozen=True)
class Glicko2:
    """Glicko-2 ratings after the last rating period.

    Every competitor has a rating, a deviation (how unsure it is) and a volatility (how erratic its
    results are). The comparisons of one period see the ratings from before it. Who does not play
    keeps the rating, while its deviation grows up to that of a newcomer. Ratings are Elo points
    around a newcomer's 1000, where Glickman has 1500; they need not average to it.

    Parameters
    ----------
    period : str, default "auto"
        Rating period: a key of `ranking.periods.PERIODS`; "auto" for the shortest of them that
        gives at most 40 periods; "moment" for one per distinct time (then choose a smaller
        volatility).
    initial : float, default 1000
        Rating of a newcomer, in points.
    deviation : float, default 350
        Deviation of a newcomer, in points, and the largest that idleness leads to.
    volatility : float, default 0.06
        Volatility of a newcomer, in logits per period.
    tau : float, default 0.5
        How much volatilities change over time; 0.3 to 1.2 is usual.
    both_bad : {"tie", "drop"}, default "tie"
        Count both-bad as a tie, or leave it out.
    level : float, default 0.95
        Level of the intervals, ``rating ± quantile * deviation``.

    References
    ----------
    Glickman 2012, "Example of the Glicko-2 system", http://www.glicko.net/glicko/glicko2.pdf;
    Glickman 2001, doi:10.1080/02664760120059219.
    """

    name: ClassVar[str] = "glicko-2"
    title: ClassVar[str] = "Glicko-2"
    summary: ClassVar[str] = (
        "How strong each competitor is after the last rating period, when results arrive over "
        "time. Its interval narrows with every comparison and widens while it does not play."
    )
    predicts: ClassVar[bool] = True

    period: str = "auto"
    initial: float = MEAN_POINTS
    deviation: float = 350.0
    volatility: float = 0.06
    tau: float = 0.5
    both_bad: BothBad = "tie"
    level: float = 0.95

    def __post_init__(self) -> None:
        check_level(self.level)
        if self.period not in ("auto", "moment", *PERIODS):
            raise InputError(
                f"A period is one of auto, moment, {', '.join(PERIODS)}; not {self.period!r}."
            )
        for name in ("deviation", "volatility", "tau"):
            if not 0 < getattr(self, name) < math.inf:
                raise InputError(f"The {name} must be positive and finite.")
        if not math.isfinite(self.initial):
            raise InputError(f"The initial rating must be finite, not {self.initial}.")

    @property
    def settings(self) -> dict[str, Any]:
        """The settings, as JSON values."""
        return asdict(self)

    def rate(self, evidence: Comparisons | Games) -> Ratings:
        """Rate the competitors of a log.

        Parameters
        ----------
        evidence : Comparisons or Games
            The log, row by row; comparisons without a time are left out, with a note.

        Returns
        -------
        Ratings

        Raises
        ------
        InputError
            If nothing is left to rate, or no comparison has a time.
        """
        if isinstance(evidence, Tally):
            raise InputError("Glicko-2 needs the times of comparisons; a tally has none.")
        games = evidence.games() if isinstance(evidence, Comparisons) else evidence
        if self.both_bad == "drop":
            games = games.without(BOTH_BAD)
        if not len(games):
            raise InputError("There are no comparisons to rate in this selection.")
        games, notes = timed(games)
        periods = divide(games.time, self.period)
        rating, deviation = (
            values[0] for values in self.play(games, periods, np.array([len(periods) - 1]))
        )
        tally = games.tally()
        pairs = tally.pairs()
        centred, half = rating - MEAN_POINTS, quantile(self.level) * deviation
        estimate = Estimate(
            rating=centred,
            low=centred - half,
            high=centred + half,
            std_error=deviation,
            status=tuple(
                status_of(count) for count in pairs.per_competitor(pairs.votes, pairs.votes)
            ),
            component=connectivity(pairs).component,
            interval=f"Glicko-2 deviation, rating period: {periods.name}",
            level=self.level,
            log_loss=log_loss(pairs, centred / POINTS_PER_LOGIT),
            iterations=1,
            scale=f"400 points for a factor of 10 in odds; a newcomer has {self.initial:g}",
        )
        return ratings_from(evidence, tally, pairs, self, estimate, notes)

    def play(
        self,
        games: Games,
        periods: Periods,
        marks: Codes,
        *,
        start: tuple[Floats, Floats] | None = None,
    ) -> tuple[Floats, Floats]:
        """Return ratings and deviations at the ends of some periods.

        Parameters
        ----------
        games : Games
            The log, sorted by time.
        periods : Periods
            What it is divided into.
        marks : int array of shape (k,)
            Which periods, ascending.
        start : pair of float arrays of shape (m,), optional
            Ratings and deviations to begin with, in points; newcomers' where it is not given.

        Returns
        -------
        rating, deviation : float arrays of shape (k, m)
            In points; NaN before the first comparison.

        Raises
        ------
        ConvergenceError
            If a rating leaves every sensible range: Glicko-2 takes one step per period, which
            overshoots where many results of a period contradict those before.
        """
        from ranking.methods.glicko_kernels import play

        m = len(games.competitors)
        rating, deviation = start or (np.full(m, self.initial), np.full(m, self.deviation))
        ratings, deviations = np.full((2, len(marks), m), np.nan)
        play(
            np.ascontiguousarray(rating - self.initial) / POINTS_PER_LOGIT,
            np.ascontiguousarray(deviation) / POINTS_PER_LOGIT,
            np.full(m, self.volatility),
            np.full(m, -1),
            np.require(games.first, np.int32, LAYOUT),
            np.require(games.second, np.int32, LAYOUT),
            np.require(games.score, np.float64, LAYOUT),
            np.require(games.weight * games.votes, np.float64, LAYOUT),
            np.require(periods.index, np.int64, LAYOUT),
            self.tau,
            self.deviation / POINTS_PER_LOGIT,
            np.require(marks, np.int64, LAYOUT),
            ratings,
            deviations,
        )
        if not np.nanmax(np.abs(ratings), initial=0.0) < _FARTHEST:
            raise ConvergenceError(
                "Glicko-2 broke down: the results of one period contradict those before too much "
                "for its single step. Choose shorter periods, or a smaller volatility or tau."
            )
        return ratings * POINTS_PER_LOGIT + self.initial, deviations * POINTS_PER_LOGIT

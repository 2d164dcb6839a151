"""Dynamic Bradley–Terry: strengths that change over time."""

import math
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from ranking.comparisons import Comparisons
from ranking.diagnostics.connectivity import connectivity
from ranking.errors import InputError, SeparationWarning
from ranking.methods.components import one_sided
from ranking.methods.dynamic_course import Course
from ranking.methods.dynamic_fit import TIGHT, fit_drift, fit_paths
from ranking.methods.dynamic_walks import Walks
from ranking.methods.results import Estimate, ratings_from
from ranking.outcomes import BOTH_BAD, BothBad
from ranking.periods import PERIODS, Periods, divide, timed
from ranking.ratings import POINTS_PER_LOGIT, Ratings
from ranking.tally import Games, Tally
from ranking.uncertainty.quantiles import check_level, quantile


@dataclass(frozen=True)
class DynamicBradleyTerry:
    """Bradley–Terry ratings that drift over time; the leaderboard shows where they end.

    Each strength is a Wiener process: its change over g periods is ``N(0, drift^2 g)``, and where
    it begins is ``N(0, 1/ridge)``. Within a period ``P(i beats j) = 1 / (1 + e^(theta_j -
    theta_i))``, ties half a win. The posterior mode is exact; intervals are those of Laplace's
    approximation, clustered by item where the log has items. Who has not played for a while keeps
    the rating, with an interval that grows.

    Parameters
    ----------
    period : str, default "auto"
        A key of `ranking.periods.PERIODS`, or "auto" for the shortest of them that gives at most 40
        periods.
    drift : float, optional
        Standard deviation of a rating's change over one period, in points; by default that with the
        highest marginal likelihood.
    ridge : float, default 0.1
        Precision of the normal prior on a competitor's first strength in logits (0.1 is an SD of
        549 points).
    both_bad : {"tie", "drop"}, default "tie"
        Count both-bad as a tie, or leave it out.
    level : float, default 0.95
        Level of the intervals.

    References
    ----------
    Coulom 2008, "Whole-history rating", doi:10.1007/978-3-540-87608-3_11. Glickman 1999,
    doi:10.1111/1467-9876.00159.
    """

    name: ClassVar[str] = "dynamic"
    title: ClassVar[str] = "Dynamic Bradley–Terry"
    summary: ClassVar[str] = (
        "How strong each competitor is at the end of the log, when strengths may change over time. "
        "Recent comparisons count most, and how much older ones still say is learned from the log."
    )
    predicts: ClassVar[bool] = True

    period: str = "auto"
    drift: float | None = None
    ridge: float = 0.1
    both_bad: BothBad = "tie"
    level: float = 0.95

    def __post_init__(self) -> None:
        check_level(self.level)
        if self.period != "auto" and self.period not in PERIODS:
            raise InputError(f"A period is one of auto, {', '.join(PERIODS)}; not {self.period!r}.")
        if self.drift is not None and not 0 < self.drift < math.inf:
            raise InputError(f"The drift must be positive and finite, not {self.drift}.")
        if not 0 < self.ridge < math.inf:
            raise InputError(f"The ridge must be positive and finite, not {self.ridge}.")

    @property
    def settings(self) -> dict[str, Any]:
        """The settings, as JSON values."""
        return asdict(self)

    def rate(self, evidence: Comparisons | Games) -> Ratings:
        """Rate the competitors of a log at its end.

        Parameters
        ----------
        evidence : Comparisons or Games
            The log, row by row; comparisons without a time are left out, with a note.

        Returns
        -------
        Ratings
            With the drift among its parameters.

        Raises
        ------
        InputError
            If nothing is left to rate, or no comparison has a time.
        ConvergenceError
            If the fit does not converge.
        """
        if isinstance(evidence, Tally):
            raise InputError("Ratings over time need the times of comparisons; a tally has none.")
        games, notes = timed(self.counted(evidence))
        course = self.course(games)
        pairs, structure = course.pairs, course.structure
        final = course.final
        mean, variance = course.states(np.array([len(course.periods) - 1]))
        strength, std_error = mean[0], np.sqrt(variance[0])
        half, side = quantile(self.level, final.df) * std_error, structure.side
        low = np.where((side == 0) | (side == 1), strength - half, -np.inf)
        high = np.where((side == 0) | (side == -1), strength + half, np.inf)
        said = one_sided(games.competitors, course.statuses)
        if said:
            sentence = f"Known to one side only, and rated with a weak prior — {said}."
            notes.append((sentence, SeparationWarning))
        estimate = Estimate(
            rating=strength * POINTS_PER_LOGIT,
            low=low * POINTS_PER_LOGIT,
            high=high * POINTS_PER_LOGIT,
            std_error=np.where(side == 0, std_error, np.nan) * POINTS_PER_LOGIT,
            status=course.statuses,
            component=structure.component,
            interval=course.interval,
            level=self.level,
            log_loss=course.paths.log_loss(),
            covariance=None if final.covariance is None else final.covariance * POINTS_PER_LOGIT**2,
            df=final.df,
            parameters=(course.drift(self.level),),
            iterations=course.paths.iterations,
        )
        return ratings_from(evidence, games.tally(), pairs, self, estimate, notes + course.notes)

    def counted(self, evidence: Comparisons | Games) -> Games:
        """Return the comparisons that enter.

        Raises
        ------
        InputError
            If there are none.
        """
        games = evidence.games() if isinstance(evidence, Comparisons) else evidence
        if self.both_bad == "drop":
            games = games.without(BOTH_BAD)
        if not len(games):
            raise InputError("There are no comparisons to rate in this selection.")
        return games

    def course(self, games: Games, periods: Periods | None = None) -> Course:
        """Fit the walks of a log in which every comparison has a time."""
        periods = periods or divide(games.time, self.period)
        walks = Walks.of(games, periods)
        if self.drift is not None:
            paths = fit_paths(walks, self.drift / POINTS_PER_LOGIT, self.ridge, tolerance=TIGHT)
            fitted = None
        else:
            fitted = fit_drift(walks, self.ridge)
            paths = fitted.paths
        pairs = games.tally().pairs()
        return Course(games, periods, paths, fitted, pairs, connectivity(pairs))

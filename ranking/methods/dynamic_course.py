"""Everybody's walk through a log: where it leads, and how sure that is."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ranking.diagnostics.connectivity import Connectivity
from ranking.errors import RankingWarning
from ranking.laplacian import DENSE_LIMIT, Codes, Floats
from ranking.methods.dynamic_clusters import clustered_shift
from ranking.methods.dynamic_fit import DriftFit, Paths
from ranking.methods.dynamic_states import final_covariance, final_influence, states
from ranking.methods.half_win import statuses
from ranking.periods import Periods
from ranking.ratings import POINTS_PER_LOGIT, Parameter, Status
from ranking.tally import Games, Pairs
from ranking.uncertainty.intervals import interval_rule
from ranking.uncertainty.quantiles import quantile
from ranking.uncertainty.sandwich import ClusterBy, Clustering, information_weights
from ranking.wording import number

# Half the 90 % quantile of chi-squared with one degree of freedom: a drift cannot be negative, so
# that a likelihood-ratio test of none has level 5 %.
_NOTICEABLE = 1.3528
_LARGEST = 50_000_000  # entries of the covariance of all nodes with the last that are held
_KNOWN = 2.0  # standard error of a log beyond which a drift's size is unknown


@dataclass(frozen=True, eq=False)
class FinalSpread:
    """How sure strengths are at the end of a log.

    Attributes
    ----------
    covariance : float array of shape (m, m), optional
        In logits, in the sum-zero gauge; None for logs too large to hold it.
    clusters : Clustering, optional
        The clusters that it allows for; None where comparisons count as independent.
    by : str
        What they are: "item" or "judge".
    """

    covariance: Floats | None
    clusters: Clustering | None
    by: str = ""

    @property
    def df(self) -> float:
        """Degrees of freedom of the quantile."""
        return math.inf if self.clusters is None else float(self.clusters.count - 1)

    @property
    def words(self) -> str:
        """What is said about dependence."""
        if self.clusters is None:
            return "comparisons taken as independent"
        return f"clustered by {self.by} ({self.clusters.count:,} clusters), t quantiles"


@dataclass(frozen=True, eq=False)
class Course:
    """Everybody's fitted walk.

    Attributes
    ----------
    games : Games
    periods : Periods
    paths : Paths
    fitted : DriftFit, optional
        How well the drift is known; None where it was given.
    pairs : Pairs
    structure : Connectivity
    """

    games: Games
    periods: Periods
    paths: Paths
    fitted: DriftFit | None
    pairs: Pairs
    structure: Connectivity

    def states(self, periods: Codes) -> tuple[Floats, Floats]:
        """Return mean and variance of the strengths at some periods, in logits, shape (k, m).

        Where comparisons of one item depend on each other, the variance at the end of the log is
        the clustered one, and everybody's earlier ones are larger by the same factor.
        """
        mean, variance = states(self.paths, self.structure.component, periods)
        alone = np.bincount(self.structure.component)[self.structure.component] == 1
        if self.final.clusters is not None and self.final.covariance is not None:
            end = np.array([len(self.periods) - 1])
            _, independent = states(self.paths, self.structure.component, end)
            variance = variance * (np.diag(self.final.covariance) / independent[0])
        return np.where(alone, np.nan, mean), np.where(alone, np.nan, variance)

    @cached_property
    def final(self) -> "FinalSpread":
        """The covariance of strengths at the end of the log."""
        component = self.structure.component
        if self.pairs.m > DENSE_LIMIT or len(self.paths.walks) * self.pairs.m > _LARGEST:
            return FinalSpread(None, None)
        influence = final_influence(self.paths)
        rule = interval_rule(self.games, estimator="auto", cluster="auto", competitors=self.pairs.m)
        if rule.by is not None:
            by: ClusterBy = "judge" if rule.by == "judge" else "item"
            ways = Clustering.by(self.games, by)
            shift = clustered_shift(self.paths, influence, self.games, self.periods.index, ways)
            if shift is not None:
                covariance = final_covariance(self.paths, component, influence, shift)
                return FinalSpread(covariance, ways, by)
        return FinalSpread(final_covariance(self.paths, component, influence), None)

    def drift(self, level: float) -> Parameter:
        """Return the drift per period, in points; its lower limit is 0 where none is certain."""
        drift, error = self.paths.drift * POINTS_PER_LOGIT, math.nan
        low, high = math.nan, math.nan
        if self.fitted is not None and self.fitted.error < _KNOWN:
            error = self.fitted.error
            factor = math.exp(quantile(level) * error)
            low, high = 0.0 if self._steady else drift / factor, drift * factor
        name = f"drift per {self.periods.name}"
        return Parameter(name, drift, drift * error, low, high, "points")

    @property
    def _steady(self) -> bool:
        return self.fitted is not None and self.fitted.gain < _NOTICEABLE

    @property
    def interval(self) -> str:
        """How limits are computed, in words."""
        drift = number(self.paths.drift * POINTS_PER_LOGIT, 1)
        return (
            f"posterior (Laplace) of random walks with a drift of {drift} points per "
            f"{self.periods.name}, {self.final.words}"
        )

    @cached_property
    def statuses(self) -> tuple[Status, ...]:
        """How well the evidence bounds everybody's rating."""
        walks, pairs = self.paths.walks, self.pairs
        strength = np.full(walks.m, np.nan)
        strength[walks.competitor] = self.paths.strength  # the last node overwrites the others
        words = statuses(pairs, self.structure.side, information_weights(pairs, strength))
        games = pairs.per_competitor(pairs.votes, pairs.votes)
        return tuple(
            "no_games" if count == 0 else word for word, count in zip(words, games, strict=True)
        )

    @property
    def notes(self) -> list[tuple[str, type[RankingWarning]]]:
        """Say where no change over time can be found."""
        if not self._steady:
            return []
        sentence = (
            "No change over time can be told from chance: constant ratings explain the log as well."
        )
        return [(sentence, RankingWarning)]

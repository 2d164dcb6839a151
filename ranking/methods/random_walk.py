"""What the spectral methods share: rating by components, intervals by the delta method."""

import warnings
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar

import numpy as np
from scipy import linalg
from scipy.special import expit

from ranking.comparisons import Comparisons
from ranking.errors import (
    ConvergenceError,
    DegenerateWarning,
    InputError,
    RankingWarning,
    SeparationWarning,
)
from ranking.laplacian import DENSE_LIMIT, Floats
from ranking.laplacian import inverse as laplacian_inverse
from ranking.methods.components import (
    Part,
    PartFit,
    counted,
    fit_components,
    one_sided,
    tally_and_rows,
)
from ranking.methods.results import Estimate, ratings_from
from ranking.methods.spectral_covariance import BalanceMeat
from ranking.newton import log_loss
from ranking.outcomes import BothBad
from ranking.ratings import POINTS_PER_LOGIT, Ratings
from ranking.tally import Games, Pairs, Tally
from ranking.uncertainty.intervals import (
    ClusterSetting,
    IntervalRule,
    few_clusters,
    interval_rule,
)
from ranking.uncertainty.quantiles import check_level, quantile
from ranking.uncertainty.sandwich import information_weights


@dataclass(frozen=True)
class RandomWalk(ABC):
    """What the spectral methods share; a tie is half a win to each side.

    With ``s_ij`` the score of i against j in ``n_ij`` comparisons, strengths ``theta = ln pi``
    balance the walk: for each i ``sum_j c_ij (s_ij pi_j - s_ji pi_i) = 0``. Those are sums over
    comparisons, so that the delta method gives a sandwich ``A^-1 M A^-T`` from their Jacobian and
    their spread over clusters.

    Parameters
    ----------
    both_bad : {"tie", "drop"}, default "tie"
        Count both-bad as a tie, or leave it out.
    level : float, default 0.95
        Confidence level of the intervals.
    cluster : {"auto", "item", "judge", "both", "none"}, default "auto"
        Which comparisons are not independent (see `BradleyTerry`).
    alpha : float, default 0.1
        Wins added to either side of each pair that met, in components where somebody was never
        beaten or never won: there the walk would be absorbed. None is added elsewhere.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    predicts: ClassVar[bool] = True

    both_bad: BothBad = "tie"
    level: float = 0.95
    cluster: ClusterSetting = "auto"
    alpha: float = 0.1

    def __post_init__(self) -> None:
        check_level(self.level)
        if not 0 < self.alpha < np.inf:
            raise InputError(f"Alpha must be positive and finite, not {self.alpha}.")

    @property
    def settings(self) -> dict[str, Any]:
        """The settings, as JSON values."""
        return asdict(self)

    @abstractmethod
    def walk(self, pairs: Pairs) -> Floats:
        """Return the strengths of a strongly connected log, shape (m,), in logits."""

    @abstractmethod
    def rates(self, pairs: Pairs, strength: Floats) -> Floats:
        """Return ``c_ij (pi_i + pi_j)`` of each pair: how much its comparisons weigh."""

    def slope(self, pairs: Pairs, strength: Floats) -> Floats:
        """Return minus the Jacobian of the balance in the strengths, shape (m, m).

        ``c s_ij pi_j`` flows to i and depends on ``theta_j``.
        """
        i, j = pairs.first, pairs.second
        p = expit(strength[i] - strength[j])
        rates = self.rates(pairs, strength)
        flow = np.zeros((pairs.m, pairs.m))
        flow[i, j] = rates * pairs.score * (1 - p)
        flow[j, i] = rates * (pairs.weight - pairs.score) * p
        return np.diag(flow.sum(axis=0)) - flow

    def rate(self, evidence: Comparisons | Games | Tally) -> Ratings:
        """Rate the competitors of a log.

        Parameters
        ----------
        evidence : Comparisons, Games or Tally
            The log. A tally has no items, so that its comparisons count as independent.

        Returns
        -------
        Ratings

        Raises
        ------
        InputError
            If nothing is left to rate, there are too many competitors for dense matrices, or
            clusters are asked for where there are none.
        ConvergenceError
            If the walk does not settle.
        """
        tally, games = self._read(evidence)
        pairs = tally.pairs()
        # As for large logs: by the rule, but never by the jackknife.
        rule = interval_rule(games, estimator="auto", cluster=self.cluster, competitors=DENSE_LIMIT)
        meats: list[BalanceMeat] = []
        own_df = np.full(pairs.m, np.inf)

        def fit(part: Part) -> PartFit:
            own = games.among(part.members) if games is not None and rule.needs_rows else None
            found, meat = self._fit(part, own, rule)
            meats.append(meat)
            own_df[part.members] = meat.df
            return found

        found = fit_components(pairs, fit, title=self.title)
        degrees = [meat.df for meat in meats]
        estimate = Estimate(
            rating=found.strength * POINTS_PER_LOGIT,
            low=found.low * POINTS_PER_LOGIT,
            high=found.high * POINTS_PER_LOGIT,
            std_error=found.std_error * POINTS_PER_LOGIT,
            covariance=found.covariance * POINTS_PER_LOGIT**2,
            df=degrees[0],
            own_df=own_df if len(set(degrees)) > 1 else None,
            status=found.status,
            component=found.component,
            interval=f"delta method, {rule.words_for(meat.clustered for meat in meats)}",
            level=self.level,
            log_loss=log_loss(pairs, found.strength),
            iterations=found.iterations,
        )
        notes: list[tuple[str, type[RankingWarning]]] = []
        if said := one_sided(tally.competitors, found.status):
            sentence = (
                f"Known to one side only, and rated with {self.alpha:g} wins added to either side "
                f"of each pair — {said}."
            )
            notes.append((sentence, SeparationWarning))
        if unvaried := sum(meat.unvaried for meat in meats):
            sentence = (
                f"The results of {unvaried:,} of the competitors do not vary (only ties, "
                "say), or all lie in one cluster: their intervals rest on the model."
            )
            notes.append((sentence, DegenerateWarning))
        notes += few_clusters(rule, [meat.clustered for meat in meats])
        return ratings_from(evidence, tally, pairs, self, estimate, notes)

    def _read(self, evidence: Comparisons | Games | Tally) -> tuple[Tally, Games | None]:
        tally, games = tally_and_rows(evidence, cluster=self.cluster)
        rows = None if games is None else counted(games, self.both_bad)
        return counted(tally, self.both_bad), rows

    def _walked(self, pairs: Pairs) -> Floats:
        try:
            with np.errstate(divide="ignore", invalid="ignore"):
                strength = self.walk(pairs)
        except ValueError:  # choix could not solve for the stationary distribution
            strength = np.full(pairs.m, np.nan)
        if not np.isfinite(strength).all():
            raise self._too_one_sided()
        return np.asarray(strength - strength.mean())

    def _inverse(self, slope: Floats) -> Floats:
        """Invert in the sum-zero gauge: both sides of a slope know no common shift."""
        gauge = 1 / len(slope)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", linalg.LinAlgWarning)
                return np.asarray(linalg.inv(slope + gauge) - gauge)
        except (linalg.LinAlgError, linalg.LinAlgWarning) as error:
            raise self._too_one_sided() from error

    def _too_one_sided(self) -> ConvergenceError:
        return ConvergenceError(
            f"Results are too one-sided for {self.title} to be computed; use Bradley–Terry."
        )

    def _fit(
        self, part: Part, games: Games | None, rule: IntervalRule
    ) -> tuple[PartFit, BalanceMeat]:
        pairs, side, m = part.pairs, part.side, part.pairs.m
        separated = bool((side != 0).any())
        added = self.alpha if separated else 0.0
        augmented = replace(pairs, weight=pairs.weight + 2 * added, score=pairs.score + added)
        strength = self._walked(augmented)
        meat = BalanceMeat.of(pairs, strength, self.rates(augmented, strength), games, rule)
        inverse = self._inverse(self.slope(augmented, strength))
        covariance = meat.sandwiched(inverse)
        error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
        half = quantile(self.level, meat.df) * error
        low, high = strength - half, strength + half
        if separated:
            # The added wins bound the closed side; their own spread says how well.
            information = information_weights(augmented, strength)
            model = laplacian_inverse(m, pairs.first, pairs.second, information)
            reach = quantile(self.level) * np.sqrt(np.diag(model))
            outside = side != 0
            error[outside] = np.nan
            low[outside] = np.where(side == 1, strength - reach, -np.inf)[outside]
            high[outside] = np.where(side == -1, strength + reach, np.inf)[outside]
        return PartFit(strength, covariance, error, low, high), meat

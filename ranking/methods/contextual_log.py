"""A whole log with covariates: the fit, its intervals, and what they say of each competitor."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from ranking.comparisons import Comparisons
from ranking.covariates import Design
from ranking.diagnostics.connectivity import Connectivity, connectivity
from ranking.errors import DegenerateWarning, InputError, RankingWarning, SeparationWarning
from ranking.laplacian import DENSE_LIMIT, Floats
from ranking.methods.components import one_sided
from ranking.methods.contextual_effects import Effects, EffectsTest, effects_sentence
from ranking.methods.contextual_fit import ContextualFit, Prior, fit_contextual
from ranking.methods.contextual_rows import ContextualRows
from ranking.methods.identification import check_identified
from ranking.methods.results import Estimate, ratings_from
from ranking.ratings import POINTS_PER_LOGIT, Parameter, Ratings, Status
from ranking.tally import Games, Tally
from ranking.uncertainty.intervals import IntervalRule, Spread, few_clusters, interval_rule, spread
from ranking.uncertainty.quantiles import quantile

if TYPE_CHECKING:
    from ranking.methods.contextual import ContextualBradleyTerry

_RIDGE = 0.1  # precision of the prior on strengths in components where Ford's condition fails


@dataclass(frozen=True, eq=False)
class AdjustedLog:
    """A log rated with covariates held equal.

    Attributes
    ----------
    method : ContextualBradleyTerry
    tally : Tally
        The comparisons in which every covariate is known.
    columns : Design
    structure : Connectivity
        Of all m competitors.
    seen : bool array of shape (m,)
        Who has comparisons; only they are part of the fit.
    fit : ContextualFit
    rule : IntervalRule
    spread : Spread
    """

    method: "ContextualBradleyTerry"
    tally: Tally
    columns: Design
    structure: Connectivity
    seen: npt.NDArray[np.bool_]
    fit: ContextualFit
    rule: IntervalRule
    spread: Spread

    @classmethod
    def of(
        cls, method: "ContextualBradleyTerry", games: Games, columns: Design, values: Floats
    ) -> "AdjustedLog":
        """Fit a log with covariates of shape (n, q).

        Raises
        ------
        InputError
            If there are too many competitors, or a coefficient is not identifiable.
        ConvergenceError
            If a coefficient is infinite.
        """
        seen = np.zeros(len(games.competitors), bool)
        seen[games.first] = seen[games.second] = True
        tally = games.tally()
        whole = tally.pairs()
        if whole.m > DENSE_LIMIT:
            raise InputError(
                f"Covariates can be held equal for at most {DENSE_LIMIT:,} competitors at once, "
                f"and here are {whole.m:,}; select fewer of them, or rate without covariates."
            )
        structure = connectivity(whole)
        part, pairs = games.among(seen), whole.among(seen)
        component, side = structure.component[seen], structure.side[seen]
        rows = ContextualRows.of(part, pairs, values)
        check_identified(columns.names, rows.values, pairs, rows.pair, component)
        separated = np.bincount(component, side != 0) > 0
        fit = fit_contextual(
            rows, side, Prior(component, np.where(separated, _RIDGE, 0.0), method.penalty)
        )
        rule = interval_rule(
            part, estimator=method.interval, cluster=method.cluster, competitors=pairs.m
        )
        return cls(method, tally, columns, structure, seen, fit, rule, spread(fit, rule, part))

    def ratings(self, evidence: Comparisons | Games) -> Ratings:
        """Assemble the ratings."""
        fit, points = self.fit, POINTS_PER_LOGIT
        m, k = len(self.seen), len(self.fit.strength)
        low, high, std_error = self._limits()
        status: list[Status] = ["no_games"] * m
        for at, word in zip(np.flatnonzero(self.seen), fit.status, strict=True):
            status[at] = word
        assert self.spread.covariance is not None
        covariance = np.full((m, m), np.nan)
        covariance[np.ix_(self.seen, self.seen)] = self.spread.covariance[:k, :k] * points**2
        estimate = Estimate(
            rating=self._whole(fit.strength) * points,
            low=self._whole(low) * points,
            high=self._whole(high) * points,
            std_error=self._whole(std_error) * points,
            status=tuple(status),
            component=self.structure.component,
            interval=self.rule.words_for([self.spread.clustered]),
            level=self.method.level,
            log_loss=-fit.log_likelihood / float(fit.rows.total_weight.sum()),
            covariance=covariance,
            df=self.spread.df,
            parameters=self._parameters(),
            unadjusted=self._whole(fit.unadjusted) * points,
            iterations=fit.iterations,
        )
        notes = self._notes(tuple(status))
        return ratings_from(evidence, self.tally, self.tally.pairs(), self.method, estimate, notes)

    def effects(self) -> Effects:
        """Test the coefficients."""
        fit, q = self.fit, len(self.fit.own)
        gain = fit.log_likelihood - fit.unadjusted_log_likelihood
        assert self.spread.covariance is not None
        test = EffectsTest.of(fit.own, gain, self.spread.covariance[-q:, -q:], self.spread.df)
        matter = test.p_value < 1 - self.method.level
        return Effects(
            competitors=self.tally.competitors,
            strength=self._whole(fit.strength),
            parameters=self._parameters(),
            scale=tuple(self.columns.scale.tolist()),
            comparisons=float(self.tally.votes.sum()),
            likelihood_ratio=test.likelihood_ratio,
            likelihood_ratio_p=test.likelihood_ratio_p,
            wald=test.wald,
            p_value=test.p_value,
            matter=matter,
            sentence=effects_sentence(self.columns.names, test.p_value, matter=matter),
        )

    def _whole(self, values: Floats) -> Floats:
        """Put values of the competitors that were seen among those of all; NaN elsewhere."""
        whole = np.full(len(self.seen), np.nan)
        whole[self.seen] = values
        return whole

    def _limits(self) -> tuple[Floats, Floats, Floats]:
        """Return limits and standard errors of the strengths; open where evidence is one-sided."""
        fit, side, level = self.fit, self.fit.side, self.method.level
        k, outside = len(fit.strength), side != 0
        std_error = self.spread.std_error[:k].copy()
        half = quantile(level, self.spread.df) * std_error
        low, high = fit.strength - half, fit.strength + half
        # The prior's variance of the mean strength is no part of the sum-zero gauge.
        component = fit.prior.component[outside]
        of_mean = 1 / (np.bincount(fit.prior.component)[component] * fit.prior.ridge[component])
        variance = np.maximum(np.diag(fit.bread)[:k][outside] - of_mean, 0.0)
        posterior = float(ndtri((1 + level) / 2)) * np.sqrt(variance)
        at, sign = fit.strength[outside], side[outside]
        std_error[outside] = np.nan
        low[outside] = np.where(sign == 1, at - posterior, -np.inf)
        high[outside] = np.where(sign == -1, at + posterior, np.inf)
        return low, high, std_error

    def _parameters(self) -> tuple[Parameter, ...]:
        q, names = len(self.fit.own), self.columns.names
        estimates = (self.fit.own * POINTS_PER_LOGIT).tolist()
        errors = (self.spread.std_error[-q:] * POINTS_PER_LOGIT).tolist()
        z = quantile(self.method.level, self.spread.df)
        return tuple(
            Parameter(name, estimate, error, estimate - z * error, estimate + z * error, unit)
            for name, unit, estimate, error in zip(
                names, self.columns.units, estimates, errors, strict=True
            )
        )

    def _notes(self, status: tuple[Status, ...]) -> list[tuple[str, type[RankingWarning]]]:
        """Say in plain words what limits the evidence."""
        notes: list[tuple[str, type[RankingWarning]]] = [
            (sentence, RankingWarning) for sentence in self.columns.notes
        ]
        if said := one_sided(self.tally.competitors, status):
            sentence = f"Known to one side only, and rated with a weak prior (ridge {_RIDGE:g})"
            notes.append((f"{sentence} — {said}.", SeparationWarning))
        if unvaried := self.spread.unvaried:
            sentence = (
                f"The results of {unvaried:,} of the competitors do not vary (only ties, say), "
                "or all lie in one cluster: their intervals rest on the model."
            )
            notes.append((sentence, DegenerateWarning))
        if singular := self.spread.singular:
            sentence = (
                f"Some competitors could not be rated without one cluster ({singular:,} such): "
                "their intervals rest on few clusters."
            )
            notes.append((sentence, DegenerateWarning))
        return notes + few_clusters(self.rule, [self.spread.clustered])

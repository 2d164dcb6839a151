"""Bradley–Terry on a whole log: every component fitted, and all of them put together."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from ranking.comparisons import Comparisons
from ranking.diagnostics.connectivity import connectivity
from ranking.errors import DegenerateWarning, RankingWarning, SeparationWarning
from ranking.laplacian import DENSE_LIMIT, Codes, Floats
from ranking.methods.components import one_sided
from ranking.methods.half_win import HalfWinFit
from ranking.methods.results import Estimate, ratings_from
from ranking.methods.tie_fit import TieModelFit
from ranking.methods.tie_models import TIE_MODELS, TieModel, has_finite_ties
from ranking.newton import log_loss
from ranking.outcomes import BOTH_BAD, FIRST, SECOND, TIE
from ranking.ratings import (
    MEAN_POINTS,
    OUTSIDE_OPTION,
    POINTS_PER_LOGIT,
    Parameter,
    Ratings,
    Status,
)
from ranking.tally import Games, Pairs, Tally
from ranking.uncertainty.bootstrap import bootstrap_strengths
from ranking.uncertainty.intervals import (
    IntervalRule,
    Spread,
    few_clusters,
    spread,
    spread_of_draws,
)
from ranking.uncertainty.quantiles import quantile

if TYPE_CHECKING:
    from ranking.methods.bradley_terry import BradleyTerry


@dataclass(frozen=True, eq=False)
class FittedComponent:
    """One component: who is in it, its fit and its spread."""

    members: Codes
    fit: HalfWinFit | TieModelFit
    spread: Spread


@dataclass(frozen=True, eq=False)
class FittedLog:
    """All components of a log under one method.

    Attributes
    ----------
    method : BradleyTerry
    tally : Tally
        As weighted by the method.
    pairs : Pairs
        The tally, ties counted as half a win.
    component : int array of shape (m,)
    rule : IntervalRule
    parts : tuple of FittedComponent
        Those with more than one competitor, the largest first.
    """

    method: "BradleyTerry"
    tally: Tally
    pairs: Pairs
    component: Codes
    rule: IntervalRule
    parts: tuple[FittedComponent, ...]

    @classmethod
    def of(
        cls,
        method: "BradleyTerry",
        tally: Tally,
        games: Games | None,
        pairs: Pairs,
        rule: IntervalRule,
    ) -> "FittedLog":
        """Fit every component that has more than one competitor."""
        structure = connectivity(pairs)
        fits = []
        for label in range(structure.components):
            mask = structure.component == label
            if mask.sum() == 1:
                continue
            fits.append((mask, _fit(method, tally, pairs, mask, structure.side[mask])))
        strength = np.full(pairs.m, np.nan)
        for mask, fit in fits:
            strength[mask] = fit.strength
        drawn = _replicates(method, tally, strength, rule)
        parts = tuple(
            FittedComponent(
                np.flatnonzero(mask),
                fit,
                spread(fit, rule, None if games is None else games.among(mask))
                if drawn is None
                else spread_of_draws(drawn[:, mask]),
            )
            for mask, fit in fits
        )
        return cls(method, tally, pairs, structure.component, rule, parts)

    def ratings(self, evidence: Comparisons | Games | Tally) -> Ratings:
        """Assemble the ratings of all components."""
        m, level = self.pairs.m, self.method.level
        strength = np.full(m, np.nan)
        std_error, low, high = strength.copy(), strength.copy(), strength.copy()
        covariance = np.full((m, m), np.nan) if m <= DENSE_LIMIT else None
        status: list[Status] = ["no_games"] * m
        degrees = [part.spread.df for part in self.parts]
        own_df = np.full(m, np.inf)
        for part in self.parts:
            at, k = part.members, len(part.members)
            own_df[at] = part.spread.df
            shift = part.fit.strength.mean()
            strength[at] = part.fit.strength - shift
            own_low, own_high, own_error = _limits(part, level)
            low[at], high[at], std_error[at] = own_low - shift, own_high - shift, own_error
            if covariance is not None and part.spread.covariance is not None:
                covariance[np.ix_(at, at)] = _sum_zero(part.spread.covariance[:k, :k])
            for place, word in zip(at, part.fit.status, strict=True):
                status[place] = word
        if covariance is not None:
            rated = np.isfinite(strength)
            apart = self.component[:, None] != self.component[None, :]
            covariance[apart & rated[:, None] & rated[None, :]] = 0.0
            covariance *= POINTS_PER_LOGIT**2
        estimate = Estimate(
            rating=strength * POINTS_PER_LOGIT,
            low=low * POINTS_PER_LOGIT,
            high=high * POINTS_PER_LOGIT,
            std_error=std_error * POINTS_PER_LOGIT,
            covariance=covariance,
            df=degrees[0] if degrees else np.inf,
            own_df=own_df if len(set(degrees)) > 1 else None,
            status=tuple(status),
            component=self.component,
            interval=self.rule.words_for(part.spread.clustered for part in self.parts),
            level=level,
            log_loss=self._log_loss(strength),
            parameters=_parameters(self.parts[0], level) if self.parts else (),
            iterations=max((part.fit.iterations for part in self.parts), default=0),
        )
        return ratings_from(
            evidence, self.tally, self.pairs, self.method, estimate, self._notes(status)
        )

    def _log_loss(self, strength: Floats) -> float:
        fits = [part.fit for part in self.parts]
        if any(isinstance(fit, HalfWinFit) for fit in fits):
            return log_loss(self.pairs, strength)
        losses, weights = zip(
            *(fit.mean_log_loss() for fit in fits if isinstance(fit, TieModelFit)), strict=True
        )
        return float(sum(losses) / sum(weights))

    def _notes(self, status: list[Status]) -> list[tuple[str, type[RankingWarning]]]:
        """Say in plain words what limits the evidence."""
        notes: list[tuple[str, type[RankingWarning]]] = []
        if said := one_sided(self.tally.competitors, tuple(status)):
            firth = self.method.prior == "firth"
            prior = "Firth's prior" if firth else f"a weak prior (ridge {self.method.ridge:g})"
            sentence = f"Known to one side only, and rated with {prior} — {said}."
            notes.append((sentence, SeparationWarning))
        if unvaried := sum(part.spread.unvaried for part in self.parts):
            sentence = (
                f"The results of {unvaried:,} of the competitors do not vary (only ties, say), "
                "or all lie in one cluster: their intervals rest on the model."
            )
            notes.append((sentence, DegenerateWarning))
        if singular := sum(part.spread.singular for part in self.parts):
            sentence = (
                f"Some competitors could not be rated without one cluster ({singular:,} such): "
                "their intervals rest on few clusters."
            )
            notes.append((sentence, DegenerateWarning))
        notes += few_clusters(self.rule, [part.spread.clustered for part in self.parts])
        halves = [part for part in self.parts if isinstance(part.fit, HalfWinFit)]
        if self.method.ties != "half" and halves:
            sentence = (
                f"The {self.method.ties} model needs both ties and decided comparisons that go "
                "both ways; where they are missing, a tie counts as half a win."
            )
            notes.append((sentence, DegenerateWarning))
        return notes


def _replicates(
    method: "BradleyTerry", tally: Tally, strength: Floats, rule: IntervalRule
) -> Floats | None:
    """Return bootstrap replicates where the rule asks for them, shape (draws, m)."""
    if rule.estimator not in ("multinomial", "poisson", "gamma"):
        return None
    prior: Literal["auto", "ridge"] = "ridge" if method.prior == "ridge" else "auto"
    return bootstrap_strengths(
        tally, strength, kind=rule.estimator, prior=prior, ridge=method.ridge
    )


def _fit(
    method: "BradleyTerry", tally: Tally, pairs: Pairs, mask: npt.NDArray[np.bool_], side: Codes
) -> HalfWinFit | TieModelFit:
    own = pairs.among(mask)
    if method.ties != "half":
        model, cells = TIE_MODELS[method.ties], tally.among(mask)
        always = method.prior == "ridge"
        # Where ties have no finite frequency, a prior alone would set it, and with it the ratings.
        bounded = always or bool((side != 0).any()) or has_finite_ties(cells)
        if _identified(cells, model) and bounded:
            return TieModelFit.of(cells, own, side, model, always=always, ridge=method.ridge)
    return HalfWinFit.of(own, side, prior=method.prior, ridge=method.ridge)


def _identified(tally: Tally, model: TieModel) -> bool:
    """Whether a model of ties has something to fit: decided comparisons, ties, both-bad."""
    needed = model.gauge_free or tally.votes_of(BOTH_BAD) > 0
    return bool(tally.votes_of(TIE) and tally.votes_of(FIRST, SECOND) and needed)


def _limits(part: FittedComponent, level: float) -> tuple[Floats, Floats, Floats]:
    """Return limits and standard errors of the strengths; one side is infinite where it is open."""
    fit, side = part.fit, part.fit.side
    k = len(fit.strength)
    covariance = part.spread.covariance
    std_error = part.spread.std_error[:k].copy()
    if covariance is not None and isinstance(fit, TieModelFit) and not fit.model.gauge_free:
        # The zero of an outside option is a parameter: ratings are about their mean.
        std_error = np.sqrt(np.maximum(np.diag(_sum_zero(covariance[:k, :k])), 0.0))
    half = quantile(level, part.spread.df) * std_error
    low, high = fit.strength - half, fit.strength + half
    # The prior's variance of the mean strength is no part of the sum-zero gauge.
    of_mean = 1 / (k * fit.ridge) if fit.ridge else 0.0
    spreads = np.sqrt(np.maximum(np.diag(fit.bread)[:k] - of_mean, 0.0))
    posterior = float(ndtri((1 + level) / 2)) * spreads
    for at in np.flatnonzero(side).tolist():
        std_error[at], low[at], high[at] = np.nan, -np.inf, np.inf
        profiled = isinstance(fit, HalfWinFit) and fit.status[at] in ("unbeaten", "winless")
        if side[at] == 1:
            own = float(fit.strength[at] - posterior[at])
            low[at] = fit.bound(at, 1, level) if profiled and isinstance(fit, HalfWinFit) else own
        elif side[at] == -1:
            own = float(fit.strength[at] + posterior[at])
            high[at] = fit.bound(at, -1, level) if profiled and isinstance(fit, HalfWinFit) else own
    return low, high, std_error


def _sum_zero(covariance: Floats) -> Floats:
    """Project a covariance to the gauge in which strengths sum to zero; shape (k, k)."""
    rows = covariance - covariance.mean(axis=0)
    return np.asarray(rows - rows.mean(axis=1)[:, None])


def _parameters(part: FittedComponent, level: float) -> tuple[Parameter, ...]:
    """Return a model of ties' own parameters, as their formulas name them."""
    fit = part.fit
    if not isinstance(fit, TieModelFit) or part.spread.covariance is None:
        return ()
    k, z = len(fit.strength), quantile(level, part.spread.df)
    found = []
    for at, name in enumerate(fit.model.parameters):
        value, error = float(fit.own[at]), float(part.spread.std_error[k + at])
        if name.startswith("log_"):
            name, estimate = name.removeprefix("log_"), float(np.exp(value))
            low, high = float(np.exp(value - z * error)), float(np.exp(value + z * error))
            found.append(Parameter(name, estimate, estimate * error, low, high))
        else:
            found.append(Parameter(name, value, error, value - z * error, value + z * error))
    if not fit.model.gauge_free:
        zero = MEAN_POINTS - float(fit.strength.mean()) * POINTS_PER_LOGIT
        variance = float(part.spread.covariance[:k, :k].mean())
        error = POINTS_PER_LOGIT * float(np.sqrt(max(variance, 0.0)))
        found.append(
            Parameter(OUTSIDE_OPTION, zero, error, zero - z * error, zero + z * error, "points")
        )
    return tuple(found)

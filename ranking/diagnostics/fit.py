"""Goodness of fit: whether the ratings explain what each pair of competitors scored."""

import math
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import chdtrc, xlogy

from ranking.diagnostics.fit_bootstrap import bootstrap_p_value
from ranking.diagnostics.fitted_model import Evidence, FittedModel, Ties, fit_model, read
from ranking.diagnostics.pair_residuals import PairResiduals, pair_residuals
from ranking.errors import InputError
from ranking.laplacian import Floats
from ranking.outcomes import BothBad
from ranking.ratings import POINTS_PER_LOGIT, Ratings
from ranking.tally import Games

_THIN = 5.0  # an expected count below which the chi-squared approximation is not trusted ...
_THIN_SHARE = 0.2  # ... where more than this share of the cells are so (Cochran's rule): with cells
# of 2 to 4 the deviance of a model of ties rejects 20 % of true models at a level of 5 %

Reference = Literal["chi-squared", "parametric bootstrap"]
"""Where the distribution of a statistic under the model comes from."""


@dataclass(frozen=True, eq=False)
class GoodnessOfFit:
    """How well a model of strengths explains the results of all pairs.

    Attributes
    ----------
    ties : str
        The model: "half" (a tie is half a win), "davidson", "rao-kupper" or "outside-option".
    outcomes : int
        How many outcomes it tells apart. Log-losses, AIC and BIC compare models of as many
        outcomes only.
    deviance : float
        ``2 sum O ln(O / E)`` over the outcomes of all pairs.
    pearson : float
        ``sum (O - E)^2 / E`` over the same cells.
    df : int
        Degrees of freedom: free cells less free parameters.
    scale : float
        Variance of the scores over that of independent comparisons under the model: below 1 where
        ties count as half a win, above 1 where comparisons of one item agree.
    dispersion : float
        ``pearson / (df scale)``: about 1 where the model holds; NaN where `df` is 0.
    p_value : float
        Chance of a deviance at least as large where the model holds; NaN where `df` is 0.
    p_value_by : str
        "chi-squared" (of ``deviance / scale``) or "parametric bootstrap".
    miss : float
        Root mean square of the error of the expected score shares, beyond chance, over
        comparisons.
    log_loss : float
        Mean negative log-likelihood per comparison in nats.
    parameters : int
        How many were fitted.
    aic, bic : float
        Akaike's and Schwarz's criteria; weights are scaled to a mean of 1.
    comparisons : float
        How many entered.
    left_out : int
        Competitors without a finite rating, or of smaller groups that never met the others.
    residuals : PairResiduals
        Pair by pair.

    References
    ----------
    McCullagh and Nelder 1989, Generalized Linear Models, chapters 4 and 12.
    """

    ties: Ties
    outcomes: int
    deviance: float
    pearson: float
    df: int
    scale: float
    dispersion: float
    p_value: float
    p_value_by: Reference
    miss: float
    log_loss: float
    parameters: int
    aic: float
    bic: float
    comparisons: float
    left_out: int
    residuals: PairResiduals

    @property
    def sentence(self) -> str:
        """Say in plain words whether the ratings explain the results."""
        pairs = len(self.residuals)
        if math.isnan(self.p_value):
            return (
                "Every pair's result decides its own expectation, so that nothing is left to test "
                "the ratings with."
            )
        if self.p_value >= 0.05:
            return (
                f"The ratings explain what all {pairs:,} pairs scored, within chance "
                f"({p_text(self.p_value)})."
            )
        surprising = int(self.residuals.surprising.sum())
        if not surprising and self.miss < 0.001:
            return (
                f"The ratings explain what all {pairs:,} pairs scored to within a tenth of a "
                f"percentage point; what is left is more than chance ({p_text(self.p_value)})."
            )
        found = (
            f"{surprising:,} of {pairs:,} pairs {'is' if surprising == 1 else 'are'} surprising"
            if surprising
            else f"no single one of {pairs:,} pairs stands out"
        )
        return (
            "The ratings do not explain everything: expected scores are off by about "
            f"{100 * self.miss:.1f} percentage points beyond chance, and {found} "
            f"({p_text(self.p_value)})."
        )


def goodness_of_fit(
    evidence: Evidence,
    ratings: Ratings | None = None,
    *,
    ties: Ties | None = None,
    both_bad: BothBad | None = None,
    p_value_by: Reference | None = None,
    replicates: int = 200,
    seed: int = 0,
) -> GoodnessOfFit:
    """Test whether one strength per competitor explains what every pair scored.

    The model is fitted anew by maximum likelihood to the largest group of competitors that scored
    against each other, directly or through others: the statistics below are those of a maximum.

    Parameters
    ----------
    evidence : Comparisons, Games or Tally
        The log. Where its rows name items, comparisons of a pair on one item count as dependent.
    ratings : Ratings, optional
        Whose treatment of ties and of both-bad is tested, and where the fit begins.
    ties : {"half", "davidson", "rao-kupper", "outside-option"}, optional
        The model, where it is not that of `ratings`; "half" by default.
    both_bad : {"tie", "drop"}, optional
        What both-bad is to a model that does not know it, where not that of `ratings`; "tie" by
        default.
    p_value_by : {"chi-squared", "parametric bootstrap"}, optional
        By default the bootstrap where more than a fifth of the expected counts are below 5.
    replicates : int, default 200
        Of the parametric bootstrap.
    seed : int, default 0
        Of the parametric bootstrap.

    Raises
    ------
    InputError
        If no two competitors scored against each other, or the model needs outcomes that the log
        does not have.
    """
    settings = ratings.settings if ratings else {}
    chosen: Ties = ties or settings.get("ties", "half")
    tally, games = read(evidence)
    fitted = fit_model(
        tally,
        ties=chosen,
        both_bad=both_bad or settings.get("both_bad", "tie"),
        start=lambda names: _strengths(ratings, names),
    )
    clusters = design_effect(games, fitted) if games is not None else 1.0
    p_value_by = p_value_by or _reference(fitted)
    return _judge(fitted, chosen, clusters, p_value_by, replicates, seed)


def compare_tie_models(
    evidence: Evidence, *, both_bad: BothBad = "tie", seed: int = 0
) -> tuple[GoodnessOfFit, ...]:
    """Fit half-win Bradley–Terry and every model of ties that the log allows.

    Returns
    -------
    tuple of GoodnessOfFit
        Half-win first. Models of ties need ties; the outside option needs both-bad, kept as such.
    """
    tally, games = read(evidence)
    known = games if games is not None else tally
    found = [goodness_of_fit(known, ties="half", both_bad=both_bad, seed=seed)]
    kinds: tuple[Ties, ...] = ("davidson", "rao-kupper", "outside-option")
    for ties in kinds:
        with suppress(InputError):  # the log lacks what this model needs
            found.append(goodness_of_fit(known, ties=ties, both_bad=both_bad, seed=seed))
    return tuple(found)


def design_effect(games: Games, fitted: FittedModel) -> float:
    """Return how much larger the variance is for comparisons of one pair on one item agreeing.

    At least 1; each comparison without an item is on its own.
    """
    codes = {name: at for at, name in enumerate(fitted.competitors)}
    recode = np.array([codes.get(name, -1) for name in games.competitors])
    first, second = recode[games.first], recode[games.second]
    inside = (first >= 0) & (second >= 0)
    if not inside.all():
        games, first, second = games.take(inside), first[inside], second[inside]
    m = len(fitted.competitors)
    key = np.minimum(first, second) * m + np.maximum(first, second)
    pair_keys = fitted.first * m + fitted.second
    at = np.minimum(np.searchsorted(pair_keys, key), len(pair_keys) - 1)
    expected = (fitted.values @ fitted.probabilities)[at]
    residual = (np.where(first < second, games.score, 1 - games.score) - expected) * games.weight
    residual /= fitted.information_share[at]
    apart = games.votes * residual**2
    item = games.item
    known = item >= 0
    label = item[known] * len(pair_keys) + at[known]
    _, group = np.unique(label, return_inverse=True)
    together = np.bincount(group, (games.votes * residual)[known]) ** 2
    total = apart.sum()
    return max(1.0, float((together.sum() + apart[~known].sum()) / total)) if total else 1.0


def p_text(p: float) -> str:
    """Return a p-value as "p = 0.03" or "p < 0.001"."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.{3 if p < 0.1 else 2}f}"


def _judge(
    fitted: FittedModel,
    ties: Ties,
    clusters: float,
    p_value_by: Reference,
    replicates: int,
    seed: int,
) -> GoodnessOfFit:
    expected = fitted.counts * fitted.probabilities
    deviance = float(2 * xlogy(fitted.observed, fitted.observed / expected).sum())
    pearson = float(((fitted.observed - expected) ** 2 / expected).sum())
    scale, df = fitted.tie_scale * clusters, fitted.df
    residuals = pair_residuals(fitted, scale=scale)
    if df <= 0:
        p_value = math.nan
    elif p_value_by == "parametric bootstrap":
        p_value = bootstrap_p_value(fitted, deviance / clusters, replicates=replicates, seed=seed)
    else:
        p_value = float(chdtrc(df, deviance / scale))
    likelihood = -fitted.log_loss * fitted.votes
    return GoodnessOfFit(
        ties=ties,
        outcomes=len(fitted.model.outcomes),
        deviance=deviance,
        pearson=pearson,
        df=df,
        scale=scale,
        dispersion=pearson / (df * scale) if df > 0 else math.nan,
        p_value=p_value,
        p_value_by=p_value_by,
        miss=_miss(residuals, scale, _score_variance(fitted)),
        log_loss=fitted.log_loss,
        parameters=fitted.parameters,
        aic=2 * fitted.parameters - 2 * likelihood,
        bic=fitted.parameters * math.log(fitted.votes) - 2 * likelihood,
        comparisons=fitted.votes,
        left_out=fitted.left_out,
        residuals=residuals,
    )


def _reference(fitted: FittedModel) -> Reference:
    thin = (fitted.counts * fitted.probabilities < _THIN).mean() > _THIN_SHARE
    return "parametric bootstrap" if thin else "chi-squared"


def _miss(residuals: PairResiduals, scale: float, variance: Floats) -> float:
    """Return the root mean square error of expected shares, less what chance alone makes."""
    n = residuals.comparisons
    chance = scale * variance * (1 - residuals.leverage) / n
    excess = n * ((residuals.observed - residuals.expected) ** 2 - chance)
    return math.sqrt(max(float(excess.sum() / n.sum()), 0.0))


def _score_variance(fitted: FittedModel) -> Floats:
    p, values = fitted.probabilities, fitted.values
    return np.asarray(values**2 @ p - (values @ p) ** 2)


def _strengths(ratings: Ratings | None, names: tuple[str, ...]) -> Floats | None:
    """Return the strengths of `ratings` in logits, where it rates all of these."""
    if ratings is None or not ratings.predicts:
        return None
    at = {name: position for position, name in enumerate(ratings.competitors)}
    if not all(name in at for name in names):
        raise InputError("The ratings are not those of this log: they lack some competitors.")
    strength = ratings.rating[[at[name] for name in names]] / POINTS_PER_LOGIT
    return strength if np.isfinite(strength).all() else None

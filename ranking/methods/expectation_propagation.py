"""Expectation propagation: a Gaussian posterior of Bradley–Terry strengths."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np
from scipy.special import expit, log_expit, ndtri

from ranking.comparisons import Comparisons
from ranking.errors import ConvergenceError, InputError, SeparationWarning
from ranking.laplacian import Codes, Floats, divergence, inverse
from ranking.methods.components import Part, PartFit, counted, fit_components, one_sided
from ranking.methods.results import Estimate, ratings_from
from ranking.newton import fit_strengths, log_loss
from ranking.outcomes import BothBad
from ranking.ratings import POINTS_PER_LOGIT, Ratings
from ranking.tally import Games, Tally
from ranking.uncertainty.quantiles import check_level

_TOLERANCE = 1e-7  # of the posterior means, in posterior standard deviations
_ITERATIONS = 300
_REACH = 7.0  # cavity standard deviations around the mode that the quadrature covers
_MODE_STEPS = 12
_BLOCK = 2_000_000  # quadrature nodes that are held at a time


@dataclass(frozen=True)
class ExpectationPropagation:
    """The posterior of Bradley–Terry strengths under a normal prior, approximated by a Gaussian.

    Each comparison's likelihood ``sigma(d)^y sigma(-d)^(1 - y)``, a tie being y = 1/2, is replaced
    by the Gaussian factor that gives its difference ``d`` the right mean and variance, given all
    other factors. Comparisons with the same pair and outcome have the same factor, so that the
    cost depends on the pairs that met, not on the length of the log.

    Intervals are posterior ones. They rest on the model, and take comparisons as independent:
    clusters make them too narrow, many ties too wide.

    Parameters
    ----------
    both_bad : {"tie", "drop"}, default "tie"
        Count both-bad as a tie, or leave it out.
    level : float, default 0.95
        Posterior probability of the intervals.
    ridge : float, default 0.1
        Precision of the normal prior on strengths in logits (0.1 is an SD of 549 points).

    References
    ----------
    Minka 2001, "Expectation propagation for approximate Bayesian inference", arXiv:1301.2294.
    Chu and Ghahramani 2005, doi:10.1145/1102351.1102369.
    """

    name: ClassVar[str] = "expectation-propagation"
    title: ClassVar[str] = "Expectation propagation"
    summary: ClassVar[str] = (
        "Ratings are posterior means of Bradley–Terry strengths under a weak prior, which keeps "
        "them finite where somebody never lost. Intervals hold if the model does and if "
        "comparisons are independent of each other."
    )
    predicts: ClassVar[bool] = True

    both_bad: BothBad = "tie"
    level: float = 0.95
    ridge: float = 0.1

    def __post_init__(self) -> None:
        check_level(self.level)
        if not 0 < self.ridge < np.inf:
            raise InputError(f"The ridge must be positive and finite, not {self.ridge}.")

    @property
    def settings(self) -> dict[str, Any]:
        """The settings, as JSON values."""
        return asdict(self)

    def rate(self, evidence: Comparisons | Games | Tally) -> Ratings:
        """Rate the competitors of a log.

        Parameters
        ----------
        evidence : Comparisons, Games or Tally
            The log.

        Returns
        -------
        Ratings

        Raises
        ------
        InputError
            If nothing is left to rate, or there are too many competitors for dense matrices.
        ConvergenceError
            If the factors do not settle in 300 rounds.
        """
        tally = counted(
            evidence if isinstance(evidence, Tally) else evidence.tally(), self.both_bad
        )
        pairs = tally.pairs()
        quantile = float(ndtri((1 + self.level) / 2))

        def fit(part: Part) -> PartFit:
            sites = Sites.of(tally.among(part.members))
            start, _ = fit_strengths(part.pairs, ridge=self.ridge)
            mean, covariance, iterations = posterior(sites, start, ridge=self.ridge)
            error = np.sqrt(np.maximum(np.diag(covariance), 0.0))
            low, high = mean - quantile * error, mean + quantile * error
            return PartFit(mean, covariance, error, low, high, iterations)

        found = fit_components(pairs, fit, title=self.title)
        estimate = Estimate(
            rating=found.strength * POINTS_PER_LOGIT,
            low=found.low * POINTS_PER_LOGIT,
            high=found.high * POINTS_PER_LOGIT,
            std_error=found.std_error * POINTS_PER_LOGIT,
            covariance=found.covariance * POINTS_PER_LOGIT**2,
            status=found.status,
            component=found.component,
            interval="posterior (expectation propagation), comparisons taken as independent",
            level=self.level,
            log_loss=log_loss(pairs, found.strength),
            iterations=found.iterations,
        )
        said = one_sided(tally.competitors, found.status)
        sentence = (
            f"Known to one side only, so that the prior (ridge {self.ridge:g}) sets the other end "
            f"of the interval — {said}."
        )
        notes = [(sentence, SeparationWarning)] if said else []
        return ratings_from(evidence, tally, pairs, self, estimate, notes)


@dataclass(frozen=True, eq=False)
class Sites:
    """The distinct likelihoods of a log: one for each pair and outcome that occurs.

    Attributes
    ----------
    m : int
        Competitors.
    first, second : int arrays of shape (pairs,)
        The pairs.
    pair : int array of shape (sites,)
        The pair of each site.
    votes : float array of shape (sites,)
        Comparisons that share the likelihood.
    weight, score : float arrays of shape (sites,)
        Weight of one of them, and its score seen from `first` in [0, 1].
    """

    m: int
    first: Codes
    second: Codes
    pair: Codes
    votes: Floats
    weight: Floats
    score: Floats

    @classmethod
    def of(cls, tally: Tally) -> "Sites":
        """Take one site from each cell of a tally."""
        m, weight = len(tally.competitors), tally.weight
        key, pair = np.unique(tally.first * m + tally.second, return_inverse=True)
        return cls(
            m, key // m, key % m, pair, tally.votes, weight / tally.votes, tally.score / weight
        )

    def by_pair(self, values: Floats) -> Floats:
        """Sum a quantity of one comparison over all comparisons of each pair."""
        total = np.bincount(self.pair, self.votes * values, len(self.first))
        return total.astype(np.float64, copy=False)


def posterior(sites: Sites, start: Floats, *, ridge: float) -> tuple[Floats, Floats, int]:
    """Approximate the posterior of strengths by a Gaussian.

    All factors are renewed at once from their cavities, the posterior without one copy of the
    factor, until the means settle; steps become shorter where they overshoot.

    Parameters
    ----------
    sites : Sites
        A connected log.
    start : array of shape (m,)
        Strengths in logits at which the factors begin.
    ridge : float
        Precision of the normal prior, in 1/logit^2.

    Returns
    -------
    mean : array of shape (m,)
        In logits; they sum to zero.
    covariance : array of shape (m, m)
        In the sum-zero gauge.
    iterations : int

    Raises
    ------
    ConvergenceError
        If the means do not settle in 300 rounds.
    """
    m, i, j, pair = sites.m, sites.first, sites.second, sites.pair
    gap = (start[i] - start[j])[pair]
    p = expit(gap)
    precision = sites.weight * p * (1 - p)
    shift = precision * gap + sites.weight * (sites.score - p)
    mean, length, changes = start, 1.0, [np.inf, np.inf]
    for iteration in range(1, _ITERATIONS + 1):
        bread = inverse(m, i, j, sites.by_pair(precision), ridge=ridge)
        moved = bread @ divergence(m, i, j, sites.by_pair(shift))
        error = np.sqrt(np.diag(bread))
        change, mean = float((np.abs(moved - mean) / error).max()) / length, moved
        if change < _TOLERANCE and iteration > 1:
            # The prior's variance of the mean strength is no part of the sum-zero gauge.
            return mean - mean.mean(), bread - 1 / (m * ridge), iteration
        # Changes alternate in size, so that one is judged by the one before the last.
        if iteration > 3 and change > changes[-2]:
            length *= 0.7
        changes.append(change)
        variance = (bread[i, i] + bread[j, j] - 2 * bread[i, j])[pair]
        gap = (mean[i] - mean[j])[pair]
        cavity = 1 / variance - precision
        centre = (gap / variance - shift) / cavity
        slope, curvature = tilted_derivatives(centre, 1 / cavity, sites.weight, sites.score)
        shrunk = 1 + curvature / cavity
        precision = precision + length * (-curvature / shrunk - precision)
        shift = shift + length * ((slope - centre * curvature) / shrunk - shift)
    raise ConvergenceError(
        f"Expectation propagation did not settle in {_ITERATIONS} rounds (change {change:.2g} "
        "standard deviations); use a larger ridge."
    )


def tilted_derivatives(
    mean: Floats, variance: Floats, weight: Floats, score: Floats
) -> tuple[Floats, Floats]:
    """Return the first two derivatives in `mean` of ``ln Z = ln E[L(d)]``, ``d ~ N(mean, var)``.

    ``L(d) = (sigma(d)^y sigma(-d)^(1 - y))^w``. With the tilted density ``q ~ N L`` they are
    ``E_q[l']`` and ``E_q[l''] + Var_q[l']``, ``l = ln L``: integrated by the trapezoidal rule
    around the mode, which converges geometrically for such densities.

    Parameters
    ----------
    mean, variance : arrays of shape (n,)
        Of the cavity, in logits.
    weight, score : arrays of shape (n,)
        w and y.
    """
    slope, curvature = np.empty_like(mean), np.empty_like(mean)
    spread = np.sqrt(variance)
    # Errors fall as exp(-2 pi a / step), a = pi being the distance to the poles of sigma, and with
    # the square of the narrowest density's width.
    step = np.minimum(0.7 / np.sqrt(1 / variance + weight / 4), 0.7)
    half = int(np.ceil((_REACH * spread / step).max(initial=1.0)))
    nodes = np.linspace(-_REACH, _REACH, 2 * half + 1)[:, None]
    block = max(1, _BLOCK // len(nodes))
    for start in range(0, len(mean), block):
        at = slice(start, start + block)
        mu, v, w, y = mean[at], variance[at], weight[at], score[at]
        mode = _mode(mu, v, w, y)
        d = mode + nodes * spread[at]
        log_density = w * (y * d + log_expit(-d)) - (d - mu) ** 2 / (2 * v)
        density = np.exp(log_density - log_density.max(axis=0))
        density /= density.sum(axis=0)
        p = expit(d)
        first = (density * p).sum(axis=0)
        slope[at] = w * (y - first)
        spread_of_p = (density * (p - first) ** 2).sum(axis=0)
        curvature[at] = w * w * spread_of_p - w * (density * p * (1 - p)).sum(axis=0)
    return slope, curvature


def _mode(mean: Floats, variance: Floats, weight: Floats, score: Floats) -> Floats:
    """Solve ``d - mean = variance w (y - sigma(d))`` by Newton steps.

    From 0, where sigma bends the other way, they approach the root from one side.
    """
    d, pull = np.zeros_like(mean), variance * weight
    for _ in range(_MODE_STEPS):
        p = expit(d)
        d = d - (d - mean - pull * (score - p)) / (1 + pull * p * (1 - p))
    return d

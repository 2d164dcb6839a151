"""What ratings lead one to expect of two competitors, and how far their results are from it."""

import math
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, erfc, expit

from ranking.breakdown import Share, both_bad_of
from ranking.comparisons import Comparisons
from ranking.errors import RankingWarning, SelectionError
from ranking.laplacian import DENSE_LIMIT, Codes, Floats, inverse, solve
from ranking.outcomes import BOTH_BAD, FIRST, SECOND, TIE
from ranking.ratings import POINTS_PER_LOGIT, Difference, Ratings
from ranking.tally import Pairs, Tally

_NO_SPREAD = 1e-9  # the dispersion of scores that do not vary at all: only ties, say
_SATURATED = 1e-6  # a pair with less than this left by its leverage decides its own expectation
_FEW = 5.0  # expected wins or losses below which a normal residual misleads
_TINY = 1e-9  # a ridge, as a share of the mean information of a competitor
_SUMS = ("votes", "weight", "score", "weight2", "weight2_score", "weight2_score2")


def rated(ratings: Ratings, name: str) -> int:
    """Return the position of a competitor that must have comparisons.

    Raises
    ------
    SelectionError
        If it has none among those that were rated.
    """
    if name not in ratings.competitors:
        raise SelectionError(f"{name!r} has no comparisons in this selection.")
    return ratings.index(name)


def predicting(comparisons: Comparisons, ratings: Ratings) -> Ratings:
    """Return ratings whose differences are expectations: Bradley–Terry's where these only rank.

    Bradley–Terry then takes over the level, what both-bad counts and which comparisons are not
    independent.
    """
    from ranking.methods.bradley_terry import BradleyTerry

    if ratings.predicts:
        return ratings
    settings = ratings.settings
    method = BradleyTerry(
        both_bad=settings["both_bad"], level=ratings.level, cluster=settings["cluster"]
    )
    with warnings.catch_warnings():  # the ratings at hand have said what is wrong with the log
        warnings.simplefilter("ignore", RankingWarning)
        return method.rate(comparisons)


def expected_score(ratings: Ratings, points: npt.ArrayLike) -> Floats:
    """Return the share of the score that a difference in points leads one to expect.

    ``1 / (1 + 10^(-points / 400))``; where the ratings have a model of ties, its chance of a win
    plus half that of a tie. Elo's own scale takes the place of 400.

    Parameters
    ----------
    points : array
        Differences of rating; may be infinite or NaN.
    """
    d = np.asarray(points, np.float64) / _points_per_logit(ratings)
    own = {parameter.name: parameter.estimate for parameter in ratings.parameters}
    ties = ratings.settings.get("ties", "half")
    if ties == "rao-kupper" and "kappa" in own:
        return np.asarray((expit(d - own["kappa"]) + expit(d + own["kappa"])) / 2)
    if ties == "davidson" and "nu" in own:
        return _davidson(d, own["nu"])
    if ties == "outside-option" and "delta" in own:
        # Given that not both are bad, this is Davidson's model.
        return _davidson(d, math.exp(own["delta"]))
    return np.asarray(expit(d))


def expected_share(ratings: Ratings, difference: Difference) -> Share:
    """Return the share that a difference leads one to expect, with the difference's interval."""
    limits = expected_score(ratings, [difference.estimate, difference.low, difference.high])
    return Share(*map(float, limits))


def rated_difference(ratings: Ratings, first: str, second: str) -> Difference:
    """Return `Ratings.difference`, with an interval also where the covariance is not known.

    Then the standard error of a difference is at most the sum of both: the interval may be too
    wide, and is never too narrow.
    """
    found = ratings.difference(first, second)
    i, j = ratings.index(first), ratings.index(second)
    error = float(ratings.std_error[i] + ratings.std_error[j])
    if not math.isnan(found.low) or math.isnan(found.estimate) or not math.isfinite(error):
        return found
    half = ratings.quantile * error
    return replace(found, low=found.estimate - half, high=found.estimate + half)


@dataclass(frozen=True)
class Residual:
    """How far a result is from the expected one.

    Attributes
    ----------
    studentised : float
        In standard errors; NaN where there is nothing to test.
    p_value : float
        Two-sided: from the normal distribution, or from the binomial where fewer than 5 wins or 5
        losses were to be expected.
    """

    studentised: float
    p_value: float


_NOTHING_TO_TEST = Residual(math.nan, math.nan)


@dataclass(frozen=True, eq=False)
class Expectation:
    """The pairs of a log as ratings see them.

    Attributes
    ----------
    ratings : Ratings
    pairs : Pairs
        In the codes of `ratings`; pairs that it cannot compare are left out.
    share : float array of shape (pairs,)
        Expected share of `first`.
    dispersion : float
        Variance of a score over ``p (1 - p)``; ties, half a win each, make it less than 1.
    tie_rate : float
        Share of comparisons that prefer neither, in [0, 1].
    """

    ratings: Ratings
    pairs: Pairs
    share: Floats
    dispersion: float
    tie_rate: float

    @classmethod
    def of(cls, tally: Tally, ratings: Ratings) -> "Expectation":
        """See a log through ratings, which may be those of another selection of it."""
        kept = tally if both_bad_of(ratings) == "tie" else tally.without(BOTH_BAD)
        pairs = _in_codes_of(ratings, tally.competitors, kept.pairs())
        points = ratings.rating[pairs.first] - ratings.rating[pairs.second]
        share = expected_score(ratings, points)
        votes = float(tally.votes.sum())
        tie_rate = tally.votes_of(TIE, BOTH_BAD) / votes if votes else 0.0
        seen = cls(ratings, pairs, share, 1.0, tie_rate)
        binary = tally.votes_of(FIRST, SECOND) == votes
        expected = float((pairs.weight2 * share * (1 - share)).sum())
        # Without ties the variance is p (1 - p), and to estimate it would only add noise.
        dispersion = 1.0 if binary or not expected else float(seen._spread().sum()) / expected
        return replace(seen, dispersion=dispersion if dispersion > _NO_SPREAD else 1.0)

    def residuals(self, competitor: str, effective: Mapping[str, float]) -> dict[str, "Residual"]:
        """Return the studentised residual against each opponent, positive where better.

        ``(observed - expected) sqrt(n / (p (1 - p) phi (1 - h)))`` with n effective comparisons,
        the dispersion phi and the pair's leverage h, by which the ratings follow its own results.
        Among more than 1,500 competitors several leverages at once count as 0, which makes the
        residuals a little too small.

        Parameters
        ----------
        competitor : str
        effective : mapping of str to float
            The opponents, and how many independent comparisons the results are worth.

        Returns
        -------
        dict of str to Residual
            NaN where there is nothing to compare: the two never met, or their results alone decide
            the rating of one of them.
        """
        at = self.ratings.index(competitor)
        other = {self.ratings.index(name): n for name, n in effective.items()}
        first, second = self.pairs.first, self.pairs.second
        opponent = np.where(first == at, second, np.where(second == at, first, -1))
        own = np.flatnonzero(np.isin(opponent, list(other)))
        n = np.array([other[int(code)] for code in opponent[own]])
        p, weight = self.share[own], self.pairs.weight[own]
        left = 1 - weight * p * (1 - p) * self._resistance(own)
        testable = (left > _SATURATED) & (n > 0) & (weight > 0)
        with np.errstate(divide="ignore", invalid="ignore"):
            scale = np.sqrt(n / (p * (1 - p) * self.dispersion * left))
            observed = np.clip(self.pairs.score[own] / weight, 0, 1)
            residual = np.where(testable, (observed - p) * scale, math.nan)
        chance = np.where(testable, _two_sided(residual, observed, p, n), math.nan)
        seen = np.where(first[own] == at, residual, -residual)
        names = [self.ratings.competitors[code] for code in opponent[own]]
        met = dict(zip(names, map(Residual, seen.tolist(), chance.tolist()), strict=True))
        return {name: met.get(name, _NOTHING_TO_TEST) for name in effective}

    def design_effect(self, first: str, second: str, std_error: float) -> float:
        """Return how much larger a difference's variance is than without clusters, at least 1.

        Parameters
        ----------
        std_error : float
            Of the difference, in points, with the clusters; NaN gives 1.
        """
        i, j = self.ratings.index(first), self.ratings.index(second)
        flow = self._potential(i, j)
        flow = flow[self.pairs.first] - flow[self.pairs.second]
        independent = _points_per_logit(self.ratings) * math.sqrt(
            float((self._spread() * flow**2).sum())
        )
        return max((std_error / independent) ** 2, 1.0) if independent > 0 < std_error else 1.0

    def standard_points(self, points: float) -> float:
        """Return a difference at 400 points per factor 10 of odds, whatever scale Elo was given."""
        return points * POINTS_PER_LOGIT / _points_per_logit(self.ratings)

    def _information(self) -> Floats:
        return np.asarray(self.pairs.weight * self.share * (1 - self.share))

    def _spread(self) -> Floats:
        """Return ``sum_r w_r^2 (y_r - p)^2`` for each pair."""
        p, pairs = self.share, self.pairs
        spread = pairs.weight2_score2 - 2 * p * pairs.weight2_score + p * p * pairs.weight2
        return np.asarray(np.maximum(spread, 0.0))

    def _ridge(self) -> float:
        # A selection may fall apart where the ratings do not; this changes no resistance.
        return _TINY * max(float(self._information().sum()) / self.pairs.m, 1e-300)

    def _potential(self, i: int, j: int) -> Floats:
        """Return ``H^-1 (e_i - e_j)``, shape (m,), for the information H."""
        right = np.zeros(self.pairs.m)
        right[i], right[j] = 1.0, -1.0
        graph = (self.pairs.m, self.pairs.first, self.pairs.second, self._information())
        return solve(*graph, right, ridge=self._ridge())

    def _resistance(self, own: Codes) -> Floats:
        """Return ``V_ii + V_jj - 2 V_ij`` for some pairs and ``V = H^-1``, shape (own,)."""
        first, second = self.pairs.first[own], self.pairs.second[own]
        if len(own) == 1:
            potential = self._potential(int(first[0]), int(second[0]))
            return potential[first] - potential[second]
        if self.pairs.m > DENSE_LIMIT:
            return np.zeros(len(own))
        graph = (self.pairs.m, self.pairs.first, self.pairs.second, self._information())
        v = inverse(*graph, ridge=self._ridge())
        return np.asarray(v[first, first] + v[second, second] - 2 * v[first, second])


def _two_sided(residual: Floats, observed: Floats, p: Floats, n: Floats) -> Floats:
    """Return p-values of residuals; those of a few comparisons are exact."""
    score = observed * n
    # The binomial tails, by the incomplete beta function also where n and the score are not whole.
    at_least = np.where(score > 0, betainc(np.maximum(score, 1e-12), n - score + 1, p), 1.0)
    at_most = np.where(score < n, betainc(np.maximum(n - score, 1e-12), score + 1, 1 - p), 1.0)
    exact = np.minimum(2 * np.minimum(at_least, at_most), 1.0)
    few = n * np.minimum(p, 1 - p) < _FEW
    return np.asarray(np.where(few, exact, erfc(np.abs(residual) / math.sqrt(2))))


def _points_per_logit(ratings: Ratings) -> float:
    scale = float(ratings.settings["scale"]) if ratings.method == "elo" else 400.0
    return POINTS_PER_LOGIT * scale / 400


def _davidson(d: Floats, nu: float) -> Floats:
    # Written in odds of half the difference, so that nothing overflows.
    return np.asarray((expit(d) * _untied(d, nu)) + 0.5 * (1 - _untied(d, nu)))


def _untied(d: Floats, nu: float) -> Floats:
    """Return the chance of a winner: ``2 cosh(d/2) / (2 cosh(d/2) + nu)``."""
    with np.errstate(over="ignore"):
        return np.asarray(1 / (1 + nu / (2 * np.cosh(d / 2))))


def _in_codes_of(ratings: Ratings, competitors: tuple[str, ...], pairs: Pairs) -> Pairs:
    """Recode pairs, ``first < second``; what the ratings cannot compare is left out."""
    if competitors == ratings.competitors:
        recode = np.arange(len(competitors))
    else:
        at = {name: code for code, name in enumerate(ratings.competitors)}
        recode = np.array([at.get(name, -1) for name in competitors], np.int64)
    first, second = recode[pairs.first], recode[pairs.second]
    known = (first >= 0) & (second >= 0)
    known &= ratings.component[first] == ratings.component[second]
    known &= np.isfinite(ratings.rating[first] - ratings.rating[second])
    sums = {name: getattr(pairs, name)[known] for name in _SUMS}
    first, second = first[known], second[known]
    swapped = first > second
    mirrored = {
        "score": sums["weight"] - sums["score"],
        "weight2_score": sums["weight2"] - sums["weight2_score"],
        "weight2_score2": sums["weight2"] - 2 * sums["weight2_score"] + sums["weight2_score2"],
    }
    sums |= {name: np.where(swapped, values, sums[name]) for name, values in mirrored.items()}
    return Pairs(
        len(ratings.competitors), np.minimum(first, second), np.maximum(first, second), **sums
    )

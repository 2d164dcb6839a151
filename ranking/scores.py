"""Scalar scores per item: standard errors, paired differences and power (Miller 2024).

Miller 2024, "Adding Error Bars to Evals", arXiv:2411.00640.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtr

from ranking.uncertainty.quantiles import quantile


@dataclass(frozen=True)
class MeanScore:
    """A mean over items with its standard error.

    Attributes
    ----------
    mean : float
        On the scale of the scores.
    std_error : float
        Of the mean; NaN where there are fewer than two items (or clusters).
    n : int
        Items.
    clusters : int or None
        Clusters, where there are any.
    """

    mean: float
    std_error: float
    n: int
    clusters: int | None

    @property
    def df(self) -> int:
        """Degrees of freedom of the standard error."""
        return (self.n if self.clusters is None else self.clusters) - 1

    def limits(self, level: float = 0.95) -> tuple[float, float]:
        """Return confidence limits of the mean by the t distribution.

        NaN where the scores do not vary: what they would be elsewhere is not known.
        """
        if not self.std_error > 0:
            return math.nan, math.nan
        half = quantile(level, self.df) * self.std_error
        return self.mean - half, self.mean + half

    @property
    def p_value(self) -> float:
        """Two-sided p-value of a mean of zero; NaN where the scores do not vary."""
        if not self.std_error > 0:
            return math.nan
        return 2 * float(stdtr(self.df, -abs(self.mean) / self.std_error))


def mean_score(scores: npt.ArrayLike, clusters: npt.ArrayLike | None = None) -> MeanScore:
    """Return the mean of scores and its standard error.

    ``SE^2 = sum (s - mean)^2 / (n - 1) / n``; with clusters the cross products within a cluster,
    ``n^-2 sum_c sum_{i != j in c} (s_i - mean)(s_j - mean)``, are added. In tiny samples that sum
    can be negative; then the cluster totals take its place,
    ``n^-2 G / (G - 1) sum_c (sum_{i in c} (s_i - mean))^2``, which cannot.

    Parameters
    ----------
    scores : array of shape (n,)
        One score per item; several answers to one question are averaged first.
    clusters : array of shape (n,), optional
        Labels of items that are not independent.
    """
    s = np.asarray(scores, np.float64)
    n, mean = len(s), float(np.mean(s))
    variance = float(np.var(s, ddof=1)) / n if n > 1 else math.nan
    if clusters is None:
        return MeanScore(mean, math.sqrt(variance) if n > 1 else math.nan, n, None)
    _, label = np.unique(np.asarray(clusters), return_inverse=True)
    count = int(label.max()) + 1
    residual = s - mean
    totals = np.bincount(label, residual, count)
    crossed = float((totals**2).sum() - (residual**2).sum()) / n**2
    clustered = variance + crossed
    if not clustered > 0:
        clustered = float((totals**2).sum()) / n**2 * count / (count - 1) if count > 1 else math.nan
    return MeanScore(mean, math.sqrt(clustered), n, count)


def paired_difference(
    scores_a: npt.ArrayLike, scores_b: npt.ArrayLike, clusters: npt.ArrayLike | None = None
) -> MeanScore:
    """Return the mean difference A less B on the same items, with its standard error."""
    return mean_score(np.asarray(scores_a) - np.asarray(scores_b), clusters)


def items_needed(
    difference: float,
    *,
    variance: float,
    noise_a: float = 0.0,
    noise_b: float = 0.0,
    answers_a: int = 1,
    answers_b: int = 1,
    design_effect: float = 1.0,
    power: float = 0.8,
    level: float = 0.95,
) -> float:
    """Return how many items show a difference of means (not rounded).

    ``n = (z_{alpha/2} + z_beta)^2 (omega^2 + sigma_A^2 / K_A + sigma_B^2 / K_B) / delta^2``.

    Parameters
    ----------
    difference : float
        delta, the difference to be shown.
    variance : float
        omega^2, the variance over items of the difference of the two conditional means.
    noise_a, noise_b : float, default 0
        sigma^2, the variance of one answer around its conditional mean.
    answers_a, answers_b : int, default 1
        K, answers per item that are averaged.
    design_effect : float, default 1
        ``1 + (mean cluster size - 1) * intraclass correlation``.
    power : float, default 0.8
    level : float, default 0.95

    Returns
    -------
    float
        Infinite where the difference is zero.
    """
    if difference == 0:
        return math.inf
    total = variance + noise_a / answers_a + noise_b / answers_b
    return _quantiles(power, level) ** 2 * total / difference**2 * design_effect


def detectable_difference(
    items: float,
    *,
    variance: float,
    noise_a: float = 0.0,
    noise_b: float = 0.0,
    answers_a: int = 1,
    answers_b: int = 1,
    design_effect: float = 1.0,
    power: float = 0.8,
    level: float = 0.95,
) -> float:
    """Return the difference of means that so many items show (the inverse of `items_needed`).

    ``delta = (z_{alpha/2} + z_beta) sqrt((omega^2 + sigma_A^2 / K_A + sigma_B^2 / K_B) / n)``; the
    parameters are those of `items_needed`.
    """
    total = (variance + noise_a / answers_a + noise_b / answers_b) * design_effect
    return _quantiles(power, level) * math.sqrt(total / items)


def wilson_interval(share: float, n: int, *, level: float = 0.95) -> tuple[float, float]:
    """Return Wilson's confidence limits of a share of n independent trials.

    References
    ----------
    Wilson 1927, doi:10.1080/01621459.1927.10502953.
    """
    z2 = float(ndtri((1 + level) / 2)) ** 2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = math.sqrt(z2 * share * (1 - share) / n + z2**2 / (4 * n**2)) / (1 + z2 / n)
    return max(centre - half, 0.0), min(centre + half, 1.0)


def _quantiles(power: float, level: float) -> float:
    return float(ndtri((1 + level) / 2) + ndtri(power))

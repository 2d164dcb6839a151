"""All differences between competitors, with p-values that allow for how many there are."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtr

from ranking.errors import InputError
from ranking.laplacian import Codes, Floats
from ranking.ratings import Ratings
from ranking.uncertainty.multiplicity import adjusted
from ranking.uncertainty.quantiles import quantile

Adjustment = Literal["none", "holm", "bh", "by"]

_NUMBERS = ("estimate", "std_error", "low", "high", "p_value", "adjusted_p", "probability")
COLUMNS = ("first", "second", *_NUMBERS, "significant")
"""What `Differences.rows` says of each pair."""


@dataclass(frozen=True, eq=False)
class Differences:
    """The differences of all pairs that can be compared, the better-rated one first.

    Attributes
    ----------
    competitors : tuple of str
        Names; the codes below index it.
    first, second : int arrays of shape (pairs,)
        The higher rated, and the lower rated.
    estimate, std_error, low, high : float arrays of shape (pairs,)
        Difference in points, its standard error and its own confidence limits.
    p_value, adjusted_p : float arrays of shape (pairs,)
        Two-sided p-value of "equally strong", alone and adjusted.
    probability : float array of shape (pairs,)
        Share of draws in which the first is better: ``Phi(estimate / std_error)``.
    adjustment : {"none", "holm", "bh", "by"}
        How p-values were adjusted.
    level : float
        Confidence level of the limits.
    """

    competitors: tuple[str, ...]
    first: Codes
    second: Codes
    estimate: Floats
    std_error: Floats
    low: Floats
    high: Floats
    p_value: Floats
    adjusted_p: Floats
    probability: Floats
    adjustment: Adjustment
    level: float

    @property
    def significant(self) -> npt.NDArray[np.bool_]:
        """Which differences are beyond doubt after adjustment, shape (pairs,)."""
        return np.asarray(self.adjusted_p <= 1 - self.level)

    def rows(self) -> list[dict[str, Any]]:
        """Return one record per pair, as JSON values."""
        columns = {name: getattr(self, name).tolist() for name in _NUMBERS}
        names = self.competitors
        return [
            {
                "first": names[i],
                "second": names[j],
                **{name: values[at] for name, values in columns.items()},
                "significant": bool(self.significant[at]),
            }
            for at, (i, j) in enumerate(zip(self.first, self.second, strict=True))
        ]


def differences(ratings: Ratings, *, adjustment: Adjustment = "holm") -> Differences:
    """Return the differences of all pairs of competitors with an interval on both sides.

    Parameters
    ----------
    ratings : Ratings
    adjustment : {"none", "holm", "bh", "by"}, default "holm"
        "holm" bounds the chance of any false claim; "bh" (Benjamini and Hochberg) the share of
        false claims; "by" (Benjamini and Yekutieli) the same under any dependence.

    Raises
    ------
    InputError
        If the method has no covariance.
    """
    if ratings.covariance is None:
        raise InputError(f"{ratings.method} has no covariance to compare competitors by.")
    usable = np.isfinite(ratings.std_error)
    order = [int(at) for at in ratings.order if usable[at]]
    i, j = np.array(order, np.int64)[np.array(np.triu_indices(len(order), 1))]
    met = ratings.component[i] == ratings.component[j]
    i, j = i[met], j[met]
    v = ratings.covariance
    estimate = ratings.rating[i] - ratings.rating[j]
    std_error = np.sqrt(np.maximum(v[i, i] + v[j, j] - 2 * v[i, j], 0.0))
    df = np.full(len(i), ratings.df) if ratings.own_df is None else ratings.own_df[i]
    reach = {each: quantile(ratings.level, each) for each in set(df.tolist())}
    half = np.array([reach[each] for each in df.tolist()]) * std_error
    z = np.divide(
        estimate, std_error, out=np.where(estimate == 0, 0.0, np.inf), where=std_error > 0
    )
    tail = np.where(np.isfinite(df), stdtr(np.where(np.isfinite(df), df, 1.0), -z), ndtr(-z))
    p_value = np.minimum(2 * tail, 1.0)
    return Differences(
        ratings.competitors, i, j, estimate, std_error, estimate - half, estimate + half,
        p_value, adjusted(p_value, adjustment), np.asarray(ndtr(z)), adjustment, ratings.level,
    )  # fmt: skip

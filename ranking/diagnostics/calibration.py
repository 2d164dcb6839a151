"""Calibration: whether what is predicted at 70 % happens in 70 % of cases."""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri, stdtrit

from ranking.diagnostics.folds import items_in, means_and_errors
from ranking.laplacian import Floats
from ranking.tally import Games


@dataclass(frozen=True, eq=False)
class Calibration:
    """Predicted and observed scores of the favourite, in groups of about equal size.

    Attributes
    ----------
    predicted, observed : float arrays of shape (groups,)
        Mean score share of the favourite, at least 1/2 where predicted.
    low, high : float arrays of shape (groups,)
        Confidence limits of `observed`; comparisons of one item count as dependent (t quantiles).
    weight : float array of shape (groups,)
        Comparisons in the group.
    level : float
        Confidence level.
    """

    predicted: Floats
    observed: Floats
    low: Floats
    high: Floats
    weight: Floats
    level: float

    @property
    def off(self) -> int:
        """How many groups have their prediction outside the interval of what happened."""
        return int(((self.predicted < self.low) | (self.predicted > self.high)).sum())

    @property
    def largest_error(self) -> float:
        """The largest difference between predicted and observed."""
        return float(np.abs(self.predicted - self.observed).max())


def calibration(
    games: Games, predicted: Floats, *, groups: int = 10, level: float = 0.95
) -> Calibration:
    """Compare predicted with observed scores.

    Parameters
    ----------
    games : Games
        Comparisons that the prediction has not seen.
    predicted : float array of shape (rows,)
        Expected score of `first`.
    groups : int, default 10
    level : float, default 0.95
    """
    favourite = np.maximum(predicted, 1 - predicted)
    score = np.where(predicted >= 0.5, games.score, 1 - games.score)
    order = np.argsort(favourite, kind="stable")
    mass = np.cumsum(games.votes[order])
    group = np.empty(len(games), np.int64)
    group[order] = np.minimum((mass - games.votes[order] / 2) * groups / mass[-1], groups - 1)
    _, group = np.unique(group, return_inverse=True)  # a group may be empty
    count = int(group.max()) + 1
    observed, error = means_and_errors(games, score, group, count)
    expected, _ = means_and_errors(games, favourite, group, count)
    tail, items = (1 + level) / 2, items_in(games)
    half = float(stdtrit(items - 1, tail) if items > 1 else ndtri(tail)) * error
    return Calibration(
        predicted=expected,
        observed=observed,
        low=np.maximum(observed - half, 0.0),
        high=np.minimum(observed + half, 1.0),
        weight=np.bincount(group, games.votes, count).astype(np.float64),
        level=level,
    )

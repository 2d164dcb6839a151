"""The spread of a spectral balance over comparisons or clusters, and the covariance from it."""

from dataclasses import dataclass, replace

import numpy as np

from ranking.laplacian import Floats, laplacian
from ranking.tally import Games, Pairs
from ranking.uncertainty.intervals import IntervalRule
from ranking.uncertainty.sandwich import (
    ClusterBy,
    Clustering,
    ScoreRows,
    cluster_meat,
    hc0_weights,
    information_weights,
    positive,
)

_NO_SPREAD = 1e-9  # meat below this share of the model's: the scores do not vary at all
_TWO_WAYS: tuple[ClusterBy, ...] = ("item", "judge")


@dataclass(frozen=True, eq=False)
class BalanceMeat:
    """The spread of the balance of one component (see `RandomWalk`).

    A comparison adds ``r (y - p)`` to the balance of the first competitor and takes it from the
    second's, where r is the rate of the pair.

    Attributes
    ----------
    matrix : float array of shape (m, m)
    independent : float array of shape (m, m)
        The same without clusters.
    df : float
        Degrees of freedom; infinite without clusters.
    unvaried : int
        Competitors whose results do not vary, or not between clusters: the model's expectation
        was added.
    """

    matrix: Floats
    independent: Floats
    df: float
    unvaried: int

    @property
    def clustered(self) -> bool:
        """Whether clusters were used."""
        return bool(np.isfinite(self.df))

    @classmethod
    def of(
        cls, pairs: Pairs, strength: Floats, rates: Floats, games: Games | None, rule: IntervalRule
    ) -> "BalanceMeat":
        """Sum it over clusters where the rule has them, else over comparisons.

        Parameters
        ----------
        pairs : Pairs
        strength : array of shape (m,)
        rates : array of shape (pairs,)
        games : Games, optional
            The component's rows, in its codes.
        rule : IntervalRule
        """
        m, i, j = pairs.m, pairs.first, pairs.second
        independent = laplacian(m, i, j, rates**2 * hc0_weights(pairs, strength))
        matrix, df = independent, np.inf
        ways: tuple[Clustering, ...] = ()
        if games is not None and rule.by is not None:
            ways = _clusterings(games, rule.by, free=m - 1)
        if games is not None and ways:
            matrix = _clustered(pairs, strength, rates, games, ways)
            df = float(min(way.count for way in ways) - 1)
        information = information_weights(pairs, strength)
        expected = rates**2 * information * pairs.weight2 / pairs.weight
        unvaried = np.diag(matrix) <= _NO_SPREAD * pairs.per_competitor(expected, expected)
        if games is not None:
            unvaried = np.logical_or.reduce([unvaried, *(way.of_one(games) for way in ways)])
        filled = np.where(unvaried[i] | unvaried[j], expected, 0.0)
        filled = laplacian(m, i, j, filled)
        return cls(matrix + filled, independent + filled, df, int(unvaried.sum()))

    def sandwiched(self, inverse: Floats) -> Floats:
        """Return ``A^-1 M A^-T``; where two ways make it negative, that of independent rows."""
        return positive(inverse @ self.matrix @ inverse.T, inverse @ self.independent @ inverse.T)


def _clusterings(games: Games, by: ClusterBy, *, free: int) -> tuple[Clustering, ...]:
    """Return the clusters of each way; none where they, or the comparisons, are too few."""
    ways = tuple(Clustering.by(games, way) for way in (_TWO_WAYS if by == "both" else (by,)))
    few = min(way.count for way in ways) < 2 or games.votes.sum() <= free
    return () if few else ways


def _clustered(
    pairs: Pairs, strength: Floats, rates: Floats, games: Games, ways: tuple[Clustering, ...]
) -> Floats:
    """Return the clustered meat; two ways are ``M_item + M_judge - M_both``."""
    weight = np.zeros((pairs.m, pairs.m))
    weight[pairs.first, pairs.second] = weight[pairs.second, pairs.first] = rates
    rows = ScoreRows.half_win(games, strength)
    factor = weight[games.first, games.second]
    rows = replace(rows, of_first=rows.of_first * factor, of_second=rows.of_second * factor)
    meats = [cluster_meat(rows, way, parameters=pairs.m - 1) for way in ways]
    if len(ways) == 1:
        return meats[0]
    both = Clustering.by(games, "both")
    return meats[0] + meats[1] - cluster_meat(rows, both, parameters=pairs.m - 1)

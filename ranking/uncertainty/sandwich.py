"""Covariance of Bradley–Terry strengths when the model or independence may fail (sandwich).

``V = B M B`` with bread ``B`` (the inverse information) and meat ``M`` (the spread of the scores
that the log really shows). White 1980 (doi:10.2307/1912934) for HC0; Liang and Zeger 1986
(doi:10.1093/biomet/73.1.13) for clusters.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from ranking.tally import Codes, Floats, Games, Pairs

_BLOCK = 4_000_000  # entries of the dense block of cluster scores that is held at a time


@dataclass(frozen=True, eq=False)
class Clusters:
    """Rows of a log with the cluster (item) that each belongs to.

    Attributes
    ----------
    first, second, cluster : int arrays of shape (n,)
        Codes; clusters are numbered 0..count-1 without gaps.
    score, weight, votes : float arrays of shape (n,)
        Score of `first`, weight of each comparison, number of identical comparisons.
    count : int
        How many clusters.
    """

    first: Codes
    second: Codes
    cluster: Codes
    score: Floats
    weight: Floats
    votes: Floats
    count: int

    @classmethod
    def by_item(cls, games: Games) -> "Clusters":
        """Cluster a log by item; each row without an item is its own cluster."""
        return cls.of(games, games.item)

    @classmethod
    def of(cls, games: Games, label: Codes) -> "Clusters":
        """Cluster a log by integer labels of shape (n,); a negative one is its own cluster."""
        label = np.where(label < 0, label.max(initial=-1) + 1 + np.arange(len(label)), label)
        _, cluster = np.unique(label, return_inverse=True)
        return cls(
            games.first,
            games.second,
            cluster,
            games.score,
            games.weight,
            games.votes,
            int(cluster.max(initial=-1)) + 1,
        )

    def among(self, members: npt.NDArray[np.bool_]) -> "Clusters":
        """Keep the rows between members of a mask of shape (m,), recoded; clusters renumbered."""
        inside = members[self.first] & members[self.second]
        recode = np.cumsum(members) - 1
        kept, cluster = np.unique(self.cluster[inside], return_inverse=True)
        return Clusters(
            recode[self.first[inside]],
            recode[self.second[inside]],
            cluster,
            self.score[inside],
            self.weight[inside],
            self.votes[inside],
            len(kept),
        )


def information_weights(pairs: Pairs, strength: Floats) -> Floats:
    """Return ``n p (1 - p)`` for each pair: the weights of the information Laplacian."""
    p = expit(strength[pairs.first] - strength[pairs.second])
    return np.asarray(pairs.weight * p * (1 - p))


def hc0_weights(pairs: Pairs, strength: Floats) -> Floats:
    """Return ``sum_r w_r^2 (y_r - p)^2`` for each pair: the weights of the HC0 meat Laplacian."""
    p = expit(strength[pairs.first] - strength[pairs.second])
    squares = pairs.weight2_score2 - 2 * p * pairs.weight2_score + p * p * pairs.weight2
    return np.asarray(np.maximum(squares, 0.0))


def cluster_meat(clusters: Clusters, strength: Floats, *, parameters: int) -> Floats:
    """Return the CR1 meat, shape (m, m).

    ``M = G/(G-1) (N-1)/(N-k) sum_g U_g U_g'`` with the score ``U_g`` of cluster g, G clusters, N
    comparisons and k free parameters (the factor of statsmodels and Stata).
    """
    m, size = len(strength), clusters.count
    residual = clusters.score - expit(strength[clusters.first] - strength[clusters.second])
    residual *= clusters.votes * clusters.weight
    meat = np.zeros((m, m))
    order = np.argsort(clusters.cluster, kind="stable")
    step = max(1, min(size, _BLOCK // m))
    bounds = np.searchsorted(clusters.cluster[order], np.arange(0, size + step, step))
    for block, (start, stop) in enumerate(pairwise(bounds)):
        rows = order[start:stop]
        local = (clusters.cluster[rows] - block * step) * m
        scores = np.bincount(local + clusters.first[rows], residual[rows], step * m)
        scores -= np.bincount(local + clusters.second[rows], residual[rows], step * m)
        scores = scores.reshape(step, m)
        meat += scores.T @ scores
    total = clusters.votes.sum()
    return np.asarray(meat * (size / (size - 1) * (total - 1) / (total - parameters)))

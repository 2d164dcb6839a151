"""The covariance of walking strengths at the end of a log whose comparisons are not independent."""

import numpy as np
from scipy import sparse
from scipy.special import expit

from ranking.laplacian import Codes, Floats, sparse_laplacian
from ranking.methods.dynamic_fit import Paths
from ranking.tally import Games
from ranking.uncertainty.sandwich import Clustering

_BLOCK = 4_000_000  # entries of the dense block of cluster scores that is held at a time
_NO_SPREAD = 1e-9  # meat below this share of the model's: the scores do not vary at all


def clustered_shift(
    paths: Paths, influence: Floats, games: Games, period: Codes, clusters: Clustering
) -> Floats | None:
    """Return what clusters add to the covariance of some nodes, shape (k, k).

    The posterior covariance is ``P (Q + I) P`` with the prior's precision Q and the information I
    of independent comparisons. The spread that cluster scores show, ``M = G/(G-1) sum_g U_g U_g'``,
    takes the place of I; the difference ``P (M - I) P`` is returned.

    Parameters
    ----------
    paths : Paths
    influence : float array of shape (nodes, k)
        The columns of P for those nodes.
    games : Games
        The log, row by row.
    period : int array of shape (n,)
        Period of each row.
    clusters : Clustering
        Which rows belong together.

    Returns
    -------
    float array or None
        None where the scores of one of them do not vary at all (only ties, say).
    """
    walks, strength = paths.walks, paths.strength
    information = walks.weight * _variance(strength[walks.first] - strength[walks.second])
    games_graph = sparse_laplacian(len(walks), walks.first, walks.second, information)
    expected = influence.T @ (games_graph @ influence)

    key = walks.competitor * walks.periods + walks.period
    first = np.searchsorted(key, games.first.astype(np.int64) * walks.periods + period)
    second = np.searchsorted(key, games.second.astype(np.int64) * walks.periods + period)
    residual = games.weight * (games.score - expit(strength[first] - strength[second]))
    # Comparisons of a row without a cluster are independent: their squares add up.
    alone = clusters.label < 0
    residual = residual * np.where(alone, np.sqrt(games.votes), games.votes)
    label = np.where(alone, clusters.groups + np.cumsum(alone) - 1, clusters.label)
    size = clusters.groups + int(alone.sum())
    rows = np.r_[label, label], np.r_[first, second]
    scores = sparse.csr_array((np.r_[residual, -residual], rows), shape=(size, len(walks)))
    meat = np.zeros_like(expected)
    step = max(1, _BLOCK // influence.shape[1])
    for start in range(0, size, step):
        part = scores[start : start + step] @ influence
        meat += part.T @ part
    if (np.diag(meat) <= _NO_SPREAD * np.diag(expected)).any():
        return None
    return np.asarray(meat * (clusters.count / (clusters.count - 1)) - expected)


def _variance(difference: Floats) -> Floats:
    return np.asarray(expit(difference) * expit(-difference))

"""Parting texts into groups: latent semantic analysis, and k-means with the best silhouette."""

from typing import Any

import numpy as np

from ranking.laplacian import Codes, Floats

_BEYOND_CHANCE = 1.2
"""How much larger a silhouette must be than that of the same texts with their words mixed up."""
_SAMPLE = 1_000  # texts on which a silhouette is measured
_STARTS = 2  # of each k-means
_ROUNDS = 100  # of each start


def latent(counts: Any, *, components: int, seed: int) -> Floats:
    """Weigh terms by TF-IDF within these texts and reduce them by a truncated SVD.

    Parameters
    ----------
    counts : sparse int array of shape (n, V)
        How often each text holds each term; a term that one text alone holds says nothing.
    components : int
        Most dimensions d; few texts or terms have fewer.
    seed : int

    Returns
    -------
    float array of shape (n, d)
        Rows of length 1; zeros for a text without a term that another holds.
    """
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfTransformer

    shared = np.bincount(counts.indices, minlength=counts.shape[1]) > 1
    weight = TfidfTransformer(sublinear_tf=True).fit_transform(counts[:, shared])
    d = min(components, min(weight.shape) - 1)
    rows = TruncatedSVD(d, random_state=seed).fit_transform(weight) if d > 1 else weight.toarray()
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))


def parted(counts: Any, *, smallest: int, most: int, components: int, seed: int) -> list[Codes]:
    """Return the groups that part texts best, largest first; none where nothing parts them.

    The mean silhouette must be larger by a fifth than what the same texts reach when their terms
    are dealt out at random: each text keeps how many it has, each term how often it occurs.

    Parameters
    ----------
    counts : sparse int array of shape (n, V)
        How often each text holds each term.
    smallest, most : int
        Texts that a group has at least; groups there are at most.
    components : int
        As in `latent`.
    seed : int

    Returns
    -------
    list of int arrays
        Rows of each group.

    References
    ----------
    Tibshirani, Walther and Hastie (2001), the gap statistic, doi:10.1111/1467-9868.00293.
    """
    if counts.shape[0] < 2 * smallest:
        return []
    rows = latent(counts, components=components, seed=seed)
    label, apart = clusters(rows, smallest=smallest, most=most, seed=seed)
    if apart <= 0:
        return []
    mixed = latent(_mixed(counts, seed), components=components, seed=seed)
    if apart <= _BEYOND_CHANCE * clusters(mixed, smallest=smallest, most=most, seed=seed)[1]:
        return []
    groups = [np.flatnonzero(label == one) for one in np.unique(label)]
    return sorted(groups, key=len, reverse=True)


def clusters(placed: Floats, *, smallest: int, most: int, seed: int) -> tuple[Codes, float]:
    """Part rows of length 1 by the k-means, k = 2 to `most`, with the largest mean silhouette.

    Distances are cosines. Clusters below `smallest` are dissolved: their rows join the nearest of
    the others.

    Parameters
    ----------
    placed : float array of shape (n, d)
    smallest, most : int
        Rows that a cluster has at least; clusters there are at most.
    seed : int

    Returns
    -------
    label : int array of shape (n,)
        One label for all where no k leaves two clusters.
    silhouette : float
        On at most 1,000 rows; −1 with one label.
    """
    from sklearn.cluster import KMeans

    rng = np.random.default_rng(seed)
    sample = np.sort(rng.permutation(len(placed))[:_SAMPLE])
    best, chosen = -1.0, np.zeros(len(placed), np.int64)
    for k in range(2, min(most, len(placed) // smallest) + 1):
        fitted = KMeans(k, n_init=_STARTS, max_iter=_ROUNDS, random_state=seed).fit(placed)
        label = _dissolved(placed, fitted.labels_, fitted.cluster_centers_, smallest)
        apart = _silhouette(placed[sample], label[sample])
        if apart > best:
            best, chosen = apart, label
    return chosen, best


def _mixed(counts: Any, seed: int) -> Any:
    """Deal the terms of all texts out at random."""
    from scipy import sparse

    cells = counts.tocoo()
    text = np.random.default_rng(seed).permutation(cells.row)
    return sparse.coo_array((cells.data, (text, cells.col)), shape=cells.shape).tocsr()


def _dissolved(placed: Floats, label: Codes, centre: Floats, smallest: int) -> Codes:
    """Move the rows of small clusters to the nearest of the large ones."""
    label = np.asarray(label, np.int64)
    large = np.bincount(label, minlength=len(centre)) >= smallest
    if not large.any():
        return np.zeros_like(label)
    moved = ~large[label]
    nearest = np.argmin(((centre[large] ** 2).sum(axis=1) - 2 * placed[moved] @ centre[large].T), 1)
    label[moved] = np.flatnonzero(large)[nearest]
    return label


def _silhouette(placed: Floats, label: Codes) -> float:
    """Return the mean silhouette of cosine distances; minus one where it is not defined."""
    from sklearn.metrics import silhouette_score

    if not 1 < len(np.unique(label)) < len(label):
        return -1.0
    return float(silhouette_score(placed, label, metric="cosine"))

"""Covariance of estimates when the model or independence may fail (sandwich).

``V = B M B`` with bread ``B`` (the inverse information) and meat ``M`` (the spread of the scores,
the gradients of the log-likelihood, that the log really shows).

References
----------
White 1980, doi:10.2307/1912934 (HC0). Liang and Zeger 1986, doi:10.1093/biomet/73.1.13 (clusters).
Bell and McCaffrey 2002 (CR3 as a jackknife). Cameron, Gelbach and Miller 2011,
doi:10.1198/jbes.2010.07136 (two ways).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import linalg
from scipy.special import expit

from ranking.tally import Codes, Floats, Games, Pairs

_SINGULAR = 1e-10  # of the largest pivot: below, the rest of a log falls apart
_SCANNED = 65_536  # rows that are looked at between two decisions
_UNSEEN = np.iinfo(np.int64).min
_BLOCK = 8_000_000  # entries of the dense block of cluster scores that is held at a time

ClusterBy = Literal["item", "judge", "both"]


@dataclass(frozen=True, eq=False)
class Clustering:
    """Which rows of a log are not independent of each other.

    Attributes
    ----------
    label : int array of shape (n,)
        Cluster of each row, 0..groups-1; -1 where every comparison of the row is its own cluster.
    groups : int
        Clusters that have a label.
    count : int
        All clusters: the groups and the comparisons that are clusters of their own.
    """

    label: Codes
    groups: int
    count: int

    @classmethod
    def by(cls, games: Games, by: ClusterBy) -> "Clustering":
        """Cluster a log by item, by judge, or by the pair of both.

        A row without the id (without either id, for "both") stands for itself.
        """
        if by == "both":
            known = (games.item >= 0) & (games.judge >= 0)
            code = games.item * (int(games.judge.max(initial=0)) + 1) + games.judge
            return cls.of(np.where(known, code, -1), games.votes)
        return cls.of(games.item if by == "item" else games.judge, games.votes)

    @classmethod
    def of(cls, code: Codes, votes: Floats) -> "Clustering":
        """Cluster rows by an integer code; a negative one makes a row stand for itself."""
        known = code >= 0
        size = int(code.max(initial=-1)) + 1
        if known.all() and size <= 4 * len(code) + 1_000_000:
            present = np.zeros(size, bool)
            present[code] = True
            label = code if present.all() else (np.cumsum(present) - 1)[code]
            groups = int(present.sum())
            return cls(np.asarray(label, np.int64), groups, groups)
        label = np.full(len(code), -1, np.int64)
        if size > 4 * len(code) + 1_000_000:
            distinct, label[known] = np.unique(code[known], return_inverse=True)
            groups = len(distinct)
        else:
            present = np.zeros(size, bool)
            present[code[known]] = True
            label[known] = (np.cumsum(present) - 1)[code[known]]
            groups = int(present.sum())
        return cls(label, groups, groups + round(float(votes[~known].sum())))

    def of_one(self, games: Games) -> npt.NDArray[np.bool_]:
        """Return whose comparisons all lie in one cluster, shape (m,); `games` are the rows.

        Their scores cancel within it, so that clusters say nothing about such a competitor.
        """
        m, n = len(games.competitors), len(games)
        some, several = np.full(m, _UNSEEN), np.zeros(m, bool)
        for start in range(0, n, _SCANNED):  # mostly the first few rows tell
            rows = slice(start, start + _SCANNED)
            own, votes = self.label[rows], games.votes[rows]
            alone = own < 0
            label = np.where(alone, -1 - start - np.arange(len(own)), own)
            for side in (games.first[rows], games.second[rows]):
                fresh = some[side] == _UNSEEN
                some[side[fresh]] = label[fresh]
            for side in (games.first[rows], games.second[rows]):
                several[side[(label != some[side]) | (alone & (votes > 1))]] = True
            if several.all():
                break
        return ~several


@dataclass(frozen=True, eq=False)
class ScoreRows:
    """The score of each row of a log: the gradient of the log-likelihood of one comparison.

    Attributes
    ----------
    size : int
        Number of parameters: one for each competitor, then the model's own.
    first, second : int arrays of shape (n,)
        Codes of the competitors.
    of_first, of_second : float arrays of shape (n,)
        Derivatives in the strengths of the two, weights counted.
    own : float array of shape (n, q)
        Derivatives in the last q parameters.
    votes : float array of shape (n,)
        Identical comparisons behind each row.
    """

    size: int
    first: Codes
    second: Codes
    of_first: Floats
    of_second: Floats
    own: Floats
    votes: Floats

    @classmethod
    def half_win(cls, games: Games, strength: Floats) -> "ScoreRows":
        """Return the scores of the half-win model at given strengths in logits."""
        m = len(strength)
        if m * m < len(games):  # a table of all pairs is faster than a logistic of each row
            expected = expit(strength[:, None] - strength[None, :]).ravel()
            expected = expected[games.first * m + games.second]
        else:
            expected = expit(strength[games.first] - strength[games.second])
        residual = (games.score - expected) * games.weight
        none = np.empty((len(games), 0))
        return cls(m, games.first, games.second, residual, -residual, none, games.votes)

    def take(self, rows: npt.NDArray[np.bool_] | Codes) -> "ScoreRows":
        """Return some rows, by mask or by position."""
        columns = ("first", "second", "of_first", "of_second", "own", "votes")
        return replace(self, **{name: getattr(self, name)[rows] for name in columns})

    def summed(self, label: Codes, groups: int) -> Floats:
        """Return the scores of groups of rows, shape (groups, size)."""
        from ranking.uncertainty.cluster_kernels import add_scores

        total = np.zeros((groups, self.size))
        add_scores(
            total, label, self.first, self.second, self.of_first, self.of_second, self.own,
            self.votes,
        )  # fmt: skip
        return total


@dataclass(frozen=True, eq=False)
class InformationRows:
    """The expected information of each row as a sum of K weighted squares.

    ``sum_k weight_k s_k s_k'`` with ``s_k = of_first_k e_first + of_second_k e_second + own_k``.

    Attributes
    ----------
    weight, of_first, of_second : float arrays of shape (K, n)
    own : float array of shape (K, n, q)
    """

    weight: Floats
    of_first: Floats
    of_second: Floats
    own: Floats

    @classmethod
    def half_win(cls, games: Games, strength: Floats) -> "InformationRows":
        """Return the information of the half-win model: ``w p (1 - p)`` on the difference."""
        p = expit(strength[games.first] - strength[games.second])
        one = np.ones((1, len(games)))
        return cls((games.weight * p * (1 - p))[None], one, -one, np.empty((1, len(games), 0)))


def information_weights(pairs: Pairs, strength: Floats) -> Floats:
    """Return ``n p (1 - p)`` for each pair: the weights of the information Laplacian."""
    p = expit(strength[pairs.first] - strength[pairs.second])
    return np.asarray(pairs.weight * p * (1 - p))


def hc0_weights(pairs: Pairs, strength: Floats) -> Floats:
    """Return ``sum_r w_r^2 (y_r - p)^2`` for each pair: the weights of the HC0 meat Laplacian."""
    p = expit(strength[pairs.first] - strength[pairs.second])
    squares = pairs.weight2_score2 - 2 * p * pairs.weight2_score + p * p * pairs.weight2
    return np.asarray(np.maximum(squares, 0.0))


def cluster_meat(rows: ScoreRows, clusters: Clustering, *, parameters: int | None) -> Floats:
    """Return the CR1 meat, shape (size, size).

    ``M = G/(G-1) (N-1)/(N-k) sum_g U_g U_g'`` with the score ``U_g`` of cluster g, G clusters, N
    comparisons and k free parameters (the factor of statsmodels and Stata).

    Parameters
    ----------
    rows : ScoreRows
    clusters : Clustering
        Of the same rows.
    parameters : int or None
        k; None leaves the factor out (CR0).
    """
    single = clusters.label < 0
    labelled = clusters.label if clusters.count == clusters.groups else clusters.label[~single]
    sizes = np.bincount(labelled, minlength=clusters.groups)
    if clusters.count == clusters.groups and (sizes > 1).all():
        shared = ~single
    elif clusters.groups:
        shared = ~single & (sizes[clusters.label] > 1)
    else:
        shared = np.zeros_like(single)
    matches = float((sizes.astype(np.float64) * (sizes - 1)).sum())
    if 2 * matches <= np.count_nonzero(sizes > 1) * rows.size:
        # Two comparisons of one cluster vary together, whether they make one row or two.
        votes = np.where(single, rows.votes, rows.votes**2)
        meat = _independent_meat(replace(rows, votes=votes))
        if shared.any():
            crossed = _crossed_meat(rows.take(shared), clusters.label[shared])
            meat += crossed + crossed.T
    else:
        meat = np.zeros((rows.size, rows.size))
        if not shared.all():
            alone = rows.take(~shared)
            votes = np.where(single[~shared], alone.votes, alone.votes**2)
            meat += _independent_meat(replace(alone, votes=votes))
        for scores in _cluster_scores(rows, clusters, shared):
            meat += scores.T @ scores
    if parameters is None:
        return meat
    total = float(rows.votes.sum())
    return meat * (clusters.count / (clusters.count - 1) * (total - 1) / (total - parameters))


def two_way_covariance(
    rows: ScoreRows,
    games: Games,
    bread: Floats,
    *,
    parameters: int | None,
    added: Floats | float = 0.0,
) -> Floats:
    """Return the covariance with dependence within items and within judges, shape (size, size).

    ``V_item + V_judge - V_both``. Where that is negative in a direction, the variance by pairs of
    both takes its place: zero would claim certainty. `parameters` is as in `cluster_meat`, and
    `added` is further meat.
    """
    ways: tuple[ClusterBy, ...] = ("item", "judge", "both")
    item, judge, both = (
        cluster_meat(rows, Clustering.by(games, by), parameters=parameters) for by in ways
    )
    return positive(bread @ (item + judge - both + added) @ bread, bread @ both @ bread)


def positive(covariance: Floats, other: Floats) -> Floats:
    """Return a covariance with the variances of another in the directions where it is negative."""
    values, vectors = linalg.eigh(covariance)
    instead = np.einsum("ji,jk,ki->i", vectors, other, vectors)
    values = np.where(values < 0, np.maximum(instead, 0.0), values)
    return np.asarray((vectors * values) @ vectors.T)


def jackknife_covariance(
    rows: ScoreRows, information: InformationRows, clusters: Clustering, system: Floats
) -> tuple[Floats, int]:
    """Return the CR3 covariance: one Newton step away from each cluster that is left out.

    ``V = (G-1)/G sum_g d_g d_g'`` with ``d_g = (H - H_g)^-1 U_g``.

    Parameters
    ----------
    rows : ScoreRows
    information : InformationRows
        Of the same rows.
    clusters : Clustering
        Few of them: each costs a factorisation.
    system : array of shape (size, size)
        H, made invertible by the gauge or the prior.

    Returns
    -------
    covariance : array of shape (size, size)
    singular : int
        Clusters without which the rest could not be rated (a generalised inverse was used).
    """
    alone = clusters.label < 0
    label = np.where(alone, clusters.groups + np.cumsum(alone) - 1, clusters.label)
    count = int(label.max(initial=-1)) + 1
    # The comparisons behind a row of its own are as many clusters, all alike.
    alike = np.ones(count)
    alike[label[alone]] = rows.votes[alone]
    rows = replace(rows, votes=np.where(alone, 1.0, rows.votes))
    order = np.argsort(label, kind="stable")
    bounds = np.searchsorted(label[order], np.arange(count + 1))
    scores = rows.summed(label, count)
    steps = np.empty_like(scores)
    singular = 0
    for cluster, (start, stop) in enumerate(pairwise(bounds)):
        rest = system - _information_of(rows, information, order[start:stop])
        root, failed = linalg.lapack.dpotrf(rest)
        pivots = np.diag(root) ** 2
        if failed or pivots.min() < _SINGULAR * pivots.max():
            steps[cluster] = linalg.pinvh(rest, rtol=_SINGULAR) @ scores[cluster]
            singular += round(float(alike[cluster]))
        else:
            steps[cluster] = linalg.cho_solve((root, False), scores[cluster])
    total = alike.sum()
    return np.asarray((total - 1) / total * (steps.T * alike) @ steps), singular


def _information_of(rows: ScoreRows, information: InformationRows, at: Codes) -> Floats:
    """Return the information of some rows, shape (size, size)."""
    total = np.zeros((rows.size, rows.size))
    chosen = rows.take(at)
    for kind, weight in enumerate(information.weight):
        squares = replace(
            chosen,
            of_first=information.of_first[kind, at],
            of_second=information.of_second[kind, at],
            own=information.own[kind, at],
            votes=weight[at] * chosen.votes,
        )
        total += _independent_meat(squares)
    return total


def _independent_meat(rows: ScoreRows) -> Floats:
    """Return the sum of squares of scores whose comparisons are independent, shape (size, size)."""
    size, q = rows.size, rows.own.shape[1]
    a, b, v = rows.of_first, rows.of_second, rows.votes
    flat = np.bincount(rows.first * size + rows.second, a * b * v, size * size)
    # Of no rows at all, bincount counts in integers.
    meat = flat.astype(np.float64, copy=False).reshape(size, size)
    meat = meat + meat.T
    diagonal = np.bincount(rows.first, a * a * v, size) + np.bincount(rows.second, b * b * v, size)
    meat[np.diag_indices(size)] += diagonal
    for column in range(q):
        weighted = rows.own[:, column] * v
        mixed = np.bincount(rows.first, a * weighted, size)
        mixed += np.bincount(rows.second, b * weighted, size)
        meat[size - q + column] += mixed
        meat[:, size - q + column] += mixed
    if q:
        meat[size - q :, size - q :] += rows.own.T @ (rows.own * v[:, None])
    return meat


def _crossed_meat(rows: ScoreRows, label: Codes) -> Floats:
    """Return ``sum s_r s_t'`` over the pairs of rows r < t of one cluster, shape (size, size).

    Made for many small clusters: it goes through the pairs, not through clusters by parameters.
    """
    order = np.argsort(label, kind="stable")
    rows, label = rows.take(order), label[order]
    size, q = rows.size, rows.own.shape[1]
    total = np.zeros((size, size))
    at, lag = np.arange(len(label)), 0
    while True:
        lag += 1
        at = at[at + lag < len(label)]
        at = at[label[at] == label[at + lag]]
        if not len(at):
            return total
        one, other = rows.take(at), rows.take(at + lag)
        votes = one.votes * other.votes
        for row, left in ((one.first, one.of_first), (one.second, one.of_second)):
            for column, right in ((other.first, other.of_first), (other.second, other.of_second)):
                flat = np.bincount(row * size + column, left * right * votes, size * size)
                total += flat.reshape(size, size)
            for own in range(q):
                total[:, size - q + own] += np.bincount(row, left * other.own[:, own] * votes, size)
        for column, right in ((other.first, other.of_first), (other.second, other.of_second)):
            for own in range(q):
                total[size - q + own] += np.bincount(column, right * one.own[:, own] * votes, size)
        if q:
            total[size - q :, size - q :] += one.own.T @ (other.own * votes[:, None])


def _cluster_scores(
    rows: ScoreRows, clusters: Clustering, chosen: npt.NDArray[np.bool_]
) -> Iterator[Floats]:
    """Yield the scores of clusters, some at a time, as arrays of shape (k, size)."""
    if clusters.groups * rows.size <= _BLOCK:
        if chosen.all():
            yield rows.summed(clusters.label, clusters.groups)
        else:
            yield rows.take(chosen).summed(clusters.label[chosen], clusters.groups)
        return
    at = np.flatnonzero(chosen)
    label = clusters.label[at]
    order = np.argsort(label, kind="stable")
    at, label = at[order], label[order]
    # Numbered anew: clusters of one comparison left gaps.
    label = np.cumsum(np.r_[False, label[1:] != label[:-1]])
    step = max(1, _BLOCK // rows.size)
    bounds = np.searchsorted(label, np.arange(0, int(label[-1]) + 1 + step, step))
    for block, (start, stop) in enumerate(pairwise(bounds)):
        yield rows.take(at[start:stop]).summed(label[start:stop] - block * step, step)

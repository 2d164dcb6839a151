"""Factorised posterior precision of walks: solutions, its determinant, entries of its inverse.

The precision is the Laplacian of a graph, whose edges are the games of a period and the steps of a
competitor, plus the anchors that the prior gives to first nodes.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Protocol

import numpy as np
from scipy import sparse
from scipy.linalg import lapack
from scipy.sparse.linalg import SuperLU, splu

from ranking.errors import ConvergenceError
from ranking.laplacian import Codes, Floats
from ranking.methods.dynamic_walks import Walks


class Factor(Protocol):
    """A factorised precision of shape (nodes, nodes)."""

    @property
    def log_determinant(self) -> float: ...  # noqa: D102
    def solve(self, right: Floats) -> Floats:
        """Return the precision's inverse times `right`, of shape (nodes,) or (nodes, k)."""
        ...

    def spread(self) -> tuple[Floats, Floats]:
        """Return variances of nodes, and covariances of the two ends of each step."""
        ...


def factorised(walks: Walks, information: Floats, pull: Floats, anchor: Floats) -> Factor:
    """Factorise the posterior precision.

    Parameters
    ----------
    walks : Walks
    information : float array of shape (cells,)
        ``n p (1 - p)`` of each pair that met.
    pull : float array of shape (steps,)
        Precision of each step.
    anchor : float array of shape (nodes,)
        Precision of the prior on each node.

    Raises
    ------
    ConvergenceError
        If the precision is singular in floating point.
    """
    size = len(walks)
    i, j = np.r_[walks.first, walks.before], np.r_[walks.second, walks.after]
    edge = np.r_[information, pull]
    diagonal = np.bincount(i, edge, size) + np.bincount(j, edge, size) + anchor
    if walks.filled:
        return BlockFactor.of(walks, information, pull, diagonal)
    return SparseFactor.of(walks, i, j, edge, diagonal)


@dataclass(frozen=True, eq=False)
class SparseFactor:
    """By sparse elimination: for many competitors that rarely meet."""

    walks: Walks
    factor: SuperLU

    @classmethod
    def of(cls, walks: Walks, i: Codes, j: Codes, edge: Floats, diagonal: Floats) -> "SparseFactor":
        """Factorise a Laplacian with edges from i to j and a diagonal of its own."""
        size, at = len(walks), np.arange(len(walks))
        system = sparse.csc_array(
            (np.r_[-edge, -edge, diagonal], (np.r_[i, j, at], np.r_[j, i, at])), shape=(size, size)
        )
        try:
            factor = splu(
                system,
                permc_spec="MMD_AT_PLUS_A",
                diag_pivot_thresh=0.0,
                options={"SymmetricMode": True},
            )
        except RuntimeError as error:  # "Factor is exactly singular"
            raise _singular() from error
        # Pivots off the diagonal occur only where the matrix is no longer positive definite.
        if (factor.perm_r != factor.perm_c).any():
            raise _singular()
        return cls(walks, factor)

    @property
    def log_determinant(self) -> float:
        """Logarithm of the precision's determinant."""
        return float(np.log(self.factor.U.diagonal()).sum())

    def solve(self, right: Floats) -> Floats:
        """Return the precision's inverse times `right`, of shape (nodes,) or (nodes, k)."""
        return np.asarray(self.factor.solve(right))

    def spread(self) -> tuple[Floats, Floats]:
        """Return variances of nodes, and covariances of the two ends of each step."""
        from ranking.methods.dynamic_kernels import selected_inverse

        lower = self.factor.L
        lower.sort_indices()
        inverse = selected_inverse(
            lower.indptr, lower.indices, lower.data, self.factor.U.diagonal()
        )
        at, walks, size = self.factor.perm_r.astype(np.int64), self.walks, len(self.walks)
        column = np.minimum(at[walks.before], at[walks.after])
        row = np.maximum(at[walks.before], at[walks.after])
        place = np.repeat(np.arange(size), np.diff(lower.indptr)) * size + lower.indices
        found = np.searchsorted(place, column * size + row)
        return inverse[lower.indptr[:-1]][at], inverse[found]


@dataclass(frozen=True, eq=False)
class BlockFactor:
    """By dense elimination of one period after the other, where steps join neighbours only.

    Attributes
    ----------
    walks : Walks
    nodes : tuple of int arrays
        Nodes of each period that has any.
    links : tuple of _Link
        Steps from each of them to the next.
    inverses : tuple of float arrays
        Inverse of each period's block after the elimination of all earlier ones.
    log_determinant : float
    """

    walks: Walks
    nodes: tuple[Codes, ...]
    links: tuple["_Link", ...]
    inverses: tuple[Floats, ...]
    log_determinant: float

    @classmethod
    def of(cls, walks: Walks, information: Floats, pull: Floats, diagonal: Floats) -> "BlockFactor":
        """Factorise period after period."""
        by_period = np.argsort(walks.period, kind="stable")
        used = np.unique(walks.period)
        ends = np.append(used, walks.periods)
        bounds = np.searchsorted(walks.period[by_period], ends)
        nodes = tuple(by_period[start:stop] for start, stop in pairwise(bounds))
        place = np.empty(len(walks), np.int64)
        for block in nodes:
            place[block] = np.arange(len(block))
        links = _links(walks, used, place, pull)
        cells = np.searchsorted(walks.period[walks.first], ends)
        inverses: list[Floats] = []
        total = 0.0
        for at, block in enumerate(nodes):
            own = slice(cells[at], cells[at + 1])
            i, j = place[walks.first[own]], place[walks.second[own]]
            system = np.zeros((len(block), len(block)))
            system[i, j] = system[j, i] = -information[own]
            system[np.diag_indices(len(block))] = diagonal[block]
            if at:
                link = links[at - 1]
                back = inverses[-1][np.ix_(link.here, link.here)]
                system[np.ix_(link.there, link.there)] -= link.pull[:, None] * back * link.pull
            inverse, log_determinant = _inverted(system)
            inverses.append(inverse)
            total += log_determinant
        return cls(walks, nodes, links, tuple(inverses), total)

    def solve(self, right: Floats) -> Floats:
        """Return the precision's inverse times `right`, of shape (nodes,) or (nodes, k)."""
        reduced = [right[block] for block in self.nodes]
        for at, link in enumerate(self.links):
            carried = self.inverses[at][link.here] @ reduced[at]
            reduced[at + 1][link.there] += (link.pull * carried.T).T
        solution = np.empty(right.shape)
        for at in range(len(self.nodes) - 1, -1, -1):
            part = reduced[at]
            if at < len(self.links):
                link = self.links[at]
                part[link.here] += (link.pull * solution[self.nodes[at + 1][link.there]].T).T
            solution[self.nodes[at]] = self.inverses[at] @ part
        return solution

    def spread(self) -> tuple[Floats, Floats]:
        """Return variances of nodes, and covariances of the two ends of each step."""
        variance, covariance = np.empty(len(self.walks)), np.empty(len(self.walks.gap))
        later = self.inverses[-1]
        variance[self.nodes[-1]] = np.diag(later)
        for at in range(len(self.links) - 1, -1, -1):
            link, own = self.links[at], self.inverses[at]
            # Moving by one step: Z_t = S_t^-1 + A Z_(t+1) A' with A = S_t^-1 B.
            ahead = own[:, link.here] * link.pull
            across = ahead @ later[link.there]
            covariance[link.steps] = across[link.here, link.there]
            later = own + across[:, link.there] @ ahead.T
            variance[self.nodes[at]] = np.diag(later)
        return variance, covariance


@dataclass(frozen=True, eq=False)
class _Link:
    """Steps from one period to the next: which, their places in both blocks, their precisions."""

    steps: Codes
    here: Codes
    there: Codes
    pull: Floats


def _links(walks: Walks, used: Codes, place: Codes, pull: Floats) -> tuple[_Link, ...]:
    begin = walks.period[walks.before]
    order = np.argsort(begin, kind="stable")
    links = []
    for period in used[:-1]:
        start, stop = np.searchsorted(begin[order], [period, period + 1])
        steps = order[start:stop]
        here, there = place[walks.before[steps]], place[walks.after[steps]]
        links.append(_Link(steps, here, there, pull[steps]))
    return tuple(links)


def _inverted(system: Floats) -> tuple[Floats, float]:
    """Return inverse and log determinant of a positive definite matrix, which is overwritten."""
    root, info = lapack.dpotrf(system.T, lower=True, overwrite_a=True)
    if info != 0:
        raise _singular()
    log_determinant = 2 * float(np.log(np.diag(root)).sum())
    inverse, _ = lapack.dpotri(root, lower=True, overwrite_c=True)
    lower = np.tril(inverse)
    return lower + np.tril(lower, -1).T, log_determinant


def _singular() -> ConvergenceError:
    return ConvergenceError(
        "The weights, the results or the drift span too many orders of magnitude to be rated "
        "together."
    )

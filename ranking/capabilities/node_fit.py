"""Bradley–Terry strengths of many nodes at once, each drawn towards strengths given for it."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ranking.errors import ConvergenceError
from ranking.laplacian import Codes, Floats

_TOLERANCE = 1e-10  # of the squared Newton decrement: twice the log-likelihood still to be gained
_ITERATIONS = 100


@dataclass(frozen=True, eq=False)
class NodeCells:
    """Comparisons summed by node and pair.

    Attributes
    ----------
    m, nodes : int
    node, first, second : int arrays of shape (cells,)
        No node and pair occurs twice.
    weight, score : float arrays of shape (cells,)
        Number of items, and the sum of the scores of `first` on them.
    """

    m: int
    nodes: int
    node: Codes
    first: Codes
    second: Codes
    weight: Floats
    score: Floats

    def fit(self, centre: Floats, spread: float) -> tuple[Floats, Floats]:
        """Maximise each node's log-likelihood less ``|theta - centre|^2 / (2 tau^2)``.

        Parameters
        ----------
        centre : array of shape (nodes, m)
        spread : float
            tau, in logits.

        Returns
        -------
        strength : array of shape (nodes, m)
        information : array of shape (nodes, m, m)
            The negative Hessian of the log-likelihood alone.

        Raises
        ------
        ConvergenceError
            If a decrement is not small after 100 steps.
        """
        precision = 1 / spread**2
        theta = centre.copy()
        value = self._loss(theta, centre, precision)
        diagonal = np.arange(self.m)
        for _ in range(_ITERATIONS):
            gradient, information = self.derivatives(theta)
            gradient -= precision * (theta - centre)
            system = information.copy()
            system[:, diagonal, diagonal] += precision
            step = np.asarray(np.linalg.solve(system, gradient[:, :, None])[:, :, 0], np.float64)
            decrement = np.einsum("ni,ni->n", gradient, step)
            if decrement.max(initial=0) < _TOLERANCE:
                return theta + step, information
            theta, value = self._descend(theta, value, step, decrement, centre, precision)
        raise ConvergenceError(
            f"The strengths of a capability did not converge in {_ITERATIONS} steps."
        )

    def derivatives(self, theta: Floats) -> tuple[Floats, Floats]:
        """Return gradient (nodes, m) and negative Hessian (nodes, m, m) of the log-likelihoods."""
        m, i, j = self.m, self.node * self.m + self.first, self.node * self.m + self.second
        flat = theta.ravel()
        p = expit(flat[i] - flat[j])
        residual = self.score - self.weight * p
        size = self.nodes * m
        gradient = np.bincount(i, residual, size).astype(np.float64)
        gradient -= np.bincount(j, residual, size)
        v = self.weight * p * (1 - p)
        information = np.zeros((self.nodes, m, m))
        information[self.node, self.first, self.second] = -v
        information[self.node, self.second, self.first] = -v
        at = np.arange(m)
        degree = np.bincount(i, v, size) + np.bincount(j, v, size)
        information[:, at, at] = degree.reshape(self.nodes, m)
        return gradient.reshape(self.nodes, m), information

    def counts(self) -> Floats:
        """Return how many items and opponents each competitor had in each node, (nodes, m)."""
        size = self.nodes * self.m
        found = np.bincount(self.node * self.m + self.first, self.weight, size) + np.bincount(
            self.node * self.m + self.second, self.weight, size
        )
        return np.asarray(found.reshape(self.nodes, self.m), np.float64)

    def linearised(self, theta: Floats, centre: Floats) -> tuple[Floats, Floats, Floats]:
        """Expand the log-likelihoods to second order: ``b'd - d'Hd/2`` in ``d = theta - centre``.

        Returns
        -------
        information : array of shape (nodes, m)
            Eigenvalues w of H.
        vectors : array of shape (nodes, m, m)
            Eigenvectors Q, in columns.
        score : array of shape (nodes, m)
            ``Q'b``.
        """
        gradient, information = self.derivatives(theta)
        values, vectors = np.linalg.eigh(information)
        pull = gradient + np.einsum("nij,nj->ni", information, theta - centre)
        return np.maximum(values, 0.0), vectors, np.einsum("nji,nj->ni", vectors, pull)

    def _loss(self, theta: Floats, centre: Floats, precision: float) -> Floats:
        flat = theta.ravel()
        d = flat[self.node * self.m + self.first] - flat[self.node * self.m + self.second]
        lost = self.weight * np.logaddexp(0, d) - self.score * d
        total = np.bincount(self.node, lost, self.nodes)
        return np.asarray(total + precision * ((theta - centre) ** 2).sum(axis=1) / 2)

    def _descend(
        self,
        theta: Floats,
        value: Floats,
        step: Floats,
        decrement: Floats,
        centre: Floats,
        precision: float,
    ) -> tuple[Floats, Floats]:
        """Halve the step of each node until it lowers that node's loss enough (Armijo)."""
        length = np.ones(self.nodes)
        for _ in range(40):
            moved = theta + length[:, None] * step
            reached = self._loss(moved, centre, precision)
            short = reached > value - 1e-4 * length * decrement + 1e-12 * np.abs(value)
            if not short.any():
                break
            length = np.where(short, length / 2, length)
        return moved, reached

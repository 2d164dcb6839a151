"""Weighted graph Laplacians: the linear algebra of models of paired comparisons.

For pairs (i, j) with weights v, ``H = sum_p v_p (e_i - e_j)(e_i - e_j)'``. It is the information
matrix of every model in which a comparison depends on a difference of strengths.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse
from scipy.sparse.linalg import cg

from ranking.errors import ConvergenceError

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

DENSE_LIMIT = 1500
"""Up to this many competitors plain dense factorisation is fastest."""


def laplacian(m: int, first: Codes, second: Codes, weight: Floats) -> Floats:
    """Return the dense Laplacian, shape (m, m); each pair may occur once, with first < second."""
    matrix = np.zeros((m, m))
    matrix[first, second] = -weight
    matrix[second, first] = -weight
    matrix[np.diag_indices(m)] = _degrees(m, first, second, weight)
    return matrix


def sparse_laplacian(m: int, first: Codes, second: Codes, weight: Floats) -> sparse.csr_array:
    """Return the Laplacian as a sparse matrix of shape (m, m)."""
    at = np.arange(m)
    rows = np.concatenate([first, second, at])
    columns = np.concatenate([second, first, at])
    values = np.concatenate([-weight, -weight, _degrees(m, first, second, weight)])
    return sparse.csr_array((values, (rows, columns)), shape=(m, m))


def divergence(m: int, first: Codes, second: Codes, flow: Floats) -> Floats:
    """Return the net flow out of each node, shape (m,)."""
    return np.asarray(np.bincount(first, flow, m) - np.bincount(second, flow, m), np.float64)


def solve(
    m: int, first: Codes, second: Codes, weight: Floats, right: Floats, *, ridge: float
) -> Floats:
    """Solve ``(H + ridge I) x = right``, in the sum-zero gauge where `ridge` is 0.

    Raises
    ------
    ConvergenceError
        If the system is singular in floating point, or the iterative solver for large graphs does
        not converge.
    """
    if m <= DENSE_LIMIT:
        system = laplacian(m, first, second, weight) + _gauge(m, ridge)
        with _singular_in_words():
            return np.asarray(linalg.solve(system, right, assume_a="pos", check_finite=False))
    system = sparse_laplacian(m, first, second, weight) + ridge * sparse.eye_array(m)
    if not ridge:
        # Grounding the busiest node makes the system definite, so that rounding cannot stall it.
        grounded = int(np.argmax(system.diagonal()))
        others = np.flatnonzero(np.arange(m) != grounded)
        solution = np.zeros(m)
        solution[others] = _conjugate_gradients(system[others][:, others], right[others])
        return np.asarray(solution - solution.mean())
    return _conjugate_gradients(system, right)


def _conjugate_gradients(system: sparse.csr_array, right: Floats) -> Floats:
    inverse_diagonal = sparse.diags_array(1 / system.diagonal())
    solution, info = cg(system, right, rtol=1e-10, maxiter=20 * len(right), M=inverse_diagonal)
    if info != 0:
        raise ConvergenceError(f"The linear solver did not converge on {len(right):,} competitors.")
    return np.asarray(solution)


def inverse(m: int, first: Codes, second: Codes, weight: Floats, *, ridge: float = 0.0) -> Floats:
    """Return ``(H + ridge I)^-1``, or the Moore-Penrose inverse of H where `ridge` is 0.

    The graph must be connected where `ridge` is 0. Large graphs have many competitors with few
    opponents; an independent set of those is eliminated first, so that the cubic cost falls on the
    rest alone.

    Returns
    -------
    float array of shape (m, m)
    """
    if m <= DENSE_LIMIT:
        system = laplacian(m, first, second, weight) + _gauge(m, ridge)
        with _singular_in_words():
            whole = np.asarray(linalg.inv(system, check_finite=False))
        return whole if ridge else whole - 1 / m
    system = sparse_laplacian(m, first, second, weight) + ridge * sparse.eye_array(m)
    if ridge:
        return _inverse_by_elimination(system)
    # Grounding one node makes the Laplacian invertible; centring moves the result to sum zero.
    grounded = int(np.argmax(system.diagonal()))
    others = np.flatnonzero(np.arange(m) != grounded)
    whole = np.zeros((m, m))
    whole[np.ix_(others, others)] = _inverse_by_elimination(system[others][:, others])
    whole -= whole.mean(axis=0)
    whole -= whole.mean(axis=1)[:, None]
    return whole


def _inverse_by_elimination(system: sparse.csr_array) -> Floats:
    """Invert a sparse positive definite matrix by block elimination of an independent set."""
    eliminated = _independent_set(system)
    kept = ~eliminated
    pivots = system.diagonal()[eliminated]
    coupling = sparse.csr_array(system[eliminated][:, kept])
    scaled = sparse.csr_array(sparse.diags_array(1 / pivots) @ coupling)
    schur = (system[kept][:, kept] - coupling.T @ scaled).toarray()
    core = np.asarray(linalg.inv(schur, check_finite=False, overwrite_a=True))
    mixed = -(scaled @ core)
    whole = np.empty(system.shape)
    e, k = np.flatnonzero(eliminated), np.flatnonzero(kept)
    whole[np.ix_(k, k)] = core
    whole[np.ix_(e, k)] = mixed
    whole[np.ix_(k, e)] = mixed.T
    whole[np.ix_(e, e)] = -(scaled @ mixed.T)
    whole[e, e] += 1 / pivots
    return whole


def _independent_set(system: sparse.csr_array) -> npt.NDArray[np.bool_]:
    """Choose nodes with few neighbours, no two of them adjacent (greedy, by degree)."""
    chosen = np.zeros(system.shape[0], dtype=bool)
    blocked = np.zeros(system.shape[0], dtype=bool)
    for node in np.argsort(np.diff(system.indptr), kind="stable"):
        if not blocked[node]:
            blocked[system.indices[system.indptr[node] : system.indptr[node + 1]]] = True
            chosen[node] = True
    return chosen


@contextmanager
def _singular_in_words() -> Iterator[None]:
    try:
        yield
    except linalg.LinAlgError as error:
        raise ConvergenceError(
            "The weights or results span too many orders of magnitude to be rated together."
        ) from error


def _degrees(m: int, first: Codes, second: Codes, weight: Floats) -> Floats:
    return np.asarray(np.bincount(first, weight, m) + np.bincount(second, weight, m), np.float64)


def _gauge(m: int, ridge: float) -> Floats:
    return ridge * np.eye(m) if ridge else np.full((m, m), 1 / m)

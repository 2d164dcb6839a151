"""Newton steps for pooled strengths, one task eliminated after another."""

from dataclasses import dataclass

import numpy as np
from scipy import linalg

from ranking.capabilities.pooled_cells import PooledCells
from ranking.errors import ConvergenceError
from ranking.laplacian import Codes, Floats, inverse, laplacian
from ranking.newton import descend

_TOLERANCE = 1e-10  # of the squared Newton decrement: twice the log-likelihood still to be gained
_ITERATIONS = 200
_CONTRACTION = 0.3  # of the decrement, per step; beyond it a kept factorisation is too old
_NEAR = 1.0  # decrement below which steps need no line search and keep the factorisation


@dataclass(frozen=True, eq=False)
class Factor:
    """The negative Hessian of a pooled fit, factorised by eliminating one task after another.

    With ``A_t = (H_t + I / tau^2)^-1`` the strengths overall keep the Schur complement
    ``S = ridge I + sum_t (I - A_t / tau^2) / tau^2``: no task adds more than ``1 / tau^2``.
    """

    spread: float
    ridge: float
    present: Codes
    members: list[Codes]
    inverses: list[Floats]
    schur: tuple[Floats, bool]

    @classmethod
    def at(cls, cells: PooledCells, difference: Floats, spread: float, ridge: float) -> "Factor":
        """Factorise where the strengths of the cells differ by so much."""
        m = cells.m
        schur = ridge * np.eye(m) if ridge else np.full((m, m), 1 / m)
        precision = 1 / spread**2 if spread else np.inf
        members, inverses = [], []
        for at, i, j, information in cells.blocks(difference):
            k = len(at)
            if not spread:
                schur[np.ix_(at, at)] += laplacian(k, i, j, information)
                continue
            block = inverse(k, i, j, information, ridge=precision)
            schur[np.ix_(at, at)] += precision * (np.eye(k) - precision * block)
            members.append(at)
            inverses.append(block)
        try:
            cholesky = linalg.cho_factor(schur, check_finite=False)
        except linalg.LinAlgError as error:
            raise ConvergenceError(
                "The weights or results span too many orders of magnitude to be rated together."
            ) from error
        return cls(spread, ridge, cells.present, members, inverses, cholesky)

    def solve(self, gradient: Floats) -> Floats:
        """Return the Newton step, shape (T + 1, m), for a gradient of that shape."""
        if not self.spread:
            step = np.zeros_like(gradient)
            step[0] = linalg.cho_solve(self.schur, gradient[0], check_finite=False)
            return step
        precision = 1 / self.spread**2
        pull = gradient[0].copy()
        inside = []
        for t, at, block in zip(self.present, self.members, self.inverses, strict=True):
            own = gradient[1 + t, at]
            solved = block @ own
            inside.append(solved)
            pull[at] -= own - precision * solved
        overall = linalg.cho_solve(self.schur, pull, check_finite=False)
        step = gradient * self.spread**2  # where nothing was compared, only the prior speaks
        step[0] = overall
        for t, at, block, solved in zip(
            self.present, self.members, self.inverses, inside, strict=True
        ):
            step[1 + t, at] = solved + precision * (block @ overall[at]) - overall[at]
        return step


def maximise(
    cells: PooledCells, point: Floats, spread: float, ridge: float, factor: Factor | None
) -> tuple[Floats, int, Factor]:
    """Maximise the penalised log-likelihood of strengths overall and departures.

    ``sum_c [ s_c x_c - n_c ln(1 + e^(x_c)) ] - |d|^2 / (2 tau^2) - ridge |theta|^2 / 2``

    Parameters
    ----------
    cells : PooledCells
    point : array of shape (T + 1, m)
        Where to begin: strengths overall, then the departures of each task.
    spread, ridge : float
        tau, 0 for no departures; precision of the prior of the strengths overall.
    factor : Factor, optional
        From a fit nearby; it is kept while the steps it gives contract.

    Returns
    -------
    point : array of shape (T + 1, m)
    iterations : int
    factor : Factor

    Raises
    ------
    ConvergenceError
        If the decrement is not small after 200 steps.
    """
    if factor is not None and (factor.spread, factor.ridge) != (spread, ridge):
        factor = None
    if not spread:
        point = np.vstack([point[:1], np.zeros((cells.tasks, cells.m))])
    precision = 1 / spread**2 if spread else 0.0
    shape = point.shape
    tolerance = _TOLERANCE * min(1.0, float(cells.weight.sum()))

    def loss(flat: Floats) -> float:
        at = flat.reshape(shape)
        d = cells.differences(at)
        penalty = precision * (at[1:] ** 2).sum() + ridge * (at[0] ** 2).sum()
        return float(cells.weight @ np.logaddexp(0, d) - cells.score @ d + penalty / 2)

    last, fresh = np.inf, False
    for iteration in range(1, _ITERATIONS + 1):
        difference = cells.differences(point)
        scores = cells.score_of(difference)
        gradient = np.zeros(shape)
        gradient[0] = scores.sum(axis=0) - ridge * point[0]
        if spread:
            gradient[1:] = scores - precision * point[1:]
        if factor is None:
            factor, last, fresh = Factor.at(cells, difference, spread, ridge), np.inf, True
        step = factor.solve(gradient)
        decrement = float((gradient * step).sum())
        if decrement < tolerance:
            return point + step, iteration, factor
        if decrement > _CONTRACTION * last:
            factor = None
        elif fresh and decrement > _NEAR:
            value = loss(point.ravel())
            moved, _ = descend(loss, point.ravel(), value, step.ravel(), decrement)
            point, factor = moved.reshape(shape), None
        else:
            point, last, fresh = point + step, decrement, False
    raise ConvergenceError(
        f"The pooled strengths did not converge in {_ITERATIONS} steps "
        f"(decrement {decrement:.2g}); use a larger ridge."
    )

"""The linear program of deviation ratings, warm-started where SciPy's own HiGHS allows it."""

from typing import Any, Protocol

import numpy as np

from ranking.errors import ConvergenceError
from ranking.laplacian import Codes, Floats

FEASIBILITY = 1e-10
"""Tolerance of the solver, in units of the largest gain."""

_SLACKS = (1e-9, 1e-8, 1e-7)
"""By how much frozen rows may exceed their level, tried in turn: rounding needs some room."""


class Levels(Protocol):
    """Minimise the level that all rows not yet frozen stay under.

    ``min e`` subject to ``gains sigma <= e`` (or the level at which a row was frozen),
    ``sum sigma = 1``, ``sigma >= 0``.
    """

    def add(self, gains: Floats) -> None:
        """Add columns, shape (R, k)."""

    def freeze(self, rows: Codes, level: float) -> None:
        """Hold rows (their indices) at or under a level from now on."""

    def solve(self) -> tuple[float, Floats, float]:
        """Return the level, the price of each row (R,), at least 0, and that of the sum."""

    def sigma(self) -> Floats:
        """Return the weight of each column of the last solution, in the order of their adding."""


def levels(rows: int) -> Levels:
    """Return an empty program with that many rows."""
    try:
        from scipy.optimize._highspy import _core
    except ImportError:  # another SciPy keeps its solver elsewhere
        return _Restarted(rows)
    return _Warm(_core, rows)


class _Warm:
    """Keeps the basis from one solve to the next."""

    def __init__(self, core: Any, rows: int) -> None:
        self.core, self.rows = core, rows
        self.frozen: list[tuple[int, float]] = []
        self.highs = core._Highs()
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("presolve", "off"),
            ("simplex_strategy", 4),  # primal: new columns and frozen rows leave a feasible basis
            ("small_matrix_value", 1e-12),  # the default drops gains that decide later levels
            ("primal_feasibility_tolerance", FEASIBILITY),
            ("dual_feasibility_tolerance", FEASIBILITY),
        ):
            self.highs.setOptionValue(option, value)
        inf, none = core.kHighsInf, (np.zeros(0, np.int32), np.zeros(0))
        for _ in range(rows):
            self.highs.addRow(-inf, 0.0, 0, *none)
        self.highs.addRow(1.0, 1.0, 0, *none)
        everywhere = np.arange(rows, dtype=np.int32)
        self.highs.addCol(1.0, -inf, inf, rows, everywhere, -np.ones(rows))

    def add(self, gains: Floats) -> None:
        columns = np.vstack([gains, np.ones(gains.shape[1])]).T
        k, used = len(columns), columns != 0
        start = (np.cumsum(used.sum(axis=1)) - used.sum(axis=1)).astype(np.int32)
        index = np.nonzero(used)[1].astype(np.int32)
        zero, unbounded = np.zeros(k), np.full(k, self.core.kHighsInf)
        self.highs.addCols(k, zero, zero, unbounded, len(index), start, index, columns[used])

    def freeze(self, rows: Codes, level: float) -> None:
        for row in rows.tolist():
            self.highs.changeCoeff(row, 0, 0.0)
            self.frozen.append((row, level))
        self._bound(self.frozen[-len(rows) :], _SLACKS[0])

    def solve(self) -> tuple[float, Floats, float]:
        solved = self.core.HighsModelStatus.kOptimal
        self.highs.run()
        for slack in _SLACKS[1:]:
            if self.highs.getModelStatus() == solved:
                break
            self.highs.clearSolver()
            self._bound(self.frozen, slack)
            self.highs.run()
        if self.highs.getModelStatus() != solved:
            raise _unsolved(self.highs.modelStatusToString(self.highs.getModelStatus()))
        dual = np.asarray(self.highs.getSolution().row_dual)
        return float(self.highs.getObjectiveValue()), -dual[: self.rows], float(dual[self.rows])

    def sigma(self) -> Floats:
        return np.asarray(self.highs.getSolution().col_value, np.float64)[1:]

    def _bound(self, frozen: list[tuple[int, float]], slack: float) -> None:
        for row, level in frozen:
            self.highs.changeRowBounds(row, -self.core.kHighsInf, level + slack)


class _Restarted:
    """Solves every program anew."""

    def __init__(self, rows: int) -> None:
        self.gains = np.zeros((rows, 0))
        self.bound = np.zeros(rows)
        self.open = np.ones(rows, dtype=bool)
        self.weight = np.zeros(0)

    def add(self, gains: Floats) -> None:
        self.gains = np.hstack([self.gains, gains])

    def freeze(self, rows: Codes, level: float) -> None:
        self.open[rows], self.bound[rows] = False, level

    def solve(self) -> tuple[float, Floats, float]:
        from scipy.optimize import linprog

        k = self.gains.shape[1]
        for slack in _SLACKS:
            result = linprog(
                np.append(np.zeros(k), 1.0),
                A_ub=np.column_stack([self.gains, np.where(self.open, -1.0, 0.0)]),
                b_ub=np.where(self.open, 0.0, self.bound + slack),
                A_eq=np.append(np.ones(k), 0.0)[None],
                b_eq=[1.0],
                bounds=[(0, None)] * k + [(None, None)],
                method="highs",
                options={
                    "primal_feasibility_tolerance": FEASIBILITY,
                    "dual_feasibility_tolerance": FEASIBILITY,
                },
            )
            if result.success:
                self.weight = np.asarray(result.x[:-1], np.float64)
                marginal = np.asarray(result.ineqlin.marginals)
                return float(result.fun), -marginal, float(result.eqlin.marginals[0])
        raise _unsolved(result.message)

    def sigma(self) -> Floats:
        return self.weight


def _unsolved(status: str) -> ConvergenceError:
    return ConvergenceError(f"A linear program of the deviation ratings was not solved: {status}.")

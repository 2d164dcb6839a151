"""Comparisons summed by task and pair: what pooled strengths are fitted to."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from scipy.special import expit

from ranking.capabilities.spread import Linearised
from ranking.errors import InputError
from ranking.laplacian import Codes, Floats, divergence, laplacian


@dataclass(frozen=True, eq=False)
class PooledCells:
    """Comparisons summed by task and pair, sorted by task.

    `first` and `second` are positions in a flat array of T x m strengths; `begin` and `end` bound
    the cells of each task that has any; all of weight > 0.
    """

    m: int
    tasks: int
    first: Codes
    second: Codes
    weight: Floats
    score: Floats
    present: Codes
    begin: Codes
    end: Codes

    @classmethod
    def of(
        cls,
        m: int,
        tasks: int,
        task: npt.ArrayLike,
        first: npt.ArrayLike,
        second: npt.ArrayLike,
        weight: npt.ArrayLike,
        score: npt.ArrayLike,
    ) -> "PooledCells":
        """Add up rows of any order and orientation; see `pooled_strengths`."""
        t, i, j = (np.asarray(codes, np.int64) for codes in (task, first, second))
        w, s = np.asarray(weight, np.float64), np.asarray(score, np.float64)
        _check_rows(m, tasks, t, i, j, w, s)
        flipped = i > j
        key = (t * m + np.where(flipped, j, i)) * m + np.where(flipped, i, j)
        kept = w > 0
        cells, cell = np.unique(key[kept], return_inverse=True)
        total = np.bincount(cell, w[kept], len(cells))
        won = np.bincount(cell, np.where(flipped, w - s, s)[kept], len(cells))
        flat = cells // m
        present, begin = np.unique(flat // m, return_index=True)
        return cls(
            m,
            tasks,
            flat,
            flat // m * m + cells % m,
            total.astype(np.float64),
            won.astype(np.float64),
            present,
            begin.astype(np.int64),
            np.append(begin[1:], len(cells)).astype(np.int64),
        )

    @property
    def distinct_tasks(self) -> int:
        """How many tasks have comparisons."""
        return len(self.present)

    def determined(self) -> bool:
        """Whether everybody scored against everybody, directly or through others (Ford 1957)."""
        i, j = self.first % self.m, self.second % self.m
        beats = np.concatenate([i[self.score > 0], j[self.score < self.weight]])
        loses = np.concatenate([j[self.score > 0], i[self.score < self.weight]])
        graph = sparse.coo_array((np.ones(len(beats)), (beats, loses)), shape=(self.m, self.m))
        return bool(connected_components(graph.tocsr(), connection="strong")[0] == 1)

    def differences(self, point: Floats) -> Floats:
        """Return the difference of strengths in each cell at overall and departures."""
        strength = (point[0] + point[1:]).ravel()
        return np.asarray(strength[self.first] - strength[self.second])

    def score_of(self, difference: Floats) -> Floats:
        """Return the gradient of the log-likelihood by strength, shape (T, m)."""
        residual = self.score - self.weight * expit(difference)
        size = self.tasks * self.m
        return divergence(size, self.first, self.second, residual).reshape(self.tasks, self.m)

    def blocks(self, difference: Floats) -> "list[tuple[Codes, Codes, Codes, Floats]]":
        """Return members, pairs (as positions among them) and information of each task."""
        p = expit(difference)
        information = self.weight * p * (1 - p)
        found = []
        for begin, end in zip(self.begin, self.end, strict=True):
            i, j = self.first[begin:end] % self.m, self.second[begin:end] % self.m
            among = np.zeros(self.m, dtype=bool)
            among[i] = among[j] = True
            at = np.cumsum(among) - 1
            found.append((np.flatnonzero(among), at[i], at[j], information[begin:end]))
        return found

    def linearised(self, point: Floats) -> Linearised:
        """Return the tasks' log-likelihoods to second order in their departures."""
        difference = self.differences(point)
        scores = self.score_of(difference)
        tasks = []
        for t, (at, i, j, information) in zip(self.present, self.blocks(difference), strict=True):
            matrix = laplacian(len(at), i, j, information)
            tasks.append((at, matrix, scores[t, at] + matrix @ point[1 + t, at]))
        return Linearised.of(self.m, tasks)


def _check_rows(
    m: int, tasks: int, task: Codes, first: Codes, second: Codes, weight: Floats, score: Floats
) -> None:
    if not (task.shape == first.shape == second.shape == weight.shape == score.shape):
        raise InputError("Task, first, second, weight and score must be arrays of one length.")
    if not ((weight > 0).any() and np.isfinite(weight).all() and (weight >= 0).all()):
        raise InputError("Weights must be finite, none negative, and some positive.")
    for codes, size, what in (
        (task, tasks, "task"),
        (first, m, "competitor"),
        (second, m, "competitor"),
    ):
        if codes.min() < 0 or codes.max() >= size:
            raise InputError(f"A {what} code must lie in 0 to {size - 1}; one does not.")
    if (first == second).any():
        raise InputError("A competitor cannot be compared with itself; drop such rows first.")
    if not ((score >= 0) & (score <= weight * (1 + 1e-12))).all():
        raise InputError("A row's score must lie between 0 and its weight: it is a sum of w y.")

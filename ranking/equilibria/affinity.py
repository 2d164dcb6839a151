"""Affinity entropy: an entropy that counts near-equal actions as one, and its maximiser."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from ranking.equilibria.payoffs import EvaluationGame
from ranking.errors import ConvergenceError, InputError
from ranking.laplacian import Floats

_SCREEN = 64  # coordinates looked at before a pair of actions is compared in full
_FAR = 9.0  # in kernel widths: beyond it the affinity is below 1e-17
_STEPS = 200
_CENTRE = 0.1  # each step aims at a tenth of the complementarity
_TOLERANCE = 1e-12  # of the entropy still to be gained, and of the prices of actions


@dataclass(frozen=True)
class Affinity:
    """How alike two actions are taken to be, and the exponent of the entropy.

    Attributes
    ----------
    width : float, default 1e-3
        Kernel width in units of the payoffs: 1e-3 finds exact clones; `noise_width` gives the
        width that fits payoffs measured with noise.
    kernel : {"largest", "dirichlet"}, default "largest"
        Distance of two actions: the largest difference of their payoffs over what the others can
        pick, or the root mean square difference over independent uniform mixes of the others.
        Only the first is unmoved by clones among the others.
    exponent : float in [0, 1], default 1
        Order p of the entropy: 0 is Shannon's, positive orders are Tsallis's of order p + 1.
    """

    width: float = 1e-3
    kernel: Literal["largest", "dirichlet"] = "largest"
    exponent: float = 1.0

    def __post_init__(self) -> None:
        if not self.width > 0:
            raise InputError(f"The kernel width must be positive, not {self.width}.")
        if self.kernel not in ("largest", "dirichlet"):
            raise InputError(f"`kernel` must be largest or dirichlet; not {self.kernel!r}.")
        if not 0 <= self.exponent <= 1:
            raise InputError(f"The exponent must lie in [0, 1], not {self.exponent}.")

    def kernels(self, game: EvaluationGame) -> tuple[Floats, Floats]:
        """Return the affinities of tasks (T, T) and of competitors (n, n)."""
        if self.kernel == "dirichlet":
            of_competitors = dirichlet_distance(game.margin.transpose(1, 0, 2))
            return self._of(dirichlet_distance(game.interest)), self._of(of_competitors)
        # A task's own payoff is |D|, but two tasks are only clones where D itself agrees.
        return self.affinity(game.task_rows), self.affinity(game.competitor_rows)

    def affinity(self, rows: Floats) -> Floats:
        """Return ``exp(-d^2 / (2 width^2))`` of the largest differences d between rows."""
        return self._of(largest_distance(rows, beyond=_FAR * self.width))

    def targets(self, game: EvaluationGame) -> tuple[Floats, Floats]:
        """Return the mixes of tasks (T,) and of competitors (n,) of largest affinity entropy."""
        tasks, competitors = self.kernels(game)
        return affinity_target(tasks, self.exponent), affinity_target(competitors, self.exponent)

    def _of(self, distance: Floats) -> Floats:
        return np.asarray(np.exp(-((distance / self.width) ** 2) / 2), np.float64)


def noise_width(comparisons: float, cells: int = 1) -> float:
    """Return the kernel width at which the noise of measured win rates is no difference.

    The standard error of a difference of two margins ``2 W - 1``, ``sqrt(2 / N)``, times the
    median of the largest of so many normal errors where that is above 1.

    Parameters
    ----------
    comparisons : float
        N, on which each win rate rests.
    cells : int, default 1
        Number of win rates in which two actions are compared. The largest difference of many is
        large by noise alone: true clones would look different at the width of a single one.
    """
    if not (comparisons > 0 and cells >= 1):
        raise InputError(
            "The width needs a positive number of comparisons and at least one cell, "
            f"not {comparisons} and {cells}."
        )
    from scipy.special import ndtri

    largest = ndtri((1 + 0.5 ** (1 / cells)) / 2)
    return float(np.sqrt(2 / comparisons) * max(largest, 1.0))


@dataclass(frozen=True)
class NearClones:
    """Two actions that are alike, but not equal."""

    first: str
    second: str
    distance: float
    affinity: float


def near_clones(
    names: Sequence[str], rows: Floats, affinity: Affinity, *, least: float = 0.1
) -> tuple[NearClones, ...]:
    """List the pairs of actions whose affinity is at least `least`, the closest first."""
    distance = largest_distance(rows, beyond=_FAR * affinity.width)
    alike = affinity.affinity(rows)
    first, second = np.nonzero(np.triu(alike >= least, 1))
    order = np.argsort(distance[first, second], kind="stable")
    return tuple(
        NearClones(names[i], names[j], float(distance[i, j]), float(alike[i, j]))
        for i, j in zip(first[order], second[order], strict=True)
    )


def largest_distance(rows: Floats, *, beyond: float = np.inf) -> Floats:
    """Return the largest difference between the coordinates of every two rows, shape (n, n).

    Distances above `beyond` may be returned smaller than they are, but never below it: a few
    coordinates suffice to tell such a pair apart.
    """
    n, width = rows.shape
    looked_at = np.argsort(-rows.std(axis=0), kind="stable")[:_SCREEN]
    distance = np.zeros((n, n))
    for column in rows[:, looked_at].T:
        np.maximum(distance, np.abs(column[:, None] - column), out=distance)
    if width > _SCREEN:
        for at in range(n):
            close = at + 1 + np.flatnonzero(distance[at, at + 1 :] <= beyond)
            distance[at, close] = np.abs(rows[close] - rows[at]).max(axis=1)
            distance[close, at] = distance[at, close]
    return distance


def dirichlet_distance(payoff: Floats) -> Floats:
    """Return the root mean square payoff difference of every two actions over the others' mixes.

    Each other player mixes by an independent flat Dirichlet, for which
    ``E[x x'] = (I + 1 1') / (m (m + 1))``: no sampling is needed.

    Parameters
    ----------
    payoff : array of shape (n, m_1, m_2, ...)
        Payoff of each action against each joint choice of the others.

    Returns
    -------
    float array of shape (n, n)
    """
    weighted = payoff
    for axis, m in enumerate(payoff.shape[1:], start=1):
        weighted = (weighted + weighted.sum(axis=axis, keepdims=True)) / (m * (m + 1))
    n = len(payoff)
    gram = payoff.reshape(n, -1) @ weighted.reshape(n, -1).T
    own = np.diag(gram)
    return np.sqrt(np.maximum(own[:, None] + own - gram - gram.T, 0))


def affinity_entropy(mix: Floats, kernel: Floats, exponent: float = 1.0) -> float:
    """Return the affinity entropy of a mix.

    With ``c_j = (sum_i K_ij^(p+1))^(1/(p+1))`` and ``y = K (x / c)``: ``(1 - sum y^(p+1)) / p``,
    and its limit for p = 0. It is 0 for a single action, Shannon's or Tsallis's entropy where K is
    the identity, and depends on the mass of a class of clones only.

    Parameters
    ----------
    mix : array of shape (n,)
    kernel : array of shape (n, n)
        Symmetric affinities in [0, 1], 1 on the diagonal.
    exponent : float in [0, 1], default 1
    """
    return _entropy(mix, kernel, exponent)[0]


def affinity_target(kernel: Floats, exponent: float = 1.0) -> Floats:
    """Return the mix of largest affinity entropy, shape (n,), by an interior-point method.

    Where exact clones leave their split open, the path through the interior ends at an even one.

    Raises
    ------
    ConvergenceError
        If the entropy still grows after 200 steps.
    """
    n = len(kernel)
    mix = np.full(n, 1 / n)
    if (kernel == np.eye(n)).all():
        return mix
    slack = np.ones(n)  # the multipliers of mix >= 0
    for _ in range(_STEPS):
        gap = float(mix @ slack)
        _, gradient, curvature = _entropy(mix, kernel, exponent)
        price = gradient + slack
        off = float(np.abs(price - price @ mix).max())
        if gap < _TOLERANCE and off < _TOLERANCE:
            return mix
        system = curvature + np.diag(slack / mix)
        right = np.column_stack([gradient + _CENTRE * gap / n / mix, np.ones(n)])
        both = np.linalg.solve(system, right)
        step = both[:, 0] - both[:, 1] * (both[:, 0].sum() / both[:, 1].sum())
        change = _CENTRE * gap / n / mix - slack - slack / mix * step
        length = min(_to_boundary(mix, step), _to_boundary(slack, change))
        mix, slack = mix + length * step, slack + length * change
        mix /= mix.sum()
    raise ConvergenceError(f"The affinity entropy was not maximised in {_STEPS} steps.")


def _to_boundary(values: Floats, step: Floats) -> float:
    """Return the longest step up to 1 that leaves all values positive."""
    falling = step < 0
    return min(1.0, 0.99 * float((-values[falling] / step[falling]).min(initial=np.inf)))


def _entropy(mix: Floats, kernel: Floats, exponent: float) -> tuple[float, Floats, Floats]:
    """Return the entropy, its gradient and its negative Hessian."""
    order = exponent + 1
    scale = (kernel**order).sum(axis=0) ** (1 / order)
    spread = kernel / scale
    y = spread @ mix
    positive = y > 0
    log_y = np.log(y, out=np.zeros_like(y), where=positive)
    curvature = order * np.exp((exponent - 1) * log_y) * positive
    hessian = (spread.T * curvature) @ spread
    if exponent > 0:
        value = float((1 - (y**order).sum()) / exponent)
        return value, -order / exponent * (spread.T @ y**exponent), hessian
    log_kernel = np.log(kernel, out=np.zeros_like(kernel), where=kernel > 0)
    offset = np.log(scale) - (kernel * log_kernel).sum(axis=0) / scale
    value = float(-(y * log_y).sum() - mix @ offset)
    return value, -(spread.T @ (log_y + 1)) - offset, hessian

"""Games between competitors, and between competitors and tasks, with exactly symmetric payoffs."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from ranking.errors import InputError
from ranking.laplacian import Floats

Normalise = Literal["range", "deviation", "rank", "none"]

_COMPLEMENT = 1e-6  # how far the two sides' win rates may be from adding up to 1


@dataclass(frozen=True, eq=False)
class ZeroSumGame:
    """Competitors against competitors: each of two players picks one, the margin is paid.

    Attributes
    ----------
    competitors : tuple of str, length n
    margin : float array of shape (n, n)
        What the row wins from the column; exactly antisymmetric.
    """

    competitors: tuple[str, ...]
    margin: Floats

    def __post_init__(self) -> None:
        n = len(self.competitors)
        _check(self.margin, (n, n), "margin")
        _check_names(self.competitors, "competitor")
        object.__setattr__(self, "margin", antisymmetric(self.margin))

    @classmethod
    def from_win_rates(
        cls,
        competitors: Sequence[str],
        win_rate: Floats,
        *,
        scale: Literal["log-odds", "margin"] = "margin",
        clip: float = 0.01,
    ) -> "ZeroSumGame":
        """Build the game from win rates W, shape (n, n), of the row against the column.

        Parameters
        ----------
        competitors : sequence of str, length n
        win_rate : array of shape (n, n)
            In [0, 1], ties counted half; the diagonal is ignored.
        scale : {"margin", "log-odds"}, default "margin"
            ``2 W - 1``, or ``ln(W / (1 - W))`` as in Balduzzi et al. 2018.
        clip : float in (0, 1/2), default 0.01
            Log-odds are taken of win rates held within ``[clip, 1 - clip]``.
        """
        rate = _win_rates(win_rate[None])[0]
        if scale == "margin":
            return cls(tuple(competitors), rate - rate.T)
        held = np.clip(rate, clip, 1 - clip)
        return cls(tuple(competitors), np.log(held / (1 - held)))


@dataclass(frozen=True, eq=False)
class ScoreGame:
    """Competitors against tasks: one player picks a competitor for its score, the other a task.

    Attributes
    ----------
    competitors : tuple of str, length n
    tasks : tuple of str, length T
    score : float array of shape (n, T)
        Of each competitor on each task, comparable between tasks (see `normalised`).
    """

    competitors: tuple[str, ...]
    tasks: tuple[str, ...]
    score: Floats

    def __post_init__(self) -> None:
        _check(self.score, (len(self.competitors), len(self.tasks)), "score")
        _check_names(self.competitors, "competitor")
        _check_names(self.tasks, "task")


@dataclass(frozen=True, eq=False)
class EvaluationGame:
    """Tasks x competitors x competitors: one player picks a task, two others a competitor each.

    On task t the two who picked i and j are paid ``D[t, i, j]`` and ``-D[t, i, j]``; who picked
    the task is paid ``|D[t, i, j]|``: it looks for tasks that separate the competitors.

    Attributes
    ----------
    tasks : tuple of str, length T
    competitors : tuple of str, length n
    margin : float array of shape (T, n, n)
        D, exactly antisymmetric in its last two axes.
    tie : float array of shape (T,), optional
        What each task earns where both players picked the same competitor, in units of the
        margin. By default 0: a single winner then leaves every task indifferent, and the tasks
        keep their target.
    """

    tasks: tuple[str, ...]
    competitors: tuple[str, ...]
    margin: Floats
    tie: Floats | None = None

    def __post_init__(self) -> None:
        n = len(self.competitors)
        _check(self.margin, (len(self.tasks), n, n), "margin")
        _check_names(self.competitors, "competitor")
        _check_names(self.tasks, "task")
        if self.tie is not None:
            _check(self.tie, (len(self.tasks),), "payoff of a tie")
        object.__setattr__(self, "margin", antisymmetric(self.margin))

    @classmethod
    def from_scores(
        cls,
        competitors: Sequence[str],
        tasks: Sequence[str],
        score: Floats,
        *,
        normalise: Normalise = "range",
        tie: Floats | None = None,
    ) -> "EvaluationGame":
        """Build the game from scores of shape (n, T): ``D[t, i, j] = s[i, t] - s[j, t]``."""
        _check(score, (len(competitors), len(tasks)), "score")
        s = normalised(score, normalise).T
        return cls(tuple(tasks), tuple(competitors), s[:, :, None] - s[:, None, :], tie)

    @classmethod
    def from_normal_scores(
        cls,
        competitors: Sequence[str],
        tasks: Sequence[str],
        score: Floats,
        deviation: Floats,
        *,
        tie: Floats | None = None,
    ) -> "EvaluationGame":
        """Build the game from normal scores: ``W = Phi((s_i - s_j) / sqrt(d_i^2 + d_j^2))``.

        Parameters
        ----------
        score, deviation : arrays of shape (n, T)
            Mean and standard deviation of each competitor's score on each task; deviations
            below 1e-6 count as 1e-6.
        """
        from scipy.special import ndtr

        shape = (len(competitors), len(tasks))
        _check(score, shape, "score")
        _check(deviation, shape, "deviation")
        s, d = score.T, np.maximum(deviation.T, 1e-6) ** 2
        spread = np.sqrt(d[:, :, None] + d[:, None, :])
        rate = ndtr((s[:, :, None] - s[:, None, :]) / spread)
        return cls.from_win_rates(competitors, tasks, rate, tie=tie)

    @classmethod
    def from_win_rates(
        cls,
        competitors: Sequence[str],
        tasks: Sequence[str],
        win_rate: Floats,
        *,
        tie: Floats | None = None,
    ) -> "EvaluationGame":
        """Build the game from win rates W of shape (T, n, n): ``D = 2 W - 1``.

        The diagonal is ignored; ties count half. Win rates of a handful of comparisons must be
        shrunk first: raw ones lie at 0 and 1, and bias every equilibrium rating.
        """
        n = len(competitors)
        _check(win_rate, (len(tasks), n, n), "win rate")
        rate = _win_rates(win_rate)
        return cls(tuple(tasks), tuple(competitors), rate - rate.transpose(0, 2, 1), tie)

    @cached_property
    def interest(self) -> Floats:
        """What each pair of picks is worth to a task: |D|, `tie` on the diagonal; (T, n, n)."""
        worth = np.abs(self.margin)
        if self.tie is not None:
            at = np.arange(len(self.competitors))
            worth[:, at, at] = self.tie[:, None]
        return worth

    @property
    def scale(self) -> float:
        """Largest payoff, in units of the margin; 1 where all payoffs are 0."""
        tie = 0.0 if self.tie is None else np.abs(self.tie).max()
        return float(max(np.abs(self.margin).max(), tie)) or 1.0

    @property
    def task_rows(self) -> Floats:
        """Payoffs of each task over all pairs, shape (T, n^2): equal rows are clones."""
        rows = self.margin.reshape(len(self.tasks), -1)
        return rows if self.tie is None else np.column_stack([rows, self.tie])

    @property
    def competitor_rows(self) -> Floats:
        """Margins of each competitor on all tasks, shape (n, T n): equal rows are clones."""
        by_competitor = self.margin.transpose(1, 0, 2)
        return np.ascontiguousarray(by_competitor).reshape(len(self.competitors), -1)

    def utilities(self, task_mass: Floats, competitor_mass: Floats) -> tuple[Floats, Floats]:
        """Return what each task (T,) and each competitor (n,) earns against the given mixes."""
        against = self.margin @ competitor_mass
        return self.interest @ competitor_mass @ competitor_mass, task_mass @ against


def normalised(score: Floats, by: Normalise = "range") -> Floats:
    """Put the scores of each task on one scale.

    Parameters
    ----------
    score : array of shape (n, T)
    by : {"range", "deviation", "rank", "none"}, default "range"
        ``(x - min) / (max - min)``; ``x / std - max``; mean rank over n - 1; or as they are. A task
        on which all score the same separates nobody under any of them.

    Returns
    -------
    float array of shape (n, T)
    """
    if by == "none":
        return score
    if by == "rank":
        less = (score[:, None, :] > score[None, :, :]).sum(axis=1)
        same = (score[:, None, :] == score[None, :, :]).sum(axis=1) - 1
        return np.asarray((less + same / 2) / max(len(score) - 1, 1), np.float64)
    if by == "range":
        width = np.ptp(score, axis=0)
        return np.asarray((score - score.min(axis=0)) / np.where(width > 0, width, 1))
    if by == "deviation":
        width = score.std(axis=0)
        scaled = score / np.where(np.ptp(score, axis=0) > 0, width, 1)
        return np.asarray(scaled - scaled.max(axis=0))
    raise InputError(f"`normalise` must be range, deviation, rank or none; not {by!r}.")


def antisymmetric(matrix: Floats) -> Floats:
    """Return ``(A - A') / 2`` over the last two axes: antisymmetric to the last bit."""
    return np.asarray((matrix - np.swapaxes(matrix, -1, -2)) / 2, np.float64)


def deviation_gains(payoffs: Sequence[Floats]) -> Floats:
    """Return what every player gains by leaving every joint choice for one of its own actions.

    Parameters
    ----------
    payoffs : sequence of N arrays, each of shape (A_1, ..., A_N)
        Payoff of each player at each joint choice.

    Returns
    -------
    float array of shape (A_1 + ... + A_N, A_1 * ... * A_N)
        Row (p, s): ``G_p(s, a_-p) - G_p(a)`` at each joint choice a, in C order.
    """
    rows = [
        (np.take(payoff, [action], axis=player) - payoff).ravel()
        for player, payoff in enumerate(payoffs)
        for action in range(payoff.shape[player])
    ]
    return np.asarray(rows, np.float64)


def _win_rates(win_rate: Floats) -> Floats:
    """Check win rates of shape (T, n, n) and put 1/2 on their diagonals."""
    rate = np.array(win_rate, np.float64)
    at = np.arange(rate.shape[-1])
    rate[:, at, at] = 0.5
    if not (np.all(rate >= 0) and np.all(rate <= 1)):  # also where one is NaN
        raise InputError("Win rates must lie between 0 and 1, and none may be missing.")
    off = np.abs(rate + rate.transpose(0, 2, 1) - 1).max()
    if off > _COMPLEMENT:
        raise InputError(
            "The win rates of the two sides of a pair must add up to 1 (ties count half); "
            f"one pair is off by {off:.2g}."
        )
    return rate


def _check(values: Floats, shape: tuple[int, ...], what: str) -> None:
    if values.shape != shape:
        raise InputError(f"The {what} must have the shape {shape}, not {values.shape}.")
    if 0 in shape:
        raise InputError("A game needs at least one competitor and one task.")
    if not np.isfinite(values).all():
        raise InputError(f"Every {what} must be a finite number; fill or drop missing ones first.")


def _check_names(names: tuple[str, ...], what: str) -> None:
    if len(set(names)) < len(names):
        repeated = next(name for name in names if names.count(name) > 1)
        raise InputError(f"The {what} {repeated!r} occurs more than once; names must differ.")

"""Deviation ratings: the gains from deviating in the strictest coarse correlated equilibrium."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from ranking.equilibria.clones import merge_evaluation
from ranking.equilibria.linear_program import FEASIBILITY, levels
from ranking.equilibria.payoffs import EvaluationGame
from ranking.equilibria.results import Bools, Equilibrium
from ranking.errors import ConvergenceError, InputError
from ranking.laplacian import Codes, Floats

_POSITIVE = 1e-7  # a row's price above which it is tight in every optimum
_VIOLATION = 1e-6  # of the largest payoff, by which a gain may exceed its rating
_SAME_DIGITS = 12  # gains, over the largest, that agree to so many digits are equal
_BATCH = 400  # joint choices added at a time

Price = Callable[[Floats, float], Floats]


def deviation_ratings(
    game: EvaluationGame,
    *,
    head: int | None = None,
    declared: Sequence[Sequence[str]] = (),
) -> Equilibrium:
    """Rate competitors and tasks by what deviating to them gains in the strictest equilibrium.

    Of all joint distributions, take the one whose gains from deviating, sorted from the largest
    down, are lexicographically smallest; the gains are unique, the distribution is not. They are
    unmoved by clones, mixtures and offsets, and keep dominance.

    Parameters
    ----------
    game : EvaluationGame
    head : int, optional
        Stop once so many competitors are rated: ratings are found from the top down. The others,
        and tasks not yet rated, get an upper bound; `competitor_decided` and `task_decided` tell.
    declared : sequence of sequences of str, default none
        Competitors to be treated as clones of each other.

    Raises
    ------
    ConvergenceError
        If a linear program is not solved.

    References
    ----------
    Marris et al. 2025, arXiv:2502.11645.
    """
    if head is not None and head < 1:
        raise InputError(f"`head` must be at least 1, not {head}.")
    merged, competitors, tasks = merge_evaluation(game, declared)
    n = len(merged.competitors)
    columns = _Columns(merged)
    size = competitors.size

    def enough(settled: Bools) -> bool:
        rated = size[settled[:n]].sum()
        return bool(settled.all() if head is None else rated >= min(head, size.sum()))

    found = _settle(columns.gains(columns.seed()), columns.price, enough)
    rating = found.rating * merged.scale
    return Equilibrium(
        method="deviation ratings",
        competitors=game.competitors,
        tasks=game.tasks,
        competitor_rating=competitors.each(rating[:n]),
        task_rating=tasks.each(rating[n:]),
        competitor_mass=None,
        task_mass=None,
        exploitability=found.violation * merged.scale,
        stages=found.stages,
        iterations=found.programs,
        competitor_clones=competitors.groups,
        task_clones=tasks.groups,
        competitor_decided=None if head is None else competitors.each(found.settled[:n]),
        task_decided=None if head is None else tasks.each(found.settled[n:]),
    )


def lexicographic_minimum(gains: Floats) -> Floats:
    """Return the lexicographically smallest gains, shape (R,), over all mixes of the columns.

    The largest is made as small as possible, then the second largest, and so on. Rows whose price
    in the linear program is positive are tight in every optimum, and only those are settled: a row
    that is tight in the optimum at hand need not be.

    Parameters
    ----------
    gains : array of shape (R, J)
        See `deviation_gains`.

    Raises
    ------
    ConvergenceError
        If a linear program is not solved.
    """
    scale = float(np.abs(gains).max(initial=0.0)) or 1.0
    rows = np.round(gains / scale, _SAME_DIGITS)
    _, first, back = np.unique(rows, axis=0, return_index=True, return_inverse=True)
    rows = rows[first]
    columns = np.sort(np.unique(rows, axis=1, return_index=True)[1])
    found = _settle(gains[first][:, columns] / scale, _no_more, lambda settled: bool(settled.all()))
    return found.rating[np.ravel(back)] * scale


class _Settled(NamedTuple):
    """What the programs settled; a rating is an upper bound where its row is not settled."""

    rating: Floats
    settled: Bools
    violation: float  # largest gain under the last solution
    stages: int
    programs: int


def _settle(start: Floats, price: Price, enough: Callable[[Bools], bool]) -> _Settled:
    """Lower the level, settle the rows that hold it up, and go on with the rest."""
    program = levels(len(start))
    program.add(start)
    columns = [start]
    rating, settled = np.zeros(len(start)), np.zeros(len(start), dtype=bool)
    stages = programs = 0
    level = 0.0
    while not enough(settled):
        while True:
            level, prices, total = program.solve()
            programs += 1
            more = price(prices, total)
            if not more.shape[1]:
                break
            program.add(more)
            columns.append(more)
        held_up = np.flatnonzero(~settled & (prices > _POSITIVE))
        if not len(held_up):
            raise ConvergenceError(
                f"No deviation holds up the level {level:.6g} of the deviation ratings."
            )
        stages += 1
        rating[held_up], settled[held_up] = level, True
        program.freeze(held_up, level)
    rating[~settled] = level
    gain = np.hstack(columns) @ program.sigma()
    if not (gain - rating).max() <= _VIOLATION:
        raise ConvergenceError(
            "The linear programs of the deviation ratings lost their precision: a gain exceeds "
            f"its rating by {(gain - rating).max():.2g} of the largest payoff."
        )
    return _Settled(rating, settled, max(float(gain.max()), 0.0), stages, programs)


def _no_more(prices: Floats, total: float) -> Floats:
    return np.zeros((len(prices), 0))


class _Columns:
    """The joint choices (t, i <= j) of the evaluation game: sigma is symmetric in i and j.

    Rows are competitors, then tasks. Payoffs are over the largest one.
    """

    def __init__(self, game: EvaluationGame) -> None:
        self.margin = game.margin / game.scale
        self.i, self.j = np.triu_indices(len(game.competitors))
        self.worth = game.interest[:, self.i, self.j] / game.scale  # (T, pairs)
        self.known = np.zeros(self.worth.size, dtype=bool)

    def seed(self) -> Codes:
        """Choose the joint choices to start from: the strongest against itself, on every task."""
        best = int(self.margin.mean(axis=0).min(axis=1).argmax())
        pair = np.flatnonzero((self.i == best) & (self.j == best))
        return np.asarray(np.arange(len(self.worth)) * len(self.i) + pair, np.int64)

    def gains(self, chosen: Codes) -> Floats:
        """Return the gains of all rows at the chosen joint choices, shape (n + T, k)."""
        self.known[chosen] = True
        task, pair = np.divmod(chosen, len(self.i))
        of_competitor = (
            self.margin[task, :, self.i[pair]] + self.margin[task, :, self.j[pair]]
        ).T / 2
        return np.vstack([of_competitor, self.worth[:, pair] - self.worth[task, pair]])

    def price(self, prices: Floats, total: float) -> Floats:
        """Return the joint choices that would lower the level most, if any would."""
        n = self.margin.shape[1]
        of_competitor, of_task = prices[:n], prices[n:]
        pressure = np.tensordot(of_competitor, self.margin, ((0,), (1,))) / 2  # (T, n)
        cost = pressure[:, self.i] + pressure[:, self.j]
        cost += of_task @ self.worth - of_task.sum() * self.worth - total
        flat = cost.ravel()
        flat[self.known] = 0.0
        k = min(_BATCH, flat.size - 1)
        chosen = np.argpartition(flat, k)[:k]
        return self.gains(chosen[flat[chosen] < -10 * FEASIBILITY])

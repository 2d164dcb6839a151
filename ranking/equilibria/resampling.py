"""Resampling a log through to its games: what the ratings would be on another such log."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse

from ranking.equilibria.results import Bools
from ranking.equilibria.task_log import Entries, TaskCells, TaskLog, pair_entries, task_entries
from ranking.equilibria.task_scores import MergedScores, resampled_score_games
from ranking.equilibria.win_rates import LogGame, resampled_game
from ranking.errors import InputError
from ranking.laplacian import Codes, Floats
from ranking.uncertainty.intervals import ClusterSetting, IntervalRule, interval_rule
from ranking.uncertainty.sandwich import Clustering

_BLOCK = 8_000_000  # counts of units that are held at a time
_MOST_AT_ONCE = 32


def resampled_games(
    log: TaskLog,
    base: LogGame,
    *,
    cluster: ClusterSetting = "auto",
    resamples: int = 200,
    seed: int = 0,
) -> Iterator[LogGame]:
    """Draw logs like this one and build their games, with tau and kappa held.

    Clusters are drawn with replacement, as many as there are: items, or judges, or both at once
    (each comparison then counts as often as its item times as often as its judge). A comparison
    without a cluster, and any in a log without clusters, counts a Poisson number of times. Where
    cells depart from what strengths predict, these departures are drawn again too: comparisons
    tell them but in part. Clones are merged first, so that they stay clones.

    Parameters
    ----------
    log : TaskLog
    base : LogGame
        The games of the log; they know its rows.
    cluster : {"auto", "item", "judge", "both", "none"}, default "auto"
        See `resampling_rule`. Scores are always drawn by their own clusters.
    resamples : int, default 200
    seed : int, default 0

    Yields
    ------
    LogGame
        With the competitors and tasks of `base`; one after the other, as they are asked for.

    Raises
    ------
    InputError
        If the log has no clusters of the kind that is asked for, or scores cannot be drawn.

    References
    ----------
    Efron 1979, doi:10.1214/aos/1176344552. Owen 2007, doi:10.1214/07-AOAS122 (items and judges).
    """
    held = base.held
    if isinstance(held, MergedScores):
        yield from resampled_score_games(held, base, resamples=resamples, seed=seed)
        return
    if held is None:
        raise InputError("Only a game that `log_game` made of a log can be resampled.")
    merged = held.merged.log
    units = _Units.of(merged, resampling_rule(merged, cluster))
    by_task = _Sums.of(task_entries(merged), units)
    by_pair = None if merged.partitioned else _Sums.of(pair_entries(merged), units)
    departures = np.random.default_rng([seed, 1])  # a stream of their own beside the counts
    for counts in units.draws(resamples, seed):
        of_tasks = by_task.drawn(counts)
        of_pairs = map(_by_pair, of_tasks) if by_pair is None else by_pair.drawn(counts)
        for cells, pairs in zip(of_tasks, of_pairs, strict=True):
            yield resampled_game(held, cells, pairs, departures)


def _by_pair(cells: TaskCells) -> TaskCells:
    return cells if cells.tasks == 1 else cells.by_pair()


def resampling_rule(log: TaskLog, cluster: ClusterSetting = "auto") -> IntervalRule:
    """Say what is drawn: the clusters that `interval_rule` finds, and its words for them.

    With "auto" items are not drawn where they are the tasks, nor judges where these are: the tasks
    of a game are given, and a draw would leave some of them out.
    """
    games = log.games
    unknown = np.full(len(games), -1)
    if cluster == "auto" and log.by == "items":
        games = replace(games, item=unknown)
    if cluster == "auto" and log.by == "judges":
        games = replace(games, judge=unknown)
    m = len(games.competitors)
    return interval_rule(games, estimator="auto", cluster=cluster, competitors=m)


@dataclass(frozen=True, eq=False)
class _Units:
    """Rows that are counted together in a draw.

    Attributes
    ----------
    of_row : int array of shape (n,)
        Unit of each row, 0..U-1.
    item, judge : int arrays of shape (U,)
        Cluster of each unit; -1 where there is none.
    votes : float array of shape (U,)
        Comparisons behind each unit.
    needed : bool array of shape (U,)
        Units with rows in any task: a draw counts one of them at least.
    """

    of_row: Codes
    item: Codes
    judge: Codes
    votes: Floats
    needed: Bools

    @classmethod
    def of(cls, log: TaskLog, rule: IntervalRule) -> "_Units":
        games = log.games
        item, judge = np.full(len(games), -1), np.full(len(games), -1)
        if rule.by in ("item", "both"):
            item = Clustering.by(games, "item").label
        if rule.by in ("judge", "both"):
            judge = Clustering.by(games, "judge").label
        alone = (item < 0) & (judge < 0)
        code = (item + 1) * (int(judge.max(initial=-1)) + 2) + judge + 1
        if alone.any():
            code[alone] = int(code.max(initial=0)) + 1 + _alike(log)[alone]
        _, first, of_row = np.unique(code, return_index=True, return_inverse=True)
        # In the order of the pairs: sums over cells then go through the counts from end to end.
        low, high = np.minimum(games.first, games.second), np.maximum(games.first, games.second)
        order = np.lexsort((high[first], low[first]))
        place = np.empty_like(order)
        place[order] = np.arange(len(order))
        first, of_row = first[order], place[of_row]
        size = len(first)
        tasked = np.bincount(of_row, log.tasked, size) > 0
        votes = np.bincount(of_row, games.votes, size).astype(np.float64)
        return cls(of_row, item[first], judge[first], votes, tasked)

    def draws(self, resamples: int, seed: int) -> Iterator[Floats]:
        """Yield counts of the units, some draws at a time, in arrays of shape (U, draws)."""
        rng = np.random.default_rng(seed)
        at_once = int(np.clip(_BLOCK // max(len(self.votes), 1), 1, _MOST_AT_ONCE))
        alone = np.flatnonzero((self.item < 0) & (self.judge < 0))
        for start in range(0, resamples, at_once):
            counts = np.empty((len(self.votes), min(at_once, resamples - start)))
            for draw in range(counts.shape[1]):
                counts[:, draw] = self._drawn(rng, alone)
            yield counts

    def _drawn(self, rng: np.random.Generator, alone: Codes) -> Floats:
        while True:
            count = np.ones(len(self.votes))
            for label in (self.item, self.judge):
                groups = int(label.max(initial=-1)) + 1
                if groups:
                    times = np.bincount(rng.integers(groups, size=groups), minlength=groups)
                    # -1, no cluster, is the last.
                    count *= np.take(np.append(times, 1.0), label, mode="wrap")
            if len(alone):
                count[alone] = rng.poisson(self.votes[alone]) / self.votes[alone]
            if count.max(where=self.needed, initial=0.0) > 0:
                return count


def _alike(log: TaskLog) -> Codes:
    """Number rows so that equal comparisons, which a draw may count together, share a number."""
    games, n = log.games, len(log.games)
    memberships = np.bincount(log.row, minlength=n)
    if (memberships > 1).any():  # a row of several tasks is counted in all of them alike
        return np.arange(n)
    task = np.full(n, -1)
    task[log.row] = log.task
    low, high = np.minimum(games.first, games.second), np.maximum(games.first, games.second)
    toward = np.where(games.first < games.second, games.score, 1 - games.score)
    code = (task + 1) * (int(high.max(initial=0)) + 1) ** 2 + low * (int(high.max(initial=0)) + 1)
    code = np.unique(code + high, return_inverse=True)[1]
    for values in (toward, games.weight):
        own = np.unique(values, return_inverse=True)[1]
        code = np.unique(code * (int(own.max(initial=0)) + 1) + own, return_inverse=True)[1]
    return np.asarray(code, np.int64)


@dataclass(frozen=True, eq=False)
class _Sums:
    """What each unit adds to each cell: sparse matrices of shape (cells, U)."""

    entries: Entries
    weight: sparse.csr_array
    weight2: sparse.csr_array
    score: sparse.csr_array

    @classmethod
    def of(cls, entries: Entries, units: _Units) -> "_Sums":
        where = (entries.cell, units.of_row[entries.row])
        shape = (len(entries.key), len(units.votes))

        def matrix(values: Floats) -> sparse.csr_array:
            return sparse.coo_array((values, where), shape=shape).tocsr()

        weight = matrix(entries.weight)
        plain = (entries.weight2 == entries.weight).all()
        weight2 = weight if plain else matrix(entries.weight2)
        return cls(entries, weight, weight2, matrix(entries.score))

    def drawn(self, counts: Floats) -> list[TaskCells]:
        """Return the cells of each draw; counts have the shape (U, draws)."""
        weight, score = self.weight @ counts, self.score @ counts
        weight2 = weight if self.weight2 is self.weight else self.weight2 @ counts
        return [
            self.entries.cells(*sums).take(sums[0] > 0)
            for sums in zip(weight.T, weight2.T, score.T, strict=True)
        ]

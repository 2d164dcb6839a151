"""Task logs: comparisons, and scores, that know which tasks they belong to."""

from dataclasses import dataclass, replace

import numpy as np

from ranking.equilibria.results import Bools
from ranking.errors import InputError
from ranking.laplacian import Codes, Floats
from ranking.outcomes import BOTH_BAD, BothBad
from ranking.store.tasks import ONE_TASK
from ranking.tally import Games, Tally


@dataclass(frozen=True, eq=False)
class ScoreLog:
    """Mean scores of competitors on items, and the tasks that these belong to.

    Attributes
    ----------
    competitors : tuple of str, length m
        Names; `competitor` indexes it.
    competitor, item : int arrays of shape (n,)
        Codes. Several answers of a competitor to an item are averaged.
    score : float array of shape (n,)
        Higher is better.
    task_row, task : int arrays of shape (k,)
        Row `task_row` belongs to task `task` of the `TaskLog`.
    cluster : int array of shape (n,), optional
        Rows of one cluster are resampled together; those of one item where it is not given.
    """

    competitors: tuple[str, ...]
    competitor: Codes
    item: Codes
    score: Floats
    task_row: Codes
    task: Codes
    cluster: Codes | None = None

    def __post_init__(self) -> None:
        n = len(self.competitor)
        if not len(self.item) == len(self.score) == n:
            raise InputError("Every score needs a competitor and an item.")
        _check_codes(self.task_row, n, "row of scores")
        if not np.isfinite(self.score).all():
            raise InputError("Every score must be a finite number; leave missing ones out.")


@dataclass(frozen=True, eq=False)
class TaskLog:
    """A log of comparisons whose rows belong to tasks: to none, one or several each.

    Attributes
    ----------
    games : Games
        The comparisons, in the order of their times.
    tasks : tuple of str, length T
        Names; `task` indexes it.
    row, task : int arrays of shape (k,)
        Row `row` of the games belongs to task `task`; no such pair occurs twice.
    by : str
        What the tasks are: "capabilities", "judges", "items", the name of an imported field, or
        "none".
    judges : tuple of str
        Names of the judges; ``games.judge`` indexes it. Empty where they are not known.
    scores : ScoreLog, optional
        What either side scored, where that was asked for.
    """

    games: Games
    tasks: tuple[str, ...]
    row: Codes
    task: Codes
    by: str
    judges: tuple[str, ...] = ()
    scores: ScoreLog | None = None

    def __post_init__(self) -> None:
        if len(self.row) != len(self.task):
            raise InputError("Every membership needs a row and a task.")
        _check_codes(self.row, len(self.games), "row")
        _check_codes(self.task, len(self.tasks), "task")
        if len(set(self.tasks)) < len(self.tasks):
            repeated = next(name for name in self.tasks if self.tasks.count(name) > 1)
            raise InputError(f"The task {repeated!r} occurs more than once; names must differ.")

    @classmethod
    def single(cls, evidence: "Games | Tally") -> "TaskLog":
        """Return a log in which all comparisons are one task.

        A tally keeps no single rows: each of its cells becomes a row that stands for so many
        comparisons as its weights are worth.
        """
        games = evidence if isinstance(evidence, Games) else _as_games(evidence)
        every = np.arange(len(games))
        return cls(games, (ONE_TASK,), every, np.zeros(len(games), np.int64), "none")

    def take(self, rows: Bools) -> "TaskLog":
        """Return the rows of a mask of shape (n,); the tasks stay."""
        if rows.all():
            return self
        place = np.cumsum(rows) - 1
        kept = rows[self.row]
        return replace(
            self,
            games=self.games.take(rows),
            row=place[self.row[kept]],
            task=self.task[kept],
        )

    def counted(self, both_bad: BothBad) -> "TaskLog":
        """Count both-bad as ties, or leave it out."""
        if both_bad == "drop":
            return self.take(self.games.outcome != BOTH_BAD)
        return replace(self, games=self.games.both_bad_as_ties())

    @property
    def tasked(self) -> Bools:
        """Which rows belong to any task, shape (n,)."""
        found = np.zeros(len(self.games), bool)
        found[self.row] = True
        return found

    @property
    def partitioned(self) -> bool:
        """Whether every row belongs to exactly one task."""
        return len(self.row) == len(self.games) and bool(self.tasked.all())


@dataclass(frozen=True, eq=False)
class TaskCells:
    """Sums over the comparisons of each task and pair.

    A row that stands for `votes` comparisons of weight w and score y adds ``votes w``,
    ``votes w^2`` and ``votes w y``.

    Attributes
    ----------
    m, tasks : int
        How many competitors and tasks T the codes are of.
    task, first, second : int arrays of shape (cells,)
        ``first < second``; in rising order of task, first and second.
    weight, weight2, score : float arrays of shape (cells,)
        Scores are seen from `first`.
    """

    m: int
    tasks: int
    task: Codes
    first: Codes
    second: Codes
    weight: Floats
    weight2: Floats
    score: Floats

    def __len__(self) -> int:
        return len(self.task)

    @property
    def comparisons(self) -> Floats:
        """Kish's effective number of comparisons of each cell, ``(sum w)^2 / sum w^2``."""
        return np.asarray(self.weight**2 / self.weight2)

    @property
    def share(self) -> Floats:
        """The share of the score that `first` took in each cell."""
        return np.asarray(self.score / self.weight)

    def take(self, cells: Bools) -> "TaskCells":
        """Return some cells, by mask."""
        columns = ("task", "first", "second", "weight", "weight2", "score")
        return replace(self, **{name: getattr(self, name)[cells] for name in columns})

    def among(self, members: Bools) -> "TaskCells":
        """Return the cells whose competitors are both in a mask of shape (m,), recoded."""
        kept = self.take(members[self.first] & members[self.second])
        recode = np.cumsum(members) - 1
        first, second = recode[kept.first], recode[kept.second]
        return replace(kept, m=int(members.sum()), first=first, second=second)

    def by_pair(self) -> "TaskCells":
        """Return the sums over all tasks."""
        pair, cell = np.unique(self.first * self.m + self.second, return_inverse=True)
        sums = (
            np.bincount(cell, values, len(pair)).astype(np.float64)
            for values in (self.weight, self.weight2, self.score)
        )
        return TaskCells(self.m, 1, np.zeros_like(pair), pair // self.m, pair % self.m, *sums)


@dataclass(frozen=True, eq=False)
class Entries:
    """The places of rows among the cells: one entry for each task of each row.

    Attributes
    ----------
    m, tasks : int
    row : int array of shape (k,)
    cell : int array of shape (k,)
        Position in `key`.
    key : int array of shape (cells,)
        ``(task m + first) m + second`` of each cell that occurs, rising.
    weight, weight2, score : float arrays of shape (k,)
        What the entry adds to its cell (see `TaskCells`).
    """

    m: int
    tasks: int
    row: Codes
    cell: Codes
    key: Codes
    weight: Floats
    weight2: Floats
    score: Floats

    def total(self, values: Floats) -> Floats:
        """Sum values of the entries by cell, shape (cells,)."""
        return np.bincount(self.cell, values, len(self.key)).astype(np.float64)

    def summed(self) -> TaskCells:
        """Sum the entries of each cell."""
        return self.cells(self.total(self.weight), self.total(self.weight2), self.total(self.score))

    def cells(self, weight: Floats, weight2: Floats, score: Floats) -> TaskCells:
        """Return cells with these sums, arrays of shape (cells,)."""
        m = self.m
        pair = self.key % (m * m)
        codes = (self.key // (m * m), pair // m, pair % m)
        return TaskCells(m, self.tasks, *codes, weight, weight2, score)


def entries(games: Games, row: Codes, task: Codes, tasks: int) -> Entries:
    """Find the cell of each pair of a row and its task.

    Parameters
    ----------
    games : Games
    row, task : int arrays of shape (k,)
        Row `row` belongs to task `task`.
    tasks : int
        How many tasks the codes are of.
    """
    m = len(games.competitors)
    flipped = games.first > games.second
    low = np.where(flipped, games.second, games.first).astype(np.int64)
    high = np.where(flipped, games.first, games.second)
    toward = np.where(flipped, 1 - games.score, games.score)
    of_row = (task * m + low[row]) * m + high[row]
    present = np.zeros(tasks * m * m, bool)
    present[of_row] = True
    weight = (games.votes * games.weight)[row]
    return Entries(
        m,
        tasks,
        row,
        (np.cumsum(present) - 1)[of_row],
        np.flatnonzero(present),
        weight,
        weight * games.weight[row],
        weight * toward[row],
    )


def task_entries(log: TaskLog) -> Entries:
    """Find the cells of a log by task and pair."""
    return entries(log.games, log.row, log.task, len(log.tasks))


def pair_entries(log: TaskLog) -> Entries:
    """Find the cells of a log by pair, whatever their tasks: each comparison counts once."""
    every = np.arange(len(log.games))
    return entries(log.games, every, np.zeros(len(every), np.int64), 1)


def _as_games(tally: Tally) -> Games:
    """Return a row for each cell of a tally, with the same sums of weights and scores."""
    n = len(tally.first)
    none, never = np.full(n, -1), np.full(n, np.nan)
    alike = tally.weight2 / tally.weight
    return Games(
        tally.competitors, tally.first, tally.second, tally.outcome, tally.score / tally.weight,
        tally.weight / alike, alike, none, none, never,
    )  # fmt: skip


def _check_codes(codes: Codes, size: int, what: str) -> None:
    if len(codes) and (codes.min() < 0 or codes.max() >= size):
        raise InputError(f"A {what} code must lie in 0 to {size - 1}; one does not.")

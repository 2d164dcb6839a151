"""Attacks: copies in a log that tell nothing new, and ought not to move a ranking."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from ranking.diagnostics.redundancy_copies import (
    by_new_judges,
    copy_names,
    joined,
    on_new_items,
    redrawn_votes,
    renamed,
    repeated,
    rows_of_competitor,
    rows_of_judge,
    rows_of_task,
)
from ranking.equilibria.task_log import TaskLog
from ranking.errors import InputError


class Attack(ABC):
    """A way to blow up a log: a frozen dataclass of whom or what, and how often.

    Attributes
    ----------
    kind : str
        As programs call it.
    """

    kind: ClassVar[str]

    @property
    @abstractmethod
    def name(self) -> str:
        """What it does, in a few words."""

    @property
    @abstractmethod
    def sentence(self) -> str:
        """What it does, in full."""

    @abstractmethod
    def apply(self, log: TaskLog) -> TaskLog:
        """Return the log under attack.

        Raises
        ------
        SelectionError
            If the log lacks whom or what the attack names.
        """

    def only_repeats(self, log: TaskLog) -> bool:
        """Whether all that it adds to a log is exact copies of competitors or of tasks."""
        return False


@dataclass(frozen=True)
class CloneCompetitor(Attack):
    """Enter exact copies of a competitor: its comparisons again, under other names.

    A copy's comparisons are those of the original, with the same opponents, items, judges and
    outcomes; nobody is compared with its own copy.

    Parameters
    ----------
    competitor : str
    copies : int, default 3
    """

    kind: ClassVar[str] = "clone"
    competitor: str
    copies: int = 3

    def __post_init__(self) -> None:
        _check_count(self.copies)

    @property
    def name(self) -> str:
        """What it does, in a few words."""
        return f"{_times(self.copies, 'clone')} of {self.competitor}"

    @property
    def sentence(self) -> str:
        """What it does, in full."""
        return (
            f"{self.competitor} enters {_times(self.copies, 'more time')} under other names, with "
            "the same results."
        )

    def only_repeats(self, log: TaskLog) -> bool:
        """Yes: its copies have the same results."""
        return True

    def apply(self, log: TaskLog) -> TaskLog:
        """Return the log with the copies."""
        code, rows = rows_of_competitor(log, self.competitor)
        taken, copy = repeated(rows, self.copies)
        names = copy_names(self.competitor, "clone", self.copies, log.games.competitors)
        return joined(log, taken, renamed(log, taken, code, copy), competitors=names)


@dataclass(frozen=True)
class NoisyClones(Attack):
    """Enter copies of a competitor whose comparisons are drawn anew.

    Each copy is the same competitor evaluated afresh: for every task as many comparisons as the
    original has there, drawn with replacement from the original's own (a bootstrap within tasks;
    a comparison with several tasks counts under its first).

    Parameters
    ----------
    competitor : str
    copies : int, default 3
    seed : int, default 0
    """

    kind: ClassVar[str] = "noisy-clone"
    competitor: str
    copies: int = 3
    seed: int = 0

    def __post_init__(self) -> None:
        _check_count(self.copies)

    @property
    def name(self) -> str:
        """What it does, in a few words."""
        return f"{_times(self.copies, 'noisy clone')} of {self.competitor}"

    @property
    def sentence(self) -> str:
        """What it does, in full."""
        return (
            f"{self.competitor} is evaluated {_times(self.copies, 'more time')} under other names: "
            "equally strong, with the luck of new draws from its own comparisons."
        )

    def apply(self, log: TaskLog) -> TaskLog:
        """Return the log with the copies."""
        code, rows = rows_of_competitor(log, self.competitor)
        taken, copy = repeated(rows, self.copies)
        votes = redrawn_votes(log, rows, self.copies, seed=self.seed)
        games = replace(renamed(log, taken, code, copy), votes=votes)
        kept = votes > 0
        names = copy_names(self.competitor, "noisy clone", self.copies, log.games.competitors)
        return joined(log, taken[kept], games.take(kept), competitors=names)


@dataclass(frozen=True)
class RepeatTask(Attack):
    """Enter copies of a task as tasks of their own, its comparisons repeated on new items.

    Parameters
    ----------
    task : str
    copies : int, default 7
    """

    kind: ClassVar[str] = "repeat-task"
    task: str
    copies: int = 7

    def __post_init__(self) -> None:
        _check_count(self.copies)

    @property
    def name(self) -> str:
        """What it does, in a few words."""
        return f"{self.task} repeated {_times(self.copies, 'time')}"

    @property
    def sentence(self) -> str:
        """What it does, in full."""
        return (
            f"{_times(self.copies, 'copy', 'copies')} of {self.task} "
            f"{'joins' if self.copies == 1 else 'join'} the tasks, each with the same results."
        )

    def only_repeats(self, log: TaskLog) -> bool:
        """Yes: its copies have the same results."""
        return True

    def apply(self, log: TaskLog) -> TaskLog:
        """Return the log with the copies."""
        _, rows = rows_of_task(log, self.task)
        taken, copy = repeated(rows, self.copies)
        games = on_new_items(log, taken, copy)
        if log.by == "judges":  # a copied judge is another judge
            games = by_new_judges(games, log, copy)
        names = copy_names(self.task, "copy", self.copies, log.tasks)
        membership = (np.arange(len(taken)), len(log.tasks) + copy)
        return joined(log, taken, games, membership=membership, tasks=names)


@dataclass(frozen=True)
class FloodTask(Attack):
    """Flood a task with more of the same: its comparisons repeated within it, on new items.

    Parameters
    ----------
    task : str
    copies : int, default 7
    """

    kind: ClassVar[str] = "flood-task"
    task: str
    copies: int = 7

    def __post_init__(self) -> None:
        _check_count(self.copies)

    @property
    def name(self) -> str:
        """What it does, in a few words."""
        return f"{self.task} flooded, {self.copies + 1:,} times as large"

    @property
    def sentence(self) -> str:
        """What it does, in full."""
        return (
            f"{self.task} gets {self.copies + 1:,} times as many comparisons, with the same "
            "results; the tasks stay the same."
        )

    def apply(self, log: TaskLog) -> TaskLog:
        """Return the log with more comparisons in the task."""
        task, rows = rows_of_task(log, self.task)
        taken, copy = repeated(rows, self.copies)
        same_item = log.by == "items"  # there the item is the task
        games = log.games.take(taken) if same_item else on_new_items(log, taken, copy)
        membership = (np.arange(len(taken)), np.full(len(taken), task))
        return joined(log, taken, games, membership=membership)


@dataclass(frozen=True)
class RepeatJudge(Attack):
    """Enter copies of a judge: its comparisons again, on the same items, under other names.

    Parameters
    ----------
    judge : str
    copies : int, default 7
    """

    kind: ClassVar[str] = "repeat-judge"
    judge: str
    copies: int = 7

    def __post_init__(self) -> None:
        _check_count(self.copies)

    @property
    def name(self) -> str:
        """What it does, in a few words."""
        return f"judge {self.judge} repeated {_times(self.copies, 'time')}"

    @property
    def sentence(self) -> str:
        """What it does, in full."""
        return (
            f"{_times(self.copies, 'more judge')} {'decides' if self.copies == 1 else 'decide'} "
            f"every comparison of {self.judge} as {self.judge} did."
        )

    def only_repeats(self, log: TaskLog) -> bool:
        """Only where judges are the tasks: else the copies weigh on the tasks they judge."""
        return log.by == "judges"

    def apply(self, log: TaskLog) -> TaskLog:
        """Return the log with the copies."""
        taken, copy = repeated(rows_of_judge(log, self.judge), self.copies)
        games = by_new_judges(log.games.take(taken), log, copy)
        judges = copy_names(self.judge, "copy", self.copies, log.judges)
        if log.by != "judges":
            return joined(log, taken, games, judges=judges)
        names = copy_names(self.judge, "copy", self.copies, log.tasks)
        membership = (np.arange(len(taken)), len(log.tasks) + copy)
        return joined(log, taken, games, membership=membership, tasks=names, judges=judges)


@dataclass(frozen=True)
class BoostedVoter(Attack):
    """Count every vote of a judge many times.

    Parameters
    ----------
    judge : str
    times : int, default 20
        How often each vote counts in the end.
    """

    kind: ClassVar[str] = "boosted-voter"
    judge: str
    times: int = 20

    def __post_init__(self) -> None:
        if self.times < 2:
            raise InputError(f"A boosted voter votes at least 2 times, not {self.times}.")

    @property
    def name(self) -> str:
        """What it does, in a few words."""
        return f"{self.judge} votes {self.times:,} times"

    @property
    def sentence(self) -> str:
        """What it does, in full."""
        return f"Every vote of {self.judge} counts {self.times:,} times."

    def apply(self, log: TaskLog) -> TaskLog:
        """Return the log in which the judge's votes count more."""
        votes = np.array(log.games.votes, np.float64)
        votes[rows_of_judge(log, self.judge)] *= self.times
        return replace(log, games=replace(log.games, votes=votes))


def _check_count(copies: int) -> None:
    if copies < 1:
        raise InputError(f"An attack needs at least 1 copy, not {copies}.")


def _times(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


ATTACKS: dict[str, type[Any]] = {
    attack.kind: attack
    for attack in (
        CloneCompetitor, NoisyClones, RepeatTask, FloodTask, RepeatJudge, BoostedVoter,
    )
}  # fmt: skip
"""Every attack by the name that the CLI and the URL use."""

"""Clones in a log: competitors and tasks that its cells cannot tell apart, each counted once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ranking.equilibria.clones import Classes
from ranking.equilibria.exact_clones import exact_competitor_clones, exact_task_clones
from ranking.equilibria.results import Bools
from ranking.equilibria.task_log import TaskCells, TaskLog, entries
from ranking.errors import DisconnectedWarning, InputError, RankingWarning
from ranking.laplacian import DENSE_LIMIT, Codes

Note = tuple[str, type[RankingWarning]]

MOST_PAYOFFS = 10_000_000
"""Tasks times competitors squared: the largest game that is built."""


@dataclass(frozen=True, eq=False)
class MergedLog:
    """A log in which each class of clones plays once.

    Attributes
    ----------
    log : TaskLog
        The rows between the first members of the classes, in tasks that are the first of theirs or
        in none; competitors and tasks are coded by class.
    competitors, tasks : Classes
        Of everybody, and of every task, that is in the game.
    names : tuple of str
        Of all competitors of the original log.
    rated : bool array, one per name
        Who is in the game.
    notes : tuple of (str, type)
        What is left out, in sentences, and the class of the warning.
    """

    log: TaskLog
    competitors: Classes
    tasks: Classes
    names: tuple[str, ...]
    rated: Bools
    notes: tuple[Note, ...] = ()


def merge_clones(log: TaskLog, declared: Sequence[Sequence[str]] = ()) -> MergedLog:
    """Return a log in which each class of clones counts once.

    Declared clones become one competitor that has the comparisons of all of them. Two competitors
    are exact clones where their comparisons are the same, task by task, with every third (on the
    same items, by the same judges, at the same times as far as the log says), and they never met
    or were even; two tasks are clones where their cells (comparisons and score of each pair) are
    equal.
    Of each class of exact clones only the first stays, with its own comparisons: whatever is
    estimated from the result is the same however often somebody, or a task, is repeated.

    Competitors who never met the largest group, directly or through others, are left out.

    Parameters
    ----------
    log : TaskLog
    declared : sequence of sequences of str, default none
        Competitors to be treated as clones of each other.

    Raises
    ------
    InputError
        If a declared name is unknown, nobody was compared in any task, or the game is too large.
    """
    names = log.games.competitors
    leader = declared_leaders(names, declared)
    compact, code = _recoded(log, leader)
    m, tasks = len(compact.games.competitors), len(compact.tasks)
    _check_size(m, tasks)

    elsewhere = np.flatnonzero(~compact.tasked)  # as one more task: clones are alike there too
    row = np.concatenate([compact.row, elsewhere])
    task = np.concatenate([compact.task, np.full(len(elsewhere), tasks)])
    places = entries(compact.games, row, task, tasks + 1)
    cells = places.summed()
    exact = exact_competitor_clones(compact.games, places, cells)
    cells = replace(cells.take(cells.task < tasks), tasks=tasks)
    member = _largest_group(cells, exact == np.arange(m))
    if not len(cells.among(member)):  # all who met are even: as one they would have no game
        exact = np.arange(m)
        member = _largest_group(cells, exact == exact)
    cells = cells.among(member)
    if not len(cells):
        raise InputError("Two competitors or more must have been compared in one of the tasks.")
    same = exact_task_clones(cells)
    played = np.zeros(tasks, bool)
    played[cells.task] = True
    kept_task = played & (same == np.arange(tasks))

    rated = np.zeros(len(names), bool)
    rated[code >= 0] = member[exact[code[code >= 0]]]
    return MergedLog(
        only_tasks(_among(compact, member), kept_task),
        classes_of(names, rated, exact[code]),
        classes_of(log.tasks, played, same),
        names,
        rated,
        _notes(log, compact, names, rated, code, played),
    )


def declared_leaders(names: Sequence[str], declared: Sequence[Sequence[str]]) -> Codes:
    """Return the code that stands for each competitor: the lowest among its declared clones.

    Raises
    ------
    InputError
        If a declared name is unknown.
    """
    leader = np.arange(len(names))
    index = {name: at for at, name in enumerate(names)}
    for group in declared:
        unknown = [name for name in group if name not in index]
        if unknown:
            raise InputError(f"{unknown[0]!r} is declared a clone but is not in this log.")
        joined = np.isin(leader, leader[[index[name] for name in group]])
        leader[joined] = leader[joined].min(initial=len(names))
    return leader


def _recoded(log: TaskLog, leader: Codes) -> tuple[TaskLog, Codes]:
    """Return the rows between different leaders, coded without gaps; and the code of each name."""
    games = log.games
    first, second = leader[games.first], leader[games.second]
    log = replace(log, games=replace(games, first=first, second=second)).take(first != second)
    present = np.zeros(len(leader), bool)
    present[log.games.first] = present[log.games.second] = True
    if not present.any():
        raise InputError("There are no comparisons to rate in this selection.")
    return _among(log, present), np.where(present, np.cumsum(present) - 1, -1)[leader]


def _among(log: TaskLog, members: Bools) -> TaskLog:
    """Return the rows between members, recoded."""
    if members.all():
        return log
    inside = members[log.games.first] & members[log.games.second]
    kept = log.take(inside)
    return replace(kept, games=kept.games.among(members))


def only_tasks(log: TaskLog, tasks: Bools) -> TaskLog:
    """Return the rows that belong to one of the tasks, or never belonged to any."""
    of_kept = tasks[log.task]
    wanted = ~log.tasked
    wanted[log.row[of_kept]] = True
    recode = np.cumsum(tasks) - 1
    names = tuple(name for name, kept in zip(log.tasks, tasks, strict=True) if kept)
    thinned = replace(
        log, tasks=names, row=log.row[of_kept], task=recode[log.task[of_kept]], scores=None
    )
    return thinned.take(wanted)


def _largest_group(cells: TaskCells, firsts: Bools) -> Bools:
    """Return who of `firsts` is in the largest group that met, shape (m,)."""
    own = cells.among(firsts)
    graph = sparse.coo_array((np.ones(len(own)), (own.first, own.second)), shape=(own.m, own.m))
    label = connected_components(graph.tocsr(), directed=False)[1]
    found = np.zeros(len(firsts), bool)
    found[firsts] = label == np.argmax(np.bincount(label))  # ties: that of the lowest code
    return found


def classes_of(names: Sequence[str], inside: Bools, leader: Codes) -> Classes:
    """Return the classes of those inside that have one leader, in the order of the leaders."""
    at = np.flatnonzero(inside)
    _, first, label = np.unique(leader[at], return_index=True, return_inverse=True)
    distinct = np.zeros(len(at), bool)
    distinct[first] = True
    return Classes(tuple(names[code] for code in at.tolist()), label.astype(np.int64), distinct)


def _check_size(m: int, tasks: int) -> None:
    if m > DENSE_LIMIT:
        raise InputError(
            f"A game is played by at most {DENSE_LIMIT:,} competitors, and here are {m:,}; "
            "select fewer of them."
        )
    if (tasks + 1) * m * m > MOST_PAYOFFS:
        raise InputError(
            f"A game of {m:,} competitors and {tasks:,} tasks is too large (at most "
            f"{MOST_PAYOFFS:,} payoffs, competitors squared times tasks); select fewer "
            "competitors or choose fewer tasks."
        )


def _notes(
    log: TaskLog,
    compact: TaskLog,
    names: tuple[str, ...],
    rated: Bools,
    code: Codes,
    played: Bools,
) -> tuple[Note, ...]:
    notes: list[Note] = []
    apart = [names[at] for at in np.flatnonzero(~rated & (code >= 0))]
    if apart:
        sentence = (
            f"{len(apart):,} of {len(apart) + int(rated.sum()):,} competitors never met the "
            f"largest group in any task, so that they are in no game with it and get no rating: "
            f"{listed(apart)}."
        )
        notes.append((sentence, DisconnectedWarning))
    votes = compact.games.votes
    loose = float(votes[~compact.tasked].sum())
    if loose:
        sentence = (
            f"{loose:,.0f} of {votes.sum():,.0f} comparisons belong to no task; they count only "
            "where competitors play without tasks."
        )
        notes.append((sentence, RankingWarning))
    empty = [name for name, plays in zip(log.tasks, played, strict=True) if not plays]
    if empty:
        sentence = (
            f"{len(empty):,} of {len(log.tasks):,} tasks have no comparison in the game and are "
            f"left out: {listed(empty)}."
        )
        notes.append((sentence, RankingWarning))
    return tuple(notes)


def listed(names: Sequence[str]) -> str:
    """Name the first three, and say how many more there are."""
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if names[3:] else "")

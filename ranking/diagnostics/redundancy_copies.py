"""Copying rows of a log: under other names, on other items, in other tasks."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ranking.equilibria.task_log import TaskLog
from ranking.errors import InputError, SelectionError
from ranking.laplacian import Codes, Floats
from ranking.tally import Games

COLUMNS = ("first", "second", "outcome", "score", "votes", "weight", "item", "judge", "time")


def code_of(names: Sequence[str], name: str, what: str) -> int:
    """Return the code of a name.

    Raises
    ------
    SelectionError
        If it is not among the names.
    """
    if name not in names:
        raise SelectionError(f"There is no {what} {name!r} in this log.")
    return names.index(name)


def rows_of_competitor(log: TaskLog, competitor: str) -> tuple[int, Codes]:
    """Return the code of a competitor and the rows that it takes part in.

    Raises
    ------
    SelectionError
        If it has no comparisons.
    """
    code = code_of(log.games.competitors, competitor, "competitor")
    rows = np.flatnonzero((log.games.first == code) | (log.games.second == code))
    if not len(rows):
        raise SelectionError(f"{competitor!r} has no comparisons that could be copied.")
    return code, rows


def rows_of_task(log: TaskLog, task: str) -> tuple[int, Codes]:
    """Return the code of a task and its rows.

    Raises
    ------
    SelectionError
        If the log has no such task.
    """
    code = code_of(log.tasks, task, "task")
    return code, np.unique(log.row[log.task == code])


def rows_of_judge(log: TaskLog, judge: str) -> Codes:
    """Return the rows that a judge decided.

    Raises
    ------
    SelectionError
        If it decided none.
    """
    rows = np.flatnonzero(log.games.judge == code_of(log.judges, judge, "judge"))
    if not len(rows):
        raise SelectionError(f"The judge {judge!r} decided no comparison of this selection.")
    return rows


def repeated(rows: Codes, copies: int) -> tuple[Codes, Codes]:
    """Return rows as often as there are copies, and the copy that each is for, from 0."""
    return np.tile(rows, copies), np.repeat(np.arange(copies), len(rows))


def copy_names(name: str, what: str, copies: int, taken: Sequence[str]) -> tuple[str, ...]:
    """Return names for copies that nobody has yet: "ant (clone 1)", "ant (clone 2)", ..."""
    names: list[str] = []
    used, number = set(taken), 0
    while len(names) < copies:
        number += 1
        if f"{name} ({what} {number})" not in used:
            names.append(f"{name} ({what} {number})")
    return tuple(names)


def renamed(log: TaskLog, rows: Codes, code: int, copy: Codes) -> Games:
    """Return rows in which a copy stands for the competitor of a code, with codes of their own."""
    games = log.games.take(rows)
    own = len(games.competitors) + copy
    return replace(
        games,
        first=np.where(games.first == code, own, games.first),
        second=np.where(games.second == code, own, games.second),
    )


def redrawn_votes(log: TaskLog, rows: Codes, copies: int, *, seed: int) -> Floats:
    """Draw for each copy in turn how often each row counts: a bootstrap within tasks.

    A row with several tasks counts under its first.

    Returns
    -------
    float array of shape (copies * rows,)
        For every task, the votes of each copy add up to those of the originals.
    """
    rng = np.random.default_rng(seed)
    first_task = np.full(len(log.games), len(log.tasks))
    np.minimum.at(first_task, log.row, log.task)
    stratum, votes = first_task[rows], log.games.votes[rows]
    drawn = np.zeros((copies, len(rows)))
    for task in np.unique(stratum):
        inside = np.flatnonzero(stratum == task)
        total = votes[inside].sum()
        drawn[:, inside] = rng.multinomial(round(total), votes[inside] / total, size=copies)
    return drawn.ravel()


def on_new_items(log: TaskLog, rows: Codes, copy: Codes) -> Games:
    """Return rows on items that the log does not have yet, another set for each copy."""
    games = log.games.take(rows)
    items, at = np.unique(games.item, return_inverse=True)
    new = log.games.item.max(initial=-1) + 1 + copy * len(items) + at
    return replace(games, item=np.where(games.item < 0, games.item, new))


def by_new_judges(games: Games, log: TaskLog, copy: Codes) -> Games:
    """Return rows decided by judges that the log does not have yet, one for each copy."""
    new = max(len(log.judges), log.games.judge.max(initial=-1) + 1) + copy
    return replace(games, judge=np.where(games.judge < 0, games.judge, new))


def joined(
    log: TaskLog,
    rows: Codes,
    games: Games,
    *,
    membership: tuple[Codes, Codes] | None = None,
    competitors: tuple[str, ...] = (),
    tasks: tuple[str, ...] = (),
    judges: tuple[str, ...] = (),
) -> TaskLog:
    """Return a log with copies of some rows, each right after its original.

    Parameters
    ----------
    log : TaskLog
    rows : int array of shape (k,)
        The original of each copy.
    games : Games
        The copies, k rows.
    membership : (int array, int array), optional
        Copies (0..k-1) and the tasks they belong to; by default those of their originals.
    competitors, tasks, judges : tuples of str
        Names that the copies add.

    Raises
    ------
    InputError
        If the log holds scores, which have no copies.
    """
    if log.scores is not None:
        raise InputError("Copies are made of comparisons, not of scores; give a log without them.")
    of, task = _tasks_of(log, rows) if membership is None else membership
    n = len(log.games)
    order = np.argsort(np.concatenate([np.arange(n), rows]), kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    both = {
        name: np.concatenate([getattr(log.games, name), getattr(games, name)])[order]
        for name in COLUMNS
    }
    row = place[np.concatenate([log.row, n + of])]
    task = np.concatenate([log.task, task])
    by_row = np.lexsort([task, row])
    return replace(
        log,
        games=replace(log.games, competitors=log.games.competitors + competitors, **both),
        tasks=log.tasks + tasks,
        row=row[by_row],
        task=task[by_row],
        judges=log.judges + judges,
    )


def _tasks_of(log: TaskLog, rows: Codes) -> tuple[Codes, Codes]:
    """Return positions in `rows` and the tasks that these rows belong to, one pair for each."""
    by_row = np.argsort(log.row, kind="stable")
    start, stop = (np.searchsorted(log.row[by_row], rows, side) for side in ("left", "right"))
    count = stop - start
    of = np.repeat(np.arange(len(rows)), count)
    within = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return of, log.task[by_row[np.repeat(start, count) + within]]

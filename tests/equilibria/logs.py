"""Task logs from plain lists, and from a known truth."""

from dataclasses import replace

import numpy as np
from scipy.special import expit

from ranking.equilibria.task_log import TaskLog
from ranking.tally import Games
from tests.conftest import make_games


def task_log(first, second, score, task, *, names=None, tasks=None, by="topic", **columns):
    """Build a log of which every row has one task; a task of -1 is none."""
    games = make_games(first, second, score, names=names, **columns)
    task = np.asarray(task, np.int64)
    row = np.flatnonzero(task >= 0)
    names = tasks or tuple(f"t{at}" for at in range(task.max() + 1))
    return TaskLog(games, tuple(names), row, task[row], by)


def simulated(
    seed=0,
    *,
    competitors=12,
    tasks=8,
    comparisons=6.0,
    spread=0.4,
    shrinkage=20.0,
    ties=0.0,
    empty=0.2,
    star=False,
    items=0,
):
    """Draw a log and return it with its win rates W, shape (T, m, m).

    Win rates scatter around those of strengths as Beta variates; numbers of comparisons differ
    widely between cells, and a share of the cells is empty.
    """
    rng = np.random.default_rng(seed)
    m = competitors
    strength = rng.normal(size=m) + spread * rng.normal(size=(tasks, m))
    rate = expit(strength[:, :, None] - strength[:, None, :])
    i, j = np.triu_indices(m, 1)
    p = rate[:, i, j]
    if np.isfinite(shrinkage):
        p = rng.beta(shrinkage * p, shrinkage * (1 - p))
    rate[:, i, j], rate[:, j, i] = p, 1 - p
    count = rng.poisson(comparisons * rng.gamma(1, 1, p.shape))
    count[rng.random(p.shape) < empty] = 0
    count[:, (i != 0) & star] = 0
    task, pair = (np.repeat(at.ravel(), count.ravel()) for at in np.indices(p.shape))
    own = np.repeat(p.ravel(), count.ravel())
    tie = 4 * ties * own * (1 - own)  # keeps the expected score
    drawn = rng.random(len(own))
    score = np.where(drawn < tie, 0.5, drawn < tie + own - tie / 2)
    order = rng.permutation(len(own))
    item = rng.integers(items, size=len(own)) if items else None
    log = task_log(
        i[pair][order], j[pair][order], score[order], task[order],
        names=tuple(f"m{at}" for at in range(m)), item=item,
    )  # fmt: skip
    return log, rate


def reordered(log, rows):
    """Return the log with its rows in another order."""
    place = np.empty_like(rows)
    place[rows] = np.arange(len(rows))
    return replace(log, games=log.games.take(rows), row=place[log.row])


def with_sides_swapped(log, rows):
    """Return the log with the two sides of some rows swapped."""
    games = log.games
    return replace(
        log,
        games=replace(
            games,
            first=np.where(rows, games.second, games.first),
            second=np.where(rows, games.first, games.second),
            score=np.where(rows, 1 - games.score, games.score),
            outcome=np.where(rows, np.array([2, 1, 0, 3, 4])[games.outcome], games.outcome),
        ),
    )


def relabelled(log, order):
    """Return the log with competitor `order[k]` at place k."""
    place = np.argsort(order)
    games = log.games
    names = tuple(games.competitors[at] for at in order)
    return replace(
        log,
        games=replace(
            games, competitors=names, first=place[games.first], second=place[games.second]
        ),
    )


def with_clones(log, competitor, copies=2):
    """Return the log with copies of a competitor that have its comparisons."""
    games, m = log.games, len(log.games.competitors)
    own = np.flatnonzero((games.first == competitor) | (games.second == competitor))
    tasks = {row: log.task[log.row == row] for row in own}
    parts, rows, task = [games], [log.row], [log.task]
    size = len(games)
    for copy in range(copies):
        part = games.take(own)
        parts.append(
            replace(
                part,
                first=np.where(part.first == competitor, m + copy, part.first),
                second=np.where(part.second == competitor, m + copy, part.second),
            )
        )
        for at, row in enumerate(own):
            rows.append(np.full(len(tasks[row]), size + at))
            task.append(tasks[row])
        size += len(own)
    names = games.competitors + tuple(f"{games.competitors[competitor]}+{k}" for k in range(copies))
    return replace(
        log, games=joined(parts, names), row=np.concatenate(rows), task=np.concatenate(task)
    )


def with_repeated_task(log, task, copies=3):
    """Return the log with copies of a task, on rows and items of their own."""
    own = log.row[log.task == task]
    parts, rows, tasks = [log.games], [log.row], [log.task]
    size = len(log.games)
    for copy in range(copies):
        part = log.games.take(own)
        items = np.where(part.item < 0, -1, part.item + (copy + 1) * 100_000)
        parts.append(replace(part, item=items))
        rows.append(size + np.arange(len(own)))
        tasks.append(np.full(len(own), len(log.tasks) + copy))
        size += len(own)
    names = log.tasks + tuple(f"{log.tasks[task]}+{k}" for k in range(copies))
    return replace(
        log,
        games=joined(parts, log.games.competitors),
        tasks=names,
        row=np.concatenate(rows),
        task=np.concatenate(tasks),
    )


def joined(parts, names):
    columns = ("first", "second", "outcome", "score", "votes", "weight", "item", "judge", "time")
    return Games(names, *(np.concatenate([getattr(p, c) for p in parts]) for c in columns))

"""From scores to a game: mean scores of competitors on tasks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from ranking.equilibria.clones import Classes
from ranking.equilibria.exact_clones import equal_marks
from ranking.equilibria.log_clones import Note, classes_of, declared_leaders, listed, only_tasks
from ranking.equilibria.payoffs import EvaluationGame, ScoreGame, ZeroSumGame
from ranking.equilibria.results import Bools
from ranking.equilibria.task_log import ScoreLog, TaskLog, pair_entries
from ranking.equilibria.win_rates import LogGame, majority, spread_out
from ranking.errors import DisconnectedWarning, InputError
from ranking.laplacian import Codes, Floats
from ranking.outcomes import BothBad

_DIGITS = 11  # sums, over the largest one, that agree to so many digits are equal


@dataclass(frozen=True, eq=False)
class MergedScores:
    """Scores in which each class of clones plays once.

    Attributes
    ----------
    scores : ScoreLog
        Of the first members of the classes, on the first tasks of theirs; coded by class.
    competitors, tasks : Classes
        Of everybody, and of every task, that is in the game.
    """

    scores: ScoreLog
    competitors: Classes
    tasks: Classes


@dataclass(frozen=True, eq=False)
class _Means:
    """Sums of scores: `count` and `total` by competitor and task, shape (m, T); and overall."""

    count: Floats
    total: Floats
    count_overall: Floats
    total_overall: Floats


def score_log_game(
    log: TaskLog, *, declared: Sequence[Sequence[str]] = (), both_bad: BothBad = "tie"
) -> LogGame:
    """Build the games of the scores in a log.

    The score of a competitor on a task is its mean over items (several answers to an item are
    averaged first). Scores are put on the range of each task, from 0 (the lowest mean) to 1. A
    competitor without a score on a task gets what its other tasks and the task's other competitors
    lead one to expect, ``a_i + b_t`` by least squares. The margin of two is their difference.

    Parameters
    ----------
    log : TaskLog
        With scores.
    declared, both_bad
        As in `log_game`; both-bad matters to the votes only.

    Raises
    ------
    InputError
        If the log has no scores, or nobody to compare.
    """
    scores = log.scores
    if scores is None:
        raise InputError("This log was read without scores; read its tasks with scores=True.")
    merged, rated, notes = _merged(log, scores, declared)
    majorities = _majorities(log.counted(both_bad), merged, declared)
    return _game(merged, _sums(merged.scores, len(merged.tasks.first)), majorities, rated, notes)


def resampled_score_games(
    merged: MergedScores, base: LogGame, *, resamples: int, seed: int
) -> Iterator[LogGame]:
    """Draw the clusters of scores (items where there are no others) with replacement.

    Raises
    ------
    InputError
        If no task has more than one cluster, so that a draw would tell nothing of it.
    """
    scores, tasks = merged.scores, len(merged.tasks.first)
    label = scores.item if scores.cluster is None else scores.cluster
    _, label = np.unique(label, return_inverse=True)
    groups = int(label.max(initial=-1)) + 1
    of_task = np.unique(scores.task * groups + label[scores.task_row])
    if np.bincount(of_task // groups, minlength=tasks).max() < 2:
        raise InputError(
            "Every task has a single item, so that scores cannot be resampled within tasks; "
            "choose tasks that hold several items, or no resamples."
        )
    rng = np.random.default_rng(seed)
    drawn = 0
    while drawn < resamples:
        times = np.bincount(rng.integers(groups, size=groups), minlength=groups).astype(np.float64)
        sums = _sums(scores, tasks, times[label])
        if (sums.count_overall > 0).sum() < 2:
            continue
        drawn += 1
        yield _game(merged, sums, base.votes, base.rated, base.notes)


def _merged(
    log: TaskLog, scores: ScoreLog, declared: Sequence[Sequence[str]]
) -> tuple[MergedScores, Bools, tuple[Note, ...]]:
    """Merge declared and exact clones, and keep the largest group that shares tasks."""
    names, tasks = scores.competitors, len(log.tasks)
    known = set(log.games.competitors) | set(names)
    unknown = [name for group in declared for name in group if name not in known]
    if unknown:
        raise InputError(f"{unknown[0]!r} is declared a clone but is not in this log.")
    leader = declared_leaders(names, [[n for n in group if n in names] for group in declared])
    joined = replace(scores, competitor=leader[scores.competitor])
    sums = _sums(joined, tasks)
    marks = _by_cell(joined, tasks, equal_marks(joined.item, joined.score))
    exact = _equal_rows(np.column_stack([sums.count, marks]), sums.total)
    if (exact == exact[0]).all():  # all the same: as one they would have no game
        exact = np.arange(len(names))
    firsts = (exact == np.arange(len(names))) & (sums.count.sum(axis=1) > 0)
    member = _largest_group(sums.count > 0, firsts)
    if member.sum() < 2:
        raise InputError("Two competitors or more must have scores on one of the tasks.")
    same = _equal_rows(sums.count[member].T, sums.total[member].T)
    played = sums.count[member].sum(axis=0) > 0
    first_task = played & (same == np.arange(tasks))
    rated = member[exact[leader]]
    found = MergedScores(
        _kept(joined, member, first_task),
        classes_of(names, rated, exact[leader]),
        classes_of(log.tasks, played, same),
    )
    apart = [name for name, inside in zip(names, rated, strict=True) if not inside]
    silent = [name for name in log.games.competitors if name not in names]
    notes: list[Note] = []
    if apart or silent:
        sentence = (
            f"{len(apart) + len(silent):,} competitors have no score on a task that the largest "
            f"group was scored on, so that they get no rating: {listed(apart + silent)}."
        )
        notes.append((sentence, DisconnectedWarning))
    inside = set(found.competitors.names)
    return found, np.array([name in inside for name in log.games.competitors]), tuple(notes)


def _sums(scores: ScoreLog, tasks: int, times: Floats | None = None) -> _Means:
    """Sum scores by competitor and task; each row counts so many times, by default once."""
    m = len(scores.competitors)
    count = np.ones(len(scores.score)) if times is None else times
    total = count * scores.score

    def overall(values: Floats) -> Floats:
        return np.bincount(scores.competitor, values, m).astype(np.float64)

    return _Means(
        _by_cell(scores, tasks, count),
        _by_cell(scores, tasks, total),
        overall(count),
        overall(total),
    )


def _by_cell(scores: ScoreLog, tasks: int, values: Floats) -> Floats:
    """Sum a value of each score by competitor and task, shape (m, T)."""
    m = len(scores.competitors)
    cell = scores.competitor[scores.task_row] * tasks + scores.task
    flat = np.bincount(cell, values[scores.task_row], m * tasks)
    return flat.astype(np.float64).reshape(m, tasks)


def _game(
    merged: MergedScores,
    sums: _Means,
    votes: ZeroSumGame,
    rated: Bools,
    notes: tuple[Note, ...],
) -> LogGame:
    competitors, tasks = merged.competitors, merged.tasks
    score = on_range(sums.count, sums.total)
    alone = on_range(sums.count_overall[:, None], sums.total_overall[:, None])
    margin = tasks.each((score[:, None, :] - score[None, :, :]).transpose(2, 0, 1))
    whole = competitors.each(tasks.each(score, axis=1), axis=0)
    held = sums.count > 0
    return LogGame(
        game=EvaluationGame(tasks.names, competitors.names, spread_out(margin, competitors)),
        margins=ZeroSumGame(competitors.names, spread_out(alone - alone.T, competitors)),
        votes=votes,
        score_game=ScoreGame(competitors.names, tasks.names, whole),
        data_share=float(held.mean()),
        spread=0.0,
        shrinkage=0.0,
        competitor_clones=competitors.groups,
        task_clones=tasks.groups,
        comparisons_per_cell=float(np.median(sums.count[held])),
        rated=rated,
        notes=notes,
        held=merged,
    )


def on_range(count: Floats, total: Floats) -> Floats:
    """Return mean scores on the range of each task, missing ones filled, shape (m, T).

    A task on which all mean scores are the same separates nobody: all get 1/2.

    Parameters
    ----------
    count, total : arrays of shape (m, T)
        How many scores, and their sum.
    """
    held = count > 0
    mean = np.divide(total, count, out=np.zeros_like(total), where=held)
    low = np.where(held, mean, np.inf).min(axis=0)
    width = np.where(held, mean, -np.inf).max(axis=0) - low
    telling = held.any(axis=0) & (width > 0)
    low, width = np.where(telling, low, 0.0), np.where(telling, width, 1.0)
    score = np.where(held, (mean - low) / width, 0.5)
    score[:, ~telling] = 0.5
    if not held[:, telling].all():
        expected = _additive(score, held & telling)
        score = np.where(held | ~telling, score, np.clip(expected, 0.0, 1.0))
    return np.asarray(score)


def _additive(score: Floats, held: Bools) -> Floats:
    """Return the least-squares fit ``a_i + b_t`` to the cells that are held, shape (m, T)."""
    m, tasks = score.shape
    cells = held.astype(np.float64)
    system = np.zeros((m + tasks, m + tasks))
    system[:m, m:], system[m:, :m] = cells, cells.T
    system[np.diag_indices(m + tasks)] = np.concatenate([cells.sum(axis=1), cells.sum(axis=0)])
    known = np.where(held, score, 0.0)
    right = np.concatenate([known.sum(axis=1), known.sum(axis=0)])
    # Who has no score at all gets the mean of everybody: the smallest departure from 1/2.
    right -= system @ np.full(m + tasks, 0.25)
    effect = np.linalg.lstsq(system, right, rcond=1e-10)[0] + 0.25
    return np.asarray(effect[:m, None] + effect[None, m:])


def _equal_rows(count: Floats, total: Floats) -> Codes:
    """Return the first row with the same counts (or marks) and sums, shape (rows,)."""
    scale = float(np.abs(total).max(initial=0.0)) or 1.0
    keys = np.column_stack([count, np.round(total / scale, _DIGITS) + 0.0])
    first: dict[bytes, int] = {}
    return np.array([first.setdefault(row.tobytes(), at) for at, row in enumerate(keys)], np.int64)


def _largest_group(held: Bools, firsts: Bools) -> Bools:
    """Return who of `firsts` is in the largest group that tasks join, shape (m,)."""
    m, tasks = held.shape
    competitor, task = np.nonzero(held & firsts[:, None])
    graph = sparse.coo_array(
        (np.ones(len(task)), (competitor, m + task)), shape=(m + tasks, m + tasks)
    )
    label = connected_components(graph.tocsr(), directed=False)[1][:m]
    size = np.bincount(label[firsts], minlength=int(label.max(initial=0)) + 1)
    return np.asarray(firsts & (label == np.argmax(size)))


def _kept(scores: ScoreLog, members: Bools, tasks: Bools) -> ScoreLog:
    """Return the scores of members on some tasks, recoded."""
    inside = tasks[scores.task] & members[scores.competitor[scores.task_row]]
    used = np.zeros(len(scores.score), bool)
    used[scores.task_row[inside]] = True
    names = tuple(name for name, kept in zip(scores.competitors, members, strict=True) if kept)
    return ScoreLog(
        names,
        (np.cumsum(members) - 1)[scores.competitor[used]],
        scores.item[used],
        scores.score[used],
        (np.cumsum(used) - 1)[scores.task_row[inside]],
        (np.cumsum(tasks) - 1)[scores.task[inside]],
        None if scores.cluster is None else scores.cluster[used],
    )


def _majorities(
    log: TaskLog, merged: MergedScores, declared: Sequence[Sequence[str]]
) -> ZeroSumGame:
    """Return comparisons won less comparisons lost between the competitors that have scores."""
    first_tasks = {merged.tasks.names[at] for at in merged.tasks.first}
    kept = only_tasks(log, np.array([name in first_tasks for name in log.tasks]))
    games = kept.games
    leader = declared_leaders(games.competitors, declared)
    code = {name: at for at, name in enumerate(merged.scores.competitors)}
    names = [games.competitors[at] for at in leader]
    of = np.array([code.get(name, -1) for name in names], np.int64)
    first, second = of[games.first], of[games.second]
    inside = (first >= 0) & (second >= 0) & (first != second)
    games = replace(games, competitors=merged.scores.competitors, first=first, second=second).take(
        inside
    )
    pairs = pair_entries(TaskLog.single(games)).summed()
    margin = spread_out(majority(pairs), merged.competitors)
    return ZeroSumGame(merged.competitors.names, margin)

"""The standard battery: which attacks a log allows, and on whom."""

import warnings
from collections.abc import Sequence

import numpy as np

from ranking.diagnostics.redundancy_attacks import (
    Attack,
    BoostedVoter,
    CloneCompetitor,
    FloodTask,
    NoisyClones,
    RepeatJudge,
    RepeatTask,
)
from ranking.equilibria.task_log import TaskLog
from ranking.errors import RankingWarning
from ranking.laplacian import Floats
from ranking.methods.bradley_terry import BradleyTerry


def standard_battery(log: TaskLog) -> tuple[Attack, ...]:
    """Return the attacks that every log should stand, without those that this one does not allow.

    Clones of the weakest competitor, of one in the middle and of the leader (by Bradley–Terry);
    noisy clones of the leader, where luck helps most; the largest and the smallest task repeated,
    and the largest flooded; the busiest judge repeated; and a voter of ordinary activity (the
    median) whose votes count many times.

    Raises
    ------
    InputError
        If there are no comparisons.
    """
    order = settled_by_strength(log)
    leader, middle, weakest = order[0], order[len(order) // 2], order[-1]
    attacks: list[Attack] = [CloneCompetitor(name) for name in dict.fromkeys((weakest, middle))]
    if leader not in (weakest, middle):
        attacks.append(CloneCompetitor(leader))
    attacks.append(NoisyClones(leader))
    tasks = _busiest(log.tasks, _votes_of_tasks(log))
    if len(tasks) > 1:
        attacks += [RepeatTask(tasks[0]), RepeatTask(tasks[-1]), FloodTask(tasks[0])]
    judges = _busiest(log.judges, _votes_of_judges(log))
    if len(judges) > 1:
        attacks += [RepeatJudge(judges[0]), BoostedVoter(judges[len(judges) // 2])]
    return tuple(attacks)


def left_out(log: TaskLog) -> tuple[str, ...]:
    """Say which parts of the standard battery this log does not allow, and why."""
    sentences = []
    if len(_busiest(log.tasks, _votes_of_tasks(log))) < 2:
        sentences.append("All comparisons are one task, so that no task can be repeated.")
    judges = len(_busiest(log.judges, _votes_of_judges(log)))
    if judges < 2:
        known = "names no judges" if not judges else "has one judge"
        sentences.append(f"The log {known}, so that none can be repeated or boosted.")
    return tuple(sentences)


def settled_by_strength(log: TaskLog) -> list[str]:
    """Return the competitors with a settled rating, best first, of the largest component.

    Somebody with a handful of comparisons moves far when one of them is repeated, under any method
    that listens to it; that says little about the method. Where fewer than two are settled, all
    who are rated are returned.

    Raises
    ------
    InputError
        If there are no comparisons.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RankingWarning)
        ratings = BradleyTerry(cluster="none", interval="hessian").rate(log.games)
    rated = [
        at for at in ratings.order if ratings.component[at] == 0 and np.isfinite(ratings.rating[at])
    ]
    settled = [at for at in rated if ratings.status[at] == "ok"]
    return [ratings.competitors[at] for at in (settled if len(settled) > 1 else rated)]


def _votes_of_tasks(log: TaskLog) -> Floats:
    votes = log.games.votes[log.row]
    return np.bincount(log.task, votes, len(log.tasks)).astype(np.float64)


def _votes_of_judges(log: TaskLog) -> Floats:
    known = log.games.judge >= 0
    votes = np.bincount(log.games.judge[known], log.games.votes[known], len(log.judges))
    return votes.astype(np.float64)


def _busiest(names: Sequence[str], votes: Floats) -> list[str]:
    """Return the names that have any votes, those with the most first."""
    return [names[at] for at in np.argsort(-votes, kind="stable") if votes[at] > 0]

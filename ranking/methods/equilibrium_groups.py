"""The groups of competitors that never met: each plays a game of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ranking.diagnostics.connectivity import connectivity
from ranking.equilibria.results import Bools
from ranking.equilibria.task_log import ScoreLog, TaskLog
from ranking.errors import InputError
from ranking.laplacian import Codes
from ranking.methods.components import counted
from ranking.methods.half_win import statuses
from ranking.newton import fit_strengths
from ranking.outcomes import BothBad
from ranking.ratings import Status
from ranking.tally import Pairs
from ranking.uncertainty.sandwich import information_weights

_RIDGE = 0.1  # of the strengths that tell how much is known about each competitor


@dataclass(frozen=True, eq=False)
class Groups:
    """How m competitors fall into groups, clones that were declared being one.

    Attributes
    ----------
    component : int array of shape (m,)
        The largest group is 0.
    side : int array of shape (m,)
        As in `Connectivity`: not 0 where the evidence bounds a competitor on one side only.
    status : tuple of str, length m
    leader : int array of shape (m,)
        Position of the first clone of each, of those that were declared; its own otherwise.
    """

    component: Codes
    side: Codes
    status: tuple[Status, ...]
    leader: Codes

    @property
    def masks(self) -> list[Bools]:
        """Who is in each group of two or more that are no declared clones, the largest first."""
        distinct = self.component[np.unique(self.leader)]
        sizes = np.bincount(distinct)
        return [self.component == label for label in np.flatnonzero(sizes > 1)]


def groups_of(log: TaskLog, both_bad: BothBad, declared: Sequence[Sequence[str]] = ()) -> Groups:
    """Find the groups of a log.

    Raises
    ------
    InputError
        If a declared clone is not in the log.
    """
    leader = leaders(log.games.competitors, declared)
    games = counted(log.games, both_bad)
    first, second = leader[games.first], leader[games.second]
    pooled = replace(games, first=first, second=second).take(first != second)
    pairs = pooled.tally().pairs()
    found = connectivity(pairs)
    label = found.component[leader]
    sizes = np.bincount(label)
    component = np.argsort(np.argsort(-sizes, kind="stable"), kind="stable")[label]
    status = _statuses(pairs, found.component, found.side)
    return Groups(
        component.astype(np.int64), found.side[leader], tuple(status[at] for at in leader), leader
    )


def leaders(names: Sequence[str], declared: Sequence[Sequence[str]]) -> Codes:
    """Return for each name the position of the first one that it is declared a clone of.

    Raises
    ------
    InputError
        If a declared name is unknown.
    """
    index = {name: at for at, name in enumerate(names)}
    leader = np.arange(len(names))
    for group in declared:
        unknown = [name for name in group if name not in index]
        if unknown:
            raise InputError(f"{unknown[0]!r} is declared a clone but has no comparisons here.")
        joined = np.unique(leader[[index[name] for name in group]])
        leader[np.isin(leader, joined)] = joined[:1]
    return leader


def among(log: TaskLog, members: Bools) -> TaskLog:
    """Return the rows between some competitors, and the tasks that they are part of."""
    if members.all():
        return log
    kept = members[log.games.first] & members[log.games.second]
    recode = np.cumsum(kept) - 1
    inside = kept[log.row]
    used, task = np.unique(log.task[inside], return_inverse=True)
    return replace(
        log,
        games=log.games.among(members),
        tasks=tuple(log.tasks[at] for at in used),
        row=recode[log.row[inside]],
        task=task.astype(np.int64),
        scores=None if log.scores is None else _scores_among(log.scores, members),
    )


def _scores_among(scores: ScoreLog, members: Bools) -> ScoreLog:
    kept = members[scores.competitor]
    recode = np.cumsum(kept) - 1
    inside = kept[scores.task_row]
    names = zip(scores.competitors, members, strict=True)
    return replace(
        scores,
        competitors=tuple(name for name, own in names if own),
        competitor=(np.cumsum(members) - 1)[scores.competitor[kept]],
        item=scores.item[kept],
        score=scores.score[kept],
        task_row=recode[scores.task_row[inside]],
        task=scores.task[inside],
        cluster=None if scores.cluster is None else scores.cluster[kept],
    )


def _statuses(pairs: Pairs, component: Codes, side: Codes) -> list[Status]:
    status: list[Status] = ["no_games"] * pairs.m
    for label in np.unique(component):
        mask = component == label
        part = pairs.among(mask)
        if not len(part.first):
            continue
        strength, _ = fit_strengths(part, ridge=_RIDGE)
        words = statuses(part, side[mask], information_weights(part, strength))
        for at, word in zip(np.flatnonzero(mask), words, strict=True):
            status[at] = word
    return status

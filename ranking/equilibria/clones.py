"""Clones: actions that no co-player can tell apart, and the game in which each counts once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from ranking.equilibria.payoffs import EvaluationGame, ScoreGame, ZeroSumGame
from ranking.equilibria.results import Bools
from ranking.errors import InputError
from ranking.laplacian import Codes, Floats

Kind = TypeVar("Kind", bound=np.generic)

_DIGITS = 12  # payoffs, over the largest one, that agree to so many digits are equal


@dataclass(frozen=True, eq=False)
class Classes:
    """A partition of actions into classes of clones.

    Attributes
    ----------
    names : tuple of str
        Of all actions.
    label : int array, one per action
        Class of each action, numbered from 0 in the order of their first members.
    distinct : bool array, one per action
        False for an action whose payoffs equal those of an earlier one.
    """

    names: tuple[str, ...]
    label: Codes
    distinct: Bools

    @property
    def first(self) -> Codes:
        """Index of the first member of each class."""
        return np.unique(self.label, return_index=True)[1].astype(np.int64)

    @property
    def size(self) -> Codes:
        """Number of members of each class."""
        return np.bincount(self.label).astype(np.int64)

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """Names of the members of each class of two or more."""
        return tuple(
            tuple(self.names[at] for at in np.flatnonzero(self.label == label))
            for label in np.flatnonzero(self.size > 1)
        )

    def mean(self, values: Floats, axis: int) -> Floats:
        """Average over the distinct members of each class along an axis."""
        if len(self.first) == len(self.label):
            return values
        merged = np.take(values, self.first, axis=axis)
        along = np.moveaxis(merged, axis, 0)  # a view: writing to it fills `merged`
        for label in np.flatnonzero(np.bincount(self.label[self.distinct]) > 1):
            members = np.flatnonzero((self.label == label) & self.distinct)
            along[label] = np.take(values, members, axis=axis).mean(axis=axis)
        return merged

    def each(self, values: npt.NDArray[Kind], axis: int = 0) -> npt.NDArray[Kind]:
        """Give every member the value of its class."""
        return np.take(values, self.label, axis=axis)

    def split(self, mass: Floats, axis: int = 0) -> Floats:
        """Split the mass of each class evenly over its members."""
        shape = [1] * mass.ndim
        shape[axis] = -1
        return self.each(mass / self.size.reshape(shape), axis)


def clone_classes(
    names: Sequence[str], rows: Floats, *, declared: Sequence[Sequence[str]] = ()
) -> Classes:
    """Find the actions whose payoffs are equal against everything, and join the declared ones.

    Parameters
    ----------
    names : sequence of str, length n
    rows : array of shape (n, k)
        Payoffs of each action against each joint choice of the others.
    declared : sequence of sequences of str, default none
        Names to be treated as clones of each other whatever their payoffs.

    Raises
    ------
    InputError
        If a declared name is unknown.
    """
    scale = float(np.abs(rows).max(initial=0.0)) or 1.0
    keys = np.round(rows / scale, _DIGITS) + 0.0  # no negative zeros: equality is by bytes
    first: dict[bytes, int] = {}
    leader = np.array([first.setdefault(row.tobytes(), at) for at, row in enumerate(keys)])
    distinct = leader == np.arange(len(leader))
    index = {name: at for at, name in enumerate(names)}
    for group in declared:
        unknown = [name for name in group if name not in index]
        if unknown:
            raise InputError(f"{unknown[0]!r} is declared a clone but is not in the game.")
        joined = np.unique([leader[index[name]] for name in group])
        leader[np.isin(leader, joined)] = joined[0]
    label = np.unique(leader, return_inverse=True)[1].astype(np.int64)
    return Classes(tuple(names), label, distinct)


def merge_competitors(
    game: ZeroSumGame, declared: Sequence[Sequence[str]] = ()
) -> tuple[ZeroSumGame, Classes]:
    """Return the game in which each class of clones plays as one competitor."""
    classes = clone_classes(game.competitors, game.margin, declared=declared)
    margin = classes.mean(classes.mean(game.margin, 0), 1)
    return ZeroSumGame(_leaders(classes), margin), classes


def merge_scores(
    game: ScoreGame, declared: Sequence[Sequence[str]] = ()
) -> tuple[ScoreGame, Classes, Classes]:
    """Return the game in which equal competitors count once and equal tasks count once."""
    competitors = clone_classes(game.competitors, game.score, declared=declared)
    tasks = clone_classes(game.tasks, np.ascontiguousarray(game.score.T))
    score = tasks.mean(competitors.mean(game.score, 0), 1)
    return ScoreGame(_leaders(competitors), _leaders(tasks), score), competitors, tasks


def merge_evaluation(
    game: EvaluationGame, declared: Sequence[Sequence[str]] = ()
) -> tuple[EvaluationGame, Classes, Classes]:
    """Return the game in which equal competitors count once and equal tasks count once.

    An equilibrium of it, each class's mass split evenly, is one of the whole game; because the
    smaller game is the same however often an action is repeated, so is its equilibrium.
    """
    competitors = clone_classes(game.competitors, game.competitor_rows, declared=declared)
    tasks = clone_classes(game.tasks, game.task_rows)
    if len(competitors.first) == len(game.competitors) and len(tasks.first) == len(game.tasks):
        return game, competitors, tasks
    margin = competitors.mean(competitors.mean(tasks.mean(game.margin, 0), 1), 2)
    tie = None if game.tie is None else tasks.mean(game.tie, 0)
    merged = EvaluationGame(_leaders(tasks), _leaders(competitors), margin, tie)
    return merged, competitors, tasks


def _leaders(classes: Classes) -> tuple[str, ...]:
    return tuple(classes.names[at] for at in classes.first)

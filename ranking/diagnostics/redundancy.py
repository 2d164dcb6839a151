"""The redundancy laboratory: what copies of competitors, tasks and judges do to every rating."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ranking.comparisons import Comparisons
from ranking.diagnostics.redundancy_attacks import (
    ATTACKS,
    Attack,
    BoostedVoter,
    CloneCompetitor,
    FloodTask,
    NoisyClones,
    RepeatJudge,
    RepeatTask,
)
from ranking.diagnostics.redundancy_baseline import (
    DEFAULT_METHODS,
    Baseline,
    baseline,
    rated,
    read_log,
    try_all,
)
from ranking.diagnostics.redundancy_battery import left_out, standard_battery
from ranking.diagnostics.redundancy_moves import STILL, Move, move_of
from ranking.diagnostics.redundancy_words import conclusion
from ranking.equilibria.task_log import TaskLog
from ranking.errors import InputError
from ranking.progress import Watch
from ranking.ratings import Method, Ratings

__all__ = [
    "ATTACKS",
    "DEFAULT_METHODS",
    "STILL",
    "Attack",
    "AttackResult",
    "Baseline",
    "BoostedVoter",
    "CloneCompetitor",
    "FloodTask",
    "Move",
    "NoisyClones",
    "RepeatJudge",
    "RepeatTask",
    "Robustness",
    "baseline",
    "robustness",
    "standard_battery",
]


@dataclass(frozen=True, eq=False)
class AttackResult:
    """What an attack did to every method.

    Attributes
    ----------
    attack : Attack
    moves : tuple of Move
        One per method.
    only_repeats : bool
        Whether the attack adds nothing but exact copies of competitors or tasks.
    comparisons : float
        How many there are after the attack.
    """

    attack: Attack
    moves: tuple[Move, ...]
    only_repeats: bool
    comparisons: float


@dataclass(frozen=True, eq=False)
class Robustness:
    """What redundancy does to the ratings of a log.

    Attributes
    ----------
    arena, noun : str
    tasks_by : str
        What the tasks are.
    methods : tuple of str
        Names, in the order of every result's moves.
    results : tuple of AttackResult
    sentence : str
        What was found.
    skipped : tuple of str
        Sentences about the attacks of the standard battery that this log does not allow.
    baseline : mapping of str to Ratings
        The ratings before any attack, by method; those that cannot rate are left out.
    left_out : tuple of str
        Competitors whose moves are not counted: they have few comparisons or one-sided ones, or
        never met the largest group.
    comparisons : float
    simulated : bool
    selection : mapping
        The selection that was rated.
    """

    arena: str
    noun: str
    tasks_by: str
    methods: tuple[str, ...]
    results: tuple[AttackResult, ...]
    sentence: str
    skipped: tuple[str, ...] = ()
    baseline: Mapping[str, Ratings] = field(default_factory=dict)
    left_out: tuple[str, ...] = ()
    comparisons: float = math.nan
    simulated: bool = False
    selection: Mapping[str, Any] = field(default_factory=dict)


def robustness(
    evidence: Comparisons | TaskLog | Baseline,
    *,
    attacks: Sequence[Attack] | None = None,
    methods: Sequence[str | Method] | None = None,
    tasks: str = "auto",
    depth: int = 1,
    watch: Watch | None = None,
) -> Robustness:
    """Rate a log by every method, before and after attacks that repeat parts of it.

    Only the ratings are compared, so that no intervals are computed, and only of those whose rating
    is settled (see `settled_by_strength`). Elo is averaged over random orders: one order is an
    accident, and the copies would change it.

    Parameters
    ----------
    evidence : Comparisons, TaskLog or Baseline
        A `Baseline` spares the ratings before the attacks, which take as long as one attack.
    attacks : sequence of Attack, optional
        By default the standard battery.
    methods : sequence of str or Method, optional
        Names, or methods with settings of their own; by default `DEFAULT_METHODS`. Not for a
        `Baseline`, which has its own.
    tasks, depth : str, int
        What the tasks are, as in `Comparisons.tasks`; not for a `TaskLog` or a `Baseline`, which
        have their own.
    watch : Watch, optional
        Whom to tell how far the work is, and whom to ask whether to go on.

    Raises
    ------
    InputError
        If there are no comparisons, or a method is unknown.
    SelectionError
        If an attack names what the log does not have.
    CancelledError
        If the user stopped the work.
    """
    watch = watch or Watch()
    if not isinstance(evidence, Baseline):
        before = read_log(evidence, methods, tasks, depth)
    elif methods is None:
        before = evidence
    else:
        raise InputError("A baseline has methods of its own; name them where it is made.")
    log = before.log
    skipped = left_out(log) if attacks is None else ()
    chosen = standard_battery(log) if attacks is None else tuple(attacks)
    for attack in chosen:
        attack.apply(log)  # a name that the log does not have is an error before the long work
    if not before.tried:
        share = 1 / (1 + len(chosen))
        before, watch = rated(before, watch.over(0.0, share)), watch.over(share, 1.0)
    rating = before.methods_for(log)
    compared = np.array([name in before.settled for name in log.games.competitors])
    results = []
    for round_, attack in enumerate(chosen):
        attacked = attack.apply(log)
        part = watch.over(round_ / len(chosen), (round_ + 1) / len(chosen))
        after = try_all(before.methods_for(attacked), attacked, part, attack.name, before.tried)
        moves = tuple(
            move_of(method, log.games.competitors, compared, old, new)
            for method, old, new in zip(rating, before.tried, after, strict=True)
        )
        votes = float(attacked.games.votes.sum())
        results.append(AttackResult(attack, moves, attack.only_repeats(log), votes))
    return Robustness(
        arena=before.arena,
        noun=before.noun,
        tasks_by=log.by,
        methods=tuple(method.name for method in rating),
        results=tuple(results),
        sentence=conclusion(results, before.noun),
        skipped=skipped,
        baseline={
            method.name: old.ratings
            for method, old in zip(rating, before.tried, strict=True)
            if old.ratings is not None
        },
        left_out=tuple(name for name in log.games.competitors if name not in before.settled),
        comparisons=float(log.games.votes.sum()),
        simulated=before.simulated,
        selection=before.selection,
    )

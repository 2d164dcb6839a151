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
from ranking.diagnostics.redundancy_battery import left_out, settled_by_strength, standard_battery
from ranking.diagnostics.redundancy_moves import STILL, Move, move_of, try_rating
from ranking.diagnostics.redundancy_words import conclusion
from ranking.equilibria.task_log import TaskLog
from ranking.errors import InputError
from ranking.methods import METHODS, BradleyTerry, Elo
from ranking.methods.equilibrium import EquilibriumMethod
from ranking.progress import Watch
from ranking.ratings import Method, Ratings

__all__ = [
    "ATTACKS",
    "DEFAULT_METHODS",
    "STILL",
    "Attack",
    "AttackResult",
    "BoostedVoter",
    "CloneCompetitor",
    "FloodTask",
    "Move",
    "NoisyClones",
    "RepeatJudge",
    "RepeatTask",
    "Robustness",
    "robustness",
    "standard_battery",
]

DEFAULT_METHODS = (
    "bradley-terry", "elo", "nash", "logit-equilibrium", "cce", "deviation", "alpha-rank",
    "maximal-lottery",
)  # fmt: skip
"""The methods that are compared where none are named."""

_FEWEST_ORDERS, _MOST_ORDERS = 20, 400  # that Elo is averaged over ...
_UPDATES = 5_000_000  # ... as many as this many updates allow


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
    evidence: Comparisons | TaskLog,
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
    evidence : Comparisons or TaskLog
    attacks : sequence of Attack, optional
        By default the standard battery.
    methods : sequence of str or Method, optional
        Names, or methods with settings of their own; by default `DEFAULT_METHODS`.
    tasks, depth : str, int
        What the tasks are, as in `Comparisons.tasks`; not for a `TaskLog`, which has its own.
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
    log = evidence if isinstance(evidence, TaskLog) else evidence.tasks(tasks, depth=depth)
    if not len(log.games):
        raise InputError("There are no comparisons in this selection.")
    watch = watch or Watch()
    rating = [_method(method, log, tasks, depth) for method in methods or DEFAULT_METHODS]
    skipped = left_out(log) if attacks is None else ()
    chosen = standard_battery(log) if attacks is None else tuple(attacks)
    for attack in chosen:
        attack.apply(log)  # a name that the log does not have is an error before the long work
    settled = set(settled_by_strength(log))
    compared = np.array([name in settled for name in log.games.competitors])
    steps = (1 + len(chosen)) * len(rating)
    before = [
        try_rating(method, log, watch.over(at / steps, (at + 1) / steps), "before any attack")
        for at, method in enumerate(rating)
    ]
    results = []
    for round_, attack in enumerate(chosen, start=1):
        attacked = attack.apply(log)
        moves = []
        for at, (method, old) in enumerate(zip(rating, before, strict=True)):
            done = round_ * len(rating) + at
            part = watch.over(done / steps, (done + 1) / steps)
            new = old if old.error else try_rating(method, attacked, part, attack.name)
            moves.append(move_of(method, log.games.competitors, compared, old, new))
        votes = float(attacked.games.votes.sum())
        results.append(AttackResult(attack, tuple(moves), attack.only_repeats(log), votes))
    source = evidence if isinstance(evidence, Comparisons) else None
    noun = source.arena.noun if source else "competitor"
    return Robustness(
        arena=source.arena.name if source else "",
        noun=noun,
        tasks_by=log.by,
        methods=tuple(method.name for method in rating),
        results=tuple(results),
        sentence=conclusion(results, noun),
        skipped=skipped,
        baseline={
            method.name: old.ratings
            for method, old in zip(rating, before, strict=True)
            if old.ratings is not None
        },
        left_out=tuple(name for name in log.games.competitors if name not in settled),
        comparisons=float(log.games.votes.sum()),
        simulated=source is not None and source.arena.simulated,
        selection=source.selection.as_dict() if source else {},
    )


def _method(method: str | Method, log: TaskLog, tasks: str, depth: int) -> Method:
    """Return a method that computes ratings alone, without intervals."""
    if not isinstance(method, str):
        return method
    if method not in METHODS:
        raise InputError(f"There is no method {method!r}; the methods are: {', '.join(METHODS)}.")
    if method == BradleyTerry.name:
        return BradleyTerry(cluster="none", interval="hessian")
    if method == Elo.name:
        orders = _UPDATES // int(log.games.votes.sum())
        return Elo(permutations=min(max(orders, _FEWEST_ORDERS), _MOST_ORDERS), resamples=0)
    kind = METHODS[method]
    settings: dict[str, Any] = {}
    if issubclass(kind, EquilibriumMethod):
        settings = {"tasks": tasks, "depth": depth}
    if "resamples" in kind.__dataclass_fields__:
        settings["resamples"] = 0
    chosen: Method = kind(**settings)
    return chosen

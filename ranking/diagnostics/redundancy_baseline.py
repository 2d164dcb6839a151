"""The ratings of a log before any attack, by every method that is compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ranking.comparisons import Comparisons
from ranking.diagnostics.redundancy_battery import settled_by_strength
from ranking.diagnostics.redundancy_moves import Tried, try_rating
from ranking.equilibria.task_log import TaskLog
from ranking.errors import InputError
from ranking.methods import METHODS, BradleyTerry, Elo
from ranking.methods.equilibrium import EquilibriumMethod
from ranking.progress import Watch
from ranking.ratings import Method

DEFAULT_METHODS = (
    "bradley-terry", "elo", "nash", "logit-equilibrium", "cce", "deviation", "alpha-rank",
    "maximal-lottery",
)  # fmt: skip
"""The methods that are compared where none are named."""

# Orders that Elo is averaged over: as many as so many updates allow. The noise of an order does not
# fall with the length of a log, since Elo forgets; fewer than 20 orders would hide real moves.
_UPDATES, _FEWEST_ORDERS, _MOST_ORDERS = 5_000_000, 20, 400


@dataclass(frozen=True, eq=False)
class Baseline:
    """The ratings of a log before any attack, for as many attacks as there may be.

    Attributes
    ----------
    log : TaskLog
    methods : tuple of str or Method
        As they were asked for.
    tried : tuple of Tried
        The ratings by each of them, or why there are none.
    settled : frozenset of str
        Competitors whose moves count.
    tasks, depth : str, int
        What the tasks were asked to be.
    arena, noun, simulated, selection
        As in `Robustness`.
    """

    log: TaskLog
    methods: tuple[str | Method, ...]
    tried: tuple[Tried, ...]
    settled: frozenset[str]
    tasks: str = "auto"
    depth: int = 1
    arena: str = ""
    noun: str = "competitor"
    simulated: bool = False
    selection: Mapping[str, Any] = field(default_factory=dict)

    def methods_for(self, log: TaskLog) -> list[Method]:
        """Return the methods with the settings that fit a log under attack."""
        return [_method(method, log, self.tasks, self.depth) for method in self.methods]


def baseline(
    evidence: Comparisons | TaskLog,
    *,
    methods: Sequence[str | Method] | None = None,
    tasks: str = "auto",
    depth: int = 1,
    watch: Watch | None = None,
) -> Baseline:
    """Rate a log by every method, before any attack; the arguments are those of `robustness`.

    Raises
    ------
    InputError
        If there are no comparisons, or a method is unknown.
    CancelledError
        If the user stopped the work.
    """
    return rated(read_log(evidence, methods, tasks, depth), watch or Watch())


def read_log(
    evidence: Comparisons | TaskLog,
    methods: Sequence[str | Method] | None,
    tasks: str,
    depth: int,
) -> Baseline:
    """Return what is to be rated, before it is."""
    log = evidence if isinstance(evidence, TaskLog) else evidence.tasks(tasks, depth=depth)
    if not len(log.games):
        raise InputError("There are no comparisons in this selection.")
    settled = frozenset(settled_by_strength(log))
    before = Baseline(log, tuple(methods or DEFAULT_METHODS), (), settled, tasks, depth)
    before.methods_for(log)  # an unknown one is an error before the long work
    if isinstance(evidence, TaskLog):
        return before
    return replace(
        before,
        arena=evidence.arena.name,
        noun=evidence.arena.noun,
        simulated=evidence.arena.simulated,
        selection=evidence.selection.as_dict(),
    )


def rated(before: Baseline, watch: Watch) -> Baseline:
    """Return it with the ratings."""
    log = before.log
    tried = try_all(before.methods_for(log), log, watch, "before any attack")
    return replace(before, tried=tried)


def try_all(
    methods: Sequence[Method],
    log: TaskLog,
    watch: Watch,
    when: str,
    before: Sequence[Tried] | None = None,
) -> tuple[Tried, ...]:
    """Rate a log by every method; not by those that failed before."""
    count = len(methods)
    return tuple(
        before[at]
        if before and before[at].error
        else try_rating(method, log, watch.over(at / count, (at + 1) / count), when)
        for at, method in enumerate(methods)
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

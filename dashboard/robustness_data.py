"""Long reads of the page about robustness: each is begun once, watched, and kept.

A function returns its result, or the run that works it out; see `dashboard.running`. Keys are those
of `dashboard.data`.
"""

import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dashboard import data, running
from dashboard.running import Run
from ranking.errors import RankingWarning
from ranking.progress import Watch
from ranking.selection import Selection
from ranking.store import Arena

if TYPE_CHECKING:
    from ranking.diagnostics.cyclic_structure import CyclicStructure
    from ranking.diagnostics.redundancy import Attack, Baseline, Robustness


@dataclass(frozen=True)
class Studied:
    """What the page is about: some comparisons of an arena, and what their tasks are."""

    arena: Arena
    selection: Selection
    tasks: str = "auto"
    depth: int = 1


@dataclass(frozen=True)
class Choices:
    """Whom and what a log can be attacked by.

    Attributes
    ----------
    competitors : float
        How many there are.
    comparisons : float
    by : str
        What the tasks are, as in `TaskLog.by`.
    targets : mapping of str to tuple of str
        Names by kind of attack; those without any cannot be made.
    usual : mapping of str to Attack
        The attacks of the standard battery by kind, the first of each.
    battery : int
        How many attacks the standard battery has.
    """

    competitors: int
    comparisons: float
    by: str
    targets: Mapping[str, tuple[str, ...]]
    usual: "Mapping[str, Attack]"
    battery: int


def choices(studied: Studied) -> Choices | Run:
    """Return what can be attacked, and by default whom."""

    def look(watch: Watch) -> Choices:
        from ranking.diagnostics.redundancy import standard_battery

        log = _comparisons(studied).tasks(studied.tasks, depth=studied.depth)
        attacks = standard_battery(log)
        usual: dict[str, Attack] = {}
        for attack in attacks:
            usual.setdefault(attack.kind, attack)
        competitors = _met(log.games.competitors, log.games.first, log.games.second)
        tasks = log.tasks if len(log.tasks) > 1 else ()
        judges = _met(log.judges, log.games.judge)
        judges = judges if len(judges) > 1 else ()
        targets = {
            "clone": competitors, "noisy-clone": competitors, "repeat-task": tasks,
            "flood-task": tasks, "repeat-judge": judges, "boosted-voter": judges,
        }  # fmt: skip
        return Choices(
            competitors=len(competitors),
            comparisons=float(log.games.votes.sum()),
            by=log.by,
            targets={kind: names for kind, names in targets.items() if names and kind in usual},
            usual=usual,
            battery=len(attacks),
        )

    return _ask(studied, ("choices",), f"Tasks of {studied.arena.name}", look)


def attacked(studied: Studied, attack: "Attack") -> "Robustness | Run":
    """Rate before and after one attack, by every method."""
    before = _before(studied)
    if isinstance(before, Run):
        return before

    def work(watch: Watch) -> "Robustness":
        from ranking.diagnostics.redundancy import robustness

        return robustness(before, attacks=(attack,), watch=watch)

    return _ask(studied, ("attack", attack), f"Effect of {attack.name}", work)


def battery(studied: Studied, *, begin: bool) -> "Robustness | Run | None":
    """Rate before and after the standard battery; None where it was not begun, and is not to be."""

    def work(watch: Watch) -> "Robustness":
        from ranking.diagnostics.redundancy import robustness

        return robustness(before, watch=watch)

    if not begin and running.runs().find(_key(studied, ("battery",))) is None:
        return None
    before = _before(studied)
    if isinstance(before, Run):
        return before
    return _ask(studied, ("battery",), f"Standard battery on {studied.arena.name}", work)


def _before(studied: Studied) -> "Baseline | Run":
    """Rate before any attack, by every method: once for all attacks."""

    def work(watch: Watch) -> "Baseline":
        from ranking.diagnostics.redundancy import baseline

        return baseline(
            _comparisons(studied), tasks=studied.tasks, depth=studied.depth, watch=watch
        )

    return _ask(studied, ("before",), f"Ratings of {studied.arena.name} before any attack", work)


def cycles(studied: Studied) -> "CyclicStructure | Run":
    """Work out what no single number for each competitor can express."""

    def work(watch: Watch) -> "CyclicStructure":
        from ranking.diagnostics.cyclic_structure import cyclic_structure

        return cyclic_structure(_comparisons(studied), watch=watch)

    everything = Studied(studied.arena, studied.selection)  # whatever the tasks
    return _ask(everything, ("cycles",), f"Cycles of {studied.arena.name}", work)


def _met(names: tuple[str, ...], *codes: Any) -> tuple[str, ...]:
    """Return the names that occur in a log, in their order."""
    met = {int(code) for each in codes for code in set(each.tolist())}
    return tuple(name for code, name in enumerate(names) if code in met)


def _comparisons(studied: Studied) -> data.Held:
    return data.comparisons(studied.arena, studied.selection)


def _key(studied: Studied, what: tuple[Any, ...]) -> tuple[Any, ...]:
    arena = studied.arena
    identity = (str(data.store().path), arena.arena_id, arena.version, arena.name)
    return ("robustness", *identity, studied.selection, studied.tasks, studied.depth, *what)


def _ask(studied: Studied, what: tuple[Any, ...], title: str, work: Callable[[Watch], Any]) -> Any:
    def watched(tell: Callable[[float, str], None], cancelled: threading.Event) -> Any:
        with warnings.catch_warnings():  # results keep them
            warnings.simplefilter("ignore", RankingWarning)
            return work(Watch(tell, cancelled))

    run = running.ask(_key(studied, what), title, watched)
    return run.job.result if run.done else run

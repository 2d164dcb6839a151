"""Reads of the health of evidence: begun once, watched, and kept (see `capability_data`)."""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from dashboard import capability_data, data, running
from dashboard.capability_data import Studied
from ranking.errors import InputError
from ranking.progress import Watch

if TYPE_CHECKING:
    from ranking.capabilities.health import CapabilityHealth
    from ranking.versions.rank_flips import RankFlips
    from ranking.versions.repeats import Repeats


def health(studied: Studied) -> "CapabilityHealth":
    """Return what the evidence in each capability is worth; it is shared, so never change it."""
    evidence = capability_data.evidence(studied)

    def examine(watch: Watch) -> "CapabilityHealth":
        from ranking.capabilities.health import capability_health

        watch.tell(0.0, "counting verdicts")
        return capability_health(evidence, both_bad=studied.both_bad)

    found: CapabilityHealth = _asked(studied, ("health",), "Health", examine)
    return found


def repeats(studied: Studied, orders: Any) -> "Repeats | str":
    """Say how often repeats differ; why not, where nothing was repeated."""
    evidence = capability_data.evidence(studied)

    def examine(watch: Watch) -> "Repeats | str":
        from ranking.versions.repeats import repeats as compare

        watch.tell(0.0, "comparing repeats")
        try:
            return compare(evidence, orders=orders)
        except InputError as error:
            return str(error)

    found: Repeats | str = _asked(studied, ("repeats", orders), "Repeats", examine)
    return found


def rank_flips(studied: Studied, found: "Repeats", *, under: str, depth: int) -> "RankFlips":
    """Say how often competitors change places when other repeats are taken."""

    def examine(watch: Watch) -> "RankFlips":
        from ranking.versions.rank_flips import rank_flips as flip

        return flip(found, under=under, depth=depth, watch=watch)

    what = ("rank flips", found.kind, found.orders, under, depth)
    flips: RankFlips = _asked(studied, what, "Rank flips", examine)
    return flips


def _asked(
    studied: Studied, what: tuple[Any, ...], title: str, work: Callable[[Watch], Any]
) -> Any:
    def watched(tell: Callable[[float, str], None], cancelled: threading.Event) -> Any:
        return work(Watch(tell, cancelled))

    arena = studied.arena
    identity = (str(data.store().path), arena.arena_id, arena.version, arena.name)
    key = (*what, *identity, studied.selection, studied.source, studied.both_bad)
    run = running.ask(key, f"{title} of {arena.name}", watched)
    return running.arrived(run.job.result if run.done else run)

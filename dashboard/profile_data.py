"""Long reads of differences between competitors and of mixes: begun once, watched, kept.

What a function returns is shared between sessions: never change it. Where it is not there yet, how
far it is is drawn instead, and the page ends.
"""

import threading
import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dashboard import capability_data, data, running
from dashboard.capability_data import Studied
from ranking.errors import InputError, RankingWarning
from ranking.progress import Watch
from ranking.ratings import Ratings

if TYPE_CHECKING:
    from ranking.capabilities.branches import Branches
    from ranking.capabilities.differences import CapabilityDifferences
    from ranking.capabilities.profile_clusters import ProfileClusters
    from ranking.capabilities.trade_offs import TradeOffs
    from ranking.versions.standardised import Standardised


def mixed(studied: Studied, shares: Mapping[str, float]) -> Ratings:
    """Rate the competitors in a mix of capabilities, by key and share; everything where empty.

    Raises
    ------
    InputError
        If the shares are no mix.
    """
    held = capability_data.evidence(studied)
    asked = dict(shares) or {held.taxonomy.keys[0]: 1.0}

    def rate(watch: Watch) -> Ratings:
        from ranking.capabilities.mix_ratings import mix_ratings

        return mix_ratings(held, asked)

    key = ("mix", *_of_log(studied), tuple(sorted(asked.items())))
    found: Ratings = _asked(key, f"Leaderboard of a mix in {studied.arena.name}", rate, "mix")
    return found


def differences(studied: Studied) -> "CapabilityDifferences":
    """Rank capabilities by how differently competitors do in them."""
    held = capability_data.evidence(studied)

    def compare(watch: Watch) -> "CapabilityDifferences":
        from ranking.capabilities.differences import capability_differences

        return capability_differences(held, **_settings(studied))

    key = ("differences", *_of_findings(studied))
    found: CapabilityDifferences = _asked(key, f"Differences in {studied.arena.name}", compare)
    return found


def clusters(studied: Studied, depth: int) -> "ProfileClusters | str":
    """Join competitors with alike profiles; why not, where that cannot be done."""
    held = capability_data.evidence(studied)

    def join(watch: Watch) -> "ProfileClusters":
        from ranking.capabilities.profile_clusters import profile_clusters

        return profile_clusters(held, depth=depth, values=_values(studied), watch=watch)

    key = ("clusters", *_of_log(studied), _values(studied), depth)
    found: ProfileClusters | str = _said(key, f"Alike profiles in {studied.arena.name}", join)
    return found


def trade_offs(studied: Studied, depth: int) -> "TradeOffs | str":
    """Say which capabilities are traded for each other; why not, where that cannot be done."""
    held = capability_data.evidence(studied)

    def compare(watch: Watch) -> "TradeOffs":
        from ranking.capabilities.trade_offs import trade_offs as across

        return across(held, depth=depth, values=_values(studied), q=studied.q)

    key = ("trade-offs", *_of_log(studied), _values(studied), depth, studied.q)
    found: TradeOffs | str = _said(key, f"Trade-offs in {studied.arena.name}", compare)
    return found


def branches(studied: Studied) -> "Branches | str":
    """Tell even branches from uneven ones; why not, where that cannot be done."""
    held = capability_data.evidence(studied)

    def compare(watch: Watch) -> "Branches":
        from ranking.capabilities.branches import branches as even

        return even(held, **_settings(studied))

    key = ("branches", *_of_findings(studied))
    found: Branches | str = _said(key, f"Branches of {studied.arena.name}", compare)
    return found


def standardised(studied: Studied, depth: int) -> "Standardised | str":
    """Average everybody over the same mix; why not, where that cannot be done."""
    held = capability_data.evidence(studied)

    def average(watch: Watch) -> "Standardised":
        from ranking.versions.standardised import standardised as over_mix

        return over_mix(held, depth=depth, values=studied.values)

    key = ("standardised", *_of_log(studied), studied.values, depth)
    found: Standardised | str = _said(key, f"Same mix in {studied.arena.name}", average)
    return found


def _values(studied: Studied) -> Any:
    """Return what effects are made of; the bar's own scores belong to another question."""
    return "scores" if studied.values == "scores" else "wins"


def _settings(studied: Studied) -> dict[str, Any]:
    same = _values(studied) == studied.values or studied.question != "bar"
    return {
        "values": _values(studied),
        "q": studied.q,
        "smallest_effect": studied.smallest_effect if same else None,
    }


def _of_log(studied: Studied) -> tuple[Any, ...]:
    arena = studied.arena
    identity = (str(data.store().path), arena.arena_id, arena.version, arena.name)
    return (*identity, studied.selection, studied.source, studied.both_bad)


def _of_findings(studied: Studied) -> tuple[Any, ...]:
    return (*_of_log(studied), *_settings(studied).values())


def _said(key: tuple[Any, ...], title: str, work: Callable[[Watch], Any]) -> Any:
    """Return a result, or the sentence that says why there is none."""

    def tried(watch: Watch) -> Any:
        try:
            return work(watch)
        except InputError as error:
            return str(error)

    return _asked(key, title, tried)


def _asked(
    key: tuple[Any, ...], title: str, work: Callable[[Watch], Any], place: str | None = None
) -> Any:
    def quiet(tell: Callable[[float, str], None], cancelled: threading.Event) -> Any:
        with warnings.catch_warnings():  # results keep them
            warnings.simplefilter("ignore", RankingWarning)
            return work(Watch(tell, cancelled))

    run = running.ask(key, title, quiet, place=place)
    return running.arrived(run.job.result if run.done else run)

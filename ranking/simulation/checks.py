"""What a truth must satisfy before a log can be drawn from it."""

from collections.abc import Sequence
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING

from ranking.errors import InputError

if TYPE_CHECKING:
    from ranking.simulation.truth import Competitor, Judge, Truth


def check_truth(truth: "Truth") -> None:
    """Raise InputError, naming the setting, where a truth makes no sense."""
    if len(truth.competitors) < 2:
        raise InputError(f"An arena needs at least two competitors, not {len(truth.competitors)}.")
    _check_names(truth.names, "competitor")
    _check_names([judge.name for judge in truth.judges], "judge")
    _check_names([facet.name for facet in truth.facets], "facet")
    for name, low in {
        "items": 0.0,
        "item_effect": 0.0,
        "item_difficulty": 0.0,
        "ties": 0.0,
        "words": 0.0,
    }.items():
        _at_least(name, getattr(truth, name), low)
    _positive("item_spread", truth.item_spread)
    _positive("weeks", truth.weeks)
    _finite("length_effect", truth.length_effect)
    if truth.both_bad is not None:
        _finite("both_bad", truth.both_bad)
    if truth.items == 0 and (truth.facets or truth.item_effect or truth.item_difficulty):
        raise InputError("Capabilities and item effects need items; set `items` above 0.")
    if truth.length_effect and not truth.words:
        raise InputError("A length effect needs lengths; set `words` above 0.")
    for facet in truth.facets:
        if not facet.leaves:
            raise InputError(f"The facet {facet.name!r} has no leaves.")
        for leaf, share in facet.leaves.items():
            _positive(f"share of the capability {leaf!r}", share)
    for judge in truth.judges:
        _check_judge(judge)
    for competitor in truth.competitors:
        _check_competitor(truth, competitor)


def _check_judge(judge: "Judge") -> None:
    _positive(f"share of the judge {judge.name!r}", judge.share)
    for name in ("position_bias", "family_preference", "sharpness"):
        _finite(f"{name} of the judge {judge.name!r}", getattr(judge, name))


def _check_competitor(truth: "Truth", competitor: "Competitor") -> None:
    who = f"of the {truth.noun} {competitor.name!r}"
    _finite(f"strength {who}", competitor.strength)
    _finite(f"drift {who}", competitor.drift)
    _positive(f"share {who}", competitor.share)
    _positive(f"verbosity {who}", competitor.verbosity)
    if not 0 <= competitor.joins < 1:
        raise InputError(f"The moment of joining {who} must lie in [0, 1), not {competitor.joins}.")
    nodes = [node for facet in truth.facets for node in facet.nodes]
    for path, points in competitor.capabilities.items():
        _finite(f"strength in {path!r} {who}", points)
        if nodes.count(path) != 1:
            raise InputError(
                f"The capability {path!r} {who} must occur in exactly one facet, "
                f"not in {nodes.count(path)}."
            )
    if competitor.clone_of is not None:
        _check_clone(truth, competitor)


def _check_clone(truth: "Truth", copy: "Competitor") -> None:
    source = next((c for c in truth.competitors if c.name == copy.clone_of), None)
    if source is None or source.clone_of is not None:
        raise InputError(
            f"{copy.name!r} is a clone of {copy.clone_of!r}, "
            f"which is not an original {truth.noun} of this arena."
        )
    if source.clone(copy.name) != replace(copy, share=source.share, joins=source.joins):
        raise InputError(
            f"{copy.name!r} differs from {source.name!r} in more than its name, share and moment "
            "of joining, so that it is no clone; make it with `clone`."
        )


def _check_names(names: Sequence[str], noun: str) -> None:
    for position, name in enumerate(names):
        if not name:
            raise InputError(f"Every {noun} needs a name.")
        if name in names[:position]:
            raise InputError(f"The {noun} {name!r} occurs twice.")


def _finite(name: str, value: float) -> None:
    if not isfinite(value):
        raise InputError(f"The {name} must be a finite number, not {value}.")


def _positive(name: str, value: float) -> None:
    if not (isfinite(value) and value > 0):
        raise InputError(f"The {name} must be above 0, not {value}.")


def _at_least(name: str, value: float, low: float) -> None:
    if not (isfinite(value) and value >= low):
        raise InputError(f"The setting {name} must be at least {low:g}, not {value}.")

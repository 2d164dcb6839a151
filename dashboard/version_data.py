"""Cached reads about two versions by capability; see `dashboard.capability_data`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import capability_data, data, running
from dashboard.capability_data import Studied

if TYPE_CHECKING:
    from ranking.capabilities.evidence import CapabilityEvidence
    from ranking.versions.items import Direction, ItemChange
    from ranking.versions.report import VersionReport


def report(studied: Studied, before: str, after: str) -> "VersionReport":
    """Compare two versions; the result is shared, so never change it.

    Where there are no capabilities, only what is known over all items is in it. Until the log is
    read, how far that is is drawn instead, and the page ends.

    Raises
    ------
    InputError
        If nothing of the two can be paired.
    SelectionError
        If nothing that is selected is about one of them.
    """
    held = capability_data.evidence(studied) if studied.source else _bare(studied)

    def compare() -> "VersionReport":
        from ranking.versions.report import version_report

        return version_report(held, before, after, q=studied.q)

    return _kept((*_key(studied), before, after), compare)


def items(
    studied: Studied,
    compared: "VersionReport",
    *,
    direction: "Direction",
    by: float,
    under: str,
    alone: bool,
    reliable: bool,
) -> "tuple[ItemChange, ...]":
    """Return the items that changed; see `item_changes`."""

    def list_items() -> "tuple[ItemChange, ...]":
        from ranking.versions.items import item_changes

        return item_changes(
            compared, direction=direction, by=by, under=under, alone=alone, reliable=reliable
        )

    asked = (compared.before, compared.after, direction, by, under, alone, reliable)
    return _kept((*_key(studied), *asked), list_items)


def has_repeats(studied: Studied, compared: "VersionReport") -> bool:
    """Whether repeats say which changes of items are more than chance."""

    def look() -> bool:
        import numpy as np

        from ranking.versions.items import reliable_change

        return bool(np.isfinite(reliable_change(compared)).any())

    return _kept((*_key(studied), compared.before, compared.after, "repeats"), look)


def levels(studied: Studied, compared: "VersionReport") -> tuple[tuple[str, ...], ...]:
    """Return the keys of the capabilities of each level that the report can be shown at."""
    if not studied.source:
        return ()

    def keys() -> tuple[tuple[str, ...], ...]:
        from ranking.taxonomies.levels import level_below

        taxonomy = compared.evidence.taxonomy
        found = []
        for depth, _ in enumerate(capability_data.levels(studied), 1):
            nodes = level_below(taxonomy, depth=depth)
            found.append(tuple(taxonomy.keys[at] for at in nodes.tolist()))
        return tuple(found)

    return _kept((*_key(studied), "levels"), keys)


def _bare(studied: Studied) -> "CapabilityEvidence":
    """Read a log without capabilities."""

    def read(tell: Any, cancelled: Any) -> "CapabilityEvidence":
        from ranking.capabilities.evidence import CapabilityEvidence

        held = data.comparisons(studied.arena, studied.selection)
        return CapabilityEvidence.of(held, facets=(), both_bad=studied.both_bad)

    run = running.ask((*_key(studied), "bare"), f"Items of {studied.arena.name}", read)
    found: CapabilityEvidence = running.arrived(run.job.result if run.done else run)
    return found


def _key(studied: Studied) -> tuple[Any, ...]:
    arena = studied.arena
    identity = (str(data.store().path), arena.arena_id, arena.version, arena.name)
    settings = (studied.selection, studied.source, studied.both_bad, studied.q)
    return ("versions", *identity, *settings)


@st.cache_resource(max_entries=64, show_spinner=False)
def _kept(key: tuple[Any, ...], _make: Callable[[], Any]) -> Any:
    return _make()

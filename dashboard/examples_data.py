"""Cached reads of the page of examples; what they return is shared, so never change it."""

import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import capability_data, data, running
from dashboard.capability_data import Studied

if TYPE_CHECKING:
    from ranking.capabilities.evidence import CapabilityEvidence
    from ranking.examples import Example, ExampleCounts, ExampleFilter, ExampleList, ExampleLog
    from ranking.examples.log import Order
    from ranking.laplacian import Codes

ITEMS_PER_PAGE = 25


def log(studied: Studied) -> "ExampleLog":
    """Read the comparisons by item; draw how far that is, and end the page, while it is not there.

    An arena without capabilities is read by item alone.
    """
    evidence = capability_data.evidence(studied) if studied.source else _bare(studied)
    return _log(*_key(studied), evidence)


def items(studied: Studied, wanted: "ExampleFilter", order: "Order") -> "Codes":
    """Return all wanted items in their order."""
    held = log(studied)
    if studied.source and wanted.capability and wanted.competitor is not None:
        capability_data.findings(studied)  # it tells how far it is
    asked = _asked(studied)
    return _items(*_key(studied), *asked.values(), wanted, order, held, asked)


def page(studied: Studied, wanted: "ExampleFilter", order: "Order", number: int) -> "ExampleList":
    """Return one page of the wanted items, counted from 1."""
    held, found, asked = log(studied), items(studied, wanted, order), _asked(studied)
    return _page(*_key(studied), *asked.values(), wanted, order, number, held, found, asked)


def conclusion(studied: Studied, subject: "ExampleFilter") -> str:
    """Say what is known of the competitor in the capability, or how it did."""
    from ranking.examples.listing import conclusion as said

    held = log(studied)
    if studied.source and subject.capability and subject.competitor is not None:
        capability_data.findings(studied)  # it tells how far it is
    return said(held, subject, **_asked(studied))


def counts(studied: Studied, wanted: "ExampleFilter") -> "ExampleCounts":
    """Count comparisons by the values of each filter, under all other filters."""
    return _counts(*_key(studied), wanted, log(studied))


def example(studied: Studied, item: str) -> "Example":
    """Read one item with every verdict on it.

    Raises
    ------
    SelectionError
        If nothing that is selected is about it.
    """
    return _example(*_key(studied), item, log(studied))


def _asked(studied: Studied) -> dict[str, Any]:
    """Return the settings of findings."""
    return {
        "question": studied.question,
        "values": studied.values,
        "bar": studied.bar if studied.question == "bar" else None,
        "smallest_effect": studied.smallest_effect,
        "q": studied.q,
    }


def _key(studied: Studied) -> tuple[Any, ...]:
    arena = studied.arena
    identity = (str(data.store().path), arena.arena_id, arena.version, arena.name)
    return (*identity, studied.selection, studied.source, studied.both_bad)


def _bare(studied: Studied) -> "CapabilityEvidence":
    def read(
        tell: Callable[[float, str], None], cancelled: threading.Event
    ) -> "CapabilityEvidence":
        from ranking.capabilities.evidence import CapabilityEvidence

        held = data.comparisons(studied.arena, studied.selection)
        return CapabilityEvidence.of(held, facets=(), both_bad=studied.both_bad)

    key = ("items", *_key(studied))
    run = running.ask(key, f"Items of {studied.arena.name}", read)
    found: CapabilityEvidence = running.arrived(run.job.result if run.done else run)
    return found


# A log of ten million comparisons is half a gigabyte: few are held.
@st.cache_resource(max_entries=2, show_spinner=False)
def _log(
    path: str, arena_id: int, version: int, name: str, selection: Any, source: str, both_bad: str,
    _evidence: "CapabilityEvidence",
) -> "ExampleLog":  # fmt: skip
    from ranking.examples import ExampleLog

    return ExampleLog.of(_evidence)


@st.cache_resource(max_entries=8, show_spinner=False)
def _items(
    path: str, arena_id: int, version: int, name: str, selection: Any, source: str, both_bad: str,
    question: str, values: str, bar: float | None, smallest_effect: float | None, q: float,
    wanted: "ExampleFilter", order: "Order", _log: "ExampleLog", _asked: Mapping[str, Any],
) -> "Codes":  # fmt: skip
    return _log.items(wanted, order=order, **_asked)


@st.cache_resource(max_entries=32, show_spinner=False)
def _page(
    path: str, arena_id: int, version: int, name: str, selection: Any, source: str, both_bad: str,
    question: str, values: str, bar: float | None, smallest_effect: float | None, q: float,
    wanted: "ExampleFilter", order: "Order", number: int, _log: "ExampleLog", _found: "Codes",
    _asked: Mapping[str, Any],
) -> "ExampleList":  # fmt: skip
    from ranking.examples.listing import page_of

    offset = (number - 1) * ITEMS_PER_PAGE
    return page_of(_log, wanted, _found, order=order, offset=offset, limit=ITEMS_PER_PAGE, **_asked)


@st.cache_resource(max_entries=32, show_spinner=False)
def _counts(
    path: str, arena_id: int, version: int, name: str, selection: Any, source: str, both_bad: str,
    wanted: "ExampleFilter", _log: "ExampleLog",
) -> "ExampleCounts":  # fmt: skip
    from ranking.examples import count_examples

    return count_examples(_log, wanted)


@st.cache_resource(max_entries=32, show_spinner=False)
def _example(
    path: str, arena_id: int, version: int, name: str, selection: Any, source: str, both_bad: str,
    item: str, _log: "ExampleLog",
) -> "Example":  # fmt: skip
    from ranking.examples import read_example

    return read_example(_log, item)

"""Long reads of everything by capability: each is begun once, watched, and kept.

What a function returns is shared between sessions: never change it. Where it is not there yet, how
far it is is drawn instead, and the page ends. Keys are those of `dashboard.data`.
"""

import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import data, running
from ranking.errors import InputError, RankingWarning
from ranking.outcomes import BothBad
from ranking.progress import Watch
from ranking.selection import Selection
from ranking.store import Arena

if TYPE_CHECKING:
    from ranking.capabilities.evidence import CapabilityEvidence, Values
    from ranking.capabilities.findings import Findings, Question
    from ranking.capabilities.matrix import CapabilityMatrix
    from ranking.capabilities.mix_ratings import NodeRanks
    from ranking.capabilities.profile import CompetitorFindings
    from ranking.taxonomies.sources import Source


@dataclass(frozen=True)
class Studied:
    """What is asked by capability, and of which comparisons.

    Attributes
    ----------
    arena : Arena
    selection : Selection
    source : str
        What capabilities come from: "capability" for the log's own tags, a field, or a stored
        taxonomy; "" where there is none yet.
    question : {"itself", "field", "bar"}
        Better here than elsewhere, than the field, or than a bar?
    bar : float, optional
        For the question "bar", on the scale of the values; their mean where it is None.
    values : {"auto", "wins", "scores"}
    smallest_effect : float, optional
        In the unit of the effects; the usual one where it is None.
    q : float
        False discovery rate.
    both_bad : {"tie", "drop"}
    """

    arena: Arena
    selection: Selection
    source: str
    question: "Question" = "itself"
    bar: float | None = None
    values: "Values" = "auto"
    smallest_effect: float | None = None
    q: float = 0.05
    both_bad: BothBad = "tie"


def sources(arena: Arena) -> "tuple[Source, ...]":
    """Return what capabilities can come from: the log's tags, taxonomies, fields with few values.

    Each has a `name` as `CapabilityEvidence.of` takes it, a `title`, and a `kind`.
    """
    values = {name: len(each) for name, each in data.facets(arena).fields}
    found = _sources(str(data.store().path), arena.arena_id, arena.version, arena.name)
    return tuple(each for each in found if each.kind != "field" or values.get(each.name, 0) > 1)


def usual(arena: Arena) -> "Source | None":
    """Return the source that is meant where none was chosen; None where there are only fields."""
    return next((each for each in sources(arena) if each.kind != "field"), None)


def evidence(studied: Studied) -> "CapabilityEvidence":
    """Return the log seen by item and capability."""

    def read(watch: Watch) -> "CapabilityEvidence":
        from ranking.capabilities.evidence import CapabilityEvidence

        held = data.comparisons(studied.arena, studied.selection)
        return CapabilityEvidence.of(held, source=studied.source, both_bad=studied.both_bad)

    return _asked(("evidence", *_read_key(studied)), f"Capabilities of {studied.arena.name}", read)


def findings(studied: Studied) -> "Findings":
    """Return what is known of each competitor in each capability."""
    held = evidence(studied)

    def test(watch: Watch) -> "Findings":
        watch.tell(0.0, "testing every competitor in every capability")
        return held.findings(**_asked_for(studied))

    return _asked(
        ("findings", *_asked_key(studied)),
        f"Findings of {studied.arena.name}",
        test,
    )


def matrix(studied: Studied, *, under: str = "", depth: int = 1) -> "CapabilityMatrix":
    """Rate every competitor in the capabilities of a level, and say what is known.

    Raises
    ------
    InputError
        If there is no such level.
    SelectionError
        If there is no capability `under`.
    """
    held = rated(studied)
    findings(studied)  # the matrix takes them from the evidence

    def level() -> "CapabilityMatrix":
        from ranking.capabilities.matrix import capability_matrix

        return capability_matrix(held, under=under, depth=depth, **_asked_for(studied))

    return _kept(("matrix", *_asked_key(studied), under, depth), level)


def levels(studied: Studied, *, under: str = "") -> tuple[int, ...]:
    """Return how many capabilities there are at each level below a node."""
    held = evidence(studied)

    def sizes() -> tuple[int, ...]:
        from ranking.taxonomies.levels import level_below

        found: list[int] = []
        while True:
            try:
                found.append(len(level_below(held.taxonomy, under, len(found) + 1)))
            except InputError:  # no such level
                return tuple(found)

    return _kept(("levels", *_read_key(studied), under), sizes)


def ranks(studied: Studied, *, under: str = "", depth: int = 1) -> "NodeRanks":
    """Rank all competitors in the capabilities of a level, in their order in the evidence."""
    held = evidence(studied)

    def rank(watch: Watch) -> "NodeRanks":
        from ranking.capabilities.mix_ratings import node_ranks
        from ranking.taxonomies.levels import level_below

        return node_ranks(held, level_below(held.taxonomy, under, depth), watch=watch)

    key = ("ranks", *_read_key(studied), under, depth)
    return _asked(key, f"Ranks by capability of {studied.arena.name}", rank)


def rated(studied: Studied) -> "CapabilityEvidence":
    """Return the evidence once its ratings in every capability are there."""
    held = evidence(studied)

    def rate(watch: Watch) -> "CapabilityEvidence":
        watch.tell(0.0, "rating every competitor in every capability")
        _ = held.ratings
        return held

    title = f"Ratings by capability of {studied.arena.name}"
    return _asked(("ratings", *_read_key(studied)), title, rate)


def profile(studied: Studied, competitor: str) -> "CompetitorFindings":
    """Put what is known of one competitor into sentences, with its evidence.

    Raises
    ------
    SelectionError
        If nothing that is selected is about it.
    """
    held, found = evidence(studied), findings(studied)
    position = held.position(competitor)

    def words() -> "CompetitorFindings":
        from ranking.capabilities.profile import profile as in_words

        return in_words(held, found, position, values=studied.values)

    return _kept(("profile", *_asked_key(studied), competitor), words)


def _asked_for(studied: Studied) -> dict[str, Any]:
    """Return the settings of findings."""
    return {
        "question": studied.question,
        "values": studied.values,
        "bar": studied.bar if studied.question == "bar" else None,
        "smallest_effect": studied.smallest_effect,
        "q": studied.q,
    }


def _asked_key(studied: Studied) -> tuple[Any, ...]:
    return (*_read_key(studied), *_asked_for(studied).values())


def _read_key(studied: Studied) -> tuple[Any, ...]:
    arena = studied.arena
    identity = (str(data.store().path), arena.arena_id, arena.version, arena.name)
    return (*identity, studied.selection, studied.source, studied.both_bad)


def _asked(key: tuple[Any, ...], title: str, work: Callable[[Watch], Any]) -> Any:
    def quiet(tell: Callable[[float, str], None], cancelled: threading.Event) -> Any:
        with warnings.catch_warnings():  # results keep them
            warnings.simplefilter("ignore", RankingWarning)
            return work(Watch(tell, cancelled))

    run = running.ask(key, title, quiet)
    return running.arrived(run.job.result if run.done else run)


@st.cache_resource(max_entries=32, show_spinner=False)
def _sources(path: str, arena_id: int, version: int, name: str) -> "tuple[Source, ...]":
    from ranking.taxonomies.sources import sources as known

    return known(data.store(), name)


@st.cache_resource(max_entries=128, show_spinner=False)
def _kept(key: tuple[Any, ...], _make: Callable[[], Any]) -> Any:
    return _make()

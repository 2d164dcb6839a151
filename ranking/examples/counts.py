"""How many comparisons each value of a filter would leave, under all other filters."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ranking.capabilities.sentences import shown_name
from ranking.errors import InputError
from ranking.examples.filters import ExampleFilter
from ranking.examples.log import ExampleLog
from ranking.laplacian import Codes
from ranking.taxonomies.levels import level_below
from ranking.taxonomies.taxonomy import Bools


@dataclass(frozen=True)
class Count:
    """How many comparisons have a value.

    Attributes
    ----------
    value : str
        As the filter takes it.
    name : str
        What is shown.
    comparisons : int
    """

    value: str
    name: str
    comparisons: int


@dataclass(frozen=True)
class ExampleCounts:
    """Comparisons by the values of each filter, counted under all other filters.

    Attributes
    ----------
    capabilities : tuple of Count
        Those below the wanted one, in the order of the taxonomy; where there are none, those
        beside it.
    opponents : tuple of Count
        Most comparisons first. Without a competitor each comparison counts for both sides.
    judges : tuple of Count
        Most comparisons first.
    outcomes : tuple of Count
        In a fixed order; those that nowhere occur are left out.
    """

    capabilities: tuple[Count, ...]
    opponents: tuple[Count, ...]
    judges: tuple[Count, ...]
    outcomes: tuple[Count, ...]


def count_examples(log: ExampleLog, wanted: ExampleFilter) -> ExampleCounts:
    """Count the comparisons that each value of a filter would leave, under all other filters."""
    return ExampleCounts(
        capabilities=_by_capability(log, wanted),
        opponents=_by_opponent(log, wanted),
        judges=_by_judge(log, wanted),
        outcomes=_by_outcome(log, wanted),
    )


def _by_capability(log: ExampleLog, wanted: ExampleFilter) -> tuple[Count, ...]:
    taxonomy = log.evidence.taxonomy
    nodes = _level(log, wanted.capability)
    if not len(nodes):
        return ()
    keep = log.matching(wanted, but="capability")
    votes = np.bincount(log.rows.item[keep], log.rows.votes[keep], taxonomy.items)
    found = taxonomy.members[nodes] @ votes
    keys, names = taxonomy.keys, taxonomy.names
    return tuple(
        # Below a node its path goes without saying.
        Count(
            keys[at],
            names[at] if wanted.capability else shown_name(keys[at], names[at]),
            round(float(held)),
        )
        for at, held in zip(nodes.tolist(), found, strict=True)
    )


def _level(log: ExampleLog, capability: str) -> Codes:
    """Return the nodes below one, or beside it where it has none below."""
    taxonomy = log.evidence.taxonomy
    if not capability:
        try:
            return level_below(taxonomy)
        except InputError:  # a root alone
            return np.empty(0, np.int64)
    at = taxonomy.position(capability)
    below = taxonomy.children[at]
    return below if len(below) else taxonomy.children[max(int(taxonomy.parent[at]), 0)]


def _by_opponent(log: ExampleLog, wanted: ExampleFilter) -> tuple[Count, ...]:
    keep = log.matching(wanted, but="opponent")
    rows, names = log.rows, log.evidence.competitors
    sides = np.concatenate([rows.first[keep], rows.second[keep]])
    found = np.bincount(sides, np.tile(rows.votes[keep], 2), len(names))
    others = ((name, n) for name, n in zip(names, found, strict=True) if name != wanted.competitor)
    return _commonest(others, wanted.against)


def _by_judge(log: ExampleLog, wanted: ExampleFilter) -> tuple[Count, ...]:
    keep = log.matching(wanted, but="judge") & (log.rows.judge >= 0)
    names = log.rows.judges
    found = np.bincount(log.rows.judge[keep], log.rows.votes[keep], len(names))
    return _commonest(zip(names, found, strict=True), wanted.judges)


def _by_outcome(log: ExampleLog, wanted: ExampleFilter) -> tuple[Count, ...]:
    keep, held = log.matching(wanted, but="outcome"), log.outcomes(wanted.competitor)
    if wanted.competitor is not None and "decided" not in wanted.outcomes:
        held.pop("decided")  # won or lost

    def counted(which: Bools) -> int:
        return round(float(log.rows.votes[keep & which].sum()))

    return tuple(Count(word, word, counted(which)) for word, which in held.items() if which.any())


def _commonest(found: Iterable[tuple[str, float]], chosen: tuple[str, ...]) -> tuple[Count, ...]:
    kept = [(name, round(float(n))) for name, n in found]
    kept.sort(key=lambda pair: (-pair[1], pair[0]))
    return tuple(Count(name, name, n) for name, n in kept if n or name in chosen)

"""What an arena can be filtered by, rated on, and held equal in."""

from dataclasses import dataclass
from datetime import datetime

from ranking.comparisons import Comparisons
from ranking.outcomes import BOTH_BAD
from ranking.store import log
from ranking.store.facets import covariates_held, feature_names, has_scores, item_count, task_levels


@dataclass(frozen=True)
class Facets:
    """What an arena can be filtered by, and what it has for settings to act on.

    Attributes
    ----------
    competitors, judges, capabilities : tuple of str
        Names; capability paths include inner nodes.
    fields : tuple of (str, tuple of str)
        Imported fields that have few enough values to choose from, commonest first.
    span : (datetime, datetime), optional
        First and last time in the log.
    both_bad : float
        How many comparisons ended in both-bad.
    has_items : bool
        Whether comparisons say which item they were about.
    covariates : tuple of str
        What could be held equal between the two sides: names of `ranking.covariates.COVARIATES`.
    features : tuple of str
        Imported numbers for each side: what style is made of.
    items : int
        How many items the log has.
    levels : tuple of int
        How many tasks the capabilities make at each depth.
    has_scores : bool
        Whether comparisons carry a score of each side.
    """

    competitors: tuple[str, ...]
    judges: tuple[str, ...]
    capabilities: tuple[str, ...]
    fields: tuple[tuple[str, tuple[str, ...]], ...]
    span: tuple[datetime, datetime] | None
    both_bad: float
    has_items: bool
    covariates: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    items: int = 0
    levels: tuple[int, ...] = ()
    has_scores: bool = False


def read_facets(everything: Comparisons) -> Facets:
    """Read the facets of an arena from all its comparisons."""
    arena = everything.arena
    with everything.store.reading() as connection:
        found = {
            "competitors": log.dictionary(connection, arena, "competitors"),
            "judges": log.dictionary(connection, arena, "judges"),
            "capabilities": log.capability_paths(connection, arena),
            "fields": tuple(log.field_values(connection, arena).items()),
            "span": log.time_span(connection, arena),
            "covariates": covariates_held(connection, arena),
            "features": feature_names(connection, arena),
            "items": item_count(connection, arena),
            "levels": task_levels(connection, arena),
            "has_scores": has_scores(connection, arena),
        }
    both_bad = everything.tally().votes_of(BOTH_BAD)
    return Facets(**found, both_bad=both_bad, has_items=everything.has_items)

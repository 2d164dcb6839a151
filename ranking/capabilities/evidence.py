"""From a log of comparisons to what tests and ratings of capabilities take."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np

from ranking.capabilities.findings import Control, Findings, FindingSettings, Question
from ranking.capabilities.node_ratings import NodeRatings, node_ratings
from ranking.capabilities.observations import (
    ItemPairs,
    Observations,
    beyond_own_mean,
    item_scores,
)
from ranking.capabilities.pooling import pooled_strengths
from ranking.capabilities.verdicts import find
from ranking.comparisons import Comparisons
from ranking.errors import InputError, SelectionError
from ranking.laplacian import Floats
from ranking.outcomes import BothBad
from ranking.store.capabilities import ItemLog, read_item_log
from ranking.store.where import where
from ranking.taxonomies.levels import log_taxonomy
from ranking.taxonomies.sources import AUTO, Source, find_source, is_changed, read_edited
from ranking.taxonomies.taxonomy import Taxonomy

Values = Literal["auto", "wins", "scores"]

USUAL_SMALLEST = 0.05
"""delta where nothing else is said, as a share of the width of the scale: 5 percentage points."""


@dataclass(frozen=True)
class Unit:
    """What a difference is measured in.

    Attributes
    ----------
    name : str
        "percentage points", or "points of the score" where scores go beyond 0 to 1.
    size : float
        How many there are to one unit of the values.
    """

    name: str
    size: float


@dataclass(frozen=True, eq=False)
class CapabilityEvidence:
    """A log seen by item and capability; read once, examined in many ways.

    Attributes
    ----------
    comparisons : Comparisons
        Where it was read from.
    source : Source
        What the capabilities come from, and whether they were proposed.
    facets : tuple of str
        The same as names: "capability", names of fields, or of a stored taxonomy.
    log : ItemLog
        One score for each item and pair; names of items and competitors.
    pairs : ItemPairs
    taxonomy : Taxonomy
        Over the same items.
    notes : tuple of str
        What is to be said of it: edits that could not be made any more.
    """

    comparisons: Comparisons
    source: Source
    facets: tuple[str, ...]
    log: ItemLog
    pairs: ItemPairs
    taxonomy: Taxonomy
    notes: tuple[str, ...] = ()
    _found: dict[object, Findings] = field(init=False, default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        comparisons: Comparisons,
        *,
        source: str = AUTO,
        facets: Sequence[str] | None = None,
        both_bad: BothBad = "tie",
    ) -> "CapabilityEvidence":
        """Read a log by item and pair, and the taxonomy that its items are in.

        Parameters
        ----------
        comparisons : Comparisons
        source : str, default "auto"
            What capabilities come from: "capability" (the log's own tags), a field each value of
            which is a node, or a stored taxonomy. "auto" takes the log's tags where there are any,
            else the oldest stored taxonomy.
        facets : sequence of str, optional
            Several of "capability" and fields at once, each a node below the root, without what
            was edited. None at all leaves the root alone (see `with_taxonomy`); one is a source.
        both_bad : {"tie", "drop"}, default "tie"
            Whether both-bad counts as a tie or is left out.

        Raises
        ------
        InputError
            If nothing that is selected has a capability, or nothing is selected.
        SelectionError
            If the arena has no such source.
        """
        if facets is not None and source != AUTO:
            raise InputError("Name either a source of capabilities or facets, not both.")
        if facets is not None and len(facets) == 1:
            source, facets = facets[0], None
        with comparisons.store.reading() as connection:
            arena = comparisons.arena
            condition = where(connection, arena, comparisons.selection)
            if facets is not None:
                for name in facets:
                    if find_source(connection, arena, name).stored:
                        raise InputError(
                            f"The taxonomy {name!r} cannot be joined with others; name it alone, "
                            "or name fields alone."
                        )
                found, read = Source("", " and ".join(facets), "field"), tuple(facets)
                changed = False
            else:
                found = find_source(connection, arena, source)
                read = () if found.stored else (found.name,)
                changed = found.stored or is_changed(connection, arena, found)
            log = read_item_log(connection, arena, condition, facets=read, both_bad=both_bad)
            edited = read_edited(connection, arena, found) if changed else None
        if not len(log.item):
            raise InputError("There are no comparisons to rate; choose a wider selection.")
        taxonomy = log_taxonomy(log) if edited is None else edited.over(log)
        if edited is not None and not len(taxonomy.tag_item):
            raise InputError(
                f"No item of {arena.name!r} that is selected is in the taxonomy {found.name!r}; "
                "choose a wider selection, or another taxonomy."
            )
        pairs = ItemPairs(
            len(log.competitors), log.items, log.item, log.first, log.second, log.score
        )
        names = tuple(facets) if facets is not None else (found.name,)
        notes = () if edited is None else edited.notes
        return cls(comparisons, found, names, log, pairs, taxonomy, notes)

    def with_taxonomy(self, taxonomy: Taxonomy) -> "CapabilityEvidence":
        """Return the same log under another taxonomy of its items: edited, or of its own file.

        Parameters
        ----------
        taxonomy : Taxonomy
            Over the same items, in the order of ``log.names``.

        Raises
        ------
        InputError
            If it is over another number of items.
        """
        if taxonomy.items != self.log.items:
            raise InputError(
                f"The taxonomy is over {taxonomy.items:,} items, the comparisons over "
                f"{self.log.items:,}; they must be over the same."
            )
        return replace(self, taxonomy=taxonomy)

    @property
    def untagged(self) -> int:
        """How many items of the selection have no capability."""
        return self.log.items - int(self.taxonomy.sizes[0])

    @property
    def competitors(self) -> tuple[str, ...]:
        """Names; codes of competitors index them."""
        return self.log.competitors

    @property
    def has_scores(self) -> bool:
        """Whether the log says what competitors themselves scored."""
        return len(self.log.side_score) > 0

    @cached_property
    def overall(self) -> Floats:
        """Bradley–Terry strengths on all comparisons in logits, shape (m,); they sum to zero."""
        pairs, m = self.pairs, self.pairs.m
        cell = pairs.first * m + pairs.second
        weight = np.bincount(cell, minlength=m * m)
        at = np.flatnonzero(weight)
        score = np.bincount(cell, pairs.score, m * m)[at]
        fitted = pooled_strengths(
            m, 1, np.zeros(len(at), np.int64), at // m, at % m, weight[at].astype(float), score
        )
        return fitted.overall

    @cached_property
    def beyond_level(self) -> Observations:
        """How far each competitor did better at each item than its overall level predicts."""
        return self.pairs.beyond_own_level(self.overall)

    @cached_property
    def beyond_even(self) -> Observations:
        """How far each competitor's mean score against whom it met exceeds one half."""
        return self.pairs.beyond_even()

    @cached_property
    def ratings(self) -> NodeRatings:
        """Ratings in every node, each drawn towards its parent by its noise."""
        return node_ratings(self.pairs, self.taxonomy)

    @cached_property
    def scores(self) -> Observations:
        """Mean of what each competitor itself scored on each item.

        Raises
        ------
        InputError
            If the log carries no such scores.
        """
        log = self.log
        if not self.has_scores:
            raise InputError(
                f"No comparison of {self.comparisons.arena.name!r} that is selected has a score "
                "for a side; scores are imported as the roles score_first and score_second. Use "
                "values='wins'."
            )
        return item_scores(
            self.pairs.m, log.items, log.scored_item, log.scored_competitor, log.side_score
        )

    def position(self, competitor: str) -> int:
        """Return the code of a competitor.

        Raises
        ------
        SelectionError
            If nothing that is selected is about it.
        """
        try:
            return self.competitors.index(competitor)
        except ValueError:
            noun = self.comparisons.arena.noun
            raise SelectionError(f"There is no {noun} {competitor!r} in this selection.") from None

    def kind_of_values(self, question: Question, values: Values = "auto") -> Values:
        """Say what a question is answered from: "auto" takes scores for a bar, else wins."""
        if values not in ("auto", "wins", "scores"):
            raise InputError(f"`values` must be auto, wins or scores; not {values!r}.")
        if values == "auto":
            return "scores" if question == "bar" and self.has_scores else "wins"
        if values == "scores" and question == "field":
            raise InputError("The question 'field' is about comparisons; use values='wins'.")
        return values

    def observations(self, question: Question, values: Values = "auto") -> Observations:
        """Return one value for each item and competitor that fits a question.

        Parameters
        ----------
        question : {"itself", "field", "bar"}
            Score beyond what the overall level predicts; beyond even; or as it is.
        values : {"auto", "wins", "scores"}, default "auto"
            Results of comparisons, or what competitors themselves scored.
        """
        if self.kind_of_values(question, values) == "scores":
            return beyond_own_mean(self.scores) if question == "itself" else self.scores
        if question == "itself":
            return self.beyond_level
        even = self.beyond_even
        return even if question == "field" else replace(even, value=even.value + 0.5)

    def unit(self, question: Question, values: Values = "auto") -> Unit:
        """Return what differences are shown in."""
        if self.kind_of_values(question, values) == "scores":
            score = self.scores.value
            if score.min() < 0 or score.max() > 1:
                return Unit("points of the score", 1.0)
        return Unit("percentage points", 100.0)

    def findings(
        self,
        question: Question = "itself",
        *,
        values: Values = "auto",
        bar: float | None = None,
        smallest_effect: float | None = None,
        control: Control = "either",
        q: float = 0.05,
        level: float = 0.95,
    ) -> Findings:
        """Test and estimate how each competitor does in each node, and put it into words.

        Parameters
        ----------
        question : {"itself", "field", "bar"}, default "itself"
            Better here than it is elsewhere, better here than the field, or above a bar here?
        values : {"auto", "wins", "scores"}, default "auto"
            What it is answered from; "auto" takes scores for a bar where there are any, else wins.
        bar : float, optional
            For the question "bar", on the scale of the values; their mean over all competitors
            where it is not given.
        smallest_effect : float, optional
            Smallest effect of interest, in the unit of the effects; 5 percentage points, or 5% of
            the range of the scores, where it is not given.
        control, q, level
            As in `FindingSettings`.
        """
        observed = self.observations(question, values)
        if bar is not None and question != "bar":
            raise InputError(f"A bar belongs to the question 'bar', not to {question!r}.")
        if question == "bar" and bar is None:
            bar = float(observed.value.mean())
        unit = self.unit(question, values)
        if smallest_effect is None:
            wide = unit.size == 1.0
            delta = USUAL_SMALLEST * (float(np.ptp(self.scores.value)) if wide else 1.0)
        else:
            delta = smallest_effect / unit.size
        how = FindingSettings(question, bar or 0.0, control, q, delta, level=level)
        key = (how, self.kind_of_values(question, values))
        if key not in self._found:
            self._found[key] = find(observed, self.taxonomy, how)
        return self._found[key]

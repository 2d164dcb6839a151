"""From a log of comparisons to what tests and ratings of capabilities take."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np

from ranking.capabilities.findings import Control, Findings, FindingSettings, Question
from ranking.capabilities.levels import log_taxonomy
from ranking.capabilities.node_ratings import NodeRatings, node_ratings
from ranking.capabilities.observations import (
    ItemPairs,
    Observations,
    beyond_own_mean,
    item_scores,
)
from ranking.capabilities.pooling import pooled_strengths
from ranking.capabilities.taxonomy import Taxonomy
from ranking.capabilities.verdicts import find
from ranking.comparisons import Comparisons
from ranking.errors import InputError, SelectionError
from ranking.laplacian import Floats
from ranking.outcomes import BothBad
from ranking.store.capabilities import CAPABILITY, ItemLog, read_item_log
from ranking.store.where import where

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
    facets : tuple of str
        What the nodes were made of: "capability", or names of fields.
    log : ItemLog
        One score for each item and pair; names of items and competitors.
    pairs : ItemPairs
    taxonomy : Taxonomy
        Over the same items.
    """

    comparisons: Comparisons
    facets: tuple[str, ...]
    log: ItemLog
    pairs: ItemPairs
    taxonomy: Taxonomy
    _found: dict[object, Findings] = field(init=False, default_factory=dict, repr=False)

    @classmethod
    def of(
        cls,
        comparisons: Comparisons,
        *,
        facets: Sequence[str] = (CAPABILITY,),
        both_bad: BothBad = "tie",
    ) -> "CapabilityEvidence":
        """Read a log by item and pair, and the taxonomy from its tags.

        Parameters
        ----------
        comparisons : Comparisons
        facets : sequence of str, default ("capability",)
            The capabilities of comparisons, or fields of which each value is a node. Several are
            the nodes below the root. None at all leaves the root alone (see `with_taxonomy`).
        both_bad : {"tie", "drop"}, default "tie"
            Whether both-bad counts as a tie or is left out.

        Raises
        ------
        InputError
            If nothing that is selected has a capability, or nothing is selected.
        SelectionError
            If the arena has no such field.
        """
        with comparisons.store.reading() as connection:
            condition = where(connection, comparisons.arena, comparisons.selection)
            log = read_item_log(
                connection, comparisons.arena, condition, facets=facets, both_bad=both_bad
            )
        if not len(log.item):
            raise InputError("There are no comparisons to rate; choose a wider selection.")
        m = len(log.competitors)
        pairs = ItemPairs(m, log.items, log.item, log.first, log.second, log.score)
        return cls(comparisons, tuple(facets), log, pairs, log_taxonomy(log))

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
        score = np.bincount(cell, pairs.score, m * m)[at] / weight[at]
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

"""A log ready to be looked through: its comparisons in columns, which filters only mask."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from ranking.capabilities.evidence import CapabilityEvidence, Values
from ranking.capabilities.findings import Finding, Question
from ranking.capabilities.observations import Observations
from ranking.capabilities.sentences import departure
from ranking.errors import SelectionError
from ranking.examples.filters import Disagreement, ExampleFilter, Facet, Outcome
from ranking.laplacian import Codes, Floats
from ranking.outcomes import BOTH_BAD, SOFT, TIE
from ranking.store.examples import Rows, matching_items, read_rows
from ranking.store.where import where
from ranking.taxonomies.taxonomy import Bools

Order = Literal["for", "against", "item"]

_EXACT = 9  # decimals: equal results stay equal


@dataclass(frozen=True, eq=False)
class ExampleLog:
    """The comparisons behind a log's capabilities, one entry for each row of the log.

    Attributes
    ----------
    evidence : CapabilityEvidence
    rows : Rows
    """

    evidence: CapabilityEvidence
    rows: Rows

    @classmethod
    def of(cls, evidence: CapabilityEvidence) -> "ExampleLog":
        """Read the comparisons that some evidence was made of."""
        comparisons = evidence.comparisons
        with comparisons.store.reading() as connection:
            condition = where(connection, comparisons.arena, comparisons.selection)
            rows = read_rows(connection, comparisons.arena, condition, evidence.log)
        return cls(evidence, rows)

    def matching(self, wanted: ExampleFilter, *, but: Facet | None = None) -> Bools:
        """Return which rows are wanted.

        Parameters
        ----------
        wanted : ExampleFilter
        but : {"capability", "opponent", "judge", "outcome"}, optional
            A filter to leave aside, as in counts of what it could be set to.

        Raises
        ------
        SelectionError
            If a competitor, judge or capability does not occur.
        """
        rows = self.rows
        keep = np.ones(len(rows.item), dtype=bool)
        if wanted.competitor is not None:
            keep &= self._involves([wanted.competitor])
        if wanted.worse_than is not None:
            keep &= self._worse(wanted)[rows.item]
        if wanted.disagreement is not None:
            keep &= self.disagreement(wanted.disagreement)
        if wanted.search.strip():
            keep &= self._found(wanted.search.strip())[rows.item]
        if wanted.capability and but != "capability":
            keep &= self.members(wanted.capability)[rows.item]
        if wanted.against and but != "opponent":
            # The competitor itself is on one side already, and cannot be the other.
            others = [name for name in wanted.against if name != wanted.competitor]
            keep &= self._involves(others)
        if wanted.judges and but != "judge":
            keep &= np.isin(rows.judge, self._judges(wanted.judges))
        if wanted.outcomes and but != "outcome":
            held = self.outcomes(wanted.competitor)
            keep &= np.any([held[word] for word in wanted.outcomes], axis=0)
        return keep

    def items(
        self,
        wanted: ExampleFilter,
        *,
        order: Order = "item",
        question: Question = "itself",
        values: Values = "auto",
        **settings: Any,
    ) -> Codes:
        """Return the wanted items, sorted.

        Parameters
        ----------
        wanted : ExampleFilter
        order : {"for", "against", "item"}, default "item"
            By the log's own order of items; or by how much they speak for what is known of the
            competitor in the capability, or against it: where it is weak, its worst results speak
            for it.
        question, values, **settings
            Of the finding, as in `CapabilityEvidence.findings`.
        """
        chosen = np.zeros(self.evidence.log.items, dtype=bool)
        chosen[self.rows.item[self.matching(wanted)]] = True
        items = np.flatnonzero(chosen)
        if order == "item" or wanted.competitor is None:
            return items
        down = self.weak(wanted, question=question, values=values, **settings)
        toward = -1.0 if down else 1.0
        if order == "against":
            toward = -toward
        value = self.values_of(self.evidence.observations(question, values), wanted.competitor)
        by = -toward * np.round(value[items], _EXACT)
        return items[np.lexsort((items, np.where(np.isnan(by), np.inf, by)))]

    def finding(self, wanted: ExampleFilter, **settings: Any) -> Finding | None:
        """Return what is known of the competitor in the capability; None without either."""
        if wanted.competitor is None or not wanted.capability:
            return None
        k = self.evidence.position(wanted.competitor)
        node = self.evidence.taxonomy.position(wanted.capability)
        if node == 0:
            return None
        found = self.evidence.findings(**settings)
        return next((one for one in found.of(k) if one.node == node and one.items), None)

    def weak(self, wanted: ExampleFilter, **settings: Any) -> bool:
        """Say whether what is known of the competitor in the capability points down."""
        one = self.finding(wanted, **settings)
        return one is not None and departure(one) < 0

    def members(self, capability: str) -> Bools:
        """Return which items a node holds.

        Raises
        ------
        SelectionError
            If there is no such node.
        """
        taxonomy = self.evidence.taxonomy
        held = np.zeros(taxonomy.items, dtype=bool)
        held[taxonomy.members[[taxonomy.position(capability)]].indices] = True
        return held

    def outcomes(self, competitor: str | None) -> dict[Outcome, Bools]:
        """Return which rows ended in each outcome, seen from a competitor if there is one."""
        rows = self.rows
        soft, tie, bad = (rows.outcome == code for code in (SOFT, TIE, BOTH_BAD))
        decided = ~(soft | tie | bad)
        held: dict[Outcome, Bools] = {"decided": decided}
        if competitor is not None:
            first = rows.first == self.evidence.position(competitor)
            won = decided & (first == (rows.score > 0.5))
            held = {"won": won, "lost": decided & ~won, "decided": decided}
        return held | {"tie": tie, "both bad": bad, "in between": soft}

    def disagreement(self, by: Disagreement) -> Bools:
        """Return which rows belong to an item and pair on which orders or judges disagree.

        Each order's, or each judge's, mean score prefers one side, the other, or neither. Where it
        is not known who was shown first, orders are those in which the two are named. Rows without
        a judge are of none.
        """
        return self._orders_disagree if by == "orders" else self._judges_disagree

    def values_of(self, observed: Observations, competitor: str) -> Floats:
        """Return a competitor's value on each item, NaN where there is none."""
        own = observed.competitor == self.evidence.position(competitor)
        value = np.full(observed.items, np.nan)
        value[observed.item[own]] = observed.value[own]
        return value

    @cached_property
    def _orders_disagree(self) -> Bools:
        rows = self.rows
        low_ahead = rows.ahead == (rows.first < rows.second)
        return self._disagrees(low_ahead.astype(np.int64), 2)

    @cached_property
    def _judges_disagree(self) -> Bools:
        return self._disagrees(self.rows.judge, len(self.rows.judges))

    @cached_property
    def _pair(self) -> Codes:
        """Number the item and pair of each row."""
        rows, m = self.rows, self.evidence.pairs.m
        low, high = np.minimum(rows.first, rows.second), np.maximum(rows.first, rows.second)
        return np.asarray(np.unique((rows.item * m + low) * m + high, return_inverse=True)[1])

    def _disagrees(self, side: Codes, sides: int) -> Bools:
        """Return the rows of items and pairs whose sides do not all prefer the same competitor."""
        rows, known = self.rows, side >= 0
        if sides < 2 or not known.any():
            return np.zeros(len(side), dtype=bool)
        low = np.where(rows.first < rows.second, rows.score, 1 - rows.score)[known]
        votes = rows.votes[known]
        groups, group = np.unique(self._pair[known] * sides + side[known], return_inverse=True)
        mean = np.bincount(group, votes * low) / np.bincount(group, votes)
        preferred = np.sign(np.round(mean - 0.5, _EXACT))
        pair = groups // sides
        starts = np.flatnonzero(np.append(True, pair[1:] != pair[:-1]))
        differs = np.maximum.reduceat(preferred, starts) > np.minimum.reduceat(preferred, starts)
        whole = np.zeros(int(self._pair.max()) + 1, dtype=bool)
        whole[pair[starts]] = differs
        return np.asarray(whole[self._pair])

    def _involves(self, names: Iterable[str]) -> Bools:
        held = np.zeros(self.evidence.pairs.m, dtype=bool)
        held[[self.evidence.position(name) for name in names]] = True
        return np.asarray(held[self.rows.first] | held[self.rows.second])

    def _judges(self, names: tuple[str, ...]) -> list[int]:
        place = {name: at for at, name in enumerate(self.rows.judges)}
        missing = next((name for name in names if name not in place), None)
        if missing is not None:
            raise SelectionError(f"There is no judge {missing!r} in this selection.")
        return [place[name] for name in names]

    def _worse(self, wanted: ExampleFilter) -> Bools:
        """Return the items on which the competitor did worse than the one it is compared with."""
        assert wanted.competitor is not None and wanted.worse_than is not None
        evidence = self.evidence
        own, other = evidence.position(wanted.competitor), evidence.position(wanted.worse_than)
        if evidence.has_scores:
            scores = evidence.scores
            with np.errstate(invalid="ignore"):
                return np.asarray(
                    np.round(self.values_of(scores, wanted.competitor), _EXACT)
                    < np.round(self.values_of(scores, wanted.worse_than), _EXACT)
                )
        pairs = evidence.pairs
        both = (pairs.first == min(own, other)) & (pairs.second == max(own, other))
        score = pairs.score[both] if own < other else 1 - pairs.score[both]
        worse = np.zeros(pairs.items, dtype=bool)
        worse[pairs.item[both][np.round(score, _EXACT) < 0.5]] = True
        return worse

    def _found(self, search: str) -> Bools:
        comparisons, log = self.evidence.comparisons, self.evidence.log
        held = np.zeros(log.items, dtype=bool)
        with comparisons.store.reading() as connection:
            held[matching_items(connection, comparisons.arena, log, search)] = True
        return held

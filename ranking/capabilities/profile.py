"""What is known of one competitor in each capability, in sentences made from the numbers."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from ranking.capabilities.evidence import CapabilityEvidence, Unit, Values
from ranking.capabilities.findings import (
    Finding,
    Findings,
    FindingSettings,
    Question,
    Verdict,
)
from ranking.capabilities.sentences import Words, departure, direction, summary
from ranking.comparisons import Comparisons
from ranking.laplacian import Codes


@dataclass(frozen=True)
class CapabilityFinding:
    """What is known of a competitor in one capability.

    Attributes
    ----------
    capability, name : str
        Key of the node (its path), and what is shown.
    kind : {"itself", "field", "bar"}
        Whether it is relative to the competitor's own overall level, to the field, or to a bar.
    effect, low, high : float
        The raw difference that is tested and its interval, in the unit of the profile; NaN with
        fewer than five items.
    estimate, own_weight : float
        The difference drawn towards the parent's by its noise, and how much of it is the
        capability's own data.
    items : int
        Distinct items that the competitor was compared on.
    p, q : float
        p-value, and adjusted for all tests; NaN where there was no test.
    false_sign_rate : float
        Chance that the estimate has the wrong sign.
    verdict : str
        "confirmed", "likely", "no clear difference" or "not enough data".
    direction : {"strength", "weakness", ""}
        Of what is confirmed or likely.
    most_specific : bool
        Confirmed, and nothing below it is.
    needed : float
        About how many more items would confirm or refute it; 0 where the verdict stands, NaN where
        that is unknown.
    sentence : str
    evidence : tuple of str
        The items that speak for it most.
    """

    capability: str
    name: str
    kind: Question
    effect: float
    low: float
    high: float
    estimate: float
    own_weight: float
    items: int
    p: float
    q: float
    false_sign_rate: float
    verdict: Verdict
    direction: str
    most_specific: bool
    needed: float
    sentence: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class CompetitorFindings:
    """Where a competitor is strong and weak, and where that could not be told.

    Attributes
    ----------
    evidence : CapabilityEvidence
    competitor : str
    settings : FindingSettings
        `smallest_effect` and `bar` are on the scale of the values, which have `unit` to one.
    values : {"wins", "scores"}
        What the question was answered from.
    unit : Unit
        Of effects and estimates.
    findings : tuple of CapabilityFinding
        Confirmed first, larger ones first; each capability that the competitor was compared in.
    families : int
        Families of capabilities that testing from the top reached.
    false_discovery_rate : float
        Estimate of it among what such testing found.
    sentence : str
        All of it in short.
    """

    evidence: CapabilityEvidence
    competitor: str
    settings: FindingSettings
    values: Values
    unit: Unit
    findings: tuple[CapabilityFinding, ...]
    families: int
    false_discovery_rate: float
    sentence: str

    def of(
        self, *verdicts: Verdict, direction: str = "", specific: bool = False
    ) -> tuple[CapabilityFinding, ...]:
        """Return findings with one of the verdicts, in one direction, or the most specific."""
        return tuple(
            found
            for found in self.findings
            if (not verdicts or found.verdict in verdicts)
            and (not direction or found.direction == direction)
            and (not specific or found.most_specific)
        )


def competitor_findings(
    source: Comparisons | CapabilityEvidence,
    competitor: str,
    *,
    question: Question = "itself",
    values: Values = "auto",
    examples: int = 5,
    **settings: Any,
) -> CompetitorFindings:
    """Say where a competitor is strong and weak; tests are adjusted over all competitors.

    Parameters
    ----------
    source : Comparisons or CapabilityEvidence
    competitor : str
    question : {"itself", "field", "bar"}, default "itself"
    values, **settings
        As in `CapabilityEvidence.findings`.
    examples : int, default 5
        Items that are named as evidence of each finding.

    Raises
    ------
    InputError
        If there are no capabilities.
    SelectionError
        If there is no such competitor.
    """
    evidence = source if isinstance(source, CapabilityEvidence) else CapabilityEvidence.of(source)
    k = evidence.position(competitor)
    found = evidence.findings(question, values=values, **settings)
    return profile(evidence, found, k, values=values, examples=examples)


def profile(
    evidence: CapabilityEvidence,
    found: Findings,
    competitor: int,
    *,
    values: Values = "auto",
    examples: int = 5,
) -> CompetitorFindings:
    """Put what was found of one competitor into sentences, with its evidence."""
    how = found.settings
    unit = evidence.unit(how.question, values)
    name = evidence.competitors[competitor]
    rows = [one for one in found.of(competitor) if one.items and one.node]
    picked = _examples(evidence, rows, competitor, values, examples)
    kind = evidence.kind_of_values(how.question, values)
    noun = "items" if evidence.log.known_items else "comparisons"
    words = Words(name, how, unit, noun, kind == "scores")
    findings = tuple(
        CapabilityFinding(
            capability=one.key,
            name=one.name,
            kind=one.question,
            effect=unit.size * one.effect,
            low=unit.size * one.low,
            high=unit.size * one.high,
            estimate=unit.size * one.estimate,
            own_weight=one.own_weight,
            items=one.items,
            p=one.p,
            q=one.q,
            false_sign_rate=one.false_sign_rate,
            verdict=one.verdict,
            direction=direction(one),
            most_specific=one.most_specific,
            needed=one.needed,
            sentence=words.sentence(one),
            evidence=tuple(evidence.log.label(item) for item in items.tolist()),
        )
        for one, items in zip(rows, picked, strict=True)
    )
    return CompetitorFindings(
        evidence=evidence,
        competitor=name,
        settings=how,
        values=kind,
        unit=unit,
        findings=findings,
        families=int(found.families[competitor]),
        false_discovery_rate=float(found.false_discovery_rate[competitor]),
        sentence=summary(name, [(one.verdict, one.direction) for one in findings]),
    )


def _examples(
    evidence: CapabilityEvidence,
    rows: list[Finding],
    competitor: int,
    values: Values,
    examples: int,
) -> list[Codes]:
    """Return the items of each node on which the competitor did best, or worst in weaknesses."""
    taxonomy = evidence.taxonomy
    observed = evidence.observations(rows[0].question, values) if rows else None
    if observed is None:
        return []
    own = observed.competitor == competitor
    item, value = observed.item[own], observed.value[own]
    rounded_value = np.round(value, 9)  # equal results stay equal, and come in the order of items
    place = np.full((2, taxonomy.items), taxonomy.items, np.int64)
    for at, toward in enumerate((-rounded_value, rounded_value)):
        place[at, item[np.lexsort((item, toward))]] = np.arange(len(item))
    starts, members = taxonomy.members.indptr, taxonomy.members.indices
    picked = []
    for one in rows:
        inside = members[starts[one.node] : starts[one.node + 1]]
        rank = place[int(departure(one) < 0), inside]
        kept = inside[rank < taxonomy.items]
        rank = rank[rank < taxonomy.items]
        if len(rank) > examples:
            nearest = np.argpartition(rank, examples - 1)[:examples]
            kept, rank = kept[nearest], rank[nearest]
        picked.append(np.asarray(kept[np.argsort(rank)], np.int64))
    return picked

"""What a report on one competitor holds, before it is written in any format."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ranking.capabilities.evidence import CapabilityEvidence, Values
from ranking.capabilities.findings import Question
from ranking.capabilities.profile import CapabilityFinding, CompetitorFindings, profile
from ranking.capabilities.representatives import representatives
from ranking.comparisons import Comparisons
from ranking.competitor import competitor_profile
from ranking.methods import BradleyTerry
from ranking.outcomes import BothBad
from ranking.ratings import Ratings
from ranking.report.exhibits import Exhibit, exhibits
from ranking.report.method_notes import data_hash, spreads

MOST_TOLD = 12
"""How many findings of one verdict and direction are told in sentences; tables hold the others."""


@dataclass(frozen=True, eq=False)
class Report:
    """Everything that a report on one competitor says.

    Attributes
    ----------
    ratings : Ratings
        Of all competitors, with intervals and rank sets.
    found : CompetitorFindings
    place : str
        A sentence on where the competitor stands among all.
    told : tuple of CapabilityFinding
        Confirmed findings that stand for all: the widest capabilities that are strengths or
        weaknesses as a whole, and the most specific ones elsewhere; larger ones first.
    exhibits : tuple of Exhibit
        Items that speak for what is told.
    numbers : dict
        Those of the exhibits, by key of the capability.
    spreads : tuple of float
        tau of each depth below the root, in the unit of the findings; NaN where there are too few
        capabilities.
    both_bad : {"tie", "drop"}
        How both-bad was counted.
    data_hash : str
        SHA-256 of the evidence that findings rest on, in hexadecimal.
    """

    ratings: Ratings
    found: CompetitorFindings
    place: str
    told: tuple[CapabilityFinding, ...]
    exhibits: tuple[Exhibit, ...]
    numbers: dict[str, tuple[int, ...]]
    spreads: tuple[float, ...]
    both_bad: BothBad
    data_hash: str

    @property
    def competitor(self) -> str:
        """Whom the report is about."""
        return self.found.competitor


def competitor_report(
    source: Comparisons | CapabilityEvidence,
    competitor: str,
    *,
    ratings: Ratings | None = None,
    question: Question = "itself",
    values: Values = "auto",
    both_bad: BothBad = "tie",
    examples: int = 2,
    **settings: Any,
) -> Report:
    """Put together what is known of one competitor: its place, its findings and their evidence.

    Parameters
    ----------
    source : Comparisons or CapabilityEvidence
        The latter is read once for many reports.
    competitor : str
    ratings : Ratings, optional
        Of the same comparisons; Bradley–Terry where they are not given.
    question : {"itself", "field", "bar"}, default "itself"
    values, **settings
        As in `CapabilityEvidence.findings`.
    both_bad : {"tie", "drop"}, default "tie"
        As the evidence was read, or is to be read.
    examples : int, default 2
        Items that are shown as evidence of each finding that is told.

    Raises
    ------
    InputError
        If there are no capabilities.
    SelectionError
        If nothing that is selected is about the competitor.
    """
    evidence = (
        source
        if isinstance(source, CapabilityEvidence)
        else CapabilityEvidence.of(source, both_bad=both_bad)
    )
    k = evidence.position(competitor)
    findings = evidence.findings(question, values=values, **settings)
    found = profile(evidence, findings, k, values=values, examples=examples)
    if ratings is None:
        ratings = BradleyTerry(both_bad=both_bad).rate(evidence.comparisons)
    told = representatives(findings, found)
    listed, numbers = exhibits(
        evidence, competitor, _first_of_each(told), both_bad=both_bad
    )  # fmt: skip
    return Report(
        ratings=ratings,
        found=found,
        place=competitor_profile(evidence.comparisons, competitor, ratings=ratings).conclusion,
        told=told,
        exhibits=listed,
        numbers=numbers,
        spreads=spreads(evidence, found),
        both_bad=both_bad,
        data_hash=data_hash(evidence),
    )


def _first_of_each(told: Sequence[CapabilityFinding]) -> list[CapabilityFinding]:
    """Return what is told in sentences: strengths, then weaknesses."""
    return [
        one
        for direction in ("strength", "weakness")
        for one in [one for one in told if one.direction == direction][:MOST_TOLD]
    ]

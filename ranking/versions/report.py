"""Two versions by capability: what is known of the change in each, and the items behind it."""

import math
from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np

from ranking.capabilities.evidence import USUAL_SMALLEST, CapabilityEvidence, Unit
from ranking.capabilities.findings import TESTED_ITEMS, FindingSettings, Verdict
from ranking.capabilities.verdicts import find
from ranking.comparisons import Comparisons
from ranking.errors import InputError
from ranking.taxonomies.taxonomy import Taxonomy
from ranking.versions.findings import (
    Test,
    VersionFinding,
    VersionSettings,
    version_findings,
)
from ranking.versions.paired import compare_versions
from ranking.versions.pairs import Basis, VersionPairs, version_pairs
from ranking.versions.sentences import VersionWords


@dataclass(frozen=True, eq=False)
class VersionReport:
    """Two versions on the items that they share.

    Attributes
    ----------
    evidence : CapabilityEvidence
    before, after : str
        Names of the two.
    settings : VersionSettings
    unit : Unit
        Of results and differences.
    pairs : VersionPairs
        What either did on each item.
    overall : VersionFinding
        Over all items.
    findings : tuple of VersionFinding
        One for each capability with items of either; in the order of the taxonomy.
    """

    evidence: CapabilityEvidence
    before: str
    after: str
    settings: VersionSettings
    unit: Unit
    pairs: VersionPairs
    overall: VersionFinding
    findings: tuple[VersionFinding, ...]

    def of(self, *verdicts: Verdict, direction: str = "") -> tuple[VersionFinding, ...]:
        """Return findings with one of the verdicts and in one direction, confirmed ones first.

        Within a verdict losses come before gains, larger ones first.
        """
        rank = {word: at for at, word in enumerate(get_args(Verdict))}
        kept = [
            one
            for one in self.findings
            if (not verdicts or one.verdict in verdicts)
            and (not direction or one.direction == direction)
        ]
        return tuple(
            sorted(
                kept,
                key=lambda one: (rank[one.verdict], one.toward > 0, -abs(one.toward)),
            )
        )

    def say(self, one: VersionFinding) -> str:
        """Say what is known of one capability."""
        return self._words.sentence(one)

    @property
    def sentence(self) -> str:
        """All of it in short."""
        return self._words.summary(self.overall, self.findings)

    @property
    def _words(self) -> VersionWords:
        noun = "items" if self.evidence.log.known_items else "comparisons"
        return VersionWords(self.before, self.after, self.settings, self.unit, noun)


def _concerned(pairs: VersionPairs, taxonomy: Taxonomy) -> tuple[VersionPairs, Taxonomy]:
    """Keep the items that either version has a result on; those without a tag are at the root."""
    held = np.isfinite(pairs.before) | np.isfinite(pairs.after)
    if not held.all():
        place = np.where(held, np.cumsum(held) - 1, -1)
        pairs = replace(pairs, before=pairs.before[held], after=pairs.after[held])
        taxonomy = taxonomy.restricted(place, int(held.sum()))
    tagged = np.zeros(taxonomy.items, dtype=bool)
    tagged[taxonomy.tag_item] = True
    untagged = np.flatnonzero(~tagged)
    if len(untagged):
        taxonomy = replace(
            taxonomy,
            tag_item=np.concatenate([taxonomy.tag_item, untagged]),
            tag_node=np.concatenate([taxonomy.tag_node, np.zeros(len(untagged), np.int64)]),
        )
    return pairs, taxonomy


def version_report(
    source: Comparisons | CapabilityEvidence,
    before: str,
    after: str,
    *,
    basis: Basis = "auto",
    test: Literal["auto", "mcnemar", "paired-t"] = "auto",
    passing: float | None = None,
    smallest_effect: float | None = None,
    q: float = 0.05,
    fewest: int = TESTED_ITEMS,
    level: float = 0.95,
) -> VersionReport:
    """Compare two versions item by item, in every capability.

    Parameters
    ----------
    source : Comparisons or CapabilityEvidence
        The latter is read once and examined in many ways.
    before, after : str
        Two competitors.
    basis : {"auto", "scores", "direct", "opponents"}, default "auto"
        As in `version_pairs`.
    test : {"auto", "mcnemar", "paired-t"}, default "auto"
        "auto" takes McNemar's where an item can only pass or fail.
    passing : float, optional
        An item passes with a result above this; the middle of the scale by default.
    smallest_effect : float, optional
        In the unit of the report; 5 percentage points, or 5% of the scores' range, by default.
    q : float, default 0.05
        False discovery rate over the capabilities.
    fewest : int, default 20
        Shared items that a capability needs to be tested.
    level : float, default 0.95
        Of the intervals.

    Raises
    ------
    InputError
        If the two cannot be paired, or a setting is out of range.
    SelectionError
        If there is no such competitor.

    References
    ----------
    McNemar 1947, doi:10.1007/BF02295996. Benjamini and Hochberg 1995.
    """
    if test not in ("auto", *get_args(Test)):
        raise InputError(f"`test` must be auto, mcnemar or paired-t; not {test!r}.")
    if passing is not None and not math.isfinite(passing):
        raise InputError(f"`passing` must be a finite number, not {passing}.")
    evidence = source if isinstance(source, CapabilityEvidence) else CapabilityEvidence.of(source)
    pairs = version_pairs(evidence, before, after, basis=basis)
    width = pairs.scale[1] - pairs.scale[0]
    unit = Unit("percentage points", 100.0)
    if pairs.basis == "scores":
        unit = evidence.unit("bar", "scores")
    delta = USUAL_SMALLEST * width if smallest_effect is None else smallest_effect / unit.size
    cut = sum(pairs.scale) / 2 if passing is None else passing
    how = FindingSettings("bar", 0.0, "flat", q, delta, fewest, level)
    held, taxonomy = _concerned(pairs, evidence.taxonomy)
    compared = compare_versions(
        held.results, 0, 1, taxonomy, passing=cut, fewest=fewest, level=level
    )
    passes = not pairs.graded and compared.fixed[0] + compared.regressed[0] == np.count_nonzero(
        np.round(pairs.change, 9)
    )
    chosen: Test = "mcnemar" if passes else "paired-t"
    settings = VersionSettings(
        pairs.basis, chosen if test == "auto" else test, cut, q, delta, fewest, level
    )
    tested = find(held.differences, taxonomy, how)
    nodes = version_findings(compared, tested, settings, unit.size)
    return VersionReport(evidence, before, after, settings, unit, pairs, nodes[0], nodes[1:])

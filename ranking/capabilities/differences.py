"""Where competitors differ from each other: capabilities ranked by heterogeneity, not by ranks."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ranking.capabilities.evidence import CapabilityEvidence, Unit, Values
from ranking.capabilities.findings import TESTED_ITEMS, Findings
from ranking.capabilities.heterogeneity import Heterogeneity, heterogeneity, noise_correlation
from ranking.capabilities.hierarchy import step_up
from ranking.capabilities.hypotheses import inside_against_outside
from ranking.comparisons import Comparisons
from ranking.laplacian import Codes, Floats
from ranking.taxonomies.taxonomy import Bools


@dataclass(frozen=True)
class CompetitorEffect:
    """How far one competitor is from its own overall level in a capability (see `Findings`)."""

    competitor: str
    effect: float
    low: float
    high: float
    estimate: float
    items: int
    verdict: str


@dataclass(frozen=True)
class CapabilityDifference:
    """How differently competitors do in one capability.

    Attributes
    ----------
    capability, name : str
        Key of the node, and what is shown.
    items : int
        Distinct items.
    competitors : int
        How many had enough items to be tested.
    statistic, df, p, i2 : float
        As in `Heterogeneity`.
    q : float
        The p-value adjusted for all capabilities.
    spread : float
        Standard deviation between competitors without the noise, in the unit of the result.
    confirmed : bool
        q at most the false discovery rate, and the spread at least the smallest effect of interest
        or somebody's own effect confirmed or likely.
    most_specific : bool
        Confirmed, and nothing below it is.
    effects : tuple of CompetitorEffect
        Best first; in the unit of the result.
    """

    capability: str
    name: str
    items: int
    competitors: int
    statistic: float
    df: float
    p: float
    i2: float
    q: float
    spread: float
    confirmed: bool
    most_specific: bool
    effects: tuple[CompetitorEffect, ...]


@dataclass(frozen=True, eq=False)
class CapabilityDifferences:
    """Capabilities by how differently competitors do in them; arrays have the shape (nodes,).

    Attributes
    ----------
    evidence : CapabilityEvidence
    values : {"wins", "scores"}
        What effects are made of.
    unit : Unit
        Of effects and spreads.
    findings : Findings
        Of each competitor against its own overall level; its settings say which false discovery
        rate and which smallest effect.
    found : Heterogeneity
        In units of the values.
    q : float array
        p-values adjusted by Benjamini and Hochberg over all nodes; NaN where there was no test.
    confirmed, most_specific : bool arrays
    tested : int array
        Positions of the tested nodes, from the most to the least significant.
    """

    evidence: CapabilityEvidence
    values: Values
    unit: Unit
    findings: Findings
    found: Heterogeneity
    q: Floats
    confirmed: Bools
    most_specific: Bools
    tested: Codes

    def at(self, node: int) -> CapabilityDifference:
        """Return what is known of one node, by its position."""
        taxonomy, found, said = self.evidence.taxonomy, self.found, self.findings
        size = self.unit.size
        known = np.flatnonzero(np.isfinite(said.effect[node]))
        order = known[np.argsort(-said.effect[node, known], kind="stable")]
        effects = tuple(
            CompetitorEffect(
                competitor=self.evidence.competitors[k],
                effect=size * float(said.effect[node, k]),
                low=size * float(said.low[node, k]),
                high=size * float(said.high[node, k]),
                estimate=size * float(said.estimate[node, k]),
                items=int(said.items[node, k]),
                verdict=str(said.verdict[node, k]),
            )
            for k in order.tolist()
        )
        return CapabilityDifference(
            capability=taxonomy.keys[node],
            name=taxonomy.names[node],
            items=int(taxonomy.sizes[node]),
            competitors=int((said.items[node] >= said.settings.fewest).sum()),
            statistic=float(found.q[node]),
            df=float(found.df[node]),
            p=float(found.p[node]),
            i2=float(found.i2[node]),
            q=float(self.q[node]),
            spread=size * float(found.spread[node]),
            confirmed=bool(self.confirmed[node]),
            most_specific=bool(self.most_specific[node]),
            effects=effects,
        )

    @cached_property
    def rows(self) -> tuple[CapabilityDifference, ...]:
        """All tested capabilities, from the most to the least significant."""
        return tuple(self.at(node) for node in self.tested.tolist())


def capability_differences(
    source: Comparisons | CapabilityEvidence, *, values: Values = "auto", **settings: Any
) -> CapabilityDifferences:
    """Rank capabilities by how differently competitors do in them, beyond their overall levels.

    A capability is tested where at least two competitors have 20 items in it and 2 elsewhere. The
    test allows for competitors that do well and badly on the same items. For two competitors it is
    the test of their one difference.

    Parameters
    ----------
    source : Comparisons or CapabilityEvidence
    values : {"auto", "wins", "scores"}, default "auto"
        Results of comparisons, or what competitors themselves scored.
    **settings
        `q`, `smallest_effect`, `level`, `control`, as in `CapabilityEvidence.findings`.

    Raises
    ------
    InputError
        If there are no capabilities.

    References
    ----------
    As of `heterogeneity`; Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    evidence = source if isinstance(source, CapabilityEvidence) else CapabilityEvidence.of(source)
    findings = evidence.findings("itself", values=values, **settings)
    observed = evidence.observations("itself", values)
    taxonomy = evidence.taxonomy
    tests = inside_against_outside(observed, taxonomy.members)
    found = heterogeneity(tests, fewest=TESTED_ITEMS, correlation=noise_correlation(observed))
    tested = np.flatnonzero(np.isfinite(found.q))
    q = np.full(len(taxonomy), np.nan)
    if len(tested):
        q[tested] = step_up(found.p[tested])
    how = findings.settings
    somebody = np.isin(findings.verdict, ("confirmed", "likely")).any(axis=1)
    with np.errstate(invalid="ignore"):
        confirmed = (q <= how.q) & (somebody | (found.spread >= how.smallest_effect))
    above = np.zeros(len(taxonomy), dtype=bool)
    np.logical_or.at(above, taxonomy.parent[1:], confirmed[1:])
    relative = found.q[tested] / found.df[tested]
    return CapabilityDifferences(
        evidence=evidence,
        values=evidence.kind_of_values("itself", values),
        unit=evidence.unit("itself", values),
        findings=findings,
        found=found,
        q=q,
        confirmed=confirmed,
        most_specific=confirmed & ~above,
        tested=tested[np.lexsort((-relative, found.p[tested]))],
    )

"""Whether a competitor's result in a branch holds throughout it, or a few children carry it."""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from scipy.special import stdtr

from ranking.capabilities.child_spread import FEWEST_CHILDREN, NOT_BEYOND, ChildSpread
from ranking.capabilities.evidence import CapabilityEvidence, Unit, Values
from ranking.capabilities.findings import SHOWN_ITEMS, Findings
from ranking.capabilities.hierarchy import step_up
from ranking.errors import InputError
from ranking.laplacian import Codes, Floats
from ranking.taxonomies.taxonomy import Bools
from ranking.uncertainty.multiplicity import holm

Kind = Literal["stable", "erratic", "not told"]


@dataclass(frozen=True)
class Carrier:
    """A child in which a competitor does other than in its siblings.

    Attributes
    ----------
    capability, name : str
    items : int
    difference : float
        Mean of the child less that of its siblings, in the unit of the result.
    p : float
        Adjusted by Holm over the children.
    """

    capability: str
    name: str
    items: int
    difference: float
    p: float


@dataclass(frozen=True)
class Branch:
    """How evenly a competitor does over the children of a capability.

    Attributes
    ----------
    competitor : str
    capability, name : str
        Key and name; the root, of which all capabilities are children, may have neither.
    items, children : int
        Distinct items, and children with at least five of them.
    effect, low, high : float
        Of the capability itself (see `Findings`), in the unit of the result.
    verdict : str
        Of the capability itself.
    spread, spread_high : float
        tau, the standard deviation between children without the noise, and how large it may be
        with 95% confidence (see `ChildSpread.largest_spread`).
    statistic : float
        F, the variance between children relative to that within.
    p, q : float
        Of "all children alike", and adjusted for all branches and competitors.
    kind : {"stable", "erratic", "not told"}
        Erratic where q is at most the false discovery rate, and the spread, or how far one of the
        carriers is from its siblings, at least the smallest effect of interest; else stable where
        the spread is below that effect with 95% confidence.
    carriers : tuple of Carrier
        Of an erratic branch: children other than their siblings, the clearest first.
    """

    competitor: str
    capability: str
    name: str
    items: int
    children: int
    effect: float
    low: float
    high: float
    verdict: str
    spread: float
    spread_high: float
    statistic: float
    p: float
    q: float
    kind: Kind
    carriers: tuple[Carrier, ...]


@dataclass(frozen=True, eq=False)
class Branches:
    """All branches of all competitors; arrays have the shape (nodes, m).

    Attributes
    ----------
    evidence : CapabilityEvidence
    findings : Findings
        Its settings say which false discovery rate and which smallest effect.
    unit : Unit
    children : int array
        Children with at least five items; branches have three.
    statistic, p, q, spread, spread_high : float arrays
        As in `Branch`, in units of the values; NaN where there is no branch.
    erratic, stable : bool arrays
    """

    evidence: CapabilityEvidence
    findings: Findings
    unit: Unit
    values: Values
    children: Codes
    statistic: Floats
    p: Floats
    q: Floats
    spread: Floats
    spread_high: Floats
    erratic: Bools
    stable: Bools

    def of(self, competitor: int) -> tuple[Branch, ...]:
        """Return the branches of one competitor: erratic, then stable ones, clearest first."""
        nodes = np.flatnonzero(np.isfinite(self.p[:, competitor]))
        kind = 2 - 2 * self.erratic[nodes, competitor] - self.stable[nodes, competitor]
        order = np.lexsort((self.p[nodes, competitor], np.maximum(kind, 0)))
        return tuple(self.at(int(node), competitor) for node in nodes[order])

    def at(self, node: int, k: int) -> Branch:
        """Return what is known of one branch of one competitor, by position."""
        said, size = self.findings, self.unit.size
        erratic = bool(self.erratic[node, k])
        kind: Kind = "erratic" if erratic else "stable" if self.stable[node, k] else "not told"
        return Branch(
            competitor=self.evidence.competitors[k],
            capability=self.evidence.taxonomy.keys[node],
            name=self.evidence.taxonomy.names[node],
            items=int(said.items[node, k]),
            children=int(self.children[node, k]),
            effect=size * float(said.effect[node, k]),
            low=size * float(said.low[node, k]),
            high=size * float(said.high[node, k]),
            verdict=str(said.verdict[node, k]),
            spread=size * float(self.spread[node, k]),
            spread_high=size * float(self.spread_high[node, k]),
            statistic=float(self.statistic[node, k]),
            p=float(self.p[node, k]),
            q=float(self.q[node, k]),
            kind=kind,
            carriers=_carriers(self.evidence, node, k, self.values, size) if erratic else (),
        )


def branches(evidence: CapabilityEvidence, *, values: Values = "auto", **settings: Any) -> Branches:
    """Tell branches in which competitors do alike throughout from those that a few children carry.

    One-way analysis of variance over the items of the children, of what a competitor scores beyond
    what its overall level predicts. An item of two children counts in both, which makes children
    more alike than they are. The largest spread that is not ruled out solves
    ``sum_c (x_c - mean)^2 / (s^2 / n_c + tau^2) = chi2_{C-1, 0.05}``.

    Parameters
    ----------
    evidence : CapabilityEvidence
    values : {"auto", "wins", "scores"}, default "auto"
    **settings
        `q`, `smallest_effect`, `level`, `control`, as in `CapabilityEvidence.findings`.

    Raises
    ------
    InputError
        If no capability has three children with five items of a competitor.

    References
    ----------
    DerSimonian and Laird 1986, doi:10.1016/0197-2456(86)90046-2. Viechtbauer 2007,
    doi:10.1002/sim.2514 (Q profile).
    """
    findings = evidence.findings("itself", values=values, **settings)
    observed = evidence.observations("itself", values)
    table = ChildSpread.of(observed, evidence.taxonomy)
    if not table.known.any():
        raise InputError(
            f"No capability has {FEWEST_CHILDREN} others below it with {SHOWN_ITEMS} items each, "
            "so that none can be told to be even or not."
        )
    how = findings.settings
    q = np.full(table.p.shape, np.nan)
    q[table.known] = step_up(table.p[table.known])
    spread, high = table.spread(), table.largest_spread()
    with np.errstate(invalid="ignore"):
        beyond_chance = q <= how.q
        erratic = beyond_chance & (spread >= how.smallest_effect)
    for node, k in np.argwhere(beyond_chance & ~erratic).tolist():
        carriers = _carriers(evidence, node, k, values, 1.0)
        erratic[node, k] = any(abs(one.difference) >= how.smallest_effect for one in carriers)
    with np.errstate(invalid="ignore"):
        stable = ~erratic & (high <= how.smallest_effect)
    return Branches(
        evidence=evidence,
        findings=findings,
        unit=evidence.unit("itself", values),
        values=values,
        children=table.children.astype(np.int64),
        statistic=table.statistic,
        p=np.where(table.known, table.p, np.nan),
        q=q,
        spread=spread,
        spread_high=high,
        erratic=erratic,
        stable=stable,
    )


def _carriers(
    evidence: CapabilityEvidence, node: int, k: int, values: Values, size: float
) -> tuple[Carrier, ...]:
    """Return the children in which a competitor does other than in their siblings."""
    taxonomy, observed = evidence.taxonomy, evidence.observations("itself", values)
    below = taxonomy.children[node]
    below = below[~taxonomy.is_custom[below]]
    own = observed.competitor == k
    mine = replace(observed, item=observed.item[own], competitor=observed.competitor[own],
                   value=observed.value[own])  # fmt: skip
    count, total, squares = (part[:, k] for part in mine.sums(taxonomy.members[below]))
    kept = count >= SHOWN_ITEMS
    below, n, mean = below[kept], count[kept], total[kept] / count[kept]
    df = n.sum() - len(n)
    within = max(float((squares[kept] - n * mean**2).sum() / df), observed.least_variance)
    rest = n.sum() - n
    difference = mean - (total[kept].sum() - total[kept]) / rest
    p = holm(2 * stdtr(df, -np.abs(difference) / np.sqrt(within * (1 / n + 1 / rest))))
    return tuple(
        Carrier(
            capability=taxonomy.keys[below[at]],
            name=taxonomy.names[below[at]],
            items=int(n[at]),
            difference=size * float(difference[at]),
            p=float(p[at]),
        )
        for at in np.argsort(p, kind="stable").tolist()
        if p[at] <= 1 - NOT_BEYOND
    )

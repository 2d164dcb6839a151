"""Means over the same mix of capabilities for everybody, beside the means as they are."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.special import ndtri

from ranking.capabilities.evidence import CapabilityEvidence, Unit, Values
from ranking.capabilities.matrix import heading, known
from ranking.errors import InputError
from ranking.laplacian import Codes
from ranking.taxonomies.levels import level_below
from ranking.taxonomies.taxonomy import Bools
from ranking.uncertainty.quantiles import check_level
from ranking.versions.mix_means import MixMeans, mix_means
from ranking.wording import percent, plural

_FEWEST = 20  # items that a competitor needs to be standardised
_SAME = 0.005  # difference of shares that no rounded percentage would show


@dataclass(frozen=True)
class StandardisedRow:
    """The two means of one competitor.

    Attributes
    ----------
    competitor : str
    items : int
        Distinct items with a result, in the capabilities of the mix.
    raw, raw_low, raw_high : float
        Mean over those items and its interval, in the unit.
    standardised, low, high : float
        Mean over capabilities with the common weights, and its interval; NaN where the competitor
        has too few items.
    """

    competitor: str
    items: int
    raw: float
    raw_low: float
    raw_high: float
    standardised: float
    low: float
    high: float


@dataclass(frozen=True)
class Reversal:
    """Two competitors whose order depends on the mix (Simpson's paradox).

    Attributes
    ----------
    ahead, behind : str
        By raw means.
    raw, raw_low, raw_high : float
        How far, and the interval, in the unit.
    standardised, low, high : float
        The same by standardised means: below zero.
    clear : bool
        Whether both intervals leave out zero.
    """

    ahead: str
    behind: str
    raw: float
    raw_low: float
    raw_high: float
    standardised: float
    low: float
    high: float
    clear: bool


@dataclass(frozen=True)
class MixedCapability:
    """One capability of the mix.

    Attributes
    ----------
    capability, name : str
    items : int
        Distinct items that anybody has a result on.
    weight : float
        Its common weight: the weights add up to 1.
    least, most : float
        Smallest and largest share that it has of a competitor's own items.
    """

    capability: str
    name: str
    items: int
    weight: float
    least: float
    most: float


@dataclass(frozen=True, eq=False)
class Standardised:
    """Raw and standardised means of all competitors.

    Attributes
    ----------
    evidence : CapabilityEvidence
    values : {"wins", "scores"}
    under : str
    depth : int
        Which level of the taxonomy the mix is of.
    level : float
        Of the intervals.
    unit : Unit
    rows : tuple of StandardisedRow
        Best standardised mean first; competitors with too few items last.
    capabilities : tuple of MixedCapability
    left_out : tuple of str
        Keys of capabilities in which somebody has no result: they cannot be part of a common mix.
    reversals : tuple of Reversal
        Clear ones first.
    sentence : str
    """

    evidence: CapabilityEvidence
    values: Values
    under: str
    depth: int
    level: float
    unit: Unit
    rows: tuple[StandardisedRow, ...]
    capabilities: tuple[MixedCapability, ...]
    left_out: tuple[str, ...]
    reversals: tuple[Reversal, ...]
    sentence: str


def standardised(
    evidence: CapabilityEvidence,
    *,
    values: Values = "auto",
    under: str = "",
    depth: int = 1,
    level: float = 0.95,
) -> Standardised:
    """Average every competitor's results over one common mix of capabilities.

    Competitors are often tried on different mixes: who met more of what is easy looks better. With
    mean ``y_kc`` of competitor k in capability c and common weights ``w_c`` that are the shares of
    the items of all, the standardised mean is ``sum_c w_c y_kc`` (direct standardisation). An
    item in several capabilities of the level counts in each.

    Parameters
    ----------
    evidence : CapabilityEvidence
    values : {"auto", "wins", "scores"}, default "auto"
        Scores where there are any, else the mean result against whom a competitor met: whom it met
        is not standardised.
    under, depth : str, int
        Which level of the taxonomy; see `level_below`.
    level : float, default 0.95
        Of the intervals, from the normal approximation, clustered by item.

    Raises
    ------
    InputError
        If no capability has results of every competitor, or there is no such level.
    SelectionError
        If there is no capability `under`.

    References
    ----------
    Simpson 1951, doi:10.1111/j.2517-6161.1951.tb00088.x.
    """
    kind: Values = "wins" if values == "auto" and not evidence.has_scores else values
    kind = "scores" if kind == "auto" else kind
    observed = evidence.observations("bar", kind)
    unit = evidence.unit("bar", kind)
    taxonomy = evidence.taxonomy
    check_level(level)
    nodes = level_below(taxonomy, under, depth)
    nodes = nodes[~taxonomy.is_custom[nodes]]  # their items are in the other nodes
    count = observed.sums(taxonomy.members[nodes])[0]
    enough = count.sum(axis=0) >= _FEWEST
    used = (count[:, enough] > 0).all(axis=1)
    if not enough.any() or not used.any():
        raise InputError(
            "There is no common mix: no capability of this level has results of every "
            f"{evidence.comparisons.arena.noun}. Choose a level with fewer capabilities, or fewer "
            f"{plural(evidence.comparisons.arena.noun)}."
        )
    means = mix_means(observed, taxonomy.members[nodes[used]], enough)
    rows = _rows(evidence, means, enough, unit, level)
    names = evidence.competitors
    reversals = _reversals(means, names, np.flatnonzero(enough), unit, level)
    share = count[used][:, enough] / count[used][:, enough].sum(axis=0)
    mix = tuple(
        MixedCapability(
            taxonomy.keys[node], taxonomy.names[node], int(size), float(weight),
            float(own.min()), float(own.max()),
        )
        for node, size, weight, own in zip(
            nodes[used].tolist(), means.sizes, means.weights, share, strict=True
        )
    )  # fmt: skip
    return Standardised(
        evidence=evidence,
        values=kind,
        under=under,
        depth=depth,
        level=level,
        unit=unit,
        rows=rows,
        capabilities=mix,
        left_out=tuple(taxonomy.keys[node] for node in nodes[~used].tolist()),
        reversals=reversals,
        sentence=_sentence(reversals, mix, evidence.comparisons.arena.noun),
    )


def as_dict(found: Standardised) -> dict[str, Any]:
    """Return raw and standardised means as JSON values (see docs/json-versions.md)."""

    def records(rows: tuple[Any, ...]) -> list[dict[str, Any]]:
        return [{name: known(value) for name, value in asdict(row).items()} for row in rows]

    return {
        **heading(found.evidence),
        "values": found.values,
        "unit": found.unit.name,
        "under": found.under,
        "depth": found.depth,
        "level": found.level,
        "sentence": found.sentence,
        "competitors": records(found.rows),
        "capabilities": records(found.capabilities),
        "left_out": list(found.left_out),
        "reversals": records(found.reversals),
    }


def _rows(
    evidence: CapabilityEvidence, means: MixMeans, enough: Bools, unit: Unit, level: float
) -> tuple[StandardisedRow, ...]:
    z = float(ndtri((1 + level) / 2))
    rows = []
    for k, name in enumerate(evidence.competitors):
        raw, common = unit.size * float(means.raw[k]), unit.size * float(means.standardised[k])
        raw_half = z * unit.size * means.error(k, common=False)
        half = z * unit.size * means.error(k, common=True) if enough[k] else math.nan
        rows.append(
            StandardisedRow(
                name, int(means.items[k]), raw, raw - raw_half, raw + raw_half,
                common, common - half, common + half,
            )
        )  # fmt: skip
    return tuple(
        sorted(rows, key=lambda row: (math.isnan(row.standardised), -row.standardised, -row.raw))
    )


def _reversals(
    means: MixMeans, names: tuple[str, ...], compared: Codes, unit: Unit, level: float
) -> tuple[Reversal, ...]:
    z = float(ndtri((1 + level) / 2))
    raw_mean, mean = (np.round(each, 12)[compared] for each in (means.raw, means.standardised))
    found = []
    for i, own_raw, own in zip(compared.tolist(), raw_mean, mean, strict=True):
        behind = compared[(raw_mean < own_raw) & (mean > own)]
        for j in behind.tolist():
            raw, raw_error = means.difference(i, j, common=False)
            common, error = means.difference(i, j, common=True)
            found.append(
                Reversal(
                    names[i], names[j],
                    unit.size * raw, unit.size * (raw - z * raw_error),
                    unit.size * (raw + z * raw_error),
                    unit.size * common, unit.size * (common - z * error),
                    unit.size * (common + z * error),
                    clear=raw > z * raw_error and -common > z * error,
                )
            )  # fmt: skip
    return tuple(sorted(found, key=lambda one: (not one.clear, one.standardised)))


def _sentence(reversals: tuple[Reversal, ...], mix: tuple[MixedCapability, ...], noun: str) -> str:
    spread = max((one.most - one.least for one in mix), default=0.0)
    same = (
        f"Every {noun} has the same mix of capabilities"
        if spread < _SAME
        else f"The share of one capability differs between {plural(noun)} by up to "
        f"{percent(spread)} of their items"
    )
    if not reversals:
        return f"{same}; no order is reversed when all get the same mix."
    clear = sum(one.clear for one in reversals)
    pairs = (
        "1 pair changes its" if len(reversals) == 1 else f"{len(reversals):,} pairs change their"
    )
    return f"{same}; {pairs} order when all get the same mix, {clear or 'none'} of them clearly."

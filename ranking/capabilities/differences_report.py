"""Differences between competitors in sentences, tables and JSON."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from ranking.capabilities.branches import Branch, Branches
from ranking.capabilities.differences import CapabilityDifference, CapabilityDifferences
from ranking.capabilities.evidence import Unit
from ranking.capabilities.matrix import heading, known
from ranking.capabilities.profile_clusters import ProfileClusters
from ranking.capabilities.sentences import shown_name, signed
from ranking.capabilities.trade_offs import TradeOffs
from ranking.errors import InputError
from ranking.wording import number, percent, plural, shortened

EVERYTHING = "all capabilities"
"""What the root of a taxonomy without a name is called."""


@dataclass(frozen=True, eq=False)
class Differences:
    """Everything about how competitors differ by capability; None where it cannot be told.

    Attributes
    ----------
    found : CapabilityDifferences
    clusters : ProfileClusters, optional
    trade_offs : TradeOffs, optional
    branches : Branches, optional
    unsaid : tuple of str
        Why something is None, in sentences.
    """

    found: CapabilityDifferences
    clusters: ProfileClusters | None
    trade_offs: TradeOffs | None
    branches: Branches | None
    unsaid: tuple[str, ...]


def all_differences(
    found: CapabilityDifferences, *, under: str = "", depth: int = 1, draws: int = 500
) -> Differences:
    """Add groups, trade-offs and branches to the differences between competitors.

    Parameters
    ----------
    found : CapabilityDifferences
    under, depth
        The level whose capabilities profiles are compared in, as in `level_below`.
    draws : int, default 500
        Resamples behind the support of groups.
    """
    from ranking.capabilities.branches import branches
    from ranking.capabilities.profile_clusters import profile_clusters
    from ranking.capabilities.trade_offs import trade_offs

    evidence, values, how = found.evidence, found.values, found.findings.settings
    unsaid: list[str] = []

    def tried(make: Any) -> Any:
        try:
            return make()
        except InputError as error:
            unsaid.append(str(error))
            return None

    return Differences(
        found=found,
        clusters=tried(lambda: profile_clusters(
            evidence, under=under, depth=depth, values=values, draws=draws)),
        trade_offs=tried(lambda: trade_offs(
            evidence, under=under, depth=depth, values=values, q=how.q, level=how.level)),
        branches=tried(lambda: branches(
            evidence, values=values, q=how.q, control=how.control, level=how.level,
            smallest_effect=how.smallest_effect * found.unit.size)),
        unsaid=tuple(dict.fromkeys(unsaid)),
    )  # fmt: skip


def sentence(found: CapabilityDifferences) -> str:
    """Say in how many capabilities competitors differ, and where most."""
    nouns = plural(found.evidence.comparisons.arena.noun)
    tested, how = len(found.tested), found.findings.settings
    if not tested:
        return (
            f"No capability has two {nouns} with {how.fewest} items each, so that it cannot be "
            "told where they differ."
        )
    told = [found.at(int(node)) for node in found.tested[found.confirmed[found.tested]]]
    given = f"{tested:,} {'capability' if tested == 1 else 'capabilities'} with enough items"
    if not told:
        return (
            f"Beyond their overall levels, {nouns} do not differ by more than chance in any of "
            f"{given}."
        )
    where = shown_name(told[0].capability, told[0].name)
    return (
        f"Beyond their overall levels, {nouns} differ in {len(told):,} of {given}, "
        f"{'namely' if len(told) == 1 else 'most clearly'} in {where}."
    )


def branch_sentence(one: Branch, unit: Unit) -> str:
    """Say whether a competitor does alike throughout a branch."""
    place = shown_name(one.capability, one.name) or EVERYTHING
    where = f"In {place} ({one.items:,} items, {one.children:,} below it)"
    if one.kind == "stable":
        most = number(one.spread_high, 1 if unit.size == 100 else 2)
        return (
            f"{where}, {one.competitor} does alike throughout: what lies below differs by no more "
            f"than {most} {unit.name} (standard deviation)."
        )
    if one.kind == "not told":
        return f"{where}, it cannot be told whether {one.competitor} does alike throughout."
    carried = "; ".join(
        f"{shown_name(child.capability, child.name)} ({signed(child.difference, unit)})"
        for child in one.carriers[:3]
    )
    more = len(one.carriers) - 3
    rest = f"; and {more:,} more" if more > 0 else ""
    by = f" It stands out in {carried}{rest}." if carried else ""
    return f"{where}, {one.competitor} does unevenly.{by}"


def branches_sentence(found: Branches, k: int) -> str:
    """Count the branches of a competitor that are even, uneven, and that cannot be told."""
    kinds = [branch.kind for branch in found.of(k)]
    uneven, even = kinds.count("erratic"), kinds.count("stable")
    untold = kinds.count("not told")
    rest = f"; of {untold:,} it cannot be told" if untold else ""
    return (
        f"{found.evidence.competitors[k]} has {uneven or 'no'} uneven "
        f"{'branch' if uneven == 1 else 'branches'} and {even or 'none'} even throughout{rest}."
    )


def table(rows: Sequence[CapabilityDifference], unit: Unit) -> tuple[list[str], list[list[Any]]]:
    """Return heads and rows of the capabilities, as plain text."""
    head = ["capability", "items", "Q", "df", "I²", "q", "highest", "", "lowest", ""]
    body = []
    for one in rows:
        best, worst = one.effects[0], one.effects[-1]
        body.append(
            [
                shortened(shown_name(one.capability, one.name)) + ("*" if one.confirmed else ""),
                one.items,
                number(one.statistic, 1),
                number(one.df, 1),
                percent(one.i2),
                "< 0.001" if one.q < 0.001 else f"{one.q:.3f}",
                best.competitor,
                signed(best.effect, unit),
                worst.competitor,
                signed(worst.effect, unit),
            ]
        )
    return head, body


def as_dict(
    whole: Differences, *, limit: int | None = None, competitor: int | None = None
) -> dict[str, Any]:
    """Return everything as JSON values (see docs/json-profiles.md).

    Parameters
    ----------
    limit : int, optional
        How many capabilities are given at most, from the most significant, and branches of each
        competitor; all where it is not given.
    competitor : int, optional
        Whose branches are given; everybody's where it is not given.
    """
    found = whole.found
    nodes = found.tested[:limit].tolist()
    return {
        **heading(found.evidence),
        "settings": asdict(found.findings.settings),
        "values": found.values,
        "unit": found.unit.name,
        "sentence": sentence(found),
        "tested": len(found.tested),
        "capabilities": [_finite(asdict(found.at(node))) for node in nodes],
        "profiles": None if whole.clusters is None else _clusters(whole.clusters),
        "trade_offs": None if whole.trade_offs is None else _trade_offs(whole.trade_offs),
        "branches": None
        if whole.branches is None
        else _branches(whole.branches, limit, competitor),
        "unsaid": list(whole.unsaid),
    }


def as_json(whole: Differences, *, limit: int | None = None, competitor: int | None = None) -> str:
    """Return `as_dict` as text."""
    values = as_dict(whole, limit=limit, competitor=competitor)
    return json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False)


def _clusters(found: ProfileClusters) -> dict[str, Any]:
    return {
        "under": found.under,
        "depth": found.depth,
        "capabilities": list(found.capabilities),
        "competitors": list(found.competitors),
        "correlation": np.round(found.correlation, 12).tolist(),
        "merges": [_finite(asdict(merge)) for merge in found.merges],
        "groups": [[found.competitors[at] for at in merge.members] for merge in found.groups],
        "draws": found.draws,
        "left_out": list(found.left_out),
        "sentence": found.sentence,
    }


def _trade_offs(found: TradeOffs) -> dict[str, Any]:
    return {
        "under": found.under,
        "depth": found.depth,
        "competitors": found.competitors,
        "level": found.level,
        "q": found.q,
        "pairs": [_finite(asdict(pair)) for pair in found.pairs],
        "noisy": list(found.noisy),
        "left_out": list(found.left_out),
        "sentence": found.sentence,
    }


def _branches(found: Branches, limit: int | None, only: int | None) -> list[dict[str, Any]]:
    return [
        _finite(asdict(branch)) | {"sentence": branch_sentence(branch, found.unit)}
        for k in (range(len(found.evidence.competitors)) if only is None else [only])
        for branch in found.of(k)[:limit]
    ]


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(part) for part in value]
    return known(value)

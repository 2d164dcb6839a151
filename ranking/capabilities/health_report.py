"""The health of the evidence as sentences, as a table, and as JSON."""

import json
from typing import Any

import numpy as np

from ranking.capabilities.findings import TESTED_ITEMS
from ranking.capabilities.health import SWAYED, CapabilityHealth
from ranking.capabilities.matrix import heading, known
from ranking.capabilities.node_bias import NodeBias
from ranking.capabilities.sentences import shown_name
from ranking.laplacian import Codes
from ranking.taxonomies.levels import level_below
from ranking.taxonomies.taxonomy import Bools
from ranking.wording import number, percent, plural, shortened

_NAMED = 2  # competitors that are named; more are counted
_NODE = ("items", "effect", "low", "high", "p", "q")


def sentences(found: CapabilityHealth, nodes: Codes) -> tuple[str, ...]:
    """Say what is to be known of the evidence in some nodes, the gravest first."""
    said = [_coverage(found, nodes), _connection(found, nodes), _repeats(found)]
    said += [*_copies(found), _position(found, nodes), _length(found, nodes)]
    return tuple(sentence for sentence in said if sentence)


def table(found: CapabilityHealth, nodes: Codes) -> tuple[list[str], list[list[Any]]]:
    """Return header and rows, one for each node."""
    taxonomy, noun = found.evidence.taxonomy, found.evidence.comparisons.arena.noun
    header = [
        "capability", "items", f"fewest of a {noun}", "effective", "groups", "first shown",
        "both orders agree", "longer",
    ]  # fmt: skip
    rows = [
        [
            shortened(shown_name(taxonomy.keys[at], taxonomy.names[at])),
            int(taxonomy.sizes[at]),
            int(found.items[at].min()),
            round(float(found.effective[at].min())),
            int(found.parts[at]),
            _effect(found, found.position, at),
            percent(float(found.consistency[at])) if found.both_orders[at] else "",
            _effect(found, found.length, at),
        ]
        for at in nodes.tolist()
    ]
    return header, rows


def as_dict(found: CapabilityHealth, *, under: str = "", depth: int = 1) -> dict[str, Any]:
    """Return the nodes of a level as JSON values (see docs/json-health.md).

    Raises
    ------
    InputError, SelectionError
        As `levels.level_below`.
    """
    evidence = found.evidence
    taxonomy = evidence.taxonomy
    nodes = level_below(taxonomy, under, depth)
    return {
        **heading(evidence),
        "under": under,
        "depth": depth,
        "level": found.level,
        "sentences": list(sentences(found, nodes)),
        "items_without_capability": found.untagged,
        "repeat_correlation": known(found.repeat_correlation),
        "length_by": found.length_by or None,
        "length_deviation": known(found.length_deviation),
        "duplicate_rows": found.duplicates.rows if found.duplicates.telling else None,
        "overall": _node(found, 0),
        "capabilities": [
            {"capability": taxonomy.keys[at], "name": taxonomy.names[at]} | _node(found, at)
            for at in nodes.tolist()
        ],
    }


def as_json(found: CapabilityHealth, *, under: str = "", depth: int = 1) -> str:
    """Return `as_dict` as text."""
    values = as_dict(found, under=under, depth=depth)
    return json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False)


def _node(found: CapabilityHealth, at: int) -> dict[str, Any]:
    def bias(which: NodeBias) -> dict[str, Any]:
        values = {name: known(float(getattr(which, name)[at])) for name in _NODE}
        return values | {"items": int(which.items[at]), "biased": bool(found.biased(which)[at])}

    return {
        "items": int(found.evidence.taxonomy.sizes[at]),
        "repeated_items": int(found.repeated_items[at]),
        "groups": int(found.parts[at]),
        "both_orders": int(found.both_orders[at]),
        "consistency": known(float(found.consistency[at])),
        "position": bias(found.position),
        "length": bias(found.length),
        "competitors": [
            {
                "competitor": name,
                "items": int(found.items[at, k]),
                "verdicts": round(float(found.verdicts[at, k])),
                "effective": round(float(found.effective[at, k]), 2),
            }
            for k, name in enumerate(found.evidence.competitors)
        ],
    }


def _effect(found: CapabilityHealth, which: NodeBias, at: int) -> str:
    """Write a bias in percentage points, with a star where it is beyond chance and matters."""
    text = signed(float(which.effect[at]))
    return f"{text}*" if found.biased(which)[at] else text


def signed(share: float) -> str:
    """Write a difference of shares in percentage points with its sign; nothing for NaN."""
    return ("+" if share > 0 else "") + number(100 * share, 1)


def _some(nodes: Codes, here: Bools) -> str:
    """Count nodes: "3 of 22 capabilities", "the one capability"."""
    if len(nodes) == 1:
        return "the one capability"
    n = int(here.sum())
    return f"all {n:,} capabilities" if n == len(nodes) else f"{n:,} of {len(nodes):,} capabilities"


def _coverage(found: CapabilityHealth, nodes: Codes) -> str:
    noun = found.evidence.comparisons.arena.noun
    thin = found.thin[nodes]
    if not thin.any():
        whole = np.ones(len(nodes), dtype=bool)
        return f"In {_some(nodes, whole)} every {noun} has {TESTED_ITEMS} items or more."
    who = [found.evidence.competitors[k] for k in np.flatnonzero(thin.any(axis=0)).tolist()]
    n = len(who)
    subject = " and ".join(who) if n <= _NAMED else f"{n:,} of {thin.shape[1]:,} {plural(noun)}"
    return (
        f"In {_some(nodes, np.asarray(thin.any(axis=1)))} {subject} {'has' if n == 1 else 'have'} "
        f"fewer than {TESTED_ITEMS} items, too few to be tested."
    )


def _connection(found: CapabilityHealth, nodes: Codes) -> str:
    apart = found.parts[nodes] > 1
    if not apart.any():
        return ""
    nouns = plural(found.evidence.comparisons.arena.noun)
    return (
        f"In {_some(nodes, apart)} the {nouns} fall into groups that never met there, so "
        "that ratings across them rest on the other capabilities."
    )


def _repeats(found: CapabilityHealth) -> str:
    rho = found.repeat_correlation
    if np.isnan(rho):
        return ""
    verdicts, worth = (float(each[0].sum()) / 2 for each in (found.verdicts, found.effective))
    return (
        f"Verdicts on the same item and pair correlate by {number(rho, 2)}, so that "
        f"{verdicts:,.0f} verdicts are worth {worth:,.0f} independent ones."
    )


def _position(found: CapabilityHealth, nodes: Codes) -> str:
    said = _bias(found, found.position, nodes, "What is shown first")
    if not said:
        if found.position.items[0]:
            return "Too few verdicts say who was shown first for a bias to be seen."
        return "The log does not say who was shown first."
    if found.both_orders[0]:
        said += f" Judged in both orders, {percent(float(found.consistency[0]))} of verdicts agree."
    return said


def _length(found: CapabilityHealth, nodes: Codes) -> str:
    what = f"A response longer by {number(found.length_deviation)} {found.length_by}"
    if not found.length_by:
        return "The log does not say how long responses are."
    return _bias(found, found.length, nodes, what)


def _bias(found: CapabilityHealth, which: NodeBias, nodes: Codes, what: str) -> str:
    effect = float(which.effect[0])
    if np.isnan(effect):
        return ""
    limits = f"{signed(float(which.low[0]))} to {signed(float(which.high[0]))}"
    biased = found.biased(which)[nodes]
    where = f"in {_some(nodes, biased)}" if biased.any() else "in no capability"
    return (
        f"{what} {'gains' if effect >= 0 else 'loses'} {number(abs(100 * effect), 1)} percentage "
        f"points beyond who is better ({percent(found.level)} interval {limits}); {where} it is "
        f"{number(100 * SWAYED)} points or more beyond chance."
    )


def _copies(found: CapabilityHealth) -> list[str]:
    said = []
    if found.untagged:
        verb = "item has" if found.untagged == 1 else "items have"
        said.append(f"{found.untagged:,} of {found.evidence.log.items:,} {verb} no capability.")
    repeated = int(found.repeated_items[0])
    if repeated:
        verb = "item repeats" if repeated == 1 else "items repeat"
        said.append(f"{repeated:,} {verb} the text of another.")
    if found.duplicates.rows:
        rows = found.duplicates.rows
        verb = "comparison repeats" if rows == 1 else "comparisons repeat"
        said.append(f"{rows:,} {verb} another in everything that was imported.")
    return said

"""Findings of one competitor as JSON, as a table, and as Markdown."""

import json
import math
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from ranking.capabilities.findings import Verdict
from ranking.capabilities.matrix import heading, known
from ranking.capabilities.profile import CapabilityFinding, CompetitorFindings
from ranking.capabilities.sentences import shown_name, signed
from ranking.wording import one_line, shortened


def as_dict(found: CompetitorFindings) -> dict[str, Any]:
    """Return findings as JSON values (see docs/json-capabilities.md)."""
    how = found.settings
    return {
        **heading(found.evidence),
        "competitor": found.competitor,
        "settings": asdict(how),
        "values": found.values,
        "unit": found.unit.name,
        "sentence": found.sentence,
        "families": found.families,
        "false_discovery_rate": found.false_discovery_rate,
        "findings": [
            {key: known(value) for key, value in asdict(one).items()} for one in found.findings
        ],
    }


def as_json(found: CompetitorFindings) -> str:
    """Return `as_dict` as text."""
    return json.dumps(as_dict(found), indent=2, ensure_ascii=False, allow_nan=False)


def table(
    found: CompetitorFindings, told: Iterable[CapabilityFinding]
) -> tuple[list[str], list[list[Any]]]:
    """Return header and rows of some findings of a competitor."""
    header = ["capability", "items", found.unit.name, "interval", "shrunk", "q", "verdict"]
    unit = found.unit
    rows = [
        [
            shortened(shown_name(one.capability, one.name)),
            one.items,
            signed(one.effect, unit),
            f"{signed(one.low, unit)} to {signed(one.high, unit)}",
            signed(one.estimate, unit),
            "" if math.isnan(one.q) else "<0.001" if one.q < 0.001 else f"{one.q:.3f}",
            f"{one.verdict} {one.direction}",
        ]
        for one in told
    ]
    return header, rows


def as_markdown(found: CompetitorFindings) -> str:
    """Return the findings as Markdown: a sentence each, and the evidence."""
    lines = [f"# {_plain(found.competitor)} by capability", "", _plain(found.sentence)]
    verdicts: tuple[Verdict, ...] = ("confirmed", "likely")
    for verdict in verdicts:
        for direction, ending in (("strength", "strengths"), ("weakness", "weaknesses")):
            picked = found.of(verdict, direction=direction)
            if picked:
                lines += ["", f"## {verdict.capitalize()} {ending}", ""]
            for one in picked:
                lines.append(f"- {_plain(one.sentence)}")
                if one.evidence:
                    lines.append(f"  Evidence: {', '.join(map(_plain, one.evidence))}.")
    return "\n".join(lines) + "\n"


def _plain(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|!&~$" else c for c in one_line(text))

"""Two versions by capability as JSON and as tables."""

import json
import math
from dataclasses import asdict
from typing import Any

from ranking.capabilities.matrix import heading, known
from ranking.capabilities.sentences import shown_name, signed
from ranking.versions.findings import VersionFinding
from ranking.versions.items import ItemChange, unshared_items
from ranking.versions.report import VersionReport
from ranking.wording import percent

_MOST_NAMES = 100  # of items that cannot be paired
_LONGEST = 72  # characters of a name in a table


def as_dict(report: VersionReport, items: tuple[ItemChange, ...] = ()) -> dict[str, Any]:
    """Return a comparison of versions as JSON values (see docs/json-versions.md)."""
    only_before, only_after = unshared_items(report)
    return {
        **heading(report.evidence),
        "before": report.before,
        "after": report.after,
        "settings": asdict(report.settings),
        "unit": report.unit.name,
        "sentence": report.sentence,
        "overall": _record(report, report.overall),
        "capabilities": [_record(report, one) for one in report.findings],
        "items_changed": [_known(asdict(one)) for one in items],
        "only_before": list(only_before[:_MOST_NAMES]),
        "only_after": list(only_after[:_MOST_NAMES]),
        "unmatched": report.pairs.unmatched,
    }


def as_json(report: VersionReport, items: tuple[ItemChange, ...] = ()) -> str:
    """Return `as_dict` as text."""
    return json.dumps(as_dict(report, items), indent=2, ensure_ascii=False, allow_nan=False)


def table(
    report: VersionReport, found: tuple[VersionFinding, ...]
) -> tuple[list[str], list[list[Any]]]:
    """Return header and rows of some capabilities."""
    gained, lost = report.settings.words
    header = ["capability", "items", "difference", "interval", "shrunk", gained, lost, "churn", "q",
              "verdict"]  # fmt: skip
    unit = report.unit
    rows = [
        [
            _short(one) or "all",
            one.items,
            signed(one.difference, unit),
            f"{signed(one.low, unit)} to {signed(one.high, unit)}"
            if math.isfinite(one.low)
            else "",
            signed(one.estimate, unit),
            one.fixed,
            one.regressed,
            percent(one.churn) if one.items else "",
            "" if math.isnan(one.q) else "<0.001" if one.q < 0.001 else f"{one.q:.3f}",
            f"{one.verdict} {one.direction}".strip(),
        ]
        for one in found
    ]
    return header, rows


def item_table(
    report: VersionReport, items: tuple[ItemChange, ...]
) -> tuple[list[str], list[list[Any]]]:
    """Return header and rows of items."""
    header = ["item", report.before, report.after, "change"]
    repeated = any(math.isfinite(one.z) for one in items)
    rows: list[list[Any]] = []
    for one in items:
        row: list[Any] = [one.item, f"{one.before:.4g}", f"{one.after:.4g}"]
        row.append(signed(one.change, report.unit))
        if repeated:
            row.append("" if math.isnan(one.z) else signed(one.z, report.unit))
        rows.append(row)
    return [*header, *(["z"] if repeated else [])], rows


def _short(one: VersionFinding) -> str:
    name = shown_name(one.capability, one.name)
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _record(report: VersionReport, one: VersionFinding) -> dict[str, Any]:
    return _known(asdict(one)) | {"sentence": report.say(one)}


def _known(record: dict[str, Any]) -> dict[str, Any]:
    return {name: known(value) for name, value in record.items()}

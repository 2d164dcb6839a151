"""A branch of a taxonomy as JSON and as a table."""

import json
import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from ranking.capabilities.branch import Branch
from ranking.capabilities.matrix import heading, known
from ranking.wording import number, percent

_CELL = (
    "items", "effect", "low", "high", "estimate", "own_weight", "q", "verdict", "needed",
)  # fmt: skip
_TOWARD = {1: "strength", -1: "weakness", 0: ""}
_MARKS = {"confirmed": "*", "likely": "?", "no clear difference": "=", "not enough data": ""}


def as_dict(branch: Branch) -> dict[str, Any]:
    """Return a branch as JSON values (see docs/json-tree.md)."""
    rows = branch.rows
    columns = {name: getattr(branch, name).tolist() for name in _CELL}
    columns["direction"] = [[_TOWARD[way] for way in row] for row in branch.direction.tolist()]
    return {
        **heading(branch.evidence),
        "settings": asdict(branch.settings),
        "values": branch.values,
        "unit": branch.unit.name,
        "under": branch.under,
        "trail": list(branch.trail),
        "competitors": list(branch.competitors),
        "sentences": list(branch.sentences),
        "left_out": rows.left_out,
        "rows": [
            {
                "capability": key,
                "name": branch.names[row],
                "level": int(rows.level[row]),
                "items": int(branch.node_items[row]),
                "children": int(rows.children[row]),
                "below": int(branch.below[row]),
                "custom": bool(branch.custom[row]),
                "hit": bool(rows.hit[row]),
                "cells": [
                    {"competitor": name}
                    | {column: known(values[row][at]) for column, values in columns.items()}
                    for at, name in enumerate(branch.competitors)
                ],
            }
            for row, key in enumerate(branch.keys)
        ],
    }


def as_json(branch: Branch) -> str:
    """Return `as_dict` as text."""
    return json.dumps(as_dict(branch), indent=2, ensure_ascii=False, allow_nan=False)


def table(branch: Branch) -> tuple[list[str], list[list[Any]]]:
    """Return the head and the rows of a table: cells of each competitor, then indented names."""
    one = len(branch.competitors) == 1
    header = ["items", *branch.competitors, *(["raw", "interval", "own"] if one else [])]
    decimals = 1 if branch.unit.size == 100 else 2

    def signed(value: float) -> str:
        return "–" if math.isnan(value) else ("+" if value > 0 else "") + number(value, decimals)

    listed = []
    for row, name in enumerate(branch.names):
        cells: list[Any] = [int(branch.node_items[row])]
        for at in range(len(branch.competitors)):
            cells += _cells(branch, row, at, signed)
        indent = "· " * int(branch.rows.level[row])
        listed.append([*cells, f"{indent}{name or branch.keys[row] or 'everything'}"])
    return [*header, "capability"], listed


def _cells(branch: Branch, row: int, at: int, signed: Callable[[float], str]) -> list[str]:
    here = (row, at)
    shrunk = signed(float(branch.estimate[here])) + _MARKS[str(branch.verdict[here])]
    if len(branch.competitors) > 1:
        return [shrunk]
    low, high = float(branch.low[here]), float(branch.high[here])
    interval = "" if math.isnan(low) or math.isnan(high) else f"{signed(low)} to {signed(high)}"
    own = "" if math.isnan(branch.estimate[here]) else percent(float(branch.own_weight[here]))
    return [shrunk, signed(float(branch.effect[here])), interval, own]

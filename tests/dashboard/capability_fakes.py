"""A capability matrix made by hand, and a log in which two competitors have clear profiles."""

import random
from types import SimpleNamespace
from typing import Any

import numpy as np

from ranking.capabilities.evidence import Unit
from ranking.capabilities.findings import FindingSettings
from ranking.capabilities.matrix import CapabilityMatrix
from ranking.capabilities.mix_ratings import NodeRanks

NAMES = ("ant", "bee", "cat")
KEYS = ("law", "code", "code/sql")
VERDICTS = (
    ("confirmed", "likely", "not enough data"),
    ("no clear difference", "not enough data", "not enough data"),
    ("confirmed", "likely", "not enough data"),
)
ITEMS = ((200, 60, 3), (200, 60, 12), (200, 60, 19))


def fake_matrix(**changes: Any) -> CapabilityMatrix:
    """Return three competitors in three capabilities, with a cell of each verdict."""
    strength = np.array([[50.0, 10.0, np.nan], [1.0, -4.0, 2.0], [-51.0, -6.0, -2.0]])
    verdict = np.array(VERDICTS)
    effect = strength / 5
    evidence = SimpleNamespace(
        competitors=tuple(reversed(NAMES)),
        unit=lambda *_: Unit("percentage points", 100.0),
    )
    fields: dict[str, Any] = {
        "evidence": evidence,
        "settings": FindingSettings(),
        "values": "wins",
        "under": "",
        "depth": 1,
        "competitors": NAMES,
        "overall": np.array([1100.0, 1000.0, 900.0]),
        "keys": KEYS,
        "names": ("law", "code", "sql"),
        "node_items": np.array([200, 60, 19]),
        "drills": np.array([False, True, False]),
        "confirmed_below": np.array([0, 4, 0]),
        "strength": strength,
        "std_error": np.full((3, 3), 10.0),
        "raw": 1.2 * strength,
        "own_weight": np.full((3, 3), 0.8),
        "rating": np.array([[1150.0], [1000.0], [850.0]]) + 0 * strength,
        "win_rate": np.array([[0.7], [0.5], [0.3]]) + 0 * strength,
        "items": np.array(ITEMS),
        "comparisons": 2 * np.array(ITEMS),
        "effect": effect,
        "low": effect - 2,
        "high": effect + 2,
        "estimate": 0.9 * effect,
        "unit": "percentage points",
        "q": np.full((3, 3), 0.01),
        "false_sign_rate": np.where(verdict == "likely", 0.02, 0.25),
        "verdict": verdict,
        "needed": np.full((3, 3), 40.0),
    }
    return CapabilityMatrix(**{**fields, **changes})


def fake_ranks() -> NodeRanks:
    """Return ranks in the order of the evidence, which is not that of the matrix."""
    low = np.array([[3.0, 2.0, 1.0], [2.0, 1.0, 1.0], [np.nan] * 3])
    high = np.array([[3.0, 2.0, 1.0], [3.0, 3.0, 2.0], [np.nan] * 3])
    rank = np.array([[3.0, 2.0, 1.0], [3.0, 2.0, 1.0], [np.nan] * 3])
    return NodeRanks(
        np.arange(3), rank, low, high, np.full((3, 3), 50.0), np.ones(3, dtype=bool), 0.95
    )


def capable_log() -> str:
    """Return a log in which ant is strong in law and bee in code; rust has few items."""
    draw = random.Random(3)
    lines = ["model_a,model_b,winner,prompt_id,capability,language"]
    for n in range(600):
        path = ("law", "code/sql", "code/web", "writing")[n % 4] if n % 100 else "rust"
        for first, second in (("ant", "bee"), ("bee", "cat"), ("cat", "ant")):
            chance = 0.5
            for name, side in ((first, 1), (second, -1)):
                chance += side * 0.3 * (name == "ant") * (path == "law")
                chance += side * 0.3 * (name == "bee") * path.startswith("code")
            won = "model_a" if draw.random() < chance else "model_b"
            lines.append(f"{first},{second},{won},p{n},{path},{('en', 'de')[n % 2]}")
    return "\n".join(lines) + "\n"

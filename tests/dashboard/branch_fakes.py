"""A branch made by hand, for charts that need no database."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from ranking.capabilities.branch import Branch
from ranking.capabilities.branch_rows import Rows
from ranking.capabilities.evidence import Unit
from ranking.capabilities.findings import FindingSettings

NAN = np.nan
NAMES = ("", "code", "sql", "web", "law")


def fake_branch(competitors: int = 1, **changes: Any) -> Branch:
    """Return a root with code (sql, web) and law: strong, likely weak, few items, alike.

    A second competitor has the same results the other way round.
    """
    one = {
        "items": [200, 120, 80, 8, 80],
        "effect": [NAN, 12.0, -9.0, 30.0, 0.5],
        "low": [NAN, 8.0, -15.0, -40.0, -3.0],
        "high": [NAN, 16.0, -3.0, 100.0, 4.0],
        "estimate": [NAN, 10.0, -6.0, 4.0, 0.4],
        "own_weight": [1.0, 0.9, 0.6, 0.1, 0.8],
        "q": [NAN, 0.001, 0.2, NAN, 0.9],
        "needed": [NAN, 0.0, 60.0, 400.0, 0.0],
        "direction": [0, 1, -1, 0, 0],
        "verdict": [
            "not enough data", "confirmed", "likely", "not enough data", "no clear difference",
        ],
    }  # fmt: skip
    turned = {"effect", "estimate", "direction"}
    columns: dict[str, Any] = {}
    for name, values in one.items():
        both = [values, [-value for value in values] if name in turned else values]
        columns[name] = np.array(both[:competitors]).T
    if competitors > 1:
        low, high = columns["low"].copy(), columns["high"].copy()
        columns["low"][:, 1], columns["high"][:, 1] = -high[:, 0], -low[:, 0]
    fields: dict[str, Any] = {
        "evidence": SimpleNamespace(),
        "settings": FindingSettings(),
        "values": "wins",
        "unit": Unit("percentage points", 100.0),
        "trail": ("",),
        "competitors": ("ant", "bee")[:competitors],
        "rows": Rows(
            nodes=np.array([0, 1, 3, 4, 2]),
            level=np.array([0, 1, 2, 2, 1]),
            parent=np.array([-1, 0, 1, 1, 0]),
            children=np.array([2, 2, 0, 3, 0]),
            shown=np.array([2, 2, 0, 0, 0]),
            hit=np.ones(5, dtype=bool),
            left_out=0,
        ),
        "keys": ("", "code", "code/sql", "code/web", "law"),
        "names": NAMES,
        "node_items": np.array([200, 120, 80, 8, 80]),
        "below": np.array([7, 5, 0, 3, 0]),
        "custom": np.zeros(5, dtype=bool),
        "scale": 20.0,
        "sentences": ("ant has 1 confirmed strength.",),
        **columns,
    }
    return Branch(**{**fields, **changes})

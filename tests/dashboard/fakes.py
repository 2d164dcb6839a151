"""Ratings made by hand, for charts that need no database."""

from typing import Any

import numpy as np

from ranking.ratings import Ratings


def fake_ratings(m: int = 5, **changes: Any) -> Ratings:
    """Return ratings of m competitors, 50 points apart, best first, all intervals ±20."""
    rating = 1000 + 50.0 * np.arange(m)[::-1]
    fields: dict[str, Any] = {
        "competitors": tuple(f"model-{number}" for number in range(1, m + 1)),
        "rating": rating,
        "low": rating - 20,
        "high": rating + 20,
        "std_error": np.full(m, 10.0),
        "rank": np.arange(1.0, m + 1),
        "rank_low": np.arange(1.0, m + 1),
        "rank_high": np.minimum(np.arange(1.0, m + 1) + 1, m),
        "games": np.full(m, 100.0),
        "win_rate": np.linspace(0.8, 0.2, m),
        "status": ("ok",) * m,
        "component": np.zeros(m, np.int64),
        "method": "bradley-terry",
        "settings": {"both_bad": "tie", "cluster": "auto"},
        "interval": "by hand",
        "level": 0.95,
        "comparisons": 50.0 * m,
        "log_loss": 0.6,
        "arena": "Arena",
        "noun": "model",
    }
    return Ratings(**{**fields, **changes})

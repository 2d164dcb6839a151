"""Fixtures and hypothesis strategies that several test modules share."""

import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from ranking.tally import Games

DATASETS = Path(__file__).parents[2] / "shared" / "datasets"

settings.register_profile(
    "podium",
    deadline=None,
    max_examples=int(os.environ.get("PODIUM_EXAMPLES", "40")),
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
settings.load_profile("podium")


@pytest.fixture(scope="session")
def datasets() -> Path:
    """The folder of real logs, where it lies beside the checkout."""
    if not DATASETS.is_dir():
        pytest.skip("the real logs do not lie beside this checkout")
    return DATASETS


def make_games(
    first, second, score, *, votes=None, weight=None, item=None, time=None, names=None
) -> Games:
    """Build a log from plain lists; a score of 1/2 is a tie, others in between are soft."""
    first, second = np.asarray(first, np.int64), np.asarray(second, np.int64)
    score = np.asarray(score, np.float64)
    n, m = len(first), int(max(first.max(), second.max())) + 1
    outcome = np.select([score == 0, score == 0.5, score == 1], [0, 1, 2], 4)
    return Games(
        tuple(names or (chr(65 + at) for at in range(m))),
        first,
        second,
        outcome,
        score,
        np.ones(n) if votes is None else np.asarray(votes, np.float64),
        np.ones(n) if weight is None else np.asarray(weight, np.float64),
        np.full(n, -1) if item is None else np.asarray(item, np.int64),
        np.full(n, -1),
        np.full(n, np.nan) if time is None else np.asarray(time, np.float64),
    )


@st.composite
def games_logs(draw, *, competitors: int = 5, rows: int = 40) -> Games:
    """Draw a log in which everybody scored against the next one, so that ratings are finite."""
    m = draw(st.integers(2, competitors))
    ring = [(at, (at + 1) % m, 1.0) for at in range(m)] + [
        ((at + 1) % m, at, 1.0) for at in range(m)
    ]
    pair = st.tuples(st.integers(0, m - 1), st.integers(1, m - 1), st.sampled_from([0.0, 0.5, 1.0]))
    extra = [(a, (a + b) % m, y) for a, b, y in draw(st.lists(pair, max_size=rows))]
    first, second, score = zip(*(ring + extra), strict=True)
    return make_games(first, second, score)

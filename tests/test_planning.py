"""Planning against published numbers, and the promise of the any-time test."""

import math

import numpy as np
import pytest

from ranking.errors import InputError
from ranking.planning import (
    comparisons_needed,
    comparisons_to_separate,
    evidence_of_difference,
)
from ranking.ratings import POINTS_PER_LOGIT


@pytest.mark.parametrize(
    ("points", "n"), [(10, 9478), (20, 2372), (35, 777), (50, 382), (100, 98), (200, 27)]
)
def test_decisive_comparisons_that_show_a_difference(points, n) -> None:
    """The published table of the planner."""
    assert math.ceil(comparisons_needed(points)) == pytest.approx(n, abs=1)


def test_ties_and_clusters_cost_comparisons() -> None:
    """Half ties double the number; so does a design effect of two; no difference, no end."""
    plain = comparisons_needed(50)
    assert comparisons_needed(50, tie_rate=0.5) == pytest.approx(2 * plain)
    assert comparisons_needed(-50, design_effect=2) == pytest.approx(2 * plain)
    assert comparisons_needed(0) == math.inf
    with pytest.raises(InputError, match="tie rate"):
        comparisons_needed(50, tie_rate=1)


def test_evidence_of_a_worked_example() -> None:
    """15 wins, 5 losses: 3.220601, and 3.298066 with a = 5."""
    assert evidence_of_difference(15, 5) == pytest.approx(3.220601, abs=1e-6)
    assert evidence_of_difference(15, 5, prior=5) == pytest.approx(3.298066, abs=1e-6)


@pytest.mark.parametrize("prior", [1.0, 5.0])
def test_evidence_may_be_watched(prior) -> None:
    """Equal competitors, watched after each of 300 games: the exact chance to pass 20 is < 5%."""
    chance, passed = {0: 1.0}, 0.0
    for n in range(1, 301):
        after: dict[int, float] = {}
        for wins, probability in chance.items():
            for won in (0, 1):
                after[wins + won] = after.get(wins + won, 0.0) + probability / 2
        for wins in list(after):
            if evidence_of_difference(wins, n - wins, prior=prior) >= 20:
                passed += after.pop(wins)
        chance = after
    assert 0.01 < passed < 0.05


def test_further_comparisons_separate_two_competitors() -> None:
    """Simulated: after that many more games, four times in five the interval leaves zero out."""
    gap, std_error = 60.0, 50.0
    more = round(comparisons_to_separate(gap, std_error))
    d, s = gap / POINTS_PER_LOGIT, std_error / POINTS_PER_LOGIT
    p = 1 / (1 + math.exp(-d))
    # What is known already is worth so many comparisons of the two; all are drawn from the truth.
    known = round(1 / (s**2 * p * (1 - p)))
    rng = np.random.default_rng(0)
    wins = rng.binomial(known + more, p, 20_000)
    share = wins / (known + more)
    found = np.log(share / (1 - share)) * np.sqrt((known + more) * share * (1 - share))
    assert np.mean(found > 1.959964) == pytest.approx(0.8, abs=0.02)
    assert comparisons_to_separate(0.0, std_error) == math.inf
    assert comparisons_to_separate(1000.0, 1.0) == 0

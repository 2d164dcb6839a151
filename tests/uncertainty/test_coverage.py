"""Intervals hold the truth as often as they say: the guard of docs/coverage.md."""

import pytest

from benchmarks.coverage import SCENARIOS, Covered, methods, simulate

LOGS = 200


def covered(key: str, *names: str) -> dict[str, Covered]:
    """Rate logs of a scenario by some of its methods."""
    every = methods(SCENARIOS[key])
    wanted = {name: every[name] for name in names}
    return simulate(SCENARIOS[key], LOGS, rated_by=wanted, resampled_by={})


@pytest.fixture(scope="module")
def clustered() -> dict[str, Covered]:
    return covered("C", "HC0", "CR1 by item")


def test_clustered_intervals_hold_their_level(clustered) -> None:
    """Where items sway results, CR1 with t quantiles covers as it says, for every competitor."""
    assert 0.93 <= clustered["CR1 by item"].mean <= 0.97
    assert clustered["CR1 by item"].worst >= 0.89


def test_independent_intervals_fail_on_items(clustered) -> None:
    """There HC0 covers too seldom, most of all for one of the competitors."""
    assert clustered["HC0"].mean < 0.94
    assert clustered["HC0"].worst < 0.88


def test_model_based_intervals_are_too_wide_with_ties() -> None:
    """Where a third are ties, the Hessian's intervals cover too often."""
    assert covered("B", "Hessian")["Hessian"].mean > 0.97

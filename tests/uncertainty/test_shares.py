"""Intervals of shares: Wilson's where comparisons are independent, honest where they are not."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from ranking.uncertainty.shares import effective_comparisons, share_limits

TIGHT = 1e-9


@pytest.mark.parametrize(("wins", "n"), [(0, 5), (1, 13), (7, 10), (52, 84), (30, 30)])
@pytest.mark.parametrize("level", [0.8, 0.95, 0.99])
def test_wins_and_losses_give_wilsons_interval(wins, n, level) -> None:
    """Without ties it is scipy's Wilson interval."""
    p = wins / n
    low, high = share_limits(p, n, p * (1 - p), level=level)
    exact = binomtest(wins, n).proportion_ci(level, method="wilson")
    assert low == pytest.approx(exact.low, abs=TIGHT)
    assert high == pytest.approx(exact.high, abs=TIGHT)


@given(
    p=st.floats(0, 1), n=st.floats(0.1, 1e6), spread=st.floats(0, 1), level=st.floats(0.5, 0.999)
)
def test_limits_enclose_the_share(p, n, spread, level) -> None:
    """Every interval holds its share, lies in [0, 1] and has a width."""
    low, high = share_limits(p, n, spread * p * (1 - p), level=level)
    assert 0 <= low <= p <= high <= 1
    assert high > low


def test_ties_narrow_the_interval() -> None:
    """A score of one half made of ties is better known than one made of wins and losses."""
    decided = np.diff(share_limits(0.5, 100, 0.25))
    tied = np.diff(share_limits(0.5, 100, 0.05))
    assert 0 < tied < 0.6 * decided


def test_no_comparison_no_limits() -> None:
    """Nothing is known of nothing."""
    assert np.isnan(share_limits(np.nan, 0, np.nan)).all()


def test_few_clusters_are_worth_few_comparisons() -> None:
    """The design effect divides, few clusters cost more; singletons and one cluster are free."""
    n = effective_comparisons(
        [100, 100, 100, 100, 100], [1, 4, 1, 1, 0.5], [100, 60, 3, 1, 100], level=0.95
    )
    assert n[0] == n[3] == n[4] == 100
    assert 24 < n[1] < 25
    assert n[2] == pytest.approx(100 * (1.984217 / 4.302653) ** 2, rel=1e-5)


def test_coverage_of_ties_and_small_samples() -> None:
    """The interval of a share of 12 comparisons with ties covers the truth about as promised."""
    rng = np.random.default_rng(5)
    chance = np.array([0.5, 0.3, 0.2])
    truth = float(chance @ [1, 0.5, 0])
    score = np.array([1, 0.5, 0])[rng.choice(3, (20_000, 12), p=chance)]
    share = score.mean(axis=1)
    low, high = share_limits(share, 12, score.var(axis=1))
    assert 0.94 < ((low <= truth) & (truth <= high)).mean() < 0.985

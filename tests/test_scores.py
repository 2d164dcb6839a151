"""Scalar scores against the published example."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.scores import (
    detectable_difference,
    items_needed,
    mean_score,
    paired_difference,
    wilson_interval,
)

A = [1, 1, 0, 1, 0, 0, 1, 1]
B = [1, 0, 0, 1, 0, 0, 1, 0]
CLUSTERS = [0, 0, 0, 1, 1, 1, 2, 2]
PUBLISHED = 1e-6


def test_a_mean_and_its_errors() -> None:
    """Mean .625, standard error .182981, clustered .158686."""
    assert mean_score(A).mean == 0.625
    assert mean_score(A).std_error == pytest.approx(0.182981, abs=PUBLISHED)
    assert mean_score(A, CLUSTERS).std_error == pytest.approx(0.158686, abs=PUBLISHED)


def test_a_paired_difference() -> None:
    """Difference .25, standard error .163663, clustered .130461."""
    assert paired_difference(A, B).mean == 0.25
    assert paired_difference(A, B).std_error == pytest.approx(0.163663, abs=PUBLISHED)
    assert paired_difference(A, B, CLUSTERS).std_error == pytest.approx(0.130461, abs=PUBLISHED)


def test_items_that_show_a_difference() -> None:
    """omega^2 = 1/9 and 3 points take 969 items; noisy answers 3876, ten of each 1260."""
    assert items_needed(0.03, variance=1 / 9) == pytest.approx(968.997, abs=0.001)
    noisy = {"noise_a": 1 / 6, "noise_b": 1 / 6}
    assert items_needed(0.03, variance=1 / 9, **noisy) == pytest.approx(3876, abs=0.5)
    ten = items_needed(0.03, variance=1 / 9, **noisy, answers_a=10, answers_b=10)
    assert ten == pytest.approx(1260, abs=0.5)


@given(
    st.lists(st.tuples(st.floats(0, 1), st.integers(0, 3)), min_size=3, max_size=20).filter(
        lambda rows: len({c for _, c in rows}) > 1
    )
)
def test_clustered_errors_are_never_imaginary(rows) -> None:
    """Whatever the data, the clustered standard error is a number at least zero."""
    scores, clusters = zip(*rows, strict=True)
    assert mean_score(scores, clusters).std_error >= 0


def test_singleton_clusters_change_nothing() -> None:
    """Every item its own cluster: the plain standard error."""
    alone = mean_score(A, np.arange(len(A))).std_error
    assert alone == pytest.approx(mean_score(A).std_error)


def test_the_detectable_difference_is_the_inverse_of_the_items() -> None:
    """So many items as a difference needs show just that difference."""
    n = items_needed(0.03, variance=1 / 9, noise_a=0.2, answers_a=3, design_effect=1.95)
    found = detectable_difference(n, variance=1 / 9, noise_a=0.2, answers_a=3, design_effect=1.95)
    assert found == pytest.approx(0.03)
    assert items_needed(0.0, variance=1) == math.inf


@given(st.integers(0, 30), st.integers(0, 30))
def test_wilson_limits_are_where_the_score_test_rejects(wins, losses) -> None:
    """At either limit the score test of that share has exactly the level's quantile."""
    n = wins + losses
    if not n:
        return
    low, high = wilson_interval(wins / n, n)
    assert 0 <= low <= wins / n <= high <= 1
    for limit in (low, high):
        if 0 < limit < 1:
            z = (wins / n - limit) / math.sqrt(limit * (1 - limit) / n)
            assert abs(z) == pytest.approx(1.959964, abs=1e-4)


def test_limits_need_scores_that_vary() -> None:
    """t limits with the clusters' degrees of freedom; none where nothing varies."""
    low, high = mean_score(A, CLUSTERS).limits(0.95)
    assert high - low == pytest.approx(2 * 4.302653 * 0.158686, abs=1e-5)  # t with 2 df
    assert all(math.isnan(limit) for limit in mean_score([1, 1, 1]).limits())
    assert math.isnan(mean_score([1, 1, 1]).p_value)
    assert mean_score([-1, 1, -1, 1]).p_value == pytest.approx(1.0)

"""Affinity entropy against published values, the clone theorem and Monte Carlo."""

import numpy as np
import pytest

from ranking.equilibria import (
    Affinity,
    affinity_entropy,
    affinity_target,
    near_clones,
    noise_width,
)
from ranking.equilibria.affinity import dirichlet_distance, largest_distance
from ranking.errors import InputError
from tests.equilibria.games import EXACT, SKEWED, arena, repeated, scored, won

FIRST_TWO_ALIKE = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]], float)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_the_entropy_depends_on_the_mass_of_a_class_only(exponent) -> None:
    """Any split between exact clones has the entropy of the game without the clone."""
    expected = {0.0: 1.0296530141, 0.5: 0.7853742461, 1.0: 0.62}[exponent]
    for mix in ([0.25, 0.25, 0.3, 0.2], [0.05, 0.45, 0.3, 0.2]):
        found = affinity_entropy(np.array(mix), FIRST_TWO_ALIKE, exponent)
        assert found == pytest.approx(expected, abs=1e-10)
    alone = affinity_entropy(np.array([0.5, 0.3, 0.2]), np.eye(3), exponent)
    assert alone == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_the_target_counts_a_clone_once(exponent) -> None:
    """T10: two rocks, paper, scissors: 1/6, 1/6, 1/3, 1/3; without one, uniform."""
    found = affinity_target(FIRST_TWO_ALIKE, exponent)
    np.testing.assert_allclose(found, [1 / 6, 1 / 6, 1 / 3, 1 / 3], atol=1e-5)
    one_rock = affinity_target(FIRST_TWO_ALIKE[1:, 1:], exponent)
    np.testing.assert_allclose(one_rock, [1 / 3] * 3, atol=EXACT)
    no_scissors = affinity_target(FIRST_TWO_ALIKE[:3, :3], exponent)
    np.testing.assert_allclose(no_scissors, [0.25, 0.25, 0.5], atol=1e-5)


def test_published_values() -> None:
    """T10: Shannon's limit at the uniform mix, and a near clone."""
    assert affinity_entropy(np.full(4, 0.25), FIRST_TWO_ALIKE, 0.0) == pytest.approx(
        1.03972077, abs=1e-8
    )
    near = np.array([[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]])
    target = affinity_target(near)
    np.testing.assert_allclose(target, [0.250346, 0.250346, 0.499308], atol=1e-6)
    assert affinity_entropy(target, near) == pytest.approx(0.5006916, abs=1e-7)


@pytest.mark.parametrize("exponent", [0.0, 0.5, 1.0])
def test_the_target_beats_every_other_mix(exponent) -> None:
    """Over kernels of random points, wide ones too, no mix drawn has a higher entropy."""
    rng = np.random.default_rng(4)
    for width in (0.01, 0.2, 1.0):
        kernel = Affinity(width=width).affinity(rng.random((12, 3)))
        best = affinity_entropy(affinity_target(kernel, exponent), kernel, exponent)
        for mix in rng.dirichlet(np.ones(12), 50):
            assert affinity_entropy(mix, kernel, exponent) <= best + 1e-9


def test_without_likeness_the_entropies_are_the_ordinary_ones() -> None:
    """With K = I: Shannon's, and Tsallis's of order 2; a pure choice has none."""
    mix = np.array([0.5, 0.3, 0.2])
    assert affinity_entropy(mix, np.eye(3), 0.0) == pytest.approx(-(mix * np.log(mix)).sum())
    assert affinity_entropy(mix, np.eye(3), 1.0) == pytest.approx(1 - (mix**2).sum())
    kernel = np.array([[1, 0.9, 0], [0.9, 1, 0], [0, 0, 1]])
    for exponent in (0.0, 0.5, 1.0):
        assert affinity_entropy(np.eye(3)[1], kernel, exponent) == pytest.approx(0)


def test_the_closed_form_equals_sampling() -> None:
    """The mean square difference over flat Dirichlet mixes, without drawing any."""
    rng = np.random.default_rng(5)
    payoff = rng.normal(size=(4, 3, 5))
    x, y = rng.dirichlet(np.ones(3), 40_000), rng.dirichlet(np.ones(5), 40_000)
    played = np.einsum("aij,ki,kj->ka", payoff, x, y)
    sampled = ((played[:, :, None] - played[:, None, :]) ** 2).mean(axis=0)
    np.testing.assert_allclose(dirichlet_distance(payoff) ** 2, sampled, rtol=0.03)


def test_distances_are_exact_where_they_matter() -> None:
    """Screening a few coordinates first changes no distance that the kernel can see."""
    rng = np.random.default_rng(6)
    rows = rng.normal(size=(10, 300))
    rows[7] = rows[2] + 1e-4 * rng.normal(size=300)
    whole = np.abs(rows[:, None] - rows[None]).max(axis=2)
    np.testing.assert_array_equal(largest_distance(rows), whole)
    screened = largest_distance(rows, beyond=0.01)
    assert screened[2, 7] == screened[7, 2] == whole[2, 7]
    assert (screened[whole > 0.01] > 0.01).all()


def test_the_default_kernel_is_unmoved_by_clones_and_dirichlet_is_not() -> None:
    """Cloning competitors leaves the affinities of tasks alone only under the largest distance."""
    rate, _ = arena(6, 12)
    game = won(rate)
    larger = repeated(game, competitors=[0, 0, 0])
    for kernel, same in (("largest", True), ("dirichlet", False)):
        affinity = Affinity(width=0.2, kernel=kernel)
        before, after = affinity.kernels(game)[0], affinity.kernels(larger)[0]
        assert bool(np.abs(before - after).max() < 1e-12) is same


def test_near_clones_are_listed_the_closest_first() -> None:
    """Competitors closer than the noise are listed with their distance; others are not."""
    rows = np.array([[0.0, 1, 0], [0.02, 1, 0], [0, 1, 0.01], [0.5, 0, 1]])
    found = near_clones("abcd", rows, Affinity(width=0.02))
    assert [(each.first, each.second) for each in found] == [("a", "c"), ("a", "b"), ("b", "c")]
    assert found[0].distance == pytest.approx(0.01)
    assert found[0].affinity == pytest.approx(np.exp(-0.125))


def test_the_width_that_fits_the_noise() -> None:
    """With N comparisons a cell the margin's difference has a standard error of sqrt(2 / N)."""
    rng = np.random.default_rng(7)
    margin = 2 * rng.binomial(50, 0.5, (2, 20_000)) / 50 - 1
    assert noise_width(50) == pytest.approx((margin[0] - margin[1]).std(), rel=0.03)


def test_clones_with_noise_stay_alike_at_the_width_for_all_cells() -> None:
    """Measured on 480 cells, two true clones lie about one width apart, not three or four."""
    rng = np.random.default_rng(8)
    margin = 2 * rng.binomial(100, 0.5, (2, 400, 480)) / 100 - 1
    largest = np.median(np.abs(margin[0] - margin[1]).max(axis=1))
    assert noise_width(100, 480) == pytest.approx(largest, rel=0.05)


def test_settings_are_checked() -> None:
    """A width of 0, an unknown kernel, an exponent outside [0, 1] or no comparisons are refused."""
    for settings in ({"width": 0.0}, {"kernel": "square"}, {"exponent": 2.0}):
        with pytest.raises(InputError):
            Affinity(**settings)
    for arguments in ((0,), (10, 0)):
        with pytest.raises(InputError, match="comparisons"):
            noise_width(*arguments)


def test_targets_of_an_arena_without_clones_are_uniform() -> None:
    """With the default width nothing is alike, and the target is uniform."""
    tasks, competitors = Affinity().targets(scored(SKEWED))
    np.testing.assert_array_equal(tasks, np.full(3, 1 / 3))
    np.testing.assert_array_equal(competitors, np.full(5, 0.2))

"""Bootstraps of cells and of scores against the sandwich and against refits."""

import numpy as np
import pytest

from ranking.errors import InputError
from ranking.laplacian import inverse, laplacian
from ranking.newton import fit_strengths
from ranking.tally import Tally
from ranking.uncertainty.bootstrap import bootstrap_strengths, score_draws
from ranking.uncertainty.intervals import BOOTSTRAPS
from ranking.uncertainty.sandwich import hc0_weights, information_weights
from tests.conftest import make_games
from tests.methods.test_spectral import log

M, ROWS = 20, 4000  # the size at which the accuracy of chord steps is known


@pytest.fixture(scope="module")
def fitted():
    """A tally, its pairs and strengths, its meat and its HC0 covariance."""
    tally = make_games(*log(m=M, rows=ROWS, tie_rate=0.3)).tally()
    return (tally, *fit_of(tally))


def fit_of(tally):
    pairs = tally.pairs()
    strength, _ = fit_strengths(pairs)
    edges = (pairs.m, pairs.first, pairs.second)
    bread = inverse(*edges, information_weights(pairs, strength))
    meat = laplacian(*edges, hc0_weights(pairs, strength))
    return pairs, strength, meat, bread @ meat @ bread


def test_score_draws_have_the_covariance_of_the_sandwich(fitted) -> None:
    """20,000 draws: every variance within 3% of V, and no draw leaves the sum-zero gauge."""
    _, pairs, strength, meat, covariance = fitted
    drawn = score_draws(pairs, strength, meat, draws=20_000, seed=1)
    np.testing.assert_allclose(np.var(drawn, axis=0), np.diag(covariance), rtol=0.03)
    assert np.abs(np.cov(drawn.T) - covariance).max() < 0.03 * np.diag(covariance).max()
    np.testing.assert_allclose(drawn.sum(axis=1), 0, atol=1e-10)
    np.testing.assert_allclose(drawn.mean(axis=0), strength, atol=0.01)


def test_score_draws_with_fewer_clusters_than_competitors(fitted) -> None:
    """A meat of low rank gives draws of its own covariance."""
    _, pairs, strength, _, _ = fitted
    scores = np.random.default_rng(0).normal(0, 5, (7, M))
    scores -= scores.mean(axis=1, keepdims=True)
    meat = scores.T @ scores
    bread = inverse(M, pairs.first, pairs.second, information_weights(pairs, strength))
    drawn = score_draws(pairs, strength, meat, draws=20_000)
    expected = np.diag(bread @ meat @ bread)
    np.testing.assert_allclose(np.var(drawn, axis=0), expected, rtol=0.04)


def test_further_steps_of_a_score_draw_solve_the_score_equation(fitted) -> None:
    """After some chord steps the gradient of the log-likelihood is minus the drawn score."""
    _, pairs, strength, meat, _ = fitted
    drawn = score_draws(pairs, strength, meat, draws=50, steps=8, seed=2)
    linear = score_draws(pairs, strength, meat, draws=50, steps=1, seed=2)
    pushes = (linear - strength) @ laplacian(
        M, pairs.first, pairs.second, information_weights(pairs, strength)
    )
    for theta, push in zip(drawn, pushes, strict=True):
        p = 1 / (1 + np.exp(theta[pairs.second] - theta[pairs.first]))
        flow = pairs.score - pairs.weight * p
        gradient = np.bincount(pairs.first, flow, M) - np.bincount(pairs.second, flow, M)
        np.testing.assert_allclose(gradient, -push, atol=1e-4)


@pytest.mark.parametrize("kind", BOOTSTRAPS)
def test_chord_steps_come_close_to_refits(fitted, kind) -> None:
    """Mean distance from the refit: a tenth of a standard error after one step, .01 after three."""
    tally, _, strength, _, covariance = fitted
    error = np.sqrt(np.diag(covariance))
    refits = bootstrap_strengths(tally, strength, kind=kind, draws=200, steps="exact")
    for steps, mean, largest in ((1, 0.1, 1.0), (3, 0.01, 0.1)):
        drawn = bootstrap_strengths(tally, strength, kind=kind, draws=200, steps=steps)
        distance = np.abs(drawn - refits) / error
        assert distance.mean() < mean and distance.max() < largest


@pytest.mark.parametrize("kind", BOOTSTRAPS)
def test_spread_of_replicates_is_the_sandwich(fitted, kind) -> None:
    """With 2,000 replicates, standard deviations lie within 6% of HC0's errors."""
    tally, _, strength, _, covariance = fitted
    drawn = bootstrap_strengths(tally, strength, kind=kind, draws=2000, seed=3)
    np.testing.assert_allclose(drawn.std(axis=0), np.sqrt(np.diag(covariance)), rtol=0.06)


@pytest.mark.parametrize("kind", BOOTSTRAPS)
def test_weights_enter_by_their_squares(kind) -> None:
    """Where a few rows weigh more, replicates vary as the weighted HC0 says."""
    first, second, score = log(m=5, rows=1500, tie_rate=0.2, seed=5)
    weight = np.random.default_rng(0).choice([0.5, 1.0, 4.0], 1500)
    tally = make_games(first, second, score, weight=weight).tally()
    _, strength, _, covariance = fit_of(tally)
    drawn = bootstrap_strengths(tally, strength, kind=kind, draws=2000)
    np.testing.assert_allclose(drawn.std(axis=0), np.sqrt(np.diag(covariance)), rtol=0.07)


def test_gamma_replicates_are_finite_where_the_fit_is() -> None:
    """One upset holds the rating: no Gamma replicate loses it, multinomial ones do."""
    tally = Tally.from_cells(("A", "B"), [0, 0], [1, 1], [2, 0], [9, 1])
    strength = np.array([0.5, -0.5]) * np.log(9)
    exact = bootstrap_strengths(tally, strength, kind="gamma", draws=300, steps="exact")
    assert np.isfinite(exact).all()
    lost = bootstrap_strengths(tally, strength, kind="multinomial", draws=300, steps="exact")
    top = np.isclose(lost[:, 0], lost[:, 0].max())
    assert np.isfinite(lost).all() and 0.25 < top.mean() < 0.45  # .9^10 = .35 without the upset


@pytest.mark.parametrize("kind", BOOTSTRAPS)
@pytest.mark.parametrize("steps", [1, 3, 8])
def test_a_rare_upset_drawn_more_often_does_not_overshoot(kind, steps) -> None:
    """Chord steps with much too little information are shortened: no replicate runs away."""
    tally = Tally.from_cells(("A", "B"), [0, 0], [1, 1], [2, 0], [99, 1])
    strength = np.array([0.5, -0.5]) * np.log(99)
    drawn = bootstrap_strengths(tally, strength, kind=kind, draws=500, steps=steps)
    gap = drawn[:, 0] - drawn[:, 1]
    assert gap.max() < 40
    if steps > 1:
        assert gap.min() > 1  # ten upsets in a hundred would be 2.2


@pytest.mark.parametrize("kind", BOOTSTRAPS)
@pytest.mark.parametrize("steps", [1, 3, "exact"])
def test_a_tiny_log_has_finite_replicates(kind, steps) -> None:
    """Two comparisons, of which a Poisson replicate may draw none."""
    tally = Tally.from_cells(("A", "B"), [0, 0], [1, 1], [2, 0])
    drawn = bootstrap_strengths(tally, np.zeros(2), kind=kind, draws=100, steps=steps)
    assert np.isfinite(drawn).all()


def test_components_are_drawn_apart() -> None:
    """Each group sums to zero in every replicate; who never played has none."""
    tally = Tally.from_cells(
        tuple("ABCDE"), [0, 0, 2, 2], [1, 1, 3, 3], [2, 0, 2, 0], [30, 20, 5, 9]
    )
    strength = np.array([0.2, -0.2, -0.3, 0.3, np.nan])
    drawn = bootstrap_strengths(tally, strength, draws=50)
    np.testing.assert_allclose(drawn[:, 0] + drawn[:, 1], 0, atol=1e-12)
    np.testing.assert_allclose(drawn[:, 2] + drawn[:, 3], 0, atol=1e-12)
    assert np.isnan(drawn[:, 4]).all()


def test_a_seed_gives_the_same_replicates(fitted) -> None:
    """Same seed, same draws; another seed, others."""
    tally, _, strength, _, _ = fitted
    one, again, other = (
        bootstrap_strengths(tally, strength, draws=5, seed=seed) for seed in (4, 4, 5)
    )
    np.testing.assert_array_equal(one, again)
    assert (one != other).any()


def test_what_cannot_be_drawn_is_said(fitted) -> None:
    """An unknown kind, no draws, soft outcomes and an empty log: one plain sentence each."""
    tally, _, strength, _, _ = fitted
    with pytest.raises(InputError, match="not 'jackknife'"):
        bootstrap_strengths(tally, strength, kind="jackknife")
    with pytest.raises(InputError, match="at least one"):
        bootstrap_strengths(tally, strength, draws=0)
    with pytest.raises(InputError, match="soft"):
        bootstrap_strengths(make_games([0, 0], [1, 1], [0.3, 0.6]).tally(), np.zeros(2))
    with pytest.raises(InputError, match="no comparisons"):
        bootstrap_strengths(Tally.from_cells(("A", "B"), [], [], []), np.zeros(2))

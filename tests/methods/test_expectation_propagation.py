"""Expectation propagation against choix, exact integrals and the likelihood."""

import warnings

import choix
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import expit, log_expit

from ranking.errors import ConvergenceError, DisconnectedWarning, InputError, SeparationWarning
from ranking.methods import BradleyTerry
from ranking.methods.expectation_propagation import ExpectationPropagation, tilted_derivatives
from ranking.ratings import POINTS_PER_LOGIT
from ranking.tally import Tally
from tests.conftest import make_games
from tests.methods.test_spectral import log, strengths

CHOIX = 5e-3  # its logistic is a mixture of five probits, its threshold 1e-4
EXACT = 1e-6  # the quadrature


def sum_zero(covariance):
    centred = np.eye(len(covariance)) - 1 / len(covariance)
    return centred @ covariance @ centred


@pytest.mark.parametrize("ridge", [0.1, 1.0])
def test_the_posterior_is_that_of_choix(ridge) -> None:
    """Means and covariance of choix, which goes through the rows one by one."""
    first, second, score = log(rows=200)
    data = [(i, j) if y else (j, i) for i, j, y in zip(first, second, score, strict=True)]
    np.random.seed(0)  # choix visits rows in a random order of numpy's global generator
    mean, covariance = choix.ep_pairwise(6, data, ridge)
    ratings = ExpectationPropagation(ridge=ridge).rate(make_games(first, second, score))
    np.testing.assert_allclose(strengths(ratings), mean - mean.mean(), atol=CHOIX)
    np.testing.assert_allclose(
        ratings.covariance / POINTS_PER_LOGIT**2, sum_zero(covariance), atol=CHOIX / 10
    )


@pytest.mark.parametrize("score", [1.0, 0.5, 0.0])
def test_one_comparison_has_the_exact_posterior(score) -> None:
    """With a single factor, mean and variance are those of the integral."""

    def density(d, power):
        return d**power * np.exp(-d * d * 0.1 / 4 + score * d + log_expit(-d))

    total, first, second = (
        quad(density, -60, 60, args=(power,), epsabs=1e-13, limit=400)[0] for power in range(3)
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SeparationWarning)
        ratings = ExpectationPropagation().rate(make_games([0], [1], [score]))
    gap = np.array([1.0, -1.0])
    assert gap @ strengths(ratings) == pytest.approx(first / total, abs=EXACT)
    variance = gap @ ratings.covariance @ gap / POINTS_PER_LOGIT**2
    assert variance == pytest.approx(second / total - (first / total) ** 2, abs=EXACT)


@given(
    st.floats(-12, 12), st.floats(0.01, 40), st.floats(0.1, 5), st.sampled_from([0, 0.3, 0.5, 1])
)
def test_moments_of_a_tilted_density(mean, variance, weight, score) -> None:
    """Its two derivatives are those that an adaptive integral finds."""
    spread = np.sqrt(variance)

    def moment(function):
        def integrand(x):
            likelihood = weight * (score * x + log_expit(-x))
            return function(x) * np.exp(likelihood - (x - mean) ** 2 / (2 * variance) - shift)

        grid = np.linspace(mean - 60 * spread, mean + 60 * spread, 4001)
        shift = (
            weight * (score * grid + log_expit(-grid)) - (grid - mean) ** 2 / (2 * variance)
        ).max()
        return np.trapezoid(integrand(grid), grid)

    total = moment(np.ones_like)
    slope = moment(lambda x: weight * (score - expit(x))) / total
    square = moment(lambda x: (weight * (score - expit(x))) ** 2) / total
    bend = moment(lambda x: -weight * expit(x) * expit(-x)) / total
    found = tilted_derivatives(*(np.array([v], float) for v in (mean, variance, weight, score)))
    np.testing.assert_allclose(
        np.ravel(found), [slope, bend + square - slope**2], atol=EXACT, rtol=EXACT
    )


def test_much_evidence_drowns_the_prior() -> None:
    """With many comparisons the posterior is the likelihood's normal approximation."""
    games = make_games(*log(rows=20_000))
    posterior = ExpectationPropagation().rate(games)
    likelihood = BradleyTerry(interval="hessian", cluster="none").rate(games)
    np.testing.assert_allclose(posterior.rating, likelihood.rating, atol=0.1)
    np.testing.assert_allclose(posterior.std_error, likelihood.std_error, rtol=2e-3)


def test_votes_are_rows() -> None:
    """Rows given four times and rows of four votes have the same posterior."""
    first, second, score = log(rows=50, tie_rate=0.3)
    repeated = make_games(np.tile(first, 4), np.tile(second, 4), np.tile(score, 4))
    votes = make_games(first, second, score, votes=np.full(50, 4.0))
    one, other = (ExpectationPropagation().rate(games) for games in (repeated, votes))
    np.testing.assert_allclose(one.rating, other.rating, atol=1e-4)
    np.testing.assert_allclose(one.covariance, other.covariance, atol=1e-3)


@pytest.mark.parametrize("ridge", [0.1, 1e-3])
def test_sparse_one_sided_logs_settle(ridge) -> None:
    """Where renewing all factors at once overshoots, shorter steps reach the fixed point."""
    first, second, score = log(m=30, rows=120, seed=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        ratings = ExpectationPropagation(ridge=ridge).rate(make_games(first, second, score))
    assert np.isfinite(ratings.rating).all() and (ratings.std_error > 0).all()


def test_somebody_unbeaten_has_a_posterior() -> None:
    """The prior bounds both ends, and the result says so."""
    with pytest.warns(SeparationWarning, match="never beaten: A"):
        ratings = ExpectationPropagation().rate(make_games([0, 0, 1, 2], [1, 2, 2, 1], [1] * 4))
    assert ratings.status[0] == "unbeaten"
    assert np.isfinite([ratings.low, ratings.high, ratings.std_error]).all()


def test_groups_that_never_met_are_rated_apart() -> None:
    """Two groups: each has mean 1000, and no covariance joins them."""
    games = make_games([0, 1, 2, 3, 2], [1, 0, 3, 2, 3], [1, 1, 1, 1, 1])
    with pytest.warns(DisconnectedWarning):
        ratings = ExpectationPropagation().rate(games)
    np.testing.assert_allclose(ratings.rating[[0, 1]], 1000)
    assert not ratings.covariance[:2, 2:].any()


def test_what_cannot_be_rated_is_said(monkeypatch) -> None:
    """No rows, an impossible prior, factors that do not settle: one plain sentence each."""
    with pytest.raises(InputError, match="no comparisons"):
        ExpectationPropagation().rate(Tally.from_cells(("A", "B"), [], [], []))
    with pytest.raises(InputError, match="ridge"):
        ExpectationPropagation(ridge=0.0)
    with pytest.raises(InputError, match="level"):
        ExpectationPropagation(level=0.0)
    monkeypatch.setattr("ranking.methods.expectation_propagation._ITERATIONS", 1)
    with pytest.raises(ConvergenceError, match="did not settle"):
        ExpectationPropagation().rate(make_games(*log()))

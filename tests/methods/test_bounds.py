"""One-sided bounds against closed forms and a brute-force profile likelihood."""

import numpy as np
import pytest
from scipy.optimize import minimize, minimize_scalar

from ranking.laplacian import inverse
from ranking.newton import fit_strengths
from ranking.tally import Tally
from ranking.uncertainty.bounds import unbeaten_bound
from ranking.uncertainty.sandwich import information_weights

RIDGE = 0.1


def bound(tally: Tally, level: float = 0.95) -> tuple[float, np.ndarray]:
    pairs = tally.pairs()
    theta, _ = fit_strengths(pairs, ridge=RIDGE)
    weights = information_weights(pairs, theta)
    bread = inverse(pairs.m, pairs.first, pairs.second, weights, ridge=RIDGE)
    return unbeaten_bound(pairs, theta, bread, weights, 0, level=level, sign=1), theta


def test_bound_against_a_well_known_opponent_has_a_closed_form() -> None:
    """Five wins over opponents of known strength: the loss at the bound is chi-squared / 2."""
    many = 10_000_000
    tally = Tally.from_cells(
        ("A", "B", "C"), [0, 1, 1], [1, 2, 2], [2, 2, 0], votes=[5, many, many]
    )
    lower, theta = bound(tally)
    # B and C are the same; the prior holds their mean, which A's wins move by a known amount.
    pairs = tally.pairs()
    assert pairs.votes.sum() == 2 * many + 5

    def loss(b: float) -> float:
        return 5 * np.logaddexp(0, b - lower) + 0.5 * RIDGE * 2 * b * b

    best = minimize_scalar(loss)
    assert 2 * best.fun == pytest.approx(3.841459, abs=1e-3)
    assert theta[1] == pytest.approx(theta[2], abs=1e-5)


def test_bound_is_close_to_the_exact_profile_likelihood() -> None:
    """A-B 30:0, B-C 20:15, A-C 12:0: within a few points of a brute-force profile."""
    tally = Tally.from_cells(
        ("A", "B", "C"), [0, 1, 1, 0], [1, 2, 2, 2], [2, 2, 0, 2], votes=[30, 20, 15, 12]
    )
    lower, _ = bound(tally)

    def loss(x: float, bc: np.ndarray) -> float:
        b, c = bc
        return (
            30 * np.logaddexp(0, b - x)
            + 12 * np.logaddexp(0, c - x)
            + 35 * np.logaddexp(0, b - c)
            - 20 * (b - c)
            + 0.5 * RIDGE * (b * b + c * c)
        )

    def profile(x: float) -> float:
        return float(minimize(lambda bc: loss(x, bc), np.zeros(2)).fun)

    assert 2 * (profile(lower) - profile(60.0)) == pytest.approx(3.841459, abs=0.15)


def test_bound_falls_as_the_level_rises() -> None:
    """A higher level gives a lower limit."""
    tally = Tally.from_cells(("A", "B", "C"), [0, 1, 1], [1, 2, 2], [2, 2, 0], votes=[5, 30, 30])
    assert bound(tally, 0.99)[0] < bound(tally, 0.9)[0]

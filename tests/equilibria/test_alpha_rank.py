"""alpha-Rank against published distributions, an eigenvector and its limits."""

import sys

import numpy as np
import pytest

from ranking.equilibria import alpha_rank
from ranking.equilibria.alpha_rank import _local, _stationary
from ranking.errors import ConvergenceError, InputError
from tests.equilibria.games import EXACT, LADDER, ROCK_PAPER_SCISSORS, WEIGHTED

CLONED = ROCK_PAPER_SCISSORS[[0, 1, 2, 0]][:, [0, 1, 2, 0]]


def han(r=1.0, t=2.0, p=0.0, s=-1.0, d=4.0, e=0.25):
    """The repeated game with commitments of Han et al."""
    return np.array(
        [
            [r - e / 2, r - e, 0, s + d - e, r - e],
            [r, r, s, s, s],
            [0, t, p, p, p],
            [t - d, t, p, p, p],
            [r, t, p, p, p],
        ]
    )


def test_a_published_distribution() -> None:
    """T6: selection within the whole population, as in OpenSpiel's test."""
    found = alpha_rank(han(), intensity=0.1, population=20, selection="population")
    expected = [0.40966787, 0.07959841, 0.20506998, 0.08505983, 0.2206039]
    np.testing.assert_allclose(found.mass, expected, atol=1e-8)


@pytest.mark.parametrize(
    ("payoff", "intensity", "mass"),
    [
        (ROCK_PAPER_SCISSORS, 1.0, [1 / 3] * 3),
        (CLONED, 1.0, [0.2, 0.4, 0.2, 0.2]),
        (CLONED, np.inf, [0.201597, 0.397186, 0.199621, 0.201597]),
        (WEIGHTED, 0.1, [0.512396, 0.205865, 0.281739]),
    ],
    ids=["T1", "T1 clone", "T1 clone in the limit", "T2"],
)
def test_toy_games(payoff, intensity, mass) -> None:
    """Cycles are even, a clone inflates the one that beats it, weights count."""
    np.testing.assert_allclose(alpha_rank(payoff, intensity=intensity).mass, mass, atol=1e-6)


def test_the_distribution_is_stationary() -> None:
    """The masses are the left eigenvector of the chain written out."""
    rng = np.random.default_rng(13)
    payoff = rng.normal(size=(6, 6))
    takeover = _local(payoff, 0.05, 50)
    chain = takeover / 5
    np.fill_diagonal(chain, 0)
    chain += np.diag(1 - chain.sum(axis=1))
    mass = alpha_rank(payoff, intensity=0.05).mass
    np.testing.assert_allclose(mass @ chain, mass, atol=EXACT)
    assert mass.sum() == pytest.approx(1)


def test_masses_of_any_size_keep_their_digits() -> None:
    """Two states that leave each other at rates 1 and 1e-200 hold masses in that ratio."""
    mass = _stationary(np.array([[0, 1e-200], [1, 0]]))
    assert mass[1] == pytest.approx(1e-200)


def test_the_sweep_ends_where_the_order_is_settled() -> None:
    """By default a ladder is ranked in its order, at some finite intensity."""
    found = alpha_rank(LADDER)
    assert (np.diff(found.mass) < 0).all()
    assert 0 < found.intensity < np.inf


def test_relabelling_moves_the_masses_along() -> None:
    """Masses follow the competitors."""
    rng = np.random.default_rng(14)
    payoff, order = rng.normal(size=(5, 5)), rng.permutation(5)
    base = alpha_rank(payoff, intensity=1.0).mass
    moved = alpha_rank(payoff[order][:, order], intensity=1.0).mass
    np.testing.assert_allclose(moved, base[order], atol=EXACT)


def test_settings_are_checked(monkeypatch) -> None:
    """Payoffs, population and intensity are checked; an order that never settles is an error."""
    with pytest.raises(InputError, match="square"):
        alpha_rank(np.zeros((2, 3)))
    with pytest.raises(InputError, match="population"):
        alpha_rank(LADDER, population=1)
    with pytest.raises(InputError, match="intensity"):
        alpha_rank(LADDER, intensity=0.0)
    monkeypatch.setattr(sys.modules["ranking.equilibria.alpha_rank"], "_SETTLED", 1000)
    with pytest.raises(ConvergenceError, match="still changes"):
        alpha_rank(LADDER)

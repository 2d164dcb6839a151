"""Nash averaging against published games, and its invariances."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.equilibria import ZeroSumGame, nash_averaging, nash_averaging_on_tasks, normalised
from ranking.equilibria.nash import maximum_entropy_mix, maximum_entropy_pair
from tests.equilibria.games import (
    CYCLE,
    EXACT,
    LADDER,
    PUBLISHED,
    ROCK_PAPER_SCISSORS,
    WEIGHTED,
    agents_on_tasks,
    zero_sum,
)

OPEN_SPIEL = [[0, 234, 34, -270], [-234, 0, -38, -464], [-34, 38, 0, -270], [270, 464, 270, 0]]


def cloned(margin, which=0):
    at = [*range(len(margin)), which]
    return np.asarray(margin)[at][:, at]


@pytest.mark.parametrize(
    ("margin", "mass", "rating"),
    [
        (ROCK_PAPER_SCISSORS, [1 / 3] * 3, [0] * 3),
        (cloned(ROCK_PAPER_SCISSORS), [1 / 6, 1 / 3, 1 / 3, 1 / 6], [0] * 4),
        (WEIGHTED, [1 / 2, 1 / 3, 1 / 6], [0] * 3),
        (cloned(WEIGHTED), [1 / 4, 1 / 3, 1 / 6, 1 / 4], [0] * 4),
        (-4.6 * ROCK_PAPER_SCISSORS[::-1, ::-1], [1 / 3] * 3, [0] * 3),
        (cloned(4.6 * CYCLE, 2), [1 / 3, 1 / 3, 1 / 6, 1 / 6], [0] * 4),
        (CYCLE + 0.25 * LADDER, [1.25 / 3, 0.5 / 3, 1.25 / 3], [0] * 3),
        (CYCLE + 0.5 * LADDER, [0.5, 0, 0.5], [0] * 3),
        (CYCLE + 0.9 * LADDER, [1, 0, 0], [0, -1.9, -0.8]),
        (OPEN_SPIEL, [0, 0, 0, 1], [-270, -464, -270, 0]),
        (np.zeros((3, 3)), [1 / 3] * 3, [0] * 3),
    ],
    ids=[
        "T1", "T1 clone", "T2", "T2 clone", "T3", "T3 clone",
        "T4 e=.25", "T4 e=.5", "T4 e=.9", "T5", "nobody differs",
    ],
)  # fmt: skip
def test_published_games(margin, mass, rating) -> None:
    """Masses and ratings of the games of Balduzzi et al. and OpenSpiel's tests."""
    found = nash_averaging(zero_sum(margin))
    np.testing.assert_allclose(found.competitor_mass, mass, atol=EXACT)
    np.testing.assert_allclose(found.competitor_rating, rating, atol=EXACT)
    assert found.exploitability < EXACT


@pytest.mark.parametrize(
    ("score", "mass", "skill", "tasks"),
    [
        (
            [[0, 0, 0], [1, 10, 100], [2, 20, 200], [3, 30, 300], [3, 30, 300]],
            [0, 0, 0, 0.5, 0.5],
            [0, 1 / 3, 2 / 3, 1, 1],
            [1 / 3] * 3,
        ),
        (
            [[89, 93, 76], [85, 85, 85], [79, 74, 99]],
            [0.5, 0, 0.5],
            [0.5, 0.490389, 0.5],
            [0.25, 0.25, 0.5],
        ),
    ],
    ids=["equal tasks", "two specialists"],
)
def test_published_games_on_tasks(score, mass, skill, tasks) -> None:
    """T5: competitors against tasks, scores over their range on each task."""
    game = agents_on_tasks(normalised(np.array(score, float)))
    found = nash_averaging_on_tasks(game)
    np.testing.assert_allclose(found.competitor_mass, mass, atol=EXACT)
    np.testing.assert_allclose(found.competitor_rating, skill, atol=PUBLISHED)
    np.testing.assert_allclose(found.task_mass, tasks, atol=EXACT)
    np.testing.assert_allclose(found.contribution.sum(axis=1), found.competitor_rating, atol=EXACT)


def margins(most=6):
    """Draw antisymmetric integer margins, with many ties among them."""
    return st.integers(2, most).flatmap(
        lambda n: st.lists(st.integers(-3, 3), min_size=n * n, max_size=n * n).map(
            lambda values: (lambda upper: upper - upper.T)(
                np.triu(np.reshape(values, (n, n)).astype(float), 1)
            )
        )
    )


@given(margins())
def test_the_mix_is_the_equilibrium_of_largest_entropy(margin) -> None:
    """No other equilibrium, found as a random vertex of the set, mixes in a higher entropy."""
    from scipy.optimize import linprog

    n = len(margin)
    mass = maximum_entropy_mix(margin)
    assert (margin @ mass).max() <= EXACT * max(np.abs(margin).max(), 1)
    assert mass.sum() == pytest.approx(1)
    for seed in range(3):
        vertex = linprog(
            np.random.default_rng(seed).normal(size=n),
            A_ub=margin, b_ub=np.zeros(n), A_eq=np.ones((1, n)), b_eq=[1],
        ).x  # fmt: skip
        # At the maximum of a concave function every feasible direction goes down.
        slope = -(np.log(np.maximum(mass, 1e-300)) + 1) @ (vertex - mass)
        assert slope <= 1e-6


@given(margins(), st.integers(0, 5), st.randoms(use_true_random=False))
def test_relabelling_and_clones_change_nothing(margin, clone, random) -> None:
    """Ratings follow the competitors; repeating one leaves every rating where it was."""
    n = len(margin)
    base = nash_averaging(zero_sum(margin)).competitor_rating
    order = random.sample(range(n), n)
    moved = nash_averaging(zero_sum(margin[order][:, order])).competitor_rating
    np.testing.assert_allclose(moved, base[order], atol=1e-7)
    again = nash_averaging(zero_sum(cloned(margin, clone % n)))
    np.testing.assert_allclose(again.competitor_rating[:n], base, atol=EXACT)
    assert again.competitor_rating[n] == again.competitor_rating[clone % n]
    assert again.competitor_clones


def test_both_mixes_solve_the_game() -> None:
    """Neither side of a random score game can gain, with ties and without."""
    rng = np.random.default_rng(2)
    for integer in (True, False):
        for _ in range(20):
            score = rng.integers(-2, 3, (4, 6)) if integer else rng.normal(size=(4, 6))
            p, q = maximum_entropy_pair(np.asarray(score, float))
            assert (score @ q).max() - (p @ score).min() < 1e-8


def test_no_game_is_given_up() -> None:
    """Among 150 games of up to eleven competitors every search ends at its equilibrium."""
    rng = np.random.default_rng(3)
    for at in range(150):
        n = rng.integers(2, 12)
        margin = rng.integers(-5, 6, (n, n)) if at % 2 else rng.normal(size=(n, n))
        margin = np.triu(margin, 1).astype(float)
        mass = maximum_entropy_mix(margin - margin.T)
        assert ((margin - margin.T) @ mass).max() <= 1e-8


def test_declared_clones_are_rated_as_one() -> None:
    """Two competitors declared to be clones play as their average and share a rating."""
    margin = CYCLE + 0.9 * LADDER
    found = nash_averaging(zero_sum(margin), declared=[["m1", "m2"]])
    assert found.competitor_rating.tolist() == pytest.approx([0, -1.35, -1.35])
    assert found.competitor_clones == (("m1", "m2"),)


@pytest.mark.parametrize(("lead", "mass"), [(5e-9, [1, 0, 0]), (5e-10, [0.5, 0.5, 0])])
def test_margins_below_the_tolerance_are_even(lead, mass) -> None:
    """What lies below 1e-9 of the largest margin is no lead; what lies above is."""
    margin = np.array([[0, lead, 1], [-lead, 0, 1], [-1, -1, 0]])
    np.testing.assert_allclose(maximum_entropy_mix(margin), mass, atol=1e-6)


def test_small_masses_and_losses_are_told_from_none() -> None:
    """Majorities of one vote beside thousands leave chances that are small but certain."""
    margin = np.zeros((6, 6))
    margin[0, 1], margin[1, 2], margin[2, 0] = 20_000, 1, 1
    margin[2, 3] = 1  # its mass is large, that of 0 and 1 small
    margin[0, 4] = margin[1, 5] = 1
    margin -= margin.T
    mass = maximum_entropy_mix(margin)
    np.testing.assert_allclose(mass[:3], np.array([1, 1, 20_000]) / 20_002, rtol=1e-9)
    assert (mass[3:] == 0).all()


def test_win_rates_make_the_same_game_in_either_order() -> None:
    """The margin scale is 2 W - 1."""
    rate = np.array([[0.5, 0.7], [0.3, 0.5]])
    found = nash_averaging(ZeroSumGame.from_win_rates(("a", "b"), rate))
    assert found.competitor_rating.tolist() == pytest.approx([0, -0.4])

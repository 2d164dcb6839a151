"""Coarse correlated equilibria nearest to a target: toy games and optimality."""

import numpy as np
import pytest
from scipy.optimize import linprog, minimize

from ranking.equilibria import (
    coarse_correlated_equilibrium,
    deviation_gains,
    dual,
    nearest_coarse_correlated,
)
from ranking.errors import ConvergenceError
from tests.equilibria.games import (
    CHICKEN,
    CYCLE_AND_LADDER,
    EXACT,
    PUBLISHED,
    SKEWED,
    random_game,
    scored,
    won,
)


def bimatrix(payoff):
    return deviation_gains((payoff, payoff.T))


@pytest.mark.parametrize(
    ("game", "competitors", "tasks"),
    [
        (scored(np.eye(3)), [0, 0, 0], [0, 0, 0]),
        (scored([[1, 1], [0, 0]], "none"), [0, -1], [0, 0]),
        (
            scored(SKEWED),
            [-0.07139, -0.05463, -0.3023, -0.21965, 0],
            [0, -0.05782, -0.00514],
        ),
        (scored(SKEWED, "none"), [-0.47362, -1.39084, -0.72265, -1.33978, 0], None),
        (won(CYCLE_AND_LADDER), [0, 0, -0.00311], [0, -0.30198]),
    ],
    ids=["G1", "G2", "G4", "G4 raw", "G5"],
)
def test_ratings_of_the_toy_arenas(game, competitors, tasks) -> None:
    """Ratings of competitors and tasks; contributions add up to them."""
    found = coarse_correlated_equilibrium(game)
    np.testing.assert_allclose(found.competitor_rating, competitors, atol=PUBLISHED)
    if tasks is not None:
        np.testing.assert_allclose(found.task_rating, tasks, atol=PUBLISHED)
    np.testing.assert_allclose(found.contribution.sum(axis=1), found.competitor_rating, atol=EXACT)
    assert found.exploitability < 1e-7
    assert found.competitor_mass.sum() == pytest.approx(1)
    assert found.task_mass.sum() == pytest.approx(1)


def test_only_the_target_makes_chicken_unmoved_by_a_clone() -> None:
    """T11: straight gains -3.375445; doubled it moves under a uniform target and not otherwise."""
    gains = bimatrix(CHICKEN)
    ratings = gains @ nearest_coarse_correlated(gains, np.full(4, 0.25))
    np.testing.assert_allclose(ratings[:2], [0, -3.375445], atol=PUBLISHED)
    doubled = bimatrix(CHICKEN[[0, 1, 1]][:, [0, 1, 1]])
    uniform = doubled @ nearest_coarse_correlated(doubled, np.full(9, 1 / 9))
    assert uniform[1] == pytest.approx(-4.178298, abs=PUBLISHED)
    target = np.outer([0.5, 0.25, 0.25], [0.5, 0.25, 0.25]).ravel()
    again = doubled @ nearest_coarse_correlated(doubled, target)
    np.testing.assert_allclose(again[:3], [0, -3.375445, -3.375445], atol=PUBLISHED)


def test_the_structured_problem_is_the_general_one() -> None:
    """On random arenas the ratings equal those of the game written out as a full tensor."""
    rng = np.random.default_rng(8)
    for at in range(10):
        game = random_game(rng, competitors=4, tasks=3, integer=at % 2 == 0)
        found = coarse_correlated_equilibrium(game)
        t, n = len(game.tasks), len(game.competitors)
        gains = deviation_gains((game.interest, game.margin, -game.margin))
        weight = np.einsum(
            "t,i,j->tij",
            *(_even(group, size) for group, size in _classes(found, t, n)),
        ).ravel()
        whole = gains @ nearest_coarse_correlated(gains, weight)
        np.testing.assert_allclose(found.task_rating, whole[:t], atol=1e-5 * game.scale)
        np.testing.assert_allclose(
            found.competitor_rating, whole[t : t + n], atol=1e-5 * game.scale
        )


def _classes(found, t, n):
    return (
        (([found.tasks.index(x) for x in g] for g in found.task_clones), t),
        (([found.competitors.index(x) for x in g] for g in found.competitor_clones), n),
        (([found.competitors.index(x) for x in g] for g in found.competitor_clones), n),
    )


def _even(groups, size):
    """Uniform over classes of clones, even within each."""
    weight = np.ones(size)
    for members in groups:
        weight[members] = 1 / len(members)
    return weight / weight.sum()


def test_no_other_coarse_correlated_equilibrium_is_nearer() -> None:
    """At the minimum of the divergence every way to another equilibrium leads up."""
    rng = np.random.default_rng(9)
    for _ in range(5):
        payoffs = rng.normal(size=(2, 3, 3))
        gains = deviation_gains(tuple(payoffs))
        target = rng.dirichlet(np.ones(9))
        sigma = nearest_coarse_correlated(gains, target)
        assert (gains @ sigma).max() < 1e-6
        slope = np.log(sigma / target)
        lowest = linprog(slope, A_ub=gains, b_ub=np.zeros(6), A_eq=np.ones((1, 9)), b_eq=[1])
        assert slope @ sigma <= lowest.fun + 1e-5


def test_a_search_that_stops_early_is_started_afresh(monkeypatch) -> None:
    """Stopped every five steps the search still ends at the equilibrium; stopped for good, not."""
    whole = coarse_correlated_equilibrium(scored(SKEWED))

    def minimise(*arguments, options, **settings):
        return minimize(*arguments, options={**options, "maxiter": 5}, **settings)

    monkeypatch.setattr("scipy.optimize.minimize", minimise)
    again = coarse_correlated_equilibrium(scored(SKEWED))
    np.testing.assert_allclose(again.competitor_rating, whole.competitor_rating, atol=1e-6)
    monkeypatch.setattr(dual, "_STARTS", 1)
    with pytest.raises(ConvergenceError, match="a gain is off by"):
        coarse_correlated_equilibrium(scored(SKEWED))

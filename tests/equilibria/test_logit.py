"""The limiting logit equilibrium against gambit's path, known limits, and random games."""

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import binom

from ranking.equilibria import Affinity, continuation, logit_equilibrium, logit_path
from ranking.equilibria.continuation import Field
from ranking.equilibria.logit import evaluation_field
from ranking.errors import ConvergenceError, InputError
from tests.equilibria.games import (
    CHICKEN,
    CYCLE_AND_LADDER,
    EXACT,
    PUBLISHED,
    ROCK_PAPER_SCISSORS,
    SKEWED,
    STAG_HUNT,
    TRACED,
    random_game,
    scored,
    symmetric,
    won,
)

UNIFORM = {n: np.full(n, 1 / n) for n in range(1, 6)}
NOBODY = np.zeros(0)


@pytest.mark.parametrize(
    ("precision", "tasks", "competitors"),
    [
        (
            1,
            [0.21966513, 0.38570044, 0.18220024, 0.21243418],
            [0.15734081, 0.30663725, 0.53602194],
        ),
        (
            5,
            [0.19756257, 0.36029013, 0.23818802, 0.20395928],
            [0.00286780, 0.05241085, 0.94472135],
        ),
        (25, [0.24962014, 0.25067623, 0.25002700, 0.24967663], [6e-10, 0.0000742, 0.9999258]),
    ],
)
def test_the_path_is_the_one_gambit_traces(precision, tasks, competitors) -> None:
    """G3: eight digits at three precisions of a game of three players."""
    game = scored(TRACED, "none")
    point = logit_path(evaluation_field(game), UNIFORM[4], UNIFORM[3], precision=precision)
    np.testing.assert_allclose(point.first, tasks, atol=1e-8)
    np.testing.assert_allclose(point.second, competitors, atol=5e-8)


@pytest.mark.parametrize(
    ("game", "competitors", "tasks"),
    [
        (scored(np.eye(3)), [0, 0, 0], [0, 0, 0]),
        (scored([[1, 1], [0, 0]], "none"), [0, -1], [0, 0]),
        (scored(TRACED, "none"), [-0.8445, -0.379, 0], [0] * 4),
        (scored(SKEWED), [-0.06667, -0.16667, -0.3, -0.26667, 0], [0, 0, 0]),
        (scored(SKEWED, "none"), [-1 / 3, -4 / 3, -1, -4 / 3, 0], [0, 0, 0]),
        (won(CYCLE_AND_LADDER), [0, 0, 0], [0, -0.4]),
    ],
    ids=["G1", "G2", "G3", "G4", "G4 raw", "G5"],
)
def test_limits_of_the_toy_arenas(game, competitors, tasks) -> None:
    """Ratings of competitors and tasks at the end of the path."""
    found = logit_equilibrium(game)
    np.testing.assert_allclose(found.competitor_rating, competitors, atol=PUBLISHED)
    np.testing.assert_allclose(found.task_rating, tasks, atol=PUBLISHED)
    np.testing.assert_allclose(found.contribution.sum(axis=1), found.competitor_rating, atol=EXACT)
    assert found.exploitability < 1e-5
    assert found.precision >= 1e5


@pytest.mark.parametrize(
    ("payoff", "target", "limit"),
    [
        (CHICKEN, [0.5, 0.5], [11 / 12, 1 / 12]),
        (STAG_HUNT, [0.5, 0.5], [0, 1]),
        (
            ROCK_PAPER_SCISSORS[[0, 0, 1, 2]][:, [0, 0, 1, 2]],
            [1 / 6, 1 / 6, 1 / 3, 1 / 3],
            [1 / 6, 1 / 6, 1 / 3, 1 / 3],
        ),
    ],
    ids=["chicken", "stag hunt", "two rocks"],
)
def test_limits_of_symmetric_games(payoff, target, limit) -> None:
    """T9: the mixed equilibrium of chicken, risk dominance in the stag hunt, clones."""
    utility = symmetric(payoff / np.abs(payoff).max())
    point = logit_path(utility, NOBODY, np.array(target), precision=1e6)
    np.testing.assert_allclose(point.second, limit, atol=PUBLISHED)
    assert point.exploitability < 1e-5


def test_the_bar_fills_until_going_is_a_coin_toss() -> None:
    """T9: ten players, room for seven: going pays in half of the evenings."""

    def utility(x, m):
        go, step = float(m[0]), 1e-7
        win = binom.cdf(6, 9, go)
        slope = (binom.cdf(6, 9, go + step) - binom.cdf(6, 9, go - step)) / (2 * step)
        chances = np.array([2 * win - 1, 0.0])
        return Field(
            x, chances, np.zeros((0, 2)), np.zeros((2, 0)), np.array([[2 * slope, 0], [0, 0]])
        )

    point = logit_path(utility, NOBODY, UNIFORM[2], precision=1e6)
    assert point.second[0] == pytest.approx(
        brentq(lambda p: binom.cdf(6, 9, p) - 0.5, 0, 1), abs=PUBLISHED
    )
    assert point.second[0] == pytest.approx(0.712388, abs=2e-3)  # published, at a finite precision


def test_an_asymmetric_game_of_two_blocks() -> None:
    """Matching pennies with one large payoff: each side makes the other indifferent."""
    row = np.array([[1, 0], [0, 0.25]])

    def utility(x, m):
        return Field(row @ m, (1 - row.T) @ x, row, 1 - row.T, np.zeros((2, 2)))

    point = logit_path(utility, UNIFORM[2], UNIFORM[2], precision=1e6)
    np.testing.assert_allclose(point.first, [0.2, 0.8], atol=PUBLISHED)
    np.testing.assert_allclose(point.second, [0.2, 0.8], atol=PUBLISHED)


@pytest.mark.parametrize("seed", range(20))
def test_random_games_are_traced_to_the_end(seed) -> None:
    """300 random games, with ties and without, through folds: an equilibrium every time."""
    rng = np.random.default_rng(seed)
    for at in range(15):
        game = random_game(rng, integer=at % 2 == 0)
        found = logit_equilibrium(game)
        assert found.exploitability < 1e-4 * game.scale
        assert max(found.competitor_rating.max(), found.task_rating.max()) < 1e-4 * game.scale


@pytest.mark.parametrize("seed", [20, 41, 67])
def test_a_fold_is_followed_and_not_jumped(monkeypatch, seed) -> None:
    """A path that turns back turns forward again, and ends where finer steps end."""
    game = random_game(np.random.default_rng(seed), competitors=7, tasks=10)
    found = logit_equilibrium(game)
    assert found.folds > 0
    assert found.folds % 2 == 0
    monkeypatch.setattr(continuation, "_MISSED", continuation._MISSED / 5)
    finer = logit_equilibrium(game)
    np.testing.assert_allclose(finer.competitor_rating, found.competitor_rating, atol=1e-6)


def test_a_wide_kernel_moves_the_target_and_not_the_winner() -> None:
    """The tasks of a game with a pure winner keep their target, whatever it is."""
    game = scored(SKEWED)
    affinity = Affinity(width=0.5)
    found = logit_equilibrium(game, affinity=affinity)
    assert found.competitor_mass[4] == pytest.approx(1)
    np.testing.assert_allclose(found.task_mass, affinity.targets(game)[0], atol=1e-4)


def test_a_target_without_support_is_an_error() -> None:
    """Every action needs a positive share of the target."""
    with pytest.raises(InputError, match="positive share"):
        logit_path(symmetric(CHICKEN), NOBODY, np.array([1.0, 0.0]), precision=1.0)


def test_a_path_that_is_lost_is_an_error(monkeypatch) -> None:
    """Where the steps run out, the precision reached is said and no rating is returned."""
    monkeypatch.setattr(continuation, "_STEPS", 5)
    with pytest.raises(ConvergenceError, match="reached only lambda"):
        logit_equilibrium(scored(SKEWED))


def test_a_game_that_dominance_solves() -> None:
    """Published with polarix: middle against centre; the other rows fall 2 and 1 short of it."""
    row = np.array([[13, 1, 7], [4, 3, 6], [-1, 2, 8]])
    column = np.array([[3, 4, 3], [1, 3, 2], [9, 8, -1]])

    def utility(x, m):
        return Field(row @ m, x @ column, row, column.T, np.zeros((3, 3)))

    point = logit_path(utility, UNIFORM[3], UNIFORM[3], precision=1e3)
    np.testing.assert_allclose(point.first, [0, 1, 0], atol=PUBLISHED)
    np.testing.assert_allclose(row @ point.second - 3, [-2, 0, -1], atol=PUBLISHED)

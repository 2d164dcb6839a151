"""Deviation ratings: published games, a lexicographic minimum by brute force, and invariances."""

import sys

import numpy as np
import pytest
from scipy.optimize import linprog

from ranking.equilibria import (
    deviation_gains,
    deviation_ratings,
    lexicographic_minimum,
    nash_averaging,
)
from ranking.equilibria import linear_program as programs
from ranking.errors import ConvergenceError, InputError
from tests.equilibria.games import (
    CHICKEN,
    CYCLE,
    CYCLE_AND_LADDER,
    LADDER,
    PUBLISHED,
    ROCK_PAPER_SCISSORS,
    SKEWED,
    STAG_HUNT,
    WEIGHTED,
    arena,
    random_game,
    scored,
    won,
    zero_sum,
)

SOLVED = 2e-7  # slack of frozen rows and the solver's tolerance, over a few stages


def by_brute_force(gains):
    """Settle a row only where a program of its own cannot lower it under the level."""
    rows, columns = gains.shape
    rating, settled = np.zeros(rows), np.zeros(rows, bool)
    total = np.append(np.ones(columns), 0)[None]
    bounds = [(0, None)] * columns + [(None, None)]
    while not settled.all():
        fixed = np.column_stack([gains[settled], np.zeros(settled.sum())])
        free = np.column_stack([gains[~settled], -np.ones((~settled).sum())])
        limit = np.append(rating[settled] + 1e-9, np.zeros((~settled).sum()))
        below = np.vstack([fixed, free])
        level = linprog(np.eye(columns + 1)[-1], below, limit, total, [1], bounds).fun
        for row in np.flatnonzero(~settled):
            held = [*bounds[:-1], (None, level + 1e-9)]
            lowest = linprog(np.append(gains[row], 0), below, limit, total, [1], held).fun
            if lowest > level - 1e-6:
                rating[row], settled[row] = level, True
    return rating


def rate(first, second=None):
    first = np.asarray(first, float)
    second = first.T if second is None else np.asarray(second, float)
    return lexicographic_minimum(deviation_gains((first, second)))


BIASED_SHAPLEY = [[-8, -2, 4], [2, -8, -1], [-4, 1, -8]]


@pytest.mark.parametrize(
    ("first", "second", "rating"),
    [
        (ROCK_PAPER_SCISSORS, -ROCK_PAPER_SCISSORS, [0] * 6),
        (WEIGHTED, -WEIGHTED, [0] * 6),
        (CYCLE + 0.9 * LADDER, None, [0, -1.9, -0.8] * 2),
        ([[3, 0], [5, 1]], None, [-1, 0] * 2),
        (CHICKEN, None, [-0.5, -5.5] * 2),
        (CHICKEN[[0, 1, 1]][:, [0, 1, 1]], None, [-0.5, -5.5, -5.5] * 2),
        ([[3, 0], [0, 2]], [[2, 0], [0, 3]], [-1, -1.5, -1.5, -1]),
        (STAG_HUNT, None, [-0.75] * 4),
        ([[0, 0, 1], [1, 0, 0], [0, 1, 0]], None, [-1 / 6] * 6),
        (BIASED_SHAPLEY, None, [-2.821577] * 6),
        ([[-2, -2], [1, -2]], [[0, 2], [2, -1]], [-1.2, 0, -1.2, -1.2]),
    ],
    ids=[
        "rock paper scissors", "T2", "T4 e=.9", "prisoners", "chicken", "chicken clone",
        "battle of the sexes", "stag hunt", "Shapley", "biased Shapley", "T8b",
    ],
)  # fmt: skip
def test_published_games(first, second, rating) -> None:
    """T8: ratings of the rows, then of the columns."""
    np.testing.assert_allclose(rate(first, second), rating, atol=PUBLISHED)


def test_a_mixed_strategy_is_rated_as_the_mean_of_its_parts() -> None:
    """The published table's fourth row, a rounded mixture, lies within its rounding."""
    row = np.vstack([BIASED_SHAPLEY, [-2.95, -3.82, -0.76]])
    row = np.column_stack([row, [-2.95, -3.82, -0.76, -2.82]])
    column = np.vstack([np.transpose(BIASED_SHAPLEY), [-2.82] * 3])
    found = rate(row, np.column_stack([column, [-2.82] * 4]))
    np.testing.assert_allclose(found, -2.82, atol=6e-3)


@pytest.mark.parametrize("seed", range(4))
def test_the_ratings_are_the_lexicographic_minimum(seed) -> None:
    """On small integer games, where vertices abound, brute force finds the same ratings."""
    rng = np.random.default_rng(seed)
    for _ in range(6):
        shape = tuple(rng.integers(2, 4, size=2))
        gains = deviation_gains(tuple(rng.integers(-2, 3, (2, *shape)).astype(float)))
        np.testing.assert_allclose(lexicographic_minimum(gains), by_brute_force(gains), atol=1e-5)


def test_the_columns_generated_suffice() -> None:
    """On random arenas the ratings equal those of the game written out as a full tensor."""
    rng = np.random.default_rng(10)
    for at in range(12):
        game = random_game(rng, competitors=4, tasks=4, integer=at % 2 == 0)
        found = deviation_ratings(game)
        t, n = len(game.tasks), len(game.competitors)
        whole = lexicographic_minimum(deviation_gains((game.interest, game.margin, -game.margin)))
        tolerance = SOLVED * game.scale
        np.testing.assert_allclose(found.task_rating, whole[:t], atol=tolerance)
        np.testing.assert_allclose(found.competitor_rating, whole[t : t + n], atol=tolerance)
        np.testing.assert_allclose(found.competitor_rating, whole[t + n :], atol=tolerance)


@pytest.mark.parametrize(
    ("game", "competitors", "tasks"),
    [
        (scored(np.eye(3)), [-4 / 15] * 3, [-4 / 15] * 3),
        (scored([[1, 1], [0, 0]], "none"), [0, -1], [0, 0]),
        (scored(SKEWED), [-0.26374, -0.1978, -0.51648, -0.3956, -0.1978], [-0.1978] * 3),
        (
            scored(SKEWED, "none"),
            [-1.71429, -3.38095, -0.71429, -2.71429, -0.71429],
            [-0.71429, -1.42857, -0.71429],
        ),
        (won(CYCLE_AND_LADDER), [-0.10323] * 3, [0, -0.10323]),
    ],
    ids=["G1", "G2", "G4", "G4 raw", "G5"],
)
def test_ratings_of_the_toy_arenas(game, competitors, tasks) -> None:
    """Ratings of competitors and of tasks."""
    found = deviation_ratings(game)
    np.testing.assert_allclose(found.competitor_rating, competitors, atol=PUBLISHED)
    np.testing.assert_allclose(found.task_rating, tasks, atol=PUBLISHED)
    assert found.stages >= 1
    assert found.competitor_decided is found.task_decided is None


@pytest.mark.parametrize("seed", range(6))
def test_mixtures_offsets_and_clones(seed) -> None:
    """A mixture is rated at its mean; offsets by the others' picks and clones change nothing."""
    rng = np.random.default_rng(seed)
    first, second = rng.normal(size=(2, 3, 4))
    base = rate(first, second)
    shifted = rate(first + rng.normal(size=4), second + rng.normal(size=(3, 1)))
    np.testing.assert_allclose(shifted, base, atol=2e-6)
    part = np.vstack([np.eye(3), rng.dirichlet(np.ones(3)), np.eye(3)[1]])
    larger = rate(part @ first, part @ second)
    np.testing.assert_allclose(larger[:5], part @ base[:3], atol=2e-6)
    np.testing.assert_allclose(larger[5:], base[3:], atol=2e-6)


def test_a_dominated_action_is_rated_lower_and_none_is_rated_above_zero() -> None:
    """Strict dominance is kept; ratings lie between the smallest gain and 0."""
    rng = np.random.default_rng(11)
    for _ in range(10):
        first, second = rng.normal(size=(2, 3, 3))
        first[2] = first[0] - rng.random(3) - 0.1
        gains = deviation_gains((first, second))
        found = lexicographic_minimum(gains)
        assert found[2] < found[0]
        assert (found <= SOLVED * np.abs(gains).max()).all()
        assert (found >= gains.min(axis=1) - 1e-6).all()


def test_without_ties_zero_sum_games_are_rated_as_by_nash_averaging() -> None:
    """In a symmetric zero-sum game with one equilibrium both methods agree."""
    rng = np.random.default_rng(12)
    for _ in range(10):
        margin = rng.normal(size=(5, 5))
        margin -= margin.T
        np.testing.assert_allclose(
            rate(margin)[:5], nash_averaging(zero_sum(margin)).competitor_rating, atol=2e-6
        )


def test_stopping_early_gives_the_head() -> None:
    """Ratings come from the top down: the head is right, the rest is bounded and marked."""
    game = won(arena(7, 12)[0])
    whole = deviation_ratings(game)
    head = deviation_ratings(game, head=2)
    assert head.competitor_decided.sum() >= 2
    assert head.stages <= whole.stages
    np.testing.assert_allclose(
        head.competitor_rating[head.competitor_decided],
        whole.competitor_rating[head.competitor_decided],
        atol=1e-6,
    )
    rest = ~head.competitor_decided
    assert (head.competitor_rating[rest] >= whole.competitor_rating[rest] - 1e-6).all()
    assert deviation_ratings(game, head=99).competitor_decided.all()
    with pytest.raises(InputError, match="at least 1"):
        deviation_ratings(game, head=0)


def test_without_a_warm_start_the_ratings_are_the_same(monkeypatch) -> None:
    """Where the solver cannot be kept between programs, restarts give the same ratings."""
    games = [scored(SKEWED), won(arena(5, 6)[0])]
    warm = [deviation_ratings(game) for game in games]
    monkeypatch.setattr("ranking.equilibria.deviation.levels", programs._Restarted)
    for game, found in zip(games, warm, strict=True):
        again = deviation_ratings(game)
        np.testing.assert_allclose(again.competitor_rating, found.competitor_rating, atol=1e-7)
        np.testing.assert_allclose(again.task_rating, found.task_rating, atol=1e-7)


@pytest.mark.parametrize("kind", [programs.levels, programs._Restarted])
def test_a_program_without_a_solution_is_an_error(kind) -> None:
    """Rows frozen under what any mix can reach are refused with the solver's word."""
    program = kind(2)
    program.add(np.array([[1.0, 0], [0, 1]]))
    program.freeze(np.array([0, 1]), -1.0)
    with pytest.raises(ConvergenceError, match="not solved"):
        program.solve()


def test_another_scipy_falls_back_on_restarts(monkeypatch) -> None:
    """Where SciPy keeps its solver elsewhere the programs are solved anew each time."""
    assert isinstance(programs.levels(1), programs._Warm)
    monkeypatch.setitem(sys.modules, "scipy.optimize._highspy", None)
    assert isinstance(programs.levels(1), programs._Restarted)

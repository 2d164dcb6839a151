"""What redundancy does: equilibria stay where they are, Bradley–Terry moves by tens of points."""

from dataclasses import replace

import numpy as np
import pytest

from ranking.equilibria import (
    Affinity,
    coarse_correlated_equilibrium,
    deviation_ratings,
    logit_equilibrium,
    normalised,
)
from ranking.methods import BradleyTerry
from ranking.tally import Tally
from tests.equilibria.games import (
    CYCLE_AND_LADDER,
    SKEWED,
    arena,
    named,
    random_game,
    reordered,
    repeated,
    scored,
    won,
)

METHODS = [logit_equilibrium, coarse_correlated_equilibrium, deviation_ratings]
STILL = 1e-9  # merged clones give the same game, to the last bit

each_method = pytest.mark.parametrize(
    "solve", METHODS, ids=["logit", "coarse correlated", "deviation"]
)


@each_method
@pytest.mark.parametrize("game", [scored(SKEWED), won(CYCLE_AND_LADDER)], ids=["G4", "G5"])
def test_clones_and_repeated_tasks_change_nothing(solve, game) -> None:
    """Clones of tasks and competitors keep every rating, share it and split the mass evenly."""
    before = solve(game)
    n, t = len(game.competitors), len(game.tasks)
    after = solve(repeated(game, tasks=[0, 0, 1], competitors=[2, 2, 1]))
    np.testing.assert_allclose(after.competitor_rating[:n], before.competitor_rating, atol=STILL)
    np.testing.assert_allclose(after.task_rating[:t], before.task_rating, atol=STILL)
    assert after.competitor_rating[[n, n + 1, n + 2]].tolist() == [
        after.competitor_rating[at] for at in (2, 2, 1)
    ]
    assert len(after.competitor_clones) == len(after.task_clones) == 2
    if before.competitor_mass is not None:
        np.testing.assert_allclose(after.competitor_mass[2], before.competitor_mass[2] / 3)
        np.testing.assert_allclose(after.task_mass[0], before.task_mass[0] / 3)
        np.testing.assert_allclose(
            after.contribution.sum(axis=1), after.competitor_rating, atol=STILL
        )


@each_method
def test_a_payoff_for_ties_decides_between_tasks_and_not_between_clones(solve) -> None:
    """What tasks earn where both pick the same moves their ratings; two clones tie like one."""
    game = replace(scored(SKEWED), tie=np.array([0.3, 0.1, 0.0]))
    before = solve(game)
    assert np.abs(before.task_rating - solve(scored(SKEWED)).task_rating).max() > 1e-3
    after = solve(replace(repeated(game, competitors=[4, 4]), tie=game.tie))
    np.testing.assert_allclose(after.competitor_rating[:5], before.competitor_rating, atol=STILL)
    np.testing.assert_allclose(after.task_rating, before.task_rating, atol=STILL)


@each_method
@pytest.mark.parametrize("seed", range(3))
def test_relabelling_moves_ratings_along(solve, seed) -> None:
    """Ratings follow competitors and tasks through any reordering."""
    rng = np.random.default_rng(seed)
    game = random_game(rng)
    tasks = rng.permutation(len(game.tasks))
    competitors = rng.permutation(len(game.competitors))
    before = solve(game)
    after = solve(reordered(game, tasks=tasks, competitors=competitors))
    tolerance = 1e-5 * game.scale
    np.testing.assert_allclose(
        after.competitor_rating, before.competitor_rating[competitors], atol=tolerance
    )
    np.testing.assert_allclose(after.task_rating, before.task_rating[tasks], atol=tolerance)


@each_method
def test_a_common_scale_scales_the_ratings(solve) -> None:
    """Payoffs ten times as large give ratings ten times as large."""
    before, after = solve(scored(SKEWED, "none")), solve(scored(10 * SKEWED, "none"))
    np.testing.assert_allclose(after.competitor_rating, 10 * before.competitor_rating, atol=1e-5)


@each_method
@pytest.mark.parametrize("seed", range(4))
def test_dominance_is_kept(solve, seed) -> None:
    """A competitor beaten by another by the same margin against everybody is never rated above."""
    rng = np.random.default_rng(seed)
    score = rng.normal(size=(4, 5))
    score[3] = score[1] - rng.random(5)
    found = solve(scored(score, "none"))
    assert found.competitor_rating[3] <= found.competitor_rating[1] + 1e-9
    assert found.competitor_rating.max() <= 1e-6
    assert found.task_rating.max() <= 1e-6
    assert found.exploitability < 1e-4


@each_method
def test_declared_clones_are_rated_as_one(solve) -> None:
    """Declared clones share a rating, and are named in the result."""
    found = solve(scored(SKEWED), declared=[["m0", "m3"]])
    assert found.competitor_rating[0] == found.competitor_rating[3]
    assert found.competitor_clones == (("m0", "m3"),)


def points(win_rate):
    """Rate an arena by Bradley–Terry on its expected results, in points."""
    t, n, _ = win_rate.shape
    first, second = np.triu_indices(n, 1)
    wins = win_rate[:, first, second].sum(axis=0)
    tally = Tally.from_cells(
        named("m", n),
        np.tile(first, 2),
        np.tile(second, 2),
        np.repeat([2, 0], len(first)),
        np.concatenate([wins, t - wins]),
    )
    return BradleyTerry(interval="hessian").rate(tally).rating


@pytest.mark.parametrize("attack", ["tasks", "competitors", "both"])
def test_attacks_move_bradley_terry_and_not_the_equilibria(attack) -> None:
    """A group of tasks seven times, five clones, or both, in an arena of 8 x 60."""
    rate, group = arena()
    n = rate.shape[1]
    base = points(rate)
    largest = np.bincount(group).argmax()
    task, competitor = np.arange(len(rate)), np.arange(n)
    if attack != "competitors":
        task = np.append(task, np.repeat(np.flatnonzero(group == largest), 6))
    if attack != "tasks":
        order = np.argsort(base)
        competitor = np.append(competitor, [order[0]] * 3 + [order[n // 2]] * 2)
    attacked = rate[task][:, competitor][:, :, competitor]
    after = points(attacked)[:n]
    moved = (after - after.mean()) - (base - base.mean())
    assert np.abs(moved).max() > 10
    for solve in METHODS:
        before, hit = solve(won(rate)), solve(won(attacked))
        np.testing.assert_allclose(hit.competitor_rating[:n], before.competitor_rating, atol=1e-5)


@each_method
def test_where_nothing_differs_everything_is_rated_zero(solve) -> None:
    """All competitors equal, one competitor alone, one task alone: ratings are 0, masses even."""
    for game in (
        scored(np.ones((4, 3))),
        scored([[1.0, 2.0]]),
        scored([[1.0], [1.0]]),
    ):
        found = solve(game)
        assert (found.competitor_rating == 0).all()
        assert (found.task_rating == 0).all()
        assert found.exploitability == 0
        if found.competitor_mass is not None:
            np.testing.assert_allclose(found.competitor_mass, 1 / len(game.competitors))
            np.testing.assert_allclose(found.task_mass, 1 / len(game.tasks))


@pytest.mark.parametrize("solve", METHODS[:2], ids=["logit", "coarse correlated"])
def test_noisy_clones_need_a_kernel_as_wide_as_their_noise(solve) -> None:
    """Two copies with noise of 0.001 move ratings by less than that once the kernel sees them."""
    noise = 1e-3 * np.random.default_rng(0).normal(size=(2, 3))
    score = normalised(SKEWED)
    game, cloned = scored(score, "none"), scored(np.vstack([score, score[0] + noise]), "none")
    moved = {}
    for width in (1e-4, 2e-2):
        affinity = Affinity(width=width)
        before, after = solve(game, affinity=affinity), solve(cloned, affinity=affinity)
        assert not after.competitor_clones
        shift = after.competitor_rating[:5] - before.competitor_rating
        moved[width] = np.abs(shift).max()
    assert moved[2e-2] < 1e-3
    if solve is coarse_correlated_equilibrium:
        assert moved[1e-4] > 0.05

"""The same answers from other people's programs, where these are installed.

None of them is needed to run Podium; `benchmarks/requirements.txt` names the versions.
"""

import numpy as np
import pytest

from ranking.equilibria import (
    Affinity,
    EvaluationGame,
    affinity_entropy,
    alpha_rank,
    deviation_gains,
    lexicographic_minimum,
    logit_equilibrium,
    maximal_lotteries,
    nash_averaging,
    nash_averaging_on_tasks,
    nearest_coarse_correlated,
    normalised,
)
from ranking.equilibria.nash import maximum_entropy_mix, maximum_entropy_pair
from tests.equilibria.games import (
    CHICKEN,
    CYCLE_AND_LADDER,
    agents_on_tasks,
    named,
    random_game,
    won,
    zero_sum,
)

pytestmark = pytest.mark.filterwarnings("ignore")  # theirs are not ours to mend

CONVEX = 2e-4  # what the interior-point solver behind OpenSpiel's Nash averaging leaves
LOOSE = 2e-2  # what polarix's gradient descent leaves


@pytest.fixture
def nash_averages():
    pytest.importorskip("pyspiel", reason="OpenSpiel is not installed")
    pytest.importorskip("cvxpy", reason="OpenSpiel's Nash averaging needs cvxpy")
    from open_spiel.python.algorithms import nash_averaging as module

    return module


@pytest.fixture
def alpharank():
    pytest.importorskip("pyspiel", reason="OpenSpiel is not installed")
    pytest.importorskip("matplotlib", reason="OpenSpiel's alpha-Rank imports matplotlib")
    from open_spiel.python.egt import alpharank as module

    return module


@pytest.fixture
def voting():
    pytest.importorskip("pyspiel", reason="OpenSpiel is not installed")
    pytest.importorskip("ecos", reason="OpenSpiel's maximal lotteries need ecos")
    from open_spiel.python.voting import base
    from open_spiel.python.voting import maximal_lotteries as module

    return base, module


@pytest.fixture
def nashpy():
    return pytest.importorskip("nashpy", reason="nashpy is not installed")


@pytest.fixture
def polarix():
    return pytest.importorskip("polarix", reason="polarix is not installed")


def skew(rng, n, *, integer) -> np.ndarray:
    margin = rng.integers(-3, 4, (n, n)) if integer else rng.normal(size=(n, n))
    margin = np.triu(np.asarray(margin, float), 1)
    return margin - margin.T


@pytest.mark.parametrize("integer", [False, True], ids=["generic", "tied"])
def test_nash_averaging_of_open_spiel(nash_averages, integer) -> None:
    """Mass and rating of random games of two to eight competitors."""
    import pyspiel

    rng = np.random.default_rng(1)
    for n in (2, 3, 4, 5, 6, 8) * 2:
        margin = skew(rng, n, integer=integer)
        game = pyspiel.create_tensor_game([margin, -margin]).as_matrix_game()
        mass, rating = nash_averages.nash_averaging(game)
        found = nash_averaging(zero_sum(margin))
        np.testing.assert_allclose(found.competitor_rating, rating.ravel(), atol=CONVEX * 10)
        np.testing.assert_allclose(found.competitor_mass, mass.ravel(), atol=CONVEX * 10)


def test_nash_averaging_on_tasks_of_open_spiel(nash_averages) -> None:
    """Masses, skills and difficulties of random score tables."""
    rng = np.random.default_rng(2)
    for n, t in ((3, 3), (4, 6), (6, 4)):
        score = rng.random((n, t))
        (agents, tasks), (skill, difficulty) = nash_averages.nash_averaging_avt_matrix(score)
        found = nash_averaging_on_tasks(agents_on_tasks(normalised(score)))
        np.testing.assert_allclose(found.competitor_mass, agents.ravel(), atol=CONVEX * 10)
        np.testing.assert_allclose(found.task_mass, tasks.ravel(), atol=CONVEX * 10)
        np.testing.assert_allclose(found.competitor_rating, skill.ravel(), atol=CONVEX * 10)
        np.testing.assert_allclose(found.task_rating, difficulty.ravel(), atol=CONVEX * 10)


@pytest.mark.parametrize("selection", ["local", "population"])
def test_alpha_rank_of_open_spiel(alpharank, selection) -> None:
    """Stationary masses of random games, symmetric or not, at small and large intensities."""
    rng = np.random.default_rng(3)
    for n in (2, 3, 5, 8):
        payoff = rng.normal(size=(n, n))
        for intensity in (0.01, 0.3, 2.0):
            theirs = alpharank.compute(
                [payoff], m=20, alpha=intensity, use_local_selection_model=selection == "local"
            )[2]
            ours = alpha_rank(payoff, intensity=intensity, population=20, selection=selection)
            np.testing.assert_allclose(ours.mass, theirs, atol=1e-8)


def test_strict_alpha_rank_of_open_spiel(alpharank) -> None:
    """The limit of strict selection with a mutation of 0.01, ties among the payoffs too."""
    rng = np.random.default_rng(4)
    for integer in (False, True):
        payoff = skew(rng, 6, integer=integer)
        theirs = alpharank.compute([payoff], use_inf_alpha=True, inf_alpha_eps=0.01)[2]
        ours = alpha_rank(payoff, intensity=np.inf, mutation=0.01)
        np.testing.assert_allclose(ours.mass, theirs, atol=1e-8)


def test_maximal_lotteries_of_open_spiel(voting) -> None:
    """Levels and lotteries of random elections with an odd number of voters: one solution each."""
    base, module = voting
    rng = np.random.default_rng(5)
    for n in (3, 4, 5):
        for _ in range(4):
            votes = [rng.permutation(n).tolist() for _ in range(7)]
            profile = base.PreferenceProfile(votes=votes, alternatives=list(range(n)))
            outcome = module.MaximalLotteriesVoting(iterative=True).run_election(profile)
            theirs = dict(zip(outcome.ranking, outcome.scores, strict=True))
            found = maximal_lotteries(zero_sum(np.asarray(profile.margin_matrix(), float)))
            ours = {at: found.score[at] for at in range(n)}
            for at in range(n):
                assert ours[at] == pytest.approx(theirs[at], abs=1e-4)


def test_zero_sum_equilibria_of_nashpy(nashpy) -> None:
    """A generic zero-sum game has one equilibrium: ours is nashpy's."""
    rng = np.random.default_rng(6)
    for n, t in ((2, 2), (3, 4), (5, 5)):
        for _ in range(5):
            score = rng.normal(size=(n, t))
            theirs = nashpy.Game(score).linear_program()
            for mine, other in zip(maximum_entropy_pair(score), theirs, strict=True):
                np.testing.assert_allclose(mine, other, atol=1e-7)
    for n in (3, 5):
        margin = skew(rng, n, integer=False)
        mass, _ = nashpy.Game(margin).linear_program()
        np.testing.assert_allclose(maximum_entropy_mix(margin), mass, atol=1e-7)


def test_deviation_ratings_of_zero_sum_games_by_nashpy(nashpy) -> None:
    """In a generic zero-sum game deviation ratings are gains against the one equilibrium."""
    rng = np.random.default_rng(7)
    for _ in range(8):
        score = rng.normal(size=(3, 4))
        row, column = nashpy.Game(score).linear_program()
        value = row @ score @ column
        expected = np.concatenate([score @ column - value, value - row @ score])
        found = lexicographic_minimum(deviation_gains([score, -score]))
        np.testing.assert_allclose(found, expected, atol=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_the_logit_path_of_one_task_ends_at_nashpys_equilibrium(nashpy, seed) -> None:
    """With one task the evaluation game is the zero-sum game of its margins."""
    game = random_game(np.random.default_rng(seed), competitors=5, tasks=1)
    mass, _ = nashpy.Game(game.margin[0]).linear_program()
    np.testing.assert_allclose(logit_equilibrium(game).competitor_mass, mass, atol=1e-4)


def test_the_logit_path_of_polarix(polarix) -> None:
    """G5: annealed gradient descent in single precision ends near the same ratings."""
    margin = won(CYCLE_AND_LADDER).margin
    game = polarix.Game(
        payoffs=np.stack([np.abs(margin), margin, -margin]),
        actions=tuple(np.array(named("a", size)) for size in margin.shape),
        players=("task", "first", "second"),
    )
    found = polarix.solve(
        game,
        lambda one: polarix.lle(one, min_anneal_iters=20),
        max_num_iterations=3000,
        disable_progress_bar=True,
    )
    ours = logit_equilibrium(won(CYCLE_AND_LADDER))
    for theirs, mine in zip(
        found.ratings,
        (ours.task_rating, ours.competitor_rating, ours.competitor_rating),
        strict=True,
    ):
        np.testing.assert_allclose(mine, np.asarray(theirs), atol=LOOSE)


def test_the_affinity_target_of_polarix(polarix) -> None:
    """Its sampled kernel and ours in closed form give targets of the same entropy."""
    import jax

    score = np.array([[0.1, 0.9, 0.3], [0.12, 0.9, 0.3], [0.8, 0.2, 0.6], [0.5, 0.5, 0.0]])
    theirs = polarix.agent_vs_task_game(
        agents=np.array(named("m", 4)),
        tasks=np.array(named("t", 3)),
        agent_vs_task=score,
        normalizer="none",
    )
    affinity = Affinity(width=0.1, kernel="dirichlet")
    kernel = polarix.affinity_kernel(jax.random.key(0), 2048, kernel_variance=affinity.width**2)
    solved = polarix.solve(
        theirs,
        lambda one: polarix.max_affinity_entropy_marginals(one, kernel),
        max_num_iterations=200,
        disable_progress_bar=True,
    )
    game = EvaluationGame.from_scores(named("m", 4), named("t", 3), score, normalise="none")
    for mine, other, alike in zip(
        affinity.targets(game), solved.marginals, affinity.kernels(game), strict=False
    ):
        most, found = (affinity_entropy(np.asarray(mix, float), alike) for mix in (mine, other))
        assert found <= most + 1e-6
        assert found == pytest.approx(most, abs=1e-3)


def test_a_correlated_equilibrium_of_polarix(polarix) -> None:
    """With two actions each, coarse correlated equilibria are the correlated ones: chicken."""
    payoffs = np.stack([CHICKEN, CHICKEN.T])
    game = polarix.Game(
        payoffs=payoffs, actions=(np.array(["a", "b"]),) * 2, players=("one", "two"),
    )  # fmt: skip
    solved = polarix.solve(
        game, polarix.ce_maxent, max_num_iterations=10_000, disable_progress_bar=True
    )
    ours = nearest_coarse_correlated(deviation_gains(list(payoffs)), np.full(4, 0.25))
    np.testing.assert_allclose(ours, np.asarray(solved.joint).ravel(), atol=LOOSE)

"""Games: exact symmetry, normalisation of scores, and input that cannot be used."""

import subprocess
import sys

import numpy as np
import pytest
from scipy.stats import norm, rankdata

from ranking.equilibria import EvaluationGame, ScoreGame, ZeroSumGame, deviation_gains, normalised
from ranking.equilibria.payoffs import antisymmetric
from ranking.errors import InputError
from tests.equilibria.games import CYCLE_AND_LADDER, SKEWED, named, scored, won


def test_margins_are_antisymmetric_to_the_last_bit() -> None:
    """D[t, i, j] and D[t, j, i] are exact negatives, whatever rounding the win rates carry."""
    rng = np.random.default_rng(0)
    rate = rng.random((4, 6, 6))
    rate = rate / (rate + rate.transpose(0, 2, 1))
    margin = won(rate).margin
    assert (margin == -margin.transpose(0, 2, 1)).all()
    np.testing.assert_allclose(margin, 2 * rate - 1 + np.eye(6) * (1 - 2 * rate), atol=1e-15)
    drawn = antisymmetric(rng.normal(size=(5, 5)))
    assert (drawn == -drawn.T).all()


def test_a_task_is_worth_the_margin_it_separates_by() -> None:
    """The task's payoff is |D|; on the diagonal it is the tie's."""
    tie = np.array([0.25, 0.1])
    game = EvaluationGame.from_win_rates(named("m", 3), named("t", 2), CYCLE_AND_LADDER, tie=tie)
    worth = game.interest
    assert (worth[:, [0, 1, 2], [0, 1, 2]] == tie[:, None]).all()
    assert worth[0, 0, 1] == pytest.approx(0.8)
    assert game.scale == pytest.approx(0.8)


def test_utilities_are_expectations_over_the_others_picks() -> None:
    """Utilities equal the sums over all joint choices."""
    game, rng = scored(SKEWED), np.random.default_rng(1)
    x, m = rng.dirichlet(np.ones(3)), rng.dirichlet(np.ones(5))
    of_task, of_competitor = game.utilities(x, m)
    np.testing.assert_allclose(of_task, np.einsum("tij,i,j->t", np.abs(game.margin), m, m))
    np.testing.assert_allclose(of_competitor, np.einsum("tij,t,j->i", game.margin, x, m))


@pytest.mark.parametrize("by", ["range", "deviation", "rank", "none"])
def test_a_task_on_which_all_score_the_same_separates_nobody(by) -> None:
    """A constant column gives margins of 0 under every normalisation that scales."""
    score = np.column_stack([SKEWED[:, 0], np.full(5, 7.0)])
    scaled = normalised(score, by)
    assert np.ptp(scaled[:, 1]) == 0
    assert np.ptp(scaled[:, 0]) > 0


def test_scales_of_scores() -> None:
    """Range spans [0, 1], deviation has unit spread and maximum 0, rank is the mean rank."""
    score = np.array([[3.0, 1], [1, 1], [4, 5], [1, 9]])
    assert normalised(score, "range").min(axis=0).tolist() == [0, 0]
    assert normalised(score, "range").max(axis=0).tolist() == [1, 1]
    deviation = normalised(score, "deviation")
    np.testing.assert_allclose(deviation.std(axis=0), 1)
    np.testing.assert_allclose(deviation.max(axis=0), 0)
    ranks = np.column_stack([rankdata(column) - 1 for column in score.T]) / 3
    np.testing.assert_allclose(normalised(score, "rank"), ranks)


def test_scores_with_a_spread_become_win_rates() -> None:
    """Normal scores win with probability Phi of the difference over its deviation."""
    score, spread = np.array([[1.0], [0.5]]), np.array([[0.3], [0.4]])
    game = EvaluationGame.from_normal_scores(("a", "b"), ("t",), score, spread)
    assert game.margin[0, 0, 1] == pytest.approx(2 * norm.cdf(0.5 / 0.5) - 1)
    certain = EvaluationGame.from_normal_scores(("a", "b"), ("t",), score, np.zeros((2, 1)))
    assert certain.margin[0, 0, 1] == 1


def test_log_odds_are_held_within_the_clip() -> None:
    """A win rate of 1 becomes the log-odds of 0.99, 4.6."""
    game = ZeroSumGame.from_win_rates(("a", "b"), np.array([[0.5, 1], [0, 0.5]]), scale="log-odds")
    assert game.margin[0, 1] == pytest.approx(4.59512, abs=1e-5)


def test_gains_of_a_two_by_two_game() -> None:
    """Each row holds G_p(s, a_-p) - G_p(a) at the joint choices in C order."""
    payoff = np.array([[3.0, 0], [5, 1]])
    gains = deviation_gains((payoff, payoff.T))
    assert gains.tolist() == [[0, 0, -2, -1], [2, 1, 0, 0], [0, -2, 0, -1], [2, 0, 1, 0]]


def test_win_rates_must_be_complementary_and_present() -> None:
    """Sides that do not add up to 1, rates outside [0, 1] and missing ones are rejected."""
    with pytest.raises(InputError, match=r"add up to 1.*off by 0\.1"):
        won(np.array([[[0.5, 0.7], [0.4, 0.5]]]))
    with pytest.raises(InputError, match="between 0 and 1"):
        won(np.array([[[0.5, 1.2], [-0.2, 0.5]]]))
    with pytest.raises(InputError, match="finite number"):
        won(np.array([[[0.5, np.nan], [0.5, 0.5]]]))


def test_shapes_and_names_are_checked() -> None:
    """Wrong shapes, repeated names and empty games are named in the message."""
    with pytest.raises(InputError, match=r"shape \(2, 2\), not \(3, 3\)"):
        ZeroSumGame(("a", "b"), np.zeros((3, 3)))
    with pytest.raises(InputError, match="'a' occurs more than once"):
        ZeroSumGame(("a", "a"), np.zeros((2, 2)))
    with pytest.raises(InputError, match="at least one"):
        ScoreGame(("a",), (), np.zeros((1, 0)))
    with pytest.raises(InputError, match="range, deviation, rank or none; not 'z'"):
        scored(SKEWED, "z")


def test_importing_the_games_loads_no_optimiser() -> None:
    """Solvers load scipy.optimize where they use it, not on import."""
    script = "import sys, ranking.equilibria; print('scipy.optimize' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"

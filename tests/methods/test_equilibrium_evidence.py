"""What an equilibrium says of its evidence: of the game it plays, not of another one."""

from dataclasses import replace

import numpy as np
import pytest

from ranking.equilibria.task_log import ScoreLog, TaskLog
from ranking.equilibria.win_rates import log_game
from ranking.errors import DisconnectedWarning, RankingWarning
from ranking.leaderboard import as_text
from ranking.methods import CoarseCorrelated, MaximalLottery, NashAveraging
from tests.conftest import make_games
from tests.methods.test_equilibria import ladder, tasked

QUIET = {"resamples": 0}


def on_one_task_each() -> TaskLog:
    """Return a log of three that all met, each pair on a task of its own."""
    games = make_games(
        [0] * 30 + [1] * 30 + [0] * 30, [1] * 30 + [2] * 30 + [2] * 30, [1, 0, 1] * 30
    )
    return tasked(games, [0] * 30 + [1] * 30 + [2] * 30)


def test_who_plays_without_tasks_counts_pairs() -> None:
    """Nash averaging plays pairs: all of three met, though each on one task of three only."""
    ratings = NashAveraging(**QUIET).rate(on_one_task_each())
    assert ratings.equilibrium.data_share == 1
    assert "100% of the pairs were compared" in as_text(ratings)


def test_spread_and_shrinkage_are_those_of_the_pairs() -> None:
    """Without tasks in the game, tau is 0 and kappa that of pairs over all comparisons."""
    log = ladder([0.9, 0.4, -0.5, -1.1], tasks=3, spread=0.9, each=80, seed=3)
    game = log_game(log)
    alone = NashAveraging(**QUIET).rate(log).equilibrium
    on_tasks = CoarseCorrelated(**QUIET).rate(log).equilibrium
    assert (on_tasks.spread, on_tasks.shrinkage) == (game.spread, game.shrinkage)
    assert alone.spread == 0 < on_tasks.spread
    assert alone.shrinkage == game.held.pairs.shrinkage != game.shrinkage


def test_lotteries_play_votes_and_no_model() -> None:
    """Nothing is said of a model under maximal lotteries, which play the votes themselves."""
    ratings = MaximalLottery(**QUIET).rate(ladder([1.0, 0.0, -1.0], spread=0.9, each=80))
    assert np.isnan(ratings.equilibrium.shrinkage)
    assert "model" not in as_text(ratings)
    chain = make_games([0] * 9 + [1] * 9 + [2] * 9 + [3] * 9, [1, 1, 1] * 3 + [2] * 9 + [3] * 9
                       + [4] * 9, [1, 0, 1] * 12)  # fmt: skip
    with pytest.warns(RankingWarning, match="40% of the pairs .* the others count as even"):
        MaximalLottery(**QUIET).rate(chain)


def test_scores_decide_though_all_comparisons_tied() -> None:
    """Scores that differ too little to win a comparison still rate by their means."""
    games = make_games([0, 0, 1] * 20, [1, 2, 2] * 20, [0.5] * 60)
    item = np.repeat(np.arange(20), 3)
    who = np.tile(np.arange(3), 20)
    every = np.arange(60)
    scores = ScoreLog(
        games.competitors, who, item, 0.1 * who + 0.01 * item, every, np.zeros(60, np.int64)
    )
    log = replace(TaskLog.single(games), scores=scores)
    ratings = NashAveraging(payoff="scores", **QUIET).rate(log)
    np.testing.assert_allclose(ratings.rating, [652.6, 826.3, 1000.0], atol=0.1)
    flat = replace(log, scores=replace(scores, score=np.ones(60)))
    even = NashAveraging(payoff="scores", **QUIET).rate(flat)
    assert (even.rating == 1000).all()
    assert "all scores are equal" in as_text(even)


def test_the_mix_is_that_of_one_group() -> None:
    """Groups that never met have a mix each; the one that is named sums to 100%."""
    games = make_games(
        [0] * 20 + [3] * 9, [1] * 10 + [2] * 10 + [4] * 9, [1, 1, 1, 0, 1] * 5 + [1, 1, 0, 1]
    )
    with pytest.warns(DisconnectedWarning):
        text = as_text(NashAveraging(**QUIET).rate(games))
    assert "In the mix of group 1: A 100%." in text


def test_few_resamples_that_disagree_decide_nothing() -> None:
    """Seven wins to three: the lottery is sure of the first, the evidence is not."""
    ratings = MaximalLottery().rate(make_games([0] * 10, [1] * 10, [1] * 7 + [0] * 3))
    assert ratings.rating[0] - ratings.rating[1] == pytest.approx(100)
    assert not ratings.better.any()


def test_who_is_last_in_every_resample_is_last() -> None:
    """A difference that never varies but for the solver's precision is decided."""
    rng = np.random.default_rng(0)
    items, who = np.repeat(np.arange(60), 3), np.tile(np.arange(3), 60)
    score = np.where(who == 2, 0.0, rng.integers(1, 3, 180))
    every = np.arange(180)
    games = make_games([0, 1] * 30, [2, 2] * 30, [1, 1, 0, 0] * 15)
    scores = ScoreLog(games.competitors, who, items, score, every, np.zeros(180, int))
    log = TaskLog(games, ("all",), np.arange(60), np.zeros(60, int), "none", scores=scores)
    ratings = CoarseCorrelated(payoff="scores", resamples=40).rate(log)
    assert ratings.rank_low[2] == 3

"""Games from scores: means by task, on one range, with missing ones filled."""

from dataclasses import replace

import numpy as np
import pytest

from ranking.equilibria.resampling import resampled_games
from ranking.equilibria.task_log import ScoreLog, TaskLog
from ranking.equilibria.task_scores import on_range
from ranking.equilibria.win_rates import log_game
from ranking.errors import DisconnectedWarning, InputError
from tests.conftest import make_games

EXACT = 1e-9


def score_log(table, *, items=4, noise=0.0, seed=0, names=None, tasks=None):
    """A log of comparisons and scores around the means in a table of shape (m, T); NaN is none."""
    table = np.asarray(table, float)
    m, t = table.shape
    rng = np.random.default_rng(seed)
    competitor, item, score, task = [], [], [], []
    for (i, k), mean in np.ndenumerate(table):
        if np.isfinite(mean):
            competitor += [i] * items
            item += [k * items + at for at in range(items)]
            score += list(mean + noise * rng.normal(size=items))
            task += [k] * items
    names = tuple(names or (chr(65 + at) for at in range(m)))
    tasks = tuple(tasks or (f"t{at}" for at in range(t)))
    every = np.arange(len(score))
    scores = ScoreLog(
        names, np.array(competitor), np.array(item), np.array(score), every, np.array(task)
    )
    ring = np.arange(m)
    games = make_games(ring, (ring + 1) % m, np.ones(m), names=names)
    return TaskLog(games, tasks, ring, ring * 0, "topic", scores=scores)


TABLE = np.array([[1, 40, 3], [3, 20, 3], [2, 30, 3.0]])


def test_scores_are_put_on_the_range_of_each_task() -> None:
    """From 0 to 1 on every task; a task on which all score the same separates nobody."""
    built = log_game(score_log(TABLE), payoff="scores")
    expected = [[0, 1, 0.5], [1, 0, 0.5], [0.5, 0.5, 0.5]]
    np.testing.assert_allclose(built.score_game.score, expected, atol=EXACT)
    np.testing.assert_allclose(built.game.margin[0, 1], [1, 0, 0.5], atol=EXACT)
    assert (built.data_share, built.comparisons_per_cell) == (1.0, 4.0)


def test_missing_scores_are_filled_by_what_both_sides_lead_one_to_expect() -> None:
    """Additive tables are filled exactly, within the range of the task."""
    whole = np.add.outer([0.1, 0.3, 0.2, 0.0], [0.2, 0.5, 0.1])
    whole[3, 2] = 0.0
    held = whole.copy()
    held[2, 1] = np.nan
    full = log_game(score_log(whole), payoff="scores").score_game.score
    built = log_game(score_log(held), payoff="scores")
    np.testing.assert_allclose(built.score_game.score[2, 1], full[2, 1], atol=0.05)
    assert built.data_share == pytest.approx(11 / 12)
    count = np.array([[1, 1], [1, 1], [1, 0.0]])
    filled = on_range(count, np.array([[0.0, 0], [1, 1], [0.5, 0]]))
    np.testing.assert_allclose(filled[2], [0.5, 0.5], atol=1e-8)


def test_clones_and_repeated_tasks_move_nothing() -> None:
    """Copies of competitors and tasks share their scores; the rest is the same to the last bit."""
    rng = np.random.default_rng(0)
    table = rng.random((5, 4))
    table[1, 2] = np.nan
    base = log_game(score_log(table), payoff="scores")
    copied = table[[0, 1, 2, 3, 4, 1, 1]][:, [0, 1, 2, 3, 0]]
    built = log_game(score_log(copied), payoff="scores")
    np.testing.assert_array_equal(base.score_game.score, built.score_game.score[:5, :4])
    np.testing.assert_array_equal(base.margins.margin, built.margins.margin[:5, :5])
    assert built.competitor_clones == (("B", "F", "G"),)
    assert built.task_clones == (("t0", "t4"),)


def test_declared_clones_share_the_mean_of_their_items() -> None:
    """They count as one competitor with the scores of all of them."""
    log = score_log([[0.0], [1.0], [0.4], [0.6]])
    built = log_game(log, payoff="scores", declared=[["C", "D"]])
    np.testing.assert_allclose(built.score_game.score.ravel(), [0, 1, 0.5, 0.5], atol=EXACT)
    with pytest.raises(InputError, match="'Z' is declared a clone"):
        log_game(log, payoff="scores", declared=[["A", "Z"]])


def test_who_shares_no_task_is_left_out_with_a_note() -> None:
    """Competitors without a score, or on other tasks only, are named."""
    table = [[1, 2, np.nan], [2, 1, np.nan], [0, 3, np.nan], [np.nan, np.nan, 1], [np.nan] * 3]
    built = log_game(score_log(table), payoff="scores")
    assert built.game.competitors == ("A", "B", "C")
    assert built.game.tasks == ("t0", "t1")
    assert built.rated.tolist() == [True, True, True, False, False]
    ((sentence, category),) = built.notes
    assert category is DisconnectedWarning
    assert "D, E" in sentence


def test_votes_are_those_of_the_comparisons() -> None:
    """Scores are the payoffs; the majorities come from who won."""
    built = log_game(score_log(TABLE), payoff="scores")
    assert built.votes.margin.tolist() == [[0, 1, -1], [-1, 0, 1], [1, -1, 0]]


def test_replicates_draw_items() -> None:
    """Means vary as those of their items do, and only then."""
    base_log = score_log([[0.2, 0.8], [0.8, 0.2], [0.5, 0.5]], items=40, noise=0.3)
    base = log_game(base_log, payoff="scores")
    drawn = [g.score_game.score for g in resampled_games(base_log, base, resamples=50)]
    assert 0.03 < np.std(drawn, axis=0)[2].mean() < 0.3
    again = [g.score_game.score for g in resampled_games(base_log, base, resamples=50)]
    np.testing.assert_array_equal(drawn, again)
    still = score_log([[0.2, 0.8], [0.8, 0.2], [0.5, 0.5]])
    flat = log_game(still, payoff="scores")
    for one in resampled_games(still, flat, resamples=5):
        np.testing.assert_allclose(one.score_game.score, flat.score_game.score, atol=EXACT)


def test_tasks_of_a_single_item_cannot_be_resampled() -> None:
    """One number says nothing of its own error."""
    log = score_log(TABLE, items=1)
    with pytest.raises(InputError, match="a single item"):
        next(resampled_games(log, log_game(log, payoff="scores")))


def test_no_scores_are_an_error() -> None:
    """A log without scores, and one in which only one competitor has any."""
    log = score_log(TABLE)
    with pytest.raises(InputError, match="read without scores"):
        log_game(replace(log, scores=None), payoff="scores")
    with pytest.raises(InputError, match="must have scores"):
        log_game(score_log([[1, 2], [np.nan, np.nan]]), payoff="scores")
    with pytest.raises(InputError, match="finite number"):
        replace(log.scores, score=log.scores.score * np.nan)


def test_equal_means_on_other_items_are_no_clones() -> None:
    """Two who are each right on two of four items, but not the same two, are two competitors."""
    log = score_log(np.full((3, 1), 0.5))
    score = np.array([1, 1, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0.0])
    built = log_game(replace(log, scores=replace(log.scores, score=score)), payoff="scores")
    assert built.competitor_clones == ()
    assert built.game.margin[0, 0, 1] == 0


def test_where_all_scores_are_the_same_everybody_plays() -> None:
    """Nobody is merged away where nobody differs: all margins are 0."""
    built = log_game(score_log(np.full((3, 2), 0.5)), payoff="scores")
    assert built.rated.all()
    assert not built.game.margin.any()

"""Resampled logs: what is drawn, what is held, and what clones and order cannot change."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit

from ranking.equilibria.resampling import resampled_games, resampling_rule
from ranking.equilibria.shrinkage import MOST_SHRINKAGE, Dispersion, drawn_departures
from ranking.equilibria.task_log import TaskLog
from ranking.equilibria.win_rates import log_game
from ranking.errors import InputError
from tests.equilibria.logs import simulated, task_log, with_clones, with_repeated_task


def margins(log, *, resamples=20, **settings):
    """The margins of the replicates, shape (resamples, T, n, n), and the base."""
    base = log_game(log)
    drawn = resampled_games(log, base, resamples=resamples, **settings)
    return np.array([one.game.margin for one in drawn]), base


def log_with_judges(seed=0, judges=12, items=30, tasks=8):
    log, _ = simulated(seed, items=items, tasks=tasks)
    judge = np.random.default_rng(seed).integers(judges, size=len(log.games))
    return replace(log, games=replace(log.games, judge=judge))


def test_replicates_have_the_competitors_and_tasks_of_the_base() -> None:
    """And its tau and kappa; the last may be drawn without the first being kept."""
    log, _ = simulated(0, items=30)
    base = log_game(log)
    drawn = list(resampled_games(log, base, resamples=5))
    assert len(drawn) == 5
    for one in drawn:
        assert one.game.competitors == base.game.competitors
        assert one.game.tasks == base.game.tasks
        assert (one.spread, one.shrinkage) == (base.spread, base.shrinkage)
        assert np.isfinite(one.game.margin).all()
        np.testing.assert_array_equal(one.game.margin, -one.game.margin.transpose(0, 2, 1))


def test_a_seed_is_reproducible_and_seeds_differ() -> None:
    """The same seed gives the same replicates to the last bit."""
    log = log_with_judges()
    one, _ = margins(log, resamples=3, seed=1)
    np.testing.assert_array_equal(one, margins(log, resamples=3, seed=1)[0])
    assert np.abs(one - margins(log, resamples=3, seed=2)[0]).max() > 0.01
    np.testing.assert_array_equal(one[:2], margins(log, resamples=2, seed=1)[0])


@pytest.mark.parametrize("cluster", ["item", "judge", "both", "none"])
def test_clones_stay_clones_and_move_nothing(cluster) -> None:
    """With copies of competitors and tasks every replicate is the same to the last bit."""
    log = log_with_judges()
    attacked = with_repeated_task(with_clones(log, 3), 1, copies=2)
    one, base = margins(log, resamples=4, cluster=cluster)
    other, cloned = margins(attacked, resamples=4, cluster=cluster)
    n, tasks = len(base.game.competitors), len(base.game.tasks)
    np.testing.assert_array_equal(one, other[:, :tasks, :n, :n])
    np.testing.assert_array_equal(other[:, :, 3], other[:, :, n])
    np.testing.assert_array_equal(other[:, 1], other[:, tasks])
    assert cloned.game.competitors[n] == "m3+0"


def test_declared_clones_stay_clones() -> None:
    """Their rows are equal in every replicate."""
    log, _ = simulated(1, items=30)
    base = log_game(log, declared=[["m1", "m8"]])
    for one in resampled_games(log, base, resamples=5):
        np.testing.assert_array_equal(one.game.margin[:, 1], one.game.margin[:, 8])


def test_what_is_drawn_is_what_the_rule_says() -> None:
    """Items, items and judges where there are ten or more, comparisons elsewhere."""
    items, _ = simulated(2, items=30)
    assert resampling_rule(items).by == "item"
    assert resampling_rule(log_with_judges()).by == "both"
    assert resampling_rule(log_with_judges(judges=5)).by == "item"
    assert resampling_rule(simulated(2)[0]).by is None
    assert resampling_rule(log_with_judges(), "judge").by == "judge"


def test_what_the_tasks_are_is_not_drawn() -> None:
    """Where items are the tasks, judges are drawn; where judges are, items."""
    log = log_with_judges()
    assert resampling_rule(replace(log, by="items")).by == "judge"
    assert resampling_rule(replace(log, by="judges")).by == "item"
    assert resampling_rule(replace(log, by="items"), "item").by == "item"


def test_clusters_that_are_not_there_are_refused() -> None:
    """Asking for items of a log without any is an error, when it is drawn from."""
    log, _ = simulated(3)
    with pytest.raises(InputError, match="no items"):
        next(resampled_games(log, log_game(log), cluster="item"))


def test_a_game_that_knows_no_rows_is_refused() -> None:
    """Only what `log_game` returned can be resampled."""
    log, _ = simulated(3)
    with pytest.raises(InputError, match="can be resampled"):
        next(resampled_games(log, replace(log_game(log), held=None)))


def test_the_spread_of_independent_comparisons_is_binomial() -> None:
    """One pair of N comparisons: the margin's deviation is that of a Poisson number of each."""
    n, wins = 400, 260
    score = np.r_[np.ones(wins), np.zeros(n - wins)]
    log = TaskLog.single(task_log(np.zeros(n, int), np.ones(n, int), score, np.zeros(n)).games)
    base = log_game(log, shrinkage=0.0)
    drawn = [g.game.margin[0, 0, 1] for g in resampled_games(log, base, resamples=300)]
    p = wins / n
    assert np.std(drawn) == pytest.approx(2 * np.sqrt(p * (1 - p) / n), rel=0.12)
    assert np.mean(drawn) == pytest.approx(2 * p - 1, abs=0.005)


def test_the_spread_of_clusters_is_that_of_their_means() -> None:
    """Items that decide all their comparisons alike count once each, however many these are."""
    rng = np.random.default_rng(0)
    items, each = 60, 10
    outcome = rng.random(items) < 0.6
    score = np.repeat(outcome, each).astype(float)
    n = items * each
    log = task_log(
        np.zeros(n, int), np.ones(n, int), score, np.zeros(n), item=np.repeat(range(items), each)
    )
    base = log_game(log, shrinkage=0.0)
    p = outcome.mean()
    for cluster, sample in [("item", items), ("none", n)]:
        drawn = resampled_games(log, base, resamples=250, cluster=cluster)
        deviation = np.std([g.game.margin[0, 0, 1] for g in drawn])
        assert deviation == pytest.approx(2 * np.sqrt(p * (1 - p) / sample), rel=0.15)


def test_an_aggregated_log_is_drawn_like_its_rows() -> None:
    """Rows of many votes and as many rows of one give replicates of the same spread."""
    rows = task_log([0, 0, 1, 1, 2, 2], [1, 1, 2, 2, 0, 0], [1, 0] * 3, [0] * 6)
    votes = np.array([30, 20, 45, 5, 25, 25.0])
    whole = replace(rows, games=replace(rows.games, votes=votes))
    at = np.repeat(np.arange(6), votes.astype(int))
    single = TaskLog.single(replace(rows.games.take(at), votes=np.ones(len(at))))
    spreads = [margins(log, resamples=200)[0].std(axis=0) for log in (whole, single)]
    np.testing.assert_allclose(spreads[0], spreads[1], atol=0.025)


def test_both_ways_are_at_least_as_wide_as_either() -> None:
    """Drawing items and judges at once adds their variances, up to chance."""
    log = log_with_judges(tasks=1)
    spread = {
        by: margins(log, resamples=100, cluster=by)[0].std(axis=0).mean()
        for by in ("item", "judge", "both")
    }
    assert spread["both"] > 1.1 * max(spread["item"], spread["judge"])


def test_a_comparison_of_several_tasks_is_drawn_once() -> None:
    """Two tasks with the same rows stay clones in every replicate."""
    log, _ = simulated(4, tasks=1)
    every = np.arange(len(log.games))
    n = len(every)
    twice = replace(
        log,
        tasks=("a", "b"),
        row=np.r_[every, every[: n - 1]],
        task=np.r_[np.zeros(n, int), np.ones(n - 1, int)],
    )
    cells = {}
    for one in resampled_games(twice, log_game(twice, spread=0.0, shrinkage=0.0), resamples=5):
        gap = np.abs(one.game.margin[0] - one.game.margin[1])
        cells[gap.max()] = (gap > 1e-6).sum()
    assert max(cells.values()) <= 2  # only the cell of the row that one of them lacks


def test_rows_without_a_cluster_stand_for_themselves() -> None:
    """They are drawn one by one beside the clusters, so that they vary too."""
    log, _ = simulated(5, tasks=1, competitors=3, comparisons=60.0, empty=0.0)
    item = np.where(np.arange(len(log.games)) % 2, -1, 7)
    half = replace(log, games=replace(log.games, item=item))
    drawn, _ = margins(half, resamples=30, cluster="item")
    assert drawn.std(axis=0)[0][np.triu_indices(3, 1)].min() > 0.01


def test_tiny_logs_can_be_drawn_from() -> None:
    """A draw never loses all comparisons."""
    log = task_log([0, 0], [1, 1], [1, 0], [0, 0])
    drawn, _ = margins(log, resamples=50)
    assert np.isfinite(drawn).all()


def test_departures_scatter_as_beta_variates() -> None:
    """Their mean is 0, their variance P (1 - P) / (kappa + 1), and they are antisymmetric."""
    strength = np.array([[1.0, 0.0, -2.0]])
    rate = expit(strength[0][:, None] - strength[0])
    rng = np.random.default_rng(0)
    alone = Dispersion(1.0, 1.0, 1.0)
    drawn = np.array([drawn_departures(strength, 9.0, alone, rng)[0] for _ in range(4000)])
    np.testing.assert_array_equal(drawn, -drawn.transpose(0, 2, 1))
    np.testing.assert_allclose(drawn.mean(axis=0), 0, atol=0.01)
    expected = rate * (1 - rate) / 10 * (1 - np.eye(3))
    np.testing.assert_allclose(drawn.var(axis=0), expected, rtol=0.1)


@pytest.mark.parametrize("shrinkage", [0.0, MOST_SHRINKAGE])
def test_nothing_departs_where_cells_stand_alone_or_follow_the_strengths(shrinkage) -> None:
    """At the largest kappa, and at 0, there is nothing left to draw."""
    rng = np.random.default_rng(0)
    assert not drawn_departures(np.zeros((2, 3)), shrinkage, Dispersion(1, 1, 1), rng).any()


def test_departures_widen_cells_but_not_what_the_strengths_settle() -> None:
    """In a balanced log a cell has the variance by theory, and a mean over rivals a binomial's.

    With h = 2 / m, the leverage of a cell, comparisons add ``(N^2 + 2 h N kappa + h kappa^2) / N``
    and departures ``kappa^2 (1 - h) / (kappa + 1)``, times ``W (1 - W) / (N + kappa)^2``.
    """
    m, n, kappa, h = 8, 40, 20.0, 2 / 8
    i, j = np.repeat(np.triu_indices(m, 1), n, axis=1)
    score = np.tile([1.0, 0.0], len(i) // 2)
    log = task_log(i, j, score, np.zeros(len(i), int))
    base = log_game(log, shrinkage=kappa)
    drawn = [one.margins.margin / 2 for one in resampled_games(log, base, resamples=200)]
    cell = np.var(drawn, axis=0)[~np.eye(m, dtype=bool)].mean()
    compared = (n**2 + 2 * h * n * kappa + h * kappa**2) / n
    departed = kappa**2 * (1 - h) / (kappa + 1)
    assert cell == pytest.approx((compared + departed) / 4 / (n + kappa) ** 2, rel=0.1)
    mean = np.sum(drawn, axis=2).var(axis=0).mean() / (m - 1) ** 2
    assert mean == pytest.approx(0.25 / (n * (m - 1)), rel=0.15)

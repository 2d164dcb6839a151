"""Strengths per task pooled around strengths overall: optima, limits, invariances, redundancy."""

import numpy as np
import pytest
from hypothesis import given
from scipy.optimize import minimize
from scipy.special import expit

from ranking.capabilities import pooled_strengths
from ranking.capabilities.spread import CEILING, FLOOR, Linearised, log_marginal, most_likely
from ranking.errors import ConvergenceError, InputError
from ranking.newton import fit_strengths
from tests.conftest import games_logs, make_games

EXACT = 1e-9
SOLVED = 1e-6  # two solvers, each stopped at its tolerance
POINTS = 173.71779


def simulated(m, tasks, rows, spread, seed):
    """Draw a log: strengths N(0, 1), departures N(0, spread), tasks and pairs at random."""
    rng = np.random.default_rng(seed)
    own = rng.normal(size=m) + spread * rng.normal(size=(tasks, m))
    task = rng.integers(0, tasks, rows)
    first = rng.integers(0, m, rows)
    second = (first + rng.integers(1, m, rows)) % m
    won = rng.random(rows) < expit(own[task, first] - own[task, second])
    return m, tasks, task, first, second, np.ones(rows), won.astype(float)


def bradley_terry(m, first, second, score, ridge=0.0):
    games = make_games(first, second, score, names=[f"m{at}" for at in range(m)])
    return fit_strengths(games.tally().pairs(), ridge=ridge)[0]


def test_strengths_maximise_the_penalised_likelihood() -> None:
    """A general optimiser, given the objective as it is written down, ends at the same place."""
    m, tasks, task, i, j, w, s = log = simulated(4, 3, 150, 0.5, seed=1)
    found = pooled_strengths(*log, spread=0.4)

    def loss(flat):
        overall, departure = flat[:m], flat[m:].reshape(tasks, m)
        strength = overall + departure
        d = strength[task, i] - strength[task, j]
        return w @ np.logaddexp(0, d) - s @ d + (departure**2).sum() / (2 * 0.4**2)

    best = minimize(loss, np.zeros(m * (tasks + 1)), method="BFGS", options={"gtol": 1e-7}).x
    overall = best[:m] - best[:m].mean()
    departure = best[m:].reshape(tasks, m)
    assert found.ridge == 0
    np.testing.assert_allclose(found.overall, overall, atol=1e-5)
    np.testing.assert_allclose(found.own, overall + departure, atol=1e-5)


def test_the_marginal_likelihood_is_that_of_the_gaussian_model() -> None:
    """Eigenvalues and elimination give what the dense joint precision gives, up to a constant."""
    rng = np.random.default_rng(0)
    m, ridge, centre = 4, 0.3, rng.normal(size=4)
    information, score = [], []
    for _ in range(3):
        edges = rng.random((m, m)) * rng.integers(0, 2, (m, m))
        edges = np.triu(edges, 1) + np.triu(edges, 1).T
        information.append(np.diag(edges.sum(axis=0)) - edges)
        score.append(information[-1] @ rng.normal(size=m))

    def dense(spread):
        joint = np.zeros((16, 16))
        pull = np.concatenate([np.sum(score, axis=0) - ridge * centre, *score])
        joint[:m, :m] = np.sum(information, axis=0) + ridge * np.eye(m)
        for t, h in enumerate(information):
            at = slice(m * (t + 1), m * (t + 2))
            joint[:m, at] = joint[at, :m] = h
            joint[at, at] = h + np.eye(m) / spread**2
        fit = pull @ np.linalg.solve(joint, pull) / 2
        return fit - np.linalg.slogdet(joint)[1] / 2 - 3 * m * np.log(spread)

    every = [np.arange(m)] * 3
    tasks = Linearised.of(m, list(zip(every, information, score, strict=True)))
    ours = [log_marginal(tasks, at, ridge=ridge, centre=centre) for at in (0.1, 0.7, 2.0)]
    theirs = [dense(at) for at in (0.1, 0.7, 2.0)]
    np.testing.assert_allclose(np.diff(ours), np.diff(theirs), atol=EXACT)


@pytest.mark.parametrize("true", [0.3, 0.8])
def test_the_spread_is_recovered(true) -> None:
    """Over 20 logs of 12 competitors and 8 tasks the estimate is right on average."""
    found = [pooled_strengths(*simulated(12, 8, 3000, true, seed)).spread for seed in range(20)]
    assert np.mean(found) == pytest.approx(true, rel=0.1)


def test_pooling_is_closer_to_the_truth_than_either_extreme() -> None:
    """Strengths per task from pooling beat those from each task alone and from all together."""
    errors = np.zeros(3)
    for seed in range(10):
        rng = np.random.default_rng(seed)
        m, tasks, task, i, j, _, s = log = simulated(12, 8, 2400, 0.3, seed)
        own = rng.normal(size=m) + 0.3 * rng.normal(size=(tasks, m))  # the same draws again
        own -= own.mean(axis=1, keepdims=True)
        pooled = pooled_strengths(*log)
        alone = [bradley_terry(m, i[task == t], j[task == t], s[task == t], 0.1) for t in range(8)]
        for at, guess in enumerate((pooled.own, np.array(alone), pooled.overall)):
            errors[at] += ((guess - own) ** 2).mean()
    assert errors[0] < 0.8 * errors[1:].min()


def test_where_tasks_do_not_differ_the_spread_is_at_its_floor() -> None:
    """The same results on every task: no differences, and Bradley–Terry on all comparisons."""
    _, _, _, i, j, w, s = simulated(6, 1, 400, 0.0, seed=3)
    task = np.repeat(np.arange(4), len(i))
    found = pooled_strengths(6, 4, task, *(np.tile(v, 4) for v in (i, j, w, s)))
    assert found.spread == FLOOR and not found.differences
    np.testing.assert_allclose(found.overall, bradley_terry(6, i, j, s), atol=0.01)


@pytest.mark.parametrize("spread", [None, 0.7])
def test_a_single_task_is_bradley_terry(spread) -> None:
    """With one task, or one with comparisons, nothing departs: it is Bradley–Terry, plainly."""
    m, _, task, i, j, w, s = simulated(6, 1, 300, 0.0, seed=4)
    plain = bradley_terry(m, i, j, s)
    for tasks in (1, 3):
        found = pooled_strengths(m, tasks, task, i, j, w, s, spread=spread)
        assert found.spread == 0
        np.testing.assert_allclose(found.overall, plain, atol=SOLVED)
        np.testing.assert_array_equal(found.own, np.tile(found.overall, (tasks, 1)))


def test_no_spread_is_bradley_terry_on_everything() -> None:
    """A spread of 0 gives one strength on all tasks; a tiny one nearly that."""
    m, _, _, i, j, _, s = log = simulated(6, 3, 300, 0.5, seed=5)
    plain = bradley_terry(m, i, j, s)
    np.testing.assert_allclose(pooled_strengths(*log, spread=0).own[2], plain, atol=SOLVED)
    np.testing.assert_allclose(pooled_strengths(*log, spread=1e-4).own[2], plain, atol=1e-4)


def test_the_prior_is_used_only_where_it_is_needed() -> None:
    """Somebody unbeaten on all tasks, or nobody met: finite through the ridge; else no ridge."""
    first, second, task = [0, 0, 1, 2, 1, 2], [1, 2, 2, 1, 2, 1], [0, 1, 0, 0, 1, 1]
    unbeaten = pooled_strengths(3, 2, task, first, second, np.ones(6), np.ones(6), spread=0.5)
    assert unbeaten.ridge == 0.1
    assert np.isfinite(unbeaten.own).all() and unbeaten.overall.argmax() == 0
    apart = pooled_strengths(4, 1, [0] * 4, [0, 1, 2, 3], [1, 0, 3, 2], np.ones(4), np.ones(4))
    assert apart.ridge == 0.1
    np.testing.assert_allclose(apart.overall, 0, atol=EXACT)
    met = pooled_strengths(3, 2, [*task, 1], [*first, 1], [*second, 0], np.ones(7), np.ones(7))
    assert met.ridge == 0


def test_who_was_not_compared_on_a_task_keeps_its_strength_overall() -> None:
    """A task that knows two of four competitors moves those two alone, in opposite directions."""
    _, _, task, i, j, w, s = simulated(4, 2, 200, 0.5, seed=6)
    inside = (task == 0) | ((i < 2) & (j < 2))
    found = pooled_strengths(4, 2, *(v[inside] for v in (task, i, j, w, s)), spread=0.5)
    departure = found.own - found.overall
    np.testing.assert_allclose(departure[1, 2:], 0, atol=EXACT)
    assert departure[1, 0] == pytest.approx(-departure[1, 1], abs=SOLVED)
    assert abs(departure[1, 0]) > 0.01


def test_flooding_a_task_hardly_moves_the_strengths_overall() -> None:
    """Seven times the comparisons of one task move Bradley–Terry by far more than these."""
    m, tasks, task, i, j, w, s = simulated(8, 6, 6000, 0.6, seed=7)
    flood = np.where(task == 0, 7.0, 1.0)
    before = pooled_strengths(m, tasks, task, i, j, w, s)
    after = pooled_strengths(m, tasks, task, i, j, w * flood, s * flood)
    plain = pooled_strengths(m, tasks, task, i, j, w, s, spread=0)
    flooded = pooled_strengths(m, tasks, task, i, j, w * flood, s * flood, spread=0)
    moved = POINTS * np.abs(after.overall - before.overall).max()
    plainly = POINTS * np.abs(flooded.overall - plain.overall).max()
    assert plainly > 50
    assert moved < 7
    endless = pooled_strengths(
        m, tasks, task, i, j, w * flood**4, s * flood**4, spread=after.spread
    )
    assert POINTS * np.abs(endless.overall - after.overall).max() < 3


@given(games_logs())
def test_order_sides_and_labels_do_not_matter(games) -> None:
    """Rows in another order, sides swapped, competitors and tasks renumbered: the same answer."""
    n, m = len(games), len(games.competitors)
    task = np.arange(n) % 3
    rows = (task, games.first, games.second, np.ones(n), games.score)
    before = pooled_strengths(m, 3, *rows, spread=0.5)
    np.testing.assert_allclose(before.overall.sum(), 0, atol=EXACT)
    np.testing.assert_allclose(before.own.sum(axis=1), 0, atol=EXACT)
    rng = np.random.default_rng(0)
    order, label, task_label = rng.permutation(n), rng.permutation(m), rng.permutation(3)
    t, i, j, w, s = (values[order] for values in rows)
    after = pooled_strengths(m, 3, task_label[t], label[j], label[i], w, 1 - s, spread=0.5)
    np.testing.assert_allclose(after.overall[label], before.overall, atol=SOLVED)
    np.testing.assert_allclose(after.own[task_label][:, label], before.own, atol=SOLVED)


def test_the_spread_does_not_depend_on_the_labels() -> None:
    """Relabelled and summed rows give the same spread."""
    m, tasks, task, i, j, w, s = log = simulated(7, 4, 800, 0.5, seed=8)
    before = pooled_strengths(*log)
    label, task_label = np.random.default_rng(1).permutation(m), np.array([2, 0, 3, 1])
    after = pooled_strengths(m, tasks, task_label[task], label[i], label[j], w, s)
    assert after.spread == pytest.approx(before.spread, rel=1e-4)
    np.testing.assert_allclose(after.own[task_label][:, label], before.own, atol=1e-4)


def test_resampled_logs_begin_where_the_whole_one_ended() -> None:
    """From a start or from zero the strengths are the same, with somebody gone from a task too."""
    m, tasks, task, i, j, w, s = log = simulated(7, 4, 900, 0.5, seed=9)
    base = pooled_strengths(*log)
    rng = np.random.default_rng(0)
    for draw in range(5):
        votes = rng.poisson(1, len(w)).astype(float)
        if draw == 4:
            votes[(task == 1) & ((i == 2) | (j == 2))] = 0
        warm = pooled_strengths(
            m, tasks, task, i, j, votes, votes * s, spread=base.spread, start=base
        )
        cold = pooled_strengths(m, tasks, task, i, j, votes, votes * s, spread=base.spread)
        np.testing.assert_allclose(warm.own, cold.own, atol=SOLVED)
        np.testing.assert_allclose(warm.overall, cold.overall, atol=SOLVED)
    again = pooled_strengths(*log, start=base)
    assert again.spread == pytest.approx(base.spread, rel=1e-4)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"score": [2.0, 0.0]}, "between 0 and its weight"),
        ({"weight": [1.0, np.nan]}, "finite"),
        ({"weight": [0.0, 0.0], "score": [0.0, 0.0]}, "some positive"),
        ({"second": [0, 0]}, "with itself"),
        ({"task": [0, 5]}, "task code must lie in 0 to 1"),
        ({"first": [0, -1]}, "competitor code"),
        ({"score": [1.0]}, "one length"),
        ({"spread": -1.0}, "`spread`"),
        ({"ridge": 0.0}, "`ridge`"),
    ],
)
def test_bad_input_is_refused_in_words(change, sentence) -> None:
    """Codes out of range, scores above their weight and the like are errors."""
    good = {"task": [0, 1], "first": [0, 1], "second": [1, 0], "weight": [1.0] * 2}
    with pytest.raises(InputError, match=sentence):
        pooled_strengths(2, 2, **{**good, "score": [1.0, 1.0], **change})


def test_the_search_for_the_spread_leaves_a_bad_guess() -> None:
    """The maximum is found from anywhere; at the floor it is the floor itself."""

    def peak(at):
        return lambda spread: -((np.log(spread) - np.log(at)) ** 2)

    for near in (None, 0.1, 2.9):
        assert most_likely(peak(0.7), near) == pytest.approx(0.7, rel=1e-3)
    assert most_likely(peak(0.001)) == most_likely(peak(0.001), FLOOR) == FLOOR


def test_a_spread_that_alternates_is_bisected(monkeypatch) -> None:
    """Where each turn jumps to the other side of the best spread, it is closed in upon."""

    def opposite(_likelihood, near=None):
        return 0.09 / (near or 0.5)

    monkeypatch.setattr("ranking.capabilities.pooling.most_likely", opposite)
    found = pooled_strengths(*simulated(6, 3, 200, 0.3, 0))
    assert found.spread == pytest.approx(0.3, rel=1e-4)


@pytest.mark.parametrize(("rows", "settles"), [(40, True), (4000, False)])
def test_a_spread_between_two_is_taken_where_they_are_alike(monkeypatch, rows, settles) -> None:
    """Few comparisons find spreads near a jump alike; many do not, and then it is an error."""

    def jumping(_likelihood, near=None):
        return 1.5 if (near or 0.5) < 0.3 else 0.05

    monkeypatch.setattr("ranking.capabilities.pooling.most_likely", jumping)
    log = simulated(6, 3, rows, 0.05, 1)
    if settles:
        assert pooled_strengths(*log).spread == pytest.approx(0.3, rel=1e-3)
    else:
        with pytest.raises(ConvergenceError, match="did not settle"):
            pooled_strengths(*log)


def test_pairs_that_met_on_one_task_each_settle() -> None:
    """A chain with a task for each link tells nothing of differences between its tasks."""
    link = np.arange(3)
    found = pooled_strengths(4, 3, link, link, link + 1, np.full(3, 29.0), np.full(3, 20.3))
    assert FLOOR <= found.spread <= CEILING
    assert np.diff(found.overall) == pytest.approx(-np.log(7 / 3), abs=0.05)

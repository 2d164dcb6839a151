"""Dynamic Bradley–Terry against a worked example, a dense rewriting, its limits and known truth."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit

from ranking.errors import DisconnectedWarning, InputError, RankingWarning, SeparationWarning
from ranking.methods import BradleyTerry
from ranking.methods.dynamic import DynamicBradleyTerry
from ranking.methods.dynamic_fit import fit_drift, fit_paths
from ranking.methods.dynamic_states import final_covariance, final_influence, states
from ranking.methods.dynamic_walks import Walks
from ranking.newton import fit_strengths
from ranking.periods import divide
from ranking.ratings import POINTS_PER_LOGIT
from tests.conftest import games_logs, make_games

DAY = 86_400.0
PUBLISHED = 1e-6
TIGHT = 1e-12


def drifting(competitors, periods, rows, *, drift=0.15, seed=0, walk=True):
    """Draw a log between strengths that walk at random, and return both."""
    rng = np.random.default_rng(seed)
    steps = rng.normal(0, drift if walk else 0, (periods, competitors))
    steps[0] = rng.normal(0, 1, competitors)
    truth = steps.cumsum(axis=0)
    first = rng.integers(0, competitors, rows)
    second = (first + rng.integers(1, competitors, rows)) % competitors
    period = np.sort(rng.integers(0, periods, rows))
    won = rng.random(rows) < expit(truth[period, first] - truth[period, second])
    names = [f"m{at}" for at in range(competitors)]
    return make_games(first, second, won.astype(float), time=period * DAY, names=names), truth


class Dense:
    """The same posterior on a full grid of nodes, by a general optimiser and dense inversion."""

    def __init__(self, games, period, drift, ridge):
        m, count = len(games.competitors), int(period.max()) + 1
        weight = games.votes * games.weight
        precision = np.zeros((count * m, count * m))
        for one in range(m):
            played = period[(games.first == one) | (games.second == one)]
            for at in range(count - 1):
                i, j = at * m + one, (at + 1) * m + one
                precision[[i, j], [i, j]] += 1 / drift**2
                precision[i, j] -= 1 / drift**2
                precision[j, i] -= 1 / drift**2
            entry = played.min() * m + one
            precision[entry, entry] += ridge
        a, b = period * m + games.first, period * m + games.second

        def loss(theta):
            d = theta[a] - theta[b]
            value = weight @ (np.logaddexp(0, d) - games.score * d) + theta @ precision @ theta / 2
            slope = weight * (expit(d) - games.score)
            gradient = precision @ theta
            np.add.at(gradient, a, slope)
            np.add.at(gradient, b, -slope)
            return value, gradient

        found = minimize(loss, np.zeros(count * m), jac=True, method="BFGS",
                         options={"gtol": 1e-7, "maxiter": 5000})  # fmt: skip
        p = expit(found.x[a] - found.x[b])
        hessian = precision.copy()
        for i, j, v in zip(a, b, weight * p * (1 - p), strict=True):
            hessian[[i, j], [i, j]] += v
            hessian[i, j] -= v
            hessian[j, i] -= v
        self.m, self.count = m, count
        self.mean = found.x.reshape(count, m)
        self.covariance = np.linalg.inv(hessian)
        self.evidence = (
            -found.fun + (np.linalg.slogdet(precision)[1] - np.linalg.slogdet(hessian)[1]) / 2
        )

    def around_final_mean(self):
        """Return means and variances around the mean at the last period, and that covariance."""
        last = np.arange(self.m) + (self.count - 1) * self.m
        contrast = np.eye(self.count * self.m)
        contrast[:, last] -= 1 / self.m
        v = contrast @ self.covariance @ contrast.T
        mean = self.mean - self.mean[-1].mean()
        return mean, np.diag(v).reshape(self.count, self.m), v[np.ix_(last, last)]


@pytest.mark.parametrize("filled", [True, False])
def test_the_worked_example(filled) -> None:
    """A wins 3 of 4, then 1 of 4; variance 1/4 per period, prior precision 1."""
    games = make_games([0] * 8, [1] * 8, [1, 1, 1, 0, 1, 0, 0, 0], time=[0] * 4 + [DAY] * 4)
    walks = Walks.of(games, divide(games.time, "day"), filled=filled)
    strength = fit_paths(walks, 0.5, 1.0, tolerance=TIGHT).strength
    np.testing.assert_allclose(strength, [0.076835, -0.115614, -0.076835, 0.115614], atol=PUBLISHED)


@given(games_logs(competitors=4, rows=30), st.integers(0, 5))
def test_agrees_with_a_dense_rewriting(games, seed) -> None:
    """Means, variances and covariance with idle periods, late entries, weights and votes."""
    rng = np.random.default_rng(seed)
    n = len(games)
    period = np.sort(rng.choice([0, 1, 3, 6], n))
    period -= period[0]
    games = make_games(
        games.first, games.second, games.score, time=period * DAY,
        votes=rng.integers(1, 3, n), weight=rng.choice([0.5, 1.0], n),
    )  # fmt: skip
    oracle = Dense(games, period, 0.3, 0.1)
    mean, variance, covariance = oracle.around_final_mean()
    method = DynamicBradleyTerry(period="day", drift=0.3 * POINTS_PER_LOGIT)
    course = method.course(games)
    found_mean, found_variance = course.states(np.arange(len(course.periods)))
    seen = np.isfinite(found_mean)
    for one in range(len(games.competitors)):
        entry = period[(games.first == one) | (games.second == one)].min()
        assert (seen[:, one] == (np.arange(len(seen)) >= entry)).all()
    np.testing.assert_allclose(found_mean[seen], mean[seen], atol=1e-4)
    np.testing.assert_allclose(found_variance[seen], variance[seen], rtol=1e-4)
    ratings = method.rate(games)
    np.testing.assert_allclose(ratings.covariance / POINTS_PER_LOGIT**2, covariance, atol=1e-4)
    np.testing.assert_allclose(ratings.std_error**2, np.diag(ratings.covariance), rtol=1e-8)


def test_both_eliminations_agree() -> None:
    """Dense by period with nodes in the gaps, sparse without: the same numbers to rounding."""
    games, _ = drifting(6, 12, 150, seed=12)
    games = games.take((games.time != 5 * DAY) & ((games.first > 1) | (games.time > 3 * DAY)))
    periods = divide(games.time, "day")
    dense, sparse = (
        fit_paths(Walks.of(games, periods, filled=filled), 0.2, 0.1, tolerance=TIGHT)
        for filled in (True, False)
    )
    assert len(dense.walks) > len(sparse.walks)
    component = np.zeros(6, np.int64)
    for one, two in zip(
        states(dense, component, np.arange(12)), states(sparse, component, np.arange(12)),
        strict=True,
    ):  # fmt: skip
        np.testing.assert_allclose(one, two, atol=1e-9)
    np.testing.assert_allclose(
        final_covariance(dense, component, final_influence(dense)),
        final_covariance(sparse, component, final_influence(sparse)),
        atol=1e-9,
    )
    other = [
        fit_paths(Walks.of(games, periods, filled=filled), 0.5, 0.1, tolerance=TIGHT).evidence
        for filled in (True, False)
    ]
    assert other[0] - dense.evidence == pytest.approx(other[1] - sparse.evidence, abs=1e-8)


def test_evidence_differs_between_drifts_as_in_the_dense_rewriting() -> None:
    """The log marginal likelihood is Laplace's, but for a constant."""
    games, _ = drifting(3, 4, 60, seed=2)
    periods = divide(games.time, "day")
    walks = Walks.of(games, periods)
    mine = [fit_paths(walks, drift, 0.1, tolerance=TIGHT).evidence for drift in (0.1, 0.4)]
    theirs = [Dense(games, periods.index, drift, 0.1).evidence for drift in (0.1, 0.4)]
    assert mine[1] - mine[0] == pytest.approx(theirs[1] - theirs[0], abs=1e-6)


def test_without_drift_it_is_static() -> None:
    """As the drift goes to zero the strengths become those of Bradley–Terry with the same ridge."""
    games, _ = drifting(6, 5, 400, seed=1)
    static, _ = fit_strengths(games.tally().pairs(), ridge=0.1)
    walks = Walks.of(games, divide(games.time, "day"))
    found = fit_paths(walks, 1e-5, 0.1, tolerance=TIGHT).strength
    np.testing.assert_allclose(found, static[walks.competitor], atol=1e-6)


def test_the_chosen_drift_has_the_highest_evidence() -> None:
    """Nearby drifts are worse, and the true one lies within the interval."""
    games, _ = drifting(10, 20, 8000, drift=0.2, seed=3)
    walks = Walks.of(games, divide(games.time, "day"))
    found = fit_drift(walks, 0.1)
    paths, error = found.paths, found.error
    for factor in (0.9, 1.1):
        near = fit_paths(walks, paths.drift * factor, 0.1, tolerance=TIGHT)
        assert near.evidence < paths.evidence
    assert abs(np.log(paths.drift / 0.2)) < 2.5 * error
    assert 0.03 < error < 0.3 and found.gain > 10


def test_truth_is_followed_better_than_by_a_static_fit() -> None:
    """20 competitors, 30 periods, 20,000 comparisons: half the error, and honest bands."""
    games, truth = drifting(20, 30, 20_000)
    course = DynamicBradleyTerry(period="day").course(games)
    mean, variance = course.states(np.arange(30))
    static, _ = fit_strengths(games.tally().pairs())
    aim = truth - truth[-1].mean()
    dynamic_error = np.sqrt(np.mean((mean - aim) ** 2))
    static_error = np.sqrt(np.mean((static - aim) ** 2))
    assert dynamic_error < 0.5 * static_error
    assert np.mean(np.abs(mean - aim) < 1.96 * np.sqrt(variance)) > 0.9


def test_bands_cover_the_truth() -> None:
    """95 % bands hold about 95 % of the true strengths, over several logs."""
    held = []
    for seed in range(8):
        games, truth = drifting(12, 12, 3000, drift=0.25, seed=seed + 20)
        mean, variance = DynamicBradleyTerry(period="day").course(games).states(np.arange(12))
        # The mean at the end is the zero of both.
        held.append(np.abs(mean - (truth - truth[-1].mean())) < 1.96 * np.sqrt(variance))
    assert 0.91 < np.mean(held) < 0.98


def test_steady_strengths_show_no_change() -> None:
    """Where nothing drifts the result says so, and equals the static ratings."""
    games, _ = drifting(6, 15, 3000, walk=False, seed=8)
    with pytest.warns(RankingWarning, match="No change over time"):
        ratings = DynamicBradleyTerry(period="day").rate(games)
    static, _ = fit_strengths(games.tally().pairs(), ridge=0.1)
    np.testing.assert_allclose((ratings.rating - 1000) / POINTS_PER_LOGIT, static, atol=0.05)
    (drift,) = ratings.parameters
    assert drift.name == "drift per day" and drift.estimate < 10
    assert not drift.low > 0


def test_idle_competitors_keep_their_rating_and_lose_certainty() -> None:
    """Who stops playing has the same mean for ever, and its variance grows by the drift's."""
    games, _ = drifting(5, 10, 1500, seed=4)
    stopped = games.take(~(((games.first == 0) | (games.second == 0)) & (games.time > 4 * DAY)))
    course = DynamicBradleyTerry(period="day", drift=26.0).course(stopped)
    mean, variance = course.states(np.arange(10))
    np.testing.assert_allclose(mean[4:, 0], mean[4, 0])
    growth = np.diff(variance[4:, 0])
    assert (growth > 0).all()
    # 1/m of the growth is that of the mean around which strengths are published.
    np.testing.assert_allclose(growth, (26 / POINTS_PER_LOGIT) ** 2 * (1 - 2 / 5), rtol=1e-9)


@given(games_logs(rows=60), st.randoms(use_true_random=False))
def test_order_side_and_names_do_not_matter(games, random) -> None:
    """Rows of one period may come in any order, either side first, under any number."""
    n, m = len(games), len(games.competitors)
    time = np.sort(np.arange(n) % 3) * DAY
    order = np.array(random.sample(range(n), n))
    order = order[np.argsort(time[order], kind="stable")]
    renumber = np.array(random.sample(range(m), m))
    moved = make_games(
        renumber[games.second[order]], renumber[games.first[order]], 1 - games.score[order],
        time=time[order],
    )  # fmt: skip
    games = make_games(games.first, games.second, games.score, time=time)
    method = DynamicBradleyTerry(period="day", drift=20.0)
    one, two = method.rate(games), method.rate(moved)
    np.testing.assert_allclose(two.rating[renumber], one.rating, atol=1e-6)
    np.testing.assert_allclose(two.low[renumber], one.low, atol=1e-6)


def test_components_are_rated_apart() -> None:
    """Each has mean 1000, the ratings it has alone, and no covariance with the other."""
    one, _ = drifting(3, 4, 200, seed=5)
    two, _ = drifting(3, 4, 200, seed=6)
    both = make_games(
        np.r_[one.first, two.first + 3], np.r_[one.second, two.second + 3],
        np.r_[one.score, two.score], time=np.r_[one.time, two.time],
    )  # fmt: skip
    method = DynamicBradleyTerry(period="day", drift=20.0)
    with pytest.warns(DisconnectedWarning):
        ratings = method.rate(both)
    for at, alone in ((slice(0, 3), one), (slice(3, 6), two)):
        expected = method.rate(alone)
        np.testing.assert_allclose(ratings.rating[at], expected.rating, atol=1e-6)
        np.testing.assert_allclose(ratings.std_error[at], expected.std_error, atol=1e-6)


def test_one_sided_evidence_leaves_a_limit_open() -> None:
    """An unbeaten competitor has a finite rating, a lower limit and no upper one."""
    games, _ = drifting(4, 5, 300, seed=7)
    first, second = np.r_[games.first, [4, 4, 4]], np.r_[games.second, [0, 1, 2]]
    time = np.r_[games.time, [0, DAY, 2 * DAY]]
    order = np.argsort(time, kind="stable")
    score = np.r_[games.score, [1, 1, 1]]
    log = make_games(first[order], second[order], score[order], time=time[order])
    with pytest.warns(SeparationWarning, match="never beaten: E"):
        ratings = DynamicBradleyTerry(period="day", drift=20.0).rate(log)
    assert ratings.status[4] == "unbeaten"
    assert np.isfinite(ratings.rating[4]) and np.isfinite(ratings.low[4])
    assert np.isposinf(ratings.high[4])


def test_a_log_of_one_moment_is_static() -> None:
    """With a single period there is nothing to drift, and the result is the static fit."""
    games, _ = drifting(4, 1, 200, seed=9)
    with pytest.warns(RankingWarning, match="No change over time"):
        ratings = DynamicBradleyTerry().rate(games)
    static, _ = fit_strengths(games.tally().pairs(), ridge=0.1)
    np.testing.assert_allclose((ratings.rating - 1000) / POINTS_PER_LOGIT, static, atol=1e-6)


def test_weights_of_many_magnitudes_converge() -> None:
    """Weights of 1e12 beside 1e-12 give finite ratings, not an endless search for rounding."""
    n = 30
    games = make_games([0, 1, 2] * 10, [1, 2, 0] * 10, [1, 0, 1] * 5 + [0, 1, 0] * 5,
                       time=np.arange(n) * DAY, weight=[1e12, 1, 1e-12] * 10)  # fmt: skip
    ratings = DynamicBradleyTerry(drift=20.0).rate(games)
    assert np.isfinite(ratings.rating).all()


def test_repeated_rows_of_an_item_are_no_new_evidence() -> None:
    """Four copies of every row: believed where independent, and seen through by item."""
    games, _ = drifting(5, 6, 900, seed=15)
    item = np.arange(len(games))
    four = np.repeat(item, 4)
    method = DynamicBradleyTerry(period="day", drift=0.1)
    once = method.rate(replace(games, item=item))
    believed = method.rate(games.take(four))
    clustered = method.rate(replace(games.take(four), item=item[four]))
    np.testing.assert_allclose(believed.std_error, once.std_error / 2, rtol=0.05)
    np.testing.assert_allclose(clustered.std_error, once.std_error, rtol=0.05)
    assert "clustered by item (900 clusters)" in clustered.interval
    np.testing.assert_allclose(clustered.rating, believed.rating)


def test_without_drift_clustered_errors_are_those_of_bradley_terry() -> None:
    """As the drift goes to zero, CR1 by item is that of the static fit, but for its factor."""
    games, _ = drifting(6, 5, 2000, seed=16)
    rng = np.random.default_rng(0)
    games = replace(games, item=rng.integers(0, 150, len(games)))
    dynamic = DynamicBradleyTerry(period="day", drift=0.1, ridge=1e-3).rate(games)
    static = BradleyTerry(interval="cr1", cluster="item").rate(games)
    n, k = len(games), 5
    factor = np.sqrt((n - 1) / (n - k))
    np.testing.assert_allclose(dynamic.std_error * factor, static.std_error, rtol=2e-3)
    np.testing.assert_allclose(dynamic.rating, static.rating, atol=0.1)


def test_impossible_evidence_is_refused_in_words() -> None:
    """No times, a tally, nothing at all."""
    games = make_games([0, 1], [1, 0], [1, 1])
    with pytest.raises(InputError, match="no times"):
        DynamicBradleyTerry().rate(games)
    with pytest.raises(InputError, match="tally"):
        DynamicBradleyTerry().rate(games.tally())
    with pytest.raises(InputError, match="no comparisons"):
        DynamicBradleyTerry().rate(games.take(np.array([], np.int64)))


@pytest.mark.parametrize(
    "settings",
    [{"period": "moment"}, {"drift": 0}, {"drift": float("nan")}, {"ridge": 0}, {"level": 0}],
)
def test_impossible_settings_are_refused(settings) -> None:
    """A setting outside its range is an error in words."""
    with pytest.raises(InputError):
        DynamicBradleyTerry(**settings)

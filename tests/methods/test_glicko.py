"""Glicko-2 against Glickman's worked example, a plain rewriting, and its invariances."""

import math

import numpy as np
import pytest
from hypothesis import given

from ranking.errors import ConvergenceError, InputError, RankingWarning
from ranking.methods.glicko import Glicko2
from ranking.periods import divide
from tests.conftest import games_logs, make_games

DAY = 86_400.0
POINTS = 173.7178  # as Glickman rounds it


def naive(games, period, *, initial=1000.0, deviation=350.0, volatility=0.06, tau=0.5):
    """Play a log as the paper says, player by player, with bisection for the volatility."""
    m = len(games.competitors)
    mu, phi, sigma = np.zeros(m), np.full(m, deviation / POINTS), np.full(m, volatility)
    seen = np.zeros(m, bool)
    for now in range(period.max() + 1):
        before_mu, before_phi = mu.copy(), phi.copy()
        rows = np.flatnonzero(period == now)
        for one in range(m):
            met = [(int(games.second[r]), games.score[r], games.weight[r] * games.votes[r])
                   for r in rows if games.first[r] == one]  # fmt: skip
            met += [(int(games.first[r]), 1 - games.score[r], games.weight[r] * games.votes[r])
                    for r in rows if games.second[r] == one]  # fmt: skip
            if not met:
                if seen[one]:
                    phi[one] = min(math.hypot(phi[one], sigma[one]), deviation / POINTS)
                continue
            seen[one] = True
            g = [1 / math.sqrt(1 + 3 * before_phi[j] ** 2 / math.pi**2) for j, _, _ in met]
            e = [1 / (1 + math.exp(-gj * (before_mu[one] - before_mu[j])))
                 for gj, (j, _, _) in zip(g, met, strict=True)]  # fmt: skip
            v = 1 / sum(w * gj**2 * ej * (1 - ej)
                        for gj, ej, (_, _, w) in zip(g, e, met, strict=True))  # fmt: skip
            push = sum(w * gj * (s - ej) for gj, ej, (_, s, w) in zip(g, e, met, strict=True))
            a, change = math.log(sigma[one] ** 2), v * push

            def slope(x, a=a, d2=change**2, rest=before_phi[one] ** 2 + v):
                return math.exp(x) * (d2 - rest - math.exp(x)) / (
                    2 * (rest + math.exp(x)) ** 2
                ) - (x - a) / tau**2  # fmt: skip

            low, high = a - 60, a + 60
            while high - low > 1e-12:
                middle = (low + high) / 2
                low, high = (middle, high) if slope(middle) > 0 else (low, middle)
            sigma[one] = math.exp(low / 2)
            phi[one] = 1 / math.sqrt(1 / (before_phi[one] ** 2 + sigma[one] ** 2) + 1 / v)
            mu[one] = before_mu[one] + phi[one] ** 2 * push
    return initial + POINTS * mu, POINTS * phi


def test_the_published_example() -> None:
    """Glickman: 1500/200 wins against 1400/30, loses to 1550/100 and to 1700/300."""
    games = make_games([0, 0, 0], [1, 2, 3], [1, 0, 0], time=[0, 0, 0])
    rating, deviation = Glicko2(initial=1500, tau=0.5).play(
        games,
        divide(games.time, "day"),
        np.array([0]),
        start=(np.array([1500.0, 1400, 1550, 1700]), np.array([200.0, 30, 100, 300])),
    )
    assert rating[0, 0] == pytest.approx(1464.05067, abs=1e-4)
    assert deviation[0, 0] == pytest.approx(151.51652, abs=1e-4)


@given(games_logs(rows=60))
def test_agrees_with_a_plain_rewriting(games) -> None:
    """Ratings and deviations after five periods, weights and votes included."""
    n = len(games)
    period = np.sort(np.arange(n) % 5)
    games = make_games(
        games.first, games.second, games.score, time=period * DAY,
        votes=1 + np.arange(n) % 2, weight=0.5 + (np.arange(n) % 3),
    )  # fmt: skip
    expected = naive(games, period)
    ratings = Glicko2(period="day").rate(games)
    np.testing.assert_allclose(ratings.rating, expected[0], atol=0.01)
    np.testing.assert_allclose(ratings.std_error, expected[1], atol=0.01)


def test_deviation_grows_while_idle_up_to_a_newcomer() -> None:
    """A competitor that stops keeps its rating and loses its certainty, but never all of it."""
    first, second, score = [0, 2] * 40 + [1] * 60, [1, 0] * 40 + [2] * 60, [1, 0] * 40 + [0.5] * 60
    time = np.r_[np.zeros(80), np.arange(1, 61)] * DAY
    games = make_games(first, second, score, time=time)
    method = Glicko2(period="day", volatility=0.2)
    rating, deviation = method.play(games, divide(time, "day"), np.arange(61))
    assert (rating[1:, 0] == rating[0, 0]).all()
    assert (np.diff(deviation[:, 0]) >= 0).all()
    # n idle periods add n volatilities squared.
    start, volatility = deviation[0, 0], np.sqrt(deviation[1, 0] ** 2 - deviation[0, 0] ** 2)
    assert deviation[5, 0] == pytest.approx(np.hypot(start, np.sqrt(5) * volatility))
    assert deviation.max() <= 350
    assert deviation[-1, 1] < deviation[-1, 0]


@given(games_logs())
def test_order_within_a_period_and_sides_do_not_matter(games) -> None:
    """The comparisons of a period are simultaneous, and (a, b, y) is (b, a, 1 - y)."""
    n = len(games)
    turned = make_games(
        games.second[::-1], games.first[::-1], 1 - games.score[::-1], time=np.zeros(n)
    )
    games = make_games(games.first, games.second, games.score, time=np.zeros(n))
    one, two = Glicko2().rate(games), Glicko2().rate(turned)
    np.testing.assert_allclose(one.rating, two.rating, atol=1e-9)
    np.testing.assert_allclose(one.low, two.low, atol=1e-9)


def test_votes_are_repeated_rows() -> None:
    """A row of five votes counts as five rows of its period."""
    counted = make_games([0, 1], [1, 2], [1, 1], votes=[5, 5], time=[0, 0])
    played = make_games([0] * 5 + [1] * 5, [1] * 5 + [2] * 5, [1] * 10, time=[0] * 10)
    np.testing.assert_allclose(
        Glicko2().rate(counted).rating, Glicko2().rate(played).rating, atol=1e-9
    )


def test_strength_is_found() -> None:
    """After many games against everybody ratings differ by the true difference, within limits."""
    rng = np.random.default_rng(3)
    truth = np.array([1150.0, 1050, 950, 850])
    first = rng.integers(0, 4, 6000)
    second = (first + rng.integers(1, 4, 6000)) % 4
    p = 1 / (1 + 10 ** ((truth[second] - truth[first]) / 400))
    time = np.sort(rng.integers(0, 30, 6000)) * DAY
    games = make_games(first, second, (rng.random(6000) < p).astype(float), time=time)
    ratings = Glicko2(volatility=0.01).rate(games)
    error = ratings.rating - ratings.rating.mean() - (truth - truth.mean())
    assert np.abs(error).max() < 40
    assert (ratings.low < ratings.rating).all()
    assert "day" in ratings.interval


def test_a_breakdown_is_an_error() -> None:
    """A hundred wins one day and a hundred losses the next, and so on, have no rating."""
    games = make_games([0] * 4000, [1] * 4000, np.repeat([1, 0] * 20, 100),
                       time=np.repeat(np.arange(40.0), 100) * DAY)  # fmt: skip
    with pytest.raises(ConvergenceError, match="shorter periods"):
        Glicko2(period="day").rate(games)


def test_comparisons_without_times_are_left_out_and_none_is_an_error() -> None:
    """Some: a note in the result. All: a sentence that says what is missing."""
    games = make_games([0, 1, 0], [1, 0, 1], [1, 1, 0], time=[0, DAY, np.nan])
    with pytest.warns(RankingWarning, match="1 comparison has no time"):
        ratings = Glicko2().rate(games)
    assert ratings.comparisons == 2
    with pytest.raises(InputError, match="no times"):
        Glicko2().rate(make_games([0], [1], [1]))
    with pytest.raises(InputError, match="tally"):
        Glicko2().rate(games.tally())


@pytest.mark.parametrize(
    "settings",
    [
        {"period": "fortnight"}, {"deviation": 0}, {"volatility": -1}, {"tau": float("inf")},
        {"initial": float("nan")}, {"level": 1},
    ],
)  # fmt: skip
def test_impossible_settings_are_refused(settings) -> None:
    """A setting outside its range is an error in words."""
    with pytest.raises(InputError):
        Glicko2(**settings)

"""Elo against worked examples, its invariances and the truth of its interval."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given

from ranking.errors import CancelledError, InputError, RankingWarning
from ranking.methods import Elo
from ranking.periods import divide
from ranking.progress import Watch
from tests.conftest import games_logs, make_games

ROWS = [(0, 1, 1), (1, 2, 1), (0, 2, 0.5), (2, 0, 1)]
PUBLISHED = 1e-6


def log(rows, **options):
    return make_games(*zip(*rows, strict=True), **options)


def test_order_decides_and_the_published_orders_are_met() -> None:
    """Four games forward, backward, and the mean over all 24 orders."""
    elo = Elo(k=32)
    np.testing.assert_allclose(
        elo.play(log(ROWS)), [997.131094, 1000.736307, 1002.132599], atol=PUBLISHED
    )
    np.testing.assert_allclose(
        elo.play(log(ROWS[::-1])), [1002.902431, 999.235835, 997.861734], atol=PUBLISHED
    )
    mean = np.mean([elo.play(log(order)) for order in permutations(ROWS)], axis=0)
    np.testing.assert_allclose(mean, [1000.016653, 1000, 999.983347], atol=PUBLISHED)


def test_games_of_one_moment_do_not_see_each_other() -> None:
    """A batch of equal times: every game is judged by the ratings from before it."""
    expected = [1000 + 16 + 0 - 16, 1000 - 16 + 16, 1000 - 16 + 0 + 16]
    np.testing.assert_allclose(Elo(k=32).play(log(ROWS, time=[7.0] * 4)), expected)


@given(games_logs())
def test_points_are_neither_made_nor_lost(games) -> None:
    """The sum of ratings stays what it was."""
    assert Elo(k=20).play(games).sum() == pytest.approx(1000 * len(games.competitors))


@given(games_logs())
def test_swapping_sides_changes_nothing(games) -> None:
    """(a, b, y) is (b, a, 1 - y)."""
    swapped = make_games(games.second, games.first, 1 - games.score)
    np.testing.assert_allclose(Elo().play(swapped), Elo().play(games), atol=1e-9)


def test_votes_are_played_one_after_the_other() -> None:
    """A row of five votes is five games, not one game at five times the stake."""
    with pytest.warns(RankingWarning, match="order"):
        counted = Elo(resamples=0).rate(make_games([0, 1], [1, 2], [1, 1], votes=[5, 5]))
        played = Elo(resamples=0).rate(make_games([0] * 5 + [1] * 5, [1] * 5 + [2] * 5, [1] * 10))
    np.testing.assert_allclose(counted.rating, played.rating)


def test_interval_matches_the_spread_of_new_logs() -> None:
    """The replays' standard error agrees with that over independently drawn logs."""
    rng = np.random.default_rng(1)
    strength = np.array([0.6, 0.2, -0.2, -0.6])

    def draw():
        first = rng.integers(0, 4, 3000)
        second = (first + 1 + rng.integers(0, 3, 3000)) % 4
        p = 1 / (1 + np.exp(strength[second] - strength[first]))
        return make_games(first, second, (rng.random(3000) < p).astype(float))

    truth = np.std([Elo().play(draw()) for _ in range(300)], axis=0)
    with pytest.warns(RankingWarning):
        claimed = np.mean([Elo().rate(draw()).std_error for _ in range(5)], axis=0)
    np.testing.assert_allclose(claimed, truth, rtol=0.2)


def test_estimate_does_not_depend_on_the_seed() -> None:
    """Another seed moves the interval a little and the rating not at all."""
    games = log(ROWS * 20, time=np.arange(80.0))
    one, two = Elo(seed=1).rate(games), Elo(seed=2).rate(games)
    assert (one.rating == two.rating).all()
    assert (one.std_error != two.std_error).any()


def test_a_tally_is_refused() -> None:
    """Elo needs the order, which a tally has lost."""
    with pytest.raises(InputError, match="order"):
        Elo().rate(log(ROWS).tally())


@pytest.mark.parametrize(
    "settings",
    [
        {"k": 0},
        {"k": float("nan")},
        {"initial": float("inf")},
        {"scale": -1},
        {"resamples": -1},
        {"permutations": 1},
        {"level": 0},
    ],
)
def test_impossible_settings_are_refused(settings) -> None:
    """A setting outside its range is an error in words."""
    with pytest.raises(InputError):
        Elo(**settings)


def test_mean_over_all_orders_of_a_short_log() -> None:
    """Four games have 24 orders; with at least as many asked for, all of them are played."""
    ratings = Elo(k=32, permutations=24, resamples=0).rate(log(ROWS))
    np.testing.assert_allclose(ratings.rating, [1000.016653, 1000, 999.983347], atol=PUBLISHED)
    every = [Elo(k=32).play(log(order)) for order in permutations(ROWS)]
    (noise,) = ratings.parameters
    assert noise.name == "order noise"
    assert noise.estimate == pytest.approx(
        np.sqrt(np.mean(np.var(every, axis=0, ddof=1))), abs=PUBLISHED
    )


def test_one_game_has_one_order() -> None:
    """Its noise is nothing."""
    ratings = Elo(k=32, permutations=10, resamples=0).rate(make_games([0], [1], [1]))
    assert ratings.rating.tolist() == [1016, 984]
    assert ratings.parameters[0].estimate == 0


def test_mean_over_random_orders_does_not_depend_on_the_order() -> None:
    """A log and its reverse have the same mean, within the order noise over the root of R."""
    rng = np.random.default_rng(2)
    first = rng.integers(0, 5, 800)
    second = (first + rng.integers(1, 5, 800)) % 5
    games = make_games(first, second, rng.integers(0, 3, 800) / 2, time=np.arange(800.0))
    backward = games.take(np.arange(800)[::-1])
    method = Elo(k=16, permutations=200)
    (one, noise), (two, _) = method.average(games), method.average(backward)
    assert np.abs(one - two).max() < 5 * noise.max() / np.sqrt(200)
    assert np.abs(Elo(k=16).play(games) - one).max() > noise.min() / 10
    assert one.sum() == pytest.approx(5000)


def test_the_work_is_watched_and_stopped_between_orders() -> None:
    """Every order is told, and none is played after the user said stop."""
    games = make_games(np.zeros(20, int), np.ones(20, int), np.tile([0.0, 1.0], 10))
    told: list[float] = []
    Elo(permutations=4, resamples=0).rate(games, watch=Watch(lambda at, _: told.append(at)))
    assert told == [0, 0.25, 0.5, 0.75]
    watch = Watch(lambda at, _: told.append(at), lambda: len(told) > 5)
    with pytest.raises(CancelledError):
        Elo(permutations=4, resamples=0).rate(games, watch=watch)
    assert len(told) == 6


def test_interval_of_the_mean_over_orders_is_narrower() -> None:
    """What one order alone adds to the spread is averaged away."""
    rng = np.random.default_rng(4)
    first = rng.integers(0, 4, 2000)
    second = (first + rng.integers(1, 4, 2000)) % 4
    games = make_games(first, second, rng.integers(0, 2, 2000).astype(float), time=range(2000))
    alone, averaged = Elo(k=24).rate(games), Elo(k=24, permutations=20).rate(games)
    assert (averaged.std_error < alone.std_error).all()
    assert "random orders" in averaged.interval and not averaged.warnings


def test_course_ends_where_the_rating_is() -> None:
    """Period after period gives the same ratings and intervals as one pass."""
    rng = np.random.default_rng(5)
    first = rng.integers(0, 4, 600)
    second = (first + rng.integers(1, 4, 600)) % 4
    time = np.sort(rng.integers(0, 300, 600)) * 3600.0
    games = make_games(first, second, rng.integers(0, 3, 600) / 2, time=time, item=range(600))
    whole = Elo(k=20).rate(games)
    rating, std_error = Elo(k=20).course(games, divide(time, "day"))
    np.testing.assert_allclose(rating[-1], whole.rating)
    np.testing.assert_allclose(std_error[-1], whole.std_error)

"""Another level without another fit: the same as rating the log again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking import BradleyTerry, Elo
from ranking.errors import InputError
from ranking.uncertainty.levels import at_level, can_change_level
from tests.conftest import games_logs, make_games

FIELDS = ("rating", "low", "high", "rank_low", "rank_high", "overlap_low", "overlap_high", "rank")


@pytest.mark.filterwarnings("ignore::ranking.errors.RankingWarning")
@given(games_logs(), st.floats(0.5, 0.995))
def test_it_is_what_the_log_would_give(games, level) -> None:
    """Limits, rank sets and tiers are those of a new fit at that level."""
    usual = BradleyTerry().rate(games)
    again, moved = BradleyTerry(level=level).rate(games), at_level(usual, level)
    for name in FIELDS:
        np.testing.assert_allclose(getattr(moved, name), getattr(again, name), atol=1e-9)
    assert moved.tiers == again.tiers
    assert (moved.level, moved.settings) == (again.level, again.settings)
    assert moved.interval == again.interval


def test_clustered_intervals_keep_their_quantile() -> None:
    """The degrees of freedom of clusters widen both levels alike."""
    rng = np.random.default_rng(0)
    first = rng.integers(0, 4, 300)
    second = (first + rng.integers(1, 4, 300)) % 4
    games = make_games(
        first, second, rng.integers(0, 2, 300).astype(float), item=rng.integers(0, 8, 300)
    )
    again, moved = BradleyTerry(level=0.8).rate(games), at_level(BradleyTerry().rate(games), 0.8)
    assert np.isfinite(moved.df)
    np.testing.assert_allclose(moved.low, again.low)
    assert moved.tiers == again.tiers


@pytest.mark.filterwarnings("ignore::ranking.errors.RankingWarning")
def test_bounds_are_left_to_the_log() -> None:
    """One-sided bounds do not follow from a standard error."""
    games = make_games([0, 0, 0, 1, 2], [1, 1, 2, 2, 1], [1.0, 1.0, 1.0, 1.0, 1.0])
    ratings = BradleyTerry().rate(games)
    assert not can_change_level(ratings)
    with pytest.raises(InputError, match="rate the log again"):
        at_level(ratings, 0.8)


@pytest.mark.filterwarnings("ignore::ranking.errors.RankingWarning")
@given(games_logs())
def test_replays_need_not_be_played_again(games) -> None:
    """Elo at another level is what its replays would give again."""
    again, moved = Elo(level=0.8).rate(games), at_level(Elo().rate(games), 0.8)
    for name in FIELDS:
        np.testing.assert_allclose(getattr(moved, name), getattr(again, name), atol=1e-9)


def test_parameters_on_a_scale_of_their_own_are_left_to_the_log() -> None:
    """Limits of nu are not symmetric, so that a level does not move them in proportion."""
    rng = np.random.default_rng(0)
    first = rng.integers(0, 4, 300)
    second = (first + rng.integers(1, 4, 300)) % 4
    games = make_games(first, second, rng.choice([0.0, 0.5, 1.0], 300))
    assert not can_change_level(BradleyTerry(ties="davidson").rate(games))


def test_nonsense_is_refused() -> None:
    """A level is a probability."""
    games = make_games([0, 1], [1, 0], [1.0, 1.0])
    with pytest.raises(InputError, match="between 0 and 1"):
        at_level(BradleyTerry().rate(games), 95)

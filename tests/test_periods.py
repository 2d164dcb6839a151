"""Periods of the calendar: where they begin and end, and how many there are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.errors import InputError, RankingWarning
from ranking.periods import PERIODS, divide, timed
from tests.conftest import make_games


def seconds(*moments: str) -> np.ndarray:
    return np.array(moments, "datetime64[s]").astype(np.float64)


@pytest.mark.parametrize(
    ("every", "index", "first_end"),
    [
        ("day", [0, 6, 7, 90], "2024-01-01T23:59:59"),
        ("week", [0, 0, 1, 12], "2024-01-07T23:59:59"),
        ("month", [0, 0, 0, 2], "2024-01-31T23:59:59"),
        ("year", [0, 0, 0, 0], "2024-03-31T12:00:00"),
    ],
)
def test_periods_follow_the_calendar(every, index, first_end) -> None:
    """Weeks begin on Mondays, months on the first; the last period ends with the log."""
    time = seconds("2024-01-01", "2024-01-07T23:59:59", "2024-01-08", "2024-03-31T12:00:00")
    found = divide(time, every)
    assert found.index.tolist() == index
    assert str(found.ends[0]) == first_end
    assert str(found.ends[-1]) == "2024-03-31T12:00:00"


def test_decades_begin_with_full_tens() -> None:
    """1969 and 1970 are of different decades, also before the epoch."""
    assert divide(seconds("1961-05-01", "1969-12-31", "1970-01-01"), "10 years").index.tolist() == [
        0, 0, 1,
    ]  # fmt: skip


@given(st.floats(3_600, 60 * 31_556_952.0), st.integers(-1_000_000_000, 1_700_000_000))
def test_automatic_periods_are_neither_few_nor_many(span, start) -> None:
    """8 to 40 periods, for every log of between eight hours and forty decades."""
    found = divide(np.array([start, start + span]))
    assert len(found) <= 40
    if span > 8 * 3_600:
        assert len(found) >= 8


@given(st.lists(st.integers(-2_000_000_000, 2_000_000_000), min_size=1), st.sampled_from(
    ["day", "week", "month", "quarter", "year", "5 years"]
))  # fmt: skip
def test_every_comparison_lies_in_its_period(times, every) -> None:
    """After the end of the period before, not after its own."""
    time = np.array(times, np.float64)
    found = divide(time, every)
    ends = found.ends.astype(np.int64)
    assert (time <= ends[found.index]).all()
    later = found.index > 0
    assert (time[later] > ends[found.index[later] - 1]).all()
    assert (np.diff(ends) > 0).all()


def test_a_moment_is_a_period_of_its_own() -> None:
    """Equal times share one."""
    found = divide(np.array([5.0, 5.0, 9.0]), "moment")
    assert found.index.tolist() == [0, 0, 1]


def test_an_unknown_period_is_refused_in_words() -> None:
    """The message lists what there is."""
    with pytest.raises(InputError, match=r"auto, hour.*'fortnight'"):
        divide(np.array([0.0]), "fortnight")
    assert "week" in PERIODS


def test_endless_periods_are_refused() -> None:
    """A mistyped year does not ask for millions of hours."""
    with pytest.raises(InputError, match="check the times"):
        divide(np.array([0.0, 2.5e11]), "hour")


def test_comparisons_without_a_time_are_left_out_with_a_note() -> None:
    """The others come in the order of their times."""
    games = make_games([0, 0, 1], [1, 1, 0], [1, 0, 1], time=[9, np.nan, 3], votes=[1, 4, 1])
    kept, notes = timed(games)
    assert kept.time.tolist() == [3, 9]
    assert notes == [("4 comparisons have no time and are left out.", RankingWarning)]


def test_a_log_without_times_is_refused_in_words() -> None:
    """Nothing can be said about change."""
    with pytest.raises(InputError, match="no times"):
        timed(make_games([0], [1], [1]))

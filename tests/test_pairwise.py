"""Differences of all pairs against a worked example and scipy."""

import numpy as np
import pytest
from scipy.stats import false_discovery_control

from ranking.errors import DisconnectedWarning, InputError, SeparationWarning
from ranking.methods import ILSR, BradleyTerry, Elo
from ranking.pairwise import COLUMNS, differences
from ranking.uncertainty.draws import draw_summary
from tests.conftest import make_games
from tests.methods.test_bradley_terry import G1, tally_of

PUBLISHED = 1e-5
MONTE_CARLO = 0.02


@pytest.mark.parametrize(
    ("adjustment", "expected"),
    [
        ("none", [0.052188, 0.007275, 0.000462, 0.307120, 0.054108, 0.374459]),
        ("holm", [0.208752, 0.036373, 0.002772, 0.614239, 0.208752, 0.614239]),
        ("bh", [0.081162, 0.021824, 0.002772, 0.368544, 0.081162, 0.374459]),
    ],
)
def test_p_values_of_a_worked_example(adjustment, expected) -> None:
    """G1: p-values of the pairs AB AC AD BC BD CD, alone, by Holm and by BH."""
    found = differences(BradleyTerry().rate(tally_of(G1)), adjustment=adjustment)
    np.testing.assert_allclose(found.adjusted_p, expected, atol=PUBLISHED)
    assert found.probability[0] == pytest.approx(0.973906, abs=PUBLISHED)
    assert found.std_error[0] == pytest.approx(79.5584, abs=1e-3)


def test_any_dependence_is_the_most_careful() -> None:
    """BY equals scipy's, and is never below BH."""
    ratings = BradleyTerry().rate(tally_of(G1))
    careful = differences(ratings, adjustment="by")
    expected = false_discovery_control(careful.p_value, method="by")
    np.testing.assert_allclose(careful.adjusted_p, expected)
    assert (careful.adjusted_p >= differences(ratings, adjustment="bh").adjusted_p).all()


def test_a_difference_is_the_same_alone_and_among_all() -> None:
    """`Ratings.difference` gives what `differences` lists, with the sign of the order."""
    ratings = BradleyTerry().rate(tally_of(G1))
    listed = differences(ratings, adjustment="none").rows()[0]
    alone = ratings.difference("B", "A")
    assert alone.estimate == pytest.approx(-listed["estimate"])
    assert (alone.low, alone.high) == pytest.approx((-listed["high"], -listed["low"]))
    assert alone.p_value == pytest.approx(listed["p_value"])


def test_draws_of_a_worked_example() -> None:
    """G1: the chance to be the best and the expected rank as published."""
    summary = draw_summary(BradleyTerry().rate(tally_of(G1)), draws=20_000)
    np.testing.assert_allclose(summary.best, [0.9715, 0.0257, 0.0027, 0.0001], atol=MONTE_CARLO)
    np.testing.assert_allclose(
        summary.expected_rank, [1.030, 2.153, 3.030, 3.786], atol=MONTE_CARLO
    )


@pytest.mark.filterwarnings("ignore::ranking.errors.RankingWarning")
def test_a_method_without_covariance_is_refused() -> None:
    """No covariance, no differences: said in words."""
    games = make_games([0, 1, 0], [1, 0, 1], [1, 1, 0])
    with pytest.raises(InputError, match="no covariance"):
        differences(Elo(resamples=0).rate(games))


def test_a_small_group_has_its_own_degrees_of_freedom() -> None:
    """A group of 4 clusters beside one of 90: its differences reach as far as its intervals."""
    rng = np.random.default_rng(5)
    first = np.r_[rng.integers(0, 6, 800), [6] * 40]
    second = np.r_[(first[:800] + 1 + rng.integers(0, 5, 800)) % 6, [7] * 40]
    item = np.r_[rng.integers(0, 90, 800), rng.integers(100, 104, 40)]
    games = make_games(first, second, rng.integers(0, 2, 840), item=item)
    for method in (BradleyTerry(cluster="item", interval="cr1"), ILSR(cluster="item")):
        with pytest.warns(DisconnectedWarning):
            ratings = method.rate(games)
        assert ratings.df == 89
        # Two competitors: the difference is twice either's distance from their mean.
        own = 2 * (ratings.high[6] - ratings.rating[6])
        alone = ratings.difference("G", "H")
        assert alone.high - alone.estimate == pytest.approx(own)
        every = differences(ratings)
        at = np.flatnonzero(np.isin(every.first, [6, 7]))
        assert every.high[at] - every.estimate[at] == pytest.approx(own)
        assert every.p_value[at] == pytest.approx(alone.p_value)


def test_no_pairs_are_an_empty_table() -> None:
    """Where nobody has an interval on both sides there is no difference, and no crash."""
    with pytest.warns(SeparationWarning):
        ratings = BradleyTerry().rate(make_games([0] * 4, [1] * 4, [1] * 4))
    assert differences(ratings).rows() == []
    assert COLUMNS[:2] == ("first", "second")

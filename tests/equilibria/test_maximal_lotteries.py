"""Maximal lotteries: a published vote, Condorcet winners and clones."""

import numpy as np
import pytest

from ranking.equilibria import maximal_lotteries
from tests.equilibria.games import LADDER, ROCK_PAPER_SCISSORS, zero_sum

PENTATHLON = np.array([[0, 3, -1], [-3, 0, -1], [1, 1, 0]], float)  # A, B, C


def test_the_pentathlon() -> None:
    """T12: C wins the lottery; taking winners away ranks C, A, B with scores 3, 2, 1."""
    found = maximal_lotteries(zero_sum(PENTATHLON))
    assert found.lottery.tolist() == pytest.approx([0, 0, 1])
    assert found.level.tolist() == [2, 3, 1]
    assert found.score.tolist() == pytest.approx([2, 1, 3])
    assert found.exploitability == 0


def test_a_condorcet_winner_takes_all() -> None:
    """Whoever beats everybody is drawn for certain, and the rest follow in order."""
    found = maximal_lotteries(zero_sum(LADDER))
    assert found.lottery.tolist() == pytest.approx([1, 0, 0])
    assert found.level.tolist() == [1, 2, 3]


def test_a_cycle_is_one_level() -> None:
    """Rock, paper and scissors share the first level and the lottery."""
    found = maximal_lotteries(zero_sum(ROCK_PAPER_SCISSORS))
    assert found.level.tolist() == [1, 1, 1]
    np.testing.assert_allclose(found.lottery, 1 / 3)


def test_clones_share_the_probability_of_one() -> None:
    """A second copy of C splits its probability and leaves the other levels alone."""
    at = [0, 1, 2, 2]
    found = maximal_lotteries(zero_sum(PENTATHLON[at][:, at]))
    np.testing.assert_allclose(found.lottery, [0, 0, 0.5, 0.5])
    assert found.level.tolist() == [2, 3, 1, 1]
    assert found.clones == (("m2", "m3"),)

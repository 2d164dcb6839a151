"""How well a model of ties fits: none to see where it holds, the right size where it fails."""

import numpy as np
import pytest

from ranking.diagnostics.ties import tie_fitness
from ranking.errors import InputError
from ranking.outcomes import BOTH_BAD, FIRST, SECOND, TIE
from ranking.tally import Tally
from tests.conftest import make_games

THETA = np.array([0.8, 0.2, -0.1, -0.9])
PAIRS = [(i, j) for i in range(4) for j in range(i + 1, 4)]


def davidson(votes: float, log_nu: float = -0.3) -> np.ndarray:
    """Return the expected wins, ties and losses of each pair, shape (pairs, 3)."""
    half = np.array([(THETA[i] - THETA[j]) / 2 for i, j in PAIRS])
    odds = np.exp(np.stack([half, np.full_like(half, log_nu), -half], axis=1))
    return votes * odds / odds.sum(axis=1, keepdims=True)


def tally_of(counts: np.ndarray) -> Tally:
    first, second = (np.repeat([pair[side] for pair in PAIRS], 3) for side in (0, 1))
    outcome = np.tile([FIRST, TIE, SECOND], len(PAIRS))
    votes = counts.ravel()
    kept = votes > 0
    return Tally.from_cells(tuple("abcd"), first[kept], second[kept], outcome[kept], votes[kept])


def test_a_log_that_follows_the_model_has_no_misfit() -> None:
    """Counts that are the model's expectation are explained to the last."""
    found = tie_fitness(tally_of(davidson(1e6)), model="davidson")
    assert found.misfit == 0
    assert found.p_value == pytest.approx(1, abs=1e-3)


def test_the_model_of_higher_likelihood_is_taken() -> None:
    """Davidson's model is recognised by its own counts."""
    assert tie_fitness(tally_of(davidson(1e6))).model == "davidson"


def test_chance_is_taken_out() -> None:
    """Small counts drawn from the model show no misfit on average, nor too small p-values."""
    rng = np.random.default_rng(0)
    expected = davidson(1.0)
    found = [
        tie_fitness(tally_of(np.array([rng.multinomial(60, p) for p in expected])))
        for _ in range(40)
    ]
    assert np.mean([each.misfit for each in found]) < 0.03
    assert 0.2 < np.mean([each.p_value for each in found]) < 0.8


def test_misfit_has_the_size_of_the_error() -> None:
    """Pairs that tie alternately 10 points more and less than the model are off by about 10."""
    counts = davidson(1e6)
    shift = 1e5 * np.array([1, -1, 1, -1, 1, -1])
    counts[:, 1] += shift
    counts[:, 0] -= shift / 2
    counts[:, 2] -= shift / 2
    assert tie_fitness(tally_of(counts)).misfit == pytest.approx(0.1, abs=0.02)


def test_agreement_on_items_is_allowed_for() -> None:
    """A design effect makes the same deviation less surprising."""
    rng = np.random.default_rng(1)
    counts = np.array([rng.multinomial(200, p) for p in davidson(1.0)])
    one, three = (tie_fitness(tally_of(counts), design_effect=effect) for effect in (1.0, 3.0))
    assert three.p_value > one.p_value and three.misfit <= one.misfit


def test_both_bad_is_a_tie_or_nothing() -> None:
    """Both-bad adds to the share of ties unless it is dropped."""
    cells = [(0, 1, FIRST, 5), (0, 1, TIE, 3), (0, 1, BOTH_BAD, 4), (0, 1, SECOND, 4)]
    tally = Tally.from_cells(("a", "b"), *np.array(cells).T)
    assert tie_fitness(tally).share == pytest.approx(7 / 16)
    assert tie_fitness(tally, both_bad="drop").share == pytest.approx(3 / 12)


@pytest.mark.parametrize(
    ("score", "words"),
    [([1.0, 0.0], "no ties"), ([0.5, 0.5], "nothing but"), ([0.7, 0.2], "0 and 1")],
)
def test_what_has_no_ties_to_fit_is_refused(score, words) -> None:
    """The reason is given in words."""
    with pytest.raises(InputError, match=words):
        tie_fitness(make_games([0, 1], [1, 0], score).tally())

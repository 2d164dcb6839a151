"""Models of ties and both-bad against published fits, closed forms and finite differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.errors import InputError
from ranking.ingest import read
from ranking.methods.tie_models import TIE_MODELS, OutcomeCells, fit_tie_model
from ranking.outcomes import BOTH_BAD
from ranking.tally import Tally
from tests.conftest import make_games
from tests.methods.test_bradley_terry import G1, tally_of

PUBLISHED = 1e-5
EXACT = 1e-7


def fit(tally, name):
    model = TIE_MODELS[name]
    return fit_tie_model(OutcomeCells.of(tally, model), model)


def test_davidson_of_a_worked_example() -> None:
    """G1: strengths, nu, log-likelihood and standard errors."""
    found = fit(tally_of(G1), "davidson")
    np.testing.assert_allclose(
        found.strength, [1.183616, 0.118054, -0.409123, -0.892547], atol=PUBLISHED
    )
    assert np.exp(found.own[0]) == pytest.approx(0.364844, abs=PUBLISHED)
    assert found.log_likelihood == pytest.approx(-51.774348, abs=PUBLISHED)
    gauge = np.zeros((5, 5))
    gauge[:4, :4] = 1 / 4
    covariance = np.linalg.inv(found.information + gauge) - gauge
    np.testing.assert_allclose(
        np.sqrt(np.diag(covariance)),
        [0.379787, 0.320989, 0.325989, 0.350151, 0.389769],
        atol=PUBLISHED,
    )


def test_rao_kupper_of_a_worked_example() -> None:
    """G1: strengths, eta and log-likelihood."""
    found = fit(tally_of(G1), "rao-kupper")
    np.testing.assert_allclose(
        found.strength, [1.04002, 0.09980, -0.34765, -0.79217], atol=PUBLISHED
    )
    assert np.exp(np.exp(found.own[0])) == pytest.approx(1.409267, abs=PUBLISHED)
    assert found.log_likelihood == pytest.approx(-51.541349, abs=PUBLISHED)


def test_two_competitors_have_closed_forms() -> None:
    """7 wins, 2 ties, 1 loss, and 5 both-bad for the outside option."""
    pair = tally_of({(0, 1): (7, 2, 1)}, "AB")
    davidson, rao_kupper = fit(pair, "davidson"), fit(pair, "rao-kupper")
    assert np.ptp(davidson.strength) == pytest.approx(np.log(7), abs=EXACT)
    assert np.exp(davidson.own[0]) == pytest.approx(2 / np.sqrt(7), abs=EXACT)
    assert np.ptp(rao_kupper.strength) == pytest.approx(1.522262, abs=1e-6)
    assert np.exp(np.exp(rao_kupper.own[0])) == pytest.approx(1.963961, abs=1e-6)
    four = Tally.from_cells(("A", "B"), [0] * 4, [1] * 4, [2, 1, 0, 3], votes=[7, 2, 1, 5])
    outside = fit(four, "outside-option")
    np.testing.assert_allclose(outside.strength, [np.log(7 / 5), np.log(1 / 5)], atol=EXACT)
    assert outside.own[0] == pytest.approx(np.log(2 / np.sqrt(7)), abs=EXACT)


@pytest.mark.parametrize("name", TIE_MODELS)
@given(st.floats(-3, 3), st.floats(-3, 3), st.floats(-2, 1))
def test_probabilities_sum_to_one_and_scores_are_their_derivatives(name, a, b, own) -> None:
    """Against central differences of the log-probabilities."""
    model, step = TIE_MODELS[name], 1e-6
    point = np.array([a, b, own])

    def log_p(x):
        return model.log_probabilities(x[:1], x[1:2], x[2:])[:, 0]

    assert np.exp(log_p(point)).sum() == pytest.approx(1)
    scores = model.scores(point[:1], point[1:2], point[2:])[:, 0]
    for at in range(3):
        shift = step * np.eye(3)[at]
        slope = (log_p(point + shift) - log_p(point - shift)) / (2 * step)
        np.testing.assert_allclose(scores[:, at], slope, atol=1e-6)


def test_soft_outcomes_are_refused() -> None:
    """A model of ties cannot place a score of .7."""
    tally = make_games([0, 1], [1, 0], [0.7, 0.2]).tally()
    with pytest.raises(InputError, match="soft"):
        OutcomeCells.of(tally, TIE_MODELS["davidson"])


@pytest.mark.parametrize(("name", "nats"), [("rao-kupper", 1.0095), ("davidson", 1.0100)])
def test_published_log_losses_of_the_chatbot_arena(datasets, name, nats) -> None:
    """1,374,996 votes, both-bad dropped: the published losses per vote."""
    tally = read(datasets / "chatbot_arena_2024" / "comparisons.csv").tally()
    votes = tally.votes.sum() - tally.votes_of(BOTH_BAD)
    assert -fit(tally, name).log_likelihood / votes == pytest.approx(nats, abs=5e-5)

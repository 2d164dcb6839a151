"""Ratings under models of ties: worked examples, brute force, and what they fall back to."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import approx_fprime, linprog

from ranking.errors import DegenerateWarning, InputError
from ranking.ingest import read
from ranking.methods import BradleyTerry
from ranking.methods.tie_fit import TieModelFit
from ranking.methods.tie_models import (
    TIE_MODELS,
    OutcomeCells,
    fit_tie_model,
    has_finite_ties,
)
from ranking.outcomes import BOTH_BAD, FIRST, SECOND, TIE
from ranking.ratings import POINTS_PER_LOGIT
from ranking.tally import Tally
from ranking.uncertainty.sandwich import Clustering, cluster_meat
from tests.conftest import games_logs, make_games
from tests.methods.test_bradley_terry import G1, strengths, tally_of

PUBLISHED = 1e-5
NUMERICAL = 1e-4


def with_ties(games):
    """Add a tie and a decided game to each pair that met, so that every model is identified."""
    pairs = games.tally().pairs()
    first = np.concatenate([games.first, pairs.first, pairs.first])
    second = np.concatenate([games.second, pairs.second, pairs.second])
    tied = np.repeat([0.5, 1.0], len(pairs.first))
    return make_games(first, second, np.concatenate([games.score, tied]))


def test_davidson_ratings_of_a_worked_example() -> None:
    """G1: strengths, their model-based errors, the parameter of ties and the log-likelihood."""
    ratings = BradleyTerry(ties="davidson", interval="hessian").rate(tally_of(G1))
    expected = [1.183616, 0.118054, -0.409123, -0.892547]
    np.testing.assert_allclose(strengths(ratings), expected, atol=PUBLISHED)
    errors = [0.379787, 0.320989, 0.325989, 0.350151]
    np.testing.assert_allclose(ratings.std_error / POINTS_PER_LOGIT, errors, atol=PUBLISHED)
    (nu,) = ratings.parameters
    assert nu.name == "nu"
    assert nu.estimate == pytest.approx(0.364844, abs=PUBLISHED)
    assert nu.std_error == pytest.approx(0.364844 * 0.389769, abs=PUBLISHED)
    assert ratings.log_loss == pytest.approx(51.774348 / 60, abs=1e-6)


def test_rao_kupper_ratings_of_a_worked_example() -> None:
    """G1: strengths and the log-likelihood; eta = e^kappa = 1.409267."""
    ratings = BradleyTerry(ties="rao-kupper").rate(tally_of(G1))
    expected = [1.04002, 0.09980, -0.34765, -0.79217]
    np.testing.assert_allclose(strengths(ratings), expected, atol=PUBLISHED)
    assert np.exp(ratings.parameters[0].estimate) == pytest.approx(1.409267, abs=PUBLISHED)
    assert ratings.log_loss == pytest.approx(51.541349 / 60, abs=1e-6)


def test_the_outside_option_has_an_absolute_zero() -> None:
    """Closed form (7, 2, 1, 5): ln(7/5) and ln(1/5); the zero is where the option stands."""
    tally = Tally.from_cells(
        ("A", "B"), [0] * 4, [1] * 4, [FIRST, TIE, SECOND, BOTH_BAD], votes=[7, 2, 1, 5]
    )
    ratings = BradleyTerry(ties="outside-option").rate(tally)
    parameters = {parameter.name: parameter for parameter in ratings.parameters}
    absolute = (ratings.rating - parameters["outside option"].estimate) / POINTS_PER_LOGIT
    np.testing.assert_allclose(absolute, [0.336472, -1.609438], atol=PUBLISHED)
    assert parameters["delta"].estimate == pytest.approx(-0.279808, abs=PUBLISHED)
    assert ratings.rating.mean() == pytest.approx(1000)


@pytest.mark.parametrize("name", sorted(TIE_MODELS))
@given(games=games_logs())
def test_score_rows_are_gradients(name, games) -> None:
    """Each row's score is the numerical gradient of its log-likelihood in every parameter."""
    games = with_ties(games)
    if name == "outside-option":
        games = dataclasses.replace(games, outcome=np.where(
            np.arange(len(games)) % 5 == 0, BOTH_BAD, games.outcome))  # fmt: skip
    tally = games.tally()
    model = TIE_MODELS[name]
    fit = TieModelFit.of(
        tally, tally.pairs(), np.zeros(len(games.competitors)), model, always=True, ridge=0.1
    )
    m, x = len(games.competitors), np.concatenate([fit.strength, fit.own])
    rows = fit.score_rows(games)
    clusters = Clustering.of(np.arange(len(games)), games.votes)
    squares = np.zeros((len(x), len(x)))
    for row in range(len(games)):
        i, j = games.first[row : row + 1], games.second[row : row + 1]
        kind = model.outcomes.index(games.outcome[row])

        def log_likelihood(point, i=i, j=j, kind=kind):
            return model.log_probabilities(point[i], point[j], point[m:])[kind, 0]

        gradient = approx_fprime(x, log_likelihood)
        found = np.zeros(len(x))
        found[i[0]], found[j[0]] = rows.of_first[row], rows.of_second[row]
        found[m:] = rows.own[row]
        np.testing.assert_allclose(found, gradient, atol=NUMERICAL)
        squares += np.outer(found, found)
    meat = cluster_meat(rows, clusters, parameters=None)
    np.testing.assert_allclose(meat, squares, atol=1e-9)
    np.testing.assert_allclose(fit.cell_meat(), squares, atol=1e-9)
    information = fit.information_rows(games)
    total = np.einsum("kn,kn,kn->n", information.weight, information.of_first, information.of_first)
    first = np.bincount(games.first, total, m)
    second = np.einsum(
        "kn,kn,kn->n", information.weight, information.of_second, information.of_second
    )
    first += np.bincount(games.second, second, m)
    np.testing.assert_allclose(np.diag(fit.fit.information)[:m], first, atol=1e-8)


def test_without_ties_every_model_is_bradley_terry() -> None:
    """A log without a tie has no tie model to fit: half-win ratings, and the result says so."""
    games = make_games([0, 1, 0, 1], [1, 0, 1, 0], [1, 1, 1, 0])
    with pytest.warns(DegenerateWarning, match="needs both ties and decided"):
        tied = BradleyTerry(ties="davidson").rate(games)
    np.testing.assert_allclose(tied.rating, BradleyTerry().rate(games).rating)
    assert tied.parameters == ()


def test_contradicting_settings_are_refused() -> None:
    """Firth's prior has no form for ties; an outside option cannot leave both-bad out."""
    with pytest.raises(InputError, match="Firth"):
        BradleyTerry(ties="davidson", prior="firth")
    with pytest.raises(InputError, match="model of both-bad"):
        BradleyTerry(ties="outside-option", both_bad="drop")


def test_soft_outcomes_have_no_tie_model() -> None:
    """A soft outcome is neither a win nor a tie: refused in words."""
    games = make_games([0, 1, 0, 0, 1], [1, 0, 1, 1, 0], [1, 1, 0.5, 0.7, 0.2])
    with pytest.raises(InputError, match="these outcomes are soft"):
        BradleyTerry(ties="davidson").rate(games)


@given(games_logs())
def test_uniform_pairing_equals_repeated_sampling(games) -> None:
    """Equal weights of pairs: a pair sampled ten times as often moves no rating."""
    base = make_games(np.tile(games.first, 50), np.tile(games.second, 50), np.tile(games.score, 50))
    low, high = np.minimum(base.first, base.second), np.maximum(base.first, base.second)
    often = np.flatnonzero((low == 0) & (high == 1))
    flooded = base.take(np.concatenate([np.arange(len(base)), np.tile(often, 9)]))
    even = BradleyTerry(pairing="uniform", prior="ridge", ridge=1e-6)
    np.testing.assert_allclose(even.rate(flooded).rating, even.rate(base).rating, atol=1e-3)


def test_robot_policies_match_the_published_board(datasets) -> None:
    """RoboArena's sessions by Davidson, at 200 theta + 1500: published scores and deviations."""
    ratings = BradleyTerry(ties="davidson", interval="hessian").rate(
        read(datasets / "roboarena" / "derived" / "sessions.csv")
    )
    found = dict(zip(ratings.competitors, strengths(ratings), strict=True))
    errors = dict(zip(ratings.competitors, ratings.std_error / POINTS_PER_LOGIT, strict=True))
    published = {
        "pi05_droid": (1.015278, 0.294707), "paligemma_fast_specialist_droid": (0.439397, 0.157591),
        "paligemma_vq_droid": (0.423729, 0.151683),
        "paligemma_diffusion_droid": (0.402338, 0.147098),
        "pi0_fast_droid": (0.364893, 0.146930), "paligemma_fast_droid": (0.196546, 0.147642),
        "pi0_droid": (-0.030594, 0.138117), "paligemma_binning_droid": (-2.811586, 0.271022),
    }  # fmt: skip
    for policy, (theta, deviation) in published.items():
        assert found[policy] == pytest.approx(theta, abs=PUBLISHED)
        assert errors[policy] == pytest.approx(deviation, abs=PUBLISHED)


def unbounded(tally) -> bool:
    """Whether strengths can be stretched with the chance of ties for ever (a linear programme)."""
    rows, bounds = [], []
    for i, j, outcome in zip(tally.first, tally.second, tally.outcome, strict=True):
        ahead = np.zeros(len(tally.competitors))
        ahead[i], ahead[j] = 1, -1
        signs = {FIRST: (-1,), SECOND: (1,), TIE: (1, -1)}[int(outcome)]
        rows += [sign * ahead for sign in signs]
        bounds += [1 if outcome == TIE else -1] * len(signs)
    return linprog(np.zeros(len(ahead)), rows, bounds, bounds=(None, None)).status == 0


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 2)), min_size=1))
def test_ties_are_bounded_unless_a_stretched_order_explains_all(rows) -> None:
    """The existence of a maximum agrees with a linear programme."""
    rows = [row for row in rows if row[0] != row[1]] or [(0, 1, FIRST)]
    tally = Tally.from_cells(tuple("ABCD"), *np.array(rows).T)
    assert has_finite_ties(tally) != unbounded(tally)


@pytest.mark.parametrize("ties", ["davidson", "rao-kupper", "outside-option"])
def test_an_infinite_frequency_of_ties_is_not_invented(ties) -> None:
    """5 wins, 5 ties, no loss: ln(W / L) is infinite, so that ties count as half, and it says."""
    tally = Tally.from_cells(("A", "B"), [0] * 3, [1] * 3, [FIRST, TIE, BOTH_BAD], [5, 5, 3])
    with pytest.warns(DegenerateWarning, match="go both ways"):
        ratings = BradleyTerry(ties=ties).rate(tally)
    assert np.ptp(ratings.rating) < 200
    assert ratings.parameters == ()


def test_an_anchor_moves_the_outside_option_along() -> None:
    """The level of both-bad is a rating: its distance to every competitor stays."""
    tally = Tally.from_cells(
        ("A", "B"), [0] * 4, [1] * 4, [FIRST, TIE, SECOND, BOTH_BAD], [7, 2, 1, 5]
    )
    ratings = BradleyTerry(ties="outside-option").rate(tally)
    moved = ratings.anchored("A", 1500)
    before, after = (
        {p.name: p for p in found.parameters}["outside option"] for found in (ratings, moved)
    )
    for one, other in ((before.estimate, after.estimate), (before.low, after.low)):
        assert ratings.rating[0] - one == pytest.approx(1500 - other)
    assert after.std_error == before.std_error


@pytest.mark.parametrize("name", sorted(TIE_MODELS))
def test_the_bread_is_the_curvature_that_the_log_shows(name) -> None:
    """Observed information is minus the numerical Jacobian of the scores at the maximum."""
    model = TIE_MODELS[name]
    votes = [12, 5, 7, 3, 9, 6, 8, 2, 14, 3, 4, 6]
    tally = Tally.from_cells(
        tuple("ABC"), np.repeat([0, 1, 0], 4), np.repeat([1, 2, 2], 4),
        [FIRST, TIE, SECOND, BOTH_BAD] * 3, votes,
    )  # fmt: skip
    cells = OutcomeCells.of(tally, model)
    fit = fit_tie_model(cells, model)
    at = np.concatenate([fit.strength, fit.own])
    size, m = len(at), cells.m

    def gradient(x):
        scores = model.scores(x[cells.first], x[cells.second], x[m:])
        total = np.zeros(size)
        each = (cells.weight[..., None] * scores).sum(axis=0)
        np.add.at(total, cells.first, each[:, 0])
        np.add.at(total, cells.second, each[:, 1])
        total[m:] = each[:, 2:].sum(axis=0)
        return total

    numerical = approx_fprime(at, gradient, 1e-6)
    np.testing.assert_allclose(-numerical, fit.observed, atol=1e-4 * fit.observed.max())
    if name == "rao-kupper":  # the log is not what the model expects of it
        assert np.abs(fit.observed - fit.information).max() > 0.01 * fit.observed.max()

"""Spectral ratings against choix, Bradley–Terry and a bootstrap of the whole method."""

import warnings

import choix
import numpy as np
import pytest
from hypothesis import given

from ranking.errors import (
    ConvergenceError,
    DegenerateWarning,
    DisconnectedWarning,
    InputError,
    RankingWarning,
    SeparationWarning,
)
from ranking.methods import BradleyTerry
from ranking.methods.spectral import ILSR, LSR, RankCentrality
from ranking.ratings import POINTS_PER_LOGIT
from ranking.tally import Tally
from tests.conftest import games_logs, make_games

ORACLE = 1e-8  # agreement with choix
SETTLED = 1e-4  # points: two solvers of the same likelihood
METHODS = [LSR, ILSR, RankCentrality]


def log(m=6, rows=400, *, tie_rate=0.0, seed=0):
    rng = np.random.default_rng(seed)
    strength = rng.normal(0, 1, m)
    first = rng.integers(0, m, rows)
    second = (first + rng.integers(1, m, rows)) % m
    won = rng.random(rows) < 1 / (1 + np.exp(strength[second] - strength[first]))
    tied = rng.random(rows) < tie_rate
    return first, second, np.where(tied, 0.5, won)


def strengths(ratings):
    return (ratings.rating - 1000) / POINTS_PER_LOGIT


@pytest.mark.parametrize(
    ("method", "oracle"),
    [
        (LSR, choix.lsr_pairwise),
        (ILSR, choix.ilsr_pairwise),
        (RankCentrality, choix.rank_centrality),
    ],
)
def test_strengths_are_those_of_choix_row_by_row(method, oracle) -> None:
    """From the tally, what choix finds from the rows."""
    first, second, score = log()
    data = [(i, j) if y else (j, i) for i, j, y in zip(first, second, score, strict=True)]
    expected = oracle(6, data)
    ratings = method().rate(make_games(first, second, score))
    np.testing.assert_allclose(strengths(ratings), expected, atol=ORACLE)


def test_iterated_spectral_ranking_is_bradley_terry() -> None:
    """I-LSR maximises the same likelihood: same ratings, errors, covariance and log-loss."""
    games = make_games(*log(tie_rate=0.3), item=np.arange(400) // 4)
    spectral, newton = ILSR().rate(games), BradleyTerry(interval="cr1").rate(games)
    np.testing.assert_allclose(spectral.rating, newton.rating, atol=SETTLED)
    np.testing.assert_allclose(spectral.covariance, newton.covariance, atol=SETTLED, rtol=1e-6)
    assert spectral.log_loss == pytest.approx(newton.log_loss)
    assert spectral.df == newton.df == 99
    assert spectral.interval == f"delta method, {newton.interval}"


@pytest.mark.parametrize("cluster", ["judge", "both", "none"])
def test_every_clustering_is_that_of_bradley_terry(cluster) -> None:
    """I-LSR's intervals by judge, two-way and independent are those of Bradley–Terry."""
    games = make_games(*log(tie_rate=0.3), item=np.arange(400) // 4)
    object.__setattr__(games, "judge", np.arange(400) % 60)
    interval = "auto" if cluster == "none" else "cr1"
    spectral = ILSR(cluster=cluster).rate(games)
    newton = BradleyTerry(cluster=cluster, interval=interval).rate(games)
    np.testing.assert_allclose(spectral.std_error, newton.std_error, atol=SETTLED)


@pytest.mark.parametrize(("method", "slack"), [(LSR, 0.1), (ILSR, 0.1), (RankCentrality, 0.12)])
def test_the_delta_method_agrees_with_a_bootstrap_where_the_model_fails(method, slack) -> None:
    """Resampled cells of a log that no Bradley–Terry model fits vary as the errors say."""
    rng = np.random.default_rng(1)
    first, second, score = log(m=5, rows=3000, tie_rate=0.3, seed=2)
    tally = make_games(first, second, score).tally()
    votes = np.round(tally.votes * np.exp(rng.normal(0, 0.7, len(tally.votes)))) + 1
    tally = Tally.from_cells(tally.competitors, tally.first, tally.second, tally.outcome, votes)
    walks = []
    for drawn in rng.multinomial(int(votes.sum()), votes / votes.sum(), 300):
        cells = (tally.competitors, tally.first, tally.second, tally.outcome)
        walk = method().walk(Tally.from_cells(*cells, np.maximum(drawn, 1e-9)).pairs())
        walks.append(walk - walk.mean())
    spread = np.std(walks, axis=0) * POINTS_PER_LOGIT
    np.testing.assert_allclose(method().rate(tally).std_error, spread, rtol=slack)


@pytest.mark.parametrize("method", METHODS)
@given(games=games_logs())
def test_relabelling_sides_and_order_change_nothing(method, games) -> None:
    """The ratings and errors of the log read backwards with its sides swapped are the same."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RankingWarning)
        plain = method().rate(games)
        turned = make_games(
            games.second[::-1], games.first[::-1], 1 - games.score[::-1], names=games.competitors
        )
        again = method().rate(turned)
    np.testing.assert_allclose(again.rating, plain.rating, atol=SETTLED)
    np.testing.assert_allclose(again.std_error, plain.std_error, atol=SETTLED, rtol=1e-6)
    assert np.isfinite(plain.covariance).all()


@pytest.mark.parametrize("method", METHODS)
def test_duplicated_rows_are_one_row_with_votes(method) -> None:
    """Rows given three times and rows of three votes are rated alike."""
    first, second, score = log(rows=90, tie_rate=0.2)
    thrice = make_games(np.tile(first, 3), np.tile(second, 3), np.tile(score, 3))
    votes = make_games(first, second, score, votes=np.full(90, 3.0))
    np.testing.assert_allclose(
        method().rate(thrice).std_error, method().rate(votes).std_error, atol=SETTLED
    )


@pytest.mark.parametrize("method", METHODS)
def test_somebody_unbeaten_is_said_and_stays_finite(method) -> None:
    """An unbeaten competitor has a finite rating, an open upper end and a note."""
    games = make_games([0, 0, 1, 2, 1, 2], [1, 2, 2, 1, 2, 1], [1, 1, 1, 1, 0, 0])
    with pytest.warns(SeparationWarning, match="never beaten: A"):
        ratings = method().rate(games)
    assert ratings.status[0] == "unbeaten"
    assert np.isfinite(ratings.rating).all()
    assert ratings.high[0] == np.inf and np.isfinite(ratings.low[0])
    assert np.isnan(ratings.std_error[0])


@pytest.mark.parametrize("method", METHODS)
def test_groups_that_never_met_are_rated_apart(method) -> None:
    """Two groups: each has mean 1000 and its own component."""
    games = make_games([0, 1, 2, 3, 2], [1, 0, 3, 2, 3], [1, 1, 1, 1, 1])
    with pytest.warns(DisconnectedWarning):
        ratings = method().rate(games)
    np.testing.assert_allclose(ratings.rating[[0, 1]], 1000)
    assert ratings.rating[2] + ratings.rating[3] == pytest.approx(2000)
    assert sorted(ratings.component.tolist()) == [0, 0, 1, 1]


@pytest.mark.parametrize("method", METHODS)
def test_only_ties_have_the_errors_of_the_model(method) -> None:
    """Scores that do not vary claim no certainty."""
    with pytest.warns(DegenerateWarning, match="do not vary"):
        ratings = method().rate(make_games([0, 1, 2], [1, 2, 0], [0.5, 0.5, 0.5]))
    np.testing.assert_allclose(ratings.rating, 1000)
    assert (ratings.std_error > 100).all()


def test_both_bad_counts_as_a_tie_or_not_at_all() -> None:
    """Dropping both-bad gives the ratings of the log without it."""
    cells = (("A", "B"), [0, 0, 0], [1, 1, 1], [2, 0, 3], [6, 3, 5])
    dropped = LSR(both_bad="drop").rate(Tally.from_cells(*cells))
    assert strengths(dropped)[0] * 2 == pytest.approx(np.log(2))
    assert strengths(LSR().rate(Tally.from_cells(*cells)))[0] * 2 == pytest.approx(
        np.log(8.5 / 5.5)
    )


@pytest.mark.parametrize("method", METHODS)
def test_what_cannot_be_rated_is_said(method) -> None:
    """No rows, impossible settings, clusters without items: one plain sentence each."""
    with pytest.raises(InputError, match="no comparisons"):
        method().rate(Tally.from_cells(("A", "B"), [], [], []))
    with pytest.raises(InputError, match="level"):
        method(level=1.0)
    with pytest.raises(InputError, match="Alpha"):
        method(alpha=0.0)
    with pytest.raises(InputError, match="no items"):
        method(cluster="item").rate(make_games([0, 1], [1, 0], [1, 1]))
    many = np.arange(2000)
    with pytest.raises(InputError, match="at most 1,500"):
        method().rate(make_games(many, (many + 1) % 2000, np.ones(2000)))


def test_a_walk_that_does_not_settle_is_an_error(monkeypatch) -> None:
    """No number is returned from an iteration that was cut short."""
    monkeypatch.setattr("ranking.methods.spectral._ITERATIONS", 1)
    with pytest.raises(ConvergenceError, match="did not settle"):
        ILSR().rate(make_games(*log(rows=40)))


def test_results_too_one_sided_are_said() -> None:
    """Weights over many orders of magnitude: an error in words, never a warning of the solver."""
    games = make_games([0, 0, 1, 1, 2, 2], [1, 1, 2, 2, 3, 3], [1, 0] * 3, weight=[1e7, 1e-7] * 3)
    with pytest.raises(ConvergenceError, match="too one-sided"):
        LSR().rate(games)

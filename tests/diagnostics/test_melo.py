"""Multidimensional Elo against published games, closed forms and logs with a known truth."""

import numpy as np
import pytest
from scipy.special import expit, logit

from ranking.diagnostics.cyclic_prediction import cyclic_prediction
from ranking.diagnostics.folds import rows_of
from ranking.diagnostics.melo import fit_bradley_terry, fit_melo, noise_ridge
from ranking.diagnostics.validation import cross_validation
from ranking.errors import InputError
from ranking.tally import Pairs
from tests.conftest import make_games
from tests.diagnostics.logs import disc_tally, drawn_games, drawn_tally

PUBLISHED = 1e-4


def pairs_of(win_rate, n=1.0) -> Pairs:
    """Return pairs that have exactly these win rates above the diagonal."""
    rate = np.asarray(win_rate, float)
    first, second = np.triu_indices(len(rate), 1)
    count = np.full(len(first), n)
    score = n * rate[first, second]
    return Pairs(len(rate), first, second, count, count, score, count, score, score)


def test_a_published_table() -> None:
    """T7, AlphaGo: .7, .4 and 1 against .43, .67 and .73 of strengths alone."""
    pairs = pairs_of([[0.5, 0.7, 0.4], [0.3, 0.5, 1.0], [0.6, 0.0, 0.5]])
    found = fit_melo(pairs, ridge=1e-3, cyclic_ridge=1e-3)
    chance = expit(found.log_odds[pairs.first, pairs.second])
    np.testing.assert_allclose(chance, [0.6997, 0.4002, 0.9991], atol=PUBLISHED)
    alone = fit_bradley_terry(pairs)
    chance = expit(alone[pairs.first] - alone[pairs.second])
    np.testing.assert_allclose(chance, [0.4297, 0.6703, 0.7297], atol=PUBLISHED)


def test_strengths_and_circles_are_told_apart() -> None:
    """Strengths have mean 0, cyclic rows add up to 0, and the cyclic part is skew."""
    found = fit_melo(drawn_tally(7, 300, seed=2, circle=0.8).pairs(), dimensions=4)
    assert found.strength.mean() == pytest.approx(0, abs=1e-9)
    assert found.cyclic.any()
    np.testing.assert_allclose(found.cyclic.sum(axis=1), 0, atol=1e-9)
    np.testing.assert_allclose(found.cyclic, -found.cyclic.T, atol=1e-12)
    assert np.linalg.matrix_rank(found.cyclic) <= 6  # four dimensions, and those of the rows


def test_enough_dimensions_fit_any_win_rates() -> None:
    """With as many dimensions as competitors and hardly a prior, every win rate is met."""
    rng = np.random.default_rng(4)
    odds = np.triu(rng.normal(size=(6, 6)), 1)
    pairs = pairs_of(expit(odds - odds.T), n=100.0)
    found = fit_melo(pairs, dimensions=6, cyclic_ridge=1e-4)
    np.testing.assert_allclose(found.log_odds[pairs.first, pairs.second],
                               logit(pairs.score / 100), atol=1e-3)  # fmt: skip


def test_relabelling_relabels() -> None:
    """The order of competitors decides nothing."""
    tally, _ = disc_tally(8, 200, reach=0.6)
    order = np.random.default_rng(0).permutation(8)
    place = np.argsort(order)
    moved = type(tally).from_cells(
        tally.competitors, place[tally.first], place[tally.second], tally.outcome, tally.votes
    )
    base, other = (fit_melo(one.pairs(), cyclic_ridge=10.0) for one in (tally, moved))
    np.testing.assert_allclose(other.log_odds, base.log_odds[order][:, order], atol=1e-3)


def test_the_starts_agree() -> None:
    """The residuals' discs lead to the minimum that random starts find too."""
    pairs = disc_tally(9, 50, reach=0.8, seed=5)[0].pairs()
    one, many = (fit_melo(pairs, starts=starts, cyclic_ridge=5.0) for starts in (1, 8))
    assert one.log_loss == pytest.approx(many.log_loss, abs=1e-6)


def test_the_default_ridge_takes_chance_away() -> None:
    """True strengths alone: cyclic log-odds stay at none in most logs, and small in all."""
    largest = [
        np.abs(fit_melo(drawn_tally(8, 40, seed=seed).pairs(), starts=1).cyclic).max()
        for seed in range(20)
    ]
    assert np.median(largest) < 0.05
    assert max(largest) < 0.6


def test_the_ridge_grows_with_the_root_of_the_comparisons() -> None:
    """Chance makes twice the disc of four times the comparisons."""
    ridges = []
    for n in (100, 400):
        pairs = drawn_tally(10, n, seed=1).pairs()
        ridges.append(noise_ridge(pairs, fit_bradley_terry(pairs)))
    assert ridges[1] / ridges[0] == pytest.approx(2, rel=0.15)


def test_circles_predict_where_they_are_true() -> None:
    """A planted disc is foretold better by far more than the standard error."""
    found = cyclic_prediction(rows_of(disc_tally(12, 200, reach=0.6)[0], both_bad="tie"))
    assert found.helps
    assert found.difference < -5 * found.std_error
    assert found.melo == pytest.approx(found.bradley_terry + found.difference)
    assert "better than strengths alone" in found.sentence


def test_circles_do_not_predict_where_there_are_none() -> None:
    """Over 10 logs of true strengths circles help in hardly any, and cost next to nothing."""
    found = [
        cyclic_prediction(rows_of(drawn_tally(8, 40, seed=seed), both_bad="tie"))
        for seed in range(10)
    ]
    assert sum(one.helps for one in found) <= 1
    assert np.mean([one.difference for one in found]) < 1e-3
    assert "better than" not in found[0].sentence


def test_strengths_alone_are_held_out_as_in_cross_validation() -> None:
    """The same folds, items kept together, give the same log-loss of Bradley–Terry."""
    games = drawn_games(6, 800, items=60, seed=3)
    found = cyclic_prediction(games)
    other = cross_validation(games, ["bradley-terry"])
    assert found.over == other.over == "items"
    assert found.bradley_terry == pytest.approx(other.log_loss, abs=1e-9)
    assert found.comparisons == 800


def test_rock_paper_scissors_is_foretold_by_circles_only() -> None:
    """Strengths know nothing of three who beat each other in turn; a circle knows all."""
    found = cyclic_prediction(make_games([0, 1, 2] * 40, [1, 2, 0] * 40, [1] * 120))
    assert found.bradley_terry > np.log(2) > 0.2 > found.melo
    assert "more than strengths gain over a coin" in found.sentence


def test_bad_input_is_refused_in_words() -> None:
    """Odd dimensions, no comparisons, too few of them, too few folds."""
    pairs = drawn_tally(4, 10).pairs()
    with pytest.raises(InputError, match="2, 4, 6"):
        fit_melo(pairs, dimensions=3)
    with pytest.raises(InputError, match="no comparisons"):
        fit_melo(pairs.among(np.zeros(4, bool)))
    games = make_games([0, 1, 2], [1, 2, 0], [1, 1, 1])
    with pytest.raises(InputError, match="fewer comparisons than the 5 folds"):
        cyclic_prediction(games)
    with pytest.raises(InputError, match="at least two folds"):
        cyclic_prediction(games, folds=1)

"""Cross-validation: no leaks, known truths, and errors against statsmodels."""

import math

import numpy as np
import pytest
import statsmodels.api as sm

from ranking.diagnostics.calibration import calibration
from ranking.diagnostics.folds import mean_and_error, part
from ranking.diagnostics.validation import cross_validation
from ranking.errors import InputError
from ranking.ingest import read
from tests.conftest import make_games
from tests.diagnostics.logs import drawn_games, drawn_tally
from tests.methods.test_bradley_terry import G1, tally_of


def test_an_item_is_never_split() -> None:
    """Folds over items keep their comparisons together and are even to one item."""
    games = drawn_games(4, 300, items=23)
    rows, fold = part(games, 5, np.random.default_rng(0), by_item=True)
    assert all(len(set(fold[rows.item == item])) == 1 for item in range(23))
    sizes = [len(set(rows.item[fold == at])) for at in range(5)]
    assert max(sizes) - min(sizes) <= 1


def test_aggregated_votes_are_parted() -> None:
    """A row of a thousand votes falls into all folds; none is lost."""
    tally = tally_of({(0, 1): (1000, 500, 300), (1, 2): (700, 1, 800)}, "ABC")
    games = make_games(
        tally.first, tally.second, [[0, 0.5, 1][code] for code in tally.outcome], votes=tally.votes
    )
    rows, fold = part(games, 5, np.random.default_rng(0), by_item=False)
    assert rows.votes.sum() == games.votes.sum()
    whole = rows.take(np.ones(len(rows), bool)).tally()
    np.testing.assert_array_equal(whole.votes, tally.votes)
    assert (np.bincount(fold, rows.votes) > 500).all()


def test_items_do_not_leak() -> None:
    """Pairs that met on one item alone: over items nothing is known of them, over rows all."""
    item = np.repeat(np.arange(20), 40)
    first, second, score = 2 * item, 2 * item + 1, (item % 2).astype(float)
    over_items = cross_validation(make_games(first, second, score, item=item))
    over_rows = cross_validation(make_games(first, second, score))
    assert (over_items.over, over_rows.over) == ("items", "comparisons")
    assert over_items.log_loss == pytest.approx(math.log(2))
    assert over_rows.log_loss < 0.3


def test_a_known_truth_is_foretold_as_well_as_it_can_be() -> None:
    """A Bradley–Terry log: held-out loss is within four errors of the truth's entropy."""
    rng = np.random.default_rng(0)
    games = drawn_games(6, 6000, seed=1)
    strength = np.random.default_rng(1).normal(0, 0.7, 6)
    p = 1 / (1 + np.exp(strength[games.second] - strength[games.first]))
    truth = -(games.score * np.log(p) + (1 - games.score) * np.log(1 - p)).mean()
    found = cross_validation(games, seed=int(rng.integers(100)))
    assert found.log_loss == pytest.approx(truth, abs=0.003)
    assert found.calibration.off <= 2
    assert found.methods[0].difference == found.methods[0].difference_error == 0
    assert found.comparisons == 6000


def test_a_tally_and_its_rows_agree() -> None:
    """Without items the cells of a tally are enough: losses within an error of each other."""
    games = drawn_games(6, 3000, seed=2)
    rows, cells = cross_validation(games), cross_validation(games.tally())
    assert cells.log_loss == pytest.approx(rows.log_loss, abs=rows.std_error / 3)
    assert cells.std_error == pytest.approx(rows.std_error, rel=0.05)
    assert cells.comparisons == rows.comparisons


def test_errors_are_those_of_statsmodels() -> None:
    """The error of a mean clustered by item is that of an intercept with clustered covariance."""
    games = drawn_games(4, 200, items=15)
    values = np.random.default_rng(0).normal(size=200) + games.item / 10
    _, error = mean_and_error(games, values)
    oracle = sm.OLS(values, np.ones(200)).fit(
        cov_type="cluster", cov_kwds={"groups": games.item, "use_correction": False}
    )
    assert error == pytest.approx(oracle.bse[0] * np.sqrt(15 / 14))
    plain = make_games(games.first, games.second, games.score)
    assert mean_and_error(plain, values)[1] == pytest.approx(values.std() / np.sqrt(200))


def test_models_of_ties_are_compared_over_outcomes() -> None:
    """A Davidson log: its own model predicts win, tie and loss best or within an error."""
    found = cross_validation(drawn_tally(8, 400, ties=1.0, seed=1))
    half, davidson, rao_kupper = found.methods
    assert math.isnan(half.outcome_log_loss)
    assert davidson.outcome_log_loss <= rao_kupper.outcome_log_loss + davidson.outcome_error
    assert abs(davidson.difference) < 0.001
    assert davidson.difference_error < davidson.std_error


def test_elo_is_compared_where_the_order_is_known() -> None:
    """Elo stands beside Bradley–Terry on rows; a tally has no order."""
    games = drawn_games(5, 2000, seed=3)
    found = cross_validation(games, ["bradley-terry", "elo"])
    elo = found.methods[1]
    assert elo.method == "elo"
    assert elo.difference == pytest.approx(elo.log_loss - found.log_loss)
    assert found.log_loss < elo.log_loss < math.log(2)
    with pytest.raises(InputError, match="a tally has none"):
        cross_validation(games.tally(), ["elo"])


def test_calibration_groups_are_even_and_honest() -> None:
    """Chances of 60 to 90 % that hold: groups of equal size, observed within their intervals."""
    rng = np.random.default_rng(0)
    p = rng.uniform(0.1, 0.9, 20_000)
    games = make_games(np.zeros(20_000), np.ones(20_000), (rng.random(20_000) < p).astype(float))
    right, wrong = calibration(games, p), calibration(games, p**2)
    assert right.off <= 2
    assert wrong.off >= 8
    np.testing.assert_allclose(right.weight, 2000, atol=1)
    assert (np.diff(right.predicted) > 0).all()
    assert right.predicted.min() >= 0.5
    assert right.largest_error < 0.05 < wrong.largest_error


def test_separated_and_unseen_competitors_are_predicted() -> None:
    """One win each in a chain: strengths stay finite, and so does the loss."""
    found = cross_validation(make_games([0, 1, 2, 3, 4], [1, 2, 3, 4, 5], [1, 1, 1, 1, 1]))
    assert math.isfinite(found.log_loss)
    assert math.isfinite(found.std_error)


def test_soft_outcomes_and_weights_are_taken() -> None:
    """Scores in between and weights enter; models of ties do not."""
    games = drawn_games(4, 400)
    soft = np.where(games.score == 1, 0.8, 0.3)
    found = cross_validation(
        make_games(games.first, games.second, soft, weight=np.linspace(0.5, 2, 400))
    )
    assert [method.method for method in found.methods] == ["bradley-terry"]
    assert math.isnan(found.accuracy)
    assert "No comparison was decided" in found.sentence
    with pytest.raises(InputError, match="no soft outcomes"):
        cross_validation(make_games(games.first, games.second, soft), ["davidson"])


def test_bad_input_is_refused_in_words() -> None:
    """Folds, comparisons and methods that will not do."""
    tally = tally_of(G1)
    with pytest.raises(InputError, match="at least two folds"):
        cross_validation(tally, folds=1)
    with pytest.raises(InputError, match="fewer comparisons than the 100 folds"):
        cross_validation(tally, folds=100)
    with pytest.raises(InputError, match="must be one of"):
        cross_validation(tally, ["trueskill"])


def test_real_judgements_over_prompts(datasets) -> None:
    """13 prompts judged by a crowd: ratings foretell two thirds of decided comparisons."""
    found = cross_validation(read(datasets / "llmfao" / "comparisons.csv"))
    assert found.over == "items"
    assert 0.64 < found.accuracy < 0.68
    assert found.log_loss < math.log(2)
    assert "log-loss 0.67" in found.sentence

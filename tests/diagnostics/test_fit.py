"""Goodness of fit against published numbers, statsmodels, invariances and planted misfit."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from ranking.diagnostics import fitted_model
from ranking.diagnostics.fit import compare_tie_models, goodness_of_fit
from ranking.diagnostics.fit_bootstrap import _deviances, bootstrap_p_value, draw_outcomes
from ranking.diagnostics.fitted_model import fit_model
from ranking.errors import ConvergenceError, InputError, SelectionError
from ranking.ingest import read
from ranking.methods import BradleyTerry
from ranking.newton import fit_strengths
from ranking.outcomes import TIE
from ranking.tally import Tally
from tests.conftest import games_logs, make_games
from tests.diagnostics.logs import drawn_games, drawn_tally, repeated
from tests.methods.test_bradley_terry import G1, tally_of

PUBLISHED = 1e-5
ORACLE = 1e-7

JOURNALS = {
    (0, 1): (730, 0, 33), (0, 2): (498, 0, 320), (0, 3): (221, 0, 284),
    (1, 2): (68, 0, 813), (1, 3): (17, 0, 276), (2, 3): (142, 0, 325),
}  # fmt: skip


def design(fitted):
    x = np.zeros((len(fitted.first), len(fitted.competitors)))
    x[np.arange(len(x)), fitted.first] = 1
    x[np.arange(len(x)), fitted.second] = -1
    return x[:, 1:]


def test_davidson_fits_a_worked_example() -> None:
    """G1: deviance, Pearson, degrees of freedom and p-value."""
    found = goodness_of_fit(tally_of(G1), ties="davidson", p_value_by="chi-squared")
    assert found.deviance == pytest.approx(3.539816, abs=PUBLISHED)
    assert found.pearson == pytest.approx(2.599940, abs=PUBLISHED)
    assert found.df == 8
    assert found.p_value == pytest.approx(0.8961, abs=5e-5)
    assert found.dispersion == pytest.approx(2.599940 / 8, abs=PUBLISHED)


def test_likelihoods_of_a_worked_example() -> None:
    """G1: log-losses of half-win, Davidson and Rao–Kupper, and AIC and BIC from them."""
    half, davidson, rao_kupper = compare_tie_models(tally_of(G1))
    for model, minus_log_likelihood, parameters in (
        (half, 34.914522, 3), (davidson, 51.774348, 4), (rao_kupper, 51.541349, 4)
    ):  # fmt: skip
        assert 60 * model.log_loss == pytest.approx(minus_log_likelihood, abs=PUBLISHED)
        assert model.parameters == parameters
        assert model.aic == pytest.approx(2 * parameters + 2 * minus_log_likelihood, abs=1e-4)
        bic = parameters * np.log(60) + 2 * minus_log_likelihood
        assert model.bic == pytest.approx(bic, abs=1e-4)


def test_ties_lower_the_variance_of_a_half_win_score() -> None:
    """G1: the variance of scores is .835353 of that of decided comparisons."""
    assert goodness_of_fit(tally_of(G1)).scale == pytest.approx(0.835353, abs=PUBLISHED)


def test_residuals_of_a_worked_example() -> None:
    """G1 without its ties: deviance, Pearson, p, residuals and studentised residuals of pairs."""
    whole = tally_of(G1)
    found = goodness_of_fit(whole.without(TIE), p_value_by="chi-squared")
    assert found.deviance == pytest.approx(0.306385, abs=PUBLISHED)
    assert found.pearson == pytest.approx(0.310490, abs=PUBLISHED)
    assert found.df == 3
    assert found.p_value == pytest.approx(0.9588, abs=5e-5)
    assert found.scale == 1
    residuals = found.residuals
    np.testing.assert_allclose(
        residuals.residual,
        [0.128344, -0.347383, 0.227977, -0.035197, 0.165453, -0.304559],
        atol=PUBLISHED,
    )
    np.testing.assert_allclose(
        residuals.studentised,
        [0.186550, -0.469849, 0.294454, -0.051405, 0.232085, -0.479413],
        atol=PUBLISHED,
    )
    assert residuals.leverage.sum() == pytest.approx(3)
    assert not residuals.surprising.any()


def test_journal_citations_match_the_published_deviance() -> None:
    """G2: 4.293384 on 3 degrees of freedom."""
    found = goodness_of_fit(tally_of(JOURNALS))
    assert found.deviance == pytest.approx(4.293384, abs=1e-6)
    assert found.df == 3
    assert found.p_value_by == "chi-squared"


def test_agrees_with_statsmodels() -> None:
    """Deviance, Pearson, leverages and studentised residuals equal those of a binomial GLM."""
    tally = drawn_tally(6, 40, seed=3)
    found, fitted = goodness_of_fit(tally), fit_model(tally)
    oracle = sm.GLM(fitted.observed.T, design(fitted), family=sm.families.Binomial()).fit(tol=1e-12)
    assert found.deviance == pytest.approx(oracle.deviance, abs=ORACLE)
    assert found.pearson == pytest.approx(oracle.pearson_chi2, abs=ORACLE)
    influence = oracle.get_influence()
    np.testing.assert_allclose(found.residuals.leverage, influence.hat_matrix_diag, atol=ORACLE)
    np.testing.assert_allclose(found.residuals.studentised, influence.resid_studentized, atol=1e-6)


@given(games_logs(), st.randoms(use_true_random=False))
def test_relabelling_turns_residuals_and_changes_nothing_else(games, random) -> None:
    """Another order of the competitors flips the pairs; statistics and |residuals| stay."""
    m = len(games.competitors)
    order = list(range(m))
    random.shuffle(order)
    place = np.argsort(order)
    names = tuple(games.competitors[at] for at in order)
    moved = make_games(place[games.first], place[games.second], games.score, names=names)
    one = goodness_of_fit(games, p_value_by="chi-squared")
    other = goodness_of_fit(moved, p_value_by="chi-squared")
    assert other.deviance == pytest.approx(one.deviance, abs=1e-8)
    for i, j in zip(one.residuals.first, one.residuals.second, strict=True):
        a, b = games.competitors[i], games.competitors[j]
        assert other.residuals.of(a, b) == pytest.approx(one.residuals.of(a, b), abs=1e-5)
        assert one.residuals.of(b, a) == -one.residuals.of(a, b)


@pytest.mark.parametrize("ties", ["half", "davidson"])
def test_the_unit_of_weights_does_not_matter(ties) -> None:
    """Ten times the weight everywhere is the same evidence."""
    tally = tally_of(G1)
    scaled = Tally.from_cells(
        tally.competitors, tally.first, tally.second, tally.outcome, tally.votes,
        weight=10 * tally.weight, weight2=100 * tally.weight2,
    )  # fmt: skip
    one, other = goodness_of_fit(tally, ties=ties), goodness_of_fit(scaled, ties=ties)
    for name in ("deviance", "pearson", "scale", "p_value", "log_loss", "aic", "bic", "miss"):
        assert getattr(other, name) == pytest.approx(getattr(one, name), abs=1e-7), name
    np.testing.assert_allclose(other.residuals.studentised, one.residuals.studentised, atol=1e-7)


def test_unequal_weights_are_no_evidence_of_misfit() -> None:
    """A true model with weights of .1 and 3 is not rejected; as plain counts it would be."""
    games = drawn_games(6, 3000, seed=1)
    weight = np.random.default_rng(0).choice([0.1, 3.0], len(games))
    weighted = make_games(games.first, games.second, games.score, weight=weight)
    assert goodness_of_fit(weighted).p_value > 0.05
    tally = weighted.tally()
    counted = Tally.from_cells(
        tally.competitors, tally.first, tally.second, tally.outcome, tally.weight
    )
    assert goodness_of_fit(counted).p_value < 0.05


def test_repeating_comparisons_of_one_item_adds_no_evidence() -> None:
    """Every row four times under one item: deviance and scale are fourfold, p stays."""
    games = drawn_games(5, 800)
    one, other = goodness_of_fit(games), goodness_of_fit(repeated(games, 4))
    assert other.deviance == pytest.approx(4 * one.deviance)
    assert other.scale == pytest.approx(4 * one.scale)
    assert other.p_value == pytest.approx(one.p_value)


@pytest.mark.parametrize("ties", ["half", "davidson", "rao-kupper"])
def test_the_bootstrap_agrees_with_chi_squared_on_thick_cells(ties) -> None:
    """p-values within four Monte Carlo errors of 400 replicates."""
    tally = drawn_tally(6, 300, ties=0.6, seed=5)
    exact = goodness_of_fit(tally, ties=ties)
    drawn = goodness_of_fit(tally, ties=ties, p_value_by="parametric bootstrap", replicates=400)
    assert exact.p_value_by == "chi-squared"
    error = np.sqrt(exact.p_value * (1 - exact.p_value) / 400)
    assert abs(drawn.p_value - exact.p_value) < 4 * error + 1 / 400


@pytest.mark.parametrize("ties", ["half", "davidson", "rao-kupper"])
def test_replicates_are_fitted_to_their_maximum(ties) -> None:
    """Three frozen-Hessian steps reach the deviance of a full fit of each replicate."""
    fitted = fit_model(drawn_tally(5, 60, ties=0.6), ties=ties)
    drawn = draw_outcomes(fitted, np.random.default_rng(0), 5)
    reached = _deviances(fitted, drawn)
    codes = np.array([{"half": (2, 0)}.get(ties, (2, 1, 0))] * len(fitted.first)).T
    pairs = np.broadcast_to(np.arange(len(fitted.first)), codes.shape)
    for replicate in range(5):
        tally = Tally.from_cells(
            fitted.competitors, fitted.first[pairs.ravel()], fitted.second[pairs.ravel()],
            codes.ravel(), drawn[..., replicate].ravel(),
        )  # fmt: skip
        exact = goodness_of_fit(tally, ties=ties, p_value_by="chi-squared").deviance
        assert exact - 1e-6 <= reached[replicate] <= exact + 0.02


def test_thin_cells_get_the_bootstrap_and_keep_the_level() -> None:
    """Eight comparisons of each pair: chi-squared rejects many true models, the bootstrap few."""
    rejected = {"chi-squared": 0, "parametric bootstrap": 0}
    for seed in range(20):
        tally = drawn_tally(8, 8, ties=0.8, seed=seed)
        for by in rejected:
            found = goodness_of_fit(tally, ties="davidson", p_value_by=by, replicates=59)
            rejected[by] += found.p_value < 0.05
    assert goodness_of_fit(tally, ties="davidson").p_value_by == "parametric bootstrap"
    assert rejected["parametric bootstrap"] <= 4
    assert rejected["chi-squared"] > rejected["parametric bootstrap"]


def test_half_win_replicates_have_the_variance_of_the_log() -> None:
    """Drawn scores have mean n p and variance scale n p (1 - p)."""
    fitted = fit_model(drawn_tally(4, 200, ties=1.0))
    drawn = draw_outcomes(fitted, np.random.default_rng(1), 4000)[0]
    n, p = fitted.counts, fitted.probabilities[0]
    np.testing.assert_allclose(drawn.mean(axis=1) / n, p, atol=0.003)
    np.testing.assert_allclose(drawn.var(axis=1) / (n * p * (1 - p)), fitted.tie_scale, rtol=0.1)


def test_a_planted_surprise_is_found() -> None:
    """One pair whose result is turned round is the most surprising, and named from its winner."""
    tally = drawn_tally(8, 200, seed=2, spread=0.3)
    turned = (tally.first == 1) & (tally.second == 4)
    outcome = np.where(turned, 2 - tally.outcome, tally.outcome)
    votes = np.where(turned & (outcome == 2), tally.votes + 80, tally.votes)
    found = goodness_of_fit(
        Tally.from_cells(tally.competitors, tally.first, tally.second, outcome, votes)
    )
    residuals = found.residuals
    worst = residuals.order[0]
    assert (residuals.first[worst], residuals.second[worst]) == (1, 4)
    assert residuals.surprising[worst]
    assert residuals.of("m1", "m4") > 4 > -4 > residuals.of("m4", "m1")
    assert residuals.matrix()[1, 4] == -residuals.matrix()[4, 1] == residuals.of("m1", "m4")
    assert found.p_value < 0.001
    assert found.miss > 0.02
    assert "do not explain everything" in found.sentence


def test_the_miss_is_the_error_of_expected_scores() -> None:
    """Cyclic log-odds of .4 sin: the root mean square miss of expected scores is known."""
    m, n = 10, 4000
    found = goodness_of_fit(drawn_tally(m, n, seed=1, spread=0.1, circle=0.4))
    i, j = np.triu_indices(m, 1)
    flow = 0.4 * np.sin(2.1 * np.arange(len(i)))
    h = np.zeros((len(i), m))
    h[np.arange(len(i)), i], h[np.arange(len(i)), j] = 1, -1
    rest = flow - h @ np.linalg.lstsq(h, flow, rcond=None)[0]
    assert found.miss == pytest.approx(np.sqrt(np.mean(rest**2)) / 4, rel=0.1)


def test_thin_pairs_are_not_surprising_for_one_lucky_win() -> None:
    """A single win at odds of 1 to 40 stays unmarked where dozens of pairs had such a chance."""
    marked = [
        goodness_of_fit(drawn_tally(12, 4, seed=seed, spread=1.2)).residuals.surprising.any()
        for seed in range(12)
    ]
    assert sum(marked) <= 2


def test_who_has_no_finite_rating_is_left_out() -> None:
    """An unbeaten competitor, a winless one and a group apart do not enter."""
    games = make_games(
        [0, 1, 1, 2, 2, 0, 3, 0, 5, 6], [1, 0, 2, 1, 0, 2, 0, 4, 6, 5],
        [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    )  # fmt: skip
    found = goodness_of_fit(games)
    assert found.residuals.competitors == ("A", "B", "C")
    assert found.left_out == 4
    with pytest.raises(SelectionError, match="'D' cannot be tested"):
        found.residuals.of("A", "D")


def test_ratings_say_what_is_tested() -> None:
    """Both-bad and the start come from the ratings; other names are refused."""
    tally = Tally.from_cells(("A", "B"), [0, 0, 0], [1, 1, 1], [2, 0, 3], votes=[20, 10, 30])
    dropped = BradleyTerry(both_bad="drop", cluster="none").rate(tally)
    assert goodness_of_fit(tally, dropped).comparisons == 30
    assert goodness_of_fit(tally).comparisons == 60
    with pytest.raises(InputError, match="not those of this log"):
        goodness_of_fit(drawn_tally(3), dropped)


def test_a_tree_leaves_nothing_to_test() -> None:
    """Two competitors: no degree of freedom, no p-value, and a sentence that says so."""
    found = goodness_of_fit(tally_of({(0, 1): (7, 2, 1)}, "AB"))
    assert found.df == 0
    assert np.isnan(found.p_value)
    assert "nothing is left to test" in found.sentence
    assert found.residuals.studentised.tolist() == [0]
    assert found.residuals.adjusted_p.tolist() == [1]


def test_only_ties_are_no_trouble() -> None:
    """Every score is one half: no misfit, no NaN, and no tie model."""
    tally = tally_of({(0, 1): (0, 9, 0), (0, 2): (0, 9, 0), (1, 2): (0, 9, 0)}, "ABC")
    found = goodness_of_fit(tally)
    assert found.p_value == 1
    assert np.isfinite(found.residuals.studentised).all()
    with pytest.raises(InputError, match="no decided comparisons here"):
        goodness_of_fit(tally, ties="davidson")


def test_no_evidence_is_refused_in_words() -> None:
    """No two who scored against each other; ties that are not there; soft outcomes as ties."""
    with pytest.raises(InputError, match="no fit to examine"):
        goodness_of_fit(make_games([0, 1], [1, 2], [1, 1]))
    with pytest.raises(InputError, match="no ties here"):
        goodness_of_fit(drawn_tally(4), ties="rao-kupper")
    soft = make_games([0, 1, 2, 0], [1, 2, 0, 1], [0.7, 0.2, 0.6, 0.4])
    assert 0 <= goodness_of_fit(soft).p_value <= 1
    assert [model.ties for model in compare_tie_models(soft)] == ["half"]
    with pytest.raises(InputError, match="soft"):
        goodness_of_fit(soft, ties="davidson")


def test_a_stalled_solver_gives_way_to_a_negligible_prior(monkeypatch) -> None:
    """Where the plain fit does not converge, a prior SD of 17,000 points stands in unseen."""
    tally, asked = tally_of(G1), []

    def stalling(pairs, *, ridge=0.0, start=None):
        asked.append(ridge)
        if not ridge:
            raise ConvergenceError("The linear solver did not converge on 4 competitors.")
        return fit_strengths(pairs, ridge=ridge, start=start)

    exact = fit_model(tally).strength
    monkeypatch.setattr(fitted_model, "fit_strengths", stalling)
    np.testing.assert_allclose(fit_model(tally).strength, exact, atol=1e-4)
    assert asked == [0.0, 1e-4]


def test_ties_alone_do_not_keep_a_model_of_ties_finite() -> None:
    """A never lost to B: half-win Bradley–Terry is finite through the ties, Davidson is not."""
    tally = tally_of({(0, 1): (7, 3, 0)}, "AB")
    assert [model.ties for model in compare_tie_models(tally)] == ["half"]
    with pytest.raises(InputError, match="No two competitors scored"):
        goodness_of_fit(tally, ties="davidson")


def test_the_outside_option_is_compared_where_there_is_both_bad() -> None:
    """Four outcomes of 3 pairs, 3 strengths and delta: 9 - 4 degrees of freedom."""
    votes = [30, 10, 20, 15] * 3
    tally = Tally.from_cells(
        ("A", "B", "C"), np.repeat([0, 0, 1], 4), np.repeat([1, 2, 2], 4), [2, 1, 0, 3] * 3, votes
    )
    models = {model.ties: model for model in compare_tie_models(tally)}
    assert models["outside-option"].df == 5
    assert models["outside-option"].comparisons == sum(votes)
    assert models["davidson"].comparisons == sum(votes)
    assert {model.outcomes for model in models.values()} == {2, 3, 4}
    dropped = {model.ties: model for model in compare_tie_models(tally, both_bad="drop")}
    assert dropped["davidson"].comparisons == 180


def test_the_seed_decides_the_bootstrap() -> None:
    """The same seed gives the same p-value."""
    fitted = fit_model(drawn_tally(5, 4))
    assert bootstrap_p_value(fitted, 5.0, seed=1) == bootstrap_p_value(fitted, 5.0, seed=1)


def test_models_of_ties_on_the_chatbot_arena(datasets) -> None:
    """1,374,996 votes, both-bad dropped: published losses, Rao–Kupper before Davidson."""
    comparisons = read(datasets / "chatbot_arena_2024" / "comparisons.csv")
    models = {model.ties: model for model in compare_tie_models(comparisons, both_bad="drop")}
    assert models["half"].log_loss == pytest.approx(0.6554, abs=5e-5)
    assert models["rao-kupper"].log_loss == pytest.approx(1.0095, abs=5e-5)
    assert models["davidson"].log_loss == pytest.approx(1.0100, abs=5e-5)
    assert models["rao-kupper"].aic < models["davidson"].aic
    assert models["half"].residuals.surprising.sum() > 10

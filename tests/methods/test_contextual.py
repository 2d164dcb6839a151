"""Contextual Bradley–Terry against worked examples, statsmodels, known truth and invariances."""

from dataclasses import replace

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from ranking import read
from ranking.covariates import Covariates, normalised_difference
from ranking.errors import (
    ConvergenceError,
    DegenerateWarning,
    DisconnectedWarning,
    InputError,
    RankingWarning,
    SeparationWarning,
)
from ranking.methods import BradleyTerry
from ranking.methods.contextual import ContextualBradleyTerry
from ranking.methods.contextual_effects import rank_changes
from ranking.ratings import POINTS_PER_LOGIT
from tests.conftest import games_logs, make_games

PUBLISHED = 1e-6  # the worked examples carry so many digits
ORACLE = 1e-6  # agreement with statsmodels, which stops earlier
EXACT = 1e-9

# Twelve rows: first, second, score, item; and one feature.
G3 = [
    (0, 1, 1, 0), (0, 1, 1, 0), (1, 0, 0.5, 1), (0, 2, 1, 1), (2, 0, 1, 2), (1, 2, 1, 2),
    (1, 2, 0, 3), (2, 1, 0.5, 3), (0, 1, 0, 4), (0, 2, 1, 4), (1, 2, 1, 5), (0, 2, 0.5, 5),
]  # fmt: skip
G5_FEATURE = np.array([0.5, -0.2, 0.1, 0.8, -0.5, 0.3, -0.7, 0.4, -0.1, 0.6, 0.2, -0.3])
CR1_FACTOR = 6 / 5 * 11 / 9


def one_feature(values) -> Covariates:
    values = np.asarray(values, np.float64)
    return Covariates({"x": (values, np.zeros_like(values))})


def worked_example():
    first, second, score, item = zip(*G3, strict=True)
    return make_games(first, second, score, item=item), one_feature(G5_FEATURE)


def strengths(ratings):
    return (ratings.rating - 1000) / POINTS_PER_LOGIT


def coefficients(found):
    return np.array([p.estimate for p in found.parameters]) / POINTS_PER_LOGIT


def errors(found):
    return np.array([p.std_error for p in found.parameters]) / POINTS_PER_LOGIT


def simulated(seed, *, n=800, m=5, beta=(0.25, -0.1), items=0, spread=0.0, ties=0.0):
    """Draw a log with two features of known effect; items may have effects of their own."""
    rng = np.random.default_rng(seed)
    theta = np.linspace(-0.8, 0.8, m)
    first = rng.integers(0, m, n)
    second = (first + rng.integers(1, m, n)) % m
    x = rng.normal(size=(n, len(beta)))
    item = rng.integers(0, items, n) if items else None
    own = spread * rng.normal(size=(max(items, 1), m))
    at = item if items else np.zeros(n, int)
    logits = theta[first] - theta[second] + x @ np.array(beta)
    logits += own[at, first] - own[at, second]
    score = (rng.random(n) < 1 / (1 + np.exp(-logits))).astype(float)
    score[rng.random(n) < ties] = 0.5
    covariates = Covariates({f"x{k}": (column, np.zeros(n)) for k, column in enumerate(x.T)})
    return make_games(first, second, score, item=item), covariates


FEATURES = ("feature:x0", "feature:x1")


def regression(games, covariates, scale):
    """Return statsmodels' outcome and design, the first competitor as reference."""
    n, m = len(games), len(games.competitors)
    incidence = np.zeros((n, m))
    incidence[np.arange(n), games.first] = 1
    incidence[np.arange(n), games.second] -= 1
    x = np.stack([a - b for a, b in covariates.features.values()], axis=1) / scale
    return games.score, np.hstack([incidence[:, 1:], x])


def test_coefficient_and_errors_of_a_worked_example() -> None:
    """G5: strengths, coefficient, Hessian errors and errors clustered by item."""
    games, covariates = worked_example()
    method = ContextualBradleyTerry(("feature:x",), interval="hessian")
    ratings, scale = method.rate(games, covariates=covariates), np.sqrt(np.mean(G5_FEATURE**2))
    np.testing.assert_allclose(strengths(ratings), [0.108662, 0.125417, -0.234079], atol=PUBLISHED)
    assert coefficients(ratings)[0] / scale == pytest.approx(2.338457, abs=PUBLISHED)
    assert errors(ratings)[0] / scale == pytest.approx(1.682360, abs=PUBLISHED)
    expected = [0.554814, 0.513987, 0.564407]
    np.testing.assert_allclose(ratings.std_error / POINTS_PER_LOGIT, expected, atol=PUBLISHED)

    clustered = replace(method, interval="cr1").rate(games, covariates=covariates)
    expected = np.sqrt(CR1_FACTOR) * np.array([0.524173, 0.410158, 0.337637, 0.964672])
    found = np.append(clustered.std_error / POINTS_PER_LOGIT, errors(clustered)[0] / scale)
    np.testing.assert_allclose(found, expected, atol=2 * PUBLISHED)
    assert clustered.df == 5


def test_position_of_a_worked_example() -> None:
    """A wins 14 of 20 shown first and 8 of 20 shown second: half-difference and half-sum."""
    score = np.r_[np.ones(14), np.zeros(6), np.zeros(8), np.ones(12)]
    games = make_games([0] * 20 + [1] * 20, [1] * 20 + [0] * 20, score)
    covariates = Covariates(position=np.ones(40))
    ratings = ContextualBradleyTerry(("position",)).rate(games, covariates=covariates)
    gap = strengths(ratings)
    assert gap[0] - gap[1] == pytest.approx(0.220916, abs=PUBLISHED)
    assert coefficients(ratings)[0] == pytest.approx(0.626381, abs=PUBLISHED)
    assert ratings.parameters[0].name == "shown first"
    assert ratings.parameters[0].unit == "points"


def test_self_preference_of_a_worked_example() -> None:
    """A wins 15 of 20 before its own family and 9 of 20 before B's: 112.9 points."""
    score = np.r_[np.ones(15), np.zeros(5), np.ones(9), np.zeros(11)]
    games = make_games([0] * 40, [1] * 40, score)
    games = replace(games, judge=np.repeat([0, 1], 20))
    covariates = Covariates(judges={0: ("j1", "X"), 1: ("j2", "y")})
    method = ContextualBradleyTerry(("self-preference",), families=(("A", "x"), ("B", "Y")))
    ratings = method.rate(games, covariates=covariates)
    gap = strengths(ratings)
    assert gap[0] - gap[1] == pytest.approx(0.448971, abs=PUBLISHED)
    assert coefficients(ratings)[0] == pytest.approx(0.649641, abs=PUBLISHED)
    assert ratings.parameters[0].estimate == pytest.approx(112.9, abs=0.05)


@pytest.mark.parametrize("interval", ["hessian", "hc0", "cr1"])
def test_coefficients_and_errors_agree_with_statsmodels(interval) -> None:
    """The same binomial regression, ties as half a win: estimates and three covariances."""
    games, covariates = simulated(1, items=40, spread=0.5, ties=0.2)
    method = ContextualBradleyTerry(FEATURES, interval=interval)
    effects = method.effects(games, covariates=covariates)
    ratings = method.rate(games, covariates=covariates)
    outcome, regressors = regression(games, covariates, np.array(effects.scale))
    how = {
        "hessian": {},
        "hc0": {"cov_type": "HC0"},
        "cr1": {"cov_type": "cluster", "cov_kwds": {"groups": games.item}},
    }[interval]
    oracle = sm.GLM(outcome, regressors, family=sm.families.Binomial()).fit(tol=1e-12, **how)
    np.testing.assert_allclose(coefficients(ratings), oracle.params[-2:], atol=ORACLE)
    np.testing.assert_allclose(errors(ratings), oracle.bse[-2:], atol=ORACLE)
    gap = ratings.difference("B", "A")
    assert gap.estimate / POINTS_PER_LOGIT == pytest.approx(oracle.params[0], abs=ORACLE)
    assert gap.std_error / POINTS_PER_LOGIT == pytest.approx(oracle.bse[0], abs=ORACLE)


def test_tests_of_the_covariates_agree_with_statsmodels() -> None:
    """Likelihood ratio and Wald statistic of both coefficients, and the log-loss."""
    games, covariates = simulated(2, n=300)
    method = ContextualBradleyTerry(FEATURES, interval="hc0")
    effects = method.effects(games, covariates=covariates)
    outcome, regressors = regression(games, covariates, np.array(effects.scale))
    family = sm.families.Binomial()
    full = sm.GLM(outcome, regressors, family=family).fit(tol=1e-12, cov_type="HC0")
    plain = sm.GLM(outcome, regressors[:, :-2], family=family).fit(tol=1e-12)
    assert effects.likelihood_ratio == pytest.approx(2 * (full.llf - plain.llf), abs=ORACLE)
    wald = full.wald_test(np.eye(6)[-2:], scalar=True)
    assert effects.wald * 2 == pytest.approx(float(wald.statistic), abs=1e-5)
    assert effects.p_value == pytest.approx(float(wald.pvalue), abs=1e-5)
    log_loss = method.rate(games, covariates=covariates).log_loss
    assert log_loss == pytest.approx(-full.llf / 300, abs=ORACLE)


def test_weights_and_votes_agree_with_statsmodels() -> None:
    """Weights multiply the log-likelihood; a row of three votes is three rows."""
    games, covariates = simulated(3, n=200)
    rng = np.random.default_rng(0)
    weighted = replace(games, weight=rng.uniform(0.5, 2, 200))
    method = ContextualBradleyTerry(FEATURES, interval="hc0")
    effects = method.effects(weighted, covariates=covariates)
    outcome, regressors = regression(games, covariates, np.array(effects.scale))
    glm = sm.GLM(outcome, regressors, family=sm.families.Binomial(), freq_weights=weighted.weight)
    np.testing.assert_allclose(coefficients(effects), glm.fit().params[-2:], atol=ORACLE)

    votes = rng.integers(1, 4, 200)
    rows = np.repeat(np.arange(200), votes)
    once = method.rate(replace(games, votes=votes.astype(float)), covariates=covariates)
    apart = method.rate(games.take(rows), covariates=covariates.take(rows))
    np.testing.assert_allclose(once.rating, apart.rating, atol=1e-6)
    np.testing.assert_allclose(once.covariance, apart.covariance, atol=1e-6)
    np.testing.assert_allclose(errors(once), errors(apart), atol=EXACT)


def test_a_known_coefficient_is_recovered_and_covered() -> None:
    """A true 0.25 is found without bias; clustered intervals cover it, independent ones do not.

    Every comparison occurs four times under its item, so that a quarter of the rows is evidence.
    """
    found, covered, claimed = [], 0, 0
    clustered = ContextualBradleyTerry(FEATURES)
    independent = ContextualBradleyTerry(FEATURES, interval="hc0")
    for seed in range(60):
        games, covariates = simulated(seed, n=300)
        games = replace(games, item=np.arange(300)).take(np.repeat(np.arange(300), 4))
        covariates = covariates.take(np.repeat(np.arange(300), 4))
        effects = clustered.effects(games, covariates=covariates)
        naive = independent.effects(games, covariates=covariates).parameters[0]
        truth = 0.25 * effects.scale[0] * POINTS_PER_LOGIT
        found.append(0.25 * effects.parameters[0].estimate / truth)
        covered += effects.parameters[0].low <= truth <= effects.parameters[0].high
        claimed += naive.low <= truth <= naive.high
    assert np.mean(found) == pytest.approx(0.25, abs=0.05)  # three Monte-Carlo errors
    assert covered >= 53
    assert claimed <= 48


def test_the_penalty_does_not_grow_with_the_log() -> None:
    """With a penalty of 1, a coefficient of 0.25 is shrunk by under 1 % at 8,000 comparisons."""
    games, covariates = simulated(5, n=8000)
    free = ContextualBradleyTerry(FEATURES).effects(games, covariates=covariates)
    held = ContextualBradleyTerry(FEATURES, penalty=1.0).effects(games, covariates=covariates)
    ratio = coefficients(held)[0] / coefficients(free)[0]
    assert 0.99 < ratio < 1
    assert coefficients(held)[0] / held.scale[0] == pytest.approx(0.25, abs=0.06)


def test_the_penalised_score_is_zero_at_the_estimate() -> None:
    """The gradient of the log-likelihood equals the penalty times the coefficients."""
    games, covariates = simulated(6, n=300)
    method = ContextualBradleyTerry(FEATURES, penalty=20.0)
    effects = method.effects(games, covariates=covariates)
    outcome, regressors = regression(games, covariates, np.array(effects.scale))
    theta, beta = effects.strength, coefficients(effects)
    logits = regressors @ np.r_[theta[1:] - theta[0], beta]
    score = regressors.T @ (outcome - 1 / (1 + np.exp(-logits)))
    np.testing.assert_allclose(score, np.r_[np.zeros(4), 20.0 * beta], atol=1e-7)


@given(games_logs(), st.randoms(use_true_random=False))
def test_nothing_depends_on_sides_order_or_names(games, random) -> None:
    """Swapping sides, shuffling rows and renaming competitors change no rating."""
    n, m = len(games), len(games.competitors)
    rng = np.random.default_rng(random.randrange(2**32))
    counts = tuple(rng.poisson(5, n).astype(float) for _ in range(2))
    method = ContextualBradleyTerry(("style:x",), penalty=1.0)
    plain = method.rate(games, covariates=Covariates({"x": counts}))

    order, turned, names = rng.permutation(n), rng.random(n) < 0.5, rng.permutation(m)
    first, second = names[games.first], names[games.second]
    changed = replace(
        games,
        first=np.where(turned, second, first),
        second=np.where(turned, first, second),
        outcome=np.where(turned, 2 - games.outcome, games.outcome),
        score=np.where(turned, 1 - games.score, games.score),
    ).take(order)
    sides = tuple(np.where(turned, counts[1 - k], counts[k])[order] for k in range(2))
    found = method.rate(changed, covariates=Covariates({"x": sides}))
    np.testing.assert_allclose(found.rating[names], plain.rating, atol=1e-5)
    np.testing.assert_allclose(found.std_error[names], plain.std_error, atol=1e-5)
    np.testing.assert_allclose(coefficients(found), coefficients(plain), atol=1e-8)


def test_the_unit_of_a_feature_does_not_matter() -> None:
    """Kilowords give the same points per standard deviation as words; the scale tells."""
    games, covariates = simulated(7, n=300)
    thousandth = Covariates({k: (a / 1000, b / 1000) for k, (a, b) in covariates.features.items()})
    method = ContextualBradleyTerry(FEATURES)
    words = method.effects(games, covariates=covariates)
    kilowords = method.effects(games, covariates=thousandth)
    np.testing.assert_allclose(coefficients(words), coefficients(kilowords), rtol=1e-9)
    np.testing.assert_allclose(words.scale, np.multiply(kilowords.scale, 1000))


def test_unadjusted_ratings_are_those_of_bradley_terry() -> None:
    """The result carries the ratings without covariates, and the ranks that changed."""
    games, covariates = simulated(8, n=200, beta=(1.5, 0.0))
    ratings = ContextualBradleyTerry(FEATURES).rate(games, covariates=covariates)
    plain = BradleyTerry().rate(games)
    np.testing.assert_allclose(ratings.unadjusted, plain.rating, atol=1e-6)
    np.testing.assert_array_equal(rank_changes(ratings), plain.rank - ratings.rank)
    assert np.isnan(rank_changes(plain)).all()


def test_ratings_sum_to_a_constant_and_so_does_their_covariance() -> None:
    """In the sum-zero gauge, the mean is 1000 and covariances add up to 0."""
    games, covariates = simulated(9, n=300, items=20)
    ratings = ContextualBradleyTerry(FEATURES).rate(games, covariates=covariates)
    assert ratings.rating.mean() == pytest.approx(1000)
    np.testing.assert_allclose(ratings.covariance.sum(axis=0), 0, atol=1e-6)


def test_components_share_coefficients_and_nothing_else() -> None:
    """Two groups that never met: each has mean 1000, and the coefficient is that of the pair."""
    left, covariates = simulated(10, n=300, m=3)
    right, others = simulated(11, n=200, m=3)
    both = make_games(
        np.r_[left.first, right.first + 3],
        np.r_[left.second, right.second + 3],
        np.r_[left.score, right.score],
    )
    joined = Covariates(
        {
            name: (np.r_[sides[0], others.features[name][0]], np.zeros(500))
            for name, sides in covariates.features.items()
        }
    )
    method = ContextualBradleyTerry(FEATURES, interval="hc0")
    with pytest.warns(DisconnectedWarning, match="2 groups"):
        ratings = method.rate(both, covariates=joined)
    for label in (0, 1):
        assert ratings.rating[ratings.component == label].mean() == pytest.approx(1000)
    scale = np.array(method.effects(both, covariates=joined).scale)
    outcome, regressors = regression(both, joined, scale)
    oracle = sm.GLM(outcome, np.delete(regressors, 2, axis=1), family=sm.families.Binomial()).fit(
        tol=1e-12, cov_type="HC0"
    )
    np.testing.assert_allclose(coefficients(ratings), oracle.params[-2:], atol=ORACLE)
    np.testing.assert_allclose(errors(ratings), oracle.bse[-2:], atol=ORACLE)


def test_an_unbeaten_competitor_gets_a_prior_and_one_open_side() -> None:
    """Who never lost is rated with a weak prior, and the upper limit is infinite."""
    games, covariates = simulated(12, n=100, m=3)
    added = make_games(
        np.r_[games.first, [3] * 5], np.r_[games.second, [0] * 5], np.r_[games.score, [1] * 5]
    )
    more = {k: (np.r_[a, np.linspace(-1, 1, 5)], np.zeros(105))
            for k, (a, _) in covariates.features.items()}  # fmt: skip
    more["x1"] = (np.r_[more["x1"][0][:100], [0.3, -0.2, 0.9, 0.1, -0.5]], np.zeros(105))
    with pytest.warns(SeparationWarning, match="never beaten: D"):
        ratings = ContextualBradleyTerry(FEATURES).rate(added, covariates=Covariates(more))
    assert ratings.status[3] == "unbeaten"
    assert np.isfinite(ratings.rating).all()
    assert np.isfinite(ratings.low[3])
    assert ratings.high[3] == np.inf
    assert np.isnan(ratings.std_error[3])


def test_a_covariate_that_tells_the_winner_is_refused_unless_penalised() -> None:
    """Where the longer answer always wins, the coefficient is infinite, and that is said."""
    games, _ = simulated(13, n=60, m=3)
    sign = np.where(games.score > 0.5, 1.0, -1.0)
    covariates = one_feature(sign * np.linspace(1, 2, 60))
    with pytest.raises(ConvergenceError, match="set a penalty"):
        ContextualBradleyTerry(("feature:x",)).rate(games, covariates=covariates)
    held = ContextualBradleyTerry(("feature:x",), penalty=1.0)
    ratings = held.rate(games, covariates=covariates)
    assert np.isfinite(ratings.rating).all()
    assert np.isfinite(ratings.parameters[0].high)


def test_only_ties_leave_intervals_to_the_model() -> None:
    """All ties: no effect, finite intervals, and a note that they rest on the model."""
    games, covariates = simulated(14, n=60, m=3, ties=1.0)
    with pytest.warns(DegenerateWarning, match="do not vary"):
        ratings = ContextualBradleyTerry(FEATURES).rate(games, covariates=covariates)
    np.testing.assert_allclose(ratings.rating, 1000)
    assert (ratings.std_error > 0).all()
    assert (errors(ratings) > 0).all()


def test_rows_without_a_covariate_are_left_out_and_counted() -> None:
    """The rest is rated as if those rows were not there; who only played there has no rating."""
    games, covariates = simulated(15, n=200, m=4)
    first = covariates.features["x0"][0].copy()
    missing = (games.first == 3) | (games.second == 3)
    first[missing] = np.nan
    holed = Covariates({**covariates.features, "x0": (first, np.zeros(200))})
    method = ContextualBradleyTerry(FEATURES)
    with pytest.warns(RankingWarning, match=f"{missing.sum()} of 200 comparisons are left out"):
        ratings = method.rate(games, covariates=holed)
    rest = method.rate(games.take(~missing), covariates=covariates.take(~missing))
    np.testing.assert_allclose(ratings.rating[:3], rest.rating[:3])
    np.testing.assert_allclose(ratings.std_error[:3], rest.std_error[:3])
    assert ratings.status[3] == "no_games"
    assert np.isnan(ratings.rating[3])
    assert ratings.comparisons == 200 - missing.sum()


def test_both_bad_is_dropped_on_demand() -> None:
    """Dropping both-bad is the same as a log without these rows."""
    games, covariates = simulated(16, n=200, ties=0.3)
    bad = (games.score == 0.5) & (np.arange(200) % 2 == 0)
    marked = replace(games, outcome=np.where(bad, 3, games.outcome))
    dropped = ContextualBradleyTerry(FEATURES, both_bad="drop").rate(marked, covariates=covariates)
    without = ContextualBradleyTerry(FEATURES).rate(
        games.take(~bad), covariates=covariates.take(~bad)
    )
    np.testing.assert_allclose(dropped.rating, without.rating)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"covariates": ()}, "at least one covariate"),
        ({"covariates": ("colour",)}, "no covariate 'colour'"),
        ({"penalty": -1.0}, "penalty must be 0 or positive"),
        ({"level": 1.0}, "level must lie between"),
    ],
)
def test_settings_out_of_range_are_refused(settings, sentence) -> None:
    """A setting that cannot be meant is refused before any log is read."""
    with pytest.raises(InputError, match=sentence):
        ContextualBradleyTerry(**settings)


def test_games_need_their_covariates() -> None:
    """Games alone know no covariates."""
    games, _ = simulated(17, n=20)
    with pytest.raises(InputError, match="without covariates"):
        ContextualBradleyTerry().rate(games)


def test_style_of_real_verdicts(datasets) -> None:
    """AlpacaEval: judges favour long answers, and the wordy baseline falls once that is held."""
    with pytest.warns(RankingWarning, match="left out"):
        log = read(datasets / "alpaca_eval" / "comparisons.parquet")
    ratings = ContextualBradleyTerry(("style:words",)).rate(log)
    (words,) = ratings.parameters
    assert words.low > 100
    assert "clustered by item (805 clusters)" in ratings.interval
    wordy = ratings.index("gpt4_1106_preview")
    assert ratings.rating[wordy] < ratings.unadjusted[wordy] - 30


def test_normalised_difference_is_antisymmetric_and_bounded() -> None:
    """FastChat's feature: 0 words against 0 is no difference, and never beyond 1."""
    first, second = np.array([0.0, 9.0, 100.0]), np.array([0.0, 0.0, 300.0])
    found = normalised_difference(first, second)
    np.testing.assert_allclose(found, [0, 0.9, -200 / 401])
    np.testing.assert_allclose(normalised_difference(second, first), -found)


@pytest.mark.parametrize("kind", ["multinomial", "poisson", "gamma"])
def test_a_bootstrap_of_cells_is_not_claimed(kind) -> None:
    """Cells know no covariates: the setting is refused, where HC0 was called a bootstrap."""
    with pytest.raises(InputError, match="bootstrap cannot hold covariates equal"):
        ContextualBradleyTerry(interval=kind)

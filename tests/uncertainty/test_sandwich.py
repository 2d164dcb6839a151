"""Covariances: the worked example of three competitors, brute force, and the rule that chooses."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given
from scipy.special import expit

from ranking.errors import DegenerateWarning, InputError
from ranking.methods import ILSR, BradleyTerry
from ranking.newton import fit_strengths
from ranking.ratings import POINTS_PER_LOGIT
from ranking.uncertainty.intervals import interval_rule
from ranking.uncertainty.sandwich import (
    Clustering,
    InformationRows,
    ScoreRows,
    cluster_meat,
    jackknife_covariance,
    two_way_covariance,
)
from tests.conftest import games_logs, make_games
from tests.methods.test_bradley_terry import G3

PUBLISHED = 1e-6
EXACT = 1e-10


def g3(judges=True):
    first, second, score, item = zip(*G3, strict=True)
    judge = [0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1] if judges else None
    games = make_games(first, second, score, item=item)
    return games if judge is None else dataclasses.replace(games, judge=np.array(judge))


def fitted(games):
    pairs = games.tally().pairs()
    strength, _ = fit_strengths(pairs)
    information = InformationRows.half_win(games, strength)
    design = np.zeros((len(games), len(games.competitors)))
    design[np.arange(len(games)), games.first] = 1
    design[np.arange(len(games)), games.second] = -1
    m = design.shape[1]
    system = design.T @ (information.weight[0][:, None] * design) + 1 / m
    return strength, design, information, system


def test_two_ways_of_a_worked_example() -> None:
    """G3: the published variances by item and judge, without small-sample factors."""
    games = g3()
    strength, _, _, system = fitted(games)
    bread = np.linalg.inv(system) - 1 / 3
    rows = ScoreRows.half_win(games, strength)
    covariance = two_way_covariance(rows, games, bread, parameters=None)
    # The published variances are those before negative eigenvalues are set to zero.
    ways = [
        bread @ cluster_meat(rows, Clustering.by(games, by), parameters=None) @ bread
        for by in ("item", "judge", "both")
    ]
    plain = ways[0] + ways[1] - ways[2]
    np.testing.assert_allclose(np.diag(plain), [0.205056, 0.053998, 0.107346], atol=PUBLISHED)
    assert np.linalg.eigvalsh(covariance).min() > -EXACT


@given(games_logs())
def test_the_same_clusters_twice_are_one_way(games) -> None:
    """Two-way with judges equal to items is one-way by item."""
    games = dataclasses.replace(games, item=np.arange(len(games)) // 3)
    games = dataclasses.replace(games, judge=games.item)
    strength, _, _, system = fitted(games)
    bread = np.linalg.inv(system) - 1 / len(strength)
    rows = ScoreRows.half_win(games, strength)
    once = bread @ cluster_meat(rows, Clustering.by(games, "item"), parameters=None) @ bread
    twice = two_way_covariance(rows, games, bread, parameters=None)
    np.testing.assert_allclose(twice, once, atol=1e-8 * max(once.max(), 1))


@given(games_logs())
def test_a_row_without_an_id_is_its_own_cluster(games) -> None:
    """Singleton labels, missing labels and rows with two votes: the sums of squares agree."""
    n = len(games)
    strength, design, _, _ = fitted(games)
    residual = games.score - expit(strength[games.first] - strength[games.second])
    squares = design.T @ (residual[:, None] ** 2 * design)
    rows = ScoreRows.half_win(games, strength)
    for code in (np.full(n, -1), np.arange(n)):
        clusters = Clustering.of(code, games.votes)
        assert clusters.count == n
        np.testing.assert_allclose(
            cluster_meat(rows, clusters, parameters=None), squares, atol=EXACT
        )
    twice = dataclasses.replace(rows, votes=np.full(n, 2.0))
    alone = Clustering.of(np.full(n, -1), twice.votes)
    assert alone.count == 2 * n
    np.testing.assert_allclose(cluster_meat(twice, alone, parameters=None), 2 * squares, atol=EXACT)
    together = Clustering.of(np.arange(n), twice.votes)
    np.testing.assert_allclose(
        cluster_meat(twice, together, parameters=None), 4 * squares, atol=EXACT
    )


@given(games_logs())
def test_blocks_do_not_change_the_meat(games) -> None:
    """Clusters taken a few at a time give the meat of all at once."""
    import ranking.uncertainty.sandwich as sandwich

    strength, _, _, _ = fitted(games)
    rows = ScoreRows.half_win(games, strength)
    clusters = Clustering.of(np.arange(len(games)) // 2, games.votes)
    whole = cluster_meat(rows, clusters, parameters=None)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sandwich, "_BLOCK", 3 * rows.size)
        np.testing.assert_allclose(cluster_meat(rows, clusters, parameters=None), whole, atol=EXACT)


def test_the_jackknife_leaves_out_each_cluster() -> None:
    """CR3 equals deleting each cluster and taking one Newton step, computed row by row."""
    rng = np.random.default_rng(3)
    n, m = 600, 5
    first = rng.integers(0, m, n)
    second = (first + rng.integers(1, m, n)) % m
    games = make_games(first, second, rng.integers(0, 3, n) / 2, item=rng.integers(0, 12, n))
    strength, design, information, system = fitted(games)
    clusters = Clustering.by(games, "item")
    covariance, singular = jackknife_covariance(
        ScoreRows.half_win(games, strength), information, clusters, system
    )
    residual = games.score - expit(design @ strength)
    weight = information.weight[0]
    steps = []
    for item in np.unique(games.item):
        kept = games.item != item
        gradient = design[kept].T @ residual[kept]
        curvature = design[kept].T @ (weight[kept][:, None] * design[kept])
        steps.append(np.linalg.pinv(curvature) @ gradient)
    expected = 11 / 12 * sum(np.outer(step, step) for step in steps)
    np.testing.assert_allclose(covariance, expected, atol=EXACT)
    assert singular == 0


def test_the_rule_names_what_it_chose() -> None:
    """Items and enough judges: two ways; few judges: items; few clusters: CR3; none: HC0."""
    rng = np.random.default_rng(0)
    n = 1200
    first = rng.integers(0, 4, n)
    second = (first + rng.integers(1, 4, n)) % 4
    games = make_games(first, second, rng.integers(0, 2, n), item=np.arange(n) // 4)
    ten = dataclasses.replace(games, judge=np.arange(n) % 10)
    three = dataclasses.replace(games, judge=np.arange(n) % 3)
    judges = dataclasses.replace(ten, item=np.full(n, -1))

    def words(log, **settings):
        return BradleyTerry(**settings).rate(log).interval

    assert words(ten).startswith("two-way sandwich, clustered by item (300) and judge (10)")
    assert words(three) == "sandwich (CR1), clustered by item (300 clusters), t quantiles"
    assert (
        words(judges) == "jackknife sandwich (CR3), clustered by judge (10 clusters), t quantiles"
    )
    assert words(three, cluster="judge", interval="cr1").startswith(
        "sandwich (CR1), clustered by j"
    )
    assert words(games, cluster="none") == "sandwich (HC0), comparisons taken as independent"
    assert words(games, interval="hessian").startswith("model-based (Hessian)")
    assert BradleyTerry().rate(ten).df == 9


def test_the_model_based_interval_is_the_inverse_information() -> None:
    """G3: the Hessian's standard errors as published."""
    ratings = BradleyTerry(interval="hessian").rate(g3())
    expected = [0.488688, 0.478354, 0.488688]
    np.testing.assert_allclose(ratings.std_error / POINTS_PER_LOGIT, expected, atol=PUBLISHED)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"interval": "hc0", "cluster": "item"}, "takes comparisons as independent"),
        ({"interval": "cr3", "cluster": "both"}, "one kind of cluster"),
        ({"interval": "cr1", "cluster": "none"}, "needs clusters"),
        ({"cluster": "judge"}, "no judges to cluster by"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings, sentence) -> None:
    """A contradiction is an error in words, not a silent choice."""
    with pytest.raises(InputError, match=sentence):
        BradleyTerry(**settings).rate(g3(judges=settings.get("cluster") == "both"))


def test_many_clusters_are_not_left_out_one_by_one() -> None:
    """CR3 is refused where it would take a factorisation for each of very many clusters."""
    games = make_games([0, 1] * 400, [1, 0] * 400, [1, 1] * 400, item=np.arange(800))
    with pytest.raises(InputError, match="up to 250"):
        interval_rule(games, estimator="cr3", cluster="auto", competitors=2)


def crossed(seed=0, judges=None, votes=300):
    """A log of five competitors by 300 items and 14 judges, and a sixth that some judges saw."""
    rng = np.random.default_rng(seed)
    n = 3000
    first = np.r_[rng.integers(0, 5, n), np.full(votes, 5)]
    second = np.r_[(first[:n] + rng.integers(1, 5, n)) % 5, rng.integers(0, 5, votes)]
    score = rng.integers(0, 3, n + votes) / 2
    games = make_games(first, second, score, item=rng.integers(0, 300, n + votes))
    seen_by = np.zeros(votes, int) if judges is None else rng.integers(0, judges, votes)
    return dataclasses.replace(games, judge=np.r_[rng.integers(1, 15, n), seen_by])


@pytest.mark.parametrize("method", [BradleyTerry, ILSR])
def test_a_competitor_that_one_judge_saw_is_not_certain(method) -> None:
    """Its scores cancel within the judge: two ways alone would give it a tenth of its error."""
    games = crossed()
    with pytest.warns(DegenerateWarning, match="lie in one cluster"):
        both = method(cluster="both").rate(games)
    assert both.std_error[5] > 0.9 * BradleyTerry(interval="hc0").rate(games).std_error[5]


def test_a_prior_does_not_hide_that_one_item_knows_a_competitor() -> None:
    """With a ridge scores do not cancel exactly: the error was a fiftieth of what it should be."""
    games = crossed()
    games = dataclasses.replace(games, item=np.where(games.first == 5, 300, games.item))
    errors = []
    for prior in ("auto", "ridge"):
        with pytest.warns(DegenerateWarning, match="lie in one cluster"):
            errors.append(BradleyTerry(cluster="item", prior=prior).rate(games).std_error[5])
    assert errors[1] == pytest.approx(errors[0], rel=0.01)


def test_of_one_counts_comparisons_without_an_id_as_clusters() -> None:
    """Who has two comparisons without an id is in two clusters; repeated votes count too."""
    games = make_games([0, 0, 1, 3], [1, 2, 2, 4], [1] * 4, votes=[1, 1, 1, 2], item=[0, 0, -1, -1])
    found = Clustering.by(games, "item").of_one(games)
    assert found.tolist() == [True, False, False, False, False]


def test_two_ways_never_claim_certainty() -> None:
    """A negative two-way variance becomes that of the pairs of both, not zero."""
    item, judge = (axis.ravel() for axis in np.meshgrid(np.arange(6), np.arange(12)))
    for seed in range(100):
        score = np.random.default_rng(seed).integers(0, 2, len(item))
        games = make_games([0] * len(item), [1] * len(item), score, item=item)
        games = dataclasses.replace(games, judge=judge)
        errors = BradleyTerry(cluster="both").rate(games).std_error
        assert errors[0] > 1


@pytest.mark.parametrize("cluster", ["item", "both"])
def test_clusters_that_are_too_few_are_not_claimed(cluster) -> None:
    """All comparisons about one item: the result names the interval that it has."""
    games = make_games([0, 1, 2, 0, 1, 2] * 5, [1, 2, 0, 2, 0, 1] * 5, [1, 1, 0.5, 0, 1, 1] * 5)
    games = dataclasses.replace(
        games, item=np.zeros(30, np.int64), judge=np.arange(30, dtype=np.int64)
    )
    for method in (BradleyTerry(cluster=cluster), ILSR(cluster=cluster)):
        with pytest.warns(DegenerateWarning, match="too few clusters"):
            ratings = method.rate(games)
        assert ratings.interval.endswith("sandwich (HC0), comparisons taken as independent")
        assert np.isinf(ratings.df)


def test_repeated_votes_without_an_item_are_clusters_each() -> None:
    """The jackknife of a row of 20 votes is that of 20 rows."""
    rows = ([0, 0, 1, 0, 1], [1, 1, 0, 1, 0], [1, 0.5, 1, 1, 1])
    votes, item = np.array([1, 1, 1, 20, 10]), np.array([0, 1, 2, -1, -1])
    short = make_games(*rows, votes=votes, item=item)
    first, second, score = (np.repeat(column, votes) for column in rows)
    long = make_games(first, second, score, item=np.repeat(item, votes))
    one, other = (BradleyTerry(interval="cr3").rate(games) for games in (short, long))
    assert one.interval == other.interval
    np.testing.assert_allclose(one.std_error, other.std_error)


def test_an_almost_singular_rest_is_found() -> None:
    """A cluster with all games of a competitor: flagged under a model of ties, where rounding
    leaves the rest barely invertible."""
    rng = np.random.default_rng(1)
    first = np.r_[rng.integers(0, 4, 200), [4] * 6]
    second = np.r_[(first[:200] + 1 + rng.integers(0, 3, 200)) % 4, [0, 1, 2, 3, 0, 1]]
    score = np.r_[rng.integers(0, 3, 200) / 2, [1, 0, 1, 1, 0, 0.5]]
    games = make_games(first, second, score, item=np.r_[rng.integers(0, 30, 200), [3] * 6])
    for ties in ("half", "davidson", "rao-kupper"):
        with pytest.warns(DegenerateWarning) as caught:
            ratings = BradleyTerry(interval="cr3", ties=ties).rate(games)
        assert any("without one cluster (1 such)" in str(warning.message) for warning in caught)
        assert ratings.std_error[4] < 4 * BradleyTerry(interval="hc0").rate(games).std_error[4]


@pytest.mark.parametrize("own", [0, 3])
@pytest.mark.parametrize(("rows", "clusters"), [(300, 150), (300, 20), (50, 60)])
def test_the_meat_is_the_sum_over_clusters(own, rows, clusters) -> None:
    """Many small clusters or few large ones, votes, missing ids, own parameters: brute force."""
    rng = np.random.default_rng(own + clusters)
    m, label = 7, rng.integers(-1, clusters, rows)
    first = rng.integers(0, m, rows)
    second = (first + rng.integers(1, m, rows)) % m
    scores = ScoreRows(
        m + own, first, second, *rng.normal(size=(2, rows)), rng.normal(size=(rows, own)),
        rng.integers(1, 4, rows).astype(float),
    )  # fmt: skip
    dense = np.zeros((rows, m + own))
    dense[np.arange(rows), first] += scores.of_first
    dense[np.arange(rows), second] += scores.of_second
    dense[:, m:] = scores.own
    alone = label < 0
    expected = (dense[alone] * scores.votes[alone, None]).T @ dense[alone]
    for cluster in range(clusters):
        total = (dense[label == cluster] * scores.votes[label == cluster, None]).sum(axis=0)
        expected += np.outer(total, total)
    found = cluster_meat(scores, Clustering.of(label, scores.votes), parameters=None)
    np.testing.assert_allclose(found, expected, atol=1e-9)

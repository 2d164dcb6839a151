"""Bradley–Terry against published numbers, other packages, closed forms and its invariances."""

import choix
import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from ranking.errors import (
    ConvergenceError,
    DegenerateWarning,
    DisconnectedWarning,
    InputError,
    SeparationWarning,
)
from ranking.methods import LSR, BradleyTerry, ExpectationPropagation
from ranking.newton import fit_strengths, leverages
from ranking.ratings import POINTS_PER_LOGIT
from ranking.tally import Tally
from tests.conftest import games_logs, make_games

PUBLISHED = 1e-5  # the published numbers carry so many digits
ORACLE = 1e-8  # agreement with other packages
EXACT = 1e-9

# Four competitors, (wins, ties, losses) of each pair in the order AB AC AD BC BD CD.
G1 = {
    (0, 1): (6, 2, 2),
    (0, 2): (7, 1, 2),
    (0, 3): (9, 0, 1),
    (1, 2): (5, 2, 3),
    (1, 3): (6, 2, 2),
    (2, 3): (5, 1, 4),
}
# Twelve rows: first, second, score, item.
G3 = [
    (0, 1, 1, 0), (0, 1, 1, 0), (1, 0, 0.5, 1), (0, 2, 1, 1), (2, 0, 1, 2), (1, 2, 1, 2),
    (1, 2, 0, 3), (2, 1, 0.5, 3), (0, 1, 0, 4), (0, 2, 1, 4), (1, 2, 1, 5), (0, 2, 0.5, 5),
]  # fmt: skip
G4_WEIGHT = [1, 2, 1, 0.5, 1, 1, 2, 1, 1, 0.5, 1, 1]


def tally_of(records, competitors="ABCD") -> Tally:
    rows = [
        (i, j, outcome, votes)
        for (i, j), record in records.items()
        for outcome, votes in zip((2, 1, 0), record, strict=True)
        if votes
    ]
    first, second, outcome, votes = zip(*rows, strict=True)
    return Tally.from_cells(tuple(competitors), first, second, outcome, votes)


def strengths(ratings):
    return (ratings.rating - 1000) / POINTS_PER_LOGIT


def g3(weight=None):
    first, second, score, item = zip(*G3, strict=True)
    return make_games(first, second, score, item=item, weight=weight)


def test_ratings_and_standard_errors_of_a_worked_example() -> None:
    """G1: half-win strengths, Elo points, HC0 errors and the error of a difference."""
    ratings = BradleyTerry().rate(tally_of(G1))
    np.testing.assert_allclose(
        strengths(ratings), [0.989200, 0.100006, -0.342183, -0.747023], atol=PUBLISHED
    )
    np.testing.assert_allclose(ratings.std_error, [53.4765, 44.9704, 49.0371, 49.4748], atol=1e-4)
    v = ratings.covariance
    assert np.sqrt(v[0, 0] + v[1, 1] - 2 * v[0, 1]) == pytest.approx(79.5584, abs=1e-4)
    assert ratings.log_loss == pytest.approx(34.914522 / 60, abs=1e-7)


def test_anchoring_shifts_ratings_and_nothing_else() -> None:
    """G1 anchored at D = 1000: published ratings; intervals keep their width, ranks stay."""
    ratings = BradleyTerry().rate(tally_of(G1))
    anchored = ratings.anchored("D", 1000)
    np.testing.assert_allclose(anchored.rating, [1301.6128, 1147.1439, 1070.3278, 1000], atol=1e-4)
    np.testing.assert_allclose(anchored.high - anchored.low, ratings.high - ratings.low)
    assert (anchored.rank_low == ratings.rank_low).all()


def test_ranks_of_a_worked_example() -> None:
    """G1: the Arena's rule gives 1, 1, 2, 2 as the best ranks; simultaneous sets and tiers."""
    ratings = BradleyTerry().rate(tally_of(G1))
    assert ratings.overlap_low.tolist() == [1, 1, 2, 2]
    assert ratings.rank_low.tolist() == [1, 1, 2, 2]
    assert ratings.rank_high.tolist() == [2, 4, 4, 4]
    assert ratings.tiers == ("a", "ab", "b", "b")


def test_journal_citations_match_the_published_fit() -> None:
    """G2: abilities of four statistics journals as printed in the BradleyTerry2 vignette."""
    records = {
        (0, 1): (730, 0, 33), (0, 2): (498, 0, 320), (0, 3): (221, 0, 284),
        (1, 2): (68, 0, 813), (1, 3): (17, 0, 276), (2, 3): (142, 0, 325),
    }  # fmt: skip
    found = strengths(BradleyTerry().rate(tally_of(records)))
    np.testing.assert_allclose(found - found[0], [0, -2.94907, -0.47957, 0.26895], atol=PUBLISHED)


@pytest.mark.parametrize(
    ("weight", "theta", "hc0", "cr1"),
    [
        (
            None,
            [0.343006, 0, -0.343006],
            [0.422137, 0.404354, 0.422137],
            [0.461192, 0.533720, 0.364372],
        ),
        (
            G4_WEIGHT,
            [0.322961, -0.272638, -0.050322],
            [0.436923, 0.440340, 0.458086],
            np.multiply([0.440299, 0.478096, 0.321766], np.sqrt(6 / 5 * 11 / 10)),
        ),
    ],
    ids=["G3 unit weights", "G4 weighted"],
)
def test_clustered_errors_of_a_worked_example(weight, theta, hc0, cr1) -> None:
    """G3, G4: strengths, HC0 and CR1 by item."""
    clustered = BradleyTerry(interval="cr1").rate(g3(weight))
    np.testing.assert_allclose(strengths(clustered), theta, atol=PUBLISHED)
    np.testing.assert_allclose(clustered.std_error / POINTS_PER_LOGIT, cr1, atol=PUBLISHED)
    independent = BradleyTerry(cluster="none").rate(g3(weight))
    np.testing.assert_allclose(independent.std_error / POINTS_PER_LOGIT, hc0, atol=PUBLISHED)


def test_clustered_intervals_use_t_quantiles() -> None:
    """Six clusters: the half width is 2.5706 standard errors, the t quantile of 5 degrees."""
    ratings = BradleyTerry(interval="cr1").rate(g3())
    np.testing.assert_allclose(
        (ratings.high - ratings.rating) / ratings.std_error, 2.570582, atol=PUBLISHED
    )


@pytest.mark.filterwarnings("ignore::ranking.errors.DegenerateWarning")
@given(games_logs())
def test_agrees_with_statsmodels(games) -> None:
    """Strengths, HC0 and CR1 equal those of a binomial GLM on the rows."""
    m, n = len(games.competitors), len(games)
    item = np.arange(n) // 3
    games = make_games(games.first, games.second, games.score, item=item)
    design = np.zeros((n, m))
    design[np.arange(n), games.first] = 1
    design[np.arange(n), games.second] -= 1
    model = sm.GLM(games.score, design[:, 1:], family=sm.families.Binomial())
    centre = np.eye(m)[:, 1:] - 1 / m
    for interval, options in (
        ("hc0", {"cov_type": "HC0"}),
        ("cr1", {"cov_type": "cluster", "cov_kwds": {"groups": item}}),
    ):
        fitted = model.fit(tol=1e-13, **options)
        ratings = BradleyTerry(interval=interval).rate(games)
        np.testing.assert_allclose(strengths(ratings), centre @ fitted.params, atol=ORACLE)
        expected = centre @ fitted.cov_params() @ centre.T * POINTS_PER_LOGIT**2
        if not ratings.warnings:  # where scores do not vary, the information takes over
            np.testing.assert_allclose(ratings.covariance, expected, rtol=1e-6, atol=1e-4)


@given(games_logs())
def test_agrees_with_choix_on_decided_games(games) -> None:
    """Without ties, strengths equal choix's maximum-likelihood estimate."""
    decided = games.take(games.score != 0.5)
    wins = [
        (a, b) if y == 1 else (b, a)
        for a, b, y in zip(decided.first, decided.second, decided.score, strict=True)
    ]
    expected = choix.opt_pairwise(len(games.competitors), wins, alpha=0, tol=1e-12)
    found = strengths(BradleyTerry().rate(decided))
    np.testing.assert_allclose(found, expected - expected.mean(), atol=1e-5)


@given(games_logs(), st.randoms(use_true_random=False))
def test_order_side_and_names_of_rows_do_not_matter(games, random) -> None:
    """Shuffling rows, swapping sides and renumbering competitors leave every number as it is."""
    n, m = len(games), len(games.competitors)
    order = np.array(random.sample(range(n), n))
    swap = np.array([random.random() < 0.5 for _ in range(n)])
    renumber = np.array(random.sample(range(m), m))
    first, second, score = games.first[order], games.second[order], games.score[order]
    moved = make_games(
        renumber[np.where(swap, second, first)],
        renumber[np.where(swap, first, second)],
        np.where(swap, 1 - score, score),
    )
    before, after = BradleyTerry().rate(games), BradleyTerry().rate(moved)
    np.testing.assert_allclose(after.rating[renumber], before.rating, atol=1e-6)
    np.testing.assert_allclose(after.low[renumber], before.low, atol=1e-6)


@given(games_logs())
def test_duplicated_rows_leave_ratings_and_narrow_intervals(games) -> None:
    """Every row twice: same ratings, HC0 errors smaller by the root of two."""
    once = BradleyTerry().rate(games)
    twice = BradleyTerry().rate(games.take(np.repeat(np.arange(len(games)), 2)))
    np.testing.assert_allclose(twice.rating, once.rating, atol=1e-6)
    np.testing.assert_allclose(twice.std_error * np.sqrt(2), once.std_error, atol=1e-6)


@given(games_logs())
def test_votes_are_repeated_rows(games) -> None:
    """A row of three votes counts exactly as three rows."""
    tripled = games.take(np.repeat(np.arange(len(games)), 3)).tally()
    counted = make_games(games.first, games.second, games.score, votes=np.full(len(games), 3))
    a, b = BradleyTerry().rate(tripled), BradleyTerry().rate(counted)
    np.testing.assert_allclose(a.low, b.low, atol=1e-6)
    assert a.comparisons == b.comparisons == 3 * len(games)


@given(games_logs(), st.floats(0.1, 10))
def test_scaling_weights_changes_nothing(games, factor) -> None:
    """A common factor on importance weights cancels in ratings and in sandwich errors."""
    scaled = make_games(games.first, games.second, games.score, weight=np.full(len(games), factor))
    plain, other = BradleyTerry().rate(games), BradleyTerry().rate(scaled)
    np.testing.assert_allclose(other.rating, plain.rating, atol=1e-5)
    np.testing.assert_allclose(other.std_error, plain.std_error, atol=1e-5)


@given(games_logs())
def test_singleton_clusters_are_hc0_up_to_the_factor(games) -> None:
    """With every row its own cluster, CR1 is HC0 times n/(n-1) (n-1)/(n-k)."""
    n, m = len(games), len(games.competitors)
    alone = make_games(games.first, games.second, games.score, item=np.arange(n))
    factor = np.sqrt(n / (n - 1) * (n - 1) / (n - m + 1))
    clustered = BradleyTerry(interval="cr1").rate(alone)
    independent = BradleyTerry().rate(games)
    if not independent.warnings:
        np.testing.assert_allclose(clustered.std_error, independent.std_error * factor, rtol=1e-6)


@given(games_logs())
def test_leverages_sum_to_the_number_of_parameters(games) -> None:
    """The leverages of the pairs sum to m - 1."""
    pairs = games.tally().pairs()
    theta, _ = fit_strengths(pairs)
    assert leverages(pairs, theta).sum() == pytest.approx(len(games.competitors) - 1, abs=1e-6)


def test_soft_outcomes_enter_as_they_are() -> None:
    """One pair with soft scores .8 and .6 has the strength difference logit(.7)."""
    ratings = BradleyTerry().rate(make_games([0, 1], [1, 0], [0.8, 0.4]))
    difference = strengths(ratings)[0] - strengths(ratings)[1]
    assert difference == pytest.approx(np.log(0.7 / 0.3), abs=EXACT)


def test_two_competitors_have_a_closed_form() -> None:
    """7 wins, 2 ties, 1 loss: the difference is ln 4."""
    found = strengths(BradleyTerry().rate(tally_of({(0, 1): (7, 2, 1)}, "AB")))
    assert found[0] - found[1] == pytest.approx(np.log(4), abs=EXACT)


def test_both_bad_is_a_tie_or_dropped() -> None:
    """Both-bad votes pull together as ties do, or leave no trace."""
    rows = ([0, 0, 0], [1, 1, 1])
    tally = Tally.from_cells(("A", "B"), *rows, [2, 0, 3], votes=[6, 2, 4])
    kept = strengths(BradleyTerry().rate(tally))
    dropped = BradleyTerry(both_bad="drop").rate(tally)
    assert kept[0] - kept[1] == pytest.approx(np.log(8 / 4), abs=EXACT)
    assert strengths(dropped)[0] * 2 == pytest.approx(np.log(3), abs=EXACT)
    assert dropped.comparisons == 8


def test_ridge_and_firth_on_an_unbeaten_competitor() -> None:
    """A-B 5:0, B-C 3:3: published ridge strengths; Firth gives ln 11 on the tree's first edge."""
    tally = tally_of({(0, 1): (5, 0, 0), (1, 2): (3, 0, 3)}, "ABC")
    with pytest.warns(SeparationWarning):
        weak = BradleyTerry().rate(tally)
        strong = BradleyTerry(prior="ridge", ridge=1.0).rate(tally)
        firth = strengths(BradleyTerry(prior="firth").rate(tally))
    np.testing.assert_allclose(strengths(weak), [2.071878, -1.069369, -1.002510], atol=PUBLISHED)
    np.testing.assert_allclose(strengths(strong), [0.918005, -0.574133, -0.343872], atol=PUBLISHED)
    assert firth[0] - firth[1] == pytest.approx(np.log(11), abs=1e-7)
    assert firth[1] == pytest.approx(firth[2], abs=1e-7)


def test_an_unbeaten_competitor_is_bounded_on_one_side() -> None:
    """Never beaten: labelled, a finite lower limit, an infinite upper one, no standard error."""
    tally = tally_of({(0, 1): (40, 0, 0), (1, 2): (12, 0, 8)}, "ABC")
    with pytest.warns(SeparationWarning, match="never beaten: A"):
        ratings = BradleyTerry().rate(tally)
    assert ratings.status[0] == "unbeaten"
    assert np.isfinite(ratings.low[0])
    assert np.isposinf(ratings.high[0])
    assert np.isnan(ratings.std_error[0])
    assert ratings.rating.max() < 2000
    assert ratings.rank_high[0] == 1


def test_a_winless_competitor_mirrors_an_unbeaten_one() -> None:
    """Turning all results round turns limits into their mirror images."""
    tally = tally_of({(0, 1): (9, 0, 0), (1, 2): (12, 0, 8)}, "ABC")
    mirror = tally_of({(0, 1): (0, 0, 9), (1, 2): (8, 0, 12)}, "ABC")
    with pytest.warns(SeparationWarning):
        up, down = BradleyTerry().rate(tally), BradleyTerry().rate(mirror)
    np.testing.assert_allclose(down.high - 1000, 1000 - up.low, atol=1e-5)
    assert down.status[0] == "winless"


def test_disconnected_groups_are_rated_apart() -> None:
    """Two pairs that never met: means of 1000, ranks within the group, a warning."""
    tally = tally_of({(0, 1): (12, 0, 8), (2, 3): (6, 0, 14)})
    with pytest.warns(DisconnectedWarning, match="2 groups"):
        ratings = BradleyTerry().rate(tally)
    assert ratings.component.tolist() == [0, 0, 1, 1]
    assert ratings.rank.tolist() == [1, 2, 2, 1]
    assert ratings.rating[:2].mean() == pytest.approx(1000)
    assert np.isnan(ratings.difference("A", "C").estimate)


def test_only_ties_do_not_claim_certainty() -> None:
    """All ties: equal ratings, and intervals from the information, not of width zero."""
    with pytest.warns(DegenerateWarning):
        ratings = BradleyTerry().rate(tally_of({(0, 1): (0, 40, 0)}, "AB"))
    assert ratings.rating.tolist() == [1000, 1000]
    # information 10 on the difference; each rating carries half of its standard error
    np.testing.assert_allclose(ratings.std_error, POINTS_PER_LOGIT / 2 / np.sqrt(10))


def test_a_competitor_without_games_is_labelled() -> None:
    """Its only comparisons were both-bad and are dropped: no rating, no rank, a word."""
    tally = Tally.from_cells(("A", "B", "C"), [0, 0, 0], [1, 1, 2], [2, 0, 3], votes=[40, 35, 3])
    ratings = BradleyTerry(both_bad="drop").rate(tally)
    assert ratings.status == ("ok", "ok", "no_games")
    assert np.isnan(ratings.rating[2])
    assert np.isnan(ratings.rank[2])


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"level": 1.0}, "level must lie between 0 and 1"),
        ({"ridge": 0.0}, "ridge must be positive"),
        ({"ridge": float("nan")}, "ridge must be positive"),
    ],
)
def test_impossible_settings_are_refused(settings, sentence) -> None:
    """A setting outside its range is an error in words."""
    with pytest.raises(InputError, match=sentence):
        BradleyTerry(**settings)


def test_clusters_that_do_not_exist_are_refused() -> None:
    """Asking for clusters by item without items is an error, not HC0 in silence."""
    with pytest.raises(InputError, match="no items"):
        BradleyTerry(cluster="item").rate(make_games([0, 1], [1, 0], [1, 1]))


def test_large_graphs_take_another_route_to_the_same_numbers(monkeypatch) -> None:
    """The sparse path for thousands of competitors gives what the dense path gives."""
    rng = np.random.default_rng(3)
    first = rng.integers(0, 40, 3000)
    second = (first + 1 + rng.integers(0, 39, 3000)) % 40
    score = (rng.random(3000) < 0.5 + 0.01 * (second - first)).astype(float)
    games = make_games(first, second, score)
    dense = BradleyTerry().rate(games)
    for module in (
        "laplacian",
        "methods.half_win",
        "methods.bradley_terry_fit",
        "uncertainty.intervals",
    ):
        monkeypatch.setattr(f"ranking.{module}.DENSE_LIMIT", 10)
    sparse = BradleyTerry().rate(games)
    np.testing.assert_allclose(sparse.low, dense.low, atol=1e-6)
    assert sparse.covariance is None


@pytest.mark.parametrize("prior", ["auto", "firth"])
@pytest.mark.parametrize("votes", [1, 2, 3, 100, 50_000])
def test_a_rating_lies_within_its_own_interval(prior, votes) -> None:
    """Also where the prior draws an unbeaten competitor's estimate far in."""
    with pytest.warns(SeparationWarning):
        ratings = BradleyTerry(prior=prior).rate(tally_of({(0, 1): (votes, 0, 0)}, "AB"))
    assert (ratings.low <= ratings.rating).all()
    assert (ratings.rating <= ratings.high).all()


def test_few_clustered_rows_still_have_intervals() -> None:
    """As many comparisons as parameters: CR1 has no degrees of freedom, HC0 takes over."""
    with pytest.warns(DegenerateWarning):
        ratings = BradleyTerry().rate(make_games([0, 1], [1, 2], [0.5, 0.5], item=[0, 1]))
    assert np.isfinite(ratings.std_error).all()


def test_separated_groups_are_bounded_in_the_published_gauge() -> None:
    """Two pairs, one 100:0 above the other: the bound leaves out the variance of the mean."""
    games = make_games(
        [0, 1, 2, 3, 0, 0, 1, 1], [1, 0, 3, 2, 2, 3, 2, 3], [1] * 8, votes=[20] * 4 + [25] * 4
    )
    with pytest.warns(SeparationWarning):
        ratings = BradleyTerry().rate(games)
    # 1.96 standard deviations of 111.5 points in the sum-zero gauge
    assert ratings.high[2] - ratings.rating[2] < 250


def test_tiny_weights_change_nothing() -> None:
    """Weights of 1e-11 give the strengths of weights of 1."""
    rows = ([0] * 10, [1] * 10, [1] * 9 + [0])
    plain = BradleyTerry().rate(make_games(*rows))
    tiny = BradleyTerry().rate(make_games(*rows, weight=[1e-11] * 10))
    np.testing.assert_allclose(tiny.rating, plain.rating, atol=0.01)


def test_weights_beyond_floating_point_are_one_sentence() -> None:
    """A weight of 1e100 beside one of 1 cannot be rated together: said in words."""
    games = make_games([0, 1, 1, 2], [1, 0, 2, 1], [1] * 4, weight=[1e100, 1e100, 1, 1])
    with pytest.raises(ConvergenceError, match="orders of magnitude"):
        BradleyTerry().rate(games)


@pytest.mark.parametrize("kind", ["multinomial", "poisson", "gamma"])
def test_a_bootstrap_of_the_cells_is_the_sandwich(kind) -> None:
    """With many comparisons, each bootstrap's standard errors are HC0's within a tenth."""
    many = tally_of({pair: np.multiply(record, 20) for pair, record in G1.items()})
    sandwich, found = BradleyTerry().rate(many), BradleyTerry(interval=kind).rate(many)
    np.testing.assert_allclose(found.std_error, sandwich.std_error, rtol=0.1)
    assert found.interval == f"{kind} bootstrap of the cells, comparisons taken as independent"
    assert (found.rating == sandwich.rating).all()


@pytest.mark.parametrize("method", [BradleyTerry, LSR, ExpectationPropagation])
def test_the_unit_of_weights_does_not_matter_to_one_sided_evidence(method) -> None:
    """Five wins are five wins: at weights of 100 each they are not five hundred."""
    rng = np.random.default_rng(3)
    first = np.r_[rng.integers(0, 4, 200), [4] * 5]
    second = np.r_[(first[:200] + 1 + rng.integers(0, 3, 200)) % 4, [0, 1, 2, 3, 0]]
    score = np.r_[rng.integers(0, 3, 200) / 2, [1] * 5]
    boards = []
    for weight in (0.01, 1, 100):
        games = make_games(first, second, score, weight=[weight] * 205)
        with pytest.warns(SeparationWarning):
            boards.append(method().rate(games))
    for board in boards[1:]:
        np.testing.assert_allclose(board.rating, boards[0].rating, atol=1e-6)
        np.testing.assert_allclose(board.low, boards[0].low, atol=1e-4)
        assert board.status == boards[0].status

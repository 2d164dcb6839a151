"""Expected shares and residuals, against published numbers and an independent refit."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binom

import ranking.expectation as module
from ranking.errors import RankingWarning
from ranking.expectation import Expectation, expected_score, expected_share, rated_difference
from ranking.methods import BradleyTerry, Elo
from ranking.methods.tie_models import TIE_MODELS
from ranking.ratings import POINTS_PER_LOGIT, Difference, Ratings
from ranking.tally import Tally
from tests.conftest import make_games

GOLDEN = 1e-5
# Pairs (W, T, L) of four competitors.
PAIRS = {(0, 1): (6, 2, 2), (0, 2): (7, 1, 2), (0, 3): (9, 0, 1),
         (1, 2): (5, 2, 3), (1, 3): (6, 2, 2), (2, 3): (5, 1, 4)}  # fmt: skip
UNTIED = [0.186550, -0.469849, 0.294454, -0.051405, 0.232085, -0.479413]


def four(*, ties: bool = True) -> Tally:
    cells = [
        (i, j, outcome, votes)
        for (i, j), (won, tied, lost) in PAIRS.items()
        for outcome, votes in ((2, won), (1, tied * ties), (0, lost))
        if votes
    ]
    first, second, outcome, votes = zip(*cells, strict=True)
    return Tally.from_cells(("A", "B", "C", "D"), first, second, outcome, votes)


def standardised(seen: Expectation, name: str, effective: dict[str, float]) -> dict[str, float]:
    """Studentised residuals alone."""
    found = seen.residuals(name, effective)
    return {opponent: residual.studentised for opponent, residual in found.items()}


def residuals(tally: Tally, ratings: Ratings) -> list[float]:
    """Studentised residuals of all pairs, each asked for from both sides."""
    seen = Expectation.of(tally, ratings)
    votes = tally.pairs().votes
    found = []
    for (i, j), n in zip(PAIRS, votes, strict=True):
        a, b = tally.competitors[i], tally.competitors[j]
        one, other = standardised(seen, a, {b: n})[b], standardised(seen, b, {a: n})[a]
        assert one == pytest.approx(-other, abs=1e-8)
        found.append(one)
    return found


def test_residuals_of_a_worked_example() -> None:
    """Published studentised residuals without ties."""
    tally = four(ties=False)
    assert residuals(tally, BradleyTerry().rate(tally)) == pytest.approx(UNTIED, abs=GOLDEN)


@pytest.mark.parametrize("tied", [0.0, 0.4])
def test_residuals_are_standard_normal_where_the_model_holds(tied) -> None:
    """Over simulated logs their variance is one, with ties and without."""
    rng = np.random.default_rng(7)
    found = []
    for _ in range(40):
        theta = rng.normal(0, 0.7, 5)
        i, j = np.triu_indices(5, 1)
        share = expit(theta[i] - theta[j])
        # Ties taken from wins and losses alike keep the expected score.
        tie = 2 * tied * np.minimum(share, 1 - share)
        chance = np.stack([share - tie / 2, tie, 1 - share - tie / 2])
        votes = np.stack([rng.multinomial(60, chance[:, p]) for p in range(10)])
        tally = Tally.from_cells(
            tuple("ABCDE"), np.repeat(i, 3), np.repeat(j, 3), np.tile([2, 1, 0], 10), votes.ravel()
        )
        seen = Expectation.of(tally, BradleyTerry().rate(tally))
        found += [standardised(seen, a, dict.fromkeys("ABCDE", 60.0) | {a: 0.0})[b]
                  for a, b in zip("ABCD", "BCDE", strict=True)]  # fmt: skip
    assert np.std(found) == pytest.approx(1, abs=0.15)


def test_ties_make_scores_vary_less() -> None:
    """The published dispersion of half-win scores, .835353, widens residuals by its root."""
    tally = four()
    ratings = BradleyTerry().rate(tally)
    seen = Expectation.of(tally, ratings)
    assert seen.dispersion == pytest.approx(0.835353, abs=GOLDEN)
    wide = standardised(replace(seen, dispersion=1.0), "A", {"B": 10.0})["B"]
    assert standardised(seen, "A", {"B": 10.0})["B"] == pytest.approx(
        wide / 0.835353**0.5, rel=1e-5
    )


def test_all_opponents_at_once_as_one_by_one(monkeypatch) -> None:
    """One factorisation for all and one solve for each agree; without leverages, less surprise."""
    tally = four()
    seen = Expectation.of(tally, BradleyTerry().rate(tally))
    at_once = standardised(seen, "A", {"B": 10.0, "C": 10.0, "D": 10.0})
    apart = {name: standardised(seen, "A", {name: 10.0})[name] for name in "BCD"}
    assert at_once == pytest.approx(apart, abs=1e-7)
    monkeypatch.setattr(module, "DENSE_LIMIT", 2)
    for name, value in standardised(seen, "A", {"B": 10.0, "C": 10.0, "D": 10.0}).items():
        assert 0 < value / at_once[name] < 1


def test_leverage_is_that_of_a_refit() -> None:
    """A pair's leverage says how far its expected score follows one more point in its result."""
    games = make_games([0, 0, 1, 1, 2, 2, 0, 0], [1, 1, 2, 2, 0, 0, 1, 2], [1, 0, 1, 0, 1, 0, 1, 1])
    tally = games.tally()
    ratings = BradleyTerry().rate(tally)
    seen = Expectation.of(tally, ratings)
    at = int(np.flatnonzero((seen.pairs.first == 0) & (seen.pairs.second == 1))[0])
    leverage = (seen._information() * seen._resistance(np.arange(len(seen.share))))[at]
    step = 1e-4
    pushed = replace(tally, score=tally.score + step * (np.arange(len(tally.score)) == _won(tally)))
    moved = Expectation.of(tally, BradleyTerry().rate(pushed)).share[at] - seen.share[at]
    assert moved * seen.pairs.weight[at] / step == pytest.approx(leverage, rel=1e-3)


def _won(tally: Tally) -> int:
    return int(np.flatnonzero((tally.first == 0) & (tally.second == 1) & (tally.outcome == 2))[0])


def test_a_pair_that_decides_a_rating_has_no_residual() -> None:
    """A competitor with a single opponent agrees with its rating by construction."""
    tally = Tally.from_cells("ABC", [0, 0, 1, 1, 0, 0], [1, 1, 2, 2, 1, 1], [2, 0, 2, 0, 2, 0])
    seen = Expectation.of(tally, BradleyTerry().rate(tally))
    assert np.isnan(list(standardised(seen, "C", {"B": 2.0, "A": 0.0}).values())).all()


@pytest.mark.parametrize("ties", ["davidson", "rao-kupper", "outside-option"])
def test_expected_shares_under_a_model_of_ties(ties) -> None:
    """A win and half a tie of the fitted model, given that not both are bad."""
    rows = [2, 2, 2, 1, 0, 3] * 4 + [2, 1, 0, 0, 3]
    n = len(rows)
    tally = Tally.from_cells(("A", "B"), [0] * n, [1] * n, rows)
    ratings = BradleyTerry(ties=ties).rate(tally)
    own = next(p.estimate for p in ratings.parameters if p.name in ("nu", "kappa", "delta"))
    own = own if ties == "outside-option" else np.log(own)
    d = np.array([-600.0, -40.0, 0.0, 75.0, 600.0])
    p = np.exp(
        TIE_MODELS[ties].log_probabilities(
            d / POINTS_PER_LOGIT / 2, -d / POINTS_PER_LOGIT / 2, np.array([own])
        )
    )
    share = (p[0] + p[1] / 2) / p[:3].sum(axis=0)
    assert expected_score(ratings, d) == pytest.approx(share, abs=1e-12)
    assert expected_score(ratings, [-np.inf, np.inf]) == pytest.approx([0, 1])
    if ties == "davidson":  # it reproduces what was observed; so does the pair's own half-win fit
        both = float(ratings.rating[0] - ratings.rating[1])
        observed = tally.pairs().score[0] / tally.pairs().weight[0]
        assert float(expected_score(ratings, both)) == pytest.approx(observed, abs=1e-8)


def test_expected_shares_follow_the_difference() -> None:
    """The limits of a difference become those of a share; one-sided evidence leaves one open."""
    ratings = BradleyTerry().rate(four())
    found = expected_share(ratings, ratings.difference("A", "B"))
    assert found.estimate == pytest.approx(expit(0.989200 - 0.100006), abs=GOLDEN)
    assert found.low < found.estimate < found.high
    open_ended = expected_share(ratings, Difference(300, np.nan, 20, np.inf, np.nan))
    assert (open_ended.low > 0.5, open_ended.high) == (True, 1.0)


def test_an_unknown_covariance_gives_a_wider_interval_and_never_none() -> None:
    """Without covariances the sum of both standard errors bounds that of the difference."""
    ratings = BradleyTerry().rate(four())
    known = ratings.difference("A", "B")
    bounded = rated_difference(replace(ratings, covariance=None), "A", "B")
    assert rated_difference(ratings, "A", "B") == known
    assert bounded.low < known.low < known.high < bounded.high
    assert bounded.estimate == known.estimate


def test_the_design_effect_is_that_of_the_difference() -> None:
    """Every comparison four times on one item: clusters see a quarter of the comparisons."""
    rng = np.random.default_rng(3)
    first = rng.integers(0, 4, 600)
    second = (first + rng.integers(1, 4, 600)) % 4
    score = rng.integers(0, 2, 600).astype(float)
    four_times = make_games(
        *(np.repeat(column, 4) for column in (first, second, score)), item=np.repeat(range(600), 4)
    )
    ratings = BradleyTerry(cluster="item").rate(four_times)
    error = ratings.difference("A", "B").std_error
    effect = Expectation.of(four_times.tally(), ratings).design_effect("A", "B", error)
    assert effect == pytest.approx(4, rel=0.02)
    apart = BradleyTerry(cluster="none").rate(four_times)
    seen = Expectation.of(four_times.tally(), apart)
    error = apart.difference("A", "B").std_error
    assert seen.design_effect("A", "B", error) == pytest.approx(1, rel=1e-6)
    assert seen.design_effect("A", "B", np.nan) == 1.0


def test_ratings_of_another_selection_are_matched_by_name() -> None:
    """Competitors in another order, fewer of them, in a log that falls apart: no trouble."""
    tally = four()
    ratings = BradleyTerry().rate(tally)
    part = Tally.from_cells(("D", "E", "B", "A", "C"), [0, 2, 1, 2], [4, 3, 2, 4], [2, 0, 2, 1])
    seen = Expectation.of(part, ratings)
    assert set(zip(seen.pairs.first, seen.pairs.second, strict=True)) == {(2, 3), (0, 1), (1, 2)}
    assert seen.pairs.score.tolist() == [0.0, 1.0, 0.5]
    assert np.isnan(standardised(seen, "A", {"D": 0.0})["D"])


def test_elo_ratings_have_their_own_scale() -> None:
    """Twice the points per factor ten of odds: the same expected shares."""
    games = make_games([0, 0, 1, 1, 2, 2] * 5, [1, 1, 2, 2, 0, 0] * 5, [1, 0, 1, 1, 0, 1] * 5)
    with pytest.warns(RankingWarning):  # no times: the order is that of the file
        one, other = Elo(k=4, scale=400).rate(games), Elo(k=8, scale=800).rate(games)
    gaps = [each.rating[0] - each.rating[1] for each in (one, other)]
    assert gaps[1] == pytest.approx(2 * gaps[0])
    assert expected_score(other, gaps[1]) == pytest.approx(expected_score(one, gaps[0]))


def test_a_single_upset_is_no_miracle() -> None:
    """One lost game of a sure winner has the chance of that loss, not that of a normal tail."""
    rows = [(0, 1, 2, 97.0), (0, 1, 0, 3.0), (1, 2, 2, 50.0), (1, 2, 0, 50.0), (0, 2, 0, 1.0)]
    first, second, outcome, votes = zip(*rows, strict=True)
    tally = Tally.from_cells(("A", "B", "C"), first, second, outcome, votes)
    ratings = BradleyTerry().rate(tally)
    found = Expectation.of(tally, ratings).residuals("A", {"C": 1.0})["C"]
    chance = 1 - float(expected_score(ratings, ratings.rating[0] - ratings.rating[2]))
    assert found.studentised < -4
    assert found.p_value == pytest.approx(2 * chance, rel=1e-6)


@pytest.mark.parametrize(("won", "n", "p"), [(0, 4, 0.6), (4, 4, 0.6), (3, 9, 0.7), (9, 9, 0.2)])
def test_few_comparisons_are_tested_exactly(won, n, p) -> None:
    """Twice the smaller tail of scipy's binomial."""
    low, high = binom.cdf(won, n, p), binom.sf(won - 1, n, p)
    value = module._two_sided(*map(np.array, (0.0, won / n, p, float(n))))
    assert value == pytest.approx(min(2 * min(low, high), 1))

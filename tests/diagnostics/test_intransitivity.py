"""Intransitivity against published numbers, closed forms and logs with a known truth."""

import numpy as np
import pytest

from ranking.diagnostics.cycles import cycles
from ranking.diagnostics.fitted_model import fit_model
from ranking.diagnostics.intransitivity import intransitivity
from ranking.errors import InputError
from ranking.tally import Pairs
from tests.conftest import make_games
from tests.diagnostics.logs import drawn_tally
from tests.methods.test_bradley_terry import G1, tally_of

PUBLISHED = 1e-6


def pairs_of(m, first, second, won, lost):
    """Return pairs with half a win less on both sides, so that log-odds are those of the counts."""
    score, n = np.asarray(won) - 0.5, np.asarray(won) + np.asarray(lost) - 1.0
    return Pairs(m, np.array(first), np.array(second), n, n, score, n, score, score)


def test_a_worked_example() -> None:
    """G1: residual and total sum of squares, their ratio, and the p-value."""
    found = intransitivity(tally_of(G1).pairs(), p_value_by="chi-squared")
    assert found.raw_share == pytest.approx(0.030325, abs=PUBLISHED)
    assert found.rss == pytest.approx(0.295224, abs=PUBLISHED)
    assert found.df == 3
    assert found.p_value == pytest.approx(0.9609, abs=5e-5)
    assert found.share == 0
    assert "no sign of cycles" in found.sentence


def test_rock_paper_scissors_is_all_cycle() -> None:
    """Three who beat each other in turn: strengths explain nothing."""
    tally = tally_of({(0, 1): (80, 0, 20), (1, 2): (80, 0, 20), (0, 2): (20, 0, 80)}, "RPS")
    found = intransitivity(tally.pairs())
    assert found.raw_share == pytest.approx(1)
    assert found.share == pytest.approx(1)
    assert found.p_value < 1e-6
    assert "cannot come from one strength" in found.sentence
    (cycle,) = cycles(tally.pairs(), tally.competitors)
    assert "".join(cycle.competitors) in ("RPS", "PSR", "SRP")
    assert cycle.closed
    assert cycle.curl == pytest.approx(3 * np.log(80.5 / 20.5))
    assert cycle.z == pytest.approx(cycle.curl / np.sqrt(3 * (1 / 80.5 + 1 / 20.5)))


def test_a_decomposition_by_hand() -> None:
    """Log-odds 2, 1, 1 of equal precision: TSS 6, RSS 4/3, share 2/9."""
    y = np.array([2.0, 1.0, 1.0])
    found = intransitivity(
        pairs_of(3, [0, 0, 1], [1, 2, 2], 1 + np.exp(y), 1 + np.exp(-y)), p_value_by="chi-squared"
    )
    assert found.tss == pytest.approx(6)
    assert found.rss == pytest.approx(4 / 3)
    assert found.raw_share == pytest.approx(2 / 9)


def test_noise_is_taken_out() -> None:
    """Ten competitors, 4,500 comparisons, a true order: the raw share is all noise."""
    found = [intransitivity(drawn_tally(10, 100, seed=seed).pairs()) for seed in range(30)]
    assert np.mean([one.raw_share for one in found]) > 0.02
    assert np.mean([one.share for one in found]) < 0.01
    assert sum(one.p_value < 0.05 for one in found) <= 5


def test_planted_cycles_are_found() -> None:
    """Cyclic log-odds of .5 sin in every pair: significant, with about the share that they have."""
    tally = drawn_tally(10, 1000, seed=3, circle=0.5)
    found = intransitivity(tally.pairs())
    assert found.p_value < 1e-6
    assert found.share == pytest.approx(found.raw_share, rel=0.2)
    listed = cycles(tally.pairs(), tally.competitors, limit=4)
    assert len(listed) == 4
    assert all(cycle.adjusted_p < 0.05 for cycle in listed)
    assert [cycle.z for cycle in listed] == sorted((cycle.z for cycle in listed), reverse=True)


@pytest.mark.parametrize("ties", [0.0, 0.8])
def test_thin_logs_get_the_bootstrap_and_keep_the_level(ties) -> None:
    """Six comparisons of each pair: chi-squared never rejects, the bootstrap about as it should."""
    found = []
    for seed in range(30):
        tally = drawn_tally(8, 6, ties=ties, seed=seed)
        scale = fit_model(tally).tie_scale
        found.append(intransitivity(tally.pairs(), scale=scale, replicates=79))
    assert {one.p_value_by for one in found} == {"parametric bootstrap"}
    assert sum(one.p_value < 0.05 for one in found) <= 5
    assert 0.2 < np.mean([one.p_value for one in found]) < 0.8


def test_very_thin_logs_keep_the_level_too() -> None:
    """Two comparisons of each of 435 pairs: errors of the strengths are no cycles."""
    found = [
        intransitivity(drawn_tally(30, 2, seed=seed).pairs(), replicates=59) for seed in range(25)
    ]
    assert sum(one.p_value < 0.05 for one in found) <= 4
    assert np.mean([one.p_value for one in found]) > 0.35


def test_ties_lower_the_noise() -> None:
    """Under the scale of a log with ties, the same residuals weigh more."""
    pairs = drawn_tally(10, 200, ties=1.0, seed=2, circle=0.3).pairs()
    assert intransitivity(pairs, scale=0.7).p_value < intransitivity(pairs).p_value
    assert intransitivity(pairs, scale=0.7).share > intransitivity(pairs).share


def test_a_tree_has_no_cycles() -> None:
    """A chain of three: nothing to examine, said in words."""
    found = intransitivity(make_games([0, 1, 1, 2], [1, 0, 2, 1], [1, 1, 1, 1]).tally().pairs())
    assert found.df == 0
    assert np.isnan(found.share)
    assert np.isnan(found.p_value)
    assert "no closed circle" in found.sentence


def test_separated_competitors_and_groups_apart_do_no_harm() -> None:
    """The largest group counts; who never lost is smoothed by half a win."""
    games = make_games(
        [0, 1, 2, 0, 3, 3, 4, 5, 5], [1, 2, 0, 2, 0, 1, 5, 4, 4], [1, 1, 1, 1, 1, 1, 1, 1, 0]
    )
    found = intransitivity(games.tally().pairs())
    assert found.df == 2
    assert 0 <= found.share <= 1
    assert 0 < found.p_value <= 1


def test_bad_input_is_refused_in_words() -> None:
    """No comparisons; a scale that is none."""
    pairs = tally_of(G1).pairs()
    with pytest.raises(InputError, match="scale must be positive"):
        intransitivity(pairs, scale=0)
    with pytest.raises(InputError, match="no comparisons"):
        intransitivity(tally_of(G1).take(np.zeros(17, bool)).pairs())
    assert cycles(pairs.among(np.array([True, True, False, False])), ("A", "B")) == ()

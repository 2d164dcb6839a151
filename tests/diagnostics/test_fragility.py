"""Fragility against exhaustive search, closed forms, finite differences and refits."""

import itertools

import numpy as np
import pytest
from scipy.special import logit

from ranking.diagnostics.fragility import fragility
from ranking.diagnostics.removal import Board, VoteGroups, fewest_removals, linear_count
from ranking.errors import InputError
from ranking.ingest import read
from ranking.methods import BradleyTerry
from ranking.newton import fit_strengths
from ranking.tally import Tally
from tests.conftest import make_games
from tests.diagnostics.logs import drawn_games, drawn_tally
from tests.methods.test_bradley_terry import G1, tally_of


def board_of(tally):
    return Board.fit(VoteGroups.of(tally, "tie"), 0.0)


@pytest.mark.parametrize(("record", "votes"), [((7, 2, 1), 7), ((60, 0, 41), 20), ((5, 8, 4), 2)])
def test_two_competitors_have_a_closed_form(record, votes) -> None:
    """The leader loses the lead when more losses than wins are left."""
    found = fragility(tally_of({(0, 1): record}, "AB"))
    assert (found.leader, found.runner_up) == ("A", "B")
    assert found.votes == votes
    assert found.share == pytest.approx(votes / sum(record))
    assert found.confirmed


@pytest.mark.parametrize("seed", range(4))
def test_no_smaller_set_of_a_small_log_does_it(seed) -> None:
    """Exhaustive search over all smaller sets of comparisons finds none that swaps the two."""
    games = drawn_games(3, 36, seed=seed, spread=0.6)
    games = make_games(  # everybody scores against everybody, whatever few are taken away
        [*games.first, *[0, 1, 2] * 4], [*games.second, *[1, 2, 0] * 4],
        [*games.score, *([1.0] * 6 + [0.0] * 6)],
    )  # fmt: skip
    tally = games.tally()
    swap = fragility(games).neighbours[0]
    i, j = (tally.competitors.index(name) for name in (swap.ahead, swap.behind))
    pairs = tally.pairs()

    def lead(removed):
        cells = Tally.from_cells(
            tally.competitors, tally.first, tally.second, tally.outcome,
            np.maximum(tally.votes - removed, 1e-9),
        )  # fmt: skip
        theta, _ = fit_strengths(cells.pairs())
        return theta[i] - theta[j]

    assert swap.confirmed
    assert swap.gap == pytest.approx(lead(0) * 400 / np.log(10))
    smaller = min(int(swap.votes) - 1, 3)
    for size in range(1, smaller + 1):
        for chosen in itertools.combinations_with_replacement(range(len(tally.votes)), size):
            removed = np.bincount(chosen, minlength=len(tally.votes))
            if (removed <= tally.votes).all():
                assert lead(removed) >= 0
    assert len(pairs.first) == 3


def test_influence_is_the_derivative_of_the_lead() -> None:
    """Taking a thousandth of a comparison away lowers the lead by a thousandth of its influence."""
    tally = tally_of(G1)
    board, step = board_of(tally), 1e-3
    influence = board.influence(board.strength, 0, 1)
    lead = board.strength[0] - board.strength[1]
    for at in range(len(influence)):
        moved = board.refit(step * np.eye(len(influence))[at])
        assert (lead - (moved[0] - moved[1])) / step == pytest.approx(influence[at], rel=2e-3)


def test_a_refit_is_the_rating_of_what_is_left() -> None:
    """The frozen-Hessian refit equals Bradley–Terry on the reduced log, for few and for many."""
    tally = drawn_tally(6, 50, seed=4)
    board = board_of(tally)
    for count in (1, 15):
        removed = np.minimum(np.arange(len(tally.votes)) % 3 * count, tally.votes - 1)
        left = Tally.from_cells(
            tally.competitors, tally.first, tally.second, tally.outcome, tally.votes - removed
        )
        exact = BradleyTerry(cluster="none").rate(left).rating
        np.testing.assert_allclose(board.refit(removed) * 400 / np.log(10), exact - 1000, atol=1e-4)


def test_the_linear_count_is_confirmed_or_mended_by_refits() -> None:
    """20,000 comparisons: the linear answer is within a few percent, the reported one exact."""
    tally = drawn_tally(20, 105, seed=1)
    board = board_of(tally)
    order = np.argsort(-board.strength)
    found = fewest_removals(board, order[0], order[1])
    assert found.confirmed
    assert found.votes == pytest.approx(linear_count(board, order[0], order[1]), rel=0.1, abs=1)


def test_every_adjacent_pair_is_reported() -> None:
    """G1: three neighbours from the top, each confirmed; the lead is that of A over B."""
    found = fragility(tally_of(G1))
    assert [(swap.ahead, swap.behind) for swap in found.neighbours] == [
        ("A", "B"), ("B", "C"), ("C", "D")
    ]  # fmt: skip
    assert all(swap.confirmed for swap in found.neighbours)
    assert found.votes == found.neighbours[0].votes
    assert found.comparisons == 60
    assert f"Without {found.votes:.0f} of 60 comparisons" in found.sentence
    assert len(fragility(tally_of(G1), neighbours=1).neighbours) == 1


def test_a_third_with_few_games_may_be_the_threat() -> None:
    """The runner-up is whom the fewest removals put first, not always the second."""
    first, second, votes = [0, 1, 0, 2, 1, 2], [1, 0, 2, 0, 2, 1], [5200, 4800, 11, 9, 9, 9]
    tally = Tally.from_cells(("A", "B", "C"), first, second, [2] * 6, votes)
    found = fragility(tally)
    assert (found.leader, found.runner_up) == ("A", "C")
    assert found.neighbours[0].behind == "B"
    assert found.votes < 10 < found.neighbours[0].votes


def test_weights_count() -> None:
    """One comparison of weight 30 carries a lead that thirty of weight 1 carry together."""
    light = make_games([0] * 60, [1] * 60, [1] * 45 + [0] * 15)
    heavy = make_games([0] * 31, [1] * 31, [1] * 16 + [0] * 15, weight=[30] + [1] * 30)
    assert fragility(light).votes == 31
    assert fragility(heavy).votes == 2
    with pytest.raises(InputError, match="does not tell single comparisons apart"):
        fragility(heavy.tally())


def test_soft_outcomes_count_by_their_score() -> None:
    """Scores of .9 favour the leader more than those of .6, and are taken first."""
    games = make_games([0] * 9, [1] * 9, [0.9, 0.9, 0.9, 0.6, 0.6, 0.1, 0.2, 0.4, 0.4])
    found = fragility(games)
    gap = logit(np.mean(games.score)) * 400 / np.log(10)
    assert found.neighbours[0].gap == pytest.approx(gap)
    assert found.votes == 2


def test_provisional_and_one_sided_competitors_do_not_lead() -> None:
    """The leader is that of the headline: neither a newcomer nor who never lost."""
    tally = tally_of(G1)
    more = Tally.from_cells(
        (*tally.competitors, "new", "never beaten"),
        [*tally.first, 0, 4, 5], [*tally.second, 4, 0, 0], [*tally.outcome, 2, 2, 2],
        [*(tally.votes * 10), 1, 3, 4],
    )  # fmt: skip
    with pytest.warns(UserWarning):
        ratings = BradleyTerry(cluster="none").rate(more)
    found = fragility(more, ratings)
    assert found.leader == "A"
    assert {swap.behind for swap in found.neighbours} == {"B", "C", "D"}


def test_too_little_is_refused_in_words() -> None:
    """Nobody who could change places; no comparisons at all."""
    with pytest.raises(InputError, match="could change places"):
        fragility(make_games([0], [1], [1]))
    with pytest.raises(InputError, match="no comparisons"):
        fragility(tally_of(G1).take(np.zeros(17, bool)))


def test_the_lead_of_the_chatbot_arena(datasets) -> None:
    """Of 1,670,250 votes fewer than a thousandth carry the lead, as published for such arenas."""
    comparisons = read(datasets / "chatbot_arena_2024" / "comparisons.csv")
    found = fragility(comparisons, neighbours=1)
    assert found.leader == "chatgpt-4o-latest"
    assert found.confirmed
    assert 0 < found.share < 0.001

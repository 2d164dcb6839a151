"""Cycles of a log in one place: planted ones are found, chance is not shown, all in words."""

import numpy as np
import pytest
from hypothesis import given

from ranking import read
from ranking.diagnostics.cyclic_structure import cyclic_structure
from ranking.errors import CancelledError, InputError, RankingError
from ranking.progress import Watch
from ranking.tally import Games
from tests.conftest import make_games
from tests.diagnostics.logs import disc_tally, drawn_games, drawn_tally
from tests.diagnostics.test_awkward_logs import awkward

ROUND = ([0, 1, 2], [1, 2, 0])


def test_rock_paper_scissors() -> None:
    """Nearly all of it is cyclic: one triple with its votes, one disc, and circles predict."""
    games = make_games(ROUND[0] * 30, ROUND[1] * 30, [1, 1, 1] * 20 + [0.5, 1, 0] * 10)
    found = cyclic_structure(games)
    assert found.intransitivity.share > 0.8
    (cycle,) = found.cycles
    votes = dict(zip(cycle.competitors, zip(cycle.won, cycle.lost, strict=True), strict=True))
    assert votes == {"A": (25, 5), "B": (30, 0), "C": (20, 10)}
    (disc,) = found.discs
    assert disc.strength > found.disc_noise
    assert found.held_out is not None
    assert found.held_out.helps
    assert "A beats B, B beats C, C beats A" in found.sentence
    assert "better than strengths alone" in found.sentence


def test_competitors_come_by_rating() -> None:
    """Ratings fall; margins are skew, and nearly what was seen where there is much evidence."""
    tally, cyclic = disc_tally(8, 2000, reach=0.8, spread=1.0)
    found = cyclic_structure(tally)
    assert (np.diff(found.rating) < 0).all()
    assert found.rating.mean() == pytest.approx(1000)
    np.testing.assert_allclose(found.margin, -found.margin.T, atol=1e-12)
    pairs = tally.pairs()
    at = {name: place for place, name in enumerate(found.competitors)}
    place = np.array([at[name] for name in tally.competitors])
    seen = 2 * pairs.score / pairs.votes - 1
    shown = found.margin[place[pairs.first], place[pairs.second]]
    np.testing.assert_allclose(shown, seen, atol=0.03)
    truth = cyclic[pairs.first, pairs.second]
    assert np.corrcoef(found.residual[place[pairs.first], place[pairs.second]], truth)[0, 1] > 0.97
    assert found.observed.sum() == 8 * 7
    assert found.missing == 0


@pytest.mark.parametrize("ties", [0.0, 0.8])
def test_chance_is_not_shown(ties) -> None:
    """Of 20 logs of true strengths hardly any is said to hold a cycle, a disc or a use of them."""
    found = [
        cyclic_structure(drawn_tally(6, 20, ties=ties, seed=seed), replicates=59)
        for seed in range(10)
    ]
    assert sum(one.intransitivity.p_value < 0.05 for one in found) <= 2
    assert sum(bool(one.discs) for one in found) <= 2
    assert sum(bool(one.cycles) for one in found) <= 1
    assert sum(one.held_out.helps for one in found) <= 1


def test_repeated_comparisons_are_no_evidence() -> None:
    """Each result ten times over on its item: what chance made is not taken for a cycle."""
    apart, alike = [], []
    for seed in range(6):
        games = drawn_games(6, 300, seed=seed)
        rows = np.repeat(np.arange(300), 10)
        args = (games.first[rows], games.second[rows], games.score[rows])
        alike.append(cyclic_structure(make_games(*args, item=rows), replicates=59))
        apart.append(cyclic_structure(make_games(*args), replicates=59))
    assert sum(one.intransitivity.p_value < 0.05 for one in apart) >= 5
    assert sum(one.intransitivity.p_value < 0.05 for one in alike) <= 1


def test_groups_apart_and_pairs_that_never_met() -> None:
    """The largest group is examined; margins of pairs that never met are those of strengths."""
    first, second = [0, 1, 2, 3, 4] * 20, [1, 2, 3, 0, 5] * 20
    found = cyclic_structure(make_games(first, second, [1, 1, 1, 1, 1] * 15 + [0] * 25))
    assert set(found.competitors) == set("ABCD")
    assert found.left_out == 2
    assert found.missing == pytest.approx(1 / 3)
    assert not found.residual[~found.observed].any()
    assert not found.cycles
    assert "2 competitors are left out" in found.sentence


def test_what_cannot_be_examined_is_said() -> None:
    """Two competitors, a chain, all ties, three comparisons: finite numbers and a sentence."""
    two = cyclic_structure(make_games([0, 0, 1], [1, 1, 0], [1, 0, 1]))
    assert "takes three competitors to run in a circle" in two.sentence
    chain = cyclic_structure(make_games([0, 1, 1, 2] * 9, [1, 0, 2, 1] * 9, [1, 1, 1, 1] * 9))
    assert "no cycle can show" in chain.sentence
    assert chain.held_out is None
    ties = cyclic_structure(make_games(ROUND[0] * 5, ROUND[1] * 5, [0.5] * 15))
    assert not ties.discs
    assert not ties.margin.any()
    tiny = cyclic_structure(make_games(*ROUND, [1, 1, 1]))
    assert tiny.held_out is None
    assert "no sign of cycles" in tiny.sentence
    with pytest.raises(InputError, match="no comparisons"):
        cyclic_structure(make_games(*ROUND, [1, 1, 1]).take(np.empty(0, np.int64)))


@given(awkward())
def test_awkward_logs(games: Games) -> None:
    """Whatever the log: finite numbers, nothing shown that chance could make, one paragraph."""
    try:
        found = cyclic_structure(games, replicates=39)
    except RankingError as error:
        assert str(error).endswith(".")
        return
    for numbers in (found.rating, found.margin, found.residual):
        assert np.isfinite(numbers).all()
    assert (np.abs(found.margin) <= 1).all()
    assert found.sentence.endswith(".")
    assert "nan" not in found.sentence
    assert all(disc.p_value < 0.05 for disc in found.discs)


def test_progress_and_cancel() -> None:
    """The work tells how far it is, without stepping back, and stops when it is told to."""
    log = drawn_games()
    told: list[float] = []
    cyclic_structure(log, watch=Watch(lambda share, _: told.append(share)))
    assert told[0] == 0
    assert told == sorted(told)
    assert len(set(told)) >= 8
    with pytest.raises(CancelledError):
        cyclic_structure(log, watch=Watch(cancelled=lambda: True))


def test_of_a_large_log_two_hundred_are_examined() -> None:
    """Those with the most comparisons, of 210 competitors; the rest is said."""
    rng = np.random.default_rng(0)
    first = np.append(rng.integers(200, size=4000), np.arange(200, 210))
    second = (first + rng.integers(1, 190, size=len(first))) % 200
    found = cyclic_structure(
        make_games(first, second, rng.integers(2, size=len(first)), names=map(str, range(210))),
        replicates=39,
    )
    assert set(found.competitors) == set(map(str, range(200)))
    assert "10 competitors are left out" in found.sentence


def test_human_votes_on_chatbots(datasets) -> None:
    """Chatbot Arena 2024: about one percent is cyclic, beyond chance, of little use."""
    found = cyclic_structure(read(datasets / "chatbot_arena_2024" / "comparisons.csv"))
    assert len(found.competitors) == 129
    assert found.intransitivity.share == pytest.approx(0.012, abs=0.002)
    assert found.discs
    assert found.held_out is not None
    assert -2e-4 < found.held_out.difference < 0

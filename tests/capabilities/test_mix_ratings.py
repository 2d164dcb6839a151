"""Leaderboards of capabilities and of mixes, and ranks in cells."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.capabilities.mix_ratings import effective_items, mix_ratings, node_ranks
from ranking.capabilities.observations import ItemPairs
from ranking.comparisons import Comparisons
from ranking.errors import CancelledError, InputError, SelectionError
from ranking.leaderboard import as_dict
from ranking.methods.bradley_terry import BradleyTerry
from ranking.progress import Watch
from ranking.selection import Selection
from ranking.taxonomies.levels import level_below
from ranking.taxonomies.taxonomy import Taxonomy
from tests.capabilities.profile_logs import evidence_of, profiles_log

CLOSE = 1e-6


def three(path, *, items=60, seed=1):
    """c0 leads in n0, c2 in n1."""
    return profiles_log(
        path, np.array([[1.5, -1.0], [0.0, 0.0], [-1.0, 1.5]]), items=items, seed=seed
    )


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    return three(tmp_path_factory.mktemp("log") / "log.csv", items=12)


def pairs_log(path, cells):
    """Rows of a, b, wins of a, wins of b, capability: each comparison on an item of its own."""
    rows = [
        (a, b, float(at < won), f"{a}{b}{node}{at}", node)
        for a, b, won, lost, node in cells
        for at in range(won + lost)
    ]
    return evidence_of(path, rows)


def test_one_capability_alone_is_its_own_leaderboard(tmp_path) -> None:
    """Ratings, intervals and ranks are those of Bradley–Terry on the node's comparisons."""
    found = three(tmp_path / "log.csv")
    alone = mix_ratings(found, {"n0": 1})
    log = found.comparisons
    inside = Comparisons.of(log.store, log.arena.name, Selection.parse(["capability=n0"]))
    plain = BradleyTerry().rate(inside)
    assert alone.competitors == plain.competitors
    for name in ("rating", "low", "high", "std_error", "rank", "rank_low", "rank_high"):
        np.testing.assert_allclose(getattr(alone, name), getattr(plain, name), atol=1e-3)
    assert alone.comparisons == plain.comparisons == 180
    assert alone.noun == log.arena.noun and alone.arena == log.arena.name


def test_the_gap_of_a_mix_solves_its_score_equation(tmp_path) -> None:
    """Two competitors: the expected score is the mean of the nodes' win rates by their shares."""
    found = pairs_log(tmp_path / "log.csv", [("a", "b", 90, 10, "x"), ("a", "b", 40, 160, "y")])
    rated = mix_ratings(found, {"x": 3, "y": 1})
    expected = 0.75 * 0.9 + 0.25 * 0.2
    gap = rated.rating[0] - rated.rating[1]
    assert gap == pytest.approx(400 * np.log10(expected / (1 - expected)), abs=CLOSE)
    assert rated.win_rate[0] == pytest.approx(expected)
    assert rated.settings["mix"] == {"x": 0.75, "y": 0.25}


def test_the_interval_of_a_mix_adds_the_noise_of_its_nodes(tmp_path) -> None:
    """Delta method: ``sum_c share_c^2 p_c (1 - p_c) / n_c``, over the slope of the logit."""
    found = pairs_log(tmp_path / "log.csv", [("a", "b", 90, 10, "x"), ("a", "b", 40, 160, "y")])
    rated = mix_ratings(found, {"x": 3, "y": 1})
    share, p, n = np.array([0.75, 0.25]), np.array([0.9, 0.2]), np.array([100, 200])
    expected = float(share @ p)
    # The sandwich measures squares around the mean of the mix: what nodes differ by is noise of
    # which items happened to be sampled, within each share.
    meat = float((share**2 / n) @ (p * (1 - p) + (p - expected) ** 2))
    error = np.sqrt(meat * 300 / 299) / (expected * (1 - expected))
    found_error = rated.difference("a", "b").std_error / (400 / np.log(10))
    assert found_error == pytest.approx(error, rel=1e-6)


@given(scale=st.floats(1e-3, 1e3))
def test_only_proportions_of_shares_matter(small, scale) -> None:
    """Shares times any number give the same ratings; a share of zero gives nothing."""
    found = small
    one = mix_ratings(found, {"n0": 2, "n1": 1})
    other = mix_ratings(found, {"n0": 2 * scale, "n1": scale})
    np.testing.assert_allclose(one.rating, other.rating, atol=1e-4)
    np.testing.assert_allclose(one.std_error, other.std_error, atol=1e-4)
    zero = mix_ratings(found, {"n0": 2, "n1": 0})
    np.testing.assert_allclose(zero.rating, mix_ratings(found, {"n0": 1}).rating, atol=CLOSE)


def test_a_mix_lies_between_its_nodes_and_all_of_it_is_everything(tmp_path) -> None:
    """Each competitor's rating moves from one node's to the other's as the shares do."""
    found = three(tmp_path / "log.csv")
    steps = [
        mix_ratings(found, {"n0": 1 - part, "n1": part}).rating[0]
        for part in (0.0, 0.25, 0.5, 0.75, 1.0)
    ]
    assert (np.diff(steps) < 0).all()
    whole = mix_ratings(found, {"": 1})
    np.testing.assert_allclose(
        whole.rating, BradleyTerry().rate(found.comparisons).rating, atol=1e-3
    )


def test_an_item_of_two_nodes_is_one_item(tmp_path) -> None:
    """A log tagged twice is no more certain than tagged once."""
    found = three(tmp_path / "log.csv")
    taxonomy = found.taxonomy
    twice = Taxonomy.from_paths(
        [
            (int(item), name)
            for item, node in zip(taxonomy.tag_item, taxonomy.tag_node, strict=True)
            for name in (taxonomy.keys[node], f"copy of {taxonomy.keys[node]}")
        ],
        taxonomy.items,
    )
    other = mix_ratings(found.with_taxonomy(twice), {"n0": 1, "copy of n0": 1})
    np.testing.assert_allclose(mix_ratings(found, {"n0": 1}).std_error, other.std_error)


def test_intervals_of_a_mix_hold(tmp_path) -> None:
    """In 95% of logs the interval of a mix's gap covers what the shares give."""
    rng = np.random.default_rng(3)
    p, n, shares = np.array([0.8, 0.35]), (40, 160), {"x": 1, "y": 1}
    truth = float(p.mean())
    gap = 400 * np.log10(truth / (1 - truth))
    base = pairs_log(tmp_path / "log.csv", [("a", "b", 20, 20, "x"), ("a", "b", 80, 80, "y")])
    inside = np.asarray(base.taxonomy.members[base.taxonomy.position("x")].toarray()).ravel() > 0
    covered = []
    for _ in range(150):
        won = rng.random(sum(n)) < np.where(inside[base.pairs.item], *p)
        drawn = replace(base, pairs=replace(base.pairs, score=won.astype(float)))
        one = mix_ratings(drawn, shares).difference("a", "b")
        covered.append(one.low <= gap <= one.high)
    assert 0.90 <= np.mean(covered) <= 1.0


def test_few_effective_items_are_said_and_provisional(tmp_path) -> None:
    """Who has few items in the mix is provisional, by name; who has none has no rating."""
    rows = [("a", "b", 30, 30, "x"), ("a", "c", 5, 4, "x"), ("d", "a", 30, 30, "y")]
    rated = mix_ratings(pairs_log(tmp_path / "log.csv", rows), {"x": 1})
    at = rated.index
    assert rated.status[at("c")] == "provisional" and rated.status[at("d")] == "no_games"
    assert np.isnan(rated.rating[at("d")])
    said = " ".join(rated.warnings)
    assert "c has fewer than 20 effective items here" in said
    assert "1 model was not compared on any item of this mix" in said
    assert as_dict(rated)["settings"]["mix"] == {"x": 1.0}


def test_kish_counts_items_and_not_opponents() -> None:
    """Five opponents on one item are one item; uneven weights are worth fewer items."""
    first, second = np.array([0, 0, 0, 0, 0, 0]), np.array([1, 2, 3, 4, 5, 1])
    pairs = ItemPairs(6, 2, np.array([0, 0, 0, 0, 0, 1]), first, second, np.full(6, 0.5))
    found = effective_items(pairs, np.ones(2))
    assert found[1] == 2 and found[2] == 1
    assert found[0] == pytest.approx(36 / 26)
    assert effective_items(pairs, np.array([0.0, 1.0])).tolist() == [1, 1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("shares", "error", "sentence"),
    [
        ({"nowhere": 1.0}, SelectionError, "no capability 'nowhere'"),
        ({"n0": -1.0}, InputError, "none negative"),
        ({}, InputError, "some positive"),
        ({"n0": float("inf")}, InputError, "finite"),
    ],
)
def test_mixes_without_meaning_are_refused(small, shares, error, sentence) -> None:
    """Unknown capabilities and shares that are no shares are errors in a sentence."""
    with pytest.raises(error, match=sentence):
        mix_ratings(small, shares)


def test_ranks_of_a_level_are_those_of_each_leaderboard(tmp_path) -> None:
    """Every cell has the rank and the rank set that the node's own leaderboard has."""
    found = three(tmp_path / "log.csv")
    nodes = level_below(found.taxonomy)
    ranks = node_ranks(found, nodes)
    for at, node in enumerate(nodes.tolist()):
        alone = mix_ratings(found, {found.taxonomy.keys[node]: 1})
        np.testing.assert_array_equal(ranks.rank[at], alone.rank)
        np.testing.assert_array_equal(ranks.low[at], alone.rank_low)
        np.testing.assert_array_equal(ranks.high[at], alone.rank_high)
    assert ranks.connected.all() and (ranks.effective == 60).all()
    assert ranks.rank[0, 0] == 1 and ranks.rank[1, 2] == 1


def test_there_is_no_rank_where_it_could_not_be_told(tmp_path) -> None:
    """Few items, or another group of competitors that never met: NaN, and said."""
    cells = [
        ("a", "b", 20, 20, "x"), ("c", "d", 15, 15, "x"),
        ("a", "b", 12, 12, "y"), ("b", "c", 5, 5, "y"), ("c", "d", 40, 40, "z"),
        ("a", "b", 3, 3, "w"),
    ]  # fmt: skip
    found = pairs_log(tmp_path / "log.csv", cells)
    nodes = [found.taxonomy.position(key) for key in "xyzw"]
    ranks = node_ranks(found, nodes)
    assert ranks.connected.tolist() == [False, True, True, True]
    known = np.isfinite(ranks.rank)
    assert known.tolist() == [
        [True, True, False, False], [True, True, False, False], [False, False, True, True],
        [False, False, False, False],
    ]  # fmt: skip
    assert (np.isfinite(ranks.low) == known).all() and (np.isfinite(ranks.high) == known).all()


def test_ranking_a_level_can_be_stopped(tmp_path) -> None:
    """A watch hears of every node and may end the work."""
    found = three(tmp_path / "log.csv", items=10)
    told = []
    node_ranks(found, [1, 2], watch=Watch(lambda share, what: told.append((share, what))))
    assert told == [(0.0, "ranks in n0"), (0.5, "ranks in n1")]
    with pytest.raises(CancelledError):
        node_ranks(found, [1, 2], watch=Watch(cancelled=lambda: True))

"""Ratings per node: published numbers, coverage, invariances, and their limits."""

import numpy as np
import pytest
from scipy.special import expit

from ranking.capabilities import pooled_strengths
from ranking.capabilities.node_fit import NodeCells
from ranking.capabilities.node_ratings import node_ratings
from ranking.capabilities.observations import ItemPairs
from ranking.capabilities.spread import known_centre
from ranking.errors import InputError
from ranking.taxonomies.taxonomy import Taxonomy

PUBLISHED = 1e-5
SOLVED = 1e-6
ROOT = np.array([0.989200, 0.100006, -0.342183, -0.747023])
SIX_PAIRS = np.triu_indices(4, 1)
# Wins and losses in the node of AB AC AD BC BD CD.
WON = np.array([1.0, 2, 4, 8, 7, 6])
LOST = np.array([8.0, 5, 4, 1, 2, 3])


def simulated(seed, spread, *, competitors=8, nodes=12, fewest=2, most=16, levels=1):
    """Draw item pairs, their taxonomy and the true contrasts of the lowest nodes.

    The truth is counted from the mean over the comparisons, as the ratings are.
    """
    rng = np.random.default_rng(seed)
    k = competitors
    own = spread * rng.normal(size=(nodes, k))
    paths = [f"n{at}" for at in range(nodes)]
    if levels == 2:
        groups = spread * rng.normal(size=(4, k))
        own = own + groups[np.arange(nodes) % 4]
        paths = [f"g{at % 4}/n{at}" for at in range(nodes)]
    i, j = np.triu_indices(k, 1)
    count = rng.integers(fewest, most + 1, nodes * len(i))
    node = np.repeat(np.repeat(np.arange(nodes), len(i)), count)
    i, j = np.repeat(np.tile(i, nodes), count), np.repeat(np.tile(j, nodes), count)
    strength = rng.normal(size=k) + own
    won = (rng.random(len(node)) < expit(strength[node, i] - strength[node, j])).astype(float)
    items = np.arange(len(node))
    taxonomy = Taxonomy.from_paths([(q, paths[c]) for q, c in enumerate(node)], len(node))
    own -= own.mean(axis=1, keepdims=True)
    met = np.zeros((nodes, k))
    np.add.at(met, (node, i), 1)
    np.add.at(met, (node, j), 1)
    truth = own - (own * met).sum(axis=0) / met.sum(axis=0)
    return ItemPairs.of(k, len(node), items, i, j, won), taxonomy, paths, truth


def test_the_published_node_example() -> None:
    """One linearisation at the parent: tau, marginal likelihood and departures; then the MAP."""
    cells = NodeCells(4, 1, np.zeros(6, int), *SIX_PAIRS, WON + LOST, WON)
    w, vectors, score = cells.linearised(ROOT[None], ROOT[None])
    grid = np.exp(np.linspace(np.log(0.02), np.log(3), 200))
    logs = [known_centre(w, score**2, tau) for tau in grid]
    tau = grid[int(np.argmax(logs))]
    assert tau == pytest.approx(1.37446, abs=PUBLISHED)
    assert max(logs) == pytest.approx(12.602510, abs=PUBLISHED)
    np.testing.assert_allclose(
        vectors[0] @ (score[0] / (w[0] + tau**-2)),
        [-1.929835, 1.055476, 0.433897, 0.440462],
        atol=PUBLISHED,
    )
    np.testing.assert_allclose(
        cells.fit(ROOT[None], tau)[0][0],
        [-0.584866, 1.203635, -0.076347, -0.542422],
        atol=PUBLISHED,
    )


@pytest.mark.parametrize(("spread", "published"), [(0.0, 0.05), (0.3, 0.22), (0.6, 0.34)])
def test_contrasts_are_closer_to_the_truth_than_raw_ones(spread, published) -> None:
    """8 competitors, 12 capabilities: errors no larger than published, half of the raw ones."""
    errors = np.zeros(2)
    for seed in range(12):
        pairs, taxonomy, paths, truth = simulated(seed, spread)
        found = node_ratings(pairs, taxonomy)
        at = [taxonomy.position(path) for path in paths]
        errors += [((g[at] - truth) ** 2).mean() / 12 for g in (found.contrast, found.raw)]
    assert np.sqrt(errors[0]) < published
    assert errors[0] < 0.7 * errors[1]


@pytest.mark.parametrize(("levels", "spread"), [(1, 0.3), (1, 0.6), (2, 0.3), (2, 0.6)], ids=str)
def test_intervals_cover_the_truth(levels, spread) -> None:
    """Intervals of 95% of the contrasts hold the truth in 93 to 97% of cases, on two levels too."""
    inside = []
    for seed in range(30):
        pairs, taxonomy, paths, truth = simulated(seed, spread, levels=levels)
        found = node_ratings(pairs, taxonomy)
        at = [taxonomy.position(path) for path in paths]
        inside.append(np.abs(found.contrast[at] - truth) <= 1.96 * found.std_error[at])
    assert 0.93 <= np.mean(inside) <= 0.97


def test_a_level_of_equal_nodes_is_pooled_like_tasks() -> None:
    """Nodes of one level and the same spread: close to strengths fitted to all jointly."""
    pairs, taxonomy, paths, _ = simulated(5, 0.6, fewest=10, most=10)
    at = [taxonomy.position(path) for path in paths]
    found = node_ratings(pairs, taxonomy)
    task = taxonomy.tag_node - 1
    jointly = pooled_strengths(
        pairs.m, len(paths), task, pairs.first, pairs.second, np.ones(len(task)), pairs.score
    )
    assert found.spread[1] == pytest.approx(jointly.spread, rel=0.1)
    np.testing.assert_allclose(found.strength[at], jointly.own[np.array(at) - 1], atol=0.06)


def test_relabelling_and_swapping_sides_change_nothing() -> None:
    """Competitors and items renumbered, sides swapped, verdicts doubled: the same ratings."""
    pairs, taxonomy, _, _ = simulated(1, 0.5, levels=2)
    before = node_ratings(pairs, taxonomy)
    rng = np.random.default_rng(0)
    label, place = rng.permutation(pairs.m), rng.permutation(pairs.items)
    twice = ItemPairs.of(
        pairs.m,
        pairs.items,
        np.tile(place[pairs.item], 2),
        np.tile(label[pairs.second], 2),
        np.tile(label[pairs.first], 2),
        np.tile(1 - pairs.score, 2),
    )
    there = Taxonomy(
        taxonomy.keys, taxonomy.names, taxonomy.parent, taxonomy.items,
        place[taxonomy.tag_item], taxonomy.tag_node,
    )  # fmt: skip
    after = node_ratings(twice, there)
    for name in ("strength", "contrast", "std_error", "raw", "own_weight", "comparisons"):
        np.testing.assert_allclose(
            getattr(after, name)[:, label], getattr(before, name), atol=1e-3, err_msg=name
        )
    np.testing.assert_allclose(after.strength.sum(axis=1), 0, atol=SOLVED)


def test_a_node_without_comparisons_has_its_parents_strengths() -> None:
    """Items nobody was compared on say nothing: no own weight, the parent's strengths."""
    pairs = ItemPairs.of(3, 5, [0, 1, 2, 0, 1, 2], [0, 1, 2, 1, 2, 0], [1, 2, 0, 2, 0, 1],
                         [1, 0.5, 0, 1, 0, 1])  # fmt: skip
    taxonomy = Taxonomy.from_paths([(0, "a"), (1, "a"), (2, "b"), (3, "b/c"), (4, "d")], 5)
    found = node_ratings(pairs, taxonomy)
    for key, parent in (("b/c", "b"), ("d", "")):
        at, above = taxonomy.position(key), taxonomy.position(parent)
        np.testing.assert_allclose(found.strength[at], found.strength[above], atol=SOLVED)
        assert (found.comparisons[at] == 0).all()
        np.testing.assert_allclose(found.own_weight[at], 0, atol=SOLVED)
        assert np.isfinite(found.std_error[at]).all()
    with pytest.raises(InputError, match="no comparisons"):
        node_ratings(ItemPairs.of(3, 5, [], [], [], []), taxonomy)
    with pytest.raises(InputError, match="over the same"):
        node_ratings(pairs, Taxonomy.from_paths([], 4))


def test_a_given_spread_is_kept() -> None:
    """A spread that is set is used at every depth."""
    pairs, taxonomy, _, _ = simulated(2, 0.3, levels=2)
    found = node_ratings(pairs, taxonomy, spread=0.4)
    assert found.spread[1:].tolist() == [0.4, 0.4]

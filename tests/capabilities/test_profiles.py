"""Two versions, differences between competitors, and mixes of capabilities."""

import numpy as np
import pytest
from scipy.stats import binomtest, chi2, ttest_rel

from ranking.capabilities.heterogeneity import heterogeneity
from ranking.capabilities.hypotheses import inside_against_outside
from ranking.capabilities.mix import item_weights
from ranking.capabilities.observations import beyond_own_mean, item_scores
from ranking.errors import InputError, SelectionError
from ranking.taxonomies.taxonomy import Taxonomy
from ranking.versions.paired import compare_versions

EXACT = 1e-9


def two_versions(rng, items=200):
    """Right or wrong, two versions; the second is worse on every fourth item."""
    old = rng.random(items) < 0.7
    new = np.where(np.arange(items) % 4 == 0, old & (rng.random(items) < 0.4), old)
    taxonomy = Taxonomy.from_paths([(q, f"n{q % 4}") for q in range(items)], items)
    scores = item_scores(
        2, items, np.tile(np.arange(items), 2), np.repeat([0, 1], items), np.append(old, new)
    )
    return old, new, taxonomy, scores


def test_versions_are_compared_item_by_item() -> None:
    """Counts, paired differences and McNemar's test are those of scipy on the same items."""
    old, new, taxonomy, scores = two_versions(np.random.default_rng(0))
    found = compare_versions(scores, 0, 1, taxonomy)
    at = taxonomy.position("n0")
    one, two = old[::4].astype(float), new[::4].astype(float)
    paired = ttest_rel(two, one).confidence_interval(0.95)
    assert (found.low[at], found.high[at]) == pytest.approx((paired.low, paired.high))
    regressed = int((one > two).sum())
    assert (found.fixed[at], found.regressed[at]) == (0, regressed)
    assert found.churn[at] == regressed / 50
    assert found.p[at] == pytest.approx(binomtest(0, regressed).pvalue)
    assert found.q[at] <= 0.05 and (found.p[at + 1 :] == 1).all()
    assert found.right[at] + found.wrong[at] + regressed == found.items[at] == 50


def test_items_of_one_version_alone_are_left_out_and_counted() -> None:
    """What only one version was scored on changes nothing but its own count."""
    _, _, taxonomy, scores = two_versions(np.random.default_rng(1))
    kept = ~((scores.item < 40) & (scores.competitor == 1))
    rows = (scores.item[kept], scores.competitor[kept], scores.value[kept])
    found = compare_versions(item_scores(2, 200, *rows), 0, 1, taxonomy)
    assert (found.items[0], found.only_before[0], found.only_after[0]) == (160, 40, 0)
    with pytest.raises(InputError, match="with itself"):
        compare_versions(scores, 1, 1, taxonomy)
    with pytest.raises(InputError, match="over the same"):
        compare_versions(scores, 0, 1, Taxonomy.from_paths([], 3))


def test_no_shared_items_give_no_numbers() -> None:
    """Without shared items there is no difference and no test."""
    scores = item_scores(2, 2, [0, 1], [0, 1], [1.0, 0.0])
    found = compare_versions(scores, 0, 1, Taxonomy.from_paths([(0, "a")], 2))
    assert np.isnan(found.difference).all() and np.isnan(found.q).all()
    assert (found.p == 1).all()


def test_heterogeneity_is_chi_squared_where_profiles_are_alike() -> None:
    """Q has the mean and the tail of chi-squared without differences, and stands out with them."""
    rng = np.random.default_rng(2)
    items, k = 4000, 5
    value = rng.normal(size=(items, k))
    value[np.arange(items) % 100 == 7, 0] += 1.5
    q, who = np.repeat(np.arange(items), k), np.tile(np.arange(k), items)
    taxonomy = Taxonomy.from_paths([(q, f"n{q % 100}") for q in range(items)], items)
    observed = beyond_own_mean(item_scores(k, items, q, who, value.ravel()))
    found = heterogeneity(inside_against_outside(observed, taxonomy.members))
    at = taxonomy.position("n7")
    assert found.q[1:].argmax() + 1 == at and found.p[at] < 1e-4 and found.i2[at] > 0.5
    rest = np.delete(found.q[1:], at - 1)
    assert rest.mean() == pytest.approx(k - 1, rel=0.2)
    np.testing.assert_allclose(found.p[1:], chi2.sf(found.q[1:], k - 1), atol=1e-4)


def test_two_competitors_differ_once() -> None:
    """Mirrored effects of two are one difference: Q is the square of their t."""
    rng = np.random.default_rng(3)
    value = rng.normal(size=(90, 2))
    q, who = np.repeat(np.arange(90), 2), np.tile([0, 1], 90)
    taxonomy = Taxonomy.from_paths([(q, "ab"[q % 2]) for q in range(90)], 90)
    observed = beyond_own_mean(item_scores(2, 90, q, who, value.ravel()))
    tests = inside_against_outside(observed, taxonomy.members)
    t = tests.effect[1:, 0] / tests.std_error[1:, 0]
    np.testing.assert_allclose(heterogeneity(tests).q[1:], t**2, atol=EXACT)


def test_a_mix_gives_each_node_its_share() -> None:
    """Weights of items add up to the shares; items without comparisons have none."""
    taxonomy = Taxonomy.from_paths([(q, "a" if q < 10 else "b") for q in range(40)], 50)
    weight = item_weights(taxonomy, {"a": 3, "b": 1})
    assert weight[:10].sum() == pytest.approx(3 * weight[10:40].sum())
    assert (weight[40:] == 0).all() and weight[:40].mean() == pytest.approx(1)
    compared = np.arange(50) % 2 == 0
    half = item_weights(taxonomy, {"a": 3, "b": 1}, comparisons=compared)
    assert (half[1::2] == 0).all()
    assert half[:10].sum() == pytest.approx(3 * half[10:40].sum())


def test_overlapping_nodes_add_up() -> None:
    """An item of two chosen nodes counts for both."""
    taxonomy = Taxonomy.from_paths([(0, "a"), (0, "b"), (1, "a"), (2, "b")], 3)
    weight = item_weights(taxonomy, {"a": 1, "b": 1})
    assert weight[0] == pytest.approx(2 * weight[1]) == pytest.approx(2 * weight[2])


@pytest.mark.parametrize(
    ("shares", "error", "sentence"),
    [
        ({"a": -1.0}, InputError, "none negative"),
        ({"a": 0.0}, InputError, "some positive"),
        ({"empty": 1.0}, InputError, "'empty' has no compared items"),
        ({"nowhere": 1.0}, SelectionError, "no capability"),
    ],
)
def test_mixes_that_mean_nothing_are_refused(shares, error, sentence) -> None:
    """Negative shares, none at all, nodes without items or unknown ones are errors."""
    taxonomy = Taxonomy.from_nodes([("a", "", "a"), ("empty", "", "empty")], [(0, "a")], 1)
    with pytest.raises(error, match=sentence):
        item_weights(taxonomy, shares)

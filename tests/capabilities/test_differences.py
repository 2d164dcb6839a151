"""Differences between competitors: heterogeneity, groups, trade-offs, even and uneven branches."""

import json
from dataclasses import replace

import numpy as np
import pytest
from scipy.cluster.hierarchy import linkage
from scipy.spatial.distance import pdist
from scipy.stats import chi2, f_oneway, ttest_rel

from ranking.capabilities.branches import branches
from ranking.capabilities.child_spread import ChildSpread
from ranking.capabilities.differences import capability_differences
from ranking.capabilities.differences_report import all_differences, as_json, sentence, table
from ranking.capabilities.heterogeneity import heterogeneity, noise_correlation
from ranking.capabilities.hypotheses import inside_against_outside
from ranking.capabilities.level_effects import level_effects, resampled_effects
from ranking.capabilities.observations import (
    ItemPairs,
    Observations,
    beyond_own_mean,
    item_scores,
)
from ranking.capabilities.profile_clusters import profile_clusters
from ranking.capabilities.trade_offs import trade_offs
from ranking.errors import InputError, SelectionError
from ranking.taxonomies.taxonomy import Taxonomy
from tests.capabilities.profile_logs import profiles_log

EXACT = 1e-9
ALMOST = 1e-4  # where standard errors differ a little, the degrees of freedom do too


def dense(value):
    """Values of every competitor at every item, shape (items, K), relative to both means."""
    items, k = value.shape
    item, who = np.repeat(np.arange(items), k), np.tile(np.arange(k), items)
    return beyond_own_mean(item_scores(k, items, item, who, value.ravel()))


def nodes_of(items, nodes):
    return Taxonomy.from_paths([(q, f"n{q % nodes}") for q in range(items)], items)


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    """c0 is much better in n0 and c1 in n1; c2 and c3 are even everywhere, as are all in n2..n7."""
    profiles = np.zeros((4, 8))
    profiles[0, 0] = profiles[1, 1] = 2.5
    return profiles_log(tmp_path_factory.mktemp("log") / "log.csv", profiles, items=50)


@pytest.fixture(scope="module")
def uniform(tmp_path_factory):
    """Some are better than others, in all capabilities alike; items are easy and hard."""
    profiles = np.tile(np.array([[1.5], [0.5], [0.0], [-0.5], [-1.5]]), (1, 6))
    return profiles_log(
        tmp_path_factory.mktemp("log") / "log.csv", profiles, items=60, seed=5, spread=1.0
    )


@pytest.mark.parametrize("k", [2, 5, 30])
def test_heterogeneity_holds_its_level_where_noise_goes_together(k) -> None:
    """Competitors of two families, alike within: p-values are no smaller than they should be."""
    rng = np.random.default_rng(k)
    items, nodes = 6000, 200
    family = rng.normal(size=(items, 2))[:, np.arange(k) % 2]
    observed = dense(family + 0.7 * rng.normal(size=(items, k)))
    tests = inside_against_outside(observed, nodes_of(items, nodes).members)
    found = heterogeneity(tests, fewest=20, correlation=noise_correlation(observed))
    p = found.p[1:]
    assert (p < 0.05).mean() <= 0.09 and (p < 0.005).mean() <= 0.02
    naive = heterogeneity(tests, fewest=20).p[1:]
    assert (naive < 0.05).mean() >= (p < 0.05).mean()


def test_without_shared_noise_it_is_cochrans_q() -> None:
    """With the correlation that adding up makes, the statistic is (1 - 1/K) Q with K - 1 df."""
    rng = np.random.default_rng(0)
    observed = dense(rng.normal(size=(3000, 6)))
    tests = inside_against_outside(observed, nodes_of(3000, 30).members)
    even = np.full((6, 6), -1 / 5)
    np.fill_diagonal(even, 1.0)
    one, other = heterogeneity(tests), heterogeneity(tests, correlation=even)
    for name in ("q", "df", "p", "i2", "spread"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-9)
    np.testing.assert_allclose(one.p[1:], chi2.sf(one.q[1:], 5), atol=ALMOST)
    alike = replace(tests, std_error=np.broadcast_to(tests.std_error[:, :1], (31, 6)))
    exact = heterogeneity(alike)
    off = alike.effect - alike.effect.mean(axis=1, keepdims=True)
    cochran = (1 - 1 / 6) * ((off / alike.std_error) ** 2).sum(axis=1)
    np.testing.assert_allclose(exact.q[1:], cochran[1:], rtol=EXACT)
    np.testing.assert_allclose(exact.p[1:], chi2.sf(exact.q[1:], 5), atol=EXACT)


def test_heterogeneity_holds_its_level_where_all_meet_one() -> None:
    """A baseline that all others are compared with is known far better than they are: 5%."""
    rng = np.random.default_rng(8)
    items, k, p = 300, 8, []
    item, other = np.repeat(np.arange(items), k - 1), np.tile(np.arange(1, k), items)
    for _ in range(40):
        won = rng.integers(2, size=len(item))
        observed = ItemPairs.of(k, items, item, np.zeros_like(item), other, won).beyond_even()
        tests = inside_against_outside(observed, nodes_of(items, 6).members)
        p.append(heterogeneity(tests, correlation=noise_correlation(observed)).p[1:])
    assert 0.02 <= np.mean(np.concatenate(p) < 0.05) <= 0.08


def test_the_spread_of_effects_is_found() -> None:
    """The standard deviation between competitors in a node is estimated without the noise."""
    rng = np.random.default_rng(1)
    k, items = 12, 4000
    value = rng.normal(size=(items, k))
    own = np.linspace(-0.6, 0.6, k)
    value[np.arange(items) % 4 == 1] += own
    observed = dense(value)
    tests = inside_against_outside(observed, nodes_of(items, 4).members)
    found = heterogeneity(tests, correlation=noise_correlation(observed))
    assert found.spread[2] == pytest.approx(own.std(ddof=1), rel=0.15)
    assert found.i2[2] > 0.9 and found.spread[1] < 0.25


def test_noise_correlation_is_that_of_values_item_by_item() -> None:
    """Of complete centred values it is NumPy's, up to their means."""
    value = np.random.default_rng(2).normal(size=(500, 4))
    value -= value.mean(axis=0)
    item, who = np.repeat(np.arange(500), 4), np.tile(np.arange(4), 500)
    found = noise_correlation(Observations(4, 500, item, who, value.ravel()))
    np.testing.assert_allclose(found, np.corrcoef(value.T), atol=EXACT)


def test_planted_differences_come_first(planted) -> None:
    """The capabilities in which somebody is special, and nothing else; with who is up and down."""
    found = capability_differences(planted)
    told = [one for one in found.rows if one.confirmed]
    assert {one.capability for one in told} == {"n0", "n1"}
    by_key = {one.capability: one for one in told}
    assert by_key["n0"].effects[0].competitor == "c0" and by_key["n1"].effects[0].competitor == "c1"
    assert by_key["n0"].effects[0].verdict == "confirmed"
    assert [one.p for one in found.rows] == sorted(one.p for one in found.rows)
    assert sentence(found).startswith("Beyond their overall levels, models differ in 2 of 8 ")
    head, body = table(found.rows, found.unit)
    assert len(body[0]) == len(head) and {body[0][0], body[1][0]} == {"n0*", "n1*"}


def test_being_better_everywhere_is_no_difference(uniform) -> None:
    """Levels that differ, in all capabilities alike, give nothing."""
    found = capability_differences(uniform)
    assert not found.confirmed.any() and len(found.tested) == 6
    assert "do not differ by more than chance" in sentence(found)


def test_two_competitors_differ_by_their_paired_test(planted) -> None:
    """For two the statistic is the square of the t of their one difference."""
    rng = np.random.default_rng(6)
    value = rng.normal(size=(400, 2))
    observed = dense(value)
    taxonomy = nodes_of(400, 4)
    tests = inside_against_outside(observed, taxonomy.members)
    found = heterogeneity(tests, correlation=noise_correlation(observed))
    np.testing.assert_allclose(
        found.q[1:], (tests.effect[1:, 0] / tests.std_error[1:, 0]) ** 2, rtol=1e-6
    )
    np.testing.assert_allclose(found.df[1:], 1.0)


def test_names_and_their_order_do_not_matter(planted) -> None:
    """Competitors in another order: the same statistics, spreads and effects."""
    turn = np.array([2, 0, 3, 1])
    pairs = planted.pairs
    first, second = turn[pairs.first], turn[pairs.second]
    flipped = first > second
    names = tuple(planted.competitors[at] for at in np.argsort(turn))
    other = replace(
        planted,
        log=replace(planted.log, competitors=names),
        pairs=replace(
            pairs,
            first=np.minimum(first, second),
            second=np.maximum(first, second),
            score=np.where(flipped, 1 - pairs.score, pairs.score),
        ),
    )
    one, same = capability_differences(planted), capability_differences(other)
    np.testing.assert_allclose(one.found.q, same.found.q, rtol=1e-6)
    for a, b in zip(one.rows, same.rows, strict=True):
        assert (a.capability, a.confirmed) == (b.capability, b.confirmed)
        assert {each.competitor: round(each.effect, 6) for each in a.effects} == {
            each.competitor: round(each.effect, 6) for each in b.effects
        }


def test_effects_of_a_level_are_means_beyond_the_overall_one(planted) -> None:
    """Each is the mean of the node's values less the mean of all; resamples scatter around it."""
    effects = level_effects(planted)
    observed = planted.beyond_level
    mine = observed.competitor == 0
    inside = planted.taxonomy.members[[effects.nodes[0]]].toarray().ravel()[observed.item] > 0
    assert effects.effect[0, 0] == pytest.approx(
        observed.value[mine & inside].mean() - observed.value[mine].mean()
    )
    drawn = resampled_effects(effects, planted, draws=400, seed=0)
    error = np.sqrt(effects.variance * (1 / effects.items - 1 / effects.total))
    np.testing.assert_allclose(drawn.mean(axis=0), effects.effect, atol=0.02)
    np.testing.assert_allclose(drawn.std(axis=0), error, rtol=0.35)


def test_alike_profiles_are_joined_and_supported(tmp_path) -> None:
    """Two families with opposite profiles: both are groups that nearly all resamples have."""
    rng = np.random.default_rng(4)
    one = rng.normal(size=8) * 1.2
    profiles = np.array([one + 0.5, one - 0.5, -one, -one + 1.0])
    found = profile_clusters(profiles_log(tmp_path / "log.csv", profiles, items=40), draws=100)
    groups = {frozenset(found.competitors[at] for at in merge.members) for merge in found.groups}
    assert groups == {frozenset({"c0", "c1"}), frozenset({"c2", "c3"})}
    assert all(merge.support >= 0.95 for merge in found.groups)
    assert found.merges[-1].support == 1.0 and len(found.merges) == 3
    assert "c0 and c1" in found.sentence and "c2 and c3" in found.sentence


def test_the_tree_is_wards_on_standardised_profiles(uniform) -> None:
    """Heights are those of scipy on the profiles themselves, each scaled to mean 0 and length 1."""
    found = profile_clusters(uniform, draws=0)
    correlation = found.correlation
    values, vectors = np.linalg.eigh(correlation)
    points = vectors * np.sqrt(np.maximum(values, 0))
    tree = linkage(pdist(points), "ward")
    np.testing.assert_allclose([merge.height for merge in found.merges], tree[:, 2], atol=1e-6)
    places = [at for merge in found.merges for at in merge.members]
    assert max(places) == 4
    for merge in found.merges:  # leaves are in an order in which no branches cross
        assert merge.members == tuple(range(merge.members[0], merge.members[-1] + 1))


def test_chance_alone_makes_no_groups(uniform) -> None:
    """Without differences no group of profiles has 80% support."""
    found = profile_clusters(uniform, draws=100)
    assert not found.groups and "No group" in found.sentence


def test_trade_offs_keep_their_level_where_nodes_are_independent() -> None:
    """Profiles that are drawn anew in each node: few pairs are told, whatever the noise."""
    rng = np.random.default_rng(7)
    p = []
    for _ in range(60):
        found = _trade_offs_of(rng, rng.normal(size=(14, 5)) * 0.4)
        p += [pair.p for pair in found.pairs]
    assert len(p) > 300
    assert (np.array(p) < 0.05).mean() <= 0.08
    assert np.mean([pair.correlation - pair.expected for pair in found.pairs]) < 0.5


def test_trade_offs_keep_their_level_where_one_node_varies_most() -> None:
    """What a node of large differences does to all others is expected, and no finding."""
    rng = np.random.default_rng(6)
    spread = np.array([1.5, 0.5, 0.5, 0.5, 0.5])
    found = [_trade_offs_of(rng, spread * rng.normal(size=(20, 5))) for _ in range(20)]
    assert np.mean([pair.p < 0.05 for one in found for pair in one.pairs]) <= 0.1


def test_a_trade_off_is_told_with_its_true_size() -> None:
    """Strengths that are opposite in two capabilities, and the same in two, among many others."""
    rng = np.random.default_rng(8)
    off = []
    for _ in range(8):
        profiles = rng.normal(size=(40, 12)) * 0.4
        profiles[:, 1] = -0.9 * profiles[:, 0] + np.sqrt(1 - 0.81) * profiles[:, 1]
        profiles[:, 3] = profiles[:, 2]
        relative = profiles - profiles.mean(axis=1, keepdims=True)
        truth = np.corrcoef((relative - relative.mean(axis=0)).T)
        found = _trade_offs_of(rng, profiles)
        pairs = {(pair.first, pair.second): pair for pair in found.pairs}
        one, other = pairs["n0", "n1"], pairs["n2", "n3"]
        assert (one.kind, other.kind) == ("trade-off", "together")
        assert one.low <= one.correlation <= one.high < one.expected < other.low
        off.append(one.correlation - truth[0, 1])
        assert abs(one.observed) < abs(one.correlation)
        assert found.pairs[0].p <= found.pairs[-1].p and "strong in" in found.sentence
    assert abs(np.mean(off)) < 0.05


def test_items_of_two_nodes_do_not_make_them_go_together() -> None:
    """Half the items are in both nodes; without differences in them the noise is taken off."""
    rng = np.random.default_rng(9)
    k, items = 20, 1200
    told = 0
    for _ in range(10):
        value = rng.normal(size=(items, k))
        for node in range(4):
            value[np.arange(items) // 300 == node] += rng.normal(size=k) * 0.2
        tags = [(q, f"n{q // 300}") for q in range(items)]
        tags += [(q, "n4") for q in range(150)] + [(q, "n4") for q in range(300, 450)]
        found = trade_offs(_Evidence(dense(value), Taxonomy.from_paths(tags, items)))
        told += sum(
            pair.kind != "not told" for pair in found.pairs if "n4" not in (pair.first, pair.second)
        )
    assert told <= 2


class _Evidence:
    """What trade-offs take of evidence: observations, a taxonomy, names."""

    def __init__(self, observed, taxonomy):
        self.observed, self.taxonomy = observed, taxonomy
        self.competitors = tuple(f"c{at}" for at in range(observed.m))

    class comparisons:  # noqa: N801
        class arena:  # noqa: N801
            noun = "model"

    def observations(self, question, values="auto"):
        return self.observed


def _trade_offs_of(rng, profiles, items=60):
    k, nodes = profiles.shape
    value = profiles.T[np.arange(items * nodes) % nodes] + rng.normal(size=(items * nodes, k))
    return trade_offs(_Evidence(dense(value), nodes_of(items * nodes, nodes)))


def test_branches_are_one_way_analysis_of_variance() -> None:
    """F and p are scipy's on the items of the children; small children are left out."""
    rng = np.random.default_rng(10)
    value = rng.normal(size=90)
    tags = [(q, f"top/n{min(q // 30, 2)}") for q in range(88)] + [(88, "top/small")] * 1
    taxonomy = Taxonomy.from_paths(tags, 90)
    observed = Observations(1, 90, np.arange(90), np.zeros(90, int), value)
    found = ChildSpread.of(observed, taxonomy)
    at = taxonomy.position("top")
    expected = f_oneway(value[:30], value[30:60], value[60:88])
    assert found.statistic[at, 0] == pytest.approx(expected.statistic)
    assert found.p[at, 0] == pytest.approx(expected.pvalue)
    assert found.children[at, 0] == 3 and not found.known[0, 0]


def test_the_spread_of_children_and_its_limit_hold() -> None:
    """The estimate is near the truth; the limit lies above it in 95% of draws."""
    rng = np.random.default_rng(11)
    children, items = 12, 40
    taxonomy = nodes_of(children * items, children)
    estimates, above = [], []
    for _ in range(200):
        own = rng.normal(size=children) * 0.3
        value = own[np.arange(children * items) % children] + rng.normal(size=children * items)
        found = ChildSpread.of(
            Observations(1, len(value), np.arange(len(value)), np.zeros(len(value), int), value),
            taxonomy,
        )
        estimates.append(found.spread()[0, 0])
        above.append(found.largest_spread()[0, 0] >= 0.3)
    assert np.median(estimates) == pytest.approx(0.3, abs=0.03)
    assert 0.91 <= np.mean(above) <= 0.99


def test_little_evidence_never_makes_a_branch_even() -> None:
    """However close a few items of three children happen to be, a large spread is not ruled out."""
    rng = np.random.default_rng(13)
    limits = []
    for _ in range(100):
        value = 0.4 * rng.normal(size=24)
        found = ChildSpread.of(
            Observations(1, 24, np.arange(24), np.zeros(24, int), value), nodes_of(24, 3)
        )
        limits.append(found.largest_spread()[0, 0] / np.sqrt(found.within[0, 0]))
    assert min(limits) > 0.5


@pytest.fixture(scope="module")
def erratic(tmp_path_factory):
    """c0 is even in all capabilities but one; the others in all."""
    profiles = np.array([[0, 0, 0, 0, 2.5], [0, 0, 0, 0, 0], [0, 0, 0, 0, 0.0]])
    return profiles_log(tmp_path_factory.mktemp("log") / "log.csv", profiles, items=100)


def test_the_child_that_carries_a_branch_is_named(erratic) -> None:
    """Uneven because of one child, which stands out from its siblings; the others do not."""
    found = branches(erratic)
    root = found.of(0)[0]
    assert root.kind == "erratic" and root.children == 5 and root.p < 1e-6
    assert root.carriers[0].capability == "n4" and root.carriers[0].difference > 20
    assert root.spread > 5 and root.spread_high > root.spread
    assert found.of(1)[0].kind != "erratic" or found.of(1)[0].p > root.p


def test_even_branches_are_stable_with_enough_items() -> None:
    """No spread and many items: beyond doubt smaller than the smallest effect of interest."""
    rng = np.random.default_rng(12)
    items = 6000
    value = 0.4 * rng.normal(size=items)
    found = ChildSpread.of(
        Observations(1, items, np.arange(items), np.zeros(items, int), value), nodes_of(items, 6)
    )
    assert found.largest_spread()[0, 0] < 0.05 and found.p[0, 0] > 0.01


@pytest.mark.parametrize(
    ("make", "error", "said"),
    [
        (lambda log: profile_clusters(log, depth=2), InputError, "no level 2"),
        (lambda log: trade_offs(log), InputError, "at least 5 models"),
        (lambda log: profile_clusters(log, under="n9"), SelectionError, "no capability"),
        (lambda log: trade_offs(log, level=2), InputError, "between 0 and 1"),
    ],
)
def test_what_cannot_be_told_is_said(planted, make, error, said) -> None:
    """Too few competitors, no such level or capability: a sentence."""
    with pytest.raises(error, match=said):
        make(planted)


def test_everything_together_is_json_without_nan(planted) -> None:
    """What cannot be told is null with its reason; the rest has the fields of the contract."""
    whole = all_differences(capability_differences(planted), draws=20)
    found = json.loads(as_json(whole, limit=2))
    assert found["tested"] == 8 and len(found["capabilities"]) == 2
    assert found["trade_offs"] is None and "at least 5" in found["unsaid"][0]
    assert found["profiles"]["draws"] == 20 and len(found["profiles"]["merges"]) == 3
    assert {one["kind"] for one in found["branches"]} <= {"stable", "erratic", "not told"}
    one = as_json(whole, competitor=1)
    assert {branch["competitor"] for branch in json.loads(one)["branches"]} == {"c1"}
    assert as_json(whole) == as_json(all_differences(capability_differences(planted), draws=20))


def test_paired_oracle_of_effects(planted) -> None:
    """Effects of one competitor against its own mean: the mean of paired differences."""
    observed = planted.beyond_level
    effects = level_effects(planted)
    k = 1
    own = observed.value[observed.competitor == k]
    inside = planted.taxonomy.members[[effects.nodes[1]]].toarray().ravel() > 0
    at = inside[observed.item[observed.competitor == k]]
    shift = ttest_rel(own[at], np.full(at.sum(), own.mean())).confidence_interval(0.5)
    assert effects.effect[1, k] == pytest.approx((shift.low + shift.high) / 2)

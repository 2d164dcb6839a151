"""Shrunken means: better than raw ones on held-out items, and what they are made of."""

import numpy as np
import pytest

from ranking.capabilities.node_scores import shrunken_means
from ranking.capabilities.observations import Observations
from ranking.taxonomies.taxonomy import Taxonomy
from tests.capabilities import wildchat


def test_shrunken_means_predict_the_other_half_better(datasets) -> None:
    """On split halves of the real tree they beat raw means below 200 items, and the overall one."""
    taxonomy, won = wildchat.read(datasets)
    value, items = won.mean(axis=1), len(won)
    rng = np.random.default_rng(0)
    errors: dict[int, list] = {}
    for _ in range(5):
        half = rng.random(items) < 0.5
        one, other = (np.flatnonzero(at) for at in (half, ~half))
        found = shrunken_means(
            Observations(1, items, one, np.zeros(len(one), int), value[one]), taxonomy
        )
        held = Observations(1, items, other, np.zeros(len(other), int), value[other])
        count, total, _ = held.sums(taxonomy.members)
        truth = total / np.maximum(count, 1)
        for low, high in ((5, 20), (20, 50), (50, 200)):
            at = (found.items >= low) & (found.items < high) & (count >= 5)
            noise = value.var() / count[at]
            guesses = (found.raw, found.estimate, np.full_like(truth, found.estimate[0, 0]))
            errors.setdefault(low, []).append(
                [((guess[at] - truth[at]) ** 2 - noise).mean() for guess in guesses]
            )
    for low in errors:
        raw, shrunken, overall = np.mean(errors[low], axis=0)
        assert shrunken < raw and shrunken < overall
    assert np.sqrt(np.mean(errors[5], axis=0)[1]) < 0.075


def test_the_estimate_is_the_published_recursion() -> None:
    """est = est_parent + B (mean - est_parent) with B = tau^2 / (tau^2 + s^2 / n), top down."""
    rng = np.random.default_rng(1)
    node = rng.integers(0, 30, 900)
    value = rng.normal(size=900) + rng.normal(size=30)[node]
    taxonomy = Taxonomy.from_paths([(q, f"g{c % 3}/n{c}") for q, c in enumerate(node)], 900)
    found = shrunken_means(wildchat.one_competitor(value), taxonomy)
    noise = value.var(ddof=1)
    for at in range(1, len(taxonomy)):
        above, own = found.estimate[taxonomy.parent[at], 0], value[taxonomy.members[[at]].indices]
        tau2 = found.spread[taxonomy.depth[at]] ** 2
        b = tau2 / (tau2 + noise / len(own))
        assert found.own_weight[at, 0] == pytest.approx(b)
        assert found.estimate[at, 0] == pytest.approx(above + b * (own.mean() - above))
    assert found.spread[2] == pytest.approx(1.0, rel=0.35)


def test_noise_alone_is_drawn_in_altogether() -> None:
    """Where nodes do not differ the estimates are the overall mean, nearly."""
    rng = np.random.default_rng(2)
    value = rng.random(3000)
    taxonomy = Taxonomy.from_paths([(q, f"n{q % 100}") for q in range(3000)], 3000)
    found = shrunken_means(wildchat.one_competitor(value), taxonomy)
    assert np.abs(found.departure).max() < 0.05
    assert np.nanstd(found.raw) > 0.04


def test_unobserved_nodes_have_their_parents_estimate() -> None:
    """Without items there is no raw mean and no own weight, and the error grows by tau."""
    observed = Observations(1, 40, np.arange(30), np.zeros(30, int), np.arange(30) % 2.0)
    taxonomy = Taxonomy.from_paths([(q, "ab"[q >= 30]) for q in range(40)], 40)
    found = shrunken_means(observed, taxonomy)
    at = taxonomy.position("b")
    assert np.isnan(found.raw[at, 0]) and found.own_weight[at, 0] == 0
    assert found.estimate[at, 0] == found.estimate[0, 0]
    assert found.std_error[at, 0] > found.std_error[0, 0]

"""From observations to findings: tests, estimates, and the words for what they say."""

import math
from dataclasses import dataclass
from typing import get_args

import numpy as np
from scipy.special import ndtr, ndtri

from ranking.capabilities.findings import SHOWN_ITEMS, Findings, FindingSettings, Verdict
from ranking.capabilities.hierarchy import TreeDiscoveries, step_up, top_down
from ranking.capabilities.hypotheses import (
    NodeTests,
    against_reference,
    inside_against_outside,
)
from ranking.capabilities.node_scores import shrunken_means
from ranking.capabilities.observations import Observations
from ranking.errors import InputError
from ranking.laplacian import Floats
from ranking.taxonomies.taxonomy import Taxonomy

_TYPICAL_P = 0.005  # where the Benjamini–Hochberg cut-off of a tree of capabilities typically lies
_POWER = 0.8


def find(
    observed: Observations, taxonomy: Taxonomy, settings: FindingSettings | None = None
) -> Findings:
    """Test, estimate and put into words how each competitor does in each node.

    Parameters
    ----------
    observed : Observations
        One value for each item and competitor, which fits the question: `beyond_own_level` or
        `beyond_own_mean` for "itself", `beyond_even` for "field", scores for "bar".
    taxonomy : Taxonomy
        Over the same items.
    settings : FindingSettings, optional
    """
    how = settings or FindingSettings()
    if taxonomy.items != observed.items:
        raise InputError(
            f"The taxonomy is over {taxonomy.items:,} items, the observations over "
            f"{observed.items:,}; they must be over the same."
        )
    if how.question == "itself":
        tests = inside_against_outside(observed, taxonomy.members)
    else:
        tests = against_reference(observed, taxonomy.members, how.bar)
    trees, q = _adjusted(tests, taxonomy, how)
    return _worded(tests, _drawn(observed, taxonomy, tests, how), q, trees, taxonomy, how)


def _adjusted(
    tests: NodeTests, taxonomy: Taxonomy, how: FindingSettings
) -> tuple[list[TreeDiscoveries], Floats]:
    """Return top-down discoveries of each competitor, and adjusted p-values by `how.control`."""
    tested = (tests.items >= how.fewest) & (tests.rest >= 2)
    parts = 2 if how.control == "either" else 1
    trees = [
        top_down(p, taxonomy.children, tested=at, open_=rest < 2, q=how.q / parts)
        for p, at, rest in zip(tests.p.T, tested.T, tests.rest.T, strict=True)
    ]
    q = np.full(tests.p.shape, np.nan)
    if how.control != "top-down":
        q[tested] = step_up(tests.p[tested])
    if how.control != "flat":
        q = np.fmin(q, np.stack([tree.adjusted for tree in trees], axis=1))
    return trees, np.minimum(parts * q, 1.0)


@dataclass(frozen=True, eq=False)
class _Drawn:
    """Effects drawn towards those of their parents, their errors, and their own weight."""

    effect: Floats
    std_error: Floats
    own_weight: Floats


def _drawn(
    observed: Observations, taxonomy: Taxonomy, tests: NodeTests, how: FindingSettings
) -> _Drawn:
    shrunken = shrunken_means(observed, taxonomy)
    if how.question != "itself":
        return _Drawn(shrunken.estimate - how.bar, shrunken.std_error, shrunken.own_weight)
    # A mean departs from that of everything by less than from that of the rest, which is tested.
    with np.errstate(invalid="ignore", divide="ignore"):
        outside = np.where(tests.rest >= 2, (tests.items + tests.rest) / tests.rest, 1.0)
    return _Drawn(outside * shrunken.departure, outside * shrunken.std_error, shrunken.own_weight)


def _worded(
    tests: NodeTests,
    drawn: _Drawn,
    q: Floats,
    trees: list[TreeDiscoveries],
    taxonomy: Taxonomy,
    how: FindingSettings,
) -> Findings:
    shown = tests.items >= SHOWN_ITEMS
    low, high = tests.interval(how.level)
    inner_low, inner_high = tests.interval(0.9)  # two one-sided tests at 5%
    delta = how.smallest_effect
    with np.errstate(invalid="ignore"):
        false_sign = np.where(shown, ndtr(-np.abs(drawn.effect) / drawn.std_error), np.nan)
        confirmed = (q <= how.q) & (np.abs(tests.effect) >= delta)
        likely = (false_sign <= 0.05) & (np.abs(drawn.effect) >= delta)
        alike = (tests.items >= how.fewest) & (inner_low > -delta) & (inner_high < delta)
    verdict = np.select(
        [confirmed, likely, alike], get_args(Verdict)[:3], default=get_args(Verdict)[3]
    )
    with_child = np.zeros_like(confirmed)
    np.logical_or.at(with_child, taxonomy.parent[1:], confirmed[1:])

    def seen(values: Floats) -> Floats:
        return np.where(shown, values, np.nan)

    return Findings(
        taxonomy=taxonomy,
        settings=how,
        items=tests.items,
        effect=seen(tests.effect),
        low=seen(low),
        high=seen(high),
        estimate=seen(drawn.effect),
        own_weight=drawn.own_weight,
        p=np.where(tests.items >= how.fewest, tests.p, np.nan),
        q=q,
        false_sign_rate=false_sign,
        verdict=verdict,
        most_specific=confirmed & ~with_child,
        needed=np.where(confirmed | alike, 0.0, _needed(tests, delta, how.fewest)),
        families=np.array([tree.families for tree in trees]),
        false_discovery_rate=np.array([tree.false_discovery_rate for tree in trees]),
    )


def _needed(tests: NodeTests, delta: float, fewest: int) -> Floats:
    """Return ``(z_a + z_b)^2 var / d^2 - n`` with d the effect, or delta where that is larger."""
    z = -float(ndtri(_TYPICAL_P / 2)) + float(ndtri(_POWER))
    with np.errstate(invalid="ignore", divide="ignore"):
        size = np.maximum(np.abs(tests.effect), delta)
        wanted = np.maximum(np.ceil(z**2 * tests.variance / size**2), fewest)
    return np.asarray(np.maximum(wanted - tests.items, 1.0))


def items_needed(effect: float, variance: float = 0.25, *, p: float = _TYPICAL_P) -> int:
    """Return how many items show an effect with 80% power at a p-value.

    >>> items_needed(0.2)
    84
    """
    z = -float(ndtri(p / 2)) + float(ndtri(_POWER))
    return math.ceil(z**2 * variance / effect**2)

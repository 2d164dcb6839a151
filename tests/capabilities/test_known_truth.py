"""From a log with a known truth to what is published: intervals, verdicts and their errors."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from scipy.special import expit

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.capabilities.observations import ItemPairs
from ranking.capabilities.pooling import pooled_strengths
from ranking.capabilities.profile import competitor_findings
from ranking.ingest.reading import read

COMPETITORS, ITEMS, PAIRS = 9, 500, 5


def _log(path: Path, seed: int) -> tuple[CapabilityEvidence, ItemPairs]:
    """Import a log; return it beside what its results would be on average.

    Some are met far more often than others, levels differ, every fourth item has two capabilities,
    and some rows are judged in both orders with a bias to the first.
    """
    rng = np.random.default_rng(seed)
    level = 0.7 * rng.normal(size=COMPETITORS)
    nodes = [f"{top}/{below}" for top in "abcd" for below in "xyz"]
    own = rng.normal(size=(len(nodes), COMPETITORS)) * (rng.random((len(nodes), COMPETITORS)) < 0.3)
    often = 1 / np.arange(1, COMPETITORS + 1)
    rows, truth = [], []
    for q in range(ITEMS):
        held = rng.choice(len(nodes), 2 if q % 4 == 0 else 1, replace=False)
        strength = level + own[held].sum(axis=0)
        for _ in range(PAIRS):
            i, j = rng.choice(COMPETITORS, 2, replace=False, p=often / often.sum())
            gap = strength[i] - strength[j]
            orders = ((i, j, gap + 0.3), (j, i, -gap + 0.3)) if q % 2 else ((i, j, gap),)
            for a, b, logit in orders:
                won = ("model_b", "model_a")[int(rng.random() < expit(logit))]
                rows.append(
                    (f"c{a}", f"c{b}", won, f"i{q:03}", json.dumps([nodes[at] for at in held]))
                )
                truth.append((q, a, b, expit(logit)))
    with path.open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["model_a", "model_b", "winner", "prompt", "capability"])
        table.writerows(rows)
    evidence = CapabilityEvidence.of(read(path, item="prompt", capability="capability"))
    item, first, second, score = (np.array(column) for column in zip(*truth, strict=True))
    return evidence, ItemPairs.of(COMPETITORS, ITEMS, item, first, second, score)


def _effects(evidence: CapabilityEvidence, expected: ItemPairs) -> np.ndarray:
    """Return what the effects of question A are without noise, in percentage points."""
    one = np.ones(len(expected.item))
    level = pooled_strengths(
        COMPETITORS, 1, 0 * expected.item, expected.first, expected.second, one, expected.score
    ).overall
    observed = expected.beyond_own_level(level)
    n, total, _ = observed.sums(evidence.taxonomy.members)
    all_n, all_total, _ = observed.totals()
    with np.errstate(invalid="ignore", divide="ignore"):
        return 100 * (total / n - (all_total - total) / (all_n - n))


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """Everything published about all competitors of three logs, each beside its truth."""
    folder, found = tmp_path_factory.mktemp("truth"), []
    for seed in range(3):
        evidence, expected = _log(folder / f"{seed}.csv", seed)
        assert evidence.log.names == tuple(f"i{q:03}" for q in range(ITEMS))
        assert len(evidence.taxonomy) == 1 + 4 + 12 and evidence.untagged == 0
        truth = _effects(evidence, expected)
        for k, name in enumerate(evidence.competitors):
            found += [
                (one, truth[evidence.taxonomy.position(one.capability), k])
                for one in competitor_findings(evidence, name).findings
            ]
    return found


def test_intervals_hold_the_truth(told) -> None:
    """Published 95% intervals of capabilities that are tested: 93 to 98 in a hundred."""
    inside = [one.low <= truth <= one.high for one, truth in told if one.items >= 20]
    assert len(inside) > 200
    assert 0.93 <= np.mean(inside) <= 0.98


def test_verdicts_are_true(told) -> None:
    """What is confirmed has its sign, what is likely mostly, and what is even is even."""
    truths = {word: [truth * np.sign(one.effect) for one, truth in told if one.verdict == word]
              for word in ("confirmed", "likely", "no clear difference")}  # fmt: skip
    confirmed, likely = np.array(truths["confirmed"]), np.array(truths["likely"])
    assert len(confirmed) > 20 and (confirmed > 0).mean() >= 0.95
    assert len(likely) > 10 and (likely > 0).mean() >= 0.85
    assert sum(abs(truth) > 5.0 for truth in truths["no clear difference"]) <= 1


def test_shrunken_estimates_are_closer_to_the_truth(told) -> None:
    """Over all that has a number the shrunken error is smaller, and it is not drawn too far."""
    pairs = [(one, truth) for one, truth in told if np.isfinite(one.effect)]
    raw, drawn, truth = (
        np.array(values)
        for values in zip(*((one.effect, one.estimate, true) for one, true in pairs), strict=True)
    )
    assert np.mean((drawn - truth) ** 2) < 0.8 * np.mean((raw - truth) ** 2)
    slope = float(drawn @ truth / (drawn @ drawn))
    assert 0.8 <= slope <= 1.25

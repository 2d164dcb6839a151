"""Means over a common mix of capabilities, and orders that it reverses."""

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.capabilities.observations import item_scores
from ranking.errors import InputError, SelectionError
from ranking.ingest.reading import read
from ranking.taxonomies.taxonomy import Taxonomy
from ranking.versions.mix_means import mix_means
from ranking.versions.standardised import as_dict, standardised

Scored = Callable[[Sequence[Sequence[object]]], CapabilityEvidence]


@pytest.fixture
def scored(tmp_path: Path) -> Scored:
    """Import scores of models on tasks with a topic."""

    def make(rows: Sequence[Sequence[object]]) -> CapabilityEvidence:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([["model", "task", "score", "topic"], *rows])
        found = read(path, competitor="model", item="task", score="score", fields="topic")
        return CapabilityEvidence.of(found, facets=["topic"])

    return make


def stones() -> list[tuple[object, ...]]:
    """Success of two treatments of kidney stones, the published example of the paradox.

    Open surgery: 81 of 87 small, 192 of 263 large; the other: 234 of 270 small, 55 of 80 large
    (Charig et al. 1986, doi:10.1136/bmj.292.6524.879). A third treats every stone, and wins.
    """
    rows: list[tuple[object, ...]] = []
    task = 0
    for model, topic, right, total in (
        ("open", "small", 81, 87), ("open", "large", 192, 263),
        ("closed", "small", 234, 270), ("closed", "large", 55, 80),
    ):  # fmt: skip
        for at in range(total):
            rows += [(model, f"t{task}", int(at < right), topic), ("all", f"t{task}", 1, topic)]
            task += 1
    return rows


def test_the_published_paradox_is_flagged(scored: Scored) -> None:
    """Raw means favour the treatment of easier cases; over the same mix the other is ahead."""
    found = standardised(scored(stones()))
    rows = {row.competitor: row for row in found.rows}
    assert rows["open"].raw == pytest.approx(100 * 273 / 350)
    assert rows["closed"].raw == pytest.approx(100 * 289 / 350)
    weight = np.array([357, 343]) / 700
    assert rows["open"].standardised == pytest.approx(100 * weight @ [81 / 87, 192 / 263])
    assert rows["closed"].standardised == pytest.approx(100 * weight @ [234 / 270, 55 / 80])
    (one,) = found.reversals
    assert (one.ahead, one.behind) == ("closed", "open")
    assert one.raw == pytest.approx(rows["closed"].raw - rows["open"].raw)
    assert one.standardised == pytest.approx(
        rows["closed"].standardised - rows["open"].standardised
    )
    assert one.standardised < 0 < one.raw and not one.clear
    assert "1 pair changes its order" in found.sentence and "none of them clearly" in found.sentence
    small = next(mixed for mixed in found.capabilities if mixed.capability == "small")
    assert (small.items, small.weight) == (357, pytest.approx(0.51))
    assert (small.least, small.most) == pytest.approx((87 / 350, 270 / 350))


def test_the_same_mix_changes_no_mean(scored: Scored) -> None:
    """Where everybody has every item, standardised means are the raw ones."""
    draw = np.random.default_rng(0)
    rows = [
        (who, f"t{n}", round(draw.random(), 3), "abc"[n % 3]) for n in range(60) for who in "xyz"
    ]
    found = standardised(scored(rows))
    for row in found.rows:
        assert row.standardised == pytest.approx(row.raw)
    assert found.reversals == () and found.sentence.startswith("Every model has the same mix")


def test_intervals_cover_the_truth() -> None:
    """95% limits of a standardised mean and of a difference hold the truth in 92 to 98%."""
    draw, held, apart = np.random.default_rng(1), 0, 0
    truth = np.array([[0.9, 0.5, 0.2], [0.8, 0.6, 0.3]])
    weights = np.array([60, 120, 180]) / 360
    tags = [(n, "abc"[np.searchsorted([60, 180], n, side="right")]) for n in range(360)]
    members = Taxonomy.from_paths(tags, 360).members[1:]
    node = np.array([ord(path) - ord("a") for _, path in tags])
    for _ in range(400):
        # Each is tried on its own mix; about half of the items are shared.
        tried = draw.random((2, 360)) < np.where(
            np.arange(360) < 180, [[0.9], [0.5]], [[0.5], [0.9]]
        )
        who, item = np.nonzero(tried)
        passed = draw.random(len(item)) < truth[who, node[item]]
        means = mix_means(item_scores(2, 360, item, who, passed), members, np.ones(2, dtype=bool))
        weighted = truth @ means.weights
        held += abs(means.standardised[0] - weighted[0]) <= 1.96 * means.error(0, common=True)
        difference, error = means.difference(0, 1, common=True)
        apart += abs(difference - (weighted[0] - weighted[1])) <= 1.96 * error
        np.testing.assert_allclose(means.weights, weights, atol=0.04)
    assert 0.92 <= held / 400 <= 0.98 and 0.92 <= apart / 400 <= 0.98


def test_capabilities_of_one_item_still_have_an_interval() -> None:
    """With an item in each node the interval is that of the raw mean, not of width zero."""
    taxonomy = Taxonomy.from_paths([(n, f"c{n}") for n in range(50)], 50)
    passed = np.arange(50) % 3 == 0
    observed = item_scores(1, 50, np.arange(50), np.zeros(50, int), passed)
    means = mix_means(observed, taxonomy.members[1:], np.ones(1, dtype=bool))
    assert means.error(0, common=True) == pytest.approx(means.error(0, common=False))


def test_wins_stand_in_for_scores(tmp_path: Path) -> None:
    """Without scores, the mean result against whom a competitor met is standardised."""
    path = tmp_path / "log.csv"
    lines = ["model_a,model_b,winner,prompt,capability"]
    lines += [f"ant,bee,{'model_a' if n % 3 else 'tie'},p{n},{'xy'[n % 2]}" for n in range(60)]
    path.write_text("\n".join(lines))
    found = standardised(CapabilityEvidence.of(read(path, item="prompt", capability="capability")))
    assert (found.values, found.unit.name) == ("wins", "percentage points")
    assert found.rows[0].competitor == "ant"
    assert found.rows[0].raw == pytest.approx(100 * 50 / 60)


def test_capabilities_that_somebody_lacks_are_left_out(scored: Scored) -> None:
    """They cannot be part of a common mix; who has too few items is not standardised."""
    rows = [(who, f"t{n}", 1, "ab"[n % 2]) for n in range(60) for who in ("x", "y")]
    rows += [("x", "only", 1, "rare"), ("few", "only", 0, "rare")]
    found = standardised(scored(rows))
    assert found.left_out == ("rare",)
    assert [mixed.capability for mixed in found.capabilities] == ["a", "b"]
    few = found.rows[-1]
    assert few.competitor == "few" and np.isnan(few.standardised)
    record = json.loads(json.dumps(as_dict(found), allow_nan=False))
    assert record["competitors"][-1]["standardised"] is None
    assert record["competitors"][-1]["raw"] is None


def test_what_cannot_be_standardised_is_said(scored: Scored) -> None:
    """No common capability, no such level, no such node."""
    apart = [(who, f"{who}{n}", 1, who) for n in range(30) for who in ("x", "y")]
    apart += [("z", f"{who}{n}", 0, who) for n in range(30) for who in ("x", "y")]
    with pytest.raises(InputError, match="There is no common mix"):
        standardised(scored(apart))
    with pytest.raises(InputError, match="no level 2"):
        standardised(scored(stones()), depth=2)
    with pytest.raises(SelectionError, match="no capability 'huge'"):
        standardised(scored(stones()), under="huge")

"""Non-determinism: verdicts and scores that differ when the same is asked again."""

import csv
import itertools
import json
import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.errors import InputError
from ranking.ingest.reading import read
from ranking.scores import wilson_interval
from ranking.versions.repeats import as_dict, repeats

HEADER = ["model_a", "model_b", "winner", "prompt", "capability", "voter", "shown_first"]
Rows = Sequence[Sequence[object]]
Log = Callable[[Rows], CapabilityEvidence]


def write(folder: Path, header: list[str], rows: Rows) -> Path:
    path = folder / f"{len(list(folder.iterdir()))}.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(
            [[*header, "line"], *([*row, at] for at, row in enumerate(rows))]
        )
    return path


@pytest.fixture
def judged(tmp_path: Path) -> Log:
    """Import verdicts: a, b, winner, prompt, capability, voter, and who was shown first."""

    def make(rows: Rows) -> CapabilityEvidence:
        path = write(tmp_path, HEADER, rows)
        found = read(
            path, item="prompt", capability="capability", judge="voter", order="shown_first"
        )
        return CapabilityEvidence.of(found)

    return make


def verdicts(item: str, path: str, *winners: str, voter: str = "v") -> list[tuple[object, ...]]:
    """Verdicts of one voter on ant and bee, ant shown first."""
    named = {"ant": "model_a", "bee": "model_b", "tie": "tie", "bad": "both_bad"}
    return [("ant", "bee", named[won], item, path, voter, "model_a") for won in winners]


def test_a_log_by_hand(judged: Log) -> None:
    """Shares, entropies and deviations of four items, counted by hand."""
    rows = [
        *verdicts("p1", "x/u", "ant", "ant"),
        *verdicts("p2", "x/v", "ant", "bee"),
        *verdicts("p3", "y", "ant", "tie", "bad", "bee"),
        *verdicts("p4", "y", "tie"),
    ]
    found = repeats(judged(rows))
    assert (found.kind, found.once) == ("verdicts", 1)
    whole = found.overall
    assert (whole.items, whole.groups, whole.repeats) == (3, 3, pytest.approx(8 / 3))
    assert whole.differ == pytest.approx(2 / 3)
    assert (whole.low, whole.high) == pytest.approx(wilson_interval(2 / 3, 3))
    assert whole.entropy == pytest.approx((0 + 1 + 2) / 3)
    # Sums of squares around the mean: 0, 1/2, and 1/2 for scores 1, 1/2, 1/2, 0; 1 + 1 + 3 spare.
    assert whole.deviation == pytest.approx(math.sqrt(1.0 / 5))
    rows_by = {row.capability: row for row in found.capabilities}
    assert set(rows_by) == {"x", "x/u", "x/v", "y"}
    assert (rows_by["x"].items, rows_by["x"].differ, rows_by["x"].entropy) == (2, 0.5, 0.5)
    assert rows_by["x/u"].deviation == 0.0
    assert [row.name for row in found.competitors] == ["ant", "bee"]
    assert found.competitors[0].differ == whole.differ


def test_entropy_agrees_with_scipy(judged: Log) -> None:
    """Over random verdicts: the mean of scipy's entropy in bits, item by item."""
    draw = random.Random(0)
    kinds = ("ant", "bee", "tie", "bad")
    held = {f"p{n}": [draw.choice(kinds) for _ in range(2 + n % 4)] for n in range(40)}
    rows = [row for item, won in held.items() for row in verdicts(item, "x", *won)]
    found = repeats(judged(rows)).overall
    entropies = [
        stats.entropy([won.count(kind) for kind in kinds], base=2) for won in held.values()
    ]
    assert found.entropy == pytest.approx(np.mean(entropies))
    assert found.differ == np.mean([len(set(won)) > 1 for won in held.values()])


def test_judges_are_not_repeats_of_each_other(judged: Log) -> None:
    """Two judges who disagree, each sure of itself, are steady; an item counts once."""
    rows = verdicts("p1", "x", "ant", "ant", voter="v") + verdicts("p1", "x", "bee", "bee")
    rows = [(*row[:5], f"judge {at // 2}", row[6]) for at, row in enumerate(rows)]
    found = repeats(judged(rows)).overall
    assert (found.items, found.groups, found.differ) == (1, 2, 0.0)


def test_swapped_orders_can_be_kept_apart(judged: Log) -> None:
    """A judge that always takes the first side is unsteady over both orders, steady in each."""
    rows = []
    for item, shown in itertools.product(("p1", "p2"), ("model_a", "model_b", "model_a")):
        rows.append(("ant", "bee", shown, item, "x", "v", shown))
    evidence = judged(rows)
    assert repeats(evidence).overall.differ == 1.0
    apart = repeats(evidence, orders="apart")
    assert (apart.overall.differ, apart.overall.groups, apart.once) == (0.0, 2, 2)
    assert "in the same order" in apart.sentence


def test_row_order_sides_and_names_do_not_matter(judged: Log) -> None:
    """Shuffled rows with swapped sides and other names: the same numbers."""
    draw = random.Random(1)
    rows = [
        row
        for n in range(30)
        for row in verdicts(f"p{n}", "xy"[n % 2], *draw.choices(("ant", "bee", "tie"), k=3))
    ]
    turned = {"model_a": "model_b", "model_b": "model_a", "tie": "tie"}
    other = [
        ("yak", "ape", turned[str(won)], *rest, turned[str(shown)])
        for _, _, won, *rest, shown in rows
    ]
    draw.shuffle(other)
    one, two = repeats(judged(rows)), repeats(judged(other))
    assert one.overall == two.overall
    assert one.capabilities == two.capabilities


def test_scores_repeat_over_the_field_that_numbers_them(tmp_path: Path) -> None:
    """Epochs of a file of scores: binomial deviations; without the field nothing repeats."""
    draw = np.random.default_rng(0)
    rows = [
        (who, f"t{task}", int(draw.random() < 0.7), "x", epoch)
        for who in ("ant", "bee", "cat")
        for task in range(50)
        for epoch in range(4)
    ]
    path = write(tmp_path, ["model", "task", "score", "topic", "epoch"], rows)
    roles = {"competitor": "model", "item": "task", "score": "score"}
    evidence = CapabilityEvidence.of(read(path, **roles, fields="topic,epoch"), facets=["topic"])
    found = repeats(evidence)
    assert (found.kind, found.overall.groups, found.overall.repeats) == ("scores", 150, 4.0)
    cells = np.array([row[2] for row in rows]).reshape(3, 50, 4)
    assert found.overall.differ == pytest.approx((cells.std(axis=2) > 0).mean())
    assert found.overall.deviation == pytest.approx(math.sqrt(cells.var(axis=2, ddof=1).mean()))
    share = cells.mean(axis=2).ravel()
    assert found.overall.entropy == pytest.approx(
        stats.entropy(np.stack([share, 1 - share]), base=2).mean()
    )
    averaged = CapabilityEvidence.of(read(path, **roles, fields="topic"), facets=["topic"])
    with pytest.raises(InputError, match="as a field when scores are imported"):
        repeats(averaged, kind="scores")
    with pytest.raises(InputError, match="was judged or scored twice"):
        repeats(averaged)


def test_sessions_repeat_the_scores_of_either_side(tmp_path: Path) -> None:
    """Each row of comparisons with scores is a repeat; graded scores have no entropy."""
    rows = [
        ("ant", "bee", "model_a", "t1", 0.9, 0.2),
        ("ant", "cat", "model_a", "t1", 0.5, 0.1),
        ("bee", "ant", "model_a", "t2", 0.8, 0.3),
        ("ant", "dog", "model_b", "t1", 0.1, 0.4),
    ]
    path = write(tmp_path, ["model_a", "model_b", "winner", "task", "score_a", "score_b"], rows)
    found = read(path, item="task", score_first="score_a", score_second="score_b")
    held = repeats(CapabilityEvidence.of(found, facets=()), kind="scores")
    assert (held.overall.groups, held.overall.differ, held.once) == (1, 1.0, 5)
    assert held.overall.deviation == pytest.approx(np.std([0.9, 0.5, 0.1], ddof=1))
    assert math.isnan(held.overall.entropy)
    record = json.loads(json.dumps(as_dict(held), allow_nan=False))
    assert record["overall"]["entropy"] is None and record["capabilities"] == []
    assert "competitor" in record["competitors"][0]


def test_bad_settings_and_empty_logs_are_said(judged: Log) -> None:
    """One sentence each that says what to do."""
    evidence = judged(verdicts("p1", "x", "ant"))
    with pytest.raises(InputError, match="Repeat some items"):
        repeats(evidence)
    with pytest.raises(InputError, match="take swapped orders together"):
        repeats(evidence, orders="apart")
    with pytest.raises(InputError, match="`kind` must be"):
        repeats(evidence, kind="votes")
    with pytest.raises(InputError, match="`orders` must be"):
        repeats(evidence, orders="both")


def test_both_orders_of_ten_thousand_prompts(datasets, tmp_path: Path) -> None:
    """The published log: both orders agree in 73% of 10,000 prompts."""
    from tests.capabilities.wildchat import read as read_wildchat

    _, won = read_wildchat(datasets)
    rows = []
    for item, (one, other) in enumerate(won.tolist()):
        rows.append(("a", "b", "model_a" if one else "model_b", f"p{item}", "", "", ""))
        rows.append(("b", "a", "model_b" if other else "model_a", f"p{item}", "", "", ""))
    found = read(write(tmp_path, HEADER, rows), item="prompt")
    held = repeats(CapabilityEvidence.of(found, facets=()))
    assert held.overall.differ == float((won[:, 0] != won[:, 1]).mean()) == 0.2677

"""Two versions of a log: what is paired, what is known of the change, and which items made it."""

import csv
import json
import math
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.comparisons import Comparisons
from ranking.errors import InputError, SelectionError
from ranking.ingest.reading import read
from ranking.taxonomies.taxonomy import Taxonomy
from ranking.versions.items import item_changes, reliable_change, unshared_items
from ranking.versions.report import VersionReport, version_report
from ranking.versions.tables import as_dict, as_json, table

EXACT = 1e-9
Rows = Sequence[Sequence[object]]
Read = Callable[..., CapabilityEvidence]


@pytest.fixture
def scored(tmp_path: Path) -> Read:
    """Import scores: model, task, score, and further columns."""

    def make(
        rows: Rows, *more: str, facets: Sequence[str] | None = ("topic",)
    ) -> CapabilityEvidence:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.csv"
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([["model", "task", "score", "topic", *more], *rows])
        found = read(
            path, competitor="model", item="task", score="score", fields=",".join(["topic", *more])
        )
        return CapabilityEvidence.of(found, facets=facets)

    return make


@pytest.fixture
def judged(tmp_path: Path) -> Callable[[Rows], Comparisons]:
    """Import comparisons: model_a, model_b, winner, prompt, capability, voter."""

    def make(rows: Rows) -> Comparisons:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.csv"
        header = ["model_a", "model_b", "winner", "prompt", "capability", "voter", "line"]
        with path.open("w", newline="") as file:
            csv.writer(file).writerows([header, *([*row, at] for at, row in enumerate(rows))])
        return read(path, item="prompt", capability="capability", judge="voter")

    return make


def two_versions(items: int = 160, seed: int = 0) -> list[tuple[object, ...]]:
    """Passes and fails of old, new and a third; new is worse at every fourth item, sums."""
    draw = random.Random(seed)
    rows: list[tuple[object, ...]] = []
    for task in range(items):
        topic = ("sums", "law", "law", "code")[task % 4]
        rows.append(("old", f"t{task:03}", int(draw.random() < 0.8), topic))
        chance = 0.3 if topic == "sums" else 0.8
        rows.append(("new", f"t{task:03}", int(draw.random() < chance), topic))
        rows.append(("third", f"t{task:03}", int(draw.random() < 0.9), topic))
    return rows


def by_task(rows: Rows, model: str) -> dict[str, float]:
    return {str(task): float(str(score)) for who, task, score, *_ in rows if who == model}


def topic(rows: Rows, task: str) -> str:
    return next(str(row[3]) for row in rows if row[1] == task)


def at(report: VersionReport, capability: str):
    return next(one for one in report.findings if one.capability == capability)


def test_a_planted_regression_is_found_and_said(scored: Read) -> None:
    """The topic that got worse is the one confirmed change, with its counts in the sentence."""
    report = version_report(scored(two_versions()), "old", "new")
    assert [one.capability for one in report.of("confirmed")] == ["sums"]
    sums = at(report, "sums")
    assert (sums.items, sums.direction, report.settings.test) == (40, "worse", "mcnemar")
    assert sums.low < sums.difference < sums.high < -20
    said = report.say(sums)
    assert said.startswith("In sums (40 items), new does ")
    assert f"{sums.fixed} fixed, {sums.regressed} regressed (q < 0.001): confirmed." in said
    assert "A change is confirmed in 1 of 3 capabilities (1 worse, 0 better)" in report.sentence


def test_numbers_agree_with_scipy(scored: Read) -> None:
    """Paired t limits, exact McNemar and Benjamini–Hochberg, each by an independent hand."""
    rows = two_versions(seed=1)
    report = version_report(scored(rows), "old", "new")
    old, new = by_task(rows, "old"), by_task(rows, "new")
    whole = np.array([new[task] - old[task] for task in old])
    interval = stats.ttest_1samp(whole, 0).confidence_interval(0.95)
    np.testing.assert_allclose(
        [report.overall.difference, report.overall.low, report.overall.high],
        100 * np.array([whole.mean(), interval.low, interval.high]),
    )
    assert report.overall.q == report.overall.p  # over all items is one question
    p = []
    for one in report.findings:
        change = np.array(
            [new[t] - old[t] for t in sorted(new) if topic(rows, t) == one.capability]
        )
        # An item's variance counts as no smaller than over all items.
        variance = max(change.var(ddof=1), whole.var(ddof=1))
        half = stats.t.ppf(0.975, len(change) - 1) * np.sqrt(variance / len(change))
        np.testing.assert_allclose(
            [one.difference, one.low, one.high],
            100 * (change.mean() + np.array([0, -half, half])),
        )
        fixed, lost = int((change > 0).sum()), int((change < 0).sum())
        assert (one.fixed, one.regressed, one.items) == (fixed, lost, len(change))
        assert one.churn == pytest.approx((fixed + lost) / len(change))
        p.append(stats.binomtest(fixed, fixed + lost).pvalue)
        assert one.p == pytest.approx(p[-1])
    np.testing.assert_allclose([one.q for one in report.findings], stats.false_discovery_control(p))


def test_graded_scores_are_tested_by_the_paired_t_test(scored: Read) -> None:
    """Scores that differ in size: the t test's p-value, in points of the score beyond 0 to 1."""
    draw = np.random.default_rng(3)
    ease = draw.normal(5, 2, 60)
    rows = [
        (who, f"t{task}", round(float(ease[task] + shift + draw.normal()), 3), "ab"[task % 2])
        for task in range(60)
        for who, shift in (("old", 0.0), ("new", 1.0))
    ]
    report = version_report(scored(rows), "old", "new")
    assert (report.settings.test, report.unit.name) == ("paired-t", "points of the score")
    old, new = by_task(rows, "old"), by_task(rows, "new")
    oracle = stats.ttest_rel([new[task] for task in old], [old[task] for task in old])
    assert report.overall.p == pytest.approx(oracle.pvalue)
    assert {one.direction for one in report.findings} == {"better"}


def test_turning_the_versions_around_turns_the_numbers(scored: Read) -> None:
    """Before and after swapped: differences change sign, fixed and regressed change places."""
    evidence = scored(two_versions())
    forth, back = (version_report(evidence, *pair) for pair in (("old", "new"), ("new", "old")))
    for one, other in zip(forth.findings, back.findings, strict=True):
        assert one.difference == pytest.approx(-other.difference, abs=EXACT)
        assert (one.low, one.estimate) == pytest.approx((-other.high, -other.estimate))
        assert (one.fixed, one.regressed) == (other.regressed, other.fixed)
        assert (one.verdict, one.p) == (other.verdict, other.p)


def test_repeated_rows_and_their_order_change_nothing(judged) -> None:
    """Each verdict twice, sides swapped and shuffled: the same findings."""
    draw = random.Random(2)
    rows = [
        ("ant", "bee", "model_a" if draw.random() < 0.7 else "model_b", f"p{n}", "xy"[n % 2], "v")
        for n in range(80)
    ]
    turned = {"model_a": "model_b", "model_b": "model_a"}
    again = [*rows, *((b, a, turned[won], *rest) for a, b, won, *rest in rows)]
    draw.shuffle(again)
    one, other = (version_report(judged(some), "bee", "ant") for some in (rows, again))
    assert one.settings == other.settings
    assert one.settings.basis == "direct"
    for left, right in zip(one.findings, other.findings, strict=True):
        assert left == right


def test_direct_comparisons_are_a_sign_test(judged) -> None:
    """Without scores an item is won, lost or even; both orders of an item are one result."""
    rows = [("ant", "bee", "model_a", f"p{n}", "x", "") for n in range(30)]
    rows += [
        ("bee", "ant", "model_a" if n < 10 else "model_b", f"p{n}", "x", "") for n in range(30)
    ]
    report = version_report(judged(rows), "bee", "ant")
    found = at(report, "x")
    assert (found.fixed, found.regressed, found.items) == (20, 0, 30)
    assert found.p == pytest.approx(2 * 0.5**20)
    assert (found.before, found.after) == pytest.approx((100 / 6, 500 / 6))
    assert "preferred on 20 and the other on 0" in report.sentence


def test_versions_that_never_met_are_paired_by_opponents(judged) -> None:
    """Only meetings with the same third on the same item count, averaged over such thirds."""
    rows = [
        ("old", "cat", "model_b", "p0", "x", ""),
        ("new", "cat", "model_a", "p0", "x", ""),
        ("old", "dog", "model_a", "p0", "x", ""),
        ("new", "dog", "model_a", "p0", "x", ""),
        ("old", "eel", "model_a", "p0", "x", ""),  # new never met eel there
        ("old", "cat", "model_a", "p1", "x", ""),
        ("new", "dog", "model_a", "p1", "x", ""),  # nobody in common
        ("old", "cat", "tie", "p2", "x", ""),  # new has nothing on it
    ]
    report = version_report(judged(rows), "old", "new")
    assert report.settings.basis == "opponents"
    assert (report.overall.items, report.pairs.unmatched) == (1, 1)
    assert (report.overall.only_before, report.overall.only_after) == (1, 0)
    assert (report.overall.before, report.overall.after) == (50.0, 100.0)
    assert unshared_items(report) == (("p2",), ())


def test_items_of_one_version_alone_are_counted_and_named(scored: Read) -> None:
    """They move no number; without a score of either there is nothing to pair."""
    rows = two_versions()
    more = [("old", "u1", 1, "law"), ("third", "u1", 1, "law"), ("new", "u2", 0, "law"),
            ("third", "u2", 1, "law")]  # fmt: skip
    one, other = (version_report(scored(some), "old", "new") for some in (rows, [*rows, *more]))
    assert unshared_items(other) == (("u1",), ("u2",))
    assert (other.overall.only_before, other.overall.only_after) == (1, 1)
    assert at(one, "law").difference == at(other, "law").difference
    assert at(one, "law").items == at(other, "law").items


def test_lists_hold_the_items_worse_than_the_baseline(scored: Read) -> None:
    """By capability, by size of the loss, and those on which the new version alone fails."""
    rows = two_versions()
    report = version_report(scored(rows), "old", "new")
    held = {who: by_task(rows, who) for who in ("old", "new", "third")}
    lost = [task for task in sorted(held["new"]) if held["new"][task] < held["old"][task]]
    found = item_changes(report)
    assert [one.item for one in found] == lost
    assert {(one.before, one.after, one.change) for one in found} == {(100.0, 0.0, -100.0)}
    assert [one.item for one in item_changes(report, under="sums")] == [
        task for task in lost if topic(rows, task) == "sums"
    ]
    assert {one.capabilities for one in item_changes(report, under="sums")} == {("sums",)}
    alone = [
        t for t in sorted(held["new"]) if not held["new"][t] and held["old"][t] * held["third"][t]
    ]
    assert [one.item for one in item_changes(report, alone=True)] == alone
    assert item_changes(report, by=100.0) == ()
    assert len(item_changes(report, direction="any", limit=3)) == 3
    gained = item_changes(report, direction="better")
    assert all(one.change > 0 for one in gained) and gained


def test_repeats_say_which_changes_are_reliable(scored: Read) -> None:
    """z = (p_new - p_old) / sqrt(2 p (1 - p) / K) with K repeats, by hand."""
    rows = []
    for task, (before, after) in enumerate([(4, 0), (3, 2), (4, 4), (0, 1)]):
        for epoch in range(4):
            rows.append(("old", f"t{task}", int(epoch < before), "x", epoch))
            rows.append(("new", f"t{task}", int(epoch < after), "x", epoch))
    report = version_report(scored(rows, "epoch"), "old", "new")
    expected = [-1 / math.sqrt(2 * 0.25 / 4), -0.25 / math.sqrt(2 * (5 / 8) * (3 / 8) / 4), 0.0,
                0.25 / math.sqrt(2 * (1 / 8) * (7 / 8) / 4)]  # fmt: skip
    np.testing.assert_allclose(reliable_change(report), expected)
    assert [one.item for one in item_changes(report, direction="any", reliable=True)] == ["t0"]


def test_unchanged_items_are_no_endless_evidence(scored: Read) -> None:
    """Five items without a change tell nothing; many tell that a change is small."""
    rows = [(who, f"t{n}", 1, "few" if n < 20 else "many") for n in range(90) for who in ("a", "b")]
    rows += [("a", "u", 0, "rest"), ("b", "u", 1, "rest")]
    report = version_report(scored(rows), "a", "b")
    assert at(report, "few").verdict == "not enough data"
    assert at(report, "many").verdict == "no clear difference"
    assert "less than 5 percentage points either way" in report.say(at(report, "many"))
    assert math.isnan(at(report, "rest").difference)


def test_equal_versions_have_no_confirmed_change() -> None:
    """Under no change at all, at most one log in ten has any confirmed capability."""
    from ranking.capabilities.observations import item_scores
    from ranking.taxonomies.taxonomy import Taxonomy
    from ranking.versions.paired import compare_versions

    draw, wrong = np.random.default_rng(5), 0
    taxonomy = Taxonomy.from_paths([(n, f"c{n % 10}/d{n % 40}") for n in range(800)], 800)
    item, who = np.tile(np.arange(800), 2), np.repeat([0, 1], 800)
    for _ in range(60):
        passed = draw.random(1600) < 0.7
        found = compare_versions(item_scores(2, 800, item, who, passed), 0, 1, taxonomy)
        wrong += bool(np.nanmin(found.q) <= 0.05)
    assert wrong <= 6


def test_without_capabilities_the_whole_is_compared(scored: Read) -> None:
    """The root alone: all items, no capability."""
    rows = two_versions()
    report = version_report(scored(rows, facets=()), "old", "new")
    assert report.findings == () and report.overall.items == 160
    assert "capabilit" not in report.sentence


def test_items_without_a_tag_count_over_all(judged) -> None:
    """They are in no capability, and in what is said overall."""
    rows = [("ant", "bee", "model_a", f"p{n}", "x" if n < 8 else "", "") for n in range(20)]
    report = version_report(judged(rows), "bee", "ant")
    assert (report.overall.items, at(report, "x").items) == (20, 8)


def test_json_has_no_nan_and_names_every_field(scored: Read) -> None:
    """What is not known is null; the record is that of docs/json-versions.md."""
    rows = [*two_versions(), ("old", "u", 1, "rare"), ("third", "u", 1, "rare")]
    report = version_report(scored(rows), "old", "new")
    found = json.loads(as_json(report, item_changes(report, limit=2)))
    rare = next(one for one in found["capabilities"] if one["capability"] == "rare")
    assert rare["difference"] is None and rare["only_before"] == 1
    assert found["only_before"] == ["u"] and len(found["items_changed"]) == 2
    docs = (Path(__file__).parents[2] / "docs" / "json-versions.md").read_text(encoding="utf-8")
    keys = {*as_dict(report), *found["overall"], *found["settings"], *found["items_changed"][0]}
    assert [key for key in sorted(keys) if f"`{key}`" not in docs] == []
    header, lines = table(report, (report.overall, *report.findings))
    assert len(lines) == 5 and all(len(line) == len(header) for line in lines)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"basis": "votes"}, "`basis` must be"),
        ({"test": "z"}, "`test` must be"),
        ({"passing": math.nan}, "`passing` must be"),
        ({"q": 2.0}, "`q` must lie"),
    ],
)
def test_bad_settings_are_refused(scored: Read, settings, words) -> None:
    """One sentence that names the setting."""
    with pytest.raises(InputError, match=words):
        version_report(scored(two_versions(40)), "old", "new", **settings)


def test_what_cannot_be_compared_is_said(scored: Read, judged) -> None:
    """One version twice, an unknown one, nothing shared, and filters without their evidence."""
    evidence = scored(two_versions(40))
    with pytest.raises(InputError, match="with itself"):
        version_report(evidence, "old", "old")
    with pytest.raises(SelectionError, match="no model 'older'"):
        version_report(evidence, "older", "new")
    report = version_report(evidence, "old", "new")
    with pytest.raises(InputError, match="Nothing says which changes are reliable"):
        item_changes(report, reliable=True)
    with pytest.raises(InputError, match="`direction` must be"):
        item_changes(report, direction="up")
    with pytest.raises(SelectionError, match="no capability 'maths'"):
        item_changes(report, under="maths")
    apart = [("ant", "cat", "tie", "p0", "x", ""), ("bee", "cat", "tie", "p1", "x", "")]
    with pytest.raises(InputError, match="cannot be paired"):
        version_report(judged(apart), "ant", "bee")
    met = version_report(judged([("ant", "bee", "tie", "p0", "x", "")]), "ant", "bee")
    with pytest.raises(InputError, match="Only scores say"):
        item_changes(met, alone=True)


def test_two_published_models_on_a_published_tree(datasets, scored: Read) -> None:
    """Two of five models on 5,000 problems: the counts of the files, in their tree."""
    source = datasets / "math_capabilities"
    names = ("Llama-3-8B-Instruct", "Llama-3.1-8B-Instruct")
    before, after = (
        np.array(json.loads((source / f"results_{name}.json").read_text())) for name in names
    )
    tree = json.loads((source / "tree_full.json").read_text(encoding="utf-8"))
    rows = [
        (name, f"{item:04}", int(passed), "")
        for name, passes in zip(names, (before, after), strict=True)
        for item, passed in enumerate(passes.tolist())
    ]
    evidence = scored(rows, facets=())
    taxonomy = Taxonomy.from_nested(tree, 5000)
    report = version_report(evidence.with_taxonomy(taxonomy), *names)
    whole = report.overall
    assert whole.fixed == int(((before == 0) & (after == 1)).sum()) == 1226
    assert whole.regressed == int(((before == 1) & (after == 0)).sum()) == 246
    assert whole.difference == pytest.approx(100 * (after.mean() - before.mean()))
    tested = [one for one in report.findings if one.items >= 20]
    assert {one.direction for one in report.of("confirmed")} == {"better"}
    assert len(report.of("confirmed")) > 50 and len(tested) == np.sum(taxonomy.sizes[1:] >= 20)
    level = [taxonomy.keys[at] for at in taxonomy.children[0].tolist()]
    assert all(at(report, key).verdict == "confirmed" for key in level)

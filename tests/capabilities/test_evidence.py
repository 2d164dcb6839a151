"""From a log to findings: what may change them and what may not."""

import csv
import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.capabilities.matrix import as_dict as matrix_as_dict
from ranking.capabilities.matrix import capability_matrix
from ranking.capabilities.profile import competitor_findings
from ranking.capabilities.profile_report import as_json, as_markdown
from ranking.comparisons import Comparisons
from ranking.errors import InputError, SelectionError
from ranking.ingest.reading import read
from ranking.methods import BradleyTerry
from ranking.ratings import POINTS_PER_LOGIT
from ranking.samples import SAMPLES, sample_path
from ranking.taxonomies.levels import level_below
from ranking.taxonomies.taxonomy import Taxonomy

EXACT = 1e-9
HEADER = ["model_a", "model_b", "winner", "prompt", "capability", "voter", "lang", "line"]
ROLES = {"item": "prompt", "capability": "capability", "judge": "voter"}
Row = tuple[str, ...]


def log(path: Path, rows: list[Row], **roles: str) -> Comparisons:
    """Import rows of a, b, winner, item, capability, judge, language."""
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([HEADER, *((*row, str(at)) for at, row in enumerate(rows))])
    return read(path, **(ROLES | roles))


def rows_of(seed: int = 0, items: int = 180) -> list[Row]:
    """Three models; ant is much better at law than elsewhere; all else is a coin or a strength."""
    draw = random.Random(seed)
    rows = []
    for item in range(items):
        path = ("code/sql", "code/web", "law/tax")[item % 3]
        for a, b, p in (("ant", "bee", 0.5), ("bee", "cat", 0.6), ("cat", "ant", 0.45)):
            p = {"ant": 0.95, "cat": 0.05}.get(a, p) if item % 3 == 2 and "ant" in (a, b) else p
            won = "model_a" if draw.random() < p else "model_b"
            won = "tie" if draw.random() < 0.1 else won
            rows.append((a, b, won, f"p{item}", path, f"v{item % 4}", ("en", "de")[item % 2]))
    return rows


@pytest.fixture
def zoo(tmp_path) -> Callable[..., Comparisons]:
    def make(rows: list[Row], **roles: str) -> Comparisons:
        return log(tmp_path / f"{len(list(tmp_path.iterdir()))}.csv", rows, **roles)

    return make


def numbers(comparisons: Comparisons, **settings) -> dict[tuple[str, str], tuple]:
    """Verdict, items and numbers of each competitor and capability."""
    evidence = CapabilityEvidence.of(comparisons, **settings)
    matrix = capability_matrix(evidence)
    found = {}
    for k, name in enumerate(matrix.competitors):
        for one in competitor_findings(evidence, name).findings:
            shown = (one.effect, one.low, one.high, one.estimate, one.p, one.q, one.needed)
            found[name, one.capability] = (one.verdict, one.items, *np.round(shown, 7))
        for at, key in enumerate(matrix.keys):
            shown = (matrix.strength[k, at], matrix.raw[k, at], matrix.std_error[k, at])
            found[name, key] += tuple(np.round(shown, 4))
    return found


def same(one: dict, other: dict) -> None:
    assert one.keys() == other.keys()
    for key, values in one.items():
        assert values[:2] == other[key][:2], key
        np.testing.assert_allclose(values[2:], other[key][2:], rtol=1e-4, atol=1e-3)


def test_a_planted_strength_is_found_and_said(zoo) -> None:
    """The planted strength is confirmed, with its sentence, interval and evidence."""
    found = competitor_findings(zoo(rows_of()), "ant")
    law = next(one for one in found.findings if one.capability == "law")
    assert (law.verdict, law.direction, law.kind) == ("confirmed", "strength", "itself")
    assert law.items == 60 and 20 < law.low < law.effect < law.high and law.q < 1e-4
    assert law.sentence.startswith("In law (60 items), ant does ")
    assert "percentage points better than elsewhere, given whom it met (95% interval +" in (
        law.sentence
    )
    assert len(law.evidence) == 5 and all(int(item[1:]) % 3 == 2 for item in law.evidence)
    assert found.findings[0].verdict == "confirmed"
    assert found.sentence.startswith("ant has 2 confirmed strengths, ")
    assert {one.capability for one in found.of("confirmed", specific=True)} >= {"law/tax"}


def test_repeated_verdicts_change_nothing(zoo) -> None:
    """Each row twice, on the same items: not one number moves."""
    rows = rows_of()
    same(numbers(zoo(rows)), numbers(zoo([row for row in rows for _ in range(2)])))


def test_order_and_sides_do_not_matter(zoo) -> None:
    """Shuffled rows with swapped sides give the same numbers, text and evidence."""
    rows = rows_of()
    turned = {"model_a": "model_b", "model_b": "model_a", "tie": "tie"}
    swapped = [(b, a, turned[won], *rest) for a, b, won, *rest in rows]
    random.Random(1).shuffle(swapped)
    same(numbers(zoo(rows)), numbers(zoo(swapped)))
    one, other = (competitor_findings(zoo(some), "ant") for some in (rows, swapped))
    assert [f.evidence for f in one.findings] == [f.evidence for f in other.findings]
    assert as_markdown(one) == as_markdown(other)


def test_names_do_not_matter(zoo) -> None:
    """Other names of competitors, items and capabilities rename the findings and no more."""
    rows = rows_of()
    name = {"ant": "zebra", "bee": "yak", "cat": "ape"}
    path = {"code/sql": "y/b", "code/web": "y/a", "law/tax": "x/c"}
    there = {"code": "y", "law": "x"} | path
    renamed = [
        (name[a], name[b], won, f"q{999 - int(item[1:])}", path[held], *rest)
        for a, b, won, item, held, *rest in rows
    ]
    found = {(name[who], there[key]): v for (who, key), v in numbers(zoo(rows)).items()}
    same(found, numbers(zoo(renamed)))


def test_both_orders_are_one_observation(zoo) -> None:
    """Two orders that disagree are a tie on that item."""
    rows = [
        (*pair, "model_a", f"p{item}", "x" if item % 2 else "y", "", "")
        for item in range(240)
        for pair in (("ant", "bee"), ("bee", "ant"))
    ]
    evidence = CapabilityEvidence.of(zoo(rows))
    assert len(evidence.pairs.item) == evidence.log.items == 240
    np.testing.assert_allclose(evidence.pairs.score, 0.5, atol=EXACT)
    found = competitor_findings(evidence, "ant")
    assert {one.verdict for one in found.findings} == {"no clear difference"}
    assert "about as well as elsewhere" in found.findings[0].sentence


def test_comparisons_without_an_item_are_items_of_their_own(zoo) -> None:
    """The same log without items has one item per row, and evidence by line."""
    rows = [(*row[:3], "", *row[4:]) for row in rows_of()]
    found = competitor_findings(zoo(rows), "ant")
    law = next(one for one in found.findings if one.capability == "law")
    assert found.evidence.log.items == len(rows) and law.items == 120
    assert law.verdict == "confirmed" and law.evidence[0].startswith("import 1, line ")
    assert "(120 comparisons)" in law.sentence


def test_votes_without_an_item_are_items_too(tmp_path) -> None:
    """One row that counts 30 votes is 30 comparisons."""
    path = tmp_path / "votes.csv"
    path.write_text(
        "model_a,model_b,winner,votes,capability\n"
        "ant,bee,model_a,30,x\nant,bee,model_b,5,x\nant,bee,model_a,5,y\nant,bee,model_b,30,y\n"
    )
    found = competitor_findings(read(path, count="votes", capability="capability"), "ant")
    assert [(one.capability, one.items, one.verdict) for one in found.findings] == [
        ("x", 35, "confirmed"),
        ("y", 35, "confirmed"),
    ]


def test_an_item_with_several_tags_counts_once_above_them(zoo) -> None:
    """Tags of several branches: once in each, once in the parent, and none added up."""
    rows = [
        (a, b, won, item, '["code/sql", "code/web", "law"]', *rest)
        for a, b, won, item, _, *rest in rows_of(items=30)
    ]
    found = numbers(zoo(rows))
    assert {values[1] for values in found.values()} == {30}
    assert {values[0] for values in found.values()} == {"not enough data"}


def test_a_uniformly_better_competitor_has_no_strengths_of_its_own(zoo) -> None:
    """Twice the odds everywhere: above the field everywhere, and nowhere above itself."""
    draw = random.Random(3)
    rows = [
        (
            "ant",
            "bee",
            "model_a" if draw.random() < 0.8 else "model_b",
            f"p{n}",
            f"c{n % 4}",
            "",
            "",
        )
        for n in range(400)
    ]
    evidence = CapabilityEvidence.of(zoo(rows))
    assert not competitor_findings(evidence, "ant").of("confirmed", "likely")
    field = competitor_findings(evidence, "ant", question="field")
    assert len(field.of("confirmed", direction="strength")) == 4
    assert "better than the field" in field.findings[0].sentence
    bar = competitor_findings(evidence, "ant", question="bar", bar=0.95)
    assert len(bar.of("confirmed", direction="weakness")) == 4
    assert "worse than the bar of 95%" in bar.findings[0].sentence


def test_a_field_is_a_facet(zoo) -> None:
    """Values of a field are capabilities; two facets lie side by side below the root."""
    comparisons = zoo(rows_of())
    flat = capability_matrix(CapabilityEvidence.of(comparisons, facets=("lang",)))
    assert flat.keys == ("de", "en") and flat.node_items.tolist() == [90, 90]
    both = CapabilityEvidence.of(comparisons, facets=("capability", "lang"))
    keys = both.taxonomy.keys
    assert {"capability/code/sql", "lang/de", "lang"} <= set(keys)
    assert [keys[at] for at in level_below(both.taxonomy)] == [
        "capability/code", "capability/law", "lang/de", "lang/en",
    ]  # fmt: skip
    facet = next(
        one for one in competitor_findings(both, "ant").findings if one.capability == "lang"
    )
    assert facet.verdict == "not enough data" and "nothing to compare with" in facet.sentence


def test_both_bad_is_a_tie_or_left_out(zoo) -> None:
    """Items that both failed count as halves, or not at all."""
    rows = [
        ("ant", "bee", "both_bad" if n % 2 else "model_a", f"p{n}", "xy"[n % 4 > 1], "", "")
        for n in range(80)
    ]
    comparisons = zoo(rows)
    tied = capability_matrix(CapabilityEvidence.of(comparisons))
    dropped = capability_matrix(CapabilityEvidence.of(comparisons, both_bad="drop"))
    assert tied.items.tolist() == [[40, 40]] * 2 and dropped.items.tolist() == [[20, 20]] * 2
    np.testing.assert_allclose(tied.win_rate[0], 0.75, atol=EXACT)
    np.testing.assert_allclose(dropped.win_rate[0], 1.0, atol=EXACT)


def test_one_item_per_capability_tells_nothing(zoo) -> None:
    """No estimate and no test, and that is what is said."""
    rows = [("ant", "bee", "model_a", f"p{n}", f"c{n}", "", "") for n in range(30)]
    evidence = CapabilityEvidence.of(zoo(rows))
    found = competitor_findings(evidence, "ant")
    assert {one.verdict for one in found.findings} == {"not enough data"}
    assert np.isnan([one.effect for one in found.findings]).all()
    assert found.findings[0].sentence.endswith("there is not enough data on ant.")
    cell = matrix_as_dict(capability_matrix(evidence))["capabilities"][0]["cells"][0]
    assert cell["strength"] is cell["effect"] is cell["q"] is None and cell["items"] == 1


def test_one_capability_has_nothing_to_be_compared_with(zoo) -> None:
    """A taxonomy of one node: ratings, and no question A."""
    rows = [(*row[:4], "all", *row[5:]) for row in rows_of(items=60)]
    evidence = CapabilityEvidence.of(zoo(rows))
    (found,) = competitor_findings(evidence, "ant").findings
    assert found.verdict == "not enough data" and "nothing to compare with" in found.sentence
    assert capability_matrix(evidence).items.tolist() == [[60]] * 3
    assert competitor_findings(evidence, "ant", question="field").findings[0].p < 1


@pytest.mark.parametrize(
    ("call", "error", "sentence"),
    [
        (lambda e: competitor_findings(e, "dog"), SelectionError, "no model 'dog'"),
        (lambda e: capability_matrix(e, depth=3), InputError, "no level 3 of the taxonomy"),
        (lambda e: capability_matrix(e, depth=0), InputError, "must be 1 or more"),
        (lambda e: capability_matrix(e, under="x"), SelectionError, "no capability 'x'"),
        (lambda e: e.findings("field", bar=1.0), InputError, "belongs to the question 'bar'"),
        (lambda e: e.findings("bar", values="scores"), InputError, "has a score"),
        (lambda e: e.findings("field", values="scores"), InputError, "about comparisons"),
        (lambda e: e.findings(values="x"), InputError, "auto, wins or scores"),
        (
            lambda e: CapabilityEvidence.of(e.comparisons, facets=("lang", "lang")),
            InputError,
            "given twice",
        ),
        (lambda e: e.with_taxonomy(Taxonomy.from_paths([], 3)), InputError, "over 3 items"),
        (
            lambda e: CapabilityEvidence.of(e.comparisons, facets=("x",)),
            SelectionError,
            "no field 'x'",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused(zoo, call, error, sentence) -> None:
    """One plain sentence each."""
    evidence = CapabilityEvidence.of(zoo(rows_of(items=30)))
    with pytest.raises(error, match=sentence):
        call(evidence)


def test_a_log_without_capabilities_says_so(zoo) -> None:
    """No tags at all: what is missing, and what to do."""
    rows = [(*row[:4], "", *row[5:]) for row in rows_of(items=30)]
    with pytest.raises(InputError, match=r"have no capabilities\. Import a taxonomy"):
        competitor_findings(zoo(rows), "ant")


def test_a_log_can_have_a_taxonomy_of_its_own(zoo) -> None:
    """A log without tags takes any tree over its items; what was found before stays apart."""
    rows = rows_of()
    tagged = CapabilityEvidence.of(zoo(rows))
    plain = CapabilityEvidence.of(zoo(rows), facets=())
    assert len(plain.taxonomy) == 1 and not competitor_findings(plain, "ant").findings
    tags = [
        (at, ("code/sql", "code/web", "law/tax")[int(name[1:]) % 3])
        for at, name in enumerate(plain.log.names)
    ]
    given = plain.with_taxonomy(Taxonomy.from_paths(tags, plain.log.items))
    one, other = (
        {f.capability: f.sentence for f in competitor_findings(e, "ant").findings}
        for e in (tagged, given)
    )
    assert one == other


def test_results_are_deterministic_json(zoo) -> None:
    """The same log gives the same bytes; every number is finite or null."""
    rows = rows_of()
    one, other = (as_json(competitor_findings(zoo(rows), "ant")) for _ in range(2))
    assert json.loads(one)["findings"] == json.loads(other)["findings"]
    first = json.loads(one)["findings"][0]
    named = {"capability", "kind", "effect", "low", "high", "items", "p", "q", "verdict"}
    assert named <= first.keys()
    assert first["verdict"] == "confirmed"


def test_drilling_down_goes_one_level_at_a_time(zoo) -> None:
    """The level below a node, and what can be opened further."""
    evidence = CapabilityEvidence.of(zoo(rows_of()))
    top, below = capability_matrix(evidence), capability_matrix(evidence, under="code")
    assert top.keys == ("code", "law") and top.drills.all()
    assert below.keys == ("code/sql", "code/web") and not below.drills.any()
    assert top.node_items.tolist() == [120, 60]
    np.testing.assert_allclose(top.overall.mean(), 1000, atol=1e-6)
    np.testing.assert_allclose(top.strength.sum(axis=0), 0, atol=1e-6)
    np.testing.assert_allclose(top.rating, top.overall[:, None] + top.strength, atol=1e-3)


def test_scores_of_sides_answer_too(tmp_path) -> None:
    """Pointwise results: score against a bar, and beyond the item's mean, in the score's unit."""
    draw = random.Random(5)
    path = tmp_path / "scores.csv"
    lines = ["model,item,capability,score"]
    for item in range(120):
        for who in ("ant", "bee", "cat"):
            score = draw.gauss(5, 1) + (1.5 if who == "ant" and item % 3 == 0 else 0)
            lines.append(f"{who},i{item},{'abc'[item % 3]},{score:.3f}")
    path.write_text("\n".join(lines))
    evidence = CapabilityEvidence.of(read(path))
    found = competitor_findings(evidence, "ant", values="scores")
    best = found.findings[0]
    assert (best.capability, best.verdict, found.unit.name) == (
        "a", "confirmed", "points of the score",
    )  # fmt: skip
    assert best.effect == pytest.approx(1, abs=0.4)  # ant's own part of the item's mean is in it
    assert "better than elsewhere, given how hard the items are" in best.sentence
    bar = competitor_findings(evidence, "ant", question="bar", bar=5.5)
    assert (found.values, bar.values) == ("scores", "scores")
    assert [one.direction for one in bar.of("confirmed")].count("strength") == 1
    assert "points of the score better than the bar of 5.5" in bar.findings[0].sentence


def planted(sample) -> dict[str, dict[str, float]]:
    name = sample.file.partition(".")[0]
    truth = json.loads(sample_path(sample).with_name(f"{name}.truth.json").read_text())
    return truth["planted_capabilities"]


@pytest.mark.parametrize("sample", SAMPLES[:2], ids=lambda s: s.name)
def test_findings_on_the_samples_are_true(sample) -> None:
    """Whatever is confirmed was planted there, above it or below it, in that direction."""
    evidence = CapabilityEvidence.of(read(sample_path(sample), mapping=sample.mapping))
    truth, hit = planted(sample), set()
    for who in evidence.competitors:
        for one in competitor_findings(evidence, who).of("confirmed"):
            causes = {
                key
                for key, points in truth.get(who, {}).items()
                if (points > 0) == (one.direction == "strength")
                and (f"{one.capability}/".startswith(f"{key}/")
                     or f"{key}/".startswith(f"{one.capability}/"))
            }  # fmt: skip
            assert causes, (who, one.capability)
            hit |= {(who, key) for key in causes}
    assert len(hit) >= (5 if sample.name == "language-models" else 0)


def test_the_samples_strengths_point_where_they_were_planted() -> None:
    """Raw node ratings of all planted capabilities have the sign of the truth."""
    sample = SAMPLES[0]
    evidence = CapabilityEvidence.of(read(sample_path(sample), mapping=sample.mapping))
    for who, nodes in planted(sample).items():
        for key, points in nodes.items():
            raw = evidence.ratings.raw[evidence.taxonomy.position(key), evidence.position(who)]
            assert raw * points > 0, (who, key)


def tree_log(datasets: Path, path: Path, seed: int | None) -> Path:
    """Write the published verdicts with paths of capabilities, permuted over items by a seed."""
    folder = datasets / "wildchat_capabilities"
    with (folder / "nodes.csv").open(encoding="utf-8") as file:
        above = {row["node_id"]: row["parent_id"] for row in csv.DictReader(file)}

    def tag(node: str) -> str:
        levels = []
        while above.get(node):
            levels.append(f"n{node}")
            node = above[node]
        return "/".join(reversed(levels))

    with (folder / "items.csv").open(encoding="utf-8") as file:
        items = list(csv.DictReader(file))
    leaves = [row["leaf_node_id"] for row in items]
    if seed is not None:
        random.Random(seed).shuffle(leaves)
    with gzip.open(path, "wt", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["model_a", "model_b", "winner", "item", "capability"])
        for row, leaf in zip(items, leaves, strict=True):
            for order, sides in ((1, ("llama", "gemma")), (2, ("gemma", "llama"))):
                won = "llama" if row[f"verdict_order{order}"] == "1" else "gemma"
                side = "model_a" if won == sides[0] else "model_b"
                writer.writerow([*sides, side, row["item_id"], tag(leaf)])
    return path


@pytest.mark.parametrize(("seed", "fewest", "most"), [(None, 80, 120), (1, 0, 0), (2, 0, 0)])
def test_a_real_tree_has_findings_and_a_shuffled_one_has_none(
    datasets, tmp_path, seed, fewest, most
) -> None:
    """About a hundred confirmed differences on the published tree, none on permuted items."""
    comparisons = read(tree_log(datasets, tmp_path / "tree.csv.gz", seed))
    found = competitor_findings(comparisons, "llama")
    assert found.evidence.log.items == 10_000 and len(found.evidence.taxonomy) == 6_039
    assert fewest <= len(found.of("confirmed")) <= most
    assert all(one.evidence for one in found.findings[:most])


def test_strengths_overall_are_bradley_terrys(zoo) -> None:
    """Where no item repeats a pair they are the ratings of the leaderboard, in logits."""
    comparisons = zoo(rows_of())
    evidence, board = CapabilityEvidence.of(comparisons), BradleyTerry().rate(comparisons)
    points = dict(zip(board.competitors, board.rating, strict=True))
    expected = np.array([points[name] for name in evidence.competitors]) / POINTS_PER_LOGIT
    np.testing.assert_allclose(evidence.overall, expected - expected.mean(), atol=1e-6)

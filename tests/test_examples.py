"""From a number to the comparisons behind it: what is listed, counted and read."""

import csv
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.capabilities.profile import competitor_findings
from ranking.comparisons import Comparisons
from ranking.errors import InputError, SelectionError
from ranking.examples import (
    ExampleFilter,
    ExampleLog,
    count_examples,
    list_examples,
    read_example,
)
from ranking.examples.item import item_code
from ranking.examples.records import (
    as_json,
    count_words,
    ends,
    item_as_dict,
    item_table,
    list_as_dict,
    list_table,
    shown_competitors,
)
from ranking.ingest.reading import read
from tests.capabilities.test_evidence import rows_of

Row = tuple[str, ...]
HEADER = "model_a,model_b,winner,item,capability,judge"
ROLES = {"item": "item", "capability": "capability", "judge": "judge"}
TURNED = {"model_a": "model_b", "model_b": "model_a", "tie": "tie", "both_bad": "both_bad"}
DOCS = Path(__file__).parents[1] / "docs"


def made(path: Path, rows: list[Row], header: str = HEADER, **roles: str) -> Comparisons:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header.split(","), *rows])
    return read(path, **(ROLES | roles))


@pytest.fixture
def zoo(tmp_path) -> Callable[..., ExampleLog]:
    def make(rows: list[Row], header: str = HEADER, **roles: str) -> ExampleLog:
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.csv"
        return ExampleLog.of(CapabilityEvidence.of(made(path, rows, header, **roles)))

    return make


@pytest.fixture(scope="module")
def planted(tmp_path_factory) -> tuple[list[Row], ExampleLog]:
    """Three models on 90 items; ant is much better at law; some ties, several judges."""
    rows = [(*row[:5], row[5]) for row in rows_of(items=90)]
    path = tmp_path_factory.mktemp("examples") / "log.csv"
    return rows, ExampleLog.of(CapabilityEvidence.of(made(path, rows)))


def holds(row: Row, wanted: ExampleFilter, but: str = "") -> bool:
    """Say in plain Python whether a row is wanted: the oracle."""
    a, b, won, item, path, judge = row
    who = wanted.competitor
    if who and who not in (a, b):
        return False
    if (
        wanted.capability
        and but != "capability"
        and not f"{path}/".startswith(f"{wanted.capability}/")
    ):
        return False
    others = {a, b} - {who}
    if wanted.against and but != "opponent" and not others & set(wanted.against):
        return False
    if wanted.judges and but != "judge" and judge not in wanted.judges:
        return False
    told = {"tie"} if won == "tie" else {"decided"}
    if who and won != "tie":
        told.add("won" if {"model_a": a, "model_b": b}[won] == who else "lost")
    if wanted.outcomes and but != "outcome" and not told & set(wanted.outcomes):
        return False
    return wanted.search.lower() in item


filters = st.builds(
    ExampleFilter,
    capability=st.sampled_from(["", "code", "code/sql", "law", "law/tax"]),
    competitor=st.just("ant"),
    against=st.sampled_from([(), ("bee",), ("cat",), ("bee", "cat")]),
    judges=st.sampled_from([(), ("v0",), ("v1", "v3")]),
    outcomes=st.sampled_from([(), ("won",), ("lost", "tie"), ("decided",)]),
    search=st.sampled_from(["", "1", "p8"]),
)


@given(wanted=filters)
def test_items_are_those_with_a_wanted_comparison(planted, wanted) -> None:
    """The list holds what a loop over the rows of the file finds, no more and no less."""
    rows, log = planted
    kept = [row for row in rows if holds(row, wanted)]
    found = list_examples(log, wanted, limit=1000)
    assert {row.item for row in found.rows} == {row[3] for row in kept}
    assert (found.items, found.comparisons) == (len({row[3] for row in kept}), len(kept))


@given(wanted=filters)
def test_each_filter_is_counted_under_all_others(planted, wanted) -> None:
    """Counts of a filter's values leave that filter aside, and no other one."""
    rows, log = planted
    counts = count_examples(log, wanted)

    def kept(but: str) -> list[Row]:
        return [row for row in rows if holds(row, wanted, but)]

    def same(found, expected: Counter) -> None:
        assert {one.value: one.comparisons for one in found if one.comparisons} == dict(expected)

    same(counts.judges, Counter(row[5] for row in kept("judge")))
    opponents = Counter(({row[0], row[1]} - {"ant"}).pop() for row in kept("opponent"))
    same(counts.opponents, opponents)
    by_path = Counter(row[4] for row in kept("capability"))
    level = {"": ("code", "law"), "code": ("code/sql", "code/web"), "law": ("law/tax",)}
    level |= {"code/sql": level["code"], "law/tax": level["law"]}
    expected = {
        node: sum(n for path, n in by_path.items() if f"{path}/".startswith(f"{node}/"))
        for node in level[wanted.capability]
    }
    same(counts.capabilities, Counter({node: n for node, n in expected.items() if n}))
    tied = sum(row[2] == "tie" for row in kept("outcome"))
    assert sum(o.comparisons for o in counts.outcomes if o.value == "tie") == tied
    won = [o.comparisons for o in counts.outcomes if o.value in ("won", "lost")]
    assert sum(won) == len(kept("outcome")) - tied


@pytest.mark.parametrize("question", ["itself", "field", "bar"])
def test_what_speaks_for_a_finding_is_its_own_evidence(planted, question) -> None:
    """The first items of the list are those that the finding names, in every capability."""
    _, log = planted
    for name in log.evidence.competitors:
        for one in competitor_findings(log.evidence, name, question=question).findings:
            wanted = ExampleFilter(capability=one.capability, competitor=name)
            found = list_examples(log, wanted, question=question, limit=5)
            assert tuple(row.item for row in found.rows) == one.evidence
            assert found.sentence == one.sentence
            assert (
                found.of_items
                == log.evidence.taxonomy.sizes[log.evidence.taxonomy.position(one.capability)]
            )


def test_what_speaks_against_a_finding_comes_first_when_asked(planted) -> None:
    """Values fall in one order and rise in the other, and both list the same items."""
    _, log = planted
    wanted = ExampleFilter(capability="law", competitor="ant")
    best, worst = (
        [row.beyond for row in list_examples(log, wanted, order=order, limit=1000).rows]
        for order in ("for", "against")
    )
    assert best == sorted(best, reverse=True) and worst == sorted(worst)
    assert sorted(best) == worst and best != worst
    weak = ExampleFilter(capability="code", competitor="ant")  # weaker there than elsewhere
    values = [row.beyond for row in list_examples(log, weak, limit=1000).rows]
    assert values == sorted(values)
    assert count_words(list_examples(log, weak)).endswith("worst results first")
    assert count_words(list_examples(log, wanted)).endswith("best results first")


def test_pages_of_a_list_join_without_gaps(planted) -> None:
    """Items by pages of seven are the items at once."""
    _, log = planted
    wanted = ExampleFilter(competitor="bee")
    whole = [row.item for row in list_examples(log, wanted, limit=1000).rows]
    parts = [list_examples(log, wanted, offset=at, limit=7).rows for at in range(0, 90, 7)]
    assert [row.item for part in parts for row in part] == whole


def test_rows_and_sides_do_not_matter(zoo) -> None:
    """Turned rows in another order give the same list, counts and sentence."""
    rows = [row[:6] for row in rows_of(items=30)]
    turned = [(b, a, TURNED[won], *rest) for a, b, won, *rest in reversed(rows)]
    wanted = ExampleFilter(competitor="ant", against=("bee",), outcomes=("won", "tie"))
    one, other = zoo(rows), zoo(turned)
    first, second = list_examples(one, wanted), list_examples(other, wanted)
    assert first.rows == second.rows and first.sentence == second.sentence
    assert count_examples(one, wanted) == count_examples(other, wanted)


def test_orders_that_disagree_are_told_apart(zoo) -> None:
    """A pair whose verdict follows the place disagrees; the same winner twice does not."""
    rows = [
        ("ant", "bee", "model_a", "place", "x", ""),
        ("bee", "ant", "model_a", "place", "x", ""),
        ("ant", "bee", "model_a", "same", "x", ""),
        ("bee", "ant", "model_b", "same", "x", ""),
        ("ant", "bee", "tie", "half", "x", ""),
        ("bee", "ant", "model_b", "half", "x", ""),
        ("ant", "bee", "model_a", "twice", "x", ""),  # one order alone cannot disagree
        ("ant", "bee", "model_b", "twice", "x", ""),
    ]
    found = list_examples(zoo(rows), ExampleFilter(disagreement="orders"))
    assert [row.item for row in found.rows] == ["half", "place"]
    assert not list_examples(zoo(rows), ExampleFilter(disagreement="judges")).items


def test_who_was_shown_first_goes_before_who_is_named_first(zoo) -> None:
    """Where the log says who was shown first, that is the order."""
    header = f"{HEADER},a_shown_first"
    rows = [
        ("ant", "bee", "model_a", "p", "x", "", "true"),
        ("ant", "bee", "model_b", "p", "x", "", "false"),
        ("ant", "bee", "model_a", "q", "x", "", "true"),
        ("bee", "ant", "model_a", "q", "x", "", "false"),  # again ant first: one order
    ]
    found = zoo(rows, header, order="a_shown_first")
    assert [row.item for row in list_examples(found, ExampleFilter(disagreement="orders")).rows] \
        == ["p"]  # fmt: skip


def test_judges_that_disagree_are_told_apart(zoo) -> None:
    """Each judge's mean counts; rows without a judge are of none; another pair is another case."""
    rows = [
        ("ant", "bee", "model_a", "split", "x", "ann"),
        ("bee", "ant", "model_a", "split", "x", "bob"),
        ("ant", "bee", "model_a", "one", "x", "ann"),
        ("ant", "bee", "model_b", "one", "x", "ann"),
        ("ant", "bee", "model_a", "nobody", "x", "ann"),
        ("ant", "bee", "model_b", "nobody", "x", ""),
        ("ant", "bee", "model_a", "pairs", "x", "ann"),
        ("cat", "bee", "model_b", "pairs", "x", "bob"),
    ]
    log = zoo(rows)
    found = list_examples(log, ExampleFilter(disagreement="judges"))
    assert [row.item for row in found.rows] == ["split"]
    assert read_example(log, "split").judges_disagree
    assert not read_example(log, "one").judges_disagree


def test_real_orders_disagree_on_27_percent(datasets, tmp_path) -> None:
    """Of 10,000 prompts judged in both orders, as many disagree as their two columns say."""
    with (datasets / "wildchat_capabilities" / "items.csv").open(encoding="utf-8") as file:
        verdicts = [(r["item_id"], r["verdict_order1"], r["verdict_order2"])
                    for r in csv.DictReader(file)]  # fmt: skip
    rows = []
    for item, *won in verdicts:
        first = "model_a" if won[0] == "1" else "model_b"
        second = "model_b" if won[1] == "1" else "model_a"
        rows += [("llama", "gemma", first, item, "all", "")]
        rows += [("gemma", "llama", second, item, "all", "")]
    differ = sum(one != other for _, one, other in verdicts)
    log = ExampleLog.of(CapabilityEvidence.of(made(tmp_path / "log.csv", rows)))
    found = list_examples(log, ExampleFilter(disagreement="orders"))
    assert found.items == differ and abs(differ / len(verdicts) - 0.27) < 0.005


def test_worse_than_a_baseline_by_scores(zoo) -> None:
    """Where there are scores, the lower mean score is worse, whoever was compared with whom."""
    header = f"{HEADER},score_a,score_b"
    rows = [
        ("ant", "bee", "tie", "p", "x", "", "0.4", "0.4"),
        ("cat", "bee", "model_a", "p", "x", "", "0.9", "0.4"),
        ("ant", "bee", "model_a", "q", "x", "", "0.8", "0.1"),
        ("cat", "bee", "tie", "q", "x", "", "0.8", "0.1"),
        ("ant", "bee", "model_a", "r", "x", "", "0.1", "0.0"),
    ]
    log = zoo(rows, header, score_first="score_a", score_second="score_b")
    found = list_examples(log, ExampleFilter(competitor="ant", worse_than="cat"))
    assert [row.item for row in found.rows] == ["p"]
    assert found.rows[0].results == {"ant": 0.4, "bee": 0.4, "cat": 0.9}


def test_worse_than_a_baseline_by_comparisons(zoo) -> None:
    """Without scores it is who lost to it on the item, both orders together."""
    rows = [
        ("ant", "bee", "model_b", "lost", "x", ""),
        ("ant", "bee", "model_a", "even", "x", ""),
        ("bee", "ant", "model_a", "even", "x", ""),
        ("ant", "bee", "tie", "worse", "x", ""),
        ("bee", "ant", "model_a", "worse", "x", ""),
        ("ant", "cat", "model_b", "never met", "x", ""),
    ]
    found = list_examples(zoo(rows), ExampleFilter(competitor="ant", worse_than="bee"))
    assert {row.item for row in found.rows} == {"lost", "worse"}
    better = list_examples(zoo(rows), ExampleFilter(competitor="bee", worse_than="ant"))
    assert better.items == 0


def test_an_item_with_several_tags_is_listed_once(zoo) -> None:
    """It counts under each of its capabilities, and once where they meet."""
    rows = [("ant", "bee", "model_a", f"p{n}", "code/sql;law/tax", "") for n in range(4)]
    rows += [("bee", "ant", "model_a", "q", "code/web", "")]
    log = zoo(rows)
    counts = {one.value: one.comparisons for one in
              count_examples(log, ExampleFilter()).capabilities}  # fmt: skip
    assert counts == {"code": 5, "law": 4}
    assert list_examples(log, ExampleFilter(capability="law")).items == 4
    assert list_examples(log, ExampleFilter()).items == 5
    assert [key for key, _ in read_example(log, "p0").capabilities] == ["code/sql", "law/tax"]


def test_comparisons_without_an_item_are_items_of_their_own(tmp_path) -> None:
    """They go by import and line, count as often as they were cast, and can be opened."""
    path = tmp_path / "log.csv"
    path.write_text("model_a,model_b,winner,count\nant,bee,model_a,3\nbee,cat,tie,1\n")
    comparisons = read(path, count="count")
    log = ExampleLog.of(CapabilityEvidence.of(comparisons, facets=()))
    found = list_examples(log)
    assert [row.item for row in found.rows] == ["import 1, line 2", "import 1, line 3"]
    assert [row.comparisons for row in found.rows] == [3, 1] and found.comparisons == 4
    example = read_example(log, "import 1, line 2")
    assert [one.count for one in example.verdicts] == [3] and example.left_out == 0
    assert example.results == {"ant": 1.0, "bee": 0.0}
    for missing in ("import 1, line 9", "import 2, line 2", "import 1, line 2 ", "p1", ""):
        with pytest.raises(SelectionError, match="There is no item"):
            read_example(log, missing)


def test_an_item_is_found_by_its_own_name_even_if_it_reads_like_a_line(zoo) -> None:
    """Names of items go before the places of comparisons without one."""
    rows = [
        ("ant", "bee", "model_a", "import 1, line 3", "x", ""),
        ("ant", "bee", "model_b", "", "x", ""),
    ]
    log = zoo(rows)
    assert item_code(log, "import 1, line 3") == 0
    assert read_example(log, "import 1, line 3").results["ant"] == 1.0


def test_both_bad_can_be_left_out_of_results(tmp_path) -> None:
    """A comparison that is not counted is still shown, last, without a result."""
    rows = [
        ("ant", "bee", "both_bad", "p", "x", ""),
        ("ant", "bee", "model_a", "q", "x", ""),
        ("ant", "bee", "model_b", "r", "x", ""),
    ]
    comparisons = made(tmp_path / "log.csv", rows)
    log = ExampleLog.of(CapabilityEvidence.of(comparisons, both_bad="drop"))
    found = list_examples(log, ExampleFilter(competitor="ant"))
    assert [row.item for row in found.rows] == ["q", "r", "p"]
    assert found.rows[-1].beyond is None and found.rows[-1].results == {}
    only = list_examples(log, ExampleFilter(competitor="ant", outcomes=("both bad",)))
    assert [row.item for row in only.rows] == ["p"]


def test_soft_scores_are_in_between(tmp_path) -> None:
    """A score between a win and a tie is neither, and its share is said."""
    path = tmp_path / "log.csv"
    path.write_text("model_a,model_b,preference,item\nant,bee,0.7,p\nant,bee,1,q\n")
    comparisons = read(path, item="item", outcome="preference", dialect="soft-first")
    log = ExampleLog.of(CapabilityEvidence.of(comparisons, facets=()))
    found = list_examples(log, ExampleFilter(competitor="bee", outcomes=("in between",)))
    assert [row.item for row in found.rows] == ["p"]
    assert item_table(read_example(log, "p"), "model")[1][0][2] == "70% to ant"


def test_one_item_is_read_in_full(zoo) -> None:
    """Texts, both orders, judge, feedback and fields are as they stand in the file."""
    header = f"{HEADER},prompt,response_a,response_b,feedback,language"
    rows = [
        ("ant", "bee", "model_a", "p", "x", "eva", "Add 2 and 2", "4", "5", "B is wrong", "en"),
        ("bee", "ant", "model_a", "p", "x", "max", "Add 2 and 2", "5", "4", "", "en"),
        ("ant", "bee", "model_a", "q", "x", "eva", "Other", "1", "2", "", "de"),
    ]
    roles = {"item_text": "prompt", "response_first": "response_a"}
    roles |= {"response_second": "response_b", "feedback": "feedback"}
    log = zoo(rows, header, **roles)
    example = read_example(log, "p")
    assert example.text == "Add 2 and 2" and example.results == {"ant": 0.5, "bee": 0.5}
    first, second = example.verdicts
    assert (first.first, first.outcome, first.judge, first.feedback) == (
        "ant", "first", "eva", "B is wrong",
    )  # fmt: skip
    assert (second.first, second.response_first, second.response_second) == ("bee", "5", "4")
    assert second.feedback is None and first.fields == {"language": "en"}
    assert (first.source, second.source) == ("import 1, line 2", "import 1, line 3")
    assert example.orders_disagree and example.judges_disagree
    assert read_example(log, "p", limit=1).left_out == 1
    assert read_example(log, "q").text == "Other"
    assert list_examples(log, ExampleFilter(search="ADD 2")).rows[0].item == "p"


def test_texts_of_items_are_data_and_not_patterns(zoo) -> None:
    """What a search holds is looked for as it stands: no wildcard, no SQL."""
    header = f"{HEADER},prompt"
    rows = [
        ("ant", "bee", "model_a", "p", "x", "", "100% of 'it'; DROP TABLE items; --"),
        ("ant", "bee", "model_a", "q", "x", "", "1000 of it"),
    ]
    log = zoo(rows, header, item_text="prompt")
    for search in ("100%", "'it'", "; DROP TABLE items; --"):
        found = list_examples(log, ExampleFilter(search=search))
        assert [row.item for row in found.rows] == ["p"]
    assert not list_examples(log, ExampleFilter(search="%")).rows[1:]


def test_a_selection_narrows_everything(tmp_path) -> None:
    """Items, counts and verdicts outside the selection do not exist."""
    rows = [
        ("ant", "bee", "model_a", "p", "x", "ann"),
        ("ant", "bee", "model_b", "p", "x", "bob"),
        ("ant", "bee", "model_b", "q", "x", "bob"),
    ]
    comparisons = made(tmp_path / "log.csv", rows).where("judge=ann")
    log = ExampleLog.of(CapabilityEvidence.of(comparisons))
    assert list_examples(log).items == 1 and len(read_example(log, "p").verdicts) == 1
    assert [one.value for one in count_examples(log, ExampleFilter()).judges] == ["ann"]
    with pytest.raises(SelectionError, match="'q'"):
        read_example(log, "q")
    with pytest.raises(SelectionError, match="no judge 'bob'"):
        list_examples(log, ExampleFilter(judges=("bob",)))


def test_another_taxonomy_gives_other_lists(planted) -> None:
    """An edited tree is followed by the list, its size and its counts."""
    _, log = planted
    taxonomy = log.evidence.taxonomy
    merged = log.evidence.with_taxonomy(
        taxonomy.kept(np.array([key in ("", "code", "law") for key in taxonomy.keys]))
    )
    other = ExampleLog(merged, log.rows)
    assert list_examples(other, ExampleFilter(capability="code")).items == 60
    with pytest.raises(SelectionError, match="'code/sql'"):
        list_examples(other, ExampleFilter(capability="code/sql"))


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"outcomes": ("won",)}, "Say whose outcome is 'won'"),
        ({"outcomes": ("victory",)}, "not 'victory'"),
        ({"worse_than": "bee"}, "Say who was worse than 'bee'"),
        ({"competitor": "ant", "worse_than": "ant"}, "'ant' cannot be compared with itself"),
        ({"competitor": "ant", "against": ("ant",)}, "'ant' cannot be compared with itself"),
        ({"disagreement": "voters"}, "must be orders or judges; not 'voters'"),
    ],
)
def test_a_filter_that_means_nothing_is_refused(wanted, words) -> None:
    """One sentence says what is wrong with it."""
    with pytest.raises(InputError, match=words):
        ExampleFilter(**wanted)


@pytest.mark.parametrize(
    ("wanted", "settings", "error", "words"),
    [
        ({"competitor": "elk"}, {}, SelectionError, "'elk'"),
        ({"against": ("elk",)}, {}, SelectionError, "'elk'"),
        ({"judges": ("elk",)}, {}, SelectionError, "no judge 'elk'"),
        ({"capability": "elk"}, {}, SelectionError, "no capability 'elk'"),
        ({"competitor": "ant", "worse_than": "elk"}, {}, SelectionError, "'elk'"),
        ({}, {"order": "for"}, InputError, "name a competitor too"),
        ({}, {"order": "random"}, InputError, "not 'random'"),
    ],
)
def test_what_does_not_occur_is_named(planted, wanted, settings, error, words) -> None:
    """The value that was wrong is in the sentence."""
    with pytest.raises(error, match=words):
        list_examples(planted[1], ExampleFilter(**wanted), **settings)


def test_sentences_say_what_is_listed(planted) -> None:
    """With less than a finding to speak of, counts and means are said."""
    _, log = planted
    assert list_examples(log).sentence == "There are 270 comparisons in log."
    assert list_examples(log, ExampleFilter(capability="law")).sentence == (
        "There are 90 comparisons in law."
    )
    said = list_examples(log, ExampleFilter(competitor="ant")).sentence
    assert said.startswith("ant takes ") and said.endswith(
        "of the score against whom it met, over 90 items."
    )
    wanted = ExampleFilter(competitor="ant", against=("bee",), outcomes=("lost", "tie"))
    assert " with a comparison against bee, that ant lost or was a tie, " in count_words(
        list_examples(log, wanted)
    )


def test_tables_have_room_for_those_who_are_asked_about(zoo) -> None:
    """With many competitors only those asked about have columns; else best and worst are named."""
    names = [f"m{n}" for n in range(9)]
    rows = [(a, b, "model_a", "p", "x", "") for a in names for b in names if a < b]
    log = zoo(rows)
    asked = list_examples(log, ExampleFilter(competitor="m3", against=("m5",)))
    assert shown_competitors(asked) == ["m3", "m5"]
    assert list_table(asked)[0] == ["item", "beyond", "m3", "m5", "comparisons"]
    everyone = list_examples(log)
    assert shown_competitors(everyone) == [] and ends(everyone.rows[0]) == ("m0", "m8")
    assert list_table(everyone) == (
        ["item", "best", "worst", "comparisons"],
        [["p", "m0", "m8", 36]],
    )


def test_json_is_what_the_document_says(planted) -> None:
    """Every field of both objects is named there, and no number is NaN."""
    _, log = planted
    described = (DOCS / "json-examples.md").read_text(encoding="utf-8")
    wanted = ExampleFilter(capability="law", competitor="ant")
    listed = list_as_dict(list_examples(log, wanted))
    item = item_as_dict(log, read_example(log, listed["rows"][0]["item"]))
    for contract in (listed, item):
        assert json.loads(as_json(contract)) == contract
        nested = [contract, contract.get("counts", {}), *contract.get("rows", [])[:1]]
        nested += [*contract.get("verdicts", [])[:1], contract.get("filter", {})]
        for name in {name for each in nested for name in each}:
            assert f"`{name}`" in described, name

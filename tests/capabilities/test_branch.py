"""Branches of a taxonomy: which rows there are, and that their numbers are those of findings."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.capabilities.branch import Branch, branch, branch_of
from ranking.capabilities.branch_report import as_json, table
from ranking.capabilities.branch_rows import below, matching, opened_to, visible
from ranking.capabilities.evidence import CapabilityEvidence
from ranking.capabilities.findings import FindingSettings
from ranking.capabilities.verdicts import find
from ranking.comparisons import Comparisons
from ranking.errors import InputError, SelectionError
from ranking.taxonomies.taxonomy import Taxonomy
from tests.capabilities import wildchat
from tests.capabilities.test_evidence import log, rows_of

TREE = Taxonomy.from_paths(
    [(0, "law/tax"), (1, "code/web/css"), (2, "code/sql"), (3, "code/web/html"), (4, "code/sql")], 5
)
EVEN = np.zeros(len(TREE))


def places(*keys: str) -> list[int]:
    return [TREE.position(key) for key in keys]


def shown(rows) -> list[str]:
    """Keys of rows, indented by their level."""
    return [
        f"{'.' * level}{TREE.keys[node]}"
        for node, level in zip(rows.nodes, rows.level, strict=True)
    ]


@pytest.fixture(scope="module")
def evidence(tmp_path_factory) -> CapabilityEvidence:
    path: Path = tmp_path_factory.mktemp("branch") / "log.csv"
    return CapabilityEvidence.of(log(path, rows_of()))


def test_levels_open_one_by_one():
    """Each level lies below its parents; what is closed says how much is in it."""
    assert shown(visible(TREE, 0, 0, first=EVEN)) == [""]
    assert shown(visible(TREE, 0, 1, first=EVEN)) == ["", ".law", ".code"]
    assert shown(visible(TREE, 0, 9, first=EVEN)) == [
        "", ".law", "..law/tax", ".code", "..code/web", "...code/web/css", "...code/web/html",
        "..code/sql",
    ]  # fmt: skip
    rows = visible(TREE, 0, 1, first=EVEN)
    assert rows.children.tolist() == [2, 1, 2] and rows.shown.tolist() == [2, 0, 0]
    assert rows.parent.tolist() == [-1, 0, 0] and rows.left_out == 0


def test_a_node_opens_on_its_own_where_it_is_seen():
    """An open node shows its children; below a closed one it shows nothing."""
    web, code = places("code/web", "code")
    assert shown(visible(TREE, 0, 1, {web}, first=EVEN)) == ["", ".law", ".code"]
    assert shown(visible(TREE, 0, 1, {web, code}, first=EVEN)) == [
        "", ".law", ".code", "..code/web", "...code/web/css", "...code/web/html", "..code/sql",
    ]  # fmt: skip


def test_a_branch_begins_at_its_top():
    """Levels are counted from the node at the top."""
    assert shown(visible(TREE, places("code")[0], 1, first=EVEN)) == [
        "code", ".code/web", ".code/sql",
    ]  # fmt: skip


def test_siblings_are_sorted_and_stay_below_their_parents():
    """The order is among siblings only."""
    first = -TREE.sizes.astype(float)
    assert shown(visible(TREE, 0, 2, first=first)) == [
        "", ".code", "..code/web", "..code/sql", ".law", "..law/tax",
    ]  # fmt: skip


def test_of_too_many_rows_the_nearest_to_the_top_stay():
    """Whole levels come first, and within the last one the first by the order."""
    first = -TREE.sizes.astype(float)
    rows = visible(TREE, 0, 9, first=first, most=4)
    assert shown(rows) == ["", ".code", "..code/web", ".law"] and rows.left_out == 4


def test_a_search_opens_what_leads_to_it():
    """Hits stand below all their ancestors, of which each says that it is none."""
    rows = opened_to(TREE, 0, matching(TREE, "S"), first=EVEN)
    assert shown(rows) == ["", ".code", "..code/web", "...code/web/css", "..code/sql"]
    assert rows.hit.tolist() == [False, False, False, True, True]
    cut = opened_to(TREE, 0, matching(TREE, "s"), first=EVEN, most=1)
    assert cut.left_out == 1 and cut.hit.sum() == 1
    leading = opened_to(TREE, 0, matching(TREE, "c"), first=-EVEN - TREE.depth, most=1)
    assert shown(leading) == ["", ".code", "..code/web", "...code/web/css"]
    assert leading.hit.tolist() == [False, True, False, True] and leading.left_out == 0
    nothing = opened_to(TREE, 0, matching(TREE, "nobody"), first=EVEN)
    assert shown(nothing) == [""] and not nothing.hit.any()


def test_a_search_takes_every_word_in_any_case():
    """Words are looked for in the names of nodes, not in those above them."""
    tree = Taxonomy.from_paths([(0, "SQL Queries/joins"), (1, "queries")], 2)
    found = [tree.keys[at] for at in np.flatnonzero(matching(tree, " queries  sql"))]
    assert found == ["SQL Queries"]
    assert matching(tree, "").all()


@given(
    st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=4), min_size=1, max_size=20),
    st.lists(st.floats(0, 9), min_size=130, max_size=130),
    st.integers(0, 5),
    st.integers(1, 30),
)
def test_every_row_but_the_first_follows_its_parent(paths, first, depth, most):
    """Whatever is cut: parents are rows, come before, and are one level up."""
    tree = Taxonomy.from_paths([(0, "/".join(path)) for path in paths], 1)
    order = np.array(first[: len(tree)])
    hit = order[: len(tree)] > 6
    for rows in (
        visible(tree, 0, depth, first=order, most=most),
        opened_to(tree, 0, hit, first=order, most=most),
    ):
        assert len(set(rows.nodes.tolist())) == len(rows.nodes) and rows.nodes[0] == 0
        above = rows.parent[1:]
        assert (above < np.arange(1, len(rows.nodes))).all()
        assert (tree.parent[rows.nodes[1:]] == rows.nodes[above]).all()
        assert (rows.level[1:] == rows.level[above] + 1).all()
        assert rows.shown.sum() == len(rows.nodes) - 1


def test_what_lies_below_is_counted_at_every_depth():
    """A node counts its children and theirs."""
    counted = dict(zip(TREE.keys, below(TREE).tolist(), strict=True))
    assert counted == {
        "": 7, "law": 1, "law/tax": 0, "code": 4, "code/web": 2, "code/web/css": 0, "code/sql": 0,
        "code/web/html": 0,
    }  # fmt: skip


def test_numbers_are_those_of_the_findings(evidence):
    """A row holds what was found of each competitor there, in percentage points."""
    found = evidence.findings()
    both = branch(evidence, ["ant", "cat"], depth=9)
    assert both.unit.name == "percentage points" and len(both) == 6
    for row, key in enumerate(both.keys):
        at = evidence.taxonomy.position(key)
        for column, name in enumerate(("ant", "cat")):
            k = evidence.position(name)
            assert both.verdict[row, column] == found.verdict[at, k]
            assert both.items[row, column] == found.items[at, k]
            for ours, theirs in (
                (both.effect, found.effect), (both.low, found.low), (both.high, found.high),
            ):  # fmt: skip
                np.testing.assert_allclose(ours[row, column], 100 * theirs[at, k])
    law = both.keys.index("law")
    assert both.verdict[law].tolist() == ["confirmed", "confirmed"]
    assert both.direction[law].tolist() == [1, -1]


def test_where_there_is_nothing_to_compare_with_nothing_is_said(evidence):
    """The root holds all results: no effect, no estimate, no direction."""
    top = branch(evidence, "ant", depth=0)
    assert math.isnan(top.effect[0, 0]) and math.isnan(top.estimate[0, 0])
    assert top.direction[0, 0] == 0 and top.node_items[0] == 180


def test_the_branch_sums_up_all_that_lies_below(evidence):
    """Sentences count what is closed too, name the branch, and set two against each other."""
    whole = branch(evidence, "ant", depth=0).sentences
    assert whole[0].startswith("ant has 2 confirmed strengths, 3 confirmed weaknesses")
    law, tax = (branch(evidence, "ant", under=key) for key in ("law", "law/tax"))
    assert law.sentences[0].startswith("In law, ant has 1 confirmed strength, no confirmed")
    assert tax.sentences[0].startswith("In law/tax, ant has 1 confirmed strength, no confirmed")
    assert law.trail == ("", "law") and law.under == "law"
    two = branch(evidence, ["ant", "cat"]).sentences
    assert len(two) == 3
    assert two[2].endswith("one of ant and cat is strong and the other weak.")


def test_only_findings_are_shown_with_what_leads_to_them(evidence):
    """Of verdicts that are asked for, all and nothing else are hits."""
    some = branch(evidence, "ant", verdicts=["confirmed"], order="effect")
    hits = {key for key, hit in zip(some.keys, some.rows.hit, strict=True) if hit}
    found = evidence.findings()
    k = evidence.position("ant")
    confirmed = np.flatnonzero(found.verdict[:, k] == "confirmed")
    assert hits == {evidence.taxonomy.keys[at] for at in confirmed}
    both = branch(evidence, "ant", verdicts=["confirmed"], search="tax")
    assert both.keys == ("", "law", "law/tax")


def test_siblings_by_their_difference(evidence):
    """The largest gap between two competitors comes first."""
    rows = branch(evidence, ["ant", "cat"], order="difference")
    gap = np.abs(rows.estimate[1:, 0] - rows.estimate[1:, 1])
    assert set(rows.keys[1:]) == {"law", "code"} and (np.diff(gap) <= 1e-9).all()


def test_swapping_competitors_swaps_columns(evidence):
    """Nothing depends on who is named first."""
    one, other = (branch(evidence, names, depth=9) for names in (["ant", "cat"], ["cat", "ant"]))
    np.testing.assert_array_equal(one.estimate, other.estimate[:, ::-1])
    assert one.keys == other.keys and one.scale == other.scale


def test_custom_capabilities_are_marked_and_can_be_left_out(evidence):
    """They lie below the root, and areas leave them out."""
    tree = evidence.taxonomy
    made = Taxonomy(
        keys=(*tree.keys, "custom/mine"),
        names=(*tree.names, "mine"),
        parent=np.append(tree.parent, 0),
        items=tree.items,
        tag_item=np.append(tree.tag_item, np.arange(40)),
        tag_node=np.append(tree.tag_node, np.full(40, len(tree))),
        custom=frozenset({"custom/mine"}),
    )
    held = evidence.with_taxonomy(made)
    with_it = branch(held, "ant")
    assert dict(zip(with_it.keys, with_it.custom, strict=True))["custom/mine"]
    assert with_it.custom.sum() == 1
    assert "custom/mine" not in branch(held, "ant", custom=False).keys
    assert "custom/mine" not in branch(held, "ant", custom=False, search="mine").keys


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"competitors": []}, "one or two different competitors"),
        ({"competitors": ["ant", "ant"]}, "one or two different competitors"),
        ({"competitors": ["ant", "bee", "cat"]}, "not 3"),
        ({"depth": -1}, "0 or more, not -1"),
        ({"order": "size"}, "tree, items, effect, difference; not 'size'"),
        ({"order": "difference"}, "name a second one"),
        ({"verdicts": ["sure"]}, "not 'sure'"),
    ],
)
def test_what_cannot_be_asked_is_said(evidence, settings, words):
    """Each wrong argument is named, with what was expected."""
    with pytest.raises(InputError, match=words):
        branch(evidence, **{"competitors": "ant", **settings})


def test_an_unknown_name_is_named(evidence):
    """Neither a competitor nor a capability is guessed."""
    with pytest.raises(SelectionError, match="'dog'"):
        branch(evidence, "dog")
    with pytest.raises(SelectionError, match="'cooking'"):
        branch(evidence, "ant", under="cooking")


def test_json_holds_no_number_that_is_none(evidence):
    """Unknown numbers are null; rows and cells have the fields of the document."""
    found = branch(evidence, ["ant", "bee"], depth=9)
    held = json.loads(as_json(found))
    assert held["rows"][0]["cells"][0]["effect"] is None
    assert [row["level"] for row in held["rows"]] == found.rows.level.tolist()
    document = (Path(__file__).parents[2] / "docs" / "json-tree.md").read_text(encoding="utf-8")
    for part in (held, held["rows"][0], held["rows"][0]["cells"][0]):
        for field in set(part) - {"kind"}:
            assert f"`{field}`" in document, field


def test_the_table_indents_names_and_marks_verdicts(evidence):
    """Names stand at the end of a line, as they may be long; numbers have real minus signs."""
    header, rows = table(branch(evidence, "ant", depth=9))
    assert header == ["items", "ant", "raw", "interval", "own", "capability"]
    law = next(row for row in rows if row[-1] == "· law")
    assert law[0] == 60 and law[1].startswith("+") and law[1].endswith("*")
    code = next(row for row in rows if row[-1] == "· code")
    assert code[1].startswith("−")
    two, listed = table(branch(evidence, ["ant", "cat"], depth=0))
    assert two == ["items", "ant", "cat", "capability"] and listed[0][-1] == "everything"


@pytest.fixture(scope="module")
def real(datasets: Path) -> Callable[..., Branch]:
    """The tree of 6,039 nodes, laid out without a database."""
    taxonomy, won = wildchat.read(datasets)
    pairs = wildchat.item_pairs(won)
    found = find(pairs.beyond_own_level(np.zeros(2)), taxonomy, FindingSettings())

    class Log(CapabilityEvidence):
        """Evidence that was never in a database."""

        def __init__(self) -> None:
            pass

        competitors = ("first", "second")  # type: ignore[assignment]

        def unit(self, question, values="auto"):
            return CapabilityEvidence.unit(self, question, "wins")

    return lambda *names, **how: branch_of(Log(), found, names, **how)


def test_a_tree_of_thousands_of_nodes_opens_at_once(real):
    """All nodes are rows where all are open; what is shown never holds more than was asked for."""
    whole = real("first", depth=99)
    assert len(whole) == 6039 and whole.rows.level.max() == 18
    areas = real("first", "second", depth=3, order="items", most=400)
    assert len(areas) <= 400 and areas.rows.level.max() == 3
    some = real("first", verdicts=("confirmed",))
    assert 40 <= some.rows.hit.sum() <= 200
    assert set(some.verdict[some.rows.hit, 0]) == {"confirmed"}


def test_two_mirrored_competitors_part_everywhere(real):
    """Where only two have met, a strength of one is a weakness of the other."""
    both = real("first", "second", depth=99)
    known = ~np.isnan(both.estimate[:, 0])
    np.testing.assert_allclose(both.estimate[known, 0], -both.estimate[known, 1], atol=1e-9)
    assert (both.direction[:, 0] == -both.direction[:, 1]).all()


def test_comparisons_are_read_where_evidence_is_not_given(evidence):
    """The first argument may be a selection of a log."""
    comparisons = evidence.comparisons
    assert isinstance(comparisons, Comparisons)
    assert branch(comparisons, "ant").keys == branch(evidence, "ant").keys

"""Taxonomies from paths, tables and nested files; roll-up, rules and edits."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.errors import InputError, SelectionError
from ranking.taxonomies.edits import (
    CustomCapability,
    collapsed,
    merged,
    moved,
    renamed,
    tidied,
)
from ranking.taxonomies.taxonomy import Taxonomy

# Two facets; item 0 has two tags in one of them, item 4 none.
TAGS = [
    (0, "skill/code/Python"),
    (0, "skill/code/SQL"),
    (0, "domain/Sports"),
    (1, "skill/code/Python"),
    (2, "skill/prose"),
    (2, "domain/Sports"),
    (3, "skill/Sports"),
]


def tree() -> Taxonomy:
    return Taxonomy.from_paths(TAGS, 5)


def sizes(taxonomy):
    return dict(zip(taxonomy.keys, taxonomy.sizes.tolist(), strict=True))


def test_a_parent_counts_an_item_of_several_children_once() -> None:
    """Item 0 is tagged Python and SQL: code holds two items, not three."""
    assert sizes(tree()) == {
        "": 4, "skill": 4, "skill/code": 2, "skill/code/Python": 2, "skill/code/SQL": 1,
        "domain": 2, "domain/Sports": 2, "skill/prose": 1, "skill/Sports": 1,
    }  # fmt: skip


def test_names_may_repeat_and_keys_tell_them_apart() -> None:
    """Sports occurs in two facets; each is found by its path, and knows it."""
    taxonomy = tree()
    assert taxonomy.names.count("Sports") == 2
    assert taxonomy.path(taxonomy.position("domain/Sports")) == ("domain", "Sports")
    assert taxonomy.items_of(["skill/Sports"]).tolist() == [3]
    with pytest.raises(SelectionError, match="no capability 'Sports'"):
        taxonomy.position("Sports")


def test_a_custom_capability_holds_each_item_once() -> None:
    """The items of a set of nodes are those of any of them."""
    own = CustomCapability("tables and sport", ("skill/code/SQL", "skill/code", "domain/Sports"))
    assert tree().items_of(own.nodes).tolist() == [0, 1, 2]
    with pytest.raises(InputError, match="at least one node"):
        CustomCapability("nothing", ())


def test_tables_and_nested_files_give_the_same_tree() -> None:
    """Nodes in any order with parents by id; nested mappings with items as leaves."""
    nodes = [("c", "b", "C"), ("a", "", "A"), ("b", "a", "B"), ("d", "a", "D")]
    table = Taxonomy.from_nodes(nodes, [(0, "c"), (1, "d"), (2, "b")], 3)
    nested = Taxonomy.from_nested(
        {
            "description": "A",
            "subtrees": {
                "0": {"description": "B", "subtrees": [{"description": "C", "subtrees": 0}, 2]},
                "1": {"description": "D", "subtrees": [1]},
            },
        },
        3,
    )
    assert sorted(table.names) == sorted(nested.names) == ["A", "B", "C", "D"]
    by_name = [dict(zip(one.names, one.sizes.tolist(), strict=True)) for one in (table, nested)]
    assert by_name[0] == by_name[1] == {"A": 3, "B": 2, "C": 1, "D": 1}
    assert nested.keys[nested.names.index("C")] == "0/0"
    forest = Taxonomy.from_nodes([("a", "", "A"), ("b", "", "B")], [(0, "a")], 1)
    assert forest.keys == ("", "a", "b")


@pytest.mark.parametrize(
    ("nodes", "tags", "sentence"),
    [
        ([("a", "", "A"), ("a", "", "B")], [], "occurs more than once"),
        ([("a", "", "A"), ("b", "x", "B")], [], "unknown parent 'x'"),
        ([("a", "", "A"), ("b", "c", "B"), ("c", "b", "C")], [], "circle"),
        ([("a", "", "A")], [(0, "z")], "unknown capability 'z'"),
        ([("a", "", "A")], [(7, "a")], "must lie in 0 to 0"),
    ],
)
def test_broken_tables_are_refused_in_words(nodes, tags, sentence) -> None:
    """Repeated ids, unknown parents, circles, unknown tags and items are errors."""
    with pytest.raises(InputError, match=sentence):
        Taxonomy.from_nodes(nodes, tags, 1)


def test_a_nested_file_without_nodes_is_refused() -> None:
    """A leaf that is neither an item nor a node is an error."""
    with pytest.raises(InputError, match="must hold"):
        Taxonomy.from_nested({"description": "A", "subtrees": ["text"]}, 1)


def test_tidying_caps_depth_drops_small_nodes_and_collapses_chains() -> None:
    """Items of what goes stay with its nearest ancestor."""
    assert set(tidied(tree(), depth=2).keys) == {
        "", "skill/code", "domain/Sports", "skill/prose", "skill/Sports", "skill",
    }  # fmt: skip
    assert sizes(tidied(tree(), smallest=2)) == {
        "": 4, "skill": 4, "skill/code/Python": 2, "domain/Sports": 2,
    }  # fmt: skip
    chain = Taxonomy.from_paths([(0, "a/b/c"), (1, "a/b/c/d")], 2)
    assert sizes(collapsed(chain)) == {"": 2, "a/b/c": 2, "a/b/c/d": 1}


def test_renaming_keeps_the_key() -> None:
    """A renamed node is still found where it was."""
    taxonomy = renamed(tree(), "skill/code", "Programming")
    assert taxonomy.path(taxonomy.position("skill/code/SQL")) == ("skill", "Programming", "SQL")


def test_moving_takes_all_below_along() -> None:
    """Code under domain: its items count there now; nothing can be moved below itself."""
    taxonomy = moved(tree(), "skill/code", "domain")
    assert sizes(taxonomy)["domain"] == 3 and sizes(taxonomy)["skill"] == 2
    assert (taxonomy.parent[1:] < np.arange(1, len(taxonomy))).all()
    with pytest.raises(InputError, match="lies below"):
        moved(tree(), "skill", "skill/code/SQL")
    with pytest.raises(InputError, match="root"):
        moved(tree(), "", "skill")


def test_merging_joins_tags_and_children() -> None:
    """Two nodes become the first of them; an item of both counts once."""
    taxonomy = merged(tree(), ["skill/Sports", "domain/Sports"])
    assert sizes(taxonomy)["skill/Sports"] == 3 and "domain/Sports" not in taxonomy.keys
    assert sizes(taxonomy)["domain"] == 0
    with pytest.raises(InputError, match="cannot be merged"):
        merged(tree(), ["skill", "skill/code"])


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.lists(st.sampled_from("abc"), max_size=4).map("/".join)),
        max_size=30,
    ),
    st.integers(0, 4),
    st.integers(0, 3),
)
def test_no_rule_loses_an_item(tags, depth, smallest) -> None:
    """Whatever is tidied, the root holds the same items and every kept node no fewer."""
    before = Taxonomy.from_paths(tags, 10)
    after = tidied(before, depth=depth, smallest=smallest)
    assert after.sizes[0] == before.sizes[0] == len({item for item, _ in tags})
    was = sizes(before)
    assert all(size >= was[key] for key, size in sizes(after).items())
    assert after.depth.max() <= depth
    assert (after.parent[1:] < np.arange(1, len(after))).all()

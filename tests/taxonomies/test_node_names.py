"""Finding nodes by what people call them, whatever their names hold."""

import numpy as np
import pytest

from ranking.errors import InputError, SelectionError
from ranking.store.capabilities import ItemTags
from ranking.taxonomies.levels import level_below, log_taxonomy
from ranking.taxonomies.node_names import key_of
from ranking.taxonomies.taxonomy import Taxonomy
from ranking.wording import one_line, shortened

NODES = [
    ("1", "", "C++/CLI"), ("2", "1", "x > y"), ("3", "1", ">"), ("4", "2", "a/b/c"),
    ("5", "", "Writing"), ("6", "5", "plain"), ("7", "1", "plain"),
]  # fmt: skip


@pytest.fixture
def taxonomy():
    return Taxonomy.from_nodes(NODES, [(0, "4"), (1, "6"), (2, "7"), (3, "3")], 4)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("4", "4"), ("C++/CLI", "1"), ("C++/CLI/x > y", "2"), ("C++/CLI > x > y", "2"),
        ("C++/CLI / x > y / a/b/c", "4"), ("a/b/c", "4"), (">", "3"), ("C++/CLI/>", "3"),
        ("writing", "5"), ("Writing/plain", "6"), (" Writing > plain ", "6"), ("", ""), ("/", ""),
        ("/Writing/", "5"), ("> Writing", "5"),
    ],
)  # fmt: skip
def test_names_may_hold_separators(taxonomy, text, key) -> None:
    """A path is found by its key, by names joined with slashes or ">", and by a single name."""
    assert key_of(taxonomy, text) == key


def test_every_node_is_found_by_its_own_path(taxonomy) -> None:
    """Joined with either separator."""
    for at in range(1, len(taxonomy)):
        for separator in ("/", " > ", ">"):
            assert key_of(taxonomy, separator.join(taxonomy.path(at))) == taxonomy.keys[at]


def test_what_is_not_there_is_told_with_what_comes_close_once(taxonomy) -> None:
    """A name that several have is asked for by key."""
    with pytest.raises(SelectionError, match=r"2 capabilities called 'plain'.*'7', '6'"):
        key_of(taxonomy, "plain")
    paths = Taxonomy.from_paths([(0, "law"), (1, "code")], 2)
    with pytest.raises(SelectionError, match=r"Did you mean 'law'\?$"):
        key_of(paths, "lwa")


def test_below_a_leaf_there_is_nothing(taxonomy) -> None:
    """The message names the capability as people do."""
    with pytest.raises(InputError, match="no capabilities below 'a/b/c'"):
        level_below(taxonomy, "4")


def test_tags_of_a_log_count_at_the_hundredth_level_at_most() -> None:
    """A tag of very many levels costs no more than one of a hundred."""
    none = np.empty(0, np.int64)
    paths = (tuple("a" * 20_000), ("law",))
    tags = ItemTags(("p", "q"), none, paths, np.array([0, 1]), np.array([0, 1]))
    tree = log_taxonomy(tags)
    assert int(tree.depth.max()) == 100
    assert tree.sizes[tree.position("/".join("a" * 100))] == tree.sizes[tree.position("law")] == 1


def test_what_is_printed_keeps_to_its_line_and_column() -> None:
    """No control character, nothing that turns the direction of a line; long names are cut."""
    assert one_line("a\x1b[31m\u202eb\u2066c\nd") == "a [31mbc d"
    assert shortened("x" * 80) == "x" * 80
    assert shortened(f"{'x' * 79} y") == f"{'x' * 79}…"

"""Taxonomies of their own files: shapes that are read, faults that are named, the way back."""

import csv
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.errors import InputError
from ranking.taxonomies.faults import TaxonomyFileError
from ranking.taxonomies.files import read_taxonomy
from ranking.taxonomies.nested import looks_nested, read_nested
from ranking.taxonomies.taxonomy import Taxonomy

NODES = "node_id,parent_id,capability\n7,,all\n8,7,code\n9,8,Python\n10,7,prose\n"
ITEMS = "item_id,leaf_node_id\np1,9\np2,8\np3,10\np1,10\n"
HELD = {"all": 3, "code": 2, "Python": 1, "prose": 2}


@pytest.fixture
def file(tmp_path):
    """Write a file and return its path."""

    def write(name, content):
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return path

    return write


def sizes(found):
    """Distinct items of each node by its name."""
    tree = found.tree
    taxonomy = Taxonomy(
        tree.keys, tree.names, tree.parent, len(tree.item_names), tree.tag_item, tree.tag_node
    )
    return dict(zip(taxonomy.names, taxonomy.sizes.tolist(), strict=True))


def test_tables_of_nodes_and_items_in_any_order(file) -> None:
    """Columns with usual names are found; the top node is the root, whose key is empty."""
    paths = [file("nodes.csv", NODES), file("items.csv", ITEMS)]
    for order in (paths, paths[::-1]):
        found = read_taxonomy(order)
        assert (found.form, sizes(found)) == ("nodes", HELD)
        assert found.tree.keys == ("", "8", "10", "9")
        assert found.columns == {
            "id": "node_id", "parent": "parent_id", "name": "capability",
            "item": "item_id", "node": "leaf_node_id",
        }  # fmt: skip


def test_columns_of_other_names_can_be_stated(file) -> None:
    """Roles name columns of either file; a column or a role that is not there is refused."""
    nodes = file("n.csv", "this,above,what\na,,A\nb,a,B\n")
    items = file("i.csv", "case,at,note\np1,b,x\n")
    roles = {"id": "this", "parent": "above", "name": "what", "item": "case", "node": "at"}
    assert sizes(read_taxonomy([items, nodes], columns=roles)) == {"A": 1, "B": 1}
    with pytest.raises(InputError, match="No file has the column 'there'"):
        read_taxonomy([items, nodes], columns=roles | {"node": "there"})
    with pytest.raises(InputError, match="no role 'child'"):
        read_taxonomy([items, nodes], columns={"child": "at"})
    with pytest.raises(InputError, match="has no column for the items; its columns are"):
        read_taxonomy([items, nodes], columns={k: v for k, v in roles.items() if k != "item"})


def test_parquet_with_whole_numbers_as_floats(tmp_path) -> None:
    """A column of ids with a gap is written as floats; 8.0 is still 8, and nan is no parent."""
    import pandas as pd

    nodes = pd.DataFrame({"id": [7, 8], "parent": [None, 7.0], "name": ["all", "code"]})
    items = pd.DataFrame({"item": ["p1", "p2"], "node": [8.0, None]})
    for name, frame in (("nodes.parquet", nodes), ("items.parquet", items)):
        frame.to_parquet(tmp_path / name)
    found = read_taxonomy([tmp_path / "nodes.parquet", tmp_path / "items.parquet"])
    assert sizes(found) == {"all": 1, "code": 1}
    assert found.without == 1


def test_json_lines_are_tables(file) -> None:
    """One record to a line is a table, a single line too."""
    nodes = file("n.jsonl", '{"id": "a", "parent": "", "name": "A"}\n')
    items = file("i.jsonl", '{"item": "p1", "node": "a"}\n{"item": "p2", "node": "a"}\n')
    assert sizes(read_taxonomy([nodes, items])) == {"A": 2}


def test_a_table_of_paths_makes_its_tree(file) -> None:
    """Levels are separated by / or >; a cell may list several; rows add up."""
    rows = (
        'item,path\np1,code/Python\np1,prose\np2,code > SQL\np3,"[""code/SQL"", ""prose""]"\np4,\n'
    )
    found = read_taxonomy([file("tags.csv", rows)])
    assert found.form == "paths"
    assert sizes(found) == {"": 3, "code": 3, "Python": 1, "prose": 2, "SQL": 2}
    assert "code/SQL" in found.tree.keys
    assert found.without == 1


def test_a_nested_tree_whose_leaves_are_items(file) -> None:
    """A node whose children are one item is that item; lists, labels and both kinds of leaf."""
    tree = {
        "description": "all",
        "subtrees": {
            "0": {
                "description": "code",
                "subtrees": [{"description": "an item", "subtrees": 4}, 2],
            },
            "1": {"description": "prose", "subtrees": {"a": 1, "b": {"subtrees": "p9"}}},
        },
    }
    found = read_taxonomy([file("tree.json", tree)])
    assert (found.form, sizes(found)) == ("nested", {"all": 4, "code": 2, "prose": 2})
    assert found.tree.item_names == ("1", "2", "4", "p9")
    assert found.tree.keys == ("", "0", "1")


def test_a_nested_tree_may_be_compressed(tmp_path) -> None:
    """What a file is, its content says."""
    path = tmp_path / "tree.json.gz"
    with gzip.open(path, "wt") as packed:
        json.dump({"name": "all", "children": [{"name": "a", "items": ["p1"]}]}, packed)
    assert sizes(read_taxonomy([path])) == {"all": 1, "a": 1}


def test_names_within_names_take_paths_of_items(file) -> None:
    """Names repeat in branches, so that the path counts; dots and a leading root do too."""
    tree = file("tree.json", {"coding": {"Sports": {}, "Python": {}}, "prose": {"Sports": {}}})
    rows = "item,path\np1,coding/Sports\np2,root.prose.Sports\np3,prose > Sports\np4,coding\n"
    found = read_taxonomy([tree, file("items.csv", rows)])
    keys = [found.tree.keys[at] for at in found.tree.tag_node]
    assert keys == ["coding/Sports", "prose/Sports", "prose/Sports", "coding"]
    with pytest.raises(InputError, match="names no items"):
        read_taxonomy([tree])


@pytest.mark.parametrize(
    ("nodes", "items", "sentences"),
    [
        ("9,8,Python", "p1,9", ["nodes.csv, line 6, column 'node_id' ('9'): This id occurs in l"]),
        ("11,99,x", "p1,9", ["nodes.csv, line 6, column 'parent_id' ('99'): There is no node"]),
        ("11,12,x\n12,11,y", "p1,9", ["line 6, column 'parent_id' ('12'): The parents run in"]),
        ("11,11,x", "p1,9", ["line 6, column 'parent_id' ('11'): The parents run in a circle"]),
        (",7,x", "p1,9", ["line 6, column 'node_id': A node needs an id."]),
        ("11,7", "p1,9", ["nodes.csv, line 6 ('11,7'): Too few columns"]),
        ("11,7,x", "p9,55\np8,56", ["items.csv, line 6, column 'leaf_node_id' ('55'): No node",
                                    "line 7"]),
        ("11,7,x", ",9", ["items.csv, line 6, column 'item_id': This row names no item."]),
    ],
)  # fmt: skip
def test_every_fault_is_named_and_nothing_is_read(file, nodes, items, sentences) -> None:
    """File, line, column and value of each, in the message and as data."""
    paths = [file("nodes.csv", NODES + nodes + "\n"), file("items.csv", ITEMS + items + "\n")]
    with pytest.raises(TaxonomyFileError) as error:
        read_taxonomy(paths)
    for sentence in sentences:
        assert sentence in str(error.value)
    assert len(error.value.faults) == len(sentences)
    assert str(error.value).startswith("Nothing was stored.")


def test_many_faults_are_counted(file) -> None:
    """The message shows three; `faults` has all."""
    items = "item,node\n" + "".join(f"p{n},x{n}\n" for n in range(50))
    with pytest.raises(TaxonomyFileError, match="and 47 more like these") as error:
        read_taxonomy([file("nodes.csv", NODES), file("items.csv", items)])
    assert len(error.value.faults) == 50


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ('{"subtrees": [\n{"name": "a"', "line 2, character 13: This is not valid JSON"),
        ('{"subtrees": [1.5]}', r"t.json, node 0 \('1.5'\): A part of a tree must be"),
        ('{"subtrees": 5,\n"name": "a"}', r"t.json, the root \('5'\): Its children must be a list"),
        ('{"children": [{"name": "a", "items": [true]}]}', "An item must be a name or a number"),
        ('{"children": [{"name": "a", "items": "p1"}]}', '"items" must be a list'),
        ('{"a": {"b": {}, "b": {}}}', "'b': This name occurs twice"),
        ('{"a": {"b": ["p1"]}}', r"node a/b .*Names within names end in"),
        ('{"a": {" ": {}}}', "Names of the same level must differ"),
        ('{"subtrees": ' + "[" * 100_000, "nested too deeply"),
        ('{"name": "a", "children": []}', "tags no item"),
    ],
)  # fmt: skip
def test_broken_nested_files_are_refused_in_words(file, text, sentence) -> None:
    """Where the fault is: a line for what is no JSON, else the place in the tree."""
    with pytest.raises(InputError, match=sentence):
        read_taxonomy([file("t.json", text)])


def test_files_that_make_no_taxonomy_are_refused(file) -> None:
    """Two tables of items; a table of nodes alone; a tree with items and a table; three files."""
    nodes, items = file("nodes.csv", NODES), file("items.csv", ITEMS)
    tree = file("t.json", {"subtrees": [{"name": "a", "subtrees": [1]}]})
    for paths, sentence in (
        ([items, file("other.csv", ITEMS)], "do not make one taxonomy"),
        ([nodes], "names no items"),
        ([tree, items], "names its items itself"),
        ([tree, nodes], "do not make one taxonomy"),
        ([nodes, items, items], "not from 3"),
        ([file("empty.csv", "")], "is empty"),
        ([file("gone.csv", "x").with_name("nowhere.csv")], "no file nowhere.csv"),
    ):
        with pytest.raises(InputError, match=sentence):
            read_taxonomy(paths)


def test_hostile_names_are_only_names(file) -> None:
    """Quotes, tags, formulas and statements come through as they are."""
    name = "'); DROP TABLE arenas; -- <script>$x$ =1+1"
    rows = [["id", "parent", "name"], ["a", "", "top"], [name, "a", name]]
    with (path := file("nodes.csv", "")).open("w", newline="") as out:
        csv.writer(out).writerows(rows)
    with (items := file("items.csv", "")).open("w", newline="") as out:
        csv.writer(out).writerows([["item", "node"], [name, name]])
    found = read_taxonomy([path, items])
    assert found.tree.keys == ("", name) and found.tree.item_names == (name,)


_names = st.text("ab/ .", min_size=1, max_size=3)
_trees = st.recursive(
    st.integers(0, 9),
    lambda inner: st.fixed_dictionaries({"name": _names, "children": st.lists(inner, max_size=3)}),
    max_leaves=12,
)


@given(st.lists(_trees, max_size=3))
def test_any_nested_tree_is_read_as_its_own_walk_says(parts) -> None:
    """Nodes and tags are those of a plain recursion, whatever the names are."""

    def walk(node):
        nodes, items = 0, []
        for part in node["children"]:
            if isinstance(part, int):
                items.append(str(part))
            else:
                inner = walk(part)
                nodes += 1 + inner[0]
                items += inner[1]
        return nodes, items

    document = {"name": "all", "children": parts}
    text = json.dumps(document, indent=1)
    assert looks_nested(text)
    found = read_nested(text, "t.json")
    nodes, items = walk(document)
    assert len({key for key, _, _ in found.nodes}) == len(found.nodes) == nodes + 1
    assert sorted(item for item, _ in found.tags) == sorted(items)


def test_the_published_tree_of_prompts(datasets) -> None:
    """6,039 nodes over 10,000 prompts, from two tables; sizes are those that the file states."""
    folder = datasets / "wildchat_capabilities"
    found = read_taxonomy([folder / "nodes.csv", folder / "items.csv"])
    assert (len(found.tree.keys), len(found.tree.item_names)) == (6039, 10_000)
    tree = found.tree
    taxonomy = Taxonomy(tree.keys, tree.names, tree.parent, 10_000, tree.tag_item, tree.tag_node)
    with (folder / "nodes.csv").open(encoding="utf-8") as file:
        stated = {row["node_id"]: int(row["n_items"]) for row in csv.DictReader(file)}
    stated[""] = stated.pop("0")
    assert dict(zip(taxonomy.keys, taxonomy.sizes.tolist(), strict=True)) == stated


def test_the_published_tree_of_mathematics(datasets) -> None:
    """5,000 items in 2,963 inner nodes, from nested JSON whose leaves are items."""
    found = read_taxonomy([datasets / "math_capabilities" / "tree_full.json"])
    assert (found.form, len(found.tree.keys), len(found.tree.item_names)) == ("nested", 2963, 5000)


def test_labels_that_differ_in_slashes_alone_are_nodes_of_their_own(file) -> None:
    """Keys hold no slash of a label, and stay apart all the same; an empty label is a node too."""
    labels = {"b/c": ["p1"], "b c": ["p2"], " b c ": ["p3"], "": ["p4"]}
    tree = {"description": "all", "subtrees": {k: {"subtrees": v} for k, v in labels.items()}}
    found = read_taxonomy([file("tree.json", tree)]).tree
    assert len(found.keys) == len(set(found.keys)) == 5
    assert sorted(found.tag_node.tolist()) == [1, 2, 3, 4]


def test_a_number_of_thousands_of_digits_is_a_fault(file) -> None:
    """Python reads none that long; the file is named."""
    with pytest.raises(TaxonomyFileError, match=r"tree\.json.*too many digits"):
        read_taxonomy([file("tree.json", '{"name": "all", "children": [' + "9" * 5000 + "]}")])


def test_halves_of_characters_can_be_stored(file) -> None:
    """JSON can spell them, in names, items and labels; no database takes them."""
    text = r'{"name": "\ud800", "children": {"\ud801": {"children": ["\ud802"]}}}'
    found = read_taxonomy([file("tree.json", text)]).tree
    for name in (*found.keys, *found.names, *found.item_names):
        assert name.encode() is not None
    assert found.item_names == ("?",)


def test_a_path_that_names_nothing_is_no_tag(file) -> None:
    """Its row counts as one without a capability."""
    found = read_taxonomy([file("paths.csv", "item,path\np1,/\np2, > / \np3,a > b/c\n")])
    assert (found.without, found.tree.item_names) == (2, ("p3",))
    assert found.tree.keys == ("", "a", "a/b", "a/b/c")
    with pytest.raises(InputError, match="no item"):
        read_taxonomy([file("none.csv", "item,path\np1,/\n")])


def test_how_deep_a_taxonomy_may_be(file) -> None:
    """100 levels; beyond them a path is a fault of its line, and a tree of its file."""
    levels = [f"n{at}" for at in range(101)]
    assert len(read_taxonomy([file("a.csv", f"item,path\np1,{'/'.join(levels[1:])}\n")]).tree.keys)
    with pytest.raises(TaxonomyFileError, match=r"b\.csv, line 2, column 'path'.*100 levels"):
        read_taxonomy([file("b.csv", f"item,path\np1,{'/'.join(levels)}\n")])
    rows = "".join(f"{at},{at - 1 if at else ''},n\n" for at in range(150))
    with pytest.raises(InputError, match="149 levels"):
        read_taxonomy(
            [file("c.csv", f"id,parent,name\n{rows}"), file("d.csv", "item,node\np1,149\n")]
        )


def test_a_file_of_one_column_is_refused_in_its_own_terms(file) -> None:
    """It is no log: nothing is said of competitors."""
    with pytest.raises(InputError, match="only one column") as refused:
        read_taxonomy([file("one.csv", "item\np1\n")])
    assert "competitor" not in str(refused.value)

"""Stored taxonomies beside a log: what they survive, what edits and saved sets do to evidence."""

import csv
import shutil
from pathlib import Path

import duckdb
import numpy as np
import pytest

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.comparisons import Comparisons
from ranking.errors import InputError, SelectionError
from ranking.ingest import import_file
from ranking.store import Store, arena, delete_arena, describe_arena, imports, undo_import
from ranking.store.migrations import MIGRATIONS, migrate
from ranking.taxonomies import stored
from ranking.taxonomies.export import as_csv, as_json
from ranking.taxonomies.files import read_taxonomy
from ranking.taxonomies.importing import import_taxonomy, match_items
from ranking.taxonomies.journal import Merge, Move, Rename, Tidy, from_json, to_json
from ranking.taxonomies.levels import level_below
from ranking.taxonomies.sources import Source, edited_taxonomy, sources
from ranking.taxonomies.taxonomy import Taxonomy

PATHS = ("code/sql", "code/web", "law")
TABLES = (
    "taxonomies", "taxonomy_nodes", "taxonomy_tags", "taxonomy_edits", "custom_capabilities",
)  # fmt: skip


def battles(items=30, start=0, tagged=True):
    """Rows about items p0, p1, ... that are code/sql, code/web and law in turn."""
    rows = [["model_a", "model_b", "winner", "prompt_id", "capability", "lang"]]
    for n in range(start, start + items):
        tag = PATHS[n % 3] if tagged else ""
        rows += [
            ["ant", "bee", won, f"p{n}", tag, ("en", "de")[n % 2]] for won in ("model_a", "tie")
        ]
    return rows


def written(path, rows):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return path


@pytest.fixture
def write(tmp_path):
    return lambda name, rows: written(tmp_path / name, rows)


@pytest.fixture(scope="module")
def imported(tmp_path_factory) -> Path:
    """A database with the arena zoo, with tags, and bare, without."""
    folder = tmp_path_factory.mktemp("imported")
    store = Store(folder / "podium.duckdb")
    import_file(store, written(folder / "zoo.csv", battles()), arena="zoo")
    import_file(store, written(folder / "bare.csv", battles(tagged=False)), arena="bare")
    return store.path


@pytest.fixture
def store(tmp_path, imported) -> Store:
    """A copy of it."""
    return Store(shutil.copyfile(imported, tmp_path / "podium.duckdb"))


def tree(items=30):
    """Halves of the items, and quarters of the first half, over items p0, p1, ..."""
    tags = [(n, "low/even" if n % 2 else "low/odd") if n < items / 2 else (n, "high")
            for n in range(items)]  # fmt: skip
    return Taxonomy.from_paths(tags, items), [f"p{n}" for n in range(items)]


def halves(store, where="bare", name="halves", **settings):
    taxonomy, names = tree()
    return stored.store_taxonomy(
        store, where, name, taxonomy, names, kind="imported", origin="a.json", **settings
    )


def evidence(store, where="zoo", *filters, **settings):
    return CapabilityEvidence.of(Comparisons.of(store, where).where(*filters), **settings)


def sizes(taxonomy):
    return dict(zip(taxonomy.keys, taxonomy.sizes.tolist(), strict=True))


def version(store, where="zoo"):
    return arena(store, where).version


def test_auto_takes_tags_then_the_oldest_taxonomy_then_says_what_to_do(store) -> None:
    """A log's own capabilities come first; without any, what was stored first."""
    with pytest.raises(InputError, match=r"podium taxonomy import.*podium taxonomy propose.*lang"):
        evidence(store, "bare")
    halves(store, name="zebra")
    halves(store, name="alpha")
    assert evidence(store, "bare").source == Source("zebra", "zebra (imported)", "imported")
    halves(store, "zoo")
    held = evidence(store)
    assert (held.source.name, held.source.kind, held.facets) == (
        "capability", "tags", ("capability",),
    )  # fmt: skip
    assert [one.name for one in sources(store, "zoo")] == ["capability", "halves", "lang"]
    assert evidence(store, source="lang").source.kind == "field"
    with pytest.raises(SelectionError, match=r"no field 'x' .*: capability, halves, lang"):
        evidence(store, source="x")
    with pytest.raises(InputError, match="not both"):
        evidence(store, source="lang", facets=("lang",))


def test_a_stored_taxonomy_gives_what_the_same_tree_gives_by_hand(store) -> None:
    """Findings and ratings over a stored tree are those over the tree itself."""
    halves(store, "zoo")
    found = evidence(store, source="halves")
    plain = evidence(store, facets=())
    tags = [(plain.log.names.index(f"p{n}"), path) for n, path in (
        (n, ("low/even" if n % 2 else "low/odd") if n < 15 else "high") for n in range(30)
    )]  # fmt: skip
    by_hand = plain.with_taxonomy(Taxonomy.from_paths(tags, plain.log.items))
    assert sizes(found.taxonomy) == sizes(by_hand.taxonomy)
    at = [by_hand.taxonomy.position(key) for key in found.taxonomy.keys]
    assert np.allclose(found.ratings.contrast, by_hand.ratings.contrast[at])
    assert np.allclose(found.findings().effect, by_hand.findings().effect[at], equal_nan=True)


def test_one_facet_is_a_source(store) -> None:
    """facets= with one name reads the same, edits included; several stay side by side."""
    stored.edit_taxonomy(store, "zoo", Rename("law", "Law"))
    assert evidence(store, facets=("capability",)).taxonomy.names == evidence(store).taxonomy.names
    both = evidence(store, facets=("capability", "lang"))
    assert "capability/law" in both.taxonomy.keys and "Law" not in both.taxonomy.names


def test_a_taxonomy_survives_undo_and_reimport_of_the_log(store, write) -> None:
    """Items are known by their names: what a later file brings finds its place."""
    halves(store, "zoo")
    import_file(store, write("more.csv", battles(9, start=100)), arena="zoo")
    assert sizes(evidence(store, source="halves").taxonomy)[""] == 30
    first = min(one.import_id for one in imports(store, "zoo"))
    undo_import(store, first)
    with pytest.raises(InputError, match="No item of 'zoo' that is selected is in the taxonomy"):
        evidence(store, source="halves")
    import_file(store, write("zoo.csv", battles()), arena="zoo")
    held = evidence(store, source="halves")
    assert sizes(held.taxonomy)[""] == 30 and held.untagged == 9


def test_a_selection_sees_its_part_of_the_edited_tree(store) -> None:
    """Edits are made on the whole arena, so that a selection never changes what they do."""
    halves(store, "zoo")
    stored.edit_taxonomy(store, "zoo", Tidy(smallest=8), source="halves")
    everything = evidence(store, "zoo", source="halves")
    assert set(everything.taxonomy.keys) == {"", "low", "low/odd", "high"}
    part = evidence(store, "zoo", "lang=en", source="halves")  # items with even numbers
    assert set(part.taxonomy.keys) == {"", "low", "low/odd", "high"}
    assert sizes(part.taxonomy)["low/odd"] == 8 and sizes(part.taxonomy)["high"] == 7


def test_edits_of_the_logs_own_capabilities(store) -> None:
    """Rename, move, merge: the same keys, other names and places; the log stays as it was."""
    before = evidence(store).log
    stored.edit_taxonomy(store, "zoo", Rename("code/sql", "Tables"))
    stored.edit_taxonomy(store, "zoo", Move("law", "code"))
    after = stored.edit_taxonomy(store, "zoo", Merge(("code/web", "law")))
    assert sizes(after.taxonomy) == {"": 30, "code": 30, "code/sql": 10, "code/web": 20}
    held = evidence(store)
    assert held.taxonomy.names[held.taxonomy.position("code/sql")] == "Tables"
    assert held.log.paths == before.paths and np.array_equal(held.log.tag_item, before.tag_item)
    assert [from_json(one.edit).said() for one in after.edits] == [
        "rename code/sql to Tables", "move law under code", "merge law into code/web",
    ]  # fmt: skip


def test_undo_takes_back_one_edit_or_the_last(store) -> None:
    """Without an id the last one; with one that one, whatever came after."""
    stored.edit_taxonomy(store, "zoo", Rename("law", "Law"))
    made = stored.edit_taxonomy(store, "zoo", Move("law", "code")).edits
    assert stored.undo_edit(store, "zoo", edit_id=made[0].edit_id).said() == "rename law to Law"
    assert edited_taxonomy(store, "zoo").taxonomy.names == ("", "code", "sql", "web", "law")
    assert isinstance(stored.undo_edit(store, "zoo"), Move)
    with pytest.raises(SelectionError, match="nothing to undo"):
        stored.undo_edit(store, "zoo")
    with pytest.raises(SelectionError, match="no edit 77"):
        stored.undo_edit(store, "zoo", edit_id=77)


def test_an_edit_whose_node_is_gone_is_passed_over_with_a_note(store, write) -> None:
    """A capability that an undone import took along is missed by its edit, and both are named."""
    import_file(
        store, write("new.csv", [battles()[0], ["ant", "bee", "tie", "q1", "art", "en"]]),
        arena="zoo",
    )  # fmt: skip
    stored.edit_taxonomy(store, "zoo", Rename("art", "Fine art"))
    stored.save_capability(store, "zoo", "pictures", ["art"])
    undo_import(store, imports(store, "zoo")[0].import_id)
    first, second = evidence(store).notes
    assert first.startswith("An edit was passed over (rename art to Fine art): There is no")
    assert second == "The custom capability 'pictures' is left out: none of its nodes is there."


@pytest.mark.parametrize(
    ("edit", "error", "sentence"),
    [
        (lambda: Rename("law", "  "), InputError, "needs a name"),
        (lambda: Rename("law", "law"), InputError, "Nothing would change"),
        (lambda: Rename("x", "y"), SelectionError, "no capability 'x'"),
        (lambda: Move("code", "code/sql"), InputError, "lies below"),
        (lambda: Move("law", ""), InputError, "Nothing would change"),
        (lambda: Merge(("law",)), InputError, "two capabilities or more"),
        (lambda: Merge(("code", "code/sql")), InputError, "cannot be merged"),
        (lambda: Tidy(depth=0), InputError, "1 or more"),
    ],
)
def test_edits_that_cannot_be_made_leave_no_trace(store, edit, error, sentence) -> None:
    """One sentence; journal and version stay."""
    before = version(store)
    with pytest.raises(error, match=sentence):
        stored.edit_taxonomy(store, "zoo", edit())
    assert version(store) == before and edited_taxonomy(store, "zoo").edits == ()


def test_edits_come_back_from_json(store) -> None:
    """What is written is what is read."""
    for edit in (Rename('"', "ü"), Move("a", ""), Merge(("a", "b")), Tidy(3, 20), Tidy()):
        assert from_json(to_json(edit)) == edit


def test_custom_capabilities_end_the_top_level(store) -> None:
    """Their keys begin with custom/, an item of several of their nodes counts once."""
    stored.save_capability(store, "zoo", "tables  and law", ["code/sql", "law", "law"])
    held = evidence(store)
    keys = held.taxonomy.keys
    assert keys[-1] == "custom/tables and law" and held.taxonomy.custom == {keys[-1]}
    assert sizes(held.taxonomy) == {
        "": 30, "code": 20, "code/sql": 10, "code/web": 10, "law": 10, "custom/tables and law": 20,
    }  # fmt: skip
    assert [keys[at] for at in level_below(held.taxonomy)] == ["code", "law", keys[-1]]
    assert [keys[at] for at in level_below(held.taxonomy, depth=2)] == ["code/sql", "code/web"]
    assert held.ratings.comparisons[held.taxonomy.position(keys[-1])].tolist() == [20, 20]
    stored.save_capability(store, "zoo", "tables and law", ["law"])
    assert sizes(evidence(store).taxonomy)["custom/tables and law"] == 10
    stored.drop_capability(store, "zoo", "tables and law")
    assert evidence(store).taxonomy.custom == frozenset()


def test_a_common_root_is_passed_over_with_custom_capabilities_too(store) -> None:
    """A set of nodes is no facet: it never hides that all items share a root."""
    taxonomy, names = tree()
    whole = Taxonomy.from_paths(
        [(int(item), f"all/{taxonomy.keys[node]}") for item, node in
         zip(taxonomy.tag_item, taxonomy.tag_node, strict=True)], taxonomy.items
    )  # fmt: skip
    stored.store_taxonomy(store, "bare", "rooted", whole, names, kind="imported")
    stored.save_capability(store, "bare", "odd", ["all/low/odd"])
    held = evidence(store, "bare").taxonomy
    assert [held.keys[at] for at in level_below(held)] == ["all/low", "all/high", "custom/odd"]


def test_a_custom_capability_outlives_edits_of_its_nodes(store) -> None:
    """What was merged away or dropped still stands for the items that it held."""
    stored.save_capability(store, "zoo", "web", ["code/web"])
    stored.edit_taxonomy(store, "zoo", Tidy(depth=1))
    assert sizes(evidence(store).taxonomy)["custom/web"] == 10


@pytest.mark.parametrize(
    ("name", "nodes", "error", "sentence"),
    [
        ("", ["law"], InputError, "needs a name"),
        ("x", [], InputError, "at least one node"),
        ("x", ["nowhere"], SelectionError, "no capability 'nowhere'"),
        ("x", ["custom/web"], InputError, "custom capability itself"),
        ("n" * 201, ["law"], InputError, "1 to 200 printable"),
    ],
)
def test_custom_capabilities_that_cannot_be_saved(store, name, nodes, error, sentence) -> None:
    """One sentence each."""
    stored.save_capability(store, "zoo", "web", ["code/web"])
    with pytest.raises(error, match=sentence):
        stored.save_capability(store, "zoo", name, nodes)
    with pytest.raises(SelectionError, match="there are: 'web'"):
        stored.drop_capability(store, "zoo", "other")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (" ", "needs a name"), ("auto", "another name"), ("capability", "another name"),
        ("lang", "is a field"), ("halves", "already"), ("a\nb", "printable"), ("n" * 201, "200"),
    ],
)  # fmt: skip
def test_names_that_a_taxonomy_cannot_have(store, name, sentence) -> None:
    """Empty, reserved, a field's, taken, not printable, too long."""
    halves(store)
    with pytest.raises(InputError, match=sentence):
        halves(store, name=name)


def test_every_change_moves_the_version(store) -> None:
    """What a dashboard keeps of an arena is keyed by it."""
    seen = [version(store)]
    for change in (
        lambda: halves(store, "zoo"),
        lambda: stored.copy_taxonomy(store, "zoo", "halves", "copy"),
        lambda: stored.edit_taxonomy(store, "zoo", Rename("low", "Low"), source="copy"),
        lambda: stored.undo_edit(store, "zoo", source="copy"),
        lambda: stored.save_capability(store, "zoo", "mine", ["low"], source="copy"),
        lambda: stored.drop_capability(store, "zoo", "mine", source="copy"),
        lambda: stored.delete_taxonomy(store, "zoo", "copy"),
    ):
        change()
        seen.append(version(store))
    assert seen == list(range(seen[0], seen[0] + len(seen)))


def test_a_copy_is_of_the_edited_tree_and_stands_alone(store) -> None:
    """Edits are in the copy, its journal is empty, and deleting one leaves the other."""
    stored.edit_taxonomy(store, "zoo", Tidy(depth=1))
    stored.save_capability(store, "zoo", "mine", ["law"])
    copied = stored.copy_taxonomy(store, "zoo", "capability", "flat")
    assert (copied.kind, copied.origin, copied.nodes) == ("copied", "a copy of capability", 2)
    held = edited_taxonomy(store, "zoo", "flat")
    assert held.edits == () and [one.name for one in held.custom] == ["mine"]
    stored.undo_edit(store, "zoo")
    assert sizes(evidence(store, source="flat").taxonomy) == {
        "": 30, "code": 20, "law": 10, "custom/mine": 10,
    }  # fmt: skip
    stored.delete_taxonomy(store, "zoo", "flat")
    assert [one.name for one in sources(store, "zoo")] == ["capability", "lang"]
    with pytest.raises(SelectionError, match="no stored taxonomy 'flat'; there are: none yet"):
        stored.delete_taxonomy(store, "zoo", "flat")


def test_the_arena_takes_its_taxonomies_along(store) -> None:
    """Renaming keeps them; deleting, and undoing the only import, leaves nothing behind."""
    for where in ("zoo", "bare"):
        halves(store, where)
        stored.edit_taxonomy(store, where, Rename("low", "Low"), source="halves")
        stored.save_capability(store, where, "mine", ["low"], source="halves")
    describe_arena(store, "zoo", new_name="ark")
    assert "custom/mine" in evidence(store, "ark", source="halves").taxonomy.keys
    delete_arena(store, "ark")
    undo_import(store, imports(store, "bare")[0].import_id)
    with store.reading() as connection:
        for table in TABLES:
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_files_are_stored_whole_or_not_at_all(store, write) -> None:
    """What was imported can be listed; unknown items wait for the log; faults store nothing."""
    nodes = write("tree.csv", [["id", "parent", "name"], ["r", "", "All"], ["a", "r", "A"]])
    items = write("items.csv", [["item", "node"], ["p1", "a"], ["p2", "r"], ["later", "a"]])
    done = import_taxonomy(store, "bare", [nodes, items])
    assert (done.stored.name, done.stored.kind, done.stored.origin) == (
        "tree", "imported", "tree.csv and items.csv",
    )  # fmt: skip
    assert (done.match.known, done.match.unknown, done.match.untagged) == (2, 1, 28)
    assert done.match.examples == ("later",)
    assert edited_taxonomy(store, "bare", "tree").unknown == 1
    import_file(
        store, write("more.csv", [battles()[0], ["ant", "bee", "tie", "later", "", "en"]]),
        arena="bare",
    )  # fmt: skip
    assert sizes(evidence(store, "bare").taxonomy) == {"": 3, "a": 2}
    before = version(store, "bare")
    bad = write("bad.csv", [["item", "node"], ["p1", "zz"]])
    with pytest.raises(InputError, match="Nothing was stored"):
        import_taxonomy(store, "bare", [nodes, bad], name="other")
    strange = write("strange.csv", [["item", "path"], ["x1", "a/b"]])
    with pytest.raises(InputError, match=r"None of the 1 items .* matched by their names"):
        import_taxonomy(store, "bare", [strange])
    assert version(store, "bare") == before
    assert [one.source.name for one in stored.overview(store, "bare") if one.source.stored] == [
        "tree"
    ]


def test_an_export_comes_back_whole(store, tmp_path) -> None:
    """Nested JSON of an edited tree gives the same keys, names, places, items and saved sets."""
    halves(store)
    stored.edit_taxonomy(store, "bare", Rename("low", "Löw / deep"), source="halves")
    stored.edit_taxonomy(store, "bare", Move("high", "low"), source="halves")
    stored.save_capability(store, "bare", "mine", ["low/odd", "high"], source="halves")
    before = edited_taxonomy(store, "bare", "halves")
    path = tmp_path / "back.json"
    path.write_text(as_json(before), encoding="utf-8")
    assert match_items(store, "bare", read_taxonomy([path])).known == 30
    import_taxonomy(store, "bare", [path])
    after = edited_taxonomy(store, "bare", "back")
    assert after.taxonomy.names == before.taxonomy.names
    assert after.taxonomy.parent.tolist() == before.taxonomy.parent.tolist()
    assert sizes(after.taxonomy) == sizes(before.taxonomy)
    rows = list(csv.DictReader(as_csv(before).splitlines()))
    assert len(rows) == 30
    assert {"item": "p20", "node": "high", "path": "Löw / deep / high"} in rows


def test_comparisons_without_items_keep_their_places_under_a_selection(store, write) -> None:
    """Each is an item of its own; edits of their tags hold for a selection of them too."""
    rows = [["model_a", "model_b", "winner", "capability", "lang"]]
    rows += [["ant", "bee", "model_a", PATHS[n % 3], ("en", "de")[n % 2]] for n in range(12)]
    import_file(store, write("plain.csv", rows), arena="plain")
    stored.edit_taxonomy(store, "plain", Rename("law", "Law"))
    whole, part = evidence(store, "plain"), evidence(store, "plain", "lang=de")
    assert sizes(whole.taxonomy) == {"": 12, "code": 8, "code/sql": 4, "code/web": 4, "law": 4}
    assert sizes(part.taxonomy) == {"": 6, "code": 4, "code/sql": 2, "code/web": 2, "law": 2}
    at = part.taxonomy.items_of(["law"])
    lines = {part.log.label(int(item)) for item in at}
    assert lines == {"import 3, line 7", "import 3, line 13"}


def test_a_database_of_before_gets_the_tables() -> None:
    """The second migration runs on what the first one left, with its rows in place."""
    connection = duckdb.connect(":memory:")
    name, first = MIGRATIONS[0]
    connection.execute("CREATE TABLE schema_migrations (name VARCHAR, applied_at TIMESTAMP)")
    first(connection)
    connection.execute("INSERT INTO schema_migrations VALUES (?, now()::TIMESTAMP)", [name])
    connection.execute(
        "INSERT INTO arenas VALUES (1, 'old', 'model', '', false, 7, NULL, now()::TIMESTAMP)"
    )
    migrate(connection, file_name="x")
    assert connection.execute("SELECT name, version FROM arenas").fetchall() == [("old", 7)]
    for table in TABLES:
        assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)

"""The taxonomy section of the page about capabilities: tree, edits, files, proposals."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard import capabilities_taxonomy_view, taxonomy_data, taxonomy_edit_view
from ranking.errors import InputError
from ranking.store import Store, arena
from ranking.taxonomies import stored
from ranking.taxonomies.journal import Rename
from ranking.taxonomies.proposal import ProposalSettings
from ranking.taxonomies.sources import edited_taxonomy, sources
from ranking.taxonomies.taxonomy import Taxonomy
from tests.dashboard.conftest import HOSTILE_NAMES, add
from tests.dashboard.test_pages import texts

App = Callable[..., AppTest]
TAGGED = "model_a,model_b,winner,prompt_id,capability\n" + "".join(
    f"ant,bee,{'model_a' if n % 3 else 'model_b'},p{n},{('code/sql', 'code/web', 'law')[n % 3]}\n"
    for n in range(30)
)
NODES = b"id,parent,name\nr,,All\n1,r,Even\n2,r,Odd\n"
ITEMS = b"item,node\n" + b"".join(b"p%d,%d\n" % (n, 1 + n % 2) for n in range(25))


@pytest.fixture
def tagged(store: Store, tmp_path: Path) -> Store:
    """An arena whose log has capabilities."""
    add(store, "tagged", TAGGED, tmp_path)
    return store


@pytest.fixture
def start(app: App):
    """Open the section, of a source by its title where one is named."""

    def opened(**query: object) -> AppTest:
        return fine(app("capabilities", tab="Taxonomy", **query))

    return opened


def fine(test: AppTest) -> AppTest:
    assert not test.exception and not test.error, [each.value for each in test.error]
    return test


def said(test: AppTest) -> str:
    """What the page says, without what keeps names literal."""
    return texts(test).replace("\\", "").replace("\u2060", "")


def rows(test: AppTest) -> dict[str, int]:
    """Names in the tree, with their items."""
    table = next(one.value for one in test.dataframe if "capability" in one.value)
    return {
        str(name).strip(): int(n)
        for name, n in zip(table["capability"], table["items"], strict=True)
    }


def open_form(monkeypatch, name: str, *keys: str) -> None:
    """Have a form drawn in place of the buttons, with rows marked.

    The simulated browser can neither mark rows nor keep a dialog open from run to run.
    """
    form = getattr(taxonomy_edit_view, name).__wrapped__
    marked = [list(keys)] if keys else []
    monkeypatch.setattr(
        taxonomy_edit_view, "actions", lambda arena, held, chosen: form(arena, held, *marked)
    )


def press(test: AppTest, key: str) -> AppTest:
    return test.button(key=key).click().run()


def names(store: Store) -> dict[str, str]:
    tree = edited_taxonomy(store, "tagged").taxonomy
    return dict(zip(tree.keys, tree.names, strict=True))


def test_without_capabilities_both_ways_to_some_are_offered(start, store, tmp_path):
    """A bare log: the conclusion says so, and files and proposals are there."""
    add(store, "bare", "model_a,model_b,winner\nant,bee,model_a\nant,bee,model_b\n", tmp_path)
    test = start()
    assert test.header[0].value == "There are no capabilities here yet."
    assert len(test.file_uploader) == 1 and test.button(key="propose")


def test_the_tree_is_a_table_with_its_conclusion_first(start, tagged):
    """How much of the log it holds; levels and words choose what is listed."""
    test = start()
    assert test.header[0].value == "4 capabilities in 2 levels hold all 30 items."
    assert rows(test) == {"code": 20, "sql": 10, "web": 10, "law": 10}
    test.selectbox(key="levels").set_value(1).run()
    assert rows(test) == {"code": 20, "law": 10}
    assert "2 of 4 capabilities" in said(test)
    test.text_input(key="words").set_value("WEB").run()
    assert rows(fine(test)) == {"web": 10}
    test.text_input(key="words").set_value("nothing").run()
    assert "No capability has these words." in test.info[0].value


def test_nothing_marked_leaves_only_what_is_about_the_whole(start, tagged):
    """Renaming and its like wait for rows."""
    test = start()
    for label in ("Rename", "Move", "Merge", "Save as one"):
        assert test.button(key=f"do-{label}").disabled
    assert not test.button(key="do-tidy").disabled


def test_buttons_open_forms(start, tagged, monkeypatch):
    """With rows marked, each button draws its form."""
    real = taxonomy_edit_view.actions
    monkeypatch.setattr(
        taxonomy_edit_view,
        "actions",
        lambda arena, held, chosen: real(arena, held, ["code/sql", "law"]),
    )
    test = start()
    assert test.button(key="do-Rename").disabled
    test = fine(press(test, "do-Merge"))
    assert "It will hold 20 items" in said(test) and test.button(key="submit-Merge")


def test_a_capability_can_be_renamed_and_that_undone(start, tagged, monkeypatch):
    """The form holds the name; the journal lists the edit with its undo."""
    open_form(monkeypatch, "_rename", "law")
    test = start()
    assert test.text_input(key="new-name").value == "law"
    test.text_input(key="new-name").set_value("The law")
    test = fine(press(test, "submit-Rename"))
    assert names(tagged)["law"] == "The law"
    assert "Rename law to The law" in said(test)
    (edit,) = edited_taxonomy(tagged, "tagged").edits
    test = fine(press(test, f"undo-edit-{edit.edit_id}"))
    assert names(tagged)["law"] == "law" and "law" in rows(test)
    test.text_input(key="new-name").set_value("law")
    test = press(test, "submit-Rename")
    assert "Nothing would change" in test.error[0].value
    assert edited_taxonomy(tagged, "tagged").edits == ()


def test_a_capability_moves_under_another_that_is_not_its_own(start, tagged, monkeypatch):
    """The choice holds no node of the moved branch."""
    open_form(monkeypatch, "_move", "code")
    test = start()
    assert test.selectbox(key="new-parent").options == ["The top level", "law"]
    test.selectbox(key="new-parent").select_index(1)
    fine(press(test, "submit-Move"))
    tree = edited_taxonomy(tagged, "tagged").taxonomy
    assert tree.path(tree.position("code/sql")) == ("law", "code", "sql")


def test_capabilities_are_saved_as_one_and_that_is_forgotten(start, tagged, monkeypatch):
    """Distinct items of both, in a row of its own."""
    open_form(monkeypatch, "_save", "code/sql", "law")
    test = start()
    test.text_input(key="custom-name").set_value("tables")
    test = fine(press(test, "submit-Save"))
    assert "tables · 20 items · sql, law" in said(test).replace("**", "")
    fine(press(test, "forget-custom-tables"))
    assert edited_taxonomy(tagged, "tagged").custom == ()


def test_tidying_says_what_would_be_left(start, tagged, monkeypatch):
    """Before it is done."""
    open_form(monkeypatch, "_tidy")
    test = start()
    test = fine(test.number_input(key="tidy-depth").set_value(1).run())
    assert "2 of 4 capabilities would be left" in said(test)
    fine(press(test, "submit-Tidy"))
    assert set(names(tagged)) == {"", "code", "law"}


def test_a_copy_can_be_opened_and_deleted(start, tagged, monkeypatch):
    """Beside the log, with what it is; deleting asks first."""
    open_form(monkeypatch, "_copy")
    test = start()
    test.text_input(key="copy-name").set_value("mine")
    test = fine(press(test, "submit-Copy"))
    assert "mine · copied · 4 capabilities · 30 items" in said(test).replace("**", "")
    test = fine(press(test, "open-taxonomy-mine"))
    assert test.selectbox(key="source").value == "mine (copied)"
    test = fine(press(test, "delete-taxonomy-mine"))
    assert "goes for good" in said(test)
    delete = capabilities_taxonomy_view._confirm_delete.__wrapped__
    (held,) = [one for one in taxonomy_data.overview(arena(tagged, "tagged"))
               if one.source.name == "mine"]  # fmt: skip
    monkeypatch.setattr(
        taxonomy_edit_view, "actions", lambda where, tree, chosen: delete(where, held)
    )
    test = fine(press(test.run(), "confirm-taxonomy"))
    assert [one.name for one in sources(tagged, "tagged")] == ["capability"]
    assert test.selectbox(key="source").value == "Capabilities of the log"


def test_files_are_previewed_then_stored_and_studied(start, tagged):
    """What they hold, what of it the log has, and the name; then the sidebar is set to it."""
    test = start()
    files = [("tree.csv", NODES, "text/csv"), ("items.csv", ITEMS, "text/csv")]
    test = fine(test.file_uploader[0].set_value(files).run())
    assert [(one.label, one.value) for one in test.metric] == [
        ("Capabilities", "2"), ("Items in the log", "25"),
    ]  # fmt: skip
    assert "5 items of the log would have no capability" in test.info[0].value
    test = fine(press(test, "store-taxonomy"))
    assert test.selectbox(key="source").value == "tree (imported)"
    assert rows(test) == {"Even": 13, "Odd": 12}
    assert test.header[0].value == "2 capabilities in 1 level hold 25 of 30 items."


def test_a_taken_name_is_refused_and_the_files_stay(start, tagged):
    """The preview is still there under the sentence."""
    stored.copy_taxonomy(tagged, "tagged", "capability", "tree")
    test = start()
    files = [("tree.csv", NODES, "text/csv"), ("items.csv", ITEMS, "text/csv")]
    test = press(test.file_uploader[0].set_value(files).run(), "store-taxonomy")
    assert "already" in test.error[0].value and len(test.metric) == 2


def test_faults_are_listed_by_file_line_column_and_value(start, tagged):
    """As a table; nothing can be stored."""
    bad = b"item,node\np1,9\np2,1\n"
    test = start().file_uploader[0].set_value(
        [("tree.csv", NODES, "text/csv"), ("<b>.csv", bad, "text/csv")]
    ).run()  # fmt: skip
    assert not test.exception
    assert "Nothing was stored: 1 fault to mend." in test.error[0].value
    (table,) = [one.value for one in test.dataframe if "why" in one.value]
    assert table.iloc[0].tolist() == ["<b>.csv", "line 2", "node", "9", "No node has this id."]
    assert "store-taxonomy" not in [button.key for button in test.button]


def test_columns_of_other_names_can_be_chosen(start, tagged):
    """A sentence names what is missing; choosing the column mends it."""
    items = ITEMS.replace(b"item,node", b"case,node")
    test = start().file_uploader[0].set_value(
        [("tree.csv", NODES, "text/csv"), ("items.csv", items, "text/csv")]
    ).run()  # fmt: skip
    assert "no column for the items" in test.error[0].value
    box = next(one for one in test.selectbox if one.label == "Items")
    assert "case" in box.options
    assert len(fine(box.set_value("case").run()).metric) == 2


def proposed(store_, arena, name, *, text_field, settings, watch):
    """Stand in for the proposal: two groups, stored as proposed."""
    tree = Taxonomy.from_paths([(n, "red" if n < 10 else "blue") for n in range(30)], 30)
    kept = stored.store_taxonomy(
        store_, arena, name, tree, [f"p{n}" for n in range(30)], kind="proposed"
    )
    return type("Proposed", (), {"stored": kept, "sentence": "Proposed 2 capabilities."})()


def test_a_proposal_is_followed_stored_and_marked(start, tagged, monkeypatch):
    """Where it is opened, the page says what it is."""
    monkeypatch.setattr(taxonomy_data, "propose_taxonomy", proposed)
    test = fine(press(start(), "propose"))
    assert test.success[0].value == "Proposed 2 capabilities\\."
    test = fine(test.run())  # it is among the others now, and can be opened from either place
    assert test.button(key="open-taxonomy-proposed")
    test = fine(press(test, "look-at-proposed"))
    assert test.selectbox(key="source").value == "proposed"
    assert "This taxonomy is proposed" in test.warning[0].value
    assert rows(test) == {"red": 10, "blue": 20}
    assert test.text_input(key="proposed-name-proposed 2").value == "proposed 2"


def test_a_proposal_that_cannot_be_made_says_why(start, tagged, monkeypatch):
    """The form comes back with the sentence under it."""

    def refused(*args, **kwargs):
        raise InputError("The items have no texts.")

    monkeypatch.setattr(taxonomy_data, "propose_taxonomy", refused)
    test = press(start(), "propose")
    assert not test.exception and "no texts" in test.error[0].value
    assert test.button(key="propose")


def test_settings_of_a_proposal_reach_it(start, tagged, monkeypatch):
    """Smallest size and levels."""
    seen = {}

    def noted(store_, arena, name, *, text_field, settings, watch):
        seen.update(settings=settings, text_field=text_field)
        return proposed(store_, arena, name, text_field=text_field, settings=settings, watch=watch)

    monkeypatch.setattr(taxonomy_data, "propose_taxonomy", noted)
    test = start()
    test.number_input(key="proposed-smallest").set_value(5).run()
    fine(press(test, "propose"))
    assert seen == {"settings": ProposalSettings(smallest=5, levels=4), "text_field": None}


def test_notes_and_hostile_names_are_shown_as_they_are(start, tagged, monkeypatch):
    """Names of taxonomies, capabilities and sets are text, and what was passed over is said."""
    tree = Taxonomy.from_paths([(n, f"x{n % 5}") for n in range(30)], 30)
    items = [f"p{n}" for n in range(30)]
    name = HOSTILE_NAMES[1]
    stored.store_taxonomy(tagged, "tagged", name, tree, items, kind="imported", origin="<i>a</i>")
    for at, hostile in enumerate(HOSTILE_NAMES):
        stored.edit_taxonomy(tagged, "tagged", Rename(f"x{at}", hostile), source=name)
    stored.save_capability(tagged, "tagged", HOSTILE_NAMES[0], ["x0", "x1"], source=name)
    open_form(monkeypatch, "_merge", "x1", "x2")
    test = start(source=f"{name} (imported)")
    spoken = texts(test)
    for hostile in HOSTILE_NAMES:
        assert hostile not in spoken
    assert set(rows(test)) == set(HOSTILE_NAMES)


def test_what_is_exported_comes_back(start, tagged):
    """The download is the nested JSON of the tree that is shown."""
    stored.edit_taxonomy(tagged, "tagged", Rename("law", "Law"))
    test = start()
    assert {one.proto.label for one in test.get("download_button")} >= {"JSON", "CSV"}
    text = taxonomy_data.export(arena(tagged, "tagged"), "capability", "json")
    assert [one["name"] for one in json.loads(text)["children"]] == ["code", "Law"]

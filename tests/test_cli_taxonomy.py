"""The commands of taxonomies, as their users meet them."""

import json

import pytest

from tests.test_cli import podium

__all__ = ["podium"]

NODES = "id,parent,name\nr,,All\n1,r,Coding\n2,1,Python\n3,1,SQL\n4,r,Law\n"
TAGS = ("2", "3", "4")


def battles() -> str:
    lines = ["model_a,model_b,winner,prompt,lang"]
    for n in range(60):
        won = "model_a" if n % 3 == 2 or n % 2 else "model_b"
        lines.append(f"ant,bee,{won},p{n},{('en', 'de')[n % 2]}")
    return "\n".join(lines)


@pytest.fixture
def zoo(podium, tmp_path):
    """An arena without capabilities, and the files of a taxonomy."""
    (tmp_path / "log.csv").write_text(battles())
    (tmp_path / "nodes.csv").write_text(NODES)
    items = "".join(f"p{n},{TAGS[n % 3]}\n" for n in range(60))
    (tmp_path / "items.csv").write_text(f"item,node\n{items}p99,4\n")
    code, _, err = podium("import", "log.csv", "--arena", "zoo", "--map", "item=prompt")
    assert code == 0, err
    return podium


@pytest.fixture
def held(zoo):
    code, _, err = zoo("taxonomy", "import", "zoo", "nodes.csv", "items.csv", "--name", "own")
    assert code == 0, err
    return zoo


def sizes(run, *options):
    found = json.loads(
        run("taxonomy", "show", "zoo", "--format", "json", "--depth", "9", *options)[1]
    )
    return {one["capability"]: (one["name"], one["items"]) for one in found}


def test_without_capabilities_it_says_how_to_get_some(zoo) -> None:
    """The list is empty in words; the matrix names the ways."""
    assert "podium taxonomy import" in zoo("taxonomy", "list", "zoo")[1]
    code, out, err = zoo("capabilities", "zoo")
    assert (code, out) == (1, "") and "podium taxonomy propose" in err and "(lang)" in err


def test_an_import_says_what_it_read_and_what_it_missed(zoo) -> None:
    """A dry run says the same and stores nothing."""
    files = ("taxonomy", "import", "zoo", "nodes.csv", "items.csv")
    code, out, err = zoo(*files, "--dry-run")
    assert (code, err) == (0, "")
    assert "parent: parent" in out
    assert "Would store 'nodes': 4 capabilities over 60 items of 'zoo'." in out
    assert "1 item of the file is not in the log (p99)." in out
    assert "No capabilities yet" in zoo("taxonomy", "list", "zoo")[1]
    assert "Stored 'nodes': 4 capabilities" in zoo(*files)[1]
    assert zoo(*files)[2] == (
        "podium: The arena 'zoo' has a taxonomy 'nodes' already; choose another name, or delete "
        "that one first.\n"
    )
    (listed,) = json.loads(zoo("taxonomy", "list", "zoo", "--format", "json")[1])
    assert listed == {
        "taxonomy": "nodes", "kind": "imported", "capabilities": 4, "items": 60, "edits": 0,
        "custom": 0, "from": "nodes.csv and items.csv",
    }  # fmt: skip


def test_faults_are_named_by_line(zoo, tmp_path) -> None:
    """Exit code 1, nothing on stdout, nothing stored."""
    (tmp_path / "bad.csv").write_text("case,node\np1,9\n")
    code, out, err = zoo(
        "taxonomy", "import", "zoo", "nodes.csv", "bad.csv", "--column", "item=case"
    )
    assert (code, out) == (1, "")
    assert err == (
        "podium: Nothing was stored. bad.csv, line 2, column 'node' ('9'): No node has this id.\n"
    )
    assert zoo("taxonomy", "import", "zoo", "bad.csv", "--column", "item")[0] == 2


def test_the_tree_is_shown_by_levels_and_searched(held) -> None:
    """Distinct items of each node, children below their parents."""
    out = held("taxonomy", "show", "zoo")[1]
    assert out.startswith("'own' (imported): 4 capabilities over 60 items; 1 item is not in the l")
    assert [line.split() for line in out.splitlines()[3:]] == [
        ["40", "Coding", "1"], ["20", "·", "Python", "2"], ["20", "·", "SQL", "3"],
        ["20", "Law", "4"],
    ]  # fmt: skip
    assert sizes(held, "--under", "coding") == {"2": ("Python", 20), "3": ("SQL", 20)}
    assert sizes(held, "--search", "pyth") == {"2": ("Python", 20)}


def test_edits_by_name_or_key_and_undo(held) -> None:
    """Each says what the taxonomy is like then; edits are listed and taken back."""
    code, out, _ = held("taxonomy", "rename", "zoo", "coding/python", "Snakes")
    assert code == 1
    code, out, _ = held("taxonomy", "rename", "zoo", "Coding/Python", "Snakes")
    assert (code, out) == (
        0,
        "Done: rename 2 to Snakes. 'own' (imported): 4 capabilities over 60 items; 1 item is not "
        "in the log.\n",
    )
    held("taxonomy", "move", "zoo", "snakes", "--under", "Law")
    held("taxonomy", "merge", "zoo", "Law", "SQL")
    assert sizes(held) == {"4": ("Law", 60), "2": ("Snakes", 20), "1": ("Coding", 0)}
    held("taxonomy", "tidy", "zoo", "--smallest", "5", "--depth", "1")
    assert sizes(held) == {"4": ("Law", 60)}
    out = held("taxonomy", "edits", "zoo")[1]
    assert len(out.splitlines()) == 5 and "move 2 under 4" in out
    for _ in range(4):
        assert held("taxonomy", "undo", "zoo")[1].startswith("Undone: ")
    assert sizes(held)["1"] == ("Coding", 40)
    assert "nothing to undo" in held("taxonomy", "undo", "zoo")[2]


def test_custom_capabilities_have_their_row_in_the_matrix(held) -> None:
    """Saved by names, shown after the others, forgotten again."""
    out = held("taxonomy", "save-capability", "zoo", "my mix", "Python", "Law")[1]
    assert out == "Saved 'my mix': 40 items.\n"
    found = json.loads(held("capabilities", "zoo", "--format", "json")[1])
    assert [(one["capability"], one["items"]) for one in found["capabilities"]] == [
        ("1", 40), ("4", 20), ("custom/my mix", 40),
    ]  # fmt: skip
    assert "Forgot 'my mix'" in held("taxonomy", "drop-capability", "zoo", "my mix")[1]
    assert (
        "no custom capability 'my mix'" in held("taxonomy", "drop-capability", "zoo", "my mix")[2]
    )


def test_what_capabilities_are_from_is_said(held) -> None:
    """The stored taxonomy is named in the matrix and the findings; a field can take its place."""
    out = held("capabilities", "zoo", "--under", "coding")[1]
    assert out.startswith("Capabilities of the imported taxonomy 'own'.\n")
    assert "Python" in out
    out = held("findings", "zoo", "--competitor", "ant", "--taxonomy", "own")[1]
    assert "imported taxonomy 'own'" in out
    found = json.loads(held("capabilities", "zoo", "--taxonomy", "lang", "--format", "json")[1])
    assert [one["capability"] for one in found["capabilities"]] == ["de", "en"]


def test_copies_exports_and_deletion(held, tmp_path) -> None:
    """A copy of a field is a taxonomy; JSON comes back; deleting asks."""
    held("taxonomy", "copy", "zoo", "languages", "--taxonomy", "lang")
    assert sizes(held, "--taxonomy", "languages") == {"de": ("de", 30), "en": ("en", 30)}
    assert held("taxonomy", "export", "zoo", "-o", "own.json")[0] == 0
    assert held("taxonomy", "export", "zoo", "-o", "own.csv")[0] == 0
    assert held("taxonomy", "export", "zoo", "-o", "own.txt")[0] == 2
    assert held("taxonomy", "export", "zoo", "-o", "no/own.csv")[0] == 1
    assert (tmp_path / "own.csv").read_text().startswith("item,node,path\np0,2,Coding / Python\n")
    assert held("taxonomy", "import", "zoo", "own.json", "--name", "back")[0] == 0
    assert sizes(held, "--taxonomy", "back") == sizes(held, "--taxonomy", "own")
    code, out, _ = held("taxonomy", "delete", "zoo", "back", "--yes")
    assert (code, out) == (0, "Deleted 'back'; the comparisons of 'zoo' are as they were.\n")
    assert held("taxonomy", "delete", "zoo", "lang", "--yes")[0] == 1


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("show", "nowhere"), "There is no arena 'nowhere'"),
        (("show", "zoo", "--taxonomy", "x"), "no taxonomy and no field 'x'"),
        (("show", "zoo", "--under", "Pyton"), "There is no capability 'Pyton'. Did you mean 'Pyth"),
        (("rename", "zoo", "Law", " "), "needs a name"),
        (("move", "zoo", "Coding", "--under", "Python"), "lies below"),
        (("merge", "zoo", "Law"), "two capabilities or more"),
        (("copy", "zoo", "own"), "already"),
        (("import", "zoo", "nowhere.json"), "There is no file nowhere.json"),
    ],
)
def test_what_cannot_be_done_is_refused(held, arguments, sentence) -> None:
    """One sentence, exit code 1, nothing on stdout."""
    code, out, err = held("taxonomy", *arguments)
    assert (code, out) == (1, "")
    assert sentence in err


def test_a_stored_taxonomy_stands_alone(held) -> None:
    """Several sources can be fields and the log's own tags; a stored tree is not joined to them."""
    code, out, err = held("capabilities", "zoo", "--facet", "lang", "--taxonomy", "own")
    assert (code, out) == (1, "") and "'own' cannot be joined" in err and err.count("\n") == 1

"""The command of the tree of capabilities."""

import json

from tests.test_cli import podium
from tests.test_cli_capabilities import arena

__all__ = ["arena", "podium"]


def test_a_branch_is_an_indented_table(arena):
    """The sentence, then each capability below its parent with its marks."""
    code, out, err = arena("tree", "zoo", "--competitor", "ant")
    assert (code, err) == (0, "")
    assert out.startswith("ant has 1 confirmed strength, 3 confirmed weaknesses and no likely")
    names = [line.rsplit("  ", 1)[-1] for line in out.splitlines()[4:]]
    assert names == [
        "everything",
        "· code",
        "· · sql",
        "· · web",
        "· law",
    ]
    law = next(line for line in out.splitlines() if line.endswith("· law"))
    assert "*" in law and " 80  " in f" {law}"


def test_two_competitors_stand_side_by_side_as_json(arena):
    """Each row has a cell for each of them, in their order."""
    options = ("--competitor", "ant", "--competitor", "bee", "--under", "code", "--format", "json")
    found = json.loads(arena("tree", "zoo", *options)[1])
    assert found["competitors"] == ["ant", "bee"] and found["trail"] == ["", "code"]
    assert [row["capability"] for row in found["rows"]] == ["code", "code/sql", "code/web"]
    for row in found["rows"]:
        assert [cell["competitor"] for cell in row["cells"]] == ["ant", "bee"]
    assert len(found["sentences"]) == 3


def test_a_search_and_a_limit_say_what_is_left_out(arena):
    """Hits come with what leads to them; those beyond the limit are counted."""
    code, out, _ = arena("tree", "zoo", "--competitor", "ant", "--search", "SQL")
    assert code == 0 and "· · sql" in out and "law" not in out
    out = arena("tree", "zoo", "--competitor", "ant", "--only-findings", "--most", "1")[1]
    assert "… and 3 more; --most shows them." in out


def test_faults_are_one_sentence(arena):
    """An unknown competitor, a third one, and an order that takes two."""
    for options, words in (
        (["--competitor", "dog"], "'dog'"),
        (["--competitor", "ant", "--competitor", "ant"], "different competitors"),
        (["--competitor", "ant", "--order", "difference"], "name a second one"),
        (["--competitor", "ant", "--under", "cooking"], "cooking"),
    ):
        code, out, err = arena("tree", "zoo", *options)
        assert (code, out) == (1, "") and words in err and len(err.splitlines()) == 1

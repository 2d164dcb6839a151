"""The commands health, taxonomy propose and llm-comparator."""

import json

import pytest

import ranking.cli.health
from tests.test_cli import podium

__all__ = ["podium", "ranking"]

WORDS = {
    "soup": ("soup onion pepper", "onion pepper oven", "pepper oven soup", "oven soup onion"),
    "law": ("court appeal clause", "appeal clause tribunal", "clause tribunal court",
            "tribunal court appeal"),
}  # fmt: skip


def battles() -> str:
    lines = ["model_a,model_b,winner,prompt,text,capability,first"]
    for n in range(120):
        topic = ("soup", "law")[n % 2]
        won = ("model_a", "model_b")[n % 3 == 0]
        text = WORDS[topic][n // 2 % 4]
        lines += [f"ant,bee,{won},p{n},{text},{topic},{first}" for first in ("yes", "no")]
    return "\n".join(lines)


@pytest.fixture
def arena(podium, tmp_path):
    (tmp_path / "log.csv").write_text(battles())
    roles = ("item=prompt", "item_text=text", "capability=capability", "order=first")
    code, _, err = podium(
        "import", "log.csv", "--arena", "zoo", *(each for role in roles for each in ("--map", role))
    )
    assert code == 0, err
    return podium


def test_health_is_sentences_and_a_table(arena) -> None:
    """What the evidence is worth, then one row a capability."""
    code, out, err = arena("health", "zoo")
    assert (code, err) == (0, "")
    assert out.startswith("In all 2 capabilities every model has 20 items or more.")
    assert "120 verdicts" not in out and "240 verdicts are worth" in out
    row = next(line for line in out.splitlines() if line.startswith("law"))
    assert row.split()[1:3] == ["60", "60"]


def test_health_as_json_has_the_fields_of_the_contract(arena) -> None:
    """Every capability with its competitors, biases and groups."""
    found = json.loads(arena("health", "zoo", "--format", "json")[1])
    assert (found["arena"], found["items"], found["duplicate_rows"]) == ("zoo", 120, None)
    (soup,) = (one for one in found["capabilities"] if one["capability"] == "soup")
    assert soup["both_orders"] == 60 and soup["consistency"] == 1.0
    assert soup["competitors"][0] == {
        "competitor": "ant", "items": 60, "verdicts": 120, "effective": 60.0,
    }  # fmt: skip


def test_a_proposal_is_stored_and_read_like_any_taxonomy(arena) -> None:
    """Proposed, listed as proposed, and a source of findings."""
    code, out, err = arena("taxonomy", "propose", "zoo", "--levels", "1")
    assert (code, err) == (0, "")
    assert out.startswith("Proposed 2 capabilities for 120 items, down to level 1.")
    assert "proposed" in arena("taxonomy", "list", "zoo")[1]
    found = json.loads(
        arena("capabilities", "zoo", "--taxonomy", "proposed", "--format", "json")[1]
    )
    assert sorted(one["items"] for one in found["capabilities"]) == [60, 60]


def test_a_proposal_as_json_and_from_a_field(arena, tmp_path) -> None:
    """Key, name, level and items of every node; a name that is taken is refused before the work."""
    found = json.loads(arena("taxonomy", "propose", "zoo", "--name", "x", "--format", "json")[1])
    assert set(found[0]) == {"capability", "name", "level", "items"}
    code, out, err = arena("taxonomy", "propose", "zoo", "--name", "x")
    assert (code, out) == (1, "") and "already" in err
    code, _, err = arena("taxonomy", "propose", "zoo", "--text-field", "nope")
    assert code == 1 and "no field 'nope'" in err


def test_items_without_texts_cannot_be_grouped(podium, tmp_path) -> None:
    """The message says which role the texts are imported as."""
    (tmp_path / "log.csv").write_text("model_a,model_b,winner,q\na,b,model_a,17\nb,a,tie,18\n")
    podium("import", "log.csv", "--arena", "zoo", "--map", "item=q")
    code, _, err = podium("taxonomy", "propose", "zoo")
    assert code == 1 and "item_text" in err and "'17'" in err


def test_a_pair_is_written_for_the_other_viewer(arena, tmp_path) -> None:
    """To a file, or to standard output."""
    options = ("llm-comparator", "zoo", "--first", "ant", "--second", "bee")
    code, out, err = arena(*options, "-o", "pair.json", "--limit", "5")
    assert (code, err, out) == (0, "", "Wrote 5 examples to pair.json.\n")
    assert len(json.loads((tmp_path / "pair.json").read_text())["examples"]) == 5
    assert len(json.loads(arena(*options)[1])["examples"]) == 120


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("health", "zoo", "--depth", "4"), "There is no level 4"),
        (("health", "zoo", "--taxonomy", "x"), "'x'"),
        (("llm-comparator", "zoo", "--first", "ant", "--second", "x"), "no model 'x'"),
        (("llm-comparator", "zoo", "--first", "ant", "--second", "bee", "-o", "no/p.json"),
         "cannot be written"),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused(arena, arguments, sentence) -> None:
    """One sentence, exit code 1, nothing on stdout."""
    code, out, err = arena(*arguments)
    assert (code, out) == (1, "")
    assert sentence in err

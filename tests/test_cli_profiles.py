"""The commands of profiles: capability-differences and mix."""

import json
import random

import pytest

import ranking.cli.profiles
from tests.test_cli import podium

__all__ = ["podium", "ranking"]


def battles() -> str:
    """Ant is much better at law than elsewhere; bee and cat are alike."""
    draw = random.Random(0)
    lines = ["model_a,model_b,winner,prompt,capability,lang"]
    for n in range(200):
        path = ("code/sql", "code/web", "code/api", "law", "math=hard")[n % 5]
        for a, b in (("ant", "bee"), ("bee", "cat"), ("cat", "ant")):
            chance = {"ant": 0.92, "cat": 0.08}.get(a, 0.5) if path == "law" else 0.5
            chance = 0.5 if (a, b) == ("bee", "cat") else chance
            won = "model_a" if draw.random() < chance else "model_b"
            lines.append(f"{a},{b},{won},p{n},{path},{('en', 'de')[n % 2]}")
    return "\n".join(lines)


@pytest.fixture
def arena(podium, tmp_path):
    (tmp_path / "log.csv").write_text(battles())
    roles = ["--map", "item=prompt", "--map", "capability=capability"]
    code, _, err = podium("import", "log.csv", "--arena", "zoo", *roles)
    assert code == 0, err
    return podium


def test_differences_are_a_sentence_and_a_table(arena) -> None:
    """Where they differ first, its numbers, then groups, trade-offs and branches or why not."""
    code, out, err = arena("capability-differences", "zoo")
    assert (code, err) == (0, "")
    assert out.startswith("Beyond their overall levels, models differ in ")
    assert "most clearly in law" in out or "namely in law" in out
    row = next(line for line in out.splitlines() if line.startswith("law*"))
    assert "ant" in row and "40" in row and "<" in row
    assert "Trade-offs between capabilities need at least 5 models" in out
    assert "Branches of models:" in out


def test_differences_as_json_have_the_fields_of_the_contract(arena) -> None:
    """Capabilities with their effects, profiles, branches of one; null where it is not told."""
    options = ("--format", "json", "--limit", "1", "--competitor", "ant")
    found = json.loads(arena("capability-differences", "zoo", *options)[1])
    assert [one["capability"] for one in found["capabilities"]] == ["law"]
    law = found["capabilities"][0]
    assert law["confirmed"] and law["effects"][0]["competitor"] == "ant"
    assert law["effects"][0]["low"] < law["effects"][0]["effect"] < law["effects"][0]["high"]
    assert {branch["competitor"] for branch in found["branches"]} == {"ant"}
    assert found["trade_offs"] is None and found["unsaid"]
    assert len(found["profiles"]["merges"]) == 2


def test_a_mix_is_a_leaderboard(arena) -> None:
    """A table with ranks, and the shares among the settings of its JSON."""
    code, out, err = arena("mix", "zoo", "--share", "law=3", "--share", "code/sql")
    assert (code, err) == (0, "")
    assert "ant" in out and "rating" in out
    found = json.loads(arena("mix", "zoo", "--share", "law=3", "--share", "code/sql", "--format",
                             "json")[1])  # fmt: skip
    assert found["settings"]["mix"] == {"law": 0.75, "code/sql": 0.25}
    assert found["competitors"][0]["competitor"] == "ant"
    assert found["comparisons"] == 240


def test_a_path_may_hold_an_equals_sign(arena) -> None:
    """What is a capability as it stands is one, with a share of 1."""
    for share, expected in (("math=hard", 1.0), ("math=hard=2", 1.0)):
        out = arena("mix", "zoo", "--share", share, "--format", "json")[1]
        assert json.loads(out)["settings"]["mix"] == {"math=hard": expected}


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (("mix", "zoo", "--share", "law=much"), "The share 'much' of 'law' is no number"),
        (("mix", "zoo", "--share", "cooking"), "There is no capability 'cooking'"),
        (("mix", "zoo", "--share", "law=-1"), "none negative"),
        (("mix", "zoo", "--share", "law=nan"), "finite"),
        (("mix", "zoo", "--share", "law=1", "--share", "law=2"), "'law' has two shares"),
        (("mix", "zoo", "--share", "law", "--facet", "lang", "--taxonomy", "x"), "no field 'x'"),
        (("mix", "zoo", "--share", "law", "--taxonomy", "none"), "'none'"),
        (("capability-differences", "zoo", "--competitor", "dog"), "There is no model 'dog'"),
        (("capability-differences", "zoo", "--facet", "nope"), "'nope'"),
    ],
)
def test_what_is_asked_in_vain_is_one_sentence(arena, command, said) -> None:
    """An unknown name or a wrong number: exit code 1, one sentence, no traceback."""
    code, out, err = arena(*command)
    assert (code, out) == (1, "")
    assert said in err and err.count("\n") == 1


def test_a_field_gives_capabilities(arena) -> None:
    """Values of a field are capabilities, and may be mixed."""
    out = arena("mix", "zoo", "--facet", "lang", "--share", "en=1", "--format", "json")[1]
    assert json.loads(out)["settings"]["mix"] == {"en": 1.0}

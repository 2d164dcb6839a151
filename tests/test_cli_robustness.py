"""The command that attacks a leaderboard with copies."""

import json

import pytest

from tests.test_cli import podium

__all__ = ["podium"]

SCORES = {("ant", "bee"): 7, ("bee", "cat"): 6, ("cat", "ant"): 5}
LOG = "\n".join(
    ["model_a,model_b,winner,prompt,capability,voter"]
    + [
        f"{a},{b},{'model_a' if (n * 3) % 10 < wins else 'model_b'},p{n % 20},"
        f"{('code: easy', 'law')[n % 3 == 0]},v{n % 3}"
        for n in range(60)
        for (a, b), wins in SCORES.items()
    ]
)
FAMILIAR = ("--method", "bradley-terry", "--method", "elo")


@pytest.fixture
def arena(podium, tmp_path):
    (tmp_path / "log.csv").write_text(LOG)
    roles = ["--map", "item=prompt", "--map", "judge=voter", "--map", "capability=capability"]
    code, _, err = podium("import", "log.csv", "--arena", "zoo", *roles)
    assert code == 0, err
    return podium


def test_the_standard_battery(arena) -> None:
    """One row per attack, one column per method, a sentence first, cycles at the end."""
    code, out, err = arena("robustness", "zoo", *FAMILIAR)
    assert (code, err) == (0, "")
    assert out.startswith("zoo · 180 comparisons · tasks: capabilities\n")
    assert "attack" in out
    assert "bradley-terry" in out
    assert "3 clones of" in out
    assert "code: easy repeated 7 times" in out
    assert "\nCycles: " in out


def test_a_name_may_hold_colons(arena) -> None:
    """Only the first colon parts the kind from the name; counts are options of their own."""
    attack = ("--attack", "repeat-task:code: easy", "--copies", "2")
    out = arena("robustness", "zoo", *FAMILIAR, *attack, "--format", "json")[1]
    (found,) = json.loads(out)["attacks"]
    assert found["settings"] == {"task": "code: easy", "copies": 2}
    assert found["comparisons"] == 180 + 2 * 120


def test_counts_go_to_the_attacks_that_take_them(arena) -> None:
    """`--copies` and `--times` in one call, each where it belongs."""
    attacks = ("--attack", "clone:ant", "--attack", "boosted-voter:v0")
    counts = ("--copies", "1", "--times", "5")
    out = arena("robustness", "zoo", *FAMILIAR, *attacks, *counts, "--format", "json")[1]
    assert [attack["settings"] for attack in json.loads(out)["attacks"]] == [
        {"competitor": "ant", "copies": 1},
        {"judge": "v0", "times": 5},
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--attack", "burn:ant"), "The attack 'burn:ant' is not of the form KIND:NAME"),
        (("--attack", "clone"), "is not of the form KIND:NAME"),
        (("--attack", "clone:dog"), "There is no competitor 'dog'"),
        (("--copies", "3"), "--copies belongs to an --attack"),
        (("--attack", "clone:ant", "--times", "3"), "--times belongs to an --attack"),
        (("--method", "chess"), "There is no method 'chess'"),
    ],
)
def test_what_cannot_be_done_is_refused(arena, options, sentence) -> None:
    """One sentence, exit code 1, no table."""
    code, out, err = arena("robustness", "zoo", *options)
    assert (code, out) == (1, "")
    assert sentence in err


def test_markdown_is_a_table(arena) -> None:
    """A header, a rule, a row for the attack, the conclusion."""
    options = ("--attack", "clone:ant", "--format", "markdown")
    out = arena("robustness", "zoo", *FAMILIAR, *options)[1]
    assert out.splitlines()[0] == "| attack | bradley-terry | elo |"
    assert out.splitlines()[2].startswith("| 3 clones of ant |")


def test_a_selection_without_judges_says_what_is_skipped(arena) -> None:
    """The notes name the attacks that this selection does not allow."""
    out = arena("robustness", "zoo", *FAMILIAR, "--where", "judge=v1")[1]
    assert "Note: The log has one judge, so that none can be repeated or boosted." in out

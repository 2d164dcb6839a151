"""The command examples."""

import json

import pytest

from tests.test_cli import podium
from tests.test_cli_capabilities import arena

__all__ = ["arena", "podium"]
LAW = ("examples", "zoo", "--competitor", "ant", "--capability", "law")


def test_a_list_says_the_finding_and_names_its_items(arena) -> None:
    """The sentence of the finding, how many items, and a table of the first of them."""
    code, out, err = arena(*LAW, "--limit", "3")
    assert (code, err) == (0, "")
    sentence, count, _, header, *rows = out.splitlines()
    assert sentence.startswith("In law (80 items), ant does ") and "confirmed strength" in sentence
    assert count == "80 items, best results first"
    assert header.split() == ["item", "beyond", "ant", "bee", "comparisons"]
    assert len([row for row in rows if row.startswith("p")]) == 3
    assert rows[-1] == "… and 77 more; --offset 3 shows the next."


def test_the_list_is_the_evidence_of_the_finding(arena) -> None:
    """`podium findings` and `podium examples` name the same items."""
    found = json.loads(arena("findings", "zoo", "--competitor", "ant", "--format", "json")[1])
    law = next(one for one in found["findings"] if one["capability"] == "law")
    listed = json.loads(arena(*LAW, "--format", "json")[1])
    assert [row["item"] for row in listed["rows"][:5]] == law["evidence"]
    assert listed["sentence"] == law["sentence"]


def test_filters_narrow_the_list_and_its_counts(arena) -> None:
    """Only what was lost; the verdicts are still counted under all other filters."""
    listed = json.loads(arena(*LAW, "--outcome", "lost", "--format", "json")[1])
    counts = {one["value"]: one["comparisons"] for one in listed["counts"]["outcomes"]}
    assert counts["lost"] == listed["comparisons"] == listed["examples"] < 80
    assert counts["lost"] + counts["won"] == 80
    assert all(row["results"][0]["result"] == 0 for row in listed["rows"])
    out = arena(*LAW, "--outcome", "won", "--search", "nowhere")[1]
    assert out.endswith("No item matches.\n")


def test_one_item_shows_every_verdict(arena) -> None:
    """Its capabilities, results and comparisons, as text and as JSON."""
    code, out, err = arena("examples", "zoo", "--item", "p2")
    assert (code, err) == (0, "") and out.startswith("Item p2\nCapabilities: law\nResults: ")
    item = json.loads(arena("examples", "zoo", "--item", "p2", "--format", "json")[1])
    assert item["item"] == "p2" and len(item["verdicts"]) == 1
    assert item["verdicts"][0]["fields"] == {"lang": "en"}


def test_a_log_without_capabilities_is_listed_by_item(podium) -> None:
    """Only what asks for a capability is refused."""
    assert podium("import", "battles.csv", "--arena", "zoo")[0] == 0
    code, out, _ = podium("examples", "zoo")
    assert code == 0 and out.startswith("There are 6 comparisons in zoo.\n6 comparisons\n")
    code, _, err = podium("examples", "zoo", "--capability", "law")
    assert code == 1 and "have no capabilities" in err


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--competitor", "elk"), "'elk'"),
        (("--capability", "elk"), "There is no capability 'elk'."),
        (("--item", "elk"), "There is no item 'elk' in this selection."),
        (("--judge", "elk"), "There is no judge 'elk' in this selection."),
        (("--outcome", "won"), "name a competitor too"),
        (("--worse-than", "bee"), "name a competitor too"),
        (("--order", "for"), "name a competitor too"),
    ],
)
def test_faults_are_one_sentence(arena, options, words) -> None:
    """The value that was wrong is named, and nothing else is printed."""
    code, out, err = arena("examples", "zoo", *options)
    assert (code, out) == (1, "") and words in err and err.count("\n") == 1

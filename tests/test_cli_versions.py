"""The commands of versions, repeats and standardised means."""

import json
import random

import pytest

import ranking.cli.versions
from tests.test_cli import podium

__all__ = ["podium", "ranking"]


def scores() -> str:
    """New is worse than old in sums; each task has two epochs."""
    draw = random.Random(0)
    lines = ["model,task,score,topic,epoch"]
    for task in range(120):
        topic = ("sums", "law", "code")[task % 3]
        for epoch in (1, 2):
            for who, chance in (("old", 0.8), ("new", 0.2 if topic == "sums" else 0.8)):
                lines.append(f"{who},t{task},{int(draw.random() < chance)},{topic},{epoch}")
    return "\n".join(lines)


@pytest.fixture
def arena(podium, tmp_path):
    (tmp_path / "scores.csv").write_text(scores())
    code, _, err = podium("import", "scores.csv", "--arena", "runs", "--map", "fields=topic,epoch")
    assert code == 0, err
    return podium


VERSIONS = ("versions", "runs", "--before", "old", "--after", "new")


def test_versions_say_what_got_worse_and_list_items(arena) -> None:
    """The sentence, the whole and the capability that changed, and the largest losses."""
    code, out, err = arena(*VERSIONS, "--facet", "topic", "--items", "3")
    assert (code, err) == (0, "")
    assert out.startswith("On 120 shared items, new does ")
    lines = out.splitlines()
    assert next(line for line in lines if line.startswith("all")).split()[1] == "120"
    assert "confirmed worse" in next(line for line in lines if line.startswith("sums"))
    assert not any(line.startswith("law") for line in lines)
    header = next(at for at, line in enumerate(lines) if line.startswith("item"))
    assert len(lines) - header - 1 == 3 and "−100.0" in lines[header + 1]


def test_versions_as_json_have_every_capability(arena) -> None:
    """All of the report, with the items that were asked for."""
    options = ("--facet", "topic", "--format", "json", "--under", "sums", "--by", "60")
    found = json.loads(arena(*VERSIONS, *options, "--direction", "any", "--reliable")[1])
    assert {one["capability"] for one in found["capabilities"]} == {"sums", "law", "code"}
    assert found["settings"]["basis"] == "scores"
    assert {one["capabilities"][0] for one in found["items_changed"]} == {"sums"}
    assert all(abs(one["z"]) > 1.96 for one in found["items_changed"])


def test_without_capabilities_the_whole_is_said(arena) -> None:
    """No facet, no tags: one row, and how to get capabilities."""
    code, out, _ = arena(*VERSIONS, "--items", "0")
    assert code == 0
    assert "Note: there are no capabilities." in out
    assert [line for line in out.splitlines() if line.startswith("sums")] == []


def test_repeats_are_said_by_capability_and_competitor(arena) -> None:
    """The share of items that scored differently, as a table and as JSON."""
    code, out, err = arena("repeats", "runs", "--facet", "topic")
    assert (code, err) == (0, "") and out.startswith("Scored again, the same item gave ")
    assert {line.split()[0] for line in out.splitlines() if " bits " in line} == {
        "sums", "law", "code", "old", "new",
    }  # fmt: skip
    found = json.loads(arena("repeats", "runs", "--facet", "topic", "--format", "json")[1])
    assert found["kind"] == "scores" and found["overall"]["groups"] == 240


def test_repeats_say_how_often_the_order_changes(arena) -> None:
    """In a sentence, and as JSON with the draws that were asked for."""
    asked = ("repeats", "runs", "--facet", "topic", "--draws", "40", "--seed", "3")
    said = arena(*asked)[1].splitlines()[1]
    assert said.startswith("Ranked from one score on each of 120 items") and "40 draws" in said
    flips = json.loads(arena(*asked, "--format", "json")[1])["rank_flips"]
    assert (flips["draws"], flips["seed"], flips["overall"]["competitors"]) == (40, 3, 2)
    assert {row["capability"] for row in flips["capabilities"]} == {"sums", "law", "code"}


def test_standardised_means_stand_beside_raw_ones(arena) -> None:
    """Everybody over the same mix; a table and JSON."""
    code, out, err = arena("standardised", "runs", "--facet", "topic")
    assert (code, err) == (0, "") and out.startswith("Every model has the same mix")
    found = json.loads(arena("standardised", "runs", "--facet", "topic", "--format", "json")[1])
    assert [row["competitor"] for row in found["competitors"]] == ["old", "new"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("versions", "runs", "--before", "old", "--after", "older"), "There is no model 'older'"),
        (("versions", "runs", "--before", "old", "--after", "old"), "with itself; choose two"),
        ((*VERSIONS, "--facet", "topic", "--under", "cooking"), "no capability 'cooking'"),
        (("standardised", "runs"), "capabilities"),
        (("repeats", "runs", "--kind", "verdicts"), "Repeat some items"),
    ],
)
def test_what_does_not_work_is_one_sentence(arena, arguments, words) -> None:
    """Exit code 1 and what to do."""
    code, out, err = arena(*arguments)
    assert (code, out) == (1, "") and words in err and err.count("\n") == 1


def test_a_taxonomy_that_is_not_there_is_refused_beside_a_field(arena) -> None:
    """One sentence, exit code 1."""
    code, _, err = arena("repeats", "runs", "--facet", "topic", "--taxonomy", "tree")
    assert code == 1 and "no field" in err

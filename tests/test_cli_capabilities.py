"""The commands of capabilities and findings."""

import csv
import io
import json
import random

import pytest

import ranking.cli.capabilities
from tests.test_cli import podium

__all__ = ["podium", "ranking"]


def battles() -> str:
    """Ant is much better at law than at either kind of code."""
    draw = random.Random(0)
    lines = ["model_a,model_b,winner,prompt,capability,lang"]
    for n in range(240):
        law = n % 3 == 2
        won = "model_a" if draw.random() < (0.95 if law else 0.4) else "model_b"
        path = ("code/sql", "code/web", "law")[n % 3]
        lines.append(f"ant,bee,{won},p{n},{path},{('en', 'de')[n % 2]}")
    return "\n".join(lines)


@pytest.fixture
def arena(podium, tmp_path):
    (tmp_path / "log.csv").write_text(battles())
    roles = ["--map", "item=prompt", "--map", "capability=capability"]
    code, _, err = podium("import", "log.csv", "--arena", "zoo", *roles)
    assert code == 0, err
    return podium


def test_findings_are_a_table_of_what_is_known(arena) -> None:
    """The sentence, then confirmed and likely capabilities with their numbers."""
    code, out, err = arena("findings", "zoo", "--competitor", "ant")
    assert (code, err) == (0, "")
    assert out.startswith(
        "ant has 1 confirmed strength, 3 confirmed weaknesses and no likely ones; "
    )
    row = next(line for line in out.splitlines() if line.startswith("law"))
    assert "80" in row and "confirmed strength" in row and "<0.001" in row


def test_findings_as_json_have_the_fields_of_the_contract(arena) -> None:
    """Every finding with effect, interval, items, p, q, verdict; examples as asked for."""
    options = ("--competitor", "ant", "--format", "json", "--examples", "2")
    found = json.loads(arena("findings", "zoo", *options)[1])
    assert (found["arena"], found["competitor"], found["unit"]) == (
        "zoo", "ant", "percentage points",
    )  # fmt: skip
    law = next(one for one in found["findings"] if one["capability"] == "law")
    assert (law["kind"], law["verdict"], law["items"]) == ("itself", "confirmed", 80)
    assert law["low"] < law["effect"] < law["high"] and law["p"] <= law["q"]
    assert len(law["evidence"]) == 2
    assert {one["capability"] for one in found["findings"]} == {
        "law", "code", "code/sql", "code/web",
    }  # fmt: skip


def test_markdown_has_sections_with_evidence(arena) -> None:
    """Strengths and weaknesses under headings, one sentence and its items each."""
    out = arena("findings", "zoo", "--competitor", "ant", "--format", "markdown")[1]
    assert out.startswith("# ant by capability\n")
    assert "## Confirmed strengths\n\n- In law (80 items), ant does " in out
    assert "  Evidence: p" in out


def test_questions_are_options(arena) -> None:
    """Against the field, and against a bar."""
    options = ("--competitor", "ant", "--format", "json")
    field = json.loads(arena("findings", "zoo", *options, "--question", "field")[1])
    assert {one["kind"] for one in field["findings"]} == {"field"}
    bar = ("--question", "bar", "--bar", "0.5", "--smallest-effect", "10", "--q", "0.1")
    found = json.loads(arena("findings", "zoo", *options, *bar)[1])
    how = found["settings"]
    assert (how["bar"], how["smallest_effect"], how["q"]) == (0.5, 0.1, 0.1)


def test_the_matrix_as_table_and_json(arena) -> None:
    """A level of the taxonomy with marks; below a node; and as JSON."""
    code, out, err = arena("capabilities", "zoo")
    assert (code, err) == (0, "")
    assert any(line.startswith("law") and "*" in line for line in out.splitlines())
    assert "code/sql" in arena("capabilities", "zoo", "--under", "code")[1]
    found = json.loads(arena("capabilities", "zoo", "--depth", "2", "--format", "json")[1])
    assert [one["capability"] for one in found["capabilities"]] == ["code/sql", "code/web"]
    cell = found["capabilities"][0]["cells"][0]
    assert cell["competitor"] == found["competitors"][0]["competitor"]
    assert cell["items"] == cell["comparisons"] == 80


def test_the_matrix_begins_with_what_it_says(arena) -> None:
    """The same sentences as in JSON, before the table."""
    found = json.loads(arena("capabilities", "zoo", "--format", "json")[1])
    lines = arena("capabilities", "zoo")[1].splitlines()
    assert lines[:2] == found["sentences"]
    assert "confirmed" in lines[0]


def test_the_matrix_as_csv_has_the_cells_of_the_json(arena) -> None:
    """A line for each competitor and capability; ranks where they are asked for."""
    found = json.loads(arena("capabilities", "zoo", "--ranks", "--format", "json")[1])
    rows = list(
        csv.DictReader(io.StringIO(arena("capabilities", "zoo", "--ranks", "--format", "csv")[1]))
    )
    cells = {
        (cell["competitor"], one["capability"]): cell
        for one in found["capabilities"]
        for cell in one["cells"]
    }
    assert len(rows) == len(cells) == 4
    for row in rows:
        cell = cells[row["competitor"], row["capability"]]
        assert {name: row[name] for name in cell} == {name: str(cell[name]) for name in cell}
    assert "rank" not in arena("capabilities", "zoo", "--format", "csv")[1].splitlines()[0]


def test_ranks_stand_in_the_cells_of_the_table(arena) -> None:
    """Ant leads law beyond doubt, and trails in code."""
    out = arena("capabilities", "zoo", "--ranks")[1]
    header = next(line for line in out.splitlines() if line.startswith("capability"))
    law = next(line for line in out.splitlines() if line.startswith("law"))
    names, places = header.split()[2:], [one for one in law.split() if one.startswith("#")]
    assert dict(zip(names, places, strict=True)) == {"ant": "#1", "bee": "#2"}
    assert "#" not in arena("capabilities", "zoo")[1]


def test_the_heading_names_the_source(arena) -> None:
    """Its name and kind, whichever command says it."""
    found = json.loads(arena("capabilities", "zoo", "--format", "json")[1])
    assert found["source"] == {"name": "capability", "kind": "tags"}
    options = ("--competitor", "ant", "--facet", "lang", "--format", "json")
    for command in ("findings", "tree"):
        found = json.loads(arena(command, "zoo", *options)[1])
        assert found["source"] == {"name": "lang", "kind": "field"}


def test_a_long_table_of_findings_tells_the_foremost(arena, monkeypatch) -> None:
    """Code stands for its two kinds, which --all lists; JSON has everything anyway."""
    told = ("findings", "zoo", "--competitor", "ant")
    monkeypatch.setattr(ranking.cli.capabilities, "_MOST_ROWS", 3)
    out = arena(*told)[1]
    assert {line.split()[0] for line in out.splitlines()[3:5]} == {"law", "code"}
    assert "code/sql" not in out and "… and 2 more" in out
    everything = arena(*told, "--all")[1]
    assert "code/sql" in everything and "more" not in everything
    assert len(json.loads(arena(*told, "--format", "json")[1])["findings"]) == 4


def test_a_custom_capability_goes_by_its_name(arena) -> None:
    """Not by its key, which begins with custom/."""
    assert arena("taxonomy", "save-capability", "zoo", "Desk work", "law", "code/sql")[0] == 0
    out = arena("capabilities", "zoo")[1]
    assert any(line.startswith("Desk work ") for line in out.splitlines())
    assert "custom/" not in out
    assert "custom/" not in arena("findings", "zoo", "--competitor", "ant")[1]


def test_a_field_can_be_the_facet(arena) -> None:
    """Capabilities from the values of a field."""
    found = json.loads(arena("capabilities", "zoo", "--facet", "lang", "--format", "json")[1])
    assert [one["capability"] for one in found["capabilities"]] == ["de", "en"]
    assert found["facets"] == ["lang"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("findings", "zoo", "--competitor", "dog"), "There is no model 'dog'"),
        (("capabilities", "zoo", "--depth", "4"), "There is no level 4"),
        (("capabilities", "zoo", "--under", "x"), "There is no capability 'x'"),
        (("capabilities", "zoo", "--facet", "x"), "no field 'x'"),
        (("findings", "zoo", "--competitor", "ant", "--bar", "1"), "belongs to the question"),
        (("capabilities", "zoo", "--question", "bar", "--bar", "nan"), "`bar` must be a finite"),
        (("capabilities", "zoo", "--smallest-effect", "inf"), "must be a finite number"),
        (("capabilities", "zoo", "--under", "law"), "There are no capabilities below 'law'"),
        (("standardised", "zoo", "--level", "nan"), "level"),
    ],
)
def test_what_cannot_be_done_is_refused(arena, arguments, sentence) -> None:
    """One sentence, exit code 1, nothing on stdout."""
    code, out, err = arena(*arguments)
    assert (code, out) == (1, "")
    assert sentence in err

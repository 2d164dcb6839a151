"""The command that writes a report."""

import csv
import json

import pytest

from tests.test_cli import podium
from tests.test_cli_capabilities import arena

__all__ = ["arena", "podium"]


def test_the_suffix_says_the_format(arena, tmp_path) -> None:
    """Markdown, HTML and PDF by the name of the file."""
    for suffix, beginning in ((".md", b"# ant"), (".html", b"<!doctype"), (".pdf", b"%PDF")):
        code, out, err = arena("report", "zoo", "--competitor", "ant", "-o", f"r{suffix}")
        assert (code, out, err) == (0, f"Wrote r{suffix}.\n", "")
        assert (tmp_path / f"r{suffix}").read_bytes().startswith(beginning)


def test_without_a_file_markdown_is_printed(arena) -> None:
    """It begins with the competitor, and says the same as the findings."""
    code, out, err = arena("report", "zoo", "--competitor", "ant")
    assert (code, err) == (0, "") and out.startswith("# ant\n")
    found = json.loads(arena("findings", "zoo", "--competitor", "ant", "--format", "json")[1])
    assert found["sentence"] in out
    assert "## Confirmed strengths" in out and "- In **law** (80 items), ant does" in out


def test_findings_go_to_a_file_of_their_own(arena, tmp_path) -> None:
    """Every finding is a row of the CSV, as many as the JSON has."""
    options = ("--competitor", "ant", "-o", "r.md", "--findings-csv", "all.csv")
    code, out, _ = arena("report", "zoo", *options)
    assert code == 0 and out == "Wrote r.md.\nWrote all.csv.\n"
    with (tmp_path / "all.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    found = json.loads(arena("findings", "zoo", "--competitor", "ant", "--format", "json")[1])
    assert [row["capability"] for row in rows] == [one["capability"] for one in found["findings"]]


def test_settings_reach_the_report(arena) -> None:
    """Question, rate, smallest effect and selection are those that were asked for."""
    options = ("--question", "field", "--q", "0.1", "--smallest-effect", "8", "--where", "lang=en")
    out = arena("report", "zoo", "--competitor", "ant", *options)[1]
    assert "better in a capability than the field" in out
    assert "| False discovery rate q | 0.1 |" in out
    assert "| Smallest effect delta | 8 percentage points |" in out
    assert "only comparisons" in out.splitlines()[2]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--competitor", "nobody"), "There is no model 'nobody' in this selection."),
        (("--competitor", "ant", "-o", "r.docx"), "A report is written as .md, .html, .pdf; not"),
        (("--competitor", "ant", "-o", "no/r.md"), "'no/r.md' cannot be written"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arena, options, said) -> None:
    """Exit code 1, nothing on standard output, a sentence that names the value."""
    code, out, err = arena("report", "zoo", *options)
    assert (code, out) == (1, "") and said in err
    assert "Traceback" not in err

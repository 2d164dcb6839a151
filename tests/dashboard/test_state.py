"""What the URL holds, what a click marks, and what is written on the screen."""

from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.jobs import Job
from dashboard.state import KEYS, link, marks_after
from dashboard.wording import counted, file_stem, literal, plotly_text


def test_link_of_defaults_is_bare():
    """A view in which nothing was changed has a short address."""
    assert link("http://x", dict(KEYS)) == "http://x"


def test_link_holds_what_was_changed():
    """Every changed widget is in the link; unknown keys of the session are not."""
    held = {
        **KEYS,
        "arena": "A & B",
        "both_bad": False,
        "k": 16.0,
        "since": date(2026, 1, 31),
        "marked": ["x", "y"],
        "secret": "s",
    }
    query = parse_qs(urlsplit(link("http://x/", held)).query)
    assert query == {
        "arena": ["A & B"],
        "both_bad": ["false"],
        "k": ["16"],
        "since": ["2026-01-31"],
        "marked": ["x", "y"],
    }


def test_marks_of_other_tables_stay():
    """A click in a table changes only the marks of the competitors that it shows."""
    assert marks_after(["z", "b"], ["a", "b", "c"], [2, 0]) == ["z", "a", "c"]


def test_a_stale_row_marks_nothing():
    """Rows beyond the table, from before it was narrowed, are ignored."""
    assert marks_after([], ["a"], [0, 7]) == ["a"]


@given(
    shown=st.lists(st.text(min_size=1), unique=True, max_size=8),
    rows=st.sets(st.integers(0, 7)),
    marked=st.lists(st.text(min_size=1), unique=True, max_size=8),
)
def test_marks_are_unique_and_contain_the_rows(shown: list[str], rows: set[int], marked: list[str]):
    """After a click, exactly the selected rows of the shown competitors are marked."""
    marks = marks_after(marked, shown, sorted(rows))
    assert len(marks) == len(set(marks))
    assert {name for name in shown if name in marks} == {
        name for at, name in enumerate(shown) if at in rows
    }


@pytest.mark.parametrize(
    "text", ["**x**", "$a$", ":red[x]", "![](http://e.example/i.png)", "<script>", "[a](b)", "`c`"]
)
def test_literal_leaves_no_markdown(text: str):
    """Every character that Markdown could act on is escaped or parted from what follows."""
    escaped = literal(text)
    assert escaped.replace("\\", "").replace("\u2060", "") == text
    for character in "*$:[]()<>`!":
        assert escaped.count(f"\\{character}") == escaped.count(character)
    assert "http:/" not in escaped.replace("\\", "")


def test_literal_is_one_line():
    """A line break in a name cannot begin a new paragraph."""
    assert literal("a\n\n# b") == r"a \# b"


def test_plotly_text_is_escaped():
    """Plotly's tags and entities are shown as they are written."""
    assert plotly_text("<b>&amp;") == "&lt;b&gt;&amp;amp;"


def test_counts_agree_with_their_noun():
    """One model, two models, two policies."""
    assert counted(1, "model") == "1 model"
    assert counted(2, "policy") == "2 policies"
    assert counted(12_345, "match") == "12,345 matches"


def test_file_names_are_plain():
    """A download's name has letters, digits and hyphens only."""
    assert file_stem("../My: Arena.csv") == "my-arena-csv"
    assert file_stem("日本") == "arena"


def test_job_returns_its_result():
    """What the work returns is the job's result, and its last progress stays."""

    def work(tell, cancelled):
        tell(2.0, "nearly")
        return "done"

    job = Job(work)
    assert job.wait(10)
    assert (job.result, job.error, job.fraction, job.doing) == ("done", None, 1.0, "nearly")


def test_job_keeps_its_error():
    """What the work raises is kept for the screen, not lost in a thread."""

    def work(tell, cancelled):
        raise ValueError("no")

    job = Job(work)
    assert job.wait(10)
    assert isinstance(job.error, ValueError)


def test_job_can_be_cancelled():
    """A cancelled job sees it and ends."""

    def work(tell, cancelled):
        return cancelled.wait(10)

    job = Job(work)
    job.cancel()
    assert job.wait(10)
    assert job.result is True

"""Two texts side by side: which words are marked, and that no text becomes Markdown."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dashboard.text_diff import Run, as_markdown, word_diff


def own_words(runs: tuple[Run, ...]) -> str:
    return " ".join(run.text for run in runs if run.own)


def plain(runs: tuple[Run, ...]) -> list[str]:
    return " ".join(run.text for run in runs).split()


def test_only_words_of_one_side_are_marked():
    """What both texts say at the same place stays unmarked."""
    diff = word_diff("the cat sat on the mat", "the dog sat on a mat")
    assert (own_words(diff.first), own_words(diff.second)) == ("cat the", "dog a")
    assert diff.shared == pytest.approx(4 / 6)


def test_equal_texts_have_no_marks():
    """The same text on both sides is shared in full."""
    diff = word_diff("a b\nc", "a b\nc")
    assert diff.shared == 1
    assert not any(run.own for run in (*diff.first, *diff.second))


def test_texts_without_a_common_word_are_all_marked():
    """Nothing is shared, and every word is one's own."""
    diff = word_diff("a b", "c d")
    assert diff.shared == 0
    assert own_words(diff.first) == "a b"


def test_long_texts_are_cut_and_counted():
    """Words beyond the limit are left out and counted, on either side."""
    diff = word_diff("a " * 12, "a " * 11, most=10)
    assert diff.left_out == (2, 1)
    assert plain(diff.first) == ["a"] * 10


@pytest.mark.parametrize(("first", "second"), [("", ""), ("a", ""), ("", "b\n")])
def test_empty_texts_are_no_error(first: str, second: str):
    """A missing response is an empty text."""
    diff = word_diff(first, second)
    assert plain(diff.first) == first.split()
    assert plain(diff.second) == second.split()


@given(st.text(max_size=60), st.text(max_size=60))
def test_every_word_is_kept(first: str, second: str):
    """The runs of a text are its words, in order, whatever the other one says."""
    diff = word_diff(first, second)
    assert plain(diff.first) == first.split()
    assert plain(diff.second) == second.split()


def test_own_words_have_a_background():
    """A run of one's own words is one directive of Streamlit; without a colour there is none."""
    runs = word_diff("one two", "one three").first
    assert as_markdown(runs, "blue") == "one :blue-background[two]"
    assert as_markdown(runs, None) == "one two"


def test_lines_and_paragraphs_stay():
    """A line break stays a line break, an empty line parts paragraphs."""
    runs = word_diff("a\nb\n\nc", "").first
    assert as_markdown(runs, None) == "a  \nb\n\nc"


def test_indentation_stays():
    """Spaces and tabs at the start of a line keep their width, and never become a code block."""
    runs = word_diff("if x:\n    y\n\tz", "").first
    assert (
        as_markdown(runs, None)
        == "if x\\:  \n\u00a0\u00a0\u00a0\u00a0y  \n\u00a0\u00a0\u00a0\u00a0z"
    )


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "# heading",
        "1. item",
        "- item",
        "    code",
        "```\ncode\n```",
        ":red[x] :smile:",
        "![i](http://e.example/i.png)",
        "$x$",
        "] :red-background[x",
        "| a | b |\n|---|---|",
        "a\n===",
    ],
)
def test_no_text_becomes_markdown(text: str):
    """Whatever a response holds, no character of it acts: it is escaped or parted."""
    for colour in (None, "blue"):
        written = as_markdown(word_diff(text, "other").first, colour)
        bare = re.sub(r":blue-background\[(?=\S)", "", written) if colour else written
        bare = re.sub(r"(?<!\\)\]", "", bare) if colour else bare
        for found in re.finditer(r"[*$:\[\]()<>`!#|=_-]", bare):
            assert bare[found.start() - 1] == "\\", (found[0], written)
        assert not any(line.startswith("    ") for line in written.splitlines())


def test_a_number_with_a_point_is_no_list():
    """The point after a number at the start of a line is escaped."""
    assert as_markdown(word_diff("1. item", "").first, None) == r"1\. item"

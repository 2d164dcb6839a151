"""Selections: parsing, sentences, and conditions in which every value is bound."""

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.errors import SelectionError
from ranking.selection import Selection


def test_filters_are_parsed_by_name() -> None:
    """Podium's own names and any field; a name given twice lets either value pass."""
    found = Selection.parse(
        ["competitor=a", "competitor=b", "involving=a", "judge=ann", "language=en",
         "since=2024-05-01"]
    )  # fmt: skip
    assert found.competitors == ("a", "b")
    assert found.involving == "a"
    assert found.judges == ("ann",)
    assert found.fields == (("language", ("en",)),)
    assert found.since == datetime(2024, 5, 1)


def test_a_time_with_a_zone_becomes_utc() -> None:
    """The log's times are UTC; so is a filter's."""
    found = Selection.parse(["until=2024-05-01T02:00+02:00"])
    assert found.until == datetime(2024, 5, 1, 0, 0)


@pytest.mark.parametrize("text", ["language", "=en", "since=yesterday", "involving"])
def test_what_is_no_filter_is_refused(text) -> None:
    """A filter without a name, a value or a readable date is an error in words."""
    with pytest.raises(SelectionError):
        Selection.parse([text])


@given(st.text(min_size=1).map(str.strip).filter(lambda s: s))
def test_values_may_hold_anything(value) -> None:
    """Everything after the first equals sign is the value."""
    assert Selection.parse([f"language={value}"]).fields == (("language", (value,)),)


def test_the_sentence_reads() -> None:
    """A selection says in English what it lets pass."""
    found = Selection.parse(["judge=ann", "judge=bob", "since=2024-05-01", "language=en"])
    assert found.sentence == "judged by ann or bob, since 2024-05-01, with language en"
    assert Selection().sentence == "all of them"
    assert not Selection()

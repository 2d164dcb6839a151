"""Right-to-left text as it is set, against the Unicode charts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ranking.report.right_to_left import displayed


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain – 62%", "plain – 62%"),
        ("עברית", "תירבע"),
        ("a עברית חדשה b", "a השדח תירבע b"),
        ("(עברית) 12", "(תירבע) 12"),
        ("מודל 12 ב", "ב 12 לדומ"),
        # seen initial, lam-alef final, meem isolated, from the right
        ("سلام", "\ufee1\ufefc\ufeb3"),
        # beh medial between two joining letters; noon final
        ("لبن", "\ufee6\ufe92\ufedf"),
        # dal joins to the right only: the next letter begins anew
        ("دب", "\ufe8f\ufea9"),
    ],
)
def test_words_are_set_as_they_are_read(text: str, shown: str) -> None:
    """Turned around with numbers in order, Arabic letters joined."""
    assert displayed(text) == shown


def test_marks_stay_with_their_letter_and_do_not_part_a_word() -> None:
    """A vowel mark follows its letter after turning, and letters join across it."""
    assert displayed("بِب") == "\ufe90\ufe91\u0650"


@given(st.text(alphabet="ab עבג12()", max_size=20))
def test_nothing_is_lost(text: str) -> None:
    """Every character is still there, up to mirrored brackets."""
    mirrored = str.maketrans("()", "xx")
    assert sorted(displayed(text).translate(mirrored)) == sorted(text.translate(mirrored))

"""The outcomes of a comparison and their integer codes."""

from typing import Literal

SECOND, TIE, FIRST, BOTH_BAD, SOFT = range(5)
NAMES = ("second", "tie", "first", "both_bad", "soft")

BothBad = Literal["tie", "drop"]
"""What a rating method does with both-bad: count it as a tie, or leave it out."""

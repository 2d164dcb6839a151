"""What the name of a column tells: its words, and which side of the comparison it belongs to."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

SIDES = (
    ("a", "b"),
    ("1", "2"),
    ("left", "right"),
    ("first", "second"),
    ("home", "away"),
    ("white", "black"),
    ("winner", "loser"),
)
"""The words for the two sides, the side of competitor A before that of competitor B."""

BEFORE_PLAY = SIDES[:-1]
"""Those that name a side before anyone has won."""


@dataclass(frozen=True)
class SidePair:
    """Two columns that say the same of either side: their common words and their names."""

    stem: str
    first: str
    second: str
    sides: tuple[str, str]


def words(header: str) -> tuple[str, ...]:
    """Split a header into lower-case words: ``policyA`` and ``policy_a`` are the same.

    Examples
    --------
    >>> words("policyA"), words("partial_success_B"), words("player1")
    (('policy', 'a'), ('partial', 'success', 'b'), ('player', '1'))
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Za-z])(?=[0-9])", "_", header)
    return tuple(word for word in re.split(r"[\W_]+", spaced.lower()) if word)


def plain(header: str) -> str:
    """Return the words of a header joined by underscores."""
    return "_".join(words(header))


def side_of(header: str, sides: Sequence[tuple[str, str]] = SIDES) -> int | None:
    """Return 0 where a header is about the first side, 1 for the second, None for neither."""
    found = {
        side for word in words(header) for pair in sides for side in (0, 1) if word == pair[side]
    }
    return found.pop() if len(found) == 1 else None


def side_pairs(headers: Sequence[str]) -> list[SidePair]:
    """Return the pairs of columns whose names differ in the word for the side alone."""
    places: dict[tuple[tuple[str, ...], str], str] = {}
    for header in headers:
        parts = words(header)
        for at in (len(parts) - 1, 0) if len(parts) > 1 else (0,):
            if parts:
                stem = (*parts[:at], "*", *parts[at + 1 :])
                places.setdefault((stem, parts[at]), header)
    pairs = []
    for (stem, word), header in places.items():
        for sides in SIDES:
            other = places.get((stem, sides[1]))
            if word == sides[0] and other is not None and other != header:
                name = "_".join(part for part in stem if part != "*")
                pairs.append(SidePair(name, header, other, sides))
    return pairs

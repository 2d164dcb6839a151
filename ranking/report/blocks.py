"""The parts that a report is made of, whatever format it is written in; all text is plain."""

import unicodedata
from dataclasses import dataclass

from ranking.wording import one_line

_DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # may hide text
NAME = 200
"""Characters of a name that are shown."""
_NUMERIC = frozenset("0123456789.,+−–<>%∞ to")


@dataclass(frozen=True)
class Heading:
    """A heading; `level` 1 is a section's."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `lead` is the conclusion, `note` is small."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Sentence:
    """A sentence of a list: a stretch of it in bold, and the numbers of its evidence."""

    text: str
    bold: str = ""
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True)
class Bullets:
    """A list of sentences."""

    sentences: tuple[Sentence, ...]


@dataclass(frozen=True)
class Bar:
    """An estimate with its interval, to be drawn in a row; `ring` is a second estimate."""

    estimate: float
    low: float
    high: float
    ring: float | None = None
    tone: str = "plain"  # or "above", "below"


@dataclass(frozen=True)
class Scale:
    """What bars of a table are drawn on: its ends, a line, and a band around that line."""

    low: float
    high: float
    reference: float | None = None
    band: float = 0.0


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes
    ----------
    header : tuple of str
    rows : tuple of tuple of str or Bar
    widths : tuple of float
        Shares of the width of the page.
    scale : Scale, optional
        Of its bars.
    marked : int, optional
        The row that the report is about.
    caption : str
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str | Bar, ...], ...]
    widths: tuple[float, ...]
    scale: Scale | None = None
    marked: int | None = None
    caption: str = ""

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Which columns hold numbers, which stand at the right."""
        return tuple(
            all(isinstance(cell, str) and set(cell) <= _NUMERIC for cell in column)
            for column in zip(*self.rows, strict=True)
        )


@dataclass(frozen=True)
class Exchange:
    """One comparison: its result in a sentence, and who said what."""

    result: Sentence
    said: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Evidence:
    """One numbered item: what it is called, its text, and what was compared on it."""

    number: int
    title: str
    text: str
    exchanges: tuple[Exchange, ...]

    @property
    def on_one_line(self) -> bool:
        """Whether there is no more to it than one result."""
        return not self.text and len(self.exchanges) == 1 and not self.exchanges[0].said


Block = Heading | Paragraph | Bullets | Table | Evidence


@dataclass(frozen=True)
class Document:
    """A report, ready to be written."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]


def plain(text: str) -> str:
    """Return text on one line, without what a reader would not see."""
    return "".join(
        c for c in one_line(text) if c not in _DIRECTIONS and unicodedata.category(c) != "Cs"
    )


def excerpt(text: str, longest: int) -> str:
    """Return the beginning of a text, up to a word's end."""
    whole = plain(text)
    if len(whole) <= longest:
        return whole
    cut = whole[:longest].rsplit(" ", 1)[0] if " " in whole[longest // 2 : longest] else ""
    return f"{(cut or whole[:longest]).rstrip(' ,.;:')} …"

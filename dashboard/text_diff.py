"""Two texts side by side: which words only one of them has, as Markdown that stays text."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

from dashboard.wording import literal

MOST_WORDS = 1_500
"""Words of each text that are compared and shown; the rest is counted."""
FEWEST_SHARED = 0.25
"""Share of common words below which marks would cover everything and say nothing."""

_PIECES = re.compile(r"\n[ \t]*|[^\s]+")  # a line break goes with the indentation after it
_BREAK, _SPACE, _TAB = "\n", "\u00a0", "\u00a0" * 4


@dataclass(frozen=True)
class Run:
    """Successive words of a text, or successive line breaks.

    Attributes
    ----------
    text : str
        The words, parted by single spaces; or the line breaks with the indentation after them.
    own : bool
        Whether the other text lacks them at this place.
    """

    text: str
    own: bool


@dataclass(frozen=True)
class TextDiff:
    """Two texts as runs of words.

    Attributes
    ----------
    first, second : tuple of Run
        The texts.
    shared : float
        Share of their words that both have in the same order, in [0, 1].
    left_out : (int, int)
        Words at the end of either text that are not held.
    """

    first: tuple[Run, ...]
    second: tuple[Run, ...]
    shared: float
    left_out: tuple[int, int]


def word_diff(first: str, second: str, *, most: int = MOST_WORDS) -> TextDiff:
    """Compare two texts word by word."""
    pieces = [_PIECES.findall(text.replace("\r\n", "\n").strip()) for text in (first, second)]
    a, b = (held[:most] for held in pieces)
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    own_a, own_b = [True] * len(a), [True] * len(b)
    for block in matcher.get_matching_blocks():
        own_a[block.a : block.a + block.size] = [False] * block.size
        own_b[block.b : block.b + block.size] = [False] * block.size
    return TextDiff(
        tuple(_runs(a, own_a)),
        tuple(_runs(b, own_b)),
        matcher.ratio(),
        (len(pieces[0]) - len(a), len(pieces[1]) - len(b)),
    )


def _runs(pieces: list[str], own: list[bool]) -> Iterable[Run]:
    def kind(at: int) -> tuple[bool, bool]:
        is_break = pieces[at].startswith(_BREAK)
        return is_break, own[at] and not is_break

    for (is_break, marked), held in groupby(range(len(pieces)), kind):
        words = [pieces[at] for at in held]
        yield Run(("" if is_break else " ").join(words), marked)


def as_markdown(runs: Iterable[Run], colour: str | None) -> str:
    """Write runs as Markdown in which every character of the text stands for itself.

    Parameters
    ----------
    runs : iterable of Run
        A text.
    colour : str or None
        Streamlit's name of the background of the text's own words; None marks nothing.
    """
    written = ""
    for run in runs:
        if run.text.startswith(_BREAK):
            indent = run.text.rpartition(_BREAK)[2].replace("\t", _TAB).replace(" ", _SPACE)
            written += ("\n\n" if run.text.count(_BREAK) > 1 else "  \n") + indent
            continue
        words = literal(run.text)
        marked = f":{colour}-background[{words}]" if run.own and colour else words
        parted = not written or written.endswith(("\n", _SPACE))
        written += marked if parted else f" {marked}"
    return written

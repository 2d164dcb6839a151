"""Words and numbers as the screens write them: escaped, grouped, with real minus signs."""

import html
import math
import re
from collections.abc import Callable

from ranking.wording import plural

_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_JOINER = "\u2060"
# What Markdown or Streamlit would still make something of after its punctuation is escaped:
# directives and emoji (":x"), addresses, and typographic pairs such as "->" and ">=".
_LURKING = re.compile(r"[:@](?=\S)|www(?=\.)|[-<>=!](?=[-<>=])", re.IGNORECASE)


def literal(text: str) -> str:
    """Return Markdown that shows a text exactly as it is, on one line.

    Names, fields and file names come from uploaded data: none of it may become a link, an image,
    a colour or a formula. A word joiner, which has no width, parts what a backslash does not.
    """
    parted = _LURKING.sub(lambda found: found[0] + _JOINER, " ".join(str(text).split()))
    return _PUNCTUATION.sub(r"\\\1", parted)


def plotly_text(text: str) -> str:
    """Escape a text for Plotly, which reads a subset of HTML in every label."""
    return html.escape(" ".join(str(text).split()), quote=False)


def count(number: float) -> str:
    """Write a count with grouped thousands: ``1,374,996``."""
    return f"{number:,.0f}"


def counted(number: float, noun: str) -> str:
    """Write a number with its noun: ``1 model``, ``24 models``."""
    return f"{count(number)} {noun if number == 1 else plural(noun)}"


def span(low: float, high: float, write: Callable[[float], str]) -> str | None:
    """Write an interval: ``984 to 1,020``, ``at least 984``; None where nothing is known."""
    if math.isfinite(low) and math.isfinite(high):
        return f"{write(low)} to {write(high)}"
    if math.isfinite(low):
        return f"at least {write(low)}"
    if math.isfinite(high):
        return f"at most {write(high)}"
    return None


def file_stem(name: str) -> str:
    """Return a plain file name for something with a user's name."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "arena"

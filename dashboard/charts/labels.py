"""Names beside an axis: whole, escaped, and on two lines where they are long."""

import re
from collections.abc import Iterable

from dashboard.wording import plotly_text

LINE = 24
"""Letters of a name that stand on one line."""
_ROW, _WRAPPED, _LINE_HEIGHT = 36, 62, 18  # pixels; a lower row of a table does not break its text


def label(name: str, *, letters: int = LINE) -> str:
    """Return a name for a Plotly axis, broken once or more at a hyphen, slash or space.

    Parameters
    ----------
    name : str
    letters : int, default 24
        How many stand on one line.
    """
    parts = [""]
    for piece in re.findall(r"[^\s\-/_.]+[\s\-/_.]*|[\s\-/_.]+", " ".join(name.split())):
        if parts[-1] and len(parts[-1]) + len(piece.rstrip()) > letters:
            parts.append("")
        parts[-1] += piece
    return "<br>".join(plotly_text(part) for part in parts)


def column_width(names: Iterable[str]) -> int:
    """Return the pixels of a table's column of names: as wide as the longest, within reason."""
    longest = max(map(len, names), default=0)
    return round(min(max(6.6 * longest + 24, 110), 300))


def lines(name: str, *, letters: int = LINE) -> int:
    """Count the lines of a name's label."""
    return label(name, letters=letters).count("<br>") + 1


def row_height(names: Iterable[str], *, letters: int) -> int:
    """Return the height of a table's rows in pixels, so that the longest name is whole.

    Parameters
    ----------
    names : iterable of str
    letters : int
        How many stand on one line of their column.
    """
    most = max((lines(name, letters=letters) for name in names), default=1)
    return _ROW if most == 1 else max(_WRAPPED, 8 + _LINE_HEIGHT * most)

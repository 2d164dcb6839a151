"""Names beside an axis: whole, escaped, and on two lines where they are long."""

import re

from dashboard.wording import plotly_text

LINE = 24
"""Letters of a name that stand on one line."""


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


def lines(name: str, *, letters: int = LINE) -> int:
    """Count the lines of a name's label."""
    return label(name, letters=letters).count("<br>") + 1

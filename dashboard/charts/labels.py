"""Names beside an axis: whole, escaped, and on two lines where they are long."""

import re

from dashboard.wording import plotly_text

LINE = 24
"""Letters of a name that stand on one line."""


def label(name: str) -> str:
    """Return a name for a Plotly axis, broken once or more at a hyphen, slash or space."""
    lines = [""]
    for piece in re.findall(r"[^\s\-/_.]+[\s\-/_.]*|[\s\-/_.]+", " ".join(name.split())):
        if lines[-1] and len(lines[-1]) + len(piece.rstrip()) > LINE:
            lines.append("")
        lines[-1] += piece
    return "<br>".join(plotly_text(line) for line in lines)


def lines(name: str) -> int:
    """Count the lines of a name's label."""
    return label(name).count("<br>") + 1

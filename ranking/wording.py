"""Words and numbers as every front end writes them."""

import math
import re
import unicodedata

_DIRECTIONS = re.compile("[\u202a-\u202e\u2066-\u2069]")  # they would turn the rest of a line round


def plural(noun: str) -> str:
    """Return the plural of a noun: models, policies, matches."""
    if noun.endswith("y") and noun[-2:-1] not in ("a", "e", "o", "u"):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def one_line(text: str) -> str:
    """Return text without line breaks and without what a terminal would obey."""
    plain = "".join(c if unicodedata.category(c) != "Cc" else " " for c in text)
    return " ".join(_DIRECTIONS.sub("", plain).split())


def shortened(text: str, longest: int = 80) -> str:
    """Return a text of one line, cut where it is longer than a column of a table should be."""
    text = one_line(text)
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def number(value: float, decimals: int = 0) -> str:
    """Return a number with a real minus sign; nothing for NaN, ∞ for infinity."""
    if math.isnan(value):
        return ""
    text = "∞" if math.isinf(value) else f"{abs(value):,.{decimals}f}"
    return f"−{text}" if value < 0 and text.strip("0.,") else text


def rounded(value: float) -> str:
    """Return a count to two significant digits: 4, 38, 210, 12,000."""
    if value < 10:
        return f"{math.ceil(value):,}"
    step = 10 ** (math.floor(math.log10(value)) - 1)
    return f"{math.ceil(value / step) * step:,}"


def percent(share: float, decimals: int = 0) -> str:
    """Write a share as "62%"; only what is exactly 0 or 1 is written as 0 or 100%."""
    if share in (0.0, 1.0):
        return f"{100 * share:.0f}%"
    text = f"{100 * share:.{decimals}f}"
    if float(text) not in (0.0, 100.0):
        return f"{text}%"
    return percent(share, 1) if not decimals else f"{text}%"


def tier_text(letters: str) -> str:
    """Shorten runs of tier letters: "bcdefh" becomes "b–fh"."""
    found = [(_place(letter), letter) for letter in re.findall(r"[a-z]|\([a-z]+\)", letters)]
    runs: list[list[tuple[int, str]]] = []
    for place, letter in found:
        if runs and runs[-1][-1][0] == place - 1:
            runs[-1].append((place, letter))
        else:
            runs.append([(place, letter)])
    shown = [
        f"{run[0][1]}–{run[-1][1]}" if len(run) > 2 else "".join(letter for _, letter in run)
        for run in runs
    ]
    return "".join(shown)


def _place(letter: str) -> int:
    """Return which tier a letter stands for: a is 1, z is 26, (aa) is 27."""
    place = 0
    for character in letter.strip("()"):
        place = place * 26 + ord(character) - ord("a") + 1
    return place

"""Hebrew and Arabic as a page shows them, for a writer that sets one character after another.

Arabic letters take the form of their place in the word, and stretches that are read from the right
are turned around. Where such a stretch is longer than a line, its lines come in the wrong order.
"""

import unicodedata
from functools import cache

_TO_THE_LEFT = ("R", "AL")
_FORMS = ("<isolated>", "<final>", "<initial>", "<medial>")
_PRESENTATION = (*range(0xFB50, 0xFDD0), *range(0xFE70, 0xFEFD))
_LAM_ALEF = ("لا", "لأ", "لإ", "لآ")
_BRACKETS = str.maketrans("()[]{}<>«»", ")(][}{><»«")


def displayed(text: str) -> str:
    """Return a text in the order and the forms in which it is to be set.

    >>> displayed("model עברית 3")
    'model תירבע 3'
    """
    if not any(unicodedata.bidirectional(c) in _TO_THE_LEFT for c in text):
        return text
    shaped = _shaped(text)
    out, at = [], 0
    while at < len(shaped):
        end = _stretch(shaped, at)
        out.append(_turned(shaped[at:end]) if end > at else shaped[at])
        at = max(end, at + 1)
    return "".join(out)


def _stretch(text: str, start: int) -> int:
    """Return where a stretch that is read from the right ends; `start` where none begins."""
    end = start
    if unicodedata.bidirectional(text[start]) not in _TO_THE_LEFT:
        return start
    for at in range(start, len(text)):
        kind = unicodedata.bidirectional(text[at])
        if kind == "L":
            break
        if kind in (*_TO_THE_LEFT, "NSM"):
            end = at + 1
    return end


def _turned(text: str) -> str:
    """Turn a stretch around, but for the numbers in it; marks stay behind their letter."""
    parts: list[str] = []
    for character in text:
        kind = unicodedata.bidirectional(character)
        number = kind in ("EN", "AN") and parts and unicodedata.bidirectional(parts[-1][-1]) == kind
        if kind == "NSM" or number:
            parts[-1] += character
        else:
            parts.append(character)
    return "".join(part.translate(_BRACKETS) for part in reversed(parts))


@cache
def _forms() -> dict[str, dict[str, str]]:
    """Return the presentation forms of each Arabic letter, and of lam with alef."""
    forms: dict[str, dict[str, str]] = {}
    for code in _PRESENTATION:
        kind, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        base = "".join(chr(int(letter, 16)) for letter in letters)
        if kind in _FORMS and (len(base) == 1 or base in _LAM_ALEF):
            forms.setdefault(base, {})[kind] = chr(code)
    return forms


def _shaped(text: str) -> str:
    """Give each Arabic letter the form of its place."""
    forms = _forms()
    letters: list[str] = []  # lam with alef is one
    for character in text:
        if letters and letters[-1] + character in forms:
            letters[-1] += character
        else:
            letters.append(character)
    joining = [at for at, one in enumerate(letters) if unicodedata.bidirectional(one[0]) != "NSM"]
    shaped = list(letters)
    for place, at in enumerate(joining):
        own = forms.get(letters[at], {})
        before = letters[joining[place - 1]] if place else ""
        after = letters[joining[place + 1]] if place + 1 < len(joining) else ""
        from_before = "<final>" in own and "<initial>" in forms.get(before, {})
        to_after = "<initial>" in own and "<final>" in forms.get(after, {})
        shaped[at] = own.get(_FORMS[from_before + 2 * to_after], letters[at])
    return "".join(shaped)

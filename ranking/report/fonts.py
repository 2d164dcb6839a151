"""Fonts of the PDF: which one shows which character.

DejaVu Sans Condensed comes with Podium and is embedded: Latin, Greek, Cyrillic, Armenian, Georgian,
Hebrew, Arabic, mathematics. Chinese, Japanese and Korean are set in the fonts that PDF readers
bring themselves (Adobe's standard CID fonts). Whatever neither has is shown as an empty box.
"""

from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from ranking.report.right_to_left import displayed

REGULAR, BOLD = "DejaVuSansCondensed", "DejaVuSansCondensed-Bold"
MISSING = "□"
_FOLDER = Path(__file__).parent / "typefaces"
_CHINESE, _JAPANESE, _KOREAN = "STSong-Light", "HeiseiMin-W3", "HYSMyeongJo-Medium"
_KANA = ((0x3040, 0x30FF), (0x31F0, 0x31FF), (0xFF66, 0xFF9D))
_HANGUL = ((0x1100, 0x11FF), (0x3130, 0x318F), (0xAC00, 0xD7AF))
_HAN = ((0x2E80, 0x2FDF), (0x3000, 0x303F), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF),
        (0xFF00, 0xFFEF))  # fmt: skip


@cache
def _glyphs() -> frozenset[int]:
    """Register the fonts, and return the characters of the embedded one."""
    from reportlab.lib.fonts import addMapping
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont

    faces = [TTFont(name, str(_FOLDER / f"{name}.ttf")) for name in (REGULAR, BOLD)]
    for face in faces:
        pdfmetrics.registerFont(face)
    for name in (_CHINESE, _JAPANESE, _KOREAN):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
    for bold in (0, 1):
        for italic in (0, 1):
            addMapping(REGULAR, bold, italic, BOLD if bold else REGULAR)
    return frozenset(faces[0].face.charToGlyph)


def markup(text: str, *, bold: bool = False) -> str:
    """Return a text as ReportLab's markup, escaped, each stretch in a font that has it."""
    text = displayed(text)
    glyphs = _glyphs()
    asian = _asian_font(text)
    shown = [_font(character, glyphs, asian) for character in text]
    parts = []
    for font, stretch in groupby(zip(shown, text, strict=True), key=lambda pair: pair[0]):
        whole = "".join(character for _, character in stretch)
        if font is None:
            parts.append(MISSING * len(whole))
        elif font == REGULAR:
            parts.append(escape(whole))
        else:
            parts.append(f'<font name="{font}">{escape(whole)}</font>')
    marked = "".join(parts)
    return f"<b>{marked}</b>" if bold and asian is None else marked


def prepare() -> Any:
    """Register the fonts, once."""
    return _glyphs()


def _font(character: str, glyphs: frozenset[int], asian: str | None) -> str | None:
    code = ord(character)
    if asian is not None and _within(code, (*_HAN, *_KANA, *_HANGUL)):
        return asian
    return REGULAR if code in glyphs else None


def _asian_font(text: str) -> str | None:
    """Return the font for the Chinese characters of a text: by the company they keep."""
    codes = [ord(character) for character in text if ord(character) > 0x1000]
    for ranges, font in ((_KANA, _JAPANESE), (_HANGUL, _KOREAN), (_HAN, _CHINESE)):
        if any(_within(code, ranges) for code in codes):
            return font
    return None


def _within(code: int, ranges: tuple[tuple[int, int], ...]) -> bool:
    return any(low <= code <= high for low, high in ranges)

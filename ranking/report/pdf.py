"""A report as PDF: A4, numbered pages, fonts embedded, the same bytes each time."""

import io
from typing import Any

from reportlab.graphics.shapes import Circle, Drawing, Line, Rect
from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Frame,
    KeepTogether,
    PageTemplate,
    Spacer,
)
from reportlab.platypus import Paragraph as Text
from reportlab.platypus import Table as Grid

from ranking.report.blocks import (
    Bar,
    Block,
    Bullets,
    Document,
    Evidence,
    Heading,
    Paragraph,
    Scale,
    Sentence,
    Table,
    excerpt,
)
from ranking.report.fonts import BOLD, REGULAR, markup, prepare
from ranking.report.interval_bar import Stroke, strokes

_MARGIN, _FOOT = 18 * mm, 20 * mm
_WIDE = A4[0] - 2 * _MARGIN
_TEXT, _FAINT, _LINE = HexColor("#0B1218"), HexColor("#55636F"), HexColor("#D5DCE1")
_SHADE, _BAND = HexColor("#F4F6F7"), HexColor("#E9EDF0")
_TONES = {"above": HexColor("#0F6B6B"), "below": HexColor("#C2410C"), "plain": _FAINT}
_PALE = {"above": HexColor("#87B5B5"), "below": HexColor("#E0A085"), "plain": HexColor("#AAB1B7")}
_LINK, _QUIET = "#0F6B6B", "#55636F"
_PADDING = 3.0  # points on either side of a cell
_BAR_HEIGHT = 11.0
_SHORT = 300.0  # points of a table that is not parted
_ROOM = 110.0  # points that a section needs on a page to begin there


def _style(name: str, size: float, **more: Any) -> ParagraphStyle:
    settings = {"fontName": REGULAR, "leading": 1.38 * size, "textColor": _TEXT} | more
    return ParagraphStyle(name, fontSize=size, **settings)


def _styles() -> dict[str, ParagraphStyle]:
    cell = _style("cell", 8)
    return {
        "title": _style("title", 20, fontName=BOLD, leading=24, spaceAfter=2),
        "subtitle": _style("subtitle", 9, textColor=_FAINT, spaceAfter=8),
        "h1": _style("h1", 13, fontName=BOLD, spaceBefore=14, spaceAfter=4),
        "h2": _style("h2", 10, fontName=BOLD, spaceBefore=8, spaceAfter=3),
        "": _style("body", 9.5, spaceAfter=4),
        "lead": _style("lead", 11, fontName=BOLD, spaceAfter=4),
        "note": _style("note", 8.5, textColor=_FAINT, spaceAfter=3),
        "bullet": _style("bullet", 9.5, leftIndent=11, bulletIndent=1, spaceAfter=3),
        "line": _style("line", 8.5, leftIndent=10, bulletIndent=1, spaceAfter=1),
        "one-line": _style("one-line", 8.5, spaceAfter=2),
        "said": _style("said", 8.5, leftIndent=20, spaceAfter=1),
        "evidence": _style("evidence", 9, fontName=BOLD, spaceBefore=7, spaceAfter=1),
        "quote": _style("quote", 8.5, leftIndent=10, textColor=_FAINT, spaceAfter=1),
        "cell": cell,
        "number": _style("number", 8, alignment=TA_RIGHT),
        "head": _style("head", 8, fontName=BOLD, textColor=_FAINT),
        "number-head": _style(
            "number-head", 8, fontName=BOLD, textColor=_FAINT, alignment=TA_RIGHT
        ),
    }


def as_pdf(document: Document) -> bytes:
    """Return a document as PDF; it holds no time and no random identifier."""
    prepare()
    styles = _styles()
    out = io.BytesIO()
    frame = Frame(_MARGIN, _FOOT, _WIDE, A4[1] - _MARGIN - _FOOT, 0, 0, 0, 0, id="page")
    built = BaseDocTemplate(
        out, pagesize=A4, invariant=1, lang="en", title=f"{document.title} by capability",
        author="Podium", creator="Podium", subject=document.subtitle,
    )  # fmt: skip
    built.addPageTemplates(PageTemplate(id="page", frames=[frame]))
    story: list[Any] = [
        Text(markup(document.title), styles["title"]),
        Text(markup(document.subtitle), styles["subtitle"]),
    ]
    headings: list[Any] = []
    for block in document.blocks:
        parts = _flowables(block, styles)
        if isinstance(block, Heading):
            headings += parts
        elif isinstance(block, Table) and _height(parts) <= _SHORT:
            story.append(KeepTogether([*headings, *parts]))
            headings = []
        else:
            story += [CondPageBreak(_ROOM), *headings, *parts] if headings else parts
            headings = []
    foot = markup(excerpt(f"{document.title} · {document.subtitle}", 90))
    built.build(story, canvasmaker=lambda *args, **kwargs: _Numbered(foot, *args, **kwargs))
    return out.getvalue()


class _Numbered(Canvas):  # type: ignore[misc]
    """A canvas that writes "page 2 of 5" under each page, once it knows how many there are."""

    def __init__(self, foot: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._foot = foot
        self._finished: list[dict[str, Any]] = []

    def showPage(self) -> None:  # noqa: N802
        self._finished.append(dict(self.__dict__))
        self._startPage()

    def save(self) -> None:
        total = len(self._finished)
        style = _style("foot", 7.5, textColor=_FAINT)
        right = _style("page", 7.5, textColor=_FAINT, alignment=TA_RIGHT)
        for at, page in enumerate(self._finished, 1):
            self.__dict__.update(page)
            for text, look in ((self._foot, style), (f"Page {at} of {total}", right)):
                line = Text(text, look)
                width = _WIDE - 22 * mm if look is style else _WIDE
                line.wrap(width, 20)
                line.drawOn(self, _MARGIN, _FOOT - 10 * mm)
            super().showPage()
        super().save()


def _flowables(block: Block, styles: dict[str, ParagraphStyle]) -> list[Any]:
    if isinstance(block, Heading):
        return [Text(markup(block.text), styles[f"h{block.level}"])]
    if isinstance(block, Paragraph):
        return [Text(markup(block.text), styles[block.style])]
    if isinstance(block, Bullets):
        return [KeepTogether([_sentence(one, styles["bullet"])]) for one in block.sentences]
    if isinstance(block, Evidence):
        return _evidence(block, styles)
    return _table(block, styles)


def _evidence(block: Evidence, styles: dict[str, ParagraphStyle]) -> list[Any]:
    head = f"E{block.number} · {markup(block.title)}"
    title = f'<a name="e{block.number}"/>{head}'
    if block.on_one_line:
        result = _marked(block.exchanges[0].result)
        return [Text(f"<b>{title}</b> · {result}", styles["one-line"])]
    parts = [Text(title, styles["evidence"])]
    parts += [Text(markup(block.text), styles["quote"])] if block.text else []
    for one in block.exchanges:
        parts.append(_sentence(one.result, styles["line"]))
        parts += [_said(who, text, styles["said"]) for who, text in one.said]
    return [KeepTogether(parts)]


def _said(who: str, text: str, style: ParagraphStyle) -> Text:
    return Text(f'<font color="{_QUIET}">{markup(who)}:</font> {markup(text)}', style)


def _sentence(one: Sentence, style: ParagraphStyle) -> Text:
    return Text(_marked(one), style, bulletText="•")


def _marked(one: Sentence) -> str:
    before, bold, after = one.text.partition(one.bold) if one.bold else (one.text, "", "")
    text = markup(before) + (markup(bold, bold=True) if bold else "") + markup(after)
    links = ", ".join(
        f'<link href="#e{number}" color="{_LINK}">E{number}</link>' for number in one.evidence
    )
    return f"{text} Evidence: {links}." if links else text


def _table(table: Table, styles: dict[str, ParagraphStyle]) -> list[Any]:
    widths = [share * _WIDE for share in table.widths]
    numeric = table.numeric

    def cell(at: int, value: str | Bar, marked: bool) -> Any:
        if isinstance(value, Bar):
            scale = table.scale or Scale(value.low, value.high)
            return _drawing(value, scale, widths[at] - 2 * _PADDING)
        return Text(markup(value, bold=marked), styles["number" if numeric[at] else "cell"])

    head = [
        Text(markup(text), styles["number-head" if number else "head"])
        for text, number in zip(table.header, numeric, strict=True)
    ]
    rows = [
        [cell(column, value, at == table.marked) for column, value in enumerate(row)]
        for at, row in enumerate(table.rows)
    ]
    look = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, _LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), _PADDING),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PADDING),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
        ("NOSPLIT", (0, 0), (0, min(2, len(rows)))),  # no page has one row of a table alone
        ("NOSPLIT", (0, max(len(rows) - 2, 0)), (0, len(rows))),
    ]
    if table.marked is not None:
        look.append(("BACKGROUND", (0, table.marked + 1), (-1, table.marked + 1), _SHADE))
    grid = Grid([head, *rows], colWidths=widths, repeatRows=1, style=look, hAlign="LEFT")
    caption = [Text(markup(table.caption), styles["note"])] if table.caption else []
    return [grid, Spacer(1, 3), *caption]


def _height(parts: list[Any]) -> float:
    return sum(float(part.wrap(_WIDE, A4[1])[1]) for part in parts)


def _drawing(bar: Bar, scale: Scale, width: float) -> Drawing:
    drawing = Drawing(width, _BAR_HEIGHT)
    for stroke in strokes(bar, scale):
        drawing.add(_shape(stroke, bar.tone, width))
    return drawing


def _shape(stroke: Stroke, tone: str, width: float) -> Any:
    edge, middle = 4.0, _BAR_HEIGHT / 2
    start, end = (edge + (width - 2 * edge) * share for share in (stroke.start, stroke.end))
    if stroke.kind == "band":
        return Rect(start, 0, end - start, _BAR_HEIGHT, fillColor=_BAND, strokeColor=None)
    if stroke.kind == "dot":
        return Circle(start, middle, 2.3, fillColor=_TONES[tone], strokeColor=None)
    if stroke.kind == "ring":
        return Circle(start, middle, 3, fillColor=HexColor("#FFFFFF"), strokeColor=_TONES[tone])
    if stroke.kind == "reference":
        line = Line(start, 0, start, _BAR_HEIGHT, strokeColor=_FAINT, strokeWidth=0.5)
        line.strokeDashArray = [1.5, 1.5]
        return line
    colour, thick = (_LINE, 0.6) if stroke.kind == "axis" else (_PALE[tone], 3)
    return Line(start, middle, end, middle, strokeColor=colour, strokeWidth=thick, strokeLineCap=1)

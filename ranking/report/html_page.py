"""A report as one page of HTML that asks nothing of any other address."""

from html import escape

from ranking.report.blocks import (
    Bar,
    Block,
    Bullets,
    Document,
    Evidence,
    Exchange,
    Heading,
    Paragraph,
    Scale,
    Sentence,
    Table,
)
from ranking.report.interval_bar import Stroke, strokes

_WIDTH, _HEIGHT = 150.0, 18.0  # of a bar, in its own units
_EDGE = 5.0

_STYLE = """
:root { color-scheme: light dark; --text: #0B1218; --faint: #55636F; --line: #D5DCE1;
  --paper: #FFFFFF; --shade: #F4F6F7; --above: #0F6B6B; --below: #C2410C; }
@media (prefers-color-scheme: dark) { :root { --text: #E6EDF1; --faint: #9AA9B4; --line: #2B3942;
  --paper: #0E1519; --shade: #172127; --above: #2BA5A0; --below: #F97316; } }
body { background: var(--paper); color: var(--text); max-width: 60rem; margin: 2rem auto;
  padding: 0 1.25rem; font: 15px/1.5 system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif;
  overflow-wrap: anywhere; }
h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .25rem; }
h2 { font-size: 1.25rem; margin: 2.25rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.5rem 0 .5rem; }
.subtitle, .note, caption { color: var(--faint); font-size: .87rem; }
.lead { font-size: 1.08rem; font-weight: 600; }
ul { padding-left: 1.2rem; } li { margin: .35rem 0; }
a { color: var(--above); text-decoration: none; white-space: nowrap; }
a:hover, a:focus { text-decoration: underline; }
.scroll { overflow-x: auto; margin: .75rem 0; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { caption-side: bottom; text-align: left; padding: .5rem 0; }
th, td { text-align: left; padding: .32rem .6rem .32rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; overflow-wrap: break-word; }
th { font-weight: 600; font-size: .87rem; color: var(--faint); }
td.number, th.number { text-align: right; white-space: nowrap; }
td:not(.number) { overflow-wrap: anywhere; min-width: 7rem; }
tr.marked td { font-weight: 650; background: var(--shade); }
section { border-top: 1px solid var(--line); padding: .6rem 0; }
section h3 { margin: 0; } section p { margin: .25rem 0; }
section ul { margin: .25rem 0; } dl { margin: .1rem 0; } dt { color: var(--faint);
  font-size: .87rem; } dd { margin: 0 0 .2rem 1rem; }
svg { display: block; width: 9.5rem; height: 1.15rem; overflow: visible; }
.band { fill: var(--line); opacity: .5; } .axis { stroke: var(--line); }
.reference { stroke: var(--faint); stroke-dasharray: 2 2; }
.above { color: var(--above); } .below { color: var(--below); } .plain { color: var(--faint); }
.interval { stroke: currentColor; stroke-width: 4; stroke-linecap: round; opacity: .55; }
.dot { fill: currentColor; } .ring { fill: var(--paper); stroke: currentColor; stroke-width: 1.5; }
@media print { body { margin: 0; max-width: none; } section, tr { break-inside: avoid; } }
"""


def as_html(document: Document) -> str:
    """Return a document as one page; every text is escaped, and nothing is fetched."""
    body = "\n".join(_written(block) for block in document.blocks)
    policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(document.title)} by capability</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1><bdi>{escape(document.title)}</bdi></h1>
<p class="subtitle">{escape(document.subtitle)}</p>
{body}
</main>
</body>
</html>
"""


def _written(block: Block) -> str:
    if isinstance(block, Heading):
        tag = f"h{block.level + 1}"
        return f"<{tag}>{escape(block.text)}</{tag}>"
    if isinstance(block, Paragraph):
        style = f' class="{block.style}"' if block.style else ""
        return f"<p{style}>{escape(block.text)}</p>"
    if isinstance(block, Bullets):
        return _list(block.sentences)
    if isinstance(block, Evidence):
        return _evidence(block)
    return _table(block)


def _evidence(block: Evidence) -> str:
    title = f"E{block.number} · <bdi>{escape(block.title)}</bdi>"
    if block.on_one_line:
        result = _sentence(block.exchanges[0].result)
        return f'<p id="e{block.number}"><strong>{title}</strong> · {result}</p>'
    text = f"<p>{escape(block.text)}</p>\n" if block.text else ""
    exchanges = "\n".join(map(_exchange, block.exchanges))
    return (
        f'<section id="e{block.number}">\n<h3>{title}</h3>\n'
        f"{text}<ul>\n{exchanges}\n</ul>\n</section>"
    )


def _list(sentences: tuple[Sentence, ...]) -> str:
    return "<ul>\n" + "\n".join(f"<li>{_sentence(one)}</li>" for one in sentences) + "\n</ul>"


def _exchange(one: Exchange) -> str:
    said = "".join(
        f"<dt><bdi>{escape(who)}</bdi></dt><dd><bdi>{escape(text)}</bdi></dd>"
        for who, text in one.said
    )
    return f"<li>{_sentence(one.result)}{f'<dl>{said}</dl>' if said else ''}</li>"


def _sentence(one: Sentence) -> str:
    before, bold, after = one.text.partition(one.bold) if one.bold else (one.text, "", "")
    text = escape(before) + (f"<strong>{escape(bold)}</strong>" if bold else "") + escape(after)
    links = ", ".join(f'<a href="#e{number}">E{number}</a>' for number in one.evidence)
    return f"{text} Evidence: {links}." if links else text


def _table(table: Table) -> str:
    kind = ['class="number"' if at else "" for at in table.numeric]
    head = "".join(
        f'<th scope="col" {style}>{escape(text)}</th>'
        for text, style in zip(table.header, kind, strict=True)
    )
    rows = []
    for at, row in enumerate(table.rows):
        cells = "".join(
            f"<td {style}>{_cell(cell, table)}</td>" for cell, style in zip(row, kind, strict=True)
        )
        rows.append(
            f'<tr class="marked">{cells}</tr>' if at == table.marked else f"<tr>{cells}</tr>"
        )
    caption = f"<caption>{escape(table.caption)}</caption>\n" if table.caption else ""
    body = "\n".join(rows)
    return (
        f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(table.header[0])}">'
        f"<table>\n{caption}<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table></div>"
    ).replace(" >", ">")


def _cell(cell: str | Bar, table: Table) -> str:
    if isinstance(cell, Bar):
        return _svg(cell, table.scale or Scale(cell.low, cell.high))
    return escape(cell)


def _svg(bar: Bar, scale: Scale) -> str:
    drawn = "".join(_stroke(stroke) for stroke in strokes(bar, scale))
    return (
        f'<svg class="{bar.tone}" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" aria-hidden="true">'
        f"{drawn}</svg>"
    )


def _stroke(stroke: Stroke) -> str:
    start, end = (_EDGE + (_WIDTH - 2 * _EDGE) * share for share in (stroke.start, stroke.end))
    middle = _HEIGHT / 2
    if stroke.kind == "band":
        return (
            f'<rect class="band" x="{start:.2f}" y="0" width="{end - start:.2f}" '
            f'height="{_HEIGHT:g}"/>'
        )
    if stroke.kind in ("dot", "ring"):
        radius = 3.5 if stroke.kind == "dot" else 4.5
        return f'<circle class="{stroke.kind}" cx="{start:.2f}" cy="{middle:g}" r="{radius:g}"/>'
    top, bottom = (0.0, _HEIGHT) if stroke.kind == "reference" else (middle, middle)
    return (
        f'<line class="{stroke.kind}" x1="{start:.2f}" y1="{top:g}" x2="{end:.2f}" '
        f'y2="{bottom:g}"/>'
    )

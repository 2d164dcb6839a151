"""A report as Markdown."""

import re

from ranking.report.blocks import (
    Bar,
    Block,
    Bullets,
    Document,
    Evidence,
    Exchange,
    Heading,
    Paragraph,
    Sentence,
    Table,
)

# Punctuation of Markdown; what could begin a list or an underline; what could become an address.
_SPECIAL = re.compile(r"[\\`*_{}\[\]<>#|!&~$@]|:(?=\S)|(?<=www)\.|^[-+=](?=\s|$)")
_NUMBERED = re.compile(r"^(\d+)([.)])(?=\s|$)")


def as_markdown(document: Document) -> str:
    """Return a document as Markdown that shows every text as it is."""
    blocks = [f"# {escaped(document.title)}", escaped(document.subtitle)]
    blocks += [_written(block) for block in document.blocks]
    return "\n\n".join(blocks) + "\n"


def escaped(text: str) -> str:
    """Return text that Markdown shows as it is."""
    return _NUMBERED.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", text))


def _written(block: Block) -> str:
    if isinstance(block, Heading):
        return f"{'#' * (block.level + 1)} {escaped(block.text)}"
    if isinstance(block, Paragraph):
        text = escaped(block.text)
        return f"**{text}**" if block.style == "lead" else text
    if isinstance(block, Bullets):
        return "\n".join(f"- {_sentence(one)}" for one in block.sentences)
    if isinstance(block, Evidence):
        if block.on_one_line:
            result = _sentence(block.exchanges[0].result)
            return f"**E{block.number} · {escaped(block.title)}** · {result}"
        lines = [f"**E{block.number} · {escaped(block.title)}**"]
        lines += [f"> {escaped(block.text)}"] if block.text else []
        return "\n\n".join([*lines, "\n".join(map(_exchange, block.exchanges))])
    return _table(block)


def _exchange(one: Exchange) -> str:
    said = [f"  - {escaped(who)}: {escaped(text)}" for who, text in one.said]
    return "\n".join([f"- {_sentence(one.result)}", *said])


def _sentence(one: Sentence) -> str:
    before, bold, after = one.text.partition(one.bold) if one.bold else (one.text, "", "")
    text = escaped(before) + (f"**{escaped(bold)}**" if bold else "") + escaped(after)
    if not one.evidence:
        return text
    return f"{text} Evidence: {', '.join(f'E{number}' for number in one.evidence)}."


def _table(table: Table) -> str:
    kept = [at for at in range(len(table.header)) if not isinstance(table.rows[0][at], Bar)]
    rule = ["---:" if table.numeric[at] else "---" for at in kept]
    rows = [
        [
            f"**{escaped(str(row[at]))}**" if place == table.marked else escaped(str(row[at]))
            for at in kept
        ]
        for place, row in enumerate(table.rows)
    ]
    head = [escaped(table.header[at]) for at in kept]
    lines = [f"| {' | '.join(row)} |" for row in [head, rule, *rows]]
    caption = table.caption.partition(": the line is")[0].removesuffix(".")
    return "\n".join(lines) + (f"\n\n{escaped(caption)}." if caption else "")

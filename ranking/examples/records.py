"""Examples as JSON values, as tables and as a sentence."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ranking.capabilities.matrix import heading, known
from ranking.capabilities.sentences import shown_name
from ranking.examples.counts import count_examples
from ranking.examples.item import Example, Verdict
from ranking.examples.listing import ExampleList, ExampleRow
from ranking.examples.log import ExampleLog
from ranking.wording import number, one_line, percent

MOST_COLUMNS = 6
"""Competitors whose results a table of items has room for."""
_MOST_TEXT = 60  # characters of a text in a table
_OUTCOMES = {"tie": "tie", "both_bad": "both bad", "soft": "in between"}


def list_as_dict(found: ExampleList) -> dict[str, Any]:
    """Return a list of examples as JSON values (see docs/json-examples.md)."""
    counts = count_examples(found.log, found.wanted)
    return {
        **heading(found.log.evidence),
        "filter": found.wanted.as_dict(),
        "order": found.order,
        "question": found.question,
        "values": found.values,
        "unit": found.unit.name,
        "results": "scores" if found.log.evidence.has_scores else "wins",
        "sentence": found.sentence,
        "examples": found.items,
        "comparisons": found.comparisons,
        "of_items": found.of_items,
        "offset": found.offset,
        "counts": {name: [asdict(one) for one in held] for name, held in vars(counts).items()},
        "rows": [
            {
                "item": row.item,
                "text": row.text,
                "comparisons": row.comparisons,
                "beyond": row.beyond,
                "results": _pairs(row.results),
            }
            for row in found.rows
        ],
    }


def item_as_dict(log: ExampleLog, example: Example) -> dict[str, Any]:
    """Return one item as JSON values (see docs/json-examples.md)."""
    return {
        **heading(log.evidence),
        "item": example.item,
        "text": example.text,
        "capabilities": [{"capability": key, "name": name} for key, name in example.capabilities],
        "results": _pairs(example.results),
        "scored": example.scored,
        "orders_disagree": example.orders_disagree,
        "judges_disagree": example.judges_disagree,
        "left_out": example.left_out,
        "verdicts": [_verdict(one) for one in example.verdicts],
    }


def as_json(contract: dict[str, Any]) -> str:
    """Return JSON values as text."""
    return json.dumps(contract, indent=2, ensure_ascii=False, allow_nan=False)


def count_words(found: ExampleList) -> str:
    """Say how many items are listed, of how many, and in which order."""
    one = found.log.evidence.log.known_items == 0
    noun = "comparison" if one else "item"
    count = f"{found.items:,} {noun}{'' if found.items == 1 else 's'}"
    if found.items != found.of_items:
        count = f"{found.items:,} of {found.of_items:,} {noun}s"
    words = found.wanted.words()
    if words:
        count += f" with a comparison {words}" if not one else f" {words}"
    return ", ".join(filter(None, (count, _order_words(found))))


def _order_words(found: ExampleList) -> str:
    if found.order == "item":
        return ""
    return "worst results first" if found.weak == (found.order == "for") else "best results first"


def shown_competitors(found: ExampleList) -> list[str]:
    """Return whose results a table has room for: who is asked about, then whom they met.

    Nobody where there are many and none is asked about; see `ends`.
    """
    wanted, everyone = found.wanted, found.log.evidence.competitors
    asked = [wanted.competitor, wanted.worse_than, *wanted.against]
    shown = [name for name in asked if name is not None]
    if len(everyone) <= MOST_COLUMNS:
        shown += everyone
    return list(dict.fromkeys(shown))[:MOST_COLUMNS]


def ends(row: ExampleRow) -> tuple[str, str]:
    """Return who did best on an item, and who did worst; nobody where all did alike."""
    if not row.results:
        return "", ""
    ordered = sorted(row.results.items(), key=lambda pair: (-pair[1], pair[0]))
    (best, high), (worst, low) = ordered[0], ordered[-1]
    return ("", "") if high == low else (best, worst)


def list_table(found: ExampleList) -> tuple[list[str], list[list[Any]]]:
    """Return the header and rows of a table."""
    scored = found.log.evidence.has_scores
    columns: dict[str, list[Any]] = {"item": [_cut(row.item) for row in found.rows]}
    if any(row.text for row in found.rows):
        columns["text"] = [_cut(row.text) for row in found.rows]
    if found.wanted.competitor is not None:
        decimals = 1 if found.unit.size == 100 else 2
        columns["beyond"] = [
            "" if row.beyond is None else number(row.beyond, decimals) for row in found.rows
        ]
    for name in shown_competitors(found):
        columns[one_line(name)] = [_result(row.results.get(name), scored) for row in found.rows]
    if not shown_competitors(found):
        columns["best"] = [ends(row)[0] for row in found.rows]
        columns["worst"] = [ends(row)[1] for row in found.rows]
    columns["comparisons"] = [row.comparisons for row in found.rows]
    return list(columns), [list(row) for row in zip(*columns.values(), strict=True)]


def item_table(example: Example, noun: str) -> tuple[list[str], list[list[Any]]]:
    """Return the header and rows of a table of verdicts; columns without values are left out."""
    columns: dict[str, list[Any]] = {
        f"{noun} A": [one.first for one in example.verdicts],
        f"{noun} B": [one.second for one in example.verdicts],
        "verdict": [verdict_words(one) for one in example.verdicts],
        "judge": [one.judge for one in example.verdicts],
        "shown first": [one.shown_first for one in example.verdicts],
        "score A": [one.score_first for one in example.verdicts],
        "score B": [one.score_second for one in example.verdicts],
        "count": [one.count if one.count > 1 else None for one in example.verdicts],
        "response A": [_cut(one.response_first) for one in example.verdicts],
        "response B": [_cut(one.response_second) for one in example.verdicts],
        "feedback": [_cut(one.feedback) for one in example.verdicts],
    }
    held = {name: values for name, values in columns.items() if any(v or v == 0 for v in values)}
    rows = [
        ["" if v is None else _plain(v) for v in row] for row in zip(*held.values(), strict=True)
    ]
    return list(held), rows


def verdict_words(one: Verdict) -> str:
    """Say who won, or how it ended."""
    if one.outcome == "first":
        return f"{one.first} won"
    if one.outcome == "second":
        return f"{one.second} won"
    if one.outcome == "soft":
        return f"{percent(one.score)} to {one.first}"
    return _OUTCOMES[one.outcome]


def capability_words(example: Example) -> str:
    """Name the capabilities of an item."""
    return "; ".join(shown_name(key, name) for key, name in example.capabilities)


def _verdict(one: Verdict) -> dict[str, Any]:
    held = asdict(one)
    time = held.pop("time")
    fields = {name: known(value) for name, value in held.pop("fields").items()}
    return {
        **{name: known(value) for name, value in held.items()},
        "time": time.isoformat() if isinstance(time, datetime) else None,
        "fields": fields,
    }


def _pairs(results: dict[str, float]) -> list[dict[str, Any]]:
    return [{"competitor": name, "result": value} for name, value in results.items()]


def _result(value: float | None, scored: bool) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if scored else percent(value)


def _plain(value: Any) -> Any:
    return f"{value:.4g}" if isinstance(value, float) else value


def _cut(text: str | None) -> str:
    line = one_line(text or "")
    return line if len(line) <= _MOST_TEXT else f"{line[: _MOST_TEXT - 1]}…"

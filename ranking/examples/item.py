"""One item in full: what was asked, what was answered, and every verdict."""

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from ranking.errors import SelectionError
from ranking.examples.listing import on_item, results
from ranking.examples.log import ExampleLog
from ranking.store.examples import read_item
from ranking.store.item_codes import line_code
from ranking.store.where import where

if TYPE_CHECKING:
    import pandas as pd

MOST_VERDICTS = 1_000
"""Comparisons of one item that are read; the rest is counted."""

_SOURCE = re.compile(r"import (\d{1,9}), line (\d{1,11})")
_OWN = {
    "import_id", "line", "first_name", "second_name", "outcome_name", "score", "votes", "weight",
    "item_name", "item_text", "judge_name", "capabilities", "time", "first_shown", "score_first",
    "score_second", "response_first", "response_second", "feedback",
}  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """One comparison, as it stands in the log; "first" and "second" are A and B of the file.

    Attributes
    ----------
    first, second : str
        The competitors.
    outcome : {"first", "second", "tie", "both_bad", "soft"}
    score : float
        Of `first`, in [0, 1].
    count : int
        How often the row counts.
    judge : str or None
    shown_first : str or None
        The competitor that was shown first, where that is known.
    score_first, score_second : float or None
        What either side scored itself.
    response_first, response_second, feedback : str or None
    time : datetime or None
    fields : dict of str
        Imported fields and features of the row.
    source : str
        Its import and line.
    """

    first: str
    second: str
    outcome: str
    score: float
    count: int
    judge: str | None
    shown_first: str | None
    score_first: float | None
    score_second: float | None
    response_first: str | None
    response_second: str | None
    feedback: str | None
    time: datetime | None
    fields: dict[str, str | float]
    source: str


@dataclass(frozen=True)
class Example:
    """One item with every selected comparison on it.

    Attributes
    ----------
    item : str
    text : str or None
        What was asked.
    capabilities : tuple of (str, str)
        Key and name of the nodes that it is tagged with.
    scored : bool
        Whether results are scores, or shares of wins.
    results : dict of str to float
        Each competitor's mean result on the item, best first.
    orders_disagree, judges_disagree : bool
        Whether that holds for any pair (see `ExampleLog.disagreement`).
    verdicts : tuple of Verdict
        In the order of the imports.
    left_out : int
        Further rows of the log on this item.
    """

    item: str
    text: str | None
    capabilities: tuple[tuple[str, str], ...]
    scored: bool
    results: dict[str, float]
    orders_disagree: bool
    judges_disagree: bool
    verdicts: tuple[Verdict, ...]
    left_out: int


def item_code(log: ExampleLog, item: str) -> int:
    """Return the code of an item by its label.

    Raises
    ------
    SelectionError
        If nothing that is selected is about it.
    """
    held = log.evidence.log
    at = bisect_left(held.names, item)
    if at < len(held.names) and held.names[at] == item:
        return at
    if source := _SOURCE.fullmatch(item):
        line = line_code(np.array([int(source[1])]), np.array([int(source[2])]))
        (place,) = np.searchsorted(held.lines, line).tolist()
        if place < len(held.lines) and held.lines[place] == line:
            return held.known_items + int(place)
    raise SelectionError(f"There is no item {item!r} in this selection.")


def read_example(log: ExampleLog, item: str, *, limit: int = MOST_VERDICTS) -> Example:
    """Read one item with every selected comparison on it.

    Parameters
    ----------
    item : str
        Its name; "import 1, line 7" for a comparison without an item.
    limit : int, default 1000
        Comparisons to read.

    Raises
    ------
    SelectionError
        If nothing that is selected is about it.
    """
    code = item_code(log, item)
    evidence, comparisons = log.evidence, log.evidence.comparisons
    with comparisons.store.reading() as connection:
        condition = where(connection, comparisons.arena, comparisons.selection)
        frame, shown = read_item(
            connection, comparisons.arena, condition, evidence.log, code, limit=limit
        )
    own = log.rows.item == code
    taxonomy = evidence.taxonomy
    tagged = taxonomy.tag_node[taxonomy.tag_item == code].tolist()
    found = on_item(evidence, results(evidence), code)
    texts = frame["item_text"].dropna()
    return Example(
        item=item,
        text=str(texts.iloc[0]) if len(texts) else None,
        capabilities=tuple((taxonomy.keys[at], taxonomy.names[at]) for at in tagged if at),
        scored=evidence.has_scores,
        results=dict(sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))),
        orders_disagree=bool(log.disagreement("orders")[own].any()),
        judges_disagree=bool(log.disagreement("judges")[own].any()),
        verdicts=tuple(_verdicts(frame, shown)),
        left_out=int(own.sum()) - len(frame),
    )


def _verdicts(frame: "pd.DataFrame", shown: dict[str, str]) -> list[Verdict]:
    fields = [name for name in frame.columns if name not in _OWN]
    records = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return [_verdict(row, {shown[name]: row[name] for name in fields}) for row in records]


def _verdict(row: dict[str, Any], fields: dict[str, Any]) -> Verdict:
    ahead = row["first_shown"]
    time = row["time"]
    return Verdict(
        first=row["first_name"],
        second=row["second_name"],
        outcome=row["outcome_name"],
        score=float(row["score"]),
        count=int(row["votes"]),
        judge=row["judge_name"],
        shown_first=None if ahead is None else row["first_name" if ahead else "second_name"],
        score_first=row["score_first"],
        score_second=row["score_second"],
        response_first=row["response_first"],
        response_second=row["response_second"],
        feedback=row["feedback"],
        time=None if time is None else time.to_pydatetime(),
        fields={name: value for name, value in fields.items() if value is not None},
        source=f"import {row['import_id']}, line {row['line']}",
    )

"""The list of items behind a number: which speak most for it, and what narrows them."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard import examples_address, examples_controls, examples_data, sharing
from dashboard.capability_data import Studied
from dashboard.examples_data import ITEMS_PER_PAGE
from dashboard.wording import literal
from ranking.capabilities.sentences import signed
from ranking.examples import ExampleFilter, ExampleList, ExampleLog
from ranking.examples.log import Order
from ranking.examples.records import count_words, ends, list_as_dict, shown_competitors

_LETTER = 6.6  # pixels of a letter in a table
_ROOM = 690  # pixels that columns have on a laptop


def items(studied: Studied, log: ExampleLog, subject: ExampleFilter) -> None:
    """Draw the items in their order, and beside them what narrows them."""
    wanted = examples_controls.narrowed(subject, log)
    left, right = st.columns([3, 1], gap="medium")
    with left:
        order = examples_controls.pick_order(studied.arena.noun, wanted.competitor)
        found = _sheet(studied, wanted, order)
    with right:
        counts = examples_data.counts(studied, wanted)
        examples_controls.pick_filters(studied, log, wanted, counts)
    with left:
        parts = (studied.arena.name, "examples", wanted.competitor or "")
        sharing.take_away(
            " ".join(filter(None, parts)), lambda: list_as_dict(found), of=wanted.capability or None
        )


def _sheet(studied: Studied, wanted: ExampleFilter, order: Order) -> ExampleList:
    """Draw one page of items and the choice of the page."""
    total = len(examples_data.items(studied, wanted, order))
    sheets = max(-(-total // ITEMS_PER_PAGE), 1)
    asked = st.session_state.get("sheet") or st.query_params.get("sheet", "1")
    number = min(max(int(asked) if str(asked).isdecimal() else 1, 1), sheets)
    found = examples_data.page(studied, wanted, order, number)
    st.caption(literal(f"{count_words(found)}. Choose one to read it."))
    if not total:
        st.info("No item matches. Take a filter back to see more.", icon=":material/search_off:")
        return found
    _table(found, studied.arena.noun)
    if sheets > 1:
        with st.container(horizontal_alignment="center"):
            st.pagination(sheets, key="sheet", bind="query-params", max_visible_pages=5)
    return found


def _table(found: ExampleList, noun: str) -> None:
    frame, columns = _frame(found)
    key = f"items-{found.offset}-{hash((found.wanted, found.order))}"

    def read() -> None:
        chosen = st.session_state[key].selection.rows
        if chosen and chosen[0] < len(found.rows):
            examples_address.open_item(found.rows[chosen[0]].item)

    st.dataframe(
        frame, key=key, on_select=read, selection_mode="single-row", hide_index=True,
        column_config=columns, placeholder="–", height="content",
        alt=f"Items with the results of each {noun}",
    )  # fmt: skip


def _frame(found: ExampleList) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Return the table of a page of items, and how its columns are shown."""
    rows, scored = found.rows, found.log.evidence.has_scores
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    frame = {"item": [row.item for row in rows]}
    columns: dict[str, Any] = {"item": text("Item", width=_width(frame["item"], 80, 200))}
    if found.wanted.competitor is not None:
        frame["beyond"] = [
            "–" if row.beyond is None else signed(row.beyond, found.unit) for row in rows
        ]
        columns["beyond"] = text(
            _beyond_title(found), alignment="right", width=110,
            help=f"How far {found.wanted.competitor} did better on the item than "
            f"{_expected(found)}, in {found.unit.name}.",
        )  # fmt: skip
    names = shown_competitors(found)
    for at, name in enumerate(names):
        results = [row.results.get(name) for row in rows]
        frame[f"result-{at}"] = results if scored else [_hundred(value) for value in results]
        columns[f"result-{at}"] = number(
            name, format="%.4g" if scored else "%.0f%%", width=_width([name], 90, 260),
            help="Mean score on the item." if scored
            else "Share of the score on the item against whom it met there; a tie counts half.",
        )  # fmt: skip
    if not names:
        for at, title in enumerate(("Best", "Worst")):
            frame[title] = [ends(row)[at] for row in rows]
            columns[title] = text(title, width=_width(frame[title], 90, 200))
    frame["comparisons"] = [row.comparisons for row in rows]
    columns["comparisons"] = number("Comparisons", format="localized", width=100)
    if any(row.text for row in rows):
        taken = sum(column["width"] for column in columns.values())
        width = min(max(_ROOM - taken, 160), 400)
        frame["text"] = [" ".join((row.text or "").split()) for row in rows]
        columns = {"item": columns["item"], "text": text("Text", width=width), **columns}
    return pd.DataFrame({name: frame[name] for name in columns}), columns


def _beyond_title(found: ExampleList) -> str:
    return {"itself": "Beyond its level", "field": "Beyond even", "bar": "Result"}[found.question]


def _expected(found: ExampleList) -> str:
    words = {"itself": "its overall level leads one to expect", "field": "even", "bar": "nothing"}
    return words[found.question]


def _hundred(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _width(texts: list[str], least: int, most: int) -> int:
    return min(max(round(_LETTER * max(map(len, texts), default=0)) + 24, least), most)

"""Raw comparisons seen from one competitor: it is A in every row, and wins or loses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from dashboard import data
from dashboard.wording import counted, literal
from ranking.selection import Selection
from ranking.store import Arena

ROWS_PER_SHEET = 50
RESULTS = {
    "first": "won",
    "second": "lost",
    "tie": "tie",
    "both_bad": "both bad",
    "soft": "in between",
}
_MIRRORED = {"first": "second", "second": "first"}
_SIDES = ("score", "response")
_LETTER = 6.6  # pixels of a letter in a table
_LAST = ("feedback", "import", "line")


@dataclass(frozen=True)
class Sheet:
    """One page of raw rows: the rows, seen from a competitor, and the number of the first."""

    rows: pd.DataFrame
    first: int
    total: int


def seen_from(rows: pd.DataFrame, name: str, noun: str) -> pd.DataFrame:
    """Return raw rows in which a competitor is A.

    Parameters
    ----------
    rows : DataFrame
        Of `Comparisons.page`, with the competitor on either side.
    name, noun : str
        The competitor, and what one is called.

    Returns
    -------
    DataFrame
        The opponent and the outcome in words first. Every pair of columns ``x_a``, ``x_b`` is
        swapped where the competitor was B, and so are a soft score and who was shown first; the
        competitor's own column says which side it was, as free texts may speak of "A".
    """
    own, others = f"{noun}_a", f"{noun}_b"
    swapped = (rows[others] == name) & (rows[own] != name)
    seen = rows.copy()
    for base in {column[:-2] for column in rows.columns if column[-2:] in ("_a", "_b")}:
        first, second = f"{base}_a", f"{base}_b"
        if not (base in _SIDES or (first in rows and second in rows)):
            continue  # a column that only looks as if it were of one side
        # A page leaves out a column without values.
        held = rows.reindex(columns=[first, second])
        seen[first] = held[first].where(~swapped, held[second])
        seen[second] = held[second].where(~swapped, held[first])
    if "score" in rows:
        seen["score"] = rows["score"].where(~swapped, 1 - rows["score"])
    if "a_shown_first" in rows:
        seen["a_shown_first"] = rows["a_shown_first"].where(~swapped, rows["a_shown_first"] == 0)
    seen["outcome"] = (
        rows["outcome"].where(~swapped, rows["outcome"].replace(_MIRRORED)).map(RESULTS)
    )
    seen[own] = swapped.map({False: "A", True: "B"})
    head = [others, "outcome"]
    tail = [own, *(column for column in _LAST if column in seen)]
    middle = [column for column in seen if column not in (*head, *tail)]
    return seen[head + middle + tail]


def columns(rows: pd.DataFrame, noun: str) -> dict[str, Any]:
    """Return how Podium's own columns are shown; imported fields keep their names."""
    words = {
        "outcome": "Outcome of A",
        f"{noun}_a": "Side",
        "item_text": "Item text",
        "a_shown_first": "A shown first",
    }
    plain = ("score", "weight", "item", "judge", "capabilities", "time", "feedback")
    words |= {column: column.capitalize() for column in plain}
    words |= {f"{base}_{side}": f"{base.capitalize()} {side.upper()}"
              for base in _SIDES for side in "ab"}  # fmt: skip
    whole: dict[str, Any] = {
        column: st.column_config.NumberColumn(column.capitalize(), format="localized", width=80)
        for column in ("count", "import", "line")
    }
    longest = max(map(len, rows[f"{noun}_b"]), default=0)
    whole[f"{noun}_b"] = st.column_config.TextColumn(
        "Opponent", width=min(max(round(_LETTER * longest) + 24, 120), 300)
    )
    return {column: shown for column, shown in (words | whole).items() if column in rows}


def first_sheet() -> None:
    """Go back to the first page and the first row; for callbacks of what changes the rows."""
    st.session_state["sheet"] = 1
    if "row" in st.session_state:
        st.session_state["row"] = 1


def chosen_row() -> int:
    """Return the number of the row to read, which the address may hold before its widget does."""
    asked = st.session_state.get("row") or st.query_params.get("row", "1")
    return int(asked) if str(asked).isdecimal() else 1


def browse(
    arena: Arena,
    selection: Selection,
    name: str,
    draw: Callable[[Sheet], None],
    *,
    legend: str,
) -> int:
    """Draw a search, one page of raw rows and the choice of the page; return how many there are.

    Parameters
    ----------
    selection : Selection
        Only rows with the competitor on one side.
    name : str
        The competitor that the rows are seen from.
    draw : callable
        Draws the table.
    legend : str
        Who is A, in plain text.
    """
    search = st.text_input(
        "Search", type="search", key="find", bind="query-params", on_change=first_sheet,
        placeholder="A name, an item, words of a response …", width=480,
    )  # fmt: skip
    total = data.count(arena, selection, search or "")
    sheets = max(-(-total // ROWS_PER_SHEET), 1)
    number = min(st.session_state.get("sheet") or 1, sheets)
    pages = f", {ROWS_PER_SHEET} to a page" if sheets > 1 else ""
    st.caption(literal(f"{counted(total, 'row')}{pages}. {legend}"))
    slot = st.container()
    if sheets > 1:
        with st.container(horizontal_alignment="center"):
            number = st.pagination(sheets, key="sheet", bind="query-params")
    with slot.skeleton(height=300):
        first = (number - 1) * ROWS_PER_SHEET
        found = data.page(arena, selection, search or "", first, ROWS_PER_SHEET)
    with slot:
        if total:
            draw(Sheet(seen_from(found, name, arena.noun), first + 1, total))
        else:
            st.info("No comparison matches.", icon=":material/search_off:")
    return total

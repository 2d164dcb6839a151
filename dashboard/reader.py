"""One raw comparison to read: both responses side by side, with the words that differ."""

import pandas as pd
import streamlit as st

from dashboard import pair_data, raw_rows
from dashboard.text_diff import FEWEST_SHARED, Run, as_markdown
from dashboard.wording import count, counted, literal
from ranking.head_to_head import HeadToHead
from ranking.selection import Selection
from ranking.store import Arena

OWN_WORDS = ("blue", "orange")
"""Backgrounds of the words that only the first or only the second text has."""
_TALLEST = 420  # pixels of a text before it scrolls in itself
_FEW = 40  # words of two texts that can be marked whatever they share
_TEXTS = ("response_a", "response_b", "item_text", "feedback")
_LONG = 700  # characters from which a text may need that


def readable(rows: pd.DataFrame) -> bool:
    """Say whether any of some raw rows has a text that is worth a place of its own."""
    return any(column in rows for column in _TEXTS)


def read(arena: Arena, between: Selection, meeting: HeadToHead, total: int) -> None:
    """Draw one comparison with both responses side by side, and the choice of it."""
    number = max(min(raw_rows.chosen_row(), total), 1)
    search = st.session_state.get("find") or ""
    (row,) = raw_rows.seen_from(
        pair_data.row(arena, between, search, number), meeting.first, arena.noun
    ).to_dict("records")
    texts = [_text(row, f"response_{side}") for side in "ab"]
    item, feedback = _text(row, "item_text"), _text(row, "feedback")
    if not any((*texts, item, feedback)):
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(f"Comparison {count(number)} of {count(total)}", anchor=False)
        if total > 1:
            st.pagination(total, key="row", bind="query-params", max_visible_pages=5)
    said = [_outcome(str(row["outcome"]), meeting.first)]
    said += [str(row[key]) for key in ("item", "judge", "capabilities") if _text(row, key)]
    st.caption(literal(" · ".join(said)))
    if item:
        st.markdown(f"**{literal(item)}**")
    if any(texts):
        side_by_side((meeting.first, meeting.second), (texts[0], texts[1]))
    if feedback:
        side = row[f"{arena.noun}_a"]
        words = "" if side == "A" else f" (there, A is {meeting.second})"
        st.markdown(f":material/comment: {literal(feedback)}:gray[{literal(words)}]")


def _outcome(word: str, first: str) -> str:
    return f"{first} {word}" if word in ("won", "lost") else word.capitalize()


def _text(row: dict[str, object], key: str) -> str:
    value = row.get(key)
    return "" if value is None or pd.isna(value) else str(value).strip()


def side_by_side(names: tuple[str, str], texts: tuple[str, str]) -> None:
    """Draw two responses beside each other, with the choice to mark what only one has.

    Parameters
    ----------
    names : (str, str)
        Whose they are.
    texts : (str, str)
        Empty where there is none.
    """
    first, second = texts
    found = pair_data.texts(first, second)
    alike = found.shared >= FEWEST_SHARED or len(f"{first} {second}".split()) < _FEW
    mark = False
    if first and second:
        if alike:
            mark = st.toggle("Mark differences", value=True, key="differences", bind="query-params")
        else:
            st.caption("They share too few words for differences to be worth marking.")
    sides = zip(
        st.columns(2, gap="medium"),
        names,
        (found.first, found.second),
        found.left_out,
        OWN_WORDS,
        strict=True,
    )
    tall = max(len(first), len(second)) > _LONG
    for column, name, runs, left_out, colour in sides:
        with column:
            st.markdown(f"**{literal(name)}**")
            box = st.container(border=True, height=_TALLEST if tall else "stretch")
            box.markdown(_written(runs, colour if mark else None))
            if left_out:
                box.caption(f"{counted(left_out, 'more word')} not shown.")


def _written(runs: tuple[Run, ...], colour: str | None) -> str:
    return as_markdown(runs, colour) or ":gray[No response is held.]"

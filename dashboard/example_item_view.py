"""One item in full: its text, responses side by side, and every verdict on it."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard import (
    examples_address,
    examples_controls,
    examples_data,
    media,
    pair_data,
    reader,
    sharing,
)
from dashboard.appearance import STILL, palette
from dashboard.capability_data import Studied
from dashboard.charts.examples import results_figure
from dashboard.examples_data import ITEMS_PER_PAGE
from dashboard.text_diff import as_markdown
from dashboard.wording import count, counted, literal
from ranking.capabilities.sentences import shown_name
from ranking.examples import Example, ExampleFilter, ExampleLog, Verdict
from ranking.examples.item import item_code
from ranking.examples.records import item_as_dict, verdict_words
from ranking.laplacian import Codes
from ranking.wording import number, percent

_SHORT = 160  # letters of a text that may be the heading
_LONG, _TALLEST = 900, 300  # letters from which a text scrolls in itself, in so many pixels
_MOST_RESULTS = 12
_MOST_ROWS = 10  # verdicts before the table scrolls in itself


def item(studied: Studied, log: ExampleLog, subject: ExampleFilter, name: str) -> None:
    """Draw one item, and the way to the ones before and after it."""
    wanted = examples_controls.narrowed(subject, log)
    order = examples_controls.held_order(wanted.competitor)
    example = examples_data.example(studied, name)
    _steps(examples_data.items(studied, wanted, order), log, name)
    _head(example)
    _facts(example)
    _fields(example)
    verdicts = _in_order(example.verdicts, wanted)
    key = f"verdicts-{name}"
    chosen = _chosen(verdicts, key)
    wide, narrow = st.columns([3, 1], gap="medium")
    with wide:
        if chosen is not None:
            _responses(chosen)
        _verdicts(verdicts, example, studied.arena.noun, key)
    with narrow:
        _results(example, wanted)
        # Drawn though nobody may look: the address holds what the widgets of a page are set to.
        with st.expander("What the list is narrowed to", icon=":material/filter_list:"):
            examples_controls.pick_order(studied.arena.noun, wanted.competitor)
            counts = examples_data.counts(studied, wanted)
            examples_controls.pick_filters(studied, log, wanted, counts, charts=False)
    sharing.take_away(
        f"{studied.arena.name} item {name}", lambda: item_as_dict(log, example),
        of=wanted.capability or None, item=name,
    )  # fmt: skip


def _steps(items: Codes, log: ExampleLog, name: str) -> None:
    """Draw the way back to the list, and to the items before and after this one in it."""
    (at,) = (items == item_code(log, name)).nonzero()
    place = int(at[0]) if len(at) else None
    label = log.evidence.log.label

    def step(title: str, icon: str, to: int | None) -> None:
        inside = to is not None and 0 <= to < len(items)
        st.button(
            title, icon=icon, key=f"step-{title.lower()}", type="tertiary", disabled=not inside,
            on_click=examples_address.open_item,
            args=(label(int(items[to])),) if inside and to is not None else (name,),
        )  # fmt: skip

    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "All items", icon=":material/arrow_back:", key="step-all",
            on_click=examples_address.open_list, args=((place or 0) // ITEMS_PER_PAGE + 1,),
        )  # fmt: skip
        said = "Not among the items listed" if place is None else (
            f"{count(place + 1)} of {count(len(items))}"
        )  # fmt: skip
        step("Previous", ":material/chevron_left:", None if place is None else place - 1)
        st.markdown(f":gray[{said}]", width="content")
        step("Next", ":material/chevron_right:", None if place is None else place + 1)


def _head(example: Example) -> None:
    """Draw what was asked: as the heading where it is short, else in a box of its own."""
    text = (example.text or "").strip()
    if text and len(text) <= _SHORT and "\n" not in text:
        st.header(literal(text), anchor=False)
        return
    st.header(literal(f"Item {example.item}"), anchor=False)
    if text:
        read = pair_data.texts(text, "")
        with st.container(border=True, height=_TALLEST if len(text) > _LONG else "content"):
            st.markdown(as_markdown(read.first, None))
            if read.left_out[0]:
                st.caption(f"{counted(read.left_out[0], 'more word')} not shown.")


def _facts(example: Example) -> None:
    """Draw what is known of the item, and where else in the tree it leads."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        held = sum(one.count for one in example.verdicts) + example.left_out
        name = f"Item {example.item} · " if example.text and len(example.text) <= _SHORT else ""
        told = f"{name}{counted(held, 'comparison')}"
        st.markdown(f":gray[{literal(told)}]", width="content")
        for at, (key, title) in enumerate(example.capabilities):
            st.button(
                literal(shown_name(key, title)), icon=":material/label:", type="tertiary",
                key=f"tag-{at}", on_click=examples_address.open_capability, args=(key,),
                help="List the items of this capability",
            )  # fmt: skip
        if example.orders_disagree:
            st.badge(
                "Orders disagree", icon=":material/swap_horiz:", color="orange",
                help="Shown the other way round, a pair was judged differently.",
            )  # fmt: skip
        if example.judges_disagree:
            st.badge(
                "Judges disagree", icon=":material/groups:", color="orange",
                help="Two judges did not prefer the same side of a pair.",
            )  # fmt: skip


def _same_fields(verdicts: Sequence[Verdict]) -> dict[str, str | float]:
    """Return the imported fields that have one value in all verdicts: they are of the item."""
    first, *others = verdicts
    return {
        name: value
        for name, value in first.fields.items()
        if all(one.fields.get(name) == value for one in others)
    }


def _fields(example: Example) -> None:
    """Draw what the fields say of the item itself."""
    if len(example.verdicts) < 2:
        return
    for name, value in _same_fields(example.verdicts).items():
        written = f"{value:g}" if isinstance(value, float) else value
        st.markdown(f":gray[{literal(name)}]\u2002{literal(written)}")


def _in_order(verdicts: Sequence[Verdict], wanted: ExampleFilter) -> list[Verdict]:
    """Sort verdicts: those about who is asked for first, else as they were imported."""

    def far(one: Verdict) -> tuple[bool, bool]:
        sides = (one.first, one.second)
        met = any(name in wanted.against for name in sides) or wanted.worse_than in sides
        return wanted.competitor not in (None, *sides), not met

    return sorted(verdicts, key=far)


def _chosen(verdicts: Sequence[Verdict], key: str) -> Verdict | None:
    """Return the verdict whose responses are shown; None where the log has no responses."""
    told = [one for one in verdicts if _has_texts(one)]
    rows = st.session_state[key].selection.rows if key in st.session_state else []
    if told and rows and rows[0] < len(verdicts):
        return verdicts[rows[0]]
    return told[0] if told else None


def _has_texts(one: Verdict) -> bool:
    return bool(one.response_first or one.response_second or one.feedback)


def _responses(one: Verdict) -> None:
    """Draw both responses of a comparison beside each other, and what was said of them."""
    said = [verdict_words(one), one.judge and f"judged by {one.judge}"]
    said.append(one.shown_first and f"{one.shown_first} shown first")
    st.caption(literal(" · ".join(filter(None, said))))
    texts = (one.response_first or "", one.response_second or "")
    links = [media.address(text) for text in texts]
    if any(links):
        for at, (column, name) in enumerate(
            zip(st.columns(2), (one.first, one.second), strict=True)
        ):
            with column:
                st.markdown(f"**{literal(name)}**")
                link = links[at]
                if link is not None:
                    media.show(link, f"{one.source}-{at}")
                else:
                    st.markdown(literal(texts[at]) or ":gray[No response is held.]")
    elif any(texts):
        reader.side_by_side((one.first, one.second), texts)
    if one.feedback:
        sides = f"A is {one.first}, B is {one.second}"
        st.markdown(f":material/comment: {literal(one.feedback)} :gray[{literal(f'({sides})')}]")


def _results(example: Example, wanted: ExampleFilter) -> None:
    """Draw each competitor's mean result on the item."""
    if not example.results:
        return
    asked = [wanted.competitor, wanted.worse_than, *wanted.against]
    marked = [name for name in asked if name]
    shown = list(example.results.items())
    if len(shown) > _MOST_RESULTS:
        others = [pair for pair in shown if pair[0] not in marked]
        half = (_MOST_RESULTS - len(marked)) // 2
        kept = {*marked, *(name for name, _ in [*others[:half], *others[-half:]])}
        shown = [pair for pair in shown if pair[0] in kept]
    values = [value for _, value in shown]
    low, high = min(0.0, *values), max(1.0 if not example.scored else 0.0, *values)
    written = [
        (name, value, f"{number(value, 2)}" if example.scored else percent(value))
        for name, value in shown
    ]
    st.markdown("Mean score" if example.scored else "Share of the score")
    st.plotly_chart(
        results_figure(written, marked, span=(low, high), palette=palette()), key="results",
        config=STILL, alt="Result of each competitor on this item",
    )  # fmt: skip
    if len(shown) < len(example.results):
        st.caption(f"The best and the worst of {count(len(example.results))}.")


def _verdicts(verdicts: Sequence[Verdict], example: Example, noun: str, key: str) -> None:
    """Draw every verdict; choosing one shows its responses above."""
    st.subheader("Every verdict", anchor=False)
    frame, columns = _frame(verdicts, noun)
    several = any(_has_texts(one) for one in verdicts) and len(verdicts) > 1
    st.dataframe(
        frame, key=key, hide_index=True, column_config=columns, placeholder="",
        on_select="rerun" if several else "ignore", selection_mode="single-row",
        height="content" if len(frame) < _MOST_ROWS else 387,
        alt="Every comparison on this item",
    )  # fmt: skip
    left_out = f" {counted(example.left_out, 'further row')} left out." if example.left_out else ""
    if several or left_out:
        words = "Choose one to see its responses above." if several else ""
        st.caption(f"{words}{left_out}".strip())


def _frame(verdicts: Sequence[Verdict], noun: str) -> tuple[pd.DataFrame, dict[str, object]]:
    """Return the verdicts as a table without empty columns, and how they are shown."""
    held: dict[str, list[object]] = {
        f"{noun.capitalize()} A": [one.first for one in verdicts],
        f"{noun.capitalize()} B": [one.second for one in verdicts],
        "Verdict": [verdict_words(one) for one in verdicts],
        "Judge": [one.judge for one in verdicts],
        "Shown first": [one.shown_first for one in verdicts],
        "Score A": [one.score_first for one in verdicts],
        "Score B": [one.score_second for one in verdicts],
        "Feedback": [one.feedback for one in verdicts],
        "Time": [one.time for one in verdicts],
        "Count": [one.count if one.count > 1 else None for one in verdicts],
    }
    same = _same_fields(verdicts) if len(verdicts) > 1 else {}
    for name in dict.fromkeys(name for one in verdicts for name in one.fields if name not in same):
        held[f"field {name}"] = [one.fields.get(name) for one in verdicts]
    kept = {name: values for name, values in held.items() if any(v is not None for v in values)}
    kept["Source"] = [one.source for one in verdicts]
    columns: dict[str, object] = {
        name: st.column_config.Column(name.removeprefix("field ")) for name in kept
    }
    columns["Time"] = st.column_config.DatetimeColumn("Time", format="YYYY-MM-DD HH:mm")
    return pd.DataFrame(kept), {name: columns[name] for name in kept}

"""The redundancy laboratory: an attack on a log, and what it does to every method's ranking."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import robustness_data, running, sharing
from dashboard.appearance import STILL, legend, palette
from dashboard.charts.battery import OWN_SCALE, battery
from dashboard.charts.redundancy import (
    MOST_ROWS,
    PICTURE_HEIGHT,
    PICTURE_WIDTH,
    moves_table,
    points,
    slopes,
)
from dashboard.robustness_data import Choices, Studied
from dashboard.running import Run
from dashboard.wording import count, counted, literal
from ranking.diagnostics.redundancy_report import as_dict
from ranking.wording import plural

if TYPE_CHECKING:
    from ranking.diagnostics.redundancy import Attack, AttackResult, Move, Robustness

KINDS: Mapping[str, str] = {
    "Clones": "clone",
    "Noisy clones": "noisy-clone",
    "Repeated task": "repeat-task",
    "Flooded task": "flood-task",
    "Repeated judge": "repeat-judge",
    "Boosted voter": "boosted-voter",
}
"""What each kind of attack is called."""
MOST_COPIES = 100
"""Copies that one attack may make."""
NARROWEST = 760  # pixels of a heat map, which is scrolled on a phone
_LISTED = 5  # names that are listed; the others are counted
_TARGET = {
    "repeat-task": "Task",
    "flood-task": "Task",
    "repeat-judge": "Judge",
    "boosted-voter": "Judge",
}
_STRENGTH = {"boosted-voter": "Counts, times"}


def laboratory(studied: Studied, conclusion: DeltaGenerator) -> None:
    """Draw the choice of an attack, what it did to every method, and the standard battery.

    Parameters
    ----------
    conclusion : container
        Where the conclusion is to be drawn, above the sections.
    """
    chosen = robustness_data.choices(studied)
    if isinstance(chosen, Run):
        running.follow(chosen)
        return
    if chosen.competitors < 2:
        conclusion.header("There is nothing to rank here yet.", anchor=False)
        return
    attack = _pick_attack(studied, chosen)
    found = robustness_data.attacked(studied, attack)
    if isinstance(found, Run):
        with conclusion:
            st.header(literal(f"{attack.sentence} What moves?"), anchor=False)
        running.follow(found)
        return  # one piece of work is watched at a time
    conclude(conclusion, found.sentence)
    _moves(found.results[0], attack, studied)
    _left_out(found.left_out, studied)
    whole = _battery(studied, chosen) or found
    sharing.take_away(f"{studied.arena.name} robustness", lambda: as_dict(whole))


def conclude(where: DeltaGenerator, sentences: str) -> None:
    """Draw the first sentence as the conclusion, and what follows it under it."""
    for sign in "<=":  # a p-value stays in one piece
        sentences = sentences.replace(f"p {sign} ", f"p\u00a0{sign}\u00a0")
    first, _, rest = sentences.partition(". ")
    where.header(literal(f"{first.rstrip('.')}."), anchor=False)
    if rest:
        where.markdown(literal(rest))


def _pick_attack(studied: Studied, chosen: Choices) -> "Attack":
    """Draw the choice of an attack, its target and its strength."""
    possible = [title for title, kind in KINDS.items() if kind in chosen.targets]
    if st.session_state.get("attack", possible[0]) not in possible:  # of another arena
        st.session_state["attack"] = possible[0]
        _other_kind()
    left, middle, right = st.columns([3, 5, 2], vertical_alignment="bottom")
    title = left.selectbox(
        "Attack", possible, key="attack", bind="query-params", on_change=_other_kind,
        help="What is repeated without telling anything new.",
    )  # fmt: skip
    kind = KINDS.get(title, KINDS[possible[0]])
    usual, names = chosen.usual[kind], list(chosen.targets[kind])
    target, strength = _parts(usual)
    _fall_back("target", target, lambda held: held in names)
    with middle:
        target = st.selectbox(
            _TARGET.get(kind) or literal(studied.arena.noun.capitalize()), names, index=None,
            key="target", bind="query-params",
        )  # fmt: skip
    fewest = 2 if kind == "boosted-voter" else 1
    _fall_back("copies", strength, lambda held: fewest <= _whole(held) <= MOST_COPIES)
    copies = right.number_input(
        _STRENGTH.get(kind, "Copies"), fewest, MOST_COPIES, None, step=1, key="copies",
        bind="query-params",
    )  # fmt: skip
    attack = type(usual)(target or _parts(usual)[0], int(copies or strength))
    st.caption(literal(attack.sentence))
    return attack


def _fall_back(key: str, usual: object, fits: Callable[[object], bool]) -> None:
    """Set a widget to what is usual, unless it or the address holds something that fits."""
    held = st.session_state[key] if key in st.session_state else st.query_params.get(key)
    if not fits(held):
        st.session_state[key] = usual


def _whole(value: object) -> int:
    """Return a whole number, 0 where a value is none."""
    text = str(value)
    return int(text) if text.isdecimal() else 0


def _other_kind() -> None:
    """Forget whom and how often: they are of another kind of attack."""
    for key in ("target", "copies"):
        st.session_state[key] = None


def _parts(attack: "Attack") -> tuple[str, int]:
    """Return whom or what an attack names, and how strong it is: its first two fields."""
    values = list(vars(attack).values())
    return str(values[0]), int(values[1])


def _moves(result: "AttackResult", attack: "Attack", studied: Studied) -> None:
    """Draw every method's move beside the ranking of one of them before and after."""
    titles = [move.title for move in result.moves]
    rated = [move.title for move in result.moves if not move.error]
    if not rated:
        st.info("No method could rate this selection.", icon=":material/info:")
        for move in result.moves:
            st.caption(literal(f"{move.title}: {move.error}"))
        return
    if st.session_state.get("seen", rated[0]) not in titles:
        st.session_state["seen"] = rated[0]
    table, chart = st.columns([12, 9], gap="medium")
    with chart:
        seen = st.selectbox("Ranking by", titles, key="seen", bind="query-params")
    move = result.moves[titles.index(seen)] if seen in titles else result.moves[0]
    with table:
        _table(result, titles, titles.index(move.title), literal(plural(studied.arena.noun)))
    with chart:
        _slopes(move, attack, studied)


def _left_out(names: Sequence[str], studied: Studied) -> None:
    """Say whose moves are not counted."""
    if not names:
        return
    more = f" and {count(len(names) - _LISTED)} more" if len(names) > _LISTED else ""
    verb = "is" if len(names) == 1 else "are"
    st.caption(
        f"{counted(len(names), literal(studied.arena.noun))} {verb} rated but not counted, for "
        "few or one-sided comparisons, or for never having met the others: "
        f"{literal(', '.join(names[:_LISTED]))}{more}."
    )


def _table(result: "AttackResult", titles: Sequence[str], seen: int, nouns: str) -> None:
    frame = moves_table(result, palette=palette())
    if not any(frame["note"]):
        frame = frame.drop(columns="note")
    column = st.column_config

    def choose() -> None:
        rows = st.session_state["moves"].selection.rows
        if rows:
            st.session_state["seen"] = titles[rows[0]]

    st.session_state["moves"] = {"selection": {"rows": [seen], "columns": [], "cells": []}}
    st.dataframe(
        frame,
        key="moves",
        on_select=choose,
        selection_mode="single-row",
        hide_index=True,
        height="content",
        row_height=PICTURE_HEIGHT + 6,
        placeholder="–",
        alt="How far each method moved, and how many changed places",
        column_config={
            "method": column.TextColumn("Method", width=148),
            "picture": column.ImageColumn(
                "Before → after", width=PICTURE_WIDTH + 18,
                help="The ranking before at the left and after at the right; what changed places "
                "is coloured.",
            ),
            "largest": column.NumberColumn(
                "Largest move", format="%.1f", width=104,
                help="How far the rating moved that moved furthest, in points.",
            ),
            "changed": column.NumberColumn(
                "Places", width=72, help=f"How many {nouns} changed places."
            ),
            "note": column.TextColumn("", width="medium"),
        },
    )  # fmt: skip


def _slopes(move: "Move", attack: "Attack", studied: Studied) -> None:
    if move.error:
        st.info(literal(move.error), icon=":material/info:")
        return
    nouns = literal(plural(studied.arena.noun))
    if move.mover:
        at = move.competitors.index(move.mover)
        by = points(float(move.after[at] - move.before[at]), sign=True)
        places = f"{count(move.changed)} of {count(len(move.competitors))} {nouns} change places"
        st.markdown(
            f"**{literal(move.mover)}** moves furthest, by {by} points; "
            f"{places if move.changed else 'nobody changes places'}."
        )
    else:
        most = points(move.largest)
        st.markdown("Nobody moves." if most == "0" else f"Nobody moves beyond chance ({most}).")
    colour = palette()
    target = _parts(attack)[0] if attack.kind in ("clone", "noisy-clone") else ""
    st.plotly_chart(
        slopes(move, palette=colour, target=target), key="slopes", config=STILL,
        alt=f"Ranks by {move.title} before and after: {move.changed} changed",
    )  # fmt: skip
    if len(move.competitors) > MOST_ROWS:
        st.caption(
            f"{MOST_ROWS} of {count(len(move.competitors))} {nouns}: the first of the ranking, and "
            "those that moved by the most places."
        )


def _battery(studied: Studied, chosen: Choices) -> "Robustness | None":
    """Draw the standard battery, a button until it was run; return what is known of it."""
    st.subheader("Standard battery", anchor=False)
    begin = st.session_state.get("battery") == studied
    found = robustness_data.battery(studied, begin=begin)
    if found is None:
        st.markdown(
            f"{count(chosen.battery)} attacks on every method: clones of the leader, of one in the "
            "middle and of the last, and whatever tasks and judges the log has, repeated."
        )
        st.button(
            "Run the standard battery", icon=":material/play_arrow:", key="run-battery",
            type="primary", on_click=_begin, args=(studied,),
        )  # fmt: skip
        return None
    if isinstance(found, Run):
        running.follow(found)
        return None
    colour = palette()
    st.markdown(literal(found.sentence))
    legend(
        [
            "**12**\u2002largest move of any rating, in points",
            f"**↕ 4**\u2002how many {literal(plural(studied.arena.noun))} changed places",
        ]
    )
    with st.grid(1, min_column_width=NARROWEST, wrap=False):
        st.plotly_chart(
            battery(found, noun=studied.arena.noun, palette=colour), key="battery-map",
            config=STILL, alt="Largest move in points of each method under each attack",
        )  # fmt: skip
    if any(not move.win_rates for held in found.results for move in held.moves):
        st.caption(f"{OWN_SCALE.strip()} Points of a scale of its own, which have no colour.")
    for sentence in found.skipped:
        st.caption(literal(sentence))
    return found


def _begin(studied: Studied) -> None:
    st.session_state["battery"] = studied

"""What is known of one competitor by capability, in sentences that lead to the evidence."""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import capability_data, state
from dashboard.capability_data import Studied
from dashboard.wording import count, literal

if TYPE_CHECKING:
    from ranking.capabilities.matrix import CapabilityMatrix
    from ranking.capabilities.profile import CapabilityFinding, CompetitorFindings

CELL = "matrix_cell"
"""Where the session keeps the capability of the cell that was clicked last."""
_FIRST, _MOST = 5, 50  # findings that are shown at first, and when the rest is asked for
_NEAREST = 3  # capabilities that are named where there is not enough data


def known_of(studied: Studied, matrix: "CapabilityMatrix") -> None:
    """Draw the choice of a competitor, and what is known of it below the node that is opened."""
    head, choice = st.columns([2, 1], vertical_alignment="bottom")
    with choice:
        marked = [name for name in state.marked() if name in matrix.competitors]
        name = state.pick_competitor(
            studied.arena.noun.capitalize(), matrix.competitors, "who",
            (marked or _clearest_first(matrix))[0], on_change=lambda: None,
        )  # fmt: skip
    with head:
        st.subheader(literal(f"What is known of {name}"), anchor=False)
    found = capability_data.profile(studied, name)
    held = _below(found, matrix)
    told = _told(studied, found)
    st.markdown(literal(found.sentence))
    asked = (st.session_state.get(CELL), matrix.under)
    about = [one for one in held if one.capability in asked]
    with st.container(border=True) if about else st.container():
        _sentences(about, name)
    if len(held) < len(found.findings):
        st.caption(f"Below: the {count(len(held))} capabilities of the one that is opened.")
    for direction, title in (
        ("strength", ":material/trending_up: Strengths"),
        ("weakness", ":material/trending_down: Weaknesses"),
    ):
        st.markdown(f"**{title}**")
        _directed([one for one in held if one.direction == direction], told, name, direction)
    _unknown(held)


def _clearest_first(matrix: "CapabilityMatrix") -> list[str]:
    """Return competitors by how much of them is confirmed."""
    confirmed = (matrix.verdict == "confirmed").sum(axis=1)
    order = sorted(range(len(confirmed)), key=lambda k: -int(confirmed[k]))
    return [matrix.competitors[k] for k in order]


def _below(
    found: "CompetitorFindings", matrix: "CapabilityMatrix"
) -> "tuple[CapabilityFinding, ...]":
    """Return the findings about the node that is opened and what lies below it."""
    if not matrix.under:
        return found.findings
    taxonomy = matrix.evidence.taxonomy
    inside = {taxonomy.position(matrix.under)}
    for at, above in enumerate(taxonomy.parent.tolist()):
        if above in inside:
            inside.add(at)
    keys = {taxonomy.keys[at] for at in inside}
    return tuple(one for one in found.findings if one.capability in keys)


def _told(studied: Studied, found: "CompetitorFindings") -> frozenset[str]:
    """Return the keys of the confirmed findings that stand for those above and below them."""
    from ranking.capabilities.representatives import representatives

    told = representatives(capability_data.findings(studied), found)
    return frozenset(one.capability for one in told)


def _directed(
    found: "Sequence[CapabilityFinding]", told: frozenset[str], name: str, direction: str
) -> None:
    """Draw strengths, or weaknesses: what stands for the rest, the rest, and what is likely."""
    confirmed = [one for one in found if one.verdict == "confirmed"]
    likely = [one for one in found if one.verdict == "likely"]
    # Broad ones first: they say the most about a competitor.
    first = sorted((one for one in confirmed if one.capability in told), key=lambda one: -one.items)
    first = first or confirmed  # what stands for them lies outside
    if not confirmed:
        st.caption("None is confirmed.")
    elif len(first) < len(confirmed):
        stand = "one stands" if len(first) == 1 else f"{count(len(first))} stand"
        st.caption(
            f"Of {count(len(confirmed))} that are confirmed, {stand} for all: the others lie above "
            "or below."
        )
    _sentences(first[:_FIRST], name)
    keys = {one.capability for one in first}
    rest = [*first[_FIRST:], *(one for one in confirmed if one.capability not in keys)]
    for title, more in (
        (f"{count(len(rest))} more that are confirmed", rest),
        (f"{count(len(likely))} likely", likely),
    ):
        if more:
            key = f"more-{direction}-{more[0].verdict}"
            with st.expander(title, key=key, on_change="rerun") as opened:
                if opened.open:
                    _sentences(more[:_MOST], name)
                    if len(more) > _MOST:
                        st.caption(f"The first {_MOST} of {count(len(more))}.")


def _sentences(found: "Sequence[CapabilityFinding]", name: str) -> None:
    for one in found:
        said, link = st.columns([7, 1])
        said.markdown(_sentence(one))
        with link:
            state.examples_link("Examples", capability=one.capability, who=name)


def _unknown(found: "Sequence[CapabilityFinding]") -> None:
    """Name the capabilities that the fewest more items would settle."""
    wanted = [one for one in found if one.verdict == "not enough data" and one.needed > 1]
    wanted.sort(key=lambda one: one.needed)
    if not wanted:
        return
    st.markdown("**:material/hourglass_empty: Not told yet, and nearest to it**")
    for one in wanted[:_NEAREST]:
        st.markdown(_sentence(one))


def _sentence(one: "CapabilityFinding") -> str:
    """Return a finding in words, its q-value in one piece."""
    return re.sub(r" (\\[=<]) ", "\u00a0\\1\u00a0", literal(one.sentence))

"""What is known of one competitor by capability: its profile, and the report to take away."""

import math
import re
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboard import capability_controls, capability_data, data, state
from dashboard.appearance import STILL, legend, palette
from dashboard.capability_data import Studied
from dashboard.charts.labels import lines
from dashboard.charts.profile import LETTERS, profile_figure, profile_legend
from dashboard.controls import Chosen
from dashboard.wording import count, counted, file_stem, literal
from ranking.capabilities.sentences import shown_name
from ranking.errors import RankingWarning
from ranking.ratings import Ratings
from ranking.store import Arena

if TYPE_CHECKING:
    from ranking.capabilities.profile import CapabilityFinding, CompetitorFindings

MOST_ROWS = 16
"""Capabilities that are drawn."""
_NARROWEST = 480  # pixels of a chart with long names, which is scrolled on a phone
_Q_VALUE = re.compile(r"q (\\?[=<]) ")
_FIRST, _MOST = 5, 40  # sentences that are shown at first, and in an expander
_TITLES = {
    "strength": ":material/trending_up: Confirmed strengths",
    "weakness": ":material/trending_down: Confirmed weaknesses",
}
_REPORTS = {
    ".pdf": ("PDF", "application/pdf"),
    ".html": ("HTML", "text/html"),
    ".md": ("Markdown", "text/markdown"),
}
_COMPARED = {
    "itself": "compared with what it does elsewhere, given whom it met",
    "field": "compared with the field",
    "bar": "compared with a bar",
}


def has_capabilities(arena: Arena) -> bool:
    """Whether there is anything that capabilities could come from."""
    return bool(capability_data.sources(arena))


def capabilities(arena: Arena, chosen: Chosen, ratings: Ratings, name: str) -> None:
    """Draw what is confirmed, what is likely, how much could not be told, and the report."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        studied = _pick_source(capability_controls.as_last(arena, chosen.selection))
        if studied.source:
            both_bad = getattr(chosen.method, "both_bad", "tie")
            studied = capability_controls.pick_asked(studied, data.facets(arena), both_bad)
    if not studied.source:
        st.info(
            "No capabilities have been chosen: take them from a field, import a taxonomy or have "
            "one proposed.",
            icon=":material/account_tree:",
        )
        st.page_link("app_pages/capabilities.py", label="Capabilities", icon=":material/grid_on:")
        return
    held = capability_data.evidence(studied)
    if name not in held.competitors:
        st.info(f"No comparison of {literal(name)} is selected that counts by capability.")
        return
    found = capability_data.profile(studied, name)
    told = _told(studied, found)
    st.markdown(f"**{literal(found.sentence)}**")
    _say_how(studied, found, held.notes)
    _picture(found, told)
    if told:
        for column, direction in zip(st.columns(2), _TITLES, strict=True):
            with column:
                _confirmed(found, told, direction)
    _likely(found)
    _unknown(found)
    _downloads(studied, ratings, found)


def _pick_source(studied: Studied) -> Studied:
    """Draw the choice of what capabilities come from, where there is one."""
    titles = {each.title: each.name for each in capability_data.sources(studied.arena)}
    if len(titles) < 2 and studied.source:  # one field alone still has to be chosen
        return studied
    usual = next((title for title, name in titles.items() if name == studied.source), None)
    if st.session_state.get("source", "") not in ("", *titles):  # of another arena, or deleted
        st.session_state["source"] = usual
    picked = st.selectbox(
        "Capabilities from", list(titles), key="source", bind="query-params", width=320,
        index=list(titles).index(usual) if usual else None, placeholder="Choose a field",
    )  # fmt: skip
    return replace(studied, source=titles.get(picked, studied.source))


def _told(studied: Studied, found: "CompetitorFindings") -> "Sequence[CapabilityFinding]":
    from ranking.capabilities.representatives import representatives

    return representatives(capability_data.findings(studied), found)


def _say_how(studied: Studied, found: "CompetitorFindings", notes: Sequence[str]) -> None:
    source = found.evidence.source
    delta = f"{found.unit.size * found.settings.smallest_effect:g} {found.unit.name}"
    parts = [
        source.title,
        _COMPARED[found.settings.question],
        f"differences of less than {delta} are of no interest",
        f"false discovery rate {100 * found.settings.q:g}%",
    ]
    if source.kind == "proposed":
        parts.insert(1, "proposed from the texts of items, not checked")
    st.caption(literal(" · ".join(parts)))
    for note in notes:
        st.caption(literal(note))


def _picture(found: "CompetitorFindings", told: "Sequence[CapabilityFinding]") -> None:
    """Draw what is confirmed; the largest capabilities where nothing is."""
    rows = list(told)
    if not rows:
        known = [one for one in found.findings if math.isfinite(one.effect)]
        rows = sorted(known, key=lambda one: -one.items)[: MOST_ROWS // 2]
    if not rows:
        return
    shown = sorted(
        sorted(rows, key=lambda one: -abs(one.effect))[:MOST_ROWS], key=lambda one: -one.effect
    )
    colour = palette()
    legend(profile_legend(found, palette=colour))
    long = any(lines(one.name, letters=LETTERS) > 1 for one in shown)
    with st.grid(1, min_column_width=_NARROWEST if long else "auto", wrap=False):
        st.plotly_chart(
            profile_figure(shown, found, palette=colour), key="profile", config=STILL,
            alt=f"Difference of {found.competitor} in {len(shown)} capabilities, with intervals",
        )  # fmt: skip
    if not told:
        st.caption("Nothing is confirmed; these are the capabilities with the most items.")
    elif len(shown) < len(rows):
        st.caption(f"The {MOST_ROWS} largest of {count(len(rows))}.")


def _confirmed(
    found: "CompetitorFindings", told: "Sequence[CapabilityFinding]", direction: str
) -> None:
    """Draw the confirmed strengths, or weaknesses: those that stand for all, then the others."""
    st.subheader(_TITLES[direction], anchor=False)
    confirmed = found.of("confirmed", direction=direction)
    if not confirmed:
        st.caption("None is confirmed.")
        return
    first = [one for one in told if one.direction == direction]
    keys = {one.capability for one in first}
    if len(first) < len(confirmed):
        stand = "one stands" if len(first) == 1 else f"{count(len(first))} stand"
        st.caption(
            f"Of {count(len(confirmed))}, {stand} for all: the others lie above or below in the "
            "tree."
        )
    _sentences(first[:_FIRST], found.competitor)
    rest = [*first[_FIRST:], *(one for one in confirmed if one.capability not in keys)]
    _expander(f"{count(len(rest))} more", rest, found.competitor, f"more-{direction}")


def _likely(found: "CompetitorFindings") -> None:
    for direction, several in (("strength", "strengths"), ("weakness", "weaknesses")):
        likely = found.of("likely", direction=direction)
        said = several if len(likely) != 1 else direction
        _expander(
            f"{count(len(likely))} likely {said}, not confirmed", likely, found.competitor,
            f"likely-{direction}",
        )  # fmt: skip


def _unknown(found: "CompetitorFindings") -> None:
    """Say how much could not be told, and what would tell it."""
    unknown = found.of("not enough data")
    alike = found.of("no clear difference")
    if alike:
        st.markdown(
            f"On {counted(len(alike), 'capability')} there is **no clear difference**: it is "
            "smaller than is of interest."
        )
    if not unknown:
        return
    st.markdown(
        f"On {count(len(unknown))} of {counted(len(found.findings), 'capability')} there is "
        "**not enough data** to tell."
    )
    wanted = sorted((one for one in unknown if one.needed > 1), key=lambda one: -one.items)
    _expander("What would tell on the largest of them", wanted[:10], found.competitor, "unknown")


def _expander(title: str, found: "Sequence[CapabilityFinding]", name: str, key: str) -> None:
    if not found:
        return
    with st.expander(title, key=key, on_change="rerun") as opened:
        if opened.open:
            _sentences(found[:_MOST], name)
            if len(found) > _MOST:
                st.caption(f"The first {_MOST}; the CSV of findings has all of them.")


def _sentences(found: "Sequence[CapabilityFinding]", name: str) -> None:
    for one in found:
        with st.container(gap=None):
            st.markdown(_sentence(one))
            state.examples_link("Examples", capability=one.capability, who=name)


def _sentence(one: "CapabilityFinding") -> str:
    """Return a finding in words: its capability in bold, its q-value in one piece."""
    before, place, after = one.sentence.partition(shown_name(one.capability, one.name))
    said = _Q_VALUE.sub("q\u00a0\\1\u00a0", literal(after))  # `literal` parts words at any space
    return f"{literal(before)} **{literal(place)}** {said}"


def _downloads(studied: Studied, ratings: Ratings, found: "CompetitorFindings") -> None:
    """Draw the report in each format, and all findings as a table; made when they are asked for."""
    from ranking.report import findings_csv

    stem = file_stem(f"{studied.arena.name} {found.competitor} capabilities")
    with st.container(horizontal=True):
        for suffix, (format_, mime) in _REPORTS.items():
            st.download_button(
                f"Report ({format_})",
                lambda suffix=suffix: _report(studied, ratings, found, suffix),
                file_name=f"{stem}{suffix}", mime=mime, icon=":material/description:",
                on_click="ignore", key=f"report{suffix}",
            )  # fmt: skip
        st.download_button(
            "Findings (CSV)", lambda: findings_csv(found), file_name=f"{stem}.csv",
            mime="text/csv", icon=":material/download:", on_click="ignore", key="findings-csv",
        )  # fmt: skip


def _report(studied: Studied, ratings: Ratings, found: "CompetitorFindings", suffix: str) -> bytes:
    from ranking.report import competitor_report, written

    settings: dict[str, Any] = {
        "question": studied.question,
        "values": studied.values,
        "bar": studied.bar if studied.question == "bar" else None,
        "smallest_effect": studied.smallest_effect,
        "q": studied.q,
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RankingWarning)
        report = competitor_report(
            found.evidence, found.competitor, ratings=ratings, both_bad=studied.both_bad,
            **settings,
        )  # fmt: skip
        return written(report, suffix)

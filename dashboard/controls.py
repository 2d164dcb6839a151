"""The sidebar of the leaderboard: method, settings, selection. All of it is held by the URL."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import streamlit as st

from dashboard.data import Facets
from dashboard.wording import count, literal
from ranking.leaderboard import plural
from ranking.methods import METHODS, BradleyTerry, Elo
from ranking.outcomes import BothBad
from ranking.ratings import Method
from ranking.selection import Selection
from ranking.store import Arena

TITLES = {method.title: method for method in METHODS.values()}
LEVELS = {"80%": 0.80, "90%": 0.90, "95%": 0.95, "99%": 0.99}
_CHOSEN, _SELECTION = "chosen", "selection"
CLUSTERS = {"Automatic": "auto", "By item": "item", "None": "none"}


@dataclass(frozen=True)
class Chosen:
    """What the sidebar is set to."""

    method: Method
    selection: Selection
    anchor: tuple[str, float] | None


def chosen() -> Chosen:
    """Return what the sidebar of the leaderboard was set to in this run."""
    held: Chosen = st.session_state[_CHOSEN]
    return held


def selection() -> Selection:
    """Return the filters that the sidebar was set to in this run."""
    held: Selection = st.session_state[_SELECTION]
    return held


def pick(arena: Arena, facets: Facets) -> None:
    """Draw all controls of the leaderboard, the rarely used ones last."""
    title = st.segmented_control(
        "Method", list(TITLES), default=BradleyTerry.title, required=True, key="method",
        bind="query-params",
        help="Bradley–Terry weighs all comparisons at once; Elo follows them in time.",
    )  # fmt: skip
    both_bad: BothBad = "tie"
    if facets.both_bad:
        as_tie = st.toggle(
            "Count both-bad as a tie", value=True, key="both_bad", bind="query-params",
            help=f"{count(facets.both_bad)} comparisons found both sides bad.",
        )  # fmt: skip
        both_bad = "tie" if as_tie else "drop"
    pick_selection(arena, facets)
    with st.expander("More settings", icon=":material/tune:"):
        method = _pick_details(title, both_bad, facets)
        anchor = _pick_anchor(arena, facets)
    st.session_state[_CHOSEN] = Chosen(method, selection(), anchor)


def _pick_details(title: str, both_bad: BothBad, facets: Facets) -> Method:
    """Draw the settings that a method has, and return it with all of them."""
    held = st.selectbox(
        "Confidence of intervals", list(LEVELS), index=2, key="level", bind="query-params"
    )
    level = LEVELS[held]
    if title == Elo.title:
        k = st.number_input(
            "K, points at stake", 0.1, 128.0, 4.0, step=1.0, format="%g", key="k",
            bind="query-params", help="How far one comparison can move a rating.",
        )  # fmt: skip
        return Elo(k=float(k), both_bad=both_bad, level=level)
    if not facets.has_items:
        return BradleyTerry(both_bad=both_bad, level=level)
    cluster = st.selectbox(
        "Clusters of intervals", list(CLUSTERS), key="cluster", bind="query-params",
        help="Comparisons about one item are not independent; clustering allows for it.",
    )  # fmt: skip
    return BradleyTerry(both_bad=both_bad, level=level, cluster=CLUSTERS[cluster])


def _pick_anchor(arena: Arena, facets: Facets) -> tuple[str, float] | None:
    """Draw the choice of a competitor whose rating is set; None where there is none."""
    name = st.selectbox(
        f"Anchor {literal(arena.noun)}", facets.competitors, index=None, key="anchor",
        bind="query-params", placeholder="None: the mean is 1000",
        help="Shifts all ratings; no interval becomes narrower or wider.",
    )  # fmt: skip
    points = st.number_input(
        "Points of the anchor", -10_000.0, 10_000.0, 1000.0, step=100.0, format="%g",
        key="anchor_points", bind="query-params", disabled=name is None,
    )  # fmt: skip
    return None if name is None else (name, float(points))


def pick_selection(arena: Arena, facets: Facets) -> None:
    """Draw the filters that the arena has values for."""
    competitors = _several(plural(arena.noun).capitalize(), facets.competitors, "competitor")
    judges = _several("Judges", facets.judges, "judge")
    capabilities = _several("Capabilities", facets.capabilities, "capability")
    since, until = _time_range(facets)
    filters = {
        f"{name} = {value}": (name, value) for name, values in facets.fields for value in values
    }
    pairs = _several("Fields", tuple(filters), "where")
    fields: dict[str, list[str]] = {}
    for label in pairs:
        name, value = filters[label]
        fields.setdefault(name, []).append(value)
    st.session_state[_SELECTION] = Selection(
        competitors=competitors,
        judges=judges,
        capabilities=capabilities,
        since=datetime.combine(since, time.min) if since else None,
        until=datetime.combine(until + timedelta(days=1), time.min) if until else None,
        fields=tuple((name, tuple(values)) for name, values in sorted(fields.items())),
    )


def _several(label: str, options: tuple[str, ...], key: str) -> tuple[str, ...]:
    """Draw a choice of several values, sorted so that a selection has one cache key."""
    if not options:
        return ()
    chosen = st.multiselect(
        literal(label), options, key=key, bind="query-params", placeholder=f"All {len(options):,}"
    )
    return tuple(sorted(value for value in chosen if value in options))


def _time_range(facets: Facets) -> tuple[date | None, date | None]:
    if facets.span is None:
        return None, None
    first, last = (moment.date() for moment in facets.span)
    limits = {"min_value": first, "max_value": last, "format": "YYYY-MM-DD", "value": None}
    return (
        st.date_input("From", key="since", bind="query-params", **limits),
        st.date_input("Until", key="until", bind="query-params", **limits),
    )

"""The sidebar of the leaderboard: method, settings, selection. All of it is held by the URL."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import streamlit as st

from dashboard.equilibrium_settings import pick_clones
from dashboard.facets import Facets
from dashboard.method_settings import fields_of, pick_kind, pick_rest, predicts
from dashboard.wording import literal
from ranking.ratings import Method
from ranking.selection import Selection
from ranking.store import Arena
from ranking.wording import plural

_CHOSEN, _SELECTION = "chosen", "selection"


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
    kind, settings = pick_kind(facets)
    pick_selection(arena, facets)
    if "clones" in fields_of(kind):
        settings["clones"] = pick_clones(arena.noun, facets.competitors)
    with st.expander("More settings", icon=":material/tune:"):
        method = pick_rest(kind, settings, facets)
        anchor = _pick_anchor(arena, facets, predicts(kind))
    st.session_state[_CHOSEN] = Chosen(method, selection(), anchor)


def _pick_anchor(arena: Arena, facets: Facets, around_mean: bool) -> tuple[str, float] | None:
    """Draw the choice of a competitor whose rating is set; None where there is none."""
    name = st.selectbox(
        f"Anchor {literal(arena.noun)}", facets.competitors, index=None, key="anchor",
        bind="query-params",
        placeholder="None: the mean is 1000" if around_mean else "None",
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

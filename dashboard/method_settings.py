"""The settings that rating methods have, as widgets: drawn only where a method has the field."""

import typing
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import streamlit as st

from dashboard.equilibrium_settings import (
    pick_intensity,
    pick_resamples,
    pick_shrinkage,
    pick_tasks,
)
from dashboard.facets import Facets
from dashboard.wording import count, literal
from ranking.methods import METHODS, BradleyTerry, NashAveraging
from ranking.ratings import Method
from ranking.uncertainty.intervals import FEWEST_JUDGES, INDEPENDENT

LEVELS = {"80%": 0.80, "90%": 0.90, "95%": 0.95, "99%": 0.99}
WORDS: Mapping[str, Mapping[str, str]] = {
    "ties": {
        "half": "Half a win",
        "davidson": "Davidson’s model",
        "rao-kupper": "Rao–Kupper’s model",
        "outside-option": "Both-bad as an option",
    },
    "cluster": {
        "auto": "Automatic",
        "item": "By item",
        "judge": "By judge",
        "both": "By item and judge",
        "none": "None",
    },
    "interval": {
        "auto": "Automatic",
        "hessian": "From the model alone",
        "hc0": "Sandwich (HC0)",
        "cr1": "Clustered (CR1)",
        "cr3": "Clustered (CR3)",
        "poisson": "Bootstrap (Poisson)",
        "multinomial": "Bootstrap (multinomial)",
        "gamma": "Bootstrap (gamma)",
    },
    "pairing": {"none": "As they were sampled", "uniform": "All pairs alike"},
    "prior": {"auto": "Where it is needed", "ridge": "Ridge", "firth": "Firth"},
    "payoff": {"wins": "Win rates", "scores": "Mean scores"},
    "affinity": {"exact": "Exact clones", "noise": "Whatever noise can set apart"},
}
"""What each value of a setting is called, by field; its widget's key is the field's name."""
COVARIATES = {
    "Style": "style",
    "Length": "length",
    "Position": "position",
    "Own family": "self-preference",
}
"""Covariates as the switch offers them."""
_HELP = {
    "ties": "Half a win: ratings predict the expected score. A model of ties also predicts how "
    "often two tie; its differences are odds of winning where nobody ties, a stretched scale.",
    "cluster": "Comparisons about one item, or by one judge, are not independent; clustering "
    "widens the intervals for it.",
    "interval": "How the uncertainty is computed. Automatic takes the kind that held its level in "
    "simulations of such logs; the result names it.",
    "pairing": "All pairs alike: a pair that was compared often counts no more than a rare one.",
    "prior": "Keeps ratings finite where somebody never won or never lost.",
    "payoff": "What competitors play for: how often each beats the other, or the scores that the "
    "log carries for either side.",
    "affinity": "Which competitors and tasks share one place at the start: copies that are exactly "
    "alike, or also those that only noise sets apart.",
}
_LABELS = {
    "ties": "Ties",
    "cluster": "Clusters of intervals",
    "interval": "Kind of intervals",
    "pairing": "Weight of pairs",
    "prior": "Prior",
    "payoff": "Payoff",
    "affinity": "Counted as alike",
}


def fields_of(kind: type[Method]) -> set[str]:
    """Return the names of a method's settings."""
    return {field.name for field in fields(kind)}  # type: ignore[arg-type]


CONTEXTUAL = next((kind for kind in METHODS.values() if "covariates" in fields_of(kind)), None)
"""The method behind style control: it is a switch, and no choice of its own."""


def predicts(kind: type[Method]) -> bool:
    """Whether differences of a method's ratings say how often one beats the other."""
    return bool(getattr(kind, "predicts", True))


def _grouped() -> dict[str, tuple[type[Method], ...]]:
    """Return the methods in the order of the picker, under what they have in common."""
    kinds = [kind for kind in METHODS.values() if kind is not CONTEXTUAL]
    first = [METHODS[name] for name in ("bradley-terry", "elo")]
    rest = [kind for kind in kinds if kind not in first]
    found = {
        "Usual": first,
        "Equilibria": [kind for kind in rest if not predicts(kind)],
        "Others": [kind for kind in rest if predicts(kind)],
    }
    return {heading: tuple(kinds) for heading, kinds in found.items() if kinds}


GROUPS = _grouped()
"""Methods by what they have in common, in the order of the picker."""
TITLES: Mapping[str, type[Method]] = {
    kind.title: kind for kinds in GROUPS.values() for kind in kinds
}
"""Methods by the title in the picker."""


def pick_kind(facets: Facets) -> tuple[type[Method], dict[str, Any]]:
    """Draw the choice of a method and its main settings; return the method and the settings."""
    titles = [title for title, kind in TITLES.items() if facets.span or not _needs_times(kind)]
    if st.session_state.get("method", titles[0]) not in titles:  # of another arena
        st.session_state["method"] = titles[0]
    title = st.selectbox("Method", titles, key="method", bind="query-params")
    kind = TITLES[title]
    with st.container(gap="xxsmall"):
        st.caption(f"{kind.summary.partition('. ')[0]}.")
        _explain(titles, kind)
    settings: dict[str, Any] = {}
    if kind is BradleyTerry and facets.covariates and CONTEXTUAL is not None:
        held = _pick_covariates(facets)
        if held:
            kind, settings["covariates"] = CONTEXTUAL, held
    if value := _pick("payoff", kind, facets, settings):
        settings["payoff"] = value
    if _plays_on_tasks(kind, settings):
        settings |= pick_tasks(facets)
    if facets.both_bad and "both_bad" in fields_of(kind):
        as_tie = st.toggle(
            "Count both-bad as a tie", value=True, key="both_bad", bind="query-params",
            help=f"{count(facets.both_bad)} comparisons found both sides bad.",
        )  # fmt: skip
        settings["both_bad"] = "tie" if as_tie else "drop"
    return kind, settings


def _plays_on_tasks(kind: type[Method], settings: Mapping[str, Any]) -> bool:
    """Whether tasks matter: win rates against each other alone are those of the whole log."""
    if kind is NashAveraging:
        return settings.get("payoff") == "scores"
    return "payoff" in fields_of(kind)


def _explain(titles: Sequence[str], chosen: type[Method]) -> None:
    """Draw what each method's ratings mean, behind a button."""
    with st.popover("What ratings mean", type="tertiary", icon=":material/help:", key="meanings",
                    on_change="rerun") as meanings:  # fmt: skip
        if not meanings.open:
            return
        offered = {
            heading: [kind for kind in kinds if kind.title in titles]
            for heading, kinds in GROUPS.items()
        }
        at = next(heading for heading, kinds in offered.items() if chosen in kinds)
        groups = list(offered)
        heading = st.radio(
            "Methods", groups, index=groups.index(at), horizontal=True, key=f"meanings-{at}",
            label_visibility="collapsed",
        )  # fmt: skip
        for kind in offered[heading]:
            title = f":primary[{kind.title}]" if kind is chosen else kind.title
            st.markdown(f":small[**{title}.** {kind.summary}]")


def pick_rest(kind: type[Method], settings: dict[str, Any], facets: Facets) -> Method:
    """Draw the settings that are rarely changed; return the method with all settings."""
    held = st.selectbox(
        "Confidence of intervals", list(LEVELS), index=2, key="level", bind="query-params"
    )
    settings["level"] = LEVELS[held]
    for name in ("ties", "cluster", "interval", "pairing", "prior", "affinity"):
        value = _pick(name, kind, facets, settings)
        if value:
            settings[name] = value
    if settings.get("ties") == "outside-option":  # a model of both-bad leaves it as it is
        settings["both_bad"] = "tie"
    if getattr(kind, "modelled", False) and settings.get("payoff", "wins") == "wins":
        settings["shrinkage"] = pick_shrinkage()
    if "intensity" in fields_of(kind):
        settings["intensity"] = pick_intensity()
    if "resamples" in fields_of(kind) and not predicts(kind):
        settings["resamples"] = pick_resamples()
    if "k" in fields_of(kind):
        settings["k"] = float(
            st.number_input(
                "K, points at stake", 0.1, 128.0, 4.0, step=1.0, format="%g", key="k",
                bind="query-params", help="How far one comparison can move a rating.",
            )
        )  # fmt: skip
    return kind(**{name: value for name, value in settings.items() if name in fields_of(kind)})


def _needs_times(kind: type[Method]) -> bool:
    return "period" in fields_of(kind)


def _pick_covariates(facets: Facets) -> tuple[str, ...]:
    """Draw the switch of style control and what it holds equal."""
    labels = [label for label, name in COVARIATES.items() if name in facets.covariates]
    switched = st.toggle(
        "Style control", key="style", bind="query-params",
        help="Rates at equal style: what longer or more formatted answers, or the place on the "
        "screen, are worth is estimated and taken out."
        + (f" Style is {literal(', '.join(facets.features))}." if facets.features else ""),
    )  # fmt: skip
    if not switched:
        return ()
    if len(labels) == 1:
        return (COVARIATES[labels[0]],)
    if not set(st.session_state.get("held") or ()) <= set(labels):  # of another arena
        st.session_state["held"] = labels[:1]
    chosen = st.pills(
        "Held equal", labels, selection_mode="multi", default=labels[:1], key="held",
        bind="query-params",
    )  # fmt: skip
    return tuple(COVARIATES[label] for label in labels if label in chosen)


def _pick(name: str, kind: type[Method], facets: Facets, settings: Mapping[str, Any]) -> str | None:
    """Draw the choice of a setting, where the method and the log leave one."""
    if name not in fields_of(kind):
        return None
    possible = typing.get_args(typing.get_type_hints(kind)[name])
    allowed = [value for value in WORDS[name] if value in possible and value not in _ruled_out(
        facets, settings)]  # fmt: skip
    if len(allowed) < 2 or allowed == ["auto", "none"]:
        return None
    words = {WORDS[name][value]: value for value in allowed}
    if st.session_state.get(name, WORDS[name][allowed[0]]) not in words:  # of another log or method
        st.session_state[name] = WORDS[name][allowed[0]]
    picked = st.selectbox(
        _LABELS[name], list(words), key=name, bind="query-params", help=_HELP[name]
    )
    return words[picked]


def _ruled_out(facets: Facets, settings: Mapping[str, Any]) -> set[str]:
    """Return the values that a log, or another setting, leaves no room for."""
    judges, cluster = len(facets.judges), settings.get("cluster", "auto")
    out = set()
    if not facets.has_items:
        out |= {"item", "both"}
    if judges < 2:
        out |= {"judge", "both"}
    if cluster == "none" or not (facets.has_items or judges > 1):
        out |= {"cr1", "cr3"}
    elif cluster != "auto":
        out.update(INDEPENDENT)
    if cluster == "both" or (cluster == "auto" and facets.has_items and judges >= FEWEST_JUDGES):
        out.add("cr3")
    if not facets.both_bad:
        out.add("outside-option")
    if settings.get("ties", "half") != "half":
        out.add("firth")
    if not facets.has_scores:
        out.add("scores")
    return out

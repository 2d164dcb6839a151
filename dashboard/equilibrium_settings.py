"""The settings that only methods by equilibria have, as widgets."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.facets import Facets
from dashboard.wording import literal
from ranking.store.tasks import MOST_TASKS
from ranking.wording import plural

RESAMPLES = {"200": 200, "50: quick": 50, "1,000": 1000, "None: no intervals": 0}
"""How often a log can be resampled, the usual number first."""
CLONES = ("clones", "clones_2", "clones_3", "clones_4")
"""Keys of the choices of declared clones; the next one appears when the one before is used."""
_AUTO = "Automatic"
_NONE = "All comparisons as one"


def task_choices(facets: Facets) -> dict[str, tuple[str, int]]:
    """Return what an arena could be split into, by what it is called: setting and depth.

    Automatic comes first, the tasks that the log has no room for are left out.
    """
    found = {_AUTO: ("auto", 1)}
    nodes = [path.split("/") for path in facets.capabilities]
    for depth, number in enumerate(facets.levels, start=1):
        if 2 <= number <= MOST_TASKS:
            name = "Capabilities" if depth == 1 else f"Capabilities, level {depth}"
            found[name] = ("capability", depth)
    for path in facets.capabilities:
        children = [node for node in nodes if node[:-1] == path.split("/")]
        if 2 <= len(children) <= MOST_TASKS:
            found[f"Within {path}"] = (f"capability:{path}", 1)
    if 2 <= facets.items <= MOST_TASKS:
        found["Items"] = ("item", 1)
    if 2 <= len(facets.judges) <= MOST_TASKS:
        found["Judges"] = ("judge", 1)
    for name, values in facets.fields:
        if 2 <= len(values) <= MOST_TASKS:
            found[f"Field {name}"] = (name, 1)
    found[_NONE] = ("none", 1)
    return found


def can_be_split(facets: Facets) -> bool:
    """Whether a log has anything to split it into tasks by."""
    return list(task_choices(facets)) != [_AUTO, _NONE]


def pick_tasks(facets: Facets) -> dict[str, Any]:
    """Draw the choice of tasks; return the settings it stands for."""
    choices = task_choices(facets)
    if not can_be_split(facets):
        st.caption("The log has nothing to split it into tasks by: all comparisons are one task.")
        return {}
    if st.session_state.get("tasks", _AUTO) not in choices:  # of another arena
        st.session_state["tasks"] = _AUTO
    picked = st.selectbox(
        "Tasks", list(choices), key="tasks", bind="query-params",
        help="What the equilibrium weighs against each other. A task asked about a thousand times "
        "counts no more than one asked about ten times. Automatic: capabilities where the log has "
        "any, else up to 50 items, else all comparisons as one.",
    )  # fmt: skip
    tasks, depth = choices.get(picked, choices[_AUTO])
    return {"tasks": tasks, "depth": depth}


def pick_resamples() -> int:
    """Draw the choice of how often the log is resampled."""
    picked = st.selectbox(
        "Resamples", list(RESAMPLES), key="resamples", bind="query-params",
        help="Intervals come from solving the game again on resampled logs: the more, the steadier "
        "and the longer it takes.",
    )  # fmt: skip
    return RESAMPLES.get(picked, 200)


def pick_shrinkage() -> float | None:
    """Draw the choice of how strongly thin cells are pulled towards the model."""
    value = st.number_input(
        "Shrinkage, comparisons", 0.1, 10_000.0, None, step=1.0, format="%g", key="shrinkage",
        bind="query-params", placeholder="Estimated",
        help="Each win rate on a task is pulled towards a Bradley–Terry model as if by so many "
        "comparisons. Estimated: as the win rates’ scatter asks for.",
    )  # fmt: skip
    return None if value is None else float(value)


def pick_intensity() -> float | None:
    """Draw the choice of how strongly a population prefers who does better, None for the most."""
    with st.container(gap="xxsmall"):
        most = st.toggle(
            "Strongest selection", key="strongest", bind="query-params",
            help="Raises the intensity until the order no longer changes. Among many competitors "
            "that leaves all time to the first.",
        )  # fmt: skip
        value = st.number_input(
            "Intensity of selection", 0.001, 1000.0, 0.1, step=0.1, format="%g", key="intensity",
            bind="query-params", disabled=most,
            help="How strongly a population of imitators prefers who does better. At 0.1, a share "
            "of 55% between two is worth 85 points; at twice that, 170.",
        )  # fmt: skip
    return None if most else float(value)


def pick_clones(noun: str, competitors: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Draw the choice of competitors that are one in all but name; return each class, sorted."""
    nouns = literal(plural(noun))
    classes: list[tuple[str, ...]] = []
    taken: set[str] = set()
    with st.expander("Declared clones", icon=":material/content_copy:"):
        st.caption(f"{nouns.capitalize()} that are one in all but name count as one.")
        for number, key in enumerate(CLONES, start=1):
            free = [name for name in competitors if name not in taken]
            held = [name for name in st.session_state.get(key) or () if name in free]
            if held != list(st.session_state.get(key) or ()):  # of another arena or class
                st.session_state[key] = held
            chosen = st.multiselect(
                f"Clones {number}" if number > 1 else "Clones of each other", free, key=key,
                bind="query-params", placeholder=f"Two or more {nouns}",
            )  # fmt: skip
            taken.update(chosen)
            if len(chosen) > 1:
                classes.append(tuple(sorted(chosen)))
            else:
                if chosen:
                    st.caption("One more: a clone needs another.")
                break
    return tuple(sorted(classes))

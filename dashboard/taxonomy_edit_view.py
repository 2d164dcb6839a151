"""What can be done with the marked capabilities of a taxonomy: each in a small form."""

from collections.abc import Callable

import streamlit as st

from dashboard import state, taxonomy_data
from dashboard.failure import plain_errors
from dashboard.wording import count, counted, literal
from ranking.store import Arena
from ranking.taxonomies.edits import tidied
from ranking.taxonomies.journal import Edit, Merge, Move, Rename, Tidy
from ranking.taxonomies.sources import EditedTaxonomy

_LONGEST = 70  # letters of a capability that is named in a sentence or a choice


def actions(arena: Arena, held: EditedTaxonomy, chosen: list[str]) -> None:
    """Draw a button for each thing that can be done with the marked capabilities, or with all."""
    for label, icon, fewest, most, form in (
        ("Rename", ":material/edit:", 1, 1, _rename),
        ("Move", ":material/drive_file_move:", 1, 1, _move),
        ("Merge", ":material/merge:", 2, 50, _merge),
        ("Save as one", ":material/bookmark_add:", 1, 500, _save),
    ):
        fits = fewest <= len(chosen) <= most
        if st.button(
            label, icon=icon, key=f"do-{label}", disabled=not fits,
            help=None if fits else _hint(label, fewest),
        ):  # fmt: skip
            form(arena, held, chosen)
    if st.button("Tidy", icon=":material/account_tree:", key="do-tidy",
                 help="Cap the depth and merge small capabilities upwards."):  # fmt: skip
        _tidy(arena, held)
    if st.button("Copy", icon=":material/content_copy:", key="do-copy",
                 help="Store the taxonomy as it is now under another name."):  # fmt: skip
        _copy(arena, held)


def _hint(label: str, fewest: int) -> str:
    if label == "Save as one":
        return "Mark the rows that belong together: they are saved as a capability of its own."
    return f"Mark {'two rows or more' if fewest > 1 else 'one row'} first."


@st.dialog("Rename")
def _rename(arena: Arena, held: EditedTaxonomy, chosen: list[str]) -> None:
    (key,) = chosen
    name = st.text_input("Name", _name(held, key), max_chars=300, key="new-name")
    _submit("Rename", lambda: _edit(arena, held, Rename(key, name)))


@st.dialog("Move")
def _move(arena: Arena, held: EditedTaxonomy, chosen: list[str]) -> None:
    (key,) = chosen
    tree = held.taxonomy
    st.markdown(f"**{literal(_short(_name(held, key)))}**, with all below it, goes under:")
    below = {tree.position(key)}
    for at in range(len(tree)):
        if int(tree.parent[at]) in below:
            below.add(at)
    places = [at for at in range(len(tree)) if at not in below and not tree.is_custom[at]]
    under = st.selectbox(
        "Under", places, key="new-parent", label_visibility="collapsed",
        format_func=lambda at: " › ".join(map(_short, tree.path(at))) or "The top level",
    )  # fmt: skip
    _submit("Move", lambda: _edit(arena, held, Move(key, tree.keys[under] if under else "")))


@st.dialog("Merge")
def _merge(arena: Arena, held: EditedTaxonomy, chosen: list[str]) -> None:
    into = st.radio(
        "Merge into", chosen, key="merge-into",
        format_func=lambda key: literal(_short(_name(held, key))),
    )  # fmt: skip
    items = len(held.taxonomy.items_of(chosen))
    st.caption(f"It will hold {counted(items, 'item')}, and what lies below the others.")
    keys = (into, *(key for key in chosen if key != into))
    _submit("Merge", lambda: _edit(arena, held, Merge(keys)))


@st.dialog("Save as a capability of its own")
def _save(arena: Arena, held: EditedTaxonomy, chosen: list[str]) -> None:
    items = len(held.taxonomy.items_of(chosen))
    names = ", ".join(_short(_name(held, key)) for key in chosen[:8])
    more = f" and {count(len(chosen) - 8)} more" if len(chosen) > 8 else ""
    st.markdown(literal(f"{counted(items, 'item')} of {names}{more}."))
    name = st.text_input("Name", max_chars=200, key="custom-name")

    def act() -> None:
        taxonomy_data.save_set(arena, held.source.name, name, chosen)
        state.say(f"Saved {name}.")

    _submit("Save", act)


@st.dialog("Tidy")
def _tidy(arena: Arena, held: EditedTaxonomy) -> None:
    tree = held.taxonomy.without_custom()
    deepest = max(int(tree.depth.max()), 1)
    left, right = st.columns(2)
    depth = left.number_input("Levels, at most", 1, deepest, deepest, key="tidy-depth")
    smallest = right.number_input("Items, at least", 1, max(tree.items, 1), 1, key="tidy-smallest")
    edit = Tidy(int(depth) if depth < deepest else None, int(smallest))
    after = tidied(tree, depth=edit.depth, smallest=edit.smallest)
    st.markdown(
        f"{count(len(after) - 1)} of {counted(len(tree) - 1, 'capability')} would be left. What "
        "goes gives its items to the capability above it; chains of single children become one."
    )
    _submit("Tidy", lambda: _edit(arena, held, edit))


@st.dialog("Copy")
def _copy(arena: Arena, held: EditedTaxonomy) -> None:
    st.markdown("The copy has its own edits from then on.")
    name = st.text_input("Name", f"{held.source.name} 2", max_chars=200, key="copy-name")

    def act() -> None:
        taxonomy_data.copy(arena, held.source.name, name)
        state.say(f"Copied to {name}.")

    _submit("Copy", act)


def _submit(label: str, act: Callable[[], None]) -> None:
    """Draw the buttons of a form; close it when what it is for was done."""
    with plain_errors(f"form-{label}"):
        with st.container(horizontal=True):
            pressed = st.button(label, type="primary", key=f"submit-{label}")
            left = st.button("Leave it", key=f"leave-{label}")
        if pressed:
            act()
        if pressed or left:
            st.rerun()


def _edit(arena: Arena, held: EditedTaxonomy, edit: Edit) -> None:
    taxonomy_data.change(arena, held.source.name, edit)
    done = edit.said(lambda key: _short(_name(held, key)))
    state.say(f"Done: {done}.")


def _name(held: EditedTaxonomy, key: str) -> str:
    return held.taxonomy.names[held.taxonomy.position(key)]


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"

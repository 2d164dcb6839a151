"""The taxonomy of an arena: its tree, what was done to it, and where it came from."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import state, taxonomy_data, taxonomy_edit_view, taxonomy_intake_view
from dashboard.capability_data import Studied
from dashboard.failure import plain_errors
from dashboard.leaderboard_columns import ROOM
from dashboard.wording import count, counted, file_stem, literal
from ranking.errors import RankingError
from ranking.store import Arena
from ranking.taxonomies.sources import EditedTaxonomy
from ranking.taxonomies.stored import Held

_USUAL_LEVELS = 2
_STEP = "\u2003\u2002"  # a level of the tree, in a cell
_HEIGHT = 460  # pixels of the tree
_ROW, _TALL_ROW = 36, 62  # pixels of a row of one line, and of two
_ITEMS, _BELOW, _ABOVE, _MARK = 80, 90, 300, 40  # pixels of the other columns
_LETTER = 6.6  # pixels of a letter, a little more than most take
_LONGEST, _SHOWN = 40, 3  # letters of a capability in a list, and how many are listed
_KINDS = {
    "tags": "the log's own",
    "field": "field",
    "imported": "imported",
    "proposed": "proposed",
    "copied": "copied",
}


def draw(studied: Studied, conclusion: DeltaGenerator) -> None:
    """Draw the taxonomy that is studied, the others of the arena, and the ways to a new one."""
    arena = studied.arena
    if studied.source:
        held = taxonomy_data.edited(arena, studied.source)
        _conclude(held, conclusion)
        _tree(arena, held)
        _journal(arena, held)
        _custom(arena, held)
    else:
        conclusion.header("There are no capabilities here yet.", anchor=False)
    _others(arena, studied.source)
    st.subheader("Another taxonomy" if studied.source else "A first taxonomy", anchor=False)
    left, right = st.columns(2)
    with left.container(border=True), plain_errors("upload-taxonomy"):
        taxonomy_intake_view.upload(arena)
    with right.container(border=True), plain_errors("propose-taxonomy"):
        taxonomy_intake_view.propose(arena)


def _conclude(held: EditedTaxonomy, conclusion: DeltaGenerator) -> None:
    """Say how much of the log the taxonomy holds, and what it is."""
    tree, source = held.taxonomy, held.source
    nodes = len(tree) - 1 - len(tree.custom)
    items, all_items = int(tree.sizes[0]), tree.items
    share = "all" if items == all_items else f"{count(items)} of {count(all_items)}"
    rest = "" if items != all_items else f" {count(items)}"
    conclusion.header(
        f"{counted(nodes, 'capability')} in {counted(int(tree.depth.max()), 'level')} "
        f"{'holds' if nodes == 1 else 'hold'} {share}{rest} items.",
        anchor=False,
    )
    parts = [
        f"{counted(held.untagged, 'item')} of the log "
        f"{'has no capability and counts' if held.untagged == 1 else 'have none and count'} only "
        "in the overall ratings."
        if held.untagged
        else "",
        f"{counted(held.unknown, 'item')} of the taxonomy "
        f"{'is' if held.unknown == 1 else 'are'} not in the log."
        if held.unknown
        else "",
        "Edits are kept beside the log, which stays as it is.",
    ]
    if source.kind == "proposed":
        conclusion.warning(
            "This taxonomy is proposed: groups of items that share words, named by the words that "
            "tell them apart. Read some items of a capability before you trust its name.",
            icon=":material/auto_awesome:",
        )
    conclusion.markdown(literal(" ".join(part for part in parts if part)))
    for note in held.notes:
        conclusion.warning(literal(note), icon=":material/warning:")


def _tree(arena: Arena, held: EditedTaxonomy) -> None:
    """Draw the tree as a table whose rows can be marked, and what can be done with them."""
    tree = held.taxonomy
    deepest = max(int(tree.depth[~tree.is_custom].max()), 1)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.text_input(
            "Search", type="search", key="words", bind="query-params", width=320,
            placeholder="Words of a capability",
        )  # fmt: skip
        levels = _levels(deepest)
    toolbar = st.container(horizontal=True, vertical_alignment="center")
    places = taxonomy_data.shown(held, levels, words or "")
    if not places:
        st.info("No capability has these words.", icon=":material/search_off:")
        return
    flat = bool((words or "").strip())
    names = [("" if flat else _STEP * (int(tree.depth[at]) - 1)) + tree.names[at] for at in places]
    width = ROOM - _ITEMS - _MARK - (_ABOVE if flat else _BELOW)
    row = _ROW if max(map(len, names)) * _LETTER < width else _TALL_ROW
    event = st.dataframe(
        {
            "items": [int(tree.sizes[at]) for at in places],
            "capability": names,
            "below": [len(tree.children[at]) for at in places],
            "above": [" › ".join(tree.path(at)[:-1]) for at in places],
        },
        hide_index=True,
        placeholder="",
        height=min(_HEIGHT, row * len(places) + _ROW + 2),
        row_height=row,
        alt=f"Capabilities of {arena.name}, each with its items",
        key=f"nodes-{arena.version}-{levels}-{hash(words)}",
        on_select="rerun",
        selection_mode="multi-row",
        column_config={
            "capability": st.column_config.TextColumn("Capability", width=width),
            "items": st.column_config.NumberColumn(
                "Items", format="localized", width=_ITEMS,
                help="Distinct items: one that is in several capabilities counts once above them.",
            ),
            "below": None if flat else st.column_config.NumberColumn(
                "Below it", width=_BELOW, help="Capabilities directly below."
            ),
            "above": st.column_config.TextColumn("In", width=_ABOVE) if flat else None,
        },
    )  # fmt: skip
    chosen = [tree.keys[places[row]] for row in event.selection.rows if row < len(places)]
    with toolbar:
        taxonomy_edit_view.actions(arena, held, chosen)
        _take_away(arena, held)
    if len(places) < len(tree) - 1 - len(tree.custom) and not flat:
        st.caption(
            f"{count(len(places))} of {counted(len(tree) - 1 - len(tree.custom), 'capability')}; "
            "more levels show the others."
        )


def _levels(deepest: int) -> int:
    """Draw the choice of how many levels are listed."""
    options = list(range(1, deepest + 1))
    if st.session_state.get("levels", _USUAL_LEVELS) not in options:  # of another taxonomy
        st.session_state["levels"] = options[-1]
    picked = st.selectbox(
        "Levels", options, index=min(_USUAL_LEVELS, deepest) - 1, key="levels",
        bind="query-params", width=100,
    )  # fmt: skip
    return int(picked or _USUAL_LEVELS)


def _take_away(arena: Arena, held: EditedTaxonomy) -> None:
    """Draw the downloads of the tree as it is shown."""
    name = f"{file_stem(arena.name)}-{file_stem(held.source.name)}"
    for ending, label in (("json", "JSON"), ("csv", "CSV")):
        st.download_button(
            label,
            lambda ending=ending: taxonomy_data.export(arena, held.source.name, ending),
            file_name=f"{name}.{ending}",
            icon=":material/download:",
            on_click="ignore",
            key=f"taxonomy-{ending}",
            help="The whole tree as edited; it can be imported again."
            if ending == "json"
            else "A row for each item and capability.",
        )


def _journal(arena: Arena, held: EditedTaxonomy) -> None:
    """Draw what was done to the taxonomy, newest first, each with its undo."""
    if not held.edits:
        return
    with st.expander(
        counted(len(held.edits), "edit"), icon=":material/history:", key="taxonomy-journal"
    ):
        for edit in reversed(held.edits):
            with st.container(horizontal=True, vertical_alignment="center"):
                done = taxonomy_data.said(held, edit.edit)
                st.markdown(literal(f"{done[:1].upper()}{done[1:]}"), width="stretch")
                st.caption(f"{edit.made_at:%Y-%m-%d %H:%M} UTC", width="content")
                st.button(
                    "Undo", icon=":material/undo:", type="tertiary",
                    key=f"undo-edit-{edit.edit_id}", on_click=_undo,
                    args=(arena, held.source.name, edit.edit_id),
                )  # fmt: skip


def _undo(arena: Arena, source: str, edit_id: int) -> None:
    try:
        taxonomy_data.undo(arena, source, edit_id)
        state.say("Undone.")
    except RankingError as error:  # undone elsewhere meanwhile
        state.say(str(error))


def _custom(arena: Arena, held: EditedTaxonomy) -> None:
    """Draw the custom capabilities, each with what it is made of."""
    if not held.custom:
        return
    st.subheader("Custom capabilities", anchor=False)
    tree = held.taxonomy
    for own in held.custom:
        at = tree.keys.index(f"custom/{own.name}") if f"custom/{own.name}" in tree.keys else None
        known = set(tree.keys)
        names = [_short(tree.names[tree.position(key)]) for key in own.nodes if key in known]
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            held_items = counted(int(tree.sizes[at]), "item") if at is not None else "left out"
            st.markdown(
                f"**{literal(own.name)}** · {held_items} · {literal(_listed(names))}",
                width="stretch",
            )
            st.button(
                "Forget", icon=":material/close:", type="tertiary", key=f"forget-custom-{own.name}",
                on_click=_forget, args=(arena, held.source.name, own.name),
                help="Forget the set; the capabilities in it stay.",
            )  # fmt: skip


def _listed(names: list[str]) -> str:
    """Return some names, and how many more there are."""
    more = f" and {count(len(names) - _SHOWN)} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"


def _forget(arena: Arena, source: str, name: str) -> None:
    try:
        taxonomy_data.drop_set(arena, source, name)
        state.say(f"Forgot {name}.")
    except RankingError as error:
        state.say(str(error))


def _others(arena: Arena, source: str) -> None:
    """Draw the stored taxonomies of the arena, with what can be done to each."""
    stored = [one for one in taxonomy_data.overview(arena) if one.source.stored]
    if not stored:
        return
    st.subheader("Taxonomies beside the log", anchor=False)
    for one in stored:
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            st.markdown(f"**{literal(one.source.name)}** · {_described(one)}", width="stretch")
            if one.source.kind == "proposed":
                st.badge("Proposed", icon=":material/auto_awesome:", color="orange")
            st.button(
                "Open", type="tertiary", icon=":material/account_tree:",
                key=f"open-taxonomy-{one.source.name}", on_click=taxonomy_intake_view.choose,
                args=(one.source.title,), disabled=one.source.name == source,
            )  # fmt: skip
            if st.button(
                "Delete", icon=":material/delete:", type="tertiary",
                key=f"delete-taxonomy-{one.source.name}",
            ):  # fmt: skip
                _confirm_delete(arena, one)


def _described(one: Held) -> str:
    parts = [
        _KINDS[one.source.kind] + (f" from {one.origin}" if one.source.kind == "imported" else ""),
        counted(one.nodes, "capability"),
        counted(one.items, "item"),
    ]
    parts += [counted(one.edits, "edit")] if one.edits else []
    parts += [f"{count(one.custom)} custom"] if one.custom else []
    return literal(" · ".join(parts))


@st.dialog("Delete this taxonomy?")
def _confirm_delete(arena: Arena, one: Held) -> None:
    gone = [counted(one.edits, "edit")] if one.edits else []
    gone += [f"{count(one.custom)} custom capabilities"] if one.custom else []
    st.markdown(
        f"**{literal(one.source.name)}** goes for good"
        + (f", with its {literal(' and '.join(gone))}." if gone else ".")
        + " The log stays as it is."
    )
    with plain_errors("delete-taxonomy"), st.container(horizontal=True):
        if st.button("Delete it", type="primary", key="confirm-taxonomy"):
            taxonomy_data.delete(arena, one.source.name)
            state.say(f"Deleted {one.source.name}.")
            st.rerun()
        if st.button("Keep it", key="keep-taxonomy"):
            st.rerun()

"""The parts of the data page: raw comparisons, imports, and what can be done to an arena."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import streamlit as st

from dashboard import data, state
from dashboard.failure import plain_errors
from dashboard.wording import count, counted, file_stem, literal
from ranking.comparisons import Comparisons
from ranking.leaderboard import formula_safe
from ranking.selection import Selection
from ranking.store import Arena, Import, delete_arena, describe_arena, undo_import
from ranking.store.staging import staged_path

ROWS_PER_PAGE = 100
OUTCOME_WORDS = {
    "first": "A won",
    "second": "B won",
    "tie": "tie",
    "both_bad": "both bad",
    "soft": "between",
}
MOST_IMPORTS = 100
"""Imports that are listed; the newest come first."""


def caption(arena: Arena) -> None:
    """Draw what the arena holds, and where it is from."""
    parts = [f"{count(arena.comparisons)} comparisons", counted(arena.competitors, arena.noun)]
    st.caption(literal(" · ".join([*parts, arena.description] if arena.description else parts)))


def browse(arena: Arena, selection: Selection) -> None:
    """Draw the raw comparisons page by page, with a search, and their export."""
    search = st.text_input(
        "Search", type="search", key="search", bind="query-params", on_change=_first_page,
        placeholder="A name, an item, words of a response …",
    )  # fmt: skip
    rows = data.count(arena, selection, search or "")
    pages = max(-(-rows // ROWS_PER_PAGE), 1)
    number = min(st.session_state.get("page") or 1, pages)
    scope = f" {selection.sentence}" if selection else ""
    st.caption(literal(f"{counted(rows, 'row')}{scope}, {ROWS_PER_PAGE} to a page."))
    slot = st.container()
    with st.container(horizontal_alignment="center"):
        number = st.pagination(pages, key="page", bind="query-params")
    with slot.skeleton(height=400):
        frame = data.page(
            arena, selection, search or "", (number - 1) * ROWS_PER_PAGE, ROWS_PER_PAGE
        )
        if len(frame):
            slot.dataframe(
                readable(frame),
                hide_index=True,
                placeholder="",
                height=560,
                column_config=_columns(frame, arena),
                alt=f"Raw comparisons of {arena.name}, page {number} of {pages}",
                key="rows",
            )
        else:
            slot.info("No comparison matches.", icon=":material/search_off:")
    _exports(arena, selection)


def readable(frame: pd.DataFrame) -> pd.DataFrame:
    """Write the outcomes of raw rows in words."""
    return frame.assign(outcome=frame["outcome"].map(OUTCOME_WORDS))


def _columns(frame: pd.DataFrame, arena: Arena) -> dict[str, object]:
    """Name Podium's own columns in sentence case; imported fields keep their names."""
    noun = arena.noun.capitalize()
    own = {f"{arena.noun}_a": f"{noun} A", f"{arena.noun}_b": f"{noun} B", "item_text": "Item text"}
    own |= {
        name: name.capitalize() for name in ("outcome", "item", "judge", "capabilities", "time")
    }
    own |= {f"score_{side}": f"Score {side.upper()}" for side in "ab"}
    own |= {f"response_{side}": f"Response {side.upper()}" for side in "ab"}
    own |= {"a_shown_first": "A shown first", "feedback": "Feedback", "weight": "Weight"}
    configured: dict[str, object] = {name: label for name, label in own.items() if name in frame}
    for name in ("import", "line", "count"):
        configured[name] = st.column_config.NumberColumn(
            name.capitalize(), format="localized", width=80
        )
    return configured


def _first_page() -> None:
    st.session_state["page"] = 1


def _exports(arena: Arena, selection: Selection) -> None:
    def export(ending: str) -> bytes:
        from ranking.store import export as writers

        path = staged_path(f".{ending}")
        comparisons = Comparisons(data.store(), arena, selection)
        try:
            getattr(writers, f"export_{ending}")(comparisons, path)
            return path.read_bytes()
        finally:
            Path(path).unlink(missing_ok=True)

    what = "the selected comparisons" if selection else "all comparisons"
    with st.container(horizontal=True):
        for ending, label in (("parquet", "Parquet"), ("csv", "CSV")):
            st.download_button(
                label,
                lambda ending=ending: export(ending),
                file_name=f"{file_stem(arena.name)}.{ending}",
                icon=":material/download:",
                on_click="ignore",
                key=f"export-{ending}",
                help=f"Export {what}, without the search.",
            )


def list_imports(arena: Arena) -> None:
    """Draw the imports of the arena, each with its rejected rows and its undo."""
    listed = data.imports(arena)
    if not listed:
        st.info("Nothing was imported into this arena yet.", icon=":material/upload_file:")
        if st.button("Upload a file", icon=":material/upload:", key="to-upload"):
            state.open_page("upload")
    for held in listed[:MOST_IMPORTS]:
        with st.container(border=True, key=f"import-{held.import_id}"):
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(f"**{literal(held.file_name)}**", width="stretch")
                if st.button(
                    "Undo", icon=":material/undo:", key=f"undo-{held.import_id}",
                    help="Take back everything that this file brought.",
                ):  # fmt: skip
                    _confirm_undo(arena, held)
            st.caption(
                f"{held.imported_at:%Y-%m-%d %H:%M} UTC · {literal(held.format)} · "
                f"{counted(held.accepted, 'row')} accepted · {count(held.rejected)} rejected"
            )
            if held.rejected:
                _rejected(arena, held)
    if len(listed) > MOST_IMPORTS:
        st.caption(f"The newest {MOST_IMPORTS} of {count(len(listed))} imports.")


def _rejected(arena: Arena, held: Import) -> None:
    label = f"{counted(held.rejected, 'rejected row')}"
    panel = st.expander(
        label, icon=":material/block:", on_change="rerun", key=f"rejected-{held.import_id}"
    )
    if not panel.open:
        return
    with panel:
        rows = data.rejected(arena, held.import_id)
        st.dataframe(
            rows,
            hide_index=True,
            placeholder="",
            alt=f"Rows of {held.file_name} that were rejected",
            key=f"rejected-rows-{held.import_id}",
            column_config={"line": st.column_config.NumberColumn(format="%d", width=88)},
        )
        st.download_button(
            "Rejected rows (CSV)",
            lambda: rejected_csv(rows),
            file_name=f"{file_stem(held.file_name)}-rejected.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"rejects-{held.import_id}",
        )


def rejected_csv(rows: pd.DataFrame) -> str:
    """Write rejected rows as CSV in which no cell can become a spreadsheet's formula."""
    safe = rows.copy()
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]):
            safe[name] = ["" if pd.isna(cell) else formula_safe(str(cell)) for cell in safe[name]]
    return str(safe.to_csv(index=False))


@st.dialog("Undo this import?")
def _confirm_undo(arena: Arena, held: Import) -> None:
    st.markdown(
        f"**{literal(held.file_name)}** brought {counted(held.accepted, 'row')} to "
        f"{literal(arena.name)}. They go, and so do its rejected rows."
    )
    with plain_errors("undo"), st.container(horizontal=True):
        if st.button("Undo the import", type="primary", key="confirm-undo"):
            undone = undo_import(data.store(), held.import_id)
            gone = all(other.arena_id != arena.arena_id for other in data.arenas())
            also = " Its arena held nothing else, and is gone too." if gone else ""
            state.say(f"Took back {counted(undone.accepted, 'row')} of {undone.file_name}.{also}")
            st.rerun()
        if st.button("Keep it", key="keep-import"):
            st.rerun()


def settings(arena: Arena) -> None:
    """Draw the renaming and the deletion of the arena."""
    with st.form("rename", border=True, width=520):
        name = st.text_input("Name", arena.name, max_chars=120)
        noun = st.text_input(
            "What one competitor is called", arena.noun, max_chars=40,
            help="Used in every label: model, policy, player …",
        )  # fmt: skip
        if st.form_submit_button("Save", type="primary"):
            with plain_errors("rename"):
                renamed = describe_arena(data.store(), arena.name, new_name=name, noun=noun)
                state.go_to(renamed.name, forget=False)
                state.say("Saved.")
                st.rerun()
    if st.button("Delete this arena", icon=":material/delete:", key="delete"):
        _confirm_delete(arena)


@st.dialog("Delete this arena?")
def _confirm_delete(arena: Arena) -> None:
    st.markdown(
        f"**{literal(arena.name)}** with its {count(arena.comparisons)} comparisons and all its "
        "imports goes for good. Type its name to confirm."
    )
    typed = st.text_input("Name of the arena", key="delete-name")
    with plain_errors("delete"), st.container(horizontal=True):
        if st.button("Delete for good", type="primary", key="confirm-delete"):
            if typed.strip() != arena.name:
                st.error("That is not its name; nothing was deleted.")
                return
            delete_arena(data.store(), arena.name)
            state.go_to("")
            state.say("The arena is deleted.")
            st.rerun()
        if st.button("Keep it", key="keep-arena"):
            st.rerun()


def list_arenas(arenas: Sequence[Arena]) -> None:
    """Draw all arenas with what they hold."""
    st.dataframe(
        pd.DataFrame(
            {
                "arena": [arena.name for arena in arenas],
                "evidence": ["simulated" if arena.simulated else "real" for arena in arenas],
                "noun": [arena.noun for arena in arenas],
                "competitors": [arena.competitors for arena in arenas],
                "comparisons": [arena.comparisons for arena in arenas],
                "description": [arena.description for arena in arenas],
            }
        ),
        hide_index=True,
        placeholder="",
        alt="All arenas",
        column_config={
            "arena": st.column_config.TextColumn("Arena"),
            "evidence": st.column_config.TextColumn("Evidence"),
            "noun": st.column_config.TextColumn("Competitor"),
            "competitors": st.column_config.NumberColumn("Competitors", format="localized"),
            "comparisons": st.column_config.NumberColumn("Comparisons", format="localized"),
            "description": st.column_config.TextColumn("Description"),
        },
    )

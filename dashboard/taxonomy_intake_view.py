"""The ways to a new taxonomy: from its own files, with a preview, or proposed from texts."""

from collections.abc import Sequence

import streamlit as st

from dashboard import data, running, state, taxonomy_data
from dashboard.taxonomy_data import Upload
from dashboard.wording import count, counted, literal
from ranking.errors import InputError, RankingError
from ranking.store import Arena
from ranking.taxonomies.faults import Fault, TaxonomyFileError
from ranking.taxonomies.proposal import ProposalSettings
from ranking.taxonomies.sources import stored_title

ROLES = {
    "item": "Items",
    "node": "Their capability, by id",
    "path": "Their capability, by path",
    "id": "Ids of capabilities",
    "parent": "Ids of those above",
    "name": "Names of capabilities",
}
"""What a column of a taxonomy's tables can hold."""
_MOST_MEGABYTES = 200
_PREVIEW, _LONGEST = 10, 90  # names on top that are listed, and their letters
_MOST_FAULTS = 1000
_FORMS = {
    "nested": "Nested JSON",
    "nodes": "A table of capabilities and one of items",
    "paths": "A table of items and paths",
}
_AGAIN, _FAILED, _READ = "taxonomy-uploads", "taxonomy-failed", "taxonomy-read"
_PROPOSING, _REFUSED, _PROPOSALS = "proposing", "proposal-refused", "proposals"


def choose(title: str) -> None:
    """Have the sidebar study another source from the next run on; for callbacks."""
    st.session_state["source"] = title


def upload(arena: Arena) -> None:
    """Draw the upload of a taxonomy's files, what they hold, and what is wrong with them."""
    st.markdown("**From its own file**")
    generation = st.session_state.setdefault(_AGAIN, 0)
    held = st.file_uploader(
        "One file (nested JSON, or a table of items and paths), or two (a table of capabilities "
        "with parents, and one of items)",
        accept_multiple_files=True,
        key=f"taxonomy-files-{generation}",
        type=["json", "jsonl", "csv", "tsv", "txt", "parquet", "gz"],
        max_upload_size=_MOST_MEGABYTES,
    )
    if not held:
        return
    files = [(file.name, file.getvalue()) for file in held]
    identity = (arena.arena_id, arena.version, tuple(file.file_id for file in held))
    try:
        columns = _pick_columns(files, identity)
        read = _read(arena, files, columns, identity)
    except TaxonomyFileError as error:
        _faults(error.faults)
        return
    except InputError as error:
        st.error(literal(str(error)), icon=":material/error:")
        return
    _preview(read)
    _store(arena, read, generation)


def _pick_columns(files: Sequence[tuple[str, bytes]], identity: tuple) -> dict[str, str]:
    """Draw the columns of tables; what is not chosen is found by its usual name."""
    known = _kept(f"{_READ}-columns", identity, lambda: taxonomy_data.columns(list(files)))
    if not known:
        return {}
    chosen = {}
    with st.expander("Columns", icon=":material/view_column:"):
        st.caption("Found by their usual names where nothing is chosen.")
        with st.grid(2, min_column_width=160):
            for role, label in ROLES.items():
                column = st.selectbox(
                    label, known, index=None, placeholder="As usual",
                    key=f"column-{role}-{hash(identity)}",
                )  # fmt: skip
                if column:
                    chosen[role] = column
    return chosen


def _read(
    arena: Arena, files: list[tuple[str, bytes]], columns: dict[str, str], identity: tuple
) -> Upload:
    key = (*identity, tuple(columns.items()))
    with st.spinner("Reading …"):
        return _kept(_READ, key, lambda: taxonomy_data.read_files(arena, files, columns))


def _kept(place: str, key: tuple, make):
    """Return what was made for a key in this session, made anew where the key is another."""
    held = st.session_state.get(place)
    if held is None or held[0] != key:
        held = st.session_state[place] = (key, make())
    return held[1]


def _faults(faults: Sequence[Fault]) -> None:
    """Draw what is wrong with the files, by file, place, column and value."""
    st.error(
        f"Nothing was stored: {counted(len(faults), 'fault')} to mend.", icon=":material/error:"
    )
    st.dataframe(
        {
            "file": [one.file for one in faults[:_MOST_FAULTS]],
            "where": [one.place for one in faults[:_MOST_FAULTS]],
            "column": [one.column for one in faults[:_MOST_FAULTS]],
            "value": [one.value for one in faults[:_MOST_FAULTS]],
            "why": [one.reason for one in faults[:_MOST_FAULTS]],
        },
        hide_index=True,
        placeholder="",
        alt="Faults of the files",
        key="taxonomy-faults",
        column_config={
            "file": "File", "where": "Where", "column": "Column", "value": "Value", "why": "Why",
        },
    )  # fmt: skip


def _preview(read: Upload) -> None:
    """Draw what would be stored, and how it fits the log."""
    tree, match = read.file.tree, read.match
    st.caption(literal(_FORMS[read.file.form] + _told_columns(read)))
    with st.grid(2, min_column_width=130):
        st.metric("Capabilities", count(len(tree.keys) - 1), border=True)
        st.metric("Items in the log", count(match.known), border=True)
    sentences = []
    if match.unknown:
        sentences.append(
            f"{counted(match.unknown, 'item')} of the file "
            f"{'is' if match.unknown == 1 else 'are'} not in the log, such as "
            f"{', '.join(match.examples[:3])}; they wait for it."
        )
    if match.untagged:
        some = f", such as {', '.join(match.log_examples[:3])}" if match.log_examples else ""
        sentences.append(
            f"{counted(match.untagged, 'item')} of the log would have no capability{some}."
        )
    if read.file.without:
        sentences.append(f"Rows that name no capability: {count(read.file.without)}.")
    if sentences:
        st.info(literal(" ".join(sentences)), icon=":material/info:")
    top = [at for at, above in enumerate(tree.parent.tolist()) if above == 0]
    names = [literal(_short(tree.names[at])) for at in top[:_PREVIEW]]
    more = f"\n- … and {count(len(top) - _PREVIEW)} more" if len(top) > _PREVIEW else ""
    st.markdown("On top:\n" + "\n".join(f"- {name}" for name in names) + more)


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"


def _told_columns(read: Upload) -> str:
    if not read.file.columns:
        return ""
    found = (f"{ROLES[role].lower()}: {column}" for role, column in read.file.columns.items())
    return f" · {' · '.join(found)}"


def _store(arena: Arena, read: Upload, generation: int) -> None:
    """Draw the name and the button that stores."""
    name = st.text_input("Name", read.name, max_chars=200, key=f"taxonomy-name-{generation}")
    st.button(
        "Store the taxonomy", type="primary", icon=":material/check:", key="store-taxonomy",
        on_click=_stored, args=(arena, read, name),
    )  # fmt: skip
    failed = st.session_state.pop(_FAILED, None)
    if failed:
        st.error(literal(failed), icon=":material/error:")


def _stored(arena: Arena, read: Upload, name: str) -> None:
    """Store what was read, and study it; for the button, before the sidebar is drawn."""
    try:
        title = taxonomy_data.store_upload(arena, read, name)
    except RankingError as error:
        st.session_state[_FAILED] = str(error)
        return
    choose(title)
    st.session_state[_AGAIN] += 1
    st.session_state.pop(_READ, None)
    state.say(f"Stored {name}.")


def propose(arena: Arena) -> None:
    """Draw the proposal of a taxonomy from the texts of the items, and follow it."""
    st.markdown("**Proposed from the texts of the items**")
    st.caption(
        "Items are grouped by the words they share, and a group is named by the words that tell "
        "it apart: a start, to be renamed, moved and merged. No text is sent anywhere."
    )
    if st.session_state.get(_PROPOSING, (None,))[0] == arena.arena_id:
        _follow(arena)
        return
    taken = {one.source.name for one in taxonomy_data.overview(arena)}
    usual = next(
        name for name in ("proposed", *(f"proposed {n}" for n in range(2, 10_000)))
        if name not in taken
    )  # fmt: skip
    name = st.text_input("Name", usual, max_chars=200, key=f"proposed-name-{usual}")
    fields = [field for field, _ in data.facets(arena).fields]
    with st.expander("Settings", icon=":material/tune:"):
        text_field = st.selectbox(
            "Texts", fields, index=None, placeholder="Of the items", key="proposed-texts",
            help="A field can take the place of the items' own texts.",
        )  # fmt: skip
        left, right = st.columns(2)
        smallest = left.number_input("Items, at least", 2, 10_000, 20, key="proposed-smallest")
        levels = right.number_input("Levels, at most", 1, 8, 4, key="proposed-levels")
    if st.button("Propose", icon=":material/auto_awesome:", key="propose"):
        number = st.session_state.get(_PROPOSALS, 0) + 1
        st.session_state[_PROPOSALS] = number
        settings = ProposalSettings(smallest=int(smallest), levels=int(levels))
        st.session_state[_PROPOSING] = (arena.arena_id, number, name, text_field, settings)
        st.rerun()  # its progress takes the place of the form
    refused = st.session_state.pop(_REFUSED, None)
    if refused:
        st.error(literal(refused), icon=":material/error:")


def _follow(arena: Arena) -> None:
    """Draw how far a proposal is, or what became of it."""
    _, number, name, text_field, settings = st.session_state[_PROPOSING]
    try:
        run = taxonomy_data.propose(arena, number, name, text_field, settings)
    except RankingError as error:
        del st.session_state[_PROPOSING]
        st.session_state[_REFUSED] = str(error)
        st.rerun()  # the form comes back, with the sentence under it
    if not run.done:
        running.follow(run)
        if run.job.cancelled:
            del st.session_state[_PROPOSING]
        return
    found = run.job.result
    st.success(literal(found.sentence), icon=":material/check_circle:")
    st.button(
        "Open it", type="primary", icon=":material/account_tree:", key="look-at-proposed",
        on_click=_open, args=(stored_title(found.stored.name, found.stored.kind),),
    )  # fmt: skip


def _open(title: str) -> None:
    st.session_state.pop(_PROPOSING, None)
    choose(title)

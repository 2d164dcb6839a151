"""The parts of the upload page: drop, read, choose the arena, confirm the columns, commit."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

import streamlit as st

from dashboard import data, state
from dashboard.data_view import rejected_csv
from dashboard.tray import Dropped, Tray
from dashboard.wording import count, counted, file_stem, literal
from ranking.errors import AmbiguousOutcomeError, CancelledError, InputError, RankingError
from ranking.ingest import (
    DIALECTS,
    OF_SCORES,
    REQUIRED,
    ROLES,
    Check,
    Form,
    Mapping,
    StagedFile,
    Suggestion,
)
from ranking.store import Arena

ENCODINGS = {
    "Recognise": None,
    "UTF-8": "utf-8",
    "Western European (Windows-1252)": "cp1252",
    "Western European (Latin-1)": "latin-1",
    "UTF-16": "utf-16",
    "Japanese (Shift JIS)": "shift_jis",
    "Chinese (GB 18030)": "gb18030",
}
DELIMITERS = {
    "Recognise": None,
    "Comma": ",",
    "Semicolon": ";",
    "Tab": "\t",
    "Vertical bar": "|",
}
FORMS: dict[Form, str] = {
    "pairwise": "A comparison of two",
    "long": "One score",
    "wide": "All scores of one item",
}
FORMATS = {"csv": "CSV", "json lines": "JSON Lines", "json array": "JSON", "parquet": "Parquet"}
OUTCOMES = {
    "first": "A won",
    "second": "B won",
    "tie": "Ties",
    "both_bad": "Both bad",
    "soft": "In between",
}
SEVERAL = ("capability", "features", "fields", "score")
LABELS = {
    "first": "Competitor A",
    "second": "Competitor B",
    "outcome": "Outcome",
    "order": "A was shown first",
    "score_first": "Score of A",
    "score_second": "Score of B",
    "response_first": "Response of A",
    "response_second": "Response of B",
    "features": "Pairs of features",
    "fields": "Fields to filter by",
}
PREVIEW_ROWS = 6
MOST_REJECTS = 1_000_000
_NEW = "A new arena"
_PATIENCE = 0.8  # seconds to wait for a small import before a progress bar is worth drawing
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """Staged files with the same columns, which share one mapping."""

    files: tuple[tuple[Dropped, StagedFile], ...]

    @property
    def first(self) -> StagedFile:
        """The file whose rows are shown."""
        return self.files[0][1]


@dataclass(frozen=True)
class Target:
    """The arena to import into: one that exists, or a new one's name and noun."""

    name: str
    noun: str | None
    existing: Arena | None


def drop(held: Tray) -> tuple[str | None, str | None]:
    """Draw the uploader; return how the files are said to be written."""
    generation = st.session_state.setdefault("uploads", 0)
    files = st.file_uploader(
        "Files of comparisons or of scores: CSV, TSV, Parquet, JSON Lines or JSON",
        accept_multiple_files=True,
        key=f"files-{generation}",
    )
    if files:
        for file in files:
            held.add(file.name, file)
        # A new key makes Streamlit let go of the bytes that it holds in memory.
        st.session_state["uploads"] = generation + 1
        st.rerun()
    with st.expander("How the files are written", icon=":material/tune:"):
        left, right = st.columns(2)
        encoding = left.selectbox("Encoding", list(ENCODINGS), key="encoding")
        delimiter = right.selectbox("Delimiter", list(DELIMITERS), key="delimiter")
    return ENCODINGS[encoding], DELIMITERS[delimiter]


def read(held: Tray, encoding: str | None, delimiter: str | None) -> list[Batch]:
    """Stage the dropped files and draw them; return those that could be read, by their columns."""
    found: dict[tuple[str, ...], list[tuple[Dropped, StagedFile]]] = {}
    slot = st.container()
    for file in list(held.dropped):
        bar = slot.empty()

        def tell(fraction: float, doing: str, bar: st.delta_generator.DeltaGenerator = bar) -> None:
            bar.progress(fraction, literal(doing))

        try:
            staged = held.staged(file, encoding, delimiter, tell)
        except RankingError as error:
            bar.empty()
            _file_row(slot, held, file, str(error), bad=True)
            continue
        bar.empty()
        found.setdefault(staged.columns, []).append((file, staged))
        kind = FORMATS.get(staged.format, staged.format)
        size = f"{counted(staged.rows, 'row')}, {counted(len(staged.columns), 'column')}"
        _file_row(slot, held, file, f"{kind}, {size}")
    return [Batch(tuple(files)) for files in found.values()]


def _file_row(
    slot: st.delta_generator.DeltaGenerator,
    held: Tray,
    file: Dropped,
    text: str,
    *,
    bad: bool = False,
) -> None:
    with slot.container(horizontal=True, vertical_alignment="center", border=True):
        icon = ":red[:material/error:]" if bad else ":green[:material/check_circle:]"
        st.markdown(f"{icon} **{literal(file.name)}** · {literal(text)}", width="stretch")
        st.button(
            "Remove", icon=":material/close:", type="tertiary", key=f"remove-{file.number}",
            on_click=held.remove, args=(file,),
        )  # fmt: skip


def pick_target(arenas: Sequence[Arena], held: Tray, batches: Sequence[Batch]) -> Target:
    """Draw the choice of the arena."""
    st.header("Arena", anchor=False)
    by_label = {state.arena_label(arena): arena for arena in arenas}
    left, middle, right = st.columns(3)
    chosen = left.selectbox("Import into", [_NEW, *by_label], key="target")
    existing = by_label.get(chosen)
    if existing is not None:
        return Target(existing.name, None, existing)
    stem = PurePath(held.dropped[0].name).name.split(".")[0]
    name = middle.text_input("Name", stem, key=f"name-{held.dropped[0].number}", max_chars=120)
    noun = right.text_input(
        "What one competitor is called",
        held.suggest(batches[0].first).noun if batches else "competitor",
        key=f"noun-{held.dropped[0].number}", max_chars=40,
        help="Used in every label: model, policy, player …",
    )  # fmt: skip
    return Target((name or "").strip(), (noun or "").strip() or "competitor", None)


def confirm(
    held: Tray, batch: Batch, target: Target, number: int
) -> list[tuple[StagedFile, Mapping, Check]] | None:
    """Draw the mapping of a batch, and what would be rejected; None until it can be imported."""
    names = ", ".join(file.name for file, _ in batch.files)
    st.header("Columns" if number == 0 else f"Columns of {literal(names)}", anchor=False)
    remembered = _remembered(target)
    suggestion = held.suggest(batch.first, remembered=remembered)
    st.dataframe(
        batch.first.head(PREVIEW_ROWS),
        hide_index=True,
        placeholder="",
        alt=f"The first rows of {batch.first.name}",
        key=f"preview-{number}",
    )
    # The choice of arena may change the suggestion: then the boxes start afresh.
    arena = target.existing.arena_id if target.existing else 0
    own = f"{number}-{batch.files[0][0].number}-{hash(batch.first.columns)}-{arena}"
    form = _pick_form(suggestion, own)
    if form != suggestion.mapping.form:
        suggestion = held.suggest(batch.first, remembered=remembered, form=form)
    own = f"{own}-{form}"
    mapping = _pick_mapping(batch.first, suggestion.mapping, form, own)
    missing = [_label(role) for role in REQUIRED[form] if not getattr(mapping, role)]
    if missing:
        st.info(f"Choose a column for: {', '.join(missing)}.", icon=":material/help:")
        return None
    if form == "pairwise":
        mapping = _pick_dialect(held, batch.first, mapping, own)
    return None if mapping is None else _show_checks(held, batch, mapping, own)


def _pick_form(suggestion: Suggestion, own: str) -> Form:
    """Draw what a row is: a comparison, or scores that comparisons are derived from."""
    suggested = suggestion.mapping.form
    chosen = st.segmented_control(
        "A row of the file is", list(FORMS), default=suggested, required=True,
        format_func=FORMS.__getitem__, key=f"form-{own}",
    )  # fmt: skip
    form: Form = chosen or suggested
    if form == suggested and suggestion.offer is not None:
        st.info(literal(suggestion.offer), icon=":material/compare_arrows:")
    elif form != "pairwise":
        st.caption(
            "Each two competitors are compared on every item that both have a score on: the "
            "higher score wins, equal scores tie."
        )
    return form


def _remembered(target: Target) -> Mapping | None:
    if target.existing is None or not target.existing.mapping:
        return None
    return Mapping.from_json(target.existing.mapping)


def _pick_mapping(staged: StagedFile, suggested: Mapping, form: Form, own: str) -> Mapping:
    required = REQUIRED[form]

    def one(role: str) -> str | None:
        held = getattr(suggested, role)
        if role == "score":
            held = held[0] if held else None
        return st.selectbox(
            _label(role), staged.columns, key=f"{role}-{own}", help=_explained(role),
            index=staged.columns.index(held) if held in staged.columns else None,
            placeholder="Choose a column" if role in required else "None",
        )  # fmt: skip

    roles: dict[str, str | None] = {}
    score: tuple[str, ...] = ()
    for column, role in zip(
        st.columns([1] * 3 if form != "wide" else [1, 2]), required, strict=True
    ):
        with column:
            if role != "score":
                roles[role] = one(role) or ("" if form == "pairwise" else None)
            elif form == "long":
                score = tuple(name for name in [one(role)] if name)
            else:
                score = tuple(
                    st.multiselect(
                        "Scores, a column per competitor", staged.columns, suggested.score,
                        key=f"score-{own}", help=_explained("score"),
                    )
                )  # fmt: skip
    offered = [role for role in ROLES if form == "pairwise" or role in OF_SCORES]
    within = 0.0
    if form != "pairwise":
        within = st.number_input(
            "Scores tie within", 0.0, value=suggested.tie_within, format="%g", width=240,
            key=f"tie_within-{own}",
            help="Scores that differ by at most this count as a tie. 0: only equal scores tie.",
        )  # fmt: skip
    with st.expander("More columns", icon=":material/view_column:"):
        with st.grid(3, min_column_width=200):
            for role in offered:
                if role not in (*required, *SEVERAL, "competitor"):
                    roles[role] = one(role)
        taken = {name for name in roles.values() if name} | set(score)
        capability = st.multiselect(
            _label("capability"), staged.columns, suggested.capability,
            key=f"capability-{own}", help=_explained("capability"),
        )  # fmt: skip
        features = []
        if form == "pairwise":
            features = st.multiselect(
                _label("features"), suggested.features, suggested.features,
                key=f"features-{own}", help=_explained("features"),
                format_func=lambda feature: f"{feature[0]}: {feature[1]}, {feature[2]}",
            )  # fmt: skip
        fields = st.multiselect(
            _label("fields"), staged.columns, suggested.fields,
            key=f"fields-{own}", help=_explained("fields"),
        )  # fmt: skip
    taken |= set(capability) | {name for feature in features for name in feature[1:]}
    return replace(
        suggested,
        **roles,
        dialect=suggested.dialect if roles.get("outcome") == suggested.outcome else None,
        score=score,
        tie_within=within,
        capability=tuple(capability),
        features=tuple(tuple(feature) for feature in features),
        fields=tuple(name for name in fields if name not in taken),
    )


def _pick_dialect(held: Tray, staged: StagedFile, mapping: Mapping, own: str) -> Mapping | None:
    """Draw how outcomes are written; None until that is known."""
    suggestion = held.suggest(staged, given=replace(mapping, dialect=None))
    names = list(dict.fromkeys((*suggestion.dialects, *DIALECTS)))
    known = mapping.dialect or suggestion.mapping.dialect
    fitting = suggestion.dialects
    chosen = st.selectbox(
        "Outcomes are written as",
        names,
        index=names.index(known) if known in names else None,
        format_func=lambda name: DIALECTS[name].label + ("" if name in fitting else " (no fit)"),
        placeholder="Choose: the column does not tell",
        width=480,
        key=f"dialect-{own}-{mapping.outcome}",
    )
    if chosen is None:
        sentence = suggestion.problem or "Say how the outcomes are written."
        st.info(literal(sentence), icon=":material/help:")
        return None
    st.caption(literal(f"An outcome is {DIALECTS[chosen].explanation}."))
    return replace(mapping, dialect=chosen)


def _show_checks(
    held: Tray, batch: Batch, mapping: Mapping, own: str
) -> list[tuple[StagedFile, Mapping, Check]] | None:
    st.header("Check", anchor=False)
    checked = []
    for file, staged in batch.files:
        try:
            with st.spinner(f"Checking {literal(file.name)} …"):
                result = held.check(staged, mapping)
        except (AmbiguousOutcomeError, InputError) as error:
            st.error(literal(str(error)), icon=":material/error:")
            return None
        _show_check(file, staged, result, several=len(batch.files) > 1, own=f"{own}-{file.number}")
        checked.append((staged, mapping, result))
    return checked


def _show_check(
    file: Dropped, staged: StagedFile, result: Check, *, several: bool, own: str
) -> None:
    if several:
        st.subheader(literal(file.name), anchor=False)
    with st.container(horizontal=True):
        for label, number in _numbers(result).items():
            st.metric(label, count(number), border=True)
    notes = result.pairing.notes[1:] if result.pairing is not None else ()
    if notes:
        st.info("\n".join(f"- {literal(note)}" for note in notes))
    if result.rejected:
        st.dataframe(
            result.reasons,
            hide_index=True,
            alt=f"Why rows of {file.name} would be rejected",
            column_config={
                "reason": st.column_config.TextColumn("Why rows would be rejected"),
                "rows": st.column_config.NumberColumn("Rows", format="localized", width=112),
            },
        )
        st.download_button(
            "Rejected rows (CSV)",
            lambda: rejected_csv(result.rejects(MOST_REJECTS)),
            file_name=f"{file_stem(file.name)}-rejected.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
            key=f"rejects-{own}",
        )
    what = "Accepted rows" if result.pairing is None else "Comparisons"
    with st.expander(f"{what}, as understood", icon=":material/visibility:"):
        st.dataframe(
            result.sample,
            hide_index=True,
            placeholder="",
            alt=f"The first comparisons of {file.name}",
        )


def _numbers(result: Check) -> dict[str, int]:
    """Return what a check has counted, by label."""
    if result.pairing is not None:
        return {
            "Scores": result.pairing.scores,
            "Rejected": result.rejected,
            "Competitors": result.competitors,
            "Items": result.pairing.items,
            "Comparisons": result.accepted,
            "Ties": result.outcomes.get("tie", 0),
        }
    numbers = {
        "Accepted rows": result.accepted,
        "Rejected rows": result.rejected,
        "Competitors": result.competitors,
    }
    return numbers | {w: result.outcomes[o] for o, w in OUTCOMES.items() if o in result.outcomes}


def commit(
    held: Tray,
    target: Target,
    planned: Sequence[list[tuple[StagedFile, Mapping, Check]] | None],
) -> None:
    """Draw the button that imports, and start when it is pressed."""
    ready = [entry for batch in planned if batch for entry in batch]
    accepted = sum(result.votes for _, _, result in ready)
    waiting = not ready or any(batch is None for batch in planned)
    taken = target.existing is None and any(a.name == target.name for a in data.arenas())
    if taken:
        st.error(
            literal(
                f"There is an arena {target.name!r} already; choose it above, or another name."
            ),
            icon=":material/error:",
        )
    elif not target.name:
        st.error("The new arena needs a name.", icon=":material/error:")
    label = "Import" if waiting else f"Import {count(accepted)} comparisons"
    blocked = waiting or taken or not target.name or not accepted
    if st.button(label, type="primary", icon=":material/check:", disabled=blocked, key="import"):
        job = held.start(
            data.store(),
            [(staged, mapping) for staged, mapping, _ in ready],
            arena=target.name,
            noun=target.noun,
        )
        job.wait(_PATIENCE)
        st.rerun()


def follow(held: Tray) -> None:
    """Show the import that is under way, or what became of it; stops the page meanwhile."""
    job = held.job
    assert job is not None
    if not job.done:
        _watch(held)
        st.stop()
    held.job = None
    if job.error is not None and held.kept:
        kept = " ".join(_told(report) for report in held.kept)
        st.info(literal(f"Before it stopped: {kept}"), icon=":material/check_circle:")
    if job.error is None:
        reports = job.result
        state.say(" ".join(_told(report) for report in reports))
        held.clear()
        state.open_page("leaderboard", arena=reports[-1].arena)
    elif isinstance(job.error, CancelledError):
        st.info("Cancelled: nothing of the file in progress was kept.", icon=":material/cancel:")
    elif isinstance(job.error, RankingError):
        st.error(literal(str(job.error)), icon=":material/error:")
    else:
        _log.error("An import failed", exc_info=job.error)
        st.error("The import failed, and nothing of that file was kept.", icon=":material/error:")


@st.fragment(run_every=0.5)
def _watch(held: Tray) -> None:
    job = held.job
    if job is None or job.done:
        st.rerun()
        return
    st.progress(job.fraction, literal(job.doing or "Importing"))
    if st.button("Cancel", icon=":material/close:", disabled=job.cancelled, key="cancel"):
        job.cancel()


def _told(report: object) -> str:
    if report.already_imported:
        return "This file is in the arena already; nothing changed."
    if report.pairing is not None:
        kept = f"Derived {counted(report.accepted, 'comparison')} from scores"
    else:
        kept = f"Imported {counted(report.accepted, 'row')}"
    return f"{kept}, rejected {count(report.rejected)}." if report.rejected else f"{kept}."


def _label(role: str) -> str:
    return LABELS.get(role, role.replace("_", " ").capitalize())


def _explained(role: str) -> str:
    return f"{ROLES[role][0].upper()}{ROLES[role][1:]}."

"""The files that a session has dropped but not yet imported."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from dashboard.jobs import Job
from ranking.ingest import (
    Check,
    Form,
    ImportReport,
    Mapping,
    StagedFile,
    Suggestion,
    check,
    import_staged,
    stage,
    suggest,
)
from ranking.store import Store
from ranking.store.staging import staged_path

_CHUNK = 1 << 20
_numbers = count()


@dataclass(frozen=True)
class Dropped:
    """A dropped file: its own name, and where its bytes lie under a generated one."""

    number: int
    name: str
    path: Path


@dataclass(eq=False)
class Tray:
    """The dropped files of one session, staged on demand, and the import that is under way."""

    dropped: list[Dropped] = field(default_factory=list)
    job: Job | None = None
    kept: list[ImportReport] = field(default_factory=list)
    _staged: dict[tuple[int, str | None, str | None], StagedFile] = field(default_factory=dict)
    _suggestions: dict[tuple[str, ...], Suggestion] = field(default_factory=dict)
    _checks: dict[tuple[str, str], Check] = field(default_factory=dict)

    def add(self, name: str, content: BinaryIO) -> None:
        """Keep a file's bytes on disk, so that none of them stay in memory."""
        path = staged_path(".upload")
        with path.open("wb") as copy:
            while block := content.read(_CHUNK):
                copy.write(block)
        self.dropped.append(Dropped(next(_numbers), name, path))

    def staged(
        self,
        file: Dropped,
        encoding: str | None,
        delimiter: str | None,
        progress: Callable[[float, str], None] | None = None,
    ) -> StagedFile:
        """Stage a file as it is said to be written, once.

        Raises
        ------
        InputError
            If it cannot be read that way.
        """
        key = (file.number, encoding, delimiter)
        if key not in self._staged:
            self._release(file)
            self._staged[key] = stage(
                file.path, name=file.name, encoding=encoding, delimiter=delimiter, progress=progress
            )
        return self._staged[key]

    def check(self, staged: StagedFile, mapping: Mapping) -> Check:
        """Check a staged file under a mapping, once.

        Raises
        ------
        InputError
            If nothing of it could be imported.
        """
        key = (str(staged.path), mapping.to_json())
        if key not in self._checks:
            self._checks[key] = check(staged, mapping)
        return self._checks[key]

    def suggest(
        self,
        staged: StagedFile,
        *,
        remembered: Mapping | None = None,
        given: Mapping | None = None,
        form: Form | None = None,
    ) -> Suggestion:
        """Suggest a mapping for a staged file, once."""
        stated = (m.to_json() if m else "" for m in (remembered, given))
        key = (str(staged.path), *stated, form or "")
        if key not in self._suggestions:
            self._suggestions[key] = suggest(staged, remembered=remembered, given=given, form=form)
        return self._suggestions[key]

    def remove(self, file: Dropped) -> None:
        """Forget a file and its bytes."""
        self._release(file)
        file.path.unlink(missing_ok=True)
        self.dropped = [other for other in self.dropped if other != file]

    def clear(self) -> None:
        """Forget everything; an import that is under way is cancelled."""
        if self.job is not None:
            self.job.cancel()
            self.job.wait(10)
        for file in list(self.dropped):
            self.remove(file)
        self._suggestions.clear()
        self._checks.clear()
        self.job = None

    def start(
        self,
        store: Store,
        planned: Iterable[tuple[StagedFile, Mapping]],
        *,
        arena: str,
        noun: str | None,
    ) -> Job:
        """Start to import staged files into one arena; the job's result lists the reports."""
        files = list(planned)
        self.kept = []

        def work(tell: Callable[[float, str], None], cancelled: object) -> list[ImportReport]:
            for position, (staged, mapping) in enumerate(files):

                def part(fraction: float, doing: str, position: int = position) -> None:
                    tell((position + fraction) / len(files), doing)

                report = import_staged(
                    store, staged, mapping,
                    arena=arena, noun=noun, progress=part, cancelled=cancelled,
                )  # fmt: skip
                self.kept.append(report)
            return self.kept

        self.job = Job(work)
        return self.job

    def _release(self, file: Dropped) -> None:
        for key in [key for key in self._staged if key[0] == file.number]:
            staged = self._staged.pop(key)
            staged.close()
            of_it = str(staged.path)
            self._checks = {k: v for k, v in self._checks.items() if k[0] != of_it}
            self._suggestions = {k: v for k, v in self._suggestions.items() if k[0] != of_it}


@st.cache_resource(scope="session", on_release=Tray.clear, show_spinner=False)
def tray() -> Tray:
    """Return the session's tray; its files go when the session ends."""
    return Tray()

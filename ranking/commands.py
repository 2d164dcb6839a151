"""What the longer commands of the command line do: importing a file, rating an arena."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import click

from ranking.comparisons import Comparisons
from ranking.errors import InputError
from ranking.ingest import (
    Check,
    ImportReport,
    Mapping,
    Pairing,
    Suggestion,
    check,
    import_staged,
    remembered_mapping,
    stage,
    suggest,
)
from ranking.methods import METHODS, ContextualBradleyTerry
from ranking.methods.equilibrium import EquilibriumMethod
from ranking.progress import Progress, Watch
from ranking.ratings import Method, Ratings
from ranking.selection import Selection
from ranking.store import Store
from ranking.store.export import EXPORTS
from ranking.wording import plural


def import_one(
    store: Store,
    path: Path,
    *,
    arena: str,
    noun: str | None,
    roles: tuple[str, ...],
    dialect: str | None,
    encoding: str | None,
    delimiter: str | None,
    dry_run: bool,
    wide: bool = False,
    tie_within: float | None = None,
) -> None:
    """Import one file and say what happened; a dry run says what would.

    Raises
    ------
    InputError
        If the file cannot be read, or holds no usable row, or an option does not suit it.
    AmbiguousOutcomeError
        If its outcomes can be read in more than one way.
    """
    given = Mapping.parse(roles) if roles else None
    with (
        progress_bar(path.name) as progress,
        stage(path, encoding=encoding, delimiter=delimiter, progress=progress) as staged,
    ):
        remembered = remembered_mapping(store, arena)
        suggestion = suggest(
            staged, remembered=remembered, dialect=dialect, given=given,
            form="wide" if wide else None,
        )  # fmt: skip
        if suggestion.problem is not None:
            raise InputError(f"{suggestion.problem}{_how_to_settle(suggestion.dialects)}")
        mapping = suggestion.mapping
        if tie_within is not None:
            if mapping.form == "pairwise":
                raise InputError(f"--tie-within is for scores; {path.name} holds comparisons.")
            mapping = replace(mapping, tie_within=tie_within)
        if dry_run:
            found = check(staged, mapping)
        else:
            report = import_staged(
                store,
                staged,
                mapping,
                arena=arena,
                noun=noun or suggestion.noun,
                progress=progress,
            )
    if dry_run:
        _say_found(suggestion, mapping, found)
    else:
        _say_imported(suggestion, report, path.name, arena)


def _say_found(suggestion: Suggestion, mapping: Mapping, found: Check) -> None:
    """Say what an import would do."""
    if suggestion.offer is not None:
        click.echo(suggestion.offer)
    for role, column in mapping.as_dict().items():
        if column:
            click.echo(f"  {role}: {_columns(column)}")
    click.echo(
        f"{found.accepted:,} {_imported(suggestion)} between {found.competitors:,} "
        f"{plural(suggestion.noun)} would be imported; nothing was changed."
    )
    _say_pairing(found.pairing)
    _say_rejected(found.rejected, found.reasons)


def _say_imported(suggestion: Suggestion, report: ImportReport, file: str, arena: str) -> None:
    """Say what an import did."""
    if report.already_imported:
        click.echo(f"{file} is already imported in {arena!r}; nothing changed.")
        return
    click.echo(
        f"Imported {report.accepted:,} {_imported(suggestion)} of {file} into {arena!r} "
        f"(import {report.import_id})."
    )
    _say_pairing(report.pairing)
    _say_rejected(report.rejected, report.reasons)
    if report.rejected:
        click.echo(f"`podium rejects {report.import_id}` prints them.")


def _imported(suggestion: Suggestion) -> str:
    return "rows" if suggestion.offer is None else "comparisons"


def rate(
    store: Store,
    arena: str,
    *,
    method: str,
    filters: tuple[str, ...],
    style: bool = False,
    covariates: tuple[str, ...] = (),
    clones: tuple[str, ...] = (),
    **settings: Any,
) -> Ratings:
    """Rate one arena with the settings of the command line; those that are None keep defaults.

    What takes long draws a progress bar where there is a terminal.

    Raises
    ------
    InputError
        If a setting belongs to another method.
    """
    if style or covariates:
        if method not in ("bradley-terry", ContextualBradleyTerry.name):
            raise InputError(f"Covariates belong to Bradley-Terry, not to {method}.")
        method = ContextualBradleyTerry.name
        settings["covariates"] = (("style",) if style else ()) + covariates
    comparisons = Comparisons.of(store, arena, Selection.parse(filters))
    if clones:
        known = comparisons.tally().competitors
        settings["clones"] = tuple(_clones(text, known, comparisons.arena.noun) for text in clones)
    chosen = method_of(method, settings)
    if not isinstance(chosen, EquilibriumMethod):
        return chosen.rate(comparisons)
    with progress_bar(arena) as bar:
        return chosen.rate(comparisons, watch=Watch(bar))


def method_of(name: str, settings: dict[str, Any]) -> Method:
    """Return a method with the settings that are not None.

    Raises
    ------
    InputError
        If a setting belongs to another method.
    """
    given = {key: value for key, value in settings.items() if value is not None}
    known = {field.name for field in fields(METHODS[name])}
    for key in given:
        if key not in known:
            owners = [other for other, cls in METHODS.items() if key in cls.__dataclass_fields__]
            option = "clone" if key == "clones" else key.replace("_", "-")
            said = " and ".join(filter(None, [", ".join(owners[:-1]), owners[-1]]))
            raise InputError(f"--{option} is no setting of {name}; it belongs to {said}.")
    chosen: Method = METHODS[name](**given)
    return chosen


def _clones(text: str, known: tuple[str, ...], noun: str) -> tuple[str, str]:
    """Read "A=B" as two competitors; names may hold equals signs themselves."""
    splits = [(text[:at], text[at + 1 :]) for at, letter in enumerate(text) if letter == "="]
    found = [(one, other) for one, other in splits if one in known and other in known]
    if len(found) != 1 or found[0][0] == found[0][1]:
        raise InputError(
            f"{text!r} is not of the form A=B with two {plural(noun)} of this selection."
        )
    return found[0]


def export_to(path: Path, style: str, comparisons: Comparisons) -> int:
    """Write comparisons to a file in one of the export formats; return how many rows."""
    total = max(comparisons.count(), 1)
    with progress_bar(path.name) as bar:

        def progress(written: int) -> None:
            if bar is not None:
                bar(written / total, "writing")

        return EXPORTS[style](comparisons, path, progress=progress)


def _how_to_settle(dialects: tuple[str, ...]) -> str:
    return f" Say which with --dialect {' or --dialect '.join(dialects)}." if dialects else ""


def _columns(column: Any) -> str:
    if isinstance(column, str | float):
        return str(column)
    return ", ".join(name if isinstance(name, str) else " / ".join(name[1:]) for name in column)


def _say_pairing(pairing: Pairing | None) -> None:
    for note in pairing.notes if pairing is not None else ():
        click.echo(f"  {note}")


def _say_rejected(rejected: int, reasons: Any) -> None:
    if not rejected:
        return
    click.echo(f"{rejected:,} {'row' if rejected == 1 else 'rows'} rejected:")
    for reason, rows in zip(reasons["reason"], reasons["rows"], strict=True):
        click.echo(f"  {rows:,} × {reason}")


@contextmanager
def progress_bar(title: str) -> Iterator[Progress | None]:
    """Draw a progress bar on stderr where that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    with click.progressbar(length=100, label=title, file=sys.stderr) as bar:

        def progress(fraction: float, what: str) -> None:
            bar.label = f"{title}: {what}"
            bar.update(max(0, int(100 * fraction) - bar.pos))

        yield progress

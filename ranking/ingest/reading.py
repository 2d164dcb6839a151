"""Read: from a file straight to comparisons, or into an arena, in one call."""

import os
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from ranking.errors import InputError, RankingWarning
from ranking.ingest.committing import commit, import_staged
from ranking.ingest.loading import stage
from ranking.ingest.mapping import Mapping
from ranking.ingest.progress import Cancelled, Progress, Watch
from ranking.ingest.staged import StagedFile
from ranking.ingest.suggestion import suggest
from ranking.ingest.writing import ImportReport
from ranking.store.arenas import arena as find
from ranking.store.connection import Store
from ranking.store.staging import staged_path

if TYPE_CHECKING:
    import pandas as pd

    from ranking.comparisons import Comparisons


def read(
    data: "str | os.PathLike[str] | pd.DataFrame",
    *,
    mapping: Mapping | None = None,
    dialect: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    noun: str | None = None,
    name: str | None = None,
    **roles: str,
) -> "Comparisons":
    """Read a file, or a table, of pairwise comparisons or of scores.

    Columns get their roles from their names and values, as far as nothing else is said. Rows that
    are no comparisons are left out with a warning that says how many and why. From scores, one per
    competitor and item, each two competitors are compared on every item that both have.

    Parameters
    ----------
    data : path-like or DataFrame
        CSV, TSV, Parquet, JSON Lines or a JSON array (text may be .gz), or a pandas table.
    mapping : Mapping, optional
        Which column plays which role.
    dialect : str, optional
        How outcomes are written, one of `DIALECTS`.
    encoding, delimiter : str, optional
        Of text; UTF-8, and what the first records show.
    noun : str, optional
        What a competitor is called; from the names of the columns where it is not given.
    name : str, optional
        What the evidence is called; the name of the file where it is not given.
    **roles : str
        Columns by role (see `ROLES`), such as ``first="left", second="right"``.

    Returns
    -------
    Comparisons
        In memory, as long as the object is used.

    Raises
    ------
    InputError
        If the file or its columns cannot be used; one sentence says why and what to do.
    AmbiguousOutcomeError
        If outcomes can be read in more than one way, such as 0 and 1; state `dialect`.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"left": ["a", "b"], "right": ["b", "c"], "winner": ["left", "tie"]})
    >>> read(table).count()
    2
    """
    from ranking.comparisons import Comparisons

    if roles:
        pairs = [f"{role}={column}" for role, column in roles.items()]
        mapping = Mapping.parse(pairs, base=mapping)
    store = Store.in_memory()
    with _staged(data, name=name, encoding=encoding, delimiter=delimiter) as staged:
        complete, guessed_noun = _settled(staged, mapping, dialect, None)
        title = (name or Path(staged.name).stem).strip() or "comparisons"
        report = commit(
            store, staged, complete, arena=title, new=(noun or guessed_noun, "", False),
            watch=Watch(), as_view=True,
        )  # fmt: skip
    if report.rejected:
        pairing = report.pairing
        used, what = (report.accepted, "rows") if pairing is None else (pairing.scores, "scores")
        total = used + report.rejected
        reason = report.reasons["reason"].iloc[0]
        warnings.warn(
            f"{report.rejected:,} of {total:,} {what} of {staged.name} were left out; "
            f"most often: {reason}",
            RankingWarning,
            stacklevel=2,
        )
    return Comparisons(store, find(store, title))


def import_file(
    store: Store,
    path: str | os.PathLike[str],
    *,
    arena: str,
    name: str | None = None,
    mapping: Mapping | None = None,
    dialect: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    noun: str | None = None,
    description: str = "",
    simulated: bool = False,
    progress: Progress | None = None,
    cancelled: Cancelled | None = None,
) -> ImportReport:
    """Stage, suggest and import in one call (see `stage`, `suggest`, `import_staged`).

    Parameters
    ----------
    mapping : Mapping, optional
        Roles that are stated; the rest is guessed, or remembered from the arena's last import.

    Raises
    ------
    InputError
        If the file or its columns cannot be used.
    AmbiguousOutcomeError
        If outcomes can be read in more than one way; state `dialect`.
    """
    with stage(
        path, name=name, encoding=encoding, delimiter=delimiter, progress=progress,
        cancelled=cancelled,
    ) as staged:  # fmt: skip
        complete, guessed_noun = _settled(
            staged, mapping, dialect, remembered_mapping(store, arena)
        )
        return import_staged(
            store, staged, complete, arena=arena, noun=noun or guessed_noun,
            description=description, simulated=simulated, progress=progress, cancelled=cancelled,
        )  # fmt: skip


def remembered_mapping(store: Store, arena: str) -> Mapping | None:
    """Return the mapping that was confirmed last for an arena; None for a new one."""
    with store.reading() as connection:
        row = connection.execute(
            "SELECT mapping FROM arenas WHERE name = ?", [arena.strip()]
        ).fetchone()
    return Mapping.from_json(row[0]) if row is not None and row[0] else None


def _settled(
    staged: StagedFile, mapping: Mapping | None, dialect: str | None, remembered: Mapping | None
) -> tuple[Mapping, str]:
    """Return a mapping that can be imported, and what its competitors seem to be called."""
    suggestion = suggest(staged, given=mapping, dialect=dialect, remembered=remembered)
    if suggestion.problem is not None and len(suggestion.dialects) < 2:
        raise InputError(suggestion.problem)
    return suggestion.mapping, suggestion.noun


def _staged(
    data: "str | os.PathLike[str] | pd.DataFrame",
    *,
    name: str | None,
    encoding: str | None,
    delimiter: str | None,
) -> StagedFile:
    if isinstance(data, str | os.PathLike):
        return stage(data, name=name, encoding=encoding, delimiter=delimiter)
    path = staged_path(".parquet")
    try:
        data.to_parquet(path, index=False)
        return stage(path, name=name or "table")
    except (AttributeError, TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"This table cannot be read: {str(error)[:200]}") from error
    finally:
        path.unlink(missing_ok=True)

"""Writing selected comparisons to a file that other tools, and Podium itself, can read."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ranking.comparisons import Comparisons
from ranking.errors import InputError
from ranking.leaderboard import formula_safe
from ranking.store import log
from ranking.store.staging import staged_path
from ranking.store.where import where

Progress = Callable[[int], None]


def export_parquet(
    comparisons: Comparisons,
    path: str | os.PathLike[str],
    *,
    progress: Progress | None = None,
) -> int:
    """Write the selected comparisons to a Parquet file.

    Parameters
    ----------
    comparisons : Comparisons
        What to write.
    path : path-like
        The file; it is replaced only when the new one is complete.
    progress : callable, optional
        Called with the number of rows written so far.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    InputError
        If the file cannot be written.
    """
    import pyarrow.parquet as pq

    with (
        _replaced(path) as staged,
        _batches(comparisons) as (schema, batches),
        pq.ParquetWriter(staged, schema, compression="zstd") as writer,
    ):
        return _write(batches, writer.write_batch, progress)


def export_csv(
    comparisons: Comparisons,
    path: str | os.PathLike[str],
    *,
    progress: Progress | None = None,
) -> int:
    """Write the selected comparisons to a CSV file; see `export_parquet`.

    Text that a spreadsheet would run as a formula is prefixed with an apostrophe.
    """
    import pyarrow.csv as pc

    with (
        _replaced(path) as staged,
        _batches(comparisons, safe=True) as (schema, batches),
        pc.CSVWriter(staged, schema) as writer,
    ):
        return _write(batches, writer.write_batch, progress)


EXPORTS: dict[str, Callable[..., int]] = {"parquet": export_parquet, "csv": export_csv}
"""Every export format by its name."""


def _write(
    batches: Iterator[Any], write_batch: Callable[[Any], None], progress: Progress | None
) -> int:
    written = 0
    for batch in batches:
        write_batch(batch)
        written += batch.num_rows
        if progress:
            progress(written)
    return written


@contextmanager
def _replaced(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Let the block write a private file, which then takes the place of `path` in one step."""
    target = Path(path)
    staged = staged_path(".export")
    try:
        yield staged
        partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
        try:
            shutil.copyfile(staged, partial)
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"{target} cannot be written: {error.strerror or error}.") from error
    finally:
        staged.unlink(missing_ok=True)


@contextmanager
def _batches(
    comparisons: Comparisons, *, safe: bool = False
) -> Iterator[tuple[Any, Iterator[Any]]]:
    """Stream the rows as Arrow batches under the names to show."""
    import pyarrow as pa

    arena = comparisons.arena
    with comparisons.store.reading() as connection:
        condition = where(connection, arena, comparisons.selection)
        shown = log.named_columns(connection, arena)
        reader = log.stream_named(connection, arena, condition)
        kept = [field for field in reader.schema if field.name not in ("import_id", "line")]
        names = [shown[field.name] for field in kept]
        if safe:
            names = [formula_safe(name) for name in names]
        schema = pa.schema([pa.field(n, f.type) for n, f in zip(names, kept, strict=True)])

        def renamed() -> Iterator[Any]:
            for batch in reader:
                columns = [batch.column(field.name) for field in kept]
                if safe:
                    columns = [_formula_safe(column) for column in columns]
                yield pa.record_batch(columns, schema=schema)

        yield schema, renamed()


def _formula_safe(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pa.types.is_string(column.type):
        return column
    return pc.replace_substring_regex(column, r"^([=+\-@\t\r])", r"'\1")

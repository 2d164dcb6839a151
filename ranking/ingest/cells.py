"""The cells of a staged file as plain text, row by row, with the lines they came from."""

from collections.abc import Sequence

from ranking.ingest.staged import StagedFile


def cells(staged: StagedFile, columns: Sequence[str]) -> list[tuple[int, tuple[str, ...]]]:
    """Return the position of every row, and its cells in some columns without blanks around them.

    Raises
    ------
    InputError
        If the file has no such column.
    """
    texts = ", ".join(f"trim(coalesce({staged.text(name)}, ''))" for name in columns)
    with staged.reading() as connection:
        rows = connection.execute(
            f"SELECT {staged.line}, {texts} FROM {staged.relation()} ORDER BY 1"
        ).fetchall()
    return [(int(line), tuple(values)) for line, *values in rows]


def unreadable(staged: StagedFile, limit: int = 1000) -> list[tuple[int, str, str]]:
    """Return line, beginning and reason of what could not be read as a record of the file."""
    with staged.reading() as connection:
        return connection.execute(
            "SELECT coalesce(line, 0), coalesce(value, ''), reason FROM rejects "
            "ORDER BY line LIMIT ?",
            [limit],
        ).fetchall()

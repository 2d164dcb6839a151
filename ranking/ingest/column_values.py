"""What the values of a column look like: numbers, counts, times, scores, a few words."""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from ranking.errors import InputError
from ranking.ingest.dialects import text_of
from ranking.ingest.fit import time_format
from ranking.ingest.score_values import score_columns
from ranking.ingest.staged import StagedFile

SAMPLE_ROWS = 10_000
_FEW = 20


@dataclass(frozen=True, eq=False)
class ColumnValues:
    """Questions about the columns of a staged file, answered from its first rows."""

    connection: duckdb.DuckDBPyConnection
    staged: StagedFile

    def numeric(self, column: str) -> bool:
        """Whether most values are finite numbers."""
        return self._share(column, "isfinite({number})") is True

    def counts(self, column: str) -> bool:
        """Whether most values are whole numbers from 1."""
        return self._share(column, "{number} >= 1 AND {number} = floor({number})") is True

    def fractions(self, column: str) -> bool:
        """Whether some values are numbers that are not whole."""
        return self._share(column, "{number} <> floor({number})", most=0.2) is True

    def scores(self, columns: Sequence[str]) -> dict[str, float]:
        """Return the columns of numbers, truth values, or right and wrong; and the largest size."""
        if not columns:
            return {}
        sample = f"(SELECT * FROM {self.staged.relation()} LIMIT {SAMPLE_ROWS // 5})"
        texts = [self.staged.text(column) for column in columns]
        sizes = score_columns(self.connection, sample, texts)
        return {columns[place]: sizes[place] for place in sorted(sizes)}

    def few(self, column: str, most: int = _FEW) -> bool:
        """Whether a column holds few different values."""
        return self._distinct(column, most + 1) <= most

    def distinct(self, column: str) -> bool:
        """Whether most rows have a value of their own."""
        rows = min(self.staged.rows, SAMPLE_ROWS)
        return 2 * self._distinct(column, rows) > rows

    def time(self, column: str) -> bool:
        """Whether a column holds times that can be read in one way."""
        if self.staged.type_of(column).startswith(("TIMESTAMP", "DATE")):
            return True
        try:
            return time_format(self.connection, self.staged, column) is not None
        except InputError:
            return False

    def _distinct(self, column: str, most: int) -> int:
        row = self.connection.execute(
            f"SELECT count(*) FROM (SELECT DISTINCT {self.staged.text(column)} AS value FROM "
            f"(SELECT * FROM {self.staged.relation()} LIMIT ?) LIMIT ?)",
            [max(SAMPLE_ROWS, most), most],
        ).fetchone()
        return int(row[0]) if row is not None else 0

    def _share(self, column: str, condition: str, *, most: float = 0.8) -> bool | None:
        """Whether a condition holds for most of the values that are there; None where none is."""
        number = self.staged.number(column)
        text = text_of(self.staged.text(column))
        row = self.connection.execute(
            f"SELECT count({text}) FILTER (lower({text}) <> 'nan'), "
            f"count(*) FILTER ({condition.format(number=number)}) "
            f"FROM (SELECT {self.staged.raw(column)} FROM {self.staged.relation()} "
            f"LIMIT {SAMPLE_ROWS})"
        ).fetchone()
        if row is None or not row[0]:
            return None
        return bool(row[1] >= most * row[0])

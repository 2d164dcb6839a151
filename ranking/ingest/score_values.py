"""Scores: the ways in which one result is written, and what stands for a result that is missing.

Columns of scores are read as a whole, as numbers or as words; a value that does not fit is
rejected. A missing score or the code of an error is never taken for a loss.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from ranking.ingest.dialects import text_of
from ranking.ingest.fit import MOST

_RIGHT = ("true", "correct", "right", "pass", "passed", "success", "successful", "succeeded",
          "yes", "c")  # fmt: skip
_PARTIAL = ("partial", "partially correct", "p")
_WRONG = ("false", "incorrect", "wrong", "fail", "failed", "failure", "unsuccessful", "no", "i")
_MISSING = ("", "nan", "na", "n/a", "null", "none", "-", "<na>")
_ERRORS = (
    "error", "$error$", "err", "exception", "timeout", "#n/a", "#div/0!", "#value!", "#ref!",
    "#num!", "#name?", "#null!",
)  # fmt: skip


@dataclass(frozen=True)
class ScoreValues:
    """How columns of scores are written, taken together.

    Attributes
    ----------
    values : int
        Values that are there and no code of an error.
    words, numbers : int
        Those that are words for right and wrong (or truth values), and finite numbers.
    minus_one : bool
        Whether −1 stands for an error, because all other numbers lie between 0 and 1.
    examples : tuple of str
        Some of the values: where there are any, of those that are neither words nor numbers.
    """

    values: int
    words: int
    numbers: int
    minus_one: bool
    examples: tuple[str, ...]

    @property
    def fit(self) -> bool:
        """Whether most of the values can be read as scores."""
        return self.values > 0 and max(self.words, self.numbers) >= MOST * self.values

    def score(self, text: str) -> str:
        """Return SQL for the score that a text stands for, NULL where it is none."""
        return _word(text) if self.words > self.numbers else _number(text)

    def problems(self, text: str) -> tuple[tuple[str, str], ...]:
        """Return what makes a text no score: SQL of the condition, and a sentence about it."""
        lowered = f"coalesce(lower(trim({text})), '')"
        found = [
            (f"{lowered} IN {_MISSING}", "The score is missing."),
            (f"{lowered} IN {_ERRORS}", "The score is the code of an error, not a result."),
        ]
        if self.words > self.numbers:
            sentence = "The score is not a word such as correct or incorrect, pass or fail."
            return (*found, (f"{_word(text)} IS NULL", sentence))
        if self.minus_one:
            sentence = "The score is −1 where all others lie between 0 and 1: the code of an error."
            found.append((f"{_number(text)} = -1", sentence))
        return (*found, (f"{_number(text)} IS NULL", "The score is not a finite number."))


def score_values(
    connection: duckdb.DuckDBPyConnection, relation: str, texts: Sequence[str]
) -> ScoreValues:
    """Look at columns of scores.

    Parameters
    ----------
    relation : str
        FROM clause of the rows.
    texts : sequence of str
        SQL of the columns as text.
    """
    number, word = _number("cell"), _word("cell")
    absent = (*_MISSING, *_ERRORS)
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE staged_score_values AS SELECT cell, count(*) AS n FROM "
        f"(SELECT unnest([{', '.join(texts)}]) AS cell FROM {relation}) "
        f"WHERE coalesce(lower(trim(cell)), '') NOT IN {absent} GROUP BY cell"
    )
    row = connection.execute(
        f"SELECT sum(n)::BIGINT, sum(n) FILTER ({word} IS NOT NULL)::BIGINT, "
        f"sum(n) FILTER ({number} IS NOT NULL)::BIGINT, "
        f"count(*) FILTER ({number} = -1) > 0 AND bool_and({number} = -1 OR {number} "
        f"BETWEEN 0 AND 1) AND count(*) FILTER ({number} >= 0) > 0 FROM staged_score_values"
    ).fetchone()
    assert row is not None
    examples = connection.execute(
        f"SELECT left(cell, 60), {number} IS NULL AND {word} IS NULL FROM staged_score_values "
        "ORDER BY 2 DESC, n DESC, cell LIMIT 5"
    ).fetchall()
    told = [value for value, neither in examples if neither] or [value for value, _ in examples]
    return ScoreValues(
        int(row[0] or 0), int(row[1] or 0), int(row[2] or 0), bool(row[3]),
        tuple(told),
    )  # fmt: skip


def score_columns(
    connection: duckdb.DuckDBPyConnection, relation: str, texts: Sequence[str]
) -> dict[int, float]:
    """Return the columns most of whose values can be read as scores, and their largest size.

    Keys are positions in `texts`; words count as 1.
    """
    absent = (*_MISSING, *_ERRORS)
    places = ", ".join(map(str, range(len(texts))))
    rows = connection.execute(
        f"SELECT place, coalesce(max(abs({_number('cell')})), 1), count(*), "
        f"count({_word('cell')}), count({_number('cell')}) FROM (SELECT "
        f"unnest([{', '.join(texts)}]) AS cell, unnest([{places}]) AS place FROM {relation}) "
        f"WHERE coalesce(lower(trim(cell)), '') NOT IN {absent} GROUP BY place"
    ).fetchall()
    return {place: size for place, size, values, *read in rows if max(read) >= MOST * values}


def _number(text: str) -> str:
    number = f"try_cast({text_of(text)} AS DOUBLE)"
    return f"(CASE WHEN isfinite({number}) THEN {number} END)"


def _word(text: str) -> str:
    names = (*_RIGHT, *_PARTIAL, *_WRONG)
    keys = ", ".join(f"'{name}'" for name in names)
    values = ", ".join(["1.0"] * len(_RIGHT) + ["0.5"] * len(_PARTIAL) + ["0.0"] * len(_WRONG))
    return f"([{values}]::DOUBLE[])[list_position([{keys}], lower({text_of(text)}))]"

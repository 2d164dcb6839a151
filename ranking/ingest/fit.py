"""Which dialect a column of outcomes is written in, and which format a column of times.

Both are judged on the column as a whole. A reading fits when it reads at least `MOST` of the values
that are there and more of them than any other; where two readings do so and differ, nothing is
assumed.
"""

from dataclasses import dataclass

import duckdb

from ranking.errors import AmbiguousOutcomeError, InputError
from ranking.ingest.dialects import DIALECTS, code_by_name, code_sql, score_sql, text_of
from ranking.ingest.headers import BEFORE_PLAY, plain, side_of, words
from ranking.ingest.mapping import Mapping
from ranking.ingest.staged import StagedFile
from ranking.outcomes import BOTH_BAD, TIE

MOST = 0.8
_BY_VALUE = tuple(name for name in DIALECTS if name != "name")
_BY_VALUE_AT = tuple(enumerate(_BY_VALUE))
_SOFT = {"first-is-1": "soft-first", "first-is-0": "soft-second"}
_ABOUT_FIRST = ("first-is-1", "soft-first")
_ABOUT_SECOND = ("first-is-0", "soft-second")

TIME_FORMATS = {
    "iso": "an ISO 8601 time such as 2026-01-31 or 2026-01-31T12:00:00Z",
    "seconds": "a number of seconds since 1970",
    "milliseconds": "a number of milliseconds since 1970",
    "microseconds": "a number of microseconds since 1970",
}
_TIME_SAMPLE = 10_000


@dataclass(frozen=True)
class OutcomeFit:
    """The dialects that fit a column of outcomes.

    Attributes
    ----------
    dialects : tuple of str
        All that fit equally well and differ; empty where none does.
    told : str or None
        The one that is meant, as far as the values and the header tell.
    examples : tuple of str
        The most frequent values.
    """

    dialects: tuple[str, ...]
    told: str | None
    examples: tuple[str, ...]


def fit_outcomes(
    connection: duckdb.DuckDBPyConnection, staged: StagedFile, mapping: Mapping, schema: str = ""
) -> OutcomeFit:
    """Find the dialects that fit the outcome column of a mapping."""
    flipped = sides_flipped(mapping)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE outcome_values AS SELECT {text_of('raw')} AS value, "
        f"sum(n)::BIGINT AS n FROM (SELECT {staged.text(mapping.outcome)} AS raw, count(*) AS n "
        f"FROM {staged.relation(schema)} GROUP BY 1) GROUP BY 1"
    )
    readings = ", ".join(f"{_reading(name, flipped)} AS read{at}" for at, name in _BY_VALUE_AT)
    counts = ", ".join(f"sum(n) FILTER (read{at} IS NOT NULL)" for at, _ in _BY_VALUE_AT)
    row = connection.execute(
        f"SELECT sum(n) FILTER (value IS NOT NULL), {counts} "
        f"FROM (SELECT value, n, {readings} FROM outcome_values)"
    ).fetchone()
    assert row is not None
    total, *read = (int(value or 0) for value in row)
    reads = dict(zip(_BY_VALUE, read, strict=True))
    reads["name"] = _read_by_name(connection, staged, mapping, schema)
    best = max(reads.values())
    fits = [name for name in DIALECTS if reads[name] == best and best and best >= MOST * total]
    fits = [name for name in fits if not any(_SOFT.get(hard) == name for hard in fits)]
    told = _told_by_header(mapping, fits)
    fits = _differing(connection, staged, mapping, schema, fits)
    examples = connection.execute(
        "SELECT left(value, 60) FROM outcome_values WHERE value IS NOT NULL "
        "ORDER BY n DESC, value LIMIT 5"
    ).fetchall()
    told = fits[0] if len(fits) == 1 else told
    return OutcomeFit(tuple(fits), told, tuple(value for (value,) in examples))


def resolved_dialect(
    connection: duckdb.DuckDBPyConnection, staged: StagedFile, mapping: Mapping, schema: str = ""
) -> str:
    """Return the dialect that a mapping states, else the one that values and header tell.

    Raises
    ------
    InputError
        If the stated dialect is unknown, or no dialect fits.
    AmbiguousOutcomeError
        If several fit and nothing tells which is meant.
    """
    if mapping.dialect is not None:
        if mapping.dialect not in DIALECTS:
            raise InputError(
                f"There is no outcome dialect {mapping.dialect!r}; there are {', '.join(DIALECTS)}."
            )
        return mapping.dialect
    fit = fit_outcomes(connection, staged, mapping, schema)
    if fit.told is not None:
        return fit.told
    if not fit.dialects:
        raise InputError(no_dialect(staged.name, mapping.outcome, fit))
    raise AmbiguousOutcomeError(ambiguity(staged.name, mapping.outcome, fit))


def no_dialect(name: str, column: str, fit: OutcomeFit) -> str:
    """Say that a column cannot be read as outcomes."""
    held = ", ".join(repr(value) for value in fit.examples) or "nothing"
    return (
        f"The column {column!r} of {name} does not tell who won: it holds {held}. Name another "
        "outcome column, or state the dialect (--dialect)."
    )


def ambiguity(name: str, column: str, fit: OutcomeFit) -> str:
    """Say that a column reads well in several dialects."""
    held = ", ".join(repr(value) for value in fit.examples[:3])
    choices = " or ".join(f"--dialect {d} ({DIALECTS[d].label})" for d in fit.dialects)
    return (
        f"The column {column!r} of {name} holds {held}, which can be read in more than one way; "
        f"say which is meant: {choices}."
    )


def sides_flipped(mapping: Mapping) -> bool:
    """Whether the column that is named for the first side plays competitor B, and the other way."""
    return side_of(mapping.first) == 1 and side_of(mapping.second) == 0


def _reading(dialect: str, flipped: bool) -> str:
    """Return SQL that is NULL where a dialect cannot read `value`."""
    read = code_sql if dialect in ("words", "result") else score_sql
    return read(dialect, "value", flipped=flipped)


def _read_by_name(
    connection: duckdb.DuckDBPyConnection, staged: StagedFile, mapping: Mapping, schema: str
) -> int:
    """Count the outcomes that are the name of either competitor, or a tie beside such names."""
    relation = staged.relation(schema)
    first, second = (text_of(staged.text(c)) for c in (mapping.first, mapping.second))
    named = connection.execute(
        "SELECT count(*) FROM outcome_values WHERE lower(value) IN ("
        f"SELECT lower({first}) FROM (SELECT DISTINCT {staged.raw(mapping.first)} FROM {relation}) "
        f"UNION ALL SELECT lower({second}) "
        f"FROM (SELECT DISTINCT {staged.raw(mapping.second)} FROM {relation}))"
    ).fetchone()
    if named is None or not named[0]:
        return 0
    outcome = text_of(staged.text(mapping.outcome))
    row = connection.execute(
        f"SELECT count(*) FILTER (lower({outcome}) IN (lower({first}), lower({second}))), "
        f"(SELECT sum(n) FILTER ({code_sql('words', 'value')} IN ({TIE}, {BOTH_BAD})) "
        f"FROM outcome_values) FROM {relation}"
    ).fetchone()
    assert row is not None
    return int(row[0]) + int(row[1] or 0) if row[0] else 0


def _differing(
    connection: duckdb.DuckDBPyConnection,
    staged: StagedFile,
    mapping: Mapping,
    schema: str,
    fits: list[str],
) -> list[str]:
    """Keep only the first of several dialects that read every value alike."""
    flipped = sides_flipped(mapping)
    kept: list[str] = []
    for name in fits:
        for other in kept:
            if "name" in (name, other):
                text = text_of(staged.text(mapping.outcome))
                first, second = (text_of(staged.text(c)) for c in (mapping.first, mapping.second))
                by_value = code_sql(name if other == "name" else other, text, flipped=flipped)
                differ = f"{code_by_name(text, first, second)} IS DISTINCT FROM {by_value}"
                source = staged.relation(schema)
            else:
                one, two = (score_sql(d, "value", flipped=flipped) for d in (name, other))
                differ, source = f"{one} IS DISTINCT FROM {two}", "outcome_values"
            row = connection.execute(f"SELECT count(*) FROM {source} WHERE {differ}").fetchone()
            if row == (0,):
                break
        else:
            kept.append(name)
    return kept


def _told_by_header(mapping: Mapping, fits: list[str]) -> str | None:
    """Return the dialect that the names of the columns single out, if they do."""
    outcome = plain(mapping.outcome)
    first, second = plain(mapping.first), plain(mapping.second)
    if (first, second, outcome) == ("a", "b", "preference"):
        wanted: tuple[str, ...] = ("first-is-0",)  # RoboArena's layout
    elif (first, second, outcome) == ("generator_1", "generator_2", "preference"):
        wanted = ("one-to-two",)  # AlpacaEval's
    elif len(words(mapping.outcome)) > 1 and _side(mapping) is not None:
        of_second = (_side(mapping) == 1) != sides_flipped(mapping)
        wanted = _ABOUT_SECOND if of_second else _ABOUT_FIRST
    else:
        return None
    told = [name for name in fits if name in wanted]
    return told[0] if len(told) == 1 else None


_SAYS = {
    "win", "wins", "won", "p", "prob", "probability", "of", "is", "preferred", "preference",
    "better", "score", "model", "player", "policy", "team", "system", "generator", "agent", "side",
}  # fmt: skip
"""The words beside a side that make a header say "this side won"; others may turn it round."""


def _side(mapping: Mapping) -> int | None:
    """Return the side that a header speaks of, in the words that tell the competitors apart."""
    named = {*words(mapping.first), *words(mapping.second)}
    own = [pair for pair in BEFORE_PLAY if set(pair) <= named]
    rest = set(words(mapping.outcome)) - {word for pair in own for word in pair}
    return side_of(mapping.outcome, own) if rest <= _SAYS else None


def time_format(
    connection: duckdb.DuckDBPyConnection, staged: StagedFile, column: str, schema: str = ""
) -> str | None:
    """Return the format of a column of times, one of `TIME_FORMATS`; None where it is empty.

    Raises
    ------
    InputError
        If no format reads most of the values.
    """
    counts = ", ".join(f"count({time_sql(f, 'value')})" for f in TIME_FORMATS)
    text = text_of(staged.text(column))
    row = connection.execute(
        "SELECT count(value), any_value(left(value, 60)) "
        f"FILTER ({time_sql('iso', 'value')} IS NULL), {counts} "
        f"FROM (SELECT {text} AS value FROM {staged.relation(schema)} WHERE {text} IS NOT NULL "
        f"LIMIT {_TIME_SAMPLE})"
    ).fetchone()
    assert row is not None
    total, example, *read = row
    best = max(range(len(read)), key=read.__getitem__)
    if not total:
        return None
    if read[best] < MOST * total:
        raise InputError(
            f"The column {column!r} of {staged.name} holds {example!r}, which is not a time that "
            "can be read in one way only; write 2026-01-31T12:00:00Z or seconds since 1970, or "
            "keep the column as a field."
        )
    return tuple(TIME_FORMATS)[best]


def time_sql(form: str, text: str) -> str:
    """Return SQL for a time in UTC, NULL where the text does not fit the format."""
    if form == "iso":
        # A plain cast ignores zones, so that it is for texts without one, and with Z, only.
        zone = f"translate({text}[11:], '0123456789:.TtZz ', '')"
        return (
            f"(CASE WHEN {text} >= ':' THEN NULL WHEN {zone} = '' "
            f"THEN try_cast({text} AS TIMESTAMP) "
            f"ELSE try_cast({text} AS TIMESTAMPTZ) AT TIME ZONE 'UTC' END)"
        )
    per_second = {"seconds": 1, "milliseconds": 1_000, "microseconds": 1_000_000}[form]
    number = f"try_cast({text} AS DOUBLE)"
    # 1973 to 5138: within it a number is a time in one of the three units only.
    return (
        f"(CASE WHEN {number} >= {10**8 * per_second} AND {number} < {10**11 * per_second} "
        f"THEN make_timestamp(({number} * {10**6 // per_second})::BIGINT) END)"
    )

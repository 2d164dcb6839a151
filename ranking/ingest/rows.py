"""Rows: from staged text to comparisons, and for each row that is none the reason why."""

from dataclasses import replace

import duckdb

from ranking.errors import InputError
from ranking.ingest.dialects import (
    DIALECTS,
    code_by_name,
    code_of_score,
    code_sql,
    score_of_code,
    score_sql,
    text_of,
)
from ranking.ingest.fit import resolved_dialect, sides_flipped
from ranking.ingest.interpretation import Interpretation, RoleReader
from ranking.ingest.mapping import Mapping
from ranking.ingest.scores import interpret_scores
from ranking.ingest.staged import StagedFile

_MANY_VALUES = 100_000
_LARGEST_COUNT = 10**9  # so that no sum of counts leaves a 64-bit integer
_SHOWN_FIRST = ("a", "first", "left", "model_a", "modela")
_SHOWN_SECOND = ("b", "second", "right", "model_b", "modelb")


def interpret(
    connection: duckdb.DuckDBPyConnection, staged: StagedFile, mapping: Mapping, schema: str = ""
) -> Interpretation:
    """Make the temporary dictionaries of a staged file and say what its rows mean.

    Parameters
    ----------
    connection : DuckDBPyConnection
        From which the staged copy can be read; temporary tables are made in it.
    staged : StagedFile
        The file.
    mapping : Mapping
        Which column plays which role.
    schema : str, default ""
        Where the staged copy is attached, with its dot; a name of ours.

    Raises
    ------
    InputError
        If the mapping is not complete or names columns that the file does not have, if no dialect
        fits the outcomes, or no format the times.
    AmbiguousOutcomeError
        If several dialects fit and nothing tells which is meant.
    """
    if mapping.form != "pairwise":
        return interpret_scores(connection, staged, mapping, schema)
    _check_mapping(staged, mapping)
    mapping = replace(mapping, dialect=resolved_dialect(connection, staged, mapping, schema))
    work = _Comparisons(connection, staged, mapping, schema)
    work.competitors()
    work.outcome()
    work.count_and_weight()
    work.items_and_judges()
    work.capabilities()
    work.time()
    work.order()
    work.numbers()
    work.texts()
    work.fields()
    return work.interpretation()


def _check_mapping(staged: StagedFile, mapping: Mapping) -> None:
    for role, what in (
        ("first", "competitor A"),
        ("second", "competitor B"),
        ("outcome", "outcome"),
    ):
        if not getattr(mapping, role):
            raise InputError(
                f"Which column of {staged.name} holds the {what} is not known; state it "
                f"({role}=column). Its columns are {', '.join(staged.columns)[:500]}."
            )
    for column in mapping.columns:
        staged.raw(column)
    if mapping.first == mapping.second:
        raise InputError(f"The column {mapping.first!r} cannot be both competitors.")
    names = [name for name, _, _ in mapping.features]
    if len(set(names)) < len(names):
        raise InputError("Two features have the same name; rename a column.")


class _Comparisons(RoleReader):
    """Reads the roles that rows have where each is a comparison."""

    def competitors(self) -> None:
        first, second = (self.staged.text(c) for c in (self.mapping.first, self.mapping.second))
        # QUALIFY, for DuckDB moves a WHERE on names below the distinct, to every row.
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE staged_competitors AS "
            "SELECT raw, name, (dense_rank() OVER (ORDER BY name) - 1)::INTEGER AS code "
            f"FROM (SELECT raw, {text_of('raw')} AS name FROM (SELECT {first} AS raw FROM "
            f"{self.relation} UNION SELECT {second} FROM {self.relation})) QUALIFY name IS NOT NULL"
        )
        for alias, raw, role in (("a", first, "first"), ("b", second, "second")):
            self.joins.append(f"LEFT JOIN staged_competitors {alias} ON {alias}.raw = {raw}")
            self.values[role] = f"{alias}.code"
            column = getattr(self.mapping, role)
            name = f"The name of competitor {alias.upper()} is missing."
            self.reject(f"{alias}.code IS NULL", column, name)
        self.reject("a.code = b.code", self.mapping.second, "Both competitors are the same.")

    def outcome(self) -> None:
        column, dialect = self.mapping.outcome, str(self.mapping.dialect)
        raw = self.staged.text(column)
        text = text_of(raw)
        flipped = sides_flipped(self.mapping)
        if dialect == "name":
            code = code_by_name(text, "a.name", "b.name")
            score = score_of_code(code)
        elif self._distinct(raw) > _MANY_VALUES:
            score = score_sql(dialect, text, flipped=flipped)
            code = code_sql(dialect, text, flipped=flipped)
        else:
            if dialect in ("words", "result"):
                read = f"{code_sql(dialect, text_of('raw'), flipped=flipped)} AS code"
                other = f"{score_of_code('code')} AS score"
            else:
                read = f"{score_sql(dialect, text_of('raw'), flipped=flipped)} AS score"
                other = f"{code_of_score('score')} AS code"
            self.connection.execute(
                f"CREATE OR REPLACE TEMP TABLE staged_outcomes AS SELECT *, {other} FROM "
                f"(SELECT raw, {read} FROM (SELECT DISTINCT {raw} AS raw FROM {self.relation}))"
            )
            self.joins.append(f"LEFT JOIN staged_outcomes o ON o.raw = {raw}")
            code, score = "o.code", "o.score"
        self.values["outcome"], self.values["score"] = f"({code})::UTINYINT", score
        self.reject(f"{text} IS NULL", column, "The outcome is missing.", unless=f"{code} >= 0")
        self.reject(
            f"{code} IS NULL", column, f"The outcome is not {DIALECTS[dialect].explanation}."
        )

    def count_and_weight(self) -> None:
        if (column := self.mapping.count) is not None:
            number = self.derive("votes", self.staged.number(column))
            self.values["votes"] = f"({number})::BIGINT"
            self.reject(self.missing(column), column, "The count is missing.")
            self.reject(
                f"({number} IS NULL OR NOT isfinite({number}) OR {number} < 1 "
                f"OR {number} > {_LARGEST_COUNT} OR {number} <> floor({number}))",
                column,
                "The count is not a whole number from 1 to 1,000,000,000.",
            )
        if (column := self.mapping.weight) is not None:
            number = self.values["weight"] = self.derive("weight", self.staged.number(column))
            self.reject(f"isnan({number})", column, "The weight is not finite.")
            self.reject(self.missing(column), column, "The weight is missing.")
            self.reject(f"{number} IS NULL", column, "The weight is not a number.")
            self.reject(f"NOT isfinite({number})", column, "The weight is not finite.")
            self.reject(f"{number} < 0", column, "The weight is negative.")
            self.reject(f"{number} = 0", column, "The weight is zero.")

    def order(self) -> None:
        if (column := self.mapping.order) is None:
            return
        text = text_of(self.staged.text(column))
        first, second = _SHOWN_FIRST, _SHOWN_SECOND
        if sides_flipped(self.mapping):
            first, second = second, first
        self.values["first_shown"] = (
            # Names come first: competitors may be called 1 and 2, or A and B.
            f"(CASE WHEN {text} = a.name THEN true WHEN {text} = b.name THEN false "
            f"WHEN lower({text}) IN {('1', 'true', 'yes', *first)} THEN true "
            f"WHEN lower({text}) IN {('0', '2', 'false', 'no', *second)} THEN false END)"
        )
        self.reject(
            f"({text} IS NOT NULL AND {self.values['first_shown']} IS NULL)",
            column,
            "The order does not say which competitor was shown first.",
        )

    def numbers(self) -> None:
        mapping = self.mapping
        pairs = [
            ("score_first", mapping.score_first, "The score is not a number."),
            ("score_second", mapping.score_second, "The score is not a number."),
        ]
        for at, (_, first, second) in enumerate(mapping.features):
            pairs.append((f"feature{at}_first", first, "The feature is not a number."))
            pairs.append((f"feature{at}_second", second, "The feature is not a number."))
        for name, column, sentence in pairs:
            if column is not None:
                number = self.staged.number(column)
                finite = f"(CASE WHEN isfinite({number}) THEN {number} END)"
                self.values[name] = self.derive(name, finite)
                unreadable = f"({self.values[name]} IS NULL AND NOT {self.missing(column)})"
                self.reject(unreadable, column, sentence)

    def texts(self) -> None:
        for role in ("response_first", "response_second", "feedback"):
            if (column := getattr(self.mapping, role)) is not None:
                self.values[role] = f"nullif({self.staged.text(column)}, '')"

    def _distinct(self, raw: str) -> int:
        row = self.connection.execute(
            f"SELECT count(*) FROM (SELECT DISTINCT {raw} FROM {self.relation} "
            f"LIMIT {_MANY_VALUES + 1})"
        ).fetchone()
        return int(row[0]) if row else 0

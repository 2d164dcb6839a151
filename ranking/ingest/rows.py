"""Interpretation: from staged text to comparisons, and for each row that is none the reason why.

Everything is SQL over sets. Names are interpreted once per distinct value, in temporary
dictionaries; a row is then a few integer look-ups. The first problem of a row decides its reason.
"""

from dataclasses import dataclass, replace

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
from ranking.ingest.fit import TIME_FORMATS, resolved_dialect, sides_flipped, time_format, time_sql
from ranking.ingest.mapping import Mapping
from ranking.ingest.staged import StagedFile

_MANY_VALUES = 100_000
_LARGEST_COUNT = 10**9  # so that no sum of counts leaves a 64-bit integer
_NOT_THERE = "('', 'nan', 'na', 'n/a', 'null', 'none')"
_SHOWN_FIRST = ("a", "first", "left", "model_a", "modela")
_SHOWN_SECOND = ("b", "second", "right", "model_b", "modelb")


@dataclass(frozen=True)
class Problem:
    """One reason to reject a row: SQL that is true where it holds, the column, what is wrong."""

    condition: str
    column: str
    sentence: str


@dataclass(frozen=True)
class Interpretation:
    """What each row of a staged file means, as SQL.

    Attributes
    ----------
    staged : StagedFile
        The file.
    mapping : Mapping
        With the dialect that was found.
    source : str
        FROM clause: the rows joined to the temporary dictionaries ``staged_...(raw, code, ...)``.
    values : dict of str to str
        SQL per column of the log, for those that the mapping has; `first`, `second`, `item`,
        `judge` and `capability_set` are codes of the temporary dictionaries.
    problems : tuple of Problem
        In the order in which they are looked for.
    schema : str
        Where the staged copy is attached.
    """

    staged: StagedFile
    mapping: Mapping
    source: str
    values: dict[str, str]
    problems: tuple[Problem, ...]
    schema: str

    @property
    def problem(self) -> str:
        """SQL for the position of the first problem of a row, NULL where it has none."""
        cases = " ".join(f"WHEN {p.condition} THEN {at}" for at, p in enumerate(self.problems))
        return f"(CASE {cases} END)"

    @property
    def accepted(self) -> str:
        """SQL of the condition on the rows that are kept."""
        return f"{self.problem} IS NULL"

    @property
    def rejects(self) -> str:
        """SQL of all rejected rows: `line`, `column_name`, `value`, `reason`."""
        blamed = list(dict.fromkeys(problem.column for problem in self.problems))
        texts = ", ".join(
            f"left({self.staged.text(column)}, 500) AS t{at}" for at, column in enumerate(blamed)
        )
        values = " ".join(
            f"WHEN {at} THEN t{blamed.index(p.column)}" for at, p in enumerate(self.problems)
        )
        reasons = ", ".join(_literal(p.sentence) for p in self.problems)
        places = ", ".join(str(self.staged.columns.index(p.column)) for p in self.problems)
        # Materialized, or DuckDB works the problem out anew for each of the cases on it.
        return f"""
            WITH found AS MATERIALIZED (
                SELECT {self.values["line"]} AS line, ({self.problem})::UTINYINT AS problem, {texts}
                FROM {self.source} WHERE {self.problem} IS NOT NULL
            )
            SELECT line, column_name, value, reason FROM {self.schema}rejects
            UNION ALL
            SELECT line, name, CASE problem {values} END, ([{reasons}])[problem + 1]
            FROM found JOIN {self.schema}columns ON position = ([{places}])[problem + 1]
        """


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
    _check_mapping(staged, mapping)
    mapping = replace(mapping, dialect=resolved_dialect(connection, staged, mapping, schema))
    work = _Work(connection, staged, mapping, schema)
    work.competitors()
    work.outcome()
    work.count_and_weight()
    work.items_and_judges()
    work.capabilities()
    work.time()
    work.order()
    work.numbers()
    work.texts()
    derived = ", ".join(f"{sql} AS {name}" for name, sql in work.derived.items())
    rows = f"(SELECT *, {derived} FROM {staged.relation(schema)}) AS raw"
    source = " ".join([rows, *work.joins])
    return Interpretation(staged, mapping, source, work.values, tuple(work.problems), schema)


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


class _Work:
    """Collects the SQL of an interpretation, role by role."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        staged: StagedFile,
        mapping: Mapping,
        schema: str,
    ) -> None:
        self.connection, self.staged, self.mapping = connection, staged, mapping
        self.schema, self.relation = schema, staged.relation(schema)
        self.joins: list[str] = []
        self.derived: dict[str, str] = {"row_line": staged.line}
        self.values: dict[str, str] = {"line": "raw.row_line"}
        self.problems: list[Problem] = []

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
            self._reject(f"{alias}.code IS NULL", column, name)
        self._reject("a.code = b.code", self.mapping.second, "Both competitors are the same.")

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
        self._reject(f"{text} IS NULL", column, "The outcome is missing.", unless=f"{code} >= 0")
        self._reject(
            f"{code} IS NULL", column, f"The outcome is not {DIALECTS[dialect].explanation}."
        )

    def count_and_weight(self) -> None:
        if (column := self.mapping.count) is not None:
            number = self._derived("votes", self.staged.number(column))
            self.values["votes"] = f"({number})::BIGINT"
            self._reject(self._missing(column), column, "The count is missing.")
            self._reject(
                f"({number} IS NULL OR NOT isfinite({number}) OR {number} < 1 "
                f"OR {number} > {_LARGEST_COUNT} OR {number} <> floor({number}))",
                column,
                "The count is not a whole number from 1 to 1,000,000,000.",
            )
        if (column := self.mapping.weight) is not None:
            number = self.values["weight"] = self._derived("weight", self.staged.number(column))
            self._reject(f"isnan({number})", column, "The weight is not finite.")
            self._reject(self._missing(column), column, "The weight is missing.")
            self._reject(f"{number} IS NULL", column, "The weight is not a number.")
            self._reject(f"NOT isfinite({number})", column, "The weight is not finite.")
            self._reject(f"{number} < 0", column, "The weight is negative.")
            self._reject(f"{number} = 0", column, "The weight is zero.")

    def items_and_judges(self) -> None:
        for role, table, alias, detail in (
            ("item", "items", "i", self.mapping.item_text),
            ("judge", "judges", "j", self.mapping.judge_family),
        ):
            column = getattr(self.mapping, role)
            if column is None:
                continue
            raw = self.staged.text(column)
            extra, per_name = "NULL::VARCHAR", ""
            if detail is not None:
                extra, per_name = f"min({text_of(self.staged.text(detail))})", "GROUP BY 1"
            self.connection.execute(
                f"CREATE OR REPLACE TEMP TABLE staged_{table} AS SELECT *, "
                "(dense_rank() OVER (ORDER BY name) - 1)::INTEGER AS code "
                f"FROM (SELECT raw, {text_of('raw')} AS name, extra FROM (SELECT DISTINCT {raw} AS "
                f"raw, {extra} AS extra FROM {self.relation} {per_name})) QUALIFY name IS NOT NULL"
            )
            self.joins.append(f"LEFT JOIN staged_{table} {alias} ON {alias}.raw = {raw}")
            self.values[role] = f"{alias}.code"

    def capabilities(self) -> None:
        columns = self.mapping.capability
        if not columns:
            return
        texts = [self.staged.text(column) for column in columns]
        if len(columns) == 1:
            key = texts[0]
            listed = (
                f"CASE WHEN {text_of('raw')} IS NULL THEN [] "
                "WHEN NOT starts_with(ltrim(raw), '[') THEN string_split(raw, ';') "
                "WHEN json_valid(raw) THEN from_json(raw, '[\"VARCHAR\"]') END"
            )
        else:
            key = f"[{', '.join(texts)}]"
            named = [
                f"CASE WHEN {text_of(f'raw[{at}]')} IS NOT NULL THEN "
                f"(SELECT replace(name, '/', ' ') FROM {self.schema}columns "
                f"WHERE position = {self.staged.columns.index(column)}) || '/' || raw[{at}] END"
                for at, column in enumerate(columns, 1)
            ]
            listed = f"[{', '.join(named)}]"
        segments = (
            "array_to_string(list_filter(list_transform("
            "string_split(replace(path, '>', '/'), '/'), lambda part: trim(part)), "
            "lambda part: part <> ''), '/')"
        )
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE staged_capability_sets AS SELECT raw, paths, "
            "CASE WHEN len(paths) > 0 THEN (dense_rank() OVER (ORDER BY len(paths) > 0, paths) - 1)"
            "::INTEGER END AS code FROM (SELECT raw, list_sort(list_distinct(list_filter("
            f"list_transform({listed}, lambda path: {segments}), lambda path: path <> ''))) "
            f"AS paths FROM (SELECT DISTINCT {key} AS raw FROM {self.relation}))"
        )
        self.joins.append(f"LEFT JOIN staged_capability_sets s ON s.raw = {key}")
        self.values["capability_set"] = "s.code"
        self._reject(
            "(s.raw IS NOT NULL AND s.paths IS NULL)",
            columns[0],
            "The capabilities are neither a path nor a JSON list of paths.",
        )

    def time(self) -> None:
        if (column := self.mapping.time) is None:
            return
        raw, kind = self.staged.raw(column), self.staged.type_of(column)
        if kind.startswith("TIMESTAMP WITH"):
            form, time = "iso", f"{raw} AT TIME ZONE 'UTC'"
        elif kind.startswith(("TIMESTAMP", "DATE")):
            form, time = "iso", f"{raw}::TIMESTAMP"
        else:
            found = time_format(self.connection, self.staged, column, self.schema)
            if found is None:
                return
            form, time = found, time_sql(found, self.staged.text(column))
        time = self.values["time"] = self._derived("time", time)
        self._reject(
            f"({time} IS NULL AND {text_of(self.staged.text(column))} IS NOT NULL "
            f"OR {time} NOT BETWEEN '0001-01-01' AND '9999-12-31')",
            column,
            f"The time is not {TIME_FORMATS[form]}.",
        )

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
        self._reject(
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
                self.values[name] = self._derived(name, finite)
                unreadable = f"({self.values[name]} IS NULL AND NOT {self._missing(column)})"
                self._reject(unreadable, column, sentence)

    def texts(self) -> None:
        for role in ("response_first", "response_second", "feedback"):
            if (column := getattr(self.mapping, role)) is not None:
                self.values[role] = f"nullif({self.staged.text(column)}, '')"
        for at, column in enumerate(self.mapping.fields):
            self.values[f"field{at}"] = text_of(self.staged.text(column))

    def _derived(self, name: str, sql: str) -> str:
        """Work a value out once per row, ahead of all that asks for it; return its name."""
        self.derived[f"row_{name}"] = sql
        return f"raw.row_{name}"

    def _missing(self, column: str) -> str:
        text = self.staged.text(column)
        return f"(coalesce(lower(trim({text})), '') IN {_NOT_THERE})"

    def _distinct(self, raw: str) -> int:
        row = self.connection.execute(
            f"SELECT count(*) FROM (SELECT DISTINCT {raw} FROM {self.relation} "
            f"LIMIT {_MANY_VALUES + 1})"
        ).fetchone()
        return int(row[0]) if row else 0

    def _reject(
        self, condition: str, column: str, sentence: str, *, unless: str | None = None
    ) -> None:
        guarded = condition if unless is None else f"({unless}) IS NOT TRUE AND {condition}"
        self.problems.append(Problem(guarded, column, sentence))


def _literal(sentence: str) -> str:
    """Return a sentence of Podium's own as an SQL literal; no user text comes here."""
    return "'" + sentence.replace("'", "''") + "'"

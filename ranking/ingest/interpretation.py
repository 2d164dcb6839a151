"""Interpretation: what rows mean as SQL, and for each that means nothing the reason why.

Everything is SQL over sets. Names are interpreted once per distinct value, in temporary
dictionaries; a row is then a few integer look-ups. The first problem of a row decides its reason.
"""

from dataclasses import dataclass

import duckdb

from ranking.ingest.dialects import text_of
from ranking.ingest.fit import TIME_FORMATS, time_format, time_sql
from ranking.ingest.mapping import Mapping
from ranking.ingest.pairing import Pairing
from ranking.ingest.staged import StagedFile

_NOT_THERE = "('', 'nan', 'na', 'n/a', 'null', 'none')"


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
    rows : int
        Rows of `source`.
    refused : int
        Lines, rows or scores that were rejected before and are not in `source`.
    refusals : str
        Table of those.
    parts : tuple of str
        SQL of conditions on the rows; those of one part are written, then those of the next.
    order : str
        SQL of the order in which the rows of a part are written; empty where that is the file's.
    pairing : Pairing or None
        Where comparisons are derived from scores: how.
    """

    staged: StagedFile
    mapping: Mapping
    source: str
    values: dict[str, str]
    problems: tuple[Problem, ...]
    schema: str
    rows: int
    refused: int
    refusals: str
    parts: tuple[str, ...] = ("true",)
    order: str = ""
    pairing: Pairing | None = None

    @property
    def problem(self) -> str:
        """SQL for the position of the first problem of a row, NULL where it has none."""
        cases = " ".join(f"WHEN {p.condition} THEN {at}" for at, p in enumerate(self.problems))
        return f"(CASE {cases} END)" if cases else "NULL"

    @property
    def accepted(self) -> str:
        """SQL of the condition on the rows that are kept."""
        return f"{self.problem} IS NULL"

    @property
    def rejects(self) -> str:
        """SQL of all rejected rows: `line`, `column_name`, `value`, `reason`."""
        before = f"SELECT line, column_name, value, reason FROM {self.refusals}"
        if not self.problems:
            return before
        blamed = list(dict.fromkeys(problem.column for problem in self.problems))
        texts = ", ".join(
            f"left({self.staged.text(column)}, 500) AS t{at}" for at, column in enumerate(blamed)
        )
        values = " ".join(
            f"WHEN {at} THEN t{blamed.index(p.column)}" for at, p in enumerate(self.problems)
        )
        reasons = ", ".join(literal(p.sentence) for p in self.problems)
        places = ", ".join(str(self.staged.columns.index(p.column)) for p in self.problems)
        # Materialized, or DuckDB works the problem out anew for each of the cases on it.
        return f"""
            WITH found AS MATERIALIZED (
                SELECT {self.values["line"]} AS line, ({self.problem})::UTINYINT AS problem, {texts}
                FROM {self.source} WHERE {self.problem} IS NOT NULL
            )
            {before}
            UNION ALL
            SELECT line, name, CASE problem {values} END, ([{reasons}])[problem + 1]
            FROM found JOIN {self.schema}columns ON position = ([{places}])[problem + 1]
        """


class RoleReader:
    """Collects the SQL of an interpretation, role by role; here are the roles of every form."""

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

    def interpretation(self) -> Interpretation:
        """Return what was collected."""
        derived = ", ".join(f"{sql} AS {name}" for name, sql in self.derived.items())
        rows = f"(SELECT *, {derived} FROM {self.relation}) AS raw"
        source = " ".join([rows, *self.joins])
        return Interpretation(
            self.staged, self.mapping, source, self.values, tuple(self.problems), self.schema,
            self.staged.rows, self.staged.unreadable, f"{self.schema}rejects",
        )  # fmt: skip

    def items_and_judges(self) -> None:
        """Give items and judges their dictionaries."""
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
        """Read the paths of what was tested."""
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
        self.reject(
            "(s.raw IS NOT NULL AND s.paths IS NULL)",
            columns[0],
            "The capabilities are neither a path nor a JSON list of paths.",
        )

    def time(self) -> None:
        """Read when it was decided."""
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
        time = self.values["time"] = self.derive("time", time)
        self.reject(
            f"({time} IS NULL AND {text_of(self.staged.text(column))} IS NOT NULL "
            f"OR {time} NOT BETWEEN '0001-01-01' AND '9999-12-31')",
            column,
            f"The time is not {TIME_FORMATS[form]}.",
        )

    def fields(self) -> None:
        """Read the columns that are kept as they are."""
        for at, column in enumerate(self.mapping.fields):
            self.values[f"field{at}"] = text_of(self.staged.text(column))

    def derive(self, name: str, sql: str) -> str:
        """Work a value out once per row, ahead of all that asks for it; return its name."""
        self.derived[f"row_{name}"] = sql
        return f"raw.row_{name}"

    def missing(self, column: str) -> str:
        """Return SQL that is true where a column holds nothing."""
        text = self.staged.text(column)
        return f"(coalesce(lower(trim({text})), '') IN {_NOT_THERE})"

    def reject(
        self, condition: str, column: str, sentence: str, *, unless: str | None = None
    ) -> None:
        """Reject the rows for which a condition holds, after those of earlier problems."""
        guarded = condition if unless is None else f"({unless}) IS NOT TRUE AND {condition}"
        self.problems.append(Problem(guarded, column, sentence))


def literal(sentence: str) -> str:
    """Return a sentence of Podium's own as an SQL literal; no user text comes here."""
    return "'" + sentence.replace("'", "''") + "'"

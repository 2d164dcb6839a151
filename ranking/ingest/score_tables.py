"""Tables of scores: cells, means over repeats, and the pairs of competitors, as SQL.

Rows become cells, one score each; repeats are averaged; then each two competitors are paired on
every item. Wide and long files differ in the first step alone: a wide row holds several cells.
"""

from ranking.ingest.dialects import code_of_score, text_of
from ranking.ingest.interpretation import Interpretation, RoleReader, literal
from ranking.ingest.pairing import Pairing, kept_apart
from ranking.ingest.score_values import ScoreValues

_PART = 1_000_000
"""Comparisons that are sorted and written at once, about."""

_ROUNDING = 1e-12
"""Scores that differ by no more, relative to their size, are equal up to rounding."""


class ScoreTables(RoleReader):
    """Makes the tables of scores, step by step.

    ``staged_cells`` holds a row per score, ``staged_refused`` what is none, ``staged_scores`` a row
    per competitor, item, judge and fields by which scores are kept apart.
    """

    @property
    def score_texts(self) -> list[str]:
        """SQL of the columns of scores."""
        return [self.staged.text(column) for column in self.mapping.score]

    @property
    def _fields(self) -> list[str]:
        return [f"field{at}" for at in range(len(self.mapping.fields))]

    @property
    def _unit(self) -> list[str]:
        """The columns within which scores are compared."""
        apart = kept_apart(self.mapping.fields)
        kept = [f"field{at}" for at, name in enumerate(self.mapping.fields) if name in apart]
        return ["item", *(["judge"] if self.mapping.judge else []), *kept]

    def competitors(self) -> None:
        """Number the competitors by name: of a column, or the names of the columns of scores."""
        if self.mapping.competitor is None:
            places = [self.staged.columns.index(column) for column in self.mapping.score]
            named = (
                f"SELECT position AS place, name AS raw FROM {self.schema}columns "
                f"WHERE position IN ({', '.join(map(str, places))})"
            )
        else:
            raw = self.staged.text(self.mapping.competitor)
            named = f"SELECT DISTINCT 0 AS place, {raw} AS raw FROM {self.relation}"
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE staged_competitors AS "
            "SELECT *, (dense_rank() OVER (ORDER BY name) - 1)::INTEGER AS code "
            f"FROM (SELECT place, raw, {text_of('raw')} AS name FROM ({named})) "
            "QUALIFY name IS NOT NULL"
        )
        if self.mapping.competitor is not None:
            self.joins.append(f"LEFT JOIN staged_competitors a ON a.raw = {raw}")
            self.values["competitor"] = "a.code"
            sentence = "The name of the competitor is missing."
            self.reject("a.code IS NULL", self.mapping.competitor, sentence)

    def cells(self, rows: Interpretation, written: ScoreValues) -> None:
        """Make a row per score, and keep apart what is none."""
        problems = written.problems("cell")
        cases = " ".join(f"WHEN {c} THEN {at}" for at, (c, _) in enumerate(problems))
        carried = ", ".join(f"{sql} AS {name}" for name, sql in rows.values.items())
        places = [self.staged.columns.index(column) for column in self.mapping.score]
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE staged_cells AS SELECT *, {written.score('cell')} AS "
            f"score, (CASE {cases} END)::UTINYINT AS problem FROM (SELECT {carried}, "
            f"unnest([{', '.join(self.score_texts)}]) AS cell, unnest({places}) AS place "
            f"FROM {rows.source} WHERE {rows.accepted})"
        )
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE staged_refused AS {rows.rejects}")
        reasons = ", ".join(literal(sentence) for _, sentence in problems)
        self.connection.execute(
            "INSERT INTO staged_refused SELECT line, name, left(cell, 500), "
            f"([{reasons}])[problem + 1] FROM staged_cells "
            f"JOIN {self.schema}columns ON position = place WHERE problem IS NOT NULL"
        )
        if self.mapping.competitor is None:
            competitor = "staged_competitors.code AS competitor"
            joined = "JOIN staged_competitors USING (place)"
        else:
            competitor, joined = "competitor", ""
        carried = ", ".join(name for name in rows.values if name not in ("line", "competitor"))
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE staged_cells AS SELECT line, {competitor}, score, "
            f"{carried} FROM staged_cells {joined} WHERE problem IS NULL"
        )

    def capabilities_of_items(self) -> None:
        """Give each item the capabilities of all its rows, as one set of paths."""
        if not self.mapping.capability:
            return
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE staged_item_sets AS SELECT item, list_sort(list_distinct("
            "flatten(list(paths)))) AS paths, count(*) > 1 AS mixed FROM (SELECT DISTINCT item, "
            "capability_set FROM staged_cells WHERE capability_set IS NOT NULL) JOIN (SELECT "
            "DISTINCT code, paths FROM staged_capability_sets) ON code = capability_set GROUP BY "
            "item"
        )
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE staged_capability_sets AS SELECT paths, "
            "(row_number() OVER (ORDER BY paths) - 1)::INTEGER AS code "
            "FROM (SELECT DISTINCT paths FROM staged_item_sets)"
        )

    def average(self) -> None:
        """Average the repeats of a competitor on an item; make ``staged_scores``."""
        key = ", ".join(["competitor", *self._unit])
        one_value = [
            f"CASE WHEN count(DISTINCT {f}) = 1 AND count({f}) = count(*) THEN min({f}) END AS {f}"
            for f in self._fields
            if f not in self._unit
        ]
        time = ["max(time) AS time"] if "time" in self.values else []
        # Sorted first, so that the order of the rows cannot move the mean by a rounding.
        mean = "CASE WHEN count(*) = 1 THEN min(score) ELSE list_avg(list_sort(list(score))) END"
        chosen = ["min(line) AS line", f"{mean} AS score", *time, *one_value]
        unit = f"PARTITION BY {', '.join(self._unit)}"
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE staged_scores AS SELECT *, (sum(earlier) OVER "
            f"(ORDER BY line, competitor) // {_PART})::INTEGER AS part FROM (SELECT *, "
            f"count(*) OVER ({unit}) - 1 AS others, "
            f"row_number() OVER ({unit} ORDER BY line, competitor) - 1 AS earlier "
            f"FROM (SELECT {key}, {', '.join(chosen)} FROM staged_cells GROUP BY {key}))"
        )

    def pairing(self) -> Pairing:
        """Count what will be paired."""
        scores = self._numbers("count(*) FROM staged_cells")[0]
        averaged, competitors, items, pairs, alone = self._numbers(
            "count(*), count(DISTINCT competitor), count(DISTINCT item), sum(others), "
            "count(*) FILTER (others = 0) FROM staged_scores"
        )
        mixed, example = 0, None
        if self.mapping.capability:
            mixed, example = self.connection.execute(
                "SELECT count(DISTINCT item), min(name) FROM staged_item_sets "
                "JOIN staged_items ON code = item WHERE mixed"
            ).fetchall()[0]
        return Pairing(
            scores, competitors, items, pairs // 2, scores - averaged, alone, mixed, example,
            kept_apart(self.mapping.fields), self.mapping.tie_within,
        )  # fmt: skip

    def nothing_to_compare(self, pairing: Pairing) -> str:
        """Say why no two scores can be compared."""
        name = self.staged.name
        if pairing.competitors == 1:
            row = self.connection.execute(
                "SELECT min(name) FROM staged_competitors "
                "WHERE code IN (SELECT competitor FROM staged_scores)"
            ).fetchall()
            return (
                f"{name} holds scores of one competitor alone, {row[0][0][:80]!r}; comparing takes "
                "two. Put the scores of several competitors into one file."
            )
        same = "item" + "".join(f", {name!r}" for name in kept_apart(self.mapping.fields))
        same += " and judge" if self.mapping.judge else ""
        return (
            f"No two of the {pairing.competitors:,} competitors of {name} have a score on the same "
            f"{same}, so that nothing can be compared; check that {self.mapping.item!r} names an "
            "item alike for all competitors."
        )

    def keep_paired_names(self) -> None:
        """Reduce the dictionaries to what pairs use, a row per code."""
        used = {"competitors": "competitor", "items": "item", "judges": "judge"}
        for table, column in used.items():
            if table == "judges" and not self.mapping.judge:
                continue
            extra = "" if table == "competitors" else ", min(extra) AS extra"
            self.connection.execute(
                f"CREATE OR REPLACE TEMP TABLE staged_{table} AS SELECT code, name{extra} "
                f"FROM staged_{table} WHERE code IN (SELECT {column} FROM staged_scores "
                "WHERE others > 0) GROUP BY code, name"
            )
        if self.mapping.capability:
            self.connection.execute(
                "CREATE OR REPLACE TEMP TABLE staged_item_sets AS SELECT item, code "
                "FROM staged_item_sets JOIN staged_capability_sets USING (paths) "
                "WHERE item IN (SELECT code FROM staged_items)"
            )
            self.connection.execute(
                "CREATE OR REPLACE TEMP TABLE staged_capability_sets AS SELECT * "
                "FROM staged_capability_sets WHERE code IN (SELECT code FROM staged_item_sets)"
            )

    def pairs(self, pairing: Pairing) -> Interpretation:
        """Return the pairs of competitors as rows of an interpretation."""
        columns = {
            "line": "later.line",
            "part": "later.part",
            "first": "least(earlier.competitor, later.competitor)",
            "second": "greatest(earlier.competitor, later.competitor)",
            "item": "later.item",
            "score_first": "if(earlier.competitor < later.competitor, earlier.score, later.score)",
            "score_second": "if(earlier.competitor < later.competitor, later.score, earlier.score)",
        }
        if self.mapping.judge:
            columns["judge"] = "later.judge"
        if "time" in self.values:
            columns["time"] = "greatest(earlier.time, later.time)"
        for name in self._fields:
            columns[name] = f"CASE WHEN earlier.{name} = later.{name} THEN later.{name} END"
        selected = ", ".join(f"{sql} AS pair_{name}" for name, sql in columns.items())
        same = [f"earlier.{name} IS NOT DISTINCT FROM later.{name}" for name in self._unit]
        source = (
            f"(SELECT {selected} FROM staged_scores later JOIN staged_scores earlier "
            f"ON {' AND '.join(same)} AND earlier.earlier < later.earlier) AS raw "
            "JOIN staged_competitors a ON a.code = raw.pair_first "
            "JOIN staged_competitors b ON b.code = raw.pair_second "
            "JOIN staged_items i ON i.code = raw.pair_item"
        )
        values = {name: f"raw.pair_{name}" for name in columns if name != "part"}
        values |= {"first": "a.code", "second": "b.code", "item": "i.code"}
        values["score"] = self._score_of_first(values["score_first"], values["score_second"])
        values["outcome"] = f"{code_of_score(values['score'])}::UTINYINT"
        if self.mapping.judge:
            source += " LEFT JOIN staged_judges j ON j.code = raw.pair_judge"
            values["judge"] = "j.code"
        if self.mapping.capability:
            source += (
                " LEFT JOIN staged_item_sets c ON c.item = raw.pair_item"
                " LEFT JOIN staged_capability_sets s ON s.code = c.code"
            )
            values["capability_set"] = "s.code"
        parts = self._numbers("coalesce(max(part), 0) + 1 FROM staged_scores")[0]
        return Interpretation(
            self.staged, self.mapping, source, values, (), self.schema, pairing.comparisons,
            self._numbers("count(*) FROM staged_refused")[0], "staged_refused",
            tuple(f"raw.pair_part = {part}" for part in range(parts)),
            "raw.pair_line, raw.pair_first, raw.pair_second", pairing,
        )  # fmt: skip

    def _score_of_first(self, first: str, second: str) -> str:
        margin = repr(self.mapping.tie_within)
        beyond = f"({margin} + greatest({margin}, abs({first}), abs({second})) * {_ROUNDING})"
        return (
            f"(CASE WHEN {first} - {second} > {beyond} THEN 1.0 "
            f"WHEN {second} - {first} > {beyond} THEN 0.0 ELSE 0.5 END)::DOUBLE"
        )

    def _numbers(self, selected: str) -> tuple[int, ...]:
        row = self.connection.execute(f"SELECT {selected}").fetchall()[0]
        return tuple(int(value or 0) for value in row)

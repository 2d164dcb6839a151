"""Write: the rows of a staged file into an arena's log and dictionaries, inside a transaction."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import duckdb

from ranking.errors import InputError
from ranking.ingest.dialects import SOFT_DIALECTS, score_of_code
from ranking.ingest.interpretation import Interpretation
from ranking.ingest.mapping import Mapping
from ranking.ingest.pairing import Pairing
from ranking.ingest.progress import Watch
from ranking.ingest.rows import interpret
from ranking.ingest.staged import StagedFile
from ranking.store.arenas import Arena, touch

if TYPE_CHECKING:
    import pandas as pd

_CONSTANT = {
    "votes": "1::BIGINT", "weight": "1::DOUBLE", "item": "NULL::INTEGER", "judge": "NULL::INTEGER",
    "capability_set": "NULL::INTEGER", "time": "NULL::TIMESTAMP", "first_shown": "NULL::BOOLEAN",
    "score_first": "NULL::DOUBLE", "score_second": "NULL::DOUBLE",
    "response_first": "NULL::VARCHAR", "response_second": "NULL::VARCHAR",
    "feedback": "NULL::VARCHAR",
}  # fmt: skip
"""Columns of the log that a mapping may leave out, and what they then hold."""

_DICTIONARIES = (
    ("competitors", ("first", "second"), "name", ""),
    ("items", ("item",), "name", "extra"),
    ("judges", ("judge",), "name", "extra"),
    ("capability_sets", ("capability_set",), "paths", ""),
)
"""Table, columns of the log, key, detail."""


@dataclass(frozen=True, eq=False)
class ImportReport:
    """What an import did.

    Attributes
    ----------
    import_id : int
        Of this import, or of the earlier one of the same content.
    arena : str
        Its name.
    accepted, rejected : int
        Comparisons that were written, one per row of a pairwise file, and rows or scores that
        were not used.
    reasons : DataFrame
        `reason`, `rows`; the most frequent first.
    already_imported : bool
        Whether the arena held the same content before; then nothing changed.
    mapping : Mapping
        With the dialect that was found.
    pairing : Pairing or None
        Where the comparisons were derived from scores: how. None where nothing changed.
    """

    import_id: int
    arena: str
    accepted: int
    rejected: int
    reasons: "pd.DataFrame"
    already_imported: bool
    mapping: Mapping
    pairing: Pairing | None = None


@dataclass
class ImportWriter:
    """The steps of one import, inside a transaction."""

    connection: duckdb.DuckDBPyConnection
    staged: StagedFile
    mapping: Mapping
    schema: str
    arena: Arena
    watch: Watch
    as_view: bool

    def run(self) -> ImportReport:
        """Interpret the rows, write what is accepted and what is rejected, and record the import.

        Raises
        ------
        InputError
            If no row can be used.
        """
        self.watch.tell(0.72, "Interpreting the rows")
        found = interpret(self.connection, self.staged, self.mapping, self.schema)
        row = self.connection.execute("SELECT nextval('import_ids')").fetchone()
        assert row is not None
        import_id = int(row[0])
        accepted = (self._write_view if self.as_view else self._write)(import_id, found)
        rejected = found.rows - accepted + found.refused
        self.watch.tell(0.92, "Writing what was rejected")
        if rejected:
            self.watch.execute(
                self.connection,
                f"INSERT INTO rejected_rows SELECT {import_id}, line, column_name, value, reason "
                f"FROM ({found.rejects})",
            )
        self._record(import_id, accepted, rejected, found.mapping)
        return ImportReport(
            import_id, self.arena.name, accepted, rejected,
            rejected_by_reason(self.connection, import_id), False, found.mapping, found.pairing,
        )  # fmt: skip

    def _write(self, import_id: int, found: Interpretation) -> int:
        """Append the accepted rows to the log and return their number."""
        refused = 0
        if found.problems:
            self.watch.execute(
                self.connection,
                "CREATE OR REPLACE TEMP TABLE staged_counts AS "
                f"SELECT count({found.problem}) AS refused FROM {found.source}",
            )
            refused = self._scalar("SELECT refused FROM staged_counts")
        self._refuse_nothing_usable(found.rows - refused, found)
        self.watch.tell(0.76, "Naming")
        source = found.source
        for table, coded, key, detail in _DICTIONARIES:
            used = [found.values[column] for column in coded if column in found.values]
            if used:
                self._extend(table, key, detail, _used(found, used) if refused else "true")
                source = source.replace(f"staged_{table} ", f"stored_{table} ")
        columns = _log_columns(import_id, found) | self._added_columns(found)
        for name in ("first", "second", "item", "judge", "capability_set"):
            if name in columns:
                columns[name] = columns[name].removesuffix(".code") + ".stored"
        columns = {n: _CONSTANT[n] for n in ("votes", "weight")} | columns
        into = f"INSERT INTO {self.arena.table} ({', '.join(columns)})"
        selected = f"SELECT {', '.join(columns.values())} FROM {source}"
        self._in_parts(found, into, into, selected, found.accepted if refused else "true")
        return found.rows - refused

    def _in_parts(
        self, found: Interpretation, into: str, then_into: str, selected: str, chosen: str
    ) -> None:
        order = f" ORDER BY {found.order}" if found.order else ""
        for at, part in enumerate(found.parts):
            self.watch.tell(0.8 + 0.12 * at / len(found.parts), "Writing the comparisons")
            self.watch.execute(
                self.connection,
                f"{then_into if at else into} {selected} WHERE {chosen} AND {part}{order}",
            )

    def _write_view(self, import_id: int, found: Interpretation) -> int:
        """Put the columns that vary into a table and make the log a view of it; return its rows.

        The arena is new, so that the codes of the temporary dictionaries serve as they are.
        """
        table = self.arena.table
        varying = _log_columns(import_id, found) | self._added_columns(found)
        constant = {"import_id": varying.pop("import_id"), **_CONSTANT}
        if found.mapping.dialect not in SOFT_DIALECTS:  # nor are the outcomes of scores ever soft
            constant["score"] = score_of_code("outcome")
            del varying["score"]
        selected = ", ".join(f"{sql} AS {name}" for name, sql in varying.items())
        rows = f"SELECT {selected} FROM {found.source}"
        create, insert = f"CREATE TABLE {table}_rows AS", f"INSERT INTO {table}_rows"
        self._in_parts(found, create, insert, rows, found.accepted)
        accepted = self._scalar(f"SELECT count(*) FROM {table}_rows")
        self._refuse_nothing_usable(accepted, found)
        for name, coded, key, detail in _DICTIONARIES:
            used = [found.values[column] for column in coded if column in found.values]
            if used:
                chosen = "true" if accepted == found.rows else _used(found, used)
                more = f", min({detail})" if detail else ""
                self.connection.execute(
                    f"INSERT INTO {name} SELECT {int(self.arena.arena_id)}, code, {key}{more} "
                    f"FROM staged_{name} WHERE code IS NOT NULL AND {chosen} GROUP BY code, {key}"
                )
        described = self.connection.execute(f"DESCRIBE {table}").fetchall()
        shown = [n if n in varying else f"{constant[n]} AS {n}" for n, *_ in described]
        self.connection.execute(f"DROP TABLE {table}")
        self.connection.execute(
            f"CREATE VIEW {table} AS SELECT {', '.join(shown)} FROM {table}_rows"
        )
        return accepted

    def _refuse_nothing_usable(self, accepted: int, found: Interpretation) -> None:
        if not accepted:
            raise InputError(self._nothing_usable(found))

    def _scalar(self, sql: str) -> int:
        row = self.connection.execute(sql).fetchone()
        return int(row[0] or 0) if row is not None else 0

    def _nothing_usable(self, found: Interpretation) -> str:
        rows = self.connection.execute(
            f"SELECT line, column_name, value, reason, count(*) OVER (PARTITION BY reason) AS n "
            f"FROM ({found.rejects}) ORDER BY n DESC, line LIMIT 1"
        ).fetchall()
        line, column, value, reason, _ = rows[0]
        place = f"{self.staged.position} {line}" + (f", column {column!r}" if column else "")
        held = "nothing" if value is None else repr(value[:60])
        return (
            f"No row of {self.staged.name} can be used, so nothing was imported. Most often: "
            f"{reason} ({place} holds {held}.)"
        )

    def _extend(self, table: str, key: str, detail: str, chosen: str) -> None:
        """Add the names that are new to a dictionary; make ``stored_...`` with the codes it has."""
        identifier = int(self.arena.arena_id)
        first = f"(SELECT coalesce(max(code), -1) + 1 FROM {table} WHERE arena_id = {identifier})"
        more = f", min({detail})" if detail else ""
        self.watch.execute(
            self.connection,
            f"INSERT INTO {table} SELECT {identifier}, {first} - 1 + row_number() "
            f"OVER (ORDER BY {key}), {key}{', detail' if detail else ''} FROM (SELECT {key}{more}"
            f"{' AS detail' if detail else ''} FROM staged_{table} WHERE code IS NOT NULL "
            f"AND {chosen} AND {key} NOT IN (SELECT {key} FROM {table} "
            f"WHERE arena_id = {identifier}) GROUP BY {key})",
        )
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE stored_{table} AS SELECT staged.*, known.code AS stored "
            f"FROM staged_{table} AS staged LEFT JOIN (SELECT code, {key} FROM {table} "
            f"WHERE arena_id = {identifier}) AS known ON known.{key} = staged.{key}"
        )

    def _added_columns(self, found: Interpretation) -> dict[str, str]:
        """Give fields and features with values their columns; return those columns' SQL."""
        wanted = [(f"field{at}", "fields", name) for at, name in enumerate(self.mapping.fields)]
        wanted += [
            (f"feature{at}_first", "features", name)
            for at, (name, _, _) in enumerate(self.mapping.features)
        ]
        if not wanted:
            return {}
        if self.as_view:
            return self._columns_of(found, wanted)
        counts = ", ".join(f"count({found.values[value]})" for value, _, _ in wanted)
        row = self.connection.execute(
            f"SELECT {counts} FROM {found.source} WHERE {found.accepted}"
        ).fetchone()
        assert row is not None
        filled = [column for column, count in zip(wanted, row, strict=True) if count]
        return self._columns_of(found, filled)

    def _columns_of(
        self, found: Interpretation, wanted: list[tuple[str, str, str]]
    ) -> dict[str, str]:
        columns = {}
        for value, catalogue, name in wanted:
            if catalogue == "fields":
                at = self._catalogued("fields", "field_id", name, ("f{}", "VARCHAR"))
                columns[f"f{at}"] = found.values[value]
            else:
                at = self._catalogued(
                    "features", "feature_id", name,
                    ("x{}_first", "DOUBLE"), ("x{}_second", "DOUBLE"),
                )  # fmt: skip
                columns[f"x{at}_first"] = found.values[value]
                columns[f"x{at}_second"] = found.values[value.replace("first", "second")]
        return columns

    def _catalogued(self, table: str, key: str, name: str, *columns: tuple[str, str]) -> int:
        """Return the number of a field or feature; a new one gets its columns."""
        arena_id = self.arena.arena_id
        row = self.connection.execute(
            f"SELECT {key} FROM {table} WHERE arena_id = ? AND name = ?", [arena_id, name]
        ).fetchone()
        if row is not None:
            return int(row[0])
        row = self.connection.execute(
            f"SELECT coalesce(max({key}), -1) + 1 FROM {table} WHERE arena_id = ?", [arena_id]
        ).fetchone()
        assert row is not None
        self.connection.execute(f"INSERT INTO {table} VALUES (?, ?, ?)", [arena_id, row[0], name])
        for column, kind in columns:
            self.connection.execute(
                f"ALTER TABLE {self.arena.table} ADD COLUMN IF NOT EXISTS "
                f"{column.format(int(row[0]))} {kind}"
            )
        return int(row[0])

    def _record(self, import_id: int, accepted: int, rejected: int, mapping: Mapping) -> None:
        staged, arena_id = self.staged, self.arena.arena_id
        now = datetime.now(UTC).replace(tzinfo=None)
        self.connection.execute(
            "INSERT INTO imports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                import_id, arena_id, staged.name, staged.content_hash, staged.format,
                mapping.to_json(), accepted, rejected, now,
            ],
        )  # fmt: skip
        self.connection.execute(
            "UPDATE arenas SET mapping = ? WHERE arena_id = ?", [mapping.to_json(), arena_id]
        )
        touch(self.connection, arena_id)


def _log_columns(import_id: int, found: Interpretation) -> dict[str, str]:
    """Return SQL per column of the log, without fields and features."""
    columns = {"import_id": f"{import_id}::INTEGER"}
    extra = ("field", "feature")
    return columns | {n: sql for n, sql in found.values.items() if not n.startswith(extra)}


def _used(found: Interpretation, codes: list[str]) -> str:
    """Return the SQL of the condition that a code of a dictionary occurs in an accepted row."""
    # unnest, not UNION: DuckDB 2.0.0 takes two like arms for one and loses the second.
    each = f"unnest([{', '.join(codes)}])" if len(codes) > 1 else codes[0]
    return (
        f"code IN (SELECT code FROM (SELECT DISTINCT {each} AS code FROM {found.source} "
        f"WHERE {found.accepted}) WHERE code IS NOT NULL)"
    )


def rejected_by_reason(connection: duckdb.DuckDBPyConnection, import_id: int) -> "pd.DataFrame":
    """Return `reason` and `rows` of an import's rejected rows, the most frequent first."""
    return connection.execute(
        "SELECT reason, count(*) AS rows FROM rejected_rows WHERE import_id = ? "
        "GROUP BY reason ORDER BY rows DESC, reason",
        [import_id],
    ).df()

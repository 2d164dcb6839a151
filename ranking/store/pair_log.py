"""Reading every comparison of two competitors with its texts, seen from one of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import duckdb

from ranking.errors import SelectionError
from ranking.store.arenas import Arena
from ranking.store.where import Where


@dataclass(frozen=True)
class PairVerdict:
    """One comparison of competitors A and B.

    Attributes
    ----------
    item, text : str or None
        The item's name and text.
    place : tuple of int
        Import and line.
    outcome : str
        "a", "b", "tie", "both_bad" or "soft".
    score : float
        Of A, in [0, 1].
    weight : float
        Of the row: its votes times their weight.
    a_first : bool or None
        Whether A was shown first; None where the log does not say.
    responses : tuple of (str or None)
        Of A and of B.
    scores : tuple of (float or None)
        What A and B scored themselves.
    judge, feedback : str or None
    capabilities : tuple of str
        Paths.
    fields : mapping of str to str
        Of a pair ``x_a``, ``x_b`` the first is of A.
    features : mapping of str to tuple of (float or None)
        Of A and of B.
    """

    item: str | None
    text: str | None
    place: tuple[int, int]
    outcome: str
    score: float
    weight: float
    a_first: bool | None
    responses: tuple[str | None, str | None]
    scores: tuple[float | None, float | None]
    judge: str | None
    feedback: str | None
    capabilities: tuple[str, ...]
    fields: Mapping[str, str]
    features: Mapping[str, tuple[float | None, float | None]]


_OUTCOMES = ("b", "tie", "a", "both_bad", "soft")
_MIRRORED = {"a": "b", "b": "a"}


def read_pair_log(
    connection: duckdb.DuckDBPyConnection, arena: Arena, where: Where, a: str, b: str
) -> list[PairVerdict]:
    """Read the selected comparisons of two competitors in the order of import and line.

    Raises
    ------
    SelectionError
        If one of them is unknown, both are the same, or they never met in the selection.
    """
    codes = dict(
        connection.execute(
            "SELECT name, code FROM competitors WHERE arena_id = ? AND (name = ? OR name = ?)",
            [arena.arena_id, a, b],
        ).fetchall()
    )
    for name in (a, b):
        if name not in codes:
            raise SelectionError(f"The arena {arena.name!r} has no {arena.noun} {name!r}.")
    if a == b:
        raise SelectionError(f"{a!r} cannot be compared with itself; choose two.")
    fields = _named(connection, arena, "fields", "field_id")
    features = _named(connection, arena, "features", "feature_id")
    columns = [f"f{code}" for code in fields.values()]
    columns += [f"x{code}_{side}" for code in features.values() for side in ("first", "second")]
    rows = connection.execute(
        f"""
        SELECT first = ? AS straight, import_id, line, outcome, score, votes * weight, first_shown,
               response_first, response_second, score_first, score_second, feedback, item, judge,
               capability_set{"".join(f", {column}" for column in columns)}
        FROM {arena.table}
        WHERE {where.clause} AND ((first = ? AND second = ?) OR (first = ? AND second = ?))
        ORDER BY import_id, line
        """,
        [codes[a], *where.parameters, codes[a], codes[b], codes[b], codes[a]],
    ).fetchall()
    if not rows:
        raise SelectionError(f"{a!r} and {b!r} never met in this selection; choose another pair.")
    names = _Names.of(connection, arena)
    return [names.verdict(row, tuple(fields), tuple(features)) for row in rows]


def _named(
    connection: duckdb.DuckDBPyConnection, arena: Arena, table: str, column: str
) -> dict[str, int]:
    rows = connection.execute(
        f"SELECT name, {column} FROM {table} WHERE arena_id = ? ORDER BY {column}",
        [arena.arena_id],
    ).fetchall()
    return {str(name): int(code) for name, code in rows}


@dataclass(frozen=True)
class _Names:
    """What codes stand for."""

    items: dict[int, tuple[str, str | None]]
    judges: dict[int, str]
    capabilities: dict[int, tuple[str, ...]]

    @classmethod
    def of(cls, connection: duckdb.DuckDBPyConnection, arena: Arena) -> "_Names":
        def read(columns: str, table: str) -> list[tuple[Any, ...]]:
            return connection.execute(
                f"SELECT code, {columns} FROM {table} WHERE arena_id = ?", [arena.arena_id]
            ).fetchall()

        return cls(
            {code: (name, text) for code, name, text in read("name, text", "items")},
            dict(read("name", "judges")),
            {code: tuple(paths) for code, paths in read("paths", "capability_sets")},
        )

    def verdict(
        self,
        row: tuple[Any, ...],
        fields: tuple[str, ...],
        features: tuple[str, ...],
    ) -> PairVerdict:
        straight, import_id, line, code, score, weight, shown = row[:7]
        outcome = _OUTCOMES[code]
        texts, scores, feedback = row[7:9], row[9:11], row[11]
        item, judge, tags = row[12:15]
        held, rest = row[15 : 15 + len(fields)], row[15 + len(fields) :]
        pairs = [tuple(rest[at : at + 2]) for at in range(0, len(rest), 2)]
        if not straight:
            outcome, score = _MIRRORED.get(outcome, outcome), 1 - score
            shown = None if shown is None else not shown
            texts, scores = texts[::-1], scores[::-1]
            pairs = [pair[::-1] for pair in pairs]
        own = {name: value for name, value in zip(fields, held, strict=True) if value is not None}
        name, text = self.items.get(item, (None, None))
        return PairVerdict(
            item=name,
            text=text,
            place=(import_id, line),
            outcome=outcome,
            score=score,
            weight=weight,
            a_first=shown,
            responses=texts,
            scores=scores,
            judge=self.judges.get(judge),
            feedback=feedback,
            capabilities=self.capabilities.get(tags, ()),
            fields=own if straight else _swapped(own, fields),
            features=dict(zip(features, pairs, strict=True)),
        )


def _swapped(fields: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """Exchange the values of fields that are of either side: ``x_a`` and ``x_b``."""

    def other(name: str) -> str:
        mirrored = name[:-2] + {"_a": "_b", "_b": "_a"}.get(name[-2:], name[-2:])
        return mirrored if mirrored in names else name

    return {other(name): value for name, value in fields.items()}

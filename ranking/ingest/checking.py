"""Check: what an import would bring, and what it would reject and why; nothing is written."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import duckdb

from ranking.ingest.interpretation import Interpretation
from ranking.ingest.mapping import Mapping
from ranking.ingest.pairing import Pairing
from ranking.ingest.rows import interpret
from ranking.ingest.staged import StagedFile
from ranking.outcomes import NAMES

if TYPE_CHECKING:
    import pandas as pd

_SAMPLE_ROWS = 20


@dataclass(frozen=True, eq=False)
class Check:
    """What the rows of a staged file mean under a mapping.

    Attributes
    ----------
    accepted, rejected : int
        Comparisons, one per row of a pairwise file, and lines, rows or scores that are not used.
    votes : int
        Comparisons that the accepted rows stand for, counts included.
    reasons : DataFrame
        `reason`, `rows`; the most frequent first.
    competitors : int
        Different competitors in the accepted rows.
    outcomes : dict of str to int
        Comparisons by outcome, seen from competitor A.
    sample : DataFrame
        The first accepted rows as they were understood.
    mapping : Mapping
        With the dialect that was found.
    pairing : Pairing or None
        Where comparisons are derived from scores: how.
    """

    accepted: int
    rejected: int
    votes: int
    reasons: "pd.DataFrame"
    competitors: int
    outcomes: dict[str, int]
    sample: "pd.DataFrame"
    mapping: Mapping
    pairing: Pairing | None
    _staged: StagedFile

    def rejects(self, limit: int | None = None) -> "pd.DataFrame":
        """Return the rejected rows by line: `line`, `column`, `value`, `reason`."""
        with self._staged.reading() as connection:
            found = interpret(connection, self._staged, self.mapping)
            return connection.execute(
                f"SELECT line, column_name AS column, value, reason FROM ({found.rejects}) "
                "ORDER BY line, column_name LIMIT ?",
                [limit if limit is not None else 2**62],
            ).df()


def check(staged: StagedFile, mapping: Mapping) -> Check:
    """Say what would be imported and what rejected; nothing is written.

    Parameters
    ----------
    staged : StagedFile
        The file.
    mapping : Mapping
        Which column plays which role; the dialect is found where it is not stated.

    Raises
    ------
    InputError
        If the mapping cannot be used with this file (see `interpret`).
    AmbiguousOutcomeError
        If several outcome dialects fit and nothing tells which is meant.
    """
    with staged.reading() as connection:
        found = interpret(connection, staged, mapping)
        values = found.values
        connection.execute(
            f"CREATE OR REPLACE TEMP TABLE staged_cells AS SELECT {values['first']} AS first, "
            f"{values['second']} AS second, {values['outcome']} AS outcome, count(*) AS rows, "
            f"sum({values.get('votes', '1')})::HUGEINT AS votes "
            f"FROM {found.source} WHERE {found.accepted} GROUP BY 1, 2, 3"
        )
        counted = connection.execute(
            "SELECT outcome, sum(rows)::HUGEINT, sum(votes)::HUGEINT FROM staged_cells GROUP BY 1"
        ).fetchall()
        competitors = connection.execute(
            "SELECT count(DISTINCT code) FROM (SELECT unnest([first, second]) AS code "
            "FROM staged_cells)"
        ).fetchall()[0][0]
        reasons = connection.execute(
            f"SELECT reason, count(*) AS rows FROM ({found.rejects}) GROUP BY 1 "
            "ORDER BY rows DESC, reason"
        ).df()
        return Check(
            accepted=sum(row[1] for row in counted),
            rejected=int(reasons["rows"].sum()),
            votes=sum(row[2] for row in counted),
            reasons=reasons,
            competitors=competitors,
            outcomes={NAMES[row[0]]: row[2] for row in sorted(counted)},
            sample=_sample(connection, found),
            mapping=replace(mapping, dialect=found.mapping.dialect),
            pairing=found.pairing,
            _staged=staged,
        )


def _sample(connection: duckdb.DuckDBPyConnection, found: Interpretation) -> "pd.DataFrame":
    names = ", ".join(f"'{name}'" for name in NAMES)
    shown = {
        "line": found.values["line"],
        "A": "a.name",
        "B": "b.name",
        "outcome": f"([{names}])[{found.values['outcome']} + 1]",
    }
    if found.mapping.dialect in ("one-to-two", "soft-first", "soft-second"):
        shown["score of A"] = found.values["score"]
    has_paths = "capability_set" in found.values
    optional = {
        "votes": found.values.get("votes"),
        "weight": found.values.get("weight"),
        "item": "i.name" if "item" in found.values else None,
        "judge": "j.name" if "judge" in found.values else None,
        "capabilities": "array_to_string(s.paths, '; ')" if has_paths else None,
        "time": found.values.get("time"),
        "A shown first": found.values.get("first_shown"),
        "score A": found.values.get("score_first"),
        "score B": found.values.get("score_second"),
    }
    shown |= {name: sql for name, sql in optional.items() if sql is not None}
    selected = ", ".join(shown.values())
    rows = connection.execute(
        f"SELECT {selected} FROM {found.source} WHERE {found.accepted} AND {found.parts[0]}"
        f"{f' ORDER BY {found.order}' if found.order else ''} LIMIT {_SAMPLE_ROWS}"
    ).fetchall()
    import pandas as pd

    return pd.DataFrame(sorted(rows, key=lambda row: row[0]), columns=list(shown))

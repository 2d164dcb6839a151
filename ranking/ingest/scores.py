"""Scores: from one result per competitor and item to comparisons, inside the database."""

import math

import duckdb

from ranking.errors import InputError
from ranking.ingest.interpretation import Interpretation
from ranking.ingest.mapping import OF_SCORES, REQUIRED, ROLES, Mapping
from ranking.ingest.pairing import MOST_COMPARISONS, too_many
from ranking.ingest.score_tables import ScoreTables
from ranking.ingest.score_values import ScoreValues, score_values
from ranking.ingest.staged import StagedFile


def interpret_scores(
    connection: duckdb.DuckDBPyConnection, staged: StagedFile, mapping: Mapping, schema: str = ""
) -> Interpretation:
    """Make the temporary dictionaries and scores of a staged file; its rows are then pairs.

    The first competitor of a pair is the one whose name sorts first. It wins if its score is more
    than `tie_within` above the other's.

    Parameters
    ----------
    connection, staged, mapping, schema
        See `interpret`.

    Raises
    ------
    InputError
        If the mapping is not complete, the columns hold no scores, no two competitors have a score
        on the same item, or the comparisons would be too many.
    """
    _check_mapping(staged, mapping)
    work = ScoreTables(connection, staged, mapping, schema)
    work.competitors()
    work.items_and_judges()
    work.reject("i.code IS NULL", str(mapping.item), "The name of the item is missing.")
    work.capabilities()
    work.time()
    work.fields()
    rows = work.interpretation()
    written = score_values(connection, work.relation, work.score_texts)
    if not written.fit:
        raise InputError(_no_scores(staged, mapping, written))
    work.cells(rows, written)
    work.capabilities_of_items()
    work.average()
    pairing = work.pairing()
    if pairing.scores and not pairing.comparisons:
        raise InputError(work.nothing_to_compare(pairing))
    if pairing.comparisons > MOST_COMPARISONS:
        raise InputError(
            too_many(staged.name, pairing.comparisons, pairing.competitors, pairing.items)
        )
    work.keep_paired_names()
    return work.pairs(pairing)


def _check_mapping(staged: StagedFile, mapping: Mapping) -> None:
    for role in REQUIRED[mapping.form]:
        if not getattr(mapping, role):
            raise InputError(
                f"Which column of {staged.name} is the {role} is not known; state it "
                f"({role}=column). Its columns are {', '.join(staged.columns)[:500]}."
            )
    for column in mapping.columns:
        staged.raw(column)
    if mapping.form == "long" and len(mapping.score) > 1:
        raise InputError(
            f"One column holds the scores beside the competitor {mapping.competitor!r}, not "
            f"{len(mapping.score)}; choose one of {', '.join(mapping.score)[:500]}."
        )
    if mapping.form == "wide" and len(mapping.score) < 2:
        raise InputError(
            f"{mapping.score[0]!r} alone is a score of one competitor; name the column of the "
            "competitors (competitor=column), or a score column for each of them."
        )
    other = [role for role in ROLES if role not in OF_SCORES and getattr(mapping, role)]
    if other:
        column = next(c for c in mapping.columns if mapping.role_of(c) == other[0])
        raise InputError(
            f"A file of scores has no column for {ROLES[other[0]].partition(':')[0]} "
            f"({other[0]}); keep {column!r} as a field."
        )
    if mapping.form == "wide" and not all(column.strip() for column in mapping.score):
        raise InputError(f"A column of scores of {staged.name} has no name; name its competitor.")
    named = [mapping.item, mapping.competitor, *mapping.score]
    twice = [column for column in named if named.count(column) > 1]
    if twice:
        raise InputError(f"The column {twice[0]!r} cannot have two roles.")
    if not (math.isfinite(mapping.tie_within) and mapping.tie_within >= 0):
        raise InputError(f"Scores tie within a distance of at least 0, not {mapping.tie_within:g}.")


def _no_scores(staged: StagedFile, mapping: Mapping, written: ScoreValues) -> str:
    column = repr(mapping.score[0]) + (" and others" if len(mapping.score) > 1 else "")
    held = ", ".join(repr(value) for value in written.examples) or "nothing"
    return (
        f"The column {column} of {staged.name} holds {held}, which are no scores; a score is a "
        "number, true or false, or a word such as correct or incorrect, pass or fail."
    )

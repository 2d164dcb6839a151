"""The capability matrix: every competitor in every capability of a level."""

import csv
import io
import json
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from ranking.capabilities.evidence import CapabilityEvidence, Values
from ranking.capabilities.findings import SHOWN_ITEMS, Findings, FindingSettings, Question
from ranking.capabilities.matrix_sentences import conclusion, rest
from ranking.comparisons import Comparisons
from ranking.errors import InputError
from ranking.laplacian import Codes, Floats
from ranking.leaderboard import formula_safe
from ranking.ratings import MEAN_POINTS, POINTS_PER_LOGIT
from ranking.taxonomies.levels import level_below
from ranking.taxonomies.taxonomy import Bools

if TYPE_CHECKING:
    from ranking.capabilities.mix_ratings import NodeRanks


@dataclass(frozen=True, eq=False)
class CapabilityMatrix:
    """Competitors in the capabilities of one level; arrays have the shape (m, N).

    Strengths are in points (400 to a factor of ten in odds): how much better a competitor is in a
    capability than overall, relative to the others. With fewer than five items all estimates of a
    cell are NaN.

    Attributes
    ----------
    evidence : CapabilityEvidence
    settings : FindingSettings
        Of the verdicts.
    values : {"wins", "scores"}
        What the verdicts' question was answered from.
    under : str
        The node that the level lies below; "" for the whole taxonomy.
    depth : int
    competitors : tuple of str, length m
        Best overall first.
    overall : float array of shape (m,)
        Ratings over everything; their mean is 1000.
    keys, names : tuple of str, length N
        Of the capabilities.
    node_items : int array of shape (N,)
        Distinct items of each.
    drills : bool array of shape (N,)
        Whether there are capabilities below it.
    confirmed_below : int array of shape (N,)
        How many findings about capabilities below it are confirmed, over all competitors.
    strength, std_error : float arrays
        Drawn towards the parent by its noise; and its standard error.
    raw : float array
        From the capability's own comparisons.
    own_weight : float array
        How much of the strength is the capability's own data, from 0 to 1.
    rating : float array
        Rating in the capability: what the competitor is overall, and its strength.
    win_rate : float array
        Mean score against whom it met there, ties as halves.
    items : int array
        Distinct items that the competitor was compared on.
    comparisons : int array
        One for each item and opponent.
    effect, low, high : float arrays
        The raw difference that is tested and its interval, in `unit`.
    estimate : float array
        That difference drawn towards the parent's by its noise, in `unit`.
    unit : str
    q : float array
        p-value adjusted for all tests; NaN where there was none.
    false_sign_rate : float array
        Chance that the estimate has the wrong sign.
    verdict : str array
        One of the four verdict words, in answer to the question of `settings`.
    needed : float array
        About how many more items would confirm or refute a difference; 0 where the verdict stands,
        NaN where that is unknown.
    """

    evidence: CapabilityEvidence
    settings: FindingSettings
    values: Values
    under: str
    depth: int
    competitors: tuple[str, ...]
    overall: Floats
    keys: tuple[str, ...]
    names: tuple[str, ...]
    node_items: Codes
    drills: Bools
    confirmed_below: Codes
    strength: Floats
    std_error: Floats
    raw: Floats
    own_weight: Floats
    rating: Floats
    win_rate: Floats
    items: Codes
    comparisons: Codes
    effect: Floats
    low: Floats
    high: Floats
    estimate: Floats
    unit: str
    q: Floats
    false_sign_rate: Floats
    verdict: npt.NDArray[np.str_]
    needed: Floats

    @property
    def spread(self) -> Floats:
        """How far competitors differ in each capability: root mean square strength, shape (N,).

        0 where nobody was compared on enough items.
        """
        known_cells = np.isfinite(self.strength)
        squares = np.where(known_cells, self.strength, 0.0) ** 2
        return np.asarray(np.sqrt(squares.sum(axis=0) / np.maximum(known_cells.sum(axis=0), 1)))

    @property
    def sentences(self) -> tuple[str, str]:
        """What the matrix says in a sentence, and what it leaves open in another."""
        return conclusion(self), rest(self)


def capability_matrix(
    source: Comparisons | CapabilityEvidence,
    *,
    depth: int = 1,
    under: str = "",
    question: Question = "itself",
    values: Values = "auto",
    **settings: Any,
) -> CapabilityMatrix:
    """Rate every competitor in every capability of a level, and say what is known of it.

    Ratings and tests are over the whole taxonomy; the level only chooses what is returned.

    Parameters
    ----------
    source : Comparisons or CapabilityEvidence
        The latter is read once and examined in many ways.
    depth : int, default 1
        Level of the capabilities below `under`; without it, below what all items share.
    under : str, default ""
        Path of the node whose descendants are meant.
    question, values, **settings
        As in `CapabilityEvidence.findings`.

    Raises
    ------
    InputError
        If there are no capabilities, or no such level.
    SelectionError
        If there is no capability `under`.
    """
    evidence = source if isinstance(source, CapabilityEvidence) else CapabilityEvidence.of(source)
    taxonomy = evidence.taxonomy
    nodes = level_below(taxonomy, under, depth)
    found = evidence.findings(question, values=values, **settings)
    unit = evidence.unit(question, values)
    ratings = evidence.ratings
    order = np.argsort(-ratings.overall, kind="stable")
    count, total, _ = evidence.beyond_even.sums(taxonomy.members[nodes])

    def cells(values: Any) -> Any:
        return np.asarray(values[nodes][:, order]).T

    items = np.asarray(count[:, order].T, np.int64)
    seen = np.where(items >= SHOWN_ITEMS, 1.0, np.nan)

    def points(logits: Floats) -> Floats:
        return np.asarray(POINTS_PER_LOGIT * cells(logits) * seen)

    with np.errstate(invalid="ignore"):
        win_rate = 0.5 + (total / count)[:, order].T
    return CapabilityMatrix(
        evidence=evidence,
        settings=found.settings,
        values=evidence.kind_of_values(question, values),
        under=under,
        depth=depth,
        competitors=tuple(evidence.competitors[at] for at in order),
        overall=MEAN_POINTS + POINTS_PER_LOGIT * ratings.overall[order],
        keys=tuple(taxonomy.keys[at] for at in nodes),
        names=tuple(taxonomy.names[at] for at in nodes),
        node_items=taxonomy.sizes[nodes],
        drills=np.array([len(taxonomy.children[at]) > 0 for at in nodes]),
        confirmed_below=_confirmed_below(found)[nodes],
        strength=points(ratings.contrast),
        std_error=points(ratings.std_error),
        raw=points(ratings.raw),
        own_weight=cells(ratings.own_weight) * seen,
        rating=MEAN_POINTS + points(ratings.strength),
        win_rate=win_rate * seen,
        items=items,
        comparisons=np.rint(cells(ratings.comparisons)).astype(np.int64),
        effect=unit.size * cells(found.effect),
        low=unit.size * cells(found.low),
        high=unit.size * cells(found.high),
        estimate=unit.size * cells(found.estimate),
        unit=unit.name,
        q=cells(found.q),
        false_sign_rate=cells(found.false_sign_rate),
        verdict=cells(found.verdict),
        needed=cells(found.needed),
    )


def _confirmed_below(found: Findings) -> Codes:
    """Count what is confirmed below each node, itself left out."""
    own = (found.verdict == "confirmed").sum(axis=1)
    below = np.zeros(len(own), np.int64)
    parent = found.taxonomy.parent
    for at in range(len(own) - 1, 0, -1):  # children come after their parents
        below[parent[at]] += below[at] + own[at]
    return below


_CELL = (
    "strength", "std_error", "raw", "own_weight", "rating", "win_rate", "items", "comparisons",
    "effect", "low", "high", "estimate", "q", "false_sign_rate", "verdict", "needed",
)  # fmt: skip


def as_dict(matrix: CapabilityMatrix, ranks: "NodeRanks | None" = None) -> dict[str, Any]:
    """Return a matrix as JSON values (see docs/json-capabilities.md).

    Parameters
    ----------
    matrix : CapabilityMatrix
    ranks : NodeRanks, optional
        Of the same capabilities; they become part of each cell.

    Raises
    ------
    InputError
        If the ranks are of others.
    """
    columns = _columns(matrix, ranks)
    return {
        **heading(matrix.evidence),
        "settings": asdict(matrix.settings),
        "values": matrix.values,
        "unit": matrix.unit,
        "under": matrix.under,
        "depth": matrix.depth,
        "sentences": list(matrix.sentences),
        "competitors": [
            {"competitor": name, "rating": float(rating)}
            for name, rating in zip(matrix.competitors, matrix.overall, strict=True)
        ],
        "capabilities": [
            {
                "capability": key,
                "name": matrix.names[at],
                "items": int(matrix.node_items[at]),
                "drills": bool(matrix.drills[at]),
                "confirmed_below": int(matrix.confirmed_below[at]),
                "cells": [
                    {"competitor": name}
                    | {column: known(values[k][at]) for column, values in columns.items()}
                    for k, name in enumerate(matrix.competitors)
                ],
            }
            for at, key in enumerate(matrix.keys)
        ],
    }


def _columns(matrix: CapabilityMatrix, ranks: "NodeRanks | None") -> dict[str, list[Any]]:
    """Return what is told of each cell, by name."""
    columns = {name: getattr(matrix, name).tolist() for name in _CELL}
    if ranks is None:
        return columns
    taxonomy = matrix.evidence.taxonomy
    if tuple(taxonomy.keys[at] for at in ranks.nodes.tolist()) != matrix.keys:
        raise InputError("The ranks must be of the same capabilities as the matrix.")
    order = [matrix.evidence.position(name) for name in matrix.competitors]
    for name, values in (("rank", ranks.rank), ("rank_low", ranks.low), ("rank_high", ranks.high)):
        columns[name] = values[:, order].T.tolist()
    return columns


def as_json(matrix: CapabilityMatrix, ranks: "NodeRanks | None" = None) -> str:
    """Return `as_dict` as text."""
    return json.dumps(as_dict(matrix, ranks), indent=2, ensure_ascii=False, allow_nan=False)


def as_csv(matrix: CapabilityMatrix, ranks: "NodeRanks | None" = None) -> str:
    """Return one line for each cell; names cannot become spreadsheet formulas.

    Parameters
    ----------
    matrix, ranks
        As for `as_dict`.
    """
    columns = _columns(matrix, ranks)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["competitor", "capability", "name", *columns])
    for k, competitor in enumerate(matrix.competitors):
        for at, key in enumerate(matrix.keys):
            names = [formula_safe(each) for each in (competitor, key, matrix.names[at])]
            cells = [known(values[k][at]) for values in columns.values()]
            writer.writerow([*names, *("" if cell is None else cell for cell in cells)])
    return out.getvalue()


def heading(evidence: CapabilityEvidence) -> dict[str, Any]:
    """Return what the JSON of a matrix and of findings begin with."""
    arena = evidence.comparisons.arena
    return {
        "arena": arena.name,
        "noun": arena.noun,
        "simulated": arena.simulated,
        "selection": evidence.comparisons.selection.as_dict(),
        "source": {"name": evidence.source.name, "kind": evidence.source.kind},
        "facets": list(evidence.facets),
        "items": evidence.log.items,
    }


def known(value: Any) -> Any:
    """Return a JSON value; null for NaN and infinities."""
    return None if isinstance(value, float) and not math.isfinite(value) else value

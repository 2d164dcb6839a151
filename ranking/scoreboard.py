"""Mean scores of competitors, for logs that carry a score for either side."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np

from ranking.comparisons import Comparisons
from ranking.scores import mean_score, wilson_interval
from ranking.store.scores import ItemScores, read_scores
from ranking.store.where import where
from ranking.uncertainty.quantiles import check_level
from ranking.wording import plural


@dataclass(frozen=True)
class CompetitorScore:
    """The mean score of one competitor over its items.

    Attributes
    ----------
    competitor : str
    mean, std_error : float
        On the scale of the scores; the error is NaN where the scores do not vary.
    low, high : float
        Confidence limits; NaN where nothing is known of them.
    items, answers : int
        Items it was scored on; scores behind them.
    clusters : int or None
        Clusters of its items, where items were clustered.
    """

    competitor: str
    mean: float
    std_error: float
    low: float
    high: float
    items: int
    answers: int
    clusters: int | None


@dataclass(frozen=True)
class ScoreBoard:
    """Mean scores of all competitors, best first.

    Attributes
    ----------
    rows : tuple of CompetitorScore
    items : int
        Items with a score of anybody.
    shared_items : int
        Items with a score of everybody.
    level : float
    cluster : str or None
        The field that items were clustered by.
    interval : str
        How intervals were computed, in words.
    arena, noun, selection, simulated
        What was scored.
    warnings : tuple of str
        Plain sentences about the evidence.
    """

    rows: tuple[CompetitorScore, ...]
    items: int
    shared_items: int
    level: float
    cluster: str | None
    interval: str
    arena: str = ""
    noun: str = "competitor"
    selection: Mapping[str, Any] = field(default_factory=dict)
    simulated: bool = False
    warnings: tuple[str, ...] = ()


def score_board(
    comparisons: Comparisons, *, cluster: str | None = None, level: float = 0.95
) -> ScoreBoard:
    """Average the scores of each competitor over items, with standard errors.

    Several scores of a competitor for one item are averaged first: the item is the unit. Intervals
    are t intervals; where all scores are 0 or 1 and items are independent, Wilson's.

    Parameters
    ----------
    comparisons : Comparisons
    cluster : str, optional
        A field, or "judge": items with the same value are not independent.
    level : float, default 0.95

    Raises
    ------
    InputError
        If no selected comparison has a score, or items have several clusters.
    SelectionError
        If the arena has no such field.
    """
    scores = item_scores(comparisons, cluster, level)
    begin = np.searchsorted(scores.competitor, np.arange(len(scores.competitors) + 1))
    rows = [
        _row(scores, at, slice(start, stop), level)
        for at, (start, stop) in enumerate(pairwise(begin))
    ]
    m, noun = len(rows), comparisons.arena.noun
    _, held = np.unique(scores.item, return_counts=True)
    shared = int((held == m).sum())
    warnings = []
    if shared < len(held):
        warnings.append(
            f"Not all {plural(noun)} were scored on the same items ({shared:,} of {len(held):,} "
            "are common to all), so that means may differ because items do; compare two on the "
            "items they share."
        )
    still = [row.competitor for row in rows if math.isnan(row.low)]
    if still:
        names = ", ".join(still[:3]) + (f" and {len(still) - 3:,} more" if still[3:] else "")
        warnings.append(f"No interval where scores do not vary, or there is only one: {names}.")
    return ScoreBoard(
        rows=tuple(sorted(rows, key=lambda row: (-row.mean, row.competitor))),
        items=len(held),
        shared_items=shared,
        level=level,
        cluster=cluster,
        interval=_interval_name(scores, cluster),
        arena=comparisons.arena.name,
        noun=noun,
        selection=comparisons.selection.as_dict(),
        simulated=comparisons.arena.simulated,
        warnings=tuple(warnings),
    )


def as_dict(board: ScoreBoard) -> dict[str, Any]:
    """Return the JSON contract (docs/json-scores.md): what is not known is null."""
    found = json_values(asdict(board))
    found["competitors"] = found.pop("rows")
    return dict(found)


def item_scores(
    comparisons: Comparisons, cluster: str | None, level: float, only: tuple[str, ...] = ()
) -> ItemScores:
    """Read the scores of a selection; a level that is none is refused.

    Parameters
    ----------
    comparisons, cluster, level
        As in `score_board`.
    only : tuple of str
        Some competitors; all where it is empty.

    Raises
    ------
    InputError
        If the level is not in (0, 1), no selected comparison has a score, or items have several
        clusters.
    SelectionError
        If the arena has no such field.
    """
    check_level(level)
    with comparisons.store.reading() as connection:
        condition = where(connection, comparisons.arena, comparisons.selection)
        return read_scores(connection, comparisons.arena, condition, cluster, only)


def _row(scores: ItemScores, at: int, own: slice, level: float) -> CompetitorScore:
    values = scores.score[own]
    label = None if scores.cluster is None else scores.cluster[own]
    found = mean_score(values, label)
    low, high = found.limits(level)
    if _binary(scores.score) and (label is None or not found.std_error > 0):
        low, high = wilson_interval(found.mean, found.clusters or found.n, level=level)
    return CompetitorScore(
        scores.competitors[at],
        found.mean,
        found.std_error if found.std_error > 0 else math.nan,
        low,
        high,
        found.n,
        round(float(scores.answers[own].sum())),
        found.clusters,
    )


def _binary(values: np.ndarray) -> bool:
    return bool(((values == 0) | (values == 1)).all())


def _interval_name(scores: ItemScores, cluster: str | None) -> str:
    if cluster is not None:
        return f"t interval, items clustered by {cluster}"
    if _binary(scores.score):
        return "Wilson interval over items"
    return "t interval over items"


def json_values(value: Any) -> Any:
    """Replace numbers that JSON lacks by None, however deep they lie."""
    if isinstance(value, dict):
        return {name: json_values(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [json_values(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value

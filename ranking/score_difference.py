"""Two competitors compared by their scores on the items that both were scored on."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from ranking.comparisons import Comparisons
from ranking.errors import InputError, SelectionError
from ranking.scoreboard import item_scores, json_values
from ranking.scores import (
    MeanScore,
    detectable_difference,
    items_needed,
    mean_score,
    paired_difference,
)

POWER = 0.8
"""Power at which detectable differences and the items that are needed are given."""


@dataclass(frozen=True)
class ScoreDifference:
    """The mean difference of two competitors on the items that both were scored on.

    Attributes
    ----------
    first, second : str
    difference, std_error, low, high, p_value : float
        First less second; NaN errors and limits where the difference does not vary.
    first_mean, second_mean : float
        Means over the shared items.
    items : int
        Shared items.
    clusters : int or None
    unpaired_std_error : float
        What the error would be if the two had been scored on different items.
    correlation : float
        Of the two scores over items; NaN where one does not vary.
    detectable : float
        The difference that so many items show with a power of 80%.
    items_needed : float
        How many items would show the observed difference so; infinite where it is zero.
    level, cluster, arena, noun, selection, simulated
        As in `ScoreBoard`.
    conclusion : str
        In one plain sentence.
    """

    first: str
    second: str
    difference: float
    std_error: float
    low: float
    high: float
    p_value: float
    first_mean: float
    second_mean: float
    items: int
    clusters: int | None
    unpaired_std_error: float
    correlation: float
    detectable: float
    items_needed: float
    level: float
    cluster: str | None
    arena: str
    noun: str
    conclusion: str
    selection: Mapping[str, Any] = field(default_factory=dict)
    simulated: bool = False


def score_difference(
    comparisons: Comparisons,
    first: str,
    second: str,
    *,
    cluster: str | None = None,
    level: float = 0.95,
) -> ScoreDifference:
    """Compare the scores of two competitors on the items that both were scored on.

    Parameters
    ----------
    comparisons : Comparisons
    first, second : str
    cluster, level
        As in `score_board`.

    Raises
    ------
    InputError
        If they share fewer than two items.
    SelectionError
        If either has no scores.
    """
    scores = item_scores(comparisons, cluster, level, (first, second))
    noun = comparisons.arena.noun
    for name in (first, second):
        if name not in scores.competitors:
            raise SelectionError(
                f"The {noun} {name!r} has no scores in {comparisons.arena.name!r}."
            )
    if first == second:
        raise SelectionError(f"A {noun} is compared with another one; {first!r} was given twice.")
    a, b = (scores.competitor == scores.competitors.index(name) for name in (first, second))
    items, at, other = np.intersect1d(scores.item[a], scores.item[b], return_indices=True)
    if len(items) < 2:
        raise InputError(
            f"{first} and {second} share {len(items)} scored items; a difference needs two or more."
        )
    x, y = scores.score[a][at], scores.score[b][other]
    label = None if scores.cluster is None else scores.cluster[a][at]
    found = paired_difference(x, y, label)
    low, high = found.limits(level)
    alone = [mean_score(values, label) for values in (x, y)]
    variance = len(items) * found.std_error**2  # the design effect of clusters is in it
    varies = bool(found.std_error > 0)
    return ScoreDifference(
        first=first,
        second=second,
        difference=found.mean,
        std_error=found.std_error if varies else math.nan,
        low=low,
        high=high,
        p_value=found.p_value,
        first_mean=alone[0].mean,
        second_mean=alone[1].mean,
        items=len(items),
        clusters=found.clusters,
        unpaired_std_error=math.hypot(alone[0].std_error, alone[1].std_error),
        correlation=_correlation(x, y),
        detectable=_detectable(len(items), variance, level) if varies else math.nan,
        items_needed=_needed(found.mean, variance, level) if varies else math.nan,
        level=level,
        cluster=cluster,
        arena=comparisons.arena.name,
        noun=noun,
        conclusion=_conclusion(first, second, found, level, variance),
        selection=comparisons.selection.as_dict(),
        simulated=comparisons.arena.simulated,
    )


def as_dict(found: ScoreDifference) -> dict[str, Any]:
    """Return the JSON contract (docs/json-scores.md): what is not known or infinite is null."""
    return dict(json_values(asdict(found)))


def _correlation(x: np.ndarray, y: np.ndarray) -> float:
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        return math.nan
    return float(np.corrcoef(x, y)[0, 1])


def _detectable(items: int, variance: float, level: float) -> float:
    return detectable_difference(items, variance=variance, power=POWER, level=level)


def _needed(difference: float, variance: float, level: float) -> float:
    return items_needed(difference, variance=variance, power=POWER, level=level)


def _conclusion(first: str, second: str, found: MeanScore, level: float, variance: float) -> str:
    shared = f"on the {found.n:,} items that both were scored on"
    if not found.std_error > 0:
        if found.mean == 0:
            return f"{first} and {second} have the same scores {shared}."
        return (
            f"{first} and {second} differ by the same {abs(found.mean):.4g} {shared}, so that no "
            "error can be given."
        )
    low, high = found.limits(level)
    if low > 0 or high < 0:
        better, worse = (first, second) if low > 0 else (second, first)
        ends = sorted((abs(low), abs(high)))
        return (
            f"{better} scores {abs(found.mean):.3g} higher than {worse} {shared} "
            f"({100 * level:g}% interval {ends[0]:.3g} to {ends[1]:.3g})."
        )
    return (
        f"{first} and {second} cannot be told apart {shared}: so many show a difference of "
        f"{_detectable(found.n, variance, level):.2g} or more."
    )

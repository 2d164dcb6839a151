"""From a method's estimate to `Ratings`: what is the same for every method."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ranking.comparisons import Comparisons
from ranking.equilibria.report import EquilibriumReport
from ranking.equilibria.task_log import TaskLog
from ranking.errors import DisconnectedWarning, RankingWarning
from ranking.laplacian import Codes, Floats
from ranking.methods.pairing import kish
from ranking.ratings import MEAN_POINTS, ODDS_SCALE, Method, Parameter, Ratings, Status
from ranking.tally import Games, Pairs, Tally
from ranking.uncertainty.ranks import overlap_ranks, point_ranks, standing


@dataclass(frozen=True, eq=False)
class Estimate:
    """What a method found for m competitors, in points around zero (see `Ratings`, `standing`)."""

    rating: Floats
    low: Floats
    high: Floats
    std_error: Floats
    status: tuple[Status, ...]
    component: Codes
    interval: str
    level: float
    log_loss: float
    covariance: Floats | None = None
    df: float = math.inf
    own_df: Floats | None = None
    parameters: tuple[Parameter, ...] = ()
    unadjusted: Floats | None = None
    iterations: int = 0
    scale: str = ODDS_SCALE
    agreement: Floats | None = None
    equilibrium: EquilibriumReport | None = None


def ratings_from(
    evidence: Comparisons | TaskLog | Games | Tally,
    tally: Tally,
    pairs: Pairs,
    method: Method,
    estimate: Estimate,
    notes: Sequence[tuple[str, type[RankingWarning]]] = (),
) -> Ratings:
    """Complete an estimate with ranks, records and the words about its evidence.

    Every note is issued as a warning and kept in the result.
    """
    notes = [*_component_notes(estimate.component, pairs), *notes]
    for sentence, category in notes:
        warnings.warn(sentence, category, stacklevel=3)
    games = pairs.per_competitor(pairs.votes, pairs.votes)
    weight = pairs.per_competitor(pairs.weight, pairs.weight)
    score = pairs.per_competitor(pairs.score, pairs.weight - pairs.score)
    win_rate = np.divide(score, weight, out=np.full(pairs.m, np.nan), where=weight > 0)
    marginal = (estimate.rating, estimate.low, estimate.high)
    overlap_low, overlap_high = overlap_ranks(*marginal, estimate.component)
    stands = standing(
        *marginal,
        estimate.covariance,
        estimate.component,
        level=estimate.level,
        df=estimate.df if estimate.own_df is None else estimate.own_df,
        agreement=estimate.agreement,
    )
    unadjusted = estimate.unadjusted
    log = evidence if isinstance(evidence, Comparisons) else None
    return Ratings(
        competitors=tally.competitors,
        rating=estimate.rating + MEAN_POINTS,
        low=estimate.low + MEAN_POINTS,
        high=estimate.high + MEAN_POINTS,
        std_error=estimate.std_error,
        rank=point_ranks(estimate.rating, estimate.component),
        rank_low=stands.low,
        rank_high=stands.high,
        games=games,
        win_rate=win_rate,
        status=estimate.status,
        component=estimate.component,
        method=method.name,
        settings=method.settings,
        interval=estimate.interval,
        level=estimate.level,
        comparisons=float(pairs.votes.sum()),
        log_loss=estimate.log_loss,
        covariance=estimate.covariance,
        df=estimate.df,
        own_df=estimate.own_df,
        overlap_low=overlap_low,
        overlap_high=overlap_high,
        better=stands.better,
        tiers=stands.tiers,
        rank_sets=stands.words,
        parameters=estimate.parameters,
        unadjusted=None if unadjusted is None else unadjusted + MEAN_POINTS,
        effective_comparisons=kish(pairs.weight, pairs.weight2),
        selection=log.selection.as_dict() if log else {},
        arena=log.arena.name if log else "",
        noun=log.arena.noun if log else "competitor",
        simulated=log is not None and log.arena.simulated,
        warnings=tuple(sentence for sentence, _ in notes),
        iterations=estimate.iterations,
        scale=estimate.scale,
        equilibrium=estimate.equilibrium,
    )


def _component_notes(component: Codes, pairs: Pairs) -> list[tuple[str, type[RankingWarning]]]:
    sizes = np.bincount(component)
    groups = int((sizes > 1).sum())
    if groups < 2:
        return []
    sentence = (
        f"The competitors fall into {groups} groups that never met; their ratings and "
        "ranks hold within each group and cannot be compared across."
    )
    return [(sentence, DisconnectedWarning)]

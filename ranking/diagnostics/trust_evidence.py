"""What the checks of a leaderboard need of its log: read once for each selection."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ranking.comparisons import Comparisons
from ranking.diagnostics.fit import design_effect
from ranking.diagnostics.fitted_model import fit_model
from ranking.diagnostics.position import PositionBias, position_bias
from ranking.errors import InputError, RankingError
from ranking.store.clusters import ClusterCounts, read_clusters
from ranking.store.duplicates import Duplicates, read_duplicates
from ranking.store.facets import covariates_held
from ranking.store.where import where
from ranking.tally import Games, Tally

_ENOUGH = 200_000  # rows that tell an effect common to all to a fraction of a point


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the checks need of a log besides its ratings: read once for each selection.

    Attributes
    ----------
    tally : Tally
    clusters : ClusterCounts
    duplicates : Duplicates
    position : PositionBias or str
        What being shown first is worth, or why it is not known.
    tie_scale, design_effect : float
        How much ties as half wins lower, and agreement on one item raises, the variance of scores.
    """

    tally: Tally
    clusters: ClusterCounts
    duplicates: Duplicates
    position: PositionBias | str
    tie_scale: float = 1.0
    design_effect: float = 1.0


def read_evidence(comparisons: Comparisons) -> Evidence:
    """Read what `trust_checks` needs of a log."""
    tally = comparisons.tally()
    with comparisons.store.reading() as connection:
        condition = where(connection, comparisons.arena, comparisons.selection)
        clusters = read_clusters(connection, comparisons.arena, condition)
        duplicates = read_duplicates(connection, comparisons.arena, condition)
        ordered = "position" in covariates_held(connection, comparisons.arena)
    position: PositionBias | str = "The log does not say, for both orders, who was shown first."
    if ordered:
        position = _read_position(comparisons)
    tie_scale = effect = 1.0
    try:
        fitted = fit_model(tally, ties="half", both_bad="tie", start=lambda names: None)
        tie_scale = fitted.tie_scale
        if clusters.items:
            games = comparisons.games()
            effect = design_effect(games.take(_part(games)), fitted)
    except InputError:  # nobody scored against anybody: the checks that need it say so themselves
        pass
    return Evidence(tally, clusters, duplicates, position, tie_scale, effect)


def _read_position(comparisons: Comparisons) -> PositionBias | str:
    """Estimate the advantage of being shown first, of a long log by a part of its items."""
    try:
        games = comparisons.games()
        covariates = comparisons.covariates(("position", "self-preference"))
        kept = _part(games)
        return position_bias(games.take(kept), covariates=covariates.take(kept))
    except RankingError as reason:
        return str(reason)


def _part(games: Games) -> npt.NDArray[np.bool_]:
    """Choose about `_ENOUGH` rows of a long log, by whole items where it knows them."""
    every = -(-len(games) // _ENOUGH)
    if every < 2:
        return np.ones(len(games), bool)
    unit = np.where(games.item >= 0, games.item, np.arange(len(games)))
    return np.asarray(unit % every == 0)

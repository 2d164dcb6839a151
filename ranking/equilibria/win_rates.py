"""From a log to a game: win rates by task and pair, shrunk towards Bradley–Terry strengths."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from ranking.capabilities.pooling import Pooled, pooled_strengths
from ranking.equilibria.clones import Classes
from ranking.equilibria.log_clones import MergedLog, Note, merge_clones
from ranking.equilibria.payoffs import EvaluationGame, ScoreGame, ZeroSumGame
from ranking.equilibria.results import Bools
from ranking.equilibria.shrinkage import (
    Dispersion,
    dispersion,
    drawn_departures,
    fitted_shrinkage,
    shrunken,
)
from ranking.equilibria.task_log import Entries, TaskCells, TaskLog, pair_entries, task_entries
from ranking.errors import InputError
from ranking.laplacian import Floats
from ranking.outcomes import BothBad
from ranking.tally import Games

if TYPE_CHECKING:
    from ranking.equilibria.task_scores import MergedScores

Payoff = Literal["wins", "scores"]

_ROUNDING = 1e-12  # of sums of votes, relative


@dataclass(frozen=True, eq=False)
class Fitted:
    """What was estimated of the cells of a log, by task and pair or by pair alone.

    Attributes
    ----------
    strengths : Pooled
    dispersion : Dispersion
        How much scores vary beside independent wins and losses.
    shrinkage : float
        kappa, in comparisons.
    """

    strengths: Pooled
    dispersion: Dispersion
    shrinkage: float

    def win_rates(self, cells: TaskCells) -> Floats:
        """Return the shrunken win rates of the cells that were fitted, shape (T, m, m)."""
        return shrunken(cells, self.strengths.own, self.shrinkage)

    def resampled(self, cells: TaskCells, rng: np.random.Generator) -> Floats:
        """Return win rates of resampled cells, their departures drawn again, shape (T, m, m).

        What a cell departs from the strengths is known as far as its comparisons tell; the rest
        is as uncertain, and scatters as the cells of the log do. The strengths follow what is drawn
        as they follow the departures in a log, so that a competitor's mean does not vary by what
        its comparisons have settled.
        """
        departure = drawn_departures(self.strengths.own, self.shrinkage, self.dispersion, rng)
        start = self.strengths
        share = cells.share - departure[cells.task, cells.first, cells.second]
        moved = replace(cells, score=cells.weight * np.clip(share, 0.0, 1.0))
        found = strengths_of(moved, self.dispersion, spread=start.spread, start=start)
        return shrunken(cells, found.own, self.shrinkage, departure)


@dataclass(frozen=True, eq=False)
class Held:
    """What was estimated once for a log, and stays when it is resampled.

    Attributes
    ----------
    merged : MergedLog
        The log without clones.
    tasks, pairs : Fitted
        With the tasks, and with all comparisons as one task; the same where there is one.
    """

    merged: MergedLog
    tasks: Fitted
    pairs: Fitted


@dataclass(frozen=True, eq=False)
class LogGame:
    """The games of a log, and what their payoffs rest on.

    Attributes
    ----------
    game : EvaluationGame
        Tasks against competitors; clones have equal payoffs.
    margins : ZeroSumGame
        Competitors alone, with all comparisons as one task.
    votes : ZeroSumGame
        Competitors alone: comparisons won less comparisons lost of each pair.
    score_game : ScoreGame, optional
        Competitors against tasks, where payoffs are scores.
    data_share : float
        Share of the cells (of a task and a pair, or of a task and a competitor) that hold data;
        the model fills the rest. Clones count once.
    spread : float, logits
        tau: how far strengths depart from task to task.
    shrinkage : float
        kappa: how many comparisons the strengths' prediction counts for.
    competitor_clones, task_clones : tuples of tuples of str
        Classes of two or more that count as one.
    comparisons_per_cell : float
        Median effective number of comparisons (or scored items) of the cells that hold data.
    rated : bool array, one per competitor of the log
        Who is in the game.
    notes : tuple of (str, type)
        Sentences about what was left out, each with the class of its warning.
    held : Held or MergedScores, optional
        What resampling keeps.
    """

    game: EvaluationGame
    margins: ZeroSumGame
    votes: ZeroSumGame
    score_game: ScoreGame | None
    data_share: float
    spread: float
    shrinkage: float
    competitor_clones: tuple[tuple[str, ...], ...]
    task_clones: tuple[tuple[str, ...], ...]
    comparisons_per_cell: float
    rated: Bools = field(default_factory=lambda: np.zeros(0, bool))
    notes: tuple[Note, ...] = ()
    held: "Held | MergedScores | None" = field(default=None, repr=False)


def log_game(
    log: TaskLog,
    *,
    payoff: Payoff = "wins",
    shrinkage: float | None = None,
    spread: float | None = None,
    declared: Sequence[Sequence[str]] = (),
    both_bad: BothBad = "tie",
) -> LogGame:
    """Build the games of a log: payoffs that sampling noise does not drive to 0 and 1.

    For task t and competitors i and j with N comparisons of which i took the share y,

        W = (N y + kappa P) / (N + kappa),    P = sigmoid(theta_ti - theta_tj),

    where the strengths ``theta_ti`` scatter around strengths overall with deviation tau (see
    `pooled_strengths`); a cell without comparisons has W = P. N is Kish's effective number where
    comparisons have weights. The margin ``2 W - 1`` is exactly antisymmetric. Clones are merged
    before anything is estimated (see `merge_clones`).

    Parameters
    ----------
    log : TaskLog
    payoff : {"wins", "scores"}, default "wins"
        Win rates as above; or mean scores of competitors on tasks (see `score_log_game`).
    shrinkage : float, optional
        kappa, 0 or more comparisons. By default the likelihood of the cells chooses it (see
        `fitted_shrinkage`).
    spread : float, optional
        tau in logits. By default the likelihood of the tasks chooses it.
    declared : sequence of sequences of str, default none
        Competitors to be treated as clones of each other.
    both_bad : {"tie", "drop"}, default "tie"

    Raises
    ------
    InputError
        If nothing is left to rate, a declared name is unknown, or the game is too large.
    ConvergenceError
        If the strengths do not settle.
    """
    if shrinkage is not None and not 0 <= shrinkage < np.inf:
        raise InputError(f"The shrinkage must be 0 or a number of comparisons, not {shrinkage}.")
    if payoff == "scores":
        from ranking.equilibria.task_scores import score_log_game

        return score_log_game(log, declared=declared, both_bad=both_bad)
    if payoff != "wins":
        raise InputError(f"The payoff must be wins or scores, not {payoff!r}.")
    merged = merge_clones(log.counted(both_bad), declared)
    own, games = merged.log, merged.log.games
    places = task_entries(own)
    cells = pairs = places.summed()
    tasks = alone = fitted(games, places, cells, spread, shrinkage)
    if not (own.partitioned and len(own.tasks) == 1):
        places = pair_entries(own)
        pairs = places.summed()
        alone = fitted(games, places, pairs, 0.0, shrinkage)
    rates = tasks.win_rates(cells), alone.win_rates(pairs)
    return game_of(Held(merged, tasks, alone), cells, pairs, *rates)


def fitted(
    games: Games,
    places: Entries,
    cells: TaskCells,
    spread: float | None,
    shrinkage: float | None,
) -> Fitted:
    """Estimate the dispersion, the strengths and kappa of cells; tau and kappa where not given."""
    phi = dispersion(games, places, cells)
    strengths = strengths_of(cells, phi, spread=spread)
    kappa = fitted_shrinkage(cells, strengths, phi) if shrinkage is None else shrinkage
    return Fitted(strengths, phi, kappa)


def strengths_of(
    cells: TaskCells, phi: Dispersion, *, spread: float | None, start: Pooled | None = None
) -> Pooled:
    """Fit the strengths of cells, with as many comparisons as their scores are worth."""
    n = cells.comparisons / phi.competitor
    score = n * np.clip(cells.share, 0.0, 1.0)
    codes = (cells.task, cells.first, cells.second)
    return pooled_strengths(cells.m, cells.tasks, *codes, n, score, spread=spread, start=start)


def resampled_game(
    held: Held, cells: TaskCells, pairs: TaskCells, rng: np.random.Generator
) -> LogGame:
    """Return the games of resampled cells, with all that was estimated of spreads held."""
    rates = alone = held.tasks.resampled(cells, rng)
    if pairs is not cells:
        alone = held.pairs.resampled(pairs, rng)
    return game_of(held, cells, pairs, rates, alone)


def game_of(
    held: Held, cells: TaskCells, pairs: TaskCells, rates: Floats, alone: Floats
) -> LogGame:
    """Build the games from win rates, and give each clone its class's payoffs.

    Parameters
    ----------
    held : Held
    cells, pairs : TaskCells
        By task and pair, and by pair alone.
    rates, alone : arrays of shapes (T, m, m) and (1, m, m)
        Their win rates.
    """
    competitors, classes = held.merged.competitors, held.merged.tasks
    names = competitors.names
    margin = classes.each(2 * rates - 1)
    alone_margin = 2 * alone[0] - 1
    k = cells.m
    return LogGame(
        game=EvaluationGame(classes.names, names, spread_out(margin, competitors)),
        margins=ZeroSumGame(names, spread_out(alone_margin, competitors)),
        votes=ZeroSumGame(names, spread_out(majority(pairs), competitors)),
        score_game=None,
        data_share=len(cells) / (cells.tasks * k * (k - 1) / 2),
        spread=held.tasks.strengths.spread,
        shrinkage=held.tasks.shrinkage,
        competitor_clones=competitors.groups,
        task_clones=classes.groups,
        comparisons_per_cell=float(np.median(cells.comparisons)),
        rated=held.merged.rated,
        notes=held.merged.notes,
        held=held,
    )


def spread_out(matrix: Floats, classes: Classes) -> Floats:
    """Give the members of each class its row and column, over the last two axes."""
    return classes.each(classes.each(matrix, axis=-1), axis=-2)


def majority(pairs: TaskCells) -> Floats:
    """Return comparisons won less comparisons lost, shape (m, m)."""
    margin = np.zeros((pairs.m, pairs.m))
    won = 2 * pairs.score - pairs.weight
    won[np.abs(won) <= _ROUNDING * pairs.weight] = 0.0  # a majority is not what sums are off by
    margin[pairs.first, pairs.second] = won
    return np.asarray(margin - margin.T)

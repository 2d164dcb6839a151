"""The rating methods by equilibria: what each plays, and what its points mean."""

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np

from ranking.equilibria.affinity import Affinity
from ranking.equilibria.alpha_rank import alpha_rank
from ranking.equilibria.coarse_correlated import coarse_correlated_equilibrium
from ranking.equilibria.deviation import deviation_ratings
from ranking.equilibria.logit import logit_equilibrium
from ranking.equilibria.maximal_lotteries import maximal_lotteries
from ranking.equilibria.nash import nash_averaging, nash_averaging_on_tasks
from ranking.equilibria.payoffs import EvaluationGame
from ranking.equilibria.win_rates import LogGame
from ranking.errors import InputError
from ranking.methods.equilibrium import EquilibriumMethod, Payoff
from ranking.methods.equilibrium_fit import Solution, noise_of, settled
from ranking.ratings import POINTS_PER_LOGIT

POINTS_PER_MARGIN = 2 * POINTS_PER_LOGIT
"""Points for a unit of the margin ``2 W - 1``: what it is worth in log-odds at even odds."""
POINTS_PER_PLACE = 100.0
"""Points for an expected place in maximal lotteries."""

_LEAST_SHARE = 1e-9  # of the largest: smaller masses of alpha-Rank are not told apart
_OF_MARGINS = "7 points for a percentage point of the score; 1000 holds its own"


@dataclass(frozen=True)
class NashAveraging(EquilibriumMethod):
    """Nash averaging: competitors against each other, or with scores against the tasks.

    The rating is the margin against the mix of competitors that nobody beats, the one of largest
    entropy where there are several. With ``payoff="scores"`` one player picks a competitor for its
    score and the other the task on which it is low.

    Parameters
    ----------
    payoff : {"wins", "scores"}, default "wins"
        Win rates over all comparisons, or the mean scores of competitors on tasks.

    References
    ----------
    Balduzzi et al. 2018, arXiv:1806.02643.
    """

    name: ClassVar[str] = "nash"
    title: ClassVar[str] = "Nash averaging"
    summary: ClassVar[str] = (
        "Rates each competitor by its margin against the mix of competitors that nobody beats. "
        "A copy of a competitor shares its place in that mix, so that copies change nothing."
    )
    unit: ClassVar[float] = POINTS_PER_MARGIN

    payoff: Payoff = "wins"

    def solve(self, game: LogGame, like: Solution | None = None) -> Solution:
        """See `EquilibriumMethod`."""
        if game.score_game is None:
            return Solution.of(nash_averaging(game.margins), self.unit)
        found = nash_averaging_on_tasks(game.score_game)
        assert found.competitor_mass is not None
        assert found.task_mass is not None
        assert found.contribution is not None
        value = float(found.competitor_mass @ found.competitor_rating)
        return Solution(
            rating=settled(found.competitor_rating - value) * self.unit,
            tasks=found.tasks,
            task_rating=settled(found.task_rating + value) * self.unit,
            mass=found.competitor_mass,
            task_mass=found.task_mass,
            contribution=(found.contribution - value * found.task_mass) * self.unit,
            exploitability=found.exploitability * self.unit,
            clones=found.competitor_clones,
            task_clones=found.task_clones,
        )

    @property
    def scale(self) -> str:
        """See `EquilibriumMethod`."""
        if self.payoff == "scores":
            return (
                "3.5 points for a hundredth of the range of scores; 1000 is the score of the best "
                "mix on the tasks that are hardest for it"
            )
        return f"{_OF_MARGINS} against the mix that nobody beats"


@dataclass(frozen=True)
class _OnTasks(EquilibriumMethod):
    """What the games of two competitors and a task share."""

    unit: ClassVar[float] = POINTS_PER_MARGIN

    payoff: Payoff = "wins"
    affinity: Literal["exact", "noise"] = "exact"

    def _kernel(self, game: LogGame, like: Solution | None) -> Affinity:
        if self.affinity == "exact":
            return Affinity()
        width = noise_of(game) if like is None else like.width
        return Affinity() if math.isnan(width) else Affinity(width=width)

    @property
    def scale(self) -> str:
        """See `EquilibriumMethod`."""
        if self.payoff == "scores":
            return (
                "3.5 points for a hundredth of the range of scores; 1000 holds its own against the "
                "equilibrium"
            )
        return f"{_OF_MARGINS} against the equilibrium"


@dataclass(frozen=True)
class LogitEquilibrium(_OnTasks):
    """The limiting logit equilibrium of a task and two competitors.

    One player picks the task that separates the two most, the others a competitor each. The path
    of logit answers, from the mix of largest affinity entropy, ends at one Nash equilibrium;
    ratings are margins against it.

    Parameters
    ----------
    payoff : {"wins", "scores"}, default "wins"
        Margins of win rates, or differences of the mean scores on each task.
    affinity : {"exact", "noise"}, default "exact"
        Whether only exact copies share one place at the start of the path, or also those that
        noise alone may set apart.

    References
    ----------
    Liu et al. 2025, arXiv:2502.20170. McKelvey and Palfrey 1995, doi:10.1006/game.1995.1023.
    """

    name: ClassVar[str] = "logit-equilibrium"
    title: ClassVar[str] = "Logit equilibrium"
    summary: ClassVar[str] = (
        "Rates each competitor by its margin where a third player picks the tasks that separate "
        "the competitors most and all three have settled. Copies of a competitor or of a task "
        "change nothing."
    )

    def solve(self, game: LogGame, like: Solution | None = None) -> Solution:
        """See `EquilibriumMethod`."""
        kernel = self._kernel(game, like)
        found = logit_equilibrium(game_of(game), affinity=kernel)
        return Solution.of(found, self.unit, width=kernel.width)


@dataclass(frozen=True)
class CoarseCorrelated(_OnTasks):
    """The coarse correlated equilibrium nearest to the affinity target.

    A mediator draws a task and two competitors; nobody gains by leaving it for a fixed pick. The
    rating is what that pick would gain.

    Parameters
    ----------
    payoff : {"wins", "scores"}, default "wins"
        Margins of win rates, or differences of the mean scores on each task.
    affinity : {"exact", "noise"}, default "exact"
        Whether only exact copies share one place in the target, or also those that noise alone may
        set apart.

    References
    ----------
    Liu et al. 2025, arXiv:2502.20170.
    """

    name: ClassVar[str] = "cce"
    title: ClassVar[str] = "Coarse correlated equilibrium"
    summary: ClassVar[str] = (
        "Rates each competitor by what always picking it would gain where a mediator draws tasks "
        "and competitors so that nobody gains. Of all such draws the one nearest to an even say "
        "is taken, in which copies share one place."
    )

    def solve(self, game: LogGame, like: Solution | None = None) -> Solution:
        """See `EquilibriumMethod`."""
        kernel = self._kernel(game, like)
        found = coarse_correlated_equilibrium(game_of(game), affinity=kernel)
        return Solution.of(found, self.unit, width=kernel.width)


@dataclass(frozen=True)
class DeviationRatings(EquilibriumMethod):
    """Deviation ratings: gains from deviating in the strictest coarse correlated equilibrium.

    The best tier is at 1000, for competitors and for tasks.

    Parameters
    ----------
    payoff : {"wins", "scores"}, default "wins"
        Margins of win rates, or differences of the mean scores on each task.

    References
    ----------
    Marris et al. 2025, arXiv:2502.11645.
    """

    name: ClassVar[str] = "deviation"
    title: ClassVar[str] = "Deviation ratings"
    summary: ClassVar[str] = (
        "Rates each competitor by what always picking it would gain where all such gains are as "
        "small as they can be, the largest first. Copies, mixtures and handicaps change nothing, "
        "and who is worse on every task is never rated higher."
    )
    unit: ClassVar[float] = POINTS_PER_MARGIN

    payoff: Payoff = "wins"

    def solve(self, game: LogGame, like: Solution | None = None) -> Solution:
        """See `EquilibriumMethod`."""
        found = deviation_ratings(game_of(game))
        best, best_task = found.competitor_rating.max(), found.task_rating.max()
        from_best = replace(
            found,
            competitor_rating=found.competitor_rating - best,
            task_rating=found.task_rating - best_task,
        )
        return Solution.of(from_best, self.unit)

    @property
    def scale(self) -> str:
        """See `EquilibriumMethod`."""
        if self.payoff == "scores":
            return "3.5 points for a hundredth of the range of scores; 1000 is the best tier"
        return "7 points for a percentage point of the score; 1000 is the best tier"


@dataclass(frozen=True)
class AlphaRank(EquilibriumMethod):
    """alpha-Rank: where a population of imitators spends its time.

    Shares below a billionth of the largest count as a billionth.

    Parameters
    ----------
    intensity : float, optional
        The intensity of selection, 0.1 by default: between two competitors, a share of 55% is then
        worth 85 points. None raises it until the order no longer changes; among many competitors
        that leaves all time to the first.

    References
    ----------
    Omidshafiei et al. 2019, doi:10.1038/s41598-019-45619-9.
    """

    name: ClassVar[str] = "alpha-rank"
    title: ClassVar[str] = "α-Rank"
    summary: ClassVar[str] = (
        "Rates each competitor by the share of time that a population of imitators spends with it, "
        "which also ranks competitors that beat each other in a circle. Copies take shares of "
        "their own: unlike the other equilibrium ratings it is moved by them."
    )
    unit: ClassVar[float] = POINTS_PER_LOGIT

    intensity: float | None = 0.1

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.intensity is not None and not self.intensity > 0:
            raise InputError(f"The intensity of selection must be positive, not {self.intensity}.")

    def solve(self, game: LogGame, like: Solution | None = None) -> Solution:
        """See `EquilibriumMethod`."""
        intensity = self.intensity if like is None else like.precision
        found = alpha_rank(game.margins.margin / 2, intensity=intensity)
        share = np.maximum(found.mass / found.mass.max(), _LEAST_SHARE)
        return Solution(
            rating=np.log(share) * self.unit, mass=found.mass, precision=found.intensity
        )

    @property
    def scale(self) -> str:
        """See `EquilibriumMethod`."""
        return "400 points for a factor of 10 in the share of time; 1000 has the largest share"


@dataclass(frozen=True)
class MaximalLottery(EquilibriumMethod):
    """Maximal lotteries over majority margins, drawn again among those that were left.

    The rating is 100 points for each place that is expected: who is drawn takes the first place of
    its level, and the others of the level share the places behind it.

    References
    ----------
    Fishburn 1984, doi:10.2307/2297786. Lanctot et al. 2023, arXiv:2312.03121.
    """

    name: ClassVar[str] = "maximal-lottery"
    title: ClassVar[str] = "Maximal lotteries"
    summary: ClassVar[str] = (
        "Draws the winner by the lottery that no competitor beats by votes, then goes on among "
        "those it never draws; each expected place costs 100 points. Copies of a competitor share "
        "one place."
    )
    unit: ClassVar[float] = POINTS_PER_PLACE
    modelled: ClassVar[bool] = False

    def solve(self, game: LogGame, like: Solution | None = None) -> Solution:
        """See `EquilibriumMethod`."""
        found = maximal_lotteries(game.votes)
        copies = np.ones(len(found.competitors))
        for group in found.clones:  # copies take one place, and share one chance
            copies[[found.competitors.index(name) for name in group]] = len(group)
        levels = int(found.level.max())
        chance = (found.score - (levels - found.level)) * copies
        size = np.bincount(found.level, 1 / copies)
        above = (np.cumsum(size) - size)[found.level]
        # Who is drawn has the level's first place; the others share the rest of them.
        place = above + (1 - chance) * size[found.level] / 2
        largest = float(np.abs(game.votes.margin).max()) or 1.0
        return Solution(
            rating=np.round(-place * self.unit, 6),  # equal chances are tied
            mass=found.lottery,
            exploitability=found.exploitability / largest * self.unit,
            stages=levels,
            clones=found.clones,
        )

    @property
    def scale(self) -> str:
        """See `EquilibriumMethod`."""
        return "100 points for an expected place; 1000 is sure of the first"


def game_of(game: LogGame) -> EvaluationGame:
    """Return the game of a task and two competitors, of scores where they were asked for."""
    scores = game.score_game
    if scores is None:
        return game.game
    return EvaluationGame.from_scores(
        scores.competitors, scores.tasks, scores.score, normalise="none"
    )

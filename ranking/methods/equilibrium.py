"""What the rating methods by equilibria share: from a log to ratings with intervals."""

import math
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass, replace
from typing import Any, ClassVar, Literal, cast

import numpy as np

from ranking.comparisons import Comparisons
from ranking.equilibria.resampling import resampled_games, resampling_rule
from ranking.equilibria.task_log import TaskLog
from ranking.equilibria.win_rates import LogGame, log_game
from ranking.errors import InputError
from ranking.laplacian import DENSE_LIMIT, Codes
from ranking.methods.components import counted
from ranking.methods.equilibrium_fit import Replicates, Solution
from ranking.methods.equilibrium_groups import among, groups_of
from ranking.methods.equilibrium_outcome import Played, estimate_of, notes_of
from ranking.methods.results import ratings_from
from ranking.outcomes import BothBad
from ranking.progress import Watch
from ranking.ratings import Ratings
from ranking.tally import Games, Tally
from ranking.uncertainty.intervals import ClusterSetting
from ranking.uncertainty.quantiles import check_level

Payoff = Literal["wins", "scores"]

_FEWEST_RESAMPLES = 20
_STOPPED = "The rating was cancelled; nothing of it was kept."
_OWN_SHARE = 0.1  # of the work on a game that its own solution takes


@dataclass(frozen=True)
class EquilibriumMethod(ABC):
    """A rating method by an equilibrium of the game that a log's win rates make.

    Win rates are shrunk towards Bradley–Terry with strengths of their own on each task, and those
    of pairs that never met are the model's (see `log_game`). Intervals come from resampling the log
    through all of it. The ratings rank; they do not predict the score between two competitors.

    Parameters
    ----------
    tasks : str, default "auto"
        What the tasks are: "capability" ("capability:PATH" for the children of one), "judge",
        "item", the name of an imported field, or "none". "auto" takes capabilities where the arena
        has any, else items where there are 2 to 50, else none. Of a log that names its tasks, those
        are taken.
    depth : int, default 1
        Level of the capabilities.
    clones : tuple of tuples of str, default none
        Competitors to be taken as one and the same.
    both_bad : {"tie", "drop"}, default "tie"
        Count both-bad as a tie, or leave it out.
    shrinkage : float, optional
        For how many comparisons the model counts in each win rate; estimated by default.
    cluster : {"auto", "item", "judge", "both", "none"}, default "auto"
        Which comparisons are not independent, and are resampled together (see `BradleyTerry`).
    resamples : int, default 200
        Resampled logs that the intervals rest on; 0 for none, else at least 20.
    level : float, default 0.95
        Confidence level of the intervals.
    seed : int, default 0
        Seed of the resampling.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    predicts: ClassVar[bool] = False
    unit: ClassVar[float]
    """Points for a unit of payoff."""
    modelled: ClassVar[bool] = True
    """Whether win rates, or scores, are played; else votes, which no model shrinks or fills."""

    tasks: str = "auto"
    depth: int = 1
    clones: tuple[tuple[str, ...], ...] = ()
    both_bad: BothBad = "tie"
    shrinkage: float | None = None
    cluster: ClusterSetting = "auto"
    resamples: int = 200
    level: float = 0.95
    seed: int = 0

    def __post_init__(self) -> None:
        check_level(self.level)
        if self.depth < 1:
            raise InputError(f"The depth of the tasks must be at least 1, not {self.depth}.")
        if self.resamples and self.resamples < _FEWEST_RESAMPLES:
            raise InputError(
                f"Intervals need at least {_FEWEST_RESAMPLES} resamples, not {self.resamples}; "
                "0 gives none."
            )
        if self.shrinkage is not None and not 0 <= self.shrinkage < math.inf:
            raise InputError(
                f"The shrinkage must be 0 or a number of comparisons, not {self.shrinkage}."
            )
        if self.shrinkage is not None and not (self.modelled and self._payoff == "wins"):
            what = "Mean scores" if self.modelled else "The votes of maximal lotteries"
            raise InputError(f"{what} are not shrunk; leave the shrinkage out.")

    @property
    def settings(self) -> dict[str, Any]:
        """The settings, as JSON values."""
        return asdict(self)

    @property
    @abstractmethod
    def scale(self) -> str:
        """What a point means and, after a semicolon, what 1000 means."""

    @abstractmethod
    def solve(self, game: LogGame, like: Solution | None = None) -> Solution:
        """Rate the competitors of a game, in points around zero.

        Parameters
        ----------
        game : LogGame
        like : Solution, optional
            The solution of the log itself, where the game is that of a resampled one: what was
            chosen there by the data is held.
        """

    def rate(
        self, evidence: Comparisons | TaskLog | Games | Tally, *, watch: Watch | None = None
    ) -> Ratings:
        """Rate the competitors of a log.

        Parameters
        ----------
        evidence : Comparisons, TaskLog, Games or Tally
            The log. Games and a tally know no tasks: all their comparisons are one.
        watch : Watch, optional
            Is told how far the work is, and can stop it between two resamples.

        Returns
        -------
        Ratings
            With an `EquilibriumReport`.

        Raises
        ------
        InputError
            If nothing is left to rate, there are too many competitors or tasks, or the log has no
            such tasks, clusters or clones.
        ConvergenceError
            If no equilibrium is found, or none in more than one in five resampled logs.
        CancelledError
            If the user stopped it.
        """
        watch = watch or Watch(when_stopped=_STOPPED)
        watch.tell(0.0, "reading the log")
        log = self._log(evidence)
        tally = counted(log.games.tally(), self.both_bad)
        pairs = tally.pairs()
        if not len(pairs.first):
            raise InputError("There are no comparisons to rate in this selection.")
        if pairs.m > DENSE_LIMIT:
            raise InputError(
                f"{self.title} rates at most {DENSE_LIMIT:,} competitors at once, and here are "
                f"{pairs.m:,}; select fewer of them, or use Bradley–Terry."
            )
        groups = groups_of(log, self.both_bad, self.clones)
        masks = groups.masks
        if not masks:
            raise InputError(
                "Fewer than two competitors that are no declared clones of each other have met."
            )
        bounds = np.linspace(0, 1, len(masks) + 1)
        found = [
            self._play(among(log, mask), np.flatnonzero(mask), watch.over(start, stop))
            for mask, start, stop in zip(masks, bounds, bounds[1:], strict=False)
        ]
        estimate = estimate_of(log, groups, found, level=self.level, modelled=self.modelled)
        drawn = any(one.replicates is not None for one in found)
        words = self._interval_words(log) if drawn else "none"
        estimate = replace(estimate, interval=words, scale=self.scale)
        notes = notes_of(tally.competitors, groups, found, modelled=self.modelled)
        return ratings_from(evidence, tally, pairs, self, estimate, notes)

    def _log(self, evidence: Comparisons | TaskLog | Games | Tally) -> TaskLog:
        scores = self._payoff == "scores"
        if isinstance(evidence, Comparisons):
            return evidence.tasks(self.tasks, depth=self.depth, scores=scores)
        if isinstance(evidence, TaskLog):
            log = evidence
        elif self.tasks in ("auto", "none"):
            log = TaskLog.single(evidence)
        else:
            raise InputError(
                "A log without an arena knows no tasks; rate the comparisons of an arena, a "
                "TaskLog, or choose tasks='none'."
            )
        if scores and log.scores is None:
            raise InputError("This log has no scores to rate by; use payoff='wins'.")
        return log

    @property
    def _payoff(self) -> Payoff:
        return cast(Payoff, getattr(self, "payoff", "wins"))

    def _play(self, log: TaskLog, members: Codes, watch: Watch) -> Played:
        """Solve the game of one group, whose members have these positions in the whole log."""
        watch.tell(0.0, "solving the game")
        if self._all_even(log):
            return Played(members, None, Solution.even(len(members)), None)
        game = self._game(log)
        solution = self.solve(game)
        replicates = None
        if self.resamples:
            games = resampled_games(
                log, game, cluster=self.cluster, resamples=self.resamples, seed=self.seed
            )
            rest = watch.over(_OWN_SHARE, 1.0)
            replicates = Replicates.of(
                games, self.solve, solution, count=self.resamples, watch=rest
            )
        return Played(members[game.rated], game, solution, replicates)

    def _all_even(self, log: TaskLog) -> bool:
        if self._payoff == "scores" and log.scores is not None:
            return len(np.unique(log.scores.score)) < 2
        return bool((counted(log.games, self.both_bad).score == 0.5).all())

    def _game(self, log: TaskLog) -> LogGame:
        inside = set(log.games.competitors)
        return log_game(
            log,
            payoff=self._payoff,
            shrinkage=self.shrinkage,
            declared=[group for group in self.clones if inside & set(group)],
            both_bad=self.both_bad,
        )

    def _interval_words(self, log: TaskLog) -> str:
        drawn = f"bootstrap of {self.resamples:,} resampled logs"
        if self._payoff == "scores":
            return f"{drawn}, clustered by item"
        by = resampling_rule(log, self.cluster).by
        words = {"both": "clustered by item and judge", None: "independent comparisons"}
        return f"{drawn}, {words.get(by, f'clustered by {by}')}"

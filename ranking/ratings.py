"""Ratings: the one result type of every rating method."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, stdtr

from ranking.comparisons import Comparisons
from ranking.errors import InputError, SelectionError
from ranking.uncertainty.quantiles import quantile

if TYPE_CHECKING:
    import pandas as pd

    from ranking.equilibria.report import EquilibriumReport

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Status = Literal["ok", "provisional", "unbeaten", "winless", "separated", "no_games"]

POINTS_PER_LOGIT = 400 / math.log(10)
"""Elo points per unit of log-odds: 400 points are a factor of 10 in odds."""
MEAN_POINTS = 1000.0
ODDS_SCALE = "400 points for a factor of 10 in odds; mean 1000"
"""What a point and what 1000 means for methods whose ratings are log-odds."""
OUTSIDE_OPTION = "outside option"
"""The parameter that is a rating: where both-bad stands among the competitors of component 0."""

STATUS_WORDS: Mapping[str, str] = {
    "ok": "",
    "provisional": "provisional",
    "unbeaten": "never beaten",
    "winless": "never won",
    "separated": "only one-sided evidence",
    "no_games": "no comparisons",
}
"""What each status is called on a screen."""


class Method(Protocol):
    """Anything that rates: a frozen dataclass of settings with a pure `rate`.

    Attributes
    ----------
    name, title : str
        As programs and as screens call it.
    summary : str
        What its ratings mean, in two plain sentences.
    predicts : bool
        Whether a difference of ratings is an expectation of the score between the two.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    summary: ClassVar[str]
    predicts: ClassVar[bool]

    def rate(self, comparisons: Comparisons) -> "Ratings":
        """Rate the competitors of a log."""
        ...

    @property
    def settings(self) -> dict[str, Any]:
        """The settings, as JSON values."""
        ...


@dataclass(frozen=True)
class Parameter:
    """A parameter of a method besides the ratings: a coefficient, the frequency of ties.

    Attributes
    ----------
    name : str
        As in the method's formula, or the name of a covariate.
    estimate, std_error, low, high : float
        Estimate, standard error and confidence limits, in `unit`; NaN where unknown.
    unit : str
        "points", "points per SD" (of a covariate), or empty for a pure number.
    """

    name: str
    estimate: float
    std_error: float
    low: float
    high: float
    unit: str = ""

    def moved(self, by: float) -> "Parameter":
        """Return the parameter with another zero of its scale."""
        low, high = self.low + by, self.high + by
        return replace(self, estimate=self.estimate + by, low=low, high=high)


@dataclass(frozen=True)
class Difference:
    """By how much one competitor is rated above another.

    Attributes
    ----------
    estimate, std_error, low, high : float
        In points; infinite limits where the evidence is one-sided, NaN where the two cannot be
        compared.
    p_value : float
        Two-sided p-value of "equally strong".
    """

    estimate: float
    std_error: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True, eq=False)
class Ratings:
    """Ratings of m competitors, with their uncertainty and every setting that produced them.

    Competitors keep the order of the log's codes; `table` sorts them by rank.

    Attributes
    ----------
    competitors : tuple of str, length m
        Names.
    rating : float array of shape (m,)
        Points; `scale` says what they mean. NaN where there is no game.
    low, high : float arrays of shape (m,)
        Confidence limits of `rating` at `level`; infinite on the side that the evidence leaves
        open, NaN where nothing is known.
    std_error : float array of shape (m,)
        Standard error of `rating`, in points, in the gauge in which ratings sum to a constant.
    rank, rank_low, rank_high : float arrays of shape (m,)
        Competition rank within the component and its rank set; NaN where there is no rating. Rank
        sets hold for all competitors at once where `better` is known; else they are those of
        `overlap_low` and `overlap_high`.
    games, win_rate : float arrays of shape (m,)
        Number of comparisons; share of the possible score, ties half.
    status : tuple of str, length m
        See `STATUS_WORDS`.
    component : int array of shape (m,)
        Competitors of different components never met, directly or through others: their ratings
        cannot be compared. The largest is 0.
    covariance : float array of shape (m, m), optional
        Covariance of `rating` in points squared; None where a method has none.
    df : float
        Degrees of freedom of the covariance of the largest component; infinite for a normal
        quantile.
    own_df : float array of shape (m,), optional
        Those of each competitor's own component, where components differ in their clusters.
    overlap_low, overlap_high : float arrays of shape (m,)
        The ranks that overlapping intervals allow one competitor at a time (the rule of Chatbot
        Arena).
    better : bool array of shape (m, m), optional
        ``better[i, j]``: i is better than j, all such statements holding at once at `level`.
    tiers : tuple of str, length m
        Compact letters: two competitors share one exactly where neither is better. Empty without
        `better`.
    rank_sets : str
        How the rank sets were found, in words.
    parameters : tuple of Parameter
        What else the method estimated.
    unadjusted : float array of shape (m,), optional
        `rating` without the covariates of a contextual method.
    effective_comparisons : float
        Kish's effective number of comparisons, ``(sum w)^2 / sum w^2``.
    method : str
        Name of the method.
    settings : mapping
        The method's settings.
    interval : str
        How the intervals were computed, in words.
    level : float
        Confidence level.
    comparisons : float
        How many comparisons entered.
    log_loss : float
        Mean negative log-likelihood per comparison in nats, a tie counting as half a win; where
        the method models ties, of the outcomes that it models. NaN where the method does not
        predict.
    selection : dict
        The selection that was rated.
    arena, noun : str
        What was rated.
    simulated : bool
        Whether the evidence was simulated.
    warnings : tuple of str
        Plain sentences about the evidence.
    iterations : int
        How many the fit took.
    anchor : (str, float), optional
        The competitor whose rating was set, and the points it was set to.
    scale : str
        What a point means and, after a semicolon, what 1000 means.
    equilibrium : EquilibriumReport, optional
        The equilibrium behind the ratings, where there is one.
    """

    competitors: tuple[str, ...]
    rating: Floats
    low: Floats
    high: Floats
    std_error: Floats
    rank: Floats
    rank_low: Floats
    rank_high: Floats
    games: Floats
    win_rate: Floats
    status: tuple[Status, ...]
    component: Codes
    method: str
    settings: Mapping[str, Any]
    interval: str
    level: float
    comparisons: float
    log_loss: float
    covariance: Floats | None = None
    df: float = math.inf
    own_df: Floats | None = None
    overlap_low: Floats | None = None
    overlap_high: Floats | None = None
    better: npt.NDArray[np.bool_] | None = None
    tiers: tuple[str, ...] = ()
    rank_sets: str = "none"
    parameters: tuple[Parameter, ...] = ()
    unadjusted: Floats | None = None
    effective_comparisons: float = math.nan
    selection: Mapping[str, Any] = field(default_factory=dict)
    arena: str = ""
    noun: str = "competitor"
    simulated: bool = False
    warnings: tuple[str, ...] = ()
    iterations: int = 0
    anchor: tuple[str, float] | None = None
    scale: str = ODDS_SCALE
    equilibrium: "EquilibriumReport | None" = None

    def __len__(self) -> int:
        return len(self.competitors)

    def index(self, competitor: str) -> int:
        """Return the position of a competitor.

        Raises
        ------
        SelectionError
            If it is not rated here.
        """
        try:
            return self.competitors.index(competitor)
        except ValueError:
            raise SelectionError(
                f"There is no {self.noun} {competitor!r} in these ratings."
            ) from None

    def anchored(self, competitor: str, points: float) -> "Ratings":
        """Shift the ratings of a competitor's component so that its rating becomes `points`.

        Standard errors, ranks and the widths of intervals stay as they are: they are those of the
        gauge in which ratings sum to a constant, and a shift adds no uncertainty to them.

        Raises
        ------
        SelectionError
            If the competitor is not rated here.
        """
        at = self.index(competitor)
        if not math.isfinite(self.rating[at]):
            raise SelectionError(f"{competitor!r} has no rating that others could be anchored to.")
        shift = np.where(self.component == self.component[at], points - self.rating[at], 0.0)
        by = float(shift[np.argmin(self.component)])
        return replace(
            self,
            rating=self.rating + shift,
            low=self.low + shift,
            high=self.high + shift,
            unadjusted=None if self.unadjusted is None else self.unadjusted + shift,
            parameters=tuple(
                parameter.moved(by) if parameter.name == OUTSIDE_OPTION else parameter
                for parameter in self.parameters
            ),
            anchor=(competitor, points),
            scale=f"{self.scale.partition(';')[0]}; {competitor} set to {points:g}",
        )

    @property
    def predicts(self) -> bool:
        """Whether a difference of ratings is an expectation of the score between the two."""
        return self.equilibrium is None

    @property
    def quantile(self) -> float:
        """How many standard errors an interval of the largest component reaches to either side."""
        return quantile(self.level, self.df)

    def difference(self, first: str, second: str) -> Difference:
        """Return by how much `first` is rated above `second`, with its own interval.

        ``se^2 = V_ii + V_jj - 2 V_ij``: two marginal intervals may overlap where the difference
        is beyond doubt, so that they are never compared with each other.

        Raises
        ------
        SelectionError
            If either is not rated here.
        """
        i, j = self.index(first), self.index(second)
        if i == j:
            return Difference(0.0, 0.0, 0.0, 0.0, 1.0)
        if self.component[i] != self.component[j] or not math.isfinite(
            self.rating[i] - self.rating[j]
        ):
            return Difference(math.nan, math.nan, math.nan, math.nan, math.nan)
        gap = float(self.rating[i] - self.rating[j])
        if math.isnan(self.std_error[i] + self.std_error[j]):
            # One-sided evidence has no standard error: the outermost limits of the two hold.
            low, high = float(self.low[i] - self.high[j]), float(self.high[i] - self.low[j])
            return Difference(gap, math.nan, low, high, math.nan)
        if self.covariance is None:
            return Difference(gap, math.nan, math.nan, math.nan, math.nan)
        v = self.covariance
        error = math.sqrt(max(float(v[i, i] + v[j, j] - 2 * v[i, j]), 0.0))
        df = self.df if self.own_df is None else float(self.own_df[i])
        half = quantile(self.level, df) * error
        return Difference(gap, error, gap - half, gap + half, _two_sided(gap, error, df))

    def draws(self, count: int = 1000, *, seed: int = 0) -> Floats:
        """Draw ratings around the estimate with the covariance of the intervals.

        ``R* = R + e`` with ``e ~ N(0, V)``: the one-step Newton bootstrap at score level. Where
        intervals have few degrees of freedom, their t quantiles reach further than the draws.
        Equilibrium ratings, which are no normal variables, are drawn from their replicates.

        Returns
        -------
        float array of shape (count, m)
            In points; NaN where a competitor has no covariance.

        Raises
        ------
        InputError
            If the method has no covariance.
        """
        from ranking.uncertainty.rank_sets import draw_strengths

        if self.covariance is None:
            raise InputError("These ratings have no covariance to draw from.")
        replicates = None if self.equilibrium is None else self.equilibrium.replicates
        if replicates is not None:
            return replicates[np.random.default_rng(seed).integers(len(replicates), size=count)]
        known = np.isfinite(np.diag(self.covariance))
        drawn = np.full((count, len(self)), np.nan)
        inner = self.covariance[np.ix_(known, known)]
        drawn[:, known] = self.rating[known] + draw_strengths(inner, draws=count, seed=seed)
        return drawn

    @property
    def order(self) -> Codes:
        """Positions of the competitors from best to worst: by component, then by rating."""
        rating = np.where(np.isnan(self.rating), -np.inf, self.rating)
        return np.lexsort((np.array(self.competitors), -rating, self.component))

    def table(self) -> "pd.DataFrame":
        """Return the leaderboard, best first, with the columns of the JSON contract."""
        import pandas as pd

        columns = {
            "competitor": np.array(self.competitors, dtype=object),
            "rank": self.rank,
            "rank_low": self.rank_low,
            "rank_high": self.rank_high,
            "rating": self.rating,
            "low": self.low,
            "high": self.high,
            "std_error": self.std_error,
            "games": self.games,
            "win_rate": self.win_rate,
            "status": np.array(self.status, dtype=object),
            "component": self.component,
            "tier": np.array(self.tiers or [None] * len(self), dtype=object),
            "overlap_low": self._known(self.overlap_low),
            "overlap_high": self._known(self.overlap_high),
            "unadjusted": self._known(self.unadjusted),
        }
        whole = dict.fromkeys(
            ("rank", "rank_low", "rank_high", "overlap_low", "overlap_high"), "Int64"
        )
        frame = pd.DataFrame({name: values[self.order] for name, values in columns.items()})
        return frame.astype(whole)

    def _known(self, values: Floats | None) -> Floats:
        return np.full(len(self), np.nan) if values is None else values

    def __str__(self) -> str:
        from ranking.leaderboard import as_text

        return as_text(self, limit=20)

    __repr__ = __str__


def _two_sided(gap: float, error: float, df: float) -> float:
    if error == 0:
        return 1.0 if gap == 0 else 0.0
    z = -abs(gap) / error
    return 2 * float(stdtr(df, z) if math.isfinite(df) else ndtr(z))

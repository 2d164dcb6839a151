"""Ratings: the one result type of every rating method."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

import numpy as np
import numpy.typing as npt

from ranking.comparisons import Comparisons
from ranking.errors import SelectionError

if TYPE_CHECKING:
    import pandas as pd

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]
Status = Literal["ok", "provisional", "unbeaten", "winless", "separated", "no_games"]

POINTS_PER_LOGIT = 400 / math.log(10)
"""Elo points per unit of log-odds: 400 points are a factor of 10 in odds."""
MEAN_POINTS = 1000.0

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
    """Anything that rates: a frozen dataclass of settings with a pure `rate`."""

    name: ClassVar[str]

    def rate(self, comparisons: Comparisons) -> "Ratings":
        """Rate the competitors of a log."""
        ...

    @property
    def settings(self) -> dict[str, Any]:
        """The settings, as JSON values."""
        ...


@dataclass(frozen=True, eq=False)
class Ratings:
    """Ratings of m competitors, with their uncertainty and every setting that produced them.

    Competitors keep the order of the log's codes; `table` sorts them by rank.

    Attributes
    ----------
    competitors : tuple of str, length m
        Names.
    rating : float array of shape (m,)
        Points: 400 per factor 10 of odds, mean 1000 in each component unless anchored. NaN where
        there is no game.
    low, high : float arrays of shape (m,)
        Confidence limits of `rating` at `level`; infinite on the side that the evidence leaves
        open, NaN where nothing is known.
    std_error : float array of shape (m,)
        Standard error of `rating`, in points, in the gauge in which ratings sum to a constant.
    rank, rank_low, rank_high : float arrays of shape (m,)
        Competition rank within the component and the range of ranks that the intervals allow;
        NaN where there is no rating.
    games, win_rate : float arrays of shape (m,)
        Number of comparisons; share of the possible score, ties half.
    status : tuple of str, length m
        See `STATUS_WORDS`.
    component : int array of shape (m,)
        Competitors of different components never met, directly or through others: their ratings
        cannot be compared. The largest is 0.
    covariance : float array of shape (m, m), optional
        Covariance of `rating` in points squared; None where a method has none.
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
        Mean negative log-likelihood per comparison in nats, a tie counting as half a win.
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
    selection: Mapping[str, Any] = field(default_factory=dict)
    arena: str = ""
    noun: str = "competitor"
    simulated: bool = False
    warnings: tuple[str, ...] = ()
    iterations: int = 0
    anchor: tuple[str, float] | None = None

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
        return replace(
            self,
            rating=self.rating + shift,
            low=self.low + shift,
            high=self.high + shift,
            anchor=(competitor, points),
        )

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
        }
        whole = dict.fromkeys(("rank", "rank_low", "rank_high"), "Int64")
        frame = pd.DataFrame({name: values[self.order] for name, values in columns.items()})
        return frame.astype(whole)

    def __str__(self) -> str:
        from ranking.leaderboard import as_text

        return as_text(self, limit=20)

    __repr__ = __str__

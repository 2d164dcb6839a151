"""Results of one competitor by judge, capability, imported field and presentation order."""

import math
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

import numpy as np

from ranking.comparisons import Comparisons
from ranking.outcomes import BothBad
from ranking.ratings import Ratings
from ranking.store.breakdown import ClusterBy, Results, Sums, read_results
from ranking.store.log import read_tally
from ranking.store.where import where
from ranking.tally import Tally
from ranking.uncertainty.intervals import FEWEST_JUDGES
from ranking.uncertainty.shares import Floats, effective_comparisons, share_limits
from ranking.wording import percent


@dataclass(frozen=True)
class Share:
    """A share of the possible score, a tie counting as half, with its confidence limits.

    All are in [0, 1], or NaN where nothing is known.
    """

    estimate: float
    low: float
    high: float

    @property
    def mirrored(self) -> "Share":
        """The other side's share."""
        return Share(1 - self.estimate, 1 - self.high, 1 - self.low)

    def words(self, what: str = "") -> str:
        """Write the share as "62% (52 to 71%)"; `what` goes before the interval.

        Nothing is written where the share is not known.
        """
        if math.isnan(self.estimate):
            return ""
        narrow = self.high - self.low < 0.03
        limits = [percent(limit, 1 if narrow else 0) for limit in (self.low, self.high)]
        known = not math.isnan(self.low + self.high)
        interval = f" ({limits[0].removesuffix('%')} to {limits[1]})" if known else ""
        return f"{percent(self.estimate, 1 if narrow else 0)}{what}{interval}"


@dataclass(frozen=True)
class Slice:
    """Results of one competitor under one value of a field.

    Attributes
    ----------
    value : str
        The value: a judge, the path of a capability, "shown first", ...
    wins, ties, losses, both_bad, soft : float
        Comparisons by outcome, seen from the competitor; a soft outcome lies between a win and a
        loss.
    share, low, high : float
        Share of the possible score with its confidence limits, in [0, 1]; NaN where no comparison
        counts.
    """

    value: str
    wins: float
    ties: float
    losses: float
    both_bad: float
    share: float
    low: float
    high: float
    soft: float = 0.0

    @property
    def comparisons(self) -> float:
        """How many comparisons, of any outcome."""
        return self.wins + self.ties + self.losses + self.both_bad + self.soft

    @property
    def observed(self) -> Share:
        """The share with its limits."""
        return Share(self.share, self.low, self.high)


@dataclass(frozen=True)
class Breakdown:
    """Results of one competitor under each value of a field.

    Attributes
    ----------
    by : str
        "judge", "capability", "presentation order" or the name of an imported field.
    slices : tuple of Slice
        Most comparisons first.
    left_out : int
        How many further values are not listed.
    """

    by: str
    slices: tuple[Slice, ...]
    left_out: int = 0


@dataclass(frozen=True, eq=False)
class Shares:
    """Shares of the possible score, one entry per value of a field.

    Attributes
    ----------
    share, low, high : float arrays
        Shares with their confidence limits, in [0, 1]; NaN where no comparison counts.
    effective : float array
        How many independent comparisons each rests on.
    """

    share: Floats
    low: Floats
    high: Floats
    effective: Floats

    @classmethod
    def of(cls, sums: Sums, level: float) -> "Shares":
        """Return the shares of sums over a log.

        The limits are Wilson's, with the variance that the scores show and with the number of
        comparisons divided by the clusters' design effect: the clustered variance of the share
        (CR1) over that of independent comparisons, at least 1. Where all scores of a value are the
        same, its clusters show none, and the design effect is that of all values together; where
        that is unknown too, the comparisons of a cluster count as one. Comparisons of a single
        cluster count as independent, and speak for that cluster only.
        """
        with np.errstate(divide="ignore", invalid="ignore"):
            p = sums.score / sums.weight
            apart = sums.weight2_score2 - 2 * p * sums.weight2_score + p * p * sums.weight2
            apart = np.where(apart > _NO_SPREAD * sums.weight2, apart, 0.0)
            kish = np.where(sums.weight > 0, sums.weight**2 / sums.weight2, 0.0)
            effect = _design_effects(sums, p, apart)
            effective = effective_comparisons(kish, effect, sums.clusters, level=level)
            low, high = share_limits(p, effective, apart / sums.weight2, level=level)
        return cls(p, low, high, effective)

    def __getitem__(self, at: int) -> Share:
        return Share(float(self.share[at]), float(self.low[at]), float(self.high[at]))


def read_evidence(
    comparisons: Comparisons, name: str, ratings: Ratings, *, against: str | None = None
) -> tuple[Results, Tally]:
    """Sum the comparisons of one competitor, or of two, and those of all, as ratings count them.

    Raises
    ------
    SelectionError
        If the arena has no competitor of that name; the message names those that read alike.
    """
    arena, selection = comparisons.arena, comparisons.selection
    if against is None:
        own = replace(selection, involving=name)
    else:
        own = replace(selection, competitors=(name, against))
    with comparisons.store.reading() as connection:
        results = read_results(
            connection,
            arena,
            where(connection, arena, own),
            name,
            cluster=cluster_of(comparisons, ratings),
            both_bad=both_bad_of(ratings),
        )
        return results, read_tally(connection, arena, where(connection, arena, selection))


def cluster_of(comparisons: Comparisons, ratings: Ratings) -> ClusterBy | None:
    """Return which comparisons count as dependent for shares: as for the ratings.

    Shares know one kind of clusters at a time: of items and judges, they take the items.
    """
    setting = ratings.settings.get("cluster", "auto")
    if setting == "none":
        return None
    if setting == "judge":
        return "judge"
    if comparisons.has_items:
        return "item"
    return "judge" if comparisons.judges >= FEWEST_JUDGES else None


def both_bad_of(ratings: Ratings) -> BothBad:
    """Return whether ratings count both-bad as a tie in the score of two competitors."""
    # The outside option models both-bad beside the score of the two, not as half of it.
    dropped = (
        ratings.settings.get("both_bad") == "drop"
        or ratings.settings.get("ties") == "outside-option"
    )
    return "drop" if dropped else "tie"


def breakdown(by: str, sums: Sums, *, level: float) -> Breakdown:
    """Return the results under each value of a field."""
    shares = Shares.of(sums, level)
    columns = (
        sums.wins, sums.ties, sums.losses, sums.both_bad, shares.share, shares.low, shares.high,
        sums.soft,
    )  # fmt: skip
    rows = zip(*(column.tolist() for column in columns), strict=True)
    slices = (Slice(value, *row) for value, row in zip(sums.value, rows, strict=True))
    return Breakdown(by, tuple(slices), sums.left_out)


def json_values(result: Any) -> Any:
    """Return a result as JSON values: whole counts are integers, what is not finite is null."""
    if is_dataclass(result):
        named = {field.name: getattr(result, field.name) for field in fields(result)}
        return {
            name: int(value) if _whole(name, value) else json_values(value)
            for name, value in named.items()
        }
    if isinstance(result, tuple):
        return [json_values(part) for part in result]
    if isinstance(result, float) and not math.isfinite(result):
        return None
    return result


_COUNTS = frozenset(
    (
        "games", "comparisons", "wins", "ties", "losses", "both_bad", "soft", "favoured",
        "opposed", "rank", "rank_low", "rank_high",
    )
)  # fmt: skip


def _whole(name: str, value: Any) -> bool:
    return name in _COUNTS and math.isfinite(value) and value == int(value)


_NO_SPREAD = 1e-12  # scores that vary by less than this, squared, are the same


def _design_effects(sums: Sums, p: Floats, apart: Floats) -> Floats:
    g, n = sums.clusters, sums.votes
    together = (
        sums.cluster_score2 - 2 * p * sums.cluster_weight_score + p * p * sums.cluster_weight2
    )
    # Both variances with their small-sample factors, so that clusters of one change nothing.
    together *= g / (g - 1) * (n - 1) / n
    several = g > 1
    varied = several & (apart > 0)
    total = apart[varied].sum()
    pooled = together[varied].sum() / total if total else np.nan
    same = np.where(np.isnan(pooled), sums.cluster_weight2 / sums.weight2, max(pooled, 1.0))
    return np.where(varied, together / apart, np.where(several, same, 1.0))

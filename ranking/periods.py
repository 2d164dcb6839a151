"""Periods: the log of comparisons cut into hours, days, weeks, months or years."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ranking.errors import InputError, RankingWarning
from ranking.tally import Codes, Floats, Games

Times = npt.NDArray[np.datetime64]

PERIODS: dict[str, tuple[str, int]] = {
    "hour": ("h", 1),
    "4 hours": ("h", 4),
    "12 hours": ("h", 12),
    "day": ("D", 1),
    "2 days": ("D", 2),
    "week": ("D", 7),
    "month": ("M", 1),
    "quarter": ("M", 3),
    "year": ("Y", 1),
    "2 years": ("Y", 2),
    "5 years": ("Y", 5),
    "10 years": ("Y", 10),
}
"""Lengths of a period, the shortest first, as calendar units and how many of them."""

_ENDLESS = 1_000_000  # periods that nobody means to ask for
_MOST_PERIODS = 40  # a curve with more points says no more, and its points rest on less
# What makes a period begin where the calendar does: weeks on Mondays, decades on full tens.
_OFFSET = {"week": 3, "2 years": 1970, "5 years": 1970, "10 years": 1970}


@dataclass(frozen=True, eq=False)
class Periods:
    """Consecutive periods of the calendar, from the first comparison to the last.

    Attributes
    ----------
    name : str
        Length of a period: a key of `PERIODS`, or "moment".
    index : int array of shape (n,)
        Period of each comparison, counted from 0; a period may hold none.
    ends : datetime64[s] array of shape (periods,)
        Last second of each period; the last one ends with the last comparison.
    """

    name: str
    index: Codes
    ends: Times

    def __len__(self) -> int:
        return len(self.ends)


def divide(time: Floats, every: str = "auto") -> Periods:
    """Cut a log into periods of the calendar (UTC).

    Parameters
    ----------
    time : float array of shape (n,)
        Seconds since 1970, all finite, n at least 1.
    every : str, default "auto"
        A key of `PERIODS`; "auto" for the shortest of them that gives at most 40 periods; or
        "moment" for one period per distinct time.

    Returns
    -------
    Periods

    Raises
    ------
    InputError
        If `every` is no period, or so short that there would be more than a million of them.
    """
    seconds = np.floor(time).astype(np.int64).astype("datetime64[s]")
    if every == "auto":
        extremes = np.array([seconds.min(), seconds.max()])
        every = next(
            (name for name in PERIODS if np.ptp(_numbered(extremes, name)) < _MOST_PERIODS),
            list(PERIODS)[-1],
        )
    if every == "moment":
        moments, index = np.unique(time, return_inverse=True)
        return Periods(every, index, moments.astype(np.int64).astype("datetime64[s]"))
    if every not in PERIODS:
        raise InputError(f"A period is one of auto, {', '.join(PERIODS)}; not {every!r}.")
    number = _numbered(seconds, every)
    start, stop = int(number.min()), int(number.max())
    if stop - start >= _ENDLESS:
        raise InputError(
            f"From the first comparison to the last there are {stop - start + 1:,} periods of one "
            f"{every}; choose longer ones, or check the times."
        )
    unit, length = PERIODS[every]
    begins = np.arange(start + 1, stop + 2) * length - _OFFSET.get(every, 0)
    ends = begins.astype(f"datetime64[{unit}]").astype("datetime64[s]") - np.timedelta64(1, "s")
    return Periods(every, number - start, np.minimum(ends, seconds.max()))


def _numbered(seconds: Times, every: str) -> Codes:
    """Return the number of the period that each moment falls into, shape (n,)."""
    unit, length = PERIODS[every]
    elapsed = seconds.astype(f"datetime64[{unit}]").astype(np.int64)
    return np.asarray((elapsed + _OFFSET.get(every, 0)) // length)


def timed(games: Games) -> tuple[Games, list[tuple[str, type[RankingWarning]]]]:
    """Return the comparisons that have a time, in its order, and a note on those that have none.

    Raises
    ------
    InputError
        If none has a time.
    """
    known = np.isfinite(games.time)
    if not known.any():
        raise InputError(
            "These comparisons have no times, so that nothing can be said about change over time; "
            "import the log with a column of times, or use a method that needs none."
        )
    kept = games if known.all() else games.take(known)
    if (np.diff(kept.time) < 0).any():
        kept = kept.take(np.argsort(kept.time, kind="stable"))
    missing = float(games.votes[~known].sum())
    if not missing:
        return kept, []
    verb = "comparison has no time and is" if missing == 1 else "comparisons have no time and are"
    return kept, [(f"{missing:,.0f} {verb} left out.", RankingWarning)]

"""What the cells of the capability matrix show: colours, certainty, and what stands in them."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dashboard.wording import count
from ranking.wording import number, percent

if TYPE_CHECKING:
    from ranking.capabilities.matrix import CapabilityMatrix
    from ranking.capabilities.mix_ratings import NodeRanks

NO_DIFFERENCE, UNTOLD, LIKELY = "•", "?", ("▲", "▼")
"""Marks of cells in which nothing is confirmed: even, not told, likely above or below."""
FEWEST = 20
"""Items of a cell below which nothing is tested, and no estimate is shown."""
DETAIL = 2
"""Decimals of points of a score."""
_DAMPED = 0.55  # opacity of what is sure, but not confirmed; what is less sure is paler

Grid = np.ndarray


@dataclass(frozen=True, eq=False)
class Shades:
    """What cells show; arrays have the shape (competitors, capabilities).

    Attributes
    ----------
    title : str
        Of the colour bar.
    values : float array
        What is coloured; 0 has the colour of the background, NaN none.
    limit : float
        Value of the strongest colour: none that is shown goes beyond it.
    text : str array
        What stands in the cells.
    opacity : float array
        From 0 to 1.
    ticks : tuple of (float, str)
        Values on the colour bar, and how they are written.
    """

    title: str
    values: Grid
    limit: float
    text: Grid
    opacity: Grid
    ticks: tuple[tuple[float, str], ...]


def strength(matrix: "CapabilityMatrix", ranks: "NodeRanks | None" = None) -> Shades:
    """Shade how much better each competitor is than the question compares it with.

    That is the difference that is tested, drawn towards its parent's by its noise: verdicts,
    sentences and the smallest effect of interest are about the same number, in the same unit.
    Confirmed cells carry it.
    """
    values = matrix.estimate
    size = 100.0 if matrix.unit == "percentage points" else 1.0
    confirmed = matrix.verdict == "confirmed"
    write = signed(0 if size == 100 else DETAIL)
    text = np.where(confirmed, _written(values, write), "")
    text[matrix.verdict == "no clear difference"] = NO_DIFFERENCE
    text[matrix.verdict == "not enough data"] = UNTOLD
    likely = matrix.verdict == "likely"
    text[likely] = np.where(values[likely] > 0, *LIKELY)
    sure = 1 - 2 * np.nan_to_num(matrix.false_sign_rate, nan=0.5)
    opacity = np.where(confirmed, 1.0, _DAMPED * sure)
    # What is too small to be of interest is never deep.
    limit = _limit(matrix, values, size * max(matrix.settings.smallest_effect, 0.02))
    return Shades(_short(matrix.unit), values, limit, text, opacity, _around(limit, write))


def rating(matrix: "CapabilityMatrix", ranks: "NodeRanks | None" = None) -> Shades:
    """Shade ratings in each capability by their distance from the mean, 1000."""
    values = matrix.rating - 1000
    limit = _limit(matrix, values, 20.0)
    ticks = tuple((at, number(1000 + at)) for at, _ in _around(limit, number))
    return _sure("rating", values, limit, _written(matrix.rating, number), ticks)


def rank(matrix: "CapabilityMatrix", ranks: "NodeRanks | None" = None) -> Shades:
    """Shade ranks by their distance from the middle, paler the more of them are possible.

    Cells hold rank sets.
    """
    assert ranks is not None
    order = [matrix.evidence.competitors.index(name) for name in matrix.competitors]
    low, high = ranks.low[:, order].T, ranks.high[:, order].T
    last = len(matrix.competitors)
    middle = (last + 1) / 2
    text = np.array(
        [[rank_set(a, b) for a, b in zip(*row, strict=True)] for row in zip(low, high, strict=True)]
    )
    ticks = tuple((middle - at, f"{at:.0f}") for at in (1.0, middle, float(last)))
    values = middle - ranks.rank[:, order].T
    opacity = 1 - np.nan_to_num(high - low) / max(last - 1, 1)
    return Shades("rank", values, max(middle - 0.5, 1.0), text.reshape(low.shape), opacity, ticks)


def win_rate(matrix: "CapabilityMatrix", ranks: "NodeRanks | None" = None) -> Shades:
    """Shade win rates by their distance from one half."""
    values = matrix.win_rate - 0.5
    limit = _limit(matrix, values, 0.02)
    ticks = tuple((at, percent(0.5 + at)) for at, _ in _around(limit, percent))
    return _sure("win rate", values, limit, _written(matrix.win_rate, percent), ticks)


def items(matrix: "CapabilityMatrix", ranks: "NodeRanks | None" = None) -> Shades:
    """Shade how many items there are, on a logarithmic scale."""
    values = np.log10(np.maximum(matrix.items, 1.0))
    limit = max(float(values.max(initial=0.0)), 1.0)
    text = _written(matrix.items.astype(float), count)
    ticks = tuple((float(at), count(10**at)) for at in range(int(limit) + 1))
    return Shades("items", values, limit, text, np.ones(values.shape), ticks)


MEASURES: Mapping[str, Callable[..., Shades]] = {
    "Strength": strength,
    "Rating": rating,
    "Rank": rank,
    "Win rate": win_rate,
    "Items": items,
}
"""What cells can show."""


def rank_set(low: float, high: float) -> str:
    """Write a rank set: "4–8", "1"; nothing where it is unknown."""
    if math.isnan(low) or math.isnan(high):
        return ""
    return f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"


def signed(decimals: int) -> Callable[[float], str]:
    """Return how numbers are written with their sign."""
    return lambda value: ("+" if value > 0 else "") + number(value, decimals)


def _sure(
    title: str, values: Grid, limit: float, text: Grid, ticks: tuple[tuple[float, str], ...]
) -> Shades:
    """Return shades of something that no verdict is about."""
    return Shades(title, values, limit, text, np.ones(values.shape), ticks)


def _limit(matrix: "CapabilityMatrix", values: Grid, least: float) -> float:
    """Return the largest size of what is shown; `least` where all of it is smaller."""
    shown = np.abs(values[np.isfinite(values) & (matrix.items >= FEWEST)])
    return max(float(shown.max(initial=0.0)), least)


def _around(limit: float, write: Callable[[float], str]) -> tuple[tuple[float, str], ...]:
    """Return ticks at round values on both sides of zero, two to four of them."""
    power = 10 ** math.floor(math.log10(limit))
    step = power * next(times for times in (2, 1, 0.5, 0.2) if limit >= 2 * times * power)
    most = math.floor(limit / step + 1e-9)
    return tuple((at * step, write(at * step)) for at in range(-most, most + 1))


def _written(values: Grid, write: Callable[[float], str]) -> Grid:
    texts = [write(value) if math.isfinite(value) else "" for value in values.ravel().tolist()]
    return np.array(texts, dtype=object).reshape(values.shape)


def _short(unit: str) -> str:
    return "% points" if unit == "percentage points" else "of the score"

"""The interval of a rating as a small picture for a row of the table."""

import math
from dataclasses import dataclass
from urllib.parse import quote

import numpy as np

from dashboard.charts.palette import Palette
from ranking.ratings import Ratings
from ranking.wording import number

WIDTH, HEIGHT = 232, 26
_EDGE = 16  # pixels kept free on either side: an arrow head stays clear of the dot
_PADDING = 0.02


@dataclass(frozen=True)
class Scale:
    """The range of points that the pictures of one table share."""

    low: float
    high: float
    width: int = WIDTH
    """Pixels of a picture."""

    @classmethod
    def of(cls, ratings: Ratings, rows: np.ndarray) -> "Scale":
        """Return the range of everything finite in some rows; NaN where there is nothing."""
        return cls.over(ratings.rating[rows], ratings.low[rows], ratings.high[rows])

    @classmethod
    def settled(cls, ratings: Ratings, rows: np.ndarray) -> "Scale":
        """Return the range of some rows, not stretched by the intervals of provisional ratings.

        Where those are longer, `interval_svg` ends them in an arrow.
        """
        sure = np.array([ratings.status[row] != "provisional" for row in rows], dtype=bool)
        if not sure.any():
            return cls.of(ratings, rows)
        held = rows[sure]
        return cls.over(ratings.rating[rows], ratings.low[held], ratings.high[held])

    @classmethod
    def over(cls, *points: np.ndarray) -> "Scale":
        """Return the range of everything finite in some arrays; NaN where there is nothing."""
        values = np.concatenate(points)
        values = values[np.isfinite(values)]
        if not len(values):
            return cls(math.nan, math.nan)
        low, high = float(values.min()), float(values.max())
        margin = max((high - low) * _PADDING, 1.0)
        return cls(low - margin, high + margin)

    @property
    def label(self) -> str:
        """The range in words, for the head of the column."""
        if math.isnan(self.low):
            return "Interval"
        return f"{number(math.floor(self.low))} to {number(math.ceil(self.high))} points"

    def pixel(self, value: float) -> float:
        """Return the horizontal position of a value, kept inside the picture."""
        share = (value - self.low) / (self.high - self.low)
        return round(_EDGE + min(max(share, 0.0), 1.0) * (self.width - 2 * _EDGE), 1)


def interval_svg(
    rating: float, low: float, high: float, *, scale: Scale, colour: str, palette: Palette
) -> str | None:
    """Draw one interval as a data URI: a thin axis, a thick bar, a dot; arrows where it goes on.

    Parameters
    ----------
    rating, low, high : float
        In points; a limit beyond the scale is drawn as an arrow to the edge.
    scale : Scale
        What the width of the picture stands for.
    colour : str
        Of bar and dot.

    Returns
    -------
    str or None
        None where there is no rating. No text goes into the picture.
    """
    if not math.isfinite(rating) or math.isnan(scale.low):
        return None
    middle, width = HEIGHT // 2, scale.width
    at = scale.pixel(rating)
    goes_on = low < scale.low, high > scale.high
    left = 1.0 if goes_on[0] else scale.pixel(low if math.isfinite(low) else rating)
    right = width - 1.0 if goes_on[1] else scale.pixel(high if math.isfinite(high) else rating)
    heads = ""
    if goes_on[0]:
        heads += f"M7 {middle - 5}L2 {middle}L7 {middle + 5}"
    if goes_on[1]:
        heads += f"M{width - 7} {middle - 5}L{width - 2} {middle}L{width - 7} {middle + 5}"
    bar = "2" if heads else "7"
    picture = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}">'
        f'<path d="M0 {middle}H{width}" stroke="{palette.line}"/>'
        f'<path d="M{left} {middle}H{right}" stroke="{colour}" stroke-opacity=".5" '
        f'stroke-width="{bar}" stroke-linecap="round"/>'
        + (f'<path d="{heads}" stroke="{colour}" stroke-width="2" fill="none"/>' if heads else "")
        + f'<circle cx="{at}" cy="{middle}" r="4" fill="{colour}"/></svg>'
    )
    return "data:image/svg+xml," + quote(picture, safe=" =/:\"<>'")

"""How much of an equilibrium each pick has, as bars for a column of a table."""

from collections.abc import Iterable

import numpy as np

LEAST = 0.0005
"""Shares below this are nothing: the equilibrium does not use them."""


def in_percent(mass: np.ndarray) -> list[float | None]:
    """Return shares in per cent, None where there is none to speak of."""
    return [100 * share if share >= LEAST else None for share in mass.tolist()]


def longest(values: Iterable[float | None]) -> float:
    """Return what the whole width of the column stands for: the largest share."""
    return max((value for value in values if value is not None), default=100.0)

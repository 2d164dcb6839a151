"""The quantile that turns a standard error into an interval."""

import math

from scipy.special import ndtri, stdtrit

from ranking.errors import InputError


def check_level(level: float) -> None:
    """Refuse what is no confidence level.

    Raises
    ------
    InputError
        If it does not lie between 0 and 1.
    """
    if not 0 < level < 1:
        raise InputError(f"The level must lie between 0 and 1, not {level}.")


def quantile(level: float, df: float = math.inf) -> float:
    """Return how many standard errors a two-sided interval reaches.

    Parameters
    ----------
    level : float
        Confidence level, in (0, 1).
    df : float, default infinity
        Degrees of freedom of the t distribution; infinite for the normal.
    """
    tail = (1 + level) / 2
    return float(stdtrit(df, tail) if math.isfinite(df) else ndtri(tail))

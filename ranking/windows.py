"""Bradley–Terry on each period of a log alone, on one scale."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ranking.diagnostics.connectivity import connectivity
from ranking.laplacian import Codes, Floats
from ranking.methods.half_win import HalfWinFit
from ranking.newton import fit_strengths
from ranking.periods import Periods
from ranking.tally import Games, Pairs
from ranking.uncertainty.intervals import IntervalRule, interval_rule, spread
from ranking.uncertainty.quantiles import quantile

_RIDGE = 0.1


@dataclass(frozen=True, eq=False)
class Windows:
    """Strengths in each period, in logits, shape (periods, m); NaN where there is no comparison.

    Attributes
    ----------
    strength, low, high : float arrays of shape (periods, m)
        A limit is infinite where the results of the period leave it open.
    one_sided : int
        In how many periods somebody is known to one side only.
    interval : str
        How the limits were computed, in words.
    """

    strength: Floats
    low: Floats
    high: Floats
    one_sided: int
    interval: str


def windows(games: Games, periods: Periods, level: float) -> Windows:
    """Fit every period alone.

    A period's results fix differences only. So the strengths of each group that met in it are
    shifted until their mean is that of the same competitors over the whole log.

    Parameters
    ----------
    games : Games
        The log, sorted by time.
    periods : Periods
        What it is divided into.
    level : float
        Confidence level.
    """
    m = len(games.competitors)
    overall = _overall(games.tally().pairs())
    strength, low, high = np.full((3, len(periods), m), np.nan)
    rule = interval_rule(games, estimator="auto", cluster="auto", competitors=m)
    one_sided = 0
    bounds = np.searchsorted(periods.index, np.arange(len(periods) + 1))
    for period, (start, stop) in enumerate(pairwise(bounds)):
        if start == stop:
            continue
        part = games.take(np.arange(start, stop))
        pairs = part.tally().pairs()
        structure = connectivity(pairs)
        one_sided += bool(structure.side.any())
        for label in np.flatnonzero(np.bincount(structure.component) > 1):
            mask = structure.component == label
            own = part.among(mask)
            found = _limits(pairs.among(mask), structure.side[mask], own, rule, level)
            shift = overall[mask].mean() - found[0].mean()
            strength[period, mask], low[period, mask], high[period, mask] = found + shift
    return Windows(strength, low, high, one_sided, f"{_kind(rule)}, each period alone")


def _overall(pairs: Pairs) -> Floats:
    """Return strengths over the whole log, summing to zero in each component."""
    structure = connectivity(pairs)
    strength = np.full(pairs.m, np.nan)
    for label in np.flatnonzero(np.bincount(structure.component) > 1):
        mask = structure.component == label
        ridge = _RIDGE if structure.side[mask].any() else 0.0
        strength[mask], _ = fit_strengths(pairs.among(mask), ridge=ridge)
    return strength


def _limits(pairs: Pairs, side: Codes, games: Games, rule: IntervalRule, level: float) -> Floats:
    """Return strengths, lower and upper limits of one component, shape (3, k)."""
    fit = HalfWinFit.of(pairs, side, prior="auto", ridge=_RIDGE)
    own = spread(fit, rule, games)
    half = quantile(level, own.df) * own.std_error
    if fit.ridge:
        # The prior's variance of the mean strength is no part of the sum-zero gauge.
        posterior = np.sqrt(np.maximum(np.diag(fit.bread) - 1 / (pairs.m * fit.ridge), 0.0))
        half = np.where(side == 0, half, quantile(level) * posterior)
    low = np.where((side == 0) | (side == 1), fit.strength - half, -np.inf)
    high = np.where((side == 0) | (side == -1), fit.strength + half, np.inf)
    return np.array([fit.strength, low, high])


def _kind(rule: IntervalRule) -> str:
    if rule.by is None:
        return "sandwich (HC0), comparisons taken as independent"
    by = "item and judge" if rule.by == "both" else rule.by
    return f"sandwich ({rule.estimator.upper()}), clustered by {by}, t quantiles"

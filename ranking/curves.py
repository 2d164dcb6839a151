"""The curves of a history: what each method says about every period of a log."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ranking.laplacian import Floats
from ranking.methods.components import one_sided
from ranking.methods.dynamic import DynamicBradleyTerry
from ranking.methods.elo import Elo, one_row_per_vote
from ranking.methods.glicko import Glicko2
from ranking.periods import Periods, divide
from ranking.ratings import MEAN_POINTS, POINTS_PER_LOGIT, Parameter
from ranking.tally import Games
from ranking.uncertainty.quantiles import quantile
from ranking.windows import windows


@dataclass(frozen=True, eq=False)
class Curves:
    """What a method finds over T periods: points, shape (T, m), and words."""

    rating: Floats
    low: Floats
    high: Floats
    settings: Mapping[str, Any]
    interval: str
    parameters: tuple[Parameter, ...] = ()
    warnings: tuple[str, ...] = ()


def _dynamic(games: Games, cut: Periods, level: float) -> Curves:
    method = DynamicBradleyTerry(period=cut.name, level=level)
    course = method.course(games, cut)
    mean, variance = course.states(np.arange(len(cut)))
    said = one_sided(games.competitors, course.statuses)
    rating = mean * POINTS_PER_LOGIT + MEAN_POINTS
    notes = [sentence for sentence, _ in course.notes]
    if said:
        notes.append(f"Known to one side only, so that a weak prior bounds the other — {said}.")
    return Curves(
        *_around(rating, np.sqrt(variance) * POINTS_PER_LOGIT, level, course.final.df),
        settings=method.settings,
        interval=course.interval,
        parameters=(course.drift(level),),
        warnings=tuple(notes),
    )


def _windows(games: Games, cut: Periods, level: float) -> Curves:
    found = windows(games, cut, level)
    note = (
        f"In {found.one_sided:,} of {len(cut):,} periods somebody never won or never lost: "
        "those limits are open."
    )
    return Curves(
        found.strength * POINTS_PER_LOGIT + MEAN_POINTS,
        found.low * POINTS_PER_LOGIT + MEAN_POINTS,
        found.high * POINTS_PER_LOGIT + MEAN_POINTS,
        settings={},
        interval=found.interval,
        warnings=(note,) if found.one_sided else (),
    )


def _elo(games: Games, cut: Periods, level: float) -> Curves:
    method = Elo(level=level)
    rows = one_row_per_vote(games)
    rating, std_error = method.course(rows, divide(rows.time, cut.name))
    return Curves(
        *_around(rating, std_error, level),
        settings=method.settings,
        interval=f"Poisson bootstrap of the log, {method.resamples} replays",
    )


def _glicko(games: Games, cut: Periods, level: float) -> Curves:
    method = Glicko2(period=cut.name, level=level)
    rating, deviation = method.play(games, cut, np.arange(len(cut)))
    return Curves(
        *_around(rating, deviation, level), settings=method.settings, interval="Glicko-2 deviation"
    )


def _around(
    rating: Floats, std_error: Floats, level: float, df: float = math.inf
) -> tuple[Floats, Floats, Floats]:
    half = quantile(level, df) * std_error
    return rating, rating - half, rating + half


CURVES: Mapping[str, Callable[[Games, Periods, float], Curves]] = {
    "dynamic": _dynamic,
    "windows": _windows,
    "elo": _elo,
    "glicko-2": _glicko,
}
"""Every method of a history by its name: from a log sorted by time, its periods and a level."""

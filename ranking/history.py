"""History: how ratings changed over time, with their uncertainty."""

import csv
import io
import json
import math
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import numpy as np

from ranking.comparisons import Comparisons
from ranking.curves import CURVES
from ranking.diagnostics.connectivity import connectivity
from ranking.errors import InputError, RankingWarning
from ranking.laplacian import Floats
from ranking.leaderboard import formula_safe
from ranking.periods import Periods, Times, divide, timed
from ranking.ratings import Parameter
from ranking.tally import Games, Pairs
from ranking.uncertainty.quantiles import check_level

HistoryMethod = Literal["dynamic", "windows", "elo", "glicko-2"]

_MOST_CELLS = 20_000_000  # periods times competitors


@dataclass(frozen=True, eq=False)
class History:
    """Ratings of m competitors at the ends of T periods.

    Attributes
    ----------
    competitors : tuple of str, length m
        Names.
    times : datetime64[s] array of shape (T,)
        Last second of each period, in UTC.
    rating, low, high : float arrays of shape (T, m)
        Points and their limits at `level`; NaN before a competitor's first comparison, infinite
        where the evidence leaves a side open.
    games : float array of shape (T, m)
        Comparisons of each competitor in each period.
    method : str
        "dynamic", "windows", "elo" or "glicko-2".
    settings : mapping
        The settings of the rating method.
    period : str
        Length of a period (see `ranking.periods.PERIODS`).
    interval : str
        How the limits were computed, in words.
    level : float
        Confidence level.
    parameters : tuple of Parameter
        What else the method estimated: the drift of "dynamic".
    arena, noun : str
        What was rated.
    simulated : bool
        Whether the evidence was simulated.
    selection : dict
        The selection that was rated.
    warnings : tuple of str
        Plain sentences about the evidence.
    """

    competitors: tuple[str, ...]
    times: Times
    rating: Floats
    low: Floats
    high: Floats
    games: Floats
    method: str
    settings: Mapping[str, Any]
    period: str
    interval: str
    level: float
    parameters: tuple[Parameter, ...] = ()
    arena: str = ""
    noun: str = "competitor"
    simulated: bool = False
    selection: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.times)


def history(
    evidence: Comparisons | Games,
    *,
    method: HistoryMethod = "dynamic",
    periods: str = "auto",
    level: float = 0.95,
) -> History:
    """Rate the competitors of a log at the end of each of its periods.

    Parameters
    ----------
    evidence : Comparisons or Games
        The log; comparisons without a time are left out, with a warning.
    method : {"dynamic", "windows", "elo", "glicko-2"}, default "dynamic"
        "dynamic": strengths that walk at random (`DynamicBradleyTerry`), each period seen in the
        light of all others. "windows": Bradley–Terry on each period alone, with its own intervals,
        shifted so that those who played have on average their rating over the whole log. "elo",
        "glicko-2": where these ratings stood at that time.
    periods : str, default "auto"
        A key of `ranking.periods.PERIODS`, or "auto" for the shortest of them that gives at most 40
        periods.
    level : float, default 0.95
        Confidence level.

    Returns
    -------
    History

    Raises
    ------
    InputError
        If there are no comparisons, none has a time, or the periods are too many.
    ConvergenceError
        If a fit does not converge.
    """
    if method not in CURVES:
        raise InputError(f"The method must be one of {', '.join(CURVES)}; not {method!r}.")
    check_level(level)
    games = evidence.games() if isinstance(evidence, Comparisons) else evidence
    if not len(games):
        raise InputError("There are no comparisons to rate in this selection.")
    games, notes = timed(games)
    cut = divide(games.time, periods)
    m = len(games.competitors)
    if len(cut) * m > _MOST_CELLS:
        raise InputError(
            f"{len(cut):,} periods ({cut.name}) of {m:,} competitors are too many to show; "
            "choose longer periods."
        )
    pairs = games.tally().pairs()
    curves = CURVES[method](games, cut, level)
    said = (
        *(sentence for sentence, _ in notes), *_component_note(pairs), *curves.warnings,
    )  # fmt: skip
    for sentence in said:
        warnings.warn(sentence, RankingWarning, stacklevel=2)
    log = evidence if isinstance(evidence, Comparisons) else None
    return History(
        competitors=games.competitors,
        times=cut.ends,
        rating=curves.rating,
        low=curves.low,
        high=curves.high,
        games=_games(games, cut),
        method=method,
        settings=curves.settings,
        period=cut.name,
        interval=curves.interval,
        level=level,
        parameters=curves.parameters,
        arena=log.arena.name if log else "",
        noun=log.arena.noun if log else "competitor",
        simulated=log is not None and log.arena.simulated,
        selection=log.selection.as_dict() if log else {},
        warnings=said,
    )


def milestones(history: History, count: int = 6) -> tuple[int, ...]:
    """Return some periods at even distances, the first and the last among them."""
    steps = np.linspace(0, len(history) - 1, min(count, len(history)))
    return tuple(np.unique(np.round(steps).astype(int)).tolist())


def as_dict(history: History) -> dict[str, Any]:
    """Return the JSON contract of a history (docs/json-history.md); what is not finite is null.

    A competitor's points begin with the period of its first comparison.
    """
    times = np.datetime_as_string(history.times, timezone="UTC").tolist()
    competitors = []
    for at, name in enumerate(history.competitors):
        points = [
            {
                "time": times[period],
                "rating": _number(history.rating[period, at]),
                "low": _number(history.low[period, at]),
                "high": _number(history.high[period, at]),
                "games": int(history.games[period, at]),
            }
            for period in range(_first(history, at), len(history))
        ]
        competitors.append({"competitor": name, "points": points})
    return {
        "arena": history.arena,
        "simulated": history.simulated,
        "method": history.method,
        "settings": {
            **history.settings,
            "period": history.period,
            "level": history.level,
            "interval": history.interval,
        },
        "parameters": [
            {name: _json_value(value) for name, value in asdict(parameter).items()}
            for parameter in history.parameters
        ],
        "selection": dict(history.selection),
        "times": times,
        "warnings": list(history.warnings),
        "competitors": competitors,
    }


def as_json(history: History) -> str:
    """Return the JSON contract as text."""
    return json.dumps(as_dict(history), indent=2, ensure_ascii=False, allow_nan=False)


def as_csv(history: History) -> str:
    """Return one line per competitor and period; names cannot become spreadsheet formulas."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["competitor", "time", "rating", "low", "high", "games"])
    for entry in as_dict(history)["competitors"]:
        name = formula_safe(entry["competitor"])
        rows.writerows([name, *point.values()] for point in entry["points"])
    return text.getvalue()


def _games(games: Games, cut: Periods) -> Floats:
    """Count everybody's comparisons in each period, shape (periods, m)."""
    m = len(games.competitors)
    cell = np.r_[cut.index * m + games.first, cut.index * m + games.second]
    counts = np.bincount(cell, np.r_[games.votes, games.votes], len(cut) * m)
    return counts.astype(np.float64, copy=False).reshape(len(cut), m)


def _component_note(pairs: Pairs) -> tuple[str, ...]:
    groups = int((np.bincount(connectivity(pairs).component) > 1).sum())
    if groups < 2:
        return ()
    return (
        f"The competitors fall into {groups} groups that never met; ratings of different groups "
        "cannot be compared.",
    )


def _first(history: History, at: int) -> int:
    """Return the period of a competitor's first comparison; the number of periods where none."""
    played = np.flatnonzero(history.games[:, at])
    return int(played[0]) if len(played) else len(history)


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _json_value(value: Any) -> Any:
    return value if isinstance(value, str) else _number(float(value))

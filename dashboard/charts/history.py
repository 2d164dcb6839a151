"""Ratings over time: a curve and its band for each competitor, and when it was compared."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.labels import label, lines
from dashboard.charts.palette import Palette
from dashboard.charts.placement import kept_apart
from dashboard.wording import count, plotly_text
from ranking.history import History
from ranking.wording import number

_PLOT = 340  # pixels of the plot, where its labels need no more
_LETTER, _LINE, _RUG = 7.2, 17, 12  # pixels of a letter, of a line of text, of a row of the rug
_MARGIN = {"l": 0, "t": 16, "b": 8}


@dataclass(frozen=True)
class _Curve:
    """How one competitor is drawn."""

    at: int
    name: str
    colour: str
    emphasised: bool


def history_figure(
    history: History, shown: Sequence[str], *, colours: Mapping[str, str], palette: Palette
) -> go.Figure:
    """Draw the ratings of some competitors over time, with the bands of their intervals.

    Under the curves every marked competitor has a row of ticks, one for each period in which it
    was compared. A curve is dotted after its competitor's last comparison.

    Parameters
    ----------
    history : History
    shown : sequence of str
        Which competitors; those without a rating are left out.
    colours : mapping
        Colours of marked competitors. The others are drawn thin, in grey and without a band, but
        for a single one, which has the accent.
    palette : Palette
        Colours of the page.

    Returns
    -------
    Figure
        Names stand at the ends of the curves; its height grows with their number.
    """
    curves = _curves(history, shown, colours, palette)
    low, high = _range(history, curves)
    heights = [lines(curve.name) * _LINE for curve in curves]
    told = [curve for curve in curves if curve.emphasised]
    plot, rug = max(_PLOT, sum(heights)), _RUG * len(told)
    figure = go.Figure()
    for place, curve in enumerate(sorted(curves, key=lambda curve: curve.emphasised)):
        if _alone(history):
            aside = place - (len(curves) - 1) / 2
            figure.add_trace(_points(history, curve, low, high, aside / len(curves)))
            continue
        if curve.emphasised:
            figure.add_trace(_band(history, curve, low, high))
        figure.add_traces(_lines(history, curve))
    for row, curve in enumerate(told):
        figure.add_trace(_rug(history, curve, -row))
    _add_names(figure, history, curves, heights, low, high, plot)
    total = plot + rug
    figure.update_layout(
        height=total + _MARGIN["t"] + _MARGIN["b"] + 24,
        margin={**_MARGIN, "r": _room(curves)},
        showlegend=False,
        hovermode="closest",
        xaxis={
            "type": "date", "showgrid": False, "zeroline": False, "linecolor": palette.line,
            "tickfont": {"color": palette.faint}, "fixedrange": True, "anchor": "y2",
            "range": _span(history),
        },
        yaxis={
            "title": {"text": "Rating in points", "font": {"color": palette.faint}},
            "range": [low, high], "domain": [rug / total, 1], "gridcolor": palette.line,
            "zeroline": False, "tickformat": "d", "tickfont": {"color": palette.faint},
            "fixedrange": True,
        },
        yaxis2={
            "range": [0.8 - max(len(told), 1), 0.8], "domain": [0, max(rug / total, 0.01)],
            "visible": False, "fixedrange": True,
        },
    )  # fmt: skip
    return figure


def history_alt(history: History, shown: Sequence[str]) -> str:
    """Describe the chart in words: who moved from where to where."""
    said, places = [], {name: at for at, name in enumerate(history.competitors)}
    for name in shown:
        if name not in places:  # rated, but without a comparison that has a time
            continue
        known = _known(history, places[name])
        if len(known):
            rating = history.rating[known, places[name]]
            said.append(f"{name} from {number(rating[0])} to {number(rating[-1])}")
    if not said:
        return "Ratings over time; none of those shown has a rating."
    begin, end = (str(history.times[at].astype("datetime64[D]")) for at in (0, -1))
    return f"Ratings in points from {begin} to {end}: {'; '.join(said)}."


def _curves(
    history: History, shown: Sequence[str], colours: Mapping[str, str], palette: Palette
) -> list[_Curve]:
    place = {name: at for at, name in enumerate(history.competitors)}
    rated = [name for name in shown if name in place and len(_known(history, place[name]))]
    otherwise = palette.accent if len(rated) == 1 else palette.faint
    return [
        _Curve(place[name], name, colours.get(name, otherwise), name in colours or len(rated) == 1)
        for name in rated
    ]


def _known(history: History, at: int) -> np.ndarray:
    return np.flatnonzero(np.isfinite(history.rating[:, at]))


def _alone(history: History) -> bool:
    """Whether each point stands for itself, so that there is no band between points."""
    return history.method == "windows" or len(history) == 1


def _range(history: History, curves: Sequence[_Curve]) -> tuple[float, float]:
    """Return the range of points that holds every curve and every finite limit that is drawn."""
    values = [history.rating[:, curve.at] for curve in curves]
    for curve in curves:
        if curve.emphasised:
            values += [history.low[:, curve.at], history.high[:, curve.at]]
    held = np.concatenate(values) if values else np.array([1000.0])
    held = held[np.isfinite(held)]
    low, high = float(held.min()), float(held.max())
    margin = max(0.04 * (high - low), 5.0)
    return low - margin, high + margin


def _period(history: History) -> float:
    """Return the length of a period in seconds; a day where there is but one."""
    return _seconds(history) / (len(history) - 1) if len(history) > 1 else 86_400.0


def _seconds(history: History) -> float:
    return float((history.times[-1] - history.times[0]).astype(np.int64))


def _span(history: History) -> list[object]:
    """Return the range of time, with some room at either side."""
    room = np.timedelta64(round(0.5 * _period(history) + 0.01 * _seconds(history)), "s")
    if not _alone(history):
        room = np.timedelta64(round(0.01 * _seconds(history)) + 1, "s")
    return [(history.times[0] - room).astype(object), (history.times[-1] + room).astype(object)]


def _band(history: History, curve: _Curve, low: float, high: float) -> go.Scatter:
    """Fill between the limits, one polygon for each stretch without a gap."""
    at = curve.at
    known = np.isfinite(history.rating[:, at]) & ~np.isnan(history.low[:, at] + history.high[:, at])
    x: list[object] = []
    y: list[float | None] = []
    for stretch in _stretches(known):
        lower = np.clip(history.low[stretch, at], low, high)
        upper = np.clip(history.high[stretch, at], low, high)
        times = _times(history, stretch)
        x += [*times, *times[::-1], None]
        y += [*lower.tolist(), *upper[::-1].tolist(), None]
    return go.Scatter(
        x=x, y=y, fill="toself", fillcolor=curve.colour, opacity=0.16, mode="lines",
        line={"width": 0}, hoverinfo="skip",
    )  # fmt: skip


def _lines(history: History, curve: _Curve) -> list[go.Scatter]:
    """Draw a curve solid up to the last comparison, and dotted where it goes on without one."""
    known = _known(history, curve.at)
    played = np.flatnonzero(history.games[:, curve.at])
    last = int(played[-1]) if len(played) else int(known[-1])
    rows = np.arange(known[0], known[-1] + 1)
    traces = [_line(history, curve, rows[rows <= last], "solid")]
    if last < known[-1]:
        traces.append(_line(history, curve, rows[rows >= last], "dot"))
    return traces


def _line(history: History, curve: _Curve, rows: np.ndarray, dash: str) -> go.Scatter:
    width = 2.5 if curve.emphasised else 1.25
    return go.Scatter(
        x=_times(history, rows), y=_values(history.rating[rows, curve.at]),
        mode="lines", line={"color": curve.colour, "width": width, "dash": dash},
        customdata=_details(history, curve, rows), hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _points(history: History, curve: _Curve, low: float, high: float, aside: float) -> go.Scatter:
    """Draw each period's rating as a dot with its own interval, `aside` of its neighbours'."""
    rows = _known(history, curve.at)
    moved = history.times[rows] + np.timedelta64(round(0.5 * aside * _period(history)), "s")
    rating = history.rating[rows, curve.at]
    error = None
    if curve.emphasised:
        upper = np.nan_to_num(np.clip(history.high[rows, curve.at], low, high) - rating)
        lower = np.nan_to_num(rating - np.clip(history.low[rows, curve.at], low, high))
        error = {
            "type": "data", "array": upper, "arrayminus": lower, "color": curve.colour,
            "thickness": 1.5, "width": 0,
        }  # fmt: skip
    return go.Scatter(
        x=moved.astype(object).tolist(), y=_values(rating), mode="lines+markers", error_y=error,
        line={"color": curve.colour, "width": 0.75}, marker={"color": curve.colour, "size": 6},
        customdata=_details(history, curve, rows), hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _rug(history: History, curve: _Curve, row: float) -> go.Scatter:
    """Mark the periods with comparisons, the stronger the more there are."""
    games = history.games[:, curve.at]
    played = np.flatnonzero(games)
    strength = 0.35 + 0.65 * np.sqrt(games[played] / max(games.max(), 1.0))
    return go.Scatter(
        x=_times(history, played), y=np.full(len(played), row), yaxis="y2", mode="markers",
        marker={
            "symbol": "line-ns", "size": _RUG - 4, "opacity": strength,
            "line": {"color": curve.colour, "width": 2},
        },
        customdata=_details(history, curve, played), hovertemplate="%{customdata}<extra></extra>",
    )  # fmt: skip


def _add_names(
    figure: go.Figure,
    history: History,
    curves: Sequence[_Curve],
    heights: Sequence[int],
    low: float,
    high: float,
    plot: float,
) -> None:
    """Write each name beside the end of its curve, moved up or down where names would meet."""
    ends = [float(history.rating[_known(history, curve.at)[-1], curve.at]) for curve in curves]
    pixels = [(high - end) / (high - low) * plot for end in ends]
    for curve, pixel in zip(curves, kept_apart(pixels, heights, plot), strict=True):
        figure.add_annotation(
            x=1, xref="paper", xanchor="left", xshift=8, y=high - pixel / plot * (high - low),
            yanchor="middle", text=label(curve.name), showarrow=False, align="left",
            font={"color": curve.colour, "size": 13},
        )  # fmt: skip


def _room(curves: Sequence[_Curve]) -> int:
    """Return the pixels that the longest line of a name takes, and a little more."""
    widest = max(
        (len(line) for curve in curves for line in label(curve.name).split("<br>")), default=0
    )
    return 16 + math.ceil(_LETTER * widest)


def _stretches(known: np.ndarray) -> list[np.ndarray]:
    rows = np.flatnonzero(known)
    return [part for part in np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1) if len(part)]


def _times(history: History, rows: np.ndarray) -> list[object]:
    return history.times[rows].astype(object).tolist()


def _values(values: np.ndarray) -> list[float | None]:
    return [float(value) if math.isfinite(value) else None for value in values]


def _details(history: History, curve: _Curve, rows: np.ndarray) -> list[str]:
    return [
        f"<b>{plotly_text(curve.name)}</b><br>{history.times[row].astype('datetime64[D]')}: "
        f"{number(history.rating[row, curve.at])} points{_interval(history, row, curve.at)}<br>"
        f"{count(history.games[row, curve.at])} comparisons in {_this(history.period)}"
        for row in rows
    ]


def _this(period: str) -> str:
    return f"these {period}" if period[:1].isdigit() else f"this {period}"


def _interval(history: History, row: int, at: int) -> str:
    low, high = history.low[row, at], history.high[row, at]
    if math.isnan(low) or math.isnan(high):
        return ""
    if math.isinf(low) and math.isinf(high):
        return " (no interval)"
    if math.isinf(high):
        return f" (at least {number(low)})"
    return (
        f" (at most {number(high)})" if math.isinf(low) else f" ({number(low)} to {number(high)})"
    )

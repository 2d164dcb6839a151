"""The standard battery as a heat map: every method against every attack."""

import math
from typing import TYPE_CHECKING

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.heat_map import heat_map
from dashboard.charts.palette import Palette
from dashboard.charts.redundancy import points
from dashboard.wording import counted, plotly_text
from ranking.diagnostics.redundancy import STILL

if TYPE_CHECKING:
    from ranking.diagnostics.redundancy import Move, Robustness

STRONGEST = 100.0
"""Largest move, in points, beyond which cells do not grow darker."""
OWN_SCALE = " †"
"""Mark of methods whose points are not those of win rates."""


def battery(found: "Robustness", *, noun: str, palette: Palette) -> go.Figure:
    """Draw methods against attacks: the largest move in points, and how many changed places.

    Returns
    -------
    Figure
        The darker a cell, the further some competitor moved; ``↕ 4`` are four changed places.
        Methods whose points do not measure win rates are marked with ``†``, and have no colour.
    """
    every = [move for held in found.results for move in held.moves]
    titles = {method: method for method in found.methods} | {m.method: m.title for m in every}
    apart = {move.method for move in every if not move.win_rates}
    shape = (len(found.methods), len(found.results))
    values = np.full(shape, np.nan)
    text, hover = np.full(shape, "", object), np.full(shape, "", object)
    for column, held in enumerate(found.results):
        moves = {move.method: move for move in held.moves}
        for row, method in enumerate(found.methods):
            move = moves.get(method)
            title = plotly_text(titles[method])
            head = f"<b>{title}</b><br>{plotly_text(held.attack.name)}"
            if move is None or move.error:
                why = move.error if move is not None else "not rated"
                text[row, column], hover[row, column] = "–", f"{head}<br>{plotly_text(why)}"
                continue
            of_all = min(abs(move.largest), STRONGEST) / STRONGEST if move.win_rates else 0.0
            values[row, column] = math.sqrt(of_all)
            text[row, column] = points(abs(move.largest))
            if move.changed:
                text[row, column] += f"  ↕ {move.changed}"
            hover[row, column] = "<br>".join([head, *_summary(move, noun)])
    return heat_map(
        -values,  # a move is bad news, and has the colour of losses
        [titles[method] + (OWN_SCALE if method in apart else "") for method in found.methods],
        [held.attack.name for held in found.results],
        text=text, hover=hover, limit=1.0, palette=palette, unknown=np.isnan(values),
    )  # fmt: skip


def _summary(move: "Move", noun: str) -> list[str]:
    if abs(move.largest) < STILL:
        said = ["nothing moved"]
    else:
        said = [f"largest move {points(abs(move.largest))} points: {plotly_text(move.mover)}"]
    places = "place" if move.changed == 1 else "places"
    said.append(f"{move.changed} changed {places} among {counted(len(move.competitors), noun)}")
    return said

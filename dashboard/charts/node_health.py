"""The evidence in capabilities: how much there is of each competitor, and what sways verdicts."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.heat_map import heat_map
from dashboard.charts.labels import LINE
from dashboard.charts.palette import Palette
from dashboard.wording import count, plotly_text
from ranking.capabilities.findings import TESTED_ITEMS
from ranking.capabilities.health import SWAYED

if TYPE_CHECKING:
    from ranking.capabilities.health import CapabilityHealth
    from ranking.capabilities.node_bias import NodeBias

MEASURES: Mapping[str, str] = {"Items": "items", "Verdicts": "verdicts", "Worth": "effective"}
"""What cells of the coverage count, and where it is held."""
PICTURE_WIDTH, PICTURE_HEIGHT = 150, 26
_NONE = 0.5  # what no item is on a logarithmic scale
_EDGE = 8  # pixels kept free on either side of a picture
_LETTERS, _WIDE, _SPARSE = 44, 64, 8  # letters of a long row's name on one line; columns


def coverage(
    found: "CapabilityHealth",
    measure: str,
    *,
    nodes: Sequence[int],
    competitors: Sequence[int],
    palette: Palette,
) -> go.Figure:
    """Draw how much evidence there is: capabilities down, competitors across, turning at 20.

    Parameters
    ----------
    measure : str
        One of `MEASURES`.
    nodes, competitors : sequences of int
        Which are drawn, in which order.
    """
    at = np.ix_(list(nodes), list(competitors))
    held = getattr(found, MEASURES[measure])[at]
    values = np.log2(np.maximum(held, _NONE) / TESTED_ITEMS)
    taxonomy, names = found.evidence.taxonomy, found.evidence.competitors
    rows = [shown(taxonomy.names[node]) for node in nodes]
    long = any(len(name) > LINE for name in rows)
    hover = [
        [
            f"<b>{plotly_text(names[k])}</b><br>{plotly_text(taxonomy.names[node])}<br>"
            f"{count(found.items[node, k])} items, {count(found.verdicts[node, k])} verdicts, "
            f"worth {count(found.effective[node, k])} independent ones"
            for k in competitors
        ]
        for node in nodes
    ]
    return heat_map(
        values,
        rows,
        [names[k] for k in competitors],
        text=np.array([[count(cell) for cell in row] for row in held]),
        hover=np.array(hover),
        limit=max(float(np.abs(values).max(initial=0.0)), 1.0),
        palette=palette,
        letters=(_WIDE if len(competitors) <= _SPARSE else _LETTERS) if long else None,
    )


def table(found: "CapabilityHealth", nodes: Sequence[int], *, palette: Palette) -> pd.DataFrame:
    """Return one row a capability: coverage, groups, biases in points with pictures, repeats."""
    at, taxonomy = list(nodes), found.evidence.taxonomy
    return pd.DataFrame(
        {
            "capability": [shown(taxonomy.names[node]) for node in at],
            "items": taxonomy.sizes[at],
            "fewest": found.items[at].min(axis=1).astype(np.int64),
            "worth": np.rint(found.effective[at].min(axis=1)).astype(np.int64),
            "groups": found.parts[at],
            "first": 100 * found.position.effect[at],
            "first_picture": pictures(found, found.position, at, palette=palette),
            "agree": np.where(found.both_orders[at] > 0, 100 * found.consistency[at], np.nan),
            "longer": 100 * found.length.effect[at],
            "longer_picture": pictures(found, found.length, at, palette=palette),
            "repeated": found.repeated_items[at],
        }
    )


def shown(name: str) -> str:
    """Return a capability's name without a full stop at its end."""
    return name.removesuffix(".") or name


def reach(found: "CapabilityHealth", which: "NodeBias", nodes: Sequence[int]) -> float:
    """Return how far the pictures of a bias reach to either side, as a share of the score.

    Capabilities with few items have intervals that would leave no room for the others: theirs are
    cut off at the edge.
    """
    ends = np.abs(np.stack([which.low, which.high])[:, list(nodes)])
    tested = ends[:, which.items[list(nodes)] >= TESTED_ITEMS]
    known = tested if np.isfinite(tested).any() else ends
    return max(float(np.max(known[np.isfinite(known)], initial=0.0)), 2 * SWAYED)


def pictures(
    found: "CapabilityHealth", which: "NodeBias", nodes: Sequence[int], *, palette: Palette
) -> list[str | None]:
    """Draw a bias of each node on its interval, around a line at none, as data URIs.

    What is beyond chance and large enough to matter has the accent's opposite; the band is what is
    too small to matter. None where nothing is known; no text goes into a picture.
    """
    limit, swayed = reach(found, which, nodes), found.biased(which)
    return [
        _picture(
            float(which.effect[node]), float(which.low[node]), float(which.high[node]), limit,
            palette.opposite if swayed[node] else palette.faint, palette,
        )
        if np.isfinite(which.effect[node])
        else None
        for node in nodes
    ]  # fmt: skip


def _picture(
    effect: float, low: float, high: float, limit: float, colour: str, palette: Palette
) -> str:
    def pixel(value: float) -> float:
        share = (min(max(value, -limit), limit) + limit) / (2 * limit)
        return round(_EDGE + share * (PICTURE_WIDTH - 2 * _EDGE), 1)

    middle, left, right = PICTURE_HEIGHT / 2, pixel(-SWAYED), pixel(SWAYED)
    drawing = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{PICTURE_WIDTH}" '
        f'height="{PICTURE_HEIGHT}">'
        f'<rect x="{left}" y="0" width="{round(right - left, 1)}" height="{PICTURE_HEIGHT}" '
        f'fill="{palette.line}" fill-opacity=".35"/>'
        f'<path d="M{pixel(0)} 0V{PICTURE_HEIGHT}" stroke="{palette.faint}" '
        'stroke-dasharray="2 3"/>'
        f'<path d="M{pixel(low)} {middle}H{pixel(high)}" stroke="{colour}" stroke-opacity=".5" '
        'stroke-width="6" stroke-linecap="round"/>'
        f'<circle cx="{pixel(effect)}" cy="{middle}" r="4" fill="{colour}"/></svg>'
    )
    return "data:image/svg+xml," + quote(drawing, safe=" =/:\"<>'")

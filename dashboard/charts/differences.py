"""Pictures of how competitors differ: effects in a row for each capability, and alike profiles."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd
import plotly.graph_objects as go

from dashboard.charts.intervals import Scale, interval_svg
from dashboard.charts.labels import LINE, label, lines
from dashboard.charts.palette import Palette
from dashboard.wording import plotly_text
from ranking.wording import number, percent

if TYPE_CHECKING:
    from ranking.capabilities.branches import Branch
    from ranking.capabilities.differences import CapabilityDifference
    from ranking.capabilities.profile_clusters import ProfileClusters
    from ranking.capabilities.trade_offs import TradeOffs

KINDS = {"erratic": "Uneven", "stable": "Even", "not told": "Cannot be told"}
"""What each kind of branch is called."""
GOES = {"trade-off": "Traded for", "together": "Goes together with", "not told": "Not told"}
"""What each kind of pair of capabilities is called."""

_ROW, _LINE_HEIGHT, _HEAD, _FOOT = 34, 15, 34, 8  # pixels
_LETTERS = 46  # letters of a capability on one line
_LEAF = 24  # pixels of a competitor in the tree
_SHOWN_SUPPORT = 0.5  # of a group, from which it is written at its join


def effect_strips(
    rows: "Sequence[CapabilityDifference]",
    names: Sequence[str],
    *,
    unit: str,
    colours: Mapping[str, str],
    palette: Palette,
) -> go.Figure:
    """Draw a row for each capability with a dot for each competitor, by its effect.

    Parameters
    ----------
    rows : sequence of CapabilityDifference
        From the top.
    names : sequence of str
        What the capabilities are called.
    unit : str
        Of effects, for the axis.
    colours : mapping
        Colours of marked competitors. Of the others, confirmed effects have the accent above zero
        and its opposite below; what is not confirmed is grey.
    """
    middles, at = [], 0.0
    for name in names:
        height = _ROW + (lines(name, letters=_LETTERS) - 1) * _LINE_HEIGHT
        middles.append(-(at + height / 2))
        at += height
    figure = go.Figure()
    figure.add_vline(x=0, line={"color": palette.faint, "width": 1, "dash": "dot"})
    for middle, row in zip(middles, rows, strict=True):
        ordered = sorted(row.effects, key=lambda each: (each.competitor in colours, each.verdict))
        dots = [_dot(each.competitor, each.effect, each.verdict, colours, palette)
                for each in ordered]  # fmt: skip
        figure.add_trace(
            go.Scatter(
                x=[each.effect for each in ordered],
                y=[middle] * len(ordered),
                mode="markers",
                marker={
                    "color": [colour for colour, _ in dots],
                    "size": [size for _, size in dots],
                    "line": {"color": palette.paper, "width": 1},
                },
                customdata=[
                    f"<b>{plotly_text(each.competitor)}</b><br>{number(each.effect, 1)} "
                    f"({number(each.low, 1)} to {number(each.high, 1)})<br>"
                    f"{each.items:,} items, {each.verdict}"
                    for each in ordered
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    figure.update_layout(
        height=round(at) + _HEAD + _FOOT + 18,
        margin={"l": 0, "r": 16, "t": _HEAD + 18, "b": _FOOT},
        showlegend=False,
        hovermode="closest",
        dragmode=False,
        xaxis={
            "side": "top", "gridcolor": palette.line, "zeroline": False, "fixedrange": True,
            "tickfont": {"color": palette.text}, "nticks": 9,
            "title": {"text": f"{unit} from the own level", "font": {"color": palette.faint,
                                                                     "size": 12}},
        },
        yaxis={
            "range": [-max(at, 1.0), 0], "showgrid": True, "gridcolor": palette.line,
            "zeroline": False, "automargin": True, "ticks": "", "fixedrange": True,
            "tickvals": middles, "ticktext": [label(name, letters=_LETTERS) for name in names],
            "tickfont": {"color": palette.text, "size": 13}, "title": {"text": ""},
        },
    )  # fmt: skip
    return figure


def _dot(
    name: str, effect: float, verdict: str, colours: Mapping[str, str], palette: Palette
) -> tuple[str, int]:
    """Return colour and size of a competitor's dot."""
    if name in colours:
        return colours[name], 13
    if verdict == "confirmed":
        return (palette.accent if effect > 0 else palette.opposite), 11
    return palette.faint, 7


def profile_tree(
    found: "ProfileClusters", *, colours: Mapping[str, str], palette: Palette
) -> go.Figure:
    """Draw the tree of profiles: the further left two are joined, the more alike they are.

    Groups that at least 80% of the resamples have are drawn in the accent, with their support.
    """
    k = len(found.competitors)
    place: list[tuple[float, float]] = [(0.0, float(at)) for at in range(k)]
    told = {at for merge in found.groups for at in merge.members}
    figure = go.Figure()
    for merge in found.merges:
        (left, low), (right, high) = place[merge.first], place[merge.second]
        height = merge.height
        inside = set(merge.members) <= told and any(
            set(merge.members) <= set(group.members) for group in found.groups
        )
        figure.add_trace(
            go.Scatter(
                x=[left, height, height, right],
                y=[low, low, high, high],
                mode="lines",
                line={"color": palette.accent if inside else palette.faint,
                      "width": 2.5 if inside else 1.2},
                hoverinfo="skip",
            )
        )  # fmt: skip
        place.append((height, (low + high) / 2))
        if merge.support >= _SHOWN_SUPPORT and len(merge.members) < k:
            figure.add_annotation(
                x=height, y=(low + high) / 2, text=percent(merge.support), showarrow=False,
                xanchor="left", xshift=4, bgcolor=palette.paper, borderpad=1,
                font={"color": palette.text, "size": 12},
            )  # fmt: skip
    texts = [
        f'<span style="color:{colours[name]}"><b>{label(name, letters=LINE)}</b></span>'
        if name in colours
        else label(name, letters=LINE)
        for name in found.competitors
    ]
    most = max(lines(name) for name in found.competitors)
    figure.update_layout(
        height=round(k * (_LEAF + (most - 1) * _LINE_HEIGHT)) + 24,
        margin={"l": 0, "r": 44, "t": 8, "b": 16},
        showlegend=False,
        hovermode="closest",
        dragmode=False,
        xaxis={"visible": False, "fixedrange": True, "rangemode": "tozero"},
        yaxis={
            "range": [k - 0.5, -0.5], "showgrid": False, "zeroline": False, "automargin": True,
            "ticks": "", "fixedrange": True, "tickvals": list(range(k)), "ticktext": texts,
            "tickfont": {"color": palette.text, "size": 13}, "title": {"text": ""},
        },
    )  # fmt: skip
    return figure


def difference_table(rows: "Sequence[CapabilityDifference]", names: Sequence[str]) -> pd.DataFrame:
    """Return the table of capabilities: how much competitors differ, and who is furthest."""
    return pd.DataFrame(
        {
            "capability": list(names),
            "items": [row.items for row in rows],
            "told": ["Confirmed" if row.confirmed else "" for row in rows],
            "i2": [100 * row.i2 for row in rows],
            "q": ["< 0.001" if row.q < 0.001 else f"{row.q:.3f}" for row in rows],
            "highest": [_who(row, 0) for row in rows],
            "lowest": [_who(row, -1) for row in rows],
        }
    )


def _who(row: "CapabilityDifference", at: int) -> str:
    one = row.effects[at]
    sign = "+" if one.effect > 0 else ""
    return f"{one.competitor}  {sign}{number(one.effect, 1)}"


def trade_off_table(found: "TradeOffs", named: Mapping[str, str], palette: Palette) -> pd.DataFrame:
    """Return the table of pairs of capabilities, with their intervals drawn from −1 to 1."""
    scale = Scale(-1.0, 1.0, 160)
    tones = {"trade-off": palette.opposite, "together": palette.accent, "not told": palette.faint}
    return pd.DataFrame(
        {
            "first": [named[pair.first] for pair in found.pairs],
            "kind": [GOES[pair.kind] for pair in found.pairs],
            "second": [named[pair.second] for pair in found.pairs],
            "correlation": [number(pair.correlation, 2) for pair in found.pairs],
            "interval": [
                interval_svg(
                    pair.correlation, pair.low, pair.high, scale=scale, colour=tones[pair.kind],
                    palette=palette,
                )
                for pair in found.pairs
            ],
            "expected": [number(pair.expected, 2) for pair in found.pairs],
            "q": ["< 0.001" if pair.q < 0.001 else f"{pair.q:.3f}" for pair in found.pairs],
        }
    )  # fmt: skip


def branch_table(rows: "Sequence[Branch]", named: Mapping[str, str]) -> pd.DataFrame:
    """Return the table of branches of one competitor."""
    return pd.DataFrame(
        {
            "capability": [named[row.capability] for row in rows],
            "kind": [KINDS[row.kind] for row in rows],
            "items": [row.items for row in rows],
            "children": [row.children for row in rows],
            "effect": [
                f"{'+' if row.effect > 0 else ''}{number(row.effect, 1)}" or None for row in rows
            ],
            "spread": [row.spread for row in rows],
            "most": [row.spread_high for row in rows],
            "carriers": [
                "; ".join(
                    f"{named[child.capability]} "
                    f"{'+' if child.difference > 0 else ''}{number(child.difference, 1)}"
                    for child in row.carriers
                )
                for row in rows
            ],
        }
    )

"""A record as one bar: what was won, tied, found bad on both sides, and lost."""

from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from dashboard.charts.palette import Palette
from dashboard.wording import count, literal, plotly_text

HEIGHT = 40  # pixels
_ROOM = 0.07  # share of the bar below which its number would not fit


@dataclass(frozen=True)
class Part:
    """One part of a record: how it is called, how many comparisons, its colour."""

    words: str
    votes: float
    colour: str
    text: str


def parts(
    wins: float,
    ties: float,
    both_bad: float,
    losses: float,
    *,
    soft: float = 0.0,
    palette: Palette,
    words: tuple[str, str] = ("won", "lost"),
    colours: tuple[str, str] | None = None,
) -> list[Part]:
    """Return the parts of a record that hold any comparison, from wins to losses.

    Parameters
    ----------
    wins, ties, both_bad, losses, soft : float
        Comparisons by outcome; a soft one lies between a win and a loss.
    words : (str, str), default ("won", "lost")
        How wins and losses are called.
    colours : (str, str), optional
        Of wins and losses; the accent and its opposite where they are not given.
    """
    for_wins, for_losses = colours or (palette.accent, palette.opposite)
    found = (
        Part(words[0], wins, for_wins, palette.paper),
        Part("in between", soft, palette.faint, palette.paper),
        Part("tied", ties, palette.line, palette.text),
        Part("both bad", both_bad, palette.faint, palette.paper),
        Part(words[1], losses, for_losses, palette.paper),
    )
    return [part for part in found if part.votes > 0]


def record_legend(record: Sequence[Part]) -> list[str]:
    """Write each part of a record as Markdown, after a patch of its colour."""
    return [
        f':color[\u2003]{{background="{part.colour}"}}\u2002'
        f"{count(part.votes)} {literal(part.words)}"
        for part in record
    ]


def record_bar(record: Sequence[Part]) -> go.Figure:
    """Draw a record as one stacked bar, as wide as the page."""
    total = sum(part.votes for part in record) or 1.0
    figure = go.Figure()
    for part in record:
        share = part.votes / total
        words = f"{count(part.votes)} {plotly_text(part.words)}"
        figure.add_trace(
            go.Bar(
                x=[share],
                y=[""],
                orientation="h",
                name=words,
                marker={"color": part.colour, "line": {"width": 0}},
                text=[f"{share:.0%}" if share >= _ROOM else ""],
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                textfont={"color": part.text, "size": 13},
                hovertemplate=f"{words}, {share:.1%}<extra></extra>",
            )
        )
    figure.update_layout(
        height=HEIGHT,
        barmode="stack",
        bargap=0,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        showlegend=False,
        xaxis={"visible": False, "range": [0, 1], "fixedrange": True},
        yaxis={"visible": False, "fixedrange": True},
    )
    return figure

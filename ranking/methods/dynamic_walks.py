"""A log as walks over time: nodes, results between nodes of one period, steps from node to node."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ranking.laplacian import Codes, Floats
from ranking.periods import Periods
from ranking.tally import Games

_WIDEST_BLOCK = 1500  # competitors at once, up to which dense blocks are fastest
_MOST_FILLED = 3  # times as many nodes as there need to be, up to which filling gaps pays


@dataclass(frozen=True, eq=False)
class Walks:
    """Everybody's path, as far as a log touches it.

    A competitor has a node for each period in which it played. Where that costs little it has one
    for each period in between as well, so that steps lead from one period to the next only; what is
    learned about the others does not depend on it.

    Attributes
    ----------
    m, periods : int
        How many competitors and periods there are.
    competitor, period : int arrays of shape (nodes,)
        What each node stands for, sorted by competitor, then by period.
    first, second : int arrays of shape (cells,)
        Nodes that met, sorted by period.
    weight, score : float arrays of shape (cells,)
        Sum of weights, and of weights times the score of `first`.
    before, after : int arrays of shape (steps,)
        Successive nodes of a competitor.
    gap : float array of shape (steps,)
        Periods between them.
    entry : bool array of shape (nodes,)
        Whether a node is its competitor's first.
    filled : bool
        Whether all gaps are 1.
    """

    m: int
    periods: int
    competitor: Codes
    period: Codes
    first: Codes
    second: Codes
    weight: Floats
    score: Floats
    before: Codes
    after: Codes
    gap: Floats
    entry: npt.NDArray[np.bool_]
    filled: bool

    @classmethod
    def of(cls, games: Games, periods: Periods, *, filled: bool | None = None) -> "Walks":
        """Sum the comparisons of each pair within each period.

        Parameters
        ----------
        games : Games
            A log in which every comparison has a time.
        periods : Periods
            What it is divided into.
        filled : bool, optional
            Whether there are nodes in the gaps; by default where it costs little.
        """
        m, count = len(games.competitors), len(periods)
        flipped = games.first > games.second
        i = np.where(flipped, games.second, games.first).astype(np.int64)
        j = np.where(flipped, games.first, games.second).astype(np.int64)
        weight = games.votes * games.weight
        score = np.where(flipped, 1 - games.score, games.score)
        met, cell = np.unique((periods.index * m + i) * m + j, return_inverse=True)
        when, i, j = met // (m * m), met // m % m, met % m
        nodes = np.unique(np.r_[i * count + when, j * count + when])
        whole = _without_gaps(nodes, count)
        if filled is None:
            widest = np.bincount(whole % count).max()
            filled = bool(widest <= _WIDEST_BLOCK and len(whole) <= _MOST_FILLED * len(nodes))
        nodes = whole if filled else nodes
        competitor, period = nodes // count, nodes % count
        entry = np.r_[True, competitor[1:] != competitor[:-1]]
        after = np.flatnonzero(~entry)
        return cls(
            m=m,
            periods=count,
            competitor=competitor,
            period=period,
            first=np.searchsorted(nodes, i * count + when),
            second=np.searchsorted(nodes, j * count + when),
            weight=np.bincount(cell, weight).astype(np.float64),
            score=np.bincount(cell, weight * score).astype(np.float64),
            before=after - 1,
            after=after,
            gap=(period[after] - period[after - 1]).astype(np.float64),
            entry=entry,
            filled=filled,
        )

    def __len__(self) -> int:
        return len(self.competitor)


def _without_gaps(nodes: Codes, count: int) -> Codes:
    """Add all periods between a competitor's first and last node."""
    competitor = nodes // count
    begins = np.flatnonzero(np.r_[True, competitor[1:] != competitor[:-1]])
    ends = np.r_[begins[1:], len(nodes)] - 1
    lengths = nodes[ends] - nodes[begins] + 1
    offset = np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    return np.asarray(np.repeat(nodes[begins], lengths) + offset)

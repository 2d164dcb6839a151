"""Triples of competitors whose results run in a circle."""

from dataclasses import dataclass

import numpy as np
from scipy.special import erfc

from ranking.diagnostics.intransitivity import log_odds
from ranking.laplacian import Codes, Floats
from ranking.tally import Pairs

_COMPETITORS = 200  # those with the most comparisons; 1.3 million triples
_DIGITS = 6  # of counts: sums of weights leave rounding behind


@dataclass(frozen=True)
class Cycle:
    """Three competitors of whom each does better against the next than strengths allow.

    Attributes
    ----------
    competitors : (str, str, str)
        The first does better against the second, the second against the third, and the third
        against the first, than the other two results suggest.
    closed : bool
        Whether each of them took more than half of the score against the next: a circle indeed,
        not just a surprising margin.
    curl : float
        Sum of the three log-odds: 0 where strengths explain them.
    z : float
        `curl` over its standard error.
    adjusted_p : float
        Two-sided p-value, adjusted for all triples that were tested (Benjamini–Hochberg).
    won, lost : (float, float, float)
        Comparisons that each won against the next, and lost to it; a tie is half of each.
    """

    competitors: tuple[str, str, str]
    closed: bool
    curl: float
    z: float
    adjusted_p: float
    won: tuple[float, float, float]
    lost: tuple[float, float, float]


def cycles(
    pairs: Pairs, competitors: tuple[str, ...], *, scale: float = 1.0, limit: int = 10
) -> tuple[Cycle, ...]:
    """Find the triples whose results contradict strengths most, most surprising first.

    All triples that met are tested; in logs of more than 200 competitors, those among the 200 with
    the most comparisons.

    Parameters
    ----------
    pairs : Pairs
    competitors : tuple of str, length m
        Names of the codes in `pairs`.
    scale : float, default 1
        As in `intransitivity`.
    limit : int, default 10
        How many to return at most.

    Returns
    -------
    tuple of Cycle
        Those with an adjusted p-value below 0.05.
    """
    games = pairs.per_competitor(pairs.votes, pairs.votes)
    chosen = np.sort(np.argsort(-games, kind="stable")[:_COMPETITORS])
    mask = np.zeros(pairs.m, bool)
    mask[chosen] = True
    among = pairs.among(mask)
    odds, variance = _matrices(among)
    won = _won(among)
    triples, curl, z = _triangles(odds, variance * scale)
    if not len(z):
        return ()
    from scipy.stats import false_discovery_control

    adjusted = false_discovery_control(erfc(np.abs(z) / np.sqrt(2)))
    order = np.argsort(-np.abs(z), kind="stable")[:limit]
    found = []
    for at in order[adjusted[order] < 0.05]:
        i, j, k = triples[at] if z[at] > 0 else triples[at][::-1]
        closed = odds[i, j] > 0 and odds[j, k] > 0 and odds[k, i] > 0
        names = tuple(competitors[chosen[code]] for code in (i, j, k))
        won_by, lost_by = won[[i, j, k], [j, k, i]].tolist(), won[[j, k, i], [i, j, k]].tolist()
        found.append(
            Cycle(
                competitors=(names[0], names[1], names[2]),
                closed=bool(closed),
                curl=abs(float(curl[at])),
                z=abs(float(z[at])),
                adjusted_p=float(adjusted[at]),
                won=(won_by[0], won_by[1], won_by[2]),
                lost=(lost_by[0], lost_by[1], lost_by[2]),
            )
        )
    return tuple(found)


def _matrices(pairs: Pairs) -> tuple[Floats, Floats]:
    """Return the log-odds of row against column and their variances, NaN where they never met."""
    n = pairs.weight**2 / pairs.weight2
    y, w = log_odds(pairs.score * pairs.weight / pairs.weight2, n)
    odds, variance = np.full((pairs.m, pairs.m), np.nan), np.full((pairs.m, pairs.m), np.nan)
    odds[pairs.first, pairs.second], odds[pairs.second, pairs.first] = y, -y
    variance[pairs.first, pairs.second] = variance[pairs.second, pairs.first] = 1 / w
    return odds, variance


def _won(pairs: Pairs) -> Floats:
    """Return the comparisons that the row won against the column, ties counted half."""
    won = np.zeros((pairs.m, pairs.m))
    share = pairs.score / pairs.weight
    won[pairs.first, pairs.second] = pairs.votes * share
    won[pairs.second, pairs.first] = pairs.votes * (1 - share)
    return won.round(_DIGITS)


def _triangles(odds: Floats, variance: Floats) -> tuple[Codes, Floats, Floats]:
    """Return all triples i < j < k that met, shape (triples, 3), their curls and z values."""
    m = len(odds)
    found, curls, scores = [np.empty((0, 3), np.int64)], [np.empty(0)], [np.empty(0)]
    for i in range(m - 2):
        j, k = np.triu_indices(m - i - 1, 1)
        j, k = j + i + 1, k + i + 1
        curl = odds[i, j] + odds[j, k] + odds[k, i]
        met = np.isfinite(curl)
        j, k, curl = j[met], k[met], curl[met]
        found.append(np.column_stack([np.full(len(j), i), j, k]))
        curls.append(curl)
        scores.append(curl / np.sqrt(variance[i, j] + variance[j, k] + variance[k, i]))
    return np.concatenate(found), np.concatenate(curls), np.concatenate(scores)

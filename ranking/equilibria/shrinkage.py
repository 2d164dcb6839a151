"""Win rates of cells shrunk towards what strengths predict, and how far."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from scipy import sparse
from scipy.special import expit, gammaln

from ranking.capabilities.pooling import Pooled
from ranking.equilibria.task_log import Entries, TaskCells
from ranking.laplacian import Codes, Floats, laplacian
from ranking.tally import Games

MOST_SHRINKAGE = 1e6
"""Largest kappa: so many comparisons leave nothing of a cell but the strengths' prediction."""

_CORRELATION = 0.1  # mean of the exponential prior of what cells of one prediction share
_FEWEST = 10.0  # comparisons that speak for plain wins and losses when ties are counted
_LEAST_DISPERSION = 0.05
_EDGE = 1e-9  # predictions are held so far from 0 and 1 in a likelihood


def shrunken(
    cells: TaskCells, strength: Floats, shrinkage: float, departure: Floats | None = None
) -> Floats:
    """Return win rates shrunk towards those that strengths predict, shape (T, m, m).

    Parameters
    ----------
    cells : TaskCells
    strength : array of shape (T, m)
        In logits.
    shrinkage : float
        kappa; 0 leaves the raw rates.
    departure : array of shape (T, m, m), optional
        Antisymmetric; by how much what is predicted departs from the strengths. By default 0.
    """
    rate = expit(strength[:, :, None] - strength[:, None, :])
    if departure is not None:
        rate = np.clip(rate + departure, 0.0, 1.0)
    t, i, j = cells.task, cells.first, cells.second
    predicted, n = rate[t, i, j], cells.comparisons
    rate[t, i, j] = predicted + n / (n + shrinkage) * (cells.share - predicted)
    rate[t, j, i] = 1 - rate[t, i, j]
    return np.asarray(rate)


@dataclass(frozen=True)
class Dispersion:
    """Variances over those of as many independent wins and losses.

    Attributes
    ----------
    comparison : float
        Of one comparison's score; below 1 with ties and soft outcomes.
    cell, competitor : float
        Of the score of a cell, and of a competitor on a task: the above times the design effect
        of items that decide several comparisons of it alike.
    """

    comparison: float
    cell: float
    competitor: float


def dispersion(games: Games, places: Entries, cells: TaskCells) -> Dispersion:
    """Return how much the scores in a log vary beside independent wins and losses.

    Ties and soft outcomes vary less than wins and losses of the same mean. With a cell's variance
    ``v = s^2 - y^2`` and mean y over N comparisons, ``E v = phi p q (1 - 1/N)`` and ``E y (1 - y) =
    p q (1 - phi/N)``, so that phi solves ``sum N [v (1 - phi/N) - phi y (1 - y) (1 - 1/N)] = 0``.
    It is 1 where there are wins and losses only.

    Comparisons about one item are not independent, least of all where they are derived from scores:
    one answer then decides against everybody. The design effect is the sum of squares of residuals
    that were added up by item over that of the residuals themselves; of competitors it is their
    mean, so that the one opponent of a star graph is not taken for all.
    """
    n, y = cells.comparisons, cells.share
    square = places.total(places.score**2 / places.weight)
    within = np.maximum(square / cells.weight - y**2, 0.0)
    plain = _FEWEST / 4
    found = (n @ within + plain) / (within.sum() + (n - 1) @ (y * (1 - y)) + plain)
    phi = float(np.clip(found, _LEAST_DISPERSION, 1.0))
    item = games.item[places.row]
    if not (item >= 0).any():
        return Dispersion(phi, phi, phi)
    residual = places.score - places.weight * y[places.cell]
    votes = games.votes[places.row]
    own = _design_effects(places.cell, residual, item, votes, np.zeros(len(cells), np.int64))
    task, first, second = cells.task[places.cell], cells.first, cells.second
    side = np.concatenate([first[places.cell], second[places.cell]])
    of_competitor = _design_effects(
        np.tile(task, 2) * cells.m + side,
        np.concatenate([residual, -residual]),
        np.tile(item, 2),
        np.tile(votes, 2),
        np.tile(np.arange(cells.m), cells.tasks),
    )
    return Dispersion(phi, phi * own, phi * of_competitor)


def _design_effects(
    group: Codes, residual: Floats, cluster: Codes, votes: Floats, unit: Codes
) -> float:
    """Return the mean design effect of units: of groups' sums over independent comparisons.

    Parameters
    ----------
    group, residual, cluster, votes : arrays of shape (k,)
        Of each comparison; a cluster of -1 is none.
    unit : int array, one per group
    """
    alone = residual**2 / votes
    known = cluster >= 0
    where = (group[known], cluster[known])
    shape = (len(unit), int(cluster.max()) + 1)
    sums = sparse.coo_array((residual[known], where), shape=shape).tocsr()
    squares = sums.power(2).sum(axis=1) + np.bincount(group[~known], alone[~known], len(unit))
    clustered = np.bincount(unit, squares)
    independent = np.bincount(unit, np.bincount(group, alone, len(unit)))
    varies = independent > 0
    if not varies.any():
        return 1.0
    return max(float((clustered[varies] / independent[varies]).mean()), 1.0)


def drawn_departures(
    strength: Floats, shrinkage: float, phi: Dispersion, rng: np.random.Generator
) -> Floats:
    """Draw how far the win rate of each cell departs from the strengths, shape (T, m, m).

    ``Beta(kappa P, kappa (1 - P)) - P``, with kappa over the dispersion of a cell; antisymmetric.
    Nothing departs where kappa is at its largest, or 0, which trusts each cell alone.

    Parameters
    ----------
    strength : array of shape (T, m)
        In logits.
    shrinkage : float
        kappa, in comparisons.
    phi : Dispersion
    rng : Generator
    """
    tasks, m = strength.shape
    departure = np.zeros((tasks, m, m))
    if not 0 < shrinkage < MOST_SHRINKAGE:
        return departure
    i, j = np.triu_indices(m, 1)
    p = np.clip(expit(strength[:, i] - strength[:, j]), _EDGE, 1 - _EDGE)
    kappa = shrinkage / phi.cell
    departure[:, i, j] = rng.beta(kappa * p, kappa * (1 - p)) - p
    return departure - departure.transpose(0, 2, 1)


def fitted_shrinkage(
    cells: TaskCells, strengths: Pooled, phi: Dispersion = Dispersion(1.0, 1.0, 1.0)
) -> float:
    """Return the kappa under which the cells are most likely, given their fitted strengths.

    Win rates of cells scatter around the prediction P as ``Beta(kappa P, kappa (1 - P))``, and the
    score of N comparisons around that as a binomial (with ``N / phi`` trials, where phi is the
    dispersion of a cell). Maximises

        sum ln B(kappa P + s, kappa (1 - P) + N - s) / B(kappa P, kappa (1 - P))  -  10 rho

    with ``rho = 1 / (1 + kappa)``, the correlation within a cell: an exponential prior with mean
    0.1, so that cells of one comparison, which cannot tell, lean on the prediction. Because the
    strengths were fitted to the same cells, residuals are too small by the root of 1 less the
    cell's leverage; P is moved away from the cell's share to make up for it.

    Parameters
    ----------
    cells : TaskCells
    strengths : Pooled
        Fitted to these cells, each with N over the dispersion of a competitor.
    phi : Dispersion, default 1

    Returns
    -------
    float in [1, 1e6]
        In comparisons.

    References
    ----------
    Griffiths 1973, doi:10.2307/2529131.
    """
    from scipy.optimize import minimize_scalar

    n = cells.comparisons / phi.cell
    theta = strengths.own
    fitted = expit(theta[cells.task, cells.first] - theta[cells.task, cells.second])
    information = cells.comparisons / phi.competitor * fitted * (1 - fitted)
    held = np.sqrt(1 - np.minimum(leverages(cells, strengths, information), 0.9))
    p = np.clip(cells.share - (cells.share - fitted) / held, _EDGE, 1 - _EDGE)
    s = n * cells.share

    def loss(log_kappa: float) -> float:
        kappa = np.exp(log_kappa)
        a, b = kappa * p, kappa * (1 - p)
        likelihood = gammaln(a + s) - gammaln(a) + gammaln(b + n - s) - gammaln(b)
        likelihood -= gammaln(kappa + n) - gammaln(kappa)
        return float(1 / (_CORRELATION * (1 + kappa)) - likelihood.sum())

    grid = np.linspace(0.0, np.log(MOST_SHRINKAGE), 20)
    best = int(np.argmin([loss(at) for at in grid]))
    if best == len(grid) - 1:
        return MOST_SHRINKAGE
    bounds = (grid[max(best - 1, 0)], grid[best + 1])
    found = minimize_scalar(loss, bounds=bounds, method="bounded", options={"xatol": 1e-6})
    return float(np.clip(phi.cell * np.exp(found.x), 1.0, MOST_SHRINKAGE))


def leverages(cells: TaskCells, strengths: Pooled, information: Floats) -> Floats:
    """Return how far each cell's fitted log-odds follow the cell itself, shape (cells,).

    ``h = v (e_i - e_j)' C_t (e_i - e_j)``, with v the cell's information and C_t the covariance of
    the strengths on its task: ``A_t + A_t S^-1 A_t / tau^4`` with ``A_t = (H_t + I / tau^2)^-1``
    and S the information on the strengths overall; ``S^-1`` alone where tau is 0.
    """
    m, tau = cells.m, strengths.spread
    begin = np.searchsorted(cells.task, np.arange(cells.tasks + 1))
    blocks = [
        laplacian(m, cells.first[own], cells.second[own], information[own])
        for own in (slice(*ends) for ends in pairwise(begin))
    ]
    gauge = strengths.ridge * np.eye(m) if strengths.ridge else np.full((m, m), 1 / m)
    if not tau:
        covariance = [np.linalg.pinv(sum(blocks, gauge), hermitian=True)] * cells.tasks
    else:
        inverses = [np.linalg.inv(block + np.eye(m) / tau**2) for block in blocks]
        left = [block @ own / tau**2 for block, own in zip(blocks, inverses, strict=True)]
        overall = np.linalg.pinv(sum(left, gauge), hermitian=True)
        covariance = [own + own @ overall @ own / tau**4 for own in inverses]
    h = np.empty(len(cells))
    for c, own in zip(covariance, (slice(*ends) for ends in pairwise(begin)), strict=True):
        i, j = cells.first[own], cells.second[own]
        h[own] = information[own] * (c[i, i] + c[j, j] - 2 * c[i, j])
    return h

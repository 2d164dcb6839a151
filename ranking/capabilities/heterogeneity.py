"""Whether competitors differ in a node at all: one test of all their effects together."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import chdtrc

from ranking.capabilities.hypotheses import NodeTests
from ranking.capabilities.observations import Observations
from ranking.laplacian import Floats
from ranking.taxonomies.taxonomy import Bools


@dataclass(frozen=True, eq=False)
class Heterogeneity:
    """How differently competitors do in each node, beyond their levels; arrays (nodes,).

    Attributes
    ----------
    q : float array
        ``sum_k (d_k - mean)^2 / se_k^2`` over the K competitors with a test, with the mean weighted
        by ``1 / se_k^2`` and divided by what it exceeds its degrees of freedom by where they do not
        differ; chi-squared then. NaN where K < 2.
    df : float array
        K - 1, or less where competitors do well and badly on the same items.
    p : float array
        1 where K < 2.
    i2 : float array
        Share of the variation that noise does not explain, ``max(0, 1 - df / q)``.
    spread : float array
        Standard deviation between competitors of their effects, noise taken off, in units of the
        values; 0 where noise explains all of it, NaN where K < 2.
    """

    q: Floats
    df: Floats
    p: Floats
    i2: Floats
    spread: Floats


def heterogeneity(
    tests: NodeTests, *, fewest: int = 5, correlation: Floats | None = None
) -> Heterogeneity:
    """Compare the effects of all competitors in each node.

    With R the correlation of their noise and ``C = I - u u' / u'u``, ``u_k = 1 / se_k``, the sum of
    squares has the mean tr(CR) and the variance 2 tr((CR)^2) where nobody differs; scaled, it is
    referred to the chi-squared distribution that has both (Satterthwaite).

    Parameters
    ----------
    tests : NodeTests
        Of `inside_against_outside`.
    fewest : int, default 5
        Items a competitor needs in a node to count.
    correlation : float array of shape (m, m), optional
        R, as of `noise_correlation`. By default ``-1 / (K - 1)`` between any two: scores at an item
        add up to a constant.

    References
    ----------
    Cochran 1954, doi:10.2307/3001666. Satterthwaite 1946, doi:10.2307/3002019. Higgins and Thompson
    2002, doi:10.1002/sim.1186.
    """
    used = (tests.items >= fewest) & np.isfinite(tests.effect)
    k = used.sum(axis=1).astype(np.float64)
    effect = np.where(used, tests.effect, 0.0)
    error = np.where(used, tests.std_error, 1.0)
    mean = effect.sum(axis=1) / np.maximum(k, 1)
    off = np.where(used, effect - mean[:, None], 0.0)
    direction = np.where(used, 1 / error, 0.0)
    direction /= np.maximum(np.sqrt((direction**2).sum(axis=1, keepdims=True)), 1e-300)
    standardised = effect / error
    along = (standardised * direction).sum(axis=1)
    squares = np.maximum((standardised**2).sum(axis=1) - along**2, 0.0)
    factor, df = _moments(used, direction, correlation)
    with np.errstate(invalid="ignore", divide="ignore"):
        q = np.where(k >= 2, squares / factor, np.nan)
        i2 = np.where(q > 0, np.maximum(1 - df / q, 0.0), 0.0)
        noise = np.where(used, error**2, 0.0).sum(axis=1) / k * factor * df / (k - 1)
        between = np.maximum((off**2).sum(axis=1) / (k - 1) - noise, 0.0)
    p = np.where(k >= 2, chdtrc(np.maximum(df, 1e-9), np.nan_to_num(q)), 1.0)
    return Heterogeneity(q, df, p, i2, np.where(k >= 2, np.sqrt(between), np.nan))


def _moments(used: Bools, direction: Floats, correlation: Floats | None) -> tuple[Floats, Floats]:
    """Return the scale and the degrees of freedom of each node's sum of squares.

    Parameters
    ----------
    used : bool array of shape (nodes, m)
    direction : float array of shape (nodes, m)
        u over its length; 0 for who is not used.
    correlation : float array of shape (m, m), optional
    """
    factor, df = np.ones(len(used)), np.zeros(len(used))
    patterns, which = np.unique(used, axis=0, return_inverse=True)
    for at, pattern in enumerate(patterns):
        k = int(pattern.sum())
        if k < 2:
            continue
        own = which.ravel() == at
        inner = (
            np.where(np.eye(k, dtype=bool), 1.0, -1 / (k - 1))
            if correlation is None
            else correlation[np.ix_(pattern, pattern)]
        )
        u = direction[np.ix_(own, pattern)]
        pulled = u @ inner
        along = (pulled * u).sum(axis=1)  # u'Ru
        first = k - along
        second = (inner**2).sum() - 2 * (pulled**2).sum(axis=1) + along**2
        factor[own], df[own] = second / first, first**2 / second
    return factor, df


def noise_correlation(observed: Observations) -> Floats:
    """Return how the noise of competitors goes together, item by item; shape (m, m).

    Competitors that are alike do well and badly on the same items, whatever these are about.
    """
    shape = (observed.items, observed.m)
    table = sparse.coo_array((observed.value, (observed.item, observed.competitor)), shape).tocsr()
    product = (table.T @ table).toarray()
    size = np.sqrt(np.maximum(np.diag(product), 1e-300))
    correlation = product / (size[:, None] * size[None, :])
    np.fill_diagonal(correlation, 1.0)
    return np.asarray(correlation)

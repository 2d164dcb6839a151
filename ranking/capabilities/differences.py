"""Where competitors differ from each other: nodes ranked by the heterogeneity of their profiles."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from ranking.capabilities.hypotheses import NodeTests
from ranking.laplacian import Floats


@dataclass(frozen=True, eq=False)
class Heterogeneity:
    """How differently competitors do in each node, beyond their levels; arrays (nodes,).

    Attributes
    ----------
    q : float array
        ``(1 - 1/K) sum_k (d_k - mean)^2 / se_k^2`` over the K competitors with a test, chi-squared
        with K - 1 degrees of freedom where they do not differ; NaN where K < 2.
    df : float array
    p : float array
        1 where K < 2.
    i2 : float array
        Share of the variation that noise does not explain, ``max(0, 1 - df / q)``.
    """

    q: Floats
    df: Floats
    p: Floats
    i2: Floats


def heterogeneity(tests: NodeTests, *, fewest: int = 5) -> Heterogeneity:
    """Compare the effects of all competitors in each node.

    Parameters
    ----------
    tests : NodeTests
        Of `inside_against_outside`. As scores at an item add up to a constant, effects are
        correlated by ``-1 / (K - 1)``: hence the factor.
    fewest : int, default 5
        Items a competitor needs in a node to count.

    References
    ----------
    Cochran 1954, doi:10.2307/3001666. Higgins and Thompson 2002, doi:10.1002/sim.1186.
    """
    used = (tests.items >= fewest) & np.isfinite(tests.effect)
    k = used.sum(axis=1).astype(np.float64)
    effect = np.where(used, tests.effect, 0.0)
    mean = effect.sum(axis=1) / np.maximum(k, 1)
    scaled = np.where(used, (effect - mean[:, None]) / np.where(used, tests.std_error, 1.0), 0.0)
    df = np.maximum(k - 1, 0)
    q = np.where(k >= 2, (1 - 1 / np.maximum(k, 1)) * (scaled**2).sum(axis=1), np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        i2 = np.where(q > 0, np.maximum(1 - df / q, 0.0), 0.0)
    p = np.where(k >= 2, chdtrc(np.maximum(df, 1), np.nan_to_num(q)), 1.0)
    return Heterogeneity(q, df, p, i2)

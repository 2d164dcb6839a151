"""Tests of every competitor in every node of a taxonomy, on one observation per item."""

from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import stdtr, stdtrit

from ranking.capabilities.observations import Observations
from ranking.laplacian import Floats


@dataclass(frozen=True, eq=False)
class NodeTests:
    """A t test for each node and competitor; all arrays have the shape (nodes, m).

    Attributes
    ----------
    items : float array
        Distinct items of the node on which the competitor was observed.
    rest : float array
        Items outside; infinite where the test compares with a number.
    effect, std_error : float arrays
        In units of the values; NaN where there is no test: with fewer than two items, inside or
        out.
    df : float array
        Degrees of freedom.
    p : float array
        Two-sided p-value; 1 where there is no test.
    variance : float array
        Of one item of the node.
    """

    items: Floats
    rest: Floats
    effect: Floats
    std_error: Floats
    df: Floats
    p: Floats
    variance: Floats

    def interval(self, level: float) -> tuple[Floats, Floats]:
        """Return the t interval of the effect."""
        half = stdtrit(self.df, (1 + level) / 2) * self.std_error
        return self.effect - half, self.effect + half


def inside_against_outside(observed: Observations, members: sparse.csr_array) -> NodeTests:
    """Test whether values differ between the items of a node and all other items.

    ``d = mean_c - mean_rest``, ``se^2 = var_c / n_c + var / n_rest``, t with ``n_c - 1`` degrees of
    freedom: question A, is the competitor better here than elsewhere? The variance of an item
    counts as no smaller inside than over all items: under the hypothesis it is that, and a run of
    equal verdicts is not endless evidence.

    Parameters
    ----------
    observed : Observations
        Of `beyond_own_level` or `beyond_own_mean`.
    members : sparse array of shape (nodes, items), 0/1
    """
    n, total, squares = observed.sums(members)
    all_n, all_total, all_squares = observed.totals()
    overall = _moments(all_n, all_total, all_squares, observed.least_variance)[1]
    rest = all_n - n
    inside, variance = _moments(n, total, squares, overall)
    outside = _moments(rest, all_total - total, all_squares - squares, overall)[0]
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(variance / n + overall / rest)
    return _tests(n, rest, inside - outside, error, variance)


def against_reference(
    observed: Observations, members: sparse.csr_array, reference: float = 0.0
) -> NodeTests:
    """Test whether the mean over the items of a node differs from a number.

    Questions B, does the competitor beat the field here (values of `beyond_even`, 0), and C, is it
    above a bar (scores, the bar)?
    """
    n, total, squares = observed.sums(members)
    overall = _moments(*observed.totals(), observed.least_variance)[1]
    mean, variance = _moments(n, total, squares, overall)
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(variance / n)
    return _tests(n, np.full_like(n, np.inf), mean - reference, error, variance)


def _moments(
    n: Floats, total: Floats, squares: Floats, least: float | Floats
) -> tuple[Floats, Floats]:
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / n
        variance = (squares - n * mean**2) / (n - 1)
    return mean, np.fmax(variance, least)


def _tests(n: Floats, rest: Floats, effect: Floats, error: Floats, variance: Floats) -> NodeTests:
    tested = (n >= 2) & (rest >= 2)
    effect, error = np.where(tested, effect, np.nan), np.where(tested, error, np.nan)
    df = np.maximum(n - 1, 1)
    p = np.where(tested, 2 * stdtr(df, -np.abs(effect / error)), 1.0)
    return NodeTests(n, rest, effect, error, df, p, np.where(n >= 2, variance, np.nan))

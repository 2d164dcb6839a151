"""Pairs whose results the ratings do not explain: studentised residuals, false discoveries bounded.

The residual of a pair is its observed score less the expected one, over its standard error. Fitting
has drawn the expectation towards the observation by the pair's leverage, which studentising undoes.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import bdtr, bdtrc, erfc

from ranking.diagnostics.fitted_model import FittedModel
from ranking.errors import SelectionError
from ranking.laplacian import Codes, Floats

_THIN = 5.0  # expected wins or losses below which the normal tail is too light
_SATURATED = 1e-9  # a pair with less than this left by its leverage decides its own expectation


@dataclass(frozen=True, eq=False)
class PairResiduals:
    """Observed against expected results of every pair that met, seen from `first`.

    Attributes
    ----------
    competitors : tuple of str
        Names; `first` and `second` index it.
    first, second : int arrays of shape (pairs,)
    comparisons : float array of shape (pairs,)
        How many (effective ones, where weights differ).
    observed, expected : float arrays of shape (pairs,)
        Share of the possible score that `first` took, and that the ratings expect.
    residual : float array of shape (pairs,)
        Pearson residual: the difference over its standard error before fitting.
    leverage : float array of shape (pairs,)
        How far the pair decides its own expectation, in [0, 1].
    studentised : float array of shape (pairs,)
        ``residual / sqrt(1 - leverage)``: standard normal where the model holds. 0 where the
        leverage is 1.
    adjusted_p : float array of shape (pairs,)
        Two-sided p-values, adjusted for the number of pairs (Benjamini–Hochberg). Where fewer than
        5 wins or losses are expected, the exact binomial ones if they are larger.
    surprising : bool array of shape (pairs,)
        Whether `adjusted_p` is below 0.05: of the pairs so marked at most 5 % are expected to be
        chance.

    References
    ----------
    Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x.
    """

    competitors: tuple[str, ...]
    first: Codes
    second: Codes
    comparisons: Floats
    observed: Floats
    expected: Floats
    residual: Floats
    leverage: Floats
    studentised: Floats
    adjusted_p: Floats
    surprising: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.first)

    @property
    def order(self) -> Codes:
        """Positions of the pairs, most surprising first."""
        return np.argsort(-np.abs(self.studentised), kind="stable")

    def of(self, first: str, second: str) -> float:
        """Return the studentised residual of a pair seen from `first`; NaN where they never met.

        Raises
        ------
        SelectionError
            If one of them is not in the group that was tested.
        """
        for name in (first, second):
            if name not in self.competitors:
                raise SelectionError(f"The fit of {name!r} cannot be tested: it is not rated.")
        i, j = self.competitors.index(first), self.competitors.index(second)
        at = np.flatnonzero((self.first == min(i, j)) & (self.second == max(i, j)))
        if not len(at):
            return float("nan")
        return float(self.studentised[at[0]]) * (1 if i < j else -1)

    def matrix(self) -> Floats:
        """Return studentised residuals of row against column, (m, m); NaN where they never met."""
        whole = np.full((len(self.competitors),) * 2, np.nan)
        whole[self.first, self.second] = self.studentised
        whole[self.second, self.first] = -self.studentised
        return whole


def pair_residuals(fitted: FittedModel, *, scale: float) -> PairResiduals:
    """Compare what each pair scored with what a fitted model expects.

    Parameters
    ----------
    fitted : FittedModel
    scale : float
        Variance of scores over that of independent comparisons under the model.
    """
    n, p, values = fitted.counts, fitted.probabilities, fitted.values
    expected = values @ p
    variance = np.maximum(values**2 @ p - expected**2, 0.0)
    observed = values @ fitted.observed / n
    residual = (observed - expected) * np.sqrt(n / (variance * scale))
    leverage = _leverage(fitted, p, values - expected[:, None], variance)
    left = 1 - leverage
    open_to_test = left > _SATURATED
    studentised = np.where(open_to_test, residual / np.sqrt(np.where(open_to_test, left, 1)), 0.0)
    p_value = erfc(np.abs(studentised) / np.sqrt(2))
    thin = n * np.minimum(expected, 1 - expected) < _THIN
    exact = np.where(studentised == 0, 1.0, _binomial_tails(n, observed, expected))
    adjusted = _false_discovery(np.where(thin, np.maximum(p_value, exact), p_value))
    return PairResiduals(
        competitors=fitted.competitors,
        first=fitted.first,
        second=fitted.second,
        comparisons=n,
        observed=observed,
        expected=expected,
        residual=residual,
        leverage=leverage,
        studentised=studentised,
        adjusted_p=adjusted,
        surprising=adjusted < 0.05,
    )


def _leverage(fitted: FittedModel, p: Floats, centred: Floats, variance: Floats) -> Floats:
    """Return ``n c' V c / variance`` with ``c`` the covariance of a score with the likelihood's.

    For half-win Bradley–Terry this is ``n p (1 - p) (V_ii + V_jj - 2 V_ij)``.
    """
    i, j = fitted.strength[fitted.first], fitted.strength[fitted.second]
    scores = fitted.model.scores(i, j, fitted.own)
    covariance = np.einsum("kp,pk,kpa->pa", p, centred, scores)
    n, m = fitted.counts * fitted.information_share, len(fitted.strength)
    own = np.broadcast_to(np.arange(m, m + len(fitted.own)), (len(n), len(fitted.own)))
    at = np.column_stack([fitted.first, fitted.second, own])
    blocks = fitted.inverse[at[:, :, None], at[:, None, :]]
    explained = np.einsum("pa,pab,pb->p", covariance, blocks, covariance)
    return np.asarray(np.clip(n * explained / variance, 0.0, 1.0))


def _binomial_tails(n: Floats, observed: Floats, expected: Floats) -> Floats:
    """Return twice the chance of a score at least as far from the expected one, on its side."""
    whole = np.maximum(np.rint(n), 1).astype(np.int64)
    score = observed * whole
    above = bdtrc(np.ceil(score - 1e-9) - 1, whole, expected)
    below = bdtr(np.floor(score + 1e-9), whole, expected)
    return np.asarray(np.minimum(2 * np.where(observed > expected, above, below), 1.0))


def _false_discovery(p: Floats) -> Floats:
    from scipy.stats import false_discovery_control

    return np.asarray(false_discovery_control(p))

"""Bradley–Terry with covariates: strengths and coefficients by Newton steps on rows.

The information has the blocks ``[[L, F], [F', C]]`` with the Laplacian ``L`` of the rows' weights
``v``, the flows ``F`` of ``v x_k`` and the cross-products ``C = X' diag(v) X``.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import linalg
from scipy.special import expit

from ranking.errors import ConvergenceError
from ranking.laplacian import Codes, Floats, inverse
from ranking.methods.contextual_rows import ContextualRows
from ranking.methods.half_win import statuses
from ranking.newton import descend, fit_strengths
from ranking.ratings import Status
from ranking.tally import Games, Pairs
from ranking.uncertainty.sandwich import InformationRows, ScoreRows

_TOLERANCE = 1e-15  # of the squared Newton decrement: an error of 3e-8 standard errors
_ITERATIONS = 100
_SLOW = 1e-3  # a decrement above this share of the one before asks for a new information matrix
_VANISHED = 1e-6  # share of a coefficient's information that is left where a covariate separates


@dataclass(frozen=True, eq=False)
class Prior:
    """What is known before: precisions of normal priors, and which strengths share a gauge.

    Attributes
    ----------
    component : int array of shape (m,)
        Strengths sum to zero in each component.
    ridge : float array of shape (components,)
        Precision of the strengths of each component; 0 for none.
    penalty : float
        Precision of the coefficients.
    """

    component: Codes
    ridge: Floats
    penalty: float

    def precision(self, own: int) -> Floats:
        """Return the precision of each parameter, shape (m + q,)."""
        return np.concatenate([self.ridge[self.component], np.full(own, self.penalty)])

    def groups(self) -> list[tuple[npt.NDArray[np.bool_], float]]:
        """Return the members of each component as a mask of shape (m,), and its ridge."""
        return [(self.component == label, float(ridge)) for label, ridge in enumerate(self.ridge)]


@dataclass(frozen=True, eq=False)
class ContextualFit:
    """Strengths and coefficients of a log with covariates, as every covariance needs them.

    Attributes
    ----------
    rows : ContextualRows
    side : int array of shape (m,)
        As in `Connectivity`.
    prior : Prior
    strength, unadjusted : float arrays of shape (m,)
        In logits, with and without the covariates; they sum to zero in each component.
    own : float array of shape (q,)
        The coefficients, in logits.
    bread : float array of shape (m + q, m + q)
        The inverse information.
    log_likelihood, unadjusted_log_likelihood : float
        With and without the covariates.
    iterations : int
    """

    rows: ContextualRows
    side: Codes
    prior: Prior
    strength: Floats
    unadjusted: Floats
    own: Floats
    bread: Floats
    log_likelihood: float
    unadjusted_log_likelihood: float
    iterations: int

    @property
    def free(self) -> int:
        """Number of free parameters."""
        return len(self.strength) - len(self.prior.ridge) + len(self.own)

    @cached_property
    def status(self) -> tuple[Status, ...]:
        """Whether each rating is settled."""
        rows = self.rows
        information = rows.by_pair(rows.total_weight * self._variance)
        return statuses(rows.pairs, self.side, information)

    def system(self) -> Floats:
        """Return the information made invertible, shape (m + q, m + q)."""
        system = self.rows.quadratic(self.rows.total_weight * self._variance)
        system[np.diag_indices_from(system)] += self.prior.precision(len(self.own))
        for mask, ridge in self.prior.groups():
            if not ridge:
                system[np.ix_(np.flatnonzero(mask), np.flatnonzero(mask))] += 1 / mask.sum()
        return system

    def cell_meat(self) -> Floats:
        """Return the HC0 meat, shape (m + q, m + q)."""
        rows = self.rows
        return rows.quadratic(rows.total_weight * rows.weight * self._residual**2)

    def expected_meat(self, affected: npt.NDArray[np.bool_] | None) -> Floats:
        """Return what the model expects of the meat, from the rows of some competitors or all."""
        rows = self.rows
        weight = rows.total_weight * rows.weight * self._variance
        if affected is not None:
            touched = affected[rows.pairs.first] | affected[rows.pairs.second]
            weight = np.where(touched[rows.pair], weight, 0.0)
        return rows.quadratic(weight)

    def score_rows(self, games: Games) -> ScoreRows:
        """Return the score of each row; the games are those that were fitted."""
        rows, residual = self.rows, self.rows.weight * self._residual
        return ScoreRows(
            len(self.strength) + len(self.own),
            rows.pairs.first[rows.pair],
            rows.pairs.second[rows.pair],
            residual,
            -residual,
            rows.values * residual[:, None],
            games.votes,
        )

    def information_rows(self, games: Games) -> InformationRows:
        """Return the information of each row; the games are those that were fitted."""
        one = np.ones((1, len(games)))
        weight = self.rows.weight * self._variance
        return InformationRows(weight[None], one, -one, self.rows.values[None])

    @cached_property
    def _chance(self) -> Floats:
        return np.asarray(expit(self.rows.logits(self.strength, self.own)))

    @property
    def _residual(self) -> Floats:
        return self.rows.score - self._chance

    @property
    def _variance(self) -> Floats:
        return self._chance * (1 - self._chance)


def fit_contextual(rows: ContextualRows, side: Codes, prior: Prior) -> ContextualFit:
    """Maximise ``sum w (y eta - ln(1 + e^eta))`` less the priors, ``eta = d theta + x beta``.

    It starts from the strengths without covariates, and keeps an information matrix as long as its
    steps converge fast: a step costs two passes over the rows, a matrix as much again.

    Parameters
    ----------
    rows : ContextualRows
        Every competitor must occur; the coefficients must be identified.
    side : int array of shape (m,)
        As in `Connectivity`; kept in the result.
    prior : Prior

    Raises
    ------
    ConvergenceError
        If a covariate tells the winner without exception, so that its coefficient is infinite.
    """
    m, q = rows.pairs.m, rows.values.shape[1]
    precision = prior.precision(q)
    start = unadjusted_strengths(rows.pairs, prior)
    parameters = np.concatenate([start, np.zeros(q)])

    def loss(at: Floats) -> float:
        likelihood = rows.log_likelihood(rows.logits(at[:m], at[m:]))
        return 0.5 * float(at @ (precision * at)) - likelihood

    value = loss(parameters)
    unadjusted = _log_likelihood(parameters, precision, value)
    chance = expit(rows.logits(start, parameters[m:]))
    bread, at_start = _inverse_information(rows, chance, prior)
    before = np.inf
    for iteration in range(1, _ITERATIONS + 1):
        gradient = rows.gradient(rows.score - chance) - precision * parameters
        step = bread @ gradient
        decrement = float(gradient @ step)
        parameters, value = descend(loss, parameters, value, step, decrement)
        chance = expit(rows.logits(parameters[:m], parameters[m:]))
        done = decrement < _TOLERANCE * min(1.0, float(rows.total_weight.sum()))
        if done or decrement > _SLOW * before:
            bread, information = _inverse_information(rows, chance, prior)
            _refuse_separation(information, at_start, prior)
        if done:
            return ContextualFit(
                rows, side, prior, parameters[:m], start, parameters[m:], bread,
                _log_likelihood(parameters, precision, value), unadjusted, iteration,
            )  # fmt: skip
        before = decrement
    raise ConvergenceError(
        f"Contextual Bradley–Terry did not converge in {_ITERATIONS} steps (decrement "
        f"{decrement:.2g}); set a penalty, say 1."
    )


def _log_likelihood(parameters: Floats, precision: Floats, loss: float) -> float:
    return 0.5 * float(parameters @ (precision * parameters)) - loss


def unadjusted_strengths(pairs: Pairs, prior: Prior) -> Floats:
    """Return the strengths without covariates, in logits, shape (m,)."""
    strength = np.zeros(pairs.m)
    for mask, ridge in prior.groups():
        strength[mask], _ = fit_strengths(pairs.among(mask), ridge=ridge)
    return strength


def _inverse_information(
    rows: ContextualRows, chance: Floats, prior: Prior
) -> tuple[Floats, Floats]:
    """Return the inverse information, and the coefficients' own information beside the ratings."""
    pairs = rows.pairs
    by_pair, flows, products = rows.blocks(rows.total_weight * chance * (1 - chance))
    m, q = flows.shape
    corner = np.zeros((m, m))
    for mask, ridge in prior.groups():
        part, at = mask[pairs.first], np.flatnonzero(mask)
        recode = np.cumsum(mask) - 1
        edges = recode[pairs.first[part]], recode[pairs.second[part]]
        corner[np.ix_(at, at)] = inverse(len(at), *edges, by_pair[part], ridge=ridge)
    potential = corner @ flows
    information = products - flows.T @ potential
    try:
        inner = linalg.inv(information + prior.penalty * np.eye(q))
    except linalg.LinAlgError as error:
        raise ConvergenceError(_SEPARATED) from error
    cross = -potential @ inner
    corner -= cross @ potential.T
    return np.block([[corner, cross], [cross.T, inner]]), information


def _refuse_separation(information: Floats, at_start: Floats, prior: Prior) -> None:
    """Stop where a coefficient runs away: its information vanishes on the way."""
    if prior.penalty:
        return
    left = linalg.eigh(information, at_start, eigvals_only=True)
    if left[0] < _VANISHED:
        raise ConvergenceError(_SEPARATED)


_SEPARATED = (
    "The covariates tell the winner of some comparisons without exception, so that a coefficient "
    "is infinite; set a penalty, say 1, or leave a covariate out."
)

"""Models of ties and of both-bad: the chances of each outcome as functions of two strengths.

Each model gives the log-probability of every outcome and its derivatives (the score) in the two
strengths and in the model's own parameters. Fisher scoring and every sandwich need no more:
the information of a pair is ``n sum_k P_k s_k s_k'``, its meat ``sum_k w_k^2 s_k s_k'``.
"""

from dataclasses import dataclass
from typing import ClassVar, Protocol

import numpy as np
import numpy.typing as npt
from scipy import linalg
from scipy.special import expit, log_expit, logsumexp

from ranking.errors import ConvergenceError, InputError
from ranking.laplacian import Codes, Floats
from ranking.newton import descend
from ranking.outcomes import BOTH_BAD, FIRST, SECOND, SOFT, TIE
from ranking.tally import Tally

_TOLERANCE = 1e-10
_ITERATIONS = 200


class TieModel(Protocol):
    """The probabilities of the outcomes of one comparison.

    Attributes
    ----------
    outcomes : tuple of int
        Codes of the outcomes that the model knows, in the order of its arrays.
    parameters : tuple of str
        Names of its own parameters; there are q of them.
    """

    name: ClassVar[str]
    outcomes: ClassVar[tuple[int, ...]]
    parameters: ClassVar[tuple[str, ...]]
    gauge_free: ClassVar[bool]

    def log_probabilities(self, first: Floats, second: Floats, own: Floats) -> Floats:
        """Return ln P of each outcome, shape (K, pairs), for strengths of shape (pairs,)."""
        ...

    def scores(self, first: Floats, second: Floats, own: Floats) -> Floats:
        """Return the derivatives of ln P in both strengths and own, shape (K, pairs, 2 + q)."""
        ...

    def start(self, weight: Floats) -> Floats:
        """Return where own parameters begin, given the total weight of each outcome."""
        ...


@dataclass(frozen=True)
class Davidson:
    """``P(win) : P(tie) : P(loss) = e^(d/2) : nu : e^(-d/2)``, in theta and ln nu.

    References
    ----------
    Davidson 1970, doi:10.1080/01621459.1970.10481082.
    """

    name: ClassVar[str] = "davidson"
    outcomes: ClassVar[tuple[int, ...]] = (FIRST, TIE, SECOND)
    parameters: ClassVar[tuple[str, ...]] = ("log_nu",)
    gauge_free: ClassVar[bool] = True

    def log_probabilities(self, first: Floats, second: Floats, own: Floats) -> Floats:
        """See `TieModel`."""
        half = (first - second) / 2
        utilities = np.stack([half, np.full_like(half, own[0]), -half])
        return np.asarray(utilities - logsumexp(utilities, axis=0))

    def scores(self, first: Floats, second: Floats, own: Floats) -> Floats:
        """See `TieModel`."""
        p = np.exp(self.log_probabilities(first, second, own))
        features = np.array([[0.5, -0.5, 0.0], [0.0, 0.0, 1.0], [-0.5, 0.5, 0.0]])
        return _centred(np.broadcast_to(features[:, None, :], (3, len(first), 3)), p)

    def start(self, weight: Floats) -> Floats:
        """See `TieModel`."""
        return np.array([np.log(max(2 * weight[1], 1e-6) / max(weight[0] + weight[2], 1e-6))])


@dataclass(frozen=True)
class RaoKupper:
    """``P(win) = sigma(d - kappa)``, ``P(loss) = sigma(-d - kappa)``, in theta and ln kappa.

    References
    ----------
    Rao and Kupper 1967, doi:10.1080/01621459.1967.10482901.
    """

    name: ClassVar[str] = "rao-kupper"
    outcomes: ClassVar[tuple[int, ...]] = (FIRST, TIE, SECOND)
    parameters: ClassVar[tuple[str, ...]] = ("log_kappa",)
    gauge_free: ClassVar[bool] = True

    def log_probabilities(self, first: Floats, second: Floats, own: Floats) -> Floats:
        """See `TieModel`."""
        d, kappa = first - second, np.exp(own[0])
        win, loss = log_expit(d - kappa), log_expit(-d - kappa)
        return np.stack([win, win + loss + np.log(np.expm1(2 * kappa)), loss])

    def scores(self, first: Floats, second: Floats, own: Floats) -> Floats:
        """See `TieModel`."""
        d, kappa = first - second, np.exp(own[0])
        win, loss = expit(kappa - d), expit(kappa + d)
        tied = 2 / -np.expm1(-2 * kappa)
        in_d = np.stack([win, win - loss, -loss])
        in_kappa = np.stack([-win, tied - win - loss, -loss])
        return np.stack([in_d, -in_d, in_kappa * kappa], axis=-1)

    def start(self, weight: Floats) -> Floats:
        """See `TieModel`."""
        share = (weight[1] + 0.5) / (weight.sum() + 1)
        return np.array([np.log(np.log((1 + share) / (1 - share)))])

    def curvature(self, first: Floats, second: Floats, own: Floats, weight: Floats) -> Floats:
        """Return minus the second derivatives of the log-likelihood, shape (pairs, 3, 3).

        Parameters
        ----------
        first, second, own
            As in `scores`.
        weight : array of shape (3, pairs)
            Weight of each outcome of each pair.
        """
        d, kappa = first - second, np.exp(own[0])
        win, loss = expit(kappa - d), expit(kappa + d)
        ahead = (weight[0] + weight[1]) * win * (1 - win)
        behind = (weight[2] + weight[1]) * loss * (1 - loss)
        in_d, mixed = ahead + behind, kappa * (behind - ahead)
        slope = (weight * self.scores(first, second, own)[..., 2]).sum(axis=0)
        in_kappa = kappa**2 * (in_d + weight[1] / np.sinh(kappa) ** 2) - slope
        rows = [[in_d, -in_d, mixed], [-in_d, in_d, -mixed], [mixed, -mixed, in_kappa]]
        return np.moveaxis(np.array(rows), 2, 0)


@dataclass(frozen=True)
class OutsideOption:
    """Both-bad competes as an option of utility 0: strengths get an absolute zero.

    Utilities: theta_i for a win of i, theta_j for one of j, their mean plus delta for a good tie.
    A strength of 0 is "as likely acceptable as not".
    """

    name: ClassVar[str] = "outside-option"
    outcomes: ClassVar[tuple[int, ...]] = (FIRST, TIE, SECOND, BOTH_BAD)
    parameters: ClassVar[tuple[str, ...]] = ("delta",)
    gauge_free: ClassVar[bool] = False

    def log_probabilities(self, first: Floats, second: Floats, own: Floats) -> Floats:
        """See `TieModel`."""
        tied = (first + second) / 2 + own[0]
        utilities = np.stack([first, tied, second, np.zeros_like(first)])
        return np.asarray(utilities - logsumexp(utilities, axis=0))

    def scores(self, first: Floats, second: Floats, own: Floats) -> Floats:
        """See `TieModel`."""
        p = np.exp(self.log_probabilities(first, second, own))
        features = np.array([[1.0, 0, 0], [0.5, 0.5, 1.0], [0, 1.0, 0], [0, 0, 0]])
        return _centred(np.broadcast_to(features[:, None, :], (4, len(first), 3)), p)

    def start(self, weight: Floats) -> Floats:
        """See `TieModel`."""
        return np.zeros(1)


TIE_MODELS: dict[str, TieModel] = {
    model.name: model for model in (Davidson(), RaoKupper(), OutsideOption())
}
"""The models of ties by name."""


@dataclass(frozen=True, eq=False)
class OutcomeCells:
    """A tally by pair and outcome of one model.

    Attributes
    ----------
    m : int
        Competitors.
    first, second : int arrays of shape (pairs,)
    weight, weight2 : float arrays of shape (K, pairs)
        Sums of weights and of squared weights.
    """

    m: int
    first: Codes
    second: Codes
    weight: Floats
    weight2: Floats

    @classmethod
    def of(cls, tally: Tally, model: TieModel) -> "OutcomeCells":
        """Arrange a tally by the outcomes that a model knows; the others are left out.

        Raises
        ------
        InputError
            If there are soft outcomes, which no model of ties can place.
        """
        if tally.votes_of(SOFT):
            raise InputError(
                f"The {model.name} model needs wins, ties and losses; these outcomes are soft."
            )
        kept = np.isin(tally.outcome, model.outcomes)
        m = len(tally.competitors)
        pairs, at = np.unique(tally.first[kept] * m + tally.second[kept], return_inverse=True)
        row = np.searchsorted(np.sort(model.outcomes), tally.outcome[kept])
        row = np.argsort(model.outcomes)[row]
        sums = []
        for values in (tally.weight, tally.weight2):
            table = np.zeros((len(model.outcomes), len(pairs)))
            np.add.at(table, (row, at), values[kept])
            sums.append(table)
        return cls(m, pairs // m, pairs % m, *sums)


@dataclass(frozen=True, eq=False)
class TieFit:
    """A fitted model of ties.

    Attributes
    ----------
    strength : float array of shape (m,)
        In logits; they sum to zero unless the model has an absolute zero.
    own : float array of shape (q,)
        The model's own parameters.
    log_likelihood : float
    information, observed : float arrays of shape (m + q, m + q)
        Expected and observed information of strengths and own parameters; where the model does not
        hold, the two differ, and a sandwich needs the observed one.
    iterations : int
    """

    strength: Floats
    own: Floats
    log_likelihood: float
    information: Floats
    observed: Floats
    iterations: int


def fit_tie_model(cells: OutcomeCells, model: TieModel, *, ridge: float = 0.0) -> TieFit:
    """Maximise the log-likelihood of a model of ties by damped Fisher scoring.

    Parameters
    ----------
    cells : OutcomeCells
        A connected log; without a ridge it must satisfy Ford's condition.
    model : TieModel
    ridge : float, default 0
        Precision of the normal prior on strengths, in 1/logit^2.

    Raises
    ------
    InputError
        If the log has no outcome of the model, or no both-bad where that sets the zero.
    ConvergenceError
        If the decrement is not small after 200 steps.
    """
    if not cells.weight.sum() or (not model.gauge_free and not cells.weight[-1].sum()):
        missing = "both-bad" if cells.weight.sum() else "any outcome that it knows"
        raise InputError(f"The {model.name} model needs {missing}; this log has none.")
    m, i, j = cells.m, cells.first, cells.second
    x = np.concatenate([np.zeros(m), model.start(cells.weight.sum(axis=1))])
    gauge = np.zeros((len(x), len(x)))
    if ridge:
        gauge[:m, :m] = ridge * np.eye(m)
    elif model.gauge_free:
        gauge[:m, :m] = 1 / m

    def loss(point: Floats) -> float:
        own = point[m:]
        fit = (cells.weight * model.log_probabilities(point[i], point[j], own)).sum()
        return float(0.5 * ridge * point[:m] @ point[:m] - fit)

    value = loss(x)
    for iteration in range(1, _ITERATIONS + 1):
        scores = model.scores(x[i], x[j], x[m:])
        gradient = _scatter(cells, (cells.weight[..., None] * scores).sum(axis=0), len(x))
        gradient[:m] -= ridge * x[:m]
        information = expected_information(cells, model, x[:m], x[m:])
        try:
            step = np.asarray(linalg.solve(information + gauge, gradient, assume_a="pos"))
        except linalg.LinAlgError as error:
            raise ConvergenceError(
                "The weights or results span too many orders of magnitude to be rated together."
            ) from error
        decrement = float(gradient @ step)
        x, value = descend(loss, x, value, step, decrement)
        if decrement < _TOLERANCE * min(1.0, float(cells.weight.sum())):
            if model.gauge_free:
                x[:m] -= x[:m].mean()
            information = expected_information(cells, model, x[:m], x[m:])
            observed = observed_information(cells, model, x[:m], x[m:], information)
            return TieFit(x[:m], x[m:], -loss(x), information, observed, iteration)
    raise ConvergenceError(
        f"The {model.name} model did not converge in {_ITERATIONS} steps "
        f"(decrement {decrement:.2g})."
    )


def has_finite_ties(tally: Tally) -> bool:
    """Tell whether ties and wins bound each other, so that a model of ties has a finite maximum.

    It has none where strengths x exist such that every win is one of ``x_i - x_j >= 1`` and every
    tie one within 1: stretching x and the chance of a tie together then fits ever better. Such
    difference constraints hold unless a cycle has more wins than ties (Bellman and Ford).

    Parameters
    ----------
    tally : Tally
        A connected log that satisfies Ford's condition.
    """
    won, lost, tied = (tally.outcome == kind for kind in (FIRST, SECOND, TIE))
    pair = tally.first * len(tally.competitors) + tally.second
    if np.isin(pair[won], pair[lost]).any():
        return True
    source = np.concatenate(
        [tally.first[won], tally.second[lost], tally.first[tied], tally.second[tied]]
    )
    target = np.concatenate(
        [tally.second[won], tally.first[lost], tally.second[tied], tally.first[tied]]
    )
    bound = np.repeat([-1.0, 1.0], [won.sum() + lost.sum(), 2 * tied.sum()])
    # x_target - x_source <= bound; a feasible x is found in m rounds, if there is one.
    x = np.zeros(len(tally.competitors))
    for _ in range(len(x)):
        lowered = x.copy()
        np.minimum.at(lowered, target, x[source] + bound)
        if (lowered == x).all():
            return False
        x = lowered
    return True


def expected_information(
    cells: OutcomeCells, model: TieModel, strength: Floats, own: Floats
) -> Floats:
    """Return ``sum_pairs n sum_k P_k s_k s_k'``, shape (m + q, m + q)."""
    first, second = strength[cells.first], strength[cells.second]
    p = np.exp(model.log_probabilities(first, second, own))
    return quadratic(cells, cells.weight.sum(axis=0) * p, model.scores(first, second, own))


def observed_information(
    cells: OutcomeCells, model: TieModel, strength: Floats, own: Floats, expected: Floats
) -> Floats:
    """Return minus the second derivatives of the log-likelihood, shape (m + q, m + q).

    Multinomial logits have the same as their `expected` information.
    """
    if not isinstance(model, RaoKupper):
        return expected
    first, second = strength[cells.first], strength[cells.second]
    return _assembled(cells, model.curvature(first, second, own, cells.weight))


def quadratic(cells: OutcomeCells, weight: Floats, scores: Floats) -> Floats:
    """Return ``sum_pairs sum_k weight_k s_k s_k'``, shape (m + q, m + q).

    Parameters
    ----------
    cells : OutcomeCells
        Which competitors the pairs are of.
    weight : array of shape (K, pairs)
    scores : array of shape (K, pairs, 2 + q)
    """
    return _assembled(cells, np.einsum("kp,kpa,kpb->pab", weight, scores, scores))


def _assembled(cells: OutcomeCells, blocks: npt.NDArray[np.float64]) -> Floats:
    """Add up blocks of shape (pairs, 2 + q, 2 + q) in the matrix of all parameters."""
    index = _positions(cells, blocks.shape[-1])
    total = np.zeros((cells.m + index.shape[1] - 2,) * 2)
    np.add.at(total, (index[:, :, None], index[:, None, :]), blocks)
    return total


def _positions(cells: OutcomeCells, width: int) -> Codes:
    """Where each pair's score entries belong in the vector of all parameters: (pairs, width)."""
    own = np.broadcast_to(np.arange(cells.m, cells.m + width - 2), (len(cells.first), width - 2))
    return np.column_stack([cells.first, cells.second, own])


def _scatter(cells: OutcomeCells, values: Floats, size: int) -> Floats:
    index = _positions(cells, values.shape[-1])
    return np.asarray(np.bincount(index.ravel(), values.ravel(), size), np.float64)


def _centred(features: npt.NDArray[np.float64], p: Floats) -> Floats:
    """Return the scores of a multinomial logit: features less their mean under the model."""
    return np.asarray(features - np.einsum("kp,kpa->pa", p, features))

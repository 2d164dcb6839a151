"""How far strengths depart from one task to the next: the spread of largest marginal likelihood."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ranking.laplacian import Codes, Floats

FLOOR = 0.02
"""Smallest spread, in logits (3.5 points): where the data want less, no differences are seen."""

CEILING = 3.0
"""Largest spread, in logits."""

_COARSE = np.geomspace(FLOOR, CEILING, 9)
_AROUND = 1.5


@dataclass(frozen=True, eq=False)
class Linearised:
    """The log-likelihoods of all tasks to second order, ``b'd - d'Hd/2`` in the departures d.

    Attributes
    ----------
    vectors : float array of shape (m, K)
        Eigenvectors Q of the H of each task, side by side; 0 for who was not compared in the task.
    information : float array of shape (K,)
        Their eigenvalues w.
    score : float array of shape (K,)
        ``Q'b``.
    """

    vectors: Floats
    information: Floats
    score: Floats

    @classmethod
    def of(cls, m: int, tasks: Sequence[tuple[Codes, Floats, Floats]]) -> "Linearised":
        """Diagonalise tasks given as members (k,), H (k, k) and b (k,) among them."""
        size = sum(len(members) for members, _, _ in tasks)
        vectors, information, score = np.zeros((m, size)), np.empty(size), np.empty(size)
        begin = 0
        for members, matrix, pull in tasks:
            at = slice(begin, begin + len(members))
            values, own = np.linalg.eigh(matrix)
            vectors[members, at], information[at], score[at] = own, values, own.T @ pull
            begin = at.stop
        return cls(vectors, np.maximum(information, 0.0), score)


def known_centre(information: Floats, score2: Floats, spread: float) -> float:
    """Return the log of the marginal likelihood, over that at no spread.

    ``1/2 sum_k [ (Q'b)_k^2 / (w_k + tau^-2) - ln(1 + tau^2 w_k) ]``: departures from strengths
    that are known, ``d ~ N(0, tau^2)``, integrated out.

    Parameters
    ----------
    information, score2 : arrays of one shape
        w and ``(Q'b)^2``.
    spread : float
        tau, in logits.
    """
    tau2 = spread**2
    grown = 1 + tau2 * information
    return float((score2 * tau2 / grown - np.log(grown)).sum() / 2)


def log_marginal(tasks: Linearised, spread: float, *, ridge: float, centre: Floats) -> float:
    """Return the restricted log-likelihood of a spread, the strengths overall integrated out too.

    With ``S_t = H_t (I + tau^2 H_t)^-1``, what is left of task t's information on the strengths,
    it is ``sum_t known_centre_t + r'(S + ridge I)^-1 r / 2 - ln det(S + ridge I) / 2`` with
    ``S = sum_t S_t`` and ``r = sum_t (I + tau^2 H_t)^-1 b_t - ridge centre``. Without the last two
    terms the spread would come out too small, as the strengths rest on the same comparisons.

    Parameters
    ----------
    tasks : Linearised
    spread : float
        tau, in logits.
    ridge : float
        Precision of the prior of the strengths; 0 for none, in the sum-zero gauge.
    centre : array of shape (m,)
        The strengths overall from which departures are counted.
    """
    m, w = len(tasks.vectors), tasks.information
    left = 1 / (1 + spread**2 * w)
    scaled = tasks.vectors * np.sqrt(w * left)
    system = scaled @ scaled.T + (ridge * np.eye(m) if ridge else 1 / m)
    pull = tasks.vectors @ (left * tasks.score) - ridge * centre
    fit = float(pull @ np.linalg.solve(system, pull)) - float(np.linalg.slogdet(system)[1])
    return known_centre(w, tasks.score**2, spread) + fit / 2


def plausible(log_likelihood: Callable[[float], float]) -> tuple[Floats, Floats]:
    """Return spreads and how probable each is, with a half-normal prior of 1 logit.

    An interval that took the most likely spread for granted would be far too short where there are
    few tasks: it is often at its floor by chance.

    Returns
    -------
    spread, probability : float arrays of shape (16,)
    """
    grid = np.geomspace(FLOOR, CEILING, 16)
    logs = np.array([log_likelihood(float(spread)) for spread in grid])
    mass = np.exp(logs - logs.max() - grid**2 / 2) * grid  # its cell on a logarithmic grid
    return grid, mass / mass.sum()


def most_likely(log_likelihood: Callable[[float], float], near: float | None = None) -> float:
    """Return the spread in [FLOOR, CEILING] where a log marginal likelihood is largest.

    With a guess, `near`, only its surroundings are searched unless the likelihood rises out of
    them.
    """
    if near is not None:
        low, high = max(near / _AROUND, FLOOR), min(near * _AROUND, CEILING)
        found = _between(log_likelihood, low, high)
        if (found > 1.01 * low or low == FLOOR) and (found < high / 1.01 or high == CEILING):
            return found
    best = int(np.argmax([log_likelihood(spread) for spread in _COARSE]))
    at = [max(best - 1, 0), min(best + 1, len(_COARSE) - 1)]
    return _between(log_likelihood, _COARSE[at[0]], _COARSE[at[1]])


def _between(log_likelihood: Callable[[float], float], low: float, high: float) -> float:
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(
        lambda log_spread: -log_likelihood(float(np.exp(log_spread))),
        bounds=(np.log(low), np.log(high)),
        method="bounded",
        options={"xatol": 1e-4},
    )
    spread = float(np.exp(found.x))
    return FLOOR if low == FLOOR and log_likelihood(FLOOR) >= -found.fun else spread

"""alpha-Rank: the share of time a population of imitators spends with each competitor."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ranking.errors import ConvergenceError, InputError
from ranking.laplacian import Floats

_SWEEP = np.geomspace(1e-2, 1e4, 61)  # selection intensities per unit of the largest difference
_SETTLED = 10  # so many intensities in a row must give the same order
_SAME = 1e-9  # stationary masses closer than this share one place


@dataclass(frozen=True, eq=False)
class AlphaRank:
    """The stationary masses of alpha-Rank and the settings that gave them.

    Attributes
    ----------
    mass : float array of shape (n,)
        Long-run share of time; the ranking is by mass. It is not unmoved by clones.
    intensity : float
        alpha; infinite for the limit of strict selection.
    population : int
        Number of individuals, m.
    """

    mass: Floats
    intensity: float
    population: int


def alpha_rank(
    payoff: Floats,
    *,
    intensity: float | None = None,
    population: int = 50,
    selection: Literal["local", "population"] = "local",
    mutation: float = 0.01,
) -> AlphaRank:
    """Rank by the stationary distribution of a population of imitators with rare mutants.

    A mutant r in a population of s takes over with probability ``rho``; under local selection
    ``rho = (1 - e^-u) / (1 - e^-mu)`` with ``u = alpha (M[r, s] - M[s, r])``.

    Parameters
    ----------
    payoff : array of shape (n, n)
        M, what the row earns against the column.
    intensity : float, optional
        alpha. By default it is raised until the order no longer changes; ``inf`` is the limit, in
        which a worse mutant takes over with probability `mutation` alone.
    population : int, default 50
        m, at least 2.
    selection : {"local", "population"}, default "local"
        Imitation by what two individuals earn from each other, or by what they earn from the whole
        population.
    mutation : float in (0, 1/2), default 0.01
        Used where the intensity is infinite.

    Raises
    ------
    ConvergenceError
        If the order still changes at the largest intensity tried; give one, or ``inf``.

    References
    ----------
    Omidshafiei et al. 2019, doi:10.1038/s41598-019-45619-9.
    """
    n = len(payoff)
    if payoff.shape != (n, n) or n == 0 or not np.isfinite(payoff).all():
        raise InputError(f"Payoffs must be a finite square matrix, not of shape {payoff.shape}.")
    if population < 2:
        raise InputError(f"The population must have at least 2 individuals, not {population}.")

    def masses(alpha: float) -> Floats:
        if np.isinf(alpha):
            return _stationary(_strict(payoff, mutation))
        takeover = _local if selection == "local" else _whole
        return _stationary(takeover(payoff, alpha, population))

    if intensity is not None:
        if not intensity > 0:
            raise InputError(f"The selection intensity must be positive, not {intensity}.")
        return AlphaRank(masses(intensity), intensity, population)
    scale = float(np.abs(payoff - payoff.T).max()) or 1.0
    order, same = None, 0
    for alpha in _SWEEP / scale:
        mass = masses(float(alpha))
        places = _places(mass)
        same = same + 1 if places == order else 0
        order = places
        if same == _SETTLED:
            return AlphaRank(mass, float(alpha), population)
    raise ConvergenceError(
        "The order of alpha-Rank still changes at the largest selection intensity tried; "
        "choose an intensity, or the limit `inf`."
    )


def _local(payoff: Floats, alpha: float, m: int) -> Floats:
    """Return rho[s, r], the chance that mutant r takes over a population of s."""
    u = alpha * (payoff.T - payoff)
    size = np.where(u == 0, 1.0, np.abs(u))
    # (1 - e^-u) / (1 - e^-mu), written with falling exponentials only.
    rising = np.expm1(-size) / np.expm1(-m * size)
    return np.where(u == 0, 1 / m, np.where(u > 0, rising, rising * np.exp(-(m - 1) * size)))


def _whole(payoff: Floats, alpha: float, m: int) -> Floats:
    """Return rho[s, r] where both earn from the whole population, themselves left out."""
    own = np.diag(payoff)
    log = np.zeros((m, *payoff.shape))
    for mutants in range(1, m):
        of_mutant = (mutants - 1) * own[None, :] + (m - mutants) * payoff.T
        of_resident = mutants * payoff + (m - mutants - 1) * own[:, None]
        log[mutants] = log[mutants - 1] - alpha * (of_mutant - of_resident) / (m - 1)
    top = log.max(axis=0)
    return np.asarray(np.exp(-top) / np.exp(log - top).sum(axis=0))


def _strict(payoff: Floats, mutation: float) -> Floats:
    gain = payoff.T - payoff
    return np.where(gain > 0, 1 - mutation, np.where(gain < 0, mutation, 0.5))


def _stationary(takeover: Floats) -> Floats:
    """Return the stationary distribution of the chain that moves s to r at rate rho / (n - 1).

    By Grassmann, Taksar and Heyman's elimination: no subtraction, so that masses of any size keep
    their digits.
    """
    n = len(takeover)
    chain = np.maximum(takeover, np.finfo(float).tiny) / max(n - 1, 1)
    np.fill_diagonal(chain, 0.0)
    for last in range(n - 1, 0, -1):
        chain[:last, last] /= chain[last, :last].sum()
        chain[:last, :last] += np.outer(chain[:last, last], chain[last, :last])
    mass = np.ones(n)
    for at in range(1, n):
        mass[at] = mass[:at] @ chain[:at, at]
        mass[: at + 1] /= mass[: at + 1].sum()
    return mass


def _places(mass: Floats) -> tuple[int, ...]:
    """Return the place of each competitor, those of (nearly) equal mass sharing one."""
    return tuple(int((mass > each + _SAME).sum()) for each in mass)

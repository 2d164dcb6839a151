"""Multidimensional Elo: strengths and circles of competitors, fitted together."""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit

from ranking.diagnostics.connectivity import connectivity
from ranking.diagnostics.discs import largest_strength, rests, skew_discs, skew_matrix
from ranking.diagnostics.fit_bootstrap import draw_scores
from ranking.errors import ConvergenceError, InputError
from ranking.laplacian import Floats, divergence
from ranking.newton import fit_strengths
from ranking.tally import Pairs

_FALLBACK_RIDGE = 0.1  # where a part of the log alone leaves strengths infinite or unconnected
_LEAST_RIDGE = 1.0  # cyclic log-odds have a prior SD of at most 1.4, however few the comparisons
_DRAWS = 20  # of what chance alone makes
_RANDOM_SPREAD = 0.3  # of the coordinates that a random start begins from, square-root logits
_FEW = 2000  # pairs up to which random starts are tried beside the one from the residuals


@dataclass(frozen=True, eq=False)
class MultidimensionalElo:
    """Strengths and circles: ``logit P(i beats j) = r_i - r_j + c_i' Omega c_j``.

    Omega pairs the 2k coordinates of a competitor: ``c_i' Omega c_j = sum_k x_i y_j - y_i x_j``.
    The coordinates can be turned without changing a prediction, so that only this matrix is kept.
    Its rows add up to 0, as what differs from row to row belongs to the strengths.

    Attributes
    ----------
    strength : float array of shape (m,)
        r in logits, mean 0.
    cyclic : float array of shape (m, m)
        ``c_i' Omega c_j`` in logits; skew, rows adding up to 0.
    dimensions : int
        2k.
    ridge, cyclic_ridge : float
        Precision of the normal priors of strengths and of coordinates.
    log_loss : float
        Mean per comparison on the log that was fitted, in nats.
    iterations : int
        Steps taken from the start that led furthest.
    """

    strength: Floats
    cyclic: Floats
    dimensions: int
    ridge: float
    cyclic_ridge: float
    log_loss: float
    iterations: int

    @property
    def log_odds(self) -> Floats:
        """Log-odds of the row against the column, shape (m, m)."""
        return np.asarray(self.strength[:, None] - self.strength + self.cyclic)


def fit_melo(
    pairs: Pairs,
    *,
    dimensions: int = 2,
    ridge: float = 0.0,
    cyclic_ridge: float | None = None,
    scale: float = 1.0,
    starts: int = 3,
    seed: int = 0,
) -> MultidimensionalElo:
    """Fit strengths and circles by maximum a posteriori.

    ``sum_p n ln(1 + e^d) - s d + ridge/2 |r|^2 + cyclic_ridge/2 |C|^2``, d being the log-odds of
    the pair, n its effective comparisons and s the score of its first. It has several minima: the
    lowest of a few starts is kept, the first from the discs of the Bradley–Terry residuals.

    Parameters
    ----------
    pairs : Pairs
    dimensions : int, default 2
        Coordinates of a competitor; even.
    ridge : float, default 0
        Precision of the prior of strengths. Where it is 0 and Bradley–Terry strengths would be
        infinite or unconnected, 0.1.
    cyclic_ridge : float, optional
        Precision of the prior of coordinates. By default `noise_ridge`: circles that chance alone
        makes then come out as none.
    scale : float, default 1
        Variance of scores over that of independent decided comparisons; for `noise_ridge`.
    starts : int, default 3
        With more than 2,000 pairs only the first is made.
    seed : int, default 0
        Of the random starts.

    Raises
    ------
    InputError
        If there are no comparisons, or the dimensions are not even.
    ConvergenceError
        If the search does not end.

    References
    ----------
    Balduzzi et al. 2018, "Re-evaluating evaluation", arXiv:1806.02643.
    """
    if not len(pairs.first):
        raise InputError("There are no comparisons in this selection.")
    if dimensions < 2 or dimensions % 2:
        raise InputError(f"The dimensions must be 2, 4, 6, ...; not {dimensions}.")
    pairs = _effective(pairs)
    ridge = ridge or fallback_ridge(pairs)
    strength = fit_bradley_terry(pairs, ridge=ridge)
    if cyclic_ridge is None:
        cyclic_ridge = noise_ridge(pairs, strength, scale=scale, seed=seed)
    m, n, s, k = pairs.m, pairs.weight, pairs.score, dimensions // 2
    loss = _loss_of(pairs, k, ridge, cyclic_ridge)
    first = np.concatenate([strength, _from_residuals(pairs, strength, k)])
    rng = np.random.default_rng(seed)
    others = [
        np.concatenate([strength, _RANDOM_SPREAD * rng.normal(size=2 * k * m)])
        for _ in range(starts - 1 if len(n) <= _FEW else 0)
    ]
    _, point, iterations = min(
        (_minimum(loss, start) for start in (first, *others)), key=lambda found: found[0]
    )
    r, x, y = _parts(point, m, k)
    cyclic = x.T @ y - y.T @ x
    # What a row has on average is a difference of strengths.
    level = cyclic.mean(axis=1)
    cyclic = cyclic - (level[:, None] - level)
    r = r + level
    d = (r[:, None] - r + cyclic)[pairs.first, pairs.second]
    return MultidimensionalElo(
        strength=r - r.mean(),
        cyclic=cyclic,
        dimensions=dimensions,
        ridge=ridge,
        cyclic_ridge=cyclic_ridge,
        log_loss=float((n @ np.logaddexp(0, d) - s @ d) / n.sum()),
        iterations=iterations,
    )


def fallback_ridge(pairs: Pairs) -> float:
    """Return the precision of a weak prior where strengths alone would not be finite, else 0."""
    structure = connectivity(pairs)
    return _FALLBACK_RIDGE if structure.components > 1 or structure.side.any() else 0.0


def fit_bradley_terry(pairs: Pairs, *, ridge: float = 0.0) -> Floats:
    """Return Bradley–Terry strengths, with a weak prior where they would not be finite."""
    return fit_strengths(pairs, ridge=ridge or fallback_ridge(pairs))[0]


def noise_ridge(pairs: Pairs, strength: Floats, *, scale: float = 1.0, seed: int = 0) -> float:
    """Return the precision at which circles that chance alone makes stay at none.

    A ridge rho on coordinates takes rho off the strength of every disc of the scores beyond those
    expected. It is the strength of the strongest such disc in logs without cycles, on average, and
    at least 1.

    Parameters
    ----------
    pairs : Pairs
    strength : float array of shape (m,)
        Bradley–Terry, logits.
    scale : float, default 1
    seed : int, default 0
    """
    m, first, second = pairs.m, pairs.first, pairs.second
    n = np.maximum(np.rint(pairs.weight**2 / pairs.weight2), 1)
    p = expit(strength[first] - strength[second])
    rng = np.random.default_rng(seed)
    information = n * p * (1 - p)
    drawn = draw_scores(rng, n, p, min(scale, 1.0), _DRAWS)
    flows = (drawn - (n * p)[:, None]) / information[:, None]
    ridge = fallback_ridge(pairs)
    left = information[:, None] * rests(m, first, second, flows, information, ridge=ridge)
    made = [largest_strength(skew_matrix(m, first, second, one)) for one in left.T]
    return max(math.sqrt(max(scale, 1.0)) * float(np.mean(made)), _LEAST_RIDGE)


def _effective(pairs: Pairs) -> Pairs:
    """Return the pairs with weights of effective comparisons, ``(sum w)^2 / sum w^2``."""
    share = pairs.weight2 / pairs.weight
    return replace(
        pairs, weight=pairs.weight / share, score=pairs.score / share, weight2=pairs.weight / share
    )


def _parts(point: Floats, m: int, k: int) -> tuple[Floats, Floats, Floats]:
    x, y = point[m:].reshape(2, k, m)
    return point[:m], x, y


def _loss_of(
    pairs: Pairs, k: int, ridge: float, cyclic_ridge: float
) -> Callable[[Floats], tuple[float, Floats]]:
    """Return the mean loss and its gradient as a function of r, then x and y of all discs."""
    m, i, j, n, s = pairs.m, pairs.first, pairs.second, pairs.weight, pairs.score
    total = float(n.sum())

    def loss(point: Floats) -> tuple[float, Floats]:
        r, x, y = _parts(point, m, k)
        d = r[i] - r[j] + (x.T @ y - y.T @ x)[i, j]
        value = n @ np.logaddexp(0, d) - s @ d
        value += ridge / 2 * (r @ r) + cyclic_ridge / 2 * (point[m:] @ point[m:])
        slope = n * expit(d) - s
        pull = skew_matrix(m, i, j, slope)
        of_r = divergence(m, i, j, slope) + ridge * r
        of_c = np.concatenate([(y @ pull.T).ravel(), -(x @ pull.T).ravel()])
        of_c += cyclic_ridge * point[m:]
        return float(value) / total, np.concatenate([of_r, of_c]) / total

    return loss


def _from_residuals(pairs: Pairs, strength: Floats, k: int) -> Floats:
    """Return the coordinates that one cautious step from Bradley–Terry leads to."""
    p = expit(strength[pairs.first] - strength[pairs.second])
    information = pairs.weight * p * (1 - p)
    step = (pairs.score - pairs.weight * p) / (information + information.mean())
    coordinates = np.zeros((2, k, pairs.m))
    discs = skew_discs(skew_matrix(pairs.m, pairs.first, pairs.second, step), limit=k)
    for at, disc in enumerate(discs):
        coordinates[:, at] = disc.coordinates.T
    return coordinates.ravel()


def _minimum(
    loss: Callable[[Floats], tuple[float, Floats]], start: Floats
) -> tuple[float, Floats, int]:
    from scipy.optimize import minimize

    found = minimize(
        loss, start, jac=True, method="L-BFGS-B",
        options={"maxiter": 5000, "maxfun": 10_000, "ftol": 1e-13, "gtol": 1e-8, "maxcor": 20},
    )  # fmt: skip
    if not (found.success or np.abs(found.jac).max() < 1e-5):
        raise ConvergenceError(
            f"Strengths and circles did not settle in {found.nit:,} steps; raise `cyclic_ridge`."
        )
    return float(found.fun), np.asarray(found.x, np.float64), int(found.nit)

"""One-sided bounds for competitors that were never beaten, or never won.

Their maximum-likelihood strength is infinite; what the evidence gives is a bound, by profile
likelihood: the strength x at which ``2 (sup l - l(x))`` reaches the chi-squared quantile.
"""

import numpy as np
from scipy.special import expit, ndtri

from ranking.errors import ConvergenceError
from ranking.laplacian import Codes, Floats
from ranking.tally import Pairs

_ITERATIONS = 200
_TOLERANCE = 1e-8
_LONGEST_STEP = 3.0  # logits


def unbeaten_bound(
    pairs: Pairs, strength: Floats, inverse: Floats, information: Floats, competitor: int, *,
    level: float, sign: int,
) -> float:  # fmt: skip
    """Return the lower limit of the strength of an unbeaten competitor, in logits.

    The competitor's own games enter exactly. All other evidence about its k opponents enters
    through its quadratic expansion at the fit, so that a bound against a poorly known opponent is
    a wide one.

    Parameters
    ----------
    pairs : Pairs
        The log.
    strength : array of shape (m,)
        Penalised strengths.
    inverse : array of shape (m, m)
        Inverse of the penalised information at `strength`.
    information : array of shape (pairs,)
        Information weights at `strength`.
    competitor : int
        Who was never beaten (`sign` 1) or never won (`sign` -1: the upper limit is returned).
    level : float
        Level of the two-sided interval whose one end this is.
    sign : {1, -1}
        Which of the two.
    """
    as_first, as_second = pairs.first == competitor, pairs.second == competitor
    opponents = np.concatenate([pairs.second[as_first], pairs.first[as_second]])
    games = np.concatenate([pairs.weight[as_first], pairs.weight[as_second]])
    own = np.concatenate([information[as_first], information[as_second]])
    precision = _precision_without(inverse, competitor, opponents, own)
    # Turning a winless competitor's games round makes it an unbeaten one.
    theirs, here = sign * strength[opponents], sign * float(strength[competitor])
    threshold = ndtri((1 + level) / 2) ** 2 / 2  # half the chi-squared quantile, 1 df
    pull = games * expit(theirs - here)
    least_loss = -0.5 * pull @ np.linalg.lstsq(precision, pull, rcond=None)[0]

    # The profile loss is convex and falls in x, with slope minus the expected losses: Newton's
    # steps approach the bound from below after at most one step past it.
    x, shift = here, np.zeros(len(theirs))
    for _ in range(_ITERATIONS):
        loss, shift, expected_losses = _profile(x, shift, theirs, games, precision, pull)
        excess = loss - least_loss - threshold
        if abs(excess) < _TOLERANCE:
            return sign * x
        x += float(np.clip(excess / expected_losses, -_LONGEST_STEP, _LONGEST_STEP))
    raise ConvergenceError("A one-sided bound did not converge; use another prior.")


def _precision_without(inverse: Floats, competitor: int, opponents: Codes, own: Floats) -> Floats:
    """Return the information about the opponents from everything but the competitor's games."""
    mixed = inverse[opponents, competitor]
    given = inverse[np.ix_(opponents, opponents)] - np.outer(mixed, mixed) / float(
        inverse[competitor, competitor]
    )
    return np.asarray(np.linalg.inv(given) - np.diag(own))


def _profile(
    x: float, start: Floats, theirs: Floats, games: Floats, precision: Floats, pull: Floats
) -> tuple[float, Floats, float]:
    """Minimise over the opponents' shifts d the loss of winning all games at strength x.

    ``sum n ln(1 + e^(theirs + d - x)) - pull' d + d' P d / 2``: at the fit the rest of the evidence
    pulls each opponent up by exactly as much as these games pull it down. Returns the least loss,
    where it is, and the expected number of lost games there.
    """
    d = start
    for _ in range(_ITERATIONS):
        p = expit(theirs + d - x)
        gradient = games * p - pull + precision @ d
        hessian = precision + np.diag(games * p * (1 - p) + 1e-12)
        step = np.linalg.solve(hessian, gradient)
        d = d - np.clip(step, -_LONGEST_STEP, _LONGEST_STEP)
        if abs(gradient @ step) < _TOLERANCE**2:
            break
    p = expit(theirs + d - x)
    loss = games @ np.logaddexp(0, theirs + d - x) - pull @ d + 0.5 * d @ precision @ d
    return float(loss), d, float(games @ p)

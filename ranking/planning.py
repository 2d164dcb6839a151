"""How many more comparisons a question needs, and tests that may be looked at any time."""

import math

from scipy.special import betaln, ndtri

from ranking.errors import InputError

_POINTS_PER_LOGIT = 400 / math.log(10)


def comparisons_needed(
    points: float,
    *,
    tie_rate: float = 0.0,
    design_effect: float = 1.0,
    power: float = 0.8,
    level: float = 0.95,
) -> float:
    """Return how many comparisons of two competitors show which is better (not rounded).

    ``n = ((z_{alpha/2} / 2 + z_beta sqrt(p q)) / (p - 1/2))^2`` decisive comparisons, with
    ``p = 1 / (1 + 10^(-points / 400))``, times the design effect over the share of decisive ones.

    Parameters
    ----------
    points : float
        Their difference in Elo points.
    tie_rate : float, default 0
        Share of comparisons without a winner, in [0, 1).
    design_effect : float, default 1
        How much larger clusters make the variance.
    power : float, default 0.8
    level : float, default 0.95

    Raises
    ------
    InputError
        If the tie rate is not in [0, 1).
    """
    if not 0 <= tie_rate < 1:
        raise InputError(f"The tie rate must be at least 0 and below 1, not {tie_rate}.")
    p = 1 / (1 + 10 ** (-abs(points) / 400))
    if p == 0.5:
        return math.inf
    root = (float(ndtri((1 + level) / 2)) / 2 + float(ndtri(power)) * math.sqrt(p * (1 - p))) / (
        p - 0.5
    )
    return root**2 * design_effect / (1 - tie_rate)


def comparisons_to_separate(
    points: float, std_error: float, *, power: float = 0.8, level: float = 0.95
) -> float:
    """Return about how many more comparisons of two competitors would separate them.

    One comparison of the two has the information ``v = p q``; k more bring the variance of their
    difference d from ``s^2`` to ``s^2 / (1 + k v s^2)``. It must come down to
    ``(d / (z_{alpha/2} + z_beta))^2``.

    Parameters
    ----------
    points : float
        Their difference, in points.
    std_error : float
        Its standard error now, in points, from all the evidence.
    power : float, default 0.8
        Chance that the further comparisons show it, if it is what it seems.
    level : float, default 0.95

    Returns
    -------
    float
        0 where the present evidence has that power already; infinite where the two are equal.
    """
    d, s = points / _POINTS_PER_LOGIT, std_error / _POINTS_PER_LOGIT
    if d == 0:
        return math.inf
    p = 1 / (1 + math.exp(-abs(d)))
    wanted = (d / (float(ndtri((1 + level) / 2)) + float(ndtri(power)))) ** 2
    return max((1 / wanted - 1 / s**2) / (p * (1 - p)), 0.0) if s > 0 else 0.0


def evidence_of_difference(wins: float, losses: float, *, prior: float = 1.0) -> float:
    """Return an e-value against "both are equally good", valid at any stopping time.

    The beta-binomial mixture ``B(a + W, a + L) / B(a, a) * 2^(W + L)`` over decisive comparisons.
    Under the null its expectation is at most 1, so that reaching ``1 / alpha`` at any moment has a
    probability of at most alpha, however often one looks.

    Parameters
    ----------
    wins, losses : float
        Decisive comparisons so far.
    prior : float, default 1
        a, the parameter of the symmetric beta mixture.
    """
    log_e = betaln(prior + wins, prior + losses) - betaln(prior, prior)
    return math.exp(min(float(log_e) + (wins + losses) * math.log(2), 700.0))

"""What covariates are worth: whether they matter, and how they move ratings and ranks."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg
from scipy.special import chdtrc, fdtrc

from ranking.laplacian import Floats
from ranking.ratings import Parameter, Ratings
from ranking.uncertainty.ranks import point_ranks


@dataclass(frozen=True, eq=False)
class Effects:
    """The coefficients of q covariates, and whether they matter.

    Attributes
    ----------
    competitors : tuple of str, length m
        Names.
    strength : float array of shape (m,)
        In logits, with the covariates held equal; NaN where there is no game.
    parameters : tuple of Parameter
        The coefficients, in points.
    scale : tuple of float
        What one unit of each coefficient is in the covariate itself: its standard deviation.
    comparisons : float
        How many entered.
    likelihood_ratio : float
        Twice the gain in log-likelihood over ratings alone.
    likelihood_ratio_p : float
        Its chi-squared p-value; it holds where comparisons are independent and nobody tied.
    wald : float
        ``beta' V^-1 beta / q`` with the covariance of the intervals, clusters counted.
    p_value : float
        Of the Wald test that all coefficients are 0.
    matter : bool
        Whether that test rejects at the level of the intervals.
    sentence : str
        The conclusion.
    """

    competitors: tuple[str, ...]
    strength: Floats
    parameters: tuple[Parameter, ...]
    scale: tuple[float, ...]
    comparisons: float
    likelihood_ratio: float
    likelihood_ratio_p: float
    wald: float
    p_value: float
    matter: bool
    sentence: str


@dataclass(frozen=True)
class EffectsTest:
    """Two tests that q coefficients are all 0 (see `Effects`)."""

    likelihood_ratio: float
    likelihood_ratio_p: float
    wald: float
    p_value: float

    @classmethod
    def of(cls, own: Floats, gain: float, covariance: Floats, df: float) -> "EffectsTest":
        """Test coefficients of shape (q,) that gained log-likelihood over ratings alone.

        The Wald statistic is compared with F(q, df), which is chi-squared / q without clusters.
        """
        q, ratio = len(own), max(2 * gain, 0.0)
        ratio_p = float(chdtrc(q, ratio))
        wald = float(own @ linalg.pinvh(covariance) @ own) / q
        p_value = fdtrc(q, df, wald) if math.isfinite(df) else chdtrc(q, q * wald)
        return cls(ratio, ratio_p, wald, float(p_value))


def rank_changes(ratings: Ratings) -> Floats:
    """Return how many places each competitor gains where covariates are held equal, shape (m,).

    The rank without covariates less the rank with them: positive for who rises, NaN where there is
    no rating or the method has no covariates.
    """
    if ratings.unadjusted is None:
        return np.full(len(ratings), np.nan)
    return point_ranks(ratings.unadjusted, ratings.component) - ratings.rank


def effects_sentence(names: Sequence[str], p_value: float, *, matter: bool) -> str:
    """Say whether verdicts depend on covariates of these names."""
    listed = " and ".join([", ".join(names[:-1]), names[-1]] if names[1:] else names)
    p = "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"
    if matter:
        return f"Verdicts depend on {listed} ({p})."
    return f"It cannot be seen that verdicts depend on {listed} ({p})."

"""Intransitivity: how much of the results no single ordering of strengths can explain.

HodgeRank splits the log-odds of all pairs into differences of strengths and a cyclic rest. Chance
alone makes a rest; the share that is reported has that noise taken out.
"""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, expit

from ranking.diagnostics.connectivity import connectivity
from ranking.diagnostics.fit import Reference, p_text
from ranking.diagnostics.fit_bootstrap import draw_scores
from ranking.errors import InputError
from ranking.laplacian import Codes, Floats, divergence, inverse, solve
from ranking.newton import fit_strengths
from ranking.tally import Pairs

_FALLBACK_RIDGE = 0.1
_BUDGET = 2_000_000  # pairs times replicates; fewer replicates where there are more pairs
_FEWEST = 39
_THIN = 10.0  # an expected count below which the half win added to both sides matters ...
_THIN_SHARE = 0.2  # ... where more than this share of the cells are so


@dataclass(frozen=True)
class Intransitivity:
    """How much of the differences between pairs is cyclic.

    With ``Y`` the log-odds of each pair (half a win added to both sides), ``w`` their precision and
    ``s`` the strengths that fit them best, ``RSS = sum w (Y - (s_i - s_j))^2`` and
    ``TSS = sum w Y^2``.

    Attributes
    ----------
    share : float
        ``max(0, RSS - noise) / (TSS - noise)`` with what chance alone makes of each: the share of
        the differences between pairs that no strengths explain. NaN where nothing can be tested.
    raw_share : float
        ``RSS / TSS``, noise and all: misleading alone.
    rss, tss : float
    df : int
        Independent cycles: pairs less competitors plus one.
    scale : float
        Variance over that of independent decided comparisons; chance makes an RSS of ``scale df``.
    p_value : float
        Chance of an RSS at least as large without cycles; NaN where `df` is 0.
    p_value_by : str
        "chi-squared" or "parametric bootstrap".

    References
    ----------
    Jiang, Lim, Yao and Ye 2011, doi:10.1007/s10107-010-0419-x.
    """

    share: float
    raw_share: float
    rss: float
    tss: float
    df: int
    scale: float
    p_value: float
    p_value_by: Reference

    @property
    def sentence(self) -> str:
        """Say in plain words whether there are cycles."""
        if math.isnan(self.share):
            return "The pairs that met form no closed circle, so that none can be examined."
        if self.p_value >= 0.05:
            return f"There is no sign of cycles beyond chance ({p_text(self.p_value)})."
        return (
            f"Of the differences between pairs {100 * self.share:.1f}% cannot come from one "
            f"strength for each ({p_text(self.p_value)})."
        )


def intransitivity(
    pairs: Pairs,
    *,
    scale: float = 1.0,
    p_value_by: Reference | None = None,
    replicates: int = 200,
    seed: int = 0,
) -> Intransitivity:
    """Measure what share of the differences between pairs is cyclic, with noise taken out.

    Parameters
    ----------
    pairs : Pairs
        A log; of its components the largest counts.
    scale : float, default 1
        Variance of scores over that of independent decided comparisons: `GoodnessOfFit.scale`.
        Below 1 where ties count as half a win, above 1 where comparisons depend on each other.
    p_value_by : {"chi-squared", "parametric bootstrap"}, optional
        What chance makes of the RSS: ``scale df``, or what it is in logs drawn from the fitted
        Bradley–Terry model. By default the latter where more than a fifth of the expected wins and
        losses are below 10: the half win added to both sides then takes much of the noise away.
    replicates : int, default 200
        Of the parametric bootstrap.
    seed : int, default 0
        Of the parametric bootstrap.

    Raises
    ------
    InputError
        If there are no comparisons, or the scale is not positive.
    """
    if not len(pairs.first):
        raise InputError("There are no comparisons in this selection.")
    if not 0 < scale < math.inf:
        raise InputError(f"The scale must be positive and finite, not {scale}.")
    structure = connectivity(pairs)
    side = structure.side[structure.component == 0]
    pairs = pairs.among(structure.component == 0)
    first, second, m = pairs.first, pairs.second, pairs.m
    n = pairs.weight**2 / pairs.weight2
    rss, tss = _sums(m, first, second, pairs.score * pairs.weight / pairs.weight2, n)
    df = len(first) - m + 1
    if df == 0:
        return Intransitivity(math.nan, math.nan, rss, tss, 0, scale, math.nan, "chi-squared")
    ridge = _FALLBACK_RIDGE if side.any() else 0.0
    strength = fit_strengths(pairs, ridge=ridge)[0]
    p = expit(strength[first] - strength[second])
    if p_value_by is None:
        thin = (np.concatenate([n * p, n * (1 - p)]) < _THIN).mean() > _THIN_SHARE
        p_value_by = "parametric bootstrap" if thin else "chi-squared"
    if p_value_by == "parametric bootstrap":
        count = min(replicates, max(_FEWEST, _BUDGET // len(first)))
        true = strengths_without_error(m, first, second, n, strength, ridge=ridge)
        p = expit(true[first] - true[second])
        rng = np.random.default_rng(seed)
        drawn = draw_scores(rng, n, p, min(scale, 1.0), count)
        whole = np.maximum(np.rint(n), 1)
        inflated = max(scale, 1.0)
        noise = inflated * np.array([_sums(m, first, second, s, whole)[0] for s in drawn.T])
        p_value = float((1 + (noise >= rss * (1 - 1e-9)).sum()) / (1 + count))
        scale = float(noise.mean()) / df
    else:
        p_value = float(chdtrc(df, rss / scale))
    signal = max(tss - scale * len(first), np.finfo(float).tiny)
    return Intransitivity(
        share=min(max(rss - scale * df, 0.0) / signal, 1.0),
        raw_share=rss / tss if tss else 0.0,
        rss=rss,
        tss=tss,
        df=df,
        scale=scale,
        p_value=p_value,
        p_value_by=p_value_by,
    )


def log_odds(score: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Return the log-odds of pairs, half a win added to both sides, and their precision."""
    won, lost = score + 0.5, n - score + 0.5
    return np.log(won / lost), won * lost / (won + lost)


def strengths_without_error(
    m: int, first: Codes, second: Codes, n: Floats, strength: Floats, *, ridge: float = 0.0
) -> Floats:
    """Return fitted strengths drawn together until they are as far apart as the true ones.

    Errors drive fitted strengths apart: logs drawn from them would be less noisy than the log, and
    a thin log would look cyclic too often.

    Parameters
    ----------
    m : int
    first, second : int arrays of shape (pairs,)
    n : float array of shape (pairs,)
        Comparisons.
    strength : float array of shape (m,)
        Logits.
    ridge : float, default 0
        With which they were fitted.
    """
    p = expit(strength[first] - strength[second])
    error = inverse(m, first, second, n * p * (1 - p), ridge=ridge).trace()
    spread = ((strength - strength.mean()) ** 2).sum()
    return strength * math.sqrt(max(spread - error, 0.0) / spread) if spread else strength


def hodge(
    m: int, first: Codes, second: Codes, flow: Floats, weight: Floats
) -> tuple[Floats, Floats]:
    """Split what flows between pairs into differences of strengths and a cyclic rest (HodgeRank).

    The strengths minimise ``sum w (Y - (s_i - s_j))^2`` and add up to zero; of the rest,
    ``w (Y - (s_i - s_j))``, as much flows into every competitor as out of it.

    Parameters
    ----------
    m : int
    first, second : int arrays of shape (pairs,)
        A connected graph.
    flow, weight : float arrays of shape (pairs,)
        Y, from the first to the second, and its positive precision w.

    Returns
    -------
    strength : float array of shape (m,)
    rest : float array of shape (pairs,)

    References
    ----------
    Jiang, Lim, Yao and Ye 2011, doi:10.1007/s10107-010-0419-x.
    """
    right = divergence(m, first, second, weight * flow)
    strength = solve(m, first, second, weight, right, ridge=0.0)
    return strength, flow - (strength[first] - strength[second])


def _sums(m: int, first: Codes, second: Codes, score: Floats, n: Floats) -> tuple[float, float]:
    """Return the residual and the total sum of squares of the least-squares strengths."""
    y, w = log_odds(score, n)
    rest = hodge(m, first, second, y, w)[1]
    return float(w @ rest**2), float(w @ y**2)

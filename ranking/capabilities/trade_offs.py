"""Capabilities that competitors trade for each other, and those that go together."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtr, ndtri

from ranking.capabilities.evidence import CapabilityEvidence, Values
from ranking.capabilities.heterogeneity import noise_correlation
from ranking.capabilities.hierarchy import step_up
from ranking.capabilities.level_effects import LevelEffects, level_effects
from ranking.capabilities.sentences import shown_name
from ranking.errors import InputError
from ranking.laplacian import Floats
from ranking.uncertainty.quantiles import check_level
from ranking.wording import number, plural

FEWEST_COMPETITORS = 5
"""Competitors below which nothing is said of how capabilities go together."""

_RELIABLE = 0.3  # share of an effect's variation that must be no noise
_BOUND = 0.9  # correlation that relative strengths have of themselves, beyond which nothing is told

Kind = Literal["trade-off", "together", "not told"]


@dataclass(frozen=True)
class TradeOff:
    """How strengths in two capabilities go together across competitors.

    Attributes
    ----------
    first, second : str
        Keys of the capabilities.
    first_name, second_name : str
    correlation, low, high : float
        Across competitors, without the noise (disattenuated), with its interval; in [-1, 1].
    observed : float
        With the noise.
    expected : float
        What the correlation would be if no two capabilities had anything to do with each other:
        mostly below zero, as strengths are relative to a competitor's overall level.
    p, q : float
        Two-sided p-value of "as expected", and adjusted for all pairs.
    kind : {"trade-off", "together", "not told"}
        Below or above what is expected, where q is at most the false discovery rate.
    """

    first: str
    second: str
    first_name: str
    second_name: str
    correlation: float
    low: float
    high: float
    observed: float
    expected: float
    p: float
    q: float
    kind: Kind


@dataclass(frozen=True, eq=False)
class TradeOffs:
    """All pairs of capabilities of a level that can be told about.

    Attributes
    ----------
    evidence : CapabilityEvidence
    under, depth
        The level.
    competitors : int
        How many the correlations are across.
    pairs : tuple of TradeOff
        From the smallest p-value.
    noisy : tuple of str
        Keys of capabilities in which noise explains most of how competitors differ; no pair has
        one of them.
    left_out : tuple of str
        Competitors with too few items.
    level, q : float
        Of the intervals; false discovery rate.
    sentence : str
    """

    evidence: CapabilityEvidence
    under: str
    depth: int
    competitors: int
    pairs: tuple[TradeOff, ...]
    noisy: tuple[str, ...]
    left_out: tuple[str, ...]
    level: float
    q: float
    sentence: str


def trade_offs(
    evidence: CapabilityEvidence,
    *,
    under: str = "",
    depth: int = 1,
    values: Values = "auto",
    q: float = 0.05,
    level: float = 0.95,
) -> TradeOffs:
    """Say which capabilities go together across competitors, and which are traded for each other.

    The correlation of effects across K competitors, tested on Fisher's scale with the standard
    error ``1 / sqrt(K - 3)``: competitors are taken as a sample of those that there could be, so
    that several versions of one count as several. Noise makes a correlation smaller, and items of
    both capabilities make it larger; both are taken off. Strengths relative to an overall level
    correlate of themselves, mostly below zero, and that is what a correlation is tested against.
    Of three capabilities that hold all items, variances leave no correlation open: none is told.

    Parameters
    ----------
    evidence : CapabilityEvidence
    under, depth
        Which level, as in `level_below`.
    values : {"auto", "wins", "scores"}, default "auto"
    q : float, default 0.05
        False discovery rate.
    level : float, default 0.95
        Of the intervals.

    Raises
    ------
    InputError
        If there are fewer than five competitors, or three capabilities, with enough items.

    References
    ----------
    Spearman 1904, doi:10.2307/1412159 (disattenuation). Fisher 1921. Aitchison 1982,
    doi:10.1111/j.2517-6161.1982.tb01195.x (what is relative correlates of itself).
    """
    check_level(level)
    check_level(q)
    effects = level_effects(evidence, under=under, depth=depth, values=values)
    k = len(effects.competitors)
    noun = evidence.comparisons.arena.noun
    if k < FEWEST_COMPETITORS:
        raise InputError(
            f"Trade-offs between capabilities need at least {FEWEST_COMPETITORS} {plural(noun)} "
            f"with enough items in every capability of the level; here are {k}."
        )
    spread, noise = _covariances(effects, evidence)
    reliability = 1 - np.diag(noise) / np.maximum(np.diag(spread), 1e-300)
    reliable = reliability >= _RELIABLE
    found = list(_pairs(effects, evidence, spread, noise, reliable, level))
    adjusted = step_up(np.array([one.p for one in found])) if found else np.empty(0)
    said = [_said(one, float(own), q) for one, own in zip(found, adjusted, strict=True)]
    keys = evidence.taxonomy.keys
    return TradeOffs(
        evidence=evidence,
        under=under,
        depth=depth,
        competitors=k,
        pairs=tuple(sorted(said, key=lambda one: (one.p, one.first, one.second))),
        noisy=tuple(keys[at] for at in effects.nodes[~reliable].tolist()),
        left_out=effects.left_out,
        level=level,
        q=q,
        sentence=_sentence(said, k, noun),
    )


def _covariances(effects: LevelEffects, evidence: CapabilityEvidence) -> tuple[Floats, Floats]:
    """Return the covariance of effects across competitors, and that of their noise; (N, N) each.

    The noise of a competitor with the variance s^2 of an item has the covariance
    ``s^2 (n_cd / (n_c n_d) - 1 / n)`` between c and d with n_cd items of both. What centring takes
    off where competitors' noise correlates is in one factor.
    """
    size, k = effects.effect.shape
    observed = effects.observed
    members = evidence.taxonomy.members[effects.nodes].tocsc()
    noise = np.zeros((size, size))
    for at in range(k):
        inside = members[:, observed.item[observed.competitor == at]]
        shared = (inside @ inside.T).toarray()
        n = effects.items[:, at]
        noise += effects.variance[at] * (shared / np.outer(n, n) - 1 / effects.total[at])
    correlation = noise_correlation(observed)
    factor = float((k - correlation.sum() / k) / (k - 1))
    return np.cov(effects.effect), noise / k * factor


def _expected(effects: LevelEffects, variance: Floats) -> Floats:
    """Return what relative strengths correlate by of themselves, shape (N, N).

    Of ``g = h - sum_d w_d h_d`` with independent h and w the shares of items. The variances v of h
    are those that give g its own: ``var g_c = (1 - 2 w_c) v_c + sum_d w_d^2 v_d``.

    Parameters
    ----------
    effects : LevelEffects
    variance : array of shape (N,)
        Of g, without the noise.
    """
    share = (effects.items / effects.total).mean(axis=1)
    share = share / max(float(share.sum()), 1.0)
    known = np.maximum(variance, 0.0)
    own = np.linalg.lstsq(np.diag(1 - 2 * share) + share**2, known, rcond=None)[0]
    own = np.maximum(own, 0.0)
    pull = share * own
    covariance = float(share @ pull) - pull[:, None] - pull[None, :]
    size = np.sqrt(np.maximum(np.diag(covariance) + own, 1e-300))
    return np.asarray(covariance / np.outer(size, size))


def _pairs(
    effects: LevelEffects,
    evidence: CapabilityEvidence,
    spread: Floats,
    noise: Floats,
    reliable: np.ndarray,
    level: float,
) -> Iterator[TradeOff]:
    taxonomy, k = evidence.taxonomy, len(effects.competitors)
    expected = _expected(effects, np.diag(spread) - np.diag(noise))
    error = 1 / math.sqrt(k - 3)
    reach = float(ndtri((1 + level) / 2)) * error
    for a in np.flatnonzero(reliable).tolist():
        for b in np.flatnonzero(reliable).tolist():
            if b <= a or expected[a, b] < -_BOUND:
                continue
            both = math.sqrt(spread[a, a] * spread[b, b])
            true = math.sqrt((spread[a, a] - noise[a, a]) * (spread[b, b] - noise[b, b]))
            observed = float(np.clip(spread[a, b] / both, -0.999999, 0.999999))
            usual = float(np.clip((noise[a, b] + expected[a, b] * true) / both, -0.999, 0.999))
            z = (math.atanh(observed) - math.atanh(usual)) / error
            low, high = (math.tanh(math.atanh(observed) + way * reach) for way in (-1, 1))
            noiseless = [
                float(np.clip((r * both - noise[a, b]) / true, -1.0, 1.0))
                for r in (observed, low, high)
            ]
            first, second = int(effects.nodes[a]), int(effects.nodes[b])
            yield TradeOff(
                first=taxonomy.keys[first],
                second=taxonomy.keys[second],
                first_name=taxonomy.names[first],
                second_name=taxonomy.names[second],
                correlation=noiseless[0],
                low=noiseless[1],
                high=noiseless[2],
                observed=observed,
                expected=float(expected[a, b]),
                p=2 * float(ndtr(-abs(z))),
                q=math.nan,
                kind="trade-off" if z < 0 else "together",
            )


def _said(one: TradeOff, adjusted: float, q: float) -> TradeOff:
    kind = one.kind if adjusted <= q else "not told"
    return TradeOff(**{**vars(one), "q": adjusted, "kind": kind})


def _sentence(pairs: list[TradeOff], k: int, noun: str) -> str:
    told = [one for one in pairs if one.kind != "not told"]
    if not told:
        return (
            f"Across {k:,} {plural(noun)}, no two capabilities go together or are traded for each "
            "other beyond chance."
        )
    one = min(told, key=lambda each: each.p)
    first = shown_name(one.first, one.first_name)
    second = shown_name(one.second, one.second_name)
    way = (
        f"those that are strong in {first} are weak in {second}"
        if one.kind == "trade-off"
        else f"those that are strong in {first} are strong in {second} too"
    )
    more = len(told) - 1
    rest = f" {more:,} more {'pair stands' if more == 1 else 'pairs stand'} out." if more else ""
    return (
        f"Across {k:,} {plural(noun)}, {way} (correlation {number(one.correlation, 2)}, "
        f"{number(one.low, 2)} to {number(one.high, 2)}).{rest}"
    )

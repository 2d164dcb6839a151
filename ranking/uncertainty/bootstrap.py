"""Bootstrap replicates of Bradley–Terry strengths, from the cells of a log or from its score.

A cell is a pair and an outcome. A replicate draws new weights for all cells and fits again; a few
chord iterations (Newton steps with the information of the original fit) come within a hundredth of
a standard error of that fit, and are far cheaper.

References
----------
Efron 1979, doi:10.1214/aos/1176344552 (multinomial). Chamandy et al. 2012, "Estimating uncertainty
for massive data streams" (Poisson). Rubin 1981, doi:10.1214/aos/1176345338 (Gamma: the Bayesian
bootstrap).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import linalg, sparse
from scipy.special import expit

from ranking.diagnostics.connectivity import connectivity
from ranking.errors import InputError
from ranking.laplacian import Floats, inverse
from ranking.newton import fit_strengths
from ranking.outcomes import SOFT
from ranking.tally import Pairs, Tally
from ranking.uncertainty.intervals import BOOTSTRAPS, BootstrapKind
from ranking.uncertainty.sandwich import information_weights

_BLOCK = 4_000_000  # drawn weights that are held at a time
_OVERSHOT = 0.5  # share of its first slope that a step may leave on the far side of the maximum
_SHORTENINGS = 20


def bootstrap_strengths(
    tally: Tally,
    strength: Floats,
    *,
    kind: BootstrapKind = "gamma",
    draws: int = 1000,
    steps: int | Literal["exact"] = 3,
    prior: Literal["auto", "ridge"] = "auto",
    ridge: float = 0.1,
    seed: int = 0,
) -> Floats:
    """Draw strengths from a bootstrap over the cells of a log, each component on its own.

    With ``S1 = sum w`` and ``S2 = sum w^2`` of a cell, its weight in a replicate is ``S2 / S1``
    times

    - "multinomial": a count, when as many comparisons as there were are drawn with replacement
      (the classical bootstrap; a replicate may leave somebody unbeaten);
    - "poisson": a Poisson count with mean ``S1^2 / S2``, so that the size of the log varies too;
    - "gamma": a Gamma variate of shape ``S1^2 / S2`` (the Bayesian bootstrap): no cell vanishes,
      so that every replicate is finite where the original is.

    All take comparisons as independent.

    Parameters
    ----------
    tally : Tally
        The log, without both-bad where the fit leaves it out.
    strength : array of shape (m,)
        Its fit in logits; NaN where there is no game.
    kind : {"multinomial", "poisson", "gamma"}, default "gamma"
    draws : int, default 1000
        How many replicates.
    steps : int or "exact", default 3
        Chord iterations: 1 is the one-step Newton bootstrap, linear in the weights. "exact" refits
        every replicate, with the ridge where that has no finite maximum.
    prior, ridge :
        As in the fit (see `BradleyTerry`).
    seed : int, default 0

    Returns
    -------
    float array of shape (draws, m)
        In logits; each component sums to zero. NaN where there is no game.

    Raises
    ------
    InputError
        If there is nothing to draw, or outcomes are soft: their cells do not show how they vary.
    """
    if kind not in BOOTSTRAPS:
        raise InputError(f"The bootstrap must be one of {', '.join(BOOTSTRAPS)}, not {kind!r}.")
    if draws < 1 or (steps != "exact" and steps < 1):
        raise InputError("A bootstrap needs at least one draw and one step.")
    if not len(tally.first):
        raise InputError("There are no comparisons to draw from in this selection.")
    if tally.votes_of(SOFT):
        raise InputError(
            "A bootstrap over cells needs wins, ties and losses, and some outcomes here are soft; "
            "use the sandwich intervals."
        )
    structure = connectivity(tally.pairs())
    rng = np.random.default_rng(seed)
    drawn = np.full((draws, len(strength)), np.nan)
    for label in range(structure.components):
        mask = structure.component == label
        if mask.sum() < 2:
            continue
        penalised = prior == "ridge" or bool((structure.side[mask] != 0).any())
        own, at = _Cells.of(tally.among(mask)), strength[mask]
        replicates = own.replicates(kind, draws, ridge if penalised else 0.0, rng)
        if steps == "exact":
            blocks = [_refitted(some, at, fallback=ridge) for some in replicates]
        else:
            bread = _bread(own.pairs, at, ridge if penalised else 0.0)
            blocks = [_chord(some, at, bread, steps) for some in replicates]
        drawn[:, mask] = np.concatenate(blocks)
    return drawn


def score_draws(
    pairs: Pairs,
    strength: Floats,
    meat: Floats,
    *,
    draws: int = 1000,
    steps: int = 1,
    ridge: float = 0.0,
    seed: int = 0,
) -> Floats:
    """Draw strengths by drawing their score ``u ~ N(0, M)`` and solving ``g(theta) + u = 0``.

    One step, ``theta + H^+ u``, is the one-step Newton bootstrap. Its covariance is ``H^+ M H^+``
    for any meat: of independent rows, of clusters, of two ways. Further chord steps bring in the
    curvature of the likelihood, which shows in small logs.

    Parameters
    ----------
    pairs : Pairs
        A connected log.
    strength : array of shape (m,)
        Its fit, in logits.
    meat : array of shape (m, m)
        Covariance of the score, as in the standard errors that are reported.
    draws : int, default 1000
    steps : int, default 1
        Chord iterations.
    ridge : float, default 0
        As in the fit, in 1/logit^2.
    seed : int, default 0

    Returns
    -------
    float array of shape (draws, m)
        In logits; they sum to zero.
    """
    noise = np.random.default_rng(seed).standard_normal((draws, pairs.m)) @ _root(meat).T
    size = max(1, _BLOCK // max(len(pairs.first), 1))
    score = _Score(pairs, pairs.weight[None], pairs.score[None], ridge, noise)
    bread = _bread(pairs, strength, ridge)
    blocks = [
        _chord(score.take(slice(start, start + size)), strength, bread, steps)
        for start in range(0, draws, size)
    ]
    return np.concatenate(blocks)


@dataclass(frozen=True, eq=False)
class _Cells:
    """The cells of a log in the order of their pairs."""

    pairs: Pairs
    begin: npt.NDArray[np.int64]  # the first cell of each pair
    count: Floats  # S1^2 / S2: so many comparisons of equal weight say as much
    unit: Floats  # S2 / S1: the weight of one of them
    share: Floats  # the score of `first` in [0, 1]

    @classmethod
    def of(cls, tally: Tally) -> "_Cells":
        order = np.lexsort((tally.second, tally.first))
        tally = tally.take(order)
        new = np.diff(tally.first, prepend=-1) != 0
        begin = np.flatnonzero(new | (np.diff(tally.second, prepend=-1) != 0))
        unit = tally.weight2 / tally.weight
        return cls(tally.pairs(), begin, tally.weight / unit, unit, tally.score / tally.weight)

    def replicates(
        self, kind: BootstrapKind, draws: int, ridge: float, rng: np.random.Generator
    ) -> Iterator["_Score"]:
        """Yield replicates of the log's score, some at a time."""
        size = max(1, _BLOCK // len(self.count))
        total = max(1, round(float(self.count.sum())))
        for start in range(0, draws, size):
            shape = (min(size, draws - start), len(self.count))
            if kind == "multinomial":
                drawn = rng.multinomial(total, self.count / self.count.sum(), shape[0]) * self.unit
            elif kind == "poisson":
                drawn = rng.poisson(self.count, shape) * self.unit
            else:
                variates = rng.standard_gamma(self.count.astype(np.float32), shape, np.float32)
                drawn = variates * self.unit
            weight = np.add.reduceat(drawn, self.begin, axis=1)
            score = np.add.reduceat(drawn * self.share, self.begin, axis=1)
            yield _Score(self.pairs, weight, score, ridge, np.zeros((1, self.pairs.m)))


@dataclass(frozen=True, eq=False)
class _Score:
    """Gradients of the penalised log-likelihoods of b replicates, with a push added to each.

    ``weight`` and ``score`` have shape (b, pairs), ``push`` (b, m); either may have b = 1.
    """

    pairs: Pairs
    weight: Floats
    score: Floats
    ridge: float
    push: Floats

    def __len__(self) -> int:
        return max(len(self.weight), len(self.push))

    def take(self, rows: slice | npt.NDArray[np.bool_]) -> "_Score":
        own = {
            name: getattr(self, name)[rows]
            for name in ("weight", "score", "push")
            if len(getattr(self, name)) > 1
        }
        return replace(self, **own)

    def at(self, theta: Floats) -> Floats:
        """Return the gradients at strengths of shape (b, m) or (1, m)."""
        i, j, m = self.pairs.first, self.pairs.second, self.pairs.m
        p = expit(theta[:, i] - theta[:, j])
        at = np.arange(len(i))
        ends = (np.r_[i, j], np.r_[at, at])
        outflow = sparse.csr_array((np.repeat([1.0, -1.0], len(i)), ends), shape=(m, len(i)))
        flow = self.score - self.weight * p
        return np.asarray((outflow @ flow.T).T + self.push - self.ridge * theta)


def _bread(pairs: Pairs, strength: Floats, ridge: float) -> Floats:
    information = information_weights(pairs, strength)
    return inverse(pairs.m, pairs.first, pairs.second, information, ridge=ridge)


def _chord(score: _Score, strength: Floats, bread: Floats, steps: int) -> Floats:
    """Take Newton steps with the information of the original fit, shape (b, m).

    A single step is taken whole. Of several, one that ends far beyond the maximum along its way,
    as it may where a rare upset was drawn more often, is shortened by the secant rule.
    """
    theta = np.repeat(strength[None], len(score), axis=0)
    gradient = score.at(theta[:1])  # broadcasts: all replicates begin at the fit
    for _ in range(steps):
        move = np.broadcast_to(gradient @ bread, theta.shape).copy()
        theta += move
        if steps == 1:
            break
        slope = np.broadcast_to((gradient * move).sum(axis=1), len(theta)).copy()
        gradient = score.at(theta)
        for _ in range(_SHORTENINGS):
            reached = (gradient * move).sum(axis=1)
            beyond = reached < -_OVERSHOT * slope
            if not beyond.any():
                break
            share = slope[beyond] / (slope[beyond] - reached[beyond])
            theta[beyond] -= (1 - share)[:, None] * move[beyond]
            move[beyond] *= share[:, None]
            slope[beyond] *= share
            gradient[beyond] = score.take(beyond).at(theta[beyond])
    return np.asarray(theta - theta.mean(axis=1, keepdims=True))


def _refitted(replicates: _Score, strength: Floats, *, fallback: float) -> Floats:
    """Fit every replicate by Newton's method, shape (b, m); `fallback` is a ridge."""
    fits = np.zeros((len(replicates), len(strength)))
    for at, (weight, score) in enumerate(zip(replicates.weight, replicates.score, strict=True)):
        if not weight.any():  # a Poisson replicate of a tiny log may be empty
            continue
        drawn = replace(replicates.pairs, weight=weight, score=np.minimum(score, weight))
        structure = connectivity(drawn)
        infinite = structure.components > 1 or bool((structure.side != 0).any())
        ridge = fallback if infinite else replicates.ridge
        fits[at], _ = fit_strengths(drawn, start=strength, ridge=ridge)
    return fits


def _root(meat: Floats) -> Floats:
    """Return a matrix R with ``R R' = M`` up to the direction of all ones, which H^+ kills."""
    m = len(meat)
    filled = meat + max(float(np.trace(meat)), np.finfo(float).tiny) / m**2
    try:
        return np.asarray(linalg.cholesky(filled, lower=True))
    except linalg.LinAlgError:  # fewer clusters than competitors
        values, vectors = linalg.eigh(meat)
        return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)))

"""How far the nodes of a depth are from their parents, and what not knowing it does to them."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ranking.capabilities.node_fit import NodeCells
from ranking.capabilities.spread import FLOOR, known_centre, most_likely, plausible
from ranking.laplacian import Floats

_FEWEST_DIMENSIONS = 8  # of evidence at a depth that gets a spread of its own
_MOST_SHARED = 0.9  # of a parent's comparisons: above it a child says nothing about the spread
_ROUNDS = 30
_SETTLED = 1e-3  # change of the logarithm of the spread


@dataclass(frozen=True, eq=False)
class Spread:
    """tau: the likeliest value, and others with their probabilities."""

    likeliest: float
    grid: Floats
    probability: Floats

    @classmethod
    def known(cls, spread: float) -> "Spread":
        """Return a spread that is given."""
        return cls(spread, np.array([spread]), np.ones(1))


@dataclass(frozen=True, eq=False)
class Batch:
    """Some nodes of a depth.

    Attributes
    ----------
    cells : NodeCells
    centre : float array of shape (nodes, m)
        Their parents' strengths.
    share : float array of shape (nodes,)
        How much of the parent's estimate rests on the node's own comparisons.
    """

    cells: NodeCells
    centre: Floats
    share: Floats

    def evidence(self, spread: float) -> "Evidence":
        """Return what the nodes tell about tau, linearised at the fit with a trial value.

        A child's comparisons are among its parent's, so that their distance is smaller than the
        truth's; squared scores count ``1 / (1 - share)`` times.
        """
        strength, _ = self.cells.fit(self.centre, spread)
        w, _, score = self.cells.linearised(strength, self.centre)
        used = (w > 1e-9) & (self.share < _MOST_SHARED)[:, None]
        inflated = score**2 / np.maximum(1 - self.share, 1 - _MOST_SHARED)[:, None]
        return Evidence(w[used], inflated[used])

    def uncertainty(
        self, strength: Floats, spread: Spread, inherited: Floats
    ) -> tuple[Floats, Floats]:
        """Return covariances (nodes, m, m) and weights of the own data (nodes, m).

        With ``C = (H + I / tau^2)^-1``: C; the parent's covariance V as ``C V C / tau^4``; what
        they have in common, ``share C C / tau^2``, unless the parent is known; and how the estimate
        varies with tau. Averaged over the plausible values of tau.

        Parameters
        ----------
        strength : array of shape (nodes, m)
            The fit at the likeliest tau.
        spread : Spread
        inherited : array of shape (nodes, m, m)
            Covariances of the parents; zero where they are taken as known.
        """
        w, vectors, score = self.cells.linearised(strength, self.centre)
        precision = 1 / spread.grid[:, None, None] ** 2
        solved = 1 / (w + precision)  # (grid, nodes, m)
        p = spread.probability
        mean = np.einsum("g,gnk->nk", p, solved)
        kept = np.einsum("g,gnk->nk", p, solved * precision)
        moved = score * (solved - 1 / (w + spread.likeliest**-2))
        varied = np.einsum("g,gnk,gnl->nkl", p, moved, moved)
        turned = np.einsum("nki,nkl,nlj->nij", vectors, inherited, vectors, optimize=True)
        inner = varied + kept[:, :, None] * turned * kept[:, None, :]
        at = np.arange(self.cells.m)
        known = ~inherited.any(axis=(1, 2))
        common = np.where(known, 0.0, self.share)[:, None] * mean * kept
        inner[:, at, at] += mean + common
        whole = np.einsum("nik,nkl,njl->nij", vectors, inner, vectors, optimize=True)
        return whole, _own_weight(vectors, kept)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What nodes tell about tau: w and squared scores, one for each direction of strengths."""

    w: Floats = field(default_factory=lambda: np.empty(0))
    score2: Floats = field(default_factory=lambda: np.empty(0))

    def __add__(self, other: "Evidence") -> "Evidence":
        return Evidence(np.append(self.w, other.w), np.append(self.score2, other.score2))

    def __call__(self, spread: float) -> float:
        """Return the log marginal likelihood of a spread."""
        return known_centre(self.w, self.score2, spread)


def estimated(batches: Sequence[Batch], above: Evidence) -> tuple[Spread, Evidence]:
    """Estimate tau of a depth by marginal likelihood, linearised at the fit.

    Parameters
    ----------
    batches : sequence of Batch
        All nodes of the depth.
    above : Evidence
        Of the depths above, which is added where this one tells too little.

    Returns
    -------
    spread : Spread
    evidence : Evidence
        Of the depths above and this one.
    """
    trial, near = 0.5, None
    for _ in range(_ROUNDS):
        own = sum((batch.evidence(trial) for batch in batches), Evidence())
        together = above + own
        used = own if len(own.w) >= _FEWEST_DIMENSIONS else together
        if not len(used.w):
            return Spread(FLOOR, *plausible(used)), together
        last, trial = trial, most_likely(used, near)
        near = trial
        if abs(np.log(trial / last)) < _SETTLED:
            break
    return Spread(trial, *plausible(used)), together


def _own_weight(vectors: Floats, kept: Floats) -> Floats:
    """Return 1 less the parent's weight, in the sum-zero gauge."""
    m = vectors.shape[1]
    if m < 2:
        return np.zeros(kept.shape)
    diagonal = np.einsum("nik,nk->ni", vectors**2, kept)
    rows = np.einsum("nik,nk,nk->ni", vectors, kept, vectors.mean(axis=1))
    return np.asarray(np.clip(1 - (diagonal - rows) / (1 - 1 / m), 0.0, 1.0))

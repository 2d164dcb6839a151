"""One component of a log under the half-win model: the fit, and what a covariance needs of it."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ranking.laplacian import DENSE_LIMIT, Codes, Floats, inverse, laplacian, sparse_laplacian
from ranking.newton import fit_firth, fit_strengths
from ranking.ratings import Status
from ranking.tally import Games, Pairs
from ranking.uncertainty.bounds import unbeaten_bound
from ranking.uncertainty.sandwich import (
    InformationRows,
    ScoreRows,
    hc0_weights,
    information_weights,
)

BOUND_RIDGE = 0.1
"""Precision of the prior that makes a one-sided bound's other strengths finite."""

PROVISIONAL_INFORMATION = 5.0
PROVISIONAL_GAMES = 30

Prior = Literal["auto", "ridge", "firth"]


@dataclass(frozen=True, eq=False)
class HalfWinFit:
    """Half-win strengths of k competitors that can all be compared.

    Attributes
    ----------
    pairs : Pairs
    side : int array of shape (k,)
        As in `Connectivity`: 0 where there is evidence on both sides.
    strength : float array of shape (k,)
        In logits, summing to zero.
    ridge : float
        Precision of the prior that was used; 0 for none.
    iterations : int
    information : float array of shape (pairs,)
        Weights of the information Laplacian.
    bread : float array of shape (k, k)
        The inverse information.
    """

    pairs: Pairs
    side: Codes
    strength: Floats
    ridge: float
    iterations: int
    information: Floats
    bread: Floats

    @classmethod
    def of(cls, pairs: Pairs, side: Codes, *, prior: Prior, ridge: float) -> "HalfWinFit":
        """Fit a component; "auto" uses the ridge where Ford's condition fails."""
        separated = bool((side != 0).any())
        used = ridge if prior == "ridge" or (prior == "auto" and separated) else 0.0
        if prior == "firth":
            strength, iterations = fit_firth(pairs)
        else:
            strength, iterations = fit_strengths(pairs, ridge=used)
        information = information_weights(pairs, strength)
        bread = inverse(pairs.m, pairs.first, pairs.second, information, ridge=used)
        return cls(pairs, side, strength, used, iterations, information, bread)

    @property
    def own(self) -> Floats:
        """The model's own parameters: none."""
        return np.empty(0)

    @property
    def free(self) -> int:
        """Number of free parameters."""
        return self.pairs.m - 1

    @cached_property
    def status(self) -> tuple[Status, ...]:
        """Whether each rating is settled."""
        return statuses(self.pairs, self.side, self.information)

    def system(self) -> Floats:
        """Return the information made invertible, shape (k, k)."""
        pairs = self.pairs
        gauge = self.ridge * np.eye(pairs.m) if self.ridge else np.full((pairs.m,) * 2, 1 / pairs.m)
        return laplacian(pairs.m, pairs.first, pairs.second, self.information) + gauge

    def cell_meat(self) -> Floats | sparse.csr_array:
        """Return the HC0 meat from the tally, shape (k, k); sparse where k is large."""
        return self._laplacian(hc0_weights(self.pairs, self.strength))

    def expected_meat(self, affected: npt.NDArray[np.bool_] | None) -> Floats | sparse.csr_array:
        """Return what the model expects of the meat, from the pairs of some competitors or all."""
        pairs = self.pairs
        expected = self.information * pairs.weight2 / pairs.weight
        if affected is not None:
            expected = np.where(affected[pairs.first] | affected[pairs.second], expected, 0.0)
        return self._laplacian(expected)

    def score_rows(self, games: Games) -> ScoreRows:
        """Return the score of each row."""
        return ScoreRows.half_win(games, self.strength)

    def information_rows(self, games: Games) -> InformationRows:
        """Return the information of each row."""
        return InformationRows.half_win(games, self.strength)

    def bound(self, at: int, sign: int, level: float) -> float:
        """Return the one-sided profile bound of a competitor without a loss (1) or a win (-1)."""
        limit = unbeaten_bound(
            self.pairs, self.strength, self._proper_bread, self.information, at,
            level=level, sign=sign,
        )  # fmt: skip
        # The prior draws the estimate in; with much evidence the bound lies beyond it.
        own = float(self.strength[at])
        return min(limit, own) if sign == 1 else max(limit, own)

    @cached_property
    def _proper_bread(self) -> Floats:
        """The inverse information under the ridge, which every conditioning leaves invertible."""
        if self.ridge:
            return self.bread
        pairs = self.pairs
        return inverse(pairs.m, pairs.first, pairs.second, self.information, ridge=BOUND_RIDGE)

    def _laplacian(self, weight: Floats) -> Floats | sparse.csr_array:
        pairs = self.pairs
        build = laplacian if pairs.m <= DENSE_LIMIT else sparse_laplacian
        return build(pairs.m, pairs.first, pairs.second, weight)


def statuses(pairs: Pairs, side: Codes, information: Floats) -> tuple[Status, ...]:
    """Say whether each rating of a component is settled.

    Parameters
    ----------
    pairs : Pairs
    side : int array of shape (m,)
    information : float array of shape (pairs,)
        Weights of the information Laplacian, which tell who is provisional.
    """
    conceded = pairs.weight - pairs.score
    scored = pairs.per_competitor(pairs.score, conceded)
    lost = pairs.per_competitor(conceded, pairs.score)
    games = pairs.per_competitor(pairs.votes, pairs.votes)
    informed = pairs.per_competitor(information, information)
    few = (games < PROVISIONAL_GAMES) | (informed < PROVISIONAL_INFORMATION)
    outside = side != 0
    words = np.select(
        [outside & (lost == 0), outside & (scored == 0), outside, few],
        ["unbeaten", "winless", "separated", "provisional"],
        "ok",
    )
    return tuple(words.tolist())

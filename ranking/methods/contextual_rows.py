"""Comparisons with covariates, row by row, and the sums over them that a fit needs."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ranking.laplacian import Codes, Floats, divergence, laplacian
from ranking.tally import Games, Pairs


@dataclass(frozen=True, eq=False)
class ContextualRows:
    """Comparisons with covariates, each seen from the first competitor of its pair.

    Attributes
    ----------
    pairs : Pairs
        The pairs of the m competitors.
    pair : int array of shape (n,)
        The pair of each row.
    score : float array of shape (n,)
        Score of the pair's first competitor.
    votes, weight : float arrays of shape (n,)
        Identical comparisons behind the row; weight of each.
    values : float array of shape (n, q)
        The covariates, in favour of the pair's first competitor.
    """

    pairs: Pairs
    pair: Codes
    score: Floats
    votes: Floats
    weight: Floats
    values: Floats

    @classmethod
    def of(cls, games: Games, pairs: Pairs, values: Floats) -> "ContextualRows":
        """Turn the rows of a log, with covariates of shape (n, q), the way of their pairs."""
        m, turned = pairs.m, games.first > games.second
        low, high = np.minimum(games.first, games.second), np.maximum(games.first, games.second)
        known, wanted = pairs.first * m + pairs.second, low * m + high
        at = np.zeros(m * m, np.int64)
        at[known] = np.arange(len(known))
        pair = at[wanted]
        sign = np.where(turned, -1.0, 1.0)
        turned_values = np.asfortranarray(values * sign[:, None])
        score = np.where(turned, 1 - games.score, games.score)
        return cls(pairs, pair, score, games.votes, games.weight, turned_values)

    @cached_property
    def total_weight(self) -> Floats:
        """Weight of each row, all its comparisons counted; shape (n,)."""
        return self.votes * self.weight

    def logits(self, strength: Floats, own: Floats) -> Floats:
        """Return the log-odds of the pair's first competitor in each row, shape (n,)."""
        pairs = self.pairs
        gap = strength[pairs.first] - strength[pairs.second]
        return np.asarray(gap[self.pair] + self.values @ own)

    def log_likelihood(self, logits: Floats) -> float:
        """Return the sum of ``w (y eta - ln(1 + e^eta))``."""
        # ln(1 + e^eta) = max(eta, 0) + ln(1 + e^-|eta|), in half the time of logaddexp.
        normaliser = np.maximum(logits, 0.0) + np.log1p(np.exp(-np.abs(logits)))
        return float(self.total_weight @ (self.score * logits - normaliser))

    def by_pair(self, values: Floats) -> Floats:
        """Sum a quantity of shape (n,) over the rows of each pair."""
        return np.asarray(np.bincount(self.pair, values, len(self.pairs.first)), np.float64)

    def gradient(self, residual: Floats) -> Floats:
        """Return the gradient in strengths and coefficients, shape (m + q,)."""
        pairs, pulled = self.pairs, self.total_weight * residual
        flow = divergence(pairs.m, pairs.first, pairs.second, self.by_pair(pulled))
        return np.concatenate([flow, self.values.T @ pulled])

    def blocks(self, weight: Floats) -> tuple[Floats, Floats, Floats]:
        """Return the weights of the Laplacian by pair, the flows (m, q) and the products (q, q)."""
        pairs = self.pairs
        flows = np.empty((pairs.m, self.values.shape[1]))
        weighted = self.values * weight[:, None]
        for at, column in enumerate(weighted.T):
            flows[:, at] = divergence(pairs.m, pairs.first, pairs.second, self.by_pair(column))
        return self.by_pair(weight), flows, self.values.T @ weighted

    def quadratic(self, weight: Floats) -> Floats:
        """Return ``sum_r weight_r z_r z_r'`` with ``z = (e_i - e_j, x)``, shape (m + q, m + q)."""
        pairs = self.pairs
        by_pair, flows, products = self.blocks(weight)
        corner = laplacian(pairs.m, pairs.first, pairs.second, by_pair)
        return np.block([[corner, flows], [flows.T, products]])

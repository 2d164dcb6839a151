"""Weights of comparisons: an equal say for every pair, and a scale that means something."""

from dataclasses import replace
from typing import TypeVar

import numpy as np

from ranking.tally import Codes, Floats, Games, Tally

Evidence = TypeVar("Evidence", Games, Tally)

FEWEST_VOTES = 50
"""A pair with fewer comparisons than this keeps less than a full say: its noise is not inflated."""


def uniform_pairing(tally: Tally, games: Games | None) -> tuple[Tally, Games | None]:
    """Weigh each comparison by ``1 / max(votes of its pair, 50)``; the total weight stays.

    Where the model does not hold, Bradley–Terry estimates something that depends on which pairs
    were sampled; equal weights of pairs aim at what a uniform choice of pairs would have given.

    Parameters
    ----------
    tally : Tally
    games : Games, optional
        The same log row by row.

    References
    ----------
    Chiang et al. 2024, arXiv:2403.04132, equation 7.
    """
    key = _keys(tally.first, tally.second, len(tally.competitors))
    pairs, at = np.unique(key, return_inverse=True)
    votes = np.bincount(at, tally.votes)
    weight = np.bincount(at, tally.weight)
    factor = 1 / np.maximum(votes, FEWEST_VOTES)
    factor *= weight.sum() / (weight @ factor)
    f = factor[at]
    weighted = replace(
        tally,
        weight=tally.weight * f,
        score=tally.score * f,
        weight2=tally.weight2 * f**2,
        weight2_score=tally.weight2_score * f**2,
        weight2_score2=tally.weight2_score2 * f**2,
    )
    if games is None:
        return weighted, None
    row = np.searchsorted(pairs, _keys(games.first, games.second, len(tally.competitors)))
    return weighted, replace(games, weight=games.weight * factor[row])


def _keys(first: Codes, second: Codes, m: int) -> Codes:
    low, high = np.minimum(first, second), np.maximum(first, second)
    return np.asarray(low.astype(np.int64) * m + high)


def standardised(evidence: Evidence) -> Evidence:
    """Scale weights so that they sum to Kish's effective number of comparisons.

    Weights say how much comparisons count beside each other. A prior, a one-sided bound and "few
    comparisons" would take their sum for a number of comparisons. Weights of 1 stay.
    """
    if isinstance(evidence, Tally):
        factor = float(evidence.weight.sum()) / (float(evidence.weight2.sum()) or 1.0)
        return (
            evidence
            if factor == 1
            else replace(
                evidence,
                weight=evidence.weight * factor,
                score=evidence.score * factor,
                weight2=evidence.weight2 * factor**2,
                weight2_score=evidence.weight2_score * factor**2,
                weight2_score2=evidence.weight2_score2 * factor**2,
            )
        )
    total2 = float(evidence.votes @ evidence.weight**2)
    factor = float(evidence.votes @ evidence.weight) / (total2 or 1.0)
    return evidence if factor == 1 else replace(evidence, weight=evidence.weight * factor)


def kish(pairs_weight: Floats, pairs_weight2: Floats) -> float:
    """Return Kish's effective number of comparisons, ``(sum w)^2 / sum w^2``."""
    total2 = float(pairs_weight2.sum())
    return float(pairs_weight.sum()) ** 2 / total2 if total2 else float("nan")

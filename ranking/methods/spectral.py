"""Spectral ratings: the stationary distribution of a random walk that moves towards winners.

The walk leaves a competitor for those who beat it. Where it spends most of its time is the best.
The three methods differ in the rate at which a win draws the walk, and so in how pairs are weighed;
all three estimate Bradley–Terry strengths.
"""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from ranking.errors import ConvergenceError
from ranking.laplacian import Floats, laplacian
from ranking.methods.random_walk import RandomWalk
from ranking.tally import Pairs
from ranking.uncertainty.sandwich import information_weights

_ITERATIONS = 1000
_TOLERANCE = 1e-8  # of the summed change of strengths, in logits


@dataclass(frozen=True)
class LSR(RandomWalk):
    """Luce spectral ranking: each win draws the walk at the same rate, ``c = 1/2``.

    References
    ----------
    Maystre and Grossglauser 2015, "Fast and accurate inference of Plackett–Luce models".
    """

    name: ClassVar[str] = "lsr"
    title: ClassVar[str] = "Luce spectral ranking"
    summary: ClassVar[str] = (
        "Follows a random walk from losers to winners; the best are where it spends most of its "
        "time. It estimates the same strengths as Bradley–Terry in one step, a little less exactly."
    )

    def walk(self, pairs: Pairs) -> Floats:
        """See `RandomWalk`."""
        import choix

        return np.asarray(choix.lsr_pairwise_dense(wins(pairs)))

    def rates(self, pairs: Pairs, strength: Floats) -> Floats:
        """See `RandomWalk`."""
        pi = np.exp(strength)
        return np.asarray((pi[pairs.first] + pi[pairs.second]) / 2)


@dataclass(frozen=True)
class ILSR(RandomWalk):
    """Iterated Luce spectral ranking, ``c = 1 / (pi_i + pi_j)``: the maximum of the likelihood.

    References
    ----------
    Maystre and Grossglauser 2015, "Fast and accurate inference of Plackett–Luce models".
    """

    name: ClassVar[str] = "i-lsr"
    title: ClassVar[str] = "Iterated Luce spectral ranking"
    summary: ClassVar[str] = (
        "Repeats Luce spectral ranking with the strengths just found until they settle. The result "
        "is that of Bradley–Terry with ties as half a win, found by another way."
    )

    def walk(self, pairs: Pairs) -> Floats:
        """See `RandomWalk`."""
        import choix

        try:
            found = choix.ilsr_pairwise_dense(wins(pairs), max_iter=_ITERATIONS, tol=_TOLERANCE)
        except RuntimeError as error:
            raise ConvergenceError(
                f"{self.title} did not settle in {_ITERATIONS:,} rounds; use Bradley–Terry."
            ) from error
        return np.asarray(found)

    def rates(self, pairs: Pairs, strength: Floats) -> Floats:
        """See `RandomWalk`."""
        return np.ones(len(pairs.first))

    def slope(self, pairs: Pairs, strength: Floats) -> Floats:
        """Return the information: the rates follow the strengths."""
        information = information_weights(pairs, strength)
        return laplacian(pairs.m, pairs.first, pairs.second, information)


@dataclass(frozen=True)
class RankCentrality(RandomWalk):
    """Rank centrality: the walk follows shares of the score, ``c = 1 / n_ij``.

    References
    ----------
    Negahban, Oh and Shah 2012, "Iterative ranking from pair-wise comparisons", arXiv:1209.1688.
    """

    name: ClassVar[str] = "rank-centrality"
    title: ClassVar[str] = "Rank centrality"
    summary: ClassVar[str] = (
        "Follows a random walk from losers to winners by the share of wins in each pair. Every "
        "pair that met has the same say, however often it met, so that thin pairs add noise."
    )

    def walk(self, pairs: Pairs) -> Floats:
        """See `RandomWalk`."""
        # choix counts rows one by one; with a pair's shares for its wins LSR is the same walk.
        import choix

        shares = replace(pairs, score=pairs.score / pairs.weight, weight=np.ones(len(pairs.first)))
        return np.asarray(choix.lsr_pairwise_dense(wins(shares)))

    def rates(self, pairs: Pairs, strength: Floats) -> Floats:
        """See `RandomWalk`."""
        pi = np.exp(strength)
        return np.asarray((pi[pairs.first] + pi[pairs.second]) / pairs.weight)


def wins(pairs: Pairs) -> Floats:
    """Return the score of each competitor (row) against each other (column), shape (m, m)."""
    matrix = np.zeros((pairs.m, pairs.m))
    matrix[pairs.first, pairs.second] = pairs.score
    matrix[pairs.second, pairs.first] = np.maximum(pairs.weight - pairs.score, 0.0)
    return matrix

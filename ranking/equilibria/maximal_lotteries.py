"""Maximal lotteries: voting by the equilibrium of the game whose payoffs are majority margins."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ranking.equilibria.clones import merge_competitors
from ranking.equilibria.nash import maximum_entropy_mix
from ranking.equilibria.payoffs import ZeroSumGame
from ranking.laplacian import Codes, Floats


@dataclass(frozen=True, eq=False)
class MaximalLotteries:
    """The lottery over all competitors, and the ranking by lotteries over those left.

    Attributes
    ----------
    competitors : tuple of str, length n
    lottery : float array of shape (n,)
        Probability of each in the maximal lottery of all.
    level : int array of shape (n,)
        1 for those the first lottery draws from, 2 for those drawn from once these are gone, ...
    score : float array of shape (n,)
        Number of levels below plus the probability at its own level.
    exploitability : float
        Largest expected margin of any competitor over the first lottery, in votes.
    clones : tuple of tuples of str
        Classes that were counted as one.
    """

    competitors: tuple[str, ...]
    lottery: Floats
    level: Codes
    score: Floats
    exploitability: float
    clones: tuple[tuple[str, ...], ...] = ()


def maximal_lotteries(
    game: ZeroSumGame, *, declared: Sequence[Sequence[str]] = ()
) -> MaximalLotteries:
    """Rank by maximal lotteries over vote margins, taking each lottery's support away in turn.

    Parameters
    ----------
    game : ZeroSumGame
        The margin is the number of votes for the row over the column less those against.
    declared : sequence of sequences of str, default none
        Competitors to be treated as clones of each other.

    Raises
    ------
    ConvergenceError
        If an equilibrium is not found to 1e-9 of the largest margin.

    References
    ----------
    Fishburn 1984, doi:10.2307/2297786; Lanctot et al. 2023, arXiv:2312.03121.
    """
    merged, classes = merge_competitors(game, declared)
    n = len(merged.competitors)
    level, chance = np.zeros(n, np.int64), np.zeros(n)
    left = np.arange(n)
    while len(left):
        mass = maximum_entropy_mix(merged.margin[np.ix_(left, left)])
        drawn = mass > 0
        level[left[drawn]] = level.max() + 1
        chance[left[drawn]] = mass[drawn]
        left = left[~drawn]
    lottery = np.where(level == 1, chance, 0.0)
    gain = float((merged.margin @ lottery).max())
    shared = classes.split(chance)
    return MaximalLotteries(
        competitors=game.competitors,
        lottery=classes.split(lottery),
        level=classes.each(level),
        score=classes.each(level.max() - level).astype(np.float64) + shared,
        exploitability=max(gain, 0.0),
        clones=classes.groups,
    )

"""Fragility: how few comparisons, removed, would change who is ahead."""

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from ranking.comparisons import Comparisons
from ranking.diagnostics.connectivity import connectivity
from ranking.diagnostics.removal import Board, Swap, VoteGroups, fewest_removals, linear_count
from ranking.errors import InputError
from ranking.laplacian import Codes
from ranking.outcomes import BothBad
from ranking.ratings import Ratings
from ranking.tally import Games, Tally

_CHALLENGERS = 10  # how many after the leader are asked how few removals would put them first
_FALLBACK_RIDGE = 0.1


@dataclass(frozen=True)
class Fragility:
    """How few comparisons carry the order of the leaderboard.

    Attributes
    ----------
    leader : str
        Who has the highest rating of those with settled ones.
    runner_up : str
        Who would lead with the fewest removals: the second, as a rule.
    votes, share, confirmed
        Of that change, as in `Swap`.
    comparisons : float
        How many there are.
    neighbours : tuple of Swap
        Adjacent pairs of the leaderboard, from the top.
    """

    leader: str
    runner_up: str
    votes: float
    share: float
    confirmed: bool
    comparisons: float
    neighbours: tuple[Swap, ...]

    @property
    def sentence(self) -> str:
        """Say in plain words how few comparisons carry the lead."""
        if math.isinf(self.votes):
            return (
                f"No set of comparisons was found without which {self.runner_up} would be ahead of "
                f"{self.leader}."
            )
        one = self.votes == 1
        return (
            f"Without {self.votes:,.0f} of {self.comparisons:,.0f} comparisons "
            f"({percent_text(self.share)}), {'the one' if one else 'those'} that "
            f"{'favours' if one else 'favour'} {self.leader} most, {self.runner_up} would be ahead."
        )


def fragility(
    evidence: Comparisons | Games | Tally,
    ratings: Ratings | None = None,
    *,
    both_bad: BothBad | None = None,
    neighbours: int = 200,
) -> Fragility:
    """Find how few comparisons, removed, change the leader or swap neighbours.

    The influence of a comparison r of a and b on the contrast c of two strengths is
    ``w (y - p) c' H+ (e_a - e_b)``, which depends on its pair, outcome and weight alone. The most
    influential are removed until their influences exceed the gap, and the strengths are fitted
    anew; the count is corrected until a refit shows the swap. It is an upper bound: there may be a
    smaller set. Half-win Bradley–Terry, whatever treats ties in `ratings`.

    Parameters
    ----------
    evidence : Comparisons, Games or Tally
        The log; of its components the largest is examined.
    ratings : Ratings, optional
        Of this log: says who is provisional, what both-bad is, and the ridge for who is known to
        one side only.
    both_bad : {"tie", "drop"}, optional
        Where it is not that of `ratings`; "tie" by default.
    neighbours : int, default 200
        How many adjacent pairs to examine, from the top: each costs a few refits.

    Raises
    ------
    InputError
        If fewer than two competitors have ratings that can change places.

    References
    ----------
    Broderick, Giordano and Meager 2020, arXiv:2011.14999. Huang et al. 2025, arXiv:2508.11847.
    """
    settings = ratings.settings if ratings else {}
    votes = VoteGroups.of(evidence, both_bad or settings.get("both_bad", "tie"))
    structure = connectivity(votes.pairs())
    main = structure.component == 0
    votes = votes.among(main)
    side = structure.side[main]
    ridge = float(settings.get("ridge", _FALLBACK_RIDGE)) if side.any() else 0.0
    standing = _settled(ratings, votes.competitors, side)
    if len(standing) < 2:
        raise InputError("Fewer than two competitors have ratings that could change places.")
    board = Board.fit(votes, ridge)
    order = standing[np.argsort(-board.strength[standing], kind="stable")]
    runners = order[1 : 1 + _CHALLENGERS]
    closest = min(runners, key=lambda at: linear_count(board, order[0], at))
    pairs = list(pairwise(order))[: max(neighbours, 1)]
    swaps = tuple(fewest_removals(board, i, j) for i, j in pairs)
    lead = swaps[0]
    if closest != order[1]:
        lead = min(lead, fewest_removals(board, order[0], closest), key=lambda swap: swap.votes)
    return Fragility(
        leader=lead.ahead,
        runner_up=lead.behind,
        votes=lead.votes,
        share=lead.share,
        confirmed=lead.confirmed,
        comparisons=float(votes.votes.sum()),
        neighbours=swaps[:neighbours],
    )


def _settled(ratings: Ratings | None, names: tuple[str, ...], side: Codes) -> Codes:
    """Return who can be placed: neither known to one side only nor, if enough are left, by little.

    This is who the headline of a leaderboard speaks about.
    """
    placed = np.flatnonzero(side == 0)
    if ratings is None:
        return placed
    status = dict(zip(ratings.competitors, ratings.status, strict=True))
    settled = np.array([at for at in placed if status.get(names[at]) == "ok"], np.int64)
    return settled if len(settled) > 1 else placed


def percent_text(share: float) -> str:
    """Return a share as a percentage with two significant digits below 10%."""
    value = 100 * share
    if value >= 10:
        return f"{value:.0f}%"
    return f"{value:.2g}%" if value >= 0.001 else "below 0.001%"

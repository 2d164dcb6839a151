"""Taking comparisons out of a log: which matter most to a lead, and what is left of it."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from ranking.comparisons import Comparisons
from ranking.diagnostics.connectivity import connectivity
from ranking.errors import ConvergenceError, InputError
from ranking.laplacian import Codes, Floats, divergence, inverse
from ranking.newton import fit_strengths
from ranking.outcomes import BOTH_BAD, SOFT, BothBad
from ranking.ratings import POINTS_PER_LOGIT
from ranking.tally import SCORE, Games, Pairs, Tally
from ranking.uncertainty.sandwich import information_weights

_REFITS = 15  # at most so many exact refits for one pair of competitors
_FALLBACK_RIDGE = 0.1
_CHORD_STEPS = 30
_ROUNDING = 1e-12
_TOLERANCE = 1e-10  # of the squared Newton decrement


@dataclass(frozen=True)
class Swap:
    """How few comparisons, removed, put one competitor ahead of another.

    Attributes
    ----------
    ahead, behind : str
        As they stand now.
    gap : float
        Points between them.
    votes : float
        Comparisons to remove: those that favour `ahead` most. Infinite where no such set was found.
    share : float
        Of all comparisons.
    confirmed : bool
        Whether a refit without them shows the change.
    """

    ahead: str
    behind: str
    gap: float
    votes: float
    share: float
    confirmed: bool


@dataclass(frozen=True, eq=False)
class VoteGroups:
    """Groups of identical comparisons: pair, score of `first`, weight of each, how many.

    All arrays have shape (groups,); a pair may come in both orientations.
    """

    competitors: tuple[str, ...]
    first: Codes
    second: Codes
    score: Floats
    weight: Floats
    votes: Floats

    @classmethod
    def of(cls, evidence: Comparisons | Games | Tally, both_bad: BothBad) -> "VoteGroups":
        """Group a log: by the cells of its tally where the comparisons of a cell are alike.

        Raises
        ------
        InputError
            If there are no comparisons, or a tally does not tell them apart.
        """
        tally = evidence if isinstance(evidence, Tally) else evidence.tally()
        tally = tally if both_bad == "tie" else tally.without(BOTH_BAD)
        if not len(tally.first):
            raise InputError("There are no comparisons in this selection.")
        if not _uniform(tally):
            if isinstance(evidence, Tally):
                raise InputError(
                    "A tally with weights or soft outcomes does not tell single comparisons apart; "
                    "give the comparisons themselves."
                )
            games = evidence.games() if isinstance(evidence, Comparisons) else evidence
            return cls.grouped(games if both_bad == "tie" else games.without(BOTH_BAD))
        return cls(
            tally.competitors,
            tally.first,
            tally.second,
            SCORE[tally.outcome],
            tally.weight / tally.votes,
            tally.votes,
        )

    @classmethod
    def grouped(cls, games: Games) -> "VoteGroups":
        """Sum the votes of rows of one pair, orientation, score and weight."""
        m = len(games.competitors)
        scores, score = np.unique(games.score, return_inverse=True)
        weights, weight = np.unique(games.weight, return_inverse=True)
        kinds, kind = np.unique(score * len(weights) + weight, return_inverse=True)
        key = (games.first * m + games.second) * len(kinds) + kind
        groups, at = np.unique(key, return_inverse=True)
        pair, kind = groups // len(kinds), kinds[groups % len(kinds)]
        return cls(
            games.competitors,
            pair // m,
            pair % m,
            scores[kind // len(weights)],
            weights[kind % len(weights)],
            np.bincount(at, games.votes, len(groups)).astype(np.float64),
        )

    def among(self, members: npt.NDArray[np.bool_]) -> "VoteGroups":
        """Return the comparisons between members of a mask of shape (m,), recoded."""
        if members.all():
            return self
        inside = members[self.first] & members[self.second]
        recode = np.cumsum(members) - 1
        return VoteGroups(
            tuple(name for name, kept in zip(self.competitors, members, strict=True) if kept),
            recode[self.first[inside]],
            recode[self.second[inside]],
            self.score[inside],
            self.weight[inside],
            self.votes[inside],
        )

    def pairs(self) -> Pairs:
        """Sum the groups of each pair."""
        outcome = np.full(len(self.first), SOFT)
        weight = self.votes * self.weight
        sums = {"weight": weight, "score": weight * self.score}
        squared = weight * self.weight
        sums |= {"weight2": squared, "weight2_score": squared * self.score}
        sums["weight2_score2"] = squared * self.score**2
        tally = Tally.from_cells(
            self.competitors, self.first, self.second, outcome, self.votes, **sums
        )
        return tally.pairs()


@dataclass(frozen=True, eq=False)
class Board:
    """Strengths fitted to groups of comparisons, and what one comparison moves.

    Attributes
    ----------
    votes : VoteGroups
    pairs : Pairs
        Their sums by pair.
    pair : int array of shape (groups,)
        The pair of each group.
    score : float array of shape (groups,)
        Score of the pair's first.
    ridge : float
        Precision of the normal prior on strengths.
    strength : float array of shape (m,)
        In logits.
    bread : float array of shape (m, m)
        Inverse information.
    """

    votes: VoteGroups
    pairs: Pairs
    pair: Codes
    score: Floats
    ridge: float
    strength: Floats
    bread: Floats

    @classmethod
    def fit(cls, votes: VoteGroups, ridge: float) -> "Board":
        """Fit the strengths."""
        pairs = votes.pairs()
        m = pairs.m
        low, high = np.minimum(votes.first, votes.second), np.maximum(votes.first, votes.second)
        pair = np.searchsorted(pairs.first * m + pairs.second, low * m + high)
        score = np.where(votes.first < votes.second, votes.score, 1 - votes.score)
        strength, _ = fit_strengths(pairs, ridge=ridge)
        information = information_weights(pairs, strength)
        bread = inverse(m, pairs.first, pairs.second, information, ridge=ridge)
        return cls(votes, pairs, pair, score, ridge, strength, bread)

    def influence(self, strength: Floats, i: int, j: int) -> Floats:
        """Return how much one comparison of each group adds to the lead of i over j, in logits."""
        first, second = self.pairs.first, self.pairs.second
        of = self.bread[i] - self.bread[j]
        p = expit(strength[first] - strength[second])
        moved = of[first] - of[second]
        return np.asarray(moved[self.pair] * self.votes.weight * (self.score - p[self.pair]))

    def refit(self, removed: Floats) -> Floats:
        """Return the strengths without `removed` comparisons of each group."""
        pairs, m = self.pairs, self.pairs.m
        left = np.maximum(self.votes.votes - removed, 0.0) * self.votes.weight
        size = len(pairs.first)
        weight = np.bincount(self.pair, left, size).astype(np.float64)
        scored = np.bincount(self.pair, left * self.score, size)
        # What rounding leaves of a score is no evidence that somebody won.
        rounding = _ROUNDING * weight
        scored = np.where(scored > rounding, scored, 0.0)
        score = np.where(weight - scored > rounding, scored, weight)
        if not weight.any():
            return np.zeros(m)
        theta, last = self.strength, math.inf
        # The old Hessian will do while few comparisons are gone: its inverse is at hand.
        for _ in range(_CHORD_STEPS):
            p = expit(theta[pairs.first] - theta[pairs.second])
            gradient = divergence(m, pairs.first, pairs.second, score - weight * p)
            gradient -= self.ridge * theta
            step = self.bread @ gradient
            decrement = float(gradient @ step)
            if decrement > last:
                break
            theta, last = theta + step, decrement
            if decrement < _TOLERANCE * min(1.0, float(weight.sum())):
                return theta
        gone = Pairs(m, pairs.first, pairs.second, weight, weight, score, weight, score, score)
        # What is left may bound somebody on one side only, or leave it without a comparison.
        structure = connectivity(gone)
        open_ended = structure.components > 1 or structure.side.any()
        ridge = self.ridge or (_FALLBACK_RIDGE if open_ended else 0.0)
        try:
            return fit_strengths(gone, ridge=ridge)[0]
        except ConvergenceError:
            return fit_strengths(gone, ridge=_FALLBACK_RIDGE)[0]


def fewest_removals(board: Board, i: int, j: int) -> Swap:
    """Find how many comparisons to remove for j to pass i: linear first, then exact refits.

    Parameters
    ----------
    board : Board
    i, j : int
        Codes of who is ahead, and of who is behind.
    """
    gap = float(board.strength[i] - board.strength[j])
    influence = board.influence(board.strength, i, j)
    order = np.flatnonzero(influence > 0)
    order = order[np.argsort(-influence[order], kind="stable")]
    held = board.votes.votes[order]
    bounds = np.cumsum(held)
    total = float(bounds[-1]) if len(bounds) else 0.0

    def lead_without(count: float) -> float:
        removed = np.zeros(len(influence))
        removed[order] = np.clip(count - (bounds - held), 0.0, held)
        strength = board.refit(removed)
        return float(strength[i] - strength[j])

    count = min(_count(influence[order], held, gap), total)
    # A bracket: `kept` comparisons leave i ahead by `above`, `found` put j ahead by `below`.
    kept, above, found, below = 0.0, gap, math.inf, math.nan
    for _ in range(_REFITS):
        if not kept < count < found:
            break
        lead = lead_without(count)
        if lead < 0:
            # Halving the other end's value keeps a bent curve from holding that end (Illinois).
            found, below, above = count, -lead, above / (1 if math.isinf(found) else 2)
        else:
            kept, above, below = count, lead, below / 2
        if math.isinf(found):
            slope = (gap - lead) / count
            beyond = count + 1.1 * lead / slope if slope > 0 else 2 * count
            count = min(max(math.ceil(beyond), count + 1), total)
        else:
            cut = kept + (found - kept) * above / (above + below)
            count = min(max(math.ceil(cut), kept + 1), found - 1)
    return Swap(
        ahead=board.votes.competitors[i],
        behind=board.votes.competitors[j],
        gap=gap * POINTS_PER_LOGIT,
        votes=float(found),
        share=found / float(board.votes.votes.sum()),
        confirmed=math.isfinite(found),
    )


def linear_count(board: Board, i: int, j: int) -> float:
    """Return how many comparisons to remove for j to pass i, if every influence stayed the same."""
    influence = board.influence(board.strength, i, j)
    order = np.flatnonzero(influence > 0)
    order = order[np.argsort(-influence[order], kind="stable")]
    gap = float(board.strength[i] - board.strength[j])
    return _count(influence[order], board.votes.votes[order], gap)


def _count(influence: Floats, held: Floats, gap: float) -> float:
    """Return the length of the first prefix of single comparisons whose sum exceeds the gap."""
    sums = np.cumsum(influence * held)
    at = int(np.searchsorted(sums, gap, side="right"))
    if at == len(sums):
        return math.inf
    before, single = float(sums[at - 1]) if at else 0.0, float(influence[at])
    return float(held[:at].sum()) + math.floor((gap - before) / single) + 1


def _uniform(tally: Tally) -> bool:
    """Tell whether all comparisons of a cell are alike: one weight, and no soft outcome."""
    alike = np.isclose(tally.weight**2, tally.votes * tally.weight2, rtol=1e-12, atol=0)
    return bool(alike.all()) and not tally.votes_of(SOFT)

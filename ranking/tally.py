"""Tally: the sufficient statistics of a log, by pair of competitors and outcome.

Every order-free method is a function of a tally. It is small (at most five cells per pair that
met), whatever the length of the log.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from ranking.outcomes import BOTH_BAD, FIRST, SECOND, SOFT, TIE, BothBad

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int64]

_MIRRORED = np.array([FIRST, TIE, SECOND, BOTH_BAD, SOFT])
SCORE = np.array([0.0, 0.5, 1.0, 0.5, np.nan])


@dataclass(frozen=True, eq=False)
class Tally:
    """Sums over the rows of a log, one cell per unordered pair and outcome.

    A row that stands for `votes` identical comparisons of weight `w` and score `y` (1 where `first`
    won, 0 where it lost, 1/2 for a tie and for both-bad, in between for a soft outcome) adds
    ``votes`` to `votes`, ``votes * w`` to `weight`, ``votes * w**2`` to `weight2`, and so on.

    Attributes
    ----------
    competitors : tuple of str, length m
        Names; the codes below index it.
    first, second : int arrays of shape (cells,)
        The pair, ``first < second``.
    outcome : int array of shape (cells,)
        As in `ranking.outcomes`, seen from `first`.
    votes, weight, weight2 : float arrays of shape (cells,)
        Number of comparisons, sum of weights, sum of squared weights.
    score, weight2_score, weight2_score2 : float arrays of shape (cells,)
        Sums of ``w y``, ``w**2 y`` and ``w**2 y**2``.
    """

    competitors: tuple[str, ...]
    first: Codes
    second: Codes
    outcome: Codes
    votes: Floats
    weight: Floats
    weight2: Floats
    score: Floats
    weight2_score: Floats
    weight2_score2: Floats

    @classmethod
    def from_cells(
        cls,
        competitors: tuple[str, ...],
        first: npt.ArrayLike,
        second: npt.ArrayLike,
        outcome: npt.ArrayLike,
        votes: npt.ArrayLike | None = None,
        *,
        weight: npt.ArrayLike | None = None,
        weight2: npt.ArrayLike | None = None,
        score: npt.ArrayLike | None = None,
        weight2_score: npt.ArrayLike | None = None,
        weight2_score2: npt.ArrayLike | None = None,
    ) -> "Tally":
        """Build a tally from rows, or from partial sums over rows, in any orientation and order.

        Parameters
        ----------
        competitors : tuple of str
            Names, in the order of the codes.
        first, second, outcome : integer arrays of shape (n,)
            Codes of the pair and of the outcome seen from `first`; ``first != second``.
        votes : array of shape (n,), default 1
            Number of comparisons behind each row.
        weight, weight2 : arrays of shape (n,), default `votes`
            Sums of weights and of squared weights behind each row.
        score, weight2_score, weight2_score2 : arrays of shape (n,), optional
            Sums of ``w y``, ``w**2 y``, ``w**2 y**2``, seen from `first`; they follow from the
            outcome where it is not soft.
        """
        i, j = np.asarray(first, np.int64), np.asarray(second, np.int64)
        code = np.asarray(outcome, np.int64)
        n = np.ones(len(i)) if votes is None else np.asarray(votes, np.float64)
        w = n if weight is None else np.asarray(weight, np.float64)
        w2 = n if weight2 is None else np.asarray(weight2, np.float64)
        y = SCORE[code]
        wy = w * y if score is None else np.asarray(score, np.float64)
        w2y = w2 * y if weight2_score is None else np.asarray(weight2_score, np.float64)
        w2yy = w2 * y * y if weight2_score2 is None else np.asarray(weight2_score2, np.float64)

        flipped = i > j
        i, j = np.where(flipped, j, i), np.where(flipped, i, j)
        code = np.where(flipped, _MIRRORED[code], code)
        w2yy = np.where(flipped, w2 - 2 * w2y + w2yy, w2yy)
        wy, w2y = np.where(flipped, w - wy, wy), np.where(flipped, w2 - w2y, w2y)

        m = len(competitors)
        key = (i * m + j) * 5 + code
        cells, inverse = _distinct(key, 5 * m * m)
        sums = [_total(inverse, values, len(cells)) for values in (n, w, w2, wy, w2y, w2yy)]
        return cls(competitors, cells // 5 // m, cells // 5 % m, cells % 5, *sums)

    def pairs(self, *, both_bad: BothBad = "tie") -> "Pairs":
        """Sum the cells of each pair; both-bad counts as a tie or is dropped."""
        keep = slice(None) if both_bad == "tie" else self.outcome != BOTH_BAD
        m = len(self.competitors)
        pairs, inverse = _distinct(self.first[keep] * m + self.second[keep], m * m)

        def total(values: Floats) -> Floats:
            return _total(inverse, values[keep], len(pairs))

        return Pairs(
            m,
            pairs // m,
            pairs % m,
            votes=total(self.votes),
            weight=total(self.weight),
            score=total(self.score),
            weight2=total(self.weight2),
            weight2_score=total(self.weight2_score),
            weight2_score2=total(self.weight2_score2),
        )

    def take(self, cells: npt.NDArray[np.bool_] | Codes) -> "Tally":
        """Return some cells, by mask or by position."""
        columns = (
            "first", "second", "outcome", "votes", "weight", "weight2", "score", "weight2_score",
            "weight2_score2",
        )  # fmt: skip
        return replace(self, **{name: getattr(self, name)[cells] for name in columns})

    def without(self, outcome: int) -> "Tally":
        """Return the cells of all other outcomes."""
        kept = self.outcome != outcome
        return self if kept.all() else self.take(kept)

    def both_bad_as_ties(self) -> "Tally":
        """Count both-bad as ties."""
        if not (self.outcome == BOTH_BAD).any():
            return self
        return Tally.from_cells(
            self.competitors, self.first, self.second,
            np.where(self.outcome == BOTH_BAD, TIE, self.outcome), self.votes,
            weight=self.weight, weight2=self.weight2, score=self.score,
            weight2_score=self.weight2_score, weight2_score2=self.weight2_score2,
        )  # fmt: skip

    def among(self, members: npt.NDArray[np.bool_]) -> "Tally":
        """Return the cells whose competitors are both in a mask of shape (m,), recoded."""
        kept = self.take(members[self.first] & members[self.second])
        recode = np.cumsum(members) - 1
        names = tuple(
            name for name, inside in zip(self.competitors, members, strict=True) if inside
        )
        return replace(
            kept, competitors=names, first=recode[kept.first], second=recode[kept.second]
        )

    def votes_of(self, *outcomes: int) -> float:
        """Count the comparisons with any of these outcomes."""
        return float(self.votes[np.isin(self.outcome, outcomes)].sum())


@dataclass(frozen=True, eq=False)
class Pairs:
    """A tally summed over outcomes: what the half-win model of a pair needs.

    `first < second`; all arrays have shape (pairs,). `score` is the sum of ``w y``.
    """

    m: int
    first: Codes
    second: Codes
    votes: Floats
    weight: Floats
    score: Floats
    weight2: Floats
    weight2_score: Floats
    weight2_score2: Floats

    def among(self, members: npt.NDArray[np.bool_]) -> "Pairs":
        """Return the pairs whose two competitors are both in a mask of shape (m,), recoded."""
        inside = members[self.first] & members[self.second]
        recode = np.cumsum(members) - 1
        sums = {
            name: getattr(self, name)[inside]
            for name in ("votes", "weight", "score", "weight2", "weight2_score", "weight2_score2")
        }
        return Pairs(
            int(members.sum()), recode[self.first[inside]], recode[self.second[inside]], **sums
        )

    def per_competitor(self, of_first: Floats, of_second: Floats) -> Floats:
        """Sum a quantity over the pairs of each competitor; shape (m,)."""
        return _total(self.first, of_first, self.m) + _total(self.second, of_second, self.m)


@dataclass(frozen=True, eq=False)
class Games:
    """Comparisons row by row, as integer codes: what Elo and cluster scores need.

    Attributes
    ----------
    competitors : tuple of str, length m
        Names; `first` and `second` index it.
    first, second, outcome : int arrays of shape (n,)
        Codes of the pair and of the outcome seen from `first`.
    score : float array of shape (n,)
        1 where `first` won, 0 where it lost, 1/2 for a tie or both-bad.
    votes, weight : float arrays of shape (n,)
        Number of identical comparisons behind the row; weight of each of them.
    item, judge : int arrays of shape (n,)
        Codes; -1 where there is none.
    time : float array of shape (n,)
        Seconds since 1970; NaN where there is none.
    """

    competitors: tuple[str, ...]
    first: Codes
    second: Codes
    outcome: Codes
    score: Floats
    votes: Floats
    weight: Floats
    item: Codes
    judge: Codes
    time: Floats

    def __len__(self) -> int:
        return len(self.first)

    def take(self, rows: npt.NDArray[np.bool_] | Codes) -> "Games":
        """Return some rows, by mask or by position."""
        columns = (
            "first", "second", "outcome", "score", "votes", "weight", "item", "judge", "time",
        )  # fmt: skip
        return replace(self, **{name: getattr(self, name)[rows] for name in columns})

    def without(self, outcome: int) -> "Games":
        """Return the rows with all other outcomes."""
        kept = self.outcome != outcome
        return self if kept.all() else self.take(kept)

    def both_bad_as_ties(self) -> "Games":
        """Count both-bad as ties."""
        if not (self.outcome == BOTH_BAD).any():
            return self
        return replace(self, outcome=np.where(self.outcome == BOTH_BAD, TIE, self.outcome))

    def among(self, members: npt.NDArray[np.bool_]) -> "Games":
        """Return the rows between members of a mask of shape (m,), recoded."""
        if members.all():
            return self
        kept = self.take(members[self.first] & members[self.second])
        recode = np.cumsum(members) - 1
        names = tuple(
            name for name, inside in zip(self.competitors, members, strict=True) if inside
        )
        return replace(
            kept, competitors=names, first=recode[kept.first], second=recode[kept.second]
        )

    def tally(self) -> Tally:
        """Sum the rows into a tally."""
        w, w2 = self.votes * self.weight, self.votes * self.weight**2
        y = self.score
        return Tally.from_cells(
            self.competitors,
            self.first,
            self.second,
            self.outcome,
            self.votes,
            weight=w,
            weight2=w2,
            score=w * y,
            weight2_score=w2 * y,
            weight2_score2=w2 * y * y,
        )


def _total(group: Codes, values: Floats, groups: int) -> Floats:
    return np.bincount(group, values, groups).astype(np.float64, copy=False)


def _distinct(keys: Codes, size: int) -> tuple[Codes, Codes]:
    """Return the sorted distinct keys in ``[0, size)`` and the position of each key among them."""
    if size > 4 * len(keys) + 1_000_000:
        return np.unique(keys, return_inverse=True)
    present = np.zeros(size, dtype=bool)
    present[keys] = True
    return np.flatnonzero(present), (np.cumsum(present) - 1)[keys]

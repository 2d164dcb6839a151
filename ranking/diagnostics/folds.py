"""Parting a log into folds for cross-validation, and errors of means over its comparisons."""

from dataclasses import replace

import numpy as np

from ranking.comparisons import Comparisons
from ranking.laplacian import Codes, Floats
from ranking.outcomes import BOTH_BAD, SOFT, BothBad
from ranking.tally import SCORE, Games, Tally

_DENSE = 4_000_000  # up to so many groups times items a table beats a sort


def rows_of(
    evidence: Comparisons | Games | Tally, *, both_bad: BothBad, ordered: bool = False
) -> Games:
    """Return a log as rows, as few as carry it: the cells of its tally where that loses nothing.

    Parameters
    ----------
    evidence : Comparisons, Games or Tally
    both_bad : {"tie", "drop"}
        Count both-bad as a tie, or leave it out.
    ordered : bool, default False
        Whether the order of the comparisons matters.
    """
    if isinstance(evidence, Comparisons):
        games = evidence.games() if ordered or evidence.has_items else _compact(evidence)
    else:
        games = evidence if isinstance(evidence, Games) else _cells(evidence)
    return games.both_bad_as_ties() if both_bad == "tie" else games.without(BOTH_BAD)


def part(
    games: Games, folds: int, rng: np.random.Generator, *, by_item: bool
) -> tuple[Games, Codes]:
    """Assign comparisons to folds at random; `by_item` keeps those of one item together.

    Identical comparisons that one row stands for are parted too, unless an item holds them.

    Returns
    -------
    games : Games
        The rows; one whose comparisons fall into several folds comes once for each.
    fold : int array
        The fold of each row, 0..folds-1.
    """
    fold = rng.integers(folds, size=len(games))
    held = (games.item >= 0) & by_item
    if held.any():
        seen, item = np.unique(games.item[held], return_inverse=True)
        fold[held] = (rng.permutation(len(seen)) % folds)[item]
    single = held | (games.votes <= 1)
    many = np.flatnonzero(~single)
    if not len(many):
        return games, fold
    counts = np.rint(games.votes[many]).astype(np.int64)
    split = rng.multinomial(counts, np.full(folds, 1 / folds))
    row, of = np.nonzero(split)
    whole = np.flatnonzero(single)
    rows = np.concatenate([whole, many[row]])
    votes = np.concatenate([games.votes[whole], split[row, of].astype(np.float64)])
    order = np.argsort(rows, kind="stable")
    parted = replace(games.take(rows[order]), votes=votes[order])
    return parted, np.concatenate([fold[whole], of])[order]


def items_in(games: Games) -> int:
    """Count the items that a log names."""
    return len(np.unique(games.item[games.item >= 0]))


def mean_and_error(games: Games, values: Floats) -> tuple[float, float]:
    """Return the weighted mean of a quantity over comparisons, and its standard error.

    As `means_and_errors`, of all comparisons together.
    """
    means, errors = means_and_errors(games, values, np.zeros(len(games), np.int64), 1)
    return float(means[0]), float(errors[0])


def means_and_errors(
    games: Games, values: Floats, group: Codes, groups: int
) -> tuple[Floats, Floats]:
    """Return the weighted means of a quantity in groups of comparisons, and their standard errors.

    Comparisons of one item count as dependent; those without an item as independent. With G items
    in a group the variance is ``G / (G - 1)`` times the sum of their squares.

    Parameters
    ----------
    games : Games
    values : float array of shape (rows,)
    group : int array of shape (rows,)
        0..groups-1; none may be empty.
    groups : int

    Returns
    -------
    means, errors : float arrays of shape (groups,)
    """
    mass = games.votes * games.weight
    total = np.bincount(group, mass, groups)
    means = np.bincount(group, mass * values, groups) / total
    deviation = values - means[group]
    known = games.item >= 0
    squares = np.where(known, 0.0, mass * games.weight * deviation**2)
    variance = np.bincount(group, squares, groups)
    if known.any():
        items = int(games.item.max()) + 1
        key = group[known] * items + games.item[known]
        if groups * items > _DENSE:
            keys, key = np.unique(key, return_inverse=True)
        else:
            keys = np.arange(groups * items)
        together = np.bincount(key, (mass * deviation)[known], len(keys)) ** 2
        present = np.bincount(key, minlength=len(keys)) > 0
        clusters = np.bincount(keys // items, present, groups)
        factor = np.where(clusters > 1, clusters / np.maximum(clusters - 1, 1), 1.0)
        variance += factor * np.bincount(keys // items, together, groups)
    return means, np.sqrt(variance) / total


def _compact(comparisons: Comparisons) -> Games:
    tally = comparisons.tally()
    alike = np.isclose(tally.weight**2, tally.votes * tally.weight2, rtol=1e-12, atol=0)
    return _cells(tally) if alike.all() and not tally.votes_of(SOFT) else comparisons.games()


def _cells(tally: Tally) -> Games:
    n = len(tally.first)
    mean_score = np.divide(tally.score, tally.weight, out=np.zeros(n), where=tally.weight > 0)
    return Games(
        tally.competitors,
        tally.first,
        tally.second,
        tally.outcome,
        np.where(tally.outcome == SOFT, mean_score, SCORE[tally.outcome]),
        tally.votes,
        tally.weight / tally.votes,
        item=np.full(n, -1),
        judge=np.full(n, -1),
        time=np.full(n, np.nan),
    )

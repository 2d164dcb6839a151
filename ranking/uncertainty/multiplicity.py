"""Many comparisons at once: adjusted p-values, and letters for who cannot be told apart."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
import numpy.typing as npt

from ranking.laplacian import Floats

_MOST_GROUPS = 2  # for each competitor


def holm(p: npt.ArrayLike) -> Floats:
    """Return Holm's adjusted p-values, which control the chance of any false rejection.

    Parameters
    ----------
    p : array of shape (n,)
        p-values under any dependence.

    References
    ----------
    Holm 1979, "A simple sequentially rejective multiple test procedure".
    """
    values = np.asarray(p, np.float64)
    order = np.argsort(values)
    stepped = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    adjusted = np.empty(len(values))
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def adjusted(p: npt.ArrayLike, adjustment: Literal["none", "holm", "bh", "by"]) -> Floats:
    """Return p-values adjusted for their number, by Holm, Benjamini-Hochberg or -Yekutieli."""
    values = np.asarray(p, np.float64)
    if adjustment == "none" or not len(values):
        return values
    if adjustment == "holm":
        return holm(values)
    from scipy.stats import false_discovery_control

    return np.asarray(false_discovery_control(values, method=adjustment))


def compact_letters(different: npt.NDArray[np.bool_], order: npt.ArrayLike) -> tuple[str, ...]:
    """Give letters so that two competitors share one exactly where they are not different.

    The groups are all largest sets of which no two are different (the maximal cliques of the graph
    of pairs that are not different), found by Bron and Kerbosch's algorithm with pivots.

    Parameters
    ----------
    different : bool array of shape (m, m)
        Symmetric: which pairs differ significantly.
    order : int array of shape (m,)
        Competitors from best to worst; "a" goes to the group of the best.

    Returns
    -------
    tuple of str, length m
        Letters of each competitor, such as "ab"; after "z" come "(aa)", "(ab)", ... All are empty
        where there are more groups than anybody could read: two for each competitor.

    References
    ----------
    Piepho 2004, doi:10.1198/1061860043515. Bron and Kerbosch 1973, doi:10.1145/362342.362367.
    """
    placed = np.asarray(order)
    alike = ~np.asarray(different)[np.ix_(placed, placed)]
    m = len(placed)
    neighbours = [
        sum(1 << int(at) for at in np.flatnonzero(row) if at != own)
        for own, row in enumerate(alike)
    ]
    groups: list[tuple[int, ...]] = []
    for group in _cliques(neighbours, 0, (1 << m) - 1, 0):
        groups.append(tuple(_members(group)))
        if len(groups) > _MOST_GROUPS * m:
            return ("",) * m
    letters = [""] * m
    for number, members in enumerate(sorted(groups)):
        for at in members:
            letters[int(placed[at])] += _letter(number)
    return tuple(letters)


def _cliques(neighbours: list[int], chosen: int, open_: int, closed: int) -> Iterator[int]:
    """Yield every maximal clique as a set of bits that holds `chosen` and no bit of `closed`."""
    if not open_:
        if not closed:
            yield chosen
        return
    pivot = max(_members(open_ | closed), key=lambda at: (open_ & neighbours[at]).bit_count())
    for at in _members(open_ & ~neighbours[pivot]):
        bit = 1 << at
        near = neighbours[at]
        yield from _cliques(neighbours, chosen | bit, open_ & near, closed & near)
        open_, closed = open_ & ~bit, closed | bit


def _members(bits: int) -> Iterator[int]:
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _letter(number: int) -> str:
    letters = ""
    while number >= 0:
        number, own = divmod(number, 26)
        letters, number = chr(97 + own) + letters, number - 1
    return letters if len(letters) == 1 else f"({letters})"

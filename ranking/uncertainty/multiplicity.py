"""Many comparisons at once: adjusted p-values, and letters for who cannot be told apart."""

import numpy as np
import numpy.typing as npt

from ranking.laplacian import Floats


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


def compact_letters(different: npt.NDArray[np.bool_], order: npt.ArrayLike) -> tuple[str, ...]:
    """Give letters so that two competitors share one exactly where they are not different.

    Insert and absorb: start with one group of all; split every group that holds a different pair;
    drop groups that lie within others.

    Parameters
    ----------
    different : bool array of shape (m, m)
        Symmetric: which pairs differ significantly.
    order : int array of shape (m,)
        Competitors from best to worst; "a" goes to the group of the best.

    Returns
    -------
    tuple of str, length m
        Letters of each competitor, such as "ab"; after "z" come "aa", "ab", ... in brackets.

    References
    ----------
    Piepho 2004, doi:10.1198/1061860043515.
    """
    place = {int(at): rank for rank, at in enumerate(np.asarray(order))}
    groups: list[frozenset[int]] = [frozenset(place)]
    for i, j in zip(*np.nonzero(np.triu(different, 1)), strict=True):
        if any(i in group and j in group for group in groups):
            split = [
                part
                for group in groups
                for part in (
                    (group - {int(i)}, group - {int(j)}) if i in group and j in group else (group,)
                )
            ]
            groups = _maximal(split)
    ranked = sorted(groups, key=lambda group: sorted(place[at] for at in group))
    names = [_letter(number) for number in range(len(ranked))]
    return tuple(
        "".join(name for name, group in zip(names, ranked, strict=True) if at in group)
        for at in range(len(different))
    )


def _maximal(groups: list[frozenset[int]]) -> list[frozenset[int]]:
    distinct = set(groups)
    return [group for group in distinct if not any(group < other for other in distinct)]


def _letter(number: int) -> str:
    if number < 26:
        return chr(97 + number)
    return f"({chr(97 + number // 26 - 1)}{chr(97 + number % 26)})"

"""Exact clones in a log: competitors with the same comparisons, and tasks with the same cells."""

import numpy as np
import numpy.typing as npt

from ranking.equilibria.task_log import Entries, TaskCells
from ranking.laplacian import Codes, Floats
from ranking.tally import Games

_DIGITS = 11  # sums, over the largest one, that agree to so many digits are equal
_MIXER = np.uint64(0x9E3779B97F4A7C15)


def exact_competitor_clones(games: Games, places: Entries, cells: TaskCells) -> Codes:
    """Return the first of each competitor's exact clones (see `merge_clones`), shape (m,)."""
    m = cells.m
    one, other = (places.total(mark[places.row]) for mark in _marks(games))
    forward, backward = _identities(cells, one, other)
    table = np.zeros((m, cells.tasks, m), np.int32)
    table[cells.first, cells.task, cells.second] = forward
    table[cells.second, cells.task, cells.first] = backward
    leader = np.arange(m)
    for group in _candidates(cells, forward, backward):
        firsts: list[int] = []
        for at in group:
            for first in firsts:
                if _are_clones(table, at, first):
                    leader[at] = first
                    break
            else:
                firsts.append(at)
    return leader


def exact_task_clones(cells: TaskCells) -> Codes:
    """Return the first of the tasks that have equal cells, shape (T,)."""
    nothing = np.zeros(len(cells))
    forward, _ = _identities(cells, nothing, nothing)
    pair = cells.first * cells.m + cells.second
    begin = np.searchsorted(cells.task, np.arange(cells.tasks + 1))
    first: dict[tuple[bytes, bytes], int] = {}
    leader = np.arange(cells.tasks)
    for task in range(cells.tasks):
        own = slice(begin[task], begin[task + 1])
        leader[task] = first.setdefault((pair[own].tobytes(), forward[own].tobytes()), task)
    return leader


def _marks(games: Games) -> tuple[Floats, Floats]:
    """Return a number for each row that equal rows share, as seen from either of its two.

    Two competitors can have equal records by chance; the same items, judges and times tell clones
    from them.
    """
    flipped = games.first > games.second
    conceded = 1 - games.score
    shared = [games.item, games.judge, games.time, games.votes, games.weight]
    return (
        equal_marks(*shared, np.where(flipped, conceded, games.score)),
        equal_marks(*shared, np.where(flipped, games.score, conceded)),
    )


def equal_marks(*columns: npt.NDArray[np.number]) -> Floats:
    """Return a number for each row that rows with equal values share, and hardly any others.

    Whole numbers below 2^31, so that sums of millions are exact.
    """
    mixed = np.zeros(len(columns[0]), np.uint64)
    for values in columns:
        bits = np.ascontiguousarray(values, np.float64).view(np.uint64)
        mixed = (mixed ^ bits) * _MIXER  # modulo 2^64
        mixed ^= mixed >> np.uint64(32)
    return np.asarray(mixed >> np.uint64(33), np.float64)


def _identities(
    cells: TaskCells, mark_forward: Floats, mark_backward: Floats
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Number the contents of cells, from 1, as seen from either side: equal ones alike."""
    n = len(cells)
    conceded = cells.weight - cells.score
    columns = (
        np.concatenate([cells.weight, cells.weight]),
        np.concatenate([cells.weight2, cells.weight2]),
        np.concatenate([cells.score, conceded]),
        np.concatenate([mark_forward, mark_backward]),
    )
    code = np.zeros(2 * n, np.int64)
    for values in columns:
        rounded = np.round(values / (values.max(initial=0.0) or 1.0), _DIGITS) + 0.0
        _, own = np.unique(rounded, return_inverse=True)
        code = np.unique(code * (len(rounded) + 1) + own, return_inverse=True)[1]
    identity = (code + 1).astype(np.int32)
    return identity[:n], identity[n:]


def _candidates(
    cells: TaskCells, forward: npt.NDArray[np.int32], backward: npt.NDArray[np.int32]
) -> list[list[int]]:
    """Group competitors whose cells, by task and whoever the opponent is, have equal contents."""
    competitor = np.concatenate([cells.first, cells.second])
    content = np.concatenate([forward, backward]).astype(np.int64)
    rng = np.random.default_rng(0)
    salt = rng.integers(1, 2**63, int(content.max(initial=0)) + 1, dtype=np.uint64)
    of_task = rng.integers(1, 2**63, cells.tasks, dtype=np.uint64) | np.uint64(1)
    mixed = salt[content] * of_task[np.concatenate([cells.task, cells.task])]  # modulo 2^64
    order = np.argsort(competitor, kind="stable")
    present, begin = np.unique(competitor[order], return_index=True)
    if not len(present):
        return []
    total = np.add.reduceat(mixed[order], begin)
    groups: dict[int, list[int]] = {}
    for at, value in zip(present.tolist(), total.tolist(), strict=True):
        groups.setdefault(value, []).append(at)
    return [group for group in groups.values() if len(group) > 1]


def _are_clones(table: npt.NDArray[np.int32], one: int, other: int) -> bool:
    """Whether two rows of the table, shape (m, T, m), agree on every third and are even."""
    if not (table[one, :, other] == table[other, :, one]).all():
        return False
    third = np.ones(len(table), bool)
    third[[one, other]] = False
    mine = table[one][:, third]
    return bool(mine.any() and (mine == table[other][:, third]).all())

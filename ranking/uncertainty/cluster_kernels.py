"""The inner loop of cluster scores, compiled by numba: imported only when it runs."""

# mypy: disable-error-code="no-untyped-def,misc"
from numba import njit


@njit(cache=True)
def add_scores(total, label, first, second, of_first, of_second, own, votes):
    """Add the score of each row to that of its cluster, in place; see `ScoreRows.summed`."""
    size, q = total.shape[1], own.shape[1]
    for row in range(len(first)):
        cluster, times = label[row], votes[row]
        total[cluster, first[row]] += of_first[row] * times
        total[cluster, second[row]] += of_second[row] * times
        for column in range(q):
            total[cluster, size - q + column] += own[row, column] * times

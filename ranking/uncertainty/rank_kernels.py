"""The inner loop of simultaneous rank sets, compiled by numba: imported only when it runs."""

# mypy: disable-error-code="no-untyped-def,misc"
import numpy as np
from numba import njit


@njit(cache=True, fastmath=True)
def largest_statistics(errors, weight):
    """Return ``max_jk (e_j - e_k) weight_jk`` of each draw; errors has shape (draws, m)."""
    draws, m = errors.shape
    largest = np.zeros(draws, np.float32)
    for draw in range(draws):
        row, top = errors[draw], np.float32(0.0)
        for j in range(m):
            own = row[j]
            for k in range(m):
                top = max(top, (own - row[k]) * weight[j, k])
        largest[draw] = top
    return largest

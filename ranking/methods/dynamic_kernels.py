"""Entries of the inverse of a sparse matrix, compiled by numba: imported only when needed."""

# mypy: disable-error-code="no-untyped-def,misc"
import numpy as np
from numba import njit


@njit("f8[::1](i4[::1], i4[::1], f8[::1], f8[::1])", cache=True)
def selected_inverse(starts, rows, lower, pivots):
    """Return the entries of ``(L D L')^-1`` at the places where L has entries (Takahashi).

    ``Z = D^-1 L^-1 + (I - L') Z`` gives column after column from the last to the first, and every
    entry that it needs lies where L has one, too.

    Parameters
    ----------
    starts, rows, lower : arrays
        L by columns (CSC), rows sorted within each, the unit diagonal stored.
    pivots : float array of shape (n,)
        Diagonal of D.

    Returns
    -------
    float array, as `lower`
    """
    n = len(pivots)
    inverse = np.zeros(len(lower))
    place = np.full(n, -1, np.int64)
    for column in range(n - 1, -1, -1):
        start, end = starts[column], starts[column + 1]
        for at in range(start + 1, end):
            place[rows[at]] = at
        for at in range(start + 1, end):
            row, factor = rows[at], lower[at]
            inverse[at] -= inverse[starts[row]] * factor
            for other in range(starts[row] + 1, starts[row + 1]):
                found = place[rows[other]]
                if found >= 0:
                    inverse[found] -= inverse[other] * factor
                    inverse[at] -= inverse[other] * lower[found]
        total = 1.0 / pivots[column]
        for at in range(start + 1, end):
            total -= lower[at] * inverse[at]
            place[rows[at]] = -1
        inverse[start] = total
    return inverse

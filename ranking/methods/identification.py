"""Whether the coefficients of covariates can be told apart from the ratings and each other."""

from collections.abc import Sequence

import numpy as np

from ranking.errors import InputError
from ranking.laplacian import divergence, solve
from ranking.tally import Codes, Floats, Pairs

_IN_SPAN = 1e-9  # of a column's squares: what is left of it beside the columns before it


def check_identified(
    names: Sequence[str], values: Floats, pairs: Pairs, row: Codes, component: Codes
) -> None:
    """Check that no column follows from who was compared and from the columns before it.

    Parameters
    ----------
    names : sequence of str, length q
        What the columns are called.
    values : float array of shape (n, q)
        The columns, in the orientation of `pairs`.
    pairs : Pairs
        The pairs that were compared.
    row : int array of shape (n,)
        The pair of each row.
    component : int array of shape (m,)
        Component of each competitor.

    Raises
    ------
    InputError
        If a coefficient cannot be told apart from the ratings, or from another coefficient.
    """
    count = np.bincount(row, minlength=len(pairs.first)).astype(np.float64)
    flow = np.stack(
        [
            divergence(pairs.m, pairs.first, pairs.second, _summed(row, column, len(count)))
            for column in values.T
        ],
        axis=1,
    )
    products = values.T @ values
    total = np.diag(products)
    # Cross-products of the columns, less what ratings explain, and then one column after another.
    left = products - flow.T @ _potential(pairs, count, flow, component)
    apart = np.diag(left) > _IN_SPAN * total
    if not apart.all():
        name = names[int(np.argmin(apart))]
        raise InputError(f"The effect of {name!r} is not identifiable: {_why_not(name)}")
    for at in range(len(total)):
        if left[at, at] <= _IN_SPAN * total[at]:
            raise InputError(
                f"The effect of {names[at]!r} is not identifiable: it follows from the covariates "
                f"before it ({', '.join(names[:at])}). Leave one of them out."
            )
        left = left - np.outer(left[:, at], left[at]) / left[at, at]


def _potential(pairs: Pairs, count: Floats, flow: Floats, component: Codes) -> Floats:
    """Solve the Laplacian of the pairs' counts for a flow of shape (m, q), by component."""
    found = np.zeros_like(flow)
    for label in range(int(component.max(initial=-1)) + 1):
        mask = component == label
        if mask.sum() < 2:
            continue
        inside = mask[pairs.first]
        recode = np.cumsum(mask) - 1
        edges = recode[pairs.first[inside]], recode[pairs.second[inside]]
        found[mask] = solve(int(mask.sum()), *edges, count[inside], flow[mask], ridge=0.0)
    return found


def _summed(group: Codes, values: Floats, groups: int) -> Floats:
    return np.asarray(np.bincount(group, values, groups), np.float64)


def _why_not(name: str) -> str:
    if name == "shown first":
        return (
            "the order follows from who was compared. Competitors must have been shown in both "
            "orders."
        )
    if name == "own family":
        return (
            "it follows from who was compared. Each competitor must have been judged by its own "
            "family and by others."
        )
    return "it follows from who was compared, as where each competitor has one value. Leave it out."

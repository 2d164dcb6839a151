"""Two versions on the same items: what was fixed, what regressed, and where."""

from dataclasses import dataclass

import numpy as np
from scipy.special import bdtr, stdtrit

from ranking.capabilities.findings import TESTED_ITEMS
from ranking.capabilities.hierarchy import step_up
from ranking.capabilities.observations import Observations
from ranking.errors import InputError
from ranking.laplacian import Floats
from ranking.taxonomies.taxonomy import Taxonomy


@dataclass(frozen=True, eq=False)
class VersionComparison:
    """Paired differences in every node, on items that both versions were scored on.

    Arrays have the shape (nodes,).

    Attributes
    ----------
    items : float array
        Shared items.
    only_before, only_after : float arrays
        Items that one of the two was scored on, left out.
    before, after : float arrays
        Mean scores on the shared items; NaN where there are none.
    difference, low, high : float arrays
        Mean of after less before and its paired t interval; NaN with fewer than two items.
    fixed, regressed, right, wrong : float arrays
        Items that passed after but not before, before but not after, both times, never.
    churn : float array
        Share of items that were fixed or regressed.
    p, q : float arrays
        McNemar's exact p-value, and adjusted (Benjamini–Hochberg) over nodes with enough items; NaN
        in the others.
    """

    items: Floats
    only_before: Floats
    only_after: Floats
    before: Floats
    after: Floats
    difference: Floats
    low: Floats
    high: Floats
    fixed: Floats
    regressed: Floats
    right: Floats
    wrong: Floats
    churn: Floats
    p: Floats
    q: Floats


def compare_versions(
    scores: Observations,
    before: int,
    after: int,
    taxonomy: Taxonomy,
    *,
    passing: float = 0.5,
    fewest: int = TESTED_ITEMS,
    level: float = 0.95,
) -> VersionComparison:
    """Compare two competitors item by item in every node.

    Parameters
    ----------
    scores : Observations
        Pointwise scores, one for each item and competitor.
    before, after : int
        Codes of the two versions.
    taxonomy : Taxonomy
        Over the same items.
    passing : float, default 0.5
        An item passes with a score above this.
    fewest : int, default 20
        Shared items a node needs to be tested.
    level : float, default 0.95
        Of the intervals of the differences.

    References
    ----------
    McNemar 1947, doi:10.1007/BF02295996.
    """
    if before == after:
        raise InputError("A version cannot be compared with itself; choose two.")
    if taxonomy.items != scores.items:
        raise InputError(
            f"The taxonomy is over {taxonomy.items:,} items, the scores over {scores.items:,}; "
            "they must be over the same."
        )
    old, new = _scores_of(scores, before), _scores_of(scores, after)
    had, has = np.isfinite(old), np.isfinite(new)
    both = had & has
    was, now = old > passing, new > passing
    change = np.where(both, new - old, 0.0)
    columns = np.column_stack(
        [
            both, had & ~has, has & ~had,
            np.where(both, old, 0.0), np.where(both, new, 0.0), change, change**2,
            both & now & ~was, both & was & ~now, both & was & now, both & ~was & ~now,
        ]
    ).astype(np.float64)  # fmt: skip
    sums = np.asarray(taxonomy.members @ columns)
    n, only_before, only_after, old_sum, new_sum, total, squares = sums.T[:7]
    fixed, regressed, right, wrong = sums.T[7:]
    p, q = mcnemar(fixed, regressed), np.full(len(n), np.nan)
    q[n >= fewest] = step_up(p[n >= fewest])
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / n
        variance = np.maximum(squares - n * mean**2, 0) / (n - 1)
        half = stdtrit(np.maximum(n - 1, 1), (1 + level) / 2) * np.sqrt(variance / n)
        known = np.where(n >= 2, mean, np.nan)
        return VersionComparison(
            items=n,
            only_before=only_before,
            only_after=only_after,
            before=old_sum / n,
            after=new_sum / n,
            difference=known,
            low=known - half,
            high=known + half,
            fixed=fixed,
            regressed=regressed,
            right=right,
            wrong=wrong,
            churn=(fixed + regressed) / n,
            p=p,
            q=q,
        )


def mcnemar(fixed: Floats, regressed: Floats) -> Floats:
    """Return the exact two-sided p-value of as many fixed as regressed: ``2 min tail Bin(b + c)``.

    >>> float(mcnemar(np.array([8.0]), np.array([1.0]))[0])
    0.0390625
    """
    fewer, changed = np.minimum(fixed, regressed), fixed + regressed
    return np.asarray(np.minimum(2 * bdtr(fewer, changed.astype(np.int64), 0.5), 1.0))


def _scores_of(scores: Observations, competitor: int) -> Floats:
    """Return the score of each item, NaN where there is none."""
    values = np.full(scores.items, np.nan)
    own = scores.competitor == competitor
    values[scores.item[own]] = scores.value[own]
    return values

"""Where walking strengths stand at any period, and how sure that is, in the sum-zero gauge.

Results fix differences only. So strengths are published around their component's mean at the end of
the log: at that moment they sum to zero, and earlier ones are on the same scale.
"""

from dataclasses import dataclass

import numpy as np

from ranking.laplacian import Codes, Floats
from ranking.methods.dynamic_fit import Paths

_BLOCK = 200  # right-hand sides that are solved for at a time


def states(paths: Paths, component: Codes, periods: Codes) -> tuple[Floats, Floats]:
    """Return mean and variance of every strength at some periods.

    Between two nodes a walk is a Brownian bridge; after the last its variance grows with time.

    Parameters
    ----------
    paths : Paths
        A fit of m competitors.
    component : int array of shape (m,)
        Who can be compared with whom.
    periods : int array of shape (k,)
        Which periods.

    Returns
    -------
    mean, variance : float arrays of shape (k, m)
        In logits; NaN before a competitor's first comparison.
    """
    walks, size = paths.walks, len(paths.walks)
    own, drift2 = np.arange(walks.m), paths.drift**2
    key = walks.competitor * walks.periods + walks.period
    at = np.searchsorted(key, own * walks.periods + periods[:, None], side="right") - 1
    seen = (at >= 0) & (walks.competitor[at] == own)
    following = np.full(size, -1)
    following[walks.before] = walks.after
    after = np.where(following[at] < 0, at, following[at])
    elapsed = periods[:, None] - walks.period[at]
    gap = walks.period[after] - walks.period[at]
    share = np.divide(elapsed, gap, out=np.zeros(at.shape), where=gap > 0)

    variance, step_covariance = paths.spread
    beside = variance.copy()
    beside[walks.before] = step_covariance
    ended = gap == 0
    spread = (
        (1 - share) ** 2 * variance[at]
        + share**2 * variance[after]
        + 2 * share * (1 - share) * beside[at]
        + drift2 * elapsed * np.where(ended, 1.0, 1 - share)
    )

    centre = _centre(paths, component)
    with_mean = (1 - share) * centre.covariance[at] + share * centre.covariance[after]
    with_mean += np.where(ended, drift2 * elapsed / centre.members[component], 0.0)
    mean = (1 - share) * paths.strength[at] + share * paths.strength[after]
    mean = mean - centre.mean[component]
    spread = np.maximum(spread - 2 * with_mean + centre.variance[component], 0.0)
    return np.where(seen, mean, np.nan), np.where(seen, spread, np.nan)


def final_influence(paths: Paths) -> Floats:
    """Return the columns of the posterior covariance for everybody's last node, (nodes, k)."""
    last, _ = _last(paths)
    influence = np.empty((len(paths.walks), len(last)))
    for start in range(0, len(last), _BLOCK):
        block = last[start : start + _BLOCK]
        unit = np.zeros((len(paths.walks), len(block)))
        unit[block, np.arange(len(block))] = 1.0
        influence[:, start : start + _BLOCK] = paths.factor.solve(unit)
    return influence


def final_covariance(
    paths: Paths, component: Codes, influence: Floats, shift: Floats | None = None
) -> Floats:
    """Return the covariance of the strengths at the end of the log, shape (m, m).

    Parameters
    ----------
    paths : Paths
    component : int array of shape (m,)
        Who can be compared with whom.
    influence : float array of shape (nodes, k)
        From `final_influence`.
    shift : float array of shape (k, k), optional
        What dependence between comparisons adds.

    Returns
    -------
    float array
        NaN between competitors of different components, and for those without a comparison.
    """
    walks = paths.walks
    last, idle = _last(paths)
    names = walks.competitor[last]
    inner = influence[last] if shift is None else influence[last] + shift
    inner[np.diag_indices(len(last))] += idle
    whole = np.full((walks.m, walks.m), np.nan)
    for label in np.unique(component[names]):
        among = np.flatnonzero(component[names] == label)
        part = inner[np.ix_(among, among)]
        part = part - part.mean(axis=0)
        part -= part.mean(axis=1)[:, None]
        whole[np.ix_(names[among], names[among])] = (part + part.T) / 2
    return whole


@dataclass(frozen=True, eq=False)
class _Centre:
    """The mean of each component's strengths at the end of the log.

    `mean`, `variance`, `members` have shape (components,); `covariance`, of each node with the mean
    of its component, has shape (nodes,).
    """

    mean: Floats
    variance: Floats
    members: Floats
    covariance: Floats


def _centre(paths: Paths, component: Codes) -> _Centre:
    last, idle = _last(paths)
    label = component[paths.walks.competitor[last]]
    count = int(component.max()) + 1
    members = np.maximum(np.bincount(label, minlength=count), 1).astype(np.float64)
    weights = np.zeros(len(paths.walks))
    weights[last] = 1 / members[label]
    # One solution serves all components: the system falls apart into them.
    covariance = paths.factor.solve(weights)

    def total(values: Floats) -> Floats:
        return np.bincount(label, values, count).astype(np.float64)

    return _Centre(
        mean=total(paths.strength[last]) / members,
        variance=total(covariance[last]) / members + total(idle) / members**2,
        members=members,
        covariance=covariance,
    )


def _last(paths: Paths) -> tuple[Codes, Floats]:
    """Return everybody's last node, and the variance that its strength gained since."""
    walks = paths.walks
    last = np.flatnonzero(np.r_[walks.entry[1:], True])
    idle = paths.drift**2 * (walks.periods - 1 - walks.period[last])
    return last, idle.astype(np.float64)

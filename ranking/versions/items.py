"""The items behind a change: which got worse or better, reliably so, and which cannot be paired."""

import math
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.errors import InputError
from ranking.laplacian import Codes, Floats
from ranking.taxonomies.taxonomy import Bools
from ranking.versions.repeat_groups import item_places, repeated_scores
from ranking.versions.report import VersionReport

Direction = Literal["worse", "better", "any"]

RELIABLE = 1.96
"""A change with a z beyond this is reliable: 5% of items that did not change get there."""


@dataclass(frozen=True)
class ItemChange:
    """What two versions did on one item.

    Attributes
    ----------
    item : str
        Its name; a comparison without one as "import 1, line 7".
    before, after, change : float
        In the unit of the report.
    z : float
        Reliable change index; NaN unless both versions have several scores on the item.
    capabilities : tuple of str
        Keys of what it is tagged with.
    """

    item: str
    before: float
    after: float
    change: float
    z: float
    capabilities: tuple[str, ...]


def item_changes(
    report: VersionReport,
    *,
    direction: Direction = "worse",
    by: float = 0.0,
    under: str = "",
    alone: bool = False,
    reliable: bool = False,
    limit: int | None = None,
) -> tuple[ItemChange, ...]:
    """Return the shared items that changed, largest changes first.

    Parameters
    ----------
    report : VersionReport
    direction : {"worse", "better", "any"}, default "worse"
        "worse" are the items on which the later version did worse than the baseline.
    by : float, default 0
        Only changes larger than this, in the unit of the report.
    under : str, default ""
        Key of a capability; all by default.
    alone : bool, default False
        Only items on which the later version alone fails: every other competitor with a score
        passes, and there are at least two.
    reliable : bool, default False
        Only changes that repeats show to be reliable.
    limit : int, optional
        At most so many.

    Raises
    ------
    InputError
        If `alone` or `reliable` asks for scores or repeats that there are none of.
    SelectionError
        If there is no such capability.
    """
    if direction not in get_args(Direction):
        raise InputError(f"`direction` must be worse, better or any; not {direction!r}.")
    if not math.isfinite(by):
        raise InputError(f"`by` must be a finite number; not {by}.")
    pairs, size = report.pairs, report.unit.size
    z = reliable_change(report)
    at, change = pairs.shared, pairs.change
    loss = {"worse": -change, "better": change, "any": np.abs(change)}[direction]
    kept = np.round(loss * size - by, 9) > 0
    if under:
        kept &= _inside(report, under)[at]
    if alone:
        kept &= fails_alone(report)[at]
    if reliable:
        if not np.isfinite(z).any():
            raise InputError(
                "Nothing says which changes are reliable: no item has several scores of both "
                f"{report.before!r} and {report.after!r}."
            )
        kept &= np.abs(np.nan_to_num(z[at])) > RELIABLE
    order = np.argsort(-np.round(loss[kept], 9), kind="stable")[:limit]
    tags = _tags(report.evidence, at[kept][order])
    return tuple(
        ItemChange(
            report.evidence.log.label(item),
            size * float(pairs.before[item]),
            size * float(pairs.after[item]),
            size * float(pairs.after[item] - pairs.before[item]),
            float(z[item]),
            held,
        )
        for item, held in zip(at[kept][order].tolist(), tags, strict=True)
    )


def unshared_items(report: VersionReport) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the names of the items that only the earlier, or only the later, has a result on."""
    had, has = np.isfinite(report.pairs.before), np.isfinite(report.pairs.after)
    label = report.evidence.log.label
    before, after = (np.flatnonzero(one).tolist() for one in (had & ~has, has & ~had))
    return tuple(map(label, before)), tuple(map(label, after))


def reliable_change(report: VersionReport) -> Floats:
    """Return the reliable change index of each item, shape (items,).

    With K and L scores of the two versions, ``z = (p_new - p_old) / sqrt(v (1/K + 1/L))``. Where an
    item can only pass or fail v is ``p (1 - p)`` with p the share of all K + L that passed, so that
    with K = L this is ``(p_new - p_old) / sqrt(2 p (1 - p) / K)``; for other scores v is the
    variance of repeats around their mean, pooled over all items. NaN where K or L is below 2.

    References
    ----------
    Jacobson and Truax 1991, doi:10.1037/0022-006X.59.1.12.
    """
    evidence, items = report.evidence, report.evidence.log.items
    z = np.full(items, np.nan)
    if report.pairs.basis != "scores":
        return z
    found = repeated_scores(evidence)
    if not len(found.item):
        return z
    item = item_places(evidence, found.item)
    count, mean = np.zeros((2, items)), np.zeros((2, items))
    for row, name in enumerate((report.before, report.after)):
        own = found.competitor == found.competitors.index(name)
        # Several judges of one item are several groups: their scores are put together.
        count[row] = np.bincount(item[own], found.count[own], items)
        total = np.bincount(item[own], (found.count * found.mean)[own], items)
        mean[row] = total / np.maximum(count[row], 1)
    both = (count >= 2).all(axis=0)
    if found.ends is not None:
        p = (count * mean).sum(axis=0) / np.maximum(count.sum(axis=0), 1)
        variance = (p - found.ends[0]) * (found.ends[1] - p)
    else:
        pooled = float((found.variance * (found.count - 1)).sum() / (found.count - 1).sum())
        variance = np.full(items, pooled)
    error = np.sqrt(np.maximum(variance, 0) * (1 / np.maximum(count, 1)).sum(axis=0))
    change = mean[1] - mean[0]
    with np.errstate(invalid="ignore", divide="ignore"):
        z[both] = np.where(np.round(change, 12) == 0, 0.0, change / error)[both]
    return z


def fails_alone(report: VersionReport) -> Bools:
    """Return on which items the later version alone does not pass, shape (items,).

    Raises
    ------
    InputError
        If the versions are not compared by scores.
    """
    if report.pairs.basis != "scores":
        raise InputError("Only scores say whether a version alone fails; this log has none.")
    scores, cut = report.evidence.scores, report.settings.passing
    passed = scores.value > cut
    count = np.bincount(scores.item, minlength=scores.items)
    passes = np.bincount(scores.item, passed, scores.items)
    own = scores.competitor == report.evidence.position(report.after)
    fails = np.zeros(scores.items, dtype=bool)
    fails[scores.item[own]] = ~passed[own]
    return np.asarray(fails & (count >= 3) & (passes == count - 1))


def _inside(report: VersionReport, under: str) -> Bools:
    inside = np.zeros(report.evidence.log.items, dtype=bool)
    inside[report.evidence.taxonomy.items_of([under])] = True
    return inside


def _tags(evidence: CapabilityEvidence, items: Codes) -> list[tuple[str, ...]]:
    """Return the keys of the nodes that each item is tagged with itself."""
    taxonomy = evidence.taxonomy
    order = np.argsort(taxonomy.tag_item, kind="stable")
    held, node = taxonomy.tag_item[order], taxonomy.tag_node[order]
    starts, ends = np.searchsorted(held, items), np.searchsorted(held, items, side="right")
    return [
        tuple(taxonomy.keys[at] for at in node[a:b].tolist())
        for a, b in zip(starts.tolist(), ends.tolist(), strict=True)
    ]

"""Non-determinism: how often the same question gets another answer when it is asked again."""

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

import numpy as np

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.capabilities.matrix import heading, known
from ranking.errors import InputError
from ranking.scores import wilson_interval
from ranking.store.repeats import Orders
from ranking.taxonomies.taxonomy import Bools, Taxonomy
from ranking.uncertainty.quantiles import check_level
from ranking.versions.repeat_groups import RepeatGroups, score_groups, verdict_groups
from ranking.wording import percent, plural

Kind = Literal["verdicts", "scores"]


@dataclass(frozen=True)
class RepeatsRow:
    """What repeats of some items show.

    Attributes
    ----------
    capability, name : str
        Key of the node and what is shown, or a competitor's name in both.
    items : int
        Items with repeats.
    groups : int
        Items, pairs and judges with several verdicts; or items and competitors with several scores.
    repeats : float
        Mean number of verdicts or scores in each of them.
    differ, low, high : float
        Share of items on which repeats differ (where an item has several groups, the share of
        those), and Wilson's interval for it.
    entropy : float
        Mean entropy of the verdicts of a group in bits, as they were counted; NaN for scores with
        more than two values.
    deviation : float
        Standard deviation of one repeat around the mean of its group, pooled over groups: of the
        score of a verdict (1, 1/2, 0), or of the score.
    """

    capability: str
    name: str
    items: int
    groups: int
    repeats: float
    differ: float
    low: float
    high: float
    entropy: float
    deviation: float


@dataclass(frozen=True, eq=False)
class Repeats:
    """Non-determinism of a log, over all, by capability and by competitor.

    Attributes
    ----------
    evidence : CapabilityEvidence
    kind : {"verdicts", "scores"}
    orders : {"together", "apart"}
        Whether verdicts with the sides swapped are repeats of each other.
    level : float
        Of the intervals.
    once : int
        Groups with a single verdict or score, left out.
    overall : RepeatsRow
    capabilities : tuple of RepeatsRow
        Those that hold items with repeats, in the order of the taxonomy.
    competitors : tuple of RepeatsRow
        Least steady first; a verdict counts for both of its pair.
    sentence : str
    """

    evidence: CapabilityEvidence
    kind: Kind
    orders: Orders
    level: float
    once: int
    overall: RepeatsRow
    capabilities: tuple[RepeatsRow, ...]
    competitors: tuple[RepeatsRow, ...]
    sentence: str


def repeats(
    evidence: CapabilityEvidence,
    *,
    kind: Literal["auto", "verdicts", "scores"] = "auto",
    orders: Orders = "together",
    level: float = 0.95,
) -> Repeats:
    """Say how often repeats differ: over all, in every capability, and for every competitor.

    Parameters
    ----------
    evidence : CapabilityEvidence
    kind : {"auto", "verdicts", "scores"}, default "auto"
        Verdicts on the same item, pair and judge; or scores of the same competitor on the same item
        (by the same judge, where a file of scores names judges). "auto" takes verdicts where any
        was repeated.
    orders : {"together", "apart"}, default "together"
        Whether verdicts with the sides swapped are repeats of each other; taken together, a judge
        that favours a side looks unsteady.
    level : float, default 0.95
        Of the intervals.

    Raises
    ------
    InputError
        If nothing was repeated.
    """
    if kind not in ("auto", "verdicts", "scores"):
        raise InputError(f"`kind` must be auto, verdicts or scores; not {kind!r}.")
    if orders not in get_args(Orders):
        raise InputError(f"`orders` must be together or apart; not {orders!r}.")
    of: Kind = "scores" if kind == "scores" else "verdicts"
    found = score_groups(evidence) if of == "scores" else verdict_groups(evidence, orders)
    if kind == "auto" and not len(found.item):
        of, found = "scores", score_groups(evidence)
    if not len(found.item):
        raise InputError(_nothing(evidence, kind, orders))
    check_level(level)
    everything = _row(found, "", "", np.ones(len(found.item), dtype=bool), level)
    competitors = [
        _row(found, name, name, found.about(code), level)
        for code, name in enumerate(found.names)
        if found.about(code).any()
    ]
    return Repeats(
        evidence=evidence,
        kind=of,
        orders=orders,
        level=level,
        once=found.once,
        overall=everything,
        capabilities=_by_node(found, evidence.taxonomy, level),
        competitors=tuple(sorted(competitors, key=lambda row: (-row.differ, row.name))),
        sentence=_sentence(everything, of, orders, level, evidence.comparisons.judges > 0),
    )


def as_dict(found: Repeats) -> dict[str, Any]:
    """Return repeats as JSON values, without rank flips (see docs/json-versions.md)."""
    return {
        **heading(found.evidence),
        "kind": found.kind,
        "orders": found.orders,
        "level": found.level,
        "sentence": found.sentence,
        "once": found.once,
        "overall": _record(found.overall, "capability"),
        "capabilities": [_record(row, "capability") for row in found.capabilities],
        "competitors": [_record(row, "competitor") for row in found.competitors],
    }


def _row(found: RepeatGroups, key: str, name: str, inside: Bools, level: float) -> RepeatsRow:
    """Summarise some groups."""
    _, at = np.unique(found.item[inside], return_inverse=True)
    groups = np.bincount(at)
    differ = float((np.bincount(at, found.differ[inside]) / groups).mean())
    low, high = wilson_interval(differ, len(groups), level=level)
    count = found.count[inside]
    return RepeatsRow(
        capability=key,
        name=name,
        items=len(groups),
        groups=int(groups.sum()),
        repeats=float(count.mean()),
        differ=differ,
        low=low,
        high=high,
        entropy=float(found.entropy[inside].mean()),
        deviation=math.sqrt(float(found.squares[inside].sum() / (count - 1).sum())),
    )


def _by_node(found: RepeatGroups, taxonomy: Taxonomy, level: float) -> tuple[RepeatsRow, ...]:
    """Summarise every node below the root that holds items with repeats."""
    columns = np.stack(
        [np.ones(len(found.item)), found.count, found.count - 1, found.differ, found.entropy,
         found.squares]
    )  # fmt: skip
    of_item = np.stack([np.bincount(found.item, column, taxonomy.items) for column in columns])
    repeated = of_item[0] > 0
    share = of_item[3] / np.where(repeated, of_item[0], 1)
    sums = np.asarray(taxonomy.members @ np.vstack([of_item, repeated, share]).T)
    rows = []
    for node in np.flatnonzero(sums[:, 0])[1:].tolist():
        groups, count, spare, _, entropy, squares, items, differ = sums[node].tolist()
        low, high = wilson_interval(differ / items, int(items), level=level)
        rows.append(
            RepeatsRow(
                taxonomy.keys[node], taxonomy.names[node], int(items), int(groups),
                count / groups, differ / items, low, high, entropy / groups,
                math.sqrt(max(squares, 0.0) / spare),
            )
        )  # fmt: skip
    return tuple(rows)


def _record(row: RepeatsRow, what: str) -> dict[str, Any]:
    values = {name: known(value) for name, value in asdict(row).items()}
    key = values.pop("capability")
    return ({"competitor": key} | values) if what == "competitor" else {"capability": key} | values


def _sentence(row: RepeatsRow, kind: Kind, orders: Orders, level: float, judged: bool) -> str:
    limits = f"{percent(level)} interval {percent(row.low)} to {percent(row.high)}"
    if kind == "scores":
        return (
            f"Scored again, the same item gave another score in {percent(row.differ)} of "
            f"{row.items:,} items with repeats ({limits}); one score strays from the mean of its "
            f"repeats by {row.deviation:.2g}."
        )
    sides = "in either order" if orders == "together" else "in the same order"
    another = "the same judge gave another verdict" if judged else "the verdict was another one"
    return (
        f"Asked again about the same item and pair, {sides}, {another} on "
        f"{percent(row.differ)} of {row.items:,} items with repeats ({limits})."
    )


def _nothing(evidence: CapabilityEvidence, kind: str, orders: Orders) -> str:
    arena = evidence.comparisons.arena
    if kind == "scores":
        return (
            f"No {arena.noun} of {arena.name!r} has several scores on an item; keep the column "
            "that numbers repeats (repeat, epoch, trial) as a field when scores are imported."
        )
    if orders == "apart":
        return (
            f"Nothing in {arena.name!r} was judged twice in the same order by one judge; take "
            "swapped orders together to see how often they disagree."
        )
    several = f"two {plural(arena.noun)}"
    return (
        f"Nothing in {arena.name!r} was judged or scored twice: no item has several verdicts on "
        f"the same {several} by one judge. Repeat some items to see how steady results are."
    )

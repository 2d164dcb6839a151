"""A branch of a taxonomy as indented rows, with what is known there of one or two competitors."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from ranking.capabilities.branch_rows import Rows, below, matching, opened_to, visible
from ranking.capabilities.branch_sentences import branch_sentences, directions
from ranking.capabilities.evidence import CapabilityEvidence, Unit, Values
from ranking.capabilities.findings import Findings, FindingSettings, Question, Verdict
from ranking.comparisons import Comparisons
from ranking.errors import InputError
from ranking.laplacian import Codes, Floats
from ranking.taxonomies.taxonomy import Bools, Taxonomy

Order = Literal["tree", "items", "effect", "difference"]

MOST_COMPETITORS = 2
"""Whose findings one branch holds side by side."""


@dataclass(frozen=True, eq=False)
class Branch:
    """Rows of a taxonomy, each below its parent; arrays with a column for each competitor.

    Attributes
    ----------
    evidence : CapabilityEvidence
    settings : FindingSettings
    values : {"wins", "scores"}
        What the question was answered from.
    unit : Unit
        Of effects and estimates.
    trail : tuple of str
        Keys from the root down to the top of the branch, both included.
    competitors : tuple of str, length c
    rows : Rows
        Which nodes are shown, and how they hang together.
    keys, names : tuple of str, length n
    node_items : int array of shape (n,)
        Distinct items of each capability.
    below : int array of shape (n,)
        How many capabilities lie below it, shown or not.
    custom : bool array of shape (n,)
        Whether it is a capability that somebody put together.
    items : int array of shape (n, c)
        Distinct items that the competitor was compared on.
    effect, low, high : float array of shape (n, c)
        The raw difference that is tested and its interval, in `unit`; NaN with few items.
    estimate, own_weight : float array of shape (n, c)
        The difference drawn towards the parent's by its noise, in `unit`, and how much of it is the
        capability's own data, from 0 to 1.
    q : float array of shape (n, c)
        p-value adjusted for all tests; NaN where there was none.
    verdict : str array of shape (n, c)
        One of the four verdict words.
    direction : int array of shape (n, c)
        1 for a strength and -1 for a weakness that is confirmed or likely, else 0.
    needed : float array of shape (n, c)
        About how many more items would confirm or refute it; 0 where the verdict stands.
    scale : float
        How large confirmed estimates get in the whole taxonomy (nine in ten are smaller), for
        colours that stay the same from branch to branch; at least twice the smallest effect of
        interest.
    sentences : tuple of str
        What all of the branch comes to, shown or not: one for each competitor, and where there are
        two a further one on where they part.
    """

    evidence: CapabilityEvidence
    settings: FindingSettings
    values: Values
    unit: Unit
    trail: tuple[str, ...]
    competitors: tuple[str, ...]
    rows: Rows
    keys: tuple[str, ...]
    names: tuple[str, ...]
    node_items: Codes
    below: Codes
    custom: Bools
    items: Codes
    effect: Floats
    low: Floats
    high: Floats
    estimate: Floats
    own_weight: Floats
    q: Floats
    verdict: npt.NDArray[np.str_]
    direction: Codes
    needed: Floats
    scale: float
    sentences: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def under(self) -> str:
        """Key of the top of the branch."""
        return self.trail[-1]


def branch(
    source: Comparisons | CapabilityEvidence,
    competitors: str | Sequence[str],
    *,
    under: str = "",
    depth: int = 1,
    opened: Collection[str] = (),
    search: str = "",
    verdicts: Sequence[Verdict] = (),
    order: Order = "tree",
    most: int | None = None,
    custom: bool = True,
    question: Question = "itself",
    values: Values = "auto",
    **settings: Any,
) -> Branch:
    """Lay out a branch of the taxonomy, with what is known there of one or two competitors.

    Tests and estimates are over the whole taxonomy; the branch only chooses what is returned.

    Parameters
    ----------
    source : Comparisons or CapabilityEvidence
        The latter is read once and examined in many ways.
    competitors : str or sequence of str
        One or two names.
    under : str, default ""
        Key of the node at the top; the root by default.
    depth : int, default 1
        How many levels below the top are open; 0 leaves the top alone.
    opened : collection of str
        Keys of further nodes whose children are shown where they themselves are.
    search : str, default ""
        Only nodes whose names hold all of these words, in any case, and what leads to them.
    verdicts : sequence of str
        Only nodes where one of the competitors has one of these, and what leads to them. With
        `search` both must hold; with either, `depth` and `opened` do not matter.
    order : {"tree", "items", "effect", "difference"}, default "tree"
        Of siblings: as in the taxonomy, most items first, largest estimates first (either sign), or
        largest differences between the two competitors first.
    most : int, optional
        How many rows there may be: of a search how many hits, else the levels nearest to the top
        stay, and in the last one the first by `order`.
    custom : bool, default True
        Whether capabilities that somebody put together are shown.
    question, values, **settings
        As in `CapabilityEvidence.findings`.

    Raises
    ------
    InputError
        If there is none or more than two competitors, a depth below 0, or an unknown order.
    SelectionError
        If there is no such competitor or node.

    References
    ----------
    L. Wang et al. (2025). Feedbacker: explorable fine-grained feedback, where a node opens in all
    trees at once. arXiv:2505.06698.
    """
    evidence = source if isinstance(source, CapabilityEvidence) else CapabilityEvidence.of(source)
    found = evidence.findings(question, values=values, **settings)
    return branch_of(
        evidence, found, competitors, under=under, depth=depth, opened=opened, search=search,
        verdicts=verdicts, order=order, most=most, custom=custom, values=values,
    )  # fmt: skip


def branch_of(
    evidence: CapabilityEvidence,
    found: Findings,
    competitors: str | Sequence[str],
    *,
    under: str = "",
    depth: int = 1,
    opened: Collection[str] = (),
    search: str = "",
    verdicts: Sequence[Verdict] = (),
    order: Order = "tree",
    most: int | None = None,
    custom: bool = True,
    values: Values = "auto",
) -> Branch:
    """Lay out a branch with what was found there before; see `branch`."""
    chosen = (competitors,) if isinstance(competitors, str) else tuple(competitors)
    _check(chosen, depth, order)
    columns = [evidence.position(name) for name in chosen]
    taxonomy = found.taxonomy
    top = taxonomy.position(under) if under else 0
    first = _first_by(order, found, columns)
    if search.strip() or verdicts:
        hit = matching(taxonomy, search) & _with(found, columns, verdicts)
        hit &= custom | ~taxonomy.is_custom
        rows = opened_to(taxonomy, top, hit, first=first, most=most)
    else:
        rows = visible(
            taxonomy, top, depth, {taxonomy.position(key) for key in opened}, first=first,
            most=most, leave=None if custom else taxonomy.is_custom,
        )  # fmt: skip
    return _filled(evidence, chosen, columns, found, rows, values)


def _check(chosen: Sequence[str], depth: int, order: Order) -> None:
    if not 1 <= len(chosen) <= MOST_COMPETITORS or len(set(chosen)) < len(chosen):
        raise InputError(f"A branch is about one or two different competitors, not {len(chosen)}.")
    if depth < 0:
        raise InputError(f"The depth of a branch must be 0 or more, not {depth}.")
    if order not in get_args(Order):
        raise InputError(f"`order` must be one of {', '.join(get_args(Order))}; not {order!r}.")
    if order == "difference" and len(chosen) < 2:
        raise InputError("The order 'difference' takes two competitors; name a second one.")


def _first_by(order: Order, found: Findings, columns: list[int]) -> Floats:
    """Return what siblings are sorted by, smallest first, shape (N,)."""
    if order == "tree":
        return np.zeros(len(found.taxonomy))
    if order == "items":
        return -found.taxonomy.sizes.astype(float)
    estimate = found.estimate[:, columns]
    if order == "effect":
        size = np.abs(np.nan_to_num(estimate)).max(axis=1)
    else:
        size = np.nan_to_num(np.abs(estimate[:, 0] - estimate[:, 1]))
    return np.asarray(-size)


def _with(found: Findings, columns: list[int], verdicts: Sequence[Verdict]) -> Bools:
    words = found.verdict[:, columns]
    unknown = set(verdicts) - set(get_args(Verdict))
    if unknown:
        raise InputError(
            f"A verdict must be one of {', '.join(get_args(Verdict))}; not {min(unknown)!r}."
        )
    if not verdicts:
        return np.ones(len(words), dtype=bool)
    return np.asarray(np.isin(words, verdicts).any(axis=1))


def _filled(
    evidence: CapabilityEvidence,
    chosen: tuple[str, ...],
    columns: list[int],
    found: Findings,
    rows: Rows,
    values: Values,
) -> Branch:
    taxonomy, nodes, how = found.taxonomy, rows.nodes, found.settings
    unit = evidence.unit(how.question, values)
    here = np.ix_(nodes, np.array(columns))
    direction = directions(found, columns)
    top = int(nodes[0])
    beyond = np.abs(found.estimate[:, columns][found.verdict[:, columns] == "confirmed"])
    usual = float(np.quantile(beyond, 0.9)) if len(beyond) else 0.0
    estimate = unit.size * found.estimate[here]
    estimate[np.isnan(found.effect[here])] = np.nan  # nothing to compare with, as at the root
    return Branch(
        evidence=evidence,
        settings=how,
        values=evidence.kind_of_values(how.question, values),
        unit=unit,
        trail=_trail(taxonomy, top),
        competitors=chosen,
        rows=rows,
        keys=tuple(taxonomy.keys[at] for at in nodes),
        names=tuple(taxonomy.names[at] for at in nodes),
        node_items=taxonomy.sizes[nodes],
        below=below(taxonomy)[nodes],
        custom=taxonomy.is_custom[nodes],
        items=np.asarray(found.items[here], np.int64),
        effect=unit.size * found.effect[here],
        low=unit.size * found.low[here],
        high=unit.size * found.high[here],
        estimate=estimate,
        own_weight=found.own_weight[here],
        q=found.q[here],
        verdict=found.verdict[here],
        direction=direction[nodes],
        needed=found.needed[here],
        scale=unit.size * max(usual, 2 * how.smallest_effect),
        sentences=branch_sentences(found, direction, columns, chosen, top),
    )


def _trail(taxonomy: Taxonomy, top: int) -> tuple[str, ...]:
    keys = [taxonomy.keys[top]]
    while top > 0:
        top = int(taxonomy.parent[top])
        keys.append(taxonomy.keys[top])
    return tuple(reversed(keys))

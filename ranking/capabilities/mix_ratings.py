"""Leaderboards of a capability or of a mix of them, and ranks in every cell of a level."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.capabilities.mix import item_weights
from ranking.capabilities.observations import ItemPairs
from ranking.diagnostics.connectivity import connectivity
from ranking.errors import InputError, RankingWarning
from ranking.laplacian import Codes, Floats
from ranking.methods.bradley_terry import BradleyTerry
from ranking.outcomes import FIRST, SECOND, SOFT, TIE
from ranking.progress import Watch
from ranking.ratings import Ratings
from ranking.tally import Games
from ranking.uncertainty.quantiles import check_level
from ranking.wording import plural

FEWEST_EFFECTIVE = 20
"""Effective items below which a competitor is provisional in a mix, and has no rank in a cell."""

_NAMED = 3  # competitors that a sentence names


@dataclass(frozen=True, eq=False)
class NodeRanks:
    """Ranks of all competitors in some nodes; arrays have the shape (N, m).

    Attributes
    ----------
    nodes : int array of shape (N,)
        Positions in the taxonomy.
    rank, low, high : float arrays
        Rank among all who were compared there, and its rank set; the sets of one node hold for all
        competitors at once. NaN where a competitor has fewer than 20 effective items, or was not
        compared with most of the others, directly or through others.
    effective : float array
        Kish's effective number of items that each was compared on.
    connected : bool array of shape (N,)
        Whether all who were compared there can be compared with each other.
    level : float
    """

    nodes: Codes
    rank: Floats
    low: Floats
    high: Floats
    effective: Floats
    connected: np.ndarray
    level: float


def mix_ratings(
    evidence: CapabilityEvidence, shares: Mapping[str, float], *, level: float = 0.95
) -> Ratings:
    """Rate the competitors for a mix of capabilities, with intervals that allow for its noise.

    Bradley–Terry on one observation for each item and pair, weighted so that each capability has
    its share of the evidence (`item_weights`); the covariance is clustered by item. Nothing is
    drawn towards anything: the rating of a mix is what its comparisons say. Items count as drawn
    from the mix, so that intervals are a little wide where capabilities differ much.

    Parameters
    ----------
    evidence : CapabilityEvidence
    shares : mapping of key to share
        Key of each node and how much it counts, on any scale. One node alone is its leaderboard.
    level : float, default 0.95
        Confidence level of the intervals.

    Returns
    -------
    Ratings
        Competitors with fewer than 20 effective items are provisional. ``settings["mix"]`` has the
        shares, which sum to 1.

    Raises
    ------
    InputError
        If the shares are no mix, or nothing in it was compared.
    SelectionError
        If there is no such capability.

    Examples
    --------
    >>> mix_ratings(evidence, {"coding": 2, "writing": 1})  # doctest: +SKIP
    """
    pairs = evidence.pairs
    comparisons = np.bincount(pairs.item, minlength=pairs.items)
    weight = item_weights(evidence.taxonomy, shares, comparisons=comparisons)
    rated = _rated(evidence.competitors, pairs, weight, level)
    arena = evidence.comparisons.arena
    total = float(sum(shares.values()))
    mix = {key: float(share) / total for key, share in shares.items() if share > 0}
    few, rated = _provisional(rated, effective_items(pairs, weight))
    notes = _few_words(evidence.competitors, few, arena.noun) + _absent_words(rated, arena.noun)
    return replace(
        rated,
        settings={**rated.settings, "mix": mix},
        selection=evidence.comparisons.selection.as_dict(),
        arena=arena.name,
        noun=arena.noun,
        simulated=arena.simulated,
        warnings=(*rated.warnings, *notes),
    )


def effective_items(pairs: ItemPairs, weight: Floats) -> Floats:
    """Return Kish's effective number of items of each competitor, ``(sum w)^2 / sum w^2``.

    Comparisons with several opponents on one item are not independent of each other: the weights
    are those of items, each counted as often as the competitor was compared on it.

    Parameters
    ----------
    pairs : ItemPairs
    weight : float array of shape (items,)

    Returns
    -------
    float array of shape (m,)
        0 where a competitor was not compared.
    """
    kept = weight[pairs.item] > 0
    m = pairs.m
    cell = np.concatenate([pairs.item[kept] * m + side[kept] for side in _sides(pairs)])
    cells, opponents = np.unique(cell, return_counts=True)
    own = weight[cells // m] * opponents
    total, squares = np.bincount(cells % m, own, m), np.bincount(cells % m, own**2, m)
    return np.asarray(total**2 / np.where(squares > 0, squares, 1.0))


def node_ranks(
    evidence: CapabilityEvidence,
    nodes: Sequence[int] | Codes,
    *,
    level: float = 0.95,
    watch: Watch | None = None,
) -> NodeRanks:
    """Rank all competitors in some nodes: what `mix_ratings` gives for each alone.

    Parameters
    ----------
    evidence : CapabilityEvidence
    nodes : sequence of int
        Positions in the taxonomy, such as those of `level_below`.
    level : float, default 0.95
        Probability with which all rank sets of one node hold.
    watch : Watch, optional
        Told after each node, and asked whether to go on.
    """
    check_level(level)
    at_nodes = np.asarray(nodes, np.int64)
    members, m = evidence.taxonomy.members, evidence.pairs.m
    rank, low, high = (np.full((len(at_nodes), m), np.nan) for _ in range(3))
    effective = np.zeros((len(at_nodes), m))
    connected = np.zeros(len(at_nodes), dtype=bool)
    for at, node in enumerate(at_nodes.tolist()):
        (watch or Watch()).tell(at / len(at_nodes), f"ranks in {evidence.taxonomy.names[node]}")
        weight = np.zeros(evidence.pairs.items)
        weight[members.indices[members.indptr[node] : members.indptr[node + 1]]] = 1.0
        inside = _inside(evidence.pairs, weight)
        if not len(inside.item):
            continue
        effective[at] = effective_items(inside, weight)
        enough = effective[at] >= FEWEST_EFFECTIVE
        met = effective[at] > 0
        if not enough.any():
            connected[at] = _connected(inside, met)
            continue
        rated = _rated(evidence.competitors, inside, weight, level)
        connected[at] = not rated.component[met].any()
        shown = enough & (rated.component == 0)
        for cells, values in ((rank, rated.rank), (low, rated.rank_low), (high, rated.rank_high)):
            cells[at, shown] = values[shown]
    return NodeRanks(at_nodes, rank, low, high, effective, connected, level)


def _sides(pairs: ItemPairs) -> tuple[Codes, Codes]:
    return pairs.first, pairs.second


def _inside(pairs: ItemPairs, weight: Floats) -> ItemPairs:
    """Return the comparisons on items of positive weight."""
    kept = weight[pairs.item] > 0
    columns = {name: getattr(pairs, name)[kept] for name in ("item", "first", "second", "score")}
    return replace(pairs, **columns)


def _games(names: tuple[str, ...], pairs: ItemPairs, weight: Floats) -> Games:
    """Return one row for each item and pair, weighted by item."""
    rows = _inside(pairs, weight)
    outcome = np.select([rows.score == 0, rows.score == 0.5, rows.score == 1],
                        [SECOND, TIE, FIRST], SOFT)  # fmt: skip
    n = len(rows.item)
    return Games(
        names, rows.first, rows.second, outcome, rows.score, np.ones(n), weight[rows.item],
        rows.item, np.full(n, -1), np.full(n, np.nan),
    )  # fmt: skip


def _rated(names: tuple[str, ...], pairs: ItemPairs, weight: Floats, level: float) -> Ratings:
    games = _games(names, pairs, weight)
    if not len(games):
        raise InputError("Nothing in these capabilities was compared; choose others.")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RankingWarning)  # the result carries its own notes
        return BradleyTerry(level=level).rate(games)


def _connected(pairs: ItemPairs, met: np.ndarray) -> bool:
    games = _games(tuple(map(str, range(pairs.m))), pairs, np.ones(pairs.items))
    return not connectivity(games.tally().pairs()).component[met].any()


def _provisional(rated: Ratings, effective: Floats) -> tuple[Codes, Ratings]:
    """Mark who has few effective items; return their positions beside the ratings."""
    few = (effective > 0) & (effective < FEWEST_EFFECTIVE)
    status = tuple(
        "provisional" if short and word == "ok" else word
        for short, word in zip(few, rated.status, strict=True)
    )
    return np.flatnonzero(few), replace(rated, status=status)


def _few_words(names: tuple[str, ...], few: Codes, noun: str) -> list[str]:
    if not len(few):
        return []
    named = [names[at] for at in few[:_NAMED]]
    more = f" and {len(few) - _NAMED:,} more" if len(few) > _NAMED else ""
    verb = "has" if len(few) == 1 else "have"
    return [
        f"{', '.join(named)}{more} {verb} fewer than {FEWEST_EFFECTIVE} effective items here: "
        f"too few to rank {'it' if len(few) == 1 else f'these {plural(noun)}'} with confidence."
    ]


def _absent_words(rated: Ratings, noun: str) -> list[str]:
    absent = sum(word == "no_games" for word in rated.status)
    if not absent:
        return []
    verb, said = ("was", noun) if absent == 1 else ("were", plural(noun))
    return [f"{absent:,} {said} {verb} not compared on any item of this mix."]

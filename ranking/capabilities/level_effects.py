"""Effects of all competitors in the capabilities of one level: what profiles are compared by."""

from dataclasses import dataclass

import numpy as np

from ranking.capabilities.evidence import CapabilityEvidence, Values
from ranking.capabilities.findings import SHOWN_ITEMS, TESTED_ITEMS
from ranking.capabilities.observations import Observations
from ranking.errors import InputError
from ranking.laplacian import Codes, Floats
from ranking.taxonomies.levels import level_below
from ranking.taxonomies.taxonomy import Bools

_MOST_BLOCKS = 2000  # blocks of items that stand in for items where there are more


@dataclass(frozen=True, eq=False)
class LevelEffects:
    """How far competitors are from their overall levels; arrays have the shape (N, K).

    Only capabilities that most competitors have enough items in, and competitors that have some
    items in all of those.

    Attributes
    ----------
    observed : Observations
        Beyond what the overall level predicts; competitors recoded to those that are kept.
    nodes : int array of shape (N,)
        Positions in the taxonomy.
    competitors : int array of shape (K,)
        Codes of those that are kept.
    items : float array
        Distinct items of each capability and competitor.
    effect : float array
        Mean over them less the mean over all items.
    variance : float array of shape (K,)
        Of one item, for each competitor.
    total : float array of shape (K,)
        Items of each competitor.
    left_out : tuple of str
        Names of competitors with too few items in some capability.
    """

    observed: Observations
    nodes: Codes
    competitors: Codes
    items: Floats
    effect: Floats
    variance: Floats
    total: Floats
    left_out: tuple[str, ...]


def level_effects(
    evidence: CapabilityEvidence,
    *,
    under: str = "",
    depth: int = 1,
    values: Values = "auto",
    fewest: int = 3,
) -> LevelEffects:
    """Return the effects of a level, without who or what has too few items to be compared.

    Parameters
    ----------
    evidence : CapabilityEvidence
    under, depth
        Which level, as in `level_below`; saved capabilities are not of it, as they overlap.
    values : {"auto", "wins", "scores"}, default "auto"
    fewest : int, default 3
        Capabilities that must be left.

    Raises
    ------
    InputError
        If there is no such level, or it leaves too few capabilities.
    SelectionError
        If there is no capability `under`.
    """
    taxonomy = evidence.taxonomy
    level = level_below(taxonomy, under, depth)
    level = level[~taxonomy.is_custom[level]]
    observed = evidence.observations("itself", values)
    count, total, _ = observed.sums(taxonomy.members[level])
    usual: Bools = np.asarray(np.median(count, axis=1) >= TESTED_ITEMS, bool)
    kept: Bools = np.asarray((count[usual] >= SHOWN_ITEMS).all(axis=0), bool)
    if usual.sum() < fewest:
        raise InputError(
            f"Profiles need at least {fewest} capabilities in which most competitors have "
            f"{TESTED_ITEMS} items; this level has {int(usual.sum())}. Choose another one."
        )
    all_items, all_total, squares = observed.totals()
    with np.errstate(invalid="ignore", divide="ignore"):
        centre = all_total / all_items
        variance = (squares - all_items * centre**2) / (all_items - 1)
        effect = total / count - centre
    codes = np.flatnonzero(kept)
    recode = np.cumsum(kept) - 1
    rows = kept[observed.competitor]
    return LevelEffects(
        observed=Observations(
            len(codes),
            observed.items,
            observed.item[rows],
            recode[observed.competitor[rows]],
            observed.value[rows],
            observed.least_variance,
        ),
        nodes=level[usual],
        competitors=codes,
        items=count[usual][:, kept],
        effect=effect[usual][:, kept],
        variance=np.fmax(variance, observed.least_variance)[kept],
        total=all_items[kept],
        left_out=tuple(evidence.competitors[at] for at in np.flatnonzero(~kept).tolist()),
    )


def resampled_effects(
    effects: LevelEffects, evidence: CapabilityEvidence, *, draws: int, seed: int
) -> Floats:
    """Return the effects of resampled items, shape (draws, N, K).

    All results of an item go together. Beyond 2,000 items, random blocks of them are resampled
    instead, whose sums vary as those of items do. NaN where a resample has no items.

    References
    ----------
    Efron and Tibshirani 1993, "An Introduction to the Bootstrap", chapter 8.
    """
    observed = effects.observed
    rng = np.random.default_rng(seed)
    blocks = min(observed.items, _MOST_BLOCKS)
    block = rng.permutation(observed.items) % blocks
    k, size = observed.m, len(effects.nodes)
    members = evidence.taxonomy.members[effects.nodes].tocsc()
    counts, sums = np.zeros((blocks, size + 1, k)), np.zeros((blocks, size + 1, k))
    held = np.diff(members.indptr)[observed.item]
    row = np.repeat(np.arange(len(observed.item)), held)
    start = np.repeat(np.cumsum(held) - held, held)
    of_item = members.indptr[observed.item][row] + np.arange(len(row)) - start
    node = members.indices[of_item]
    own = np.arange(len(observed.item))
    for rows, place in ((row, node), (own, np.full(len(own), size))):
        cell = (block[observed.item[rows]] * (size + 1) + place) * k + observed.competitor[rows]
        counts += np.bincount(cell, minlength=counts.size).reshape(counts.shape)
        sums += np.bincount(cell, observed.value[rows], counts.size).reshape(counts.shape)
    drawn = rng.multinomial(blocks, np.full(blocks, 1 / blocks), draws).astype(np.float64)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (drawn @ sums.reshape(blocks, -1)) / (drawn @ counts.reshape(blocks, -1))
    whole = mean.reshape(draws, size + 1, k)
    return np.asarray(whole[:, :size] - whole[:, size:])

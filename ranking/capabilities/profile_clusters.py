"""Competitors with alike profiles: a tree of them, and how far resampled items bear it out."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ranking.capabilities.evidence import CapabilityEvidence, Values
from ranking.capabilities.level_effects import LevelEffects, level_effects, resampled_effects
from ranking.errors import InputError
from ranking.laplacian import Floats
from ranking.progress import Watch
from ranking.wording import plural

SUPPORTED = 0.8
"""Share of the resamples in which a group must reappear to be named."""

_FEWEST_COMPETITORS = 3


@dataclass(frozen=True)
class Merge:
    """One node of the tree of profiles.

    Attributes
    ----------
    first, second : int
        What is joined: positions in `ProfileClusters.competitors`, and from their number on
        earlier merges.
    height : float
        Of the join; of two competitors it is ``sqrt(2 (1 - r))`` with r their correlation.
    members : tuple of int
        Positions of all competitors below it.
    support : float
        Share of the resamples that have the same group.
    """

    first: int
    second: int
    height: float
    members: tuple[int, ...]
    support: float


@dataclass(frozen=True, eq=False)
class ProfileClusters:
    """Which competitors are strong and weak in the same capabilities.

    Attributes
    ----------
    evidence : CapabilityEvidence
    under, depth
        The level of the profiles.
    capabilities : tuple of str
        Keys of the capabilities that they are made of.
    competitors : tuple of str, length K
        In the order of the tree's leaves, so that no branches cross.
    correlation : float array of shape (K, K)
        Of the shrunken profiles. As strengths are relative, those of K competitors without
        anything in common correlate by ``-1 / (K - 1)``.
    merges : tuple of Merge
        From the closest to the last.
    left_out : tuple of str
        Competitors with too few items.
    draws : int
    sentence : str
    """

    evidence: CapabilityEvidence
    under: str
    depth: int
    capabilities: tuple[str, ...]
    competitors: tuple[str, ...]
    correlation: Floats
    merges: tuple[Merge, ...]
    left_out: tuple[str, ...]
    draws: int
    sentence: str

    @property
    def groups(self) -> tuple[Merge, ...]:
        """The largest groups that at least 80% of the resamples have; none within another."""
        return tuple(_largest(self.merges, len(self.competitors)))


def profile_clusters(
    evidence: CapabilityEvidence,
    *,
    under: str = "",
    depth: int = 1,
    values: Values = "auto",
    draws: int = 500,
    seed: int = 0,
    watch: Watch | None = None,
) -> ProfileClusters:
    """Join competitors by how alike their strengths and weaknesses are, whatever their level.

    Ward's method on ``sqrt(2 (1 - r))``, the distance between standardised profiles with the
    correlation r. A profile is a competitor's effects in the capabilities of a level, each shrunken
    by its noise. Support is the share of resamples of the items that have the same group.

    Parameters
    ----------
    evidence : CapabilityEvidence
    under, depth
        Which level, as in `level_below`.
    values : {"auto", "wins", "scores"}, default "auto"
    draws : int, default 500
        Resamples of the items.
    seed : int, default 0
    watch : Watch, optional

    Raises
    ------
    InputError
        If there are fewer than three competitors or capabilities with enough items.

    References
    ----------
    Ward 1963, doi:10.1080/01621459.1963.10500845. Felsenstein 1985,
    doi:10.1111/j.1558-5646.1985.tb00420.x (support).
    """
    effects = level_effects(evidence, under=under, depth=depth, values=values)
    k = len(effects.competitors)
    noun = evidence.comparisons.arena.noun
    if k < _FEWEST_COMPETITORS:
        raise InputError(
            f"Groups of alike profiles need at least {_FEWEST_COMPETITORS} {plural(noun)} with "
            f"enough items in every capability of the level; here are {k}."
        )
    weight = _own_weight(effects)
    profiles = effects.effect * weight
    correlation = _correlation(profiles)
    tree = _ward(correlation)
    leaves = _leaves(tree, k)
    place = np.argsort(leaves)
    resampled = resampled_effects(effects, evidence, draws=draws, seed=seed)
    seen: dict[frozenset[int], int] = {}
    for at, drawn in enumerate(np.nan_to_num(resampled) * weight):
        (watch or Watch()).tell(at / draws, "resampling items")
        for _, _, _, members in _groups(_ward(_correlation(drawn)), k):
            seen[members] = seen.get(members, 0) + 1
    merges = tuple(
        Merge(
            first=int(place[a]) if a < k else a,
            second=int(place[b]) if b < k else b,
            height=height,
            members=tuple(sorted(int(place[at]) for at in members)),
            support=seen.get(members, 0) / draws if draws else float("nan"),
        )
        for a, b, height, members in _groups(tree, k)
    )
    names = tuple(evidence.competitors[effects.competitors[at]] for at in leaves)
    return ProfileClusters(
        evidence=evidence,
        under=under,
        depth=depth,
        capabilities=tuple(evidence.taxonomy.keys[at] for at in effects.nodes.tolist()),
        competitors=names,
        correlation=correlation[np.ix_(leaves, leaves)],
        merges=merges,
        left_out=effects.left_out,
        draws=draws,
        sentence=_sentence(names, list(_largest(merges, k)), noun),
    )


def _own_weight(effects: LevelEffects) -> Floats:
    """Return how much of each effect is no noise, shape (N, K): ``tau^2 / (tau^2 + s^2 / n)``."""
    noise = effects.variance / np.maximum(effects.items, 1)
    excess = (effects.effect**2).mean() - noise.mean()
    tau2 = max(float(excess), 1e-3 * float(noise.mean()))
    return np.asarray(tau2 / (tau2 + noise))


def _correlation(profiles: Floats) -> Floats:
    """Return the correlation of columns, shape (K, K); 0 with a profile that is flat."""
    centred = profiles - profiles.mean(axis=0)
    size = np.sqrt((centred**2).sum(axis=0))
    scaled = centred / np.where(size > 0, size, 1.0)
    found = np.clip(scaled.T @ scaled, -1.0, 1.0)
    np.fill_diagonal(found, 1.0)
    return np.asarray(found)


def _ward(correlation: Floats) -> Floats:
    from scipy.cluster.hierarchy import linkage

    upper = np.triu_indices(len(correlation), 1)
    return np.asarray(linkage(np.sqrt(2 * (1 - correlation[upper])), "ward"))


def _leaves(tree: Floats, k: int) -> list[int]:
    """Return the leaves in an order in which no branches cross."""
    waiting, found = [2 * k - 2], []
    while waiting:
        at = waiting.pop()
        if at < k:
            found.append(at)
        else:
            waiting += [int(tree[at - k, 1]), int(tree[at - k, 0])]
    return found


def _groups(tree: Floats, k: int) -> Iterator[tuple[int, int, float, frozenset[int]]]:
    """Yield what each merge joins, its height, and all leaves below it."""
    below = [frozenset([at]) for at in range(k)]
    for first, second, height, _ in tree.tolist():
        below.append(below[int(first)] | below[int(second)])
        yield int(first), int(second), height, below[-1]


def _largest(merges: tuple[Merge, ...], k: int) -> Iterator[Merge]:
    taken: set[int] = set()
    for merge in reversed(merges):
        if len(merge.members) < k and merge.support >= SUPPORTED and not taken & set(merge.members):
            taken |= set(merge.members)
            yield merge


def _sentence(names: tuple[str, ...], groups: list[Merge], noun: str) -> str:
    if not groups:
        return (
            f"No group of {plural(noun)} with alike profiles stands out from the noise of the "
            "items."
        )
    said = [" and ".join(names[at] for at in group.members) for group in groups
            if len(group.members) == 2]  # fmt: skip
    several = [f"{names[group.members[0]]} and {len(group.members) - 1} others" for group in groups
               if len(group.members) > 2]  # fmt: skip
    listed = "; ".join((several + said)[:3])
    more = len(groups) - 3
    rest = f"; and {more:,} more groups" if more > 1 else "; and 1 more group" if more == 1 else ""
    return f"Alike in where they are strong and weak: {listed}{rest}."

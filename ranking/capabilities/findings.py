"""Strengths and weaknesses: what is known of each competitor in each capability."""

import math
from dataclasses import dataclass
from typing import Literal, cast, get_args

import numpy as np
import numpy.typing as npt

from ranking.errors import InputError
from ranking.laplacian import Codes, Floats
from ranking.taxonomies.taxonomy import Bools, Taxonomy

Question = Literal["itself", "field", "bar"]
Control = Literal["either", "top-down", "flat"]
Verdict = Literal["confirmed", "likely", "no clear difference", "not enough data"]

SHOWN_ITEMS = 5
"""With fewer items nothing is estimated."""

TESTED_ITEMS = 20
"""With fewer items nothing is tested."""


@dataclass(frozen=True)
class FindingSettings:
    """How findings are made; all of it is fixed before results are seen.

    Attributes
    ----------
    question : {"itself", "field", "bar"}, default "itself"
        A, better here than this competitor is elsewhere; B, better here than the field; C, above a
        bar here.
    bar : float, default 0
        What values are compared with in questions B and C.
    control : {"either", "top-down", "flat"}, default "either"
        Families from the root down (Yekutieli), which see broad differences; one
        Benjamini–Hochberg adjustment over all competitors and nodes, which sees narrow ones below
        nodes that are even; or both, each at ``q / 2``.
    q : float in (0, 1), default 0.05
        False discovery rate.
    smallest_effect : float, default 0.05
        delta, the smallest effect of interest, in units of the values: 5 points of win rate.
    fewest : int, default 20
        Items a node needs to be tested.
    level : float in (0, 1), default 0.95
        Of the intervals.
    """

    question: Question = "itself"
    bar: float = 0.0
    control: Control = "either"
    q: float = 0.05
    smallest_effect: float = 0.05
    fewest: int = TESTED_ITEMS
    level: float = 0.95

    def __post_init__(self) -> None:
        if self.question not in get_args(Question):
            raise InputError(f"`question` must be itself, field or bar; not {self.question!r}.")
        if self.control not in get_args(Control):
            raise InputError(f"`control` must be either, top-down or flat; not {self.control!r}.")
        for name in ("q", "level"):
            if not 0 < getattr(self, name) < 1:
                raise InputError(f"`{name}` must lie between 0 and 1; not {getattr(self, name)}.")
        for name in ("bar", "smallest_effect"):
            if not math.isfinite(getattr(self, name)):
                raise InputError(f"`{name}` must be a finite number; not {getattr(self, name)}.")
        if self.fewest < 2 or self.smallest_effect < 0:
            raise InputError("`fewest` must be at least 2, and `smallest_effect` not negative.")


@dataclass(frozen=True)
class Finding:
    """What is known of one competitor in one node; see `Findings` for the fields."""

    competitor: int
    node: int
    key: str
    name: str
    question: Question
    effect: float
    low: float
    high: float
    estimate: float
    own_weight: float
    items: int
    p: float
    q: float
    false_sign_rate: float
    verdict: Verdict
    most_specific: bool
    needed: float


@dataclass(frozen=True, eq=False)
class Findings:
    """Findings of all competitors in all nodes; arrays have the shape (nodes, m).

    Attributes
    ----------
    taxonomy : Taxonomy
    settings : FindingSettings
    items : float array
        Distinct items of the node on which the competitor was observed.
    effect, low, high : float arrays
        The raw difference that is tested and its interval; NaN with fewer than five items.
    estimate, own_weight : float arrays
        The effect drawn towards that of the parent by its noise, and how much of the node's mean is
        its own data.
    p, q : float arrays
        p-value, and adjusted for all tests; NaN where there was no test.
    false_sign_rate : float array
        Chance that the estimate has the wrong sign; NaN with fewer than five items.
    verdict : str array
        One of the four verdict words. In question A a node that holds every item has nothing to be
        compared with.
    most_specific : bool array
        Confirmed, and no child is.
    needed : float array
        About how many more items would confirm the effect, or refute one of the smallest size; 0
        where the verdict stands, NaN where the variance is unknown.
    families : int array of shape (m,)
        Families that top-down testing reached, for each competitor.
    false_discovery_rate : float array of shape (m,)
        Estimate of it among what top-down testing found.
    """

    taxonomy: Taxonomy
    settings: FindingSettings
    items: Floats
    effect: Floats
    low: Floats
    high: Floats
    estimate: Floats
    own_weight: Floats
    p: Floats
    q: Floats
    false_sign_rate: Floats
    verdict: npt.NDArray[np.str_]
    most_specific: Bools
    needed: Floats
    families: Codes
    false_discovery_rate: Floats

    def of(self, competitor: int, *verdicts: Verdict, specific: bool = False) -> list[Finding]:
        """Return the findings of one competitor, confirmed first, larger effects first.

        Parameters
        ----------
        competitor : int
        *verdicts : str
            Only these; all where none is given.
        specific : bool, default False
            Only the most specific of the confirmed ones.
        """
        words = self.verdict[:, competitor]
        kept = np.isin(words, verdicts) if verdicts else np.ones(len(words), dtype=bool)
        if specific:
            kept &= self.most_specific[:, competitor]
        nodes = np.flatnonzero(kept)
        rank = {word: at for at, word in enumerate(get_args(Verdict))}
        size = np.nan_to_num(np.abs(self.estimate[:, competitor]))
        order = sorted(nodes.tolist(), key=lambda at: (rank[str(words[at])], -size[at]))
        return [self._at(node, competitor) for node in order]

    def areas(self, competitor: int, *verdicts: Verdict) -> list[Finding]:
        """Return the most general nodes that are strengths or weaknesses as a whole.

        Those are the nodes with one of the verdicts of which every child with enough items has one
        too, in the same direction; none lies below another. The root is none: it is all items.

        Parameters
        ----------
        competitor : int
        *verdicts : {"confirmed", "likely"}
            Confirmed ones alone where none is given.
        """
        k, above = competitor, self.taxonomy.parent[1:]
        toward = np.where(self.verdict[:, k] == "confirmed", self.effect[:, k], self.estimate[:, k])
        found = np.isin(self.verdict[:, k], verdicts or ("confirmed",))
        sign = np.where(found, np.sign(toward), 0)
        other_way = (self.items[1:, k] >= self.settings.fewest) & (sign[1:] != sign[above])
        whole = found.copy()
        whole[above[other_way]] = False
        whole[0] = False
        below = np.zeros(len(whole), dtype=bool)
        for at, parent in enumerate(above, 1):
            below[at] = below[parent] | whole[parent]
        nodes = np.flatnonzero(whole & ~below)
        return [self._at(at, k) for at in sorted(nodes.tolist(), key=lambda at: -abs(toward[at]))]

    def _at(self, node: int, k: int) -> Finding:
        return Finding(
            competitor=k,
            node=node,
            key=self.taxonomy.keys[node],
            name=self.taxonomy.names[node],
            question=self.settings.question,
            effect=float(self.effect[node, k]),
            low=float(self.low[node, k]),
            high=float(self.high[node, k]),
            estimate=float(self.estimate[node, k]),
            own_weight=float(self.own_weight[node, k]),
            items=int(self.items[node, k]),
            p=float(self.p[node, k]),
            q=float(self.q[node, k]),
            false_sign_rate=float(self.false_sign_rate[node, k]),
            verdict=cast(Verdict, str(self.verdict[node, k])),
            most_specific=bool(self.most_specific[node, k]),
            needed=float(self.needed[node, k]),
        )

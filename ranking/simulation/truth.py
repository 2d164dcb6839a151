"""The truth behind a simulated arena: who is how strong, where, when, and who judges how."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from ranking.outcomes import BOTH_BAD, FIRST, TIE
from ranking.simulation.checks import check_truth
from ranking.simulation.probabilities import outcome_probabilities

START = datetime(2026, 1, 5)


@dataclass(frozen=True)
class Competitor:
    """One competitor as it truly is.

    Attributes
    ----------
    name : str
        Unique in its arena.
    strength : float, default 1000.0
        Elo points, halfway through the log and where no capability says otherwise.
    family : str, optional
        Judges of the same family may prefer it.
    share : float, default 1.0
        How often it is drawn, relative to the others; positive.
    joins : float, default 0.0
        When it enters, as a fraction of the log's time span in [0, 1).
    drift : float, default 0.0
        Points gained from the first moment of the log to the last, evenly.
    verbosity : float, default 1.0
        Factor on the length of its responses; positive.
    capabilities : mapping of str to float
        Points added on items at or below each capability path.
    clone_of : str or None
        Name of the competitor that this one is a copy of, item effects included; see `clone`.
    """

    name: str
    strength: float = 1000.0
    family: str = ""
    share: float = 1.0
    joins: float = 0.0
    drift: float = 0.0
    verbosity: float = 1.0
    capabilities: Mapping[str, float] = field(default_factory=dict)
    clone_of: str | None = None

    def clone(self, name: str, *, share: float | None = None) -> "Competitor":
        """Return a competitor that only differs in its name, and maybe in how often it is drawn."""
        source = self.clone_of or self.name
        return replace(
            self, name=name, clone_of=source, share=self.share if share is None else share
        )


@dataclass(frozen=True)
class Judge:
    """One judge and its habits.

    Attributes
    ----------
    name : str
        Unique in its arena.
    family : str, optional
        For family preference; "human" for people.
    position_bias : float, default 0.0
        Points given to the side that is shown first.
    family_preference : float, default 0.0
        Points given to a competitor of the judge's own family.
    sharpness : float, default 1.0
        Factor on the difference in strength: 0 is a judge that does not look.
    share : float, default 1.0
        How often it judges, relative to the others; positive.
    both_orders : bool, default False
        Whether it judges every comparison a second time with the sides swapped.
    fields : mapping of str to str
        More columns of the log that go with the judge, such as its institution.
    """

    name: str
    family: str = ""
    position_bias: float = 0.0
    family_preference: float = 0.0
    sharpness: float = 1.0
    share: float = 1.0
    both_orders: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Facet:
    """One tree of capabilities; every item sits at one of its leaves.

    Attributes
    ----------
    name : str
        The column of the log.
    leaves : mapping of str to float
        Path of each leaf, as ``"coding/python"``, and its share of the items.
    """

    name: str
    leaves: Mapping[str, float]

    @property
    def nodes(self) -> tuple[str, ...]:
        """All paths of the tree, inner nodes included, sorted."""
        return tuple(sorted({node for leaf in self.leaves for node in _ancestry(leaf)}))

    @property
    def shares(self) -> np.ndarray:
        """Share of each leaf, shape (leaves,); they add up to 1."""
        shares = np.array(list(self.leaves.values()), float)
        result: np.ndarray = shares / shares.sum()
        return result

    def membership(self) -> np.ndarray:
        """Return which leaf lies at or below which node, shape (nodes, leaves), bool."""
        nodes = self.nodes
        held = np.zeros((len(nodes), len(self.leaves)), bool)
        for column, leaf in enumerate(self.leaves):
            held[[nodes.index(node) for node in _ancestry(leaf)], column] = True
        return held


@dataclass(frozen=True)
class Truth:
    """Everything that a simulated log is drawn from.

    With points turned to log-odds (400 points are a factor of 10), a comparison of `a`, shown
    first, with `b`, on item `p` at the fraction `t` of the time span, by judge `j`, has

    ``s_i = strength_i + capabilities_i(p) + item_effect_{p,i} + drift_i (t - 1/2)``
    ``d   = sharpness_j (s_a - s_b) + position_bias_j
    + family_preference_j ([family_a = family_j] - [family_b = family_j])
    + length_effect (words_a - words_b) / (words_a + words_b + 1)``
    ``m   = (s_a + s_b) / 2 - difficulty_p``

    and the four outcomes have the utilities ``m + d/2`` (first), ``m - d/2`` (second),
    ``m + ln ties`` (tie) and `both_bad` (both bad), of which a multinomial logit draws one. Without
    `both_bad` this is Davidson's model, without ties and both-bad it is Bradley–Terry.

    Attributes
    ----------
    competitors : tuple of Competitor
        At least two.
    judges : tuple of Judge
        None means that the log names no judge.
    facets : tuple of Facet
        Trees of capabilities, each a column of the log.
    items : int, default 0
        Number of items; 0 means that the log names none.
    item_spread : float, default 1.0
        Shape of the gamma distribution from which the items' shares are drawn: small is unequal.
    item_effect : float, default 0.0
        Standard deviation in points of the effect that each item has on each competitor.
    item_difficulty : float, default 0.0
        Standard deviation in points of what an item takes from both sides: makes both-bad cluster.
    ties : float, default 0.0
        Davidson's nu: ``P(tie)^2 = ties^2 P(first) P(second)``.
    both_bad : float or None
        Points at which a competitor is as likely to be acceptable as not; None for no such outcome.
    words : float, default 0.0
        Median length of a response; 0 means that the log tells no lengths.
    length_effect : float, default 0.0
        Points per unit of the normalised difference in length, which lies in (-1, 1).
    progress : bool, default False
        Whether the log scores each side in [0, 1] in steps of 0.05.
    start : datetime
        First moment of the log.
    weeks : float, default 20.0
        Time span of the log.
    noun : str, default "model"
        What a competitor is called; ``model_a`` and ``model_b`` are the first two columns.

    Raises
    ------
    InputError
        If a setting is out of its range, a name is taken twice or refers to nothing.

    References
    ----------
    Davidson 1970, JASA 65:317 (ties).

    Examples
    --------
    >>> Truth.of({"strong": 1100, "weak": 900}).expected_scores().round(3)
    array([0.76, 0.24])
    """

    competitors: tuple[Competitor, ...]
    judges: tuple[Judge, ...] = ()
    facets: tuple[Facet, ...] = ()
    items: int = 0
    item_spread: float = 1.0
    item_effect: float = 0.0
    item_difficulty: float = 0.0
    ties: float = 0.0
    both_bad: float | None = None
    words: float = 0.0
    length_effect: float = 0.0
    progress: bool = False
    start: datetime = START
    weeks: float = 20.0
    noun: str = "model"

    def __post_init__(self) -> None:
        check_truth(self)

    @classmethod
    def of(cls, strengths: Mapping[str, float], **settings: Any) -> "Truth":
        """Return the truth in which competitors differ by their strengths in points only."""
        return cls(
            tuple(Competitor(name, points) for name, points in strengths.items()), **settings
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the competitors, in their order."""
        return tuple(competitor.name for competitor in self.competitors)

    @property
    def seconds(self) -> float:
        """Time span of the log."""
        return self.weeks * 7 * 24 * 3600

    def column(self, attribute: str) -> np.ndarray:
        """Return one numeric attribute of all competitors, shape (competitors,)."""
        return np.array([getattr(c, attribute) for c in self.competitors], float)

    def leaf_offsets(self, facet: Facet) -> np.ndarray:
        """Return the points that competitors gain at the leaves, shape (leaves, competitors)."""
        offsets = np.zeros((len(facet.leaves), len(self.competitors)))
        for row, leaf in enumerate(facet.leaves):
            for node in _ancestry(leaf):
                offsets[row] += [c.capabilities.get(node, 0.0) for c in self.competitors]
        return offsets

    def path(self, facet: Facet, node: str) -> str:
        """Return a node's path in the arena: below its facet's name where there are several."""
        return f"{facet.name}/{node}" if len(self.facets) > 1 else node

    def planted(self) -> dict[str, dict[str, float]]:
        """Return the capabilities planted in each competitor that has any, by path in the arena."""
        paths = {node: self.path(facet, node) for facet in self.facets for node in facet.nodes}
        return {
            c.name: {paths[node]: points for node, points in c.capabilities.items()}
            for c in self.competitors
            if c.capabilities
        }

    def overall(self) -> np.ndarray:
        """Return strengths averaged over items, halfway through the log, shape (competitors,)."""
        total = self.column("strength")
        for facet in self.facets:
            total = total + facet.shares @ self.leaf_offsets(facet)
        return total

    def expected_scores(self) -> np.ndarray:
        """Return each competitor's chance against the average other one, no bias, no item effect.

        Ties and both-bad count half. Shape (competitors,).
        """
        points = self.overall()
        first, second = np.meshgrid(points, points, indexing="ij")
        chances = outcome_probabilities(
            first - second, level=(first + second) / 2, ties=self.ties, both_bad=self.both_bad
        )
        score = chances[..., FIRST] + (chances[..., TIE] + chances[..., BOTH_BAD]) / 2
        np.fill_diagonal(score, 0.0)
        result: np.ndarray = score.sum(1) / (len(points) - 1)
        return result

    def strengths(self) -> pd.DataFrame:
        """Return one row per competitor: its overall strength first, then what it is made of."""
        return pd.DataFrame(
            {
                "competitor": self.names,
                "overall": self.overall().round(2),
                "expected_score": self.expected_scores().round(4),
                "strength": self.column("strength").round(2),
                "drift": self.column("drift"),
                "joins": self.column("joins"),
                "share": self.column("share"),
                "verbosity": self.column("verbosity"),
                "family": [competitor.family for competitor in self.competitors],
                "clone_of": [competitor.clone_of or "" for competitor in self.competitors],
            }
        )

    def capabilities(self) -> pd.DataFrame:
        """Return strengths by capability: capability, competitor, strength, effect.

        `capability` is a path as the arena has it, inner nodes included (see `path`); `strength`
        is in points, averaged over the node's items; `effect` is what the node adds to the
        competitor's overall strength.
        """
        overall = self.overall()
        tables = []
        for facet in self.facets:
            weight = facet.membership() * facet.shares
            weight /= weight.sum(1, keepdims=True)
            offsets = self.leaf_offsets(facet)
            effect = (weight - facet.shares) @ offsets
            tables.append(
                pd.DataFrame(
                    {
                        "capability": np.repeat(
                            [self.path(facet, node) for node in facet.nodes], len(overall)
                        ),
                        "competitor": np.tile(self.names, len(facet.nodes)),
                        "strength": (overall + effect).ravel().round(2),
                        "effect": effect.ravel().round(2),
                    }
                )
            )
        columns = ["capability", "competitor", "strength", "effect"]
        return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=columns)


def _ancestry(path: str) -> list[str]:
    segments = path.split("/")
    return ["/".join(segments[: depth + 1]) for depth in range(len(segments))]

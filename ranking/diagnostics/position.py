"""Position bias: whether judges prefer the side that was shown first, whoever it is."""

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from ranking.comparisons import Comparisons
from ranking.covariates import Covariates
from ranking.methods.contextual import ContextualBradleyTerry
from ranking.ratings import Parameter
from ranking.tally import Codes, Floats, Games
from ranking.uncertainty.quantiles import quantile
from ranking.uncertainty.sandwich import Clustering

_FEWEST = 20  # comparisons of a judge below which nothing is said of him
_LISTED = 20


@dataclass(frozen=True)
class JudgePosition:
    """How one judge takes presentation order.

    Attributes
    ----------
    judge : str
    comparisons : float
        How many say which side was shown first.
    advantage, low, high : float
        Share of the score that the side shown first took beyond what the ratings expect, with its
        confidence limits, clustered by item; 0.05 means 5 % more of the score. The limits are
        infinite for a judge of a single item.
    consistency : float
        Share of the questions judged in both orders on which the verdict stayed; NaN where there
        is none.
    n : int
        How many questions were judged in both orders.
    """

    judge: str
    comparisons: float
    advantage: float
    low: float
    high: float
    consistency: float
    n: int


@dataclass(frozen=True)
class PositionBias:
    """Whether verdicts depend on presentation order.

    Attributes
    ----------
    estimate : Parameter
        What being shown first is worth, in points.
    p_value : float
        Of no effect, clusters counted.
    consistency : float
        Share of the questions judged in both orders on which the verdict stayed; NaN where there
        is none. A question is one pair on one item before one judge.
    n : int
        How many questions were judged in both orders.
    by_judge : tuple of JudgePosition
        The judges with the most comparisons first, at most 20 of them.
    biased : bool
        Whether the effect of the order is beyond chance.
    sentence : str
        The conclusion.
    """

    estimate: Parameter
    p_value: float
    consistency: float
    n: int
    by_judge: tuple[JudgePosition, ...]
    biased: bool
    sentence: str


def position_bias(
    evidence: Comparisons | Games,
    *,
    covariates: Covariates | None = None,
    level: float = 0.95,
) -> PositionBias:
    """Estimate what being shown first is worth, and how often a verdict survives a swap.

    Parameters
    ----------
    evidence : Comparisons or Games
        The log.
    covariates : Covariates, optional
        Those of `Games`, with `position` and the names of the judges.
    level : float, default 0.95
        Confidence level.

    Raises
    ------
    InputError
        If the log does not say which side was shown first, or never shows both orders.

    References
    ----------
    Zheng et al. 2023, arXiv:2306.05685, section 3.3 (swapping positions).
    """
    if isinstance(evidence, Comparisons):
        games = evidence.games()
        # Self-preference brings the names of the judges.
        known = covariates or evidence.covariates(("position", "self-preference"))
    else:
        games, known = evidence, covariates or Covariates()
    method = ContextualBradleyTerry(("position",), level=level)
    found = method.effects(games, covariates=known)
    (estimate,) = found.parameters
    assert known.position is not None
    told = np.isfinite(known.position)
    games, position = games.take(told), known.position[told]
    group, kept = _swapped(games, position)
    strength = found.strength
    beyond = games.score - expit(strength[games.first] - strength[games.second])
    listed = _judges(games, position * beyond, known, group, kept, level)
    share = float(kept.mean()) if len(kept) else math.nan
    return PositionBias(
        estimate, found.p_value, share, len(kept), listed, found.matter,
        _sentence(estimate, found.matter, share, len(kept)),
    )  # fmt: skip


def _swapped(games: Games, position: Floats) -> tuple[Codes, Floats]:
    """Find the questions judged in both orders: the judge of each, and 1 where the verdict stayed.

    Rows without an item cannot be matched; nor can those without a judge where others have one.
    """
    usable = games.item >= 0
    if (games.judge >= 0).any():
        usable &= games.judge >= 0
    part, shown = games.take(usable), position[usable]
    m, judges = len(part.competitors), int(part.judge.max(initial=-1)) + 2
    turned = part.first > part.second
    low, high = np.minimum(part.first, part.second), np.maximum(part.first, part.second)
    _, asked = np.unique(part.item * judges + part.judge + 1, return_inverse=True)
    key = (asked.astype(np.int64) * m + low) * m + high
    _, at, question = np.unique(key, return_index=True, return_inverse=True)
    lead = np.where(turned, 0.5 - part.score, part.score - 0.5)
    order = np.where((shown > 0) != turned, 1, 0)
    cell = 2 * question + order
    votes = np.bincount(cell, part.votes, 2 * len(at)).reshape(-1, 2)
    verdict = np.sign(np.bincount(cell, part.votes * lead, 2 * len(at)).reshape(-1, 2))
    both = (votes > 0).all(axis=1)
    stayed = (verdict[both, 0] == verdict[both, 1]).astype(np.float64)
    return part.judge[at[both]], stayed


def _judges(
    games: Games,
    beyond: Floats,
    covariates: Covariates,
    asked: Codes,
    stayed: Floats,
    level: float,
) -> tuple[JudgePosition, ...]:
    """Describe the judges with enough comparisons, the busiest first."""
    known = games.judge >= 0
    if not known.any():
        return ()
    beyond = games.votes * beyond
    total = np.bincount(games.judge[known], games.votes[known])
    busiest = np.argsort(-total, kind="stable")[:_LISTED]
    found = []
    for judge in busiest[total[busiest] >= _FEWEST].tolist():
        own = games.judge == judge
        mean = float(beyond[own].sum() / total[judge])
        centred = beyond[own] - games.votes[own] * mean
        error, df = _clustered(centred, games.take(own), float(total[judge]))
        half = quantile(level, df) * error
        kept = stayed[asked == judge]
        name = covariates.judges.get(judge, (str(judge), None))[0]
        share = float(kept.mean()) if len(kept) else math.nan
        limits = mean - half, mean + half
        found.append(JudgePosition(name, float(total[judge]), mean, *limits, share, len(kept)))
    return tuple(found)


def _clustered(centred: Floats, games: Games, total: float) -> tuple[float, float]:
    """Return the standard error of a mean whose rows of one item move together, and its df."""
    ways = Clustering.by(games, "item")
    alone = ways.label < 0
    sums = np.bincount(ways.label[~alone], centred[~alone], ways.groups)
    squares = float(sums @ sums + (centred[alone] ** 2 / games.votes[alone]).sum())
    if ways.count < 2:
        return math.inf, math.inf
    # A judge who never swayed is known no better than to one verdict.
    squares = max(squares, 1.0)
    return math.sqrt(squares * ways.count / (ways.count - 1)) / total, float(ways.count - 1)


def _sentence(estimate: Parameter, biased: bool, share: float, n: int) -> str:
    side = "first" if estimate.estimate >= 0 else "second"
    worth = f"{abs(estimate.estimate):.0f} points"
    limits = sorted((abs(estimate.low), abs(estimate.high)))
    if biased:
        said = (
            f"Judges favour the side shown {side}: that is worth {worth} "
            f"({limits[0]:.0f} to {limits[1]:.0f})."
        )
    else:
        said = (
            "It cannot be seen that verdicts depend on the order: being shown first is worth "
            f"{estimate.estimate:+.0f} points ({estimate.low:+.0f} to {estimate.high:+.0f})."
        )
    if n:
        said += f" Of {n:,} questions judged in both orders, {share:.0%} kept their verdict."
    return said

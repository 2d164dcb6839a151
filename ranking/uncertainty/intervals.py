"""Which covariance an interval rests on: the rule, its words, and the covariance itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol, cast

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ranking.errors import DegenerateWarning, InputError, RankingWarning
from ranking.laplacian import DENSE_LIMIT, Floats
from ranking.tally import Games
from ranking.uncertainty.sandwich import (
    ClusterBy,
    Clustering,
    InformationRows,
    ScoreRows,
    cluster_meat,
    jackknife_covariance,
    two_way_covariance,
)

BootstrapKind = Literal["multinomial", "poisson", "gamma"]
Chosen = Literal["hessian", "hc0", "cr1", "cr3", BootstrapKind]
Estimator = Literal["auto", Chosen]
ClusterSetting = Literal["auto", "item", "judge", "both", "none"]

FEW_CLUSTERS = 50
"""Up to this many clusters the jackknife (CR3) takes the place of CR1."""
FEWEST_JUDGES = 10
"""Fewer judges are a panel: an interval cannot speak of judges who were not on it."""

BOOTSTRAPS: tuple[BootstrapKind, ...] = ("multinomial", "poisson", "gamma")
"""Bootstraps of the cells (see `bootstrap_strengths`)."""
INDEPENDENT = ("hessian", "hc0", *BOOTSTRAPS)
"""Estimators that take comparisons as independent, so that a tally is enough."""

_MOST_LEFT_OUT = 250  # clusters that CR3 leaves out one by one
_LARGEST_LEFT_OUT = 400  # competitors for which the default does so
_NO_SPREAD = 1e-9  # meat below this share of the model's: the scores do not vary at all


class Fit(Protocol):
    """A fitted component, as every covariance needs it (see `HalfWinFit`)."""

    @property
    def strength(self) -> Floats: ...  # noqa: D102
    @property
    def own(self) -> Floats: ...  # noqa: D102
    @property
    def free(self) -> int: ...  # noqa: D102
    @property
    def bread(self) -> Floats: ...  # noqa: D102
    def system(self) -> Floats: ...  # noqa: D102
    def cell_meat(self) -> Floats | sparse.csr_array: ...  # noqa: D102
    def expected_meat(  # noqa: D102
        self, affected: npt.NDArray[np.bool_] | None
    ) -> Floats | sparse.csr_array: ...
    def score_rows(self, games: Games) -> ScoreRows: ...  # noqa: D102
    def information_rows(self, games: Games) -> InformationRows: ...  # noqa: D102


@dataclass(frozen=True)
class IntervalRule:
    """The covariance that was chosen for a log.

    Attributes
    ----------
    estimator : {"hessian", "hc0", "cr1", "cr3", "multinomial", "poisson", "gamma"}
    by : {"item", "judge", "both"}, optional
        What the clusters are; None where comparisons count as independent.
    words : str
        Both in words, for the result.
    """

    estimator: Chosen
    by: ClusterBy | None
    words: str

    @property
    def needs_rows(self) -> bool:
        """Whether the tally is not enough."""
        return self.by is not None

    def words_for(self, clustered: Iterable[bool]) -> str:
        """Name the covariance that was used: HC0 where every component had too few clusters."""
        if self.needs_rows and not any(clustered):
            return _independent_words("hc0")
        return self.words


@dataclass(frozen=True, eq=False)
class Spread:
    """Covariance of one component's parameters, in logits.

    Attributes
    ----------
    std_error : float array of shape (size,)
        Of the strengths and the model's own parameters.
    covariance : float array of shape (size, size), optional
        None for components too large to hold it.
    df : float
        Degrees of freedom of the quantile.
    unvaried : int
        Competitors whose results do not vary, or not between clusters: the model's expectation
        was added.
    singular : int
        Clusters without which the rest could not be rated.
    clustered : bool
        Whether clusters were used; a component with a single cluster has none to use.
    """

    std_error: Floats
    covariance: Floats | None
    df: float
    unvaried: int = 0
    singular: int = 0
    clustered: bool = False


def interval_rule(
    games: Games | None, *, estimator: Estimator, cluster: ClusterSetting, competitors: int
) -> IntervalRule:
    """Choose the covariance for a log: the rule of scenarios A to G in docs/coverage.md.

    Two-way by item and judge where both are known and there are at least 10 judges; by item where
    only items are known; by judge where only judges are; CR3 in place of CR1 up to 50 clusters;
    HC0 where there is no cluster to use. All but the last use t quantiles.

    Parameters
    ----------
    games : Games, optional
        The log, row by row; None where only a tally is known.
    estimator, cluster
        The settings; "auto" leaves the choice to the rule.
    competitors : int
        CR3 is not chosen for very many.

    Raises
    ------
    InputError
        If the settings contradict each other or the log.
    """
    if estimator in INDEPENDENT:
        if cluster not in ("auto", "none"):
            raise InputError(
                f"The {_NAMES.get(estimator, estimator)} interval takes comparisons as "
                f"independent; leave cluster={cluster!r} out, or use interval='auto'."
            )
        return IntervalRule(cast(Chosen, estimator), None, _independent_words(estimator))
    counts = {
        by: Clustering.by(games, by) if games is not None and len(games) else None
        for by in ("item", "judge")
    }
    by = _chosen_by(counts, cluster)
    if competitors > DENSE_LIMIT and (by == "both" or estimator == "cr3"):
        if cluster == "both" or estimator == "cr3":
            raise InputError(
                f"Two-way and jackknife intervals are for up to {DENSE_LIMIT:,} competitors; use "
                "cluster='item'."
            )
        by = "item"
    if by is None:
        if estimator in ("cr1", "cr3"):
            raise InputError(
                f"The {_NAMES[estimator]} interval needs clusters: comparisons with items, or "
                "cluster='judge'."
            )
        return IntervalRule("hc0", None, _hc0_words(counts))
    if by == "both":
        if estimator == "cr3":
            raise InputError("CR3 knows one kind of cluster; use cluster='item' or 'judge'.")
        item, judge = counts["item"], counts["judge"]
        assert item is not None and judge is not None
        words = (
            f"two-way sandwich, clustered by item ({item.count:,}) and judge ({judge.count:,}), "
            f"t quantiles with {min(item.count, judge.count) - 1:,} degrees of freedom"
        )
        return IntervalRule("cr1", "both", words)
    clustering = counts[by]
    assert clustering is not None
    few = clustering.count <= FEW_CLUSTERS and competitors <= _LARGEST_LEFT_OUT
    if estimator == "cr3" and clustering.count > _MOST_LEFT_OUT:
        raise InputError(
            f"CR3 leaves out one cluster at a time, up to {_MOST_LEFT_OUT}; this log has "
            f"{clustering.count:,}. Use interval='cr1'."
        )
    chosen: Literal["cr1", "cr3"] = (
        "cr3" if estimator == "cr3" or (estimator == "auto" and few) else "cr1"
    )
    words = (
        f"{'jackknife ' if chosen == 'cr3' else ''}sandwich ({chosen.upper()}), clustered by {by} "
        f"({clustering.count:,} clusters), t quantiles"
    )
    return IntervalRule(chosen, by, words)


def spread(fit: Fit, rule: IntervalRule, games: Games | None) -> Spread:
    """Estimate the covariance of one component.

    Where no score of a competitor varies (all its games are ties, say), or all its games lie in one
    cluster, the sandwich would claim certainty; what the model expects is added to its meat.

    Parameters
    ----------
    fit : Fit
    rule : IntervalRule
    games : Games, optional
        The component's rows, in its codes; needed where the rule has clusters.
    """
    if rule.estimator == "hessian":
        return _finished(_sandwiched(fit, fit.expected_meat(None)), np.inf)
    if rule.by is None or games is None:
        return _hc0(fit)
    ways = [Clustering.by(games, by) for by in _ways(rule.by)]
    count = min(way.count for way in ways)
    # CR1 needs more comparisons than parameters and more than one cluster.
    if count < 2 or games.votes.sum() <= fit.free:
        return _hc0(fit)
    rows = fit.score_rows(games)
    meat = cluster_meat(rows, ways[0], parameters=fit.free)
    unvaried = np.logical_or.reduce([_unvaried(fit, meat), *(way.of_one(games) for way in ways)])
    added = fit.expected_meat(unvaried) if unvaried.any() else 0.0
    singular = 0
    if rule.estimator == "cr3":
        information = fit.information_rows(games)
        covariance, singular = jackknife_covariance(rows, information, ways[0], fit.system())
        if unvaried.any():
            covariance = covariance + _sandwiched(fit, added)
    elif rule.by == "both":
        covariance = two_way_covariance(rows, games, fit.bread, parameters=fit.free, added=added)
    else:
        covariance = _sandwiched(fit, meat + added)
    count_unvaried = int(unvaried.sum())
    return _finished(covariance, float(count - 1), count_unvaried, singular, clustered=True)


def few_clusters(
    rule: IntervalRule, clustered: Sequence[bool]
) -> list[tuple[str, type[RankingWarning]]]:
    """Say where components had too few clusters for the rule; nothing where none had."""
    plain = clustered.count(False) if rule.needs_rows else 0
    if not plain:
        return []
    where = f"{plain:,} of {len(clustered):,} groups have" if clustered[1:] else "There are"
    sentence = f"{where} too few clusters: intervals take comparisons as independent."
    return [(sentence, DegenerateWarning)]


_NAMES = {"hessian": "Hessian", "hc0": "HC0", "cr1": "CR1", "cr3": "CR3"}


def _ways(by: ClusterBy) -> tuple[ClusterBy, ...]:
    return ("item", "judge") if by == "both" else (by,)


def _chosen_by(counts: dict[str, Clustering | None], cluster: ClusterSetting) -> ClusterBy | None:
    known = {by: way for by, way in counts.items() if way is not None and way.groups}
    if cluster == "none":
        return None
    if cluster != "auto":
        for by in _ways(cluster):
            if by not in known:
                raise InputError(
                    f"These comparisons have no {by}s to cluster by; use cluster='auto' or 'none'."
                )
        return cluster
    several = {by for by, way in known.items() if way.count > 1}
    if "judge" in several and known["judge"].count < FEWEST_JUDGES:
        several.remove("judge")
    if several == {"item", "judge"}:
        return "both"
    return "item" if "item" in several else "judge" if "judge" in several else None


def _independent_words(estimator: str) -> str:
    if estimator == "hessian":
        return "model-based (Hessian): the model holds and comparisons are independent"
    if estimator in BOOTSTRAPS:
        return f"{estimator} bootstrap of the cells, comparisons taken as independent"
    return "sandwich (HC0), comparisons taken as independent"


def _hc0_words(counts: dict[str, Clustering | None]) -> str:
    item = counts["item"]
    if item is not None and item.groups and item.count == 1:
        return "sandwich (HC0); all comparisons are about one item, so it holds for that item only"
    return _independent_words("hc0")


def _hc0(fit: Fit) -> Spread:
    meat = fit.cell_meat()
    unvaried = _unvaried(fit, meat)
    if unvaried.any():
        meat = meat + fit.expected_meat(unvaried)
    return _finished(_sandwiched(fit, meat), np.inf, int(unvaried.sum()))


def _unvaried(fit: Fit, meat: Floats | sparse.csr_array) -> npt.NDArray[np.bool_]:
    """Return whose scores do not vary at all, shape (m,)."""
    k = len(fit.strength)
    expected = fit.expected_meat(None).diagonal()[:k]
    return np.asarray(meat.diagonal()[:k] <= _NO_SPREAD * expected)


def _sandwiched(fit: Fit, meat: Floats | sparse.csr_array) -> Floats:
    """Return ``B M B``, or only its diagonal where it would be too large to hold."""
    half = meat @ fit.bread
    if len(fit.strength) <= DENSE_LIMIT:
        return np.asarray(fit.bread @ half)
    return np.asarray(np.einsum("ij,ij->j", fit.bread, half))


def spread_of_draws(drawn: Floats) -> Spread:
    """Return the spread of bootstrap replicates, shape (draws, m)."""
    return _finished(np.atleast_2d(np.cov(drawn, rowvar=False)), np.inf)


def _finished(
    covariance: Floats,
    df: float,
    unvaried: int = 0,
    singular: int = 0,
    *,
    clustered: bool = False,
) -> Spread:
    whole = covariance if covariance.ndim == 2 else None
    variances = covariance if whole is None else np.diag(covariance)
    return Spread(np.sqrt(np.maximum(variances, 0.0)), whole, df, unvaried, singular, clustered)

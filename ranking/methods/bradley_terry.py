"""Bradley–Terry ratings: components rated apart, sandwich intervals, one-sided bounds."""

from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np
from scipy.special import ndtri, stdtrit

from ranking.comparisons import Comparisons
from ranking.diagnostics.connectivity import connectivity
from ranking.errors import DegenerateWarning, InputError, RankingWarning, SeparationWarning
from ranking.laplacian import DENSE_LIMIT, Codes, Floats, inverse, laplacian, sparse_laplacian
from ranking.methods.newton import fit_firth, fit_strengths, log_loss
from ranking.methods.results import Estimate, ratings_from
from ranking.outcomes import BOTH_BAD, BothBad
from ranking.ratings import POINTS_PER_LOGIT, Ratings, Status
from ranking.tally import Games, Pairs, Tally
from ranking.uncertainty.bounds import unbeaten_bound
from ranking.uncertainty.sandwich import Clusters, cluster_meat, hc0_weights, information_weights

_PROVISIONAL_INFORMATION = 5.0
_PROVISIONAL_GAMES = 30
_BOUND_RIDGE = 0.1
_NO_SPREAD = 1e-9  # meat below this share of the model's: the scores do not vary at all


@dataclass(frozen=True)
class BradleyTerry:
    """Bradley–Terry ratings, a tie counting as half a win.

    ``P(i beats j) = 1 / (1 + 10^((R_j - R_i) / 400))``. Maximises, over strengths theta in logits,

        sum over pairs of  s_p d_p - n_p ln(1 + e^(d_p))  -  ridge/2 |theta|^2

    with ``d_p`` the pair's difference of strengths, ``n_p`` the weight of its comparisons and
    ``s_p`` the first one's score. The maximum is unique; without a prior it is finite exactly where
    everybody scored against everybody, directly or through others (Ford's condition). Components
    that never met are rated apart, each with mean 1000.

    Parameters
    ----------
    both_bad : {"tie", "drop"}, default "tie"
        Count both-bad as a tie, or leave it out.
    level : float, default 0.95
        Confidence level of the intervals.
    cluster : {"auto", "item", "none"}, default "auto"
        Which comparisons are not independent: those of one item. "auto" clusters by item where the
        log has items (CR1 with t quantiles), else treats rows as independent (HC0).
    prior : {"auto", "ridge", "firth"}, default "auto"
        "auto" uses none where Ford's condition holds and the ridge elsewhere; "ridge" always uses
        the ridge; "firth" reduces bias by Jeffreys' prior.
    ridge : float, default 0.1
        Precision of the normal prior on strengths in logits (0.1 is an SD of 549 points).

    References
    ----------
    Bradley and Terry 1952, doi:10.2307/2334029. Ford 1957, doi:10.2307/2308513.

    Examples
    --------
    >>> from ranking.tally import Tally
    >>> tally = Tally.from_cells(("A", "B"), [0, 0, 0], [1, 1, 1], [2, 1, 0], votes=[70, 20, 10])
    >>> ratings = BradleyTerry().rate(tally)
    >>> round(float(ratings.rating[0] - ratings.rating[1]), 2)  # 400 log10(4)
    240.82
    """

    name: ClassVar[str] = "bradley-terry"
    title: ClassVar[str] = "Bradley–Terry"

    both_bad: BothBad = "tie"
    level: float = 0.95
    cluster: Literal["auto", "item", "none"] = "auto"
    prior: Literal["auto", "ridge", "firth"] = "auto"
    ridge: float = 0.1

    def __post_init__(self) -> None:
        if not 0 < self.level < 1:
            raise InputError(f"The level must lie between 0 and 1, not {self.level}.")
        if not 0 < self.ridge < np.inf:
            raise InputError(f"The ridge must be positive and finite, not {self.ridge}.")

    @property
    def settings(self) -> dict[str, Any]:
        """The settings, as JSON values."""
        return asdict(self)

    def rate(self, evidence: Comparisons | Games | Tally) -> Ratings:
        """Rate the competitors of a log.

        Parameters
        ----------
        evidence : Comparisons, Games or Tally
            The log. A tally has no items, so that its comparisons count as independent.

        Returns
        -------
        Ratings

        Raises
        ------
        InputError
            If nothing is left to rate, or clusters are asked for where there are no items.
        ConvergenceError
            If the fit does not converge.
        """
        tally, clusters = self._read(evidence)
        pairs = tally.pairs(both_bad=self.both_bad)
        if not len(pairs.first):
            raise InputError("There are no comparisons to rate in this selection.")
        structure = connectivity(pairs)
        strength = np.full(pairs.m, np.nan)
        std_error, low, high = strength.copy(), strength.copy(), strength.copy()
        covariance = np.full((pairs.m, pairs.m), np.nan) if pairs.m <= DENSE_LIMIT else None
        status: list[Status] = ["no_games"] * pairs.m
        iterations = unvaried = 0
        for label in range(structure.components):
            mask = structure.component == label
            members = np.flatnonzero(mask)
            if len(members) == 1:
                continue
            part = _Component.fit(self, pairs.among(mask), structure.side[mask])
            spread = part.spread(clusters.among(mask) if clusters else None)
            iterations = max(iterations, part.iterations)
            strength[members], std_error[members] = part.strength, spread.std_error
            low[members], high[members] = part.limits(spread, self.level)
            if covariance is not None and spread.covariance is not None:
                covariance[np.ix_(members, members)] = spread.covariance
            for at, word in zip(members, part.status, strict=True):
                status[at] = word
            unvaried += spread.unvaried
        estimate = Estimate(
            rating=strength * POINTS_PER_LOGIT,
            low=low * POINTS_PER_LOGIT,
            high=high * POINTS_PER_LOGIT,
            std_error=std_error * POINTS_PER_LOGIT,
            covariance=None if covariance is None else covariance * POINTS_PER_LOGIT**2,
            status=tuple(status),
            component=structure.component,
            interval=_interval_name(clusters),
            level=self.level,
            log_loss=log_loss(pairs, strength),
            iterations=iterations,
        )
        notes = self._notes(tally.competitors, status, unvaried)
        return ratings_from(evidence, tally, pairs, self, estimate, notes)

    def _notes(
        self, names: tuple[str, ...], status: list[Status], unvaried: int
    ) -> list[tuple[str, type[RankingWarning]]]:
        """Say in plain words what limits the evidence."""
        groups: dict[Status, str] = {
            "unbeaten": "never beaten",
            "winless": "never won",
            "separated": "tied to the rest by one-sided results only",
        }
        held = {
            word: [name for name, own in zip(names, status, strict=True) if own == word]
            for word in groups
        }
        said = [f"{groups[word]}: {_shortened(found)}" for word, found in held.items() if found]
        notes: list[tuple[str, type[RankingWarning]]] = []
        if said:
            firth = self.prior == "firth"
            prior = "Firth's prior" if firth else f"a weak prior (ridge {self.ridge:g})"
            sentence = f"Known to one side only, and rated with {prior} — {'; '.join(said)}."
            notes.append((sentence, SeparationWarning))
        if unvaried:
            sentence = (
                f"The results of {unvaried:,} of the competitors do not vary (only ties, say): "
                "their intervals rest on the model alone."
            )
            notes.append((sentence, DegenerateWarning))
        return notes

    def _read(self, evidence: Comparisons | Games | Tally) -> tuple[Tally, Clusters | None]:
        if isinstance(evidence, Comparisons):
            wanted = self.cluster == "item" or (self.cluster == "auto" and evidence.has_items)
            evidence = evidence.games() if wanted else evidence.tally()
        if isinstance(evidence, Tally):
            if self.cluster == "item":
                raise InputError("A tally has no items to cluster by; rate the comparisons.")
            return evidence, None
        if self.cluster == "none":
            return evidence.tally(), None
        known = bool((evidence.item >= 0).any())
        if self.cluster == "item" and not known:
            raise InputError("These comparisons have no items; use cluster='auto' or 'none'.")
        kept = evidence if self.both_bad == "tie" else evidence.take(evidence.outcome != BOTH_BAD)
        return evidence.tally(), Clusters.by_item(kept) if known else None


@dataclass(frozen=True, eq=False)
class _Spread:
    """Covariance of one component's strengths, in logits, and how it was found."""

    std_error: Floats
    covariance: Floats | None
    quantile_df: float
    unvaried: int


@dataclass(frozen=True, eq=False)
class _Component:
    """The fit of one weak component: k competitors that can be compared."""

    pairs: Pairs
    side: Codes
    strength: Floats
    ridge: float
    iterations: int
    information: Floats
    bread: Floats
    status: tuple[Status, ...]

    @classmethod
    def fit(cls, method: BradleyTerry, pairs: Pairs, side: Codes) -> "_Component":
        separated = bool((side != 0).any())
        ridge = method.ridge if method.prior == "ridge" or (
            method.prior == "auto" and separated) else 0.0  # fmt: skip
        if method.prior == "firth":
            strength, iterations = fit_firth(pairs)
        else:
            strength, iterations = fit_strengths(pairs, ridge=ridge)
        information = information_weights(pairs, strength)
        bread = inverse(pairs.m, pairs.first, pairs.second, information, ridge=ridge)
        status = _statuses(pairs, side, information)
        return cls(pairs, side, strength, ridge, iterations, information, bread, status)

    @cached_property
    def proper_bread(self) -> Floats:
        """The inverse information under the ridge, which every conditioning leaves invertible."""
        if self.ridge:
            return self.bread
        pairs = self.pairs
        return inverse(pairs.m, pairs.first, pairs.second, self.information, ridge=_BOUND_RIDGE)

    def spread(self, clusters: Clusters | None) -> _Spread:
        """Estimate the covariance: CR1 with clusters, HC0 without.

        Where no score of a competitor varies (all its games are ties, say), the sandwich would
        claim certainty; what the model expects takes the place of its meat.
        """
        pairs, m = self.pairs, self.pairs.m
        # CR1 needs more comparisons than parameters and more than one cluster.
        clustered = clusters is not None and clusters.count > 1 and clusters.votes.sum() > m - 1
        if clustered and clusters is not None:
            meat = cluster_meat(clusters, self.strength, parameters=m - 1)
            own = np.diag(meat)
        else:
            weights = hc0_weights(pairs, self.strength)
            own = pairs.per_competitor(weights, weights)
        expected = self.information * pairs.weight2 / pairs.weight
        unvaried = own <= _NO_SPREAD * pairs.per_competitor(expected, expected)
        affected = unvaried[pairs.first] | unvaried[pairs.second]
        filled = np.where(affected, expected, 0.0)
        if clustered:
            meat = meat + laplacian(m, pairs.first, pairs.second, filled)
        elif m <= DENSE_LIMIT:
            weights = np.where(affected, expected, weights)
            meat = laplacian(m, pairs.first, pairs.second, weights)
        else:
            weights = np.where(affected, expected, weights)
            meat = sparse_laplacian(m, pairs.first, pairs.second, weights)
        half = meat @ self.bread
        variances = np.einsum("ij,ij->j", self.bread, half)
        covariance = self.bread @ half if m <= DENSE_LIMIT else None
        df = float(clusters.count - 1) if clustered and clusters is not None else np.inf
        std_error = np.sqrt(np.maximum(variances, 0.0))
        std_error[self.side != 0] = np.nan
        return _Spread(std_error, covariance, df, int(unvaried.sum()))

    def limits(self, spread: _Spread, level: float) -> tuple[Floats, Floats]:
        """Return confidence limits of the strengths; one side is infinite where it is open."""
        df = spread.quantile_df
        tail = (1 + level) / 2
        quantile = float(stdtrit(df, tail) if np.isfinite(df) else ndtri(tail))
        low = self.strength - quantile * spread.std_error
        high = self.strength + quantile * spread.std_error
        # The prior's variance of the mean strength is no part of the sum-zero gauge.
        of_mean = 1 / (self.pairs.m * self.ridge) if self.ridge else 0.0
        posterior = ndtri(tail) * np.sqrt(np.maximum(np.diag(self.bread) - of_mean, 0.0))
        for at in np.flatnonzero(self.side).tolist():
            low[at], high[at] = -np.inf, np.inf
            if self.side[at] == 1:
                low[at] = self._bound(at, 1, level, self.strength[at] - posterior[at])
            elif self.side[at] == -1:
                high[at] = self._bound(at, -1, level, self.strength[at] + posterior[at])
        return low, high

    def _bound(self, at: int, sign: int, level: float, otherwise: float) -> float:
        if self.status[at] not in ("unbeaten", "winless"):
            return float(otherwise)
        bound = unbeaten_bound(
            self.pairs,
            self.strength,
            self.proper_bread,
            self.information,
            at,
            level=level,
            sign=sign,
        )
        # The prior draws the estimate in; with much evidence the bound lies beyond it.
        own = float(self.strength[at])
        return min(bound, own) if sign == 1 else max(bound, own)


def _statuses(pairs: Pairs, side: Codes, information: Floats) -> tuple[Status, ...]:
    conceded = pairs.weight - pairs.score
    scored = pairs.per_competitor(pairs.score, conceded)
    lost = pairs.per_competitor(conceded, pairs.score)
    games = pairs.per_competitor(pairs.votes, pairs.votes)
    informed = pairs.per_competitor(information, information)
    few = (games < _PROVISIONAL_GAMES) | (informed < _PROVISIONAL_INFORMATION)
    outside = side != 0
    words = np.select(
        [outside & (lost == 0), outside & (scored == 0), outside, few],
        ["unbeaten", "winless", "separated", "provisional"],
        "ok",
    )
    return tuple(words.tolist())


def _shortened(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3:,} more" if names[3:] else "")


def _interval_name(clusters: Clusters | None) -> str:
    if clusters is None:
        return "sandwich (HC0), comparisons taken as independent"
    if clusters.count < 2:
        return "sandwich (HC0); all comparisons are about one item, so it holds for that item only"
    return f"sandwich (CR1), clustered by item ({clusters.count:,} clusters), t quantiles"

"""Bradley–Terry ratings: components rated apart, models of ties, intervals by rule."""

from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from ranking.comparisons import Comparisons
from ranking.errors import InputError
from ranking.methods.bradley_terry_fit import FittedLog
from ranking.methods.components import counted, tally_and_rows
from ranking.methods.half_win import Prior
from ranking.methods.pairing import standardised, uniform_pairing
from ranking.outcomes import BothBad
from ranking.ratings import Ratings
from ranking.tally import Games, Tally
from ranking.uncertainty.intervals import (
    BOOTSTRAPS,
    INDEPENDENT,
    ClusterSetting,
    Estimator,
    interval_rule,
)
from ranking.uncertainty.quantiles import check_level

Ties = Literal["half", "davidson", "rao-kupper", "outside-option"]
Pairing = Literal["none", "uniform"]


@dataclass(frozen=True)
class BradleyTerry:
    """Bradley–Terry ratings, a tie counting as half a win or having a model of its own.

    ``P(i beats j) = 1 / (1 + 10^((R_j - R_i) / 400))``. Maximises, over strengths theta in logits,

        sum over pairs of  s_p d_p - n_p ln(1 + e^(d_p))  -  ridge/2 |theta|^2

    with ``d_p`` the pair's difference of strengths, ``n_p`` the weight of its comparisons and
    ``s_p`` the first one's score. The maximum is unique; without a prior it is finite exactly where
    everybody scored against everybody, directly or through others (Ford's condition). Components
    that never met are rated apart, each with mean 1000.

    Parameters
    ----------
    ties : {"half", "davidson", "rao-kupper", "outside-option"}, default "half"
        "half" counts a tie as half a win: ratings predict the expected score. The others model
        the chance of a tie: differences are then log-odds of winning where nobody ties, a
        stretched scale. "outside-option" also models both-bad, so that ratings get an absolute
        zero: the level at which a competitor is as likely acceptable as not.
    both_bad : {"tie", "drop"}, default "tie"
        Count both-bad as a tie, or leave it out ("outside-option" always models it).
    level : float, default 0.95
        Confidence level of the intervals.
    cluster : {"auto", "item", "judge", "both", "none"}, default "auto"
        Which comparisons are not independent. "auto" clusters by item and judge where the log has
        both and at least 10 judges, else by what it has (see `interval_rule`).
    interval : {"auto", "hessian", "hc0", "cr1", "cr3", "multinomial", "poisson", "gamma"}
        The estimator of the covariance: model-based; White's sandwich for independent rows;
        clustered; clustered for few clusters; a bootstrap of the cells (half-win only). The
        default "auto" chooses CR1, CR3 up to 50 clusters, and HC0 where there are no clusters.
        The result names what was used.
    pairing : {"none", "uniform"}, default "none"
        "uniform" gives every pair the same weight, however often it was sampled.
    prior : {"auto", "ridge", "firth"}, default "auto"
        "auto" uses none where Ford's condition holds and the ridge elsewhere; "ridge" always uses
        the ridge; "firth" reduces bias by Jeffreys' prior (half-win only).
    ridge : float, default 0.1
        Precision of the normal prior on strengths in logits (0.1 is an SD of 549 points). Weights
        are scaled to sum to the effective number of comparisons, so that their unit is no matter.

    References
    ----------
    Bradley and Terry 1952, doi:10.2307/2334029. Ford 1957, doi:10.2307/2308513. Davidson 1970,
    doi:10.1080/01621459.1970.10481082. Rao and Kupper 1967, doi:10.1080/01621459.1967.10482901.

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
    summary: ClassVar[str] = (
        "Weighs all comparisons at once, whatever their order. A difference of 100 points means "
        "that the better one takes 64% of the score."
    )
    predicts: ClassVar[bool] = True

    ties: Ties = "half"
    both_bad: BothBad = "tie"
    level: float = 0.95
    cluster: ClusterSetting = "auto"
    interval: Estimator = "auto"
    pairing: Pairing = "none"
    prior: Prior = "auto"
    ridge: float = 0.1

    def __post_init__(self) -> None:
        check_level(self.level)
        if not 0 < self.ridge < np.inf:
            raise InputError(f"The ridge must be positive and finite, not {self.ridge}.")
        if self.ties != "half" and self.prior == "firth":
            raise InputError("Firth's prior is for ties='half'; use prior='ridge'.")
        if self.ties != "half" and self.interval in BOOTSTRAPS:
            raise InputError(f"The {self.interval} bootstrap is for ties='half'.")
        if self.ties == "outside-option" and self.both_bad == "drop":
            raise InputError("The outside option is a model of both-bad: do not leave it out.")

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
            If nothing is left to rate, or clusters are asked for where there are none.
        ConvergenceError
            If the fit does not converge.
        """
        tally, games = self._read(evidence)
        rule = interval_rule(
            games, estimator=self.interval, cluster=self.cluster,
            competitors=len(tally.competitors),
        )  # fmt: skip
        games = games if rule.needs_rows else None
        if self.pairing == "uniform":
            tally, games = uniform_pairing(tally, games)
        tally, games = standardised(tally), None if games is None else standardised(games)
        pairs = tally.pairs()
        if not len(pairs.first):
            raise InputError("There are no comparisons to rate in this selection.")
        return FittedLog.of(self, tally, games, pairs, rule).ratings(evidence)

    def _read(self, evidence: Comparisons | Games | Tally) -> tuple[Tally, Games | None]:
        """Return the tally and, where clusters may be used, the rows; both-bad as it is to be."""
        tally, games = tally_and_rows(
            evidence, cluster=self.cluster, independent=self.interval in INDEPENDENT
        )
        if self.ties != "outside-option":
            tally = counted(tally, self.both_bad)
            games = None if games is None else counted(games, self.both_bad)
        return tally, games

"""Contextual Bradley–Terry: ratings at equal style, presentation order and judge's family."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

import numpy as np

from ranking.comparisons import Comparisons
from ranking.covariates import Covariates, check_names, design
from ranking.errors import InputError, StoreError
from ranking.methods.contextual_effects import Effects
from ranking.methods.contextual_log import AdjustedLog
from ranking.methods.pairing import standardised
from ranking.outcomes import BOTH_BAD, BothBad
from ranking.ratings import Ratings
from ranking.tally import Games
from ranking.uncertainty.intervals import BOOTSTRAPS, ClusterSetting, Estimator
from ranking.uncertainty.quantiles import check_level


@dataclass(frozen=True)
class ContextualBradleyTerry:
    """Bradley–Terry ratings with covariates held equal, a tie counting as half a win.

    ``ln odds that i beats j in row r = theta_i - theta_j + x_r . beta``. Maximises

        sum over rows of  w (y eta - ln(1 + e^eta))  -  penalty/2 |beta|^2

    Every covariate is a difference of the two sides and is not centred: ratings are those at equal
    style, and do not depend on which side a file writes first. All components share the
    coefficients; their ratings have mean 1000 each. Rows in which a covariate is not known are
    left out, and counted.

    Parameters
    ----------
    covariates : tuple of str, default ("style",)
        "style", "style:NAME", "feature:NAME", "length", "position", "self-preference" (see
        `covariates.design`).
    penalty : float, default 0
        Precision of the normal prior on each coefficient, in 1/logit^2 (per standard deviation of
        a style feature). It is added to the summed log-likelihood, so that its influence vanishes
        as a log grows; added to the mean, as others do, it would bias coefficients to 0 for ever.
    both_bad : {"tie", "drop"}, default "tie"
        Count both-bad as a tie, or leave it out.
    level : float, default 0.95
        Confidence level of the intervals.
    cluster : {"auto", "item", "judge", "both", "none"}, default "auto"
        Which comparisons are not independent (see `BradleyTerry`).
    interval : {"auto", "hessian", "hc0", "cr1", "cr3"}, default "auto"
        The estimator of the covariance (see `BradleyTerry`).
    families : tuple of (str, str), default ()
        Competitor or judge, and its family, for self-preference (see `covariates.design`).

    References
    ----------
    Chiang et al. 2024, arXiv:2403.04132. Zheng et al. 2023, arXiv:2306.05685 (position and
    self-preference). Dubois et al. 2024, arXiv:2404.04475 (length).
    """

    name: ClassVar[str] = "contextual-bradley-terry"
    title: ClassVar[str] = "Bradley–Terry with covariates"
    summary: ClassVar[str] = (
        "Bradley–Terry with style, presentation order or the judge's family held equal. A rating "
        "says how often a competitor would win if the two sides did not differ in these."
    )
    predicts: ClassVar[bool] = True

    covariates: tuple[str, ...] = ("style",)
    penalty: float = 0.0
    both_bad: BothBad = "tie"
    level: float = 0.95
    cluster: ClusterSetting = "auto"
    interval: Estimator = "auto"
    families: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        check_names(self.covariates)
        if not 0 <= self.penalty < np.inf:
            raise InputError(f"The penalty must be 0 or positive and finite, not {self.penalty}.")
        if self.interval in BOOTSTRAPS:
            raise InputError(f"The {self.interval} bootstrap cannot hold covariates equal.")
        check_level(self.level)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings, as JSON values."""
        return asdict(self)

    def rate(
        self, evidence: Comparisons | Games, *, covariates: Covariates | None = None
    ) -> Ratings:
        """Rate the competitors of a log with the covariates held equal.

        The result's `parameters` are the coefficients in points, its `unadjusted` the ratings of
        the same comparisons without covariates.

        Parameters
        ----------
        evidence : Comparisons or Games
            The log.
        covariates : Covariates, optional
            Those of `Games`; `Comparisons` read their own.

        Returns
        -------
        Ratings

        Raises
        ------
        InputError
            If nothing is left to rate, a covariate is not known, or a coefficient is not
            identifiable.
        ConvergenceError
            If a covariate tells the winner without exception, so that its coefficient is infinite.
        """
        return self._adjusted(evidence, covariates).ratings(evidence)

    def effects(
        self, evidence: Comparisons | Games, *, covariates: Covariates | None = None
    ) -> Effects:
        """Fit as `rate` does, and test whether the covariates matter.

        Parameters and errors are those of `rate`.
        """
        return self._adjusted(evidence, covariates).effects()

    def _adjusted(
        self, evidence: Comparisons | Games, covariates: Covariates | None
    ) -> AdjustedLog:
        games, known = _read(evidence, covariates, self.covariates)
        if self.both_bad == "drop":
            kept = games.outcome != BOTH_BAD
            games, known = games.take(kept), known.take(kept)
        if not len(games):
            raise InputError("There are no comparisons to rate in this selection.")
        columns = design(known, self.covariates, games, families=dict(self.families))
        values = columns.values
        if not columns.known.all():
            games, values = games.take(columns.known), values[columns.known]
        return AdjustedLog.of(self, standardised(games), columns, values)


def _read(
    evidence: Comparisons | Games, covariates: Covariates | None, names: Sequence[str]
) -> tuple[Games, Covariates]:
    if isinstance(evidence, Games):
        if covariates is None:
            raise InputError("These games come without covariates; give them to rate().")
        return evidence, covariates
    games = evidence.games()
    read = evidence.covariates(names) if covariates is None else covariates
    if len(read) not in (0, len(games)):
        raise StoreError("The log changed while it was being read; try again.")
    return games, read

"""One component of a log under a model of ties: the fit, and what a covariance needs of it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from scipy import linalg

from ranking.errors import ConvergenceError
from ranking.laplacian import Codes, Floats
from ranking.methods.half_win import statuses
from ranking.methods.tie_models import OutcomeCells, TieFit, TieModel, fit_tie_model, quadratic
from ranking.ratings import Status
from ranking.tally import Games, Pairs, Tally
from ranking.uncertainty.sandwich import InformationRows, ScoreRows, information_weights


@dataclass(frozen=True, eq=False)
class TieModelFit:
    """Strengths of k competitors that can all be compared, under a model of ties.

    Attributes
    ----------
    model : TieModel
    cells : OutcomeCells
    pairs : Pairs
        The same comparisons, ties counted as half a win.
    side : int array of shape (k,)
        As in `Connectivity`: 0 where there is evidence on both sides.
    fit : TieFit
    ridge : float
        Precision of the prior that was used; 0 for none.
    """

    model: TieModel
    cells: OutcomeCells
    pairs: Pairs
    side: Codes
    fit: TieFit
    ridge: float

    @classmethod
    def of(
        cls, tally: Tally, pairs: Pairs, side: Codes, model: TieModel, *, always: bool, ridge: float
    ) -> "TieModelFit":
        """Fit a component; the ridge is used `always`, or where Ford's condition fails."""
        cells = OutcomeCells.of(tally, model)
        used = ridge if always or bool((side != 0).any()) else 0.0
        return cls(model, cells, pairs, side, fit_tie_model(cells, model, ridge=used), used)

    @property
    def strength(self) -> Floats:
        """In logits; they sum to zero unless the model has an absolute zero."""
        return self.fit.strength

    @property
    def own(self) -> Floats:
        """The model's own parameters."""
        return self.fit.own

    @property
    def iterations(self) -> int:
        """Steps that the fit took."""
        return self.fit.iterations

    @property
    def free(self) -> int:
        """Number of free parameters."""
        return len(self.strength) - self.model.gauge_free + len(self.own)

    @cached_property
    def status(self) -> tuple[Status, ...]:
        """Whether each rating is settled."""
        return statuses(self.pairs, self.side, information_weights(self.pairs, self.strength))

    def system(self) -> Floats:
        """Return the expected information made invertible, shape (k + q, k + q)."""
        return self._invertible(self.fit.information)

    def _invertible(self, information: Floats) -> Floats:
        k = len(self.strength)
        system = information.copy()
        if self.ridge:
            system[:k, :k] += self.ridge * np.eye(k)
        elif self.model.gauge_free:
            system[:k, :k] += 1 / k
        return system

    @cached_property
    def bread(self) -> Floats:
        """The inverse of the observed information, shape (k + q, k + q)."""
        k = len(self.strength)
        try:
            system = self._invertible(self.fit.observed)
            whole = np.asarray(linalg.inv(system, check_finite=False))
        except linalg.LinAlgError as error:
            raise ConvergenceError(
                "The weights or results span too many orders of magnitude to be rated together."
            ) from error
        if self.model.gauge_free and not self.ridge:
            whole[:k, :k] -= 1 / k
        return whole

    def cell_meat(self) -> Floats:
        """Return the HC0 meat from the tally, shape (k + q, k + q)."""
        return quadratic(self.cells, self.cells.weight2, self._scores)

    def expected_meat(self, affected: npt.NDArray[np.bool_] | None) -> Floats:
        """Return what the model expects of the meat, from the pairs of some competitors or all."""
        cells = self.cells
        weight2 = cells.weight2.sum(axis=0)
        if affected is not None:
            weight2 = np.where(affected[cells.first] | affected[cells.second], weight2, 0.0)
        return quadratic(cells, weight2 * np.exp(self._log_probabilities), self._scores)

    def score_rows(self, games: Games) -> ScoreRows:
        """Return the score of each row; the outcomes that the model knows must be its only ones."""
        k, outcome = len(self.strength), np.asarray(self.model.outcomes)
        order = np.argsort(outcome)
        kind = order[np.searchsorted(outcome[order], games.outcome)]
        if k * k < len(games):  # rows of one pair and outcome have one score
            every = np.arange(k * k)
            scores = self._scores_of(every // k, every % k)
            chosen = scores[kind, games.first * k + games.second] * games.weight[:, None]
        else:
            scores = self._scores_of(games.first, games.second)
            chosen = scores[kind, np.arange(len(games))] * games.weight[:, None]
        size = k + len(self.own)
        return ScoreRows(
            size, games.first, games.second, chosen[:, 0], chosen[:, 1], chosen[:, 2:], games.votes
        )

    def information_rows(self, games: Games) -> InformationRows:
        """Return the information of each row."""
        scores = self._scores_of(games.first, games.second)
        p = np.exp(
            self.model.log_probabilities(
                self.strength[games.first], self.strength[games.second], self.own
            )
        )
        return InformationRows(p * games.weight, scores[..., 0], scores[..., 1], scores[..., 2:])

    def mean_log_loss(self) -> tuple[float, float]:
        """Return the summed negative log-likelihood of the outcomes, and their weight."""
        return -float((self.cells.weight * self._log_probabilities).sum()), float(
            self.cells.weight.sum()
        )

    def _scores_of(self, first: Codes, second: Codes) -> npt.NDArray[np.float64]:
        return self.model.scores(self.strength[first], self.strength[second], self.own)

    @cached_property
    def _log_probabilities(self) -> Floats:
        first, second = self.strength[self.cells.first], self.strength[self.cells.second]
        return self.model.log_probabilities(first, second, self.own)

    @cached_property
    def _scores(self) -> npt.NDArray[np.float64]:
        return self._scores_of(self.cells.first, self.cells.second)

"""Whether circles help to predict: multidimensional Elo against Bradley–Terry, held out."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import expit, xlogy

from ranking.diagnostics.folds import items_in, mean_and_error, part
from ranking.diagnostics.melo import fit_bradley_terry, fit_melo, noise_ridge
from ranking.errors import InputError
from ranking.laplacian import Floats
from ranking.progress import Watch
from ranking.tally import Games
from ranking.wording import number, percent

_SMALLEST = 1e-12
_NO_CHANGE = 5e-5  # of a log-loss, which shows four digits
_VISIBLE = 5e-4  # below it a log-loss shows five
_LITTLE = 0.01  # of what strengths gain over a coin


@dataclass(frozen=True)
class CyclicPrediction:
    """Whether circles help to predict comparisons that were not seen.

    Attributes
    ----------
    dimensions : int
        Of the multidimensional Elo.
    bradley_terry, melo : float
        Held-out log-loss per comparison in nats: of strengths alone, and with circles.
    difference, std_error : float
        ``melo - bradley_terry``, below 0 where circles help, and its standard error; comparisons
        of one item count as dependent.
    folds : int
    over : str
        What was parted into folds: "items" or "comparisons".
    comparisons : float
        How many were predicted.
    """

    dimensions: int
    bradley_terry: float
    melo: float
    difference: float
    std_error: float
    folds: int
    over: Literal["items", "comparisons"]
    comparisons: float

    @property
    def helps(self) -> bool:
        """Whether circles predict better by more than two standard errors."""
        return self.difference < -2 * self.std_error

    @property
    def sentence(self) -> str:
        """Say in plain words whether circles predict."""
        if max(abs(self.difference), self.std_error) < _NO_CHANGE:
            return (
                "No circle is strong enough to predict with: comparisons that were not seen are "
                f"foretold as well by strengths alone (log-loss {self.bradley_terry:.4f})."
            )
        digits = 4 if abs(self.difference) >= _VISIBLE else 5
        apart = f"{number(self.difference, digits + 1)} ± {self.std_error:.{digits + 1}f}"
        alone, both = f"{self.bradley_terry:.{digits}f}", f"{self.melo:.{digits}f}"
        if not self.helps:
            return (
                "Circles do not clearly help to foretell comparisons that were not seen: log-loss "
                f"{both} with them and {alone} without ({apart})."
            )
        gained = math.log(2) - self.bradley_terry
        added = -self.difference / gained if gained > 0 else math.inf
        much = (
            f", which adds {percent(added, 1)} to what strengths gain over a coin"
            if added < 1
            else ", which is more than strengths gain over a coin"
        )
        return (
            "Strengths and circles together foretell comparisons that were not seen "
            f"{'a little ' if added < _LITTLE else ''}better than strengths alone: log-loss {both} "
            f"instead of {alone} ({apart}){much}."
        )


def cyclic_prediction(
    games: Games,
    *,
    dimensions: int = 2,
    folds: int = 5,
    scale: float = 1.0,
    seed: int = 0,
    watch: Watch | None = None,
) -> CyclicPrediction:
    """Predict each part of a log from the others, with circles and without.

    Folds are of items; of comparisons where there are fewer items than folds.

    Parameters
    ----------
    games : Games
        The log, of competitors who met, directly or through others.
    dimensions : int, default 2
        Of the multidimensional Elo.
    folds : int, default 5
    scale : float, default 1
        As in `fit_melo`.
    seed : int, default 0
        Of the parting.
    watch : Watch, optional
        Whom to tell how far the work is, and whom to ask whether to go on.

    Raises
    ------
    InputError
        If there are fewer comparisons than folds, or fewer than two folds.
    CancelledError
        If the user stopped the work.
    """
    watch = watch or Watch()
    if folds < 2:
        raise InputError(f"Cross-validation needs at least two folds, not {folds}.")
    if games.votes.sum() < folds:
        raise InputError(f"There are fewer comparisons than the {folds} folds asked for.")
    over: Literal["items", "comparisons"] = "items" if items_in(games) >= folds else "comparisons"
    rows, fold = part(games, folds, np.random.default_rng(seed), by_item=over == "items")
    whole = rows.tally().pairs()
    strength = fit_bradley_terry(whole)
    # Noise of sums of comparisons grows with the root of their number.
    share = math.sqrt((folds - 1) / folds)
    cyclic_ridge = share * noise_ridge(whole, strength, scale=scale, seed=seed)
    losses = np.empty((2, len(rows)))
    for held in range(folds):
        watch.tell(held / folds, f"Foretelling part {held + 1} of {folds} from the others")
        inside = fold == held
        first, second, score = rows.first[inside], rows.second[inside], rows.score[inside]
        train = rows.take(~inside).tally().pairs()
        if not len(train.first):
            losses[:, inside] = math.log(2)
            continue
        alone = fit_bradley_terry(train)
        losses[0, inside] = _log_loss(score, alone[first] - alone[second])
        both = fit_melo(train, dimensions=dimensions, cyclic_ridge=cyclic_ridge, seed=seed)
        losses[1, inside] = _log_loss(score, both.log_odds[first, second])
    difference, std_error = mean_and_error(rows, losses[1] - losses[0])
    return CyclicPrediction(
        dimensions=dimensions,
        bradley_terry=mean_and_error(rows, losses[0])[0],
        melo=mean_and_error(rows, losses[1])[0],
        difference=difference,
        std_error=std_error,
        folds=folds,
        over=over,
        comparisons=float(rows.votes.sum()),
    )


def _log_loss(score: Floats, log_odds: Floats) -> Floats:
    q = np.clip(expit(log_odds), _SMALLEST, 1 - _SMALLEST)
    return np.asarray(-(xlogy(score, q) + xlogy(1 - score, 1 - q)))

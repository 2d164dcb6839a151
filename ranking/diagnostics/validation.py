"""Cross-validation: how well ratings predict comparisons that they have not seen."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy.special import expit, xlogy

from ranking.comparisons import Comparisons
from ranking.diagnostics.calibration import Calibration, calibration
from ranking.diagnostics.connectivity import connectivity
from ranking.diagnostics.folds import items_in, mean_and_error, part, rows_of
from ranking.errors import InputError
from ranking.laplacian import Codes, Floats
from ranking.methods.elo import Elo, one_row_per_vote
from ranking.methods.tie_models import TIE_MODELS, OutcomeCells, fit_tie_model
from ranking.newton import fit_strengths
from ranking.outcomes import FIRST, SECOND, SOFT, TIE, BothBad
from ranking.ratings import POINTS_PER_LOGIT
from ranking.tally import Games, Tally

Predictor = Literal["bradley-terry", "davidson", "rao-kupper", "elo"]

_FALLBACK_RIDGE = 0.1  # where a part of the log alone leaves ratings infinite or unconnected
_SMALLEST = 1e-12


@dataclass(frozen=True)
class HeldOut:
    """How well one method predicts comparisons that it has not seen.

    Attributes
    ----------
    method : str
        "bradley-terry" (half-win), "davidson", "rao-kupper" or "elo".
    log_loss, std_error : float
        Mean of ``-(y ln q + (1 - y) ln(1 - q))`` per comparison in nats, with the expected score q
        and a tie being y = 1/2; its standard error.
    difference, difference_error : float
        Its excess over that of the first method, with the standard error of the paired difference;
        0 for the first.
    accuracy : float
        Share of the decided comparisons won by the one who was expected to.
    outcome_log_loss, outcome_error : float
        Mean negative log-likelihood of win, tie or loss; NaN for a method that predicts no ties.
    """

    method: Predictor
    log_loss: float
    std_error: float
    difference: float
    difference_error: float
    accuracy: float
    outcome_log_loss: float
    outcome_error: float


@dataclass(frozen=True, eq=False)
class Validation:
    """Predictions of comparisons that the ratings had not seen.

    Attributes
    ----------
    methods : tuple of HeldOut
        In the order asked for.
    calibration : Calibration
        Of the first method.
    folds : int
    over : str
        What was parted into folds: "items" (all comparisons of one stay together) or "comparisons".
    comparisons : float
        How many were predicted.
    both_bad : str
        Whether both-bad counted as a "tie" or was left out ("drop").
    """

    methods: tuple[HeldOut, ...]
    calibration: Calibration
    folds: int
    over: Literal["items", "comparisons"]
    comparisons: float
    both_bad: BothBad

    @property
    def log_loss(self) -> float:
        """Held-out log-loss of the first method."""
        return self.methods[0].log_loss

    @property
    def std_error(self) -> float:
        """Standard error of `log_loss`."""
        return self.methods[0].std_error

    @property
    def accuracy(self) -> float:
        """Accuracy of the first method on decided comparisons."""
        return self.methods[0].accuracy

    @property
    def sentence(self) -> str:
        """Say in plain words how good the predictions are."""
        groups, off = len(self.calibration.weight), self.calibration.off
        calibrated = (
            "results came as often as the ratings said"
            if off <= 1
            else f"in {off} of {groups} groups of predictions results came more or less often than "
            f"the ratings said, by at most {100 * self.calibration.largest_error:.1f} percentage "
            "points"
        )
        decided = (
            f"The ratings foretell {100 * self.accuracy:.1f}% of decided comparisons that they "
            "had not seen"
            if math.isfinite(self.accuracy)
            else "No comparison was decided"
        )
        return (
            f"{decided} (log-loss {self.log_loss:.4f} ± {self.std_error:.4f}, a coin "
            f"{math.log(2):.4f}); {calibrated}."
        )


def cross_validation(
    evidence: Comparisons | Games | Tally,
    methods: Sequence[Predictor] | None = None,
    *,
    folds: int = 5,
    both_bad: BothBad = "tie",
    seed: int = 0,
) -> Validation:
    """Rate all but one part of a log and predict that part, for each part in turn.

    Folds are of items, so that no method is tried on an item that it has seen; of comparisons where
    there are fewer items than folds. Where a part of the log leaves ratings infinite or competitors
    unseen, strengths get a weak normal prior (ridge 0.1).

    Parameters
    ----------
    evidence : Comparisons, Games or Tally
        The log.
    methods : sequence of {"bradley-terry", "davidson", "rao-kupper", "elo"}, optional
        By default Bradley–Terry, and both models of ties where the log has ties. Elo needs the
        order of the comparisons, so that a tally will not do.
    folds : int, default 5
    both_bad : {"tie", "drop"}, default "tie"
        Count both-bad as a tie, or leave it out.
    seed : int, default 0
        Of the parting.

    Raises
    ------
    InputError
        If there are fewer than two folds, fewer comparisons than folds, or a method cannot be used
        on this log.
    """
    if folds < 2:
        raise InputError(f"Cross-validation needs at least two folds, not {folds}.")
    ordered = "elo" in (methods or ())
    if isinstance(evidence, Tally) and ordered:
        raise InputError("Elo depends on the order of comparisons; a tally has none.")
    games = rows_of(evidence, both_bad=both_bad, ordered=ordered)
    if games.votes.sum() < folds:
        raise InputError(f"There are fewer comparisons than the {folds} folds asked for.")
    over: Literal["items", "comparisons"] = "items" if items_in(games) >= folds else "comparisons"
    chosen = tuple(methods) if methods else _usable(games)
    _check(games, chosen)
    rows, fold = part(games, folds, np.random.default_rng(seed), by_item=over == "items")
    tallies = [rows.take(fold == held).tally() for held in range(folds)]
    contests = _Contests.of(rows)
    expected = {method: np.empty(len(rows)) for method in chosen}
    outcome_loss = {method: np.full(len(rows), np.nan) for method in chosen}
    for held in range(folds):
        inside = np.flatnonzero(fold == held)
        at = contests.of_row[inside]
        train = _together([part for number, part in enumerate(tallies) if number != held])
        for method in chosen:
            if method == "elo":
                rating = Elo().play(one_row_per_vote(rows.take(fold != held)))
                expected[method][inside] = contests.chances(rating / POINTS_PER_LOGIT)[at]
            elif method == "bradley-terry":
                expected[method][inside] = contests.chances(_strengths(train))[at]
            else:
                score, losses = contests.outcomes(method, train)
                expected[method][inside] = score[at]
                outcome_loss[method][inside] = losses[rows.outcome[inside], at]
    loss = {method: _loss(rows.score, expected[method]) for method in chosen}
    return Validation(
        methods=tuple(
            _scored(
                rows, method, expected[method], loss[method], loss[chosen[0]], outcome_loss[method]
            )
            for method in chosen
        ),
        calibration=calibration(rows, expected[chosen[0]]),
        folds=folds,
        over=over,
        comparisons=float(rows.votes.sum()),
        both_bad=both_bad,
    )


def _usable(games: Games) -> tuple[Predictor, ...]:
    soft, tied = (games.outcome == SOFT).any(), (games.outcome == TIE).any()
    decided = np.isin(games.outcome, (FIRST, SECOND)).any()
    if soft or not tied or not decided:
        return ("bradley-terry",)
    return ("bradley-terry", "davidson", "rao-kupper")


def _check(games: Games, methods: tuple[Predictor, ...]) -> None:
    known: tuple[Predictor, ...] = ("bradley-terry", "davidson", "rao-kupper", "elo")
    possible = (*_usable(games), "elo")
    for method in methods:
        if method not in known:
            raise InputError(f"The method must be one of {', '.join(known)}; not {method!r}.")
        if method not in possible:
            raise InputError(
                f"The {method} model needs wins, ties and losses, and no soft outcomes."
            )


def _together(tallies: Sequence[Tally]) -> Tally:
    def joined(name: str) -> Floats:
        return np.concatenate([getattr(tally, name) for tally in tallies])

    sums = ("weight", "weight2", "score", "weight2_score", "weight2_score2")
    return Tally.from_cells(
        tallies[0].competitors,
        joined("first"),
        joined("second"),
        joined("outcome"),
        joined("votes"),
        **{name: joined(name) for name in sums},
    )


def _ridge(train: Tally) -> float:
    """Return a weak prior's precision where a rating would be infinite or a group apart."""
    structure = connectivity(train.pairs())
    return _FALLBACK_RIDGE if structure.components > 1 or structure.side.any() else 0.0


def _strengths(train: Tally) -> Floats:
    if not len(train.first):
        return np.zeros(len(train.competitors))
    return fit_strengths(train.pairs(), ridge=_ridge(train))[0]


@dataclass(frozen=True, eq=False)
class _Contests:
    """The ordered pairs that occur in a log, so that a prediction is made once for each."""

    first: Codes
    second: Codes
    of_row: Codes

    @classmethod
    def of(cls, rows: Games) -> "_Contests":
        m = len(rows.competitors)
        keys, of_row = np.unique(rows.first * m + rows.second, return_inverse=True)
        return cls(keys // m, keys % m, of_row)

    def chances(self, strength: Floats) -> Floats:
        """Return the expected score of the first of each pair."""
        return np.asarray(expit(strength[self.first] - strength[self.second]))

    def outcomes(self, method: Predictor, train: Tally) -> tuple[Floats, Floats]:
        """Return the expected score of each pair, and -ln P of loss, tie and win, (3, pairs)."""
        tied, decided = train.votes_of(TIE), train.votes_of(FIRST, SECOND)
        if not (tied and decided):
            # The model's parameter is infinite: ties as often as seen, half a comparison added.
            chance = (tied + 0.5) / (tied + decided + 1)
            won = self.chances(_strengths(train))
            shares = np.stack([(1 - chance) * (1 - won), np.full(len(won), chance),
                               (1 - chance) * won])  # fmt: skip
            return shares[2] + shares[1] / 2, -np.log(np.maximum(shares, _SMALLEST))
        model = TIE_MODELS[method]
        ridge = _ridge(train.without(TIE))
        found = fit_tie_model(OutcomeCells.of(train, model), model, ridge=ridge)
        i, j = found.strength[self.first], found.strength[self.second]
        log_p = model.log_probabilities(i, j, found.own)
        lost, tied, won = (log_p[model.outcomes.index(code)] for code in (SECOND, TIE, FIRST))
        return np.exp(won) + np.exp(tied) / 2, -np.stack([lost, tied, won])


def _loss(score: Floats, expected: Floats) -> Floats:
    q = np.clip(expected, _SMALLEST, 1 - _SMALLEST)
    return np.asarray(-(xlogy(score, q) + xlogy(1 - score, 1 - q)))


def _scored(
    rows: Games,
    method: Predictor,
    expected: Floats,
    loss: Floats,
    loss_of_first: Floats,
    outcome_loss: Floats,
) -> HeldOut:
    log_loss, std_error = mean_and_error(rows, loss)
    difference, difference_error = mean_and_error(rows, loss - loss_of_first)
    outcome_log_loss, outcome_error = mean_and_error(rows, outcome_loss)
    decided = np.isin(rows.outcome, (FIRST, SECOND))
    accuracy = math.nan
    if decided.any():
        foretold = np.sign(expected - 0.5) * (2 * rows.score - 1)
        own = replace(rows, votes=np.where(decided, rows.votes, 0.0))
        accuracy, _ = mean_and_error(own, (foretold + 1) / 2)
    return HeldOut(
        method=method,
        log_loss=log_loss,
        std_error=std_error,
        difference=difference,
        difference_error=difference_error,
        accuracy=accuracy,
        outcome_log_loss=outcome_log_loss,
        outcome_error=outcome_error,
    )

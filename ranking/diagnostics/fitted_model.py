"""A model of outcomes beside the counts it was fitted to: what every test of fit starts from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
import numpy.typing as npt
from scipy import linalg
from scipy.special import expit, log_expit, xlogy

from ranking.comparisons import Comparisons
from ranking.diagnostics.connectivity import connectivity
from ranking.errors import ConvergenceError, InputError
from ranking.laplacian import Codes, Floats, inverse
from ranking.methods.tie_models import TIE_MODELS, OutcomeCells, TieModel, fit_tie_model
from ranking.newton import fit_strengths
from ranking.outcomes import BOTH_BAD, FIRST, SECOND, SOFT, TIE, BothBad
from ranking.tally import Games, Pairs, Tally
from ranking.uncertainty.sandwich import hc0_weights

Ties = Literal["half", "davidson", "rao-kupper", "outside-option"]
"""How a model treats ties: as half a win for each, or as an outcome of its own."""

Evidence = Comparisons | Games | Tally

_NEGLIGIBLE_RIDGE = 1e-4  # a prior SD of 17,000 points
_NO_SPREAD = 1e-9  # the scale of scores that do not vary at all: only ties, say
_SCORE_OF: dict[int, float] = {FIRST: 1.0, TIE: 0.5, SECOND: 0.0, BOTH_BAD: 0.5}


@dataclass(frozen=True)
class HalfWin:
    """Bradley–Terry with two outcomes, a tie being half of each (see `TieModel`)."""

    name: ClassVar[str] = "half"
    outcomes: ClassVar[tuple[int, ...]] = (FIRST, SECOND)
    parameters: ClassVar[tuple[str, ...]] = ()
    gauge_free: ClassVar[bool] = True

    def log_probabilities(self, first: Floats, second: Floats, own: Floats) -> Floats:
        """See `TieModel`."""
        d = first - second
        return np.stack([log_expit(d), log_expit(-d)])

    def scores(self, first: Floats, second: Floats, own: Floats) -> Floats:
        """See `TieModel`."""
        p = expit(first - second)
        in_d = np.stack([1 - p, -p])
        return np.stack([in_d, -in_d], axis=-1)

    def start(self, weight: Floats) -> Floats:
        """See `TieModel`."""
        return np.empty(0)


@dataclass(frozen=True, eq=False)
class FittedModel:
    """Observed and expected outcomes of m competitors who can all be rated, with k parameters.

    Counts are effective ones: ``(sum w)^2 / sum w^2`` comparisons for each pair, which is their
    number where all weights are equal.

    Attributes
    ----------
    model : TieModel
        The probabilities of K outcomes of a pair.
    competitors : tuple of str, length m
        The largest group that scored against each other, directly or through others.
    left_out : int
        Competitors outside that group, whose ratings are infinite or cannot be compared.
    first, second : int arrays of shape (pairs,)
        Codes; ``first < second``.
    observed : float array of shape (K, pairs)
        How often each outcome occurred.
    strength, own : float arrays of shapes (m,) and (k - m,)
        The maximum-likelihood parameters.
    inverse : float array of shape (k, k)
        Inverse information of the weights that were fitted.
    information_share : float array of shape (pairs,)
        ``sum w`` over the effective count: what turns counts into fitted weights.
    log_loss : float
        Mean negative log-likelihood per comparison, weights counted, in nats.
    votes : float
        How many comparisons entered.
    tie_scale : float
        Variance of a score over ``p (1 - p)``: below 1 where ties count as half a win.
    """

    model: TieModel
    competitors: tuple[str, ...]
    left_out: int
    first: Codes
    second: Codes
    observed: Floats
    strength: Floats
    own: Floats
    inverse: Floats
    information_share: Floats
    log_loss: float
    votes: float
    tie_scale: float

    @property
    def counts(self) -> Floats:
        """Effective comparisons of each pair, shape (pairs,)."""
        return np.asarray(self.observed.sum(axis=0))

    @property
    def values(self) -> Floats:
        """Score of `first` under each outcome, shape (K,)."""
        return np.array([_SCORE_OF[code] for code in self.model.outcomes])

    @property
    def probabilities(self) -> Floats:
        """Probability of each outcome, shape (K, pairs)."""
        i, j = self.strength[self.first], self.strength[self.second]
        return np.exp(self.model.log_probabilities(i, j, self.own))

    @property
    def parameters(self) -> int:
        """How many parameters are free."""
        return len(self.strength) + len(self.own) - int(self.model.gauge_free)

    @property
    def df(self) -> int:
        """Degrees of freedom: free cells less free parameters."""
        return len(self.first) * (len(self.model.outcomes) - 1) - self.parameters


def read(evidence: Evidence) -> tuple[Tally, Games | None]:
    """Return the tally of a log, and its rows where they name items."""
    if isinstance(evidence, Comparisons):
        evidence = evidence.games() if evidence.has_items else evidence.tally()
    if isinstance(evidence, Games):
        return evidence.tally(), evidence if (evidence.item >= 0).any() else None
    return evidence, None


def fit_model(
    tally: Tally,
    *,
    ties: Ties = "half",
    both_bad: BothBad = "tie",
    start: Callable[[tuple[str, ...]], Floats | None] = lambda _: None,
) -> FittedModel:
    """Fit a model of outcomes to the largest group of competitors that has finite ratings.

    Parameters
    ----------
    tally : Tally
    ties : {"half", "davidson", "rao-kupper", "outside-option"}, default "half"
    both_bad : {"tie", "drop"}, default "tie"
        What both-bad is to a model that does not know it.
    start : callable, optional
        Gives strengths in logits to begin from, for the names that are fitted.

    Raises
    ------
    InputError
        If no two competitors scored against each other, or the log lacks what the model needs.
    """
    tally, left_out = _core(_as_known(tally, ties, both_bad), ties)
    pairs = tally.pairs()
    share = pairs.weight2 / pairs.weight
    if ties == "half":
        strength = _maximum(pairs, start(tally.competitors))
        p = expit(strength[pairs.first] - strength[pairs.second])
        information = pairs.weight * p * (1 - p)
        spread = inverse(pairs.m, pairs.first, pairs.second, information)
        own, weight = np.empty(0), np.stack([pairs.score, pairs.weight - pairs.score])
        likelihood = xlogy(weight, np.stack([p, 1 - p])).sum()
        model: TieModel = HalfWin()
        tie_scale = _tie_scale(tally, pairs, strength)
    else:
        model = TIE_MODELS[ties]
        _refuse_degenerate(tally, ties)
        cells = OutcomeCells.of(tally, model)
        found = fit_tie_model(cells, model)
        strength, own, weight = found.strength, found.own, cells.weight
        gauge = np.zeros_like(found.information)
        if model.gauge_free:
            gauge[: pairs.m, : pairs.m] = 1 / pairs.m
        spread = np.asarray(linalg.inv(found.information + gauge)) - gauge
        likelihood, tie_scale = found.log_likelihood, 1.0
    return FittedModel(
        model=model,
        competitors=tally.competitors,
        left_out=left_out,
        first=pairs.first,
        second=pairs.second,
        observed=np.maximum(weight, 0.0) / share,
        strength=strength,
        own=own,
        inverse=spread,
        information_share=share,
        log_loss=float(-likelihood / weight.sum()),
        votes=float(tally.votes.sum()),
        tie_scale=tie_scale,
    )


def largest_group(pairs: Pairs) -> npt.NDArray[np.bool_]:
    """Mark the largest group that scored against each other, directly or through others.

    Raises
    ------
    InputError
        If no two competitors did.
    """
    structure = connectivity(pairs)
    inside = structure.side == 0
    sizes = np.bincount(structure.component[inside], minlength=1)
    members = inside & (structure.component == int(np.argmax(sizes)))
    if members.sum() < 2:
        raise InputError(
            "No two competitors scored against each other, so that there is no fit to examine."
        )
    return np.asarray(members)


def _maximum(pairs: Pairs, start: Floats | None) -> Floats:
    try:
        return fit_strengths(pairs, start=start)[0]
    except ConvergenceError:
        # The iterative solver for large graphs can stall on the constant that strengths leave open.
        return fit_strengths(pairs, ridge=_NEGLIGIBLE_RIDGE, start=start)[0]


def _core(tally: Tally, ties: Ties) -> tuple[Tally, int]:
    if not len(tally.first):
        raise InputError("There are no comparisons in this selection.")
    if ties == "half":
        members = largest_group(tally.pairs())
    else:
        _refuse_degenerate(tally, ties)
        # Ties that say nothing against an order do not keep a model of ties finite.
        members = largest_group(tally.without(TIE).without(BOTH_BAD).pairs())
    kept = tally.among(members)
    return kept, int((~members).sum())


def _as_known(tally: Tally, ties: Ties, both_bad: BothBad) -> Tally:
    """Drop both-bad or turn it into a tie, unless the model has a place for it."""
    if ties == "outside-option":
        return tally
    return tally.both_bad_as_ties() if both_bad == "tie" else tally.without(BOTH_BAD)


def _refuse_degenerate(tally: Tally, ties: Ties) -> None:
    if tally.votes_of(SOFT):
        raise InputError(f"The {ties} model needs wins, ties and losses; some outcomes are soft.")
    tied, decided = tally.votes_of(TIE), tally.votes_of(FIRST, SECOND)
    if not (tied and decided):
        missing = "ties" if decided else "decided comparisons"
        raise InputError(f"The {ties} model needs ties and decided comparisons; no {missing} here.")


def _tie_scale(tally: Tally, pairs: Pairs, strength: Floats) -> float:
    """Return the variance of scores over ``p (1 - p)``; 1 where every comparison is decided."""
    if not tally.votes_of(TIE, BOTH_BAD, SOFT):
        return 1.0
    p = expit(strength[pairs.first] - strength[pairs.second])
    share = pairs.weight2 / pairs.weight
    seen = (hc0_weights(pairs, strength) / share**2).sum()
    expected = (pairs.weight / share * p * (1 - p)).sum()
    return max(float(seen / expected), _NO_SPREAD)

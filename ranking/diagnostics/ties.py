"""Whether one frequency of ties for all describes who ties with whom."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from ranking.errors import InputError
from ranking.methods.tie_models import TIE_MODELS, OutcomeCells, fit_tie_model
from ranking.outcomes import BOTH_BAD, SOFT, TIE, BothBad
from ranking.tally import Tally

_RIDGE = 0.01  # keeps strengths finite whatever the log; far too weak to move a share of ties


@dataclass(frozen=True)
class TieFitness:
    """How well a model of ties predicts each pair's share of ties.

    Attributes
    ----------
    model : str
        The model, a name of `TIE_MODELS`.
    share : float
        Ties among all comparisons.
    misfit : float
        Typical distance between a pair's share of ties and the model's, weighted by comparisons,
        with what chance alone explains taken out:
        ``sqrt(max(0, sum_p [(T_p - n_p q_p)^2 / n_p - q_p (1 - q_p)] / sum_p n_p))``, the second
        term times the design effect.
    p_value : float
        Chi-squared p-value of the model's shares of ties over the pairs.
    """

    model: str
    share: float
    misfit: float
    p_value: float


def tie_fitness(
    tally: Tally,
    *,
    model: str = "best",
    both_bad: BothBad = "tie",
    design_effect: float = 1.0,
) -> TieFitness:
    """Fit a model of ties to a log, and measure how far its shares of ties are off.

    Parameters
    ----------
    tally : Tally
        The log.
    model : {"best", "davidson", "rao-kupper"}, default "best"
        Which model; "best" takes the one of higher likelihood.
    both_bad : {"tie", "drop"}, default "tie"
        Count both-bad as a tie, or leave it out.
    design_effect : float, default 1
        How much larger chance is for comparisons of one item agreeing.

    Raises
    ------
    InputError
        If the log has no ties, nothing but ties, or soft outcomes.
    """
    if tally.votes_of(SOFT):
        raise InputError("Outcomes between 0 and 1 have no ties.")
    tally = tally.both_bad_as_ties() if both_bad == "tie" else tally.without(BOTH_BAD)
    total, ties = float(tally.votes.sum()), tally.votes_of(TIE)
    if not 0 < ties < total:
        what = "no ties" if ties == 0 else "nothing but ties"
        raise InputError(f"These comparisons hold {what}.")
    fits = []
    for name in ("davidson", "rao-kupper") if model == "best" else (model,):
        kind = TIE_MODELS[name]
        cells = OutcomeCells.of(tally, kind)
        fits.append((fit_tie_model(cells, kind, ridge=_RIDGE), cells, kind))
    fit, cells, kind = max(fits, key=lambda found: found[0].log_likelihood)
    logs = kind.log_probabilities(fit.strength[cells.first], fit.strength[cells.second], fit.own)
    expected = np.exp(logs[1])
    count, tied = cells.weight.sum(axis=0), cells.weight[1]
    variance = design_effect * expected * (1 - expected)
    squares = (tied - count * expected) ** 2 / count
    excess = (squares - variance).sum() / count.sum()
    freedom = len(count) - len(fit.own)
    chi_squared = (squares / np.maximum(variance, 1e-12)).sum()
    p_value = float(chdtrc(freedom, chi_squared)) if freedom > 0 else 1.0
    return TieFitness(kind.name, ties / total, float(np.sqrt(max(excess, 0.0))), p_value)

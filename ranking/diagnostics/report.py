"""Everything about the fit of one log: what `podium fit` prints."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ranking.comparisons import Comparisons
from ranking.diagnostics.cycles import Cycle, cycles
from ranking.diagnostics.fit import GoodnessOfFit, compare_tie_models, goodness_of_fit
from ranking.diagnostics.fitted_model import Ties
from ranking.diagnostics.fragility import Fragility, fragility
from ranking.diagnostics.intransitivity import Intransitivity, intransitivity
from ranking.diagnostics.removal import Swap
from ranking.diagnostics.validation import HeldOut, Predictor, Validation, cross_validation
from ranking.errors import InputError
from ranking.methods.bradley_terry import BradleyTerry
from ranking.outcomes import BothBad

SURPRISING_PAIRS = 10
"""How many pairs are listed at most."""


@dataclass(frozen=True, eq=False)
class FitReport:
    """Fit, prediction, intransitivity and fragility of one log.

    Attributes
    ----------
    arena, noun : str
    simulated : bool
        Whether the evidence was simulated.
    selection : dict
    both_bad : str
    warnings : tuple of str
        Plain sentences about the evidence, from the ratings.
    fit : GoodnessOfFit
        Of the model that was asked for.
    tie_models : tuple of GoodnessOfFit
        Half-win Bradley–Terry and every model of ties that the log allows.
    validation : Validation
    intransitivity : Intransitivity
    cycles : tuple of Cycle
    fragility : Fragility
    """

    arena: str
    noun: str
    simulated: bool
    selection: dict[str, Any]
    both_bad: BothBad
    warnings: tuple[str, ...]
    fit: GoodnessOfFit
    tie_models: tuple[GoodnessOfFit, ...]
    validation: Validation
    intransitivity: Intransitivity
    cycles: tuple[Cycle, ...]
    fragility: Fragility

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON contract (docs/json-fit.md); what is not finite is null."""
        transitive, held_out = self.intransitivity, self.validation
        return {
            "arena": self.arena,
            "simulated": self.simulated,
            "selection": self.selection,
            "both_bad": self.both_bad,
            "comparisons": int(self.fit.comparisons),
            "warnings": list(self.warnings),
            "fit": _fit(self.fit) | {"surprising_pairs": surprising_pairs(self.fit)},
            "tie_models": [_fit(model) for model in self.tie_models],
            "validation": {
                "sentence": held_out.sentence,
                "folds": held_out.folds,
                "over": held_out.over,
                "comparisons": int(held_out.comparisons),
                "methods": [_plain(method) for method in held_out.methods],
                "calibration": [
                    dict(zip(("predicted", "observed", "low", "high", "weight"), row, strict=True))
                    for row in _rows(held_out)
                ],
            },
            "intransitivity": _plain(transitive)
            | {"sentence": transitive.sentence, "cycles": [_plain(c) for c in self.cycles]},
            "fragility": {
                "sentence": self.fragility.sentence,
                "leader": self.fragility.leader,
                "runner_up": self.fragility.runner_up,
                "votes": _finite(self.fragility.votes),
                "share": _finite(self.fragility.share),
                "confirmed": self.fragility.confirmed,
                "neighbours": [_plain(swap) for swap in self.fragility.neighbours],
            },
        }


def fit_report(
    comparisons: Comparisons,
    *,
    ties: Ties = "half",
    both_bad: BothBad = "tie",
    folds: int = 5,
    elo: bool = False,
    seed: int = 0,
) -> FitReport:
    """Examine how well ratings explain and predict a log, and what its order hangs on.

    Parameters
    ----------
    comparisons : Comparisons
    ties : {"half", "davidson", "rao-kupper", "outside-option"}, default "half"
        The model whose fit is examined.
    both_bad : {"tie", "drop"}, default "tie"
    folds : int, default 5
        Of the cross-validation.
    elo : bool, default False
        Whether to cross-validate Elo too.
    seed : int, default 0

    Raises
    ------
    InputError
        If there is too little to fit, or the model needs outcomes that the log does not have.
    """
    tally = comparisons.tally()
    if not len(tally.first):
        raise InputError("There are no comparisons in this selection.")
    ratings = BradleyTerry(both_bad=both_bad, cluster="none").rate(tally)
    models = compare_tie_models(comparisons, both_bad=both_bad, seed=seed)
    fit = next((model for model in models if model.ties == ties), None)
    if fit is None:
        fit = goodness_of_fit(tally, ties=ties, both_bad=both_bad, seed=seed)
    tied = ("davidson", "rao-kupper") if len(models) > 1 else ()
    predictors: tuple[Predictor, ...] = ("bradley-terry", *tied, *(("elo",) if elo else ()))
    pairs = tally.pairs(both_bad=both_bad)
    return FitReport(
        arena=comparisons.arena.name,
        noun=comparisons.arena.noun,
        simulated=comparisons.arena.simulated,
        selection=comparisons.selection.as_dict(),
        both_bad=both_bad,
        warnings=ratings.warnings,
        fit=fit,
        tie_models=models,
        validation=cross_validation(
            comparisons, predictors, folds=folds, both_bad=both_bad, seed=seed
        ),
        intransitivity=intransitivity(pairs, scale=models[0].scale, seed=seed),
        cycles=cycles(pairs, tally.competitors, scale=models[0].scale),
        fragility=fragility(comparisons, ratings),
    )


def surprising_pairs(fit: GoodnessOfFit) -> list[dict[str, Any]]:
    """Return the pairs that the ratings do not explain, most surprising first, at most ten.

    Each is seen from the one who did better than expected.
    """
    found = fit.residuals
    listed = [at for at in found.order.tolist() if found.surprising[at]][:SURPRISING_PAIRS]
    rows = []
    for at in listed:
        i, j, sign = found.first[at], found.second[at], 1
        observed, expected = float(found.observed[at]), float(found.expected[at])
        if found.studentised[at] < 0:
            i, j, sign, observed, expected = j, i, -1, 1 - observed, 1 - expected
        rows.append(
            {
                "competitor": found.competitors[i],
                "opponent": found.competitors[j],
                "comparisons": float(found.comparisons[at]),
                "observed": observed,
                "expected": expected,
                "residual": sign * float(found.studentised[at]),
                "adjusted_p": float(found.adjusted_p[at]),
            }
        )
    return rows


def _fit(fit: GoodnessOfFit) -> dict[str, Any]:
    numbers = (
        "deviance", "pearson", "df", "scale", "dispersion", "p_value", "p_value_by", "miss",
        "log_loss", "parameters", "aic", "bic", "left_out",
    )  # fmt: skip
    values = {name: _finite(getattr(fit, name)) for name in numbers}
    surprising = int(fit.residuals.surprising.sum())
    return {
        "ties": fit.ties,
        "outcomes": fit.outcomes,
        "sentence": fit.sentence,
        **values,
        "pairs": len(fit.residuals),
        "surprising": surprising,
    }


def _plain(result: HeldOut | Intransitivity | Cycle | Swap) -> dict[str, Any]:
    return {name: _finite(value) for name, value in vars(result).items()}


def _finite(value: Any) -> Any:
    if isinstance(value, tuple):
        return list(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _rows(validation: Validation) -> list[list[float]]:
    c = validation.calibration
    columns = np.column_stack([c.predicted, c.observed, c.low, c.high, c.weight])
    return [[float(value) for value in row] for row in columns]

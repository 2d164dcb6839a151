"""The command that examines the fit of ratings: fit."""

import json
import math
from typing import TYPE_CHECKING, Any

import click

from ranking.cli.frame import database, filters, json_or_table, podium, show
from ranking.wording import number, plural

if TYPE_CHECKING:
    from ranking.diagnostics.report import FitReport

Table = tuple[str, list[str], list[list[Any]]]


@podium.command()
@click.argument("arena")
@database
@filters
@click.option("--both-bad", type=click.Choice(["tie", "drop"]), default="tie", show_default=True,
              help="Count both-bad as a tie, or leave it out.")  # fmt: skip
@click.option("--ties", type=click.Choice(["half", "davidson", "rao-kupper", "outside-option"]),
              default="half", show_default=True,
              help="The model to examine: a tie as half a win, or as an outcome.")  # fmt: skip
@click.option("--folds", type=click.IntRange(2), default=5, show_default=True,
              help="Parts of the cross-validation.")  # fmt: skip
@click.option("--elo", is_flag=True, help="Cross-validate Elo too.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@json_or_table
def fit(arena: str, db: str | None, filters: tuple[str, ...], style: str, **options: Any) -> None:
    """Say how well ratings explain and predict ARENA, and what its order hangs on."""
    from ranking.comparisons import Comparisons
    from ranking.diagnostics.report import fit_report
    from ranking.selection import Selection
    from ranking.store import Store

    comparisons = Comparisons.of(Store(db), arena, Selection.parse(filters))
    report = fit_report(comparisons, **options)
    if style == "json":
        click.echo(json.dumps(report.as_dict(), indent=2, ensure_ascii=False, allow_nan=False))
        return
    _say(report)


def _say(report: "FitReport") -> None:
    title = f"{report.arena} (simulated)" if report.simulated else report.arena
    competitors = len(report.fit.residuals.competitors)
    click.echo(
        f"{title} · {report.fit.comparisons:,.0f} comparisons · "
        f"{competitors:,} {plural(report.noun)}\n"
    )
    click.echo(f"Fit: {report.fit.sentence}")
    click.echo(f"Prediction: {report.validation.sentence}")
    click.echo(f"Cycles: {report.intransitivity.sentence}")
    click.echo(f"Fragility: {report.fragility.sentence}")
    for note in report.warnings:
        click.echo(f"Note: {note}")
    for table in (_surprising, _tie_models, _predictions, _circles, _neighbours):
        title, header, rows = table(report)
        if rows:
            click.echo(f"\n{title}")
            show(header, rows, "table", empty="")


def _surprising(report: "FitReport") -> Table:
    from ranking.diagnostics.report import surprising_pairs

    header = [report.noun, "against", "comparisons", "scored", "expected", "residual"]
    rows = [
        [
            pair["competitor"],
            pair["opponent"],
            round(pair["comparisons"]),
            f"{pair['observed']:.1%}",
            f"{pair['expected']:.1%}",
            number(pair["residual"], 1),
        ]
        for pair in surprising_pairs(report.fit)
    ]
    return "Most surprising pairs", header, rows


def _tie_models(report: "FitReport") -> Table:
    # Half-win Bradley–Terry predicts a score, the others an outcome.
    held_out: dict[str, str] = {"half": f"{report.validation.log_loss:.4f}"}
    for method in report.validation.methods[1:]:
        held_out[method.method] = f"{method.outcome_log_loss:.4f}"
    header = ["model", "outcomes", "log-loss", "held out", "AIC", "BIC", "dispersion"]
    rows = [
        [
            model.ties,
            model.outcomes,
            f"{model.log_loss:.4f}",
            held_out.get(model.ties, ""),
            number(model.aic),
            number(model.bic),
            number(model.dispersion, 2),
        ]
        for model in report.tie_models
    ]
    return "Models of ties (losses, AIC and BIC compare those of as many outcomes)", header, rows


def _predictions(report: "FitReport") -> Table:
    rows = [
        [
            method.method,
            f"{method.log_loss:.4f} ± {method.std_error:.4f}",
            f"{number(method.difference, 5)} ± {method.difference_error:.5f}" if at else "",
            f"{method.accuracy:.1%}" if math.isfinite(method.accuracy) else "",
        ]
        for at, method in enumerate(report.validation.methods)
    ]
    header = ["method", "log-loss", "difference", "decided foretold"]
    return "Scores of comparisons that the ratings had not seen", header, rows


def _circles(report: "FitReport") -> Table:
    rows = [
        [*cycle.competitors, "yes" if cycle.closed else "no", f"{cycle.z:.1f}"]
        for cycle in report.cycles[:5]
    ]
    title = "Circles: each does better against the next than strengths allow"
    return title, ["first", "second", "third", "each wins", "z"], rows


def _neighbours(report: "FitReport") -> Table:
    from ranking.diagnostics.fragility import percent_text

    rows = [
        [
            swap.ahead,
            swap.behind,
            number(swap.gap, 1),
            f"{swap.votes:,.0f}" if swap.confirmed else "none found",
            percent_text(swap.share) if swap.confirmed else "",
        ]
        for swap in report.fragility.neighbours[:10]
    ]
    header = ["ahead", "behind", "points", "comparisons", "share"]
    return "Comparisons whose removal swaps neighbours", header, rows

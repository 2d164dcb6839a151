"""The command that rates: leaderboard."""

from typing import Any

import click

from ranking.cli.frame import database, filters, podium
from ranking.errors import InputError, SelectionError
from ranking.methods import METHODS

_LEVEL = click.FloatRange(0, 1, min_open=True, max_open=True)
_POSITIVE = click.FloatRange(0, min_open=True)


@podium.command()
@click.argument("arena")
@database
@click.option("--method", type=click.Choice(list(METHODS)), default="bradley-terry",
              show_default=True)  # fmt: skip
@click.option("--style", is_flag=True,
              help="Style control: hold the imported features of the answers equal.")  # fmt: skip
@click.option("--covariate", "covariates", multiple=True, metavar="NAME",
              help="Hold this equal: style, length, position, self-preference or "
              "feature:NAME. Repeat it for more.")  # fmt: skip
@click.option("--anchor", metavar="NAME=POINTS", help="Shift ratings so that NAME has POINTS.")
@filters
@click.option("--both-bad", type=click.Choice(["tie", "drop"]),
              help="Count both-bad as a tie (the default), or leave it out.")  # fmt: skip
@click.option("--level", type=_LEVEL, help="Confidence level of the intervals (0.95).")
@click.option("--ties", type=click.Choice(["half", "davidson", "rao-kupper", "outside-option"]),
              help="Bradley-Terry: half a win (the default), or a model of ties.")  # fmt: skip
@click.option("--cluster", type=click.Choice(["auto", "item", "judge", "both", "none"]),
              help="Which comparisons are not independent.")  # fmt: skip
@click.option("--interval", type=click.Choice(["auto", "hessian", "hc0", "cr1", "cr3",
                                               "multinomial", "poisson", "gamma"]),
              help="Bradley-Terry: how the covariance is estimated.")  # fmt: skip
@click.option("--pairing", type=click.Choice(["none", "uniform"]),
              help="Bradley-Terry: give every pair the same say.")  # fmt: skip
@click.option("--prior", type=click.Choice(["auto", "ridge", "firth"]),
              help="Bradley-Terry: the prior on strengths.")  # fmt: skip
@click.option("--ridge", type=_POSITIVE, help="Bradley-Terry: precision of the ridge prior (0.1).")
@click.option("--k", type=_POSITIVE, help="Elo: points at stake in one comparison (4).")
@click.option("--scale", type=_POSITIVE, help="Elo: points per factor 10 of odds (400).")
@click.option("--initial", type=float, help="Elo: a newcomer's rating (1000).")
@click.option("--permutations", type=click.IntRange(0),
              help="Elo: average over so many random orders; 0 follows time.")  # fmt: skip
@click.option("--tasks", metavar="BY",
              help="Equilibria: what the tasks are: auto (the default), capability, "
              "capability:PATH, judge, item, the name of a field, or none.")  # fmt: skip
@click.option("--depth", type=click.IntRange(1),
              help="Equilibria: level of the capabilities (1).")  # fmt: skip
@click.option("--payoff", type=click.Choice(["wins", "scores"]),
              help="Equilibria: win rates (the default), or mean scores on each task.")  # fmt: skip
@click.option("--clone", "clones", multiple=True, metavar="A=B",
              help="Equilibria: take A and B as one and the same. Repeat it for more.")  # fmt: skip
@click.option("--affinity", type=click.Choice(["exact", "noise"]),
              help="Logit equilibrium, CCE: whether only exact copies count as alike (the "
              "default), or also what noise alone may set apart.")  # fmt: skip
@click.option("--shrinkage", type=click.FloatRange(0), metavar="N",
              help="Equilibria: for how many comparisons the model counts in each win rate "
              "(estimated).")  # fmt: skip
@click.option("--intensity", type=_POSITIVE,
              help="alpha-Rank: the intensity of selection (0.1).")  # fmt: skip
@click.option("--resamples", type=click.IntRange(0),
              help="Equilibria: resampled logs behind intervals (200); 0 for none.")  # fmt: skip
@click.option("--seed", type=int, help="Seed of what is drawn at random (0).")
@click.option("--format", "style_of_output", default="table", show_default=True,
              type=click.Choice(["table", "json", "csv", "markdown", "latex"]))  # fmt: skip
def leaderboard(
    arena: str, db: str | None, style_of_output: str, anchor: str | None, **options: Any
) -> None:
    """Rate the competitors of ARENA and print the leaderboard."""
    from ranking.commands import rate
    from ranking.leaderboard import FORMATS
    from ranking.store import Store

    ratings = rate(Store(db), arena, **options)
    if anchor:
        ratings = ratings.anchored(*_anchor(anchor))
    click.echo(FORMATS[style_of_output](ratings).rstrip("\n"))


def _anchor(text: str) -> tuple[str, float]:
    name, equals, points = text.rpartition("=")
    try:
        value = float(points)
    except ValueError:
        value = float("nan")
    if not equals or not name or value != value:
        raise InputError(f"The anchor {text!r} is not of the form NAME=POINTS.")
    if value in (float("inf"), float("-inf")):
        raise SelectionError("An anchor needs a finite number of points.")
    return name, value

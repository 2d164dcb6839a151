"""The command that prints ratings over time: history."""

from typing import TYPE_CHECKING, Any

import click

from ranking.cli.frame import database, filters, podium, show

if TYPE_CHECKING:
    from ranking.history import History


@podium.command()
@click.argument("arena")
@database
@filters
@click.option("--method", type=click.Choice(["dynamic", "windows", "elo", "glicko-2"]),
              default="dynamic", show_default=True,
              help="Strengths that drift; each period alone; Elo; Glicko-2.")  # fmt: skip
@click.option("--periods", default="auto", show_default=True, metavar="LENGTH",
              help="Length of a period: hour, day, week, month, quarter, year; auto gives at "
              "most 40 of them.")  # fmt: skip
@click.option("--level", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95,
              show_default=True, help="Confidence level of the intervals.")  # fmt: skip
@click.option("--format", "style", type=click.Choice(["table", "json", "csv"]), default="table",
              show_default=True)  # fmt: skip
def history(
    arena: str, db: str | None, filters: tuple[str, ...], style: str, **options: Any
) -> None:
    """Print how the ratings of ARENA changed over time."""
    from ranking.comparisons import Comparisons
    from ranking.history import as_csv, as_json
    from ranking.history import history as rate_periods
    from ranking.selection import Selection
    from ranking.store import Store

    found = rate_periods(Comparisons.of(Store(db), arena, Selection.parse(filters)), **options)
    if style == "table":
        _say(found)
    else:
        click.echo((as_json(found) if style == "json" else as_csv(found)).rstrip("\n"))


def _say(history: "History") -> None:
    """Print where everybody began, stood in between and ended, the best at the end first."""
    import numpy as np

    from ranking.history import milestones
    from ranking.wording import number, plural

    click.echo(
        f"{history.arena}{' (simulated)' if history.simulated else ''} · "
        f"{history.games.sum() / 2:,.0f} comparisons · "
        f"{len(history.competitors):,} {plural(history.noun)} · {history.method}, "
        f"{len(history):,} periods ({history.period}), {100 * history.level:g}% intervals: "
        f"{history.interval}\n"
    )
    marks = milestones(history)
    final = history.rating[-1]
    order = np.lexsort((np.array(history.competitors), -np.where(np.isnan(final), -np.inf, final)))
    rows = [
        [
            history.competitors[at],
            *(number(history.rating[mark, at]) for mark in marks),
            _interval(history, at),
            round(history.games[:, at].sum()),
        ]
        for at in order
    ]
    dates = [str(history.times[mark].astype("datetime64[D]")) for mark in marks]
    show([history.noun, *dates, "interval at the end", "games"], rows, "table", empty="")
    for note in history.warnings:
        click.echo(f"Note: {note}")


def _interval(history: "History", at: int) -> str:
    from ranking.wording import number

    low, high = number(history.low[-1, at]), number(history.high[-1, at])
    return f"{low} to {high}" if low else ""

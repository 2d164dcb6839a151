"""The command of scalar scores: scores."""

import json
from typing import TYPE_CHECKING, Any

import click

from ranking.cli.frame import database, filters, json_or_table, podium, show
from ranking.wording import one_line

if TYPE_CHECKING:
    from ranking.score_difference import ScoreDifference
    from ranking.scoreboard import ScoreBoard


@podium.command()
@click.argument("arena")
@database
@click.option("--first", metavar="NAME", help="Compare this one with --second on shared items.")
@click.option("--second", metavar="NAME")
@click.option(
    "--cluster", metavar="FIELD",
    help="Items with the same value of this field, or judge, are not independent.",
)  # fmt: skip
@click.option("--level", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95,
              show_default=True, help="Confidence level of the intervals.")  # fmt: skip
@filters
@json_or_table
def scores(
    arena: str,
    db: str | None,
    first: str | None,
    second: str | None,
    filters: tuple[str, ...],
    style: str,
    **options: Any,
) -> None:
    """Average the scores that ARENA carries for either side, or compare two competitors by them."""
    from ranking.comparisons import Comparisons
    from ranking.selection import Selection
    from ranking.store import Store

    comparisons = Comparisons.of(Store(db), arena, Selection.parse(filters))
    if first is not None and second is not None:
        from ranking.score_difference import as_dict as difference_as_dict
        from ranking.score_difference import score_difference

        difference = score_difference(comparisons, first, second, **options)
        if style == "json":
            _print_json(difference_as_dict(difference))
        else:
            _show_difference(difference)
    elif first is None and second is None:
        from ranking.scoreboard import as_dict, score_board

        board = score_board(comparisons, **options)
        if style == "json":
            _print_json(as_dict(board))
        else:
            _show_board(board)
    else:
        raise click.UsageError("Give both --first and --second, or neither.")


def _print_json(record: dict[str, Any]) -> None:
    click.echo(json.dumps(record, indent=2, ensure_ascii=False, allow_nan=False))


def _show_board(board: "ScoreBoard") -> None:
    header = [board.noun, "mean", "interval", "std error", "items", "scores"]
    rows = [
        [
            row.competitor,
            f"{row.mean:.4g}",
            _interval(row.low, row.high),
            _number(row.std_error),
            row.items,
            row.answers,
        ]
        for row in board.rows
    ]
    show(header, rows, "table", empty="")
    click.echo(f"{100 * board.level:g}% intervals: {board.interval}.")
    for warning in board.warnings:
        click.echo(f"Note: {warning}")


def _show_difference(found: "ScoreDifference") -> None:
    click.echo(one_line(found.conclusion))
    rows = [
        [f"mean of {found.first}", f"{found.first_mean:.4g}"],
        [f"mean of {found.second}", f"{found.second_mean:.4g}"],
        ["difference", f"{found.difference:.4g}"],
        [f"{100 * found.level:g}% interval", _interval(found.low, found.high)],
        ["standard error", _number(found.std_error)],
        ["without pairing", _number(found.unpaired_std_error)],
        ["p-value", _number(found.p_value)],
        ["difference that so many items show", _number(found.detectable)],
        ["items that would show this one", _items(found.items_needed)],
    ]
    show(["", f"{found.items:,} shared items"], rows, "table", empty="")


def _interval(low: float, high: float) -> str:
    return "" if low != low else f"{low:.4g} to {high:.4g}"


def _number(value: float) -> str:
    return "" if value != value else f"{value:.3g}"


def _items(value: float) -> str:
    if value != value:
        return ""
    return "no number" if value == float("inf") else f"{value:,.0f}"

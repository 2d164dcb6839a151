"""The command that compares two competitors: head-to-head."""

import json
import math
from typing import TYPE_CHECKING, Any

import click

from ranking.cli.competitor import points, record, say_breakdowns, say_facts
from ranking.cli.frame import database, filters, json_or_table, podium

if TYPE_CHECKING:
    from ranking.head_to_head import HeadToHead


@podium.command("head-to-head")
@click.argument("arena")
@click.argument("first")
@click.argument("second")
@database
@filters
@click.option("--level", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95,
              show_default=True, help="Confidence level of the intervals.")  # fmt: skip
@click.option("--both-bad", type=click.Choice(["tie", "drop"]), default="tie", show_default=True,
              help="Count both-bad as a tie, or leave it out.")  # fmt: skip
@json_or_table
def head_to_head(
    arena: str,
    first: str,
    second: str,
    db: str | None,
    filters: tuple[str, ...],
    style: str,
    **settings: Any,
) -> None:
    """Say how FIRST does against SECOND in ARENA, beside what their ratings lead one to expect."""
    from ranking.comparisons import Comparisons
    from ranking.head_to_head import head_to_head as compare
    from ranking.methods import BradleyTerry
    from ranking.selection import Selection
    from ranking.store import Store

    comparisons = Comparisons.of(Store(db), arena, Selection.parse(filters))
    ratings = BradleyTerry(**settings).rate(comparisons)
    found = compare(comparisons, first, second, ratings=ratings)
    if style == "json":
        click.echo(json.dumps(found.as_dict(), indent=2, ensure_ascii=False, allow_nan=False))
        return
    _say(found)
    for note in ratings.warnings:
        click.echo(f"Note: {note}")


def _say(found: "HeadToHead") -> None:
    from ranking.head_to_head import e_value_text
    from ranking.wording import number, one_line, plural, rounded

    click.echo(f"{one_line(found.conclusion)}\n")
    difference, needed = found.difference, found.comparisons_needed
    units = f"{found.favoured:,.0f} against {found.opposed:,.0f} {plural(found.unit)}"
    verdict = " (a verdict)" if found.level_reached else ""
    say_facts(
        {
            "record": record(found),
            "observed share": found.observed.words(),
            "expected share": found.expected.words(),
            "difference": points(difference.estimate, difference.low, difference.high),
            "residual": number(found.residual, 1),
            "e-value": f"{e_value_text(found.e_value)}{verdict}, from {units}",
            "more comparisons": rounded(needed) if math.isfinite(needed) else number(needed),
        }
    )
    say_breakdowns(found.breakdowns)

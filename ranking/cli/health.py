"""The command that examines the evidence in capabilities: health."""

from typing import Any

import click

from ranking.cli.evidence import key_under, of_capabilities, read_evidence, say_source
from ranking.cli.frame import database, filters, json_or_table, podium, show
from ranking.wording import one_line


@podium.command()
@click.argument("arena")
@database
@filters
@of_capabilities
@click.option("--level", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95,
              show_default=True, help="Confidence level of the intervals.")  # fmt: skip
@click.option("--under", default="", metavar="PATH",
              help="The capability whose descendants to show.")  # fmt: skip
@click.option("--depth", type=click.IntRange(1), default=1, show_default=True,
              help="Level below that one, or below what all items share.")  # fmt: skip
@json_or_table
def health(
    arena: str,
    db: str | None,
    filters: tuple[str, ...],
    facets: tuple[str, ...],
    both_bad: Any,
    level: float,
    under: str,
    depth: int,
    style: str,
) -> None:
    """Say what the evidence in each capability of ARENA is worth: coverage, biases, repeats.

    First shown: percentage points that whoever is shown first gains; longer: what a response gains
    that is longer by a standard deviation. A star: beyond chance, and 5 points or more.
    """
    from ranking.capabilities.health import capability_health
    from ranking.capabilities.health_report import as_json, sentences, table
    from ranking.taxonomies.levels import level_below

    evidence = read_evidence(db, arena, filters, facets, both_bad)
    under = key_under(evidence, under)
    nodes = level_below(evidence.taxonomy, under, depth)  # before the long read, as it may fail
    found = capability_health(evidence, level=level, both_bad=both_bad)
    if style == "json":
        click.echo(as_json(found, under=under, depth=depth))
        return
    say_source(evidence)
    for sentence in sentences(found, nodes):
        click.echo(one_line(sentence))
    click.echo()
    show(*table(found, nodes), "table", empty="There are no capabilities.")

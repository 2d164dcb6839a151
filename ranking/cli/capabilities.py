"""The commands of capabilities: capabilities, findings."""

from typing import TYPE_CHECKING, Any

import click

from ranking.cli.frame import database, filters, json_or_table, podium, show
from ranking.wording import number, one_line, plural

if TYPE_CHECKING:
    from ranking.capabilities.evidence import CapabilityEvidence
    from ranking.capabilities.matrix import CapabilityMatrix

_MOST_COLUMNS = 8
_MARKS = {"confirmed": "*", "likely": "?", "no clear difference": "=", "not enough data": ""}


def _tests(command: Any) -> Any:
    """Add the options that say what is asked, and of what."""
    for option in (
        click.option("--smallest-effect", type=click.FloatRange(0), metavar="SIZE",
                     help="Smallest effect of interest, in percentage points (5), or points of "
                     "the score (5% of its range)."),
        click.option("--bar", type=float, metavar="VALUE",
                     help="For --question bar: a score, or a win rate from 0 to 1; the mean of all "
                     "where it is not given."),
        click.option("--q", type=click.FloatRange(0, 1, min_open=True, max_open=True),
                     default=0.05, show_default=True, help="False discovery rate."),
        click.option("--values", type=click.Choice(["auto", "wins", "scores"]), default="auto",
                     show_default=True,
                     help="Answer from results of comparisons or from what either side scored; "
                     "auto takes scores for a bar where there are any."),
        click.option("--question", type=click.Choice(["itself", "field", "bar"]),
                     default="itself", show_default=True,
                     help="Better than it is elsewhere, than the field, or than a bar?"),
        click.option("--both-bad", type=click.Choice(["tie", "drop"]), default="tie",
                     show_default=True, help="Count both-bad as a tie or leave it out."),
        click.option("--facet", "facets", multiple=True, metavar="NAME",
                     help="Take capabilities from this: capability (the default), or a field. "
                     "Repeat it for several."),
    ):  # fmt: skip
        command = option(command)
    return command


@podium.command()
@click.argument("arena")
@database
@filters
@_tests
@click.option("--under", default="", metavar="PATH",
              help="The capability whose descendants to show.")  # fmt: skip
@click.option("--depth", type=click.IntRange(1), default=1, show_default=True,
              help="Level below that one, or below what all items share.")  # fmt: skip
@json_or_table
def capabilities(
    arena: str,
    db: str | None,
    filters: tuple[str, ...],
    style: str,
    under: str,
    depth: int,
    facets: tuple[str, ...],
    both_bad: Any,
    **settings: Any,
) -> None:
    """Say how strong each competitor of ARENA is in each capability, beyond its overall level."""
    from ranking.capabilities.matrix import as_json, capability_matrix

    evidence = _evidence(db, arena, filters, facets, both_bad)
    matrix = capability_matrix(evidence, depth=depth, under=under.strip("/ "), **settings)
    if style == "json":
        click.echo(as_json(matrix))
        return
    _show_matrix(matrix)


@podium.command()
@click.argument("arena")
@click.option("--competitor", required=True, metavar="NAME", help="Whose strengths to find.")
@database
@filters
@_tests
@click.option("--examples", type=click.IntRange(0), default=5, show_default=True,
              help="Items to name as evidence of each finding.")  # fmt: skip
@click.option("--format", "style", type=click.Choice(["table", "json", "markdown"]),
              default="table", show_default=True)  # fmt: skip
def findings(
    arena: str,
    competitor: str,
    db: str | None,
    filters: tuple[str, ...],
    style: str,
    facets: tuple[str, ...],
    both_bad: Any,
    **settings: Any,
) -> None:
    """Say where one competitor of ARENA is strong and weak, and where that cannot be told."""
    from ranking.capabilities.profile import competitor_findings
    from ranking.capabilities.profile_report import as_json, as_markdown, table

    evidence = _evidence(db, arena, filters, facets, both_bad)
    found = competitor_findings(evidence, competitor, **settings)
    if style == "json":
        click.echo(as_json(found))
    elif style == "markdown":
        click.echo(as_markdown(found).rstrip("\n"))
    else:
        click.echo(f"{one_line(found.sentence)}\n")
        show(*table(found), "table", empty="Nothing is confirmed or likely.")


def _evidence(
    db: str | None, arena: str, filters: tuple[str, ...], facets: tuple[str, ...], both_bad: Any
) -> "CapabilityEvidence":
    from ranking.capabilities.evidence import CapabilityEvidence
    from ranking.comparisons import Comparisons
    from ranking.selection import Selection
    from ranking.store import Store
    from ranking.store.capabilities import CAPABILITY

    comparisons = Comparisons.of(Store(db), arena, Selection.parse(filters))
    return CapabilityEvidence.of(comparisons, facets=facets or (CAPABILITY,), both_bad=both_bad)


def _show_matrix(matrix: "CapabilityMatrix") -> None:
    from ranking.capabilities.sentences import shown_name

    arena = matrix.evidence.comparisons.arena
    click.echo(
        f"{one_line(arena.name)} · points that each {one_line(arena.noun)} is better in a "
        "capability than overall, drawn towards its level above"
    )
    than = {"itself": "it is elsewhere", "field": "the field", "bar": "the bar"}
    click.echo(
        f"Better or worse than {than[matrix.settings.question]}: "
        "* confirmed, ? likely, = no clear difference, else not enough data\n"
    )
    wide = len(matrix.competitors)
    rows = []
    for at, key in enumerate(matrix.keys):
        cells = []
        for k in range(min(wide, _MOST_COLUMNS)):
            points = number(float(matrix.strength[k, at])) or "–"
            cells.append(points + _MARKS[str(matrix.verdict[k, at])])
        rows.append([shown_name(key, matrix.names[at]), int(matrix.node_items[at]), *cells])
    show(["capability", "items", *map(one_line, matrix.competitors[:_MOST_COLUMNS])], rows,
         "table", empty="There are no capabilities.")  # fmt: skip
    if wide > _MOST_COLUMNS:
        click.echo(
            f"\n… and {wide - _MOST_COLUMNS:,} more {plural(arena.noun)}; --format json has all."
        )

"""The command that writes a report on one competitor: report."""

from typing import Any

import click

from ranking.cli.evidence import read_evidence, tested
from ranking.cli.frame import database, filters, podium


@podium.command()
@click.argument("arena")
@click.option("--competitor", required=True, metavar="NAME", help="Whom to report on.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), metavar="FILE",
              help="The file: .md, .html or .pdf; Markdown is printed without it.")  # fmt: skip
@click.option("--findings-csv", "table", type=click.Path(dir_okay=False), metavar="FILE",
              help="Also write every finding as a row of this CSV file.")  # fmt: skip
@database
@filters
@tested
@click.option("--examples", type=click.IntRange(0), default=2, show_default=True,
              help="Items to show as evidence of each finding.")  # fmt: skip
def report(
    arena: str,
    competitor: str,
    output: str | None,
    table: str | None,
    db: str | None,
    filters: tuple[str, ...],
    facets: tuple[str, ...],
    both_bad: Any,
    **settings: Any,
) -> None:
    """Report on one competitor of ARENA: its place, its strengths and weaknesses, their evidence.

    The same data give the same file, byte for byte.
    """
    from ranking.report import check_format, competitor_report, findings_csv, write_report, written
    from ranking.report.writing import write_file

    if output is not None:
        check_format(output)
    evidence = read_evidence(db, arena, filters, facets, both_bad)
    found = competitor_report(evidence, competitor, both_bad=both_bad, **settings)
    if output is None:
        click.echo(written(found, ".md").decode().rstrip("\n"))
    else:
        write_report(found, output)
        click.echo(f"Wrote {output}.")
    if table is not None:
        write_file(table, findings_csv(found.found).encode())
        click.echo(f"Wrote {table}.", err=output is None)

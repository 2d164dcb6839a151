"""The command of the tree of capabilities: tree."""

from typing import Any

import click

from ranking.cli.evidence import key_under, read_evidence, say_source, tested
from ranking.cli.frame import database, filters, json_or_table, podium, show
from ranking.wording import one_line


@podium.command()
@click.argument("arena")
@click.option("--competitor", "competitors", required=True, multiple=True, metavar="NAME",
              help="Whose strengths to show; give it twice for two side by side.")  # fmt: skip
@database
@filters
@tested
@click.option("--under", default="", metavar="PATH",
              help="The capability at the top; the whole tree by default.")  # fmt: skip
@click.option("--depth", type=click.IntRange(0), default=2, show_default=True,
              help="Levels below the top that are open.")  # fmt: skip
@click.option("--search", default="", metavar="WORDS",
              help="Only capabilities whose names hold all of these words, and what leads to "
              "them.")  # fmt: skip
@click.option("--only-findings", is_flag=True,
              help="Only what is confirmed or likely, and what leads to it.")  # fmt: skip
@click.option("--order", type=click.Choice(["tree", "items", "effect", "difference"]),
              default="tree", show_default=True,
              help="Of siblings: as in the tree, most items, largest effect, or largest difference "
              "between two competitors.")  # fmt: skip
@click.option("--most", type=click.IntRange(1), default=200, show_default=True,
              help="Rows at most.")  # fmt: skip
@json_or_table
def tree(
    arena: str,
    competitors: tuple[str, ...],
    db: str | None,
    filters: tuple[str, ...],
    style: str,
    facets: tuple[str, ...],
    both_bad: Any,
    under: str,
    only_findings: bool,
    **settings: Any,
) -> None:
    """Say how one or two competitors of ARENA do in a branch of the tree of capabilities."""
    from ranking.capabilities.branch import branch
    from ranking.capabilities.branch_report import as_json, table

    evidence = read_evidence(db, arena, filters, facets, both_bad)
    found = branch(
        evidence,
        competitors,
        under=key_under(evidence, under),
        verdicts=("confirmed", "likely") if only_findings else (),
        **settings,
    )
    if style == "json":
        click.echo(as_json(found))
        return
    say_source(evidence)
    for sentence in found.sentences:
        click.echo(one_line(sentence))
    click.echo(
        f"In {found.unit.name}, drawn towards the level above: "
        "* confirmed, ? likely, = no clear difference, else not enough data\n"
    )
    show(*table(found), "table", empty="There are no capabilities.")
    if found.rows.left_out:
        click.echo(f"\n… and {found.rows.left_out:,} more; --most shows them.")

"""The commands of capabilities: capabilities, findings."""

from typing import TYPE_CHECKING, Any

import click
import numpy as np

from ranking.cli.evidence import key_under, read_evidence, say_source, tested
from ranking.cli.frame import database, filters, podium, show
from ranking.wording import number, one_line, plural, shortened

if TYPE_CHECKING:
    from ranking.capabilities.evidence import CapabilityEvidence
    from ranking.capabilities.findings import Findings
    from ranking.capabilities.matrix import CapabilityMatrix
    from ranking.capabilities.mix_ratings import NodeRanks

_MOST_COLUMNS = 8
_MOST_ROWS = 20  # of findings, before those that stand for others are chosen
_MARKS = {"confirmed": "*", "likely": "?", "no clear difference": "=", "not enough data": ""}


@podium.command()
@click.argument("arena")
@database
@filters
@tested
@click.option("--under", default="", metavar="PATH",
              help="The capability whose descendants to show.")  # fmt: skip
@click.option("--depth", type=click.IntRange(1), default=1, show_default=True,
              help="Level below that one, or below what all items share.")  # fmt: skip
@click.option("--ranks", "ranked", is_flag=True,
              help="Also rank everybody in each capability, with rank sets.")  # fmt: skip
@click.option("--format", "style", type=click.Choice(["table", "json", "csv"]), default="table",
              show_default=True)  # fmt: skip
def capabilities(
    arena: str,
    db: str | None,
    filters: tuple[str, ...],
    style: str,
    under: str,
    depth: int,
    ranked: bool,
    facets: tuple[str, ...],
    both_bad: Any,
    **settings: Any,
) -> None:
    """Say how strong each competitor of ARENA is in each capability, beyond its overall level."""
    from ranking.capabilities.matrix import as_csv, as_json, capability_matrix
    from ranking.capabilities.mix_ratings import node_ranks

    evidence = read_evidence(db, arena, filters, facets, both_bad)
    matrix = capability_matrix(evidence, depth=depth, under=key_under(evidence, under), **settings)
    at = [evidence.taxonomy.position(key) for key in matrix.keys]
    ranks = node_ranks(evidence, at) if ranked else None
    if style != "table":
        click.echo({"json": as_json, "csv": as_csv}[style](matrix, ranks).rstrip("\n"))
        return
    say_source(evidence)
    _show_matrix(matrix, ranks)


@podium.command()
@click.argument("arena")
@click.option("--competitor", required=True, metavar="NAME", help="Whose strengths to find.")
@database
@filters
@tested
@click.option("--examples", type=click.IntRange(0), default=5, show_default=True,
              help="Items to name as evidence of each finding.")  # fmt: skip
@click.option("--all", "everything", is_flag=True,
              help=f"All that is confirmed or likely, however much; a table of more than "
              f"{_MOST_ROWS} rows leaves out what lies in or above what it tells.")  # fmt: skip
@click.option("--format", "style", type=click.Choice(["table", "json", "markdown"]),
              default="table", show_default=True)  # fmt: skip
def findings(
    arena: str,
    competitor: str,
    db: str | None,
    filters: tuple[str, ...],
    style: str,
    everything: bool,
    facets: tuple[str, ...],
    both_bad: Any,
    **settings: Any,
) -> None:
    """Say where one competitor of ARENA is strong and weak, and where that cannot be told."""
    from ranking.capabilities.profile import competitor_findings
    from ranking.capabilities.profile_report import as_json, as_markdown, table
    from ranking.capabilities.representatives import foremost

    evidence = read_evidence(db, arena, filters, facets, both_bad)
    found = competitor_findings(evidence, competitor, **settings)
    if style == "json":
        click.echo(as_json(found))
    elif style == "markdown":
        click.echo(as_markdown(found).rstrip("\n"))
    else:
        click.echo(f"{one_line(found.sentence)}\n")
        say_source(evidence)
        told = known = found.of("confirmed", "likely")
        if len(known) > _MOST_ROWS and not everything:
            told = foremost(_all_findings(evidence, settings), found)
        show(*table(found, told), "table", empty="Nothing is confirmed or likely.")
        if len(told) < len(known):
            click.echo(
                f"\n… and {len(known) - len(told):,} more that lie mostly in these or above them; "
                "--all shows them."
            )


def _all_findings(evidence: "CapabilityEvidence", settings: dict[str, Any]) -> "Findings":
    """Return the findings of all competitors, with the settings of one's."""
    return evidence.findings(**{key: settings[key] for key in settings if key != "examples"})


def _show_matrix(matrix: "CapabilityMatrix", ranks: "NodeRanks | None") -> None:
    from ranking.capabilities.sentences import shown_name

    arena = matrix.evidence.comparisons.arena
    for sentence in filter(None, matrix.sentences):
        click.echo(one_line(sentence))
    click.echo(
        f"\n{one_line(arena.name)} · points that each {one_line(arena.noun)} is better in a "
        "capability than overall, drawn towards its level above"
    )
    than = {"itself": "it is elsewhere", "field": "the field", "bar": "the bar"}
    click.echo(
        f"Better or worse than {than[matrix.settings.question]}: "
        "* confirmed, ? likely, = no clear difference, else not enough data"
        f"{'; # its rank set there' if ranks is not None else ''}\n"
    )
    wide = len(matrix.competitors)
    rows = []
    for at, key in enumerate(matrix.keys):
        cells = []
        for k in range(min(wide, _MOST_COLUMNS)):
            points = number(float(matrix.strength[k, at])) or "–"
            mark = _MARKS[str(matrix.verdict[k, at])]
            cells.append(f"{points}{mark}{_rank_set(matrix, ranks, at, k)}")
        rows.append(
            [shortened(shown_name(key, matrix.names[at])), int(matrix.node_items[at]), *cells]
        )
    show(["capability", "items", *map(one_line, matrix.competitors[:_MOST_COLUMNS])], rows,
         "table", empty="There are no capabilities.")  # fmt: skip
    if wide > _MOST_COLUMNS:
        click.echo(
            f"\n… and {wide - _MOST_COLUMNS:,} more {plural(arena.noun)}; --format json has all."
        )


def _rank_set(matrix: "CapabilityMatrix", ranks: "NodeRanks | None", at: int, k: int) -> str:
    """Write the rank set of a cell, as " #2" or " #1–3"."""
    if ranks is None:
        return ""
    own = matrix.evidence.position(matrix.competitors[k])
    low, high = ranks.low[at, own], ranks.high[at, own]
    if np.isnan(low):
        return ""
    return f" #{low:.0f}" if low == high else f" #{low:.0f}–{high:.0f}"

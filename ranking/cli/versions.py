"""The commands of versions and of what makes results unsteady: versions, repeats, standardised."""

import json
import math
from typing import TYPE_CHECKING, Any

import click

from ranking.cli.evidence import key_under, of_capabilities, read_evidence
from ranking.cli.frame import database, filters, json_or_table, podium, show
from ranking.wording import one_line, percent, shortened

if TYPE_CHECKING:
    from ranking.capabilities.evidence import CapabilityEvidence
    from ranking.versions.rank_flips import RankFlips
    from ranking.versions.repeats import Repeats
    from ranking.versions.standardised import Standardised

_MOST_ROWS = 20


_level = click.option("--level", type=click.FloatRange(0, 1, min_open=True, max_open=True),
                      default=0.95, show_default=True,
                      help="Confidence level of the intervals.")  # fmt: skip


@podium.command()
@click.argument("arena")
@click.option("--before", required=True, metavar="NAME", help="The earlier version.")
@click.option("--after", required=True, metavar="NAME", help="The later version.")
@database
@filters
@of_capabilities
@click.option("--basis", type=click.Choice(["auto", "scores", "direct", "opponents"]),
              default="auto", show_default=True,
              help="Pair what either scored on an item; their comparisons with each other; or "
              "their results against the opponents that both met there.")  # fmt: skip
@click.option("--test", type=click.Choice(["auto", "mcnemar", "paired-t"]), default="auto",
              show_default=True,
              help="auto takes McNemar's exact test where items only pass or fail.")  # fmt: skip
@click.option("--passing", type=float, metavar="SCORE",
              help="An item passes above this; the middle of the scale by default.")  # fmt: skip
@click.option("--smallest-effect", type=click.FloatRange(0), metavar="SIZE",
              help="Smallest change of interest, in percentage points (5), or points of the score "
              "(5% of its range).")  # fmt: skip
@click.option("--q", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.05,
              show_default=True, help="False discovery rate.")  # fmt: skip
@_level
@click.option("--items", "most", type=click.IntRange(0), default=10, show_default=True,
              help="Items that changed, to list.")  # fmt: skip
@click.option("--direction", type=click.Choice(["worse", "better", "any"]), default="worse",
              show_default=True, help="Which of the changed items to list.")  # fmt: skip
@click.option("--by", type=click.FloatRange(0), default=0.0, metavar="SIZE",
              help="List items that changed by more than this.")  # fmt: skip
@click.option("--under", default="", metavar="PATH", help="List items of this capability.")
@click.option("--alone", is_flag=True, help="List items on which the later version alone fails.")
@click.option("--reliable", is_flag=True,
              help="List changes that repeats show to be more than chance.")  # fmt: skip
@json_or_table
def versions(
    arena: str,
    before: str,
    after: str,
    db: str | None,
    filters: tuple[str, ...],
    style: str,
    facets: tuple[str, ...],
    both_bad: Any,
    most: int,
    direction: Any,
    by: float,
    under: str,
    alone: bool,
    reliable: bool,
    **settings: Any,
) -> None:
    """Compare two versions in ARENA item by item: what was fixed, what regressed, and where."""
    from ranking.versions.items import item_changes
    from ranking.versions.report import version_report
    from ranking.versions.tables import as_json, item_table, table

    evidence = read_evidence(db, arena, filters, facets, both_bad, bare=True)
    report = version_report(evidence, before, after, **settings)
    items = item_changes(
        report, direction=direction, by=by, under=key_under(evidence, under), alone=alone,
        reliable=reliable, limit=most,
    )  # fmt: skip
    if style == "json":
        click.echo(as_json(report, items))
        return
    click.echo(f"{one_line(report.sentence)}\n")
    found = report.of("confirmed", "likely")
    show(*table(report, (report.overall, *found[:_MOST_ROWS])), "table", empty="")
    if len(found) > _MOST_ROWS:
        click.echo(f"… and {len(found) - _MOST_ROWS:,} more; --format json has all.")
    _say_left_out(report)
    _say_bare(evidence)
    if most:
        click.echo()
        header, rows = item_table(report, items)
        named = [one_line(name) for name in header]
        show(named, rows, "table", empty="No shared item changed like that.")


def _say_left_out(report: Any) -> None:
    whole = report.overall
    for count, name in ((whole.only_before, report.before), (whole.only_after, report.after)):
        if count:
            noun = "item has" if count == 1 else "items have"
            click.echo(f"Note: {count:,} {noun} a result of {one_line(name)} only; left out.")
    if report.pairs.unmatched:
        click.echo(
            f"Note: {report.pairs.unmatched:,} items of both have no opponent in common; left out."
        )


def _say_bare(evidence: "CapabilityEvidence") -> None:
    if not evidence.facets:
        click.echo(
            "Note: there are no capabilities. --facet takes them from a field; podium taxonomy "
            "imports or proposes some."
        )


@podium.command()
@click.argument("arena")
@database
@filters
@of_capabilities
@click.option("--kind", type=click.Choice(["auto", "verdicts", "scores"]), default="auto",
              show_default=True, help="Repeats of what.")  # fmt: skip
@click.option("--orders", type=click.Choice(["together", "apart"]), default="together",
              show_default=True,
              help="Whether verdicts with sides swapped are repeats of each other.")  # fmt: skip
@click.option("--draws", type=click.IntRange(1), default=200, show_default=True,
              help="How often to rank from one repeat of every item and from another.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True,
              help="Of these draws.")  # fmt: skip
@_level
@json_or_table
def repeats(
    arena: str,
    db: str | None,
    filters: tuple[str, ...],
    style: str,
    facets: tuple[str, ...],
    both_bad: Any,
    draws: int,
    seed: int,
    **settings: Any,
) -> None:
    """Say how often the same question in ARENA got another verdict or score when asked again."""
    from ranking.versions.rank_flips import as_dict as flips_as_dict
    from ranking.versions.rank_flips import rank_flips
    from ranking.versions.repeats import as_dict
    from ranking.versions.repeats import repeats as find

    evidence = read_evidence(db, arena, filters, facets, both_bad, bare=True)
    found = find(evidence, **settings)
    flips = rank_flips(found, draws=draws, seed=seed)
    if style == "json":
        values = {**as_dict(found), "rank_flips": flips_as_dict(flips)}
        click.echo(json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False))
        return
    _show_repeats(found, flips)


def _show_repeats(found: "Repeats", flips: "RankFlips") -> None:
    from ranking.capabilities.sentences import shown_name

    click.echo(f"{one_line(found.sentence)}\n{one_line(flips.sentence)}\n")
    flipped = {row.capability: percent(row.flips) for row in flips.capabilities}
    held = sorted(found.capabilities, key=lambda row: (-row.items, row.capability))[:_MOST_ROWS]
    for title, rows in (("capability", held), (found.evidence.comparisons.arena.noun,
                                               found.competitors[:_MOST_ROWS])):  # fmt: skip
        if rows:
            show(
                [one_line(title), "items", "differ", "interval", "entropy", "deviation",
                 *(["rank flips"] if title == "capability" else [])],
                [
                    [
                        shortened(shown_name(row.capability, row.name)), row.items,
                        percent(row.differ),
                        f"{percent(row.low)} to {percent(row.high)}",
                        "" if math.isnan(row.entropy) else f"{row.entropy:.2f} bits",
                        f"{row.deviation:.3g}",
                        *([flipped.get(row.capability, "")] if title == "capability" else []),
                    ]
                    for row in rows
                ],
                "table", empty="",
            )  # fmt: skip
            click.echo()
    if found.once:
        click.echo(f"Asked once, and left out: {found.once:,}.")
    _say_bare(found.evidence)


@podium.command()
@click.argument("arena")
@database
@filters
@of_capabilities
@click.option("--values", type=click.Choice(["auto", "wins", "scores"]), default="auto",
              show_default=True, help="Average scores, or results of comparisons.")  # fmt: skip
@click.option("--under", default="", metavar="PATH",
              help="The capability whose descendants make the mix.")  # fmt: skip
@click.option("--depth", type=click.IntRange(1), default=1, show_default=True,
              help="Level below that one, or below what all items share.")  # fmt: skip
@_level
@json_or_table
def standardised(
    arena: str,
    db: str | None,
    filters: tuple[str, ...],
    style: str,
    facets: tuple[str, ...],
    both_bad: Any,
    under: str,
    **settings: Any,
) -> None:
    """Average everybody in ARENA over the same mix of capabilities, and say whose order changes."""
    from ranking.versions.standardised import as_dict
    from ranking.versions.standardised import standardised as average

    evidence = read_evidence(db, arena, filters, facets, both_bad)
    found = average(evidence, under=key_under(evidence, under), **settings)
    if style == "json":
        click.echo(json.dumps(as_dict(found), indent=2, ensure_ascii=False, allow_nan=False))
        return
    _show_standardised(found)


def _show_standardised(found: "Standardised") -> None:
    def cell(value: float, low: float, high: float) -> str:
        if math.isnan(value):
            return "too few items"
        return f"{value:.4g}" + ("" if math.isnan(low) else f" ({low:.4g} to {high:.4g})")

    click.echo(f"{one_line(found.sentence)}\n")
    show(
        [one_line(found.evidence.comparisons.arena.noun), "items", "as it is", "same mix"],
        [
            [
                row.competitor, row.items, cell(row.raw, row.raw_low, row.raw_high),
                cell(row.standardised, row.low, row.high),
            ]
            for row in found.rows
        ],
        "table", empty="",
    )  # fmt: skip
    for one in found.reversals[:_MOST_ROWS]:
        click.echo(
            f"Note: {one_line(one.ahead)} is ahead of {one_line(one.behind)} by {one.raw:.3g} as "
            f"it is, behind by {-one.standardised:.3g} over the same mix"
            f"{'' if one.clear else ' (not clear)'}."
        )
    if found.left_out:
        click.echo(
            f"Left out of the mix, as somebody has no result there: {len(found.left_out):,} "
            "capabilities."
        )

"""The commands of profiles: capability-differences, mix."""

from typing import TYPE_CHECKING, Any

import click

from ranking.cli.evidence import key_under, of_capabilities, read_evidence
from ranking.cli.frame import database, filters, json_or_table, podium, show
from ranking.errors import InputError
from ranking.wording import number, one_line, plural, shortened

if TYPE_CHECKING:
    from ranking.capabilities.branches import Branches
    from ranking.capabilities.differences_report import Differences

_SHOWN = 20  # rows of a table, unless another number is asked for
_OTHERS = 10  # rows of the tables after the first


@podium.command("capability-differences")
@click.argument("arena")
@database
@filters
@of_capabilities
@click.option("--values", type=click.Choice(["auto", "wins", "scores"]), default="auto",
              show_default=True,
              help="Results of comparisons, or what either side scored.")  # fmt: skip
@click.option("--q", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.05,
              show_default=True, help="False discovery rate.")  # fmt: skip
@click.option("--smallest-effect", type=click.FloatRange(0), metavar="SIZE",
              help="Smallest effect of interest, in percentage points (5), or points of the score "
              "(5% of its range).")  # fmt: skip
@click.option("--under", default="", metavar="PATH",
              help="Compare profiles in the capabilities below this one.")  # fmt: skip
@click.option("--depth", type=click.IntRange(1), default=1, show_default=True,
              help="Level that profiles are compared in.")  # fmt: skip
@click.option("--competitor", metavar="NAME",
              help="Whose branches to tell apart; of all by default.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1), metavar="N",
              help="Capabilities to give, the clearest first (20; all in JSON).")  # fmt: skip
@json_or_table
def capability_differences(
    arena: str,
    db: str | None,
    filters: tuple[str, ...],
    style: str,
    facets: tuple[str, ...],
    both_bad: Any,
    under: str,
    depth: int,
    competitor: str | None,
    limit: int | None,
    **settings: Any,
) -> None:
    """Say in which capabilities the competitors of ARENA differ beyond their overall levels.

    Also who has alike profiles, which capabilities are traded for each other, and which branches
    are even throughout.
    """
    from ranking.capabilities.differences import capability_differences as differences
    from ranking.capabilities.differences_report import all_differences, as_json

    evidence = read_evidence(db, arena, filters, facets, both_bad)
    only = None if competitor is None else evidence.position(competitor)
    found = differences(evidence, **settings)
    whole = all_differences(found, under=key_under(evidence, under), depth=depth)
    if style == "json":
        click.echo(as_json(whole, limit=limit, competitor=only))
        return
    _show_differences(whole, limit or _SHOWN)
    if whole.branches is not None:
        _show_branches(whole.branches, only)
    for sentence in whole.unsaid:
        click.echo(f"\n{one_line(sentence)}")


@podium.command()
@click.argument("arena")
@click.option("--share", "shares", multiple=True, required=True, metavar="PATH=SHARE",
              help="A capability and how much it counts, such as coding=2; PATH alone counts 1. "
              "Repeat it for more.")  # fmt: skip
@database
@filters
@of_capabilities
@click.option("--level", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95,
              show_default=True, help="Confidence level of the intervals.")  # fmt: skip
@click.option("--format", "style", default="table", show_default=True,
              type=click.Choice(["table", "json", "csv", "markdown", "latex"]))  # fmt: skip
def mix(
    arena: str,
    shares: tuple[str, ...],
    db: str | None,
    filters: tuple[str, ...],
    facets: tuple[str, ...],
    both_bad: Any,
    level: float,
    style: str,
) -> None:
    """Rate the competitors of ARENA in one capability, or in a mix of several."""
    from ranking.capabilities.mix_ratings import mix_ratings
    from ranking.leaderboard import FORMATS

    evidence = read_evidence(db, arena, filters, facets, both_bad)
    ratings = mix_ratings(evidence, _mix(shares, evidence.taxonomy.keys), level=level)
    click.echo(FORMATS[style](ratings).rstrip("\n"))


def _mix(shares: tuple[str, ...], keys: tuple[str, ...]) -> dict[str, float]:
    """Read shares; a path that is a capability as it stands may hold equals signs itself."""
    found: dict[str, float] = {}
    known = set(keys)
    for text in shares:
        path, equals, share = text.rpartition("=")
        if text in known or not equals:
            path, share = text, "1"
        try:
            value = float(share)
        except ValueError:
            raise InputError(
                f"The share {share!r} of {path!r} is no number; write PATH=SHARE, such as coding=2."
            ) from None
        path = path if path in known else path.strip("/ ")
        if path in found:
            raise InputError(f"The capability {path!r} has two shares; give it one.")
        found[path] = value
    return found


def _show_differences(whole: "Differences", limit: int) -> None:
    from ranking.capabilities.differences_report import sentence, table
    from ranking.capabilities.sentences import shown_name

    found = whole.found
    click.echo(f"{one_line(sentence(found))}\n")
    rows = [found.at(node) for node in found.tested[:limit].tolist()]
    show(*table(rows, found.unit), "table", empty="Nothing was tested.")
    left = len(found.tested) - len(rows)
    click.echo(
        f"{f'… and {left:,} more. ' if left else ''}* confirmed. Highest and lowest: "
        f"{found.unit.name} from the own level, as measured."
    )
    if whole.clusters is not None:
        click.echo(f"\n{one_line(whole.clusters.sentence)}")
    if whole.trade_offs is not None:
        click.echo(f"\n{one_line(whole.trade_offs.sentence)}")
        told = [pair for pair in whole.trade_offs.pairs if pair.kind != "not told"]
        body = [
            [
                shortened(shown_name(pair.first, pair.first_name)),
                shortened(shown_name(pair.second, pair.second_name)),
                pair.kind,
                number(pair.correlation, 2),
                f"{number(pair.low, 2)} to {number(pair.high, 2)}",
            ]
            for pair in told[:_OTHERS]
        ]
        if body:
            show(["capability", "with", "kind", "correlation", "interval"], body, "table", empty="")


def _show_branches(found: "Branches", only: int | None) -> None:
    from ranking.capabilities.differences_report import branch_sentence

    everyone = range(len(found.evidence.competitors)) if only is None else [only]
    uneven = [one for k in everyone for one in found.of(k) if one.kind == "erratic"]
    stable = sum(int(found.stable[:, k].sum()) for k in everyone)
    of = plural(found.evidence.comparisons.arena.noun) if only is None else (
        found.evidence.competitors[only])  # fmt: skip
    click.echo(
        f"\nBranches of {one_line(of)}: {len(uneven):,} uneven, {stable:,} alike throughout; of "
        "the others it cannot be told."
    )
    for one in sorted(uneven, key=lambda branch: branch.p)[:_OTHERS]:
        click.echo(one_line(branch_sentence(one, found.unit)))
    if len(uneven) > _OTHERS:
        click.echo(f"… and {len(uneven) - _OTHERS:,} more; --format json has all.")

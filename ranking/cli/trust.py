"""The command that checks a leaderboard: trust."""

import json

import click

from ranking.cli.frame import database, filters, json_or_table, podium

_MARKS = {"passed": "✓", "failed": "✗", "not run": "–"}


@podium.command()
@click.argument("arena")
@database
@filters
@click.option("--both-bad", type=click.Choice(["tie", "drop"]), default="tie", show_default=True)
@json_or_table
def trust(arena: str, db: str | None, filters: tuple[str, ...], both_bad: str, style: str) -> None:
    """Check whether the leaderboard of ARENA can be trusted."""
    from ranking.comparisons import Comparisons
    from ranking.diagnostics.trust import as_dict, trust_checks
    from ranking.methods import BradleyTerry
    from ranking.selection import Selection
    from ranking.store import Store

    comparisons = Comparisons.of(Store(db), arena, Selection.parse(filters))
    ratings = BradleyTerry(both_bad=both_bad).rate(comparisons)  # type: ignore[arg-type]
    checks = trust_checks(comparisons, ratings)
    if style == "json":
        records = [as_dict(check) for check in checks]
        click.echo(json.dumps({"checks": records}, indent=2, ensure_ascii=False))
        return
    for check in checks:
        click.echo(f"{_MARKS[check.state]} {check.words}: {check.sentence}")

"""The command for all pairwise differences: differences."""

import json
from typing import Any

import click

from ranking.cli.frame import database, filters, podium


@podium.command()
@click.argument("arena")
@database
@filters
@click.option("--adjust", type=click.Choice(["none", "holm", "bh", "by"]), default="holm",
              show_default=True, help="How p-values allow for their number.")  # fmt: skip
@click.option("--level", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95,
              show_default=True, help="Confidence level.")  # fmt: skip
@click.option("--both-bad", type=click.Choice(["tie", "drop"]), default="tie", show_default=True)
@click.option("--ties", type=click.Choice(["half", "davidson", "rao-kupper", "outside-option"]),
              default="half", show_default=True)  # fmt: skip
@click.option("--format", "style", type=click.Choice(["table", "json", "csv"]), default="table",
              show_default=True)  # fmt: skip
def differences(
    arena: str,
    db: str | None,
    filters: tuple[str, ...],
    adjust: str,
    style: str,
    **settings: Any,
) -> None:
    """Print the rating difference of every pair in ARENA, with adjusted p-values."""
    from ranking.commands import rate
    from ranking.leaderboard import formula_safe
    from ranking.pairwise import COLUMNS
    from ranking.pairwise import differences as differences_of
    from ranking.store import Store
    from ranking.wording import number, one_line

    ratings = rate(Store(db), arena, method="bradley-terry", filters=filters, **settings)
    rows = differences_of(ratings, adjustment=adjust).rows()  # type: ignore[arg-type]
    if style == "json":
        click.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    if style == "csv":
        import pandas as pd

        table = pd.DataFrame(rows, columns=list(COLUMNS))
        for side in ("first", "second"):
            table[side] = [formula_safe(name) for name in table[side]]
        click.echo(table.to_csv(index=False), nl=False)
        return
    told = sum(row["significant"] for row in rows)
    click.echo(f"{told:,} of {len(rows):,} pairs can be told apart ({adjust}, {ratings.interval}).")
    for row in rows:
        row["first"], row["second"] = (one_line(row[side]) for side in ("first", "second"))
    width = max((len(row["first"]) for row in rows), default=0)
    second = max((len(row["second"]) for row in rows), default=0)
    for row in rows:
        interval = f"{number(row['low'])} to {number(row['high'])}"
        click.echo(
            f"{row['first']:<{width}}  {row['second']:<{second}}  {number(row['estimate']):>6}  "
            f"{interval:>16}  p {row['adjusted_p']:.2g}{'' if row['significant'] else '  ~'}"
        )

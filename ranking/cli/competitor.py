"""The command that describes one competitor: competitor."""

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from ranking.cli.frame import database, filters, json_or_table, podium, show

if TYPE_CHECKING:
    from ranking.breakdown import Breakdown
    from ranking.competitor import CompetitorProfile
    from ranking.head_to_head import HeadToHead


@podium.command()
@click.argument("arena")
@click.argument("name")
@database
@filters
@click.option("--level", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95,
              show_default=True, help="Confidence level of the intervals.")  # fmt: skip
@click.option("--both-bad", type=click.Choice(["tie", "drop"]), default="tie", show_default=True,
              help="Count both-bad as a tie, or leave it out.")  # fmt: skip
@json_or_table
def competitor(
    arena: str, name: str, db: str | None, filters: tuple[str, ...], style: str, **settings: Any
) -> None:
    """Say where NAME stands in ARENA, and whom it beats or loses to against expectation."""
    from ranking.comparisons import Comparisons
    from ranking.competitor import competitor_profile
    from ranking.methods import BradleyTerry
    from ranking.selection import Selection
    from ranking.store import Store

    comparisons = Comparisons.of(Store(db), arena, Selection.parse(filters))
    ratings = BradleyTerry(**settings).rate(comparisons)
    profile = competitor_profile(comparisons, name, ratings=ratings)
    if style == "json":
        click.echo(json.dumps(profile.as_dict(), indent=2, ensure_ascii=False, allow_nan=False))
        return
    _say(profile)
    for note in ratings.warnings:
        click.echo(f"Note: {note}")


def _say(profile: "CompetitorProfile") -> None:
    from ranking.ratings import STATUS_WORDS
    from ranking.wording import number, one_line, percent

    click.echo(f"{one_line(profile.conclusion)}\n")
    say_facts(
        {
            "rating": points(profile.rating, profile.low, profile.high),
            "rank": _ranks(profile),
            "tier": profile.tier,
            "chance to be best": percent(profile.p_best) if profile.p_best >= 0 else "",
            "status": STATUS_WORDS[profile.status],
            "record": record(profile),
            "share of the score": percent(profile.win_rate) if profile.games else "",
        }
    )
    rows = [
        [
            other.name,
            int(other.games),
            int(other.wins),
            int(other.ties + other.both_bad + other.soft),
            int(other.losses),
            other.observed.words(),
            other.expected.words(),
            number(other.residual, 1),
            "surprising" if other.surprising else "",
        ]
        for other in profile.opponents
    ]
    click.echo()
    header = ["opponent", "games", "won", "even", "lost", "share", "expected", "residual", ""]
    show(header, rows, "table", empty="No opponents.")
    say_breakdowns(profile.breakdowns)


def say_facts(facts: Mapping[str, str]) -> None:
    """Print names and values in two columns; what has no value is left out."""
    width = max(map(len, facts))
    for name, value in facts.items():
        if value:
            click.echo(f"{name.ljust(width)}  {value}")


def say_breakdowns(breakdowns: "tuple[Breakdown, ...]") -> None:
    """Print the results by each field as a table."""
    for breakdown in breakdowns:
        rows = [
            [
                part.value,
                int(part.comparisons),
                int(part.wins),
                int(part.ties + part.both_bad + part.soft),
                int(part.losses),
                part.observed.words(),
            ]
            for part in breakdown.slices
        ]
        click.echo()
        show([breakdown.by, "games", "won", "even", "lost", "share"], rows, "table", empty="")
        if breakdown.left_out:
            click.echo(f"… and {breakdown.left_out:,} more")


def record(result: "CompetitorProfile | HeadToHead") -> str:
    """Return the outcomes in words: "31 won, 20 tied, 8 lost"."""
    counts = {
        "won": result.wins,
        "tied": result.ties,
        "lost": result.losses,
        "both bad": result.both_bad,
        "in between": result.soft,
    }
    said = [f"{count:,.0f} {word}" for word, count in counts.items() if count]
    return ", ".join(said) or "none"


def points(estimate: float, low: float, high: float) -> str:
    """Return points with their interval: "1,134 (1,050 to 1,219)"."""
    from ranking.wording import number

    if math.isnan(low + high):
        return number(estimate)
    return f"{number(estimate)} ({number(low)} to {number(high)})"


def _ranks(profile: "CompetitorProfile") -> str:
    if math.isnan(profile.rank_low):
        return "" if math.isnan(profile.rank) else f"{profile.rank:.0f}"
    low, high = f"{profile.rank_low:.0f}", f"{profile.rank_high:.0f}"
    return low if low == high else f"{low}–{high}"

"""The command of raw evidence: examples."""

from typing import TYPE_CHECKING, Any

import click

from ranking.cli.evidence import key_under, read_evidence, say_source, tested
from ranking.cli.frame import database, filters, json_or_table, podium, show
from ranking.wording import number, one_line, percent

if TYPE_CHECKING:
    from ranking.examples import Example, ExampleLog

_WANTED = ("against", "competitor", "disagreement", "judges", "outcomes", "search", "worse_than")


@podium.command()
@click.argument("arena")
@click.option("--capability", metavar="PATH", default="", help="Only items of this capability.")
@click.option("--competitor", metavar="NAME", help="Only its comparisons, seen from its side.")
@click.option("--against", multiple=True, metavar="NAME", help="Only those against this opponent.")
@click.option("--judge", "judges", multiple=True, metavar="NAME", help="Only this judge's.")
@click.option(
    "--outcome",
    "outcomes",
    multiple=True,
    type=click.Choice(["won", "lost", "decided", "tie", "both bad", "in between"]),
    help="Only comparisons that ended so; won and lost are --competitor's.",
)
@click.option(
    "--worse-than",
    metavar="NAME",
    help="Only items on which --competitor does worse than this one.",
)
@click.option(
    "--disagree",
    "disagreement",
    type=click.Choice(["orders", "judges"]),
    help="Only items and pairs on which both orders, or judges, do not agree.",
)
@click.option("--search", default="", metavar="TEXT", help="Only items with this in name or text.")
@click.option("--item", metavar="NAME", help="Show one item with every verdict on it.")
@click.option(
    "--order",
    type=click.Choice(["auto", "for", "against", "item"]),
    default="auto",
    show_default=True,
    help="What speaks most for what is known of --competitor first, or against it; auto "
    "is for with a competitor, else the order of items.",
)
@click.option("--offset", type=click.IntRange(0), default=0, help="Items to pass over.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=20, show_default=True, help="Items to list."
)
@tested
@database
@filters
@json_or_table
def examples(
    arena: str,
    db: str | None,
    filters: tuple[str, ...],
    style: str,
    facets: tuple[str, ...],
    both_bad: Any,
    item: str | None,
    capability: str,
    **settings: Any,
) -> None:
    """List the items of ARENA behind a number, or show one with every verdict on it."""
    from ranking.examples import ExampleFilter, ExampleLog, list_examples, read_example
    from ranking.examples.records import (
        as_json,
        count_words,
        item_as_dict,
        list_as_dict,
        list_table,
    )

    wanted = {name: settings.pop(name) for name in _WANTED}
    evidence = read_evidence(db, arena, filters, facets, both_bad, bare=not capability)
    log = ExampleLog.of(evidence)
    if item is not None:
        example = read_example(log, item)
        if style == "json":
            click.echo(as_json(item_as_dict(log, example)))
        else:
            _show_item(log, example)
        return
    key = key_under(evidence, capability)
    found = list_examples(log, ExampleFilter(capability=key, **wanted), **settings)
    if style == "json":
        click.echo(as_json(list_as_dict(found)))
        return
    click.echo(f"{one_line(found.sentence)}\n{one_line(count_words(found))}\n")
    say_source(evidence)
    show(*list_table(found), "table", empty="No item matches.")
    after = found.offset + len(found.rows)
    if found.rows and after < found.items:
        click.echo(f"\n… and {found.items - after:,} more; --offset {after} shows the next.")


def _show_item(log: "ExampleLog", example: "Example") -> None:
    from ranking.examples.records import capability_words, item_table

    noun = log.evidence.comparisons.arena.noun
    click.echo(f"Item {one_line(example.item)}")
    if example.text:
        click.echo(one_line(example.text))
    if example.capabilities:
        click.echo(f"Capabilities: {one_line(capability_words(example))}")
    for name, told in (("Orders", example.orders_disagree), ("Judges", example.judges_disagree)):
        if told:
            click.echo(f"{name} disagree.")
    written = [
        f"{one_line(name)} {number(value, 2) if example.scored else percent(value)}"
        for name, value in example.results.items()
    ]
    click.echo(f"{'Scores' if example.scored else 'Results'}: {', '.join(written)}\n")
    show(*item_table(example, one_line(noun)), "table", empty="No comparison is selected.")
    if example.left_out:
        click.echo(f"\n… and {example.left_out:,} more comparisons.")

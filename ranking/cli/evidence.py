"""What the commands of capabilities share: their options, and the evidence they read."""

from typing import TYPE_CHECKING, Any

import click

from ranking.cli.frame import Command
from ranking.errors import InputError
from ranking.wording import one_line

if TYPE_CHECKING:
    from ranking.capabilities.evidence import CapabilityEvidence


def of_capabilities(command: Command) -> Command:
    """Add the options that say what capabilities come from, and what both-bad counts for."""
    command = click.option(
        "--both-bad", type=click.Choice(["tie", "drop"]), default="tie", show_default=True,
        help="Count both-bad as a tie or leave it out.",
    )(command)  # fmt: skip
    return click.option(
        "--taxonomy", "--facet", "facets", multiple=True, metavar="NAME",
        help="Take capabilities from this: capability (the log's own), a stored taxonomy, or a "
        "field. Without it: the log's own where there are any, else the oldest stored taxonomy. "
        "Repeat it for several fields.",
    )(command)  # fmt: skip


def tested(command: Any) -> Any:
    """Add the options that say what is asked of capabilities, and those of `of_capabilities`."""
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
        of_capabilities,
    ):  # fmt: skip
        command = option(command)
    return command


def read_evidence(
    db: str | None,
    arena: str,
    filters: tuple[str, ...],
    facets: tuple[str, ...],
    both_bad: Any,
    *,
    bare: bool = False,
) -> "CapabilityEvidence":
    """Read a log by item and capability; where it has none, `bare` makes do without."""
    from ranking.capabilities.evidence import CapabilityEvidence
    from ranking.comparisons import Comparisons
    from ranking.selection import Selection
    from ranking.store import Store

    comparisons = Comparisons.of(Store(db), arena, Selection.parse(filters))
    try:
        return CapabilityEvidence.of(comparisons, facets=facets or None, both_bad=both_bad)
    except InputError:
        if facets or not bare:
            raise
    return CapabilityEvidence.of(comparisons, facets=(), both_bad=both_bad)


def key_under(evidence: "CapabilityEvidence", text: str) -> str:
    """Return the key of the capability that is meant by what `key_of` takes; "" for all."""
    from ranking.taxonomies.node_names import key_of

    taxonomy = evidence.taxonomy
    key = key_of(taxonomy, text)
    return "" if key == taxonomy.keys[0] else key


def say_source(evidence: "CapabilityEvidence") -> None:
    """Say which stored taxonomy is shown, and what could not be replayed on it."""
    source = evidence.source
    if source.stored:
        click.echo(f"Capabilities of the {source.kind} taxonomy {one_line(source.name)!r}.")
    for note in evidence.notes:
        click.echo(f"Note: {one_line(note)}")
    if source.stored or evidence.notes:
        click.echo()

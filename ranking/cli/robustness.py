"""The command that attacks a leaderboard with copies: robustness."""

from typing import TYPE_CHECKING, Any

import click

from ranking.cli.frame import database, filters, podium, show
from ranking.errors import InputError

if TYPE_CHECKING:
    from ranking.diagnostics.cyclic_structure import CyclicStructure
    from ranking.diagnostics.redundancy import Attack, Robustness

_KINDS = ("clone", "noisy-clone", "repeat-task", "flood-task", "repeat-judge", "boosted-voter")
_MOST_TASKS = 10  # in the table of those that carry the ratings


@podium.command()
@click.argument("arena")
@database
@filters
@click.option("--attack", "attacks", multiple=True, metavar="KIND:NAME",
              help=f"What to copy: {', '.join(_KINDS)}, then a colon and the name (which may hold "
              "colons). Repeat it for more; the standard battery where none is given.")  # fmt: skip
@click.option("--copies", type=click.IntRange(1),
              help="How many copies each attack adds (3 clones, else 7).")  # fmt: skip
@click.option("--times", type=click.IntRange(2),
              help="How often each vote of a boosted voter counts (20).")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), help="What noisy clones are drawn with (0).")
@click.option("--method", "methods", multiple=True, metavar="NAME",
              help="Compare these methods, as in `podium leaderboard`. Repeat it for more; by "
              "default Bradley-Terry, Elo and the equilibria.")  # fmt: skip
@click.option("--tasks", default="auto", show_default=True, metavar="WHAT",
              help="What the tasks are: auto, none, capability, capability:PATH, judge, item or "
              "the name of a field.")  # fmt: skip
@click.option("--depth", type=click.IntRange(1), default=1, show_default=True,
              help="Level of the capabilities that are tasks.")  # fmt: skip
@click.option("--format", "style", type=click.Choice(["table", "json", "markdown"]),
              default="table", show_default=True)  # fmt: skip
def robustness(
    arena: str,
    db: str | None,
    filters: tuple[str, ...],
    style: str,
    attacks: tuple[str, ...],
    methods: tuple[str, ...],
    tasks: str,
    depth: int,
    **counts: int | None,
) -> None:
    """Copy competitors, tasks and judges of ARENA and say how far the ratings move."""
    from ranking.commands import progress_bar
    from ranking.comparisons import Comparisons
    from ranking.diagnostics.cyclic_structure import cyclic_structure
    from ranking.diagnostics.redundancy import robustness as examine
    from ranking.diagnostics.redundancy_report import as_json, as_markdown
    from ranking.progress import Watch
    from ranking.selection import Selection
    from ranking.store import Store

    chosen = _attacks(attacks, counts)
    comparisons = Comparisons.of(Store(db), arena, Selection.parse(filters))
    with progress_bar(arena) as progress:
        watch = Watch(progress)
        found = examine(
            comparisons,
            attacks=chosen or None,
            methods=methods or None,
            tasks=tasks,
            depth=depth,
            watch=watch.over(0.0, 0.9),
        )
        if style != "markdown":
            structure = cyclic_structure(comparisons, watch=watch.over(0.9, 1.0))
    if style == "markdown":
        click.echo(as_markdown(found).rstrip("\n"))
        return
    if style == "json":
        click.echo(as_json(found, structure))
        return
    _say(found, structure)


def _attacks(texts: tuple[str, ...], counts: dict[str, int | None]) -> "tuple[Attack, ...]":
    """Return the attacks that are asked for; a count that none of them takes is refused."""
    from ranking.diagnostics.redundancy import ATTACKS

    given = {name: count for name, count in counts.items() if count is not None}
    attacks, used = [], set()
    for text in texts:
        kind, colon, name = text.partition(":")
        if kind not in ATTACKS or not colon or not name:
            raise InputError(
                f"The attack {text!r} is not of the form KIND:NAME with KIND one of "
                f"{', '.join(ATTACKS)}."
            )
        own = {key: count for key, count in given.items() if key in _fields(ATTACKS[kind])}
        used |= set(own)
        attacks.append(ATTACKS[kind](name, **own))
    for name in given:
        if name not in used:
            raise InputError(f"--{name} belongs to an --attack that it could count; there is none.")
    return tuple(attacks)


def _fields(attack: Any) -> dict[str, Any]:
    return dict(attack.__dataclass_fields__)


def _say(found: "Robustness", structure: "CyclicStructure") -> None:
    from ranking.diagnostics.redundancy_report import (
        contributions,
        cycles_table,
        failures,
        moves_table,
        tasks_table,
        title,
    )
    from ranking.wording import one_line, plural

    click.echo(f"{one_line(title(found))}\n")
    click.echo(f"{one_line(found.sentence)}\n")
    click.echo(f"Largest move in points (how many {plural(found.noun)} change places)")
    show(*moves_table(found), "table", empty="This log allows none of the standard attacks.")
    apart = ", ".join(found.left_out)
    notes = (
        [f"Left out, as too few comparisons tie them to the largest group: {apart}."]
        if apart
        else []
    )
    for note in (*notes, *found.skipped, *failures(found)):
        click.echo(f"Note: {one_line(note)}")
    for ratings in found.baseline.values():
        parts = contributions(ratings)
        if parts is not None and parts.shape[1] > 1:
            click.echo(f"\nWhich tasks carry the ratings of {ratings.method}")
            header, rows = tasks_table(ratings)
            show(header, rows[:_MOST_TASKS], "table", empty="")
            if len(rows) > _MOST_TASKS:
                click.echo(f"… and {len(rows) - _MOST_TASKS:,} more")
            break
    click.echo(f"\nCycles: {one_line(structure.sentence)}")
    header, rows = cycles_table(structure)
    if rows:
        click.echo("\nEach does better against the next than strengths allow")
        show(header, rows, "table", empty="")

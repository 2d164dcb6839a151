"""The command that proposes a taxonomy from the texts of items: taxonomy propose."""

import click

from ranking.cli.frame import database, json_or_table, show
from ranking.cli.taxonomy import taxonomy

_SHOWN_LEVELS = 2


@taxonomy.command("propose")
@click.argument("arena")
@database
@click.option("--name", default="proposed", show_default=True, metavar="NAME",
              help="What to call the taxonomy.")  # fmt: skip
@click.option("--text-field", metavar="FIELD",
              help="A field that holds the texts; the texts of the items by default.")  # fmt: skip
@click.option("--smallest", type=click.IntRange(2), default=20, show_default=True,
              help="Items that a capability holds at least.")  # fmt: skip
@click.option("--levels", type=click.IntRange(1), default=4, show_default=True,
              help="Most levels below the root.")  # fmt: skip
@click.option("--children", type=click.IntRange(2), default=10, show_default=True,
              help="Most capabilities below one.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True,
              help="What chance is drawn with; the same seed proposes the same.")  # fmt: skip
@json_or_table
def propose_command(
    arena: str, db: str | None, name: str, text_field: str | None, style: str, **settings: int
) -> None:
    """Propose capabilities for ARENA from the texts of its items, and store them as proposed.

    Items are grouped by the words they share, and a group is called by the words that tell it from
    its siblings: a start, to be renamed, moved and merged. No language model is asked.
    """
    from ranking.commands import progress_bar
    from ranking.progress import Watch
    from ranking.store import Store
    from ranking.taxonomies.proposal import ProposalSettings
    from ranking.taxonomies.proposed import propose_taxonomy

    with progress_bar(arena) as progress:
        found = propose_taxonomy(
            Store(db), arena, name, text_field=text_field,
            settings=ProposalSettings(**settings), watch=Watch(progress),
        )  # fmt: skip
    tree = found.proposal.taxonomy
    depth = tree.depth.tolist()
    if style == "json":
        header = ["capability", "name", "level", "items"]
        rows = [
            [tree.keys[at], tree.names[at], depth[at], int(tree.sizes[at])]
            for at in range(1, len(tree))
        ]
    else:
        click.echo(f"{found.sentence} They are stored as {found.stored.name!r}.\n")
        header = ["capability", "items"]
        rows = [
            [f"{'· ' * (depth[at] - 1)}{tree.names[at]}", int(tree.sizes[at])]
            for at in range(1, len(tree))
            if depth[at] <= _SHOWN_LEVELS
        ]
    show(header, rows, style, empty="")

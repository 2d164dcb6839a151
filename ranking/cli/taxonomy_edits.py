"""The commands that change a taxonomy: podium taxonomy rename, move, merge, tidy, undo, ..."""

from typing import TYPE_CHECKING, Any

import click

from ranking.cli.frame import database, json_or_table, show
from ranking.cli.taxonomy import edited_by, of_taxonomy, sentence, taxonomy
from ranking.wording import one_line

if TYPE_CHECKING:
    from ranking.taxonomies.journal import Edit


@taxonomy.command()
@click.argument("arena")
@click.argument("capability")
@click.argument("name")
@of_taxonomy
@database
def rename(arena: str, capability: str, name: str, source: str, db: str | None) -> None:
    """Show CAPABILITY under another NAME; its key stays."""
    from ranking.taxonomies.journal import Rename

    _edit(db, arena, source, lambda key: Rename(key(capability), name))


@taxonomy.command()
@click.argument("arena")
@click.argument("capability")
@click.option("--under", default="", metavar="CAPABILITY", help="The root where it is not given.")
@of_taxonomy
@database
def move(arena: str, capability: str, under: str, source: str, db: str | None) -> None:
    """Hang CAPABILITY, with all below it, under another one."""
    from ranking.taxonomies.journal import Move

    _edit(db, arena, source, lambda key: Move(key(capability), key(under)))


@taxonomy.command()
@click.argument("arena")
@click.argument("capabilities", nargs=-1, required=True, metavar="CAPABILITY...")
@of_taxonomy
@database
def merge(arena: str, capabilities: tuple[str, ...], source: str, db: str | None) -> None:
    """Merge capabilities into the first of them."""
    from ranking.taxonomies.journal import Merge

    _edit(db, arena, source, lambda key: Merge(tuple(key(one) for one in capabilities)))


@taxonomy.command()
@click.argument("arena")
@click.option("--depth", type=click.IntRange(1), help="Merge what lies deeper into this level.")
@click.option("--smallest", type=click.IntRange(1), default=1, show_default=True,
              help="Merge what has fewer items into what lies above.")  # fmt: skip
@of_taxonomy
@database
def tidy(arena: str, depth: int | None, smallest: int, source: str, db: str | None) -> None:
    """Cap the depth, merge small capabilities upwards, and collapse chains of single children."""
    from ranking.taxonomies.journal import Tidy

    _edit(db, arena, source, lambda _: Tidy(depth, smallest))


@taxonomy.command()
@click.argument("arena")
@of_taxonomy
@database
@json_or_table
def edits(arena: str, source: str, db: str | None, style: str) -> None:
    """List what was done to a taxonomy of ARENA, oldest first."""
    from ranking.taxonomies.journal import from_json

    rows = [
        [one.edit_id, f"{one.made_at:%Y-%m-%d %H:%M}", from_json(one.edit).said()]
        for one in edited_by(db, arena, source).edits
    ]
    show(["edit", "made", "what"], rows, style, empty="Nothing was edited.")


@taxonomy.command()
@click.argument("arena")
@click.option("--edit", "edit_id", type=int, help="As `edits` numbers them; the last one else.")
@of_taxonomy
@database
def undo(arena: str, edit_id: int | None, source: str, db: str | None) -> None:
    """Take an edit back."""
    from ranking.store import Store
    from ranking.taxonomies.stored import undo_edit

    undone = undo_edit(Store(db), arena, source=source, edit_id=edit_id)
    click.echo(f"Undone: {one_line(undone.said())}.")


@taxonomy.command("save-capability")
@click.argument("arena")
@click.argument("name")
@click.argument("capabilities", nargs=-1, required=True, metavar="CAPABILITY...")
@of_taxonomy
@database
def save_capability(
    arena: str, name: str, capabilities: tuple[str, ...], source: str, db: str | None
) -> None:
    """Save a set of capabilities as one of its own, called NAME."""
    from ranking.store import Store
    from ranking.taxonomies import stored
    from ranking.taxonomies.node_names import key_of

    edited = edited_by(db, arena, source)
    keys = [key_of(edited.taxonomy, one) for one in capabilities]
    own = stored.save_capability(Store(db), arena, name, keys, source=edited.source.name)
    items = len(edited.taxonomy.items_of(own.nodes))
    click.echo(f"Saved {own.name!r}: {items:,} items.")


@taxonomy.command("drop-capability")
@click.argument("arena")
@click.argument("name")
@of_taxonomy
@database
def drop_capability(arena: str, name: str, source: str, db: str | None) -> None:
    """Forget a custom capability."""
    from ranking.store import Store
    from ranking.taxonomies import stored

    stored.drop_capability(Store(db), arena, name, source=source)
    click.echo(f"Forgot {name!r}; the capabilities that it held are as they were.")


def _edit(db: str | None, arena: str, source: str, made: Any) -> None:
    """Make an edit out of what the user calls nodes, and say what the taxonomy is like then."""
    from ranking.store import Store
    from ranking.taxonomies.node_names import key_of
    from ranking.taxonomies.stored import edit_taxonomy

    before = edited_by(db, arena, source)
    edit: Edit = made(lambda text: key_of(before.taxonomy, text))
    after = edit_taxonomy(Store(db), arena, edit, source=before.source.name)
    click.echo(f"Done: {one_line(edit.said())}. {sentence(after)}")

"""The commands of taxonomies as a whole: podium taxonomy list, import, show, copy, ..."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ranking.cli.frame import Command, database, json_or_table, podium, show
from ranking.wording import one_line, shortened

if TYPE_CHECKING:
    from ranking.taxonomies.files import TaxonomyFile
    from ranking.taxonomies.importing import Match
    from ranking.taxonomies.sources import EditedTaxonomy
    from ranking.taxonomies.taxonomy import Taxonomy

_MOST_ROWS = 200


@podium.group()
def taxonomy() -> None:
    """Import, edit and export the taxonomies of an arena; the log is never touched.

    A CAPABILITY is named by its key, by the names that lead to it (coding/Python), or by its name
    where only one has it.
    """


def of_taxonomy(command: Command) -> Command:
    """Add the option that says which taxonomy is meant."""
    return click.option(
        "--taxonomy", "source", default="auto", metavar="NAME",
        help="A stored taxonomy, capability (the log's own), or a field; the log's own where there "
        "are any, else the oldest stored one, where it is not given.",
    )(command)  # fmt: skip


@taxonomy.command("list")
@click.argument("arena")
@database
@json_or_table
def list_(arena: str, db: str | None, style: str) -> None:
    """List what the capabilities of ARENA can come from."""
    from ranking.store import Store
    from ranking.taxonomies.stored import overview

    header = ["taxonomy", "kind", "capabilities", "items", "edits", "custom", "from"]
    rows = [
        [one.source.name, one.source.kind, one.nodes, one.items, one.edits, one.custom, one.origin]
        for one in overview(Store(db), arena)
    ]
    show(header, rows, style,
         empty="No capabilities yet: `podium taxonomy import ARENA FILE` brings some.")  # fmt: skip


@taxonomy.command("import")
@click.argument("arena")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@database
@click.option("--name", help="What to call it; the first file's name where it is not given.")
@click.option(
    "--column",
    "columns",
    multiple=True,
    metavar="ROLE=COLUMN",
    help="State a column: id, parent, name (of nodes), item, node, path (of items).",
)
@click.option("--dry-run", is_flag=True, help="Say what would be stored; change nothing.")
def import_(
    arena: str,
    files: tuple[str, ...],
    db: str | None,
    name: str | None,
    columns: tuple[str, ...],
    dry_run: bool,
) -> None:
    """Store the taxonomy of one FILE or two beside the log of ARENA.

    One file: nested JSON with its items, or a table of items and paths. Two: a table of nodes (id,
    parent, name) or nested JSON of names, and a table of items and their nodes.
    """
    from ranking.store import Store
    from ranking.taxonomies import importing
    from ranking.taxonomies.files import read_taxonomy

    store = Store(db)
    file = read_taxonomy(files, columns=_pairs(columns))
    match = importing.match_items(store, arena, file)
    called = importing.check_new_name(
        store, arena, name if name is not None else importing.usual_name(file)
    )
    if not dry_run:
        importing.store_file(store, arena, file, name=called)
    _say_file(file, match, arena, called, dry_run)


@taxonomy.command("show")
@click.argument("arena")
@of_taxonomy
@click.option("--under", default="", metavar="CAPABILITY", help="Only what lies below this one.")
@click.option("--depth", type=click.IntRange(1), default=2, show_default=True,
              help="How many levels to show.")  # fmt: skip
@click.option("--search", metavar="WORDS", help="Only capabilities with these words.")
@database
@json_or_table
def show_(
    arena: str,
    source: str,
    under: str,
    depth: int,
    search: str | None,
    db: str | None,
    style: str,
) -> None:
    """Show the tree of a taxonomy of ARENA, with the distinct items of each capability."""
    from ranking.taxonomies.node_names import found_by, key_of, nodes_below

    edited = edited_by(db, arena, source)
    tree = edited.taxonomy
    places = found_by(tree, search) if search else nodes_below(tree, key_of(tree, under), depth)
    if style == "json":
        records = [
            {
                "capability": tree.keys[at],
                "name": tree.names[at],
                "path": list(tree.path(at)),
                "depth": int(tree.depth[at]),
                "items": int(tree.sizes[at]),
                "custom": bool(tree.is_custom[at]),
            }
            for at in places
        ]
        click.echo(json.dumps(records, indent=2, ensure_ascii=False))
        return
    click.echo(sentence(edited) + "\n")
    top = min((int(tree.depth[at]) for at in places), default=0)
    rows = [_row(tree, at, 0 if search else int(tree.depth[at]) - top)
            for at in places[:_MOST_ROWS]]  # fmt: skip
    show(["items", "capability", "key"], rows, "table", empty="There are no such capabilities.")
    if len(places) > _MOST_ROWS:
        click.echo(f"\n… and {len(places) - _MOST_ROWS:,} more; --under and --search show others.")
    for note in edited.notes:
        click.echo(f"Note: {one_line(note)}")


@taxonomy.command()
@click.argument("arena")
@click.argument("name")
@of_taxonomy
@database
def copy(arena: str, name: str, source: str, db: str | None) -> None:
    """Store a taxonomy, as edited, as a new one called NAME."""
    from ranking.store import Store
    from ranking.taxonomies.stored import copy_taxonomy

    copied = copy_taxonomy(Store(db), arena, source, name)
    click.echo(f"Stored {copied.name!r}: {copied.nodes:,} capabilities, {copied.items:,} items.")


@taxonomy.command()
@click.argument("arena")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
@database
def delete(arena: str, name: str, yes: bool, db: str | None) -> None:
    """Delete a stored taxonomy with its edits and custom capabilities."""
    from ranking.store import Store
    from ranking.taxonomies.stored import delete_taxonomy

    if not yes:
        click.confirm(f"Delete the taxonomy {name!r}?", abort=True, err=True)
    delete_taxonomy(Store(db), arena, name)
    click.echo(f"Deleted {name!r}; the comparisons of {arena!r} are as they were.")


@taxonomy.command()
@click.argument("arena")
@click.option("-o", "--output", required=True, metavar="FILE", type=click.Path(dir_okay=False),
              help=".json (nested, comes back whole) or .csv (items and paths).")  # fmt: skip
@of_taxonomy
@database
def export(arena: str, output: str, source: str, db: str | None) -> None:
    """Write a taxonomy, as edited, to a file."""
    from ranking.errors import InputError
    from ranking.taxonomies.export import FORMATS

    style = Path(output).suffix.removeprefix(".").lower()
    if style not in FORMATS:
        raise click.UsageError("Name the file .json or .csv.")
    text = FORMATS[style](edited_by(db, arena, source))
    try:
        Path(output).write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"{output} cannot be written: {error.strerror or error}.") from error
    click.echo(f"Wrote {output}.")


def edited_by(db: str | None, arena: str, source: str) -> "EditedTaxonomy":
    """Read the taxonomy that a command is about, as edited."""
    from ranking.store import Store
    from ranking.taxonomies.sources import edited_taxonomy

    return edited_taxonomy(Store(db), arena, source)


def sentence(edited: "EditedTaxonomy") -> str:
    """Say what a taxonomy is, and how much of the log it holds."""
    tree, source = edited.taxonomy, edited.source
    nodes = len(tree) - 1 - len(tree.custom)
    title = "The log's own capabilities" if source.kind == "tags" else f"{source.name!r}"
    kind = f" ({source.kind})" if source.stored else ""
    parts = [f"{one_line(title)}{kind}: {nodes:,} capabilities over {int(tree.sizes[0]):,} items"]
    parts += [f"{_items(edited.untagged, 'has', 'have')} none"] if edited.untagged else []
    parts += [f"{_items(edited.unknown, 'is', 'are')} not in the log"] if edited.unknown else []
    parts += [f"{len(tree.custom):,} custom"] if tree.custom else []
    return "; ".join(parts) + "."


def _items(count: int, one: str, several: str) -> str:
    return f"1 item {one}" if count == 1 else f"{count:,} items {several}"


def _row(tree: "Taxonomy", at: int, indent: int) -> list[Any]:
    shown = f"{'·  ' * indent}{shortened(tree.names[at], 70)}"
    return [int(tree.sizes[at]), shown, one_line(tree.keys[at])[:60]]


def _say_file(file: "TaxonomyFile", match: "Match", arena: str, name: str, dry_run: bool) -> None:
    for role, column in file.columns.items():
        click.echo(f"  {role}: {one_line(column)}")
    did = "Would store" if dry_run else "Stored"
    click.echo(
        f"{did} {one_line(name)!r}: {len(file.tree.keys) - 1:,} capabilities over {match.known:,} "
        f"items of {one_line(arena)!r}."
    )
    for number, some, one, several in (
        (
            match.unknown,
            match.examples,
            "of the file is not in the log",
            "of the file are not in the log",
        ),
        (
            match.untagged,
            match.log_examples,
            "of the log has no capability",
            "of the log have no capability",
        ),
    ):
        if number:
            names = f" ({', '.join(map(one_line, some[:3]))})" if some else ""
            click.echo(f"{_items(number, one, several)}{names}.")
    if file.without:
        click.echo(f"Rows of the file that name no capability: {file.without:,}.")


def _pairs(columns: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for one in columns:
        role, sign, column = one.partition("=")
        if not sign or not role.strip() or not column.strip():
            raise click.UsageError(f"--column takes ROLE=COLUMN, not {one!r}.")
        found[role.strip()] = column.strip()
    return found

"""Commands about arenas and their logs: serve, import, undo, export, simulate."""

from pathlib import Path
from typing import Any

import click

from ranking.cli.frame import database, filters, json_or_table, podium, show


@podium.command()
@database
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True)
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--samples/--no-samples", default=True, show_default=True,
              help="Put the sample arenas into a database that does not exist yet.")  # fmt: skip
def serve(db: str | None, port: int, address: str, samples: bool) -> None:
    """Serve the dashboard until Ctrl-C."""
    from ranking.store import Store

    store = Store(db)
    if samples and not store.path.exists():
        from ranking.samples import load_samples

        click.echo("Creating the database with the sample arenas ...", err=True)
        load_samples(store)
    from dashboard.server import serve as serve_dashboard

    serve_dashboard(store.path, port=port, address=address)


@podium.command()
@database
@json_or_table
def arenas(db: str | None, style: str) -> None:
    """List the arenas."""
    from ranking.store import Store
    from ranking.store import arenas as list_arenas

    header = ["arena", "competitors", "comparisons", "kind"]
    rows = [
        [a.name, a.competitors, a.comparisons, "simulated" if a.simulated else ""]
        for a in list_arenas(Store(db))
    ]
    show(header, rows, style, empty="No arenas yet: `podium import FILE --arena NAME` makes one.")


@podium.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@database
@click.option("--arena", required=True, help="The arena; it is created where it does not exist.")
@click.option("--noun", help="What a competitor is called in a new arena: model, policy, player.")
@click.option("--map", "roles", multiple=True, metavar="ROLE=COLUMN",
              help="State a column's role, instead of the suggested one.")  # fmt: skip
@click.option("--dialect", help="How the outcome column is to be read.")
@click.option("--wide", is_flag=True,
              help="A row holds an item and the scores of all competitors.")  # fmt: skip
@click.option("--tie-within", type=float, metavar="DISTANCE",
              help="Scores that differ by at most this tie (0 where it is not given).")  # fmt: skip
@click.option("--encoding", help="The file's encoding, where it is not UTF-8.")
@click.option("--delimiter", help="The character between columns, where it is not found.")
@click.option("--dry-run", is_flag=True, help="Say what would be imported; change nothing.")
def import_files(files: tuple[str, ...], db: str | None, arena: str, **options: Any) -> None:
    """Import files of comparisons or of scores (CSV, TSV, Parquet, JSON) into an arena.

    From scores, one per competitor and item, each two competitors are compared on every item that
    both have a score on.
    """
    from ranking.commands import import_one
    from ranking.store import Store

    store = Store(db)
    for path in files:
        import_one(store, Path(path), arena=arena, **options)


@podium.command()
@database
@click.option("--arena", help="Only the imports of this arena.")
@json_or_table
def imports(db: str | None, arena: str | None, style: str) -> None:
    """List the imported files, newest first."""
    from ranking.store import Store
    from ranking.store import imports as list_imports

    header = ["import", "arena", "file", "accepted", "rejected", "imported"]
    rows = [
        [
            i.import_id,
            i.arena,
            i.file_name,
            i.accepted,
            i.rejected,
            f"{i.imported_at:%Y-%m-%d %H:%M}",
        ]
        for i in list_imports(Store(db), arena)
    ]
    show(header, rows, style, empty="Nothing has been imported yet.")


@podium.command()
@click.argument("import_id", type=int)
@database
@click.option("--yes", is_flag=True, help="Do not ask.")
def undo(import_id: int, db: str | None, yes: bool) -> None:
    """Take an import back: the arena is as it was before."""
    from ranking.store import Store, undo_import

    if not yes:
        click.confirm(f"Take import {import_id} back?", abort=True, err=True)
    undone = undo_import(Store(db), import_id)
    click.echo(
        f"Took back {undone.file_name}: {undone.accepted:,} comparisons left {undone.arena!r}."
    )


@podium.command()
@click.argument("import_id", type=int)
@database
def rejects(import_id: int, db: str | None) -> None:
    """Print the rejected rows of an import as CSV: line, column, value, reason."""
    from ranking.leaderboard import formula_safe
    from ranking.store import Store, rejected_rows

    rows = rejected_rows(Store(db), import_id)
    for column in ("column", "value"):
        rows[column] = [v if not isinstance(v, str) else formula_safe(v) for v in rows[column]]
    click.echo(rows.to_csv(index=False), nl=False)


@podium.command()
@click.argument("arena")
@click.argument("file", type=click.Path(dir_okay=False))
@database
@filters
@click.option("--format", "style", type=click.Choice(["parquet", "csv"]),
              help="Where the file's ending does not tell.")  # fmt: skip
def export(
    arena: str, file: str, db: str | None, filters: tuple[str, ...], style: str | None
) -> None:
    """Write the comparisons of ARENA to FILE (Parquet or CSV)."""
    from ranking.comparisons import Comparisons
    from ranking.selection import Selection
    from ranking.store import Store
    from ranking.store.export import EXPORTS

    style = style or Path(file).suffix.removeprefix(".").lower()
    if style not in EXPORTS:
        raise click.UsageError("Name the file .parquet or .csv, or give --format.")
    from ranking.commands import export_to

    rows = export_to(Path(file), style, Comparisons.of(Store(db), arena, Selection.parse(filters)))
    click.echo(f"Wrote {rows:,} rows to {file}.")


@podium.command()
@click.argument("file", type=click.Path(dir_okay=False))
@click.option("--scenario", type=click.Choice(["language-models", "robot-policies"]),
              default="language-models", show_default=True)  # fmt: skip
@click.option("--comparisons", type=click.IntRange(1), help="How many comparisons.")
@click.option("--competitors", type=click.IntRange(2), help="How many competitors.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--arena", help="Also import it into this arena, labelled as simulated.")
@database
def simulate(file: str, arena: str | None, db: str | None, **options: Any) -> None:
    """Simulate an arena with a known truth, and write its comparisons to FILE as CSV."""
    from ranking.simulate import write_simulation

    truth = write_simulation(Path(file), **options)
    click.echo(f"Wrote {file}, and the truth behind it to {truth}.")
    if arena:
        from ranking.ingest import import_file
        from ranking.store import Store

        report = import_file(Store(db), Path(file), arena=arena, simulated=True)
        click.echo(f"Imported {report.accepted:,} rows into {arena!r} (import {report.import_id}).")

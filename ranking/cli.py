"""The command line: `podium`."""

import json
import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ranking.errors import InputError, RankingError, RankingWarning, SelectionError

_INTERRUPTED = "Query interrupted"  # what DuckDB makes of Ctrl-C while a statement runs

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="podium", prog_name="podium")
def podium() -> None:
    """Rank models and policies from pairwise comparisons, with honest uncertainty."""


def main() -> None:
    """Run the command line: exit code 0, 1 for a user's error (one sentence), 2 for usage."""
    warnings.simplefilter("ignore", RankingWarning)  # every result carries its own notes
    try:
        code = podium.main(prog_name="podium", standalone_mode=False)
        sys.stdout.flush()
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = _fail("Stopped; nothing was changed.")
    except RankingError as error:
        code = _fail(str(error))
    except BrokenPipeError:
        # The reader (`head`, say) has gone: keep the interpreter from complaining at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception as error:
        if str(error) == _INTERRUPTED:
            sys.exit(_fail("Stopped; nothing was changed."))
        if os.environ.get("PODIUM_DEBUG"):
            raise
        code = _fail(f"Unexpected {type(error).__name__}: {error} (PODIUM_DEBUG=1 shows where).")
    sys.exit(code)


def _fail(sentence: str) -> int:
    click.echo(f"podium: {sentence}", err=True)
    return 1


def _database(command: Command) -> Command:
    return click.option(
        "--db",
        metavar="FILE",
        envvar="PODIUM_DB",
        type=click.Path(dir_okay=False),
        help="The database; PODIUM_DB or the user's data directory where it is not given.",
    )(command)


def _filters(command: Command) -> Command:
    return click.option(
        "--where",
        "filters",
        multiple=True,
        metavar="FIELD=VALUE",
        help="Only these comparisons: competitor, judge, capability, since, until, or any field. "
        "Repeat it for more fields; one field twice lets either value pass.",
    )(command)


def _json_or_table(command: Command) -> Command:
    return click.option(
        "--format", "style", type=click.Choice(["table", "json"]), default="table",
        show_default=True,
    )(command)  # fmt: skip


@podium.command()
@_database
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
@_database
@_json_or_table
def arenas(db: str | None, style: str) -> None:
    """List the arenas."""
    from ranking.store import Store
    from ranking.store import arenas as list_arenas

    header = ["arena", "competitors", "comparisons", "kind"]
    rows = [
        [a.name, a.competitors, a.comparisons, "simulated" if a.simulated else ""]
        for a in list_arenas(Store(db))
    ]
    _show(header, rows, style, empty="No arenas yet: `podium import FILE --arena NAME` makes one.")


@podium.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path())
@_database
@click.option("--arena", required=True, help="The arena; it is created where it does not exist.")
@click.option("--noun", help="What a competitor is called in a new arena: model, policy, player.")
@click.option("--map", "roles", multiple=True, metavar="ROLE=COLUMN",
              help="State a column's role, instead of the suggested one.")  # fmt: skip
@click.option("--dialect", help="How the outcome column is to be read.")
@click.option("--encoding", help="The file's encoding, where it is not UTF-8.")
@click.option("--delimiter", help="The character between columns, where it is not found.")
@click.option("--dry-run", is_flag=True, help="Say what would be imported; change nothing.")
def import_files(files: tuple[str, ...], db: str | None, arena: str, **options: Any) -> None:
    """Import files of comparisons (CSV, TSV, Parquet, JSON) into an arena."""
    from ranking.commands import import_one
    from ranking.store import Store

    store = Store(db)
    for path in files:
        import_one(store, Path(path), arena=arena, **options)


@podium.command()
@_database
@click.option("--arena", help="Only the imports of this arena.")
@_json_or_table
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
    _show(header, rows, style, empty="Nothing has been imported yet.")


@podium.command()
@click.argument("import_id", type=int)
@_database
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
@_database
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
@_database
@click.option("--method", type=click.Choice(["bradley-terry", "elo"]), default="bradley-terry",
              show_default=True)  # fmt: skip
@click.option("--anchor", metavar="NAME=POINTS", help="Shift ratings so that NAME has POINTS.")
@_filters
@click.option("--both-bad", type=click.Choice(["tie", "drop"]), default="tie", show_default=True,
              help="Count both-bad as a tie, or leave it out.")  # fmt: skip
@click.option("--level", type=click.FloatRange(0, 1, min_open=True, max_open=True), default=0.95,
              show_default=True, help="Confidence level of the intervals.")  # fmt: skip
@click.option("--cluster", type=click.Choice(["auto", "item", "none"]), default="auto",
              show_default=True, help="Bradley-Terry: what makes comparisons depend.")  # fmt: skip
@click.option("--prior", type=click.Choice(["auto", "ridge", "firth"]), default="auto",
              show_default=True, help="Bradley-Terry: the prior on strengths.")  # fmt: skip
@click.option("--k", type=click.FloatRange(0, min_open=True), default=4.0, show_default=True,
              help="Elo: points at stake in one comparison.")  # fmt: skip
@click.option("--scale", type=click.FloatRange(0, min_open=True), default=400.0, show_default=True,
              help="Elo: points per factor 10 of odds.")  # fmt: skip
@click.option("--initial", type=float, default=1000.0, show_default=True,
              help="Elo: a newcomer's rating.")  # fmt: skip
@click.option("--format", "style", default="table", show_default=True,
              type=click.Choice(["table", "json", "csv", "markdown", "latex"]))  # fmt: skip
def leaderboard(arena: str, db: str | None, style: str, anchor: str | None, **options: Any) -> None:
    """Rate the competitors of ARENA and print the leaderboard."""
    from ranking.commands import rate
    from ranking.leaderboard import FORMATS
    from ranking.store import Store

    ratings = rate(Store(db), arena, **options)
    if anchor:
        ratings = ratings.anchored(*_anchor(anchor))
    click.echo(FORMATS[style](ratings).rstrip("\n"))


@podium.command()
@click.argument("arena")
@click.argument("file", type=click.Path(dir_okay=False))
@_database
@_filters
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
@_database
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


def _anchor(text: str) -> tuple[str, float]:
    name, equals, points = text.rpartition("=")
    try:
        value = float(points)
    except ValueError:
        value = float("nan")
    if not equals or not name or value != value:
        raise InputError(f"The anchor {text!r} is not of the form NAME=POINTS.")
    if value in (float("inf"), float("-inf")):
        raise SelectionError("An anchor needs a finite number of points.")
    return name, value


def _show(header: list[str], rows: list[list[Any]], style: str, *, empty: str) -> None:
    if style == "json":
        records = [dict(zip(header, row, strict=True)) for row in rows]
        click.echo(json.dumps(records, indent=2, ensure_ascii=False))
        return
    if not rows:
        click.echo(empty)
        return
    cells = [
        [f"{c:,}" if isinstance(c, int) else " ".join(str(c).split()) for c in row] for row in rows
    ]
    widths = [max(len(row[at]) for row in [header, *cells]) for at in range(len(header))]
    numeric = [isinstance(value, int) for value in rows[0]]
    for row in [header, *cells]:
        padded = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        click.echo("  ".join(padded).rstrip())


if __name__ == "__main__":
    main()

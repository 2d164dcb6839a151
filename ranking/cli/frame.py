"""The frame of the command line: the group, its errors, options that commands share."""

import json
import os
import sys
import warnings
from collections.abc import Callable
from typing import Any, TypeVar

import click

from ranking.errors import RankingError, RankingWarning
from ranking.wording import one_line

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


def database(command: Command) -> Command:
    """Add the option that names the database."""
    return click.option(
        "--db",
        metavar="FILE",
        envvar="PODIUM_DB",
        type=click.Path(dir_okay=False),
        help="The database; PODIUM_DB or the user's data directory where it is not given.",
    )(command)


def filters(command: Command) -> Command:
    """Add the option that narrows the comparisons."""
    return click.option(
        "--where",
        "filters",
        multiple=True,
        metavar="FIELD=VALUE",
        help="Only these comparisons: competitor, judge, capability, since, until, or any field. "
        "Repeat it for more fields; one field twice lets either value pass.",
    )(command)


def json_or_table(command: Command) -> Command:
    """Add the choice between a table and JSON."""
    return click.option(
        "--format", "style", type=click.Choice(["table", "json"]), default="table",
        show_default=True,
    )(command)  # fmt: skip


def show(header: list[str], rows: list[list[Any]], style: str, *, empty: str) -> None:
    """Print rows as an aligned table or as JSON records; `empty` is said where there are none."""
    if style == "json":
        records = [dict(zip(header, row, strict=True)) for row in rows]
        click.echo(json.dumps(records, indent=2, ensure_ascii=False))
        return
    if not rows:
        click.echo(empty)
        return
    cells = [[f"{c:,}" if isinstance(c, int) else one_line(str(c)) for c in row] for row in rows]
    widths = [max(len(row[at]) for row in [header, *cells]) for at in range(len(header))]
    numeric = [isinstance(value, int) for value in rows[0]]
    for row in [header, *cells]:
        padded = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(row, widths, numeric, strict=True)
        ]
        click.echo("  ".join(padded).rstrip())

"""The command that writes a pair for another viewer: llm-comparator."""

from pathlib import Path

import click

from ranking.cli.frame import database, filters, podium
from ranking.errors import InputError


@podium.command("llm-comparator")
@click.argument("arena")
@click.option("--first", required=True, metavar="NAME", help="Model A.")
@click.option("--second", required=True, metavar="NAME", help="Model B.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE",
              help="Write it here; standard output where it is not given.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1), metavar="N",
              help="Most items, the first of the log; all by default.")  # fmt: skip
@database
@filters
def llm_comparator_command(
    arena: str,
    first: str,
    second: str,
    output: Path | None,
    limit: int | None,
    db: str | None,
    filters: tuple[str, ...],
) -> None:
    """Write all comparisons of two competitors of ARENA as a JSON file of LLM Comparator.

    Its viewer shows responses side by side; Podium sends nothing there itself.
    """
    from ranking.comparisons import Comparisons
    from ranking.llm_comparator import as_json, llm_comparator
    from ranking.selection import Selection
    from ranking.store import Store

    comparisons = Comparisons.of(Store(db), arena, Selection.parse(filters))
    found = llm_comparator(comparisons, first, second, limit=limit)
    if output is None:
        click.echo(as_json(found))
        return
    try:
        output.write_text(as_json(found) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"{output} cannot be written: {error.strerror or error}; name another file with -o."
        ) from error
    click.echo(f"Wrote {len(found['examples']):,} examples to {output}.")

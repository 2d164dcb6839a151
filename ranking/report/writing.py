"""Reports in every format, and their files."""

import csv
import io
import math
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ranking.capabilities.profile import CompetitorFindings
from ranking.errors import InputError
from ranking.leaderboard import formula_safe
from ranking.report.contents import Report
from ranking.report.document import document
from ranking.report.html_page import as_html
from ranking.report.markdown import as_markdown

_COLUMNS = (
    "capability", "name", "kind", "verdict", "direction", "most_specific", "items", "effect", "low",
    "high", "estimate", "own_weight", "p", "q", "false_sign_rate", "needed", "sentence", "evidence",
)  # fmt: skip


def _markdown(report: Report) -> bytes:
    return as_markdown(document(report)).encode()


def _html(report: Report) -> bytes:
    return as_html(document(report)).encode()


def _pdf(report: Report) -> bytes:
    from ranking.report.pdf import as_pdf

    return as_pdf(document(report))


FORMATS: dict[str, Callable[[Report], bytes]] = {".md": _markdown, ".html": _html, ".pdf": _pdf}
"""How a report is written, by the suffix of its file."""


def written(report: Report, suffix: str) -> bytes:
    """Return a report as the bytes of a file; the same report gives the same bytes.

    Parameters
    ----------
    suffix : {".md", ".html", ".pdf"}

    Raises
    ------
    InputError
        If the suffix is another one.
    """
    return _format(suffix)(report)


def check_format(path: str | os.PathLike[str]) -> None:
    """Refuse a file that no report can be written to, before any work is done.

    Raises
    ------
    InputError
        If its suffix is unknown.
    """
    _format(Path(path).suffix)


def _format(suffix: str) -> Callable[[Report], bytes]:
    write = FORMATS.get(suffix.lower())
    if write is None:
        found = f"not as {suffix!r}" if suffix else "and the file's name ends in none of them"
        raise InputError(f"A report is written as {', '.join(FORMATS)}; {found}.")
    return write


def write_report(report: Report, path: str | os.PathLike[str]) -> None:
    """Write a report to a file, in the format that its suffix names.

    Raises
    ------
    InputError
        If the suffix is unknown, or the file cannot be written.
    """
    write_file(path, written(report, Path(path).suffix))


def write_file(path: str | os.PathLike[str], content: bytes) -> None:
    """Write a file.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    try:
        Path(path).write_bytes(content)
    except OSError as error:
        raise InputError(f"{str(path)!r} cannot be written: {error.strerror}.") from None


def findings_csv(found: CompetitorFindings) -> str:
    """Return all findings as CSV, with names that cannot become spreadsheet formulas.

    Numbers have six significant digits; what is not known is empty.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for one in found.findings:
        values = asdict(one) | {"evidence": "; ".join(one.evidence)}
        writer.writerow([_cell(values[name]) for name in _COLUMNS])
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.6g}" if math.isfinite(value) else ""
    return formula_safe(value) if isinstance(value, str) else value

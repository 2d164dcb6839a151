"""Leaderboards as people and programs read them: a conclusion, text, JSON, CSV, Markdown, LaTeX."""

import json
import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from ranking.conclusion import conclusion, tied_for_first
from ranking.leaderboard_equilibrium import equilibrium_dict, equilibrium_text
from ranking.ratings import STATUS_WORDS, Parameter, Ratings
from ranking.uncertainty.draws import draw_summary
from ranking.wording import number, one_line, plural, tier_text

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_MOST_LETTERS = 6
_LATEX = str.maketrans(
    {
        "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}",
        "–": "--", "−": "$-$", "∞": r"$\infty$",
    }
)  # fmt: skip


def rank_text(ratings: Ratings, at: int) -> str:
    """Return a rank range such as "4–8", "4", or nothing where there is no rank."""
    low, high = ratings.rank_low[at], ratings.rank_high[at]
    if math.isnan(ratings.rank[at]):
        return ""
    if math.isnan(low) or math.isnan(high):
        return f"{ratings.rank[at]:.0f}"
    return f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"


def as_dict(ratings: Ratings) -> dict[str, Any]:
    """Return the JSON contract of a leaderboard (docs/json.md); what is not finite is null."""
    table = ratings.table()
    columns = {name: [_json_value(value) for value in table[name]] for name in table.columns}
    columns["games"] = [int(games) for games in table["games"]]
    summary = draw_summary(ratings)
    for name, values in (("p_best", summary.best), ("expected_rank", summary.expected_rank)):
        columns[name] = [_json_value(value) for value in values[ratings.order]]
    settings = {"level": ratings.level, **ratings.settings}
    if "interval" in settings:
        settings["estimator"] = settings["interval"]
    settings["interval"] = ratings.interval
    if ratings.anchor:
        settings["anchor"] = {ratings.anchor[0]: ratings.anchor[1]}
    return {
        "arena": ratings.arena,
        "simulated": ratings.simulated,
        "method": ratings.method,
        "settings": settings,
        "selection": dict(ratings.selection),
        "comparisons": int(ratings.comparisons),
        "scale": ratings.scale,
        "log_loss": _json_value(ratings.log_loss),
        "effective_comparisons": _json_value(ratings.effective_comparisons),
        "rank_sets": ratings.rank_sets,
        "tied_for_first": list(tied_for_first(ratings)),
        "parameters": [
            {name: _json_value(value) for name, value in asdict(parameter).items()}
            for parameter in ratings.parameters
        ],
        "warnings": list(ratings.warnings),
        "equilibrium": equilibrium_dict(ratings),
        "competitors": [
            dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)
        ],
    }


def as_json(ratings: Ratings) -> str:
    """Return the JSON contract as text."""
    return json.dumps(as_dict(ratings), indent=2, ensure_ascii=False, allow_nan=False)


def as_csv(ratings: Ratings) -> str:
    """Return the columns of the JSON contract as CSV; names cannot become spreadsheet formulas."""
    table = ratings.table().replace([np.inf, -np.inf], np.nan)
    table["competitor"] = [formula_safe(name) for name in table["competitor"]]
    return str(table.to_csv(index=False))


def as_text(ratings: Ratings, *, limit: int | None = None) -> str:
    """Return the leaderboard as aligned plain text, with its conclusion and warnings."""
    header, rows = _cells(ratings, limit)
    widths = [max(len(row[at]) for row in [header, *rows]) for at in range(len(header))]

    def line(row: list[str]) -> str:
        cells = [
            cell.ljust(width) if at in (1, len(header) - 1) else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    left_out = len(ratings) - len(rows)
    more = [f"… and {left_out:,} more"] if left_out else []
    notes = [f"Note: {warning}" for warning in ratings.warnings]
    notes = [*map(_parameter_text, ratings.parameters), *notes]
    said = one_line(" ".join(conclusion(ratings)))
    table = [line(header), *map(line, rows), *more, *equilibrium_text(ratings)]
    return "\n".join([one_line(_title(ratings)), said, "", *table, *map(one_line, notes)])


def as_markdown(ratings: Ratings) -> str:
    """Return the leaderboard as a Markdown table."""

    def escaped(cell: str) -> str:
        return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|$~" else c for c in cell)

    header, rows = _cells(ratings, None)
    rule = ["---:", ":---", *["---:"] * (len(header) - 3), ":---"]
    head, *cells = [[escaped(cell) for cell in row] for row in [header, *rows]]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in [head, rule, *cells])
    return f"{lines}\n\n{escaped(one_line(_title(ratings)))}\n"


def as_latex(ratings: Ratings) -> str:
    """Return the leaderboard as a LaTeX table (packages: booktabs)."""
    header, rows = _cells(ratings, None)
    lines = [" & ".join(cell.translate(_LATEX) for cell in row) + r" \\" for row in rows]
    return "\n".join(
        [
            rf"\begin{{tabular}}{{rl{'r' * (len(header) - 3)}l}}",
            r"\toprule",
            " & ".join(cell.translate(_LATEX) for cell in header) + r" \\",
            r"\midrule",
            *lines,
            r"\bottomrule",
            r"\end{tabular}",
            f"% {one_line(_title(ratings))}",
            "",
        ]
    )


def formula_safe(cell: str) -> str:
    """Prefix what a spreadsheet would run as a formula with an apostrophe."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


FORMATS: dict[str, Callable[[Ratings], str]] = {
    "table": as_text,
    "json": as_json,
    "csv": as_csv,
    "markdown": as_markdown,
    "latex": as_latex,
}
"""Every format of a leaderboard by the name that the CLI uses."""


def _parameter_text(parameter: Parameter) -> str:
    decimals, unit = (0, f" {parameter.unit}") if parameter.unit else (3, "")
    value, low, high = (
        number(each, decimals) for each in (parameter.estimate, parameter.low, parameter.high)
    )
    return f"{parameter.name}: {value}{unit} ({low} to {high})"


def _title(ratings: Ratings) -> str:
    parts = [
        f"{ratings.arena} (simulated)" if ratings.simulated else ratings.arena,
        f"{ratings.comparisons:,.0f} comparisons",
        f"{len(ratings):,} {plural(ratings.noun)}",
        f"{ratings.method}, {100 * ratings.level:.12g}% intervals: {ratings.interval}",
    ]
    return " · ".join(part for part in parts if part)


def _cells(ratings: Ratings, limit: int | None) -> tuple[list[str], list[list[str]]]:
    """Return the head and the rows of the leaderboard as text; names are in the second column."""
    several = len(np.unique(ratings.component[np.isfinite(ratings.rating)])) > 1
    tiers = any(ratings.tiers)
    adjusted = ratings.unadjusted is not None
    header = ["rank", ratings.noun, "rating"]
    header += ["change"] if adjusted else []
    header += ["interval"]
    header += ["tier"] if tiers else []
    header += ["games", "win rate", "status"]
    rows = []
    for at in ratings.order[:limit]:
        low, high = ratings.low[at], ratings.high[at]
        group = f"group {ratings.component[at] + 1}" if several else ""
        row = [
            rank_text(ratings, at),
            one_line(ratings.competitors[at]),
            number(ratings.rating[at]),
        ]
        if ratings.unadjusted is not None:
            change = ratings.rating[at] - ratings.unadjusted[at]
            row.append(f"+{number(change)}" if change >= 0.5 else number(change))
        row.append("" if math.isnan(low) else f"{number(low)} to {number(high)}")
        if tiers:
            row.append(tier_text(ratings.tiers[at]))
        row += [
            number(ratings.games[at]),
            f"{ratings.win_rate[at]:.1%}" if math.isfinite(ratings.win_rate[at]) else "",
            ", ".join(filter(None, [STATUS_WORDS[ratings.status[at]], group])),
        ]
        rows.append(row)
    return header, rows


def _json_value(value: Any) -> Any:
    """Turn a table's value into what JSON knows: whole numbers stay whole, not finite is null."""
    if value is None or isinstance(value, str):
        return value
    try:
        as_float = float(value)
    except (TypeError, ValueError):
        return None
    if not math.isfinite(as_float):
        return None
    return int(as_float) if isinstance(value, int | np.integer) else as_float

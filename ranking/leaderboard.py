"""Leaderboards as people and programs read them: a conclusion, text, JSON, CSV, Markdown, LaTeX."""

import json
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from ranking.ratings import STATUS_WORDS, Ratings

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_LATEX = str.maketrans(
    {
        "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}",
        "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}",
        "–": "--", "−": "$-$", "∞": r"$\infty$",
    }
)  # fmt: skip


def conclusion(ratings: Ratings) -> tuple[str, str]:
    """Say who leads and what cannot be told apart, in two sentences of plain text."""
    main = [at for at in ratings.order if ratings.component[at] == ratings.component.min()]
    ranked = [at for at in main if math.isfinite(ratings.rating[at])]
    if not ranked:
        return f"No {ratings.noun} can be rated.", "The selection holds no comparisons."
    # Who is known to one side only, or by a few games, could stand anywhere: it is counted apart.
    bounded = [at for at in ranked if not math.isinf(ratings.high[at] - ratings.low[at])]
    settled = [at for at in bounded if ratings.status[at] != "provisional"] or bounded or ranked
    leader = settled[0]
    first = [at for at in settled if ratings.high[at] >= ratings.low[leader]]
    detail = _second_sentence(ratings, bounded or ranked)
    open_ended = len(ranked) - len(bounded) if bounded else 0
    if open_ended:
        nouns = ratings.noun if open_ended == 1 else plural(ratings.noun)
        detail += f" {open_ended:,} more {nouns} never won or never lost and cannot be placed."
    joining = [
        at for at in bounded if at not in settled and ratings.high[at] >= ratings.low[leader]
    ]
    if joining:
        nouns = ratings.noun if len(joining) == 1 else plural(ratings.noun)
        detail += f" {len(joining):,} provisional {nouns} may still take first place."
    return _headline(ratings, settled, first), detail


def plural(noun: str) -> str:
    """Return the plural of a noun: models, policies, matches."""
    if noun.endswith("y") and noun[-2:-1] not in ("a", "e", "o", "u"):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"


def rank_text(ratings: Ratings, at: int) -> str:
    """Return a rank range such as "4–8", "4", or nothing where there is no rank."""
    low, high = ratings.rank_low[at], ratings.rank_high[at]
    if math.isnan(ratings.rank[at]):
        return ""
    if math.isnan(low) or math.isnan(high):
        return f"{ratings.rank[at]:.0f}"
    return f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"


def number(value: float, decimals: int = 0) -> str:
    """Return a number with a real minus sign; nothing for NaN, ∞ for infinity."""
    if math.isnan(value):
        return ""
    text = "∞" if math.isinf(value) else f"{abs(value):,.{decimals}f}"
    return f"−{text}" if value < 0 and text.strip("0.,") else text


def as_dict(ratings: Ratings) -> dict[str, Any]:
    """Return the JSON contract of a leaderboard (docs/json.md); what is not finite is null."""
    table = ratings.table()
    columns = {name: [_json_value(value) for value in table[name]] for name in table.columns}
    columns["games"] = [int(games) for games in table["games"]]
    settings = {"level": ratings.level, "interval": ratings.interval, **ratings.settings}
    if ratings.anchor:
        settings["anchor"] = {ratings.anchor[0]: ratings.anchor[1]}
    return {
        "arena": ratings.arena,
        "simulated": ratings.simulated,
        "method": ratings.method,
        "settings": settings,
        "selection": dict(ratings.selection),
        "comparisons": int(ratings.comparisons),
        "log_loss": _json_value(ratings.log_loss),
        "warnings": list(ratings.warnings),
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
    headline, detail = conclusion(ratings)
    notes = [f"Note: {warning}" for warning in ratings.warnings]
    return "\n".join(
        [_title(ratings), f"{headline} {detail}", "", line(header), *map(line, rows), *more, *notes]
    )


def as_markdown(ratings: Ratings) -> str:
    """Return the leaderboard as a Markdown table."""

    def escaped(cell: str) -> str:
        return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|$~" else c for c in cell)

    header, rows = _cells(ratings, None)
    rule = ["---:", ":---", "---:", "---:", "---:", "---:", ":---"]
    lines = [header, rule, *([escaped(cell) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in lines) + f"\n\n{_title(ratings)}\n"


def as_latex(ratings: Ratings) -> str:
    """Return the leaderboard as a LaTeX table (packages: booktabs)."""
    header, rows = _cells(ratings, None)
    lines = [" & ".join(cell.translate(_LATEX) for cell in row) + r" \\" for row in rows]
    return "\n".join(
        [
            r"\begin{tabular}{rlrrrrl}",
            r"\toprule",
            " & ".join(cell.translate(_LATEX) for cell in header) + r" \\",
            r"\midrule",
            *lines,
            r"\bottomrule",
            r"\end{tabular}",
            f"% {_title(ratings)}".replace("\n", " "),
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


def _headline(ratings: Ratings, ranked: list[int], first: list[int]) -> str:
    for at, name in enumerate(ratings.competitors):
        if ratings.rank_high[at] == 1 and ratings.status[at] == "unbeaten":
            return f"{name} was never beaten and leads alone."
    leader = ratings.competitors[ranked[0]]
    if len(ranked) == 1:
        alone = int(np.isfinite(ratings.rating).sum()) == 1
        what = "that can be rated" if alone else "with a settled rating"
        return f"{leader} is the only {ratings.noun} {what}."
    if ratings.rank_low[ranked[0]] > 1:
        return f"{leader} has the highest rating that is settled."
    if len(first) == 1:
        second = ranked[1]
        gap = ratings.rating[ranked[0]] - ratings.rating[second]
        half = _half_width(ratings, ranked[0], second)
        margin = f"{number(gap)} ± {number(half)}" if math.isfinite(half) else number(gap)
        return f"{leader} leads alone, {margin} points ahead of {ratings.competitors[second]}."
    if len(first) == 0 or not math.isfinite(ratings.rank_low[ranked[0]]):
        return f"{leader} has the highest rating."
    names = [ratings.competitors[at] for at in first]
    if len(names) <= 3:
        return f"{', '.join(names[:-1])} and {names[-1]} share first place."
    others = len(first) - 1
    return f"{leader} and {others:,} other {plural(ratings.noun)} share first place."


def _second_sentence(ratings: Ratings, ranked: list[int]) -> str:
    low, high = ratings.rank_low[ranked], ratings.rank_high[ranked]
    if np.isnan(low).any():
        return "This method gives no intervals, so that neighbouring ranks may well be the same."
    alone = int((low == high).sum())
    nouns = plural(ratings.noun)
    if alone == len(ranked):
        return f"All {len(ranked):,} {nouns} can be told apart."
    if alone == 0:
        return f"None of the {len(ranked):,} {nouns} holds a rank of its own."
    verb = "holds a rank of its own" if alone == 1 else "hold a rank of their own"
    return f"Of {len(ranked):,} {nouns}, {alone:,} {verb}; the others share theirs with neighbours."


def _half_width(ratings: Ratings, i: int, j: int) -> float:
    """Half the interval of a difference, at the quantile that the marginal intervals use."""
    if ratings.covariance is None:
        return math.nan
    v = ratings.covariance
    quantile = (ratings.high[i] - ratings.rating[i]) / ratings.std_error[i]
    return float(quantile * math.sqrt(max(v[i, i] + v[j, j] - 2 * v[i, j], 0.0)))


def _title(ratings: Ratings) -> str:
    parts = [
        f"{ratings.arena} (simulated)" if ratings.simulated else ratings.arena,
        f"{ratings.comparisons:,.0f} comparisons",
        f"{len(ratings):,} {plural(ratings.noun)}",
        f"{ratings.method}, {100 * ratings.level:g}% intervals: {ratings.interval}",
    ]
    return " · ".join(part for part in parts if part)


def _cells(ratings: Ratings, limit: int | None) -> tuple[list[str], list[list[str]]]:
    header = ["rank", ratings.noun, "rating", "interval", "games", "win rate", "status"]
    several = len(np.unique(ratings.component[np.isfinite(ratings.rating)])) > 1
    rows = []
    for at in ratings.order[:limit]:
        low, high = ratings.low[at], ratings.high[at]
        group = f"group {ratings.component[at] + 1}" if several else ""
        rows.append(
            [
                rank_text(ratings, at),
                " ".join(ratings.competitors[at].split()),
                number(ratings.rating[at]),
                "" if math.isnan(low) else f"{number(low)} to {number(high)}",
                number(ratings.games[at]),
                f"{ratings.win_rate[at]:.1%}" if math.isfinite(ratings.win_rate[at]) else "",
                ", ".join(filter(None, [STATUS_WORDS[ratings.status[at]], group])),
            ]
        )
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

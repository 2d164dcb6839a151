"""What the redundancy laboratory found, as tables, JSON and Markdown."""

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np

from ranking.diagnostics.redundancy import AttackResult, Move, Robustness
from ranking.diagnostics.redundancy_words import points
from ranking.laplacian import Floats
from ranking.ratings import Ratings
from ranking.wording import one_line

if TYPE_CHECKING:
    from ranking.diagnostics.cyclic_structure import CyclicStructure

Table = tuple[list[str], list[list[str]]]


def as_dict(found: Robustness, structure: "CyclicStructure | None" = None) -> dict[str, Any]:
    """Return the JSON contract (docs/json-robustness.md); what is not finite is null.

    Parameters
    ----------
    found : Robustness
    structure : CyclicStructure, optional
        The cycles of the same log; `cycles` is null without it.
    """
    return {
        "arena": found.arena,
        "noun": found.noun,
        "simulated": found.simulated,
        "selection": dict(found.selection),
        "comparisons": _value(found.comparisons),
        "tasks_by": found.tasks_by,
        "sentence": found.sentence,
        "skipped": list(found.skipped),
        "left_out": list(found.left_out),
        "methods": [_method(found, at) for at in range(len(found.methods))],
        "attacks": [_attack(result) for result in found.results],
        "contributions": [
            _contributions(ratings)
            for ratings in found.baseline.values()
            if contributions(ratings) is not None
        ],
        "cycles": None if structure is None else cycles(structure),
    }


def as_json(found: Robustness, structure: "CyclicStructure | None" = None) -> str:
    """Return the JSON contract as text."""
    return json.dumps(as_dict(found, structure), indent=2, ensure_ascii=False, allow_nan=False)


def as_markdown(found: Robustness) -> str:
    """Return what was found as a Markdown table with its conclusion."""
    header, rows = moves_table(found)
    rule = [":---", *["---:"] * (len(header) - 1)]
    head, *cells = [[_escaped(one_line(cell)) for cell in row] for row in [header, *rows]]
    lines = "\n".join(f"| {' | '.join(row)} |" for row in [head, rule, *cells])
    notes = [found.sentence, *found.skipped, *failures(found), title(found)]
    said = "\n\n".join(_escaped(one_line(note)) for note in notes)
    return f"{lines}\n\n{said}\n"


def title(found: Robustness) -> str:
    """Return what was examined: "zoo · 1,200 comparisons · tasks: items"."""
    arena = f"{found.arena} (simulated)" if found.simulated else found.arena
    tasks = "one task" if found.tasks_by == "none" else f"tasks: {found.tasks_by}"
    return " · ".join(filter(None, [arena, f"{found.comparisons:,.0f} comparisons", tasks]))


def moves_table(found: Robustness) -> Table:
    """Return attacks x methods: the largest move in points and how many change places.

    ``<18`` is a move that may be chance: Elo's random orders leave so much in doubt.
    """
    rows = [
        [result.attack.name, *(_cell(move) for move in result.moves)] for result in found.results
    ]
    return ["attack", *found.methods], rows


def failures(found: Robustness) -> tuple[str, ...]:
    """Return for each method that could not rate why it could not, each reason once."""
    said = {
        f"{move.title}: {move.error}": None
        for result in found.results
        for move in result.moves
        if move.error
    }
    return tuple(said)


def contributions(ratings: Ratings) -> Floats | None:
    """Return the part of each rating that is earned on each task, in points, (m, T), if known."""
    report = ratings.equilibrium
    return None if report is None or not len(report.tasks) else report.contribution


def carrying(ratings: Ratings) -> Floats:
    """Return each task's share of what the ratings are made of, shape (T,), adding up to 1.

    The mean over competitors of the size of a task's contribution, over the sum of all tasks'.
    """
    parts = contributions(ratings)
    assert parts is not None
    size = np.nanmean(np.abs(parts), axis=0)
    total = size.sum()
    return size / total if total > 0 else np.full(len(size), math.nan)


def tasks_table(ratings: Ratings) -> Table:
    """Return the tasks, those that carry most first: share, mass and rating."""
    report = ratings.equilibrium
    assert report is not None
    share = carrying(ratings)
    rows = []
    for at in np.argsort(-share, kind="stable"):
        mass = "" if report.task_mass is None else f"{report.task_mass[at]:.1%}"
        rows.append(
            [report.tasks[at], f"{share[at]:.1%}", mass, points(float(report.task_rating[at]))]
        )
    return ["task", "share of the ratings", "mass", "rating"], rows


def cycles(structure: "CyclicStructure") -> dict[str, Any]:
    """Return the cycles of a log as the JSON contract has them."""
    share, held_out = structure.intransitivity, structure.held_out
    return {
        "sentence": structure.sentence,
        "share": _value(share.share),
        "p_value": _value(share.p_value),
        "p_value_by": share.p_value_by,
        "df": share.df,
        "left_out": structure.left_out,
        "competitors": [
            {"competitor": name, "rating": float(structure.rating[at])}
            for at, name in enumerate(structure.competitors)
        ],
        "margin": _matrix(structure.margin),
        "residual": _matrix(structure.residual),
        "observed": structure.observed.tolist(),
        "cycles": [asdict(cycle) for cycle in structure.cycles],
        "discs": [
            {
                "strength": disc.strength,
                "share": disc.share,
                "p_value": _value(disc.p_value),
                "coordinates": _matrix(disc.coordinates),
            }
            for disc in structure.discs
        ],
        "held_out": None if held_out is None else asdict(held_out) | {"helps": held_out.helps},
    }


def cycles_table(structure: "CyclicStructure") -> Table:
    """Return the triples that contradict strengths most."""
    rows = [
        [
            " → ".join((*cycle.competitors, cycle.competitors[0])),
            "yes" if cycle.closed else "no",
            " ".join(
                f"{won:,.0f}:{lost:,.0f}" for won, lost in zip(cycle.won, cycle.lost, strict=True)
            ),
            f"{cycle.z:.1f}",
        ]
        for cycle in structure.cycles
    ]
    return ["circle", "each wins", "won:lost", "z"], rows


def _matrix(values: Floats) -> list[list[float | int | None]]:
    return [[_value(value) for value in row] for row in values]


def _cell(move: Move) -> str:
    if move.error:
        return "–"
    if move.mover:
        return f"{points(move.largest)} ({move.changed:,})"
    return f"<{points(move.chance)}" if move.noise else "0"


def _method(found: Robustness, at: int) -> dict[str, Any]:
    name = found.methods[at]
    ratings = found.baseline.get(name)
    titles = [result.moves[at].title for result in found.results]
    errors = [result.moves[at].error for result in found.results if result.moves[at].error]
    zero = "its own" if ratings and ratings.equilibrium else "mean of the originals"
    return {
        "method": name,
        "title": titles[0] if titles else name,
        "zero": zero if ratings else None,
        "scale": ratings.scale if ratings else None,
        "settings": dict(ratings.settings) if ratings else None,
        "warnings": list(ratings.warnings) if ratings else [],
        "error": errors[0] if errors and ratings is None else None,
    }


def _attack(result: AttackResult) -> dict[str, Any]:
    return {
        "kind": result.attack.kind,
        "name": result.attack.name,
        "sentence": result.attack.sentence,
        "settings": dict(vars(result.attack)),
        "only_repeats": result.only_repeats,
        "comparisons": _value(result.comparisons),
        "moves": [_move(move) for move in result.moves],
    }


def _move(move: Move) -> dict[str, Any]:
    columns = {
        "before": move.before,
        "after": move.after,
        "rank_before": move.rank_before,
        "rank_after": move.rank_after,
    }
    return {
        "method": move.method,
        "largest": _value(move.largest),
        "mover": move.mover or None,
        "changed": move.changed,
        "seconds": move.seconds,
        "noise": move.noise,
        "error": move.error or None,
        "competitors": [
            {"competitor": name} | {key: _value(values[at]) for key, values in columns.items()}
            for at, name in enumerate(move.competitors)
            if not move.error
        ],
    }


def _contributions(ratings: Ratings) -> dict[str, Any]:
    report, parts, share = ratings.equilibrium, contributions(ratings), carrying(ratings)
    assert report is not None
    assert parts is not None
    mass = report.task_mass
    return {
        "method": ratings.method,
        "tasks": [
            {
                "task": task,
                "share": _value(share[at]),
                "mass": None if mass is None else _value(mass[at]),
                "rating": _value(report.task_rating[at]),
            }
            for at, task in enumerate(report.tasks)
        ],
        "competitors": [
            {
                "competitor": ratings.competitors[at],
                "rating": _value(ratings.rating[at]),
                "points": [_value(part) for part in parts[at]],
            }
            for at in ratings.order
        ],
    }


def _value(number: float) -> float | int | None:
    """Return what JSON knows: whole numbers stay whole, not finite is null."""
    value = float(number)
    if not math.isfinite(value):
        return None
    return int(value) if value.is_integer() else value


def _escaped(cell: str) -> str:
    return "".join(f"\\{c}" if c in "\\`*_{}[]<>#|$~" else c for c in cell)

"""A pair of competitors as a file of LLM Comparator, so that a second viewer can open it."""

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from ranking.comparisons import Comparisons
from ranking.errors import InputError
from ranking.store.pair_log import PairVerdict, read_pair_log
from ranking.store.where import where

HIGHEST = 1.5
"""Score of an item that A won outright; an item that B won has minus that."""

Held = Sequence[PairVerdict]
Sides = tuple[float | None, float | None]

_JUDGE = "judge"
_LABELS = {
    "a": "A is better",
    "b": "B is better",
    "tie": "Same",
    "both_bad": "Both are bad",
    "soft": "In between",
}
_MOST_CATEGORIES = 50  # distinct values of a field that is shown as categories
_SHORT = 80  # characters of such a value


@dataclass(frozen=True)
class _Column:
    """A custom field: its name, its type there, and its value in an example."""

    name: str
    kind: str
    value: Callable[[Held], Any] | None = None  # None: each rating has its own


def llm_comparator(
    comparisons: Comparisons, first: str, second: str, *, limit: int | None = None
) -> dict[str, Any]:
    """Return all comparisons of two competitors in the format of LLM Comparator.

    An example is an item with a response of each side; its score is the weighted mean of its
    verdicts, from 1.5 (A is better in all) to −1.5. Each verdict is a rating with its judge, what
    the judge wrote, and whether B was shown first (`is_flipped`; scores are never flipped). Tags
    are the paths of capabilities; fields, scores, features and the number of verdicts are custom
    fields.

    Parameters
    ----------
    comparisons : Comparisons
        The log; its selection applies.
    first, second : str
        Models A and B.
    limit : int, optional
        Most examples, the first of the log; all by default.

    Returns
    -------
    dict
        JSON values.

    Raises
    ------
    InputError
        If the limit is not positive.
    SelectionError
        If a name is unknown, both are the same, or the two never met in the selection.

    References
    ----------
    Kahng et al. 2024, LLM Comparator, arXiv:2402.10524.
    """
    if limit is not None and limit < 1:
        raise InputError(f"The number of examples must be 1 or more, not {limit}.")
    arena, selection = comparisons.arena, comparisons.selection
    with comparisons.store.reading() as connection:
        condition = where(connection, arena, selection)
        verdicts = read_pair_log(connection, arena, condition, first, second)
    examples = _examples(verdicts)[:limit]
    columns = _columns(examples)
    of = f"{arena.name}, comparisons {selection.sentence}" if selection else arena.name
    return {
        "metadata": {
            "source_path": f"Podium: {of}",
            "custom_fields_schema": [{"name": each.name, "type": each.kind} for each in columns],
        },
        "models": [{"name": first}, {"name": second}],
        "examples": [_example(held, columns) for held in examples],
    }


def as_json(values: dict[str, Any]) -> str:
    """Return the file as text."""
    return json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False)


def _examples(verdicts: Iterable[PairVerdict]) -> list[Held]:
    """Put verdicts on the same item and responses together, in the order of the log."""
    found: dict[object, list[PairVerdict]] = {}
    for verdict in verdicts:
        key = (verdict.place if verdict.item is None else verdict.item, verdict.responses)
        found.setdefault(key, []).append(verdict)
    return [*found.values()]


def _columns(examples: Sequence[Held]) -> list[_Column]:
    """Return the custom fields; every example has them all."""
    everything = [verdict for held in examples for verdict in held]
    found = [_Column("verdicts", "number", len)]
    if any(verdict.item is not None and verdict.text for verdict in everything):
        found.append(_Column("item", "string", lambda held: held[0].item or ""))
    if any(verdict.judge is not None for verdict in everything):
        found.append(_Column(_JUDGE, "per_rating_string"))
    if any(score is not None for verdict in everything for score in verdict.scores):
        means = partial(_means, of=lambda verdict: verdict.scores)
        found.append(_Column("score of the response", "per_model_number", means))
    for name in everything[0].features:
        of = partial(_feature, name=name)
        found.append(_Column(name, "per_model_number", partial(_means, of=of)))
    names = dict.fromkeys(name for verdict in everything for name in verdict.fields)
    for name in names:
        value = partial(_joined, name=name)
        if name.endswith("_a") and f"{name[:-2]}_b" in names:
            both = partial(_of_sides, name=name[:-2])
            kind = _kind(text for held in examples for text in both(held))
            found.append(_Column(name[:-2], f"per_model_{kind}", both))
        elif not (name.endswith("_b") and f"{name[:-2]}_a" in names):
            found.append(_Column(name, _kind(map(value, examples)), value))
    return _told_apart(found)


def _kind(values: Iterable[str]) -> str:
    """Return the type of a field: few short values are categories."""
    distinct = set(values)
    few = len(distinct) <= _MOST_CATEGORIES and max(map(len, distinct)) <= _SHORT
    return "category" if few else "text"


def _told_apart(columns: Sequence[_Column]) -> list[_Column]:
    """Rename fields of the log that are called like another."""
    taken: set[str] = set()
    found = []
    for column in columns:
        name = column.name
        while name in taken:
            name += " (imported)"
        taken.add(name)
        found.append(replace(column, name=name))
    return found


def _example(held: Held, columns: Sequence[_Column]) -> dict[str, Any]:
    first, judged = held[0], any(column.name == _JUDGE for column in columns)
    total = sum(verdict.weight for verdict in held)
    score = sum(verdict.weight * verdict.score for verdict in held) / total
    return {
        "input_text": first.text or first.item or f"import {first.place[0]}, line {first.place[1]}",
        "tags": sorted({path for verdict in held for path in verdict.capabilities}),
        "output_text_a": first.responses[0] or "",
        "output_text_b": first.responses[1] or "",
        "score": _scaled(score),
        "individual_rater_scores": [
            {
                "score": _scaled(verdict.score),
                "rating_label": _LABELS[verdict.outcome],
                "is_flipped": None if verdict.a_first is None else not verdict.a_first,
                "rationale": verdict.feedback or "",
                "custom_fields": {_JUDGE: verdict.judge or ""} if judged else {},
            }
            for verdict in held
        ],
        "rationale_list": [],
        "custom_fields": {
            column.name: column.value(held) for column in columns if column.value is not None
        },
    }


def _scaled(score: float) -> float:
    return round(HIGHEST * (2 * score - 1), 6)


def _joined(held: Held, name: str) -> str:
    """Return the values of a field in an example; several are parted by semicolons."""
    return "; ".join(dict.fromkeys(v.fields[name] for v in held if name in v.fields))


def _of_sides(held: Held, name: str) -> list[str]:
    return [_joined(held, f"{name}_{side}") for side in "ab"]


def _feature(verdict: PairVerdict, name: str) -> Sides:
    return verdict.features[name]


def _means(held: Held, of: Callable[[PairVerdict], Sides]) -> list[float | None]:
    """Return the mean of either side over the verdicts; None where nothing is known."""

    def mean(values: list[float]) -> float | None:
        return math.fsum(values) / len(values) if values else None

    sides = zip(*map(of, held), strict=True)
    return [mean([v for v in side if v is not None and math.isfinite(v)]) for side in sides]

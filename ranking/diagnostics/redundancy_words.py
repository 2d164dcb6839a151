"""What the redundancy laboratory found, in sentences."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ranking.wording import number, plural

if TYPE_CHECKING:
    from ranking.diagnostics.redundancy import AttackResult, Move


def conclusion(results: "Sequence[AttackResult]", noun: str) -> str:
    """Say which methods moved under exact copies, which did not, and what the rest did."""
    copies = [result for result in results if result.only_repeats]
    others = [result for result in results if not result.only_repeats]
    sentences = [*_of_copies(copies, noun), *_of_others(others, noun, after_copies=bool(copies))]
    failed = {move.title for result in results for move in result.moves if move.error}
    if failed:
        sentences.append(f"{listed(sorted(failed))} could not rate everything.")
    return " ".join(sentences) or "Nothing was compared."


def points(value: float) -> str:
    """Return points: whole ones from 10 on, tenths below."""
    return number(value, 0 if abs(value) >= 9.95 else 1)


def listed(names: Sequence[str]) -> str:
    """Join names: "ant, bee and cat"."""
    *most, last = names
    return f"{', '.join(most)} and {last}" if most else last


def _of_copies(results: "Sequence[AttackResult]", noun: str) -> list[str]:
    worst = _worst(results)
    moving = [found for found in worst if found[1].mover]
    still = [move.title for _, move in worst if not move.mover and not move.noise]
    sentences = []
    if moving:
        result, move = moving[0]
        how_far = f"by up to {_size_text(move)} ({_changed(result, move, noun)})"
        sentences.append(f"Exact copies move {move.title} {how_far}.")
        rest = [f"{move.title} by up to {_size_text(move)}" for _, move in moving[1:]]
        if rest:
            sentences.append(f"They also move {listed(rest)}.")
    if still:
        verb = "does" if len(still) == 1 else "do"
        what = "them" if moving else "exact copies"
        sentences.append(f"{listed(still)} {verb} not move under {what}.")
    return sentences + _in_doubt(worst)


def _in_doubt(worst: "Sequence[tuple[AttackResult, Move]]") -> list[str]:
    """Say of whom it is not known whether it moves: its noise is larger."""
    return [
        f"Whether {move.title} moves is not known: its random orders leave "
        f"{points(move.chance)} points in doubt."
        for _, move in worst
        if move.noise and not move.mover
    ]


def _of_others(results: "Sequence[AttackResult]", noun: str, *, after_copies: bool) -> list[str]:
    every = [found for found in _worst(results) if found[1].win_rates]
    doubts = [] if after_copies else _in_doubt(every)
    worst = [found for found in every if found[1].mover or not found[1].noise]
    if not worst:
        return doubts
    result, most = worst[0]
    what, move, moves = "Attacks that also add or shift evidence", "move", "move no method"
    if len(results) == 1:
        what = "The other attack" if after_copies else "This attack"
        move, moves = "moves", "moves no method"
    elif not after_copies:
        what = "The attacks"
    if not most.mover:
        return [f"{what} {moves}.", *doubts]
    how_far = f"by up to {_size_text(most)} ({_changed(result, most, noun)})"
    if len(worst) == 1:
        return [f"{what} {move} {most.title} {how_far}.", *doubts]
    still = [found.title for _, found in worst if not found.mover]
    least = worst[-1][1]
    end = (
        f"and not {listed(still)}"
        if still
        else f"and {least.title} least, by up to {_size_text(least)}"
    )
    of_those = "" if len(every) == len(_worst(results)) else ", of those whose points compare"
    return [f"{what} {move} {most.title} most{of_those}, {how_far}, {end}.", *doubts]


def _worst(results: "Sequence[AttackResult]") -> "list[tuple[AttackResult, Move]]":
    """Return for each method that could rate the attack that moved it most, most moved first.

    Methods whose points mean something else than those of win rates come last.
    """
    methods = dict.fromkeys(move.method for result in results for move in result.moves)
    worst = []
    for method in methods:
        moves = [
            (result, move)
            for result in results
            for move in result.moves
            if move.method == method and not move.error
        ]
        if moves:
            worst.append(max(moves, key=_size))
    return sorted(worst, key=lambda found: (found[1].win_rates, _size(found)), reverse=True)


def _size_text(move: "Move") -> str:
    unit = "points" if move.win_rates else "points of a scale of its own"
    return f"{points(move.largest)} {unit}"


def _size(found: "tuple[AttackResult, Move]") -> tuple[bool, float]:
    """Return what a move is ordered by: one that may be chance comes after all that are not."""
    return bool(found[1].mover), found[1].largest


def _changed(result: "AttackResult", move: "Move", noun: str) -> str:
    if not move.changed:
        return f"{result.attack.name}: no {noun} changes places"
    verb = "changes" if move.changed == 1 else "change"
    among = f"{move.changed:,} of {len(move.competitors):,} {plural(noun)}"
    return f"{result.attack.name}: {among} {verb} places"

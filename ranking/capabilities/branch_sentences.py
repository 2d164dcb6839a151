"""What a branch of a taxonomy comes to, in sentences made from the numbers."""

import numpy as np

from ranking.capabilities.findings import Findings
from ranking.capabilities.sentences import shown_name, summary
from ranking.laplacian import Codes

_LONGEST_NAME = 60  # characters of a capability that a sentence names


def directions(found: Findings, columns: list[int]) -> Codes:
    """Return 1, -1 or 0 for strengths, weaknesses and the rest, shape (N, c)."""
    verdict = found.verdict[:, columns]
    toward = np.where(verdict == "confirmed", found.effect[:, columns], found.estimate[:, columns])
    known = np.isin(verdict, ("confirmed", "likely"))
    return np.where(known, np.sign(np.nan_to_num(toward)), 0).astype(np.int64)


def branch_sentences(
    found: Findings, direction: Codes, columns: list[int], chosen: tuple[str, ...], top: int
) -> tuple[str, ...]:
    """Sum up all nodes below the top: for each competitor, and then where two of them part.

    Parameters
    ----------
    direction : int array of shape (N, c)
        As `directions` returns it.
    columns : list of int, length c
        Codes of the competitors.
    chosen : tuple of str, length c
        Their names.
    top : int
        Position of a node; one that nothing lies below is summed up itself.
    """
    taxonomy = found.taxonomy
    inside = np.zeros(len(taxonomy), dtype=bool)
    inside[top] = True
    for at, above in enumerate(taxonomy.parent[1:], 1):
        inside[at] = inside[at] or inside[above]
    inside[top] = len(taxonomy.children[top]) == 0 and top > 0
    name = shown_name(taxonomy.keys[top], taxonomy.names[top])
    place = f"In {name if len(name) <= _LONGEST_NAME else 'this branch'}, " if top else ""
    words = {1: "strength", -1: "weakness", 0: ""}
    said = []
    for at, (column, name) in enumerate(zip(columns, chosen, strict=True)):
        met = np.flatnonzero(inside & (found.items[:, column] > 0))
        known = [(str(found.verdict[n, column]), words[int(direction[n, at])]) for n in met]
        said.append(place + summary(name, known) if known else f"{place}{name} was not compared.")
    if len(chosen) == 2:
        said.append(_parting(direction[inside], chosen))
    return tuple(said)


def _parting(direction: Codes, chosen: tuple[str, ...]) -> str:
    n = int((direction.prod(axis=1) < 0).sum())
    one, other = chosen
    if not n:
        return f"Nowhere is one of {one} and {other} strong where the other is weak."
    where = "In 1 capability" if n == 1 else f"In {n:,} capabilities"
    return f"{where} one of {one} and {other} is strong and the other weak."

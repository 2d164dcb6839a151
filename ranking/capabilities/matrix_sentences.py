"""What a capability matrix says, in sentences made from the numbers."""

from typing import TYPE_CHECKING

import numpy as np

from ranking.capabilities.evidence import Unit
from ranking.capabilities.sentences import shown_name, signed
from ranking.wording import plural

if TYPE_CHECKING:
    from ranking.capabilities.matrix import CapabilityMatrix

_LONGEST = 120  # letters of what the conclusion names


def conclusion(matrix: "CapabilityMatrix") -> str:
    """Count what is confirmed, and name the largest of it."""
    confirmed = matrix.verdict == "confirmed"
    total = int(confirmed.sum())
    below = int(matrix.confirmed_below.sum())
    if not total:
        if below:
            verb = "is" if below == 1 else "are"
            return f"No strength or weakness is confirmed at this level; {below:,} {verb} below it."
        return "No strength or weakness is confirmed."
    strengths = int((confirmed & (matrix.effect > 0)).sum())
    counts = [
        f"{number:,} {noun if number == 1 else plural(noun)}"
        for number, noun in ((strengths, "strength"), (total - strengths, "weakness"))
        if number
    ]
    size = np.where(confirmed, np.abs(np.nan_to_num(matrix.estimate)), -1.0)
    k, at = np.unravel_index(int(np.argmax(size)), size.shape)
    where = shown_name(matrix.keys[at], matrix.names[at])
    unit = _unit(matrix)
    by = f"{signed(float(matrix.effect[k, at]), unit)} {matrix.unit}"
    by += f", {signed(float(matrix.estimate[k, at]), unit)} as shrunk"
    named = f"{matrix.competitors[k]} in {where} ({by})"
    said = f"{' and '.join(counts)} {'is' if total == 1 else 'are'} confirmed"
    if len(named) > _LONGEST:
        return f"{said}."
    return f"{said}: {named}." if total == 1 else f"{said}; the largest is {named}."


def rest(matrix: "CapabilityMatrix") -> str:
    """Count what is not confirmed by what is known of it, and what is confirmed further down."""
    unit = _unit(matrix)
    smallest = f"{unit.size * matrix.settings.smallest_effect:.4g} {unit.name}"
    size = matrix.verdict.size
    counts = [
        f"{number:,} {words[number != 1]}"
        for verdict, words in (
            ("likely", ("is likely", "are likely")),
            ("no clear difference", (f"shows no difference of {smallest} or more",
                                     f"show no difference of {smallest} or more")),
            ("not enough data", ("needs more data", "need more data")),
        )
        if (number := int((matrix.verdict == verdict).sum()))
    ]  # fmt: skip
    said = []
    if len(counts) == 1 and counts[0].startswith(f"{size:,} ") and size > 1:
        said.append(f"All {counts[0].replace(' ', ' cells ', 1)}.")
    elif counts:
        listed = f"{', '.join(counts[:-1])} and {counts[-1]}" if len(counts) > 1 else counts[0]
        said.append(f"Of all {size:,} cells, {listed}.")
    below = int(matrix.confirmed_below.sum())
    if below and (matrix.verdict == "confirmed").any():
        verb = "is" if below == 1 else "are"
        said.append(f"Below this level, {below:,} more {verb} confirmed.")
    return " ".join(said)


def _unit(matrix: "CapabilityMatrix") -> Unit:
    return matrix.evidence.unit(matrix.settings.question, matrix.values)

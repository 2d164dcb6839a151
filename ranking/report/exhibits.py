"""The items behind findings, numbered as evidence, with excerpts of what was compared on them."""

from collections.abc import Sequence
from dataclasses import dataclass

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.capabilities.profile import CapabilityFinding
from ranking.outcomes import BothBad
from ranking.store.excerpts import ItemExcerpt, read_excerpts
from ranking.store.where import where


@dataclass(frozen=True)
class Exhibit:
    """One item that speaks for a finding.

    Attributes
    ----------
    number : int
        From 1, in the order in which findings name it.
    label : str
        Name of the item; a comparison without one as "import 1, line 7".
    seen : ItemExcerpt
    """

    number: int
    label: str
    seen: ItemExcerpt


def exhibits(
    evidence: CapabilityEvidence,
    competitor: str,
    findings: Sequence[CapabilityFinding],
    *,
    comparisons: int = 2,
    both_bad: BothBad = "tie",
) -> tuple[tuple[Exhibit, ...], dict[str, tuple[int, ...]]]:
    """Read the items that findings name as evidence.

    Parameters
    ----------
    findings : sequence of CapabilityFinding
        With the items that speak for them; those of weaknesses show the worst results first.
    comparisons : int, default 2
        Comparisons to show of each item.

    Returns
    -------
    tuple of Exhibit, dict
        The evidence, and its numbers by key of the capability.
    """
    place = {name: at for at, name in enumerate(evidence.log.names)}
    line = {
        evidence.log.label(evidence.log.known_items + at): code
        for at, code in enumerate(evidence.log.lines.tolist())
    }
    wanted: dict[tuple[str, bool], int] = {}
    numbers: dict[str, tuple[int, ...]] = {}
    for one in findings:
        worst = one.direction == "weakness"
        numbers[one.capability] = tuple(
            wanted.setdefault((label, worst), len(wanted) + 1) for label in one.evidence
        )
    found: dict[tuple[str, bool], ItemExcerpt] = {}
    log = evidence.comparisons
    with log.store.reading() as connection:
        condition = where(connection, log.arena, log.selection)
        for worst in (False, True):
            labels = [label for label, own in wanted if own == worst]
            seen = read_excerpts(
                connection, log.arena, condition, competitor,
                [label for label in labels if label in place],
                [line[label] for label in labels if label not in place],
                worst=worst, most=comparisons, both_bad=both_bad,
            )  # fmt: skip
            found |= {
                (label, worst): seen[label if label in place else line[label]] for label in labels
            }
    listed = tuple(Exhibit(at, key[0], found[key]) for key, at in wanted.items())
    return listed, numbers

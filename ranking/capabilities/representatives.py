"""Few findings that stand for all of them, as those of a tree lie in each other."""

import numpy as np

from ranking.capabilities.findings import Findings
from ranking.capabilities.profile import CapabilityFinding, CompetitorFindings


def representatives(findings: Findings, found: CompetitorFindings) -> tuple[CapabilityFinding, ...]:
    """Return confirmed findings that stand for all confirmed ones, larger ones first.

    Those are the capabilities that are a strength or weakness as a whole (`Findings.areas`), and
    the most specific ones that do not lie below one of the same direction: each confirmed finding
    is told, or lies below or above one that is.

    Parameters
    ----------
    findings : Findings
        Of all competitors.
    found : CompetitorFindings
        Of one of them, made of the same.
    """
    taxonomy, competitor = findings.taxonomy, found.evidence.position(found.competitor)
    sign = np.sign(np.nan_to_num(findings.effect[:, competitor]))
    whole = {one.node for one in findings.areas(competitor)}
    under = np.zeros(len(taxonomy), np.int64)  # direction of the area that a node lies below
    for at, above in enumerate(taxonomy.parent[1:].tolist(), 1):
        under[at] = sign[above] if above in whole else under[above]
    kept = {
        one.key
        for one in findings.of(competitor, "confirmed")
        if one.node in whole or (one.most_specific and under[one.node] != sign[one.node])
    }
    told = [one for one in found.of("confirmed") if one.capability in kept]
    return tuple(sorted(told, key=lambda one: -abs(one.effect)))


def foremost(findings: Findings, found: CompetitorFindings) -> tuple[CapabilityFinding, ...]:
    """Return `representatives`, and likely findings of whole capabilities that are in none of them.

    Parameters
    ----------
    findings, found
        As for `representatives`.
    """
    competitor = found.evidence.position(found.competitor)
    whole = findings.areas(competitor, "confirmed", "likely")
    kept = {one.key for one in whole if one.verdict == "likely"}
    likely = [one for one in found.of("likely") if one.capability in kept]
    return (*representatives(findings, found), *likely)

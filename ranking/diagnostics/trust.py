"""Whether to trust a leaderboard: each check passed, failed or was not run, in one sentence."""

from typing import Any

from ranking.comparisons import Comparisons
from ranking.diagnostics import checks
from ranking.diagnostics.checks import Check
from ranking.diagnostics.trust_evidence import Evidence, read_evidence
from ranking.ratings import Ratings


def trust_checks(
    comparisons: Comparisons, ratings: Ratings, *, evidence: Evidence | None = None
) -> tuple[Check, ...]:
    """Check whether a leaderboard can be trusted.

    Parameters
    ----------
    comparisons : Comparisons
        The log that was rated.
    ratings : Ratings
        Its ratings.
    evidence : Evidence, optional
        What `read_evidence` returned for the same comparisons, where it is at hand.

    Returns
    -------
    tuple of Check
        Connected, separated, clusters, ties, position, transitivity, fragility, provisional,
        duplicates, one judge.
    """
    read = read_evidence(comparisons) if evidence is None else evidence
    return (
        checks.connected(ratings),
        checks.separated(ratings),
        checks.clusters(ratings, read.clusters),
        checks.ties(ratings, read),
        checks.position(read.position),
        checks.transitivity(ratings, read),
        checks.fragility(comparisons, ratings),
        checks.provisional(ratings),
        checks.duplicates(read.duplicates),
        checks.one_judge(read.clusters),
    )


def as_dict(check: Check) -> dict[str, Any]:
    """Return a check as JSON values."""
    return {"name": check.name, "state": check.state, "words": check.words,
            "sentence": check.sentence, "about": list(check.about)}  # fmt: skip

"""How the findings of a report were made: settings, spreads, the hash of the data, versions."""

import math
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version

import numpy as np

from ranking.capabilities.evidence import CapabilityEvidence
from ranking.capabilities.node_scores import shrunken_means
from ranking.capabilities.profile import CompetitorFindings
from ranking.report.blocks import plain
from ranking.wording import number, percent, plural

_PACKAGES = ("podium", "numpy", "scipy", "duckdb")
_DIGITS = 9  # of scores in the hash: sums over threads differ in the last bits

QUESTIONS = {
    "itself": "Is it better in a capability than it is elsewhere, given whom it met?",
    "field": "Is it better in a capability than the field, whom it met there?",
    "bar": "Is it above a bar in a capability?",
}
"""What each question asks."""

_CONTROLS = {
    "either": "families of capabilities tested from the root down (Yekutieli), and one adjustment "
    "over all {nouns} and capabilities (Benjamini–Hochberg), each at half of q",
    "top-down": "families of capabilities tested from the root down (Yekutieli)",
    "flat": "one adjustment over all {nouns} and capabilities (Benjamini–Hochberg)",
}


def data_hash(evidence: CapabilityEvidence) -> str:
    """Return the SHA-256 of what findings rest on: results by item and pair, and the taxonomy.

    It is the same whatever database the log was imported into, and whatever came before it.
    """
    log, taxonomy = evidence.log, evidence.taxonomy
    digest = sha256()
    for names in (log.competitors, log.names, taxonomy.keys, taxonomy.names):
        digest.update(f"{len(names)}\n".encode())
        for name in names:
            digest.update(name.encode("utf-8", "surrogatepass") + b"\0")
    for codes in (
        log.item, log.first, log.second, taxonomy.parent, taxonomy.tag_item, taxonomy.tag_node,
        log.scored_item, log.scored_competitor,
    ):  # fmt: skip
        digest.update(np.asarray(codes, "<i8").tobytes())
    for scores in (log.score, log.side_score):
        digest.update((np.round(np.asarray(scores, "<f8"), _DIGITS) + 0.0).tobytes())
    return digest.hexdigest()


def spreads(evidence: CapabilityEvidence, found: CompetitorFindings) -> tuple[float, ...]:
    """Return tau of each depth below the root, in the unit of the findings."""
    observed = evidence.observations(found.settings.question, found.values)
    spread = shrunken_means(observed, evidence.taxonomy).spread[1:]
    return tuple(found.unit.size * float(tau) for tau in spread)


def versions() -> str:
    """Return the versions of Podium and of what it computes with."""
    said = []
    for name in _PACKAGES:
        try:
            said.append(f"{name.capitalize() if name == 'podium' else name} {version(name)}")
        except PackageNotFoundError:
            continue
    return ", ".join(said)


def size(value: float, found: CompetitorFindings) -> str:
    """Write a difference in the unit of the findings: "5 percentage points"."""
    shown = number(value, 1 if found.unit.size == 100 else 2)
    shown = shown.rstrip("0").rstrip(".") if "." in shown else shown
    return f"{shown} {found.unit.name}"


def tau_text(spreads: tuple[float, ...], found: CompetitorFindings) -> str:
    """Write tau of each depth."""
    known = [number(tau, 1 if found.unit.size == 100 else 3) for tau in spreads]
    return ", ".join(text or "unknown" for text in known) or "none"


def paragraphs(
    evidence: CapabilityEvidence, found: CompetitorFindings, spreads: tuple[float, ...]
) -> tuple[str, ...]:
    """Say how findings were made, so that somebody else could make them again."""
    how = found.settings
    noun = evidence.comparisons.arena.noun
    items = "items" if evidence.log.known_items else "comparisons"
    control = _CONTROLS[how.control].format(nouns=plural(noun))
    measured = "scores" if found.values == "scores" else "results of comparisons"
    within = {
        "itself": f"whether the mean over the {items} of a capability differs from that over all "
        f"others, after taking off what the {noun}'s overall level predicts",
        "field": f"whether the mean result over the {items} of a capability differs from even",
        "bar": f"whether the mean over the {items} of a capability differs from the bar of "
        f"{_bar(found)}",
    }[how.question]
    return (
        f"Each item counts once for each pair, however often the two were compared on it: both "
        f"orders, several judges and repeats are averaged first; an item with several capabilities "
        f"counts once in each, and once in what lies above them. From {measured}, a t test asks "
        f"{within}; it is made where the {noun} was compared on at least {how.fewest} {items} "
        f"(n_min). The p-values are adjusted for the number of tests: {control}; the false "
        f"discovery rate is q = {how.q:g}.",
        f"Estimates are drawn towards the level above by their noise (empirical Bayes): tau says "
        f"how far capabilities lie from the level above, by depth {tau_text(spreads, found)} "
        f"{found.unit.name}. A difference of less than delta = "
        f"{size(found.unit.size * how.smallest_effect, found)} is of no interest.",
        f"Confirmed: the adjusted p-value is at most {how.q:g} and the difference at least delta. "
        "Likely: not confirmed, but the shrunken estimate is at least delta and has the wrong sign "
        f"with a chance of at most {percent(0.05)}. No clear difference: the 90% interval lies "
        "within delta on either side. Not enough data: everything else.",
    )


def _bar(found: CompetitorFindings) -> str:
    bar = found.settings.bar
    return percent(bar) if found.unit.size == 100 else f"{bar:.4g}"


def facts(
    evidence: CapabilityEvidence,
    found: CompetitorFindings,
    spreads: tuple[float, ...],
    digest: str,
) -> list[tuple[str, str]]:
    """Return names and values of every setting."""
    how = found.settings
    selection = evidence.comparisons.selection
    rate = found.false_discovery_rate
    listed = [
        ("Question", QUESTIONS[how.question]),
        ("Bar", _bar(found) if how.question == "bar" else ""),
        ("Answered from", "what either side scored" if found.values == "scores" else
         "results of comparisons"),
        ("Comparisons", selection.sentence if selection else "all of the arena"),
        ("Capabilities from", plain(evidence.source.title)),
        ("Capabilities", f"{len(evidence.taxonomy) - 1:,}, of which "
         f"{sum(one.items >= how.fewest for one in found.findings):,} with n_min items"),
        ("Items without a capability", f"{evidence.untagged:,}" if evidence.untagged else ""),
        ("False discovery rate q", f"{how.q:g}"),
        ("Smallest sample n_min", f"{how.fewest}"),
        ("Smallest effect delta", size(found.unit.size * how.smallest_effect, found)),
        ("Spread tau by depth", tau_text(spreads, found)),
        ("Intervals", percent(how.level)),
        ("Families tested top-down", f"{found.families:,}" if how.control != "flat" else ""),
        ("Their estimated FDR",
         f"{rate:.3f}" if how.control != "flat" and math.isfinite(rate) else ""),
        ("Data (SHA-256)", digest),
        ("Made with", versions()),
    ]  # fmt: skip
    return [(name, value) for name, value in listed if value]

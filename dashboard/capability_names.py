"""What capabilities are called in tables and beside axes, and what numbers about them are in."""

from typing import TYPE_CHECKING

from ranking.wording import percent

if TYPE_CHECKING:
    from ranking.capabilities.evidence import CapabilityEvidence
    from ranking.capabilities.findings import FindingSettings


def names_of(evidence: "CapabilityEvidence") -> dict[str, str]:
    """Return what to call each capability, by key."""
    from ranking.capabilities.sentences import shown_name

    taxonomy = evidence.taxonomy
    return {
        key: shown_name(key, name) for key, name in zip(taxonomy.keys, taxonomy.names, strict=True)
    }


def measured(settings: "FindingSettings", unit: str) -> str:
    """Say what differences are in and from what: "percentage points beyond its own level"."""
    if settings.question == "bar":
        bar = percent(settings.bar) if unit == "percentage points" else f"{settings.bar:.4g}"
        return f"{unit} above the bar of {bar}"
    return f"{unit} beyond {'the field' if settings.question == 'field' else 'its own level'}"

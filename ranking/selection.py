"""Selection: which comparisons one looks at. Data, not code."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from ranking.errors import SelectionError

RESERVED = ("competitor", "involving", "judge", "capability", "since", "until")


@dataclass(frozen=True)
class Selection:
    """Filters over a log of comparisons; all of them must hold, and an empty one lets all pass.

    Attributes
    ----------
    competitors : tuple of str
        Both sides must be among these.
    involving : str, optional
        One of the sides must be this competitor.
    judges : tuple of str
        The judge must be one of these.
    capabilities : tuple of str
        One of the comparison's capability paths must be one of these, or lie below it.
    since, until : datetime, optional
        The comparison's time must lie in ``[since, until)``.
    fields : tuple of (str, tuple of str)
        For each imported field, the values that pass.
    """

    competitors: tuple[str, ...] = ()
    judges: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    fields: tuple[tuple[str, tuple[str, ...]], ...] = ()
    involving: str | None = None

    @classmethod
    def parse(cls, filters: Iterable[str]) -> "Selection":
        """Read filters of the form ``name=value``; a name given twice lets either value pass.

        The names `competitor`, `involving`, `judge`, `capability`, `since` and `until` are
        Podium's own; any other is an imported field. Dates are ISO 8601.

        Raises
        ------
        SelectionError
            If a filter has no ``=``, a date cannot be read, or a filter that takes one value has
            several.
        """
        values: dict[str, list[str]] = {}
        for text in filters:
            name, equals, value = text.partition("=")
            if not equals or not name.strip():
                raise SelectionError(f"The filter {text!r} is not of the form field=value.")
            values.setdefault(name.strip(), []).append(value.strip())
        return cls(
            competitors=tuple(values.pop("competitor", ())),
            involving=_only("involving", values.pop("involving", [])),
            judges=tuple(values.pop("judge", ())),
            capabilities=tuple(values.pop("capability", ())),
            since=_time("since", values.pop("since", [])),
            until=_time("until", values.pop("until", [])),
            fields=tuple((name, tuple(chosen)) for name, chosen in sorted(values.items())),
        )

    def __bool__(self) -> bool:
        return self != EVERYTHING

    def where(self, name: str, *values: str) -> "Selection":
        """Return this selection with the filter on one imported field replaced."""
        kept = [(field, chosen) for field, chosen in self.fields if field != name]
        added = [(name, tuple(values))] if values else []
        return replace(self, fields=tuple(sorted(kept + added)))

    @property
    def sentence(self) -> str:
        """Say in English what is left, as the end of "Comparisons ..."."""
        parts = []
        if self.competitors:
            parts.append(f"between {_either(self.competitors, 'and')}")
        if self.involving:
            parts.append(f"with {self.involving} on either side")
        if self.judges:
            parts.append(f"judged by {_either(self.judges)}")
        if self.capabilities:
            parts.append(f"about {_either(self.capabilities)}")
        if self.since:
            parts.append(f"since {self.since:%Y-%m-%d %H:%M}".removesuffix(" 00:00"))
        if self.until:
            parts.append(f"before {self.until:%Y-%m-%d %H:%M}".removesuffix(" 00:00"))
        parts += [f"with {name} {_either(chosen)}" for name, chosen in self.fields]
        return ", ".join(parts) or "all of them"

    def as_dict(self) -> dict[str, Any]:
        """Return the filters that are set, as JSON values."""
        filters: dict[str, Any] = {
            "competitors": list(self.competitors),
            "involving": self.involving,
            "judges": list(self.judges),
            "capabilities": list(self.capabilities),
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "fields": {name: list(chosen) for name, chosen in self.fields},
        }
        return {name: value for name, value in filters.items() if value}


EVERYTHING = Selection()


def _either(values: tuple[str, ...], word: str = "or") -> str:
    if len(values) == 1:
        return values[0]
    if len(values) > 4:
        return f"{len(values)} chosen values"
    return f"{', '.join(values[:-1])} {word} {values[-1]}"


def _only(name: str, values: list[str]) -> str | None:
    if len(values) > 1:
        raise SelectionError(f"The filter {name!r} can be given only once.")
    return values[0] if values else None


def _time(name: str, values: list[str]) -> datetime | None:
    text = _only(name, values)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise SelectionError(
            f"{text!r} is not a date; write {name}=2026-01-31 or {name}=2026-01-31T12:00."
        ) from None
    return moment

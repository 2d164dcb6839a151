"""Sentences about what is known of a competitor in a capability, made from the numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ranking.capabilities.evidence import Unit
from ranking.capabilities.findings import Finding, FindingSettings
from ranking.taxonomies.journal import CUSTOM
from ranking.wording import number, percent, rounded

_LONGEST_KEY = 60  # characters of a path; beyond them the node alone is named


def shown_name(key: str, name: str) -> str:
    """Return what to call a capability: its path where that is short, else its name.

    A node that is keyed by an id and not by its path goes by its name, as do capabilities that
    were put together by hand. Names that are whole sentences lose their full stop, as they stand
    within one.
    """
    is_path = key == name or (key.endswith(f"/{name}") and key != CUSTOM + name)
    shown = key if is_path and len(key) <= _LONGEST_KEY else name
    return shown.removesuffix(".") or key


def departure(one: Finding) -> float:
    """Return the number whose sign says whether it is a strength."""
    toward = one.effect if one.verdict == "confirmed" else one.estimate
    return 0.0 if math.isnan(toward) else toward


def direction(one: Finding) -> str:
    """Return "strength" or "weakness" for what is confirmed or likely, else nothing."""
    if one.verdict not in ("confirmed", "likely"):
        return ""
    return "strength" if departure(one) > 0 else "weakness"


def summary(name: str, found: Sequence[tuple[str, str]]) -> str:
    """Count findings by verdict and direction in a sentence."""

    def count(words: str, one: str, several: str) -> str:
        n = sum(f"{verdict} {toward}" in words.split(" or ") for verdict, toward in found)
        return f"{n or 'no'} {one if n == 1 else several}"

    confirmed = count("confirmed strength", "confirmed strength", "confirmed strengths")
    weak = count("confirmed weakness", "confirmed weakness", "confirmed weaknesses")
    likely = count("likely strength or likely weakness", "likely one", "likely ones")
    unknown = sum(verdict == "not enough data" for verdict, _ in found)
    rest = f"on {unknown:,} of {len(found):,} capabilities there is not enough data to tell"
    if not unknown:
        rest = f"there is enough data to tell on all {len(found):,} capabilities"
    return f"{name} has {confirmed}, {weak} and {likely}; {rest}."


@dataclass(frozen=True)
class Words:
    """Sentences about one competitor.

    Attributes
    ----------
    name : str
        Of the competitor.
    how : FindingSettings
    unit : Unit
        Of effects.
    noun : {"items", "comparisons"}
        What is counted.
    scored : bool
        Whether effects are about what competitors themselves scored.
    """

    name: str
    how: FindingSettings
    unit: Unit
    noun: str
    scored: bool

    def sentence(self, one: Finding) -> str:
        """Say what is known in one capability."""
        place = shown_name(one.key, one.name)
        count = f"1 {self.noun[:-1]}" if one.items == 1 else f"{one.items:,} {self.noun}"
        where = f"In {place} ({count})"
        more = (
            ""
            if math.isnan(one.needed) or one.needed <= 1
            else f"about {rounded(one.needed)} more {self.noun}"
        )
        if one.verdict == "not enough data":
            return self._unknown(where, one, more)
        if one.verdict == "no clear difference":
            return (
                f"{where}, {self.name} does about as well as {self._reference()}: the difference "
                f"is less than {self._size(self.how.smallest_effect)} either way."
            )
        level = percent(self.how.level)
        limits = f"{level} interval {self._number(one.low)} to {self._number(one.high)}"
        kind = direction(one)
        if one.verdict == "likely":
            toward = "better" if one.estimate > 0 else "worse"
            hint = f"; {more} would confirm or refute it" if more else ""
            return (
                f"{where}, {self.name} probably does {toward} than {self._reference()}: by "
                f"{self._size(abs(one.estimate))} as shrunk, {self._number(one.effect)} as it is "
                f"({limits}), a likely {kind}{hint}."
            )
        toward = "better" if one.effect > 0 else "worse"
        q = "q < 0.001" if one.q < 0.001 else f"q = {one.q:.3f}"
        return (
            f"{where}, {self.name} does {self._size(abs(one.effect))} {toward} than "
            f"{self._reference()} ({limits}, {q}): a confirmed {kind}."
        )

    def _unknown(self, where: str, one: Finding, more: str) -> str:
        if math.isnan(one.effect) and one.items >= self.how.fewest:
            return f"{where}, there is nothing to compare with: all its other results are here too."
        hint = f"; {more} would tell" if more else ""
        return f"{where}, there is not enough data on {self.name}{hint}."

    def _reference(self) -> str:
        if self.how.question == "itself":
            given = "how hard the items are" if self.scored else "whom it met"
            return f"elsewhere, given {given}"
        if self.how.question == "field":
            return "the field"
        if self.unit.size == 100:
            return f"the bar of {percent(self.how.bar)}"
        return f"the bar of {self.how.bar:.4g}"

    def _number(self, value: float) -> str:
        return signed(self.unit.size * value, self.unit)

    def _size(self, value: float) -> str:
        shown = number(self.unit.size * value, _decimals(self.unit))
        return f"{shown.removesuffix('.0')} {self.unit.name}"


def signed(effect: float, unit: Unit) -> str:
    """Write an effect with its sign, in its unit."""
    return ("+" if effect > 0 else "") + number(effect, _decimals(unit))


def _decimals(unit: Unit) -> int:
    return 1 if unit.size == 100 else 2

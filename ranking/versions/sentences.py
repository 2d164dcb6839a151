"""Sentences about the change between two versions, made from the numbers."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ranking.capabilities.evidence import Unit
from ranking.capabilities.sentences import shown_name, signed
from ranking.versions.findings import VersionFinding, VersionSettings
from ranking.wording import number, percent, rounded


@dataclass(frozen=True)
class VersionWords:
    """Sentences about two versions.

    Attributes
    ----------
    before, after : str
    how : VersionSettings
    unit : Unit
    noun : {"items", "comparisons"}
        What is counted.
    """

    before: str
    after: str
    how: VersionSettings
    unit: Unit
    noun: str

    def summary(self, overall: VersionFinding, found: Sequence[VersionFinding]) -> str:
        """Say what changed over all, and in how many capabilities a change is known."""
        shared = self._count(overall.items).replace(" ", " shared ")
        whole = self._change(overall, f"On {shared}")
        if not found:
            return f"{whole}."
        confirmed = [one.direction for one in found if one.verdict == "confirmed"]
        likely = sum(one.verdict == "likely" for one in found)
        capabilities = f"{len(found):,} {'capability' if len(found) == 1 else 'capabilities'}"
        if not confirmed:
            none = f"In none of {capabilities} is a change confirmed"
            return f"{whole}. {none}{f', in {likely:,} it is likely' if likely else ''}."
        worse, better = confirmed.count("worse"), confirmed.count("better")
        return (
            f"{whole}. A change is confirmed in {len(confirmed):,} of {capabilities} "
            f"({worse:,} worse, {better:,} better)"
            f"{f' and likely in {likely:,} more' if likely else ''}."
        )

    def sentence(self, one: VersionFinding) -> str:
        """Say what is known in one capability."""
        held = self._count(one.items)
        place = f"In {shown_name(one.capability, one.name)} ({held})"
        if not one.capability:
            place = f"Over all {held}"
        more = ""
        if not math.isnan(one.needed) and one.needed > 1:
            more = f"about {rounded(one.needed)} more {self.noun}"
        if one.verdict == "not enough data":
            hint = f"; {more} would tell" if more else ""
            return f"{place}, there is not enough data to tell a change{hint}."
        if one.verdict == "no clear difference":
            limit = self._size(self.unit.size * self.how.smallest_effect)
            return (
                f"{place}, {self.after} does about as well as {self.before}: the difference is "
                f"less than {limit} either way."
            )
        if one.verdict == "likely":
            hint = f"; {more} would confirm or refute it" if more else ""
            size, raw = self._size(abs(one.estimate)), signed(one.difference, self.unit)
            return (
                f"{place}, {self.after} probably does {one.direction} than {self.before}: by "
                f"{size} as shrunk, {raw} as it is ({self._interval(one)}){hint}."
            )
        q = "q < 0.001" if one.q < 0.001 else f"q = {one.q:.3f}"
        return f"{self._change(one, place)} ({q}): confirmed."

    def _change(self, one: VersionFinding, place: str) -> str:
        if math.isnan(one.difference):
            return f"{place}, there are too few to say how {self.after} does"
        toward = "better" if one.difference > 0 else "worse"
        size = self._size(abs(one.difference))
        if not number(one.difference, 1).strip("−0."):
            return f"{place}, {self.after} does exactly as well as {self.before}"
        return (
            f"{place}, {self.after} does {size} {toward} than {self.before} "
            f"({self._interval(one)}): {self._counts(one)}"
        )

    def _counts(self, one: VersionFinding) -> str:
        fixed, regressed = f"{one.fixed:,}", f"{one.regressed:,}"
        if self.how.basis == "direct":
            return f"it is preferred on {fixed} and the other on {regressed}"
        return f"{fixed} fixed, {regressed} regressed"

    def _interval(self, one: VersionFinding) -> str:
        low, high = (signed(value, self.unit) for value in (one.low, one.high))
        return f"{percent(self.how.level)} interval {low} to {high}"

    def _size(self, value: float) -> str:
        shown = signed(abs(value), self.unit).lstrip("+")
        return f"{shown.removesuffix('.0')} {self.unit.name}"

    def _count(self, items: int) -> str:
        return f"1 {self.noun[:-1]}" if items == 1 else f"{items:,} {self.noun}"

"""Which items are wanted as examples, as data."""

from dataclasses import dataclass
from typing import Any, Literal, get_args

from ranking.errors import InputError

Outcome = Literal["won", "lost", "decided", "tie", "both bad", "in between"]
Disagreement = Literal["orders", "judges"]
Facet = Literal["capability", "opponent", "judge", "outcome"]

OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)


@dataclass(frozen=True)
class ExampleFilter:
    """Which comparisons are wanted; all of it must hold, and an item with one of them is listed.

    Attributes
    ----------
    capability : str, default ""
        Key of a node: its items. The root by default, which holds all.
    competitor : str, optional
        One of the sides.
    against : tuple of str
        One of the sides is one of these; with a competitor, the other side.
    judges : tuple of str
    outcomes : tuple of str
        "won" and "lost" are the competitor's; "decided" is either. "tie", "both bad", and
        "in between" for a soft score.
    worse_than : str, optional
        The competitor scored lower on the item than this one did; where the log has no scores, it
        lost to it there, over all their comparisons on the item.
    disagreement : {"orders", "judges"}, optional
        The two orders of presentation, or two judges, did not prefer the same side.
    search : str, default ""
        Text that the item's name or text contains.
    """

    capability: str = ""
    competitor: str | None = None
    against: tuple[str, ...] = ()
    judges: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    worse_than: str | None = None
    disagreement: Disagreement | None = None
    search: str = ""

    def __post_init__(self) -> None:
        unknown = [word for word in self.outcomes if word not in OUTCOMES]
        if unknown:
            raise InputError(
                f"An outcome must be one of {', '.join(OUTCOMES)}; not {unknown[0]!r}."
            )
        if self.disagreement not in (None, *get_args(Disagreement)):
            raise InputError(f"`disagreement` must be orders or judges; not {self.disagreement!r}.")
        if self.competitor is None:
            whose = [word for word in self.outcomes if word in ("won", "lost")]
            if whose:
                raise InputError(f"Say whose outcome is {whose[0]!r}: name a competitor too.")
            if self.worse_than is not None:
                raise InputError(
                    f"Say who was worse than {self.worse_than!r}: name a competitor too."
                )
        elif self.competitor == self.worse_than or self.competitor in self.against:
            raise InputError(f"{self.competitor!r} cannot be compared with itself; name another.")

    def as_dict(self) -> dict[str, Any]:
        """Return what is set, as JSON values."""
        held = {name: list(v) if isinstance(v, tuple) else v for name, v in vars(self).items()}
        return {name: value for name, value in held.items() if value}

    def words(self) -> str:
        """Say what is asked of a comparison beyond its capability; empty where that is nothing."""
        parts = []
        if self.against:
            parts.append(f"against {_either(self.against)}")
        if self.outcomes:
            whose = f"{self.competitor} " if self.competitor else ""
            parts.append(f"that {whose}{_either(tuple(map(_verb, self.outcomes)))}")
        if self.judges:
            parts.append(f"judged by {_either(self.judges)}")
        if self.disagreement:
            parts.append(f"on which {self.disagreement} disagree")
        if self.worse_than:
            parts.append(f"of an item on which {self.competitor} does worse than {self.worse_than}")
        if self.search.strip():
            parts.append(f"of an item with {self.search.strip()!r} in its name or text")
        return ", ".join(parts)


def _verb(outcome: str) -> str:
    words = {
        "decided": "was decided",
        "tie": "was a tie",
        "both bad": "was bad on both sides",
        "in between": "was between a win and a tie",
    }
    return words.get(outcome, outcome)


def _either(values: tuple[str, ...]) -> str:
    if len(values) > 4:
        return f"one of {len(values)} chosen"
    return " or ".join(filter(None, (", ".join(values[:-1]), values[-1])))

"""Pairing: what comes of comparing each two competitors on every item that both have a score on."""

from dataclasses import dataclass

from ranking.ingest.headers import plain
from ranking.wording import plural

MOST_COMPARISONS = 50_000_000
"""More than this are not made: the log would take gigabytes and say nothing new."""

REPEATS = (
    "repeat", "repetition", "replicate", "rep", "epoch", "trial", "attempt", "run", "run_id",
    "seed", "rollout", "episode", "iteration",
)  # fmt: skip
"""Names of columns that number repeats; scores are averaged over them, unless they are fields."""

_APART = (
    "filter", "metric", "turn", "round", "task", "subtask", "dataset", "benchmark", "suite",
    "subset", "split",
)  # fmt: skip
"""Names of fields whose values are never mixed: one number of an item may occur in each of them."""


@dataclass(frozen=True)
class Pairing:
    """How scores became comparisons.

    Attributes
    ----------
    scores : int
        Scores that could be read.
    competitors, items : int
        Different ones among them.
    comparisons : int
        Pairs of competitors with a score on the same item (by the same judge, where they are
        known), over all items: n (n - 1) / 2 for an item with n of them.
    repeats : int
        Scores beyond the first of a competitor on an item; they are averaged.
    unpaired : int
        Scores of an item on which nobody else has one.
    mixed : int
        Items whose rows differ in their capabilities; they count in all of them.
    mixed_item : str or None
        One of those.
    apart : tuple of str
        Fields by which scores are kept apart: only those with the same value are compared.
    tie_within : float
        Scores that differ by at most this tie.
    """

    scores: int
    competitors: int
    items: int
    comparisons: int
    repeats: int
    unpaired: int
    mixed: int
    mixed_item: str | None
    apart: tuple[str, ...]
    tie_within: float

    @property
    def notes(self) -> tuple[str, ...]:
        """What the user should know of it, a sentence each; names in them are the file's own."""
        notes = [
            f"Derived from {_counted(self.scores, 'score')} of "
            f"{_counted(self.competitors, 'competitor')} on {_counted(self.items, 'item')}: on "
            "each item the higher score wins."
        ]
        if self.tie_within:
            notes.append(f"Scores that differ by at most {self.tie_within:g} tie.")
        if self.apart:
            names = ", ".join(repr(name[:60]) for name in self.apart)
            notes.append(f"Only scores with the same {names} are compared.")
        if self.repeats:
            notes.append(
                f"{_counted(self.repeats, 'repeat')} of a competitor on an item "
                f"{'was' if self.repeats == 1 else 'were'} averaged with the first; to compare "
                "them one by one, keep the column that numbers them (repeat, epoch, trial) as a "
                "field."
            )
        if self.unpaired:
            notes.append(
                f"{_counted(self.unpaired, 'score')} could not be compared: nobody else has one on "
                "the same item."
            )
        if self.mixed:
            notes.append(
                f"{_counted(self.mixed, 'item')} ({(self.mixed_item or '')[:60]!r}, for one) "
                f"{'has' if self.mixed == 1 else 'have'} other capabilities in some rows than in "
                "others and "
                f"{'counts' if self.mixed == 1 else 'count'} in all of them. If one name stands "
                "for several items, make the names unique."
            )
        return tuple(notes)


def kept_apart(fields: tuple[str, ...]) -> tuple[str, ...]:
    """Return the fields by which scores are kept apart, told by their names."""
    return tuple(name for name in fields if plain(name) in (*REPEATS, *_APART))


def too_many(name: str, comparisons: int, competitors: int, items: int) -> str:
    """Say that a file of scores would give more comparisons than are made."""
    return (
        f"{name} would give {comparisons:,} comparisons of {competitors:,} competitors on "
        f"{items:,} items; at most {MOST_COMPARISONS:,} are made. Take fewer competitors or items."
    )


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun if number == 1 else plural(noun)}"

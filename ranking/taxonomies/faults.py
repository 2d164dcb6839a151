"""What is wrong with a taxonomy's files, each named by file, place, column and value."""

from collections.abc import Sequence
from dataclasses import dataclass

from ranking.errors import InputError
from ranking.wording import one_line

_SHOWN = 3
_LONGEST = 60


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a file.

    Attributes
    ----------
    file : str
    place : str
        "line 7", "record 7" of an array, "row 7" of Parquet, or "node 0/3" of a nested tree.
    column : str
        Empty where it is none of one column.
    value : str
        What was found; the beginning of it.
    reason : str
        What was expected, in a sentence.
    """

    file: str
    place: str
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        column = f", column {self.column!r}" if self.column else ""
        value = one_line(self.value)
        shown = value if len(value) <= _LONGEST else f"{value[:_LONGEST]}…"
        held = f" ({shown!r})" if shown else ""
        return f"{self.file}, {self.place}{column}{held}: {self.reason}"


class TaxonomyFileError(InputError):
    """The files of a taxonomy have faults, so that nothing of them was stored."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        rest = len(faults) - _SHOWN
        more = f" … and {rest:,} more like these." if rest > 0 else ""
        said = " ".join(str(one) for one in faults[:_SHOWN])
        super().__init__(f"Nothing was stored. {said}{more}")

"""Colours: the theme's tokens, and the colour that a marked competitor has on every page."""

from collections.abc import Iterable
from dataclasses import dataclass
from zlib import crc32


@dataclass(frozen=True)
class Palette:
    """The colours of one appearance, light or dark (see .streamlit/config.toml)."""

    accent: str
    text: str
    faint: str
    line: str
    paper: str
    categorical: tuple[str, ...]

    @property
    def opposite(self) -> str:
        """The accent's opposite, for losses and surprises."""
        return self.categorical[1]


LIGHT = Palette(
    accent="#0F6B6B",
    text="#0B1218",
    faint="#5B6B78",
    line="#D5DCE1",
    paper="#FFFFFF",
    categorical=(
        "#0F6B6B", "#C2410C", "#4338CA", "#A16207", "#BE185D",
        "#15803D", "#0369A1", "#7E22CE", "#57534E", "#B91C1C",
    ),
)  # fmt: skip
DARK = Palette(
    accent="#2BA5A0",
    text="#E6EDF1",
    faint="#9AA9B4",
    line="#2B3942",
    paper="#0E1519",
    categorical=(
        "#2BA5A0", "#F97316", "#818CF8", "#EAB308", "#F472B6",
        "#4ADE80", "#38BDF8", "#C084FC", "#A8A29E", "#F87171",
    ),
)  # fmt: skip


def colours(marked: Iterable[str], palette: Palette) -> dict[str, str]:
    """Return a colour for each marked competitor, the same on every page.

    The name chooses the colour; where it is taken, the next free one follows. The accent is left
    to those that are not marked.
    """
    choice = palette.categorical[1:]
    taken: dict[str, int] = {}
    for name in marked:
        slot = crc32(name.encode()) % len(choice)
        if len(taken) < len(choice):
            while slot in taken.values():
                slot = (slot + 1) % len(choice)
        taken[name] = slot
    return {name: choice[slot] for name, slot in taken.items()}


def blend(colour: str, other: str, share: float) -> str:
    """Return a colour between two, as #rrggbb; `share` is that of the other one, 0 to 1."""
    parts = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in parts)


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))

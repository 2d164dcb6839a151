"""Tables of how steady results are when the same is asked again, with a picture in each row."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from dashboard.charts.intervals import Scale, interval_svg
from dashboard.charts.palette import Palette
from ranking.wording import percent

if TYPE_CHECKING:
    from ranking.versions.rank_flips import FlipsRow, PairFlips
    from ranking.versions.repeats import RepeatsRow

PICTURE_WIDTH = 170
_FEW = 20  # items with fewer are drawn faint


def unsteady_table(
    rows: "Sequence[RepeatsRow]", *, colours: Mapping[str, str], palette: Palette
) -> pd.DataFrame:
    """Return one row for each capability or competitor, with its share on its interval.

    Parameters
    ----------
    rows : sequence of RepeatsRow
    colours : mapping
        Of marked competitors by name; others have the accent, or grey with fewer than 20 items.
    """
    scale = Scale(0.0, 1.0, PICTURE_WIDTH)
    return pd.DataFrame(
        {
            "name": [row.name.removesuffix(".") or row.name for row in rows],
            "items": [row.items for row in rows],
            "differ": [percent(row.differ) for row in rows],
            "interval": [
                interval_svg(
                    row.differ, row.low, row.high, scale=scale,
                    colour=colours.get(
                        row.name, palette.faint if row.items < _FEW else palette.accent
                    ),
                    palette=palette,
                )
                for row in rows
            ],
            "entropy": [row.entropy for row in rows],
            "deviation": [row.deviation for row in rows],
        }
    )  # fmt: skip


def flips_columns(rows: "Sequence[RepeatsRow]", flips: "Sequence[FlipsRow]") -> pd.DataFrame:
    """Return how often the order changes in the capabilities of a table, as percentages."""
    by_key = {row.capability: row for row in flips}
    held = [by_key.get(row.capability) for row in rows]
    return pd.DataFrame(
        {
            "flips": [None if row is None else 100 * row.flips for row in held],
            "leader": [None if row is None else 100 * row.leader for row in held],
        },
        dtype=float,
    )


def pairs_table(pairs: "Sequence[PairFlips]") -> pd.DataFrame:
    """Return who changes places with whom, and in what percentage of draws."""
    return pd.DataFrame(
        {
            "ahead": [pair.ahead for pair in pairs],
            "behind": [pair.behind for pair in pairs],
            "flips": [100 * pair.flips for pair in pairs],
        }
    )

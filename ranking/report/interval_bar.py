"""Where the strokes of an interval lie that is drawn in a row of a table."""

import math
from dataclasses import dataclass
from typing import Literal

from ranking.report.blocks import Bar, Scale

Kind = Literal["band", "axis", "reference", "interval", "ring", "dot"]


@dataclass(frozen=True)
class Stroke:
    """A stroke from `start` to `end`, as shares of the width; dots and rings lie at `start`."""

    kind: Kind
    start: float
    end: float


def strokes(bar: Bar, scale: Scale) -> list[Stroke]:
    """Return the strokes of a bar from back to front; what is not finite ends at the edge."""
    width = scale.high - scale.low or 1.0

    def at(value: float) -> float:
        return min(max((value - scale.low) / width, 0.0), 1.0)

    found = []
    if scale.reference is not None:
        middle = scale.reference
        if scale.band:
            found.append(Stroke("band", at(middle - scale.band), at(middle + scale.band)))
        found.append(Stroke("axis", 0.0, 1.0))
        found.append(Stroke("reference", at(middle), at(middle)))
    else:
        found.append(Stroke("axis", 0.0, 1.0))
    if not math.isnan(bar.low) and not math.isnan(bar.high):
        found.append(Stroke("interval", at(bar.low), at(bar.high)))
    if bar.ring is not None and math.isfinite(bar.ring):
        found.append(Stroke("ring", at(bar.ring), at(bar.ring)))
    if math.isfinite(bar.estimate):
        found.append(Stroke("dot", at(bar.estimate), at(bar.estimate)))
    return found

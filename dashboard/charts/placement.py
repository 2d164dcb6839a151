"""Labels beside a chart, moved no more than it takes to keep them apart."""

from collections.abc import Sequence


def kept_apart(wanted: Sequence[float], heights: Sequence[float], room: float) -> list[float]:
    """Return positions of labels near those that are wanted, none over another.

    Parameters
    ----------
    wanted, heights : sequences of float
        Middle and height of each label, in pixels.
    room : float
        All labels lie between 0 and this; it must hold the sum of their heights.
    """
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    # Neighbouring labels that would meet become a block around the mean of what they want.
    blocks: list[tuple[list[int], float]] = []
    for at in order:
        members, top = [at], _clamped(wanted[at] - heights[at] / 2, heights[at], room)
        while blocks and blocks[-1][1] + _height(blocks[-1][0], heights) > top:
            members = blocks.pop()[0] + members
            top = _clamped(_best_top(members, wanted, heights), _height(members, heights), room)
        blocks.append((members, top))
    positions = [0.0] * len(wanted)
    for members, top in blocks:
        for at in members:
            positions[at] = top + heights[at] / 2
            top += heights[at]
    return positions


def _best_top(members: list[int], wanted: Sequence[float], heights: Sequence[float]) -> float:
    offset, total = 0.0, 0.0
    for at in members:
        total += wanted[at] - offset - heights[at] / 2
        offset += heights[at]
    return total / len(members)


def _height(members: list[int], heights: Sequence[float]) -> float:
    return sum(heights[at] for at in members)


def _clamped(top: float, height: float, room: float) -> float:
    return max(0.0, min(top, room - height))

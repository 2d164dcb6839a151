"""docs/coverage.md and its plot, from simulated coverage."""

import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from benchmarks.coverage import BOOTSTRAPS, DEFAULT, LEVEL, SCENARIOS, Booleans, Covered
from benchmarks.table import markdown, replace_measured

Found = Mapping[str | int, Mapping[str, Covered]]

PAGE = Path(__file__).parents[1] / "docs" / "coverage.md"
PLOT = PAGE.with_suffix(".svg")
_NOTABLE = 3  # standard errors of a difference that is worth a sentence

# Mean coverage, coverage of the worst competitor (None: not recorded) and mean width in points that
# the same scenarios gave in another program, written before this one, with 500 logs each.
REFERENCE: dict[tuple[str, str], tuple[float, float | None, int | None]] = {
    ("A", "Hessian"): (0.951, 0.94, 88),
    ("A", "HC0"): (0.952, 0.93, 88),
    ("A", "CR1 by item"): (0.949, None, 88),
    ("A", "CR3 by item"): (0.952, None, 89),
    ("A", "multinomial bootstrap"): (0.946, None, 89),
    ("A", "multinomial, one step"): (0.949, None, 87),
    ("A", "Gamma bootstrap"): (0.946, None, 88),
    ("B", "Hessian"): (0.985, 0.98, 85),
    ("B", "HC0"): (0.948, 0.93, 69),
    ("B", "CR1 by item"): (0.947, None, 69),
    ("B", "CR3 by item"): (0.949, None, 70),
    ("C", "Hessian"): (0.953, 0.87, 85),
    ("C", "HC0"): (0.921, 0.82, 75),
    ("C", "CR1 by item"): (0.950, 0.94, 82),
    ("C", "CR3 by item"): (0.952, 0.94, 83),
    ("D", "Hessian"): (0.821, 0.50, 85),
    ("D", "HC0"): (0.772, 0.45, 75),
    ("D", "CR1 by item"): (0.935, None, 117),
    ("D", "CR3 by item"): (0.941, 0.92, 121),
    ("E", "Hessian"): (0.910, 0.73, 85),
    ("E", "HC0"): (0.870, 0.67, 75),
    ("E", "CR1 by item"): (0.892, None, 79),
    ("E", "CR3 by item"): (0.894, None, 80),
    ("E", "CR1 by judge"): (0.943, None, 93),
    ("E", "CR1 by item and judge"): (0.949, 0.93, 95),
    ("F", "Hessian"): (0.969, None, 229),
    ("F", "HC0"): (0.935, None, 200),
    ("F", "CR1 by item"): (0.945, None, 211),
    ("F", "CR3 by item"): (0.954, None, 221),
    ("G", "Hessian"): (0.911, None, 104),
    ("G", "HC0"): (0.869, None, 92),
    ("G", "CR1 by item"): (0.947, None, 121),
    ("G", "CR3 by item"): (0.953, None, 125),
    ("B", "multinomial bootstrap"): (0.945, None, 69),
    ("B", "multinomial, one step"): (0.945, None, 68),
    ("B", "Gamma bootstrap"): (0.945, None, 69),
    ("C", "multinomial bootstrap"): (0.915, 0.81, 75),
    ("C", "multinomial, one step"): (0.918, None, 75),
    ("C", "Gamma bootstrap"): (0.916, None, 75),
    ("D", "multinomial bootstrap"): (0.769, 0.45, 76),
    ("D", "multinomial, one step"): (0.770, None, 75),
    ("D", "Gamma bootstrap"): (0.763, None, 75),
    ("E", "multinomial bootstrap"): (0.866, 0.67, 76),
    ("E", "multinomial, one step"): (0.867, None, 75),
    ("E", "Gamma bootstrap"): (0.864, None, 74),
    ("F", "multinomial bootstrap"): (0.929, None, 219),
    ("F", "multinomial, one step"): (0.939, None, 199),
    ("F", "Gamma bootstrap"): (0.921, None, 203),
    ("G", "multinomial bootstrap"): (0.860, None, 93),
    ("G", "multinomial, one step"): (0.865, None, 92),
    ("G", "Gamma bootstrap"): (0.860, None, 92),
}
# Share of logs in which all ranks held at once: by simultaneous sets, by overlap of intervals.
CLOSE_REFERENCE = {12: (0.987, 0.957), 50: (1.000, 0.847)}


def tables(found: Found, simulations: int) -> str:
    """Return everything that was found as Markdown."""
    sections = ["### Mean coverage", _summary(found)]
    for key, scenario in SCENARIOS.items():
        kept = len(next(iter(found[key].values())).width)
        logs = f"{kept} logs" + (f" of {simulations}" if kept < simulations else "")
        sections += [f"### {key}: {scenario.title} ({logs})", _scenario(key, found[key])]
    sections += ["### All ranks at once", _close(found), "### Against the reference", _apart(found)]
    return "\n\n".join(sections)


def write(found: Found, simulations: int) -> None:
    """Replace the measured part of docs/coverage.md, and its plot."""
    replace_measured("coverage", tables(found, simulations), PAGE)
    PLOT.write_text(plot(found), encoding="utf-8")


def _summary(found: Found) -> str:
    rows = [
        [name, *(_share(found[key][name].mean) if name in found[key] else "" for key in SCENARIOS)]
        for name in _names(found)
    ]
    return markdown(["Interval", *SCENARIOS], rows)


def _scenario(key: str, covered: Mapping[str, Covered]) -> str:
    rows = []
    for name, one in covered.items():
        mean, worst, width = REFERENCE.get((key, name), (None, None, None))
        rows.append([
            name, f"{_share(one.mean)} ± {_share(one.error)}", _share(one.worst),
            f"{one.width.mean():.0f}", _share(mean), _share(worst), f"{width or ''}",
            _share(_mean(one.ranks)), _share(_mean(one.overlap)),
        ])  # fmt: skip
    header = [
        "Interval", "coverage", "worst", "width", "reference: coverage", "worst", "width",
        "all rank sets", "all overlap ranks",
    ]  # fmt: skip
    return markdown(header, rows)


def _close(found: Found) -> str:
    rows = []
    for size, (sets, overlap) in CLOSE_REFERENCE.items():
        one = found[size][DEFAULT]
        rows.append([
            f"{size} competitors within 2 points", _share(_mean(one.ranks)), _share(sets),
            _share(_mean(one.overlap)), _share(overlap),
        ])  # fmt: skip
    header = ["", "simultaneous sets", "reference", "overlap of intervals", "reference"]
    return markdown(header, rows)


def _apart(found: Found) -> str:
    """Say where the figures differ from the reference by more than simulation explains."""
    said = []
    for (key, name), (mean, _, _) in REFERENCE.items():
        one = found[key][name]
        # The reference has as many logs, and so the same error.
        if abs(one.mean - mean) > _NOTABLE * math.sqrt(2) * one.error:
            said.append(
                f"- {key}, {name}: {_share(one.mean)} here, {_share(mean)} in the reference."
            )
    if not said:
        return (
            f"No mean coverage differs from the reference by more than {_NOTABLE} standard errors "
            "of the difference."
        )
    return "\n".join(
        [f"Apart by more than {_NOTABLE} standard errors of the difference:", "", *said]
    )


def _names(found: Found) -> list[str]:
    """Return all kinds of interval: what Podium chooses first, bootstraps last."""
    names = dict.fromkeys(name for key in SCENARIOS for name in found[key])
    return sorted(names, key=lambda name: (name != DEFAULT, name in BOOTSTRAPS))


def _mean(held: Booleans) -> float | None:
    return float(held.mean()) if len(held) else None


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}".removeprefix("0")


_ROW, _TOP, _LEFT, _PANEL, _GAP = 26, 64, 176, 104, 16
_SHORT = {
    "A": "no ties", "B": "ties", "C": "items", "D": "few items", "E": "items, judges",
    "F": "small log", "G": "7 policies",
}  # fmt: skip
_LOWEST = 0.4  # left end of every panel
_TRUSTED, _OTHER, _INK, _FAINT = "#1668c7", "#b4531a", "#1f2328", "#d0d7de"


def plot(found: Found) -> str:
    """Draw coverage by scenario and interval: mean (dot), worst competitor (bar's end), nominal."""
    names = _names(found)
    bottom = _TOP + _ROW * len(names)
    width = _LEFT + (_PANEL + _GAP) * len(SCENARIOS)
    shapes = [
        _text(x=0, y=18, text="Share of 95 % intervals that hold the true rating", weight="bold"),
        _text(
            x=0,
            y=36,
            text="Dot: mean over competitors, orange where it is more than 2 points off. "
            "End of the line: the competitor that fares worst. Dashed: 95 %.",
        ),
    ]
    shapes += [
        _text(x=_LEFT - 12, y=_middle(at) + 4, text=name, anchor="end")
        for at, name in enumerate(names)
    ]
    for panel, key in enumerate(SCENARIOS):
        left = _LEFT + panel * (_PANEL + _GAP)
        shapes += _panel(key, left, bottom, names, found[key])
    body = "\n".join(shapes)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="-12 -4 {width + 16} {bottom + 40}" '
        f'font-family="system-ui, sans-serif" font-size="12" role="img" '
        f'aria-label="Coverage of 95 % intervals by scenario and interval">\n'
        f'<rect x="-12" y="-4" width="100%" height="100%" fill="#ffffff"/>\n{body}\n</svg>\n'
    )


def _panel(
    key: str, left: float, bottom: float, names: Sequence[str], covered: Mapping[str, Covered]
) -> Iterable[str]:
    nominal = _across(LEVEL, left)
    yield _text(x=left, y=_TOP - 6, text=f"{key} {_SHORT[key]}", weight="bold")
    yield (
        f'<rect x="{left}" y="{_TOP}" width="{_PANEL}" height="{bottom - _TOP}" fill="none" '
        f'stroke="{_FAINT}"/>'
    )
    yield (
        f'<line x1="{nominal:.1f}" x2="{nominal:.1f}" y1="{_TOP}" y2="{bottom}" stroke="{_INK}" '
        'stroke-dasharray="3 3"/>'
    )
    for tick in (0.5, LEVEL):
        yield _text(x=_across(tick, left), y=bottom + 16, text=f"{tick:.0%}", anchor="middle")
    for at, name in enumerate(names):
        if name not in covered:
            continue
        one, y = covered[name], _middle(at)
        mean, worst = _across(one.mean, left), _across(one.worst, left)
        colour = _TRUSTED if name == DEFAULT else _OTHER if _far(one) else _INK
        yield (
            f'<line x1="{worst:.1f}" x2="{mean:.1f}" y1="{y}" y2="{y}" stroke="{colour}" '
            'stroke-width="2"/>'
        )
        yield f'<circle cx="{mean:.1f}" cy="{y}" r="4.5" fill="{colour}"/>'


def _far(one: Covered) -> bool:
    return abs(one.mean - LEVEL) > 0.02


def _across(share: float, left: float) -> float:
    return left + _PANEL * (max(share, _LOWEST) - _LOWEST) / (1 - _LOWEST)


def _middle(row: int) -> float:
    return _TOP + _ROW * (row + 0.5)


def _text(*, x: float, y: float, text: str, anchor: str = "start", weight: str = "normal") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-weight="{weight}" '
        f'fill="{_INK}">{text}</text>'
    )

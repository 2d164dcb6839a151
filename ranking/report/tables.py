"""The tables of a report, with intervals drawn in their rows."""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from ranking.capabilities.profile import CapabilityFinding, CompetitorFindings
from ranking.capabilities.sentences import shown_name, signed
from ranking.errors import InputError
from ranking.leaderboard import rank_text
from ranking.report.blocks import NAME, Bar, Block, Heading, Paragraph, Scale, Table, excerpt, plain
from ranking.report.contents import Report
from ranking.taxonomies.levels import level_below
from ranking.wording import number, percent, plural

_NEIGHBOURS, _TOP = 4, 3  # rows of the ranking around the competitor, and at its top
_WHOLE_RANKING = 15
_MOST_DRAWN, _MOST_TOP_LEVEL = 24, 12
_MOST_ROWS = {"confirmed": 60, "likely": 15}


def ranking(report: Report) -> list[Block]:
    """Draw the leaderboard; of many competitors its top, and those around the competitor."""
    ratings, own = report.ratings, report.ratings.index(report.competitor)
    order = ratings.order.tolist()
    place = order.index(own)
    shown = set(range(len(order)))
    if len(order) > _WHOLE_RANKING:
        shown = {*range(_TOP), *range(place - _NEIGHBOURS, place + _NEIGHBOURS + 1)} & shown
    listed = [order[at] for at in sorted(shown)]
    finite = [
        value
        for at in listed
        for value in (ratings.low[at], ratings.high[at], ratings.rating[at])
        if math.isfinite(value)
    ]
    rows = tuple(
        (
            rank_text(ratings, at),
            excerpt(ratings.competitors[at], NAME),
            number(float(ratings.rating[at])) or "–",
            _interval(float(ratings.low[at]), float(ratings.high[at])),
            Bar(float(ratings.rating[at]), float(ratings.low[at]), float(ratings.high[at]),
                tone="above" if at == own else "plain"),
            f"{ratings.games[at]:,.0f}",
        )
        for at in listed
    )  # fmt: skip
    left_out = len(order) - len(listed)
    caption = f"Points, with {percent(ratings.level)} intervals; ranks that the comparisons allow."
    if left_out:
        caption += f" {left_out:,} more {plural(ratings.noun)} are not shown."
    table = Table(
        ("Rank", ratings.noun.capitalize(), "Rating", "Interval", "", "Comparisons"),
        rows,
        (0.09, 0.32, 0.09, 0.15, 0.22, 0.13),
        Scale(min(finite, default=0.0), max(finite, default=1.0)),
        listed.index(own),
        caption,
    )
    notes = [Paragraph(plain(note), "note") for note in ratings.warnings]
    return [Heading("Ranking"), table, *notes]


def _interval(low: float, high: float) -> str:
    if math.isnan(low) or math.isnan(high):
        return "–"
    return f"{number(low)} to {number(high)}"


def profile(report: Report) -> list[Block]:
    """Draw what is told as rows of intervals; the top level where nothing is confirmed."""
    found = report.found
    rows: Sequence[CapabilityFinding] = report.told
    which = "What is confirmed"
    if not rows:
        rows, which = _top_level(found), "Nothing is confirmed; these are the largest capabilities"
    if not rows:
        return []
    largest = sorted(rows, key=lambda one: -abs(one.effect))[:_MOST_DRAWN]
    shown = sorted(largest, key=lambda one: -one.effect)
    if len(shown) < len(rows):
        which += f", the {len(shown):,} largest of {len(rows):,}"
    return [Heading("Profile"), _drawn(shown, found, f"{which}. {_key(found)}")]


def findings(report: Report) -> list[Block]:
    """Draw all that is confirmed or likely, where that is more than was told."""
    found = report.found
    listed = found.of("confirmed", "likely")
    if len(listed) <= len(report.told):
        return []
    blocks: list[Block] = [Heading("All findings")]
    for verdict, most in _MOST_ROWS.items():
        all_ = sorted(
            (one for one in listed if one.verdict == verdict), key=lambda one: -abs(_value(one))
        )
        rows = sorted(all_[:most], key=lambda one: -_value(one))
        if rows:
            some = f" The {len(rows):,} largest of {len(all_):,}." if len(rows) < len(all_) else ""
            caption = f"{_key(found)}{some}"
            blocks += [Heading(verdict.capitalize(), 2), _detailed(rows, found, caption)]
    return blocks


def _key(found: CompetitorFindings) -> str:
    return (
        f"In {found.unit.name}: the line is the {percent(found.settings.level)} interval, the dot "
        "the difference as it is, the ring as shrunk; within the band it is of no interest."
    )


def _top_level(found: CompetitorFindings) -> list[CapabilityFinding]:
    """Return the largest capabilities of the top level that have an estimate."""
    taxonomy = found.evidence.taxonomy
    try:
        top = {taxonomy.keys[at] for at in level_below(taxonomy).tolist()}
    except InputError:  # there is no level at all
        return []
    known = [one for one in found.findings if one.capability in top and math.isfinite(one.effect)]
    return sorted(known, key=lambda one: -one.items)[:_MOST_TOP_LEVEL]


def _value(one: CapabilityFinding) -> float:
    return one.effect if one.verdict == "confirmed" else one.estimate


def _scale(rows: Iterable[CapabilityFinding], found: CompetitorFindings) -> Scale:
    ends = np.array([(one.effect, one.estimate) for one in rows])
    delta = found.unit.size * found.settings.smallest_effect
    reach = max(1.4 * float(np.abs(ends[np.isfinite(ends)]).max(initial=0.0)), 2 * delta, 1e-9)
    return Scale(-reach, reach, 0.0, delta)


def _bar(one: CapabilityFinding) -> Bar:
    tone = {"strength": "above", "weakness": "below"}.get(one.direction, "plain")
    return Bar(one.effect, one.low, one.high, one.estimate, tone)


def _cells(one: CapabilityFinding, found: CompetitorFindings) -> dict[str, str | Bar]:
    unit, known = found.unit, math.isfinite(one.effect)
    return {
        "Capability": excerpt(shown_name(one.capability, one.name), NAME),
        "Items": f"{one.items:,}",
        "": _bar(one),
        "Difference": signed(one.effect, unit) if known else "–",
        "Interval": f"{signed(one.low, unit)} to {signed(one.high, unit)}" if known else "–",
        "Shrunk": signed(one.estimate, unit) or "–",
        "q": "–" if math.isnan(one.q) else "<0.001" if one.q < 0.001 else f"{one.q:.3f}",
    }


def _table(
    rows: Sequence[CapabilityFinding], found: CompetitorFindings, caption: str, **widths: float
) -> Table:
    cells = [_cells(one, found) for one in rows]
    header = tuple("" if name == "bar" else name for name in widths)
    return Table(
        header,
        tuple(tuple(row[name] for name in header) for row in cells),
        tuple(widths.values()),
        _scale(rows, found),
        caption=caption,
    )


def _drawn(rows: Sequence[CapabilityFinding], found: CompetitorFindings, caption: str) -> Table:
    return _table(rows, found, caption, Capability=0.44, Items=0.08, bar=0.36, Difference=0.12)


def _detailed(rows: Sequence[CapabilityFinding], found: CompetitorFindings, caption: str) -> Table:
    return _table(
        rows, found, caption,
        Capability=0.35, Items=0.07, bar=0.18, Difference=0.1, Interval=0.15, Shrunk=0.08, q=0.07,
    )  # fmt: skip

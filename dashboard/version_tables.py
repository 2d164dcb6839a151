"""Two versions by capability as tables and as rows of charts."""

import math
from collections.abc import Sequence
from textwrap import shorten
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from dashboard.charts import labels
from dashboard.charts.versions import ChangeRow
from dashboard.wording import literal, plotly_text
from ranking.capabilities.sentences import shown_name, signed
from ranking.wording import number

if TYPE_CHECKING:
    from ranking.versions.findings import VersionFinding
    from ranking.versions.items import ItemChange
    from ranking.versions.report import VersionReport

_LONGEST = 48  # letters of a name in a choice
_WIDE, _LINE = 330, 44  # pixels of the column of capabilities, and letters of a line of it


def change_row(report: "VersionReport", one: "VersionFinding") -> ChangeRow:
    """Return what the charts draw of a capability."""
    return ChangeRow(
        name=full_name(one),
        difference=one.difference,
        low=one.low,
        high=one.high,
        fixed=one.fixed,
        regressed=one.regressed,
        items=one.items,
        verdict=one.verdict,
        direction=one.direction,
        words=_wrapped(report.say(one)),
    )


def _wrapped(sentence: str, letters: int = 60) -> str:
    """Break a sentence into lines for a hover label."""
    lines = [""]
    for word in plotly_text(sentence).split():
        if len(lines[-1]) + len(word) > letters:
            lines.append("")
        lines[-1] += f"{word} "
    return "<br>".join(line.strip() for line in lines)


def full_name(one: "VersionFinding") -> str:
    """Return what a capability is called."""
    return shown_name(one.capability, one.name or one.capability)


def short_name(one: "VersionFinding") -> str:
    """Return what a capability is called where there is little room."""
    return shorten(full_name(one), _LONGEST, placeholder=" …")


def row_height(found: "Sequence[VersionFinding]") -> int:
    """Return the height of the rows of `table`, in pixels."""
    return labels.row_height(map(full_name, found), letters=_LINE)


def table(report: "VersionReport", found: "Sequence[VersionFinding]") -> pd.DataFrame:
    """Return what is known of each capability as a table; the download has the rest."""

    def written(value: float) -> str:
        return signed(value, report.unit) if math.isfinite(value) else "–"

    return pd.DataFrame(
        {
            "capability": [full_name(one) for one in found],
            "verdict": [f"{one.verdict} {one.direction}".strip() for one in found],
            "items": [one.items for one in found],
            "difference": [written(one.difference) for one in found],
            "interval": [f"{written(one.low)} to {written(one.high)}" for one in found],
            "fixed": [one.fixed for one in found],
            "regressed": [one.regressed for one in found],
            "q": ["" if math.isnan(one.q) else q_text(one.q) for one in found],
        }
    )


def q_text(q: float) -> str:
    """Write an adjusted p-value to three places, none as zero."""
    return "< 0.001" if q < 0.001 else f"{q:.3f}"


def columns(report: "VersionReport") -> dict[str, object]:
    """Return the configuration of each column of `table`."""
    column = st.column_config
    words = [word.capitalize() for word in report.settings.words]
    unit = literal(report.unit.name)
    return {
        "capability": column.TextColumn("Capability", width=_WIDE),
        "verdict": column.TextColumn("Verdict", width=136),
        "items": column.NumberColumn("Items", format="localized", width=64, help="Items of both."),
        "difference": column.TextColumn(
            "Difference", width=86, alignment="right", help=f"In {unit}."
        ),
        "interval": column.TextColumn(
            "Interval", width=124, alignment="right", help="Of the difference."
        ),
        "fixed": column.NumberColumn(words[0], format="localized", width=76),
        "regressed": column.NumberColumn(words[1], format="localized", width=88),
        "q": column.TextColumn(
            "q", width=72, alignment="right",
            help="p-value, adjusted for all capabilities (Benjamini–Hochberg).",
        ),
    }  # fmt: skip


def item_table(report: "VersionReport", items: "Sequence[ItemChange]") -> pd.DataFrame:
    """Return items with what either version did on them."""
    names = dict(zip(report.evidence.taxonomy.keys, report.evidence.taxonomy.names, strict=True))
    frame = pd.DataFrame(
        {
            "item": [one.item for one in items],
            "before": [one.before for one in items],
            "after": [one.after for one in items],
            "change": [_changed(one.change) for one in items],
            "z": [one.z for one in items],
            "capabilities": [
                ", ".join(names.get(key) or key for key in one.capabilities) for one in items
            ],
        }
    )
    empty = [name for name in ("z", "capabilities") if not frame[name].astype(bool).any()]
    if frame["z"].isna().all():
        empty.append("z")
    return frame.drop(columns=list(dict.fromkeys(empty)))


def _changed(change: float) -> str:
    text = number(change, 2).rstrip("0").rstrip(".")
    return f"+{text}" if change > 0 else text


def item_columns(report: "VersionReport") -> dict[str, object]:
    """Return the configuration of each column of `item_table`."""
    column = st.column_config
    plain = "%.4g"
    return {
        "item": column.TextColumn("Item", width=200),
        "before": column.NumberColumn(report.before, format=plain),
        "after": column.NumberColumn(report.after, format=plain),
        "change": column.TextColumn("Change", alignment="right"),
        "z": column.NumberColumn(
            "z", format="%+.1f", help="Reliable change index, from repeats: beyond 1.96 a change "
            "is more than noise.",
        ),
        "capabilities": column.TextColumn("Capabilities", width=320),
    }  # fmt: skip

"""Means over the same mix of capabilities beside means as they are, and orders that it reverses."""

import math
from typing import TYPE_CHECKING

import streamlit as st

from dashboard import profile_data, sharing, state
from dashboard.appearance import STILL, legend, palette
from dashboard.capability_data import Studied
from dashboard.capability_names import names_of
from dashboard.charts.labels import column_width
from dashboard.charts.palette import colours
from dashboard.charts.standardised import dumbbells, means_table, mix_table
from dashboard.profile_groups_view import pick_level
from dashboard.wording import count, counted, literal
from ranking.wording import number, percent, plural

if TYPE_CHECKING:
    from ranking.versions.standardised import Reversal, Standardised

_DRAWN = 40  # competitors in the chart
_SAID = 10  # reversals of each kind that are listed
_WHOLE = 12  # rows up to which a table is not scrolled


def draw(studied: Studied) -> None:
    """Draw both means of everybody, who changes places, and the mix."""
    depth = pick_level(studied)
    found = profile_data.standardised(studied, depth)
    if isinstance(found, str):
        st.info(literal(found), icon=":material/info:")
        return
    noun = literal(studied.arena.noun)
    st.markdown(f"**{literal(found.sentence)}**")
    st.caption(
        f"Whoever was tried on more of what is easy looks better. Here every {noun} has the same "
        "share of each capability: that of the items of all."
        + (" Whom it met is as it was." if found.values == "wins" else "")
    )
    _reversals(found)
    _chart(studied, found)
    _means(studied, found)
    _mix(studied, found)
    _take_away(studied, found)


def _chart(studied: Studied, found: "Standardised") -> None:
    known = [row for row in found.rows if not math.isnan(row.standardised)]
    colour = palette()
    st.plotly_chart(
        dumbbells(
            known[:_DRAWN], percentages=found.unit.size == 100,
            colours=colours(state.marked(), colour), palette=colour,
        ),
        key="same-mix", config=STILL,
        alt=f"Mean of {counted(min(len(known), _DRAWN), studied.arena.noun)} as it is and over the "
        "same mix; the table below has the numbers",
    )  # fmt: skip
    legend(
        [
            f":primary[●]\u2002over the same mix, with its {percent(found.level)} interval",
            ":gray[○]\u2002as it is",
        ]
    )
    if len(known) > _DRAWN:
        st.caption(f"The best {count(_DRAWN)} of {count(len(known))}; the table has all.")


def _reversals(found: "Standardised") -> None:
    """Say who is ahead only because of the mix, clear cases first."""
    clear = [one for one in found.reversals if one.clear]
    others = [one for one in found.reversals if not one.clear]
    for title, listed in (
        ("The order depends on the mix", clear),
        ("The order may depend on the mix" if clear else "The order may depend on the mix, though "
         "not beyond chance", others),
    ):  # fmt: skip
        if not listed:
            continue
        st.subheader(title, anchor=False)
        st.markdown("\n".join(f"- {_sentence(one, found)}" for one in listed[:_SAID]))
        if len(listed) > _SAID:
            st.caption(f"And {counted(len(listed) - _SAID, 'further pair')}; the download has all.")


def _sentence(one: "Reversal", found: "Standardised") -> str:
    decimals = 1 if found.unit.size == 100 else 3
    unit = "points" if found.unit.size == 100 else "of the score"
    limits = f"{number(-one.high, decimals)} to {number(-one.low, decimals)}"
    return (
        f"**{literal(one.ahead)}** is ahead of **{literal(one.behind)}** by "
        f"{literal(number(one.raw, decimals))} {unit} as it is, but behind by "
        f"{literal(number(-one.standardised, decimals))} ({literal(limits)}) over the same mix."
    )


def _means(studied: Studied, found: "Standardised") -> None:
    column = st.column_config
    points = found.unit.size == 100
    plain, signed = ("%.1f", "%+.1f") if points else ("%.3g", "%+.2g")
    noun = studied.arena.noun
    st.subheader(f"Every {literal(noun)}", anchor=False)
    frame = means_table(found.rows)
    st.dataframe(
        frame,
        key="means",
        hide_index=True,
        height="content" if len(frame) <= _WHOLE else 460,
        placeholder="–",
        alt=f"Means of every {noun} as they are and over the same mix",
        column_config={
            "competitor": column.TextColumn(
                literal(noun.capitalize()), width=column_width(frame["competitor"])
            ),
            "items": column.NumberColumn("Items", format="localized", width=70),
            "raw": column.NumberColumn("As it is", format=plain, width=80),
            "standardised": column.NumberColumn(
                "Same mix", format=plain, width=80, help="Unknown with fewer than 20 items."
            ),
            "moved": column.NumberColumn("Moved", format=signed, width=80),
            "low": column.NumberColumn(
                "From", format=plain, width=70, help="Of the mean over the same mix."
            ),
            "high": column.NumberColumn("To", format=plain, width=70),
        },
    )


def _mix(studied: Studied, found: "Standardised") -> None:
    column, nouns = st.column_config, literal(plural(studied.arena.noun))
    named = names_of(found.evidence)
    with st.expander(f"The mix: {counted(len(found.capabilities), 'capability')}"):
        frame = mix_table(found.capabilities, named)
        st.dataframe(
            frame,
            key="mix-weights",
            hide_index=True,
            height="content" if len(frame) <= _WHOLE else 460,
            alt="Common weight of every capability, and its own shares",
            column_config={
                "capability": column.TextColumn("Capability", width=280),
                "items": column.NumberColumn("Items", format="localized", width=70),
                "weight": column.NumberColumn("Weight", format="%.1f%%", width=80),
                "least": column.NumberColumn(
                    "Least", format="%.1f%%", width=80,
                    help=f"Smallest share that it has of the items of one of the {nouns}.",
                ),
                "most": column.NumberColumn("Most", format="%.1f%%", width=80),
            },
        )  # fmt: skip
    if found.left_out:
        listed = ", ".join(named[key] for key in found.left_out[:5])
        more = f" and {count(len(found.left_out) - 5)} more" if len(found.left_out) > 5 else ""
        st.caption(
            f"Left out of the mix, as one of the {nouns} has no result there: {literal(listed)}"
            f"{more}."
        )


def _take_away(studied: Studied, found: "Standardised") -> None:
    from ranking.versions.standardised import as_dict

    sharing.take_away(f"{studied.arena.name} same mix", lambda: as_dict(found))

"""The lesser views of a leaderboard: what style is worth, and how it all was computed."""

import math

import streamlit as st

from dashboard import data
from dashboard.appearance import palette
from dashboard.charts.board import placings
from dashboard.charts.coefficients import coefficients
from dashboard.controls import Chosen
from dashboard.equilibrium_details import equilibrium_rows
from dashboard.method_settings import WORDS
from dashboard.wording import count, literal, span
from ranking.methods import METHODS
from ranking.ratings import Ratings
from ranking.store import Arena
from ranking.wording import number, plural

_TALLEST, _SCROLLED_HEIGHT = 25, 912


def style(arena: Arena, ratings: Ratings) -> None:
    """Draw what each covariate is worth."""
    st.markdown(
        "Points that a side gains: by one standard deviation more of it than the other side has, "
        "or, where it is a yes or no, by having it where the other side has not."
    )
    st.plotly_chart(
        coefficients(ratings.parameters, palette=palette()),
        key="coefficients",
        alt=f"What style is worth in {arena.name}, in points, with intervals",
        config={"displayModeBar": False},
    )
    st.caption(
        f"Lines are {ratings.level:.0%} intervals. The table’s columns Places and Change say what "
        f"holding these equal does to each {literal(arena.noun)}."
    )


def details(arena: Arena, chosen: Chosen, ratings: Ratings) -> None:
    """Draw the settings in plain words, other views of each place, and the method's parameters."""
    kind = METHODS[ratings.method]
    rows = {"Method": f"{kind.title}. {kind.summary}", **_settings(ratings)}
    rows["Intervals"] = literal(f"{ratings.level:.0%}, {ratings.interval}")
    if ratings.better is not None:
        rows["Ranks"] = (
            f"{literal(ratings.rank_sets.capitalize())}: with {ratings.level:.0%} confidence all "
            "ranks of the table hold at once"
        )
    elif ratings.rank_sets != "none":
        rows["Ranks"] = literal(ratings.rank_sets.capitalize())
    rows["Scale"] = f"{literal(ratings.scale[:1].upper() + ratings.scale[1:])}"
    if ratings.equilibrium is not None:
        rows |= equilibrium_rows(ratings)
    if ratings.effective_comparisons < 0.999 * ratings.comparisons:
        rows["Weights"] = (
            f"Worth {count(ratings.effective_comparisons)} comparisons of equal weight (Kish)"
        )
    if ratings.unadjusted is None:
        for parameter in ratings.parameters:
            limits = span(parameter.low, parameter.high, lambda value: number(value, 3))
            rows[literal(parameter.name)] = (
                f"{number(parameter.estimate, 3)} {literal(parameter.unit)}"
                + (f" ({limits})" if limits else "")
            )
    if math.isfinite(ratings.log_loss):
        rows["Log-loss"] = f"{ratings.log_loss:.4f} nats per comparison"
    else:
        rows["Prediction"] = "None: it ranks, and does not say how often one beats another"
    if ratings.iterations:
        rows["Iterations"] = count(ratings.iterations)
    if arena.description:
        rows["Source"] = literal(arena.description)
    st.table(rows, border="horizontal", width="content", alt="How these ratings were computed")
    if ratings.covariance is not None:
        _places(arena, chosen, ratings)


def _settings(ratings: Ratings) -> dict[str, str]:
    """Return the settings that are not told elsewhere, in words."""
    labels = {
        "ties": "Ties",
        "pairing": "Weight of pairs",
        "prior": "Prior",
        "k": "K",
        "payoff": "Payoff",
        "affinity": "Counted as alike",
        "resamples": "Resampled logs",
    }
    rows = {}
    for name, label in labels.items():
        value = ratings.settings.get(name)
        if value is not None:
            words = WORDS.get(name, {}).get(str(value))
            if words is None:
                words = f"{value:g}" if isinstance(value, float) else str(value)
            rows[label] = literal(words)
    if covariates := ratings.settings.get("covariates"):
        rows["Held equal"] = literal(", ".join(covariates))
    return rows


def _places(arena: Arena, chosen: Chosen, ratings: Ratings) -> None:
    """Draw other views of each competitor's place."""
    nouns = literal(plural(arena.noun))
    st.subheader("Other views of each place", anchor=False)
    frame = placings(ratings, data.drawn(arena, chosen.selection, chosen.method))
    column = st.column_config
    st.dataframe(
        frame,
        key="placings",
        hide_index=True,
        width="content",
        height="content" if len(frame) <= _TALLEST else _SCROLLED_HEIGHT,
        alt=f"Ranks of {arena.name} by other measures",
        column_config={
            "competitor": column.TextColumn(arena.noun.capitalize()),
            "rank": column.NumberColumn("Rank of the estimate", width=136),
            "set": column.TextColumn("Rank set", width=88, alignment="right"),
            "overlap": column.NumberColumn(
                "Arena-style rank", width=128,
                help=f"1 + how many {nouns} have their whole interval above: the rule of Chatbot "
                "Arena. It looks at one pair at a time, so that not all of these ranks need hold "
                "at once.",
            ),
            "expected": column.NumberColumn(
                "Expected rank", format="%.1f", width=120,
                help="Mean rank over draws from the ratings’ uncertainty.",
            ),
            "best": column.NumberColumn(
                "Chance to be best", format="%.1f%%", width=136,
                help="Share of the draws in which it leads. A summary with a flat prior, no test: "
                "97% goes with a p-value near 0.05.",
            ),
        },
    )  # fmt: skip

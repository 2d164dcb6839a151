"""The parts of the page about one competitor."""

import math
from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from dashboard import pair_data, raw_rows, state
from dashboard.appearance import STILL, legend, palette
from dashboard.breakdowns import breakdowns
from dashboard.charts.opponents import MOST_ROWS, opponents_figure, opponents_legend
from dashboard.charts.palette import colours
from dashboard.charts.record import parts, record_bar, record_legend
from dashboard.competitor_capabilities import capabilities, has_capabilities
from dashboard.competitor_history import history
from dashboard.controls import Chosen
from dashboard.data import Facets
from dashboard.wording import count, counted, literal, span
from ranking.competitor import CompetitorProfile, Opponent
from ranking.methods import METHODS
from ranking.ratings import STATUS_WORDS, Ratings
from ranking.selection import Selection
from ranking.store import Arena
from ranking.wording import number, plural, tier_text

_LETTERS = 8  # letters of a tier that a tile has room for


def pick(arena: Arena, ratings: Ratings) -> str:
    """Draw the name of the competitor, and beside it the choice of another one."""
    names = [ratings.competitors[at] for at in ratings.order if ratings.games[at] > 0]
    head, choice = st.columns([2, 1], vertical_alignment="bottom")
    with choice:
        name = state.pick_competitor(
            arena.noun.capitalize(), names, "who", names[0], on_change=raw_rows.first_sheet,

        )  # fmt: skip
    with head:
        st.title(literal(name), anchor=False)
    return name


def summary(arena: Arena, chosen: Chosen, ratings: Ratings, profile: CompetitorProfile) -> None:
    """Draw what was rated, the conclusion, the place and the record."""
    said = [arena.name, METHODS[ratings.method].title]
    if arena.simulated:
        said.insert(1, "simulated")
    if ratings.unadjusted is not None:
        said.append("ratings with covariates held equal")
    if chosen.selection:
        said.append(f"only comparisons {chosen.selection.sentence}")
    st.caption(literal(" · ".join(said)))
    st.header(literal(profile.conclusion), anchor=False)
    _metrics(ratings, profile)
    _record(profile)


def _metrics(ratings: Ratings, profile: CompetitorProfile) -> None:
    level = f"{100 * profile.level:g}%"
    nouns = plural(profile.noun)
    rated = sum(1 for games in ratings.games if games > 0)
    with st.grid(4, min_column_width=150):
        st.metric(
            "Rating", number(profile.rating) or "unknown", span(profile.low, profile.high, number),
            delta_color="off", delta_arrow="off", border=True, height="stretch",
            help=f"In points, with the {level} interval. 400 points are a factor of 10 in odds.",
        )  # fmt: skip
        st.metric(
            "Rank", _rank(profile), f"of {counted(rated, profile.noun)}", delta_color="off",
            delta_arrow="off", border=True, height="stretch",
            help="The range of ranks that the comparisons allow, for all at once.",
        )  # fmt: skip
        st.metric(
            "Chance of being best", _chance(profile.p_best), _standing(profile),
            delta_color="off", delta_arrow="off", border=True, height="stretch",
            help="How often it has the highest rating when all ratings are drawn anew "
            "within their uncertainty."
            + (f" Tier {tier_text(profile.tier)}: {nouns} that share a letter cannot be told apart."
               if profile.tier else ""),
        )  # fmt: skip
        st.metric(
            "Score", _percent(profile.win_rate), counted(profile.games, "comparison"),
            delta_color="off", delta_arrow="off", border=True, height="stretch",
            help="Share of the possible score; a tie counts half.",
        )  # fmt: skip


def _rank(profile: CompetitorProfile) -> str:
    low, high = profile.rank_low, profile.rank_high
    if not math.isfinite(low) or not math.isfinite(high):
        return f"{profile.rank:.0f}" if math.isfinite(profile.rank) else "unknown"
    return f"{low:.0f}" if low == high else f"{low:.0f}–{high:.0f}"


def _chance(p_best: float) -> str:
    """Write a share of draws, which is never certain."""
    if math.isnan(p_best):
        return "unknown"
    if p_best < 0.001:
        return "< 0.1%"
    return "> 99.9%" if p_best > 0.999 else f"{p_best:.1%}"


def _percent(share: float) -> str:
    return "unknown" if math.isnan(share) else f"{share:.1%}"


def _standing(profile: CompetitorProfile) -> str:
    """Write what the fourth line of a tile has room for: the status, or else the tier."""
    letters = tier_text(profile.tier)
    tier = "several tiers" if len(letters) > _LETTERS else f"tier {letters}"
    return STATUS_WORDS[profile.status] or (tier if letters else "not estimated")


def _record(profile: CompetitorProfile) -> None:
    colour = palette()
    record = parts(
        profile.wins, profile.ties, profile.both_bad, profile.losses, soft=profile.soft,
        palette=colour,
    )  # fmt: skip
    legend(record_legend(record))
    words = ", ".join(f"{count(part.votes)} {part.words}" for part in record)
    st.plotly_chart(
        record_bar(record), key="record", config=STILL,
        alt=f"Record of {profile.name}: {words}",
    )  # fmt: skip


def aspects(
    arena: Arena, chosen: Chosen, ratings: Ratings, profile: CompetitorProfile, facets: Facets
) -> None:
    """Draw opponents, capabilities, history and raw comparisons; only the open one costs."""
    drawn: dict[str, Callable[[], None]] = {"Opponents": lambda: _opponents(profile)}
    if has_capabilities(arena):
        drawn["Capabilities"] = lambda: capabilities(arena, chosen, ratings, profile.name)
    if profile.breakdowns:
        drawn["Breakdowns"] = lambda: breakdowns(
            profile.breakdowns, colour=_own(profile), reference=profile.win_rate,
            words="its score overall",
        )  # fmt: skip
    if facets.span is not None:
        drawn["History"] = lambda: history(
            arena, chosen, ratings, profile.name, colour=_own(profile)
        )
    drawn["Comparisons"] = lambda: _comparisons(arena, chosen.selection, profile)
    tabs = st.tabs(list(drawn), key="aspect", on_change="rerun", bind="query-params")
    for tab, draw in zip(tabs, drawn.values(), strict=True):
        if tab.open:
            with tab:
                draw()


def _opponents(profile: CompetitorProfile) -> None:
    found = profile.opponents
    nouns = plural(profile.noun)
    tested = [held for held in found if not math.isnan(held.residual)]
    surprising = sum(held.surprising for held in tested)
    if not tested:
        st.markdown("Whether these results are surprising cannot be told for these ratings.")
    else:
        verb = "is" if surprising <= 1 else "are"
        some = count(surprising) if surprising else "None"
        st.markdown(
            f"**{some} of {counted(len(tested), 'result')} {verb} surprising** for the ratings of "
            f"both (at {100 * profile.level:g}%, allowing for the number of {literal(nouns)})."
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if st.session_state.get("rival") not in (None, *(held.name for held in found)):
            st.session_state["rival"] = None
        rival = st.selectbox(
            "Compare with", [held.name for held in found], index=None, key="rival", width=320,
            placeholder=f"Choose one of {counted(len(found), 'opponent')}",
        )  # fmt: skip
        if rival:
            state.head_to_head_link(profile.name, rival, f"Head to head with {rival}")
        everyone = len(found) <= MOST_ROWS or st.toggle(
            f"All {count(len(found))}", key="everyone", bind="query-params"
        )
    shown = found if everyone else found[:MOST_ROWS]
    colour = palette()

    def choose() -> None:
        points = st.session_state["opponents"].selection.points
        if points and points[0].get("customdata"):
            st.session_state["rival"] = points[0]["customdata"][0]

    legend(opponents_legend(shown, palette=colour))
    st.plotly_chart(
        opponents_figure(shown, palette=colour), key="opponents", config=STILL,
        on_select=choose, selection_mode="points",
        alt=f"Share of the score of {profile.name} against each opponent, observed and expected",
    )  # fmt: skip
    st.caption(
        "Most surprising first; the larger the dot, the more comparisons. "
        "Choose a dot to compare the two."
    )
    panel = st.expander("As a table", icon=":material/table:", on_change="rerun", key="as-table")
    if panel.open:
        with panel:
            _table(found, profile)


def _own(profile: CompetitorProfile) -> str:
    """Return the colour of the competitor's mark, or the accent."""
    colour = palette()
    return colours(state.marked(), colour).get(profile.name, colour.accent)


def _table(found: Sequence[Opponent], profile: CompetitorProfile) -> None:
    frame = pd.DataFrame(
        {
            "name": [held.name for held in found],
            "games": [held.games for held in found],
            "wins": [held.wins for held in found],
            "ties": [held.ties + held.soft for held in found],
            "both_bad": [held.both_bad for held in found],
            "losses": [held.losses for held in found],
            "observed": [100 * held.observed.estimate for held in found],
            "expected": [100 * held.expected.estimate for held in found],
            "residual": [held.residual for held in found],
            "surprising": ["surprising" if held.surprising else "" for held in found],
        }
    )
    if not frame["both_bad"].any():
        frame = frame.drop(columns="both_bad")
    column = st.column_config
    whole = {"format": "localized", "width": 96}
    share = {"format": "%.0f%%", "width": 88}
    st.dataframe(
        frame, hide_index=True, key="opponents-table", placeholder="",
        alt=f"Opponents of {profile.name}",
        column_config={
            "name": column.TextColumn("Opponent"),
            "games": column.NumberColumn("Comparisons", **whole),
            "wins": column.NumberColumn("Won", **whole),
            "ties": column.NumberColumn("Tied", **whole),
            "both_bad": column.NumberColumn("Both bad", **whole),
            "losses": column.NumberColumn("Lost", **whole),
            "observed": column.NumberColumn("Observed", **share),
            "expected": column.NumberColumn("Expected", **share),
            "residual": column.NumberColumn(
                "Residual", format="%.1f", width=88,
                help="In standard errors; positive where it does better than expected.",
            ),
            "surprising": column.TextColumn("", width=104),
        },
    )  # fmt: skip


def _comparisons(arena: Arena, selection: Selection, profile: CompetitorProfile) -> None:
    def table(sheet: raw_rows.Sheet) -> None:
        opponent = f"{arena.noun}_b"
        link = st.container()
        event = st.dataframe(
            sheet.rows,
            hide_index=True,
            placeholder="",
            height="content" if len(sheet.rows) < 15 else 560,
            key="raw",
            on_select="rerun",
            selection_mode="single-row",
            alt=f"Raw comparisons of {profile.name}",
            column_config=raw_rows.columns(sheet.rows, arena.noun),
        )
        chosen = [row for row in event.selection.rows if row < len(sheet.rows)]
        with link:
            if chosen:
                rival = str(sheet.rows[opponent].iloc[chosen[0]])
                state.head_to_head_link(profile.name, rival, f"Head to head with {rival}")
            else:
                st.caption("Choose a row to go to its two head to head.")

    legend = f"A is {profile.name}, B its opponent."
    raw_rows.browse(
        arena, pair_data.involving(selection, profile.name), profile.name, table, legend=legend
    )

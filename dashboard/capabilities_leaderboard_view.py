"""The leaderboard by capability: of one, of a saved one, or of a mix with a share for each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard import capability_data, data, profile_data, state
from dashboard.appearance import palette
from dashboard.capability_data import Studied
from dashboard.charts.board import Group, board, groups
from dashboard.charts.intervals import Scale
from dashboard.charts.palette import colours
from dashboard.leaderboard_columns import columns as columns_of
from dashboard.leaderboard_columns import picture_width
from dashboard.leaderboard_view import TALLEST_TABLE
from dashboard.robustness_view import conclude
from dashboard.sharing import copy_link
from dashboard.wording import count, counted, file_stem, literal
from ranking import leaderboard
from ranking.conclusion import conclusion as concluded
from ranking.errors import RankingError
from ranking.leaderboard import rank_text
from ranking.ratings import Ratings
from ranking.wording import percent

if TYPE_CHECKING:
    from ranking.taxonomies.taxonomy import Taxonomy

FEWEST = 20
"""Items of a capability that can be chosen."""
LARGEST = 10
"""The largest share; shares are whole numbers, and only their proportions matter."""
_SCROLLED_HEIGHT = 912  # pixels of a longer table
_LONGEST = 64  # letters of a capability in the choice
_ACROSS = 3  # sliders beside each other


def draw(studied: Studied, conclusion: DeltaGenerator) -> None:
    """Draw the choice of capabilities and shares, and the leaderboard of that mix."""
    taxonomy = capability_data.evidence(studied).taxonomy
    options = _options(taxonomy)
    chosen = _pick(options)
    shares = _pick_shares(chosen, {key: label for label, key in options.items()})
    if chosen and not any(shares.values()):
        conclusion.header("Every share is zero: give one a share to see a leaderboard.",
                          anchor=False)  # fmt: skip
        return
    ratings = profile_data.mixed(studied, shares)
    overall = profile_data.mixed(studied, {}) if shares else None
    names = {key: label for label, key in options.items()}
    conclude(conclusion, f"{_where(ratings, names)}{' '.join(concluded(ratings))}")
    st.caption(literal(_caption(ratings, names)))
    for sentence in ratings.warnings:
        st.caption(f":material/info: {literal(sentence)}")
    played = [_played(group, ratings) for group in groups(ratings)]
    for number, group in enumerate(group for group in played if len(group.rows)):
        if group.label:
            st.subheader(literal(group.label), anchor=False)
        _table(studied, ratings, overall, group, key=f"mix-{number}")
    _take_away(studied, ratings, chosen)


def _options(taxonomy: "Taxonomy") -> dict[str, str]:
    """Return keys of the capabilities to choose from by what they are called, in tree order."""
    from ranking.capabilities.sentences import shown_name

    found: dict[str, str] = {}
    for at, key in enumerate(taxonomy.keys):
        if at and taxonomy.sizes[at] >= FEWEST:
            name = shown_name(key, taxonomy.names[at])
            shown = name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1].rstrip()}…"
            found[shown if shown not in found else f"{shown} ({key})"] = key
    return found


def _pick(options: Mapping[str, str]) -> list[str]:
    """Draw the choice of capabilities; return their keys."""
    held = st.session_state.get("mixed")
    if held:
        st.session_state["mixed"] = [label for label in held if label in options]
    picked = st.multiselect(
        "Capabilities to rate in", list(options), key="mixed", bind="query-params",
        placeholder="All of them; choose one, or several for a mix of your own",
        help=f"Those with at least {FEWEST} items. Several make a mix, in which each has a share.",
    )  # fmt: skip
    return [options[label] for label in picked if label in options]


def _pick_shares(chosen: Sequence[str], names: Mapping[str, str]) -> dict[str, float]:
    """Draw a slider for each capability of a mix; keep the shares in the address."""
    if len(chosen) < 2:
        st.session_state["shares"] = state.KEYS["shares"]
        st.query_params.pop("shares", None)
        return dict.fromkeys(chosen, 1.0)
    asked = _whole_numbers(st.query_params.get("shares", ""))
    shares: dict[str, float] = {}
    places = st.columns(min(len(chosen), _ACROSS), gap="medium")
    for number, key in enumerate(chosen):
        slot = f"share-{key}"
        if slot not in st.session_state:
            st.session_state[slot] = asked[number] if len(asked) == len(chosen) else 1
        with places[number % len(places)]:
            shares[key] = float(st.slider(literal(names[key]), 0, LARGEST, key=slot))
    written = ",".join(f"{share:.0f}" for share in shares.values())
    st.session_state["shares"] = written if set(shares.values()) != {1.0} else ""
    if st.session_state["shares"]:
        st.query_params["shares"] = written
    else:
        st.query_params.pop("shares", None)
    return shares


def _whole_numbers(text: str) -> list[int]:
    """Return the shares that an address holds; none where it holds anything else."""
    parts = text.split(",")
    if not all(part.isdecimal() and len(part) < 3 and int(part) <= LARGEST for part in parts):
        return []
    return [int(part) for part in parts]


def _where(ratings: Ratings, names: Mapping[str, str]) -> str:
    """Say what the conclusion is about; nothing where that is everything."""
    mix = [names[key] for key in ratings.settings["mix"] if key in names]
    if not mix:
        return ""
    said = " and ".join(mix)
    return f"In {said}: " if len(said) <= _LONGEST else "In this mix: "


def _caption(ratings: Ratings, names: Mapping[str, str]) -> str:
    mix: Mapping[str, float] = ratings.settings["mix"]
    said = [
        f"{names[key]} {percent(share)}" if len(mix) > 1 else names[key]
        for key, share in mix.items()
        if key in names
    ]
    parts = [", ".join(said) or "All capabilities, as they were sampled"]
    rated = sum(games > 0 for games in ratings.games)
    parts += [
        f"{count(ratings.comparisons)} comparisons, one for each item and pair",
        counted(rated, ratings.noun),
    ]
    return " · ".join(parts)


def _played(group: Group, ratings: Ratings) -> Group:
    """Leave out who was not compared in this mix."""
    rows = group.rows[ratings.games[group.rows] > 0]
    return replace(group, rows=rows)


def _table(
    studied: Studied, ratings: Ratings, overall: Ratings | None, group: Group, *, key: str
) -> None:
    """Draw the board of one group: ranks here and over everything, ratings with their intervals."""
    arena = studied.arena
    scale = Scale.settled(ratings, group.rows)
    frame = _rows(ratings, overall, group, scale)
    if (room := picture_width(frame.drop(columns="overall", errors="ignore"))) < scale.width:
        scale = replace(scale, width=room)
        frame = _rows(ratings, overall, group, scale)
    columns = columns_of(arena, ratings, scale, frame)
    columns["overall"] = st.column_config.TextColumn(
        "Overall", width=68, alignment="right",
        help="Rank over all capabilities, as they were sampled.",
    )  # fmt: skip
    st.dataframe(
        frame,
        key=key,
        hide_index=True,
        height="content" if len(frame) <= TALLEST_TABLE else _SCROLLED_HEIGHT,
        placeholder="",
        alt=f"Leaderboard of {arena.name} in these capabilities. {group.label}",
        column_config=columns,
    )


def _rows(ratings: Ratings, overall: Ratings | None, group: Group, scale: Scale) -> pd.DataFrame:
    colour = palette()
    frame = board(
        ratings, group.rows, scale=scale, colours=colours(state.marked(), colour), palette=colour
    )
    if not any(frame["status"]):
        frame = frame.drop(columns="status")
    if frame["half"].isna().all():
        frame = frame.drop(columns="half")
    if overall is not None:
        ranks = [rank_text(overall, row) for row in group.rows]
        frame.insert(list(frame.columns).index("competitor") + 1, "overall", ranks)
    return frame


def _take_away(studied: Studied, ratings: Ratings, chosen: Sequence[str]) -> None:
    """Draw the downloads, the link to this view, and the way to save a set of capabilities."""
    stem = file_stem(f"{studied.arena.name} mix")
    with st.container(horizontal=True):
        for label, write, ending, mime in (
            ("CSV", leaderboard.as_csv, "csv", "text/csv"),
            ("JSON", leaderboard.as_json, "json", "application/json"),
        ):
            st.download_button(
                label, lambda write=write: write(ratings), file_name=f"{stem}.{ending}", mime=mime,
                icon=":material/download:", on_click="ignore", key=f"download-mix-{ending}",
            )  # fmt: skip
        copy_link()
        if len(chosen) > 1:
            _save(studied, chosen)


def _save(studied: Studied, chosen: Sequence[str]) -> None:
    """Draw the form that saves the chosen capabilities as one of the user's own."""
    with st.popover("Save as a capability", icon=":material/bookmark_add:"):
        st.caption(
            "The items of all of them together, under a name of your own: it is then a capability "
            "on every page. Each item counts once; shares are not saved."
        )
        with st.form("save-mix", border=False):
            name = st.text_input("Name", max_chars=60, key="save-mix-name")
            pressed = st.form_submit_button("Save", icon=":material/save:")
    if not pressed:
        return
    if not name.strip():
        st.error("Give it a name.", icon=":material/error:")
        return
    from ranking.taxonomies.stored import save_capability

    try:
        save_capability(data.store(), studied.arena.name, name, list(chosen), source=studied.source)
    except RankingError as error:
        st.error(literal(str(error)), icon=":material/error:")
        return
    state.say(f"Saved {name.strip()}.")
    st.rerun()

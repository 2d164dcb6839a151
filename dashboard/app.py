"""The frame of the dashboard: navigation, the arena picker, and what happens when a page fails.

It runs on every interaction, before the page that is shown.
"""

from pathlib import Path

import streamlit as st

from dashboard import (
    capability_controls,
    controls,
    data,
    robustness_controls,
    state,
)
from dashboard.failure import plain_errors
from dashboard.wording import literal

# A file of ours: browsers would fetch a Material icon for the tab from its maker's server.
ICON = Path(__file__).parent / "icon.svg"

st.set_page_config(page_title="Podium", page_icon=str(ICON), layout="wide")

leaderboard = st.Page(
    "app_pages/leaderboard.py",
    title="Leaderboard",
    icon=":material/leaderboard:",
    default=True,
    help="Who leads, by how much, and what cannot be told apart.",
)
competitor = st.Page(
    "app_pages/competitor.py",
    title="Competitor",
    icon=":material/person_search:",
    url_path=state.COMPETITOR,
    help="One competitor: its place, its record, whom it beats against expectation.",
)
head_to_head = st.Page(
    "app_pages/head_to_head.py",
    title="Head to head",
    icon=":material/compare_arrows:",
    url_path=state.HEAD_TO_HEAD,
    help="Two competitors: who is better, by how much, and how sure that is.",
)
capabilities = st.Page(
    "app_pages/capabilities.py",
    title="Capabilities",
    icon=":material/category:",
    url_path=state.CAPABILITIES,
    help="Where each competitor is strong and weak, and where that cannot be told.",
)
robustness = st.Page(
    "app_pages/robustness.py",
    title="Robustness",
    icon=":material/shield:",
    url_path=state.ROBUSTNESS,
    help="What copies do to the ranking, what no ranking can express, and which tasks carry it.",
)
examples = st.Page(
    "app_pages/examples.py",
    title="Examples",
    icon=":material/find_in_page:",
    url_path=state.EXAMPLES,
    help="The items behind a number: responses side by side, and every verdict on them.",
)
comparisons = st.Page(
    "app_pages/data.py",
    title="Data",
    icon=":material/database:",
    help="Arenas, imports and raw comparisons: browse, export, undo, rename, delete.",
)
upload = st.Page(
    "app_pages/upload.py",
    title="Upload",
    icon=":material/upload:",
    help="Turn a file of comparisons or scores into a leaderboard.",
)
page = st.navigation(
    [
        leaderboard,
        competitor,
        head_to_head,
        capabilities,
        examples,
        robustness,
        comparisons,
        upload,
    ],
    position="top",
)

with plain_errors("frame"):
    # The sidebar is drawn here and not by the pages: a widget of the frame keeps its value from
    # page to page, one of a page is another widget on each.
    with st.sidebar:
        arena = state.pick_arena(data.arenas(), page)
        if arena is not None and page in (leaderboard, competitor, head_to_head):
            controls.pick(arena, data.facets(arena))
        elif arena is not None and page in (capabilities, examples):
            capability_controls.pick(arena, data.facets(arena))
        elif arena is not None and page == robustness:
            robustness_controls.pick(arena, data.facets(arena))
        elif arena is not None and page == comparisons:
            controls.pick_selection(arena, data.facets(arena))
    if sentence := state.said():
        st.toast(literal(sentence), icon=":material/check_circle:")
    page.run()

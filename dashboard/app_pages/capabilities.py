import streamlit as st

from dashboard import (
    capabilities_differences_view,
    capabilities_health_view,
    capabilities_leaderboard_view,
    capabilities_matrix_view,
    capabilities_taxonomy_view,
    capabilities_tree_view,
    capability_controls,
    state,
    welcome,
)

arena = state.current()
if arena is None:
    welcome.offer()

studied = capability_controls.studied()
capability_controls.head(studied)
conclusion = st.container()
SECTIONS = {
    "Matrix": capabilities_matrix_view,
    "Tree": capabilities_tree_view,
    "Leaderboard": capabilities_leaderboard_view,
    "Differences": capabilities_differences_view,
    "Health": capabilities_health_view,
    "Taxonomy": capabilities_taxonomy_view,
}
tabs = st.tabs(list(SECTIONS), key="tab", on_change="rerun", bind="query-params")
for (title, section), tab in zip(SECTIONS.items(), tabs, strict=True):
    if tab.open:
        with tab:
            if studied.source or title == "Taxonomy":
                section.draw(studied, conclusion)
            else:
                capability_controls.offer(studied, conclusion)

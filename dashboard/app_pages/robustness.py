import streamlit as st

from dashboard import (
    contributions_view,
    cycles_view,
    robustness_controls,
    robustness_view,
    state,
    welcome,
)

arena = state.current()
if arena is None:
    welcome.offer()

studied = robustness_controls.studied()
robustness_controls.head(studied)
conclusion = st.container()
redundancy, cycles, tasks = st.tabs(
    ["Redundancy", "Cycles", "Tasks"], key="section", on_change="rerun", bind="query-params"
)
for tab, draw in (
    (redundancy, robustness_view.laboratory),
    (cycles, cycles_view.cycles),
    (tasks, contributions_view.tasks),
):
    if tab.open:
        with tab:
            draw(studied, conclusion)

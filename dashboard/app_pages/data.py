import streamlit as st

from dashboard import controls, data, data_view, state, welcome
from dashboard.heading import heading

arena = state.current()
if arena is None:
    welcome.offer()

heading(arena)
data_view.caption(arena)
comparisons, imports, settings, all_arenas = st.tabs(
    ["Comparisons", "Imports", "This arena", "All arenas"],
    key="part",
    on_change="rerun",
    bind="query-params",
)
if comparisons.open:
    with comparisons:
        data_view.browse(arena, controls.selection())
if imports.open:
    with imports:
        data_view.list_imports(arena)
if settings.open:
    with settings:
        data_view.settings(arena)
if all_arenas.open:
    with all_arenas:
        data_view.list_arenas(data.arenas())

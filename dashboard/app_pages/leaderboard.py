import streamlit as st

from dashboard import controls, data, leaderboard_view, state, welcome
from dashboard.heading import heading

arena = state.current()
if arena is None:
    welcome.offer()

heading(arena)
facets = data.facets(arena)
chosen = controls.chosen()

body = st.container()
with body.skeleton(height=400):
    ratings = data.ratings(arena, chosen.selection, chosen.method)
    if chosen.anchor:
        ratings = ratings.anchored(*chosen.anchor)

with body:
    leaderboard_view.summary(arena, chosen.selection, ratings, facets)
    leaderboard_view.views(arena, ratings)
    leaderboard_view.downloads(arena, ratings)

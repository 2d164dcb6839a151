import streamlit as st

from dashboard import controls, data, leaderboard_view, state, trust, welcome
from dashboard.failure import plain_errors
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
    checks = leaderboard_view.summary(arena, chosen, ratings, facets)
    leaderboard_view.views(arena, chosen, ratings, facets)
    leaderboard_view.downloads(arena, ratings)

# Last: the table is on the screen while they run.
with checks, plain_errors("trust"):
    trust.badges(data.checks(arena, chosen.selection, chosen.method))

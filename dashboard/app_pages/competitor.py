import streamlit as st

from dashboard import competitor_view, controls, data, pair_data, running, sharing, state, welcome
from dashboard.heading import heading

arena = state.current()
if arena is None:
    welcome.offer()

chosen = controls.chosen()
body = st.container()
with body.skeleton(height=400):
    found = data.ratings_or_run(arena, chosen.selection, chosen.method)
with body:
    if isinstance(found, running.Run):
        heading(arena)
    running.arrived(found)
    ratings = pair_data.ratings(arena, chosen)
    name = competitor_view.pick(arena, ratings)
    rest = st.container()
    with rest.skeleton(height=400):
        profile = pair_data.profile(arena, chosen, name)
    with rest:
        competitor_view.summary(arena, chosen, ratings, profile)
        competitor_view.aspects(arena, chosen, ratings, profile, data.facets(arena))
        sharing.take_away(f"{arena.name} {name}", profile.as_dict)

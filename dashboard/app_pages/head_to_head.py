import streamlit as st

from dashboard import (
    controls,
    data,
    head_to_head_view,
    pair_data,
    pair_export,
    running,
    sharing,
    state,
    welcome,
)
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
    first, second = head_to_head_view.pick(arena, ratings)
    rest = st.container()
    with rest.skeleton(height=400):
        meeting = pair_data.meeting(arena, chosen, first, second)
    with rest:
        head_to_head_view.summary(arena, chosen, ratings, meeting)
        head_to_head_view.details(arena, chosen, meeting)
        sharing.take_away(
            f"{arena.name} {first} {second}",
            meeting.as_dict,
            beside=lambda: pair_export.download(arena, chosen.selection, meeting),
        )

from dataclasses import replace

import streamlit as st

from dashboard import controls, data, earlier, leaderboard_view, running, state, trust, welcome
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
    found = data.ratings_or_run(arena, chosen.selection, chosen.method)

with body:
    if isinstance(found, running.Run):
        known = found.job.so_far
        running.follow(found, shown=known is not None)
        seen = earlier.recall(arena)
        if known is not None:
            chosen, found = replace(chosen, method=data.without_resamples(chosen.method)), known
            st.caption(
                ":material/hourglass_top: The ratings alone: their intervals are not there yet."
            )
        elif seen is not None:
            chosen, found = seen
            st.caption(":material/history: Rated before:")
        else:
            st.skeleton(height=400)
            st.stop()
    else:
        earlier.remember(arena, chosen, found)
    ratings = found.anchored(*chosen.anchor) if chosen.anchor else found
    checks = leaderboard_view.summary(arena, chosen, ratings, facets)
    leaderboard_view.views(arena, chosen, ratings, facets)
    leaderboard_view.downloads(arena, ratings)

# Last: the table is on the screen while they run.
with checks, plain_errors("trust"):
    trust.badges(data.checks(arena, chosen.selection, chosen.method))

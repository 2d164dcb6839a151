import streamlit as st

from dashboard import data, upload_view
from dashboard.tray import tray

st.title("Upload", anchor=False)
st.caption(
    "From a file of comparisons, or of scores, to a leaderboard. Nothing is kept until you import."
)

held = tray()
if held.job is not None:
    upload_view.follow(held)

encoding, delimiter = upload_view.drop(held)
if held.dropped:
    arenas = data.arenas()
    batches = upload_view.read(held, encoding, delimiter)
    target = upload_view.pick_target(arenas, held, batches)
    planned = [
        upload_view.confirm(held, batch, target, number) for number, batch in enumerate(batches)
    ]
    upload_view.commit(held, target, planned)

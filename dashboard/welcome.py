"""What a page shows while there is no arena yet."""

import streamlit as st

from dashboard import data, state


def offer() -> None:
    """Offer the two ways to a first leaderboard, and stop the page."""
    st.title("Welcome to Podium", anchor=False)
    st.header("There is no arena yet.", anchor=False)
    st.markdown(
        "An arena is a log of comparisons: two competitors, and which one won. Scores, one for "
        "each competitor on each item, become comparisons too. Upload a file of your own, or look "
        "around with the sample arenas."
    )
    with st.container(horizontal=True):
        if st.button("Upload a file", type="primary", icon=":material/upload:", key="to-upload"):
            state.open_page("upload")
        wanted = st.button("Load the sample arenas", icon=":material/science:", key="load-samples")
    if wanted:
        from ranking.samples import load_samples

        with st.spinner("Loading the sample arenas…"):
            load_samples(data.store())
        st.rerun()
    st.stop()

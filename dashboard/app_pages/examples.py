import streamlit as st

from dashboard import (
    capability_controls,
    example_item_view,
    examples_controls,
    examples_data,
    examples_view,
    state,
    welcome,
)
from dashboard.wording import literal

arena = state.current()
if arena is None:
    welcome.offer()

studied = capability_controls.studied()
capability_controls.head(studied)
conclusion = st.container()
body = st.container()
with body.skeleton(height=400):
    log = examples_data.log(studied)
with body:
    item = examples_controls.held_item(studied, log)
    subject = examples_controls.pick_subject(studied, log)
    conclusion.header(literal(examples_data.conclusion(studied, subject)), anchor=False)
    if item:
        example_item_view.item(studied, log, subject, item)
    else:
        examples_view.items(studied, log, subject)

"""The dashboard: a Streamlit front end to the library, without SQL and without statistics."""

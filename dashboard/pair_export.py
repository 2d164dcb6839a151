"""Two competitors as a file for another viewer."""

import streamlit as st

from dashboard import data
from dashboard.wording import file_stem
from ranking.head_to_head import HeadToHead
from ranking.selection import Selection
from ranking.store import Arena


def download(arena: Arena, selection: Selection, meeting: HeadToHead) -> None:
    """Draw the download of all comparisons of two competitors for LLM Comparator, if any."""
    if not meeting.comparisons:
        return
    first, second = meeting.first, meeting.second

    def written() -> str:
        from ranking.llm_comparator import as_json, llm_comparator

        return as_json(llm_comparator(data.comparisons(arena, selection), first, second))

    st.download_button(
        "LLM Comparator",
        written,
        file_name=f"{file_stem(f'{arena.name} {first} {second}')}.llm-comparator.json",
        mime="application/json",
        icon=":material/download:",
        on_click="ignore",
        key="download-llm-comparator",
        help="All comparisons of the two with their responses, as a file that the viewer of that "
        "name opens. Nothing is sent anywhere.",
    )

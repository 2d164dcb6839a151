"""Responses that are addresses of images and videos: links that only the user follows."""

import re
from urllib.parse import urlsplit

import streamlit as st

from dashboard.wording import literal

_ADDRESS = re.compile(r"https?://[^\s<>\"'`\\]+", re.IGNORECASE)
_KINDS = {
    "video": (".mp4", ".webm", ".mov", ".m4v", ".ogv"),
    "image": (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif"),
}


def address(text: str) -> str | None:
    """Return the web address that a text consists of; None for any other text."""
    text = text.strip()
    if not _ADDRESS.fullmatch(text):
        return None
    try:
        return text if urlsplit(text).hostname else None
    except ValueError:
        return None


def kind(link: str) -> str:
    """Return whether an address ends like a video, like an image, or as another file ("file")."""
    path = urlsplit(link).path.lower()
    return next((name for name, ends in _KINDS.items() if path.endswith(ends)), "file")


def show(link: str, key: str) -> None:
    """Draw a link to a recording, and the way to see it here.

    Nothing is loaded before that is asked for, and never by the server: the browser loads it.
    """
    found, host = kind(link), urlsplit(link).hostname or ""
    with st.container(horizontal=True, vertical_alignment="center"):
        st.link_button(f"Open the {found}", link, icon=":material/open_in_new:", help=literal(host))
        shown = found != "file" and st.toggle(
            "Show it here",
            key=f"show-{key}",
            help=f"Your browser will load it from {literal(host)}.",
        )
    if shown and found == "video":
        st.video(link)
    elif shown:
        st.image(link)

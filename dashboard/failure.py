"""What a screen shows when something fails: one plain sentence and a way on, never a traceback."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from dashboard.wording import literal
from ranking.errors import RankingError

_log = logging.getLogger(__name__)


@contextmanager
def plain_errors(key: str) -> Iterator[None]:
    """Show an error of the block as a sentence with a button to try again.

    Parameters
    ----------
    key : str
        Of the button, unique on its page.
    """
    try:
        yield
    except RankingError as error:
        _offer_retry(str(error), key)
    except Exception:
        _log.exception("A page failed")
        _offer_retry("Something went wrong on this page; the server's log has the details.", key)


def _offer_retry(sentence: str, key: str) -> None:
    st.error(literal(sentence), icon=":material/error:")
    st.button("Try again", icon=":material/refresh:", key=f"retry-{key}")

"""Long work: begun once for all sessions, watched and stopped from any page, kept when done.

A page asks for a result by its key. Who asks first starts a thread; who asks later, here or in
another session, joins it. Work that ends within `PATIENCE` is never seen to run.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any
from uuid import uuid4

import streamlit as st

from dashboard.jobs import Job, Work
from dashboard.wording import literal
from ranking.errors import CancelledError

PATIENCE = 0.5
"""Seconds that a page waits for work before it shows its progress."""
KEPT = 32
"""How many results are kept, those that were asked for last."""
AT_ONCE = 2
"""How many pieces of work go on at the same time; others wait for their turn."""
_TICK = 0.5  # seconds between two looks at the progress
_AWAY = 10.0  # seconds after which a session that no longer asks is taken to be gone
_GUESSED, _KNOWN = 5.0, 0.15  # seconds and share of the work after which the rest is guessed
_SESSION, _STOPPED, _LATEST = "running_session", "running_stopped", "running_latest"
_log = logging.getLogger(__name__)


class Run:
    """One piece of work that sessions may share.

    Parameters
    ----------
    key : hashable
        What the result depends on.
    title : str
        What is being worked out, in plain text.
    job : Job
        The work.
    """

    def __init__(self, key: Hashable, title: str, job: Job) -> None:
        self.key, self.title, self.job = key, title, job
        self.began = time.monotonic()
        self._seen: dict[str, float] = {}

    @property
    def done(self) -> bool:
        """Whether a result is there."""
        return self.job.done and self.job.error is None

    @property
    def over(self) -> bool:
        """Whether the work has ended, well or not."""
        return self.job.done

    @property
    def seconds(self) -> float:
        """How long ago it began."""
        return time.monotonic() - self.began

    def join(self, session: str) -> None:
        """Note that a session waits for the result."""
        self._seen[session] = time.monotonic()

    def leave(self, session: str) -> None:
        """Note that a session no longer waits; the work stops where nobody else does."""
        self._seen.pop(session, None)
        now = time.monotonic()
        if all(now - last > _AWAY for last in list(self._seen.values())):
            self.job.cancel()


class Runs:
    """All work of a server, by key; safe to use from any thread."""

    def __init__(self, kept: int = KEPT, at_once: int = AT_ONCE) -> None:
        self._held: OrderedDict[Hashable, Run] = OrderedDict()
        self._lock = threading.Lock()
        self._room = threading.Semaphore(at_once)
        self._kept = kept

    def ask(self, key: Hashable, title: str, work: Work) -> Run:
        """Return the run of a key; it is begun where there is none, or where it was cancelled."""
        with self._lock:
            run = self._held.get(key)
            if run is None or (run.job.cancelled and not run.done):
                run = self._held[key] = Run(key, title, Job(self._in_turn(work)))
            self._held.move_to_end(key)
            ended = [key for key, each in self._held.items() if each.over]
            for old in ended[: max(len(self._held) - self._kept, 0)]:
                del self._held[old]
            return run

    def find(self, key: Hashable) -> Run | None:
        """Return the run of a key, if there is one."""
        with self._lock:
            return self._held.get(key)

    def forget(self, run: Run) -> None:
        """Let go of a run, so that whoever asks next begins anew."""
        with self._lock:
            if self._held.get(run.key) is run:
                del self._held[run.key]

    def _in_turn(self, work: Work) -> Work:
        def waiting(tell: Callable[[float, str], None], cancelled: threading.Event) -> Any:
            while not self._room.acquire(timeout=0.1):
                tell(0.0, "Waiting for other work to finish")
                if cancelled.is_set():
                    raise CancelledError("It was stopped before it began.")
            try:
                return work(tell, cancelled)
            finally:
                self._room.release()

        return waiting


@st.cache_resource(show_spinner=False)
def runs() -> Runs:
    """Return the work of this server."""
    return Runs()


def ask(key: Hashable, title: str, work: Work, *, place: Hashable = None) -> Run:
    """Return the run of a key, after a moment in which short work ends.

    Parameters
    ----------
    key : hashable
        What the result depends on: as for a cached read.
    title : str
        What is being worked out, in plain text.
    work : callable
        See `dashboard.jobs.Job`; it must not draw. Begun unless it was, or this session stopped it.
    place : hashable, optional
        A run takes the place of the one that this session asked for before in the same place, as
        when a setting is changed while it goes on: nobody waits for that one any more.

    Raises
    ------
    Exception
        What the work ended with, once; whoever asks after that begins it anew.
    """
    held = runs().find(key)
    if held is not None and not held.done and st.session_state.get(_STOPPED) == key:
        return held
    run = runs().ask(key, title, work)
    _take_place(run, place)
    run.join(_session())
    run.job.wait(max(PATIENCE - run.seconds, 0.0))
    if run.over and run.job.error is not None and not run.job.cancelled:
        runs().forget(run)
        raise run.job.error
    return run


def _take_place(run: Run, place: Hashable) -> None:
    if place is None:
        return
    latest = st.session_state.setdefault(_LATEST, {})
    before = runs().find(latest.get(place))
    if before is not None and before is not run and not before.over:
        before.leave(_session())
    latest[place] = run.key


def wait(run: Run) -> Any:
    """Wait for the result of a run, however long it takes.

    Raises
    ------
    Exception
        What the work ended with.
    """
    while not run.job.wait(60.0):
        pass
    if run.job.error is not None:
        runs().forget(run)
        raise run.job.error
    return run.job.result


def arrived(found: Any) -> Any:
    """Return a result that is there; of a run, draw how far it is instead, and end the page."""
    if isinstance(found, Run):
        follow(found)
        st.stop()
    return found


def follow(run: Run, *, shown: bool = True) -> None:
    """Draw how far a run is, with the way to stop it; the page runs again when it ends.

    It also does when something is known before the end, unless that is `shown` or of no use.
    """
    with st.container(border=True, key="running"):
        if st.session_state.get(_STOPPED) == run.key:
            _offer_again(run)
        else:
            _watch(run, shown)


@st.fragment(run_every=_TICK)
def _watch(run: Run, shown: bool) -> None:
    news = run.job.so_far is not None and not shown
    if run.over or news or st.session_state.get(_STOPPED) == run.key:
        st.rerun()
    run.join(_session())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{literal(run.title)}** · {_time(run)}", width="stretch")
        st.button(
            "Cancel", icon=":material/close:", type="tertiary", key="running-cancel",
            on_click=_stop, args=(run,),
        )  # fmt: skip
    doing = run.job.doing or "reading the log"
    st.progress(run.job.fraction, literal(doing[:1].upper() + doing[1:]))


def _time(run: Run) -> str:
    """Say how long the work has taken, and how long it may yet take once that can be guessed."""
    taken, share = run.seconds, run.job.fraction
    so_far = f"{taken:.0f} s so far"
    if taken < _GUESSED or not _KNOWN < share < 1:
        return so_far
    left = taken * (1 - share) / share
    return f"{so_far}, about {f'{left / 60:.0f} min' if left > 90 else f'{left:.0f} s'} left"


def _stop(run: Run) -> None:
    st.session_state[_STOPPED] = run.key
    run.leave(_session())


def _offer_again(run: Run) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**{literal(run.title)}** · stopped, nothing was kept", width="stretch")
        st.button(
            "Start again", icon=":material/play_arrow:", key="running-again", on_click=_resume
        )


def _resume() -> None:
    st.session_state.pop(_STOPPED, None)


def _session() -> str:
    held: str = st.session_state.setdefault(_SESSION, uuid4().hex)
    return held

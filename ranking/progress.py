"""Telling how far a long piece of work is, and stopping it when the user says so."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

from ranking.errors import CancelledError

Progress = Callable[[float, str], None]
Cancelled = Callable[[], bool] | threading.Event


@dataclass(frozen=True)
class Watch:
    """Whom to tell, and whom to ask whether to go on; both are called in the caller's thread.

    Attributes
    ----------
    progress : callable, optional
        Called with the share of the work that is done, in [0, 1], and what is being done.
    cancelled : callable or Event, optional
        Says whether the user stopped the work.
    when_stopped : str
        What the error says then.
    start, stop : float
        The part of the whole work that this watch is over (see `over`).
    """

    progress: Progress | None = None
    cancelled: Cancelled | None = None
    when_stopped: str = "The work was cancelled; nothing of it was kept."
    start: float = 0.0
    stop: float = 1.0

    def over(self, start: float, stop: float) -> "Watch":
        """Return the watch over a part of this work, which counts its own share from 0 to 1."""
        width = self.stop - self.start
        return replace(self, start=self.start + width * start, stop=self.start + width * stop)

    def tell(self, fraction: float, what: str) -> None:
        """Say how far the work is, unless it was cancelled.

        Raises
        ------
        CancelledError
            If the user stopped it.
        """
        if self.stopped():
            raise CancelledError(self.when_stopped)
        self.report(fraction, what)

    def report(self, fraction: float, what: str) -> None:
        """Say how far the work is, though it can no longer be stopped."""
        if self.progress is not None:
            share = min(max(fraction, 0.0), 1.0)
            self.progress(self.start + (self.stop - self.start) * share, what)

    def stopped(self) -> bool:
        """Whether the user stopped the work."""
        if isinstance(self.cancelled, threading.Event):
            return self.cancelled.is_set()
        return self.cancelled is not None and bool(self.cancelled())

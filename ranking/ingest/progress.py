"""Telling how far a long piece of work is, and stopping it when the user says so."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from typing import Any

import duckdb

from ranking.errors import CancelledError

Progress = Callable[[float, str], None]
Cancelled = Callable[[], bool] | threading.Event

_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Watch:
    """Whom to tell, and whom to ask whether to go on; both are called in the caller's thread."""

    progress: Progress | None = None
    cancelled: Cancelled | None = None

    def tell(self, fraction: float, what: str) -> None:
        """Say how far the work is, unless it was cancelled.

        Raises
        ------
        CancelledError
            If the user stopped it.
        """
        if self.stopped():
            raise CancelledError("The import was cancelled; nothing of it was kept.")
        self.report(fraction, what)

    def report(self, fraction: float, what: str) -> None:
        """Say how far the work is, though it can no longer be stopped."""
        if self.progress is not None:
            self.progress(min(max(fraction, 0.0), 1.0), what)

    def stopped(self) -> bool:
        """Whether the user stopped the work."""
        if isinstance(self.cancelled, threading.Event):
            return self.cancelled.is_set()
        return self.cancelled is not None and bool(self.cancelled())

    def execute(
        self, connection: duckdb.DuckDBPyConnection, sql: str, parameters: Sequence[Any] = ()
    ) -> None:
        """Run one statement that returns nothing; it is interrupted when the user stops it.

        Raises
        ------
        CancelledError
            If the user stopped it.
        """
        if self.cancelled is None:
            connection.execute(sql, list(parameters))
            return
        with ThreadPoolExecutor(1) as pool:
            running = pool.submit(connection.execute, sql, list(parameters))
            while not wait_for([running], timeout=_POLL_SECONDS).done:
                if self.stopped():
                    connection.interrupt()
            error = running.exception()
        if isinstance(error, duckdb.InterruptException):
            raise CancelledError("The import was cancelled; nothing of it was kept.") from error
        if error is not None:
            raise error

"""The watch over an import: a statement of the database that is running can be stopped too."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from typing import Any

import duckdb

from ranking import progress
from ranking.errors import CancelledError
from ranking.progress import Cancelled, Progress

__all__ = ["Cancelled", "Progress", "Watch"]

_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Watch(progress.Watch):
    """Whom an import tells how far it is, and whom it asks whether to go on."""

    when_stopped: str = "The import was cancelled; nothing of it was kept."

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
            raise CancelledError(self.when_stopped) from error
        if error is not None:
            raise error

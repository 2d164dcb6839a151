"""A long piece of work in a thread of its own, which a page can watch and cancel."""

import threading
from collections.abc import Callable
from typing import Any

Work = Callable[[Callable[..., None], threading.Event], Any]


class Job:
    """Work that goes on while pages come and go.

    Parameters
    ----------
    work : callable
        Takes a function to tell progress to (fraction done, what is being done, and if there is any
        what is known already) and an event that is set when the user cancels; what it returns
        becomes `result`, what it raises `error`.

    Attributes
    ----------
    fraction : float
        Share that is done, 0 to 1.
    doing : str
        What is being done.
    so_far
        What is known before the end; None where nothing is.
    result, error
        Set when it is done.
    """

    def __init__(self, work: Work) -> None:
        self.fraction, self.doing = 0.0, ""
        self.so_far: Any = None
        self.result: Any = None
        self.error: Exception | None = None
        self._cancelled = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether the work has ended, well or not."""
        return not self._thread.is_alive()

    @property
    def cancelled(self) -> bool:
        """Whether the user asked it to stop."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Ask the work to stop."""
        self._cancelled.set()

    def wait(self, seconds: float) -> bool:
        """Wait for the end, but not longer than this; return whether it came."""
        self._thread.join(seconds)
        return self.done

    def _run(self, work: Work) -> None:
        try:
            self.result = work(self._tell, self._cancelled)
        except Exception as error:
            self.error = error

    def _tell(self, fraction: float, doing: str, so_far: Any = None) -> None:
        self.fraction, self.doing = min(max(fraction, 0.0), 1.0), doing
        if so_far is not None:
            self.so_far = so_far

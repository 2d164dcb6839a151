"""Long work: shared by all who ask, kept when done, stopped when nobody waits."""

import threading
import time

import pytest

from dashboard.jobs import Job
from dashboard.running import Run, Runs
from ranking.errors import CancelledError


def until(event: threading.Event):
    """Return work that ends when it is told to, or is cancelled."""

    def work(tell, cancelled):
        while not event.wait(0.01):
            if cancelled.is_set():
                raise CancelledError("stopped")
            tell(0.5, "half")
        return "done"

    return work


def test_who_asks_later_joins():
    """One key is one piece of work, however many ask for it."""
    runs, gate = Runs(), threading.Event()
    first = runs.ask("key", "title", until(gate))
    assert runs.ask("key", "title", until(gate)) is first
    assert runs.ask("other", "title", until(gate)) is not first
    gate.set()
    assert first.job.wait(5) and first.done and first.job.result == "done"


def test_a_result_is_kept():
    """Who asks when it is done gets the result without any work."""
    runs, gate = Runs(), threading.Event()
    gate.set()
    runs.ask("key", "title", until(gate)).job.wait(5)
    again = runs.ask("key", "title", lambda tell, cancelled: pytest.fail("worked twice"))
    assert again.done


def test_only_so_many_results_are_kept():
    """The ones asked for longest ago are let go; work that goes on is never."""
    runs, gate, closed = Runs(kept=2), threading.Event(), threading.Event()
    gate.set()
    going = runs.ask("going", "title", until(closed))
    for key in ("a", "b", "c"):
        runs.ask(key, "title", until(gate)).job.wait(5)
    runs.ask("d", "title", until(gate))
    assert runs.find("a") is None and runs.find("going") is going
    closed.set()


def test_it_stops_when_nobody_waits():
    """One session that leaves does not take the work from another; the last one does."""
    runs, gate = Runs(), threading.Event()
    run = runs.ask("key", "title", until(gate))
    run.join("one")
    run.join("two")
    run.leave("one")
    assert not run.job.cancelled
    run.leave("two")
    assert run.job.cancelled and run.job.wait(5)
    assert not run.done and isinstance(run.job.error, CancelledError)


def test_sessions_that_went_away_hold_nothing(monkeypatch):
    """A closed tab does not keep the work alive."""
    monkeypatch.setattr("dashboard.running._AWAY", 0.0)
    run = Run("key", "title", Job(until(threading.Event())))
    run.join("closed")
    time.sleep(0.01)
    run.leave("here")
    assert run.job.cancelled


def test_stopped_work_begins_anew():
    """Who asks for what was cancelled gets another run."""
    runs = Runs()
    run = runs.ask("key", "title", until(threading.Event()))
    run.leave("me")
    gate = threading.Event()
    gate.set()
    again = runs.ask("key", "title", until(gate))
    assert again is not run and again.job.wait(5) and again.done


def test_work_waits_for_its_turn():
    """No more than so many pieces go on at once; one that waits says so, and can be stopped."""
    runs, gate = Runs(at_once=1), threading.Event()
    first = runs.ask("first", "title", until(gate))
    second = runs.ask("second", "title", until(gate))
    third = runs.ask("third", "title", until(gate))
    third.leave("me")
    assert third.job.wait(5) and isinstance(third.job.error, CancelledError)
    assert not second.job.wait(0.2) and "Waiting" in second.job.doing
    gate.set()
    assert first.job.wait(5) and second.job.wait(5) and second.done

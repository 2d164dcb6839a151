"""Opening the database: trouble is one sentence, locks are short, the file is locked down."""

import os
import subprocess
import sys
import threading

import duckdb
import pytest

from ranking.errors import StoreBusyError, StoreError
from ranking.store import Store, arenas, create_arena
from ranking.store.staging import staging_directory

HOLD = """
import duckdb, sys, time
connection = duckdb.connect(sys.argv[1])
print("held", flush=True)
time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def store(tmp_path) -> Store:
    store = Store(tmp_path / "podium.duckdb", wait=0.2)
    with store.writing() as connection:
        create_arena(connection, "chess")
    return store


def held_by_another_process(store: Store, seconds: float) -> subprocess.Popen:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(store.path), str(seconds)], stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    return holder


def test_a_busy_file_names_its_holder(store) -> None:
    """Another process holds the file: after the wait, one sentence with its PID."""
    with held_by_another_process(store, 60) as holder:
        with pytest.raises(StoreBusyError, match=f"in use by process {holder.pid}"):
            arenas(store)
        holder.kill()


def test_a_file_that_becomes_free_is_waited_for(store) -> None:
    """A holder that leaves within the wait is no error."""
    patient = Store(store.path, wait=10)
    with held_by_another_process(store, 0.5):
        assert [arena.name for arena in arenas(patient)] == ["chess"]


def test_the_file_is_free_between_uses(store) -> None:
    """After a read, another process can open the file for writing."""
    arenas(store)
    script = "import duckdb, sys; duckdb.connect(sys.argv[1]).execute('SELECT 1')"
    subprocess.run([sys.executable, "-c", script, str(store.path)], check=True)


def test_threads_share_the_file(store) -> None:
    """Many threads read and write at once without an error."""
    errors: list[BaseException] = []

    def work(number: int) -> None:
        try:
            for step in range(3):
                with store.writing() as connection:
                    create_arena(connection, f"{number}-{step}")
                arenas(store)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert len(arenas(store)) == 13


def test_a_failed_write_leaves_no_trace(store) -> None:
    """An error inside the block rolls everything back."""
    with pytest.raises(ZeroDivisionError), store.writing() as connection:
        create_arena(connection, "half")
        raise ZeroDivisionError
    assert [arena.name for arena in arenas(store)] == ["chess"]


def test_a_file_of_a_newer_podium_is_refused(store) -> None:
    """An unknown migration means a newer writer: say so, touch nothing."""
    with store.writing() as connection:
        connection.execute("INSERT INTO schema_migrations VALUES ('9999_future', now()::TIMESTAMP)")
    with pytest.raises(StoreError, match="newer Podium"):
        arenas(store)


def test_a_file_that_is_not_duckdb_is_refused(tmp_path) -> None:
    """A text file by that name stays as it is."""
    path = tmp_path / "notes.duckdb"
    path.write_text("these are my notes " * 100)
    with pytest.raises(StoreError, match="not a DuckDB database"):
        arenas(Store(path))
    assert path.read_text().startswith("these are my notes")


def test_somebody_elses_database_is_refused(tmp_path) -> None:
    """A DuckDB file with other tables gets none of ours."""
    path = tmp_path / "other.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE salaries (euro INTEGER)")
    with pytest.raises(StoreError, match="not one of Podium's"):
        arenas(Store(path))


def test_a_directory_is_refused(tmp_path) -> None:
    """A directory is not a database."""
    with pytest.raises(StoreError):
        arenas(Store(tmp_path))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_place_is_one_sentence(tmp_path) -> None:
    """No permission: say so and name --db."""
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError, match="cannot be written here"):
        arenas(Store(tmp_path / "podium.duckdb"))


def test_a_place_that_takes_no_files_is_one_sentence() -> None:
    """/proc takes no files, not even from root."""
    with pytest.raises(StoreError, match=r"name .* with --db"):
        arenas(Store("/proc/podium/podium.duckdb"))


def test_a_full_disk_is_one_sentence_and_loses_nothing(store) -> None:
    """Writing past a limit on the file's size fails in words; what was there is still there."""
    script = """
import resource, signal, sys
from ranking.errors import StoreError
from ranking.store import Store, create_arena
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
store = Store(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (store.path.stat().st_size, resource.RLIM_INFINITY))
try:
    with store.writing() as connection:
        create_arena(connection, "big")
        connection.execute("CREATE TABLE filler AS SELECT random() FROM range(3000000)")
except StoreError as error:
    print(error)
"""
    run = subprocess.run(
        [sys.executable, "-c", script, str(store.path)], capture_output=True, text=True, check=True
    )
    assert len(run.stdout.strip().splitlines()) == 1, run.stdout + run.stderr
    assert [arena.name for arena in arenas(store)] == ["chess"]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM glob('/etc/*')",
        "ATTACH '/tmp/elsewhere.duckdb'",
        "COPY (SELECT 1) TO '/tmp/elsewhere.csv'",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SET memory_limit = '100GB'",
    ],
)
def test_the_database_is_locked_down(store, statement) -> None:
    """Even a statement of the attacker's choice could not leave the database."""
    with pytest.raises(StoreError), store.reading() as connection:
        connection.execute(statement).fetchall()


def test_the_staging_directory_is_private() -> None:
    """Nobody else may look into it."""
    assert staging_directory().stat().st_mode & 0o077 == 0

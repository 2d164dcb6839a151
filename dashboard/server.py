"""Starting the dashboard's server in this process."""

import os
import socket
import threading
import urllib.request
import webbrowser
from pathlib import Path
from time import sleep

from ranking.errors import StoreError
from ranking.store import default_path

APP = Path(__file__).parent / "app.py"
PORT, ADDRESS = 8501, "127.0.0.1"


def serve(
    db: str | os.PathLike[str] | None = None,
    port: int = PORT,
    address: str = ADDRESS,
    open_browser: bool = False,
) -> None:
    """Serve the dashboard until it is stopped (Ctrl-C), and print where it is.

    Parameters
    ----------
    db : path-like, optional
        The database; `PODIUM_DB` or the user's own where it is not given.
    port : int, default 8501
    address : str, default "127.0.0.1"
        Interface to listen on; anything else than the default opens the data to the network.
    open_browser : bool, default False
        Open a browser once the server answers.

    Raises
    ------
    StoreError
        If the port is taken.
    """
    path = Path(db).expanduser().absolute() if db is not None else default_path()
    os.environ["PODIUM_DB"] = str(path)
    _require_free(address, port)
    url = f"http://{'127.0.0.1' if address in ('0.0.0.0', '::') else address}:{port}"
    threading.Thread(target=_prepare, args=(url, open_browser, path), daemon=True).start()

    from streamlit.web.cli import main

    arguments = [f"--server.port={port}", f"--server.address={address}", "--server.headless=true"]
    main(["run", str(APP), *arguments], prog_name="streamlit", standalone_mode=False)


def _require_free(address: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise StoreError(
                f"The dashboard cannot listen on {address}:{port} ({error.strerror}); "
                "choose another port with --port."
            ) from None


def _prepare(url: str, open_browser: bool, path: Path) -> None:
    """Say where the server is once it answers, then load what the first view needs."""
    while not _answers(url):
        sleep(0.1)
    print(f"Podium is at {url} (database {path}); stop it with Ctrl-C.", flush=True)
    if open_browser:
        webbrowser.open(url)
    import plotly.graph_objects  # noqa: F401
    from threadpoolctl import threadpool_limits

    import ranking.methods  # noqa: F401

    # Matrices of hundreds of competitors gain nothing from threads, which spin while they wait:
    # on a busy machine one rating took ten times the processor time.
    threadpool_limits(1, user_api="blas")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False

"""A private directory of this process: the only place besides its own file that the store may read.

Uploaded bytes and half-read files live here under generated names. The directory goes when the
process ends; what a killed process left behind is swept by the next one.
"""

import atexit
import os
import shutil
import tempfile
import uuid
from functools import cache
from pathlib import Path

_PREFIX = "podium-"


@cache
def staging_directory() -> Path:
    """Return this process's private directory, made on first use."""
    _sweep(Path(tempfile.gettempdir()))
    directory = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    return directory


def staged_path(suffix: str) -> Path:
    """Return an unused path in the private directory; `suffix` is ours, never a user's."""
    return staging_directory() / f"{uuid.uuid4().hex}{suffix}"


def _sweep(parent: Path) -> None:
    for directory in parent.glob(f"{_PREFIX}*-*"):
        owner = directory.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and directory.is_dir() and not _alive(int(owner)):
            shutil.rmtree(directory, ignore_errors=True)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True

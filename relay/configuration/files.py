"""Reading a file that somebody named: bounded, and only what is a file."""

import stat
from pathlib import Path


def read_at_most(path: Path, most: int) -> bytes:
    """Return the content of *path*, of a larger file only its first *most* + 1 bytes.

    Raises OSError, also for what is no regular file: a pipe or a device may never end.
    """
    if not stat.S_ISREG(path.stat().st_mode):  # says why, where `is_file` says only no
        raise OSError("not a regular file")
    with path.open("rb") as file:
        return file.read(most + 1)

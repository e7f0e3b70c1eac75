"""What a call may leave behind in its process: threads, sockets, files."""

import threading
from pathlib import Path

_STAND_INS = ("(_accept)", "(_serve)", "(_talk)")
_PATIENCE_S = 5


def others() -> set[threading.Thread]:
    """Return the threads that are not the stand-ins' own."""
    return {one for one in threading.enumerate() if not one.name.endswith(_STAND_INS)}


def let_end(before: set[threading.Thread]) -> None:
    """Wait for the threads that were begun since *before*."""
    for thread in others() - before:
        thread.join(_PATIENCE_S)


def descriptors() -> int:
    """Return how many sockets and files this process has open, where the system shows them."""
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.exists() else 0

"""What a process uses, as it sees it itself."""

import os
import resource
import sys
from pathlib import Path

_OWN = Path("/proc/self")


def peak_bytes() -> int:
    """Return the most memory that was resident.

    `resource` would count the parent's memory as well: a child has it until it starts its program.
    """
    try:
        return _status("VmHWM")
    except OSError:  # not Linux
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return used if sys.platform == "darwin" else used * 1024


def resident_bytes() -> int:
    return _status("VmRSS")


def descriptors() -> int:
    return len(os.listdir(_OWN / "fd"))  # noqa: PTH208 - `iterdir` holds one more open


def _status(name: str) -> int:
    with open(_OWN / "status", encoding="ascii") as lines:  # noqa: PTH123 - pathlib does the same
        for line in lines:
            if line.startswith(name):
                return int(line.split()[1]) * 1024
    raise OSError(f"no {name}")

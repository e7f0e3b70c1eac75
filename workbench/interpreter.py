"""How the Python that runs this is called from a shell."""

import contextlib
import shlex
import sys
from pathlib import Path


def python() -> str:
    """Return what to type in the current folder: a relative path when it is below it."""
    found = sys.executable or "python"
    with contextlib.suppress(ValueError):
        found = str(Path(found).relative_to(Path.cwd()))
    return shlex.quote(found)

"""Where commands print: at most 80 columns, plain when piped, no colours under ``NO_COLOR``."""

import shutil
import sys
from typing import TextIO

from rich.cells import chop_cells
from rich.console import Console

MOST_COLUMNS = 80
_CONTROLS = {code: "\ufffd" for code in (*range(32), *range(127, 160)) if chr(code) not in "\n\t"}


def console(stream: TextIO | None = None, *, stderr: bool = False) -> Console:
    """Return a console that takes texts as they are: no markup, no emoji names, no highlighting."""
    columns = shutil.get_terminal_size((MOST_COLUMNS, 24)).columns
    return Console(
        file=stream or (sys.stderr if stderr else sys.stdout),
        width=min(columns, MOST_COLUMNS),
        markup=False,
        emoji=False,
        highlight=False,
    )


def printable(text: str) -> str:
    """Return *text* without control characters, which a terminal would obey."""
    return text.translate(_CONTROLS)


def folded(text: str, width: int) -> str:
    """Return *text*, printable, with lines cut at *width* wherever that is: nothing is moved."""
    lines = printable(text).split("\n")
    return "\n".join("\n".join(chop_cells(line, width)) for line in lines)

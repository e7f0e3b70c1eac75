"""Where commands print: at most 80 columns, plain when piped, no colours under ``NO_COLOR``."""

import shutil
import sys
from typing import TextIO

from rich.cells import chop_cells
from rich.console import Console
from rich.text import Text

from workbench.wrapping import wrapped

MOST_COLUMNS = 80
_INDENT = 2
_OBEYED = (
    *range(32),
    *range(127, 160),
    *range(0x2028, 0x202F),  # other line ends, bidirectional embeddings and overrides
    *range(0x2066, 0x206A),  # bidirectional isolates
    *range(0xD800, 0xE000),  # surrogates: no stream encodes them
)
_IN_LINE = dict.fromkeys(_OBEYED, "\ufffd")
_CONTROLS = {code: mark for code, mark in _IN_LINE.items() if chr(code) not in "\n\t"}


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
    """Return *text*, of any number of lines, without what a terminal would obey.

    That is control characters, line ends that are not ``\\n``, and bidirectional controls.
    """
    return text.translate(_CONTROLS)


def single_line(text: str) -> str:
    """Return *text* as `printable` does, with nothing in it that begins another line."""
    return text.translate(_IN_LINE)


def folded(text: str, width: int) -> str:
    """Return *text*, printable, with lines cut at *width* wherever that is: nothing is moved."""
    lines = printable(text).split("\n")
    return "\n".join("\n".join(chop_cells(line, width)) for line in lines)


def show_wrapped(text: str, console: Console) -> None:
    """Print *text*; what is left of a line that is too long stands a little further in."""
    for line in text.splitlines():
        indent = len(line) - len(line.lstrip()) + _INDENT
        for part in wrapped(line, console.width, indent):
            console.print(Text(part))

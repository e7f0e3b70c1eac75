"""Lines of Chinese and English as they are set: breaks between characters or between words."""

import re

from rich.cells import cell_len, chop_cells

_WIDE = "\u2e80-\uffef"
_OPENING, _CLOSING = "（「《“", "，。；：、！？）」》”"
_WIDEST = 2  # cells of one character: lines of fewer cannot be had
# What stays on one line: a word or one character, with the marks that belong to it.
_UNIT = re.compile(rf"\s*[{_OPENING}]*(?:[^\s{_WIDE}]+|[{_WIDE}])[{_CLOSING}]*")


def wrapped(text: str, width: int, indent: int = 0) -> list[str]:
    """Return one line as lines of at most *width* cells, those after the first indented.

    A word that is longer than a line is cut. Where there is no room, lines are wider.
    """
    width = max(width, _WIDEST)
    room = max(width - indent, _WIDEST)
    lines: list[str] = []
    line = ""
    for unit in _UNIT.findall(text):
        if cell_len(line + unit) <= width:
            line += unit
            continue
        if line.strip():
            lines.append(line)
        *full, rest = chop_cells(unit.lstrip(), room)
        lines += [" " * indent + part for part in full]
        line = " " * indent + rest
    return [*lines, line]

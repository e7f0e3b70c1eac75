"""PyYAML's own errors in our words; both of its parsers come to the same ones."""

import re
from typing import Any, NamedTuple

from relay.configuration.sayings import saying
from relay.errors import Problem

_ENDS = {"[": "]", "{": "}"}
_SECTION_START = re.compile(r"[^\s#\-\]}]")
_COLON = re.compile(r":(?:\s|$)")
_KEY_BEFORE = re.compile(r"[^\s:][^:]*:\s+\S")


class _Place(NamedTuple):
    """Where PyYAML stopped, and where what it was reading began; from 0."""

    line: int
    column: int
    from_line: int
    from_column: int


# what PyYAML says, whichever of its parsers -> our word for it; the first that fits
_NAMES = (
    ("escape", "escape"),
    ("hexadecimal", "escape"),
    ("quoted scalar", "quote"),
    ("flow sequence", "bracket"),
    ("flow mapping", "bracket"),
    ("flow node", "bracket"),
    ("block scalar", "syntax"),
    ("simple key", "pair"),
    ("mapping values", "colon"),
    ("sequence entries", "list"),
    ("block mapping", "block"),
    ("block collection", "block"),
    ("block sequence", "block"),
    ("document start", "block"),
)
_FROM_START = ("escape", "quote", "pair")  # told where it began


def named(fault: Exception, lines: list[str], file: str) -> Problem:
    """Return *fault*, raised by PyYAML while it read *lines*, as a problem in our words."""
    place = _place(fault, lines)
    words = f"{getattr(fault, 'context', None) or ''} {getattr(fault, 'problem', None) or ''}"
    name = next((name for text, name in _NAMES if text in words), "syntax")
    if name == "bracket":
        return _bracket(place, lines, file)
    if name in _FROM_START:
        return saying(name, file, place.from_line + 1, place.from_column + 1)
    line = lines[place.line]
    if name == "colon":
        return _colon(place, lines, file)
    if name == "block":
        name = _block(line, place.column)
    return saying(name, file, place.line + 1, place.column + 1)


def _block(line: str, column: int) -> str:
    if line[:column].rstrip().endswith(("'", '"')):
        return "quoted"
    return "syntax" if line.startswith(("]", "}"), column) else "indentation"


def section(lines: list[str], line: int) -> range:
    """Return the lines of the top-level key that *line* belongs to, numbered from 0."""
    first = line
    while first > 0 and not _SECTION_START.match(lines[first]):
        first -= 1
    end = line + 1
    while end < len(lines) and not _SECTION_START.match(lines[end]):
        end += 1
    return range(first, end)


def _place(fault: Exception, lines: list[str]) -> _Place:
    mark = getattr(fault, "problem_mark", None)
    start = getattr(fault, "context_mark", None) or mark
    return _Place(*_inside(mark, lines), *_inside(start, lines))


def _inside(mark: Any, lines: list[str]) -> tuple[int, int]:
    """Return a mark's line and column; the end of the text is after its last character."""
    line = min(mark.line, len(lines) - 1) if mark else len(lines) - 1
    if mark and mark.line == line and lines[line].strip():
        return line, min(mark.column, len(lines[line]))
    while line > 0 and not lines[line].strip():
        line -= 1
    return line, len(lines[line])


def _colon(place: _Place, lines: list[str], file: str) -> Problem:
    """Tell why a colon cannot stand here: it is the second, or the line above has none."""
    before = lines[place.line][: place.column].lstrip(" -")
    if _KEY_BEFORE.match(before):
        return saying("second", file, place.line + 1, place.column + 1)
    above = place.line - 1
    while above > 0 and not lines[above].strip():
        above -= 1
    body = lines[above].strip() if place.line else ""
    if body and not _COLON.search(body) and not body.startswith(("#", "-")):
        return saying("pair", file, above + 1, len(lines[above]) - len(lines[above].lstrip()) + 1)
    return saying("indentation", file, place.line + 1, place.column + 1)


def _bracket(place: _Place, lines: list[str], file: str) -> Problem:
    char = lines[place.from_line][place.from_column : place.from_column + 1]
    end = _ENDS.get(char, "]")
    if place.line == place.from_line and place.column < len(lines[place.line]):
        return saying("separator", file, place.line + 1, place.column + 1, end=end)
    where = (place.from_line + 1, place.from_column + 1)
    return saying("open", file, *where, char=char or "[", end=end)

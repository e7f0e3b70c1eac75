"""A configuration's text while it is being mended: lines and columns stay where they are."""

import re
from collections.abc import Iterable

# \x85, \u2028 and \u2029 are line breaks to YAML 1.1 and to no editor: they may not move lines.
_FALSE_BREAKS = re.compile("[\x85\u2028\u2029\ufeff]")
_PRIVATE = ((0xE000, 0xF900), (0xF0000, 0xFFFFE))


def split_lines(text: str) -> list[str]:
    """Return the lines of *text* as an editor numbers them, without their ends or a leading BOM."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")


class Draft:
    """*lines* can be changed, each to one of the same length; values come back as they were.

    What YAML would misread is replaced by a stand-in: a private character that the text does not
    have. `restored` puts the originals back.
    """

    def __init__(self, text: str) -> None:
        self.lines = split_lines(text)
        self.restoring: dict[int, str] = {}
        self._stand_ins: dict[str, str] = {}
        self._taken: set[str] = set()
        for number, line in enumerate(self.lines):
            if _FALSE_BREAKS.search(line):
                self.lines[number] = _FALSE_BREAKS.sub(lambda m: self.stand_in(m[0]), line)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def stand_in(self, original: str) -> str:
        """Return one character that `restored` makes *original* again."""
        if original not in self._stand_ins:
            self._taken = self._taken or set(self.text)
            char = next(char for char in _private() if char not in self._taken)
            self._taken.add(char)
            self._stand_ins[original] = char
            self.restoring[ord(char)] = original
        return self._stand_ins[original]

    def replace(self, line: int, column: int, new: str) -> None:
        """Write *new* over as many characters of a line; *line* and *column* from 0."""
        old = self.lines[line]
        self.lines[line] = old[:column] + new + old[column + len(new) :]

    def restored(self, value: str) -> str:
        return value.translate(self.restoring) if self.restoring else value

    def blank(self, lines: Iterable[int]) -> None:
        for line in lines:
            self.lines[line] = ""


def _private() -> Iterable[str]:
    for first, end in _PRIVATE:
        yield from map(chr, range(first, end))

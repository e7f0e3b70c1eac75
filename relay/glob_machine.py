"""From the parts of a pattern to a test of a text that ends soon, whatever the two are.

Most patterns become a regular expression. Those with which it could try the same characters again
and again (several wildcards in one segment) run as an automaton whose states are the bits of one
number: one step for each character.
"""

import re
from collections.abc import Callable, Iterable

from relay.glob_parts import ANYTHING, IN_SEGMENT, SLASH, Part

Test = Callable[[str], object]  # tells by truth whether a text matches

_MOST_OPTIONAL = 2  # each may double the work of a regular expression
_ENTRY = Part((), least=0)  # takes no character
_SLASH = Part(SLASH)


def compiled(parts: tuple[Part, ...]) -> Test:
    """Return the test that whole texts are put to; its time is linear in the text's length."""
    if all(part.is_literal and part.least == 1 and not part.many for part in parts):
        return "".join(part.ranges[0][0] for part in parts).__eq__
    if is_simple(parts):
        return re.compile("".join(map(_expression, parts)), re.DOTALL).fullmatch
    return Automaton(parts).matches


def is_simple(parts: tuple[Part, ...]) -> bool:
    """Tell whether a regular expression needs time linear in the text's length.

    So it does with at most one unbounded part in each segment, of which at most one crosses
    segments; another at the end, which takes all that is left, costs nothing.
    """
    rest = parts[:-1] if parts[-1] == ANYTHING else parts
    if sum(not part.least and not part.many for part in rest) > _MOST_OPTIONAL:
        return False
    if sum(part.folders or _crosses(part) for part in rest) > 1:
        return False
    return all(sum(part.many for part in segment) <= 1 for segment in _segments(rest))


def _crosses(part: Part) -> bool:
    return part.many and part.takes("/")


def _segments(parts: Iterable[Part]) -> list[list[Part]]:
    found: list[list[Part]] = [[]]
    for part in parts:
        if part.folders or part == _SLASH:
            found.append([])
        else:
            found[-1].append(part)
    return found


def _expression(part: Part) -> str:
    if part.folders:
        return "(?:.*/)?"
    return f"{_class(part)}{_QUANTIFIERS[part.least, part.many]}"


_QUANTIFIERS = {(0, False): "?", (0, True): "*", (1, False): "", (1, True): "+"}


def _class(part: Part) -> str:
    if part.is_literal:
        return re.escape(part.ranges[0][0])
    if not part.ranges:
        return "."
    ranges = (f"{re.escape(first)}-{re.escape(last)}" for first, last in part.ranges)
    return f"[{'^' if part.inverse else ''}{''.join(ranges)}]"


class Automaton:
    """State *n*, bit *n* of a number, is to be about to read part *n*."""

    def __init__(self, parts: tuple[Part, ...]) -> None:
        states: list[Part] = []
        self._leaps = 0  # states from which whole folders, three states, may be left out
        for part in parts:
            self._leaps |= part.folders << len(states)
            states += (_ENTRY, ANYTHING, _SLASH) if part.folders else (part,)
        self._skips = sum(1 << n for n, part in enumerate(states) if not part.least)
        self._loops = sum(1 << n for n, part in enumerate(states) if part.many)
        self._end = 1 << len(states)
        self._literals: dict[str, int] = {}
        self._sets: list[tuple[Part, int]] = []
        self._stars = [0, 0]  # what takes a slash, and what takes any other character
        for n, part in enumerate(states):
            self._enter(part, 1 << n)

    def _enter(self, part: Part, bit: int) -> None:
        if part.is_literal:
            char = part.ranges[0][0]
            self._literals[char] = self._literals.get(char, 0) | bit
        elif part == ANYTHING:
            self._stars = [stars | bit for stars in self._stars]
        elif part == IN_SEGMENT:
            self._stars[1] |= bit
        elif part != _ENTRY:
            self._sets.append((part, bit))

    def matches(self, text: str) -> bool:
        states = self._widened(1)
        known: dict[str, int] = {}
        for char in text:
            taking = known.get(char)
            if taking is None:
                taking = known[char] = self._taking(char)
            taken = states & taking
            if not taken:
                return False
            states = self._widened(taken << 1 | taken & self._loops)
        return bool(states & self._end)

    def _taking(self, char: str) -> int:
        """Return the states whose part takes *char*."""
        found = self._literals.get(char, 0) | self._stars[char != "/"]
        for part, bit in self._sets:
            if part.takes(char):
                found |= bit
        return found

    def _widened(self, states: int) -> int:
        """Add the states that are reached without a character."""
        while True:
            wider = states | (states & self._skips) << 1 | (states & self._leaps) << 3
            if wider == states:
                return states
            states = wider

"""Noting what is wrong: each fault once, at its place, and not what only follows from another."""

from __future__ import annotations

from collections.abc import Iterable

from relay.configuration import messages
from relay.configuration.messages import meant, quoted, shaped
from relay.configuration.spots import Node, Section, Spot
from relay.errors import NOTHING, Problem
from relay.words import Phrase

MOST_PROBLEMS = 100
MOST_COLUMNS = 10_000  # a scalar over several lines is masked to the end of each

# Where a value is none of those known it may be a slip of a Chinese keyboard; by our code, whether
# a hidden colon counts as well.
_SLIPS = {"E103": False, "E105": True, "E110": False, "E111": False, "E120": False, "E121": False}
_COLONS = ("E017", "E020")
_MORE = Phrase("还有 {count} 个问题没有列出", "{count} more problems are not listed")
_FIRST_THESE = Phrase("先改正列出的", "correct those listed first")


class Notes:
    """The *problems* of one document and the *spans* (line, column, size) of its secrets.

    At most 100 problems are kept; `left_out` counts the rest.
    *known* are the problems of its text: what only comes from one of them is not told.
    """

    def __init__(self, file: str, known: Iterable[Problem] = ()) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.spans: list[tuple[int, int, int]] = []
        self._left_out: list[bool] = []  # of each one, whether it is an error
        self._told: set[tuple[str, int, int, str]] = set()
        self._misread = [(one.line, one.column) for one in known if one.code.startswith("E0")]

    def wrong(
        self,
        code: str,
        spot: Spot,
        message: Phrase,
        hint: Phrase = NOTHING,
        *,
        node: Node | None = None,
        offset: int = 0,
        down: int = 0,
    ) -> None:
        """Note a problem at *node*, *offset* characters behind or *down* lines below its begin.

        What an alias repeats is told once.
        """
        if slip := self._slip(code, node):
            self._keep(slip._replace(where=str(spot)))
            return
        line = column = 0
        if node is not None:
            line, column = node.start_mark.line + 1 + down, node.start_mark.column + 1 + offset
        if down:
            column = 1
        size = len(node.value) if node is not None and isinstance(node.value, str) else 1
        said = (code, line, column, _without(message.en, spot))
        if line and (said in self._told or self.is_misread(line, column, size)):
            return
        self._told.add(said)
        self._keep(
            Problem(code, str(spot), message, hint, self.file, line, column, max(size - offset, 1))
        )

    def left_out(self) -> tuple[Problem, ...]:
        """Return one problem for all that were too many, none if there are none.

        It is an error if one of them is.
        """
        if not self._left_out:
            return ()
        code = "E109" if any(self._left_out) else "W109"
        return (
            Problem(code, "", _MORE.filled(count=len(self._left_out)), _FIRST_THESE, self.file),
        )

    def _keep(self, problem: Problem) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(problem)
        else:
            self._left_out.append(problem.is_error)

    def wrong_in(
        self, code: str, section: Section, message: Phrase, hint: Phrase, *, key: str = ""
    ) -> None:
        """Note a problem of *key* in *section*, of the whole section without a key."""
        node = section.nodes.get(key) if key else None
        spot = Spot(key, section.spot) if key else section.spot
        at = node or section.key_node or section.node
        self.wrong(code, spot, message, hint, node=at)

    def wrong_shape(self, spot: Spot, expected: Phrase, hint: Phrase, *, node: Node) -> None:
        """Note that a list or mapping stands where none may, or the reverse."""
        self.wrong("E105", spot, shaped(expected, str(spot)), hint, node=node)

    def wrong_form(self, text: str, spot: Spot, hint: Phrase, *, node: Node) -> None:
        """Note that *text* cannot be read as what its key holds."""
        message = messages.FORM.filled(place=spot, value=quoted(text))
        self.wrong("E106", spot, message, hint, node=node)

    def unknown_word(self, text: str, words: tuple[str, ...], node: Node, spot: Spot) -> None:
        """Note that *text* is none of *words*."""
        message = messages.CHOICE.filled(place=spot, value=quoted(text))
        self.wrong("E103", spot, message, meant(text, words, messages.WORDS), node=node)

    def check_word(self, section: Section, key: str, words: tuple[str, ...]) -> None:
        """Note the value of *key* if it is none of *words*; without *words* nothing is known."""
        chosen = section.get(key)
        if chosen and words and chosen not in words:
            self.unknown_word(chosen, words, section.nodes[key], Spot(key, section.spot))

    def hide(self, node: Node) -> None:
        """Let no excerpt of the file show the scalar *node*."""
        start, end = node.start_mark, node.end_mark
        size = end.column - start.column if end.line == start.line else MOST_COLUMNS
        self.spans.append((start.line + 1, start.column + 1, size))

    def is_misread(self, line: int, column: int, size: int) -> bool:
        """Tell whether YAML itself has read what stands there otherwise than it was meant."""
        return any(line == at and column <= to <= column + size for at, to in self._misread)

    def _slip(self, code: str, node: Node | None) -> Problem | None:
        """Return what a Chinese keyboard has put into *node*, None where that is not the fault."""
        if code not in _SLIPS or node is None or node.id != "scalar":
            return None
        from relay.configuration.traps import lookalike

        slip = lookalike(node, self.file)
        return None if slip and slip.code in _COLONS and not _SLIPS[code] else slip


def _without(text: str, spot: Spot) -> str:
    """Return *text* without the names of the place: for two aliases of one thing it is the same."""
    for place in filter(None, (spot, spot.above)):
        text = text.replace(str(place), "") if str(place) else text
    return text

"""From a YAML text to its nodes, with every fault that the text itself has.

No value is made here: the nodes keep their raw text and their place, and the loader reads each by
the type its key declares. Nothing in a text is ever called, and what a text can cost is bounded.
"""

import re
from typing import TYPE_CHECKING, Any

from relay.configuration.composer import Composer, is_merge
from relay.configuration.draft import Draft
from relay.configuration.sayings import saying
from relay.errors import Problem

if TYPE_CHECKING:
    import yaml

MAX_BYTES = 256 * 1024
MOST_PROBLEMS = 100
_MOST_ROUNDS = 8
_MOST_PARSED = 1024 * 1024  # characters, in all rounds together
_NEAR = 2  # lines; a fault this near to a trap comes from it
_TAB, _UNKNOWN_ALIAS = "E010", "E012"
_STRUCTURAL = ("E020", "E023", "E024", "E029")
_NONSENSE = 20  # control characters; a text has a few by accident, a binary file many
_CONTROL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ENCODINGS = (
    (b"\xff\xfe\x00\x00", "UTF-32"),
    (b"\x00\x00\xfe\xff", "UTF-32"),
    (b"\xff\xfe", "UTF-16"),
    (b"\xfe\xff", "UTF-16"),
)


def decode(raw: bytes, file: str) -> tuple[str, Problem | None]:
    """Return a file's text, or ``""`` and why it is none: UTF-8, at most `MAX_BYTES` bytes.

    A byte-order mark is allowed, Windows line ends are kept.
    """
    if len(raw) > MAX_BYTES:
        return "", _too_large(len(raw), file)
    for mark, encoding in _ENCODINGS:
        if raw.startswith(mark):
            return "", saying("utf16", file, 1, 1, encoding=encoding)
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    try:
        return raw.decode(), None
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode()
        line = before.count("\n") + 1
        return "", saying("utf8", file, line, len(before) - before.rfind("\n"), number=line)


def compose(
    text: str, file: str, *, loader: "type[Any] | None" = None
) -> "tuple[yaml.MappingNode | None, tuple[Problem, ...]]":
    """Return the nodes of *text* and its problems, in the order of their places. Never raises.

    The nodes may be there together with problems: then each trap is read as it was meant
    (``[*]`` as ``["*"]``), so that the rest can still be checked; such a configuration is not to be
    used. They are None when a part could not be read. *loader* is one of PyYAML's; by default the
    fast one where it is installed, with the same problems.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        return None, (_too_large(size, file),)
    draft = Draft(text)
    problems = _controls(draft, file)
    if len(problems) > _NONSENSE:
        return None, (saying("binary", file, 1, 1),)
    reading = _Reading(draft, file, loader or _loader())
    root = reading.read()
    found = {(one.line, one.column, one.code): one for one in [*problems, *reading.problems]}
    return root, tuple(found[place] for place in sorted(found)[:MOST_PROBLEMS])


def items(mapping: "yaml.MappingNode") -> "list[tuple[yaml.ScalarNode, yaml.Node]]":
    """Return the keys and values of *mapping*, those that ``<<`` merges into it first.

    Its own keys win over merged ones, an earlier merged mapping over a later one, and of a key that
    stands twice the last. For mappings that `compose` has returned.
    """
    import yaml

    merged: dict[str, tuple[yaml.ScalarNode, yaml.Node]] = {}
    own: dict[str, tuple[yaml.ScalarNode, yaml.Node]] = {}
    for key, value in mapping.value:
        if is_merge(key):
            for other in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                if isinstance(other, yaml.MappingNode):
                    merged = {pair[0].value: pair for pair in items(other)} | merged
        elif isinstance(key, yaml.ScalarNode):
            own.pop(key.value, None)
            own[key.value] = (key, value)
    return [pair for name, pair in merged.items() if name not in own] + list(own.values())


def _too_large(size: int, file: str) -> Problem:
    return saying("large", file, 1, 1, kb=-(-size // 1024), most=MAX_BYTES // 1024)


def _loader() -> "type[Any]":
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def _controls(draft: Draft, file: str) -> list[Problem]:
    """Tell and mend the characters that no YAML text may have."""
    found: list[Problem] = []
    if not _CONTROL.search(draft.text):
        return found
    for number, line in enumerate(draft.lines):
        for match in _CONTROL.finditer(line):
            char = f"U+{ord(match[0]):04X}"
            found.append(saying("control", file, number + 1, match.start() + 1, char=char))
            draft.replace(number, match.start(), " ")
            if len(found) > _NONSENSE:
                return found
    return found


class _Reading:
    """One text read in rounds: what cannot be parsed is told and left out, and the rest read."""

    def __init__(self, draft: Draft, file: str, loader: "type[Any]") -> None:
        self.problems: list[Problem] = []
        self._draft = draft
        self._file = file
        self._loader = loader
        self._partial = False
        size = sum(map(len, draft.lines)) + 1
        self._rounds = min(_MOST_ROUNDS, _MOST_PARSED // size)

    def read(self) -> "yaml.MappingNode | None":
        """Return the nodes, or None when they are not all there."""
        found = self._parse()
        if found.looks_odd:
            found = self._mended()
        while found.fault is not None and self._leave_out(found.fault):
            found = self._mended()
        self.problems += found.problems
        self.problems += [
            one for one in found.doubts if not (self._partial and one.code == _UNKNOWN_ALIAS)
        ]
        if self._partial or found.fault is not None or found.refused:
            return None
        return self._mapping(found.root)

    def _parse(self) -> Composer:
        composer = Composer(self._draft, self._file)
        composer.run(self._loader)
        return composer

    def _mended(self) -> Composer:
        from relay.configuration.traps import mend

        self.problems += mend(self._draft, self._file)
        return self._parse()

    def _leave_out(self, fault: Exception) -> bool:
        """Tell *fault* and blank the part of the file that has it; False: there is none left."""
        from relay.configuration.syntax import named, section

        problem = named(fault, self._draft.lines, self._file)
        if not self._is_consequence(problem):
            self.problems.append(problem)
        lines = section(self._draft.lines, problem.line - 1)
        self._partial = True
        self._rounds -= 1
        self._draft.blank(lines)
        return self._rounds > 0 and any(self._draft.lines)

    def _is_consequence(self, problem: Problem) -> bool:
        """Tell whether a trap that is told already is the likely cause."""
        if problem.code not in _STRUCTURAL:
            return any(one.line == problem.line for one in self.problems)
        return any(
            one.code == _TAB or abs(one.line - problem.line) <= _NEAR for one in self.problems
        )

    def _mapping(self, root: "yaml.Node | None") -> "yaml.MappingNode | None":
        import yaml

        if isinstance(root, yaml.MappingNode):
            return root
        if self.problems:
            return None
        is_empty = root is None or (root.value == "" and not getattr(root, "style", None))
        line = root.start_mark.line + 1 if root and not is_empty else 1
        self.problems.append(saying("empty" if is_empty else "top", self._file, line, 1))
        return None

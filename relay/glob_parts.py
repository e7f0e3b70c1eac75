"""The parts of one filter pattern, and what is wrong with a pattern that has none.

The language is GitHub's: ``*`` inside one segment of a path, ``**`` across them, ``?`` zero or one
and ``+`` one or more of the character before, ``[…]`` one of a set; what follows a ``\\`` is plain.
"""

from typing import NamedTuple

from relay.words import Phrase

MOST_CHARACTERS = 200
MOST_WILDCARDS = 12

Ranges = tuple[tuple[str, str], ...]


class Part(NamedTuple):
    """One character that is none, or one (*inverse*: one that is not), of *ranges*.

    *least* 0 or 1 of them, *many* for any number above. *folders*: any number of whole segments,
    each with its ``/``; the others then do not count.
    """

    ranges: Ranges
    inverse: bool = False
    least: int = 1
    many: bool = False
    folders: bool = False

    def takes(self, char: str) -> bool:
        return any(first <= char <= last for first, last in self.ranges) is not self.inverse

    @property
    def is_literal(self) -> bool:
        return not self.inverse and len(self.ranges) == 1 and self.ranges[0][0] == self.ranges[0][1]


SLASH: Ranges = (("/", "/"),)
ANYTHING = Part((), inverse=True, least=0, many=True)
IN_SEGMENT = Part(SLASH, inverse=True, least=0, many=True)
FOLDERS = Part((), folders=True)

_EMPTY = Phrase("模式是空的", "the pattern is empty")
_ONLY_NOT = Phrase("! 后面要有模式", "a pattern must follow the !")
_TWICE_NOT = Phrase("只要一个 !", "one ! is enough")
_TOO_LONG = Phrase(
    f"模式最长 {MOST_CHARACTERS} 个字符", f"a pattern has at most {MOST_CHARACTERS} characters"
)
_TOO_MANY = Phrase(
    f"一个模式最多 {MOST_WILDCARDS} 个通配符，请拆成几个",
    f"a pattern has at most {MOST_WILDCARDS} wildcards; split it into several",
)
_UNCLOSED = Phrase("[ 没有对应的 ]，原样的 [ 写成 \\[", "no ] closes the [; a plain one is \\[")
_NO_SET = Phrase("[] 里面是空的", "nothing stands between [ and ]")
_BACKWARDS = Phrase("[] 里的范围首尾颠倒", "a range between [ and ] runs backwards")
_LAST_ESCAPE = Phrase("末尾的 \\ 后面要有字符", "a character must follow the \\ at the end")
_NOTHING_BEFORE = Phrase(
    "? 和 + 修饰它前面的一个字符，而这里没有；原样的写成 \\? 和 \\+",
    "? and + repeat the character before them, and there is none; plain ones are \\? and \\+",
)
_WITH_REFS = Phrase(
    "只写名字，不带 refs/heads/ 或 refs/tags/", "leave out refs/heads/ or refs/tags/: only the name"
)
_WHOLE_ADDRESS = Phrase(
    "只写路径，例如 platform/api，不写整个地址",
    "write only the path, such as platform/api, not the whole address",
)
_NO_SUCH_WORD = Phrase(
    "以 $ 开头的只有 $default（默认分支）；原样的写成 \\$",
    "the only word with $ is $default, the default branch; a plain $ is \\$",
)
_WITH_AT = Phrase(
    "只写名字，不带 @；原样的写成 \\@", "leave out the @: only the name; a plain one is \\@"
)
_ROOTED = Phrase("不以 / 开头", "leave out the / at the beginning")


class GlobError(ValueError):
    """A pattern that cannot be used; *fault* says why."""

    def __init__(self, fault: Phrase) -> None:
        super().__init__(fault.en)
        self.fault = fault


def parts(pattern: str) -> tuple[Part, ...]:
    """Return the parts of *pattern*, which has no ``!`` in front. Raises GlobError."""
    _check_whole(pattern)
    found: list[Part] = []
    wildcards = at = 0
    while at < len(pattern):
        reader = _READERS.get(pattern[at])
        wildcards += reader is not None and reader is not _escaped
        at = reader(pattern, at, found) if reader else _plain(pattern, at, found)
    if wildcards > MOST_WILDCARDS:
        raise GlobError(_TOO_MANY)
    return tuple(found)


def negation_fault(text: str) -> Phrase | None:
    """Return what is wrong with how *text* excludes, None when that is right."""
    if text == "!":
        return _ONLY_NOT
    return _TWICE_NOT if text.startswith("!!") else None


def _check_whole(pattern: str) -> None:
    for is_wrong, fault in (
        (not pattern.strip(), _EMPTY),
        (len(pattern) > MOST_CHARACTERS, _TOO_LONG),
        (pattern.startswith(("refs/heads/", "refs/tags/")), _WITH_REFS),
        (pattern.startswith("/"), _ROOTED),
        ("://" in pattern, _WHOLE_ADDRESS),
        (pattern[:1] == "$" and pattern[1:2].isalpha() and pattern != "$default", _NO_SUCH_WORD),
        (pattern[:1] == "@" and "/" not in pattern, _WITH_AT),  # @scope/name is a tag, or a path
    ):
        if is_wrong:
            raise GlobError(fault)


def _plain(pattern: str, at: int, found: list[Part]) -> int:
    found.append(_literal(pattern[at]))
    return at + 1


def _literal(char: str) -> Part:
    return Part(((char, char),))


def _escaped(pattern: str, at: int, found: list[Part]) -> int:
    if at + 1 == len(pattern):
        raise GlobError(_LAST_ESCAPE)
    return _plain(pattern, at + 1, found)


def _stars(pattern: str, at: int, found: list[Part]) -> int:
    """Read ``*``, or any more of them; ``**/`` where a segment begins may be no folder at all."""
    end = at
    while pattern[end : end + 1] == "*":
        end += 1
    begins = not found or found[-1] in (_literal("/"), FOLDERS)
    if end - at > 1 and begins and pattern[end : end + 1] == "/":
        found.append(FOLDERS)
        return end + 1
    found.append(IN_SEGMENT if end - at == 1 else ANYTHING)
    return end


def _repeated(pattern: str, at: int, found: list[Part]) -> int:
    """Read ``?`` or ``+``: the part before becomes optional, or may come again."""
    if not found or found[-1].folders or found[-1].many or not found[-1].least:
        raise GlobError(_NOTHING_BEFORE)
    one = found[-1]
    found[-1] = one._replace(least=0) if pattern[at] == "?" else one._replace(many=True)
    return at + 1


def _set(pattern: str, at: int, found: list[Part]) -> int:
    """Read ``[…]``; ``!`` or ``^`` in front: one character that is not in it, and no ``/``."""
    inverse = pattern[at + 1 : at + 2] in ("!", "^")
    members, end = _members(pattern, at + 1 + inverse)
    ranges = []
    while members:
        first, _ = members.pop(0)
        last = first
        if len(members) > 1 and members[0] == ("-", False):
            last = members[1][0]
            del members[:2]
        if last < first:
            raise GlobError(_BACKWARDS)
        ranges.append((first, last))
    if not ranges:
        raise GlobError(_NO_SET)
    found.append(Part((*ranges, *(SLASH if inverse else ())), inverse))
    return end


def _members(pattern: str, at: int) -> tuple[list[tuple[str, bool]], int]:
    """Return the characters up to ``]``, each with whether it was escaped, and where it ends."""
    members = []
    while at < len(pattern) and pattern[at] != "]":
        is_escaped = pattern[at] == "\\"
        at += is_escaped
        members.append((pattern[at : at + 1], is_escaped))
        at += 1
    if at >= len(pattern):
        raise GlobError(_UNCLOSED)
    return members, at + 1


_READERS = {"*": _stars, "?": _repeated, "+": _repeated, "[": _set, "\\": _escaped}

"""What people write and YAML reads otherwise, found by reading a text line by line.

Only a text that does not parse, or that looks odd, comes here. Each trap is told by name and mended
in the draft, so that one run tells as many as possible and the rest is still checked.
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from relay.configuration.draft import Draft
from relay.configuration.masking import masked_text, shown
from relay.configuration.sayings import saying
from relay.errors import NOTHING, Problem
from relay.words import Phrase

if TYPE_CHECKING:
    import yaml

MOST_TRAPS = 50
CURLY = "“”„‟＂‘’‚‛＇"
_LISTED_TABS = 5
_SEPARATORS = {"，": "comma", "、": "pause"}
_SLIPS = {**_SEPARATORS, "：": "colon"}
_WIDE_BRACKETS = tuple("【［｛")
_CORE_TAG = re.compile(r"!!(?:str|int|float|bool|null|map|seq|timestamp)(?=[\s,\[{]|$)")
_NAME = re.compile(r"[\w-]*", re.ASCII)
_ANCHOR = re.compile(r"(?:^|[\s\[{,])&([\w-]+)", re.ASCII)
_BLOCK_HEADER = re.compile(r"[|>][-+0-9]*\s*(?:#.*)?$")
_BLOCK_END = re.compile(r":(?=[ \t]|$)|[ \t]#")
_FLOW_END = re.compile(r":(?=[ \t,\[\]{}]|$)|[ \t]#|[,\[\]{}]")
_REFERENCE = re.compile(r"\$\{[^{}]*\}")
_SECTION = re.compile(r"[^\s#\-\[\]{}\"'.][^\[{]*?:(?:\s|$)")
_DIRECTIVE = re.compile(r"%(?:YAML|TAG)\s")
# a key whose colon YAML does not see: full-width, or without a plain space after it
_KEY = re.compile(r"([A-Za-z_][\w.-]*) ?(：|:[\u3000\u00a0]|:(?=[^\s/:]))", re.ASCII)
_NEXT_KEY = re.compile(r"\s*[\w\"'-]+\s*:")
_QUOTED = {
    "'": re.compile(r"(?:[^']|'')*"),
    '"': re.compile(r'(?:[^"\\]|\\.)*'),
}
_CURLY_BLOCK = re.compile(f"[{CURLY}]([^{CURLY}]*)[{CURLY}](?=\\s*(?:#|$|:\\s|:$))")
_CURLY_FLOW = re.compile(f"[{CURLY}]([^{CURLY}]*)[{CURLY}](?=\\s*(?:[,\\]}}#:]|$))")


def mend(draft: Draft, file: str) -> list[Problem]:
    """Return the traps of *draft*, at most `MOST_TRAPS`, and mend them in it."""
    scan = _Scan(draft, file)
    for number, line in enumerate(draft.lines):
        scan.read(number, line)
        if scan.is_full:
            break
    scan.finish()
    return scan.problems


def lookalike(node: "yaml.ScalarNode", file: str) -> Problem | None:
    """Return what a Chinese keyboard has put into a value that should be a list or a mapping.

    For the loader, where a scalar stands in the wrong place: there ``events: 【push】`` or an item
    ``name：x`` is a slip, while as a text it would be fine. None when it looks like neither.
    """
    if node.style:
        return None
    place = (file, node.start_mark.line + 1, node.start_mark.column + 1)
    if node.value[:1] in _WIDE_BRACKETS:
        return saying("bracket", *place, char=node.value[0])
    hidden = _KEY.match(node.value)
    at = hidden.start(2) if hidden else next(iter(_commas(node.value)), -1)
    if at < 0:
        return None
    name = _SLIPS.get(node.value[at], "space")
    return saying(name, file, place[1], place[2] + at)


class _Scan:
    """A reader that knows quotes, comments, brackets and block texts, and nothing more of YAML."""

    def __init__(self, draft: Draft, file: str) -> None:
        self.problems: list[Problem] = []
        self._draft = draft
        self._file = file
        self._anchors = {name for line in draft.lines for name in _ANCHOR.findall(line)}
        self._mends: list[tuple[int, int, str]] = []
        self._masked: list[str] = []
        self._tabs: list[int] = []
        self._brackets: list[str] = []
        self._kept = (0, 0)  # problems and mends there were before the outermost bracket
        self._quote = ""
        self._block: int | None = None  # lines further in than this belong to a block text
        self._plain: int | None = None  # lines further in than this may continue a plain value
        self._own = -1  # column of the last key or dash
        self._number, self._line, self._at = 0, "", 0
        self._fresh = True  # a value may begin here
        self._keyed = False  # this line has had its key

    @property
    def is_full(self) -> bool:
        return len(self.problems) >= MOST_TRAPS

    def read(self, number: int, line: str) -> None:
        self._number, self._line, self._at = number, line, 0
        if self._is_section():
            self._forget()
        if self._quote:
            self._close_quote()
        elif self._begin():
            return
        while self._at < len(self._line) and not self.is_full:
            self._step()

    def finish(self) -> None:
        """Drop what an unclosed bracket made look wrong, tell tabs once, and mend the draft."""
        if self._brackets:
            self._forget()
        for line, column, new in self._mends:
            self._draft.replace(line, column, new)
        if self._tabs:
            first, *others = (number + 1 for number in self._tabs)
            self._tell("tab", first - 1, 0, number=first, others=_also(others))

    # -- lines

    def _is_section(self) -> bool:
        """Tell whether a new part of the file begins, whatever was left open before."""
        is_open = self._quote or (self._brackets and self._own >= 0)
        return bool(is_open and _SECTION.match(self._line))

    def _forget(self) -> None:
        if self._brackets:
            problems, mends = self._kept
            kept = [one for one in self.problems[problems:] if one.code not in ("E015", "E018")]
            self.problems[problems:] = kept
            places = {(one.line - 1, one.column - 1) for one in kept}
            self._mends[mends:] = [one for one in self._mends[mends:] if one[:2] in places]
        self._brackets, self._quote, self._fresh = [], "", True

    def _begin(self) -> bool:
        """Read the indentation; return True when nothing on this line is to be read."""
        body = self._line.lstrip(" \t")
        indent = len(self._line) - len(body)
        if self._in_block(body, len(self._line) - len(self._line.lstrip(" "))):
            return True
        if not body or body.startswith("#"):
            return True
        self._at = indent
        if self._brackets:
            return False
        if "\t" in self._line[:indent]:
            self._tabs.append(self._number)
            self._mends.append((self._number, 0, " " * indent))
        self._keyed = False
        self._fresh = not (self._plain is not None and indent > self._plain)
        self._fresh = self._fresh or bool(_KEY.match(body)) or bool(_BLOCK_END.search(body))
        self._plain = None
        return self._number == 0 and bool(_DIRECTIVE.match(self._line))

    def _in_block(self, body: str, indent: int) -> bool:
        if self._block is not None and body and indent <= self._block:
            self._block = None
        return self._block is not None

    def _close_quote(self) -> None:
        body = _QUOTED[self._quote].match(self._line, self._at)
        self._at = body.end() if body else self._at
        if self._at < len(self._line):
            self._at += 1
            self._quote = ""
            self._fresh = False

    # -- characters

    def _step(self) -> None:
        char = self._line[self._at]
        if char in " \t":
            self._gap()
        elif char == "#" and self._after_gap():
            self._at = len(self._line)
        elif self._fresh:
            _FRESH.get(char, _Scan._value)(self)
        else:
            _LATER.get(char, _Scan._skip)(self)

    def _gap(self) -> None:
        end = self._at
        while end < len(self._line) and self._line[end] in " \t":
            end += 1
        if "\t" in self._line[self._at : end]:  # PyYAML without libyaml refuses it
            self._mends.append((self._number, self._at, " " * (end - self._at)))
        self._at = end

    def _after_gap(self) -> bool:
        return self._at == 0 or self._line[self._at - 1] in " \t"

    def _skip(self) -> None:
        self._at += 1

    def _colon(self) -> None:
        after = self._line[self._at + 1 : self._at + 2]
        if self._brackets and after and after in "[{" and self._line[self._at - 1] not in "'\"":
            self._tell("space", self._number, self._at)
        self._fresh = after in "\t " or bool(self._brackets)
        self._keyed = self._keyed or self._fresh
        self._at += 1

    def _comma(self) -> None:
        self._fresh = bool(self._brackets)
        self._at += 1

    def _dash(self) -> None:
        if self._brackets or self._line[self._at + 1 : self._at + 2] not in ("", " ", "\t"):
            self._value()
            return
        self._own = self._at
        self._at += 1

    def _open(self) -> None:
        if not self._brackets:
            self._kept = (len(self.problems), len(self._mends))
        self._brackets.append(self._line[self._at])
        self._at += 1

    def _close(self) -> None:
        if self._brackets:
            self._brackets.pop()
        self._fresh = False
        self._at += 1

    def _open_quote(self) -> None:
        self._mark_key()
        self._quote = self._line[self._at]
        self._at += 1
        self._close_quote()

    def _text(self) -> None:
        if self._brackets or not _BLOCK_HEADER.match(self._line, self._at):
            self._value()
            return
        self._block = self._own
        self._at = len(self._line)

    def _anchor(self) -> None:
        name = _NAME.match(self._line, self._at + 1)
        self._at = name.end() if name else self._at + 1

    # -- traps at the beginning of a value

    def _star(self) -> None:
        found = _NAME.match(self._line, self._at + 1)
        name = found[0] if found else ""
        after = self._line[self._at + 1 + len(name) : self._at + 2 + len(name)]
        whole = bool(name) and after in " \t,]}:"
        if whole and name in self._anchors:
            self._at += 1 + len(name)
            self._fresh = False
            return
        begin = self._stand_in()
        text = self._shown(begin, self._at)
        if whole:
            self._tell("alias", self._number, begin, text=text.strip('"')[1:], quoted=text)
        else:
            self._tell("star", self._number, begin, text=text)

    def _bang(self) -> None:
        core = _CORE_TAG.match(self._line, self._at)
        if core:
            self._at = core.end()
            return
        is_tag = self._line.startswith(("!!", "!<"), self._at)
        begin = self._stand_in()
        self._tell(
            "tag" if is_tag else "bang", self._number, begin, text=self._shown(begin, self._at)
        )

    def _odd(self) -> None:
        char = self._line[self._at]
        begin = self._stand_in()
        self._tell("start", self._number, begin, char=char, text=self._shown(begin, self._at))

    def _curly(self) -> None:
        found = (_CURLY_FLOW if self._brackets else _CURLY_BLOCK).match(self._line, self._at)
        if not found:
            self._value()
            return
        self._tell("curly", self._number, self._at, size=len(found[0]))
        if not set(found[1]) & set('"\\'):
            self._mark_key()
            for place in (found.start(), found.end() - 1):
                self._mends.append((self._number, place, '"'))
        self._fresh = False
        self._at = found.end()

    def _value(self) -> None:
        """Read a plain value or key up to its end."""
        begin = self._at
        if self._brackets:
            self._flow_value(begin)
            return
        if self._hidden_key(begin):
            return
        end = _BLOCK_END.search(self._line, begin)
        self._at = end.start() if end else len(self._line)
        self._stand_ins_inside(begin, "\t")
        is_key = self._line.startswith(":", self._at)
        if is_key and not self._keyed:
            self._own = begin
        self._plain = None if is_key else self._own
        self._fresh = False

    def _flow_value(self, begin: int) -> None:
        stop = self._flow_end(begin)
        while self._line.startswith("${", max(stop - 1, begin)) and not self.is_full:
            found = _REFERENCE.match(self._line, stop - 1)
            if not found:
                break
            self._braces(found)
            stop = self._flow_end(found.end())
        self._separators(begin, stop)
        self._at = stop
        self._stand_ins_inside(begin, "\t?")
        self._fresh = False

    def _flow_end(self, begin: int) -> int:
        end = _FLOW_END.search(self._line, begin)
        return end.start() if end else len(self._line)

    def _braces(self, found: re.Match[str]) -> None:
        new = "$" + "".join(map(self._draft.stand_in, found[0][1:]))
        self._mends.append((self._number, found.start(), new))
        text = self._shown(found.start(), found.end())
        self._tell("braces", self._number, found.start(), size=len(found[0]), text=text)

    def _separators(self, begin: int, end: int) -> None:
        """Tell the Chinese commas of a list, and those of a mapping that a key follows."""
        places = [begin + at for at in _commas(self._line[begin:end])]
        if self._brackets[-1] == "{":
            places = [at for at in places if _NEXT_KEY.match(self._line, at + 1)]
        for at in places[:MOST_TRAPS]:
            self._mends.append((self._number, at, ","))
            self._tell(_SEPARATORS[self._line[at]], self._number, at)

    def _hidden_key(self, begin: int) -> bool:
        """Tell and mend a key whose colon YAML does not see; return False if it is none."""
        end = _BLOCK_END.search(self._line, begin)
        found = _KEY.match(self._line, begin, end.start() if end else len(self._line))
        is_key = end is not None and self._line[end.start()] == ":"
        if not found or is_key or self._keyed or not self._has_more(begin):
            return False
        at = found.start(2)
        name = "colon" if found[2] == "：" else "space"
        self._tell(name, self._number, at)
        if not self._mend_colon(found):
            return False
        self._own, self._keyed, self._fresh = begin, True, True
        self._at = found.end()
        return True

    def _mend_colon(self, found: re.Match[str]) -> bool:
        at, end = found.span(2)
        if end - at == 2 or self._line[end : end + 1] in ("", " "):
            self._mends.append((self._number, at, ": "[: end - at]))
            return True
        begin = at - 2
        if begin < found.start():
            return False
        new = self._draft.stand_in(self._line[begin:at]) + ": "
        self._mends.append((self._number, begin, new))
        return True

    def _has_more(self, begin: int) -> bool:
        """Tell whether a list item goes on below: ``- type：bug`` alone may be a label."""
        if not self._line[:begin].strip(" \t"):
            return True
        for line in self._draft.lines[self._number + 1 : self._number + 20]:
            body = line.lstrip(" \t")
            if body and not body.startswith("#"):
                return len(line) - len(body) >= begin
        return False

    # -- helpers

    def _mark_key(self) -> None:
        if not (self._keyed or self._brackets):
            self._own = self._at if self._line.find(":", self._at) > 0 else self._own

    def _stand_in(self) -> int:
        """Mend the first character of a value, read the value, and return where it began."""
        begin = self._at
        self._mends.append((self._number, begin, self._draft.stand_in(self._line[begin])))
        self._value()
        return begin

    def _shown(self, begin: int, end: int) -> str:
        """Return a value as it should be written, in quotes; no secret."""
        if not self._masked:
            self._masked = masked_text(self._draft.text).split("\n")
        restored = self._draft.restored
        text = restored(self._line[begin:end].strip())
        return f'"{shown(text, restored(self._masked[self._number]))}"'

    def _stand_ins_inside(self, begin: int, chars: str) -> None:
        """Mend what PyYAML without libyaml refuses inside of a plain value."""
        for at in range(begin, self._at):
            if self._line[at] in chars:
                self._mends.append((self._number, at, self._draft.stand_in(self._line[at])))

    def _tell(self, name: str, line: int, column: int, *, size: int = 1, **values: Any) -> None:
        self.problems.append(saying(name, self._file, line + 1, column + 1, size=size, **values))


def _commas(text: str) -> list[int]:
    return [at for at, char in enumerate(text) if char in _SEPARATORS]


def _also(lines: list[int]) -> Phrase:
    if not lines:
        return NOTHING
    listed = [str(line) for line in lines[:_LISTED_TABS]] + ["…"] * (len(lines) > _LISTED_TABS)
    verb = "so are lines" if len(lines) > 1 else "so is line"
    return Phrase(f"第 {'、'.join(listed)} 行也是", f"{verb} {', '.join(listed)}")


_LATER: dict[str, Callable[[_Scan], None]] = {
    ":": _Scan._colon,
    ",": _Scan._comma,
    "]": _Scan._close,
    "}": _Scan._close,
}
_FRESH: dict[str, Callable[[_Scan], None]] = {
    ",": _Scan._comma,
    "]": _Scan._close,
    "}": _Scan._close,
    "[": _Scan._open,
    "{": _Scan._open,
    "-": _Scan._dash,
    "'": _Scan._open_quote,
    '"': _Scan._open_quote,
    "|": _Scan._text,
    ">": _Scan._text,
    "&": _Scan._anchor,
    "*": _Scan._star,
    "!": _Scan._bang,
    "@": _Scan._odd,
    "%": _Scan._odd,
    "`": _Scan._odd,
    **dict.fromkeys(CURLY, _Scan._curly),
}
